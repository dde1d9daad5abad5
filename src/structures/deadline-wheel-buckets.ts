const CHUNK = 16
const CHUNK_MASK = CHUNK - 1
/** Words at the start of a chunk: the next chunk of its bucket, or of the free list. */
const HEADER = 1
const FIRST_CAPACITY = 64 * CHUNK
/** The most that `peek` and `take` write at a time: the cells of a chunk. */
export const MOST_TAKEN = CHUNK - HEADER

/**
 * A fixed number of first-in-first-out buckets of slot numbers, in one pool of 64-byte chunks.
 *
 * Invariants: a bucket is a chain of chunks that is filled at `tail` and read at `head`; both are 0 when it is empty,
 * and then its bit is clear. A cell holds a slot, or 0 where a reference was erased. Cells are positive, so 0 and
 * the negative numbers are free for the caller's use. A bit of `summary` says that a word of the bitmap is not 0.
 *
 * Chunks, and not one growing array for each bucket: no copy when a bucket grows, no garbage when it is read,
 * and at most one chunk of slack per bucket.
 */
export class DeadlineBuckets {
  /** References in all buckets, erased ones included. */
  cells = 0
  /** Erased references that still take a cell. */
  erased = 0
  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly #count: Int32Array
  readonly #bits: Int32Array
  readonly #summary: Int32Array
  #pool = new Int32Array(FIRST_CAPACITY)
  #freeChunk = 0
  #nextChunk = CHUNK

  constructor(buckets: number) {
    this.#head = new Int32Array(buckets)
    this.#tail = new Int32Array(buckets)
    this.#count = new Int32Array(buckets)
    this.#bits = new Int32Array((buckets + 31) >> 5)
    this.#summary = new Int32Array((this.#bits.length + 31) >> 5)
  }

  /** Appends a slot to a bucket and returns its cell. O(1) amortised: the pool doubles. */
  push(bucket: number, slot: number): number {
    let cell = this.#tail[bucket]!
    if ((cell & CHUNK_MASK) === 0) cell = this.#extend(bucket, cell)
    this.#pool[cell] = slot
    this.#tail[bucket] = cell + 1
    this.#count[bucket]!++
    this.cells++
    return cell
  }

  /** The first cell of a bucket, 0 when it is empty. O(1). */
  head(bucket: number): number {
    return this.#head[bucket]!
  }

  /** The slot in a cell, 0 when it was erased. O(1). */
  slotAt(cell: number): number {
    return this.#pool[cell]!
  }

  /** References in a bucket, erased ones included. O(1). */
  count(bucket: number): number {
    return this.#count[bucket]!
  }

  /** Empties a cell; it stays in its bucket until it comes to the head. O(1). */
  erase(cell: number): void {
    this.#pool[cell] = 0
    this.erased++
  }

