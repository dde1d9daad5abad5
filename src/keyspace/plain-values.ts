import { ByteString } from '../structures/byte-string.js'
import { Hash, type HashEncoding } from '../structures/hash.js'
import { type Int64, int64 } from '../structures/int64.js'
import { List } from '../structures/list.js'
import { type SetEncoding, SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { copyBytes, fromBytes } from '../structures/text.js'
import type { VectorSet } from '../structures/vector-set/vector-set.js'
import { BadPlainValue, DOUBLE_BYTES, listOf, readText, TreeSource } from './plain-data.js'
import { blocksOf, joinStreams, packStream, unpackStream } from './plain-stream.js'
import { packVectorSet, unpackVectorSet } from './plain-vector-set.js'
import type { Plain, PlainSink, PlainSource } from './ports.js'
import {
  type Collection,
  type CollectionType,
  codeOf,
  codeOfType,
  KEPT_AS_BYTES_FROM,
  type StringValue,
  type Value,
} from './value.js'

export { BadPlainValue }

/**
 * Values as plain data, for leaves that keep them: text that is valid UTF-8 as text, other byte strings as bytes, collections as
 * flat lists of them. Nothing that comes out shares anything that can change.
 *
 * A form is what one kind of value looks like. Its code is part of every snapshot that was ever written: codes are only added.
 *
 * A large collection is written part by part, each of which looks like a whole one. It must not be changed in between.
 */
export interface Form {
  readonly code: number
  /** How many units it has: elements, or nodes of a list. O(1). */
  units(value: Collection): number
  /** So many units are written in one go. */
  readonly unitsOfPart: number
  /** Writes the units from one to another (exclusive). O(elements). */
  pack(value: Collection, start: number, end: number, sink: PlainSink): void
  /** What the parts are together. */
  join(parts: readonly Plain[]): Plain
  /** O(elements). Throws an Error for what `pack` does not make. */
  read(source: PlainSource): Collection
}

export const PLAIN_STRING = 0
export const PLAIN_LIST = 2
export const PLAIN_HASH = 3
export const PLAIN_SET = 5
export const PLAIN_SORTED_SET = 6

/** What takes some hundred microseconds to write. */
const ELEMENTS_OF_PART = 2_048
const NODES_OF_PART = 8
const BLOCKS_OF_PART = 8
const VECTORS_OF_PART = 256

const LIST = collectionForm<List>(PLAIN_LIST, packList, joinLists, readList, (list) => list.nodeCount, NODES_OF_PART)
const HASH = collectionForm(PLAIN_HASH, packHash, joinHeaded, readHash)
const TIMED_HASH = collectionForm(4, packTimedHash, joinHeaded, readTimedHash)
const SET = collectionForm(PLAIN_SET, packSet, joinHeaded, readSet)
const SORTED_SET = collectionForm(PLAIN_SORTED_SET, packSortedSet, joinSortedSets, readSortedSet)
const STREAM = collectionForm(7, packStream, joinStreams, whole(unpackStream), blocksOf, BLOCKS_OF_PART)
const VECTOR_SET = collectionForm<VectorSet>(
  8,
  packVectorSet,
  joinHeaded,
  whole(unpackVectorSet),
  (set) => set.size,
  VECTORS_OF_PART,
)

/** For what is better seen as a whole. */
function whole<T>(unpack: (plain: Plain) => T): (source: PlainSource) => T {
  return (source) => unpack(source.plain())
}

function collectionForm<T extends Collection>(
  code: number,
  pack: (value: T, start: number, end: number, sink: PlainSink) => void,
  join: (parts: readonly Plain[]) => Plain,
  read: (source: PlainSource) => T,
  units: (value: T) => number = (value) => value.size,
  unitsOfPart = ELEMENTS_OF_PART,
): Form {
  return {
    code,
    // `formOf` gives out a form for values of its kind alone.
    units: units as Form['units'],
    unitsOfPart,
    pack: pack as Form['pack'],
    join,
    read,
  }
}

/** The forms of collections; a further one is one entry here, and one in `formOf`. */
const BY_CODE: ReadonlyMap<number, Form> = new Map(
  [LIST, HASH, TIMED_HASH, SET, SORTED_SET, STREAM, VECTOR_SET].map((form) => [form.code, form]),
)

/** The forms of values by the code of their type; a hash may have another one. */
const BY_TYPE: (Form | undefined)[] = []
// The entries are those of the object.
for (const [type, form] of Object.entries({
  list: LIST,
  hash: HASH,
  set: SET,
  zset: SORTED_SET,
  stream: STREAM,
  vectorset: VECTOR_SET,
} satisfies Record<CollectionType, Form>))
  BY_TYPE[codeOfType(type as CollectionType)] = form

/** The form of a value whose type has this code, undefined for a string. O(1). */
export function formOfType(code: number, value: Value): Form | undefined {
  const form = BY_TYPE[code]
  // The form says that it is one.
  return form === HASH && (value as Hash).nextDeadline !== Number.POSITIVE_INFINITY ? TIMED_HASH : form
}

/** The form of a value, undefined for a string. O(1). */
export function formOf(value: Value): Form | undefined {
  return formOfType(codeOf(value), value)
}

/** Writes a string. O(length). */
export function packString(value: StringValue, sink: PlainSink): void {
  if (typeof value === 'string') sink.text(value)
  else if (typeof value === 'number') sink.number(value)
  else if (typeof value === 'bigint') sink.bigint(value)
  else sink.binary(value.toBytes())
}

/** The value of which this was written. O(elements). @throws Error that says what is wrong */
export function readValue(code: number, source: PlainSource): Value {
  if (code === PLAIN_STRING) return unpackString(source.plain())
  const value = formOfCode(code).read(source)
  if (value.size === 0 && value.type !== 'stream') throw new BadPlainValue('an empty collection')
  return value
}

/** As `readValue`, of data that is there as a whole. */
export function unpackValue(code: number, plain: Plain): Value {
  const source = new TreeSource(plain)
  const value = readValue(code, source)
  source.finish()
  return value
}

/** What the parts of a value are together, all of which have this code. @throws BadPlainValue */
export function joinParts(code: number, parts: readonly Plain[]): Plain {
  return formOfCode(code).join(parts)
}

function formOfCode(code: number): Form {
  const form = BY_CODE.get(code)
  if (form === undefined) throw new BadPlainValue(`an unknown type of value: ${code}`)
  return form
}

function unpackString(plain: Plain): Value {
  if (typeof plain === 'string') return plain
  if (plain instanceof Uint8Array) {
    return plain.length < KEPT_AS_BYTES_FROM ? fromBytes(plain) : ByteString.of(copyBytes(plain))
  }
  if (typeof plain === 'number' && Number.isSafeInteger(plain)) return plain
  const integer: Int64 | undefined = typeof plain === 'bigint' ? int64(plain) : undefined
  if (integer === undefined) throw new BadPlainValue('a string that is none')
  return integer
}

/** A list for each node: whether it is a plain one, then its elements. */
function packList(list: List, start: number, end: number, sink: PlainSink): void {
  sink.list(end - start)
  for (let at = start; at < end; at++) {
    const { elements, plain } = list.run(at)
    sink.list(1 + elements.length)
    sink.number(plain ? 1 : 0)
    for (const element of elements) sink.text(element)
  }
}

function joinLists(parts: readonly Plain[]): Plain {
  const nodes: Plain[] = []
  for (const part of parts) for (const node of listOf(part)) nodes.push(node)
  return nodes
}

function readList(source: PlainSource): List {
  const nodes = new Array<{ readonly plain: boolean; readonly elements: string[] }>(source.list())
  for (let at = 0; at < nodes.length; at++) {
    const length = source.list()
    if (length === 0) throw new BadPlainValue('a node that is none')
    const plain = source.number() === 1
    if (plain && length !== 2) throw new BadPlainValue('a plain node of one element')
    nodes[at] = { plain, elements: readTexts(source, length - 1) }
  }
  return List.ofNodes(nodes)
}

function readTexts(source: PlainSource, count: number): string[] {
  const texts = new Array<string>(count)
  for (let i = 0; i < count; i++) texts[i] = readText(source)
  return texts
}

const HASH_ENCODINGS: readonly HashEncoding[] = ['listpack', 'listpackex', 'hashtable']
/** More fields than any compact hash has. */
const MANY = 1_000_000

/** The number of the encoding, then field and value by turns. */
function packHash(hash: Hash, start: number, end: number, sink: PlainSink): void {
  sink.list(1 + (end - start) * 2)
  sink.number(HASH_ENCODINGS.indexOf(hash.encoding))
  for (let slot = start; slot < end; slot++) {
    sink.text(hash.fieldAt(slot))
    sink.text(hash.valueAt(slot))
  }
}

/** Parts that begin with what they have in common, as the number of the encoding. */
function joinHeaded(parts: readonly Plain[]): Plain {
  const all: Plain[] = [listOf(parts[0]!)[0] ?? null]
  for (const part of parts) {
    const items = listOf(part)
    for (let at = 1; at < items.length; at++) all.push(items[at]!)
  }
  return all
}

function readHash(source: PlainSource): Hash {
  const length = source.list()
  if (length % 2 !== 1) throw new BadPlainValue('a field without a value')
  const encoding = source.number()
  const hash = startHash(encoding)
  for (let left = length >> 1; left > 0; left--) addField(hash, readText(source), readText(source))
  return endHash(hash, encoding)
}

/** As a hash without deadlines, with the deadline behind each value: milliseconds since the epoch, -1 for none. */
function packTimedHash(hash: Hash, start: number, end: number, sink: PlainSink): void {
  sink.list(1 + (end - start) * 3)
  sink.number(HASH_ENCODINGS.indexOf(hash.encoding))
  for (let slot = start; slot < end; slot++) {
    sink.text(hash.fieldAt(slot))
    sink.text(hash.valueAt(slot))
    sink.number(hash.deadlineAt(slot))
  }
}

function readTimedHash(source: PlainSource): Hash {
  const length = source.list()
  if (length % 3 !== 1) throw new BadPlainValue('a field without a deadline')
  const encoding = source.number()
  const hash = startHash(encoding)
  for (let at = 1; at < length; at += 3) {
    addField(hash, readText(source), readText(source))
    const deadline = source.number()
    if (!Number.isSafeInteger(deadline)) throw new BadPlainValue('a deadline that is none')
    if (deadline >= 0) hash.setDeadlineAt(hash.size - 1, deadline)
  }
  return endHash(hash, encoding)
}

function startHash(encoding: number): Hash {
  const hash = new Hash()
  if (encoding === 2) hash.expect(MANY)
  return hash
}

function addField(hash: Hash, field: string, value: string): void {
  if (!hash.set(field, value)) throw new BadPlainValue('a field that comes twice')
}

function endHash(hash: Hash, encoding: number): Hash {
  if (encoding === 0) hash.keepAs('listpack')
  else if (encoding === 1) hash.keepAs('listpackex')
  return hash
}

const SET_ENCODINGS: readonly SetEncoding[] = ['intset', 'listpack', 'hashtable']

/** The number of the encoding, then the members. */
function packSet(set: SetOfStrings, start: number, end: number, sink: PlainSink): void {
  sink.list(1 + end - start)
  sink.number(SET_ENCODINGS.indexOf(set.encoding))
  for (let index = start; index < end; index++) sink.text(set.at(index))
}

function readSet(source: PlainSource): SetOfStrings {
  const size = source.list() - 1
  const encoding = SET_ENCODINGS[size < 0 ? -1 : source.number()]
  if (encoding === undefined) throw new BadPlainValue('an unknown encoding of a set')
  const set = SetOfStrings.of(readTexts(source, size), encoding)
  if (set.size !== size) throw new BadPlainValue('a member that comes twice')
  return set
}

/** The number of the encoding (0 for a listpack), all scores as doubles, least byte first, then the members; both ascending. */
function packSortedSet(set: SortedSet, start: number, end: number, sink: PlainSink): void {
  sink.list(2 + end - start)
  sink.number(set.encoding === 'listpack' ? 0 : 1)
  let at = sink.doubles(end - start)
  set.visit(start, end, false, (member, score) => {
    sink.setDouble(at, score)
    at += DOUBLE_BYTES
    sink.text(member)
  })
}

function joinSortedSets(parts: readonly Plain[]): Plain {
  const lists = parts.map(listOf)
  const scores = new Uint8Array(lists.reduce((sum, [, bytes]) => sum + bytesOf(bytes).length, 0))
  const all: Plain[] = [lists[0]![0] ?? null, scores]
  let end = 0
  for (const list of lists) {
    const own = bytesOf(list[1])
    scores.set(own, end)
    end += own.length
    for (let at = 2; at < list.length; at++) all.push(list[at]!)
  }
  return all
}

function bytesOf(plain: Plain | undefined): Uint8Array {
  if (plain instanceof Uint8Array) return plain
  throw new BadPlainValue('bytes that are none')
}

function readSortedSet(source: PlainSource): SortedSet {
  const count = source.list() - 2
  if (count < 0) throw new BadPlainValue('a sorted set that is none')
  const encoding = source.number()
  const scores = source.doubles(count)
  for (const score of scores) if (Number.isNaN(score)) throw new BadPlainValue('a score that is not a number')
  const set = SortedSet.ofSorted(readTexts(source, count), scores)
  if (encoding === 1) set.unpack()
  else set.keepPacked()
  return set
}
