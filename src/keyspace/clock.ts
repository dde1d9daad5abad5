/** A scheduled call that can be taken back. */
export interface Timer {
  cancel(): void
}

/** Where a database takes its time from: key expiry, idle times and blocking timeouts all follow one clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch, a whole number. */
  now(): number
  /**
   * Calls back once, `delayMs` milliseconds from now. The call may come early or late; the engine looks at `now` again.
   * `keepAlive` says that a process waits for this call and should not end before it.
   */
  schedule(callback: () => void, delayMs: number, keepAlive: boolean): Timer
  /**
   * Whether time runs on by itself and every scheduled call does come: a reading then stays true to within the time that
   * the caller keeps the event loop busy. Absent or false for clocks that are set or faked; the engine then trusts no
   * earlier reading.
   */
  isSteady?(): boolean
}

/** setTimeout takes 31 bits; a longer delay would fire at once. */
const LONGEST_DELAY_MS = 0x7fffffff

const DATE = Date
const DATE_NOW = Date.now
const SET_TIMEOUT = globalThis.setTimeout
/** Libraries that fake time replace Date by functions of their own; it may have happened before we were loaded. */
const LOADED_UNFAKED = [Date, Date.now].every((it) => Function.prototype.toString.call(it).includes('[native code]'))

class RealClock implements Clock {
  now(): number {
    return Date.now()
  }

  // Date and setTimeout are looked up at each call: fake timers of vitest, jest and sinon replace them while we run.
  schedule(callback: () => void, delayMs: number, keepAlive: boolean): Timer {
    const handle: unknown = setTimeout(callback, Math.min(Math.max(Math.ceil(delayMs), 0), LONGEST_DELAY_MS))
    if (!keepAlive) unref(handle)
    return { cancel: () => clearTimeout(handle as ReturnType<typeof setTimeout>) }
  }

  isSteady(): boolean {
    return LOADED_UNFAKED && Date === DATE && Date.now === DATE_NOW && globalThis.setTimeout === SET_TIMEOUT
  }
}

/** Browsers return a number from setTimeout, Node an object that can be told not to hold the process open. */
function unref(handle: unknown): void {
  if (typeof handle === 'object' && handle !== null && 'unref' in handle && typeof handle.unref === 'function') {
    handle.unref()
  }
}

/** The clock of the machine: `Date.now` and `setTimeout`, looked up at call time so that fake timers drive it. */
export function realClock(): Clock {
  return new RealClock()
}

interface Scheduled extends Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  private time: number
  private queue: Scheduled[] = []

  constructor(startMs: number) {
    if (!Number.isFinite(startMs))
      throw new RangeError(`a clock starts at milliseconds since the epoch, got ${startMs}`)
    this.time = Math.floor(startMs)
  }

  now(): number {
    return this.time
  }

  schedule(callback: () => void, delayMs: number, _keepAlive: boolean): Timer {
    const at = this.time + Math.max(Math.ceil(delayMs), 0)
    const scheduled: Scheduled = {
      at,
      callback,
      cancel: () => {
        const index = this.queue.indexOf(scheduled)
        if (index !== -1) this.queue.splice(index, 1)
      },
    }
    let index = this.queue.length
    while (index > 0 && this.queue[index - 1]!.at > at) index--
    this.queue.splice(index, 0, scheduled)
    return scheduled
  }

  /**
   * Moves the clock forward by `ms` milliseconds. Expirations, timeouts and everything else that falls due on the way
   * happen in order of time, each at its own instant.
   *
   * @example
   * const clock = manualClock()
   * const db = new Redstart({ clock })
   * db.set('k', 'v', { ex: 10 })
   * clock.advance(10_000)
   * db.get('k') // null
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`advance takes milliseconds >= 0, got ${ms}`)
    this.set(this.time + ms)
  }

  /** Sets the clock to an instant, in milliseconds since the Unix epoch. Forward it is `advance`; back fires nothing. */
  set(epochMs: number): void {
    if (!Number.isFinite(epochMs)) throw new RangeError(`set takes milliseconds since the epoch, got ${epochMs}`)
    const target = Math.floor(epochMs)
    const back = target < this.time
    for (let next = this.queue[0]; next !== undefined && next.at <= target; next = this.queue[0]) {
      this.queue.shift()
      if (next.at > this.time) this.time = next.at
      next.callback()
    }
    // A callback may have moved the clock further.
    if (back || target > this.time) this.time = target
  }
}

/** A clock for tests. Starts at `startMs` (milliseconds since the epoch; by default 2025-01-01T00:00:00Z). */
export function manualClock(startMs = Date.UTC(2025, 0, 1)): ManualClock {
  return new ManualClock(startMs)
}
