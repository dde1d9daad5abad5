import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'
import { type Door, globs, keys, optional, plain, same, values, withOptions } from './door.js'

/** Mostly keys that no other group uses, so that most calls meet sorted sets. */
export const zsetKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Key>('zset', 'board', Uint8Array.of(0x7a, 0xff)) },
  { weight: 1, arbitrary: keys },
  { weight: 1, arbitrary: fc.constantFrom<Key>('set') },
)
const members: fc.Arbitrary<Data> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Data>('a', 'b', 'c', 'd', 1, 'é', '\udcff', Uint8Array.of(0xff)) },
  { weight: 1, arbitrary: values },
  { weight: 1, arbitrary: fc.constant('x'.repeat(65)) },
)
export const scores: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -3, max: 5 }) },
  { weight: 2, arbitrary: fc.constantFrom(-0, 0.1, 1e23, 2 ** 53, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
)
export const anyScore = fc.oneof({ weight: 15, arbitrary: scores }, { weight: 1, arbitrary: fc.constant(Number.NaN) })
export const some = <T>(one: fc.Arbitrary<T>, minLength = 0): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength, maxLength: 4 })

/** A number as a word: what JavaScript writes otherwise than Redis reads it, in Redis's way. */
export function word(value: number): Data {
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value).replace('Infinity', 'inf').toLowerCase()
}

function score(raw: CallReply): number | null {
  return raw === null ? null : Number(String(raw).replace('inf', 'Infinity'))
}

export interface Entry {
  readonly member: CallReply
  readonly score: number | null
}

/** Alternating members and scores as entries. */
function entries(raw: CallReply): Entry[] {
  const flat = raw as CallReply[]
  return flat.flatMap((member, i) => (i % 2 === 0 ? [{ member, score: score(flat[i + 1]!) }] : []))
}

const conditions = fc.constantFrom<object>(
  ...[
    {},
    {},
    {},
    { nx: true },
    { xx: true },
    { gt: true },
    { lt: true },
    { ch: true },
    { xx: true, gt: true, ch: true },
  ],
  ...[
    { nx: true, xx: true },
    { nx: true, lt: true },
    { gt: true, lt: true },
    { nx: false, ch: true },
  ],
)

function tokens(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === true ? [name.toUpperCase()] : []))
}

const zadd: Door = {
  draw: fc.oneof(
    fc.tuple(zsetKeys, anyScore, members).map(([key, value, member]) => ({
      args: [key, value, member],
      words: ['ZADD', key, word(value), member],
    })),
    fc.tuple(zsetKeys, anyScore, members, conditions).map(([key, value, member, options]) => ({
      args: [key, value, member, options],
      words: ['ZADD', key, ...tokens(options), word(value), member],
    })),
    fc
      .tuple(zsetKeys, some(fc.record({ score: anyScore, member: members }), 1), conditions)
      .map(([key, many, options]) => ({
        args: [key, many, options],
        words: ['ZADD', key, ...tokens(options), ...many.flatMap((one) => [word(one.score), one.member])],
      })),
    // Two encodings: more than 128 members are a skip list.
    fc.tuple(zsetKeys, fc.constantFrom(1, 7, 1_000)).map(([key, different]) => {
      const many = Array.from({ length: 140 }, (_, i) => ({ score: (i * 5) % different, member: `m${i}` }))
      return { args: [key, many], words: ['ZADD', key, ...many.flatMap((one) => [one.score, one.member])] }
    }),
    zsetKeys.map((key) => ({ args: [key, []], words: ['ZADD', key] })),
  ),
  reply: same,
}

const zaddIncr: Door = {
  draw: fc
    .tuple(
      zsetKeys,
      anyScore,
      members,
      conditions.filter((options) => !('ch' in options)),
    )
    .map(([key, by, member, options]) => ({
      args: [key, by, member, options],
      words: ['ZADD', key, 'INCR', ...tokens(options), word(by), member],
    })),
  reply: score,
}

const zincrby: Door = {
  draw: fc.tuple(zsetKeys, anyScore, members).map(([key, by, member]) => ({
    args: [key, by, member],
    words: ['ZINCRBY', key, word(by), member],
  })),
  reply: score,
}

function ranked(name: string): Door {
  return {
    draw: fc.tuple(zsetKeys, members, fc.boolean()).map(([key, member, withScore]) => ({
      args: withScore ? [key, member, { withScore }] : [key, member],
      words: [name, key, member, ...(withScore ? ['WITHSCORE'] : [])],
    })),
    reply(raw) {
      if (!Array.isArray(raw)) return raw
      return { rank: raw[0], score: score(raw[1]!) }
    },
  }
}

const counts = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(1_000, -1, 1.5, Number.MAX_SAFE_INTEGER))

