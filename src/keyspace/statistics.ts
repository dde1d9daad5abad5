import { RedstartError } from '../errors.js'

/** Reads a clock, and is told how long a call of `get` has taken. */
export interface GetTimer {
  now(): number
  took(ms: number): void
}

/**
 * What units that count make of calls of the typed `get`. A wrapper around a call that takes 20 ns would cost as much again, so
 * there is none: the unit counts the call where it looks the key up, by one subtraction.
 */
export class GetCounts {
  misses = 0
  failed = 0
  /** How many calls are to come up to the next that is timed, itself among them: the one number that a call changes. */
  left = 1
  /** How many calls there will have been then. */
  private due = 1
  /** Times one call in many; undefined while something else times each. */
  timer: GetTimer | undefined = undefined

  get calls(): number {
    return this.due - this.left
  }

  /** The next call that is timed is so many calls away. */
  timeIn(calls: number): void {
    this.due += calls - this.left
    this.left = calls
  }

  /** Counts from zero again; the next call is timed. */
  reset(): void {
    this.left = 1
    this.due = 1
    this.misses = 0
    this.failed = 0
  }
}

/** Redis gives up to tell more kinds of errors apart. */
const ERRORS_MAX = 128

/** What is counted of a store as a whole; counts of single commands are in commands/command-statistics.ts. */
export class Statistics {
  readonly gets = new GetCounts()
  /** Keys that were read and there, but for those of `gets`; counted by units that count: see counting-unit.ts. */
  otherHits = 0
  /** Keys that were read and missing. */
  misses = 0
  expiredKeys = 0
  expiredFields = 0
  evictedKeys = 0
  /** Connections that were opened. */
  connections = 0
  /** Error replies by their codes. */
  readonly errors = new Map<string, number>()
  /** What was refused by the rules of users: as in Redis never counted anew. */
  readonly denied = { auth: 0, command: 0, key: 0, channel: 0 }

  /** Keys that were read and there. */
  get hits(): number {
    return this.otherHits + this.gets.calls - this.gets.misses
  }

  /** Hands over what `gets` has counted, which begins at zero again. */
  takeGets(): { readonly calls: number; readonly failed: number } {
    const { calls, failed } = this.gets
    this.otherHits = this.hits
    this.gets.reset()
    return { calls, failed }
  }

  /** A call has ended in an error. */
  failed(error: unknown): void {
    if (!(error instanceof RedstartError)) return
    const count = this.errors.get(error.code)
    if (count !== undefined || this.errors.size < ERRORS_MAX) this.errors.set(error.code, (count ?? 0) + 1)
  }

  /** Counts from zero again. */
  reset(): void {
    this.gets.reset()
    this.otherHits = 0
    this.misses = 0
    this.expiredKeys = 0
    this.expiredFields = 0
    this.evictedKeys = 0
    this.connections = 0
    this.errors.clear()
  }
}
