import type { TreeShape } from './counted-tree.js'
import { BEFORE_TIES, BEHIND_TIES, ScoreTree } from './score-tree.js'
import { isBefore, RepeatedMember, type ScoredMember } from './scored-member.js'
import { StringTable } from './string-table.js'

/** One slot in so many has a member, at least, beside the first few. */
const SPARSEST = 4
const FEW_SLOTS = 64

/**
 * A sorted set of many members: a table from member to slot, and a tree in which the slot finds its place. The slots of members that
 * are gone are used again. Where only a quarter of them has members, those in the last ones move into others: so memory follows
 * the size down as well as up. To move one each time would be three more cache misses for each that is removed, a fifth of ZREM.
 * The methods are those of `SortedSet`.
 */
export class LargeSortedSet {
  private readonly table: StringTable<number>
  private readonly tree: ScoreTree

  constructor(shape?: TreeShape, table = new StringTable<number>(2), tree = new ScoreTree(table, shape)) {
    this.table = table
    this.tree = tree
  }

  /** A set of members in order. @throws Error when one is there twice. O(n). */
  static ofSorted(members: readonly string[], scores: ArrayLike<number>, shape?: TreeShape): LargeSortedSet {
    const set = new LargeSortedSet(shape)
    for (const member of members) {
      if (set.table.find(member) >= 0) throw new RepeatedMember()
      set.table.add(member)
    }
    set.tree.build(members, scores)
    return set
  }

  get size(): number {
    return this.table.size
  }

  get weight(): number {
    return this.table.weight + this.tree.weight
  }

  score(member: string): number | undefined {
    const slot = this.table.find(member)
    return slot < 0 ? undefined : this.tree.scoreOf(slot)
  }

  set(member: string, score: number): number | undefined {
    const slot = this.table.find(member)
    if (slot >= 0) return this.tree.move(slot, this.table.keyAt(slot)!, score)
    this.tree.add(this.table.add(member), member, score)
    return undefined
  }

  delete(member: string): boolean {
    const slot = this.table.find(member)
    if (slot < 0) return false
    this.tree.remove(slot)
    this.vacate(slot)
    return true
  }

  /** Takes a slot out of the table whose entry has left the tree. */
  private vacate(slot: number): void {
    this.table.free(slot)
    this.giveBack()
  }

  /** Gives up the last slots where too many are free. O(1) for each that was freed, amortised. */
  private giveBack(): void {
    const { table, tree } = this
    while (table.slots > SPARSEST * table.size + FEW_SLOTS) {
      const moved = table.dropLast()
      if (moved >= 0) tree.renumber(moved)
    }
  }

  rank(member: string): number {
    const slot = this.table.find(member)
    return slot < 0 ? -1 : this.tree.rankOf(slot)
  }

  memberAt(rank: number): string {
    const { tree } = this
    tree.locate(rank)
    return tree.leaves.textAt(tree.leaf, tree.index)
  }

  scoreAt(rank: number): number {
    const { tree } = this
    tree.locate(rank)
    return tree.leaves.scoreAt(tree.leaf, tree.index)
  }

  rankOfScore(score: number, after: boolean): number {
    const { tree } = this
    tree.seek(score, after ? BEHIND_TIES : BEFORE_TIES, '')
    return tree.rankAt(tree.leaf, tree.index)
  }

  rankOfLex(member: string, after: boolean): number {
    const { tree } = this
    tree.seekText(member, after)
    return tree.rankAt(tree.leaf, tree.index)
  }

  visit(start: number, end: number, reverse: boolean, fn: (member: string, score: number) => void): void {
    if (end <= start) return
    if (reverse) this.visitDown(start, end, fn)
    else this.visitUp(start, end, fn)
  }

  private visitUp(start: number, end: number, fn: (member: string, score: number) => void): void {
    const { tree } = this
    const { leaves } = tree
    tree.locate(start)
    let { leaf, index } = tree
    for (let left = end - start; ; ) {
      const n = Math.min(left, leaves.countOf(leaf) - index)
      for (let i = index; i < index + n; i++) fn(leaves.textAt(leaf, i), leaves.scoreAt(leaf, i))
      left -= n
      if (left === 0) return
      leaf = tree.next(leaf)
      index = 0
    }
  }

  private visitDown(start: number, end: number, fn: (member: string, score: number) => void): void {
    const { tree } = this
    const { leaves } = tree
    tree.locate(end - 1)
    let { leaf, index } = tree
    for (let left = end - start; ; ) {
      const n = Math.min(left, index + 1)
      for (let i = index; i > index - n; i--) fn(leaves.textAt(leaf, i), leaves.scoreAt(leaf, i))
      left -= n
      if (left === 0) return
      leaf = tree.previous(leaf)
      index = leaves.countOf(leaf) - 1
    }
  }

