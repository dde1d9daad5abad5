import { Lent } from './lent.js'
import { WORD } from './weight.js'

/** A link names a node and a cell in it: `node << CELL_BITS | cell`. */
export const CELL_BITS = 6
export const CELL_MASK = (1 << CELL_BITS) - 1

/** The words of a node before its order. */
const LINK = 0
const START = 1
const COUNT = 2
const HEADER = 3

/** A page holds this many nodes; only the first one begins smaller. */
const PAGE_BITS = 6
const PAGE_NODES = 1 << PAGE_BITS
const PAGE_MASK = PAGE_NODES - 1
const FIRST_NODES = 1

/** A level, and a page, without nodes. */
const LEVEL_BYTES = 320
const PAGE_BYTES = 480

/**
 * The nodes of one level of a score tree, numbered from 0 without gaps, in flat pages: no object for a node, little for
 * the collector to walk, and nothing is copied when a large tree grows.
 *
 * A node is a run of entries in order. In a leaf an entry is a member: its score, its text and its *ref*, the slot. In an
 * inner node it is a node of the level below: score and text of the first member there, the ref is its number, and its
 * size says how many members lie below it. Scores lie in order, so that a search reads few cache lines. Text, ref and
 * size of an entry stay in one *cell* as long as it is in the node, so that a link to the cell stays right and no
 * pointer is moved (which costs a write barrier) when an entry is put in before it. The texts lie in the leaves, and not
 * only where their slots lead, because a range of them is then read from a few neighbouring lines: a range of 100 of a
 * million members takes a third of the time.
 *
 * The *order* of a node names its cells: each of them stands there once, those of the run at the places from `start` on.
 * The run may begin anywhere, so that taking from either end moves nothing, and an insertion moves the shorter side.
 *
 * The words of a node are the link to its cell in its parent, where its run starts, how many entries it has, the order
 * (bytes), by cell the refs and, in an inner node, the sizes, and then the scores (doubles). They lie together since a node
 * is mostly met once and cold: that saves some 3 % of all but ranges.
 *
 * The methods that every operation goes through work out where a node lies by themselves: calling the small methods below
 * for it went past what V8 inlines, and a move among a thousand members took 790 ns, not 560.
 */
export class TreeLevel {
  /** How many entries a node holds at most. */
  readonly capacity: number
  /** Of a node with fewer entries something is to be done. */
  readonly least: number
  /** Two neighbours with no more entries than this together become one. */
  readonly mergeable: number
  private readonly isLeaf: boolean
  /** The word of a node at which its refs begin. */
  private readonly refs: number
  private readonly words: number
  /** The double of a node at which its scores begin, and how many doubles it takes. */
  private readonly row: number
  private readonly doubles: number
  private readonly ints: Int32Array[]
  /** The same memory. */
  private readonly bytes: Uint8Array[]
  private readonly scores: Float64Array[]
  private readonly texts: (string | undefined)[][]
  private nodes: number
  /** The pages that a view has. */
  private lent: Lent | undefined

  /** `capacity` is at least 4 and at most 64. */
  constructor(capacity: number, isLeaf: boolean) {
    this.capacity = capacity
    this.least = Math.max(isLeaf ? 1 : 2, capacity >> 2)
    this.mergeable = capacity - (capacity >> 2)
    this.isLeaf = isLeaf
    this.refs = HEADER + ((capacity + 3) >> 2)
    this.row = (this.refs + (isLeaf ? capacity : 2 * capacity) + 1) >> 1
    this.doubles = this.row + capacity
    this.words = 2 * this.doubles
    this.ints = []
    this.bytes = []
    this.scores = []
    this.texts = []
    this.nodes = 0
    this.lent = undefined
    this.setPage(0, FIRST_NODES)
  }

  /** How many nodes there are. */
  get size(): number {
    return this.nodes
  }

