import { CountedTree } from './counted-tree.js'
import type { StringTable } from './string-table.js'
import { compareText } from './text.js'
import { CELL_BITS, CELL_MASK, type TreeLevel } from './tree-level.js'

/** Where a bound stands among members of its very score: before them all, behind them all, or where its member sorts. */
export const BEFORE_TIES = 0
export const BEHIND_TIES = 1
export const BY_MEMBER = 2
export type Ties = typeof BEFORE_TIES | typeof BEHIND_TIES | typeof BY_MEMBER

/**
 * Members in order of score, and of bytes among equal scores. Rank, removal and most moves go up from the member, whose
 * slot leads to its place, and compare nothing; only insertion and ranges search from the top.
 */
export class ScoreTree extends CountedTree {
  /** O(1). */
  scoreOf(slot: number): number {
    const home = this.homeOf(slot)
    const leaf = home >> CELL_BITS
    return this.leaves.scoreAt(leaf, this.leaves.indexOf(leaf, home & CELL_MASK))
  }

  /** How many members come before the one in a slot. O(log n). */
  rankOf(slot: number): number {
    const home = this.homeOf(slot)
    const leaf = home >> CELL_BITS
    return this.rankAt(leaf, this.leaves.indexOf(leaf, home & CELL_MASK))
  }

  /** Finds the first entry that is not before a bound, which may be one past the end of a leaf. O(log n). */
  seek(score: number, ties: Ties, member: string): void {
    let node = 0
    for (let height = this.levels.length - 1; height > 0; height--) {
      const level = this.levels[height]!
      // The first entry is not asked: it has no key, and what sorts before it can only lie there.
      const index = search(level, node, 1, score, ties, member) - 1
      node = level.refAt(node, index)
    }
    this.leaf = node
    this.index = search(this.leaves, node, 0, score, ties, member)
  }

  /** The same by the bytes of the member alone, whatever the scores are. O(log n). */
  seekText(member: string, after: boolean): void {
    let node = 0
    for (let height = this.levels.length - 1; height > 0; height--) {
      const level = this.levels[height]!
      node = level.refAt(node, searchText(level, node, 1, level.countOf(node), member, after) - 1)
    }
    this.leaf = node
    this.index = searchText(this.leaves, node, 0, this.leaves.countOf(node), member, after)
  }

  /** Adds a member whose slot is one of those in use or the next one. O(log n). */
  add(slot: number, member: string, score: number): void {
    this.insert(slot, member, score)
  }

  /** Gives a member another score and returns the former one. O(log n), and O(1) where it stays in its leaf. */
  move(slot: number, member: string, score: number): number {
    const leaves = this.leaves
    const home = this.homeOf(slot)
    const leaf = home >> CELL_BITS
    const index = leaves.indexOf(leaf, home & CELL_MASK)
    const former = leaves.scoreAt(leaf, index)
    if (score === former) return former
    // Between the ends of a leaf no key changes.
    if (index > 0 && index < leaves.countOf(leaf) - 1 && leaves.isWithin(leaf, score)) {
      const found = search(leaves, leaf, 0, score, BY_MEMBER, member)
      leaves.carry(leaf, index, found > index ? found - 1 : found, score)
      return former
    }
    this.cut(leaf, index, 1)
    this.insert(slot, member, score)
    return former
  }

  /** Takes out the member of a slot. O(log n). */
  remove(slot: number): void {
    const home = this.homeOf(slot)
    const leaf = home >> CELL_BITS
    this.cut(leaf, this.leaves.indexOf(leaf, home & CELL_MASK), 1)
  }

  private insert(slot: number, member: string, score: number): void {
    const leaves = this.leaves
    this.seek(score, BY_MEMBER, member)
    if (leaves.countOf(this.leaf) === leaves.capacity) this.makeRoom()
    const leaf = this.leaf
    const cell = leaves.open(leaf, this.index, score)
    leaves.setText(leaf, cell, member)
    leaves.setRef(leaf, cell, slot)
    this.setHome(slot, (leaf << CELL_BITS) | cell)
    this.grow(leaf, 1)
    if (this.index === 0) this.renewKey(0, leaf)
  }

  /** Makes room for the entry that `seek` found a place for: in its leaf or in a new one beside it. */
  private makeRoom(): void {
    const leaves = this.leaves
    const leaf = this.leaf
    if (this.index === leaves.capacity && this.isAtEnd(leaf)) {
      this.leaf = this.addBeside(0, leaf, 1)
      this.index = 0
    } else if (this.index === 0 && this.isAtFront(leaf)) {
      this.leaf = this.addBeside(0, leaf, 0)
      this.renewKey(0, leaf)
    } else {
      const right = this.split(0, leaf)
      const half = leaves.countOf(leaf)
      if (this.index <= half) return
      this.leaf = right
      this.index -= half
    }
  }

  /** The members as they are now, by rank, whatever happens to the tree; they have no slots. O(pages of leaves + inner nodes). */
  view(homes: StringTable<number>): ScoreTree {
    return new ScoreTree(homes, undefined, this, (level) => (level === this.leaves ? level.view() : level.clone()))
  }

  /** An independent copy, with the homes of a copy of the table. O(n). */
  clone(homes: StringTable<number>): ScoreTree {
    return new ScoreTree(homes, undefined, this)
  }
}

/** The index of the first entry from `from` on that is not before a bound. O(log capacity). */
function search(level: TreeLevel, node: number, from: number, score: number, ties: Ties, member: string): number {
  const low = level.search(node, from, score, ties === BEHIND_TIES)
  if (ties !== BY_MEMBER || low === level.countOf(node) || level.scoreAt(node, low) !== score) return low
  return searchText(level, node, low, level.search(node, low, score, true), member, false)
}

/** The same among the entries from `from` to `end` (exclusive) by the bytes of the member alone. O(log capacity). */
function searchText(level: TreeLevel, node: number, from: number, end: number, member: string, after: boolean): number {
  let low = from
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareText(level.textAt(node, middle), member)
    if (order < 0 || (after && order === 0)) low = middle + 1
    else high = middle
  }
  return low
}
