/**
 * When the fields of a hash expire, by the slots that the fields lie in. A slot without a deadline has NEVER. Times are
 * milliseconds since the epoch, whole numbers from 0.
 *
 * `ListedDeadlines` is for the few slots of a small hash, `HeapedDeadlines` for the many of a large one.
 */
export type FieldDeadlines = ListedDeadlines | HeapedDeadlines

/** The deadline of what has none, as HPEXPIRETIME tells it. */
export const NEVER = -1

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
 * heap, 0 for others, in chunks that are made when they are needed, so that nothing is copied as the hash grows.
 */
export class HeapedDeadlines {
  private readonly times: number[]
  private readonly slots: number[]
  private readonly places: (Int32Array | undefined)[]
  /** No deadline is later. */
  latest: number

  constructor() {
    this.times = []
    this.slots = []
    this.places = []
    this.latest = NEVER
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
    return this.slots.length
  }

  /** The earliest deadline, Infinity when there is none. O(1). */
  get next(): number {
    return this.times.length === 0 ? Number.POSITIVE_INFINITY : this.times[0]!
  }

  /** O(1). */
  timeOf(slot: number): number {
    const place = this.placeOf(slot)
    return place < 0 ? NEVER : this.times[place]!
  }

  /** O(log size). */
  set(slot: number, time: number): void {
    const place = this.placeOf(slot)
    if (time > this.latest) this.latest = time
    if (place < 0) {
      this.times.push(time)
      this.slots.push(slot)
      this.up(this.slots.length - 1)
      return
    }
    const before = this.times[place]!
    this.times[place] = time
    if (time < before) this.up(place)
    else this.down(place)
  }

  /** Takes the deadline from a slot; whether it had one. O(log size). */
  clear(slot: number): boolean {
    const place = this.placeOf(slot)
    if (place < 0) return false
    this.put(slot, -1)
    const time = this.times.pop()!
    const last = this.slots.pop()!
    if (last === slot) return true
    const before = this.times[place]!
    this.times[place] = time
    this.slots[place] = last
    if (time < before) this.up(place)
    else this.down(place)
    return true
  }

  /** Takes a slot out; the last one, which may be the same, moves into its place. O(log size). */
  removeSlot(slot: number, last: number): void {
    this.clear(slot)
    if (last === slot) return
    const place = this.placeOf(last)
    if (place < 0) return
    this.put(last, -1)
    this.slots[place] = slot
    this.put(slot, place)
  }

  /** The slot of the earliest deadline; there must be one. O(1). */
  first(): number {
    return this.slots[0]!
  }

  clone(): HeapedDeadlines {
    const copy = new HeapedDeadlines()
    for (const time of this.times) copy.times.push(time)
    for (const slot of this.slots) copy.slots.push(slot)
    for (const chunk of this.places) copy.places.push(chunk?.slice())
    copy.latest = this.latest
    return copy
  }

  /** -1 for a slot that is not in the heap. */
  private placeOf(slot: number): number {
    const chunk = this.places[slot >> CHUNK_BITS]
    return chunk === undefined ? -1 : chunk[slot & CHUNK_MASK]! - 1
  }

  private put(slot: number, place: number): void {
    const at = slot >> CHUNK_BITS
    while (this.places.length <= at) this.places.push(undefined)
    let chunk = this.places[at]
    if (chunk === undefined) {
      chunk = new Int32Array(CHUNK)
      this.places[at] = chunk
    }
    chunk[slot & CHUNK_MASK] = place + 1
  }

  private up(from: number): void {
    const { times, slots } = this
    const time = times[from]!
    const slot = slots[from]!
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (times[parent]! <= time) break
      times[place] = times[parent]!
      slots[place] = slots[parent]!
      this.put(slots[place]!, place)
      place = parent
    }
    times[place] = time
    slots[place] = slot
    this.put(slot, place)
  }

  private down(from: number): void {
    const { times, slots } = this
    const time = times[from]!
    const slot = slots[from]!
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= times.length) break
      if (child + 1 < times.length && times[child + 1]! < times[child]!) child++
      if (times[child]! >= time) break
      times[place] = times[child]!
      slots[place] = slots[child]!
      this.put(slots[place]!, place)
      place = child
    }
    times[place] = time
    slots[place] = slot
    this.put(slot, place)
  }

  invariants(slots: number): void {
    if (this.times.length !== this.slots.length) throw new Error('heaped deadlines: a time for each slot')
    for (let place = 0; place < this.slots.length; place++) {
      const slot = this.slots[place]!
      const time = this.times[place]!
      if (slot >= slots) throw new Error('heaped deadlines: a slot that is not there has a deadline')
      if (this.placeOf(slot) !== place) throw new Error('heaped deadlines: a slot knows its place')
      if (place > 0 && this.times[(place - 1) >> 1]! > time) throw new Error('heaped deadlines: a parent is no later')
      if (time > this.latest) throw new Error('heaped deadlines: none is later than the latest')
    }
    let known = 0
    for (const chunk of this.places) for (const place of chunk ?? []) if (place !== 0) known++
    if (known !== this.slots.length) throw new Error('heaped deadlines: a slot without a deadline has no place')
  }
}
