import { Lent } from './lent.js'
import { ARRAY, WORD } from './weight.js'

/**
 * When the fields of a hash expire, by the slots that the fields lie in. A slot without a deadline has NEVER. Times are
 * milliseconds since the epoch, whole numbers from 0.
 *
 * `ListedDeadlines` is for the few slots of a small hash, `HeapedDeadlines` for the many of a large one.
 */
export type FieldDeadlines = ListedDeadlines | HeapedDeadlines

/** The deadline of what has none, as HPEXPIRETIME tells it. */
export const NEVER = -1

/** The objects themselves. */
const LISTED = 48 + ARRAY
const HEAPED = 64 + 3 * ARRAY

/**
 * Deadlines of a few slots, listed by slot. Reading them all is quick, and it costs 8 bytes a field.
 *
 * Invariant: there is a time for every slot up to the last one that has a deadline.
 */
export class ListedDeadlines {
  private times: number[]
  private count: number
  /** The earliest deadline, Infinity when there is none. O(1). */
  next: number
  /** No deadline is later. */
  latest: number

  constructor() {
    this.times = []
    this.count = 0
    this.next = Number.POSITIVE_INFINITY
    this.latest = NEVER
  }

  /** How many slots have a deadline. */
  get size(): number {
    return this.count
  }

  /** The bytes that they take, roughly. O(1). */
  get weight(): number {
    return LISTED + this.times.length * WORD
  }

  /** O(1). */
  timeOf(slot: number): number {
    return slot < this.times.length ? this.times[slot]! : NEVER
  }

  /** O(slots). */
  set(slot: number, time: number): void {
    if (slot >= this.times.length) this.reach(slot)
    if (this.times[slot] === NEVER) this.count++
    this.times[slot] = time
    if (time > this.latest) this.latest = time
    this.findNext()
  }

  /** By hand, since arrays that are pushed to have room for sixteen more. */
  private reach(slot: number): void {
    const times = new Array<number>(slot + 1).fill(NEVER)
    for (let i = 0; i < this.times.length; i++) times[i] = this.times[i]!
    this.times = times
  }

  /** Takes the deadline from a slot; whether it had one. O(slots). */
  clear(slot: number): boolean {
    if (this.timeOf(slot) === NEVER) return false
    this.times[slot] = NEVER
    this.count--
    this.findNext()
    return true
  }

  /** Takes a slot out; those behind it move up by one. O(slots). */
  removeSlot(slot: number): void {
    this.clear(slot)
    if (slot < this.times.length) this.times.splice(slot, 1)
  }

  /** The slot of the earliest deadline; there must be one. O(slots). */
  first(): number {
    return this.times.indexOf(this.next)
  }

  private findNext(): void {
    let next = Number.POSITIVE_INFINITY
    for (const time of this.times) if (time !== NEVER && time < next) next = time
    this.next = next
  }

  /** As `clone`: there are few. O(slots). */
  view(): ListedDeadlines {
    return this.clone()
  }

  clone(): ListedDeadlines {
    const copy = new ListedDeadlines()
    copy.times = this.times.slice()
    copy.count = this.count
    copy.next = this.next
    copy.latest = this.latest
    return copy
  }

  invariants(slots: number): void {
    const times = this.times.filter((time) => time !== NEVER)
    if (this.times.length > slots) throw new Error('listed deadlines: a slot that is not there has a deadline')
    if (times.length !== this.count) throw new Error('listed deadlines: size counts the deadlines')
    if (Math.min(...times) !== this.next) throw new Error('listed deadlines: next is the earliest')
    if (times.some((time) => time > this.latest)) throw new Error('listed deadlines: none is later than the latest')
  }
}

const CHUNK_BITS = 10
const CHUNK = 1 << CHUNK_BITS
const CHUNK_MASK = CHUNK - 1

/**
 * Deadlines of many slots: a binary heap that finds its own entries.
 *
 * Invariants: no time is earlier than that of its parent, at (place - 1) >> 1; `places` holds place + 1 of each slot in the
 * heap, 0 or nothing for others. All three lie in chunks, so that nothing is copied as the heap grows: an array of 800,000
 * numbers that grows stops for 37 ms.
 */
export class HeapedDeadlines {
  private readonly times: number[][]
  private readonly slots: number[][]
  /** Chunks come when they are needed, and are as long as they need to be. */
  private readonly places: (number[] | undefined)[]
  private count: number
  /** No deadline is later. */
  latest: number
  /** The chunks of times and of places that a view has. */
  private lentTimes: Lent | undefined
  private lentPlaces: Lent | undefined

  constructor() {
    this.times = []
    this.slots = []
    this.places = []
    this.count = 0
    this.latest = NEVER
    this.lentTimes = undefined
    this.lentPlaces = undefined
  }

  /** The deadlines of a list. O(slots). */
  static of(listed: ListedDeadlines, slots: number): HeapedDeadlines {
    const heap = new HeapedDeadlines()
    for (let slot = 0; slot < slots; slot++) {
      const time = listed.timeOf(slot)
      if (time !== NEVER) heap.set(slot, time)
    }
    return heap
  }

  /** How many slots have a deadline. */
  get size(): number {
    return this.count
  }

  /** The bytes that they take, roughly. O(1). */
  get weight(): number {
    return HEAPED + this.count * 3 * WORD
  }

  /** The earliest deadline, Infinity when there is none. O(1). */
  get next(): number {
    return this.count === 0 ? Number.POSITIVE_INFINITY : this.timeAt(0)
  }

  /** O(1). */
  timeOf(slot: number): number {
    const place = this.placeOf(slot)
    return place < 0 ? NEVER : this.timeAt(place)
  }

