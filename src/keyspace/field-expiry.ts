import { DeadlineWheel } from '../structures/deadline-wheel.js'
import type { Hash } from '../structures/hash.js'

/** A hash some of whose fields have a deadline, and the key that it stands at. */
interface Expiring {
  readonly key: string
  readonly hash: Hash
}

/** Takes out up to `most` fields whose time is up and says how many there were; the key may go with the last one. */
export type CollectFields = (key: string, hash: Hash, most: number) => number

/** A slice takes out so many fields for each step that it may make: together they take about a millisecond. */
const FIELDS_PER_STEP = 4

/**
 * The hashes of one database whose fields expire, found in order of time. One entry stands for a hash, however many of its
 * fields have a deadline: the hash itself knows the earliest.
 *
 * Invariant: a hash with a deadline that stands at a key has an entry with this key, due no later than its earliest
 * deadline; `alarm` of the hash is the slot of the entry, 0 without one. A deadline that is taken away or put off leaves the
 * entry as it is: it comes up early, and then moves on or goes.
 */
export class FieldExpiry {
  private readonly wheel: DeadlineWheel<Expiring>

  constructor(nowMs: number) {
    this.wheel = new DeadlineWheel(nowMs)
  }

  /** The hashes that have an entry, and where they stand. Nothing may change meanwhile. */
  entries(): Iterable<Expiring> {
    return this.wheel.owners()
  }

  /** How many hashes have an entry. */
  get size(): number {
    return this.wheel.size
  }

  /** Sees to it that the hash comes up by its earliest deadline, which it must have; returns that. O(1) amortised. */
  watch(key: string, hash: Hash): number {
    const deadline = hash.nextDeadline
    if (hash.alarm === 0) hash.alarm = this.wheel.add({ key, hash }, deadline)
    else if (deadline < this.wheel.deadlineOf(hash.alarm)) this.wheel.move(hash.alarm, deadline)
    return deadline
  }

  /** The hash leaves its key. O(1). */
  forget(hash: Hash): void {
    if (hash.alarm === 0) return
    this.wheel.remove(hash.alarm)
    hash.alarm = 0
  }

  /** The earliest instant at which `expire` may have anything to do; Infinity when there are no hashes. O(1). */
  nextWake(): number {
    return this.wheel.nextWake()
  }

  /** Collects fields whose time is up, in about `budget` steps; returns whether more are due. */
  expire(nowMs: number, budget: number, collect: CollectFields): boolean {
    let room = budget * FIELDS_PER_STEP
    return this.wheel.expire(nowMs, budget, ({ key, hash }) => {
      // What is left as it is comes again at once: in the next slice, with its room.
      if (room <= 0) return
      if (hash.nextDeadline <= nowMs) room -= collect(key, hash, room)
      if (hash.alarm === 0) return
      if (hash.nextDeadline === Number.POSITIVE_INFINITY) this.forget(hash)
      else this.wheel.move(hash.alarm, hash.nextDeadline)
    })
  }

  /** Throws unless a hash at a key of this database has the entry that it should have. */
  check(key: string, hash: Hash): void {
    if (hash.alarm === 0) {
      if (hash.nextDeadline !== Number.POSITIVE_INFINITY)
        throw new Error(`field expiry: the hash at '${key}' is not watched`)
    } else if (this.wheel.deadlineOf(hash.alarm) > hash.nextDeadline) {
      throw new Error(`field expiry: the hash at '${key}' comes up too late`)
    }
  }

  invariants(): void {
    this.wheel.invariants()
  }
}
