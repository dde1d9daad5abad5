import { DeadlineWheel } from '../structures/deadline-wheel.js'
import { Hash } from '../structures/hash.js'
import type { Int64 } from '../structures/int64.js'
import { accessTime } from './access-time.js'
import type { Timer } from './clock.js'
import { type Database, FAR_MS } from './database.js'
import { FieldExpiry } from './field-expiry.js'
import type { Store } from './store.js'

/** Active expiry works in slices, and gives way to the event loop in between. */
const SLICE_MS = 2
const SLICE_STEPS = 256

/**
 * Takes out what has expired: keys and fields whose time is up, when they are looked at, or by the store's one timer, by which waiters
 * time out too. The timer is armed for the nearest deadline of all.
 */
export class Expiry {
  private readonly store: Store
  private timer: Timer | undefined = undefined
  /** When the timer is to come; Infinity while there is none. */
  armedFor = Number.POSITIVE_INFINITY
  /** Whether the timer came while a unit was open, which has its own reading of the clock. */
  isLate = false
  /** Whether the timer holds the process open: somebody waits for a timeout. */
  private holdsOpen = false
  private active = true

  constructor(store: Store) {
    this.store = store
  }

  /** Whether what has expired goes by itself; else when it is looked at. */
  get isActive(): boolean {
    return this.active
  }

  set isActive(active: boolean) {
    this.active = active
    this.rearm()
  }

  /** Whether the process is not to end before the timer has come. */
  holdOpen(holds: boolean): void {
    if (this.holdsOpen === holds) return
    this.holdsOpen = holds
    if (this.timer !== undefined) this.arm(this.armedFor)
  }

  /** Makes sure that the timer fires at `deadlineMs` or earlier. O(1). */
  armBy(deadlineMs: number): void {
    if (deadlineMs < this.armedFor) this.arm(deadlineMs)
  }

  private arm(wakeMs: number): void {
    const { clock, isClosed } = this.store
    this.timer?.cancel()
    this.armedFor = wakeMs
    // A timer that was faked may never come; what it would end must not be trusted.
    if (!clock.isSteady?.()) this.store.distrustReading()
    const delay = Math.max(0, wakeMs - this.store.nowOrReading())
    this.timer = isClosed ? undefined : clock.schedule(() => this.onTimer(), delay, this.holdsOpen)
  }

  rearm(): void {
    const { accessClockEndsMs, databases, waiters } = this.store
    let wake = Math.min(waiters.nextWake(), accessClockEndsMs)
    for (const { wheel, fields } of this.active ? databases : []) {
      if (wheel !== undefined) wake = Math.min(wake, wheel.nextWake())
      if (fields !== undefined) wake = Math.min(wake, fields.nextWake())
    }
    this.isLate = false
    this.armedFor = Number.POSITIVE_INFINITY
    this.armBy(wake)
  }

  /** Gives a key a deadline, or another. O(1). */
  setDeadline(database: Database, slot: number, deadlineMs: Int64): void {
    const { store } = this
    if (store.snapshot !== undefined) store.snapshot.changing(database, slot)
    if (store.undo !== undefined) store.undo.timing(database, slot)
    database.wheel ??= new DeadlineWheel<string>(store.now())
    const { wheel, keys } = database
    const wakeMs = typeof deadlineMs === 'number' ? Math.max(deadlineMs, 0) : FAR_MS
    if (wakeMs === FAR_MS) database.farDeadlines.set(keys.keyAt(slot)!, BigInt(deadlineMs))
    const deadline = keys.deadlineAt(slot)
    if (deadline === 0) keys.setDeadline(slot, wheel.add(keys.keyAt(slot)!, wakeMs), accessTime(wakeMs))
    else {
      wheel.move(deadline, wakeMs)
      keys.setDeadline(slot, deadline, accessTime(wakeMs))
    }
    this.armBy(wakeMs)
  }

  /** Takes the deadline of a key away. O(1). */
  clearDeadline(database: Database, slot: number): void {
    const { store } = this
    if (store.snapshot !== undefined) store.snapshot.changing(database, slot)
    if (store.undo !== undefined) store.undo.timing(database, slot)
    database.wheel!.remove(database.keys.deadlineAt(slot))
    if (database.farDeadlines.size > 0) database.farDeadlines.delete(database.keys.keyAt(slot)!)
    database.keys.setDeadline(slot, 0, 0)
  }

