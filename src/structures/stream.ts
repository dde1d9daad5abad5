import type { Int64 } from './int64.js'
import { type BlockLimits, BYTES_MAX, type StreamBlock } from './stream-block.js'
import { GroupCensus, StreamGroup, UNKNOWN_READ } from './stream-group.js'
import {
  addWrapping,
  compareIds,
  compareParts,
  ID_MAX,
  ID_MIN,
  isZero,
  nextId,
  partsText,
  type StreamId,
  type U64,
} from './stream-id.js'
import { StreamLog, type TrimTarget, type Visit } from './stream-log.js'
import { compareText } from './text.js'

/** Redis's default limits of a block. */
export const DEFAULT_LIMITS: BlockLimits = { bytesMax: 4096, entriesMax: 100, entryBytesMax: BYTES_MAX }

/** Bytes of heap of a stream without entries and groups, more or less. */
const STREAM_BYTES = 200

/** An entry in the form in which bodies hand it on: names and values by turns. */
export interface StreamEntry {
  readonly id: string
  readonly words: readonly string[]
}

/**
 * A stream: entries in the order of their ids, and the groups that read them.
 *
 * Invariants: `lastId` is not below the id of any entry there ever was; `firstId` is that of the first entry, 0-0 where there is
 * none. The counters follow Redis, whose lag and entries-read are reckoned from them.
 */
export class Stream {
  readonly type = 'stream'
  readonly encoding = 'stream'
  readonly log: StreamLog
  private readonly named = new Map<string, StreamGroup>()
  private readonly census = new GroupCensus()
  lastId: StreamId = ID_MIN
  firstId: StreamId = ID_MIN
  /** The greatest id that XDEL took out, 0-0 for none. */
  maxDeletedId: StreamId = ID_MIN
  /** How many entries were ever added, as far as Redis knows. */
  entriesAdded: Int64 = 0

  constructor(log = new StreamLog()) {
    this.log = log
  }

  get size(): number {
    return this.log.size
  }

  /** Bytes of heap, more or less. O(1). */
  get weight(): number {
    return STREAM_BYTES + this.log.weight + this.census.weight
  }

  /** The groups by name. */
  get groups(): ReadonlyMap<string, StreamGroup> {
    return this.named
  }

  /** Makes a group, of a name that there is none of. O(1). */
  addGroup(name: string, lastId: StreamId, entriesRead: Int64): StreamGroup {
    const group = new StreamGroup(lastId, entriesRead, this.census)
    this.named.set(name, group)
    return group
  }

  /** Takes a group out; returns whether it was there. O(1). */
  removeGroup(name: string): boolean {
    this.named.get(name)?.leave()
    return this.named.delete(name)
  }

  /** As `clone`. */
  view(): Stream {
    return this.clone()
  }

  /** An independent copy. O(blocks + pending entries). */
  clone(): Stream {
    const copy = new Stream(this.log.clone())
    copy.lastId = this.lastId
    copy.firstId = this.firstId
    copy.maxDeletedId = this.maxDeletedId
    copy.entriesAdded = this.entriesAdded
    for (const [name, group] of this.groups) copy.named.set(name, group.clone(copy.census))
    return copy
  }

  /** Adds an entry, names and values by turns, under an id past `lastId`. O(bytes of the entry), amortised. */
  append(id: StreamId, words: readonly string[], limits: BlockLimits): void {
    this.log.append(id.ms, id.seq, words, limits)
    this.lastId = id
    this.entriesAdded = addWrapping(this.entriesAdded, 1)
    if (this.log.size === 1) this.firstId = id
  }

  /** Takes out an entry as XDEL does; returns whether it was there. `settleFirst` must follow. O(log n) as a rule. */
  delete(id: StreamId): boolean {
    if (!this.log.delete(id)) return false
    if (compareIds(id, this.maxDeletedId) > 0) this.maxDeletedId = id
    return true
  }

  /** Takes out entries from the first on; returns how many. See `StreamLog.trim`. */
  trim(target: TrimTarget): number {
    const gone = this.log.trim(target)
    if (gone > 0) this.settleFirst()
    return gone
  }

