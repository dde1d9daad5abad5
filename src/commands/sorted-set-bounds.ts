/** What the range commands of sorted sets ask for, and the ranks where that lies. */
import {
  limitWithoutBy,
  minOrMaxNotAFloat,
  minOrMaxNotALexBound,
  notAnInteger,
  syntaxError,
  unfit,
  withScoresByLex,
} from '../errors.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { parseBound } from '../structures/score.js'
import type { SortedSet } from '../structures/sorted-set.js'
import { compareText } from '../structures/text.js'
import { clamp } from './argv.js'
import { checkedInteger } from './deadline.js'

/** An end of a range as a caller gives it, bytes as text: a rank, a score, or Redis's text for one (`(1`, `-inf`, `[a`, `+`). */
export type Bound = number | bigint | string

/** Ranks from `start` to `end`, exclusive, the lowest score at 0. Empty when `end` is not greater. */
export interface Ranks {
  readonly start: number
  readonly end: number
}

const NONE: Ranks = { start: 0, end: 0 }

/** A range of scores; an `open` end is not part of it. */
export interface ScoreRange {
  readonly min: number
  readonly minOpen: boolean
  readonly max: number
  readonly maxOpen: boolean
}

/** Throws ERR (min or max is not a float). */
export function scoreRange(min: Bound, max: Bound): ScoreRange {
  return { min: scoreBound(min), minOpen: isOpen(min), max: scoreBound(max), maxOpen: isOpen(max) }
}

function isOpen(bound: Bound): boolean {
  return typeof bound === 'string' && bound.startsWith('(')
}

function scoreBound(bound: Bound): number {
  const score = typeof bound === 'string' ? parseBound(isOpen(bound) ? bound.slice(1) : bound) : bound
  if (typeof score !== 'number' || Number.isNaN(score)) throw minOrMaxNotAFloat()
  return score
}

/** The members whose scores lie in a range. O(log n). */
export function ranksByScore(set: SortedSet, range: ScoreRange): Ranks {
  const start = set.rankOfScore(range.min, range.minOpen)
  const end = set.rankOfScore(range.max, !range.maxOpen)
  return end > start ? { start, end } : NONE
}

/** An end of a range of members; `beyond` is -1 before all members, 1 behind all, 0 at `text`. */
interface LexBound {
  readonly beyond: number
  readonly text: string
  readonly open: boolean
}

/** A range of members by their bytes. */
export interface LexRange {
  readonly min: LexBound
  readonly max: LexBound
}

const BEFORE_ALL: LexBound = { beyond: -1, text: '', open: true }
const BEHIND_ALL: LexBound = { beyond: 1, text: '', open: true }

/** Throws ERR (min or max not valid string range item). */
export function lexRange(min: Bound, max: Bound): LexRange {
  return { min: lexBound(min), max: lexBound(max) }
}

function lexBound(bound: Bound): LexBound {
  const text = String(bound)
  if (text.startsWith('[')) return { beyond: 0, text: text.slice(1), open: false }
  if (text.startsWith('(')) return { beyond: 0, text: text.slice(1), open: true }
  // Redis looks for the end of the string by C's rules.
  if (text === '-' || text.startsWith('-\0')) return BEFORE_ALL
  if (text === '+' || text.startsWith('+\0')) return BEHIND_ALL
  throw minOrMaxNotALexBound()
}

/**
 * The members that lie in a range by their bytes, which is asked of members that all have the same score. O(log n).
 *
 * For any others Redis promises nothing. Its small encoding walks from one end, `reverse` says which, and this does the
 * same; of its skip lists the answer depends on chance, here it is what a binary search comes upon.
 */
export function ranksByLex(set: SortedSet, range: LexRange, reverse = false, limit?: Limit): Ranks {
  if (set.encoding === 'listpack' && set.scoreAt(0) !== set.scoreAt(set.size - 1)) {
    return walk(set, range, reverse, limit ?? UNLIMITED)
  }
  const start = rankOfLexBound(set, range.min, range.min.open)
  const end = rankOfLexBound(set, range.max, !range.max.open)
  return limited(set, end > start ? { start, end } : NONE, reverse, limit)
}

function rankOfLexBound(set: SortedSet, bound: LexBound, after: boolean): number {
  if (bound.beyond !== 0) return bound.beyond < 0 ? 0 : set.size
  return set.rankOfLex(bound.text, after)
}

/** O(n), which is 128 at most. What `limit` leaves out is not looked at. */
function walk(set: SortedSet, range: LexRange, reverse: boolean, limit: Limit): Ranks {
  const members = set.members(0, set.size, reverse)
  const begins = reverse ? isBelowMax : isAboveMin
  const goesOn = reverse ? isAboveMin : isBelowMax
  // As Redis looks first whether there can be anything: both ends must be on the right side of a bound.
  if (isVoid(range) || !goesOn(members[0]!, range) || !begins(members.at(-1)!, range)) return NONE
  const first = members.findIndex((member) => begins(member, range))
  if (!goesOn(members[first]!, range) || limit.offset < 0) return NONE
  const start = first + limit.offset
  const most = limit.count < 0 ? members.length : Math.min(members.length, start + limit.count)
  let end = start
  while (end < most && goesOn(members[end]!, range)) end++
  if (end <= start) return NONE
  return reverse ? { start: members.length - end, end: members.length - start } : { start, end }
}

