import * as fc from 'fast-check'
import type { Data, Key } from 'redstart'
import { formatScore } from '../../../src/structures/score.js'
import { type Door, same } from './door.js'
import { anyScore, type Entry, scores, some, word, zsetKeys } from './sorted-set.js'

const scoreBounds: fc.Arbitrary<number | string> = fc.oneof(
  { weight: 4, arbitrary: scores },
  {
    weight: 3,
    arbitrary: fc.constantFrom('(1', '(3', '-inf', '+inf', '(-inf', '(+inf', '2', '', '(', '1e400', '-+inf'),
  },
  { weight: 1, arbitrary: fc.constantFrom<number | string>(Number.NaN, 'x', '[1', '((1') },
)
const lexBounds: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string | Uint8Array>('-', '+', '[a', '(a', '[c', '(d', '[\udcff', '[m20') },
  { weight: 2, arbitrary: fc.constantFrom<string | Uint8Array>(Uint8Array.of(0x5b, 0x62), '[', '(', '(\udcff') },
  { weight: 1, arbitrary: fc.constantFrom<string | Uint8Array>('a', '', '--', Uint8Array.of(0xff)) },
)
const ranks: fc.Arbitrary<number> = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -6, max: 6 }) },
  { weight: 2, arbitrary: fc.constantFrom(130, -130, Number.MAX_SAFE_INTEGER, 0.5) },
)
const limits = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.record({ offset: fc.integer({ min: -4, max: 5 }), count: fc.integer({ min: -1, max: 4 }) }),
  },
)

interface RangeDraw {
  readonly ends: readonly [Data, Data]
  readonly options: {
    by?: 'score' | 'lex'
    rev?: boolean
    limit?: { offset: number; count: number } | undefined
    withScores?: boolean
  }
}

const ends = <E extends Data>(end: fc.Arbitrary<E>): fc.Arbitrary<readonly [E, E]> => fc.tuple(end, end)
const rangeDraws: fc.Arbitrary<RangeDraw> = fc
  .oneof(
    fc.record({ ends: ends(ranks), by: fc.constant(undefined), limit: fc.constant(undefined) }),
    fc.record({ ends: ends(ranks), by: fc.constant(undefined), limit: limits }),
    fc.record({ ends: ends(scoreBounds), by: fc.constant('score' as const), limit: limits }),
    fc.record({ ends: ends(lexBounds), by: fc.constant('lex' as const), limit: limits }),
  )
  .chain(({ ends: drawn, by, limit }) =>
    fc.tuple(fc.boolean(), fc.boolean()).map(([rev, withScores]): RangeDraw => {
      return { ends: drawn, options: { ...(by === undefined ? {} : { by }), rev, limit, withScores } }
    }),
  )

function boundWord(end: Data): Data {
  return typeof end === 'number' ? word(end) : end
}

function rangeTokens({ by, rev, limit, withScores }: RangeDraw['options']): Data[] {
  return [
    ...(by === undefined ? [] : [`BY${by}`]),
    ...(rev ? ['REV'] : []),
    ...(limit === undefined ? [] : ['LIMIT', limit.offset, limit.count]),
    ...(withScores ? ['WITHSCORES'] : []),
  ]
}

/** A method that returns members, or entries where it was asked for scores; they are compared as words. */
function membersOrEntries(name: string, draw: fc.Arbitrary<{ args: unknown[]; words: Data[] }>): Door {
  return {
    draw: draw.map(({ args, words }) => ({ args, words: [name, ...words] })),
    reply: same,
    typed: (reply: (Entry | string)[]) => {
      const flat = reply.flatMap((one) => (typeof one === 'object' ? [one.member, one.score] : [one]))
      return flat.map((one) => (typeof one === 'number' ? formatScore(one) : one))
    },
  }
}

const zrange = membersOrEntries(
  'ZRANGE',
  fc.tuple(zsetKeys, rangeDraws).map(([key, { ends: drawn, options }]) => ({
    args: [key, ...drawn, options],
    words: [key, ...drawn.map(boundWord), ...rangeTokens(options)],
  })),
)

/** One of the older range commands, whose name says `by` and direction. */
function older(name: string, end: fc.Arbitrary<Data>, options: { limited: boolean; scored: boolean }): Door {
  return membersOrEntries(
    name,
    fc.tuple(zsetKeys, end, end, limits, fc.boolean()).map(([key, from, to, drawnLimit, drawnScores]) => {
      const limit = options.limited ? drawnLimit : undefined
      const withScores = options.scored && drawnScores
      const given = { ...(limit === undefined ? {} : { limit }), ...(withScores ? { withScores } : {}) }
      return {
        args: [key, from, to, ...(Object.keys(given).length === 0 ? [] : [given])],
        words: [key, boundWord(from), boundWord(to), ...rangeTokens(given)],
      }
    }),
  )
}

