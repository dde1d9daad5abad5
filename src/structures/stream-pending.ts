import type { Int64 } from './int64.js'
import type { StreamConsumer } from './stream-group.js'
import { compareParts, type StreamId, type U64 } from './stream-id.js'

/** An entry that was delivered to a consumer and not acknowledged. It stands in the list of its group and in that of its consumer. */
export class PendingEntry implements StreamId {
  readonly ms: U64
  readonly seq: U64
  consumer: StreamConsumer
  /** When it was delivered last, in milliseconds since the epoch. */
  deliveredMs: number
  deliveries: Int64

  constructor(id: StreamId, consumer: StreamConsumer, deliveredMs: number, deliveries: Int64) {
    this.ms = id.ms
    this.seq = id.seq
    this.consumer = consumer
    this.deliveredMs = deliveredMs
    this.deliveries = deliveries
  }
}

/** A chunk is split when it has more. */
const CHUNK_MAX = 128

/**
 * Pending entries in the order of their ids, in chunks.
 *
 * Invariants: no chunk is empty, ids ascend within and across chunks. Finding, adding and removing cost O(log n + chunk), at the
 * ends O(log n).
 */
export class PendingList {
  size = 0
  private readonly chunks: PendingEntry[][] = []

  /** The index of the chunk in which an id is or belongs; -1 where it belongs before all. */
  private chunkOf(ms: U64, seq: U64): number {
    const { chunks } = this
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const first = chunks[middle]![0]!
      if (compareParts(first.ms, first.seq, ms, seq) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  find({ ms, seq }: StreamId): PendingEntry | undefined {
    const chunk = this.chunks[this.chunkOf(ms, seq)]
    if (chunk === undefined) return undefined
    const entry = chunk[indexIn(chunk, ms, seq)]
    return entry !== undefined && entry.ms === ms && entry.seq === seq ? entry : undefined
  }

  /** Adds an entry whose id is not there yet. */
  add(entry: PendingEntry): void {
    const { chunks } = this
    this.size++
    if (chunks.length === 0) {
      chunks.push([entry])
      return
    }
    const at = Math.max(this.chunkOf(entry.ms, entry.seq), 0)
    const chunk = chunks[at]!
    const index = indexIn(chunk, entry.ms, entry.seq)
    if (chunk.length < CHUNK_MAX) {
      if (index === chunk.length) chunk.push(entry)
      else chunk.splice(index, 0, entry)
      return
    }
    // Ids mostly ascend: then full chunks stay behind.
    if (index === chunk.length) {
      chunks.splice(at + 1, 0, [entry])
      return
    }
    const tail = chunk.splice(CHUNK_MAX / 2)
    chunks.splice(at + 1, 0, tail)
    const [target, place] = index <= chunk.length ? [chunk, index] : [tail, index - chunk.length]
    target.splice(place, 0, entry)
  }

  /** Adds an entry whose id is past all others. O(1). */
  append(entry: PendingEntry): void {
    const { chunks } = this
    const last = chunks[chunks.length - 1]
    this.size++
    if (last === undefined || last.length === CHUNK_MAX) chunks.push([entry])
    else last.push(entry)
  }

  /** Takes an entry out that is there. */
  remove(entry: PendingEntry): void {
    const at = this.chunkOf(entry.ms, entry.seq)
    const chunk = this.chunks[at]!
    this.size--
    if (chunk.length === 1) this.chunks.splice(at, 1)
    else if (chunk[0] === entry) chunk.shift()
    else chunk.splice(indexIn(chunk, entry.ms, entry.seq), 1)
  }

  get first(): PendingEntry | undefined {
    return this.chunks[0]?.[0]
  }

  get last(): PendingEntry | undefined {
    return this.chunks[this.chunks.length - 1]?.at(-1)
  }

  /** The first entry whose id is not below, undefined where there is none. O(log n). */
  atOrAfter({ ms, seq }: StreamId): PendingEntry | undefined {
    const at = Math.max(this.chunkOf(ms, seq), 0)
    const chunk = this.chunks[at]
    if (chunk === undefined) return undefined
    return chunk[indexIn(chunk, ms, seq)] ?? this.chunks[at + 1]?.[0]
  }

  /** The entries in order, from an id on. The list must not change meanwhile. */
  *from({ ms, seq }: StreamId): Generator<PendingEntry> {
    let at = Math.max(this.chunkOf(ms, seq), 0)
    let chunk = this.chunks[at]
    if (chunk === undefined) return
    let index = indexIn(chunk, ms, seq)
    while (chunk !== undefined) {
      for (; index < chunk.length; index++) yield chunk[index]!
      index = 0
      chunk = this.chunks[++at]
    }
  }

  /** The first entries from an id on, all of them for a limit of 0. O(log n + entries). */
  firstFrom(id: StreamId, limit: number): PendingEntry[] {
    const found: PendingEntry[] = []
    for (const entry of this.from(id)) if (found.push(entry) === limit) break
    return found
  }

  /** Checks the invariants. */
  invariants(): void {
    let count = 0
    let before: PendingEntry | undefined
    for (const chunk of this.chunks) {
      if (chunk.length === 0 || chunk.length > CHUNK_MAX) throw new Error('pending: a chunk of a wrong size')
      for (const entry of chunk) {
        if (before !== undefined && compareParts(before.ms, before.seq, entry.ms, entry.seq) >= 0) {
          throw new Error('pending: ids out of order')
        }
        before = entry
        count++
      }
    }
    if (count !== this.size) throw new Error('pending: a wrong size')
  }
}

/** The index of the first entry of a chunk whose id is not below. */
function indexIn(chunk: readonly PendingEntry[], ms: U64, seq: U64): number {
  let low = 0
  let high = chunk.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = chunk[middle]!
    if (compareParts(entry.ms, entry.seq, ms, seq) < 0) low = middle + 1
    else high = middle
  }
  return low
}
