import type { StringTable } from './string-table.js'
import { CELL_BITS, CELL_MASK, TreeLevel } from './tree-level.js'

/** How many entries a node holds at most, from 4 to 64. */
export interface TreeShape {
  readonly leaf: number
  readonly fan: number
}

const SHAPE: TreeShape = { leaf: 56, fan: 32 }

/**
 * The levels of a B+ tree that counts, over flat pages, and what keeps them in balance. Its owner gives each member a
 * slot, a small number, by which the tree finds it again.
 *
 * Invariants:
 * - Level 0 holds the leaves; an entry of level k + 1 stands for a node of level k; the top level has one node, 0.
 * - The *home* of a slot is the link to its cell in a leaf, and a node has a link to its cell in its parent. Homes lie
 *   beside the members in the table, in the line of the cache that a look-up has read.
 * - The size of an entry is the number of members below it.
 * - The key (score and text) of an entry is that of the first member below it. The first entry of an inner node has no key:
 *   no search asks for it, and what is done at the front of the whole tree then changes no keys.
 * - Every node has `least` entries or more, a quarter of its capacity, except the root and the first and the last leaf:
 *   those are only given up when they are empty, so that taking from the ends merges nothing, and adding at the ends, as
 *   with scores that grow, leaves full leaves behind.
 *
 * @see Bayer and McCreight, Organization and Maintenance of Large Ordered Indexes, 1972
 */
export class CountedTree {
  /** Where the last search ended: a leaf and an index in it. */
  leaf: number
  index: number
  readonly leaves: TreeLevel
  protected readonly levels: TreeLevel[]
  private readonly fan: number
  private readonly homes: StringTable<number>

  /** An empty tree, or a copy of another one by levels, whose members have their slots and homes in a table. */
  constructor(homes: StringTable<number>, shape: TreeShape = SHAPE, from?: CountedTree, copyLevel = cloned) {
    this.leaf = 0
    this.index = 0
    this.levels = from === undefined ? [new TreeLevel(shape.leaf, true)] : from.levels.map(copyLevel)
    this.leaves = this.levels[0]!
    this.fan = from === undefined ? shape.fan : from.fan
    this.homes = homes
    if (from === undefined) this.leaves.take(0)
  }

  /** The bytes that the levels take, roughly. O(levels), of which a million members have four. */
  get weight(): number {
    let weight = 0
    for (const level of this.levels) weight += level.weight
    return weight
  }

  /** How many members come before an entry of a leaf. O(log n). */
  rankAt(leaf: number, index: number): number {
    let rank = index
    let node = leaf
    for (let height = 1; height < this.levels.length; height++) {
      const link = this.levels[height - 1]!.linkOf(node)
      node = link >> CELL_BITS
      rank += this.levels[height]!.sizeBefore(node, link & CELL_MASK)
    }
    return rank
  }

  /** Finds the entry of a rank that there is. O(log n). */
  locate(rank: number): void {
    let left = rank
    let node = 0
    for (let height = this.levels.length - 1; height > 0; height--) {
      const level = this.levels[height]!
      let index = 0
      let cell = level.cellAt(node, 0)
      for (let size = level.sizeIn(node, cell); left >= size; size = level.sizeIn(node, cell)) {
        left -= size
        cell = level.cellAt(node, ++index)
      }
      node = level.refIn(node, cell)
    }
    this.leaf = node
    this.index = left
  }

  /** The leaf behind another one that is not the last. O(1) on the average. */
  next(leaf: number): number {
    return this.neighbour(leaf, 1)
  }

  /** The leaf before another one that is not the first. O(1) on the average. */
  previous(leaf: number): number {
    return this.neighbour(leaf, -1)
  }

  private neighbour(leaf: number, step: 1 | -1): number {
    let height = 0
    let node = leaf
    for (;;) {
      const link = this.levels[height++]!.linkOf(node)
      node = link >> CELL_BITS
      const level = this.levels[height]!
      const index = level.indexOf(node, link & CELL_MASK) + step
      if (index < 0 || index >= level.countOf(node)) continue
      node = level.refAt(node, index)
      break
    }
    while (--height > 0) {
      const level = this.levels[height]!
      node = level.refAt(node, step > 0 ? 0 : level.countOf(node) - 1)
    }
    return node
  }

