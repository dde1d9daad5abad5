import type { Int64 } from './int64.js'
import { type BlockLimits, StreamBlock } from './stream-block.js'
import { GrowingEntries } from './stream-entries.js'
import { compareParts, type StreamId, type U64 } from './stream-id.js'

/** What is done with the entries of a range; returns whether to go on. */
export type Visit = (block: StreamBlock, index: number) => boolean

/** Which entries a trim takes out, from the first on. */
export interface TrimTarget {
  /** Keep so many at least. */
  readonly keep?: Int64 | undefined
  /** Keep those from this id on. */
  readonly from?: StreamId | undefined
  /** Take out whole blocks only. */
  readonly wholeBlocks: boolean
  /** Take out so many at most; 0 for as many as there are. */
  readonly most: Int64
}

/**
 * The entries of a stream in the order of their ids, in blocks.
 *
 * Invariants: ids ascend within and across blocks; all blocks but the last are packed; a block without live entries is one that MINID has
 * left, whose last entry was deleted before. Adding costs
 * O(1) amortised, finding an id O(log n), taking out O(1) for each entry at the front and O(log n + blocks) elsewhere.
 */
export class StreamLog {
  size = 0
  private blocks: StreamBlock[] = []
  /** The blocks before this one have been taken out. */
  private head = 0
  /** Bytes of heap of all blocks but the last, more or less. */
  private packedWeight = 0

  /** How many blocks there are. */
  get blockCount(): number {
    return this.blocks.length - this.head
  }

  /** The blocks from one to another (exclusive), to read; by default all. O(blocks). */
  blocksFrom(start = 0, end = this.blockCount): readonly StreamBlock[] {
    return this.blocks.slice(this.head + start, this.head + end)
  }

  /** Bytes of heap, more or less. O(1). */
  get weight(): number {
    const { blocks } = this
    const last = blocks.length > this.head ? blocks[blocks.length - 1]!.weight : 0
    return this.packedWeight + last + blocks.length * BLOCK_BYTES
  }

  /** An independent copy; blocks are shared until they change, but for the last. O(blocks). */
  clone(): StreamLog {
    const copy = new StreamLog()
    copy.size = this.size
    copy.blocks = this.blocks.slice(this.head)
    const last = copy.blocks.pop()
    for (const block of copy.blocks) block.isShared = true
    if (last !== undefined) copy.blocks.push(last.clone())
    copy.packedWeight = this.packedWeight
    return copy
  }

  /** A block, to be changed: where others have it too, a copy in its place. */
  private own(at: number): StreamBlock {
    const block = this.blocks[at]!
    if (!block.isShared) return block
    const copy = block.clone()
    this.blocks[at] = copy
    return copy
  }

  /** Adds an entry, names and values by turns, under an id past all others. O(bytes of the entry), amortised. */
  append(ms: U64, seq: U64, words: readonly string[], limits: BlockLimits): void {
    const { blocks } = this
    let block = blocks.length > this.head ? this.own(blocks.length - 1) : undefined
    let same = block?.hasNames(words) ?? true
    if (block === undefined || block.isFull(words, same, limits)) {
      block = this.begin(ms, seq, words, block !== undefined && same ? block.names : undefined)
      same = true
    } else block.unpack()
    block.add(ms, seq, words, same)
    this.size++
  }

  private begin(ms: U64, seq: U64, words: readonly string[], shared: readonly string[] | undefined): StreamBlock {
    const block = new StreamBlock(ms, seq, shared ?? words.filter((_, i) => i % 2 === 0))
    this.add(block)
    return block
  }

  /** Adds a block behind the others, which are packed. O(bytes of the block before). */
  private add(block: StreamBlock): void {
    const { blocks } = this
    if (blocks.length > this.head) {
      const last = blocks[blocks.length - 1]!
      last.pack()
      this.packedWeight += last.weight
    }
    blocks.push(block)
  }

  /** Adds a block with its entries behind all others. */
  adopt(block: StreamBlock): void {
    this.add(block)
    this.size += block.live
  }

