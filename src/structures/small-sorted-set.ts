import type { TreeShape } from './counted-tree.js'
import { LargeSortedSet } from './large-sorted-set.js'
import { isBefore, RepeatedMember, type ScoredMember } from './scored-member.js'
import { compareText } from './text.js'
import { ARRAY, pushedWeight, textsWeight, textWeight } from './weight.js'

/** The object and its two arrays. */
const OBJECT = 48 + 2 * ARRAY

/**
 * A sorted set of a few members: two arrays in order, searched from the front. A tenth of the memory of a large one.
 * The methods are those of `SortedSet`.
 */
export class SmallSortedSet {
  private readonly names: string[]
  private readonly scores: number[]
  /** What the members themselves weigh. */
  private namesWeight: number

  constructor(names: string[] = [], scores: number[] = [], namesWeight = textsWeight(names)) {
    this.names = names
    this.scores = scores
    this.namesWeight = namesWeight
  }

  /** A set of members in order, whose arrays it keeps. @throws Error when one is there twice. O(n). */
  static ofSorted(members: string[], scores: number[]): SmallSortedSet {
    if (hasRepeated(members)) throw new RepeatedMember()
    return new SmallSortedSet(members, scores)
  }

  get size(): number {
    return this.names.length
  }

  get weight(): number {
    return OBJECT + 2 * pushedWeight(this.names.length) + this.namesWeight
  }

  score(member: string): number | undefined {
    return this.scores[this.names.indexOf(member)]
  }

  set(member: string, score: number): number | undefined {
    const { names, scores } = this
    const rank = names.indexOf(member)
    if (rank < 0) {
      names.push(member)
      scores.push(score)
      this.namesWeight += textWeight(member)
      this.carry(names.length - 1, member, score)
      return undefined
    }
    const former = scores[rank]!
    if (score !== former) this.carry(rank, names[rank]!, score)
    return former
  }

  /** Moves what stands at a rank to where its new score belongs. */
  private carry(rank: number, member: string, score: number): void {
    const { names, scores } = this
    const last = names.length - 1
    let at = rank
    for (; at > 0 && isBefore(score, member, scores[at - 1]!, names[at - 1]!); at--) {
      names[at] = names[at - 1]!
      scores[at] = scores[at - 1]!
    }
    if (at === rank) {
      for (; at < last && isBefore(scores[at + 1]!, names[at + 1]!, score, member); at++) {
        names[at] = names[at + 1]!
        scores[at] = scores[at + 1]!
      }
    }
    names[at] = member
    scores[at] = score
  }

  delete(member: string): boolean {
    const rank = this.names.indexOf(member)
    if (rank < 0) return false
    this.cut(rank, 1)
    return true
  }

  private cut(start: number, n: number): void {
    const { names, scores } = this
    for (let i = start; i < start + n; i++) this.namesWeight -= textWeight(names[i]!)
    for (let i = start + n; i < names.length; i++) {
      names[i - n] = names[i]!
      scores[i - n] = scores[i]!
    }
    names.length -= n
    scores.length -= n
  }

  rank(member: string): number {
    return this.names.indexOf(member)
  }

  memberAt(rank: number): string {
    return this.names[rank]!
  }

  scoreAt(rank: number): number {
    return this.scores[rank]!
  }

  rankOfScore(score: number, after: boolean): number {
    let rank = 0
    while (rank < this.scores.length && (this.scores[rank]! < score || (after && this.scores[rank] === score))) rank++
    return rank
  }

  rankOfLex(member: string, after: boolean): number {
    let rank = 0
    for (; rank < this.names.length; rank++) {
      const order = compareText(this.names[rank]!, member)
      if (order > 0 || (order === 0 && !after)) break
    }
    return rank
  }

  visit(start: number, end: number, reverse: boolean, fn: (member: string, score: number) => void): void {
    if (reverse) for (let rank = end - 1; rank >= start; rank--) fn(this.names[rank]!, this.scores[rank]!)
    else for (let rank = start; rank < end; rank++) fn(this.names[rank]!, this.scores[rank]!)
  }

  visitScores(min: number, max: number, fn: (member: string, score: number) => boolean): void {
    for (let rank = this.rankOfScore(min, false); rank < this.scores.length; rank++) {
      const score = this.scores[rank]!
      if (score >= max || !fn(this.names[rank]!, score)) return
    }
  }

  members(start: number, end: number, reverse: boolean): string[] {
    const members = this.names.slice(start, end)
    return reverse ? members.reverse() : members
  }

  entries(start: number, end: number, reverse: boolean): ScoredMember[] {
    const entries: ScoredMember[] = []
    for (let rank = start; rank < end; rank++) entries.push({ member: this.names[rank]!, score: this.scores[rank]! })
    return reverse ? entries.reverse() : entries
  }

  deleteRange(start: number, end: number, onDelete?: (member: string, score: number) => void): number {
    if (end <= start) return 0
    if (onDelete !== undefined) this.visit(start, end, false, onDelete)
    this.cut(start, end - start)
    return end - start
  }

  pop(rank: number): ScoredMember {
    const entry = { member: this.names[rank]!, score: this.scores[rank]! }
    this.cut(rank, 1)
    return entry
  }

  /** All at once. */
  scan(_cursor: number, _count: number, visit: (member: string, score: number) => void): number {
    this.visit(0, this.names.length, false, visit)
    return 0
  }

  *[Symbol.iterator](): IterableIterator<[member: string, score: number]> {
    for (let rank = 0; rank < this.names.length; rank++) yield [this.names[rank]!, this.scores[rank]!]
  }

  toLarge(shape: TreeShape | undefined): LargeSortedSet {
    return LargeSortedSet.ofSorted(this.names, this.scores, shape)
  }

  view(): SmallSortedSet {
    return this.clone()
  }

  clone(): SmallSortedSet {
    return new SmallSortedSet(this.names.slice(), this.scores.slice(), this.namesWeight)
  }

  invariants(): void {
    const { names, scores } = this
    if (names.length !== scores.length) throw new Error('small sorted set: each member has a score')
    if (textsWeight(names) !== this.namesWeight) throw new Error('small sorted set: members are weighed wrongly')
    if (new Set(names).size !== names.length) throw new Error('small sorted set: members differ')
    for (let i = 1; i < names.length; i++) {
      if (!isBefore(scores[i - 1]!, names[i - 1]!, scores[i]!, names[i]!)) {
        throw new Error('small sorted set: members are in order')
      }
    }
  }
}

/** A Set pays from so many on. */
const COMPARED_MAX = 16

function hasRepeated(members: readonly string[]): boolean {
  if (members.length > COMPARED_MAX) return new Set(members).size < members.length
  for (let i = 1; i < members.length; i++) if (members.indexOf(members[i]!) < i) return true
  return false
}
