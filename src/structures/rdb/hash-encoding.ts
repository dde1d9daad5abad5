import { Hash } from '../hash.js'
import { parseInt64 } from '../int64.js'
import { ListpackWriter, readListpack } from './listpack.js'
import { RdbFormatError, type RdbReader } from './reader.js'
import { RdbType } from './types.js'
import type { RdbWriter } from './writer.js'
import { readZiplist } from './ziplist.js'
import { readZipmap } from './zipmap.js'

/** The latest deadline that Redis takes for a field. */
const DEADLINE_MAX = 2 ** 48 - 2

/** The type as which a hash is written, by its encoding and deadlines. O(1). */
export function hashType(hash: Hash): RdbType {
  const { encoding } = hash
  if (encoding === 'listpack') return RdbType.HASH_LISTPACK
  if (encoding === 'listpackex') return RdbType.HASH_LISTPACK_EX
  return hash.nextDeadline === Number.POSITIVE_INFINITY ? RdbType.HASH : RdbType.HASH_METADATA
}

/** Writes a hash as its type has it. O(bytes). */
export function writeHash(writer: RdbWriter, hash: Hash): void {
  switch (hashType(hash)) {
    case RdbType.HASH_LISTPACK:
      writePairs(writer, hash)
      break
    case RdbType.HASH_LISTPACK_EX:
      writeTriples(writer, hash)
      break
    case RdbType.HASH_METADATA:
      writeRows(writer, hash, true)
      break
    default:
      writeRows(writer, hash, false)
  }
}

function writePairs(writer: RdbWriter, hash: Hash): void {
  const listpack = new ListpackWriter()
  for (let slot = 0; slot < hash.size; slot++) {
    listpack.text(hash.fieldAt(slot))
    listpack.text(hash.valueAt(slot))
  }
  writer.string(listpack.finish())
}

/**
 * The earliest deadline, 0 for none; then field, value and deadline by turns, those that end first in front, those without a
 * deadline behind. Among equal deadlines Redis has the one that was set last in front, which here is the one added last.
 */
function writeTriples(writer: RdbWriter, hash: Hash): void {
  const next = hash.nextDeadline
  writer.milliseconds(next === Number.POSITIVE_INFINITY ? 0 : next)
  const slots = Array.from({ length: hash.size }, (_, slot) => slot)
  slots.sort(
    (a, b) => rankOf(hash.deadlineAt(a)) - rankOf(hash.deadlineAt(b)) || (hash.deadlineAt(a) < 0 ? a - b : b - a),
  )
  const listpack = new ListpackWriter()
  for (const slot of slots) {
    listpack.text(hash.fieldAt(slot))
    listpack.text(hash.valueAt(slot))
    listpack.integer(Math.max(hash.deadlineAt(slot), 0))
  }
  writer.string(listpack.finish())
}

/** No deadline comes last; a finite number, so that two of them can be compared. */
function rankOf(deadline: number): number {
  return deadline < 0 ? Number.MAX_SAFE_INTEGER : deadline
}

/** Deadlines are told from the earliest on, which is 1; 0 stands for none. */
function writeRows(writer: RdbWriter, hash: Hash, withDeadlines: boolean): void {
  const { size } = hash
  const base = withDeadlines ? hash.nextDeadline : 0
  if (withDeadlines) writer.milliseconds(base)
  writer.size(size)
  for (let slot = 0; slot < size; slot++) {
    if (withDeadlines) {
      const deadline = hash.deadlineAt(slot)
      writer.size(deadline < 0 ? 0 : deadline - base + 1)
    }
    writer.text(hash.fieldAt(slot))
    writer.text(hash.valueAt(slot))
  }
}

/**
 * Reads a hash of any type that hashes ever had. Deadlines that have passed are read like others, as Redis does. O(bytes).
 * @throws RdbFormatError for malformed input, for an empty hash and for a field that comes twice
 */