/** Without a count Redis answers as with one of 1; the typed method returns the one itself. */
function popped(name: string): Door {
  return {
    draw: fc.tuple(zsetKeys, fc.oneof(fc.constant(undefined), counts)).map(([key, count]) => ({
      args: count === undefined ? [key] : [key, count],
      words: count === undefined ? [name, key] : [name, key, count],
    })),
    reply: entries,
    typed: (reply: Entry | null | Entry[]) => (Array.isArray(reply) ? reply : reply === null ? [] : [reply]),
  }
}

interface MpopCall {
  readonly args: readonly unknown[]
  readonly words: readonly Data[]
}

const mpopWords = fc
  .tuple(some(zsetKeys), fc.constantFrom('min', 'max'), fc.oneof(fc.constant(undefined), counts))
  // Without keys there are too few words.
  .filter(([many]) => many.length > 0)

function mpopReply(raw: CallReply): unknown {
  if (raw === null) return null
  const [key, found] = raw as [string, [string, string][]]
  return { key, members: found.map(([member, value]) => ({ member, score: score(value) })) }
}

const timeouts = fc.constantFrom(0, 1, 0.5, -1)

const zmpop: Door = {
  draw: mpopWords.map(
    ([many, where, count]): MpopCall => ({
      args: [many, where, ...(count === undefined ? [] : [{ count }])],
      words: ['ZMPOP', many.length, ...many, where, ...(count === undefined ? [] : ['COUNT', count])],
    }),
  ),
  reply: mpopReply,
}

const bzmpop: Door = {
  draw: fc.tuple(mpopWords, timeouts).map(
    ([[many, where, count], seconds]): MpopCall => ({
      args: [many, where, seconds, ...(count === undefined ? [] : [{ count }])],
      words: ['BZMPOP', seconds, many.length, ...many, where, ...(count === undefined ? [] : ['COUNT', count])],
    }),
  ),
  reply: mpopReply,
}

function bzpop(name: string): Door {
  return {
    draw: fc.tuple(some(zsetKeys, 1), timeouts, fc.boolean()).map(
      ([many, seconds, asOne]): MpopCall => ({
        args: [asOne && many.length === 1 ? many[0] : many, seconds],
        words: [name, ...many, seconds],
      }),
    ),
    reply(raw) {
      if (raw === null) return null
      const [key, member, value] = raw as [string, string, string]
      return { key, member, score: score(value) }
    },
  }
}

const picks = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(1_000, 1.5, Number.MAX_SAFE_INTEGER))

function scanReply(raw: CallReply): unknown {
  const [cursor, found] = raw as [string, string[]]
  return { cursor, members: entries(found) }
}

/** For a missing key Redis reads no options and a typed method does neither, so wrong ones are drawn as any others. */
const scanOptions = optional({ match: globs, count: fc.constantFrom(1, 2, 10, 0, -1, 1.5) })
const cursors = fc.constantFrom<string | number>(0, '0', 3, '7', 1_000)
const wrongCursors = fc.constantFrom<string | number>(-1, 'x', 1.5, '-5')

/** Sorted sets, member by member. */
export const sortedSetDoors: Readonly<Record<string, Door>> = {
  zadd,
  zaddIncr,
  zincrby,
  zrem: plain(
    'ZREM',
    fc.tuple(zsetKeys, some(members)).map(([key, many]) => [key, ...many]),
  ),
  zcard: plain('ZCARD', fc.tuple(zsetKeys)),
  zscore: plain('ZSCORE', fc.tuple(zsetKeys, members), score),
  zmscore: plain(
    'ZMSCORE',
    fc.tuple(zsetKeys, some(members)).map(([key, many]) => [key, ...many]),
    (raw) => (raw as CallReply[]).map(score),
  ),
  zrank: ranked('ZRANK'),
  zrevrank: ranked('ZREVRANK'),
  zpopmin: popped('ZPOPMIN'),
  zpopmax: popped('ZPOPMAX'),
  zmpop,
  bzpopmin: bzpop('BZPOPMIN'),
  bzpopmax: bzpop('BZPOPMAX'),
  bzmpop,
  zrandmember: plain('ZRANDMEMBER', fc.oneof(fc.tuple(zsetKeys), fc.tuple(zsetKeys, picks))),
  zrandmemberWithScores: {
    draw: fc.tuple(zsetKeys, picks).map(([key, count]) => ({
      args: [key, count],
      words: ['ZRANDMEMBER', key, count, 'WITHSCORES'],
    })),
    reply: entries,
  },
  zscan: {
    draw: fc.oneof(
      { weight: 9, arbitrary: withOptions('ZSCAN', fc.tuple(zsetKeys, cursors), scanOptions).draw },
      { weight: 1, arbitrary: plain('ZSCAN', fc.tuple(zsetKeys, wrongCursors)).draw },
    ),
    reply: scanReply,
  },
  zscanIterator: {
    draw: zsetKeys.map((key) => ({ args: [key], words: ['ZSCAN', key, '0', 'COUNT', '1000'] })),
    reply: (raw) => entries((raw as [string, string[]])[1]),
    typed: (found: Iterable<Entry>) => [...found],
  },
}
