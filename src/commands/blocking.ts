/** Commands that wait: what BLPOP, BZMPOP and the like have in common. */
import { closed, timeoutNegative, timeoutNotAFloat, timeoutOutOfRange } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import type { CollectionType } from '../keyspace/value.js'
import { ceilOfProduct, parseLongDouble } from '../structures/long-double.js'
import { type Argv, textAt } from './argv.js'
import { observationOf } from './observation.js'

/** What typed methods take that may wait. */
export interface BlockingOptions {
  /** Ends the waiting: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** How long a body may wait. */
export interface Waiting {
  /** From `timeoutAt` or `checkedTimeout`. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** What a blocking command waits for. */
export interface BlockRequest<R> extends Waiting {
  readonly keys: readonly string[]
  /** The type that a key must have to be of use. */
  readonly type: CollectionType
  /** Whether it is tried too when a key goes or changes its type: it then throws, rather than wait for ever. */
  readonly untilGone?: boolean | undefined
  /** Does what the command does where it need not wait; undefined, with nothing changed, where there is nothing. */
  attempt(unit: Unit): R | undefined
  /** The reply when time runs out. */
  readonly timeoutReply: R
}

/**
 * Serves a command at once, or waits until a key has something for it. Inside an open unit (a transaction) nothing can
 * change while it waits, so it answers as if time had run out, and looks at no signal. Rejects with the reason of `signal`
 * when that is aborted, and at once in a database that has been closed, whose timers have ended.
 */
export function block<R>(unit: Unit, request: BlockRequest<R>): R | Promise<R> {
  if (request.signal?.aborted && unit.store.depth === 0) return Promise.reject(request.signal.reason)
  const { timeoutMs } = request
  if (timeoutMs !== Number.POSITIVE_INFINITY && timeoutMs > TIMEOUT_END_MS / 2) checkDeadline(unit, timeoutMs)
  const reply = request.attempt(unit)
  if (reply !== undefined) return reply
  const { store, database } = unit
  if (store.depth > 0) return request.timeoutReply
  if (store.isClosed) return Promise.reject(closed())
  // The session may have selected another database by the time that it is served.
  const own = unit.beside()
  const { askAgain } = unit.client
  let asks = false
  const end = store.hearsCalls ? observationOf(store).putOffEnd() : undefined
  return store.waiters.block({
    client: unit.client,
    database,
    keys: request.keys,
    type: request.type,
    attempt: () => {
      asks = true
      askAgain?.()
      asks = false
      return attemptIn(own, request)
    },
    untilGone: request.untilGone,
    timeoutReply: request.timeoutReply,
    deadlineMs: deadlineAfter(unit, timeoutMs),
    signal: request.signal,
    ended: end === undefined ? undefined : (failure) => end(failure, asks),
  })
}

/** Throws ERR (timeout is out of range) where Redis's clock could not show the deadline. */
function checkDeadline(unit: Unit, timeoutMs: number): void {
  if (unit.now() + timeoutMs >= TIMEOUT_END_MS) throw timeoutOutOfRange()
}

/** What lies past the years that the clock knows is as good as never. */
function deadlineAfter(unit: Unit, timeoutMs: number): number {
  const deadlineMs = unit.now() + timeoutMs
  return Number.isSafeInteger(deadlineMs) ? deadlineMs : Number.POSITIVE_INFINITY
}

function attemptIn<R>(unit: Unit, request: BlockRequest<R>): R | undefined {
  try {
    return request.attempt(unit)
  } finally {
    unit.end()
  }
}

/** A reply in another shape, whether or not it is there yet. */
export function shaped<R, S>(reply: R | Promise<R>, convert: (reply: R) => S): S | Promise<S> {
  return reply instanceof Promise ? reply.then(convert) : convert(reply)
}

/** The timeout at `index` in milliseconds, given in seconds; Infinity for 0. Throws ERR (no float, negative, too long). */
export function timeoutAt(argv: Argv, index: number): number {
  return timeoutFrom(textAt(argv, index))
}

/** As `timeoutAt`, for a number. */
export function checkedTimeout(seconds: number): number {
  return timeoutFrom(typeof seconds === 'number' ? String(seconds) : '')
}

/** Redis multiplies in extended precision and rounds up: -0.001 comes out as 0, and waits for ever. */
function timeoutFrom(text: string): number {
  const seconds = parseLongDouble(text)
  if (seconds === undefined) throw timeoutNotAFloat()
  const timeoutMs = ceilOfProduct(seconds, 1000n)
  if (timeoutMs >= TIMEOUT_END_MS) throw timeoutOutOfRange()
  if (timeoutMs < 0) throw timeoutNegative()
  return timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs
}

/** The clock of 64 bits cannot show this instant. */
const TIMEOUT_END_MS = 2 ** 63
