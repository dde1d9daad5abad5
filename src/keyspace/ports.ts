/**
 * What the core expects of a leaf that keeps data: the core declares these and is handed an implementation.
 */
import type { Int64 } from '../structures/int64.js'
import type { Value } from './value.js'

/** A word of a logged command: text, or bytes where the value is held as bytes. */
export type LogWord = string | Uint8Array

/** One resolved command: replayed on a store in the same state it makes the same change, whatever time it is. */
export interface LogRecord {
  readonly database: number
  readonly words: readonly LogWord[]
}

/** What one unit did, in order. A batch is replayed whole or not at all. */
export type LogBatch = readonly LogRecord[]

/** Takes the changes of the store, batch by batch, in the order in which they happened. */
export interface LogSink {
  append(batch: LogBatch): void
}

/** One key of a snapshot. */
export interface SnapshotEntry {
  readonly database: number
  readonly key: string
  readonly value: Value
  /** Milliseconds since the epoch, undefined for a key that does not expire. */
  readonly expiresAtMs: Int64 | undefined
}

/** Gives out the whole state of the store as of one instant. */
export interface SnapshotSource {
  entries(): Iterable<SnapshotEntry>
}

/** A log in memory: for tests, and for handing changes to something of the caller's own. */
export class MemoryLog implements LogSink {
  readonly batches: LogBatch[] = []

  append(batch: LogBatch): void {
    this.batches.push(batch)
  }
}
