/** Commands that wait: what BLPOP, BZMPOP and the like have in common. */
import { timeoutNegative, timeoutNotAFloat, timeoutOutOfRange } from '../errors.js'
import { Unit } from '../keyspace/unit.js'
import type { CollectionType } from '../keyspace/value.js'
import { INT64_MAX } from '../structures/int64.js'
import { formatLongDouble, parseLongDouble } from '../structures/long-double.js'
import { type Argv, textAt } from './argv.js'

/** What typed methods take that may wait. */
export interface BlockingOptions {
  /** Ends the waiting: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What a blocking command waits for. */
export interface BlockRequest<R> {
  readonly keys: readonly string[]
  /** The type that a key must have to be of use. */
  readonly type: CollectionType
  /** From `timeoutAt` or `checkedTimeout`. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Does what the command does where it need not wait; undefined, with nothing changed, where there is nothing. */
  attempt(unit: Unit): R | undefined
  /** The reply when time runs out. */
  readonly timeoutReply: R
}

/**
 * Serves a command at once, or waits until a key has something for it. Inside an open unit (a transaction) nothing can
 * change while it waits, so it answers as if time had run out. Rejects with the reason of `signal` when that is aborted.
 */
export function block<R>(unit: Unit, request: BlockRequest<R>): R | Promise<R> {
  if (request.signal?.aborted) return Promise.reject(request.signal.reason)
  const reply = request.attempt(unit)
  if (reply !== undefined) return reply
  const { store, database } = unit
  if (store.depth > 0) return request.timeoutReply
  // The session may have selected another database by the time that it is served.
  const own = new Unit(store, database)
  return store.waiters.block({
    database,
    keys: request.keys,
    type: request.type,
    attempt: () => attemptIn(own, request),
    timeoutReply: request.timeoutReply,
    deadlineMs: unit.now() + request.timeoutMs,
    signal: request.signal,
  })
}

function attemptIn<R>(unit: Unit, request: BlockRequest<R>): R | undefined {
  try {
    return request.attempt(unit)
  } finally {
    unit.end()
  }
}

/** The timeout at `index` in milliseconds, given in seconds; Infinity for 0. Throws ERR (no float, negative, too long). */
export function timeoutAt(argv: Argv, index: number): number {
  const seconds = parseLongDouble(textAt(argv, index))
  if (seconds === undefined) throw timeoutNotAFloat()
  return checkedTimeout(Number(formatLongDouble(seconds).replace('inf', 'Infinity')))
}

/** As `timeoutAt`, for a number. */
export function checkedTimeout(seconds: number): number {
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) throw timeoutNotAFloat()
  const timeoutMs = Math.ceil(seconds * 1000)
  if (timeoutMs >= INT64_MAX) throw timeoutOutOfRange()
  if (timeoutMs < 0) throw timeoutNegative()
  return timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs
}
