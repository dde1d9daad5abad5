import { PackedTexts } from './packed-texts.js'
import { hashOf } from './text-hash.js'
import { ARRAY, WORD } from './weight.js'

/** Where the table changes its ways. */
export interface PackedLimits {
  /** Cells of a segment, a power of two; three quarters of them are used at most. */
  readonly segmentCells: number
  /** At this depth a segment grows instead of being split: keys whose hashes agree in so many bits are no accident. */
  readonly depthMax: number
}

const LIMITS: PackedLimits = { segmentCells: 1 << 12, depthMax: 20 }
/**
 * What lies beside a cell, in 16 bits, 0 for an empty one: the first bits of the hash, a 1, and how many cells lie between it and the home of its
 * hash.
 */
const TAG_BITS = 12
const TAG_MASK = 0xfff8
const DISTANCE_MASK = 7
/** So far from home and further: the hash is taken anew where that is asked for. */
const FAR = 7
/** The table with its directory, and the objects of a segment. */
const TABLE_BYTES = 120 + ARRAY
const SEGMENT_BYTES = 450 + WORD
/** A slot, and what lies beside it. */
const CELL_BYTES = 6

function tagOf(hash: number): number {
  return ((hash >>> (32 - TAG_BITS)) << 4) | (DISTANCE_MASK + 1)
}

/** Cells of a hash table. Whoever looks for a key goes along the marks, and to a cell where its tag is right. */
class Segment {
  /** A slot + 1 each, 0 in an empty one. */
  readonly cells: Int32Array
  /** A tag and a distance each. */
  readonly marks: Uint16Array
  count = 0

  constructor(
    size: number,
    /** All hashes in it agree in so many of their first bits. */
    readonly depth: number,
  ) {
    this.cells = new Int32Array(size)
    this.marks = new Uint16Array(size)
  }

  get bytes(): number {
    return SEGMENT_BYTES + this.cells.length * CELL_BYTES
  }

  get isFull(): boolean {
    return this.count > (this.cells.length >> 2) * 3
  }

  /** Puts a slot + 1 into the first empty cell from its home on, of which the last bits say where it is. */
  put(home: number, tag: number, entry: number): void {
    const { marks } = this
    const mask = marks.length - 1
    let at = home & mask
    while (marks[at] !== 0) at = (at + 1) & mask
    this.fill(at, (at - home) & mask, tag, entry)
    this.count++
  }

  fill(at: number, distance: number, tag: number, entry: number): void {
    this.cells[at] = entry
    this.marks[at] = tag | Math.min(distance, FAR)
  }

  /** The cell of a slot that is there. */
  cellOf(hash: number, slot: number): number {
    const { cells } = this
    const mask = cells.length - 1
    let at = hash & mask
    while (cells[at] !== slot + 1) at = (at + 1) & mask
    return at
  }
}

/**
 * From strings to slot numbers, as a StringTable without columns that keeps its slots dense, in half of the memory: the characters
 * of a key lie among those of others, and beside a cell lies only what is needed of its hash to split a segment. A key of 12 characters
 * takes 25 to 32 bytes with all that belongs to it; `keyAt` makes a new string each time.
 *
 * Keys are found by extendible hashing, as there. Invariants: a segment of depth d holds all keys whose hashes agree in their top d
 * bits and stands in the directory 2^(depth of the directory - d) times; between the home of a key and its cell no cell is empty.
 *
 * @see https://doi.org/10.1145/320083.320092
 */
export class PackedTable {
  private texts = new PackedTexts()
  private directory: Segment[]
  /** 32 less the depth of the directory. */
  private shift = 31
  private cellsWeight: number
  /** The hash of the key that `find` missed last: an `add` of it follows. */
  private lastKey: string | undefined = undefined
  private lastHash = 0
  private readonly limits: PackedLimits

  /** `limits` are for tests. */
  constructor(limits: PackedLimits = LIMITS) {
    this.limits = limits
    this.directory = [new Segment(limits.segmentCells, 1), new Segment(limits.segmentCells, 1)]
    this.cellsWeight = 2 * this.directory[0]!.bytes
  }

  get size(): number {
    return this.texts.length
  }

  /** All slots lie below it. */
  get slots(): number {
    return this.texts.length
  }

  /** The bytes that the table takes, roughly. O(1). */
  get weight(): number {
    return TABLE_BYTES + this.directory.length * WORD + this.cellsWeight + this.texts.weight
  }

