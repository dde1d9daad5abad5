import { type Data, type Key, toText } from '../commands/argv.js'
import { checkedInteger } from '../commands/deadline.js'
import { parseCursor } from '../commands/generic-scan.js'
import * as bodies from '../commands/set.js'
import type { SintercardOptions } from '../commands/set-algebra.js'
import * as algebra from '../commands/set-algebra.js'
import * as chance from '../commands/set-random.js'
import * as scans from '../commands/set-scan.js'
import { integerOf } from '../structures/int64.js'
import { type Names, optionsGiven } from './given.js'
import { GROW, Handle, RUN, UNIT } from './handle.js'
import { countedTexts, ELEMENT_SCAN_OPTIONS, outText, outTexts, scanOptions, textsOf } from './words.js'

/** Options of `sscan` and `sscanIterator`. */
export interface SscanOptions {
  /** A glob that members must match. */
  readonly match?: Key | undefined
  /** About how many members to look at in one call; 10 by default. */
  readonly count?: number | undefined
}

/** Sets. */
export abstract class SetCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Adds members to a set, made if missing; returns how many are new. O(1) each.
   *
   * @example
   * db.sadd('tags', 'red', 'blue') // 2
   * db.sadd('tags', 'blue', 'green') // 1
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sadd/
   */
  sadd(key: Key, ...members: readonly Data[]): number {
    if (members.length === 1) return this[GROW](bodies.saddOne, toText(key), toText(members[0]!))
    return this[GROW](bodies.sadd, toText(key), textsOf(members, 'sadd'))
  }

  /**
   * Removes members from a set; returns how many were there. A set without members is gone. O(1) each.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/srem/
   */
  srem(key: Key, ...members: readonly Data[]): number {
    if (members.length === 1) return this[RUN](bodies.sremOne, toText(key), toText(members[0]!))
    return this[RUN](bodies.srem, toText(key), textsOf(members, 'srem'))
  }

  /**
   * Returns all members of a set, none when missing: integers alone in ascending order, others in no particular one. O(n),
   * n members: for many take `sscanIterator`.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/smembers/
   */
  smembers(key: Key): T[] {
    return outTexts(this, this[RUN](bodies.smembers, toText(key)))
  }

  /**
   * Tells whether a set has a member: 1, or 0 also when the set is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sismember/
   */
  sismember(key: Key, member: Data): number {
    return this[RUN](bodies.sismember, toText(key), toText(member))
  }

  /**
   * Tells of each of some members whether a set has it, in their order: 1 or 0. O(members).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/smismember/
   */
  smismember(key: Key, ...members: readonly Data[]): number[] {
    return this[RUN](bodies.smismember, toText(key), textsOf(members, 'smismember'))
  }

  /**
   * Returns how many members a set has, 0 when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/scard/
   */
  scard(key: Key): number {
    return this[RUN](bodies.scard, toText(key))
  }

  /**
   * Moves a member from one set to another: 1, or 0 when the first does not have it. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/smove/
   */
  smove(source: Key, destination: Key, member: Data): number {
    const unit = this[UNIT]
    try {
      const moved = bodies.smove(unit, toText(source), toText(destination), toText(member))
      // It needs no memory in the eyes of Redis, and may make a key.
      unit.keepWithin()
      return moved
    } finally {
      unit.end()
    }
  }

  /**
   * Removes a member chosen at random, every one as likely as another, and returns it; `null` when the set is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/spop/
   */
  spop(key: Key): T | null
  /**
   * As above with up to `count` members; an empty array when the set is missing. O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer or negative
   * @see https://redis.io/docs/latest/commands/spop/
   */
  spop(key: Key, count: number): T[]
  spop(key: Key, count?: number): T | null | T[] {
    if (count === undefined) return outText(this, this[RUN](chance.spop, toText(key)))
    const checked = chance.checkedCount(integerOf(count))
    return outTexts(this, this[RUN](chance.spopSome, toText(key), checked))
  }

  /**
   * Returns a member chosen at random, every one as likely as another; `null` when the set is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/srandmember/
   */
  srandmember(key: Key): T | null
  /**
   * As above with up to `count` different members, or with exactly `-count` for a negative one, of which some may be the same;
   * an empty array when the set is missing. O(count).
   *
   * @example
   * db.srandmember('players', 2) // two different ones
   * db.srandmember('die', -5) // five throws
   *
   * @throws RedstartError WRONGTYPE; ERR for a count that is no integer
   * @see https://redis.io/docs/latest/commands/srandmember/
   */
  srandmember(key: Key, count: number): T[]
  srandmember(key: Key, count?: number): T | null | T[] {
    if (count === undefined) return outText(this, this[RUN](chance.srandmember, toText(key)))
    return outTexts(this, this[RUN](chance.srandmembers, toText(key), checkedInteger(count)))
  }

  /**
   * Returns what sets have in common; nothing when one is missing. O(n · sets), n members in the smallest set.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sinter/
   */
  sinter(...keys: readonly Key[]): T[] {
    return outTexts(this, this[RUN](algebra.sinter, textsOf(keys, 'sinter')))
  }

  /**
   * Counts what sets have in common, up to `limit` (0 is none). O(n · sets), n members in the smallest set.
   *
   * @example
   * db.sintercard(['fans:a', 'fans:b'], { limit: 10 }) // 10: at least ten
   *
   * @throws RedstartError WRONGTYPE; ERR without keys or for a limit that is no integer or negative
   * @see https://redis.io/docs/latest/commands/sintercard/
   */
  sintercard(keys: readonly Key[], options?: SintercardOptions): number {
    const texts = countedTexts(keys)
    const limit = optionsGiven(options, SINTERCARD_OPTIONS)?.limit ?? 0
    return this[RUN](algebra.sintercard, texts, algebra.checkedLimit(integerOf(limit)))
  }

  /**
   * Keeps what sets have in common at `destination`, whatever was there; returns how many there are. Where there are none,
   * the destination is removed. O(n · sets), n members in the smallest set.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sinterstore/
   */
  sinterstore(destination: Key, ...keys: readonly Key[]): number {
    return this[GROW](algebra.sinterstore, toText(destination), textsOf(keys, 'sinterstore'))
  }

  /**
   * Returns the members of all sets, each once. O(n), n members in all of them together.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sunion/
   */
  sunion(...keys: readonly Key[]): T[] {
    return outTexts(this, this[RUN](algebra.sunion, textsOf(keys, 'sunion')))
  }

  /**
   * Keeps the members of all sets at `destination`; as `sinterstore`. O(n), n members in all of them together.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sunionstore/
   */
  sunionstore(destination: Key, ...keys: readonly Key[]): number {
    return this[GROW](algebra.sunionstore, toText(destination), textsOf(keys, 'sunionstore'))
  }

  /**
   * Returns what the first set has and no other one. O(n), n members in all of them together.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sdiff/
   */
  sdiff(...keys: readonly Key[]): T[] {
    return outTexts(this, this[RUN](algebra.sdiff, textsOf(keys, 'sdiff')))
  }

  /**
   * Keeps what the first set has and no other one at `destination`; as `sinterstore`. O(n), n members in all of them together.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/sdiffstore/
   */
  sdiffstore(destination: Key, ...keys: readonly Key[]): number {
    return this[GROW](algebra.sdiffstore, toText(destination), textsOf(keys, 'sdiffstore'))
  }

  /**
   * Returns some members from a cursor on (`'0'` to begin), and the next cursor, `'0'` at the end. A member that is there from
   * the first call to the last is returned at least once, whatever else comes and goes. O(count).
   *
   * @example
   * const { cursor, members } = db.sscan('tags', '0', { match: 'r*', count: 100 })
   *
   * @throws RedstartError WRONGTYPE; ERR for a bad cursor or count
   * @see https://redis.io/docs/latest/commands/sscan/
   */
  sscan(key: Key, cursor: string | number, options?: SscanOptions): { cursor: string; members: T[] } {
    const found = this[RUN](
      scans.sscan,
      toText(key),
      parseCursor(toText(cursor)),
      scanOptions(options, ELEMENT_SCAN_OPTIONS),
    )
    return { cursor: String(found.cursor), members: outTexts(this, found.members) }
  }

  /**
   * Goes through the members of a set by `sscan`. The set may be changed meanwhile; a member may then come twice. O(count)
   * a step, O(members) in all.
   *
   * @example
   * for (const member of db.sscanIterator('tags', { match: 'r*' })) db.srem('tags', member)
   *
   * @see https://redis.io/docs/latest/commands/sscan/
   */
  *sscanIterator(key: Key, options?: SscanOptions): IterableIterator<T> {
    let cursor = '0'
    do {
      const found = this.sscan(key, cursor, options)
      yield* found.members
      cursor = found.cursor
    } while (cursor !== '0')
  }
}

const SINTERCARD_OPTIONS: Names<SintercardOptions> = { limit: true }
