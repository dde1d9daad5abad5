import { type Data, toText } from '../commands/argv.js'
import { xautoclaim } from '../commands/stream-claims.js'
import { xgroupCreate } from '../commands/stream-groups.js'
import { strictId } from '../commands/stream-ids.js'
import { xack } from '../commands/stream-pending.js'
import { type DeliveredEntry, type StreamRead, xreadgroup } from '../commands/stream-reads.js'
import { RedstartError } from '../errors.js'
import { ID_MIN, type StreamId } from '../structures/stream-id.js'
import { type Names, objectGiven, optionsGiven, signalGiven } from './given.js'
import { ADMIT, type Handle, OUT_TEXT, UNIT } from './handle.js'

/** Options of `consume`. */
export interface ConsumeOptions {
  readonly group: Data
  /** The name by which this reader is known in the group; what it left pending it gets again. */
  readonly consumer: Data
  /** Takes over what has been pending for another consumer for so many milliseconds; never by default. */
  readonly claimIdleMs?: number | undefined
  /** Up to so many entries are taken at once; 10 by default. */
  readonly count?: number | undefined
  /** Where a group begins to read that has to be made: `'0'` for all entries, as by default, or `'$'` for those to come. */
  readonly from?: string | undefined
  /** Ends the loop, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** An entry as `consume` gives it out. */
export interface ConsumedEntry<T extends string | Uint8Array = string> {
  readonly id: string
  readonly fields: Record<string, T>
}

const COUNT = 10

const CONSUME_OPTIONS: Names<ConsumeOptions> = {
  group: true,
  consumer: true,
  claimIdleMs: true,
  count: true,
  from: true,
  signal: true,
}

interface Waiting {
  readonly id: string
  readonly words: readonly string[]
}

/**
 * The entries of a stream for one consumer, one after the other. An entry that was given out is acknowledged by the next call of `next`.
 * Nothing is read ahead of time but a batch of `count`, which is pending meanwhile; no call waits but within `next`.
 */
export class StreamConsumption<T extends string | Uint8Array>
  implements AsyncIterableIterator<ConsumedEntry<T>, undefined>
{
  private readonly handle: Handle<T>
  private readonly key: string
  private readonly group: string
  private readonly consumer: string
  private readonly claimIdleMs: number | undefined
  private readonly count: number
  private readonly signal: AbortSignal | undefined
  private readonly onAbort = (): void => this.leaving.abort(this.signal?.reason)
  /** Ends the call that waits, when the loop is left or the signal is aborted. */
  private readonly leaving = new AbortController()
  private readonly batch: Waiting[] = []
  /** Past which id the consumer's own pending entries are still to be read; undefined once they have been. */
  private history: StreamId | undefined = ID_MIN
  private given: string | undefined
  private ended = false

  constructor(handle: Handle<T>, key: string, options: ConsumeOptions) {
    optionsGiven(objectGiven(options, 'options'), CONSUME_OPTIONS)
    this.handle = handle
    this.key = key
    this.group = toText(options.group)
    this.consumer = toText(options.consumer)
    this.claimIdleMs = options.claimIdleMs
    this.count = options.count ?? COUNT
    this.signal = signalGiven(options.signal)
    this.makeGroup(options.from ?? '0')
    this.signal?.addEventListener('abort', this.onAbort, { once: true })
  }

  /** The next entry, once the one before is acknowledged; `done` once the loop has been left. Rejects with the reason of the signal. */
  async next(): Promise<IteratorResult<ConsumedEntry<T>, undefined>> {
    this.acknowledge()
    while (!this.ended) {
      if (this.signal?.aborted) {
        this.ended = true
        throw this.signal.reason
      }
      const entry = this.batch.shift()
      if (entry !== undefined) {
        this.given = entry.id
        return { done: false, value: { id: entry.id, fields: this.fieldsOf(entry.words) } }
      }
      await this.fill()
    }
    return { done: true, value: undefined }
  }

  /** Leaving the loop, by `break` or by an error of its body: the entry that was given out stays pending. */
  async return(): Promise<IteratorResult<ConsumedEntry<T>, undefined>> {
    this.ended = true
    this.given = undefined
    this.signal?.removeEventListener('abort', this.onAbort)
    this.leaving.abort()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  private makeGroup(from: string): void {
    const unit = this.handle[UNIT]
    unit.store.expectWritable()
    try {
      xgroupCreate(unit, this.key, this.group, () => (from === '$' ? from : strictId(from)), { mkstream: true })
    } catch (error) {
      // Another reader of the group was first.
      if (!(error instanceof RedstartError) || error.code !== 'BUSYGROUP') throw error
    } finally {
      unit.end()
    }
  }

  private acknowledge(): void {
    const { given } = this
    if (given === undefined) return
    const unit = this.handle[UNIT]
    unit.store.expectWritable()
    this.given = undefined
    try {
      xack(unit, this.key, this.group, () => [strictId(given)])
    } finally {
      unit.end()
    }
  }

  /** Takes the next entries: pending ones, then claimed ones, then new ones, for which it waits. */
  private async fill(): Promise<void> {
    this.handle[ADMIT]('consume', [this.key])
    // All that it does are writes.
    this.handle[UNIT].store.expectWritable()
    if (this.history !== undefined && this.takeHistory(this.history)) return
    if (this.claimIdleMs !== undefined && this.takeIdle(this.claimIdleMs)) return
    await this.takeNew()
  }

  private takeHistory(after: StreamId): boolean {
    // Nothing that does not wait is a promise.
    const found = this.read(after, undefined) as StreamRead<DeliveredEntry>[] | null
    const entries = found?.[0]?.entries ?? []
    this.history = entries.length === 0 ? undefined : strictId(entries[entries.length - 1]!.id)
    return this.take(entries)
  }

  /** What was deleted since it was delivered is done with. */
  private take(entries: readonly DeliveredEntry[]): boolean {
    for (const { id, words } of entries) {
      if (words !== null) this.batch.push({ id, words })
      else {
        this.given = id
        this.acknowledge()
      }
    }
    return entries.length > 0
  }

  private takeIdle(idleMinMs: number): boolean {
    const unit = this.handle[UNIT]
    const claimant = { group: this.group, consumer: this.consumer, idleMinMs, justid: false }
    try {
      return this.take(xautoclaim(unit, this.key, claimant, ID_MIN, this.count).entries)
    } finally {
      unit.end()
    }
  }

  private async takeNew(): Promise<void> {
    try {
      // What others leave is looked for again now and then.
      const timeoutMs = this.claimIdleMs === undefined ? Number.POSITIVE_INFINITY : Math.max(this.claimIdleMs, 1)
      const found = await this.read('>', { timeoutMs, signal: this.leaving.signal })
      this.take(found?.[0]?.entries ?? [])
    } catch (error) {
      if (!this.ended) {
        this.ended = true
        throw error
      }
    }
  }

  private read(
    from: StreamId | '>',
    waiting: { timeoutMs: number; signal: AbortSignal } | undefined,
  ): ReturnType<typeof xreadgroup> {
    const unit = this.handle[UNIT]
    const reader = { group: this.group, consumer: this.consumer, noack: false }
    try {
      return xreadgroup(unit, reader, [{ key: this.key, from }], this.count, waiting)
    } finally {
      unit.end()
    }
  }

  private fieldsOf(words: readonly string[]): Record<string, T> {
    const fields: Record<string, T> = Object.create(null)
    for (let i = 0; i < words.length; i += 2) fields[words[i]!] = this.handle[OUT_TEXT](words[i + 1]!)
    return fields
  }
}