  /** Says that the member that came into a slot, home and all, had another one before. O(1). */
  renumber(slot: number): void {
    const home = this.homeOf(slot)
    this.leaves.setRef(home >> CELL_BITS, home & CELL_MASK, slot)
  }

  protected homeOf(slot: number): number {
    return this.homes.valueAt(slot)
  }

  protected setHome(slot: number, home: number): void {
    this.homes.setValue(slot, home)
  }

  /** Takes `n` entries out of a leaf. O(log n + n). */
  cut(leaf: number, index: number, n: number): void {
    const leaves = this.leaves
    leaves.close(leaf, index, n)
    this.grow(leaf, -n)
    const count = leaves.countOf(leaf)
    if (index === 0 && count > 0) this.renewKey(0, leaf)
    if (count < leaves.least) this.refill(0, leaf)
  }

  /** Gives half of the entries of a node to a new one on its right. */
  protected split(height: number, node: number): number {
    const right = this.addBeside(height, node, 1)
    this.divide(height, node, right, this.levels[height]!.capacity >> 1)
    return right
  }

  /** Adds a node without entries on the left (0) or on the right (1) of another one. */
  protected addBeside(height: number, node: number, side: 0 | 1): number {
    if (height === this.levels.length - 1) this.raise()
    const level = this.levels[height]!
    const above = this.levels[height + 1]!
    const full = level.linkOf(node) >> CELL_BITS
    if (above.countOf(full) === above.capacity) this.split(height + 1, full)
    const link = level.linkOf(node)
    const parent = link >> CELL_BITS
    const added = level.take(side === 0 ? level.capacity : 0)
    const cell = above.open(parent, above.indexOf(parent, link & CELL_MASK) + side, 0)
    above.setRef(parent, cell, added)
    above.setSize(parent, cell, 0)
    level.setLink(added, (parent << CELL_BITS) | cell)
    return added
  }

  /** Puts a new root above the one that there is. */
  private raise(): void {
    const height = this.levels.length - 1
    const size = this.sizeFrom(height, 0, 0, this.levels[height]!.countOf(0))
    const level = new TreeLevel(this.fan, false)
    this.levels.push(level)
    const root = level.take(0)
    const cell = level.open(root, 0, 0)
    level.setRef(root, cell, 0)
    level.setSize(root, cell, size)
    this.levels[height]!.setLink(0, (root << CELL_BITS) | cell)
  }

  /** Adds to the sizes above a leaf. O(log n). */
  protected grow(leaf: number, by: number): void {
    let node = leaf
    for (let height = 1; height < this.levels.length; height++) {
      const link = this.levels[height - 1]!.linkOf(node)
      node = link >> CELL_BITS
      this.levels[height]!.addSize(node, link & CELL_MASK, by)
    }
  }

  /** Writes the key of the first entry of a node, which is another one now, where that node has a key. O(log n). */
  protected renewKey(height: number, of: number): void {
    const first = this.levels[height]!
    let node = of
    for (let at = height; at < this.levels.length - 1; at++) {
      const link = this.levels[at]!.linkOf(node)
      const above = this.levels[at + 1]!
      node = link >> CELL_BITS
      const index = above.indexOf(node, link & CELL_MASK)
      if (index === 0) continue
      above.setScore(node, index, first.scoreAt(of, 0))
      above.setText(node, link & CELL_MASK, first.textAt(of, 0))
      return
    }
  }

  /** Does what is to be done with a node that has fewer entries than `least`. */
  protected refill(height: number, node: number): void {
    const level = this.levels[height]!
    const count = level.countOf(node)
    if (height === this.levels.length - 1) {
      if (height > 0 && count === 1) this.lower()
    } else if (count === 0) this.discard(height, node)
    else if (height > 0 || !(this.isAtFront(node) || this.isAtEnd(node))) this.join(height, node)
  }

  /** Takes the root off, which has only one entry. */
  private lower(): void {
    this.levels.pop()
    this.levels[this.levels.length - 1]!.setLink(0, -1)
  }

  /** Makes one node of a small one and its neighbour, or two that have the same number of entries. */
  private join(height: number, node: number): void {
    const level = this.levels[height]!
    const above = this.levels[height + 1]!
    const link = level.linkOf(node)
    const parent = link >> CELL_BITS
    const index = Math.max(1, above.indexOf(parent, link & CELL_MASK))
    const left = above.refAt(parent, index - 1)
    const right = above.refAt(parent, index)
    const both = level.countOf(left) + level.countOf(right)
    if (both > level.mergeable) this.divide(height, left, right, both >> 1)
    else {
      this.divide(height, left, right, both)
      this.discard(height, right)
    }
  }

