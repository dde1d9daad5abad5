import { DeadlineBuckets, MOST_TAKEN } from './deadline-wheel-buckets.js'
import { LateDeadlines } from './deadline-wheel-late.js'
import { DeadlineSlots } from './deadline-wheel-slots.js'

/** The latest deadline, in ms since the epoch: beyond it a number no longer tells two ms apart. */
const LAST_DEADLINE = 2 ** 53

/** Level 0 has 1024 buckets of 1 ms; each of the 8 levels above has 64 buckets of the whole span of the one below. */
const FINE_BITS = 10
const FINE = 1 << FINE_BITS
const COARSE_BITS = 6
const COARSE = 1 << COARSE_BITS
const LEVELS = 9
const BUCKETS = FINE + (LEVELS - 1) * COARSE
/** What one bucket of a level covers, in ms: 1, 2^10, 2^16, … 2^52; `BUCKET_MS[level + 1]` is the span of a level. */
const BUCKET_MS = new Float64Array(LEVELS + 1).map((_, level) =>
  level === 0 ? 1 : 2 ** (FINE_BITS + COARSE_BITS * (level - 1)),
)
/** The same, inverted; exact, as they are powers of two. */
const PER_MS = BUCKET_MS.map((ms) => 1 / ms)

/** Stands for the heap in the order of buckets: it comes before all of them. */
const LATE = -1
const NONE = -1

/** Erased references are swept when there are more than twice the owners, and this many besides. */
const ERASED_SLACK = 1024
/** Steps of sweeping for each reference that is erased while there are too many: two would do to keep up. */
const SWEEP_STEPS = 16
/** A wheel that becomes empty with more slots than this gives its pools back. */
const KEPT_SLOTS = 4096

/**
 * Deadlines of owners, found in order of time: a hierarchical timing wheel (Varghese and Lauck, 1987) whose levels are
 * aligned, with lazy re-arming.
 *
 * Invariants:
 * - Everything before `tick` was handed out or is in the heap of late deadlines; `tick` never goes back.
 * - A level covers the aligned span of its own length that holds `tick`. A deadline lies at the lowest level that
 *   covers it, so, from `tick` on, the order of the bucket numbers is the order of time: the lowest bucket that is not
 *   empty is the next one. The one exception is the bucket being cascaded, which comes before all others.
 * - Every owner has exactly one reference, in a bucket that starts, or at a key of the heap that lies, no later than
 *   its deadline. A later deadline is only written down: the reference comes up early and then moves to its place.
 *   An earlier one leaves an erased cell behind; these are swept little by little, never all at once.
 * - The heap holds what lies before `tick`: deadlines added when they were due already, and all near ones while a
 *   clock that was set back catches up. Only these cost O(log n).
 *
 * Deadlines are whole numbers of ms from 0 to 2^53. Among equal deadlines no order is promised: owners that were only
 * added mostly come in the order of adding, but a moved deadline or a slot used again comes when its reference does.
 *
 * Memory, measured at a million owners: 36 bytes each, 45 when erased references are at their most; an empty wheel takes
 * 34 kB. The pools grow by doubling: at a million slots one step copies 8 MB.
 */
export class DeadlineWheel<T> {
  readonly #slots = new DeadlineSlots<T>()
  readonly #buckets = new DeadlineBuckets(BUCKETS)
  readonly #late = new LateDeadlines(this.#slots)
  /** For each level the start and the end (exclusive) of the span it covers. */
  readonly #start = new Float64Array(LEVELS)
  readonly #end = new Float64Array(LEVELS)
  readonly #taken = new Int32Array(MOST_TAKEN)
  readonly #deadlines = new Float64Array(MOST_TAKEN)
  #tick = 0
  #size = 0
  #cascading = NONE
  #sweepBucket = 0
  #sweepLeft = 0

  /** An empty wheel at `now`, in ms. */
  constructor(now: number) {
    this.#advance(wholeMs(now))
  }

  /** Owners that have a deadline. */
  get size(): number {
    return this.#size
  }

  /**
   * Gives an owner a deadline, which may be past, and returns the slot that stands for it until it is removed: a whole
   * number from 1 to 2^30. O(1) amortised, O(log n) when the deadline lies before the last `expire`.
   * @throws Error when the deadline is no whole number from 0 to 2^53.
   */
  add(owner: T, deadline: number): number {
    checkDeadline(deadline)
    const slot = this.#slots.take(owner, deadline)
    this.#size++
    this.#arm(slot, deadline)
    return slot
  }

