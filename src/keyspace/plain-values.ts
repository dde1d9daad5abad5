import { ByteString } from '../structures/byte-string.js'
import { Hash, type HashEncoding } from '../structures/hash.js'
import { type Int64, int64 } from '../structures/int64.js'
import { List } from '../structures/list.js'
import { dumpCollection, isEncoded, readCollection } from '../structures/rdb/collections.js'
import { openPayload } from '../structures/rdb/payload.js'
import { type SetEncoding, SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { Stream } from '../structures/stream.js'
import { copyBytes } from '../structures/text.js'
import { VectorSet } from '../structures/vector-set/vector-set.js'
import { BadPlainValue, listOf, plainText, textOf } from './plain-data.js'
import { packStream, unpackStream } from './plain-stream.js'
import { packVectorSet, unpackVectorSet } from './plain-vector-set.js'
import type { Plain } from './ports.js'
import { type Collection, isString, type Value } from './value.js'

export { BadPlainValue, plainText, textOf }

/**
 * Values as plain data, for leaves that keep them: text that is valid UTF-8 as text, other byte strings as bytes, collections as
 * flat arrays of them. Nothing that comes out shares anything that can change.
 *
 * A form is what one kind of value looks like. Its code is part of every snapshot that was ever written: codes are only added.
 * A collection without a form of its own is written as its DUMP payload.
 */
interface Form {
  readonly code: number
  is(value: Collection): boolean
  /** O(elements). */
  pack(value: Collection): Plain
  /** O(elements). Throws BadPlainValue for what `pack` does not make. */
  unpack(plain: Plain): Collection
}

export const PLAIN_STRING = 0
const PLAIN_PAYLOAD = 1

/** The forms of collections; a further one is one entry here. */
const FORMS: readonly Form[] = [
  formOf(2, List, packList, unpackList),
  formOf(3, Hash, packHash, unpackHash, (hash) => hash.nextDeadline === Number.POSITIVE_INFINITY),
  formOf(4, Hash, packTimedHash, unpackTimedHash),
  formOf(5, SetOfStrings, packSet, unpackSet),
  formOf(6, SortedSet, packSortedSet, unpackSortedSet),
  formOf(7, Stream, packStream, unpackStream),
  formOf(8, VectorSet, packVectorSet, unpackVectorSet),
]

/** Any collection as its DUMP payload, which is exact for all that Redis has. */
const PAYLOAD: Form = {
  code: PLAIN_PAYLOAD,
  is: isEncoded,
  pack(value) {
    // `is` has said so.
    if (!isEncoded(value)) throw new Error(`plain values: no form for ${value.type}`)
    return dumpCollection(value)
  },
  unpack(plain) {
    if (!(plain instanceof Uint8Array)) throw new BadPlainValue('a payload is bytes')
    const opened = openPayload(plain)
    const value = opened.status === 'ok' ? readCollection(opened.type, opened.reader) : undefined
    if (value === undefined) throw new BadPlainValue('a payload that cannot be read')
    return value
  },
}

function formOf<T extends Collection>(
  code: number,
  type: new () => T,
  pack: (value: T) => Plain,
  unpack: (plain: Plain) => T,
  also: (value: T) => boolean = () => true,
): Form {
  return {
    code,
    is: (value) => value instanceof type && also(value),
    // `is` has said so.
    pack: (value) => pack(value as T),
    unpack,
  }
}

const BY_CODE: ReadonlyMap<number, Form> = new Map([...FORMS, PAYLOAD].map((form) => [form.code, form]))

/** Adds the code of the form of a value and its plain data to `into`. O(elements). */
export function packValue(value: Value, into: Plain[]): void {
  if (typeof value === 'string') into.push(PLAIN_STRING, plainText(value))
  else if (isString(value)) into.push(PLAIN_STRING, value instanceof ByteString ? value.toBytes() : value)
  else {
    const form = FORMS.find((one) => one.is(value)) ?? PAYLOAD
    into.push(form.code, form.pack(value))
  }
}

/** The value that `packValue` told of. O(elements). @throws BadPlainValue */
export function unpackValue(code: Plain, plain: Plain): Value {
  if (code === PLAIN_STRING) return unpackString(plain)
  const form = typeof code === 'number' ? BY_CODE.get(code) : undefined
  if (form === undefined) throw new BadPlainValue(`an unknown type of value: ${String(code)}`)
  let value: Collection
  try {
    value = form.unpack(plain)
  } catch (error) {
    throw error instanceof BadPlainValue
      ? error
      : new BadPlainValue(error instanceof Error ? error.message : 'no value')
  }
  if (value.size === 0 && value.type !== 'stream') throw new BadPlainValue('an empty collection')
  return value
}

function unpackString(plain: Plain): Value {
  if (typeof plain === 'string') return plain
  if (plain instanceof Uint8Array) return ByteString.of(copyBytes(plain))
  if (typeof plain === 'number' && Number.isSafeInteger(plain)) return plain
  const integer: Int64 | undefined = typeof plain === 'bigint' ? int64(plain) : undefined
  if (integer === undefined) throw new BadPlainValue('a string that is none')
  return integer
}

/** One array for each node: whether it is a plain one, then its elements. */
function packList(list: List): Plain {
  const nodes: Plain[] = []
  for (const { elements, plain } of list.runs()) {
    const node: Plain[] = [plain ? 1 : 0]
    for (const element of elements) node.push(plainText(element))
    nodes.push(node)
  }
  return nodes
}

function unpackList(plain: Plain): List {
  return List.ofNodes(
    listOf(plain).map((node) => {
      const [kind, ...elements] = listOf(node)
      if (kind === 1 && elements.length !== 1) throw new BadPlainValue('a plain node of one element')
      return { plain: kind === 1, elements: elements.map(textOf) }
    }),
  )
}

const HASH_ENCODINGS: readonly HashEncoding[] = ['listpack', 'listpackex', 'hashtable']
/** More fields than any compact hash has. */
const MANY = 1_000_000

/** The number of the encoding, then field and value by turns. */
function packHash(hash: Hash): Plain {
  const packed: Plain[] = [HASH_ENCODINGS.indexOf(hash.encoding)]
  for (let slot = 0; slot < hash.size; slot++) packed.push(plainText(hash.fieldAt(slot)), plainText(hash.valueAt(slot)))
  return packed
}

function unpackHash(plain: Plain): Hash {
  const packed = listOf(plain)
  if (packed.length % 2 !== 1) throw new BadPlainValue('a field without a value')
  const hash = startHash(packed)
  for (let at = 1; at < packed.length; at += 2) addField(hash, packed[at]!, packed[at + 1]!)
  return endHash(hash, packed)
}

/** As a hash without deadlines, with the deadline behind each value: milliseconds since the epoch, -1 for none. */
function packTimedHash(hash: Hash): Plain {
  const packed: Plain[] = [HASH_ENCODINGS.indexOf(hash.encoding)]
  for (let slot = 0; slot < hash.size; slot++) {
    packed.push(plainText(hash.fieldAt(slot)), plainText(hash.valueAt(slot)), hash.deadlineAt(slot))
  }
  return packed
}

function unpackTimedHash(plain: Plain): Hash {
  const packed = listOf(plain)
  if (packed.length % 3 !== 1) throw new BadPlainValue('a field without a deadline')
  const hash = startHash(packed)
  for (let at = 1; at < packed.length; at += 3) {
    addField(hash, packed[at]!, packed[at + 1]!)
    const deadline = packed[at + 2]!
    if (typeof deadline !== 'number' || !Number.isSafeInteger(deadline))
      throw new BadPlainValue('a deadline that is none')
    if (deadline >= 0) hash.setDeadlineAt(hash.size - 1, deadline)
  }
  return endHash(hash, packed)
}

function startHash([encoding]: readonly Plain[]): Hash {
  const hash = new Hash()
  if (encoding === 2) hash.expect(MANY)
  return hash
}

function addField(hash: Hash, field: Plain, value: Plain): void {
  if (!hash.set(textOf(field), textOf(value))) throw new BadPlainValue('a field that comes twice')
}

function endHash(hash: Hash, [encoding]: readonly Plain[]): Hash {
  if (encoding === 0) hash.keepAs('listpack')
  else if (encoding === 1) hash.keepAs('listpackex')
  return hash
}

const SET_ENCODINGS: readonly SetEncoding[] = ['intset', 'listpack', 'hashtable']

/** The number of the encoding, then the members. */
function packSet(set: SetOfStrings): Plain {
  const packed: Plain[] = [SET_ENCODINGS.indexOf(set.encoding)]
  for (const member of set) packed.push(plainText(member))
  return packed
}

function unpackSet(plain: Plain): SetOfStrings {
  const packed = listOf(plain)
  const encoding = typeof packed[0] === 'number' ? SET_ENCODINGS[packed[0]] : undefined
  if (encoding === undefined) throw new BadPlainValue('an unknown encoding of a set')
  const set = SetOfStrings.of(packed.slice(1).map(textOf), encoding)
  if (set.size !== packed.length - 1) throw new BadPlainValue('a member that comes twice')
  return set
}

const SCORE_BYTES = 8

/** The number of the encoding (0 for a listpack), all scores as doubles, least byte first, then the members; both ascending. */
function packSortedSet(set: SortedSet): Plain {
  const scores = new Uint8Array(set.size * SCORE_BYTES)
  const view = new DataView(scores.buffer)
  const packed: Plain[] = [set.encoding === 'listpack' ? 0 : 1, scores]
  let at = 0
  set.visit(0, set.size, false, (member, score) => {
    view.setFloat64(at, score, true)
    at += SCORE_BYTES
    packed.push(plainText(member))
  })
  return packed
}

function unpackSortedSet(plain: Plain): SortedSet {
  const [encoding, bytes, ...rest] = listOf(plain)
  if (!(bytes instanceof Uint8Array) || bytes.length !== rest.length * SCORE_BYTES)
    throw new BadPlainValue('a member without a score')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const scores = rest.map((_, i) => view.getFloat64(i * SCORE_BYTES, true))
  if (scores.some(Number.isNaN)) throw new BadPlainValue('a score that is not a number')
  const set = SortedSet.ofSorted(rest.map(textOf), scores)
  if (encoding === 1) set.unpack()
  else set.keepPacked()
  return set
}
