const FIRST_CAPACITY = 64

/** Where the heap writes down the place of each slot: -1 - index, and 0 for a slot that left. */
interface Places {
  place(slot: number): number
  setPlace(slot: number, place: number): void
}

/**
 * A binary heap of slots by the instant at which their reference comes up.
 *
 * Invariants: no parent's key is above its child's; the place of a slot in the heap is -1 - index,
 * so each is in it once.
 */
export class LateDeadlines {
  size = 0
  readonly #places: Places
  #keys = new Float64Array(FIRST_CAPACITY)
  #slots = new Int32Array(FIRST_CAPACITY)

  constructor(places: Places) {
    this.#places = places
  }

  /** The lowest key; Infinity when the heap is empty. O(1). */
  minKey(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#keys[0]!
  }

  /** The slot with the lowest key; 0 when the heap is empty. O(1). */
  minSlot(): number {
    return this.size === 0 ? 0 : this.#slots[0]!
  }

  /** Adds a slot that is not in the heap. O(log n), O(1) on average. */
  push(slot: number, key: number): void {
    if (this.size === this.#keys.length) this.#grow()
    this.#siftUp(this.size++, slot, key)
  }

  /** Brings the key of a slot in the heap down to the given one, unless it is lower already. O(log n). */
  lower(slot: number, key: number): void {
    const index = -1 - this.#places.place(slot)
    if (key < this.#keys[index]!) this.#siftUp(index, slot, key)
  }

  /** Drops the slot with the lowest key; its place becomes 0. O(log n). */
  shift(): void {
    const last = --this.size
    this.#places.setPlace(this.#slots[0]!, 0)
    if (last > 0) this.#siftDown(this.#slots[last]!, this.#keys[last]!)
  }

  /** Drops everything. O(1). */
  reset(): void {
    this.size = 0
    this.#keys = new Float64Array(FIRST_CAPACITY)
    this.#slots = new Int32Array(FIRST_CAPACITY)
  }

  /** Takes over a copy of what another has. O(n). */
  copyFrom(other: LateDeadlines): void {
    this.size = other.size
    this.#keys = other.#keys.slice()
    this.#slots = other.#slots.slice()
  }

  /** Throws unless the heap is in order and the places agree; calls `visit` for each entry. O(n). */
  invariants(visit: (slot: number, key: number) => void): void {
    for (let i = 0; i < this.size; i++) {
      if (this.#keys[(i - 1) >> 1]! > this.#keys[i]!) throw new Error('late deadlines: no parent is above its child')
      const slot = this.#slots[i]!
      if (this.#places.place(slot) !== -1 - i) throw new Error('late deadlines: a slot knows its place')
      visit(slot, this.#keys[i]!)
    }
  }

  #siftUp(from: number, slot: number, key: number): void {
    const keys = this.#keys
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (keys[parent]! <= key) break
      this.#put(index, this.#slots[parent]!, keys[parent]!)
      index = parent
    }
    this.#put(index, slot, key)
  }

  #siftDown(slot: number, key: number): void {
    const keys = this.#keys
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= this.size) break
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= key) break
      this.#put(index, this.#slots[child]!, keys[child]!)
      index = child
    }
    this.#put(index, slot, key)
  }

  #put(index: number, slot: number, key: number): void {
    this.#keys[index] = key
    this.#slots[index] = slot
    this.#places.setPlace(slot, -1 - index)
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2)
    keys.set(this.#keys)
    this.#keys = keys
    const slots = new Int32Array(this.#slots.length * 2)
    slots.set(this.#slots)
    this.#slots = slots
  }
}
