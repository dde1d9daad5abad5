const FIRST_CAPACITY = 64

/**
 * The owners of a deadline wheel, in flat pools indexed by slot.
 *
 * Invariants: slot 0 is never given out. A slot in use has a deadline >= 0; a free one has -1 - next there, where next
 * is the next free slot or 0. Its *place* tells where the slot's one reference lies: a positive cell of the buckets,
 * -1 - index in the heap of late deadlines, or 0 for none. The place outlives the owner: a free slot keeps its
 * reference until that comes up, so that add and remove in a loop leave one behind, not many.
 *
 * Deadline, place and the bucket of the place share 16 bytes of one buffer, since every step needs them together: at a
 * million owners in random order each further array is a further cache miss.
 */
export class DeadlineSlots<T> {
  owners: (T | undefined)[] = []
  /** One more than the highest slot ever given out since the last reset. */
  used = 1
  /** How many of the slots last read ahead are in use; kept so that no compiler leaves the reads out. */
  inUseAhead = 0
  #free = 0
  #doubles = new Float64Array(0)
  /** The same bytes. */
  #ints = new Int32Array(0)

  constructor() {
    this.reset()
  }

  /** The deadline, negative when the slot is free. O(1). */
  deadline(slot: number): number {
    return this.#doubles[2 * slot]!
  }

  /**
   * Reads the first `count` of some deadlines at once. These reads miss the cache, and a processor overlaps the misses
   * only when they stand close together. O(count).
   */
  deadlinesOf(slots: Int32Array, count: number, into: Float64Array): void {
    const doubles = this.#doubles
    for (let i = 0; i < count; i++) into[i] = doubles[2 * slots[i]!]!
  }

  /** Brings the first `count` of some slots into the cache. O(count). */
  readAhead(slots: Int32Array, count: number): void {
    let inUse = 0
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!
      if (this.#doubles[2 * slot]! >= 0 && this.owners[slot] !== undefined) inUse++
    }
    this.inUseAhead = inUse
  }

  setDeadline(slot: number, deadline: number): void {
    this.#doubles[2 * slot] = deadline
  }

  /** The bucket of a slot whose place is a cell. O(1). */
  bucket(slot: number): number {
    return this.#ints[4 * slot + 3]!
  }

  /** Writes down that the reference lies in a cell of a bucket. O(1). */
  setCell(slot: number, cell: number, bucket: number): void {
    this.#ints[4 * slot + 2] = cell
    this.#ints[4 * slot + 3] = bucket
  }

  /** Where the reference of the slot lies. O(1). */
  place(slot: number): number {
    return this.#ints[4 * slot + 2]!
  }

  setPlace(slot: number, place: number): void {
    this.#ints[4 * slot + 2] = place
  }

  /** Takes a slot for the owner. O(1) amortised: the pools double. */
  take(owner: T, deadline: number): number {
    let slot = this.#free
    if (slot !== 0) {
      this.#free = -1 - this.deadline(slot)
      this.owners[slot] = owner
    } else {
      slot = this.used
      if (2 * slot === this.#doubles.length) this.#grow()
      this.used = slot + 1
      this.owners.push(owner)
    }
    this.setDeadline(slot, deadline)
    return slot
  }

  /** Frees a slot and returns its owner; its reference stays. O(1). */
  give(slot: number): T {
    this.check(slot)
    // A slot in use holds what `take` was given, which may itself be undefined.
    const owner = this.owners[slot] as T
    this.owners[slot] = undefined
    this.setDeadline(slot, -1 - this.#free)
    this.#free = slot
    return owner
  }

  /** Throws unless the slot is in use. O(1). */
  check(slot: number): void {
    if (slot >= this.used || !(this.deadline(slot) >= 0)) throw new Error(`deadline wheel: slot ${slot} is not in use`)
  }

  /** Drops all slots and their memory. O(1). */
  reset(): void {
    this.#view(new Float64Array(2 * FIRST_CAPACITY))
    this.owners = [undefined]
    this.used = 1
    this.#free = 0
    this.setDeadline(0, -1)
  }

  /** Takes over a copy of what another has; owners are shared. O(slots). */
  copyFrom(other: DeadlineSlots<T>): void {
    this.#view(other.#doubles.slice())
    this.owners = other.owners.slice()
    this.used = other.used
    this.#free = other.#free
  }

  /** Throws unless every slot is either in use or on the free list once; returns how many are in use. O(n). */
  invariants(): number {
    if (this.owners.length !== this.used) throw new Error('deadline slots: one cell of owners for each slot')
    const free = new Set<number>([0])
    for (let slot = this.#free; slot !== 0; slot = -1 - this.deadline(slot)) {
      if (free.has(slot)) throw new Error('deadline slots: the free list names a slot once')
      if (this.owners[slot] !== undefined) throw new Error('deadline slots: a free slot holds no owner')
      free.add(slot)
    }
    for (let slot = 0; slot < this.used; slot++) {
      if (free.has(slot) === this.deadline(slot) >= 0) throw new Error('deadline slots: a slot is in use or free')
    }
    return this.used - free.size
  }

  #grow(): void {
    const doubles = new Float64Array(this.#doubles.length * 2)
    doubles.set(this.#doubles)
    this.#view(doubles)
  }

  #view(doubles: Float64Array<ArrayBuffer>): void {
    this.#doubles = doubles
    this.#ints = new Int32Array(doubles.buffer)
  }
}
