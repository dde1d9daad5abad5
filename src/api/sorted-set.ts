import { clamp, type Data, type Key, toText } from '../commands/argv.js'
import { type BlockingOptions, shaped } from '../commands/blocking.js'
import { checkedInteger } from '../commands/deadline.js'
import { parseCursor } from '../commands/generic-scan.js'
import { checkedMpopCount } from '../commands/list-ends.js'
import { checkedCount } from '../commands/set-random.js'
import type { Scored, ZaddConditions, ZaddOptions } from '../commands/sorted-set.js'
import * as bodies from '../commands/sorted-set.js'
import type { ScoreEnd } from '../commands/sorted-set-pops.js'
import * as pops from '../commands/sorted-set-pops.js'
import * as chance from '../commands/sorted-set-random.js'
import * as scans from '../commands/sorted-set-scan.js'
import { syntaxError, wrongArity } from '../errors.js'
import { integerOf } from '../structures/int64.js'
import { listGiven, type Names, objectGiven, optionsGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN } from './handle.js'
import {
  BLOCKING_OPTIONS,
  countedTexts,
  ELEMENT_SCAN_OPTIONS,
  keyTexts,
  outText,
  promised,
  scanOptions,
  textsOf,
  waitingFor,
} from './words.js'

/** A member and its score, as methods return them. */
export interface ScoredMember<T extends string | Uint8Array = string> {
  member: T
  score: number
}

/** A member and its score, as methods take them. */
export interface ScoredInput {
  readonly member: Data
  readonly score: number
}

/** What `zmpop` and `bzmpop` took, and from which key. */
export interface PoppedMembers<T extends string | Uint8Array = string> {
  key: T
  members: ScoredMember<T>[]
}

/** Options of `zmpop`. */
export interface ZmpopOptions {
  /** How many members to take at most; 1 by default. */
  readonly count?: number | bigint | undefined
}

/** Options of `bzmpop`. */
export interface BzmpopOptions extends ZmpopOptions, BlockingOptions {}

/** Options of `zrank` and `zrevrank` that make the score come back too. */
export interface WithScore {
  readonly withScore: true
}

/** Options of `zscan` and `zscanIterator`. */
export interface ZscanOptions {
  /** A glob that members must match. */
  readonly match?: Key | undefined
  /** About how many members to look at in one call; 10 by default. */
  readonly count?: number | undefined
}

