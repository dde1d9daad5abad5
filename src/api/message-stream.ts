import { readerTooSlow } from '../errors.js'
import type { Message, SubscriptionKind } from '../keyspace/pubsub.js'
import { type Names, optionsGiven, signalGiven } from './given.js'
import { type Handle, OUT, UNIT } from './handle.js'
import { ReaderQueue } from './reader-queue.js'
import { TypedSubscriber } from './subscription.js'

/** Options of `messages` and its kin. */
export interface MessagesOptions {
  /** Ends the stream: the loop throws the signal's reason, and what still waits is forgotten. */
  readonly signal?: AbortSignal | undefined
  /** How many messages wait for the reader at most; 1,000 by default. */
  readonly limit?: number | undefined
  /**
   * What becomes of a message that finds so many waiting: it takes the place of the oldest (`'drop-oldest'`, as by default), is
   * dropped itself (`'drop-newest'`), or ends the stream with an error once the rest is read (`'error'`).
   */
  readonly overflow?: 'drop-oldest' | 'drop-newest' | 'error' | undefined
}

/** A message as a stream gives it out. */
export interface ReceivedMessage<T extends string | Uint8Array> {
  readonly channel: string
  readonly payload: T
  /** Of a message that came by a pattern. */
  readonly pattern?: string
}

const MESSAGES_OPTIONS: Names<MessagesOptions> = { signal: true, limit: true, overflow: true }

const LIMIT_BY_DEFAULT = 1_000
const POLICIES: ReadonlySet<string> = new Set(['drop-oldest', 'drop-newest', 'error'])

/**
 * The messages of channels, to be read by `for await`: they are kept from the call that made the stream on, and the publisher
 * never waits for the reader. Leaving the loop unsubscribes.
 */
export class MessageStream<T extends string | Uint8Array>
  extends TypedSubscriber
  implements AsyncIterableIterator<ReceivedMessage<T>, undefined>
{
  private readonly handle: Handle<T>
  private readonly limit: number
  private readonly overflow: string
  private readonly signal: AbortSignal | undefined
  private readonly onAbort: () => void
  private readonly queue: ReaderQueue<Message, ReceivedMessage<T>>
  private droppedCount = 0

  /** @internal */
  constructor(
    handle: Handle<T>,
    kind: SubscriptionKind,
    channels: readonly string[],
    options: MessagesOptions | undefined,
  ) {
    const limit = checkedLimit(optionsGiven(options, MESSAGES_OPTIONS)?.limit)
    const overflow = checkedPolicy(options?.overflow)
    super(handle[UNIT], kind, channels)
    this.handle = handle
    this.limit = limit
    this.overflow = overflow
    this.queue = new ReaderQueue(limit, (message) => this.shown(message))
    this.signal = signalGiven(options?.signal)
    this.onAbort = () => this.fail(this.signal?.reason, true)
    if (this.signal?.aborted) this.onAbort()
    else this.signal?.addEventListener('abort', this.onAbort, { once: true })
  }

  /** How many messages wait for the reader. */
  get size(): number {
    return this.queue.size
  }

  /** How many messages the reader has missed, as it was too slow. */
  get dropped(): number {
    return this.droppedCount
  }

  /** The next message; `done` once the stream has ended. Rejects once where it ended by a signal or by an error. */
  next(): Promise<IteratorResult<ReceivedMessage<T>, undefined>> {
    return this.queue.next()
  }

  /** Ends the stream; what still waits is forgotten. Leaving a `for await` loop does this. */
  return(): Promise<IteratorResult<ReceivedMessage<T>, undefined>> {
    this.unsubscribe()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Ends the stream; what still waits is forgotten. A second call does nothing. */
  override unsubscribe(): void {
    this.queue.clear()
    this.end()
  }

  /** @internal What waits can still be read. */
  override end(): void {
    super.unsubscribe()
    this.signal?.removeEventListener('abort', this.onAbort)
    this.queue.end()
  }

  /** @internal */
  override receive(message: Message): void {
    if (this.active && !this.queue.offer(message)) this.overrun(message)
  }

  private overrun(message: Message): void {
    if (this.overflow === 'error') {
      this.fail(readerTooSlow(this.limit), false)
      return
    }
    this.droppedCount++
    if (this.overflow === 'drop-oldest') this.queue.replaceOldest(message)
  }

  private fail(reason: unknown, forgets: boolean): void {
    if (!this.active) return
    if (forgets) this.queue.clear()
    this.queue.fail(reason)
    this.end()
  }

  private shown(message: Message): ReceivedMessage<T> {
    const { channel, pattern } = message
    const payload = this.handle[OUT](message.payload)
    return pattern === undefined ? { channel, payload } : { channel, payload, pattern }
  }
}

function checkedLimit(limit = LIMIT_BY_DEFAULT): number {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 1)) return limit
  throw new RangeError(`limit must be a positive integer or Infinity, got ${limit}`)
}

function checkedPolicy(overflow = 'drop-oldest'): string {
  if (POLICIES.has(overflow)) return overflow
  throw new TypeError(`overflow must be 'drop-oldest', 'drop-newest' or 'error', got ${overflow}`)
}
