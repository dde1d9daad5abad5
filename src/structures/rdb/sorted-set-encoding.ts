import { formatScore, parseScore } from '../score.js'
import { isBefore, RepeatedMember } from '../scored-member.js'
import { SortedSet } from '../sorted-set.js'
import { ListpackWriter, readListpack } from './listpack.js'
import { RdbFormatError, type RdbReader } from './reader.js'
import { RdbType } from './types.js'
import type { RdbWriter } from './writer.js'
import { readZiplist } from './ziplist.js'

/** The type as which a sorted set is written, by its encoding. O(1). */
export function sortedSetType(set: SortedSet): RdbType {
  return set.encoding === 'listpack' ? RdbType.ZSET_LISTPACK : RdbType.ZSET_2
}

/** Writes a sorted set as its type has it: a listpack from the least to the greatest, else the other way. O(bytes). */
export function writeSortedSet(writer: RdbWriter, set: SortedSet): void {
  const { size } = set
  if (set.encoding === 'listpack') {
    const listpack = new ListpackWriter()
    set.visit(0, size, false, (member, score) => {
      listpack.text(member)
      // What is whole is packed as an integer by its text.
      listpack.text(formatScore(score))
    })
    writer.string(listpack.finish())
    return
  }
  writer.size(size)
  set.visit(0, size, true, (member, score) => {
    writer.text(member)
    writer.double(score)
  })
}

/** Members and scores side by side. */
interface Rows {
  readonly members: string[]
  readonly scores: Float64Array
}

/**
 * Reads a sorted set of any type that sorted sets ever had. O(bytes), O(n log n) where it is not in order.
 * @throws RdbFormatError for malformed input, for an empty set, for a member that comes twice and a score that is not a number
 */
export function readSortedSet(type: RdbType, reader: RdbReader): SortedSet {
  const start = reader.position
  const packed = type === RdbType.ZSET_ZIPLIST || type === RdbType.ZSET_LISTPACK
  const rows = packed ? readPacked(type, reader) : readRows(type, reader)
  if (rows.members.length === 0) throw new RdbFormatError('an empty sorted set', start)
  try {
    const { members, scores } = ordered(rows)
    const set = SortedSet.ofSorted(members, scores)
    if (packed) set.keepPacked()
    return set
  } catch (error) {
    if (error instanceof RepeatedMember) throw new RdbFormatError('a member that comes twice', start)
    throw error
  }
}

/** Member and score by turns. */
function readPacked(type: RdbType, reader: RdbReader): Rows {
  const start = reader.position
  const bytes = reader.stringBytes()
  const elements = type === RdbType.ZSET_ZIPLIST ? readZiplist(bytes) : readListpack(bytes)
  const count = elements.length / 2
  if (!Number.isInteger(count)) throw new RdbFormatError('a member without a score', start)
  const members: string[] = []
  const scores = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const score = parseScore(elements[2 * i + 1]!)
    if (score === undefined) throw new RdbFormatError('a score that is not a number', start)
    members.push(elements[2 * i]!)
    // Redis 8.0 packs no -0, and nor does `SortedSet`; one from an older version becomes 0.
    scores[i] = score + 0
  }
  return { members, scores }
}

function readRows(type: RdbType, reader: RdbReader): Rows {
  const binary = type === RdbType.ZSET_2
  const count = reader.count(binary ? 9 : 2)
  const members: string[] = []
  const scores = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    members.push(reader.text())
    const at = reader.position
    const score = binary ? reader.double() : reader.textDouble()
    if (Number.isNaN(score)) throw new RdbFormatError('a score that is not a number', at)
    scores[i] = score
  }
  return { members, scores }
}

/** The same rows from the least to the greatest. Redis writes them so or in reverse, and reads them in any order. */
function ordered(rows: Rows): Rows {
  if (isAscending(rows)) return rows
  rows.members.reverse()
  rows.scores.reverse()
  return isAscending(rows) ? rows : sorted(rows)
}

function isAscending({ members, scores }: Rows): boolean {
  for (let i = 1; i < members.length; i++) {
    if (!isBefore(scores[i - 1]!, members[i - 1]!, scores[i]!, members[i]!)) return false
  }
  return true
}

function sorted({ members, scores }: Rows): Rows {
  const order = Uint32Array.from(members, (_, i) => i)
  order.sort((a, b) => {
    if (isBefore(scores[a]!, members[a]!, scores[b]!, members[b]!)) return -1
    return isBefore(scores[b]!, members[b]!, scores[a]!, members[a]!) ? 1 : 0
  })
  const rows = { members: Array.from(order, (i) => members[i]!), scores: Float64Array.from(order, (i) => scores[i]!) }
  if (!isAscending(rows)) throw new RepeatedMember()
  return rows
}