  /** The index of the block in which an id is or would be; the first where it lies before all. O(log blocks). */
  private blockOf(ms: U64, seq: U64): number {
    const { blocks, head } = this
    let low = head
    let high = blocks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const block = blocks[middle]!
      if (compareParts(block.ms, block.seq, ms, seq) <= 0) low = middle + 1
      else high = middle
    }
    return Math.max(low - 1, head)
  }

  /** Goes through the live entries from `start` to `end`, both included, while `visit` returns true. O(log n + entries). */
  forward(start: StreamId, end: StreamId, visit: Visit): void {
    const { blocks } = this
    const from = this.blockOf(start.ms, start.seq)
    for (let at = from; at < blocks.length; at++) {
      const block = blocks[at]!
      const { size } = block.entries
      const last = block.countUpTo(end.ms, end.seq)
      for (let i = at === from ? block.indexOf(start.ms, start.seq) : 0; i < last; i++) {
        if (!block.isDead(i) && !visit(block, i)) return
      }
      if (last < size) return
    }
  }

  /** As `forward`, from `end` down to `start`. */
  backward(start: StreamId, end: StreamId, visit: Visit): void {
    const { blocks, head } = this
    for (let at = this.blockOf(end.ms, end.seq); at >= head && at < blocks.length; at--) {
      const block = blocks[at]!
      const { entries } = block
      for (let i = block.countUpTo(end.ms, end.seq) - 1; i >= 0; i--) {
        if (block.isDead(i)) continue
        if (compareParts(entries.msAt(i), entries.seqAt(i), start.ms, start.seq) < 0) return
        if (!visit(block, i)) return
      }
    }
  }

  /** Whether there is an entry of an id. O(log n). */
  has({ ms, seq }: StreamId): boolean {
    const block = this.blocks[this.blockOf(ms, seq)]
    return block !== undefined && indexIn(block, ms, seq) !== -1
  }

  /** Takes out an entry; returns whether it was there. O(log n), O(blocks) where a block is left without entries. */
  delete({ ms, seq }: StreamId): boolean {
    const at = this.blockOf(ms, seq)
    const block = this.blocks[at]
    if (block === undefined) return false
    const index = indexIn(block, ms, seq)
    if (index === -1) return false
    this.size--
    if (block.live === 1) this.drop(at)
    else this.own(at).kill(index)
    return true
  }

  /** Takes out entries from the first on; returns how many. O(blocks + entries of one block). */
  trim(target: TrimTarget): number {
    const { keep, from, wholeBlocks, most } = target
    let gone = 0
    while (this.blocks.length > this.head) {
      if (keep !== undefined && this.size <= keep) break
      const block = this.blocks[this.head]!
      if (most > 0 && gone + block.live > most) break
      if (keep !== undefined ? this.size - block.live >= keep : endsBefore(block, from!)) {
        gone += block.live
        this.size -= block.live
        this.drop(this.head)
        continue
      }
      if (!wholeBlocks) gone += this.trimBlock(this.own(this.head), keep, from)
      break
    }
    return gone
  }

  /** Takes out the first entries of a block that keeps some, be they deleted ones, as Redis does. */
  private trimBlock(block: StreamBlock, keep: Int64 | undefined, from: StreamId | undefined): number {
    const { entries } = block
    let gone = 0
    for (let i = 0; i < entries.size; i++) {
      if (keep !== undefined ? this.size <= keep : isAtOrAfter(block, i, from!)) break
      if (block.isDead(i)) continue
      block.kill(i)
      this.size--
      gone++
    }
    return gone
  }

  /** Takes out a block. O(1) amortised at the front, else O(blocks). */
  private drop(at: number): void {
    const { blocks } = this
    if (at < blocks.length - 1) this.packedWeight -= blocks[at]!.weight
    else if (at > this.head) this.packedWeight -= blocks[at - 1]!.weight
    if (at !== this.head) {
      blocks.splice(at, 1)
      return
    }
    this.head++
    if (this.head === blocks.length || (this.head > 32 && this.head * 2 > blocks.length)) {
      this.blocks = blocks.slice(this.head)
      this.head = 0
      return
    }
    // What was taken out must not be kept alive by its place.
    blocks[at] = GONE
  }

  /** Checks the invariants. O(n). */
  invariants(): void {
    let size = 0
    let weight = 0
    let ms: U64 = -1
    let seq: U64 = -1
    for (const [at, block] of this.blocksFrom().entries()) {
      const { entries } = block
      const isLast = at === this.blockCount - 1
      if (!isLast && entries instanceof GrowingEntries) throw new Error('stream: a block inside is not packed')
      if (!isLast) weight += block.weight
      if (block.live + block.deleted !== entries.size) throw new Error('stream: a wrong block size')
      let live = 0
      for (let i = 0; i < entries.size; i++) {
        if (compareParts(ms, seq, entries.msAt(i), entries.seqAt(i)) >= 0) throw new Error('stream: ids out of order')
        ms = entries.msAt(i)
        seq = entries.seqAt(i)
        if (!block.isDead(i)) live++
      }
      if (live !== block.live) throw new Error('stream: a wrong count of live entries')
      size += live
    }
    if (size !== this.size) throw new Error('stream: a wrong size')
    if (weight !== this.packedWeight) throw new Error('stream: a wrong weight')
  }
}

const BLOCK_BYTES = 120
/** Stands where a block was. */
const GONE = new StreamBlock(0, 0, [])

function indexIn(block: StreamBlock, ms: U64, seq: U64): number {
  const { entries } = block
  const index = block.indexOf(ms, seq)
  if (index === entries.size || entries.msAt(index) !== ms || entries.seqAt(index) !== seq) return -1
  return block.isDead(index) ? -1 : index
}

function isAtOrAfter(block: StreamBlock, index: number, { ms, seq }: StreamId): boolean {
  return compareParts(block.entries.msAt(index), block.entries.seqAt(index), ms, seq) >= 0
}

/** Whether the last entry of a block, dead or alive, lies before an id. */
function endsBefore(block: StreamBlock, id: StreamId): boolean {
  return !isAtOrAfter(block, block.entries.size - 1, id)
}
