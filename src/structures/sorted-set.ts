import type { TreeShape } from './counted-tree.js'
import { LargeSortedSet } from './large-sorted-set.js'
import { isBefore, type ScoredMember } from './scored-member.js'
import { SmallSortedSet } from './small-sorted-set.js'
import { byteLength } from './text.js'

/** Redis's zset-max-listpack-entries and zset-max-listpack-value. */
const PACKED_MAX = 128
const PACKED_BYTES_MAX = 64

/** The object itself. */
const OBJECT = 48

/** Where a sorted set changes its ways; for tests. */
export interface SortedSetLimits {
  /** More members than this lie in a tree. */
  readonly smallMax: number
  readonly shape: TreeShape | undefined
}

const LIMITS: SortedSetLimits = { smallMax: PACKED_MAX, shape: undefined }

/**
 * Members with scores, in order of score, and of bytes among equal scores.
 *
 * A rank is an index in that order, from 0. Scores are doubles, infinities included, never NaN. A few members lie in two
 * arrays, more in a table and a tree; n is the number of members. Nothing may be changed while the set is iterated or
 * visited.
 *
 * The encoding is only what Redis would say: it is 'listpack' until there are more than 128 members or one of more than 64
 * bytes, and never becomes so again. As in Redis, a listpack does not know -0 from 0.
 */
export class SortedSet {
  readonly type = 'zset' as const
  private form: SmallSortedSet | LargeSortedSet
  private packed: boolean
  private readonly limits: SortedSetLimits

  constructor(limits: SortedSetLimits = LIMITS, form: SmallSortedSet | LargeSortedSet = new SmallSortedSet()) {
    this.form = form
    this.packed = true
    this.limits = limits
  }

  /** A set of different members that are in order. O(n). @throws Error when they are not. */
  static ofSorted(members: readonly string[], scores: ArrayLike<number>, limits: SortedSetLimits = LIMITS): SortedSet {
    for (let i = 1; i < members.length; i++) {
      if (isBefore(scores[i - 1]!, members[i - 1]!, scores[i]!, members[i]!)) continue
      throw new Error('sorted set: members to build from are in order')
    }
    const packed = members.length <= PACKED_MAX && !members.some(isLong)
    const kept = new Array<number>(members.length)
    for (let i = 0; i < kept.length; i++) kept[i] = packed ? unsigned(scores[i]!) : scores[i]!
    const isLarge = members.length > limits.smallMax
    const form = isLarge
      ? LargeSortedSet.ofSorted(members, kept, limits.shape)
      : SmallSortedSet.ofSorted(members.slice(), kept)
    const set = new SortedSet(limits, form)
    set.packed = packed
    return set
  }

  /** How many members there are. */
  get size(): number {
    return this.form.size
  }

  /** The bytes that the set takes, roughly. O(1), and O(levels of the tree). */
  get weight(): number {
    return OBJECT + this.form.weight
  }

  get encoding(): 'listpack' | 'skiplist' {
    return this.packed ? 'listpack' : 'skiplist'
  }

  /**
   * Says how many members a command brings, before they are added: Redis gives up the listpack for more than 128 of them,
   * even if most are the same in the end.
   */
  expect(count: number): void {
    if (count > PACKED_MAX) this.packed = false
  }

  /** Gives up the listpack for good, as Redis does to sort the members. */
  unpack(): void {
    this.packed = false
  }

  /** Says that Redis found the set in a listpack, where a few members stay, however long they are. None has -0. O(1). */
  keepPacked(): void {
    if (this.size <= PACKED_MAX) this.packed = true
  }

  /** The score of a member, undefined when it is not there. O(1). */
  score(member: string): number | undefined {
    return this.form.score(member)
  }

  /** Adds or moves a member; returns its former score, undefined when it was not there. O(log n). */
  set(member: string, score: number): number | undefined {
    const former = this.packed ? this.setPacked(member, score) : this.form.set(member, score)
    if (former === undefined && this.form instanceof SmallSortedSet) this.growFrom(this.form)
    return former
  }

  /** Makes a large set of a small one that has too many members. */
  private growFrom(small: SmallSortedSet): void {
    if (small.size > this.limits.smallMax) this.form = small.toLarge(this.limits.shape)
  }

  private setPacked(member: string, score: number): number | undefined {
    if (Object.is(score, -0)) return this.setPackedZero(member)
    const former = this.form.set(member, score)
    if (former === undefined && (this.form.size > PACKED_MAX || isLong(member))) this.packed = false
    return former
  }

  /** -0 is kept where the member is the one that ends the listpack. */
  private setPackedZero(member: string): number | undefined {
    const isNew = this.form.score(member) === undefined
    if (isNew && (this.form.size === PACKED_MAX || isLong(member))) this.packed = false
    return this.form.set(member, this.packed ? 0 : -0)
  }