  /** Divides the entries of two neighbours below one parent anew. */
  private divide(height: number, left: number, right: number, leftCount: number): void {
    const level = this.levels[height]!
    const above = this.levels[height + 1]!
    const leftLink = level.linkOf(left)
    const rightLink = level.linkOf(right)
    const parent = leftLink >> CELL_BITS
    const leftCell = leftLink & CELL_MASK
    const rightCell = rightLink & CELL_MASK
    if (height > 0 && level.countOf(right) > 0) {
      // The first entry on the right will be one with a key.
      level.setScore(right, 0, above.scoreAt(parent, above.indexOf(parent, rightCell)))
      level.setText(right, level.cellAt(right, 0), above.textIn(parent, rightCell))
    }
    const moved = level.divide(left, right, leftCount)
    const size = moved > 0 ? this.adopt(height, left, leftCount - moved, moved) : -this.adopt(height, right, 0, -moved)
    above.addSize(parent, leftCell, size)
    above.addSize(parent, rightCell, -size)
    if (level.countOf(right) > 0) this.renewFirst(height, right)
  }

  /** The same as `renewKey` for a node of any height whose first entry had a key until now. */
  private renewFirst(height: number, node: number): void {
    const level = this.levels[height]!
    this.renewKey(height, node)
    if (height > 0) level.setText(node, level.cellAt(node, 0), undefined)
  }

  /** Tells entries that came into a node where they are; returns how many members lie below them. */
  private adopt(height: number, node: number, index: number, n: number): number {
    const level = this.levels[height]!
    for (let i = index; i < index + n; i++) {
      const cell = level.cellAt(node, i)
      const link = (node << CELL_BITS) | cell
      if (height === 0) this.setHome(level.refIn(node, cell), link)
      else this.levels[height - 1]!.setLink(level.refIn(node, cell), link)
    }
    return this.sizeFrom(height, node, index, n)
  }

  /** How many members lie below `n` entries of a node. */
  private sizeFrom(height: number, node: number, index: number, n: number): number {
    if (height === 0) return n
    const level = this.levels[height]!
    let size = 0
    for (let i = index; i < index + n; i++) size += level.sizeIn(node, level.cellAt(node, i))
    return size
  }

  /** Takes a node without entries out of its parent; the last node of the level takes its number. */
  private discard(height: number, node: number): void {
    const level = this.levels[height]!
    const above = this.levels[height + 1]!
    const link = level.linkOf(node)
    const parent = link >> CELL_BITS
    const index = above.indexOf(parent, link & CELL_MASK)
    above.close(parent, index, 1)
    if (index === 0) this.renewFirst(height + 1, parent)
    if (node !== level.size - 1) {
      level.moveLast(node)
      this.adopt(height, node, 0, level.countOf(node))
      const moved = level.linkOf(node)
      above.setRef(moved >> CELL_BITS, moved & CELL_MASK, node)
    }
    level.drop()
    if (above.countOf(parent) < above.least) this.refill(height + 1, parent)
  }

  protected isAtFront(leaf: number): boolean {
    let node = leaf
    for (let height = 1; height < this.levels.length; height++) {
      const link = this.levels[height - 1]!.linkOf(node)
      node = link >> CELL_BITS
      if (this.levels[height]!.cellAt(node, 0) !== (link & CELL_MASK)) return false
    }
    return true
  }

  /** Whether no leaf is behind this one. O(log n), and mostly O(1). */
  isAtEnd(leaf: number): boolean {
    let node = leaf
    for (let height = 1; height < this.levels.length; height++) {
      const link = this.levels[height - 1]!.linkOf(node)
      node = link >> CELL_BITS
      const level = this.levels[height]!
      if (level.cellAt(node, level.countOf(node) - 1) !== (link & CELL_MASK)) return false
    }
    return true
  }

