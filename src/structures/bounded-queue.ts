/** A short queue is not worth a copy. */
const COMPACT_FROM = 32

/**
 * First in, first out, up to a limit.
 *
 * Invariant: what is in it lies in `items` from `head` on, and is at most `limit`. O(1) amortised for all.
 */
export class BoundedQueue<T> {
  private readonly limit: number
  private items: (T | undefined)[] = []
  private head = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get size(): number {
    return this.items.length - this.head
  }

  get isFull(): boolean {
    return this.size >= this.limit
  }

  /** The caller has made sure that there is room. */
  push(item: T): void {
    if (this.isFull) throw new Error('BoundedQueue: it is full')
    this.items.push(item)
  }

  /** Takes out what has been there longest; undefined when there is nothing. */
  shift(): T | undefined {
    if (this.head === this.items.length) return undefined
    const item = this.items[this.head]
    this.items[this.head++] = undefined
    if (this.head >= COMPACT_FROM && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head)
      this.head = 0
    }
    return item
  }

  clear(): void {
    this.items = []
    this.head = 0
  }
}
