import { ByteString } from '../structures/byte-string.js'
import type { Int64 } from '../structures/int64.js'
import { byteLength, toBytes } from '../structures/text.js'
import { BIGINT, BOXED_NUMBER, textWeight } from '../structures/weight.js'

/**
 * A Redis string as it is kept: an integer (Redis's 'int' encoding; a bigint past 2^53), text, or bytes that are edited
 * in place.
 */
export type StringValue = string | Int64 | ByteString

/** Bytes that are given are kept as text where there are fewer, as Redis keeps short strings compact. */
export const KEPT_AS_BYTES_FROM = 45

/** The types of values other than strings, named as TYPE names them. */
export type CollectionType = 'list' | 'hash' | 'set' | 'zset' | 'stream' | 'vectorset'

/** What the keyspace knows of a collection: the structures implement it, each in a class of its own. */
export interface Collection {
  readonly type: CollectionType
  /** How many elements it has; at 0 it leaves the keyspace, unless it is a stream. */
  readonly size: number
  /** How Redis would keep it, in the words of OBJECT ENCODING. */
  readonly encoding: string
  /** The bytes of the heap that it takes, roughly; kept as it changes, so that reading it is O(1). */
  readonly weight: number
  /** What the collection is now, to be packed (plain-values.ts) whatever happens to it. Nothing else may be asked of it. */
  view(): Collection
  /** An independent copy. */
  clone(): Collection
}

export type Value = StringValue | Collection

/** The codes of types that stand beside each key: text apart from other strings, as most values are text. */
export const TEXT = 0
export const OTHER_STRING = 1
const COLLECTION_CODES: Readonly<Record<CollectionType, number>> = {
  list: 2,
  hash: 3,
  set: 4,
  zset: 5,
  stream: 6,
  vectorset: 7,
}

const TYPES = new Map(Object.entries(COLLECTION_CODES).map(([type, code]) => [code, type as CollectionType]))

/** The code of a type of collections. */
export function codeOfType(type: CollectionType): number {
  return COLLECTION_CODES[type]
}

/** The type that a code stands for, as TYPE names it. */
export function typeOfCode(code: number): 'string' | CollectionType {
  return TYPES.get(code) ?? 'string'
}

/** The code of the type of a value. */
export function codeOf(value: Value): number {
  return typeof value === 'string' ? TEXT : codeOfOther(value)
}

/** Apart, so that the way of text is short enough to be inlined. */
function codeOfOther(value: Value): number {
  return isString(value) ? OTHER_STRING : COLLECTION_CODES[value.type]
}

export function isString(value: Value): value is StringValue {
  return typeof value !== 'object' || value instanceof ByteString
}

/** The type as TYPE names it. */
export function typeOf(value: Value): 'string' | CollectionType {
  return isString(value) ? 'string' : value.type
}

export function stringToText(value: StringValue): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' ? value.toText() : String(value)
}

/** The bytes of the string, in an array that the caller may keep. */
export function stringToBytes(value: StringValue): Uint8Array {
  if (typeof value === 'string') return toBytes(value)
  return typeof value === 'object' ? value.toBytes() : toBytes(String(value))
}

/** How many bytes the string has. */
export function stringLength(value: StringValue): number {
  if (typeof value === 'string') return byteLength(value)
  return typeof value === 'object' ? value.length : String(value).length
}

/** The bytes of the heap that a value takes, roughly, beside the pointer to it. O(1). */
export function valueWeight(value: Value): number {
  if (typeof value === 'string') return textWeight(value)
  if (typeof value === 'object') return value.weight
  if (typeof value === 'bigint') return BIGINT
  // Small integers lie in the place of the pointer.
  return value === value >> 0 ? 0 : BOXED_NUMBER
}

/** A copy that shares nothing which can change. */
export function cloneValue(value: Value): Value {
  return typeof value === 'object' ? value.clone() : value
}
