import { type CallListener, type MonitoredCall, observationOf } from '../commands/observation.js'
import { readerTooSlow } from '../errors.js'
import type { Outbox } from '../keyspace/outbox.js'
import type { Unit } from '../keyspace/unit.js'
import { DISPOSE } from './disposable.js'
import { ReaderQueue } from './reader-queue.js'

/** Hears of calls; the error of an async function is reported as one that is thrown. */
export type MonitorListener = (call: MonitoredCall) => unknown

type Result = IteratorResult<MonitoredCall, undefined>

/** So many calls wait for a reader; more end the stream, as a server drops a monitor that is too slow. */
const LIMIT = 100_000

/**
 * The calls of all sessions as they are made; `db.monitor` makes one. With a listener calls go there; without one they are kept for
 * `for await`, and leaving the loop ends it.
 */
export class Monitor implements CallListener, AsyncIterableIterator<MonitoredCall, undefined> {
  private readonly unit: Unit
  private readonly listener: MonitorListener | undefined
  private readonly queue = new ReaderQueue<MonitoredCall, MonitoredCall>(LIMIT, (call) => call)
  private isActive = true

  /** @internal */
  constructor(unit: Unit, listener: MonitorListener | undefined) {
    this.unit = unit
    this.listener = listener
    observationOf(unit.store).listen(this)
  }

  /** Whether it still hears of calls. */
  get active(): boolean {
    return this.isActive
  }

  /** Ends it: nothing more comes; what waits can still be read. A second call does nothing. */
  stop(): void {
    if (!this.isActive) return
    this.isActive = false
    observationOf(this.unit.store).unlisten(this)
    this.queue.end()
  }

  [DISPOSE](): void {
    this.stop()
  }

  /** The next call; `done` once it has ended. Rejects once where the reader was too slow. */
  next(): Promise<Result> {
    return this.queue.next()
  }

  /** Ends it. Leaving a `for await` loop does this. */
  return(): Promise<Result> {
    this.queue.clear()
    this.stop()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** @internal Called with each call. */
  heard(call: MonitoredCall, outbox: Outbox): void {
    if (!this.isActive) return
    if (this.listener !== undefined) {
      outbox.watch(this.listener(call))
      return
    }
    if (this.queue.offer(call)) return
    this.queue.fail(readerTooSlow(LIMIT))
    this.stop()
  }
}