  /** Finds the first entry anew. O(entries deleted in the first block). */
  settleFirst(): void {
    this.firstId = this.edge(true) ?? ID_MIN
  }

  /** The id of the first or the last entry; undefined where there is none. */
  edge(first: boolean): StreamId | undefined {
    let found: StreamId | undefined
    const visit: Visit = (block, index) => {
      found = idAt(block, index)
      return false
    }
    if (first) this.log.forward(ID_MIN, ID_MAX, visit)
    else this.log.backward(ID_MIN, ID_MAX, visit)
    return found
  }

  /** The entries from `start` to `end`, both included, up to `count` (0 for all); backwards if `reverse`. */
  range(start: StreamId, end: StreamId, count: number, reverse = false): StreamEntry[] {
    const entries: StreamEntry[] = []
    let left = count === 0 ? Number.POSITIVE_INFINITY : count
    const visit: Visit = (block, index) => {
      entries.push({ id: textAt(block, index), words: block.wordsAt(index) })
      return --left > 0
    }
    if (compareIds(start, end) > 0) return entries
    if (reverse) this.log.backward(start, end, visit)
    else this.log.forward(start, end, visit)
    return entries
  }

  /** One entry, undefined where there is none. O(log n). */
  entry(id: StreamId): StreamEntry | undefined {
    return this.range(id, id, 1)[0]
  }

  /** The groups in the order of their names' bytes, as Redis lists them. O(n log n). */
  sortedGroups(): [string, StreamGroup][] {
    return [...this.groups].sort(([a], [b]) => compareText(a, b))
  }

  /** Notes that a group has been given the entry of an id past its last one; entries-read as Redis reckons it. O(1). */
  advance(group: StreamGroup, id: StreamId): void {
    const isTold =
      group.entriesRead !== UNKNOWN_READ &&
      compareIds(group.lastId, this.firstId) >= 0 &&
      !this.mayHaveGapsFrom(group.lastId)
    if (isTold) group.entriesRead = addWrapping(group.entriesRead, 1)
    else if (this.entriesAdded !== 0) group.entriesRead = this.readUpTo(id)
    group.lastId = id
  }

  /** How many entries a group has not read yet, null where that cannot be told. As Redis reckons it. O(1). */
  lag(group: StreamGroup): Int64 | null {
    const { entriesAdded } = this
    if (entriesAdded === 0 || this.size === 0) return 0
    const isBehindAll = compareIds(group.lastId, this.firstId) < 0
    if (isBehindAll && compareIds(this.maxDeletedId, this.firstId) < 0) return this.size
    if (group.entriesRead !== UNKNOWN_READ && !this.mayHaveGapsFrom(group.lastId)) {
      return addWrapping(entriesAdded, negated(group.entriesRead))
    }
    const read = this.readUpTo(group.lastId)
    return read === UNKNOWN_READ ? null : addWrapping(entriesAdded, negated(read))
  }

  /** Whether an entry past an id may have been deleted and not counted. */
  private mayHaveGapsFrom(id: StreamId): boolean {
    if (this.size === 0 || isZero(this.maxDeletedId)) return false
    if (compareIds(this.firstId, this.maxDeletedId) > 0) return false
    return compareIds(id, this.maxDeletedId) <= 0
  }

  /** How many entries were ever added up to an id, UNKNOWN_READ where that cannot be told. */
  readUpTo(id: StreamId): Int64 {
    const { entriesAdded, lastId, firstId, maxDeletedId } = this
    if (entriesAdded === 0) return 0
    const toLast = compareIds(id, lastId)
    if (this.size === 0 && toLast < 1) return entriesAdded
    if (!isZero(id) && compareIds(id, maxDeletedId) < 0) return UNKNOWN_READ
    if (toLast === 0) return entriesAdded
    if (toLast > 0) return UNKNOWN_READ
    const toFirst = compareIds(id, firstId)
    if (isZero(maxDeletedId) || compareIds(maxDeletedId, firstId) < 0) {
      if (toFirst < 0) return addWrapping(entriesAdded, -this.size)
      if (toFirst === 0) return addWrapping(entriesAdded, 1 - this.size)
    }
    return UNKNOWN_READ
  }

