/** No slot. */
const NONE = -1

const CHUNK_BITS = 15
const CHUNK_MASK = (1 << CHUNK_BITS) - 1

/** So many slots are passed at most in search of a place for one that counts as older than it is. */
const STEPS_MAX = 64

/**
 * Slots of a table in the order in which they were last accessed: a doubly linked list in flat arrays. A slot takes two numbers that
 * lie side by side, the slot before it and the one behind it, so that an access meets three cache lines. They lie in chunks, so
 * that nothing is copied when there are more. What is no slot of the list must not be asked for.
 */
export class AccessOrder {
  private readonly chunks: Int32Array[] = []
  private first = NONE
  private last = NONE

  /** `slots` is how many there will be at once, in whatever order they are appended. */
  constructor(slots = 0) {
    while (this.chunks.length << CHUNK_BITS < slots) this.grow()
  }

  private grow(): void {
    this.chunks.push(new Int32Array((CHUNK_MASK + 1) * 2))
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
    if (slot >> CHUNK_BITS === this.chunks.length) this.grow()
    this.link(this.last, slot, NONE)
  }

  /** A slot is the newest now. O(1). Written out, as this is a part of every access. */
  touch(slot: number): void {
    const { chunks, last } = this
    if (slot === last) return
    const links = chunks[slot >> CHUNK_BITS]!
    const at = (slot & CHUNK_MASK) << 1
    const older = links[at]!
    const newer = links[at + 1]!
    if (older === NONE) this.first = newer
    else chunks[older >> CHUNK_BITS]![((older & CHUNK_MASK) << 1) + 1] = newer
    chunks[newer >> CHUNK_BITS]![(newer & CHUNK_MASK) << 1] = older
    links[at] = last
    links[at + 1] = NONE
    chunks[last >> CHUNK_BITS]![((last & CHUNK_MASK) << 1) + 1] = slot
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
    if (to >> CHUNK_BITS === this.chunks.length) this.grow()
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
    for (const chunk of this.chunks) copy.chunks.push(chunk.slice())
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
