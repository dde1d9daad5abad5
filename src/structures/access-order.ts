/** No slot. */
const NONE = -1

/** As many slots as are copied in a millisecond, when the first chunk grows. */
const CHUNK_BITS = 20
const CHUNK_MASK = (1 << CHUNK_BITS) - 1

/** So many slots are passed at most in search of a place for one that counts as older than it is. */
const STEPS_MAX = 64

/** So many slots there is room for at first. */
const FIRST_SLOTS = 64

/**
 * Slots of a table in the order in which they were last accessed: a doubly linked list in flat arrays. A slot takes two numbers that
 * lie side by side, the slot before it and the one behind it, so that an access meets three cache lines. Up to a million of them lie in one
 * array, which doubles as it fills; the others lie in further ones of that size, so that nothing large is ever copied. What is no
 * slot of the list must not be asked for.
 */
export class AccessOrder {
  private readonly chunks: Int32Array[]
  /** The only chunk; undefined when there are more. An access that need not look for its chunks takes a tenth off a GET. */
  private flat: Int32Array | undefined
  /** All slots below it have a place. */
  private room: number
  private first = NONE
  private last = NONE

  /** `slots` is how many there will be at once, in whatever order they are appended. */
  constructor(slots = 0) {
    this.room = FIRST_SLOTS
    this.flat = new Int32Array(FIRST_SLOTS * 2)
    this.chunks = [this.flat]
    while (this.room < slots) this.grow()
  }

  private grow(): void {
    const { flat } = this
    if (flat !== undefined && this.room <= CHUNK_MASK) {
      this.room *= 2
      this.flat = new Int32Array(this.room * 2)
      this.flat.set(flat)
      this.chunks[0] = this.flat
    } else {
      this.room += CHUNK_MASK + 1
      this.flat = undefined
      this.chunks.push(new Int32Array((CHUNK_MASK + 1) * 2))
    }
  }

  /** The slot that was accessed least recently, -1 when there is none. */
  get oldest(): number {
    return this.first
  }

  private olderOf(slot: number): number {
    return this.chunks[slot >> CHUNK_BITS]![(slot & CHUNK_MASK) << 1]!
  }

  private newerOf(slot: number): number {
    return this.chunks[slot >> CHUNK_BITS]![((slot & CHUNK_MASK) << 1) + 1]!
  }

  private setOlder(slot: number, older: number): void {
    if (slot === NONE) this.last = older
    else this.chunks[slot >> CHUNK_BITS]![(slot & CHUNK_MASK) << 1] = older
  }

  private setNewer(slot: number, newer: number): void {
    if (slot === NONE) this.first = newer
    else this.chunks[slot >> CHUNK_BITS]![((slot & CHUNK_MASK) << 1) + 1] = newer
  }

  private link(older: number, slot: number, newer: number): void {
    const links = this.chunks[slot >> CHUNK_BITS]!
    const at = (slot & CHUNK_MASK) << 1
    links[at] = older
    links[at + 1] = newer
    this.setNewer(older, slot)
    this.setOlder(newer, slot)
  }

  /** Adds a slot as the newest, at most one past the highest that has ever been there. O(1) amortised. */
  append(slot: number): void {
    if (slot === this.room) this.grow()
    this.link(this.last, slot, NONE)
  }

  /** A slot is the newest now. O(1). Written out, as this is a part of every access. */
  touch(slot: number): void {
    const { flat, last } = this
    if (slot === last) return
    if (flat === undefined) {
      this.remove(slot)
      this.link(last, slot, NONE)
      return
    }
    const at = slot << 1
    const older = flat[at]!
    const newer = flat[at + 1]!
    if (older === NONE) this.first = newer
    else flat[(older << 1) + 1] = newer
    flat[newer << 1] = older
    flat[at] = last
    flat[at + 1] = NONE
    flat[(last << 1) + 1] = slot
    this.last = slot
  }

  /** Takes a slot out. O(1). */
  remove(slot: number): void {
    const links = this.chunks[slot >> CHUNK_BITS]!
    const at = (slot & CHUNK_MASK) << 1
    const older = links[at]!
    const newer = links[at + 1]!
    this.setNewer(older, newer)
    this.setOlder(newer, older)
  }

  /** What stood in one slot stands in another, which is not in the list. O(1) amortised. */
  move(from: number, to: number): void {
    if (to === this.room) this.grow()
    this.link(this.olderOf(from), to, this.newerOf(from))
  }

  /** Puts a slot near the oldest, behind those that are older than it, if there are not too many of them. O(1). */
  demote(slot: number, isOlder: (other: number) => boolean): void {
    this.remove(slot)
    let newer = this.first
    for (let steps = 0; newer !== NONE && steps < STEPS_MAX && isOlder(newer); steps++) newer = this.newerOf(newer)
    this.link(newer === NONE ? this.last : this.olderOf(newer), slot, newer)
  }

  clone(): AccessOrder {
    const copy = new AccessOrder()
    for (const [index, chunk] of this.chunks.entries()) copy.chunks[index] = chunk.slice()
    copy.flat = this.flat && copy.chunks[0]
    copy.room = this.room
    copy.first = this.first
    copy.last = this.last
    return copy
  }

  /** From the oldest to the newest. */
  *slots(): Iterable<number> {
    for (let slot = this.first; slot !== NONE; slot = this.newerOf(slot)) yield slot
  }

  /** Throws an Error that names the broken rule unless exactly the slots below `size` are there. */
  invariants(size: number): void {
    const seen = new Set<number>()
    let older = NONE
    for (const slot of this.slots()) {
      if (slot >= size || seen.has(slot)) throw new Error(`access order: slot ${slot} is there in vain`)
      if (this.olderOf(slot) !== older) throw new Error(`access order: slot ${slot} stands behind another one`)
      seen.add(slot)
      older = slot
    }
    if (older !== this.last) throw new Error('access order: it ends elsewhere')
    if (seen.size !== size) throw new Error(`access order: ${size - seen.size} slots are missing`)
  }
}