  /** The bytes that the pages take, roughly. O(1). */
  get weight(): number {
    const pages = this.ints.length
    const room = pages > 1 ? pages * PAGE_NODES : this.nodes
    return LEVEL_BYTES + pages * PAGE_BYTES + room * (this.doubles + this.capacity) * WORD
  }

  linkOf(node: number): number {
    return this.ints[node >> PAGE_BITS]![this.wordOf(node) + LINK]!
  }

  setLink(node: number, link: number): void {
    if (this.lent !== undefined) this.own(this.lent, node)
    this.ints[node >> PAGE_BITS]![this.wordOf(node) + LINK] = link
  }

  /** How many entries a node has. */
  countOf(node: number): number {
    return this.ints[node >> PAGE_BITS]![this.wordOf(node) + COUNT]!
  }

  cellAt(node: number, index: number): number {
    const word = this.wordOf(node)
    const start = this.ints[node >> PAGE_BITS]![word + START]!
    return this.bytes[node >> PAGE_BITS]![((word + HEADER) << 2) + start + index]!
  }

  /** The index of the entry in a cell. O(capacity). */
  indexOf(node: number, cell: number): number {
    const bytes = this.bytes[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const first = ((word + HEADER) << 2) + this.ints[node >> PAGE_BITS]![word + START]!
    let at = first
    while (bytes[at] !== cell) at++
    return at - first
  }

  scoreAt(node: number, index: number): number {
    const word = this.wordOf(node)
    const start = this.ints[node >> PAGE_BITS]![word + START]!
    return this.scores[node >> PAGE_BITS]![(word >> 1) + this.row + start + index]!
  }

  /** Whether a score lies between those of the first and the last entry of a node, and is neither of them. */
  isWithin(node: number, score: number): boolean {
    const ints = this.ints[node >> PAGE_BITS]!
    const scores = this.scores[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const first = (word >> 1) + this.row + ints[word + START]!
    return scores[first]! < score && score < scores[first + ints[word + COUNT]! - 1]!
  }

  setScore(node: number, index: number, score: number): void {
    this.scores[node >> PAGE_BITS]![this.rowOf(node) + this.startOf(node) + index] = score
  }

  /** The text in a cell; the first entry of an inner node has none. */
  textIn(node: number, cell: number): string {
    return this.texts[node >> PAGE_BITS]![this.textsOf(node) + cell]!
  }

  textAt(node: number, index: number): string {
    return this.textIn(node, this.cellAt(node, index))
  }

  setText(node: number, cell: number, text: string | undefined): void {
    this.texts[node >> PAGE_BITS]![this.textsOf(node) + cell] = text
  }

  refIn(node: number, cell: number): number {
    return this.ints[node >> PAGE_BITS]![this.wordOf(node) + this.refs + cell]!
  }

  refAt(node: number, index: number): number {
    const ints = this.ints[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const cell = this.bytes[node >> PAGE_BITS]![((word + HEADER) << 2) + ints[word + START]! + index]!
    return ints[word + this.refs + cell]!
  }

  setRef(node: number, cell: number, ref: number): void {
    this.ints[node >> PAGE_BITS]![this.wordOf(node) + this.refs + cell] = ref
  }

  /** How many members lie below an entry of an inner node. */
  sizeIn(node: number, cell: number): number {
    return this.ints[node >> PAGE_BITS]![this.wordOf(node) + this.refs + this.capacity + cell]!
  }

  setSize(node: number, cell: number, size: number): void {
    this.ints[node >> PAGE_BITS]![this.wordOf(node) + this.refs + this.capacity + cell] = size
  }

  addSize(node: number, cell: number, by: number): void {
    this.ints[node >> PAGE_BITS]![this.wordOf(node) + this.refs + this.capacity + cell]! += by
  }

  /** How many members lie below the entries of an inner node that come before a cell. O(capacity). */
  sizeBefore(node: number, cell: number): number {
    const bytes = this.bytes[node >> PAGE_BITS]!
    const ints = this.ints[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const sizes = word + this.refs + this.capacity
    let size = 0
    for (let at = ((word + HEADER) << 2) + ints[word + START]!; bytes[at] !== cell; at++)
      size += ints[sizes + bytes[at]!]!
    return size
  }

  /** Copies the texts of `n` entries from an index on into a list, which `step` 1 fills upwards and -1 downwards. */
  copyTexts(node: number, index: number, n: number, into: string[], at: number, step: 1 | -1): void {
    const bytes = this.bytes[node >> PAGE_BITS]!
    const texts = this.texts[node >> PAGE_BITS]!
    const order = this.orderOf(node) + this.startOf(node) + index
    const row = this.textsOf(node)
    for (let i = 0; i < n; i++) into[at + i * step] = texts[row + bytes[order + i]!]!
  }

  /** The index of the first entry from an index on whose score is not below a bound (after: is above it). O(log capacity). */
  search(node: number, from: number, score: number, after: boolean): number {
    const scores = this.scores[node >> PAGE_BITS]!
    const ints = this.ints[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const first = (word >> 1) + this.row + ints[word + START]!
    let low = first + from
    let high = first + ints[word + COUNT]!
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = scores[middle]!
      if (other < score || (after && other === score)) low = middle + 1
      else high = middle
    }
    return low - first
  }

  private startOf(node: number): number {
    return this.ints[node >> PAGE_BITS]![this.wordOf(node) + START]!
  }

  private setRun(node: number, start: number, count: number): void {
    const ints = this.ints[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    ints[word + START] = start
    ints[word + COUNT] = count
  }

  /** Where the words of a node begin in its page. */
  private wordOf(node: number): number {
    return (node & PAGE_MASK) * this.words
  }

  /** Where its order begins, in bytes. */
  private orderOf(node: number): number {
    return ((node & PAGE_MASK) * this.words + HEADER) << 2
  }

  /** Where its scores begin, in doubles. */
  private rowOf(node: number): number {
    return (node & PAGE_MASK) * this.doubles + this.row
  }

  /** Where its texts begin. */
  private textsOf(node: number): number {
    return (node & PAGE_MASK) * this.capacity
  }

  /** A new node without entries, the last one; its run begins at a place from 0 to `capacity`. */
  take(start: number): number {
    const node = this.nodes++
    const page = node >> PAGE_BITS
    if (page === this.ints.length) this.setPage(page, PAGE_NODES)
    else if (node * this.capacity === this.texts[page]!.length) this.setPage(page, node * 2)
    // This owns the page.
    this.setLink(node, -1)
    this.setRun(node, start, 0)
    const bytes = this.bytes[page]!
    const order = this.orderOf(node)
    for (let cell = 0; cell < this.capacity; cell++) bytes[order + cell] = cell
    return node
  }

  /** Makes a page, or a larger one with what it held. */
  private setPage(page: number, nodes: number): void {
    const ints = new Int32Array(nodes * this.words)
    const texts = new Array<string | undefined>(nodes * this.capacity)
    if (page < this.ints.length) {
      const held = this.texts[page]!
      ints.set(this.ints[page]!)
      for (let i = 0; i < held.length; i++) texts[i] = held[i]
    }
    this.ints[page] = ints
    this.bytes[page] = new Uint8Array(ints.buffer)
    this.scores[page] = new Float64Array(ints.buffer)
    this.texts[page] = texts
  }

  /** Drops the last node, in which no texts are left. */
  drop(): void {
    const page = --this.nodes >> PAGE_BITS
    // One empty page stays, so that a tree that grows and shrinks by one node makes none each time.
    if (this.ints.length <= page + 2) return
    this.ints.pop()
    this.bytes.pop()
    this.scores.pop()
    this.texts.pop()
  }

  /** Moves the last node into the place of another, in which no texts are left. */
  moveLast(to: number): void {
    const from = this.nodes - 1
    if (this.lent !== undefined) {
      this.own(this.lent, from)
      this.own(this.lent, to)
    }
    const word = this.wordOf(from)
    const ints = this.ints[from >> PAGE_BITS]!.subarray(word, word + this.words)
    this.ints[to >> PAGE_BITS]!.set(ints, this.wordOf(to))
    for (let cell = 0; cell < this.capacity; cell++) {
      this.setText(to, cell, this.textIn(from, cell))
      this.setText(from, cell, undefined)
    }
  }

  /** Makes an entry with a score at an index of a node that is not full, and returns its cell. O(capacity). */
  open(node: number, index: number, score: number): number {
    if (this.lent !== undefined) this.own(this.lent, node)
    const ints = this.ints[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const start = ints[word + START]!
    const count = ints[word + COUNT]!
    ints[word + COUNT] = count + 1
    let place = start + index
    if (start > 0 && (index * 2 < count || start + count === this.capacity)) {
      this.slide(node, start, place, -1)
      ints[word + START] = start - 1
      place--
    } else this.slide(node, place, start + count, 1)
    this.scores[node >> PAGE_BITS]![(word >> 1) + this.row + place] = score
    return this.bytes[node >> PAGE_BITS]![((word + HEADER) << 2) + place]!
  }

  /** Takes `n` entries out of a node. O(capacity). */
  close(node: number, index: number, n: number): void {
    if (this.lent !== undefined) this.own(this.lent, node)
    const ints = this.ints[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const start = ints[word + START]!
    const count = ints[word + COUNT]!
    for (let i = index; i < index + n; i++) this.setText(node, this.cellAt(node, i), undefined)
    ints[word + COUNT] = count - n
    if (index * 2 < count - n) {
      this.slide(node, start, start + index, n)
      ints[word + START] = start + n
    } else this.slide(node, start + index + n, start + count, -n)
  }

  /** Moves an entry from one index to another, and gives it a score. O(capacity). */
  carry(node: number, from: number, to: number, score: number): void {
    if (this.lent !== undefined) this.own(this.lent, node)
    const start = this.startOf(node)
    if (from < to) this.slide(node, start + from + 1, start + to + 1, -1)
    else this.slide(node, start + to, start + from, 1)
    this.setScore(node, to, score)
  }

  /**
   * Moves the entries at the places from `first` to `end` (exclusive) by some places, and their cells change places with
   * those that were there, so that every cell still stands in the order once. On runs so short a loop takes half the time
   * of copyWithin.
   */
  private slide(node: number, first: number, end: number, by: number): void {
    const bytes = this.bytes[node >> PAGE_BITS]!
    const scores = this.scores[node >> PAGE_BITS]!
    const word = this.wordOf(node)
    const order = (word + HEADER) << 2
    const row = (word >> 1) + this.row
    if (by < 0) {
      for (let i = first; i < end; i++) {
        const cell = bytes[order + i + by]!
        bytes[order + i + by] = bytes[order + i]!
        bytes[order + i] = cell
        scores[row + i + by] = scores[row + i]!
      }
    } else if (by > 0) {
      for (let i = end - 1; i >= first; i--) {
        const cell = bytes[order + i + by]!
        bytes[order + i + by] = bytes[order + i]!
        bytes[order + i] = cell
        scores[row + i + by] = scores[row + i]!
      }
    }
  }

  /**
   * Moves entries from the front of `right` to the end of `left`, or the other way round, so that `left` has `leftCount`.
   * Returns how many went to the left, negative when they went to the right. O(capacity).
   */
  divide(left: number, right: number, leftCount: number): number {
    if (this.lent !== undefined) {
      this.own(this.lent, left)
      this.own(this.lent, right)
    }
    const moved = leftCount - this.countOf(left)
    const rightCount = this.countOf(right) - moved
    if (moved > 0) {
      this.settle(left, leftCount, 0)
      this.copy(right, 0, left, leftCount - moved, moved)
      this.setRun(right, this.startOf(right) + moved, rightCount)
      this.setRun(left, this.startOf(left), leftCount)
    } else {
      this.settle(right, rightCount, -moved)
      this.setRun(right, this.startOf(right) + moved, rightCount)
      this.copy(left, leftCount, right, 0, -moved)
      this.setRun(left, this.startOf(left), leftCount)
    }
    return moved
  }

  /** Moves the run of a node so that a run of `count`, of which it is the part from `before` on, lies in the middle. */
  private settle(node: number, count: number, before: number): void {
    const start = this.startOf(node)
    const had = this.countOf(node)
    const settled = ((this.capacity - count) >> 1) + before
    this.slide(node, start, start + had, settled - start)
    this.setRun(node, settled, had)
  }

  /** Moves `n` entries from one node to another, whose runs are for the caller to set. */
  private copy(from: number, index: number, to: number, toIndex: number, n: number): void {
    for (let i = 0; i < n; i++) {
      const cell = this.cellAt(from, index + i)
      const toCell = this.cellAt(to, toIndex + i)
      this.setScore(to, toIndex + i, this.scoreAt(from, index + i))
      this.setText(to, toCell, this.textIn(from, cell))
      this.setText(from, cell, undefined)
      this.setRef(to, toCell, this.refIn(from, cell))
      if (!this.isLeaf) this.setSize(to, toCell, this.sizeIn(from, cell))
    }
  }

  /** An independent copy. O(nodes). */
  clone(): TreeLevel {
    const copy = this.withPages()
    for (let page = 0; page < this.ints.length; page++) copy.ownPage(page)
    return copy
  }

  /**
   * The leaves as they are now, but for their refs. Both have the same pages; before this level changes what else lies in one it takes a copy.
   * O(pages).
   */
  view(): TreeLevel {
    this.lent = new Lent(this.ints.length)
    return this.withPages()
  }

  /** Another level with the very same pages. */
  private withPages(): TreeLevel {
    const copy = new TreeLevel(this.capacity, this.isLeaf)
    copy.nodes = this.nodes
    for (let page = 0; page < this.ints.length; page++) {
      copy.ints[page] = this.ints[page]!
      copy.bytes[page] = this.bytes[page]!
      copy.scores[page] = this.scores[page]!
      copy.texts[page] = this.texts[page]!
    }
    return copy
  }

  /** Sees to it that no view has the page of a node. */
  private own(lent: Lent, node: number): void {
    const page = node >> PAGE_BITS
    if (lent.takeBack(page)) this.ownPage(page)
  }

  private ownPage(page: number): void {
    const ints = this.ints[page]!.slice()
    this.ints[page] = ints
    this.bytes[page] = new Uint8Array(ints.buffer)
    this.scores[page] = new Float64Array(ints.buffer)
    this.texts[page] = this.texts[page]!.slice()
  }

  /** Throws an Error that names the broken rule of a node. O(capacity). */
  checkNode(node: number): void {
    const start = this.startOf(node)
    const count = this.countOf(node)
    if (start < 0 || count < 0 || start + count > this.capacity) throw new Error('tree level: a run lies in its node')
    const order = this.orderOf(node)
    const cells = this.bytes[node >> PAGE_BITS]!.subarray(order, order + this.capacity)
    if (new Set(cells).size !== this.capacity) throw new Error('tree level: each cell stands in the order once')
    for (let place = 0; place < this.capacity; place++) {
      const isRun = place >= start && place < start + count
      const isNamed = isRun && (this.isLeaf || place > start)
      if ((this.textIn(node, cells[place]!) !== undefined) !== isNamed) {
        throw new Error(
          'tree level: the entries have texts, but for the first one of an inner node, and nothing else has',
        )
      }
    }
  }
}