const zrangestore: Door = {
  draw: fc.tuple(zsetKeys, zsetKeys, rangeDraws).map(([destination, source, { ends: drawn, options }]) => {
    const { withScores: _, ...kept } = options
    return {
      args: [destination, source, ...drawn, kept],
      words: ['ZRANGESTORE', destination, source, ...drawn.map(boundWord), ...rangeTokens(kept)],
    }
  }),
  reply: same,
}

function bounded(name: string, end: fc.Arbitrary<Data>): Door {
  return {
    draw: fc.tuple(zsetKeys, end, end).map(([key, min, max]) => ({
      args: [key, min, max],
      words: [name, key, boundWord(min), boundWord(max)],
    })),
    reply: same,
  }
}

// Several at once.

interface Combination {
  readonly keys: readonly Key[]
  readonly weights: readonly number[] | undefined
  readonly aggregate: string | undefined
}

const combinations: fc.Arbitrary<Combination> = some(zsetKeys, 1).chain((many) =>
  fc.record({
    keys: fc.constant(many),
    weights: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 3, arbitrary: fc.array(scores, { minLength: many.length, maxLength: many.length }) },
      { weight: 1, arbitrary: fc.array(anyScore, { minLength: many.length, maxLength: many.length }) },
    ),
    aggregate: fc.constantFrom(undefined, undefined, 'sum', 'min', 'max'),
  }),
)

function combinationWords({ keys: many, weights, aggregate }: Combination): Data[] {
  return [
    ...[many.length, ...many],
    ...(weights === undefined ? [] : ['WEIGHTS', ...weights.map(word)]),
    ...(aggregate === undefined ? [] : ['AGGREGATE', aggregate]),
  ]
}

function combined(name: string): Door {
  return membersOrEntries(
    name,
    fc.tuple(combinations, fc.boolean()).map(([combination, scored]) => {
      const { keys: many, ...options } = combination
      return {
        args: [many, { ...options, withScores: scored }],
        words: [...combinationWords(combination), ...(scored ? ['WITHSCORES'] : [])],
      }
    }),
  )
}

function combinedAndStored(name: string): Door {
  return {
    draw: fc.tuple(zsetKeys, combinations).map(([destination, combination]) => {
      const { keys: many, ...options } = combination
      return { args: [destination, many, options], words: [name, destination, ...combinationWords(combination)] }
    }),
    reply: same,
  }
}

const zdiff = membersOrEntries(
  'ZDIFF',
  fc.tuple(some(zsetKeys, 1), fc.boolean()).map(([many, scored]) => ({
    args: scored ? [many, { withScores: true }] : [many],
    words: [many.length, ...many, ...(scored ? ['WITHSCORES'] : [])],
  })),
)

const zintercard: Door = {
  draw: fc
    .tuple(some(zsetKeys, 1), fc.oneof(fc.constant(undefined), fc.nat(4), fc.constantFrom(-1, 2 ** 40, 0.5)))
    .map(([many, limit]) => ({
      args: limit === undefined ? [many] : [many, { limit }],
      words: ['ZINTERCARD', many.length, ...many, ...(limit === undefined ? [] : ['LIMIT', limit])],
    })),
  reply: same,
}

/** Sorted sets: ranges, and several at once. */
export const sortedSetRangeDoors: Readonly<Record<string, Door>> = {
  zrange,
  zrevrange: older('ZREVRANGE', ranks, { limited: false, scored: true }),
  zrangebyscore: older('ZRANGEBYSCORE', scoreBounds, { limited: true, scored: true }),
  zrevrangebyscore: older('ZREVRANGEBYSCORE', scoreBounds, { limited: true, scored: true }),
  zrangebylex: older('ZRANGEBYLEX', lexBounds, { limited: true, scored: false }),
  zrevrangebylex: older('ZREVRANGEBYLEX', lexBounds, { limited: true, scored: false }),
  zrangestore,
  zcount: bounded('ZCOUNT', scoreBounds),
  zlexcount: bounded('ZLEXCOUNT', lexBounds),
  zremrangebyrank: bounded('ZREMRANGEBYRANK', ranks),
  zremrangebyscore: bounded('ZREMRANGEBYSCORE', scoreBounds),
  zremrangebylex: bounded('ZREMRANGEBYLEX', lexBounds),
  zunion: combined('ZUNION'),
  zunionstore: combinedAndStored('ZUNIONSTORE'),
  zinter: combined('ZINTER'),
  zinterstore: combinedAndStored('ZINTERSTORE'),
  zintercard,
  zdiff,
  zdiffstore: {
    draw: fc.tuple(zsetKeys, some(zsetKeys, 1)).map(([destination, many]) => ({
      args: [destination, many],
      words: ['ZDIFFSTORE', destination, many.length, ...many],
    })),
    reply: same,
  },
}