  /** O(log size). */
  set(slot: number, time: number): void {
    const place = this.placeOf(slot)
    if (time > this.latest) this.latest = time
    if (place < 0) this.up(this.count++, slot, time)
    else if (time < this.timeAt(place)) this.up(place, slot, time)
    else this.down(place, slot, time)
  }

  /** Takes the deadline from a slot; whether it had one. O(log size). */
  clear(slot: number): boolean {
    const place = this.placeOf(slot)
    if (place < 0) return false
    this.setPlace(slot, 0)
    const end = --this.count
    const lastSlot = this.slotAt(end)
    const lastTime = this.timeAt(end)
    this.shorten()
    if (place === end) return true
    if (lastTime < this.timeAt(place)) this.up(place, lastSlot, lastTime)
    else this.down(place, lastSlot, lastTime)
    return true
  }

  /** Takes a slot out; the last one, which may be the same, moves into its place. O(log size). */
  removeSlot(slot: number, last: number): void {
    this.clear(slot)
    const place = this.placeOf(last)
    if (place < 0) return
    this.setPlace(last, 0)
    this.put(place, slot, this.timeAt(place))
  }

  /** The slot of the earliest deadline; there must be one. O(1). */
  first(): number {
    return this.slotAt(0)
  }

  /** The times by slot as they are now, whatever happens to the heap. O(slots / CHUNK). */
  view(): HeapedDeadlines {
    const view = new HeapedDeadlines()
    for (const chunk of this.times) view.times.push(chunk)
    for (const chunk of this.places) view.places.push(chunk)
    view.count = this.count
    view.latest = this.latest
    this.lentTimes = new Lent(this.times.length)
    this.lentPlaces = new Lent(this.places.length)
    return view
  }

  /** The times of a chunk, to write to. */
  private ownTimes(index: number): number[] {
    if (this.lentTimes?.takeBack(index)) this.times[index] = this.times[index]!.slice()
    return this.times[index]!
  }

  clone(): HeapedDeadlines {
    const copy = new HeapedDeadlines()
    for (const chunk of this.times) copy.times.push(chunk.slice())
    for (const chunk of this.slots) copy.slots.push(chunk.slice())
    for (const chunk of this.places) copy.places.push(chunk?.slice())
    copy.count = this.count
    copy.latest = this.latest
    return copy
  }

  private timeAt(place: number): number {
    return this.times[place >> CHUNK_BITS]![place & CHUNK_MASK]!
  }

  private slotAt(place: number): number {
    return this.slots[place >> CHUNK_BITS]![place & CHUNK_MASK]!
  }

  /** -1 for a slot that is not in the heap. */
  private placeOf(slot: number): number {
    const chunk = this.places[slot >> CHUNK_BITS]
    const at = slot & CHUNK_MASK
    return chunk === undefined || at >= chunk.length ? -1 : chunk[at]! - 1
  }

  private setPlace(slot: number, entry: number): void {
    const index = slot >> CHUNK_BITS
    while (this.places.length <= index) this.places.push(undefined)
    let chunk = this.places[index]
    if (chunk === undefined) {
      chunk = []
      this.places[index] = chunk
    } else if (this.lentPlaces?.takeBack(index)) {
      chunk = chunk.slice()
      this.places[index] = chunk
    }
    const at = slot & CHUNK_MASK
    while (chunk.length <= at) chunk.push(0)
    chunk[at] = entry
  }

  /** Puts a slot and its time into a place, which may be the one behind the last. */
  private put(place: number, slot: number, time: number): void {
    const index = place >> CHUNK_BITS
    if (index === this.times.length) {
      this.times.push([])
      this.slots.push([])
    }
    const at = place & CHUNK_MASK
    this.ownTimes(index)[at] = time
    this.slots[index]![at] = slot
    this.setPlace(slot, place + 1)
  }

  /** Drops the entry behind the last place. */
  private shorten(): void {
    this.ownTimes(this.count >> CHUNK_BITS).pop()
    this.slots[this.count >> CHUNK_BITS]!.pop()
    // One empty chunk stays, so that a heap that grows and shrinks by one makes none each time.
    if (this.times.length > (this.count >> CHUNK_BITS) + 2) {
      this.times.pop()
      this.slots.pop()
    }
  }

  private up(from: number, slot: number, time: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.timeAt(parent)
      if (above <= time) break
      this.put(place, this.slotAt(parent), above)
      place = parent
    }
    this.put(place, slot, time)
  }

  private down(from: number, slot: number, time: number): void {
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.count) break
      if (child + 1 < this.count && this.timeAt(child + 1) < this.timeAt(child)) child++
      const below = this.timeAt(child)
      if (below >= time) break
      this.put(place, this.slotAt(child), below)
      place = child
    }
    this.put(place, slot, time)
  }

  invariants(slots: number): void {
    for (let place = 0; place < this.count; place++) {
      const slot = this.slotAt(place)
      const time = this.timeAt(place)
      if (slot >= slots) throw new Error('heaped deadlines: a slot that is not there has a deadline')
      if (this.placeOf(slot) !== place) throw new Error('heaped deadlines: a slot knows its place')
      if (place > 0 && this.timeAt((place - 1) >> 1) > time) throw new Error('heaped deadlines: a parent is no later')
      if (time > this.latest) throw new Error('heaped deadlines: none is later than the latest')
    }
    const entries = (chunks: readonly (readonly number[])[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    if (entries(this.times) !== this.count || entries(this.slots) !== this.count) {
      throw new Error('heaped deadlines: a time and a slot for each place')
    }
    let known = 0
    for (const chunk of this.places) for (const entry of chunk ?? []) if (entry !== 0) known++
    if (known !== this.count) throw new Error('heaped deadlines: a slot without a deadline has no place')
  }
}
