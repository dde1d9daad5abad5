import { type Key, toText } from '../commands/argv.js'
import type { AggregateOptions } from '../commands/sorted-set-algebra.js'
import * as algebra from '../commands/sorted-set-algebra.js'
import type { Bound, Limit, RangeOptions } from '../commands/sorted-set-bounds.js'
import { lexRange, rangeQuery, rankBound, scoreRange } from '../commands/sorted-set-bounds.js'
import * as edits from '../commands/sorted-set-range-edits.js'
import * as ranges from '../commands/sorted-set-ranges.js'
import { noInputKeys } from '../errors.js'
import { integerOf } from '../structures/int64.js'
import { listGiven, type Names, optionsGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN } from './handle.js'
import { type ScoredMember, scoredOut } from './sorted-set.js'
import { outTexts } from './words.js'

/** A score at the end of a range: a number, or Redis's text for one: `'(1.5'` leaves 1.5 itself out, `'-inf'`, `'+inf'`. */
export type ScoreBound = number | string

/** A member at the end of a range: `'[a'` with it, `'(a'` without it, `'-'` and `'+'` before and behind all. */
export type LexBound = string | Uint8Array

/** An end of a range of `zrange`: a rank, a score or a member, as its `by` says. */
export type RangeBound = ScoreBound | LexBound

/** Makes scores come back with the members. */
export interface WithScores {
  readonly withScores: true
}

/** Options of `zrangebyscore` and its like. */
export interface LimitOptions {
  /** Leaves out `offset` members and then returns `count`, all when that is negative. */
  readonly limit?: Limit | undefined
}

/** Options of `zintercard`. */
export interface ZintercardOptions {
  /** Count no further than this; 0 is no limit. */
  readonly limit?: number | undefined
}

/** Sorted sets: ranges, and several at once. */
export abstract class SortedSetRangeCommands<T extends string | Uint8Array> extends Handle<T> {
  /** As below, with scores. O(log n + members). */
  zrange(key: Key, start: RangeBound, stop: RangeBound, options: RangeOptions & WithScores): ScoredMember<T>[]
  /**
   * Returns a range of a sorted set in order of scores, none when missing. `start` and `stop`, both included, are ranks
   * from 0 on, negative from the end; with `by: 'score'` scores; with `by: 'lex'` members, which must all have one score.
   * `rev` goes from the highest to the lowest: the ends then come in this order too. O(log n + members).
   *
   * @example
   * db.zrange('board', 0, 9, { rev: true, withScores: true }) // the top ten: [{ member: 'ann', score: 310 }, …]
   * db.zrange('board', 100, '(200', { by: 'score', limit: { offset: 0, count: 10 } })
   * db.zrange('words', '[a', '(b', { by: 'lex' })
   *
   * @throws RedstartError WRONGTYPE; ERR for an end that is none, a limit without `by`, or scores by lex
   * @see https://redis.io/docs/latest/commands/zrange/
   */
  zrange(key: Key, start: RangeBound, stop: RangeBound, options?: RangeOptions): T[]
  zrange(
    key: Key,
    start: RangeBound,
    stop: RangeBound,
    options?: RangeOptions & Partial<WithScores>,
  ): T[] | ScoredMember<T>[] {
    return rangeOf(this, key, start, stop, optionsGiven(options, ZRANGE_OPTIONS) ?? BY_RANK, options?.withScores)
  }

  /** As below, with scores. O(log n + members). */
  zrevrange(key: Key, start: number, stop: number, options: WithScores): ScoredMember<T>[]
  /**
   * As `zrange` by rank with `rev`. O(log n + members).
   *
   * @deprecated `zrange` with `rev` does the same.
   * @throws RedstartError WRONGTYPE; ERR for ranks that are no integers
   * @see https://redis.io/docs/latest/commands/zrevrange/
   */
  zrevrange(key: Key, start: number, stop: number): T[]
  zrevrange(key: Key, start: number, stop: number, options?: WithScores): T[] | ScoredMember<T>[] {
    return rangeOf(this, key, start, stop, BY_RANK_REVERSED, optionsGiven(options, WITH_SCORES)?.withScores)
  }