  /** Takes out a member; returns whether it was there. O(log n). */
  delete(member: string): boolean {
    return this.form.delete(member)
  }

  /** The rank of a member, -1 when it is not there. O(log n). */
  rank(member: string): number {
    return this.form.rank(member)
  }

  /** The member of a rank that there is. O(log n). */
  memberAt(rank: number): string {
    return this.form.memberAt(rank)
  }

  /** The score of the member of a rank that there is. O(log n). */
  scoreAt(rank: number): number {
    return this.form.scoreAt(rank)
  }

  /** How many members have a score below `score` (after: or that very score). O(log n). */
  rankOfScore(score: number, after: boolean): number {
    return this.form.rankOfScore(score, after)
  }

  /**
   * How many members sort before `member` by their bytes (after: or are that very member), whatever their scores are: it
   * means something only where all scores are equal. O(log n).
   */
  rankOfLex(member: string, after: boolean): number {
    return this.form.rankOfLex(member, after)
  }

  /**
   * Calls `fn` for the members of the ranks from `start` to `end` (exclusive), in order or in reverse order.
   * O(log n + members visited).
   */
  visit(start: number, end: number, reverse: boolean, fn: (member: string, score: number) => void): void {
    this.form.visit(start, end, reverse, fn)
  }

  /**
   * Calls `fn` in order for the members whose scores are at least `min` and below `max`, until it returns false.
   * O(log n + members visited).
   */
  visitScores(min: number, max: number, fn: (member: string, score: number) => boolean): void {
    this.form.visitScores(min, max, fn)
  }

  /** The members that `visit` visits. O(log n + their number). */
  members(start: number, end: number, reverse: boolean): string[] {
    return this.form.members(start, end, reverse)
  }

  /** The members that `visit` visits, with their scores. O(log n + their number). */
  entries(start: number, end: number, reverse: boolean): ScoredMember[] {
    return this.form.entries(start, end, reverse)
  }

  /**
   * Takes out the members of the ranks from `start` to `end` (exclusive); returns how many there were. `onDelete` is told
   * each of them, in order, before or after it is gone. O(log n + their number).
   */
  deleteRange(start: number, end: number, onDelete?: (member: string, score: number) => void): number {
    return this.form.deleteRange(start, end, onDelete)
  }

  /** Takes out the first member and returns it, undefined when there is none. O(log n). */
  popMin(): ScoredMember | undefined {
    return this.form.size === 0 ? undefined : this.form.pop(0)
  }

  /** Takes out the last member and returns it, undefined when there is none. O(log n). */
  popMax(): ScoredMember | undefined {
    return this.form.size === 0 ? undefined : this.form.pop(this.form.size - 1)
  }

  /**
   * Visits about `count` members from `cursor` on, 0 to begin, and returns the next cursor, 0 at the end. A member that
   * is there from start to end is visited once or more, whatever comes, goes and changes its score in between. A small
   * set is visited whole. Any cursor is safe. O(count).
   */
  scan(cursor: number, count: number, visit: (member: string, score: number) => void): number {
    return this.form.scan(cursor, count, visit)
  }

  /** The members with their scores, in order. */
  [Symbol.iterator](): IterableIterator<[member: string, score: number]> {
    return this.form[Symbol.iterator]()
  }

  /**
   * The members as they are now, to be visited by ranks alone, whatever happens to the set: it has no size. O(pages of the tree), O(n) of a
   * small set.
   */
  view(): SortedSet {
    return this.copyWith(this.form.view())
  }

  /** An independent copy. O(n). */
  clone(): SortedSet {
    return this.copyWith(this.form.clone())
  }

  private copyWith(form: SmallSortedSet | LargeSortedSet): SortedSet {
    const copy = new SortedSet(this.limits)
    copy.form = form
    copy.packed = this.packed
    return copy
  }

  /** Throws an Error that names the broken rule; for tests. O(n log n). */
  invariants(): void {
    this.form.invariants()
    if (this.form instanceof SmallSortedSet && this.form.size > this.limits.smallMax) {
      throw new Error('sorted set: a set of many members is a large one')
    }
    if (!this.packed) return
    if (this.form.size > PACKED_MAX) throw new Error('sorted set: a listpack has few members')
    for (const [, score] of this.form) if (Object.is(score, -0)) throw new Error('sorted set: a listpack has no -0')
  }
}

function isLong(member: string): boolean {
  // A UTF-16 unit takes three bytes at most.
  return member.length * 3 > PACKED_BYTES_MAX && byteLength(member) > PACKED_BYTES_MAX
}

/** The same score, but 0 for -0. */
function unsigned(score: number): number {
  return score + 0
}