/** Sorted sets, member by member. */
export abstract class SortedSetCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Adds members to a sorted set, made if missing, or gives them other scores; returns how many are new. With `nx`, `xx`,
   * `gt` or `lt` some are left alone; with `ch` those that moved are counted too. O(log n) each.
   *
   * @example
   * db.zadd('board', [{ score: 310, member: 'ann' }, { score: 290, member: 'bob' }]) // 2
   * db.zadd('board', [{ score: 300, member: 'ann' }], { gt: true, ch: true }) // 0: ann has 310
   *
   * @throws RedstartError WRONGTYPE; ERR for a score that is NaN or for options that exclude each other
   * @see https://redis.io/docs/latest/commands/zadd/
   */
  zadd(key: Key, entries: readonly ScoredInput[], options?: ZaddOptions): number
  /**
   * As above, for one member. O(log n).
   *
   * @example
   * db.zadd('board', 310, 'ann') // 1
   *
   * @throws RedstartError WRONGTYPE; ERR for a score that is NaN or for options that exclude each other
   * @see https://redis.io/docs/latest/commands/zadd/
   */
  zadd(key: Key, score: number, member: Data, options?: ZaddOptions): number
  zadd(
    key: Key,
    scoreOrEntries: number | readonly ScoredInput[],
    memberOrOptions?: Data | ZaddOptions,
    options?: ZaddOptions,
  ): number {
    if (typeof scoreOrEntries !== 'object') {
      // The overloads say what stands where.
      const member = memberOrOptions as Data
      if (options !== undefined) return addAll(this, key, [{ score: scoreOrEntries, member }], options)
      return this[GROW](bodies.zaddOne, toText(key), bodies.checkedScore(scoreOrEntries), toText(member))
    }
    return addAll(this, key, scoreOrEntries, (memberOrOptions as ZaddOptions | undefined) ?? UNCONDITIONAL)
  }

  /**
   * Adds to the score of a member, 0 when missing (ZADD … INCR); returns the sum, or `null` when a condition held it back.
   * O(log n).
   *
   * @example
   * db.zaddIncr('board', 5, 'ann', { xx: true }) // null: ann is not there
   *
   * @throws RedstartError WRONGTYPE; ERR for an increment or a sum that is NaN or for options that exclude each other
   * @see https://redis.io/docs/latest/commands/zadd/
   */
  zaddIncr(key: Key, increment: number, member: Data, options?: ZaddConditions): number | null {
    const conditions = optionsGiven(options, CONDITIONS) ?? UNCONDITIONAL
    bodies.checkConditions(conditions)
    const entry: Scored = { score: bodies.checkedScore(increment), member: toText(member) }
    return this[GROW](bodies.zincrby, toText(key), entry, conditions)
  }

  /**
   * Adds to the score of a member, 0 when missing; returns the sum. O(log n).
   *
   * @throws RedstartError WRONGTYPE; ERR for an increment or a sum that is NaN
   * @see https://redis.io/docs/latest/commands/zincrby/
   */
  zincrby(key: Key, increment: number, member: Data): number {
    const entry: Scored = { score: bodies.checkedScore(increment), member: toText(member) }
    // Null comes of conditions only.
    return this[GROW](bodies.zincrby, toText(key), entry) as number
  }

  /**
   * Removes members from a sorted set; returns how many were there. A sorted set without members is gone. O(log n) each.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zrem/
   */
  zrem(key: Key, ...members: readonly Data[]): number {
    if (members.length === 1) return this[RUN](bodies.zremOne, toText(key), toText(members[0]!))
    return this[RUN](bodies.zrem, toText(key), textsOf(members, 'zrem'))
  }

  /**
   * Returns how many members a sorted set has, 0 when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zcard/
   */
  zcard(key: Key): number {
    return this[RUN](bodies.zcard, toText(key))
  }

  /**
   * Returns the score of a member, `null` when key or member is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zscore/
   */
  zscore(key: Key, member: Data): number | null {
    return this[RUN](bodies.zscore, toText(key), toText(member))
  }

  /**
   * Returns the scores of some members, in their order; `null` for one that is missing. O(members).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zmscore/
   */
  zmscore(key: Key, ...members: readonly Data[]): (number | null)[] {
    return this[RUN](bodies.zmscore, toText(key), textsOf(members, 'zmscore'))
  }

  /**
   * Returns the rank of a member, the lowest score at 0, and its score; `null` when key or member is missing. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zrank/
   */
  zrank(key: Key, member: Data, options: WithScore): { rank: number; score: number } | null
  /**
   * Returns the rank of a member, the lowest score at 0; `null` when key or member is missing. Equal scores rank by the
   * bytes of the members. O(log n).
   *
   * @example
   * db.zrank('board', 'ann') // 1
   * db.zrank('board', 'ann', { withScore: true }) // { rank: 1, score: 310 }
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zrank/
   */
  zrank(key: Key, member: Data): number | null
  zrank(key: Key, member: Data, options?: WithScore): number | { rank: number; score: number } | null {
    if (optionsGiven(options, WITH_SCORE)?.withScore)
      return this[RUN](bodies.zrankWithScore, toText(key), toText(member), false)
    return this[RUN](bodies.zrank, toText(key), toText(member), false)
  }

  /**
   * As `zrank`, the highest score at 0. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zrevrank/
   */
  zrevrank(key: Key, member: Data, options: WithScore): { rank: number; score: number } | null
  /**
   * As `zrank`, the highest score at 0. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zrevrank/
   */
  zrevrank(key: Key, member: Data): number | null
  zrevrank(key: Key, member: Data, options?: WithScore): number | { rank: number; score: number } | null {
    if (optionsGiven(options, WITH_SCORE)?.withScore)
      return this[RUN](bodies.zrankWithScore, toText(key), toText(member), true)
    return this[RUN](bodies.zrank, toText(key), toText(member), true)
  }

  /**
   * Removes the member with the lowest score and returns it; `null` when the sorted set is missing. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zpopmin/
   */
  zpopmin(key: Key): ScoredMember<T> | null
  /**
   * As above with up to `count` members, the lowest score first; an empty array when the sorted set is missing.
   * O(log n + count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer or negative
   * @see https://redis.io/docs/latest/commands/zpopmin/
   */
  zpopmin(key: Key, count: number): ScoredMember<T>[]
  zpopmin(key: Key, count?: number): ScoredMember<T> | null | ScoredMember<T>[] {
    return pop(this, key, 'min', count)
  }

  /**
   * Removes the member with the highest score and returns it; `null` when the sorted set is missing. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zpopmax/
   */
  zpopmax(key: Key): ScoredMember<T> | null
  /**
   * As above with up to `count` members, the highest score first; an empty array when the sorted set is missing.
   * O(log n + count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer or negative
   * @see https://redis.io/docs/latest/commands/zpopmax/
   */
  zpopmax(key: Key, count: number): ScoredMember<T>[]
  zpopmax(key: Key, count?: number): ScoredMember<T> | null | ScoredMember<T>[] {
    return pop(this, key, 'max', count)
  }

  /**
   * Removes members from one end of the first sorted set that exists, and returns them with its key; `null` when none
   * exists. O(keys + log n + count).
   *
   * @example
   * db.zmpop(['urgent', 'normal'], 'min', { count: 2 }) // { key: 'normal', members: [{ member: 'a', score: 1 }, …] }
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a count that is no positive integer
   * @see https://redis.io/docs/latest/commands/zmpop/
   */
  zmpop(keys: readonly Key[], where: ScoreEnd, options?: ZmpopOptions): PoppedMembers<T> | null {
    const { texts, count } = mpopArguments(keys, where, options, ZMPOP_OPTIONS)
    return popped(this, this[RUN](pops.zmpop, texts, where, count))
  }

  /**
   * As `zpopmin` on the first sorted set that exists, which it waits for: up to `timeoutSeconds`, for ever if 0. Resolves to
   * `null` when time runs out. Who waits first is served first. O(keys + log n).
   *
   * @example
   * const job = await db.bzpopmin(['urgent', 'normal'], 5, { signal })
   * if (job !== null) run(job.member)
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a timeout that is negative or no number. All as rejections, as is
   * the reason of `signal` when that is aborted.
   * @see https://redis.io/docs/latest/commands/bzpopmin/
   */
  bzpopmin(
    keys: Key | readonly Key[],
    timeoutSeconds: number,
    options?: BlockingOptions,
  ): Promise<(ScoredMember<T> & { key: T }) | null> {
    return waitForOne(this, keys, 'min', timeoutSeconds, options)
  }

  /**
   * As `bzpopmin`, for the member with the highest score. O(keys + log n).
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a timeout that is negative or no number. All as rejections, as is
   * the reason of `signal` when that is aborted.
   * @see https://redis.io/docs/latest/commands/bzpopmax/
   */
  bzpopmax(
    keys: Key | readonly Key[],
    timeoutSeconds: number,
    options?: BlockingOptions,
  ): Promise<(ScoredMember<T> & { key: T }) | null> {
    return waitForOne(this, keys, 'max', timeoutSeconds, options)
  }

  /**
   * As `zmpop`, but waits for a sorted set where none exists: up to `timeoutSeconds`, for ever if 0. Resolves to `null` when
   * time runs out. O(keys + log n + count).
   *
   * @example
   * const batch = await db.bzmpop(['jobs'], 'min', 5, { count: 10 })
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a bad count or timeout. All as rejections, as is the reason of
   * `signal` when that is aborted.
   * @see https://redis.io/docs/latest/commands/bzmpop/
   */
  bzmpop(
    keys: readonly Key[],
    where: ScoreEnd,
    timeoutSeconds: number,
    options?: BzmpopOptions,
  ): Promise<PoppedMembers<T> | null> {
    return promised(this, () => {
      const { texts, count } = mpopArguments(keys, where, options, BZMPOP_OPTIONS)
      const waiting = waitingFor(timeoutSeconds, { signal: options?.signal })
      return shaped(this[RUN](pops.bzmpop, texts, where, count, waiting), (members) => popped(this, members))
    })
  }

  /**
   * Returns a member chosen at random, every one as likely as another; `null` when the sorted set is missing. O(log n).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/zrandmember/
   */
  zrandmember(key: Key): T | null
  /**
   * As above with up to `count` different members, or with exactly `-count` for a negative one, of which some may be the
   * same; an empty array when the sorted set is missing. O(log n) each.
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer
   * @see https://redis.io/docs/latest/commands/zrandmember/
   */
  zrandmember(key: Key, count: number): T[]
  zrandmember(key: Key, count?: number): T | null | T[] {
    if (count !== undefined) {
      const found = this[RUN](chance.zrandmembers, toText(key), checkedInteger(count))
      return found.map(({ member }) => this[OUT_TEXT](member))
    }
    const member = this[RUN](chance.zrandmember, toText(key))
    return outText(this, member)
  }

  /**
   * As `zrandmember` with a count, with scores (ZRANDMEMBER … WITHSCORES). O(log n) each.
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer
   * @see https://redis.io/docs/latest/commands/zrandmember/
   */
  zrandmemberWithScores(key: Key, count: number): ScoredMember<T>[] {
    return scoredOut(this, this[RUN](chance.zrandmembers, toText(key), checkedInteger(count)))
  }

  /**
   * Returns some members from a cursor on (`'0'` to begin), and the next cursor, `'0'` at the end. A member that is there
   * from the first call to the last is returned at least once, whatever else comes and goes. O(count).
   *
   * @example
   * const { cursor, members } = db.zscan('board', '0', { match: 'a*', count: 100 })
   *
   * @throws RedstartError WRONGTYPE; ERR for a bad cursor or count
   * @see https://redis.io/docs/latest/commands/zscan/
   */
  zscan(key: Key, cursor: string | number, options?: ZscanOptions): { cursor: string; members: ScoredMember<T>[] } {
    const found = this[RUN](
      scans.zscan,
      toText(key),
      parseCursor(toText(cursor)),
      scanOptions(options, ELEMENT_SCAN_OPTIONS),
    )
    return { cursor: String(found.cursor), members: scoredOut(this, found.entries) }
  }

  /**
   * Goes through the members of a sorted set by `zscan`, in no particular order. The sorted set may be changed meanwhile; a
   * member may then come twice. O(count) a step, O(members) in all.
   *
   * @example
   * for (const { member, score } of db.zscanIterator('board')) if (score < 0) db.zrem('board', member)
   *
   * @see https://redis.io/docs/latest/commands/zscan/
   */
  *zscanIterator(key: Key, options?: ZscanOptions): IterableIterator<ScoredMember<T>> {
    let cursor = '0'
    do {
      const found = this.zscan(key, cursor, options)
      yield* found.members
      cursor = found.cursor
    } while (cursor !== '0')
  }
}

