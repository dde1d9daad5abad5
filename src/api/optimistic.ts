import type { Key } from '../commands/argv.js'
import { attemptsExhausted, otherWatch } from '../errors.js'
import { type Names, optionsGiven, signalGiven } from './given.js'
import { type Handle, UNIT } from './handle.js'
import { KeyWatch } from './key-watch.js'
import { MultiQueue, type Replies, WATCH } from './multi.js'
import { isKey } from './words.js'

/** Options of `optimistic`. */
export interface OptimisticOptions {
  /** How often the function is called at most; 10 by default. `Infinity` for no limit. */
  readonly attempts?: number | undefined
  /**
   * How many milliseconds to wait before the next attempt, by the clock of the database, or a function that says so of the
   * number of attempts made. By default the next one follows at once.
   */
  readonly backoff?: number | ((attempts: number) => number) | undefined
  /** Ends it: the promise rejects with the signal's reason, and nothing is written any more. */
  readonly signal?: AbortSignal | undefined
}

export type Awaitable<T> = T | PromiseLike<T>

/** What the function returns: a transaction of its watch, whatever is queued. */
export type WatchedMulti = MultiQueue<readonly unknown[], null> & { readonly [WATCH]: KeyWatch<unknown> }

/** What `optimistic` resolves with. */
export type CommittedBy<M> = M extends MultiQueue<infer R, null> ? Replies<R> : undefined

const OPTIMISTIC_OPTIONS: Names<OptimisticOptions> = { attempts: true, backoff: true, signal: true }

const ATTEMPTS_BY_DEFAULT = 10

type Body<C> = (watch: KeyWatch<C>, attempt: number) => Awaitable<unknown>

/** See `optimistic`. */
export async function runOptimistic<C>(
  handle: Handle<string | Uint8Array>,
  keys: Key | readonly Key[],
  body: Body<C>,
  options: OptimisticOptions | undefined,
): Promise<Replies<readonly unknown[]> | undefined> {
  const attempts = checkedAttempts(optionsGiven(options, OPTIMISTIC_OPTIONS)?.attempts)
  const watched = isKey(keys) ? [keys] : keys
  const signal = signalGiven(options?.signal)
  for (let attempt = 1; attempt <= attempts; attempt++) {
    signal?.throwIfAborted()
    if (attempt > 1) await pause(handle, backoffOf(options, attempt - 1), signal)
    const watch = new KeyWatch<C>(handle, watched)
    try {
      const multi = await unlessAborted(body(watch, attempt), signal)
      if (multi === undefined) return undefined
      const replies = committed(multi, watch)
      if (replies !== null) return replies
    } finally {
      watch.unwatch()
    }
  }
  throw attemptsExhausted(attempts)
}

/** The replies of a transaction of the watch; null when a key has changed. */
function committed(multi: unknown, watch: KeyWatch<unknown>): Replies<readonly unknown[]> | null {
  if (!(multi instanceof MultiQueue) || multi[WATCH] !== watch) throw otherWatch()
  return multi.exec()
}

function checkedAttempts(attempts = ATTEMPTS_BY_DEFAULT): number {
  if (attempts >= 1 && (Number.isInteger(attempts) || attempts === Number.POSITIVE_INFINITY)) return attempts
  throw new RangeError(`attempts must be an integer from 1 on or Infinity, got ${attempts}`)
}

function backoffOf(options: OptimisticOptions | undefined, attempts: number): number {
  const backoff = options?.backoff ?? 0
  const ms = typeof backoff === 'function' ? backoff(attempts) : backoff
  if (ms >= 0 && ms < Number.POSITIVE_INFINITY) return ms
  throw new RangeError(`backoff must be milliseconds >= 0, got ${ms}`)
}

/** Waits by the clock of the database. */
async function pause(handle: Handle<string | Uint8Array>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms === 0) return
  let cancel = (): void => {}
  const waited = new Promise<void>((resolve) => {
    const timer = handle[UNIT].store.clock.schedule(resolve, ms, true)
    cancel = () => timer.cancel()
  })
  try {
    await unlessAborted(waited, signal)
  } finally {
    cancel()
  }
}

/** What is awaited, or a rejection with the reason of the signal when that comes first. */
function unlessAborted<T>(awaited: Awaitable<T>, signal: AbortSignal | undefined): Awaitable<T> {
  if (signal === undefined) return awaited
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    const done = (): void => signal.removeEventListener('abort', abort)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    Promise.resolve(awaited).then(resolve, reject).finally(done)
  })
}