  /** Fills an empty tree with members in order, whose slots are 0, 1, 2 and so on. O(n). */
  build(members: readonly string[], scores: ArrayLike<number>): void {
    const n = members.length
    const nodes = this.share(this.leaves, n)
    for (let node = 0, slot = 0; node < nodes; node++) {
      if (node > 0) this.leaves.take(0)
      for (let index = 0; slot < endOf(node, nodes, n); index++, slot++) {
        const cell = this.leaves.open(node, index, scores[slot]!)
        this.leaves.setText(node, cell, members[slot]!)
        this.leaves.setRef(node, cell, slot)
        this.setHome(slot, (node << CELL_BITS) | cell)
      }
    }
    while (this.levels[this.levels.length - 1]!.size > 1) this.buildAbove()
  }

  private buildAbove(): void {
    const height = this.levels.length
    const below = this.levels[height - 1]!
    const level = new TreeLevel(this.fan, false)
    const nodes = this.share(level, below.size)
    this.levels.push(level)
    for (let node = 0, child = 0; node < nodes; node++) {
      level.take(0)
      for (let index = 0; child < endOf(node, nodes, below.size); index++, child++) {
        const cell = level.open(node, index, 0)
        level.setRef(node, cell, child)
        level.setSize(node, cell, this.sizeFrom(height - 1, child, 0, below.countOf(child)))
        below.setLink(child, (node << CELL_BITS) | cell)
      }
    }
    // Keys come from the leaves, since the first entry of the level below has none.
    for (let node = 0; node < nodes; node++) this.buildKeys(height, node)
  }

  private buildKeys(height: number, node: number): void {
    const level = this.levels[height]!
    for (let index = 1; index < level.countOf(node); index++) {
      const first = this.firstLeaf(height - 1, level.refAt(node, index))
      level.setScore(node, index, this.leaves.scoreAt(first, 0))
      level.setText(node, level.cellAt(node, index), this.leaves.textAt(first, 0))
    }
  }

  /** Into how many nodes `n` entries go, so that each has an eighth of its places left. */
  private share(level: TreeLevel, n: number): number {
    return Math.ceil(n / (level.capacity - (level.capacity >> 3)))
  }

  /** Throws an Error that names the broken rule, or when the tree has not `size` members; for tests. O(n). */
  invariants(size: number): void {
    const top = this.levels.length - 1
    for (const level of this.levels) for (let node = 0; node < level.size; node++) level.checkNode(node)
    if (this.levels[top]!.size !== 1) throw new Error('score tree: there is one root')
    if (this.checkBelow(top, 0) !== size) throw new Error('score tree: every member of the set has an entry')
  }

  /** Checks what lies below a node; returns how many members those are. */
  private checkBelow(height: number, node: number): number {
    const level = this.levels[height]!
    const count = level.countOf(node)
    const isRoot = height === this.levels.length - 1
    const isEdge = height === 0 && (this.isAtFront(node) || this.isAtEnd(node))
    const least = isRoot || isEdge ? Math.min(height, 1) + 1 : level.least
    if (count < least && !(isRoot && height === 0)) throw new Error('score tree: no node is too small')
    for (let index = 0; index < count; index++) this.checkEntry(height, node, index)
    return this.sizeFrom(height, node, 0, count)
  }

  private checkEntry(height: number, node: number, index: number): void {
    const level = this.levels[height]!
    const cell = level.cellAt(node, index)
    const link = (node << CELL_BITS) | cell
    const ref = level.refIn(node, cell)
    if (height === 0) {
      if (this.homeOf(ref) !== link) throw new Error('score tree: a slot knows its home')
      return
    }
    if (this.levels[height - 1]!.linkOf(ref) !== link) throw new Error('score tree: a node knows its entry')
    if (this.checkBelow(height - 1, ref) !== level.sizeIn(node, cell)) throw new Error('score tree: sizes add up')
    if (index === 0) return
    const leaf = this.firstLeaf(height - 1, ref)
    const isKey = level.textIn(node, cell) === this.leaves.textAt(leaf, 0)
    if (!isKey || level.scoreAt(node, index) !== this.leaves.scoreAt(leaf, 0)) {
      throw new Error('score tree: a key is that of the first member below')
    }
  }

  /** The first leaf below a node. */
  private firstLeaf(height: number, of: number): number {
    let node = of
    for (let at = height; at > 0; at--) node = this.levels[at]!.refAt(node, 0)
    return node
  }
}

function cloned(level: TreeLevel): TreeLevel {
  return level.clone()
}

/** Where the share of a node ends when `n` entries are shared out evenly. */
function endOf(node: number, nodes: number, n: number): number {
  return Math.floor((n * (node + 1)) / nodes)
}
