import type { MovableSource } from './ports.js'

/** A value lies in one block; a place is the number of the block and where in it the value begins. */
const BLOCK_BYTES = 256 * 1024
/** What lies between two values that sleep is copied along if it is no longer: to copy once is quicker than to waste nothing. */
const GAP_MAX = 128

interface Block {
  readonly bytes: Uint8Array
  /** Made when the first value in it wakes. */
  source: MovableSource | undefined
  /** How many values were laid into it, and how many sleep there still. */
  values: number
  left: number
}

const NO_BYTES = new Uint8Array(0)

/**
 * The bytes of values that are asleep: blocks of memory beside the heap, so that a value that nobody looks at is no object, and the collector
 * never moves it.
 *
 * Invariant: what has been laid is never written over, so that copies have the same blocks. A block goes once nothing sleeps in it. One in
 * which less than a quarter of the values is left is *sparse*: whoever knows the places moves what is left, a few with each value that goes.
 */
export class SleepingBytes {
  private readonly sourceOf: (bytes: Uint8Array) => MovableSource
  private readonly blocks: (Block | undefined)[] = []
  /** Numbers of blocks that have gone. */
  private readonly gone: number[] = []
  /** The block that is being filled, its number, and how much of it is taken. */
  private current: Block | undefined = undefined
  private index = 0
  private used = BLOCK_BYTES
  /** What is to be copied there: a run of values in other bytes. */
  private from: Uint8Array = NO_BYTES
  private start = 0
  private end = 0
  private sparse = 0
  /** The row that is looked at next for a value to be moved: for whoever knows the places. */
  cursor = 0

  constructor(sourceOf: (bytes: Uint8Array) => MovableSource) {
    this.sourceOf = sourceOf
  }

  /** The memory that all blocks take. O(blocks). */
  get size(): number {
    return (this.blocks.length - this.gone.length) * BLOCK_BYTES
  }

  /**
   * Lays a value of no more than some kilobytes; returns its place. The bytes are copied with those of the values behind it, by `settle` at
   * the latest: until then they must stay what they are. O(bytes).
   */
  lay(bytes: Uint8Array, start: number, end: number): number {
    const isNext = bytes === this.from && start >= this.end && start - this.end <= GAP_MAX
    if (!isNext || this.used + end - this.start > BLOCK_BYTES) this.begin(bytes, start, end)
    this.end = end
    const block = this.current!
    block.values++
    block.left++
    // No shift: there may be more bytes than 32 bits tell apart.
    return this.index * BLOCK_BYTES + this.used + start - this.start
  }

  private begin(bytes: Uint8Array, start: number, end: number): void {
    this.settle()
    if (this.used + end - start > BLOCK_BYTES) this.beginBlock()
    this.from = bytes
    this.start = start
  }

  private beginBlock(): void {
    const { current } = this
    this.current = { bytes: new Uint8Array(BLOCK_BYTES), source: undefined, values: 0, left: 0 }
    // From now on it may be sparse.
    if (current !== undefined) this.judge(current, this.index, false)
    this.index = this.gone.pop() ?? this.blocks.length
    this.blocks[this.index] = this.current
    this.used = 0
  }

  /** Copies what was laid. */
  settle(): void {
    const { current, from, start, end } = this
    if (current === undefined || from === NO_BYTES) return
    current.bytes.set(from.subarray(start, end), this.used)
    this.used += end - start
    this.from = NO_BYTES
  }

  private blockOf(place: number): Block {
    return this.blocks[Math.floor(place / BLOCK_BYTES)]!
  }

  /** The memory that a value lies in, from `offsetOf` on. O(1). */
  bytesOf(place: number): Uint8Array {
    return this.blockOf(place).bytes
  }

  offsetOf(place: number): number {
    return place % BLOCK_BYTES
  }

  /** Gives the value; nothing else may be asked for until it has been read. O(1). */
  read(place: number): MovableSource {
    const block = this.blockOf(place)
    block.source ??= this.sourceOf(block.bytes)
    block.source.seek(place % BLOCK_BYTES)
    return block.source
  }

  /** A value sleeps no longer. O(1). */
  leave(place: number): void {
    const index = Math.floor(place / BLOCK_BYTES)
    const block = this.blocks[index]!
    const wasSparse = isSparse(block)
    block.left--
    if (block !== this.current) this.judge(block, index, wasSparse)
    else if (block.left === 0) this.giveUp()
  }

  /** The block that is being filled goes. */
  private giveUp(): void {
    this.blocks[this.index] = undefined
    this.gone.push(this.index)
    this.current = undefined
    this.used = BLOCK_BYTES
  }

  /** A block that is not being filled has lost values: it may be sparse now, or go. */
  private judge(block: Block, index: number, wasSparse: boolean): void {
    if (!wasSparse && isSparse(block)) this.sparse++
    if (block.left > 0) return
    this.sparse--
    this.blocks[index] = undefined
    this.gone.push(index)
  }

  /** Whether there is a block that is sparse. */
  get hasSparse(): boolean {
    return this.sparse > 0
  }

  /** Moves a value of so many bytes out of a block that is sparse; returns its place, which is the same in any other block. O(bytes). */
  moved(place: number, length: number): number {
    const block = this.blockOf(place)
    if (block === this.current || !isSparse(block)) return place
    const start = place % BLOCK_BYTES
    const to = this.lay(block.bytes, start, start + length)
    this.settle()
    this.leave(place)
    return to
  }

  /** The same values at the same places, independent of these. O(blocks). */
  clone(): SleepingBytes {
    const copy = new SleepingBytes(this.sourceOf)
    for (const block of this.blocks) copy.blocks.push(block && { ...block })
    for (const index of this.gone) copy.gone.push(index)
    copy.sparse = this.sparse
    // Each fills a block of its own from now on.
    const { current, index } = this
    if (current !== undefined && copy.blocks[index] !== undefined) copy.judge(copy.blocks[index], index, false)
    return copy
  }

  /** `places`: of all values that sleep. Throws an Error that names the broken rule; for tests. O(values). */
  invariants(places: Iterable<number>): void {
    const left = new Map<Block | undefined, number>()
    for (const place of places) left.set(this.blockOf(place), (left.get(this.blockOf(place)) ?? 0) + 1)
    if (left.has(undefined)) throw new Error('sleeping bytes: a value lies in a block that has gone')
    let sparse = 0
    for (const block of this.blocks) {
      if (block === undefined) continue
      if (block.left !== (left.get(block) ?? 0)) throw new Error('sleeping bytes: a block counts wrongly')
      if (block === this.current) continue
      if (block.left === 0) throw new Error('sleeping bytes: a block is kept in vain')
      if (isSparse(block)) sparse++
    }
    if (sparse !== this.sparse) throw new Error('sleeping bytes: sparse blocks are counted wrongly')
  }
}

function isSparse({ values, left }: Block): boolean {
  return left * 4 < values
}
