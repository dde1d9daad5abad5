import type { Call } from '../bytes.js'
import type { Reply } from '../reply.js'
import type { State } from '../state.js'
import { nameOf } from '../table.js'

/** All that connections have been sent, by their names, each in order; what the observer heard stands under OBSERVER. */
export type Heard = ReadonlyMap<string, readonly Reply[]>

/** A connection of the stage's own that hears of every keyspace event. */
export const OBSERVER = '*'

export const OBSERVED = '__key*__:*'

/** What keyspace events there are when a scenario begins. */
export const FIRST_EVENTS = 'EA'

/** Commands that may have to wait. */
const WAITING: ReadonlySet<string> = new Set(
  'BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP BZPOPMIN BZPOPMAX BZMPOP XREAD XREADGROUP WAIT WAITAOF'.split(' '),
)

/** Whether a call may have to wait. */
export function isWaiting(call: Call): boolean {
  return WAITING.has(nameOf(call))
}

/** Where the time stands for which a call waits or pauses others; undefined where none does. */
export function timeIndex(call: Call): number | undefined {
  const name = nameOf(call)
  if (/^B[LZ]MPOP$/.test(name)) return 1
  if (WAITING.has(name) && name.startsWith('B')) return call.length - 1
  if (name.startsWith('XREAD') && call.includes('BLOCK')) return call.indexOf('BLOCK') + 1
  return name === 'CLIENT|PAUSE' ? 2 : undefined
}

/** The time of a call, where it is over zero and under a second. */
export function shortTime(call: Call): { readonly at: number; readonly ms: number } | undefined {
  const at = timeIndex(call)
  const word = at === undefined ? undefined : call[at]
  if (at === undefined || word === undefined || !/^\d+(\.\d+)?$/.test(word)) return undefined
  const isInSeconds = nameOf(call).startsWith('B')
  if (!isInSeconds && word.includes('.')) return undefined
  const ms = Number(word) * (isInSeconds ? 1000 : 1)
  return ms > 0 && ms < 1000 ? { at, ms } : undefined
}

/**
 * One side: a real server or the engine. After each step `take` returns what it has brought. Expired keys go when they are
 * looked at, and else with `sweep` alone.
 */
export interface Stage {
  readonly name: string
  /** Empties all databases; nobody is connected but the observer. */
  begin(): Promise<void>
  /** Sends calls, each answered at once or waiting; where `waits`, time passes until they have been answered. */
  send(who: string, calls: readonly Call[], waits: boolean): Promise<void>
  /** Lets time pass until all these have been answered. */
  wait(who: readonly string[]): Promise<void>
  /** Lets time pass until all deadlines `$soon` are over. */
  pass(): Promise<void>
  /** Has what has expired looked for. */
  sweep(): Promise<void>
  /** Ends a connection. */
  leave(who: string): Promise<void>
  take(): Promise<Heard>
  /** Whose connections the other side has ended since they were opened. */
  gone(): Promise<readonly string[]>
  /** All data that the last scenario left. */
  state(): Promise<State>
  close(): Promise<void>
}

/** Thrown by a stage that was too slow for its deadlines; the scenario has to be played again. */
export class TooSlow extends Error {}