const UNCONDITIONAL: ZaddOptions = {}

const CONDITIONS: Names<ZaddConditions> = { nx: true, xx: true, gt: true, lt: true }
const ZADD_OPTIONS: Names<ZaddOptions> = { ...CONDITIONS, ch: true }
const WITH_SCORE: Names<WithScore> = { withScore: true }
const ZMPOP_OPTIONS: Names<ZmpopOptions> = { count: true }
const BZMPOP_OPTIONS: Names<BzmpopOptions> = { ...ZMPOP_OPTIONS, ...BLOCKING_OPTIONS }

function addAll(
  handle: Handle<string | Uint8Array>,
  key: Key,
  given: readonly ScoredInput[],
  options: ZaddOptions,
): number {
  if (listGiven(given, 'entries').length === 0) throw wrongArity('zadd')
  bodies.checkConditions(optionsGiven(options, ZADD_OPTIONS))
  const entries = given.map((entry): Scored => {
    const { score, member } = objectGiven(entry, 'an entry')
    return { score: bodies.checkedScore(score), member: toText(member) }
  })
  return handle[GROW](bodies.zadd, toText(key), entries, options)
}

function pop<T extends string | Uint8Array>(
  handle: Handle<T>,
  key: Key,
  end: ScoreEnd,
  count: number | undefined,
): ScoredMember<T> | null | ScoredMember<T>[] {
  if (count === undefined) return scoredOrNull(handle, handle[RUN](pops.zpop, toText(key), end))
  const checked = clamp(checkedCount(integerOf(count)))
  return scoredOut(handle, handle[RUN](pops.zpopSome, toText(key), end, checked))
}