  /** As below, with scores. O(log n + members). */
  zrangebyscore(key: Key, min: ScoreBound, max: ScoreBound, options: LimitOptions & WithScores): ScoredMember<T>[]
  /**
   * As `zrange` by score. O(log n + members).
   *
   * @deprecated `zrange` with `by: 'score'` does the same.
   * @throws RedstartError WRONGTYPE; ERR for an end that is no score
   * @see https://redis.io/docs/latest/commands/zrangebyscore/
   */
  zrangebyscore(key: Key, min: ScoreBound, max: ScoreBound, options?: LimitOptions): T[]
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: LimitOptions & Partial<WithScores>,
  ): T[] | ScoredMember<T>[] {
    return rangeOf(
      this,
      key,
      min,
      max,
      { by: 'score', limit: optionsGiven(options, SCORE_RANGE_OPTIONS)?.limit },
      options?.withScores,
    )
  }

  /** As below, with scores. O(log n + members). */
  zrevrangebyscore(key: Key, max: ScoreBound, min: ScoreBound, options: LimitOptions & WithScores): ScoredMember<T>[]
  /**
   * As `zrange` by score with `rev`. O(log n + members).
   *
   * @deprecated `zrange` with `by: 'score'` and `rev` does the same.
   * @throws RedstartError WRONGTYPE; ERR for an end that is no score
   * @see https://redis.io/docs/latest/commands/zrevrangebyscore/
   */
  zrevrangebyscore(key: Key, max: ScoreBound, min: ScoreBound, options?: LimitOptions): T[]
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: LimitOptions & Partial<WithScores>,
  ): T[] | ScoredMember<T>[] {
    return rangeOf(
      this,
      key,
      max,
      min,
      { by: 'score', rev: true, limit: optionsGiven(options, SCORE_RANGE_OPTIONS)?.limit },
      options?.withScores,
    )
  }

  /**
   * As `zrange` by lex. O(log n + members).
   *
   * @deprecated `zrange` with `by: 'lex'` does the same.
   * @throws RedstartError WRONGTYPE; ERR for an end that begins with none of `[`, `(`, `-` and `+`
   * @see https://redis.io/docs/latest/commands/zrangebylex/
   */
  zrangebylex(key: Key, min: LexBound, max: LexBound, options?: LimitOptions): T[] {
    return membersOf(this, key, min, max, { by: 'lex', limit: optionsGiven(options, LIMIT_OPTIONS)?.limit })
  }

  /**
   * As `zrange` by lex with `rev`. O(log n + members).
   *
   * @deprecated `zrange` with `by: 'lex'` and `rev` does the same.
   * @throws RedstartError WRONGTYPE; ERR for an end that begins with none of `[`, `(`, `-` and `+`
   * @see https://redis.io/docs/latest/commands/zrevrangebylex/
   */
  zrevrangebylex(key: Key, max: LexBound, min: LexBound, options?: LimitOptions): T[] {
    return membersOf(this, key, max, min, { by: 'lex', rev: true, limit: optionsGiven(options, LIMIT_OPTIONS)?.limit })
  }

  /**
   * Keeps a range of `source`, found as by `zrange`, at `destination`, whatever was there; returns how many members it
   * has. Where it has none, the destination is removed. O(log n + members).
   *
   * @example
   * db.zrangestore('podium', 'board', 0, 2, { rev: true })
   *
   * @throws RedstartError WRONGTYPE; ERR for an end that is none or a limit without `by`
   * @see https://redis.io/docs/latest/commands/zrangestore/
   */
  zrangestore(destination: Key, source: Key, min: RangeBound, max: RangeBound, options?: RangeOptions): number {
    const query = rangeQuery(bound(min), bound(max), optionsGiven(options, RANGE_OPTIONS) ?? BY_RANK, false)
    return this[GROW](ranges.zrangestore, toText(destination), toText(source), query)
  }

  /**
   * Counts the members with scores from `min` to `max`. O(log n).
   *
   * @example
   * db.zcount('board', '(100', '+inf')
   *
   * @throws RedstartError WRONGTYPE; ERR for an end that is no score
   * @see https://redis.io/docs/latest/commands/zcount/
   */
  zcount(key: Key, min: ScoreBound, max: ScoreBound): number {
    return this[RUN](edits.zcount, toText(key), scoreRange(bound(min), bound(max)))
  }

  /**
   * Counts the members from `min` to `max` by their bytes; all must have one score. O(log n).
   *
   * @throws RedstartError WRONGTYPE; ERR for an end that begins with none of `[`, `(`, `-` and `+`
   * @see https://redis.io/docs/latest/commands/zlexcount/
   */
  zlexcount(key: Key, min: LexBound, max: LexBound): number {
    return this[RUN](edits.zlexcount, toText(key), lexRange(toText(min), toText(max)))
  }

  /**
   * Removes the members from one rank to another, both included, negative from the end; returns how many there were.
   * O(log n + members).
   *
   * @example
   * db.zremrangebyrank('board', 0, -101) // keeps the hundred highest scores
   *
   * @throws RedstartError WRONGTYPE; ERR for ranks that are no integers
   * @see https://redis.io/docs/latest/commands/zremrangebyrank/
   */
  zremrangebyrank(key: Key, start: number, stop: number): number {
    return this[RUN](edits.zremrangebyrank, toText(key), rankBound(start), rankBound(stop))
  }

  /**
   * Removes the members with scores from `min` to `max`; returns how many there were. O(log n + members).
   *
   * @throws RedstartError WRONGTYPE; ERR for an end that is no score
   * @see https://redis.io/docs/latest/commands/zremrangebyscore/
   */
  zremrangebyscore(key: Key, min: ScoreBound, max: ScoreBound): number {
    return this[RUN](edits.zremrangebyscore, toText(key), scoreRange(bound(min), bound(max)))
  }

  /**
   * Removes the members from `min` to `max` by their bytes, which must all have one score; returns how many there were.
   * O(log n + members).
   *
   * @throws RedstartError WRONGTYPE; ERR for an end that begins with none of `[`, `(`, `-` and `+`
   * @see https://redis.io/docs/latest/commands/zremrangebylex/
   */
  zremrangebylex(key: Key, min: LexBound, max: LexBound): number {
    return this[RUN](edits.zremrangebylex, toText(key), lexRange(toText(min), toText(max)))
  }

  /** As below, with scores. O(n + m log m). */
  zunion(keys: readonly Key[], options: AggregateOptions & WithScores): ScoredMember<T>[]
  /**
   * Returns the members of all sorted sets in order of their combined scores: the sum, or what `aggregate` says, of their
   * scores times the `weights`. Plain sets may stand among them, with scores of 1. O(n + m log m), n members in all and m
   * in the result.
   *
   * @example
   * db.zunion(['monday', 'tuesday'], { weights: [1, 2], aggregate: 'max', withScores: true })
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for weights that are NaN or not as many as keys
   * @see https://redis.io/docs/latest/commands/zunion/
   */
  zunion(keys: readonly Key[], options?: AggregateOptions): T[]
  zunion(keys: readonly Key[], options?: AggregateOptions & Partial<WithScores>): T[] | ScoredMember<T>[] {
    const entries = this[RUN](
      algebra.zunion,
      inputs(keys, 'zunion'),
      optionsGiven(options, SCORED_AGGREGATE_OPTIONS) ?? UNWEIGHTED,
    )
    return options?.withScores ? scoredOut(this, entries) : membersIn(this, entries)
  }

  /**
   * Keeps what `zunion` returns at `destination`, whatever was there; returns how many members it has. Where it has none,
   * the destination is removed. O(n + m log m).
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for weights that are NaN or not as many as keys
   * @see https://redis.io/docs/latest/commands/zunionstore/
   */
  zunionstore(destination: Key, keys: readonly Key[], options?: AggregateOptions): number {
    const texts = inputs(keys, 'zunionstore')
    return this[GROW](
      algebra.zunionstore,
      toText(destination),
      texts,
      optionsGiven(options, AGGREGATE_OPTIONS) ?? UNWEIGHTED,
    )
  }

  /** As below, with scores. O(n · sets + m log m). */
  zinter(keys: readonly Key[], options: AggregateOptions & WithScores): ScoredMember<T>[]
  /**
   * Returns the members that all sorted sets have, in order of their combined scores; as `zunion`. O(n · sets + m log m), n
   * members in the smallest set and m in the result.
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for weights that are NaN or not as many as keys
   * @see https://redis.io/docs/latest/commands/zinter/
   */
  zinter(keys: readonly Key[], options?: AggregateOptions): T[]
  zinter(keys: readonly Key[], options?: AggregateOptions & Partial<WithScores>): T[] | ScoredMember<T>[] {
    const entries = this[RUN](
      algebra.zinter,
      inputs(keys, 'zinter'),
      optionsGiven(options, SCORED_AGGREGATE_OPTIONS) ?? UNWEIGHTED,
    )
    return options?.withScores ? scoredOut(this, entries) : membersIn(this, entries)
  }

  /**
   * Keeps what `zinter` returns at `destination`; as `zunionstore`. O(n · sets + m log m).
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for weights that are NaN or not as many as keys
   * @see https://redis.io/docs/latest/commands/zinterstore/
   */
  zinterstore(destination: Key, keys: readonly Key[], options?: AggregateOptions): number {
    const texts = inputs(keys, 'zinterstore')
    return this[GROW](
      algebra.zinterstore,
      toText(destination),
      texts,
      optionsGiven(options, AGGREGATE_OPTIONS) ?? UNWEIGHTED,
    )
  }

  /**
   * Counts the members that all sorted sets have, up to `limit` (0 is none). O(n · sets), n members in the smallest set.
   *
   * @example
   * db.zintercard(['monday', 'tuesday'], { limit: 10 }) // 10: at least ten
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a limit that is no integer or negative
   * @see https://redis.io/docs/latest/commands/zintercard/
   */
  zintercard(keys: readonly Key[], options?: ZintercardOptions): number {
    const limit = optionsGiven(options, ZINTERCARD_OPTIONS)?.limit ?? 0
    return this[RUN](algebra.zintercard, inputs(keys, 'zintercard'), integerOf(limit))
  }

  /** As below, with scores. O(n), n members in all sets together. */
  zdiff(keys: readonly Key[], options: WithScores): ScoredMember<T>[]
  /**
   * Returns the members of the first sorted set that no other one has, in order. O(n), n members in all sets together.
   *
   * @throws RedstartError WRONGTYPE; ERR without keys
   * @see https://redis.io/docs/latest/commands/zdiff/
   */
  zdiff(keys: readonly Key[]): T[]
  zdiff(keys: readonly Key[], options?: WithScores): T[] | ScoredMember<T>[] {
    const entries = this[RUN](algebra.zdiff, inputs(keys, 'zdiff'))
    return optionsGiven(options, WITH_SCORES)?.withScores ? scoredOut(this, entries) : membersIn(this, entries)
  }

  /**
   * Keeps what `zdiff` returns at `destination`; as `zunionstore`. O(n), n members in all sets together.
   *
   * @throws RedstartError WRONGTYPE; ERR without keys
   * @see https://redis.io/docs/latest/commands/zdiffstore/
   */
  zdiffstore(destination: Key, keys: readonly Key[]): number {
    return this[GROW](algebra.zdiffstore, toText(destination), inputs(keys, 'zdiffstore'))
  }
}