export function readHash(type: RdbType, reader: RdbReader): Hash {
  const start = reader.position
  const hash = readAny(type, reader)
  if (hash.size === 0) throw new RdbFormatError('an empty hash', start)
  return hash
}

function readAny(type: RdbType, reader: RdbReader): Hash {
  switch (type) {
    case RdbType.HASH_ZIPMAP:
      return ofPairs(readZipmap(reader.stringBytes()), false)
    case RdbType.HASH_ZIPLIST:
      return ofPairs(readZiplist(reader.stringBytes()), true)
    case RdbType.HASH_LISTPACK:
      return ofPairs(readListpack(reader.stringBytes()), true)
    case RdbType.HASH_LISTPACK_EX:
      // The earliest deadline; the fields say it again.
      reader.skip(8)
      return ofTriples(readListpack(reader.stringBytes()))
    case RdbType.HASH_LISTPACK_EX_PRE_GA:
      return ofTriples(readListpack(reader.stringBytes()))
    case RdbType.HASH_METADATA:
      return readRows(reader, reader.milliseconds())
    case RdbType.HASH_METADATA_PRE_GA:
      // Deadlines are told as they are.
      return readRows(reader, 1)
  }
  return readPlain(reader)
}

function readPlain(reader: RdbReader): Hash {
  const count = reader.count(2)
  const hash = new Hash()
  hash.expect(count)
  for (let i = 0; i < count; i++) {
    const at = reader.position
    add(hash, reader.text(), reader.text(), at)
  }
  return hash
}

function readRows(reader: RdbReader, base: number): Hash {
  const count = reader.count(3)
  const hash = new Hash()
  hash.expect(count)
  hash.expectDeadlines()
  for (let i = 0; i < count; i++) {
    const at = reader.position
    const time = reader.size()
    add(hash, reader.text(), reader.text(), at)
    const deadline = time === 0 ? 0 : base + time - 1
    if (deadline !== 0) setDeadline(hash, deadline, DEADLINE_MAX, at)
  }
  return hash
}

/** Redis keeps a listpack as it comes, long fields and values too, unless it has too many of them. */
function ofPairs(elements: readonly string[], isListpack: boolean): Hash {
  if (elements.length % 2 !== 0) throw new RdbFormatError('a field without a value', 0)
  const hash = new Hash()
  for (let i = 0; i < elements.length; i += 2) add(hash, elements[i]!, elements[i + 1]!, 0)
  if (isListpack) hash.keepAs('listpack')
  return hash
}

/** Field, value and deadline by turns. Runs of equal deadlines are added backwards, as `writeTriples` tells them. */
function ofTriples(elements: readonly string[]): Hash {
  if (elements.length % 3 !== 0) throw new RdbFormatError('a field without a value or a deadline', 0)
  const hash = new Hash()
  hash.expectDeadlines()
  for (let start = 0; start < elements.length; ) {
    const text = elements[start + 2]!
    const deadline = parseInt64(text)
    if (typeof deadline !== 'number') throw new RdbFormatError('a deadline out of range', 0)
    let end = start + 3
    if (deadline !== 0) while (elements[end + 2] === text) end += 3
    for (let at = end - 3; at >= start; at -= 3) {
      add(hash, elements[at]!, elements[at + 1]!, 0)
      if (deadline !== 0) setDeadline(hash, deadline, Number.MAX_SAFE_INTEGER, 0)
    }
    start = end
  }
  hash.keepAs('listpackex')
  return hash
}

function add(hash: Hash, field: string, value: string, offset: number): void {
  if (!hash.set(field, value)) throw new RdbFormatError('a field that comes twice', offset)
}

/** Gives the field that was added last a deadline. */
function setDeadline(hash: Hash, deadline: number, latest: number, offset: number): void {
  if (deadline < 0 || deadline > latest) throw new RdbFormatError('a deadline out of range', offset)
  hash.setDeadlineAt(hash.size - 1, deadline)
}