  /** The slot of a key, -1 when it is not there. O(length of the key). */
  find(key: string): number {
    const hash = hashOf(key)
    const { texts } = this
    const { cells, marks } = this.directory[hash >>> this.shift]!
    const mask = marks.length - 1
    const tag = tagOf(hash)
    for (let at = hash & mask; marks[at] !== 0; at = (at + 1) & mask) {
      if ((marks[at]! & TAG_MASK) === tag && texts.isAt(cells[at]! - 1, key)) return cells[at]! - 1
    }
    this.lastKey = key
    this.lastHash = hash
    return -1
  }

  /** The key in a slot, as a new string. O(its length). */
  keyAt(slot: number): string {
    return this.texts.at(slot)
  }

  /** All keys by slot, in an array of its own. O(bytes). */
  keys(): string[] {
    return this.texts.all()
  }

  /** Adds a key that is not there and returns its slot. O(length of the key) amortised. */
  add(key: string): number {
    const slot = this.texts.length
    this.texts.push(key)
    this.enter(this.hashFor(key), slot)
    return slot
  }

  /** The hash of a key; that of the key which was missed last is known. */
  private hashFor(key: string): number {
    return this.lastKey === key ? this.lastHash : hashOf(key)
  }

  private enter(hash: number, slot: number): void {
    const segment = this.directory[hash >>> this.shift]!
    segment.put(hash, tagOf(hash), slot + 1)
    if (segment.isFull) this.split(hash, segment)
  }

  /** Puts a key that is not there in the place of another. O(length of both keys) amortised. */
  exchange(slot: number, key: string): void {
    this.forget(slot)
    this.texts.set(slot, key)
    this.enter(hashOf(key), slot)
  }

  /**
   * Takes out the key of a slot and moves the last one there. Returns the number of the last slot, which is the slot itself where it
   * was the last. O(length of both keys) amortised.
   */
  remove(slot: number): number {
    const { texts } = this
    const last = texts.length - 1
    this.forget(slot)
    if (slot !== last) {
      const hash = texts.hashAt(last)
      const segment = this.directory[hash >>> this.shift]!
      segment.cells[segment.cellOf(hash, last)] = slot + 1
      texts.set(slot, texts.at(last))
    }
    texts.pop()
    return last
  }

  /** Empties the cell of a slot. */
  private forget(slot: number): void {
    const hash = this.texts.hashAt(slot)
    const segment = this.directory[hash >>> this.shift]!
    this.clear(segment, segment.cellOf(hash, slot))
    segment.count--
    if (segment.count < this.limits.segmentCells >> 3) this.join(hash, segment)
  }

  /** Empties a cell and moves cells behind it up, so that none is cut off from its home (Knuth 6.4, algorithm R). */
  private clear(segment: Segment, gapAt: number): void {
    const { cells, marks } = segment
    const mask = cells.length - 1
    let gap = gapAt
    for (let at = (gap + 1) & mask; marks[at] !== 0; at = (at + 1) & mask) {
      const home = this.homeOf(segment, at)
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      segment.fill(gap, (gap - home) & mask, marks[at]! & TAG_MASK, cells[at]!)
      gap = at
    }
    segment.fill(gap, 0, 0, 0)
  }

  /** The cell that the hash of what lies in a cell leads to. */
  private homeOf({ cells, marks }: Segment, at: number): number {
    const distance = marks[at]! & DISTANCE_MASK
    const mask = cells.length - 1
    return distance < FAR ? (at - distance) & mask : this.texts.hashAt(cells[at]! - 1) & mask
  }

  /** Makes two segments of one that is full, by one more bit of the hash; one that cannot be split so grows. */
  private split(hash: number, segment: Segment): void {
    const { depth } = segment
    const size = segment.cells.length
    if (depth >= this.limits.depthMax) {
      this.replace(hash, depth, [segment], [this.refilled(new Segment(size * 2, depth), segment)])
      return
    }
    if (depth === 32 - this.shift) this.deepen()
    const halves = [new Segment(size, depth + 1), new Segment(size, depth + 1)] as const
    for (let at = 0; at < size; at++) {
      const entry = segment.cells[at]!
      if (entry === 0) continue
      const tag = segment.marks[at]! & TAG_MASK
      const bit = depth < TAG_BITS ? tag >> (15 - depth) : this.texts.hashAt(entry - 1) >>> (31 - depth)
      halves[(bit & 1) as 0 | 1].put(this.homeOf(segment, at), tag, entry)
    }
    this.replace(hash, depth, [segment], halves)
    // All may have gone into the one that this hash leads to.
    const half = halves[((hash >>> (31 - depth)) & 1) as 0 | 1]
    if (half.isFull) this.split(hash, half)
  }