  /** How many nodes Redis's radix tree over the ids of the blocks would have. O(blocks). */
  radixNodes(): number {
    const blocks = this.log.blocksFrom()
    if (blocks.length === 0) return 1
    return radixNodes(
      blocks.map((block) => keyBytes(block.ms, block.seq)),
      0,
    )
  }

  /** The entries and the state of the groups, as laws compare it: all that the log of calls brings back. */
  *[Symbol.iterator](): IterableIterator<unknown> {
    yield { last: `${this.lastId.ms}-${this.lastId.seq}`, deleted: `${this.maxDeletedId.ms}-${this.maxDeletedId.seq}` }
    yield { added: String(this.entriesAdded) }
    for (const { id, words } of this.range(ID_MIN, ID_MAX, 0)) yield [id, ...words]
    for (const [name, group] of this.sortedGroups()) {
      yield { group: name, last: `${group.lastId.ms}-${group.lastId.seq}`, read: String(group.entriesRead) }
      yield group.sortedConsumers().map((consumer) => consumer.name)
      for (const { ms, seq, consumer, deliveredMs, deliveries } of group.pending.from(ID_MIN)) {
        yield [`${ms}-${seq}`, consumer.name, deliveredMs, String(deliveries)]
      }
    }
  }

  /** Checks the invariants. O(n). */
  invariants(): void {
    this.log.invariants()
    const census = new GroupCensus()
    for (const group of this.groups.values()) {
      group.invariants()
      census.groups++
      census.consumers += group.consumers.size
      census.pending += group.pending.size
    }
    if (census.weight !== this.census.weight) throw new Error('stream: a wrong census of its groups')
    const first = this.edge(true) ?? ID_MIN
    if (compareIds(first, this.firstId) !== 0) throw new Error('stream: a wrong first id')
    const last = this.edge(false)
    if (last !== undefined && compareIds(last, this.lastId) > 0) throw new Error('stream: an entry past the last id')
  }
}

/** The id that XADD gives an entry at a time, undefined when there is none left. */
export function generatedId(lastId: StreamId, nowMs: number): StreamId | undefined {
  return compareParts(nowMs, 0, lastId.ms, U64_END) > 0 ? { ms: nowMs, seq: 0 } : nextId(lastId)
}

const U64_END = ID_MAX.seq

function idAt(block: StreamBlock, index: number): StreamId {
  return { ms: block.entries.msAt(index), seq: block.entries.seqAt(index) }
}

function textAt(block: StreamBlock, index: number): string {
  return partsText(block.entries.msAt(index), block.entries.seqAt(index))
}

function negated(value: Int64): Int64 {
  return typeof value === 'number' ? -value : addWrapping(0, -value)
}

/** The key of a block in Redis's radix tree: 16 bytes, the highest first. */
function keyBytes(ms: U64, seq: U64): string {
  return hex(ms) + hex(seq)
}

/** Two digits are a byte. */
function hex(part: U64): string {
  return part.toString(16).padStart(16, '0')
}

const KEY_DIGITS = 32

/**
 * The nodes of the part of the tree that holds these keys, which ascend and agree in the digits before `from`: one for the bytes in
 * which all agree, one where they part, one at the end of a key.
 */
function radixNodes(keys: readonly string[], from: number): number {
  const first = keys[0]!
  if (keys.length === 1) return (from < KEY_DIGITS ? 1 : 0) + 1
  const last = keys[keys.length - 1]!
  let parting = from
  while (first.slice(parting, parting + 2) === last.slice(parting, parting + 2)) parting += 2
  let nodes = (parting > from ? 1 : 0) + 1
  for (let start = 0; start < keys.length; ) {
    const byte = keys[start]!.slice(parting, parting + 2)
    let end = start + 1
    while (end < keys.length && keys[end]!.slice(parting, parting + 2) === byte) end++
    nodes += radixNodes(keys.slice(start, end), parting + 2)
    start = end
  }
  return nodes
}
