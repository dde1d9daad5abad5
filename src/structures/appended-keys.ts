const FIRST_ROOM = 1_024
/** Keys are put in order by so many of the top bits of their hashes. */
const ORDER_BITS = 12
const ORDER_SHIFT = 32 - ORDER_BITS

/**
 * Keys that lie in their slots and are still to be entered in a table, by their hashes alone.
 *
 * A table of a million keys takes more memory than the caches hold, and each key would be entered somewhere else in it. So all are
 * entered in the order of their hashes: those that come after one another lie in the same part.
 */
export class AppendedKeys {
  private readonly firstSlot: number
  /** In the order of the slots. */
  private hashes = new Int32Array(FIRST_ROOM)
  private count = 0
  /** Hash and slot by turns, once the first have been asked for. */
  private pairs: Int32Array | undefined
  /** How many have been handed out. */
  private taken = 0

  constructor(firstSlot: number) {
    this.firstSlot = firstSlot
  }

  /** How many are left. O(1). */
  get size(): number {
    return this.count - this.taken
  }

  /** Adds the key of the next slot; before any is taken. O(1) amortised. */
  add(hash: number): void {
    if (this.count === this.hashes.length) {
      const grown = new Int32Array(this.count * 2)
      grown.set(this.hashes)
      this.hashes = grown
    }
    this.hashes[this.count++] = hash
  }

  /** Takes the slot that comes next in the order of slots. O(1). */
  takeSlot(): number {
    return this.firstSlot + this.taken++
  }

  /** Takes up to so many: hash and slot by turns. What `takeSlot` took is not among them. O(keys), once; O(most) after that. */
  take(most: number): Int32Array {
    if (this.pairs === undefined) {
      this.pairs = this.inOrder(this.taken)
      this.count -= this.taken
      this.taken = 0
    }
    const start = this.taken
    this.taken = Math.min(this.count, start + most)
    return this.pairs.subarray(start * 2, this.taken * 2)
  }

  /** Those from one on, put in order by counting. */
  private inOrder(start: number): Int32Array {
    const { count, firstSlot, hashes } = this
    const ends = new Int32Array(1 << ORDER_BITS)
    for (let i = start; i < count; i++) ends[hashes[i]! >>> ORDER_SHIFT]!++
    for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
    const pairs = new Int32Array((count - start) * 2)
    for (let i = count - 1; i >= start; i--) {
      const hash = hashes[i]!
      const at = --ends[hash >>> ORDER_SHIFT]! * 2
      pairs[at] = hash
      pairs[at + 1] = firstSlot + i
    }
    return pairs
  }
}
