import type { Int64 } from './int64.js'
import type { StreamId } from './stream-id.js'
import { PendingEntry, PendingList } from './stream-pending.js'
import { compareText } from './text.js'

/** `entriesRead` of a group that cannot be told. */
export const UNKNOWN_READ = -1

/** Bytes of heap, more or less: a pending entry in its two lists, a consumer, a group. */
const PENDING_BYTES = 112
const CONSUMER_BYTES = 240
const GROUP_BYTES = 320

/** How much all groups of a stream have between them, so that its weight is known without a look at each. */
export class GroupCensus {
  groups = 0
  consumers = 0
  pending = 0

  /** Bytes of heap, more or less. O(1). */
  get weight(): number {
    return this.groups * GROUP_BYTES + this.consumers * CONSUMER_BYTES + this.pending * PENDING_BYTES
  }
}

/** Who reads from a group. */
export class StreamConsumer {
  readonly name: string
  /** When it last asked for something, in milliseconds since the epoch. */
  seenMs: number
  /** When it last got something, -1 for never. */
  activeMs = -1
  readonly pending = new PendingList()

  constructor(name: string, seenMs: number) {
    this.name = name
    this.seenMs = seenMs
  }
}

/**
 * A consumer group: how far it has read, and what was delivered and not acknowledged.
 *
 * Invariants: an entry stands in `pending` exactly while it stands in `pending` of its consumer, which is one of `consumers`. What the
 * group has is counted in the census of its stream.
 */
export class StreamGroup {
  lastId: StreamId
  /** How many entries of the stream it has read, as far as that can be told. */
  entriesRead: Int64
  readonly pending = new PendingList()
  readonly consumers = new Map<string, StreamConsumer>()
  private readonly census: GroupCensus

  constructor(lastId: StreamId, entriesRead: Int64, census: GroupCensus) {
    this.lastId = lastId
    this.entriesRead = entriesRead
    this.census = census
    census.groups++
  }

  /** An independent copy, in a stream of another census. O(pending entries + consumers). */
  clone(census: GroupCensus): StreamGroup {
    const copy = new StreamGroup(this.lastId, this.entriesRead, census)
    const copies = new Map<StreamConsumer, StreamConsumer>()
    for (const consumer of this.consumers.values()) {
      const own = copy.createConsumer(consumer.name, consumer.seenMs)
      own.activeMs = consumer.activeMs
      copies.set(consumer, own)
    }
    for (const entry of this.pending.from(FIRST)) {
      const consumer = copies.get(entry.consumer)!
      const own = new PendingEntry(entry, consumer, entry.deliveredMs, entry.deliveries)
      copy.pending.append(own)
      consumer.pending.append(own)
    }
    census.pending += this.pending.size
    return copy
  }

  /** Says that the group is no longer one of its stream. */
  leave(): void {
    const { census } = this
    census.groups--
    census.consumers -= this.consumers.size
    census.pending -= this.pending.size
  }

  /** The consumers in the order of their names' bytes, as Redis lists them. O(n log n). */
  sortedConsumers(): StreamConsumer[] {
    return [...this.consumers.values()].sort((a, b) => compareText(a.name, b.name))
  }

  createConsumer(name: string, nowMs: number): StreamConsumer {
    const consumer = new StreamConsumer(name, nowMs)
    this.consumers.set(name, consumer)
    this.census.consumers++
    return consumer
  }

  /** Removes a consumer with all that is pending for it. O(its pending entries · log n). */
  deleteConsumer(consumer: StreamConsumer): void {
    for (const entry of consumer.pending.from(FIRST)) this.pending.remove(entry)
    this.consumers.delete(consumer.name)
    this.census.consumers--
    this.census.pending -= consumer.pending.size
  }

  /** Adds a pending entry that is not there yet. O(log n). */
  deliver(id: StreamId, consumer: StreamConsumer, nowMs: number, deliveries: Int64): PendingEntry {
    const entry = new PendingEntry(id, consumer, nowMs, deliveries)
    this.pending.add(entry)
    consumer.pending.add(entry)
    this.census.pending++
    return entry
  }

  /** Gives a pending entry to a consumer, who may have it already. O(log n). */
  assign(entry: PendingEntry, consumer: StreamConsumer): void {
    if (entry.consumer === consumer) return
    entry.consumer.pending.remove(entry)
    consumer.pending.add(entry)
    entry.consumer = consumer
  }

  /** Takes out what is pending under an id; returns whether it was. O(log n). */
  acknowledge(id: StreamId): boolean {
    const entry = this.pending.find(id)
    if (entry === undefined) return false
    this.pending.remove(entry)
    entry.consumer.pending.remove(entry)
    this.census.pending--
    return true
  }

  /** Checks the invariants. */
  invariants(): void {
    this.pending.invariants()
    let count = 0
    for (const [name, consumer] of this.consumers) {
      if (name !== consumer.name) throw new Error('group: a consumer under another name')
      consumer.pending.invariants()
      count += consumer.pending.size
      for (const entry of consumer.pending.from(FIRST)) {
        if (entry.consumer !== consumer || this.pending.find(entry) !== entry) {
          throw new Error('group: a pending entry that is not in both lists')
        }
      }
    }
    if (count !== this.pending.size) throw new Error('group: pending entries without a consumer')
  }
}

const FIRST: StreamId = { ms: 0, seq: 0 }