  end(): void {
    this.timer?.cancel()
  }

  private onTimer(): void {
    const { store } = this
    this.timer = undefined
    this.armedFor = Number.POSITIVE_INFINITY
    if (store.isTelling || store.replaying) {
      this.isLate = true
      return
    }
    const { clock } = store
    const started = clock.now()
    if (started >= store.accessClockEndsMs) store.stopAccessClock()
    let left = true
    while (left && clock.now() - started < SLICE_MS) left = this.expireSlice()
    store.onExpireCycle?.(clock.now() - started)
    if (left) this.arm(clock.now())
    else this.rearm()
  }

  /** Removes some of the keys and waiters whose time is up, as one unit; returns whether more are due. */
  private expireSlice(): boolean {
    const { store } = this
    const { waiters } = store
    let left = false
    store.depth++
    try {
      const now = store.now()
      for (const database of this.active ? store.databases : []) {
        const wheel = database.wheel
        if (wheel !== undefined && wheel.nextWake() <= now) {
          if (wheel.expire(now, SLICE_STEPS, (key) => this.expire(database, database.keys.find(key)))) left = true
        }
        const fields = database.fields
        if (fields !== undefined && fields.nextWake() <= now) {
          if (fields.expire(now, SLICE_STEPS, (...due) => this.expireFields(database, ...due))) left = true
        }
      }
      if (waiters.nextWake() <= now && waiters.expire(now, SLICE_STEPS)) left = true
    } finally {
      store.depth--
      if (store.depth === 0) this.settleUncalled()
    }
    return left
  }

  /** Nobody made a call that a log which fails could be told of. One that has the store refuse writes has said so itself. */
  private settleUncalled(): void {
    const { store } = this
    try {
      store.settle()
    } catch (error) {
      if (store.refusal === undefined) store.outbox.report(error)
    }
  }

  /** A key's time is up: it goes, the log hears of it as DEL, the event is `expired`. */
  expire(database: Database, slot: number): void {
    const { store } = this
    const key = database.keys.keyAt(slot)!
    store.remove(database, slot)
    store.statistics.expiredKeys++
    if (store.logging) store.append(database, ['DEL', key])
    store.announce(database, key, 'expired')
  }

  /**
   * Takes out up to `most` fields of a hash whose time is up; returns how many. The log hears of it as HDEL, the event is
   * `hexpired`; the last field takes the key along, with the event `del`.
   */
  private expireFields(database: Database, key: string, due: Hash, most: number): number {
    const { store } = this
    const now = store.now()
    if (store.snapshot !== undefined) store.snapshot.changing(database, database.keys.find(key))
    const hash = store.undo === undefined ? due : (store.undo.own(database, database.keys.find(key)) as Hash)
    store.ledger.lend(database.keys, hash)
    const whole = hash.isAllDue(now)
    const fields = whole ? [] : hash.takeDue(now, most)
    if (store.logging) store.append(database, whole ? ['DEL', key] : ['HDEL', key, ...fields])
    store.announce(database, key, 'hexpired')
    const gone = whole ? hash.size : fields.length
    store.statistics.expiredFields += gone
    if (whole || hash.size === 0) {
      store.remove(database, database.keys.find(key))
      store.announce(database, key, 'del')
    }
    return gone
  }

  /** Takes out the fields of a hash in a slot whose time is up; returns whether the key went along. O(1) for others. */
  collectFields(database: Database, slot: number): boolean {
    const { store } = this
    // One that is asleep has no deadlines.
    const hash = database.keys.cellAt(slot)
    if (!(hash instanceof Hash) || hash.nextDeadline === Number.POSITIVE_INFINITY) return false
    if (store.isFar(accessTime(hash.nextDeadline)) || !store.hasPassed(hash.nextDeadline)) return false
    const { size } = database.keys
    this.expireFields(database, database.keys.keyAt(slot)!, hash, Number.POSITIVE_INFINITY)
    return database.keys.size < size
  }

  /** The hash at a key has new field deadlines. O(1) amortised. */
  watchFields(database: Database, key: string, hash: Hash): void {
    if (hash.nextDeadline === Number.POSITIVE_INFINITY) return
    database.fields ??= new FieldExpiry(this.store.now())
    this.armBy(database.fields.watch(key, hash))
  }
}