function mpopArguments(
  keys: readonly Key[],
  where: ScoreEnd,
  options: ZmpopOptions | undefined,
  names: Names<ZmpopOptions>,
): { texts: string[]; count: number } {
  const texts = countedTexts(keys)
  if (where !== 'min' && where !== 'max') throw syntaxError()
  const count = clamp(checkedMpopCount(integerOf(optionsGiven(options, names)?.count ?? 1)))
  return { texts, count }
}

function popped<T extends string | Uint8Array>(handle: Handle<T>, result: pops.Popped | null): PoppedMembers<T> | null {
  if (result === null) return null
  return { key: handle[OUT_TEXT](result.key), members: scoredOut(handle, result.entries) }
}

function waitForOne<T extends string | Uint8Array>(
  handle: Handle<T>,
  keys: Key | readonly Key[],
  end: ScoreEnd,
  timeoutSeconds: number,
  options: BlockingOptions | undefined,
): Promise<(ScoredMember<T> & { key: T }) | null> {
  return promised(handle, () => {
    const texts = keyTexts(keys, end === 'min' ? 'bzpopmin' : 'bzpopmax')
    const waiting = waitingFor(timeoutSeconds, options)
    return shaped(handle[RUN](pops.bzmpop, texts, end, 1, waiting), (result) => {
      if (result === null) return null
      const { member, score } = result.entries[0]!
      return { key: handle[OUT_TEXT](result.key), member: handle[OUT_TEXT](member), score }
    })
  })
}

/** Entries as the handle returns them, in the same objects: they belong to nobody else. */
export function scoredOut<T extends string | Uint8Array>(handle: Handle<T>, entries: Scored[]): ScoredMember<T>[] {
  // Each member is replaced before it is read as a T.
  const shown = entries as unknown as ScoredMember<T>[]
  for (let i = 0; i < shown.length; i++) shown[i]!.member = handle[OUT_TEXT](entries[i]!.member)
  return shown
}

function scoredOrNull<T extends string | Uint8Array>(handle: Handle<T>, entry: Scored | null): ScoredMember<T> | null {
  return entry === null ? null : { member: handle[OUT_TEXT](entry.member), score: entry.score }
}