  /** Drops the first cell of a bucket that is not empty. O(1). */
  shift(bucket: number): void {
    const head = this.#head[bucket]!
    if (this.#pool[head] === 0) this.erased--
    this.#dropTo(bucket, head, head + 1)
  }

  /** Says whether a cell is the first of its chunk. O(1). */
  startsChunk(cell: number): boolean {
    return (cell & CHUNK_MASK) === HEADER
  }

  /**
   * Writes the first slots of a bucket that is not empty, 0 for erased ones, to `into`: up to `count`, and none beyond the
   * bucket's first chunk. Returns how many. O(count).
   */
  peek(bucket: number, count: number, into: Int32Array): number {
    const pool = this.#pool
    const head = this.#head[bucket]!
    const tail = this.#tail[bucket]!
    const chunk = head & ~CHUNK_MASK
    const filled = tail > chunk && tail <= chunk + CHUNK ? tail : chunk + CHUNK
    const end = Math.min(filled, head + count)
    for (let cell = head; cell < end; cell++) into[cell - head] = pool[cell]!
    return end - head
  }

  /** Writes what `peek` does, and drops it from the bucket. O(count). */
  take(bucket: number, count: number, into: Int32Array): number {
    const n = this.peek(bucket, count, into)
    for (let i = 0; i < n; i++) if (into[i] === 0) this.erased--
    const head = this.#head[bucket]!
    this.#dropTo(bucket, head, head + n)
    return n
  }

  /** The lowest bucket that is not empty, -1 when all are. O(1). */
  first(): number {
    for (let i = 0; i < this.#summary.length; i++) {
      const summary = this.#summary[i]!
      if (summary === 0) continue
      const word = (i << 5) + lowestBit(summary)
      return (word << 5) + lowestBit(this.#bits[word]!)
    }
    return -1
  }

  /** The lowest bucket at or above the given one that is not empty, -1 when there is none. O(buckets / 32). */
  firstFrom(bucket: number): number {
    let word = bucket >> 5
    if (word >= this.#bits.length) return -1
    let bits = this.#bits[word]! & (-1 << (bucket & 31))
    while (bits === 0) {
      if (++word === this.#bits.length) return -1
      bits = this.#bits[word]!
    }
    return (word << 5) + lowestBit(bits)
  }

  /** Empties all buckets and drops the pool. O(buckets). */
  reset(): void {
    this.cells = 0
    this.erased = 0
    this.#head.fill(0)
    this.#tail.fill(0)
    this.#count.fill(0)
    this.#bits.fill(0)
    this.#summary.fill(0)
    this.#pool = new Int32Array(FIRST_CAPACITY)
    this.#freeChunk = 0
    this.#nextChunk = CHUNK
  }

  /** Takes over a copy of what another of as many buckets has. O(buckets + cells). */
  copyFrom(other: DeadlineBuckets): void {
    this.cells = other.cells
    this.erased = other.erased
    this.#head.set(other.#head)
    this.#tail.set(other.#tail)
    this.#count.set(other.#count)
    this.#bits.set(other.#bits)
    this.#summary.set(other.#summary)
    this.#pool = other.#pool.slice()
    this.#freeChunk = other.#freeChunk
    this.#nextChunk = other.#nextChunk
  }

  /** Throws unless chains, counts and bits agree; calls `visit` for each reference that was not erased. O(n). */
  invariants(visit: (bucket: number, cell: number, slot: number) => void): void {
    let cells = 0
    let erased = 0
    let chunks = 1
    for (let bucket = 0; bucket < this.#head.length; bucket++) {
      const before = cells
      let cell = this.#head[bucket]!
      const set = (this.#bits[bucket >> 5]! & (1 << (bucket & 31))) !== 0
      if (set !== (cell !== 0)) throw new Error('deadline buckets: a bit is set when its bucket is not empty')
      if (cell !== 0) chunks++
      while (cell !== this.#tail[bucket]) {
        if ((cell & CHUNK_MASK) === 0) {
          cell = this.#pool[cell - CHUNK]! + HEADER
          chunks++
        }
        const slot = this.#pool[cell]!
        if (slot === 0) erased++
        else visit(bucket, cell, slot)
        cells++
        cell++
      }
      if (this.#count[bucket] !== cells - before) throw new Error('deadline buckets: a bucket counts its cells')
    }
    for (let chunk = this.#freeChunk; chunk !== 0; chunk = this.#pool[chunk]!) chunks++
    if (chunks * CHUNK !== this.#nextChunk) throw new Error('deadline buckets: a chunk is in a bucket or free')
    if (cells !== this.cells || erased !== this.erased) throw new Error('deadline buckets: cells are counted')
    for (let word = 0; word < this.#bits.length; word++) {
      const set = (this.#summary[word >> 5]! & (1 << (word & 31))) !== 0
      if (set !== (this.#bits[word] !== 0)) throw new Error('deadline buckets: the summary agrees with the bits')
    }
  }

  /** Adds a chunk behind `end`, the cell after a bucket's last full chunk (0 when empty); returns its first cell. */
  #extend(bucket: number, end: number): number {
    let chunk = this.#freeChunk
    if (chunk !== 0) {
      this.#freeChunk = this.#pool[chunk]!
    } else {
      chunk = this.#nextChunk
      this.#nextChunk = chunk + CHUNK
      if (this.#nextChunk > this.#pool.length) this.#grow()
    }
    if (end === 0) {
      this.#head[bucket] = chunk + HEADER
      this.#setBit(bucket)
    } else {
      this.#pool[end - CHUNK] = chunk
    }
    return chunk + HEADER
  }

  /** Moves the head of a bucket on, within its chunk or to the end of it. */
  #dropTo(bucket: number, head: number, end: number): void {
    const chunk = head & ~CHUNK_MASK
    this.#count[bucket]! -= end - head
    this.cells -= end - head
    if (end === this.#tail[bucket]) {
      this.#release(chunk)
      this.#head[bucket] = 0
      this.#tail[bucket] = 0
      this.#clearBit(bucket)
    } else if ((end & CHUNK_MASK) === 0) {
      this.#head[bucket] = this.#pool[chunk]! + HEADER
      this.#release(chunk)
    } else {
      this.#head[bucket] = end
    }
  }

  #release(chunk: number): void {
    this.#pool[chunk] = this.#freeChunk
    this.#freeChunk = chunk
  }

  #grow(): void {
    const pool = new Int32Array(this.#pool.length * 2)
    pool.set(this.#pool)
    this.#pool = pool
  }

  #setBit(bucket: number): void {
    const word = bucket >> 5
    this.#bits[word]! |= 1 << (bucket & 31)
    this.#summary[word >> 5]! |= 1 << (word & 31)
  }

  #clearBit(bucket: number): void {
    const word = bucket >> 5
    const bits = this.#bits[word]! & ~(1 << (bucket & 31))
    this.#bits[word] = bits
    if (bits === 0) this.#summary[word >> 5]! &= ~(1 << (word & 31))
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