  visitScores(min: number, max: number, fn: (member: string, score: number) => boolean): void {
    const { tree } = this
    const { leaves } = tree
    tree.seek(min, BEFORE_TIES, '')
    let { leaf, index } = tree
    for (;;) {
      const count = leaves.countOf(leaf)
      for (let i = index; i < count; i++) {
        const score = leaves.scoreAt(leaf, i)
        if (score >= max || !fn(leaves.textAt(leaf, i), score)) return
      }
      if (tree.isAtEnd(leaf)) return
      leaf = tree.next(leaf)
      index = 0
    }
  }

  members(start: number, end: number, reverse: boolean): string[] {
    if (end <= start) return []
    const { tree } = this
    const members = new Array<string>(end - start)
    tree.locate(start)
    let { leaf, index } = tree
    for (let filled = 0; ; ) {
      const n = Math.min(members.length - filled, tree.leaves.countOf(leaf) - index)
      if (reverse) tree.leaves.copyTexts(leaf, index, n, members, members.length - 1 - filled, -1)
      else tree.leaves.copyTexts(leaf, index, n, members, filled, 1)
      filled += n
      if (filled === members.length) return members
      leaf = tree.next(leaf)
      index = 0
    }
  }

  entries(start: number, end: number, reverse: boolean): ScoredMember[] {
    const entries = new Array<ScoredMember>(Math.max(0, end - start))
    let at = 0
    this.visit(start, end, reverse, (member, score) => {
      entries[at++] = { member, score }
    })
    return entries
  }

  deleteRange(start: number, end: number, onDelete?: (member: string, score: number) => void): number {
    const { tree } = this
    const { leaves } = tree
    const slots: number[] = []
    for (let left = end - start; left > 0; ) {
      tree.locate(start)
      const { leaf, index } = tree
      const n = Math.min(left, leaves.countOf(leaf) - index)
      for (let i = 0; i < n; i++) {
        slots[i] = leaves.refIn(leaf, leaves.cellAt(leaf, index + i))
        onDelete?.(leaves.textAt(leaf, index + i), leaves.scoreAt(leaf, index + i))
      }
      tree.cut(leaf, index, n)
      for (let i = 0; i < n; i++) this.table.free(slots[i]!)
      this.giveBack()
      left -= n
    }
    return Math.max(0, end - start)
  }

  pop(rank: number): ScoredMember {
    const { tree } = this
    const { leaves } = tree
    tree.locate(rank)
    const { leaf, index } = tree
    const entry = { member: leaves.textAt(leaf, index), score: leaves.scoreAt(leaf, index) }
    const slot = leaves.refIn(leaf, leaves.cellAt(leaf, index))
    tree.cut(leaf, index, 1)
    this.vacate(slot)
    return entry
  }

  /**
   * Slots are visited from the last to the first: a member only ever moves to a lower one, from the very end. So one that is there
   * from start to end is visited, whatever comes and goes in between.
   */
  scan(cursor: number, count: number, visit: (member: string, score: number) => void): number {
    const { slots } = this.table
    let at = cursor === 0 || cursor > slots ? slots : cursor
    const stop = Math.max(0, at - count)
    while (at > stop) {
      const member = this.table.keyAt(--at)
      if (member !== undefined) visit(member, this.tree.scoreOf(at))
    }
    return at
  }

  *[Symbol.iterator](): IterableIterator<[member: string, score: number]> {
    const { tree } = this
    const { leaves } = tree
    tree.locate(0)
    let { leaf } = tree
    for (let left = this.size; left > 0; ) {
      const count = leaves.countOf(leaf)
      for (let i = 0; i < count; i++) yield [leaves.textAt(leaf, i), leaves.scoreAt(leaf, i)]
      left -= count
      if (left > 0) leaf = tree.next(leaf)
    }
  }

  view(): LargeSortedSet {
    const none = new StringTable<number>(2)
    return new LargeSortedSet(undefined, none, this.tree.view(none))
  }

  clone(): LargeSortedSet {
    const table = this.table.clone()
    return new LargeSortedSet(undefined, table, this.tree.clone(table))
  }

  invariants(): void {
    this.table.invariants()
    this.tree.invariants(this.size)
    if (this.table.slots > SPARSEST * this.size + FEW_SLOTS) throw new Error('large sorted set: slots are given back')
    let former: [string, number] | undefined
    for (const [member, score] of this) {
      if (former !== undefined && !isBefore(former[1], former[0], score, member)) {
        throw new Error('large sorted set: members are in order')
      }
      if (this.score(member) !== score) throw new Error('large sorted set: each member is found in its slot')
      former = [member, score]
    }
  }
}
