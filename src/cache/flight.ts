/** What a loader is given. */
export interface LoadContext<T> {
  /** The key that is asked for, without the prefix. */
  readonly key: string
  /** Aborts when every caller that waits for the load has gone, and when its result is not wanted any more. */
  readonly signal: AbortSignal
  /** The stale value that is to be renewed; undefined when there is none. */
  readonly stale: T | undefined
}

/** Fetches what a cache does not have. */
export type Loader<T> = (context: LoadContext<T>) => T | PromiseLike<T>

/** The flights of one cache by key. */
export type Flights = Map<string, Flight>

/**
 * One load that any number of callers wait for.
 *
 * A caller with a signal may leave; the load goes on while anybody else waits, or if it renews a stale value for those to
 * come. A flight is current while it stands in `flights`: only then may callers join, and may its result be kept. It stops
 * being current when it ends, when its last caller leaves, and when its key is written or deleted.
 */
export class Flight implements LoadContext<unknown> {
  readonly key: string
  readonly stale: unknown
  /** Tags that the result will have: undefined when they depend on it. */
  readonly tags: readonly string[] | undefined
  private readonly flights: Flights
  private readonly inBackground: boolean
  private controller: AbortController | undefined
  private readonly result: Promise<unknown>
  private resolve!: (value: unknown) => void
  /** Whether its first caller is still to join: the loader runs before that, and may write to the key. */
  private isExpected: boolean
  /** Callers that may leave. */
  private leavers = 0
  /** Whether there is a caller that cannot. */
  private hasStayer = false

  constructor(
    flights: Flights,
    key: string,
    stale: unknown,
    tags: readonly string[] | undefined,
    inBackground: boolean,
  ) {
    this.flights = flights
    this.key = key
    this.stale = stale
    this.tags = tags
    this.inBackground = inBackground
    this.isExpected = !inBackground
    this.result = new Promise((resolve) => {
      this.resolve = resolve
    })
    // Callers have promises of their own: a load that nobody waits for is no unhandled rejection.
    this.result.catch(() => {})
    flights.set(key, this)
  }

  /** Made when a loader asks for it: most do not. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    return this.controller.signal
  }

  get isCurrent(): boolean {
    return this.flights.get(this.key) === this
  }

  /** Whether there are callers who wait. */
  get isAwaited(): boolean {
    return this.hasStayer || this.leavers > 0 || this.isExpected
  }

  /** Gives the callers what they wait for; the flight is over when it is there. */
  start(result: Promise<unknown>): void {
    this.resolve(result.finally(() => this.leave()))
  }

  /** The result for one more caller, who leaves when `signal` aborts. */
  join(signal: AbortSignal | undefined): Promise<unknown> {
    this.isExpected = false
    if (signal === undefined) {
      this.hasStayer = true
      return this.result
    }
    this.leavers++
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.leavers--
        reject(signal.reason)
        if (!this.isAwaited && !this.inBackground) this.abandon(signal.reason)
      }
      const settle = (): void => signal.removeEventListener('abort', onAbort)
      signal.addEventListener('abort', onAbort, { once: true })
      this.result.then(resolve, reject).finally(settle)
      // The loader may have made it abort.
      if (signal.aborted) onAbort()
    })
  }

  /** The result is not to be kept: callers who wait still get it, callers to come do not. */
  detach(): void {
    if (this.isAwaited) this.leave()
    else this.abandon(new DOMException('The value was written, deleted or invalidated meanwhile', 'AbortError'))
  }

  private abandon(reason: unknown): void {
    this.leave()
    this.controller ??= new AbortController()
    this.controller.abort(reason)
  }

  private leave(): void {
    if (this.isCurrent) this.flights.delete(this.key)
  }
}