  /** Puts all of a segment into another. */
  private refilled(segment: Segment, { cells, marks }: Segment): Segment {
    for (let at = 0; at < cells.length; at++) {
      const entry = cells[at]!
      if (entry !== 0) segment.put(this.texts.hashAt(entry - 1), marks[at]! & TAG_MASK, entry)
    }
    return segment
  }

  /** Puts segments in the places that hashes of so many bits lead to, each in as many of them, in order; former ones stood there. */
  private replace(hash: number, depth: number, former: readonly Segment[], segments: readonly Segment[]): void {
    const places = 1 << (32 - this.shift - depth)
    const first = ((hash >>> this.shift) & -places) >>> 0
    const each = places / segments.length
    for (const [i, segment] of segments.entries()) {
      this.directory.fill(segment, first + i * each, first + (i + 1) * each)
      this.cellsWeight += segment.bytes
    }
    for (const segment of former) this.cellsWeight -= segment.bytes
  }

  /** Twice as many places in the directory. */
  private deepen(): void {
    this.directory = this.directory.flatMap((segment) => [segment, segment])
    this.shift--
  }

  /** Makes one segment of a nearly empty one and its twin, where both together leave much room. */
  private join(hash: number, segment: Segment): void {
    const { depth } = segment
    if (depth === 1) return
    const twin = this.directory[(hash ^ (1 << (32 - depth))) >>> this.shift]!
    if (twin.depth !== depth || segment.count + twin.count > this.limits.segmentCells >> 2) return
    const joined = this.refilled(new Segment(this.limits.segmentCells, depth - 1), segment)
    this.replace(hash, joined.depth, [segment, twin], [this.refilled(joined, twin)])
  }

  /** The keys by slot as they are now, whatever happens to the table: none is found in it. O(blocks of keys). */
  view(): PackedTable {
    const view = new PackedTable(this.limits)
    view.texts = this.texts.view()
    return view
  }

  /** An independent copy. O(bytes). */
  clone(): PackedTable {
    const copy = new PackedTable(this.limits)
    copy.texts = this.texts.clone()
    const copies = new Map<Segment, Segment>()
    copy.directory = this.directory.map((segment) => {
      const known = copies.get(segment)
      if (known !== undefined) return known
      const fresh = new Segment(segment.cells.length, segment.depth)
      fresh.cells.set(segment.cells)
      fresh.marks.set(segment.marks)
      fresh.count = segment.count
      copies.set(segment, fresh)
      return fresh
    })
    copy.shift = this.shift
    copy.cellsWeight = this.cellsWeight
    return copy
  }

  invariants(): void {
    this.texts.invariants()
    const { size } = this
    for (let slot = 0; slot < size; slot++) {
      const key = this.keyAt(slot)
      if (hashOf(key) !== this.texts.hashAt(slot)) throw new Error(`packed table: '${key}' has another hash`)
      if (this.find(key) !== slot) throw new Error(`packed table: '${key}' is not found in its slot`)
    }
    const segments = new Set(this.directory)
    let [entries, weight] = [0, 0]
    for (const segment of segments) {
      const used = segment.cells.filter((entry) => entry !== 0).length
      for (const [at, entry] of segment.cells.entries()) {
        if ((entry === 0) !== (segment.marks[at] === 0)) throw new Error('packed table: a cell is half empty')
        if (entry === 0) continue
        const hash = this.texts.hashAt(entry - 1)
        if ((segment.marks[at]! & TAG_MASK) !== tagOf(hash)) throw new Error('packed table: a cell has a wrong tag')
        if (this.homeOf(segment, at) !== (hash & (segment.cells.length - 1)))
          throw new Error('packed table: a cell is wrong about its home')
      }
      if (used !== segment.count) throw new Error('packed table: a segment counts wrongly')
      const places = this.directory.filter((other) => other === segment).length
      if (places !== 1 << (32 - this.shift - segment.depth)) throw new Error('packed table: a segment is out of place')
      entries += used
      weight += segment.bytes
    }
    if (entries !== size) throw new Error('packed table: keys and cells differ in number')
    if (weight !== this.cellsWeight) throw new Error('packed table: its segments are weighed wrongly')
  }
}