const BY_RANK: RangeOptions = {}
const BY_RANK_REVERSED: RangeOptions = { rev: true }
const UNWEIGHTED: AggregateOptions = {}

const WITH_SCORES: Names<WithScores> = { withScores: true }
const LIMIT_OPTIONS: Names<LimitOptions> = { limit: true }
const SCORE_RANGE_OPTIONS: Names<LimitOptions & WithScores> = { ...LIMIT_OPTIONS, ...WITH_SCORES }
const RANGE_OPTIONS: Names<RangeOptions> = { by: true, rev: true, limit: true }
const ZRANGE_OPTIONS: Names<RangeOptions & WithScores> = { ...RANGE_OPTIONS, ...WITH_SCORES }
const AGGREGATE_OPTIONS: Names<AggregateOptions> = { weights: true, aggregate: true }
const SCORED_AGGREGATE_OPTIONS: Names<AggregateOptions & WithScores> = { ...AGGREGATE_OPTIONS, ...WITH_SCORES }
const ZINTERCARD_OPTIONS: Names<ZintercardOptions> = { limit: true }

function rangeOf<T extends string | Uint8Array>(
  handle: Handle<T>,
  key: Key,
  from: RangeBound,
  to: RangeBound,
  options: RangeOptions,
  withScores: boolean | undefined,
): T[] | ScoredMember<T>[] {
  if (!withScores) return membersOf(handle, key, from, to, options)
  const query = rangeQuery(bound(from), bound(to), options, true)
  return scoredOut(handle, handle[RUN](ranges.zrangeWithScores, toText(key), query))
}

function membersOf<T extends string | Uint8Array>(
  handle: Handle<T>,
  key: Key,
  from: RangeBound,
  to: RangeBound,
  options: RangeOptions,
): T[] {
  const query = rangeQuery(bound(from), bound(to), options, false)
  return outTexts(handle, handle[RUN](ranges.zrange, toText(key), query))
}

function bound(given: RangeBound): Bound {
  return typeof given === 'string' || typeof given === 'object' ? toText(given) : given
}

function inputs(keys: readonly Key[], command: string): string[] {
  if (listGiven(keys, 'keys').length === 0) throw noInputKeys(command)
  return keys.map(toText)
}

function membersIn<T extends string | Uint8Array>(
  handle: Handle<T>,
  entries: readonly { readonly member: string }[],
): T[] {
  return entries.map(({ member }) => handle[OUT_TEXT](member))
}