function isVoid({ min, max }: LexRange): boolean {
  if (min.beyond !== 0 || max.beyond !== 0) return min.beyond >= max.beyond
  const order = compareText(min.text, max.text)
  return order > 0 || (order === 0 && (min.open || max.open))
}

function isAboveMin(member: string, { min }: LexRange): boolean {
  if (min.beyond !== 0) return min.beyond < 0
  const order = compareText(member, min.text)
  return order > 0 || (order === 0 && !min.open)
}

function isBelowMax(member: string, { max }: LexRange): boolean {
  if (max.beyond !== 0) return max.beyond > 0
  const order = compareText(member, max.text)
  return order < 0 || (order === 0 && !max.open)
}

/** The members from one rank to another, both included, negative from the end; counted from the highest if `reverse`. O(1). */
export function ranksByRank(set: SortedSet, first: number, last: number, reverse: boolean): Ranks {
  const { size } = set
  const from = first < 0 ? Math.max(size + first, 0) : first
  const to = last < 0 ? size + last : Math.min(last, size - 1)
  if (from > to || from >= size) return NONE
  return reverse ? { start: size - 1 - to, end: size - from } : { start: from, end: to + 1 }
}

/** Leaves out `offset` members and then keeps `count`, all when that is negative. */
export interface Limit {
  readonly offset: number
  readonly count: number
}

const UNLIMITED: Limit = { offset: 0, count: -1 }

/** How ZRANGE and ZRANGESTORE find the range, and what they take of it. */
export interface RangeOptions {
  /** What the ends are: scores or members; ranks by default. */
  readonly by?: 'score' | 'lex' | undefined
  /** From the highest score to the lowest. The ends then come in this order too, unless they are ranks. */
  readonly rev?: boolean | undefined
  /** Only with `by`. */
  readonly limit?: Limit | undefined
}

/** A range as it has been asked for, with all words read. */
export interface RangeQuery {
  readonly reverse: boolean
  readonly limit: Limit | undefined
  readonly first: number
  readonly last: number
  readonly scores: ScoreRange | undefined
  readonly lex: LexRange | undefined
}

/** Reads what a range is to be, in Redis's order of errors: ERR for a limit by rank, for scores by lex, for a bad end. */
export function rangeQuery(from: Bound, to: Bound, options: RangeOptions, withScores: boolean): RangeQuery {
  const { by } = options
  if (by !== undefined && by !== 'score' && by !== 'lex') throw syntaxError()
  const limit = options.limit === undefined ? undefined : checkedLimit(options.limit)
  if (by === undefined && limit !== undefined && limit.count !== -1) throw limitWithoutBy()
  if (by === 'lex' && withScores) throw withScoresByLex()
  const reverse = options.rev === true
  if (by === undefined) {
    const first = rankBound(from)
    return { reverse, limit: undefined, first, last: rankBound(to), scores: undefined, lex: undefined }
  }
  const min = reverse ? to : from
  const max = reverse ? from : to
  const scores = by === 'score' ? scoreRange(min, max) : undefined
  return { reverse, limit, first: 0, last: 0, scores, lex: by === 'lex' ? lexRange(min, max) : undefined }
}

function checkedLimit(limit: Limit): Limit {
  if (typeof limit !== 'object' || limit === null) throw unfit('limit must be an object', limit)
  const { offset, count } = limit
  return { offset: clamp(checkedInteger(offset)), count: clamp(checkedInteger(count)) }
}

/** Throws ERR (not an integer or out of range). */
export function rankBound(bound: Bound): number {
  const rank: Int64 | undefined = typeof bound === 'string' ? parseInt64(bound) : checkedInteger(bound)
  if (rank === undefined) throw notAnInteger()
  return clamp(rank)
}

/** Where a range lies in a sorted set. O(log n). */
export function ranksOf(set: SortedSet, query: RangeQuery): Ranks {
  const { scores, lex, reverse, limit } = query
  if (scores !== undefined) return limited(set, ranksByScore(set, scores), reverse, limit)
  if (lex !== undefined) return ranksByLex(set, lex, reverse, limit)
  return ranksByRank(set, query.first, query.last, query.reverse)
}

function limited(set: SortedSet, ranks: Ranks, reverse: boolean, limit: Limit | undefined): Ranks {
  if (limit === undefined) return ranks
  const { start, end } = ranks
  const first = limit.offset < 0 ? fromFarEnd(set, ranks, limit.offset) : limit.offset
  const most = end - start - first
  if (most <= 0) return NONE
  const count = limit.count < 0 ? most : Math.min(limit.count, most)
  return reverse
    ? { start: end - first - count, end: end - first }
    : { start: start + first, end: start + first + count }
}

/**
 * How many members a negative offset leaves out. In Redis's small encoding it runs off the end; in a skip list it counts
 * from the far end of the range.
 */
function fromFarEnd(set: SortedSet, { start, end }: Ranks, offset: number): number {
  const size = end - start
  return set.encoding === 'listpack' || offset < -size ? size : size + offset
}