  /** The deadline of a slot in use, in ms. O(1). */
  deadlineOf(slot: number): number {
    this.#slots.check(slot)
    return this.#slots.deadline(slot)
  }

  /** Sets another deadline, earlier or later. O(1) amortised; one write when it is later. Throws as `add` does. */
  move(slot: number, deadline: number): void {
    checkDeadline(deadline)
    this.#slots.check(slot)
    const before = this.#slots.deadline(slot)
    this.#slots.setDeadline(slot, deadline)
    if (deadline < before) this.#arm(slot, deadline)
  }

  /** Frees a slot and returns its owner. O(1). */
  remove(slot: number): T {
    const owner = this.#slots.give(slot)
    if (--this.#size === 0 && this.#slots.used > KEPT_SLOTS) this.clear()
    return owner
  }

  /**
   * The earliest instant, in ms, at which `expire` may have anything to do; Infinity when there are no owners. Never
   * later than the earliest deadline; earlier when a bucket is to be cascaded or a deadline was put off. O(1).
   */
  nextWake(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY
    if (this.#late.size > 0) return this.#late.minKey()
    const bucket = this.#nextBucket()
    return bucket === NONE ? Number.POSITIVE_INFINITY : this.#startOf(bucket)
  }

  /**
   * Calls `onDue` for the owners whose deadline is at or before `now` (ms), in order of deadline, until `budget` steps
   * are done: an owner handed out is a step, and so is each reference that only moves to its place or is dropped.
   * Returns true when work is left over; go on with another call. O(1) amortised for each owner.
   *
   * `onDue` is to remove the slot or move it to a later deadline: an owner left as it is comes again at once. It may add,
   * move, remove and expire as it likes; what becomes due meanwhile comes in order among what is left. When it throws, the
   * error passes through and nothing is lost. A clock that was set back makes nothing due early.
   */
  expire(now: number, budget: number, onDue: (owner: T, slot: number) => void): boolean {
    const until = wholeMs(now)
    let left = budget
    while (left > 0) {
      if (this.#late.size > 0) {
        if (this.#late.minKey() > until) return false
        left = this.#drainLate(until, left, onDue)
        continue
      }
      if (until < this.#tick) return false
      const bucket = this.#nextBucket()
      if (bucket === NONE || this.#startOf(bucket) > until) {
        this.#advance(until)
        return false
      }
      left = bucket < FINE ? this.#drain(bucket, left, onDue) : this.#cascade(bucket, left)
    }
    return this.nextWake() <= until
  }

  /** An independent copy, in which each owner has the slot that it has here; owners are shared. O(slots). */
  clone(): DeadlineWheel<T> {
    const copy = new DeadlineWheel<T>(0)
    copy.#slots.copyFrom(this.#slots)
    copy.#buckets.copyFrom(this.#buckets)
    copy.#late.copyFrom(this.#late)
    copy.#start.set(this.#start)
    copy.#end.set(this.#end)
    copy.#tick = this.#tick
    copy.#size = this.#size
    copy.#cascading = this.#cascading
    copy.#sweepBucket = this.#sweepBucket
    copy.#sweepLeft = this.#sweepLeft
    return copy
  }

  /** The owner in the place that any whole number from 0 on leads to; undefined where that is free. O(1). */
  ownerNear(place: number): T | undefined {
    const { owners, used } = this.#slots
    return used === 1 ? undefined : owners[1 + (place % (used - 1))]
  }

  /** The owners that have a deadline, in no order. Nothing may be added or removed meanwhile. */
  *owners(): IterableIterator<T> {
    const slots = this.#slots
    // A slot in use holds what `add` was given.
    for (let slot = 1; slot < slots.used; slot++) if (slots.deadline(slot) >= 0) yield slots.owners[slot] as T
  }

  /** Forgets all owners and drops the pools. O(1): about 0.1 ms. */
  clear(): void {
    this.#slots.reset()
    this.#buckets.reset()
    this.#late.reset()
    this.#size = 0
    this.#cascading = NONE
    this.#sweepLeft = 0
  }

  /** Throws an Error that names the broken rule; for tests. O(n). */
  invariants(): void {
    const slots = this.#slots
    const armed = new Uint8Array(slots.used)
    const arm = (slot: number, from: number) => {
      if (armed[slot]) throw new Error('deadline wheel: a slot has one reference')
      armed[slot] = 1
      const deadline = slots.deadline(slot)
      if (deadline >= 0 && deadline < from) throw new Error('deadline wheel: a reference comes up by the deadline')
    }
    this.#late.invariants((slot, key) => {
      if (key >= this.#tick) throw new Error('deadline wheel: the heap holds what lies before the tick')
      arm(slot, key)
    })
    this.#buckets.invariants((bucket, cell, slot) => {
      const start = this.#startOf(bucket)
      if (start < this.#tick) throw new Error('deadline wheel: no bucket lies before the tick')
      if (bucket >= FINE && bucket !== this.#cascading && start < this.#end[levelOf(bucket) - 1]!) {
        throw new Error('deadline wheel: a coarse bucket starts where the finer levels end')
      }
      if (slots.place(slot) !== cell || slots.bucket(slot) !== bucket) {
        throw new Error('deadline wheel: a slot knows its cell and its bucket')
      }
      arm(slot, start)
    })
    for (let slot = 1; slot < slots.used; slot++) {
      if (slots.deadline(slot) >= 0 && !armed[slot]) throw new Error('deadline wheel: an owner has a reference')
      if ((armed[slot] === 0) !== (slots.place(slot) === 0)) throw new Error('deadline wheel: a place is a reference')
    }
    if (slots.invariants() !== this.#size) throw new Error('deadline wheel: size counts the slots in use')
    if (this.#cascading !== NONE && this.#startOf(this.#cascading) !== this.#tick) {
      throw new Error('deadline wheel: the bucket being cascaded starts at the tick')
    }
    if (this.#buckets.erased > 3 * slots.used + 2 * ERASED_SLACK) {
      throw new Error('deadline wheel: erased references are swept')
    }
  }

  /** Sees to it that the slot has a reference that comes up by the deadline. */
  #arm(slot: number, deadline: number): void {
    const bucket = this.#bucketOf(deadline)
    const cell = this.#slots.place(slot)
    if (cell < 0) {
      this.#late.lower(slot, deadline)
      return
    }
    if (cell > 0 && this.#slots.bucket(slot) <= bucket) return
    if (cell > 0) this.#buckets.erase(cell)
    if (bucket === LATE) this.#late.push(slot, deadline)
    else this.#push(slot, bucket)
    if (cell > 0 && this.#tooManyErased()) this.#sweep()
  }

  #push(slot: number, bucket: number): void {
    this.#slots.setCell(slot, this.#buckets.push(bucket, slot), bucket)
  }

  #bucketOf(deadline: number): number {
    if (deadline < this.#tick) return LATE
    if (deadline < this.#end[0]!) return (deadline - this.#start[0]!) | 0
    let level = 1
    while (deadline >= this.#end[level]!) level++
    return FINE + ((level - 1) << COARSE_BITS) + (((deadline - this.#start[level]!) * PER_MS[level]!) | 0)
  }

  #startOf(bucket: number): number {
    if (bucket < FINE) return this.#start[0]! + bucket
    const level = levelOf(bucket)
    return this.#start[level]! + ((bucket - FINE) & (COARSE - 1)) * BUCKET_MS[level]!
  }

  #nextBucket(): number {
    return this.#cascading === NONE ? this.#buckets.first() : this.#cascading
  }

  /** Moves the tick on; no bucket that is not empty may start before it, or hold it unless it is cascaded next. */
  #advance(tick: number): void {
    this.#tick = tick
    for (let level = 0; level < LEVELS && tick >= this.#end[level]!; level++) {
      const start = Math.floor(tick * PER_MS[level + 1]!) * BUCKET_MS[level + 1]!
      this.#start[level] = start
      this.#end[level] = start + BUCKET_MS[level + 1]!
    }
  }

  /** Hands out the owners of a bucket of level 0 until it is empty or something earlier was added. */
  #drain(bucket: number, budget: number, onDue: (owner: T, slot: number) => void): number {
    const instant = this.#startOf(bucket)
    this.#advance(instant)
    const slots = this.#slots
    const buckets = this.#buckets
    let left = budget
    while (left > 0) {
      const cell = buckets.head(bucket)
      if (cell === 0) break
      if (buckets.startsChunk(cell)) this.#readAhead(bucket)
      left--
      const slot = buckets.slotAt(cell)
      if (slot !== 0 && slots.deadline(slot) === instant) {
        // The reference stays until the call is over, so that an error thrown here loses no owner.
        onDue(slots.owners[slot] as T, slot)
        if (this.#tick !== instant) break
        const untouched = buckets.head(bucket) === cell && slots.place(slot) === cell
        if (untouched && slots.deadline(slot) !== instant) this.#shift(bucket, slot)
        if (this.#late.size > 0) break
      } else {
        this.#shift(bucket, slot)
      }
    }
    return left
  }

  /** Moves the references of a coarse bucket to finer ones; the tick stands at its start until that is done. */
  #cascade(bucket: number, budget: number): number {
    if (this.#cascading === NONE) {
      this.#advance(this.#startOf(bucket))
      this.#cascading = bucket
    }
    let left = budget
    while (left > 0) {
      if (this.#buckets.head(bucket) === 0) break
      left -= this.#cascadeChunk(bucket, left)
    }
    if (this.#buckets.head(bucket) === 0) this.#cascading = NONE
    return left
  }

  /**
   * Reads what belongs to the head chunk of a bucket, to have it in the cache: a million owners due within a minute take
   * 110 ns each instead of 150.
   */
  #readAhead(bucket: number): void {
    const n = this.#buckets.peek(bucket, MOST_TAKEN, this.#taken)
    if (n > 1) this.#slots.readAhead(this.#taken, n)
  }

  /** Moves the references of a chunk, at most `count`; returns how many those were. */
  #cascadeChunk(bucket: number, count: number): number {
    const slots = this.#slots
    const taken = this.#taken
    const deadlines = this.#deadlines
    const n = this.#buckets.take(bucket, count, taken)
    slots.deadlinesOf(taken, n, deadlines)
    for (let i = 0; i < n; i++) {
      const slot = taken[i]!
      const deadline = deadlines[i]!
      if (deadline >= 0) this.#push(slot, this.#bucketOf(deadline))
      else if (slot !== 0) slots.setPlace(slot, 0)
    }
    return n
  }

  /** Drops the head of a bucket, and puts its slot (0 when it was erased) where its deadline says, if it is in use. */
  #shift(bucket: number, slot: number): void {
    const slots = this.#slots
    this.#buckets.shift(bucket)
    if (slot === 0) return
    const deadline = slots.deadline(slot)
    if (deadline < 0) slots.setPlace(slot, 0)
    else this.#push(slot, this.#bucketOf(deadline))
  }

  #drainLate(until: number, budget: number, onDue: (owner: T, slot: number) => void): number {
    const slots = this.#slots
    const late = this.#late
    let left = budget
    while (left > 0 && late.minKey() <= until) {
      left--
      const slot = late.minSlot()
      if (slots.deadline(slot) === late.minKey()) {
        onDue(slots.owners[slot] as T, slot)
        // Its own reference belongs to this step; another one that came to the top is the next step's.
        if (late.minSlot() !== slot || slots.deadline(slot) === late.minKey()) continue
      }
      late.shift()
      const deadline = slots.deadline(slot)
      if (deadline >= 0) this.#arm(slot, deadline)
    }
    return left
  }

  #tooManyErased(): boolean {
    return this.#buckets.erased > 2 * this.#size + ERASED_SLACK
  }

  /** Carries some references from the head of a bucket to its end, without those that are erased or of free slots. */
  #sweep(): void {
    const slots = this.#slots
    const buckets = this.#buckets
    for (let steps = SWEEP_STEPS; steps > 0 && this.#tooManyErased(); steps--) {
      if (this.#sweepLeft === 0) {
        const next = buckets.firstFrom(this.#sweepBucket + 1)
        this.#sweepBucket = next === NONE ? buckets.first() : next
        this.#sweepLeft = buckets.count(this.#sweepBucket)
      }
      const bucket = this.#sweepBucket
      const cell = buckets.head(bucket)
      if (cell === 0) {
        // It was drained since the last sweep. To carry a reference twice would do no harm, so nothing else is checked.
        this.#sweepLeft = 0
        continue
      }
      const slot = buckets.slotAt(cell)
      buckets.shift(bucket)
      this.#sweepLeft--
      if (slot === 0) continue
      if (slots.deadline(slot) < 0) slots.setPlace(slot, 0)
      else this.#push(slot, bucket)
    }
  }
}

/** The level of a bucket that is not of level 0. */
function levelOf(bucket: number): number {
  return ((bucket - FINE) >> COARSE_BITS) + 1
}

function checkDeadline(deadline: number): void {
  if (!(deadline >= 0 && deadline <= LAST_DEADLINE && Math.floor(deadline) === deadline)) {
    throw new Error(`deadline wheel: a deadline is a whole number of ms from 0 to 2^53, not ${deadline}`)
  }
}

function wholeMs(now: number): number {
  if (!(now >= 0)) throw new Error(`deadline wheel: the time is a number of ms from 0, not ${now}`)
  return Math.min(Math.floor(now), LAST_DEADLINE)
}
