import { BoundedQueue } from '../structures/bounded-queue.js'

interface Reader<R> {
  resolve(result: IteratorResult<R, undefined>): void
  reject(reason: unknown): void
}

/**
 * The inside of an async iterator over what comes by itself: items wait for readers, up to a limit, or readers for items. `show` makes of
 * an item what a reader gets, when it gets it.
 *
 * Invariant: either no item waits, or no reader.
 */
export class ReaderQueue<T, R> {
  private readonly waiting: BoundedQueue<T>
  private readonly show: (item: T) => R
  private readers: Reader<R>[] = []
  private failure: { readonly reason: unknown } | undefined = undefined
  private hasEnded = false

  constructor(limit: number, show: (item: T) => R) {
    this.waiting = new BoundedQueue(limit)
    this.show = show
  }

  /** How many items wait. */
  get size(): number {
    return this.waiting.size
  }

  /** The next item; `done` once it has ended. Rejects once where it has failed, behind what waited then. */
  next(): Promise<IteratorResult<R, undefined>> {
    const item = this.waiting.shift()
    if (item !== undefined) return Promise.resolve({ done: false, value: this.show(item) })
    if (this.failure !== undefined) {
      const { reason } = this.failure
      this.failure = undefined
      return Promise.reject(reason)
    }
    if (this.hasEnded) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }))
  }

  /** Gives an item to who has waited for it longest, or lets it wait. False where as many wait as may: then it is not taken. */
  offer(item: T): boolean {
    const reader = this.readers.shift()
    if (reader !== undefined) reader.resolve({ done: false, value: this.show(item) })
    else if (this.waiting.isFull) return false
    else this.waiting.push(item)
    return true
  }

  /** Lets an item wait in place of the one that has waited longest. */
  replaceOldest(item: T): void {
    this.waiting.shift()
    this.waiting.push(item)
  }

  /** Ends it: readers who wait get nothing more. What waits can still be read. */
  end(): void {
    this.hasEnded = true
    for (const reader of this.readers.splice(0)) reader.resolve({ done: true, value: undefined })
  }

  /** As `end`, with an error for the reader who has waited longest, or for the next one who finds nothing. */
  fail(reason: unknown): void {
    const reader = this.readers.shift()
    if (reader === undefined) this.failure = { reason }
    else reader.reject(reason)
    this.end()
  }

  /** Forgets what waits, and an error that nobody has been told. */
  clear(): void {
    this.waiting.clear()
    this.failure = undefined
  }
}
