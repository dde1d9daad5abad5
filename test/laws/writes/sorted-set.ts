import * as fc from 'fast-check'
import type { Data } from 'redstart'
import { keys, type Typed, values } from './write.js'

/** Mostly keys that no other group uses, so that most calls meet sorted sets. */
const zsetKeys = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('zset', 'board', '\udcffzset') },
  { weight: 1, arbitrary: keys },
)
const members: fc.Arbitrary<Data> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Data>('a', 'b', 'c', 'd', 'é', 1, 'x'.repeat(65)) },
  { weight: 1, arbitrary: values },
)
const scores = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 0.1, 1e23, 2 ** 60, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
)
const conditions = fc.constantFrom({}, { nx: true }, { xx: true }, { gt: true }, { lt: true })
const ranks = fc.integer({ min: -4, max: 4 })
/** So many that the encoding changes. */
const crowd = Array.from({ length: 135 }, (_, i) => ({ score: i % 50, member: `m${i}` }))
const bounds = fc.oneof(scores, fc.constantFrom('(1', '-inf', '+inf'))
const lexBounds = fc.constantFrom('-', '+', '[b', '(c', '[m30')
const limits = fc.record({ offset: ranks, count: fc.integer({ min: -1, max: 3 }) })
const combinations = fc.record({
  weights: fc.oneof(fc.constant(undefined), fc.tuple(scores, scores)),
  aggregate: fc.constantFrom(undefined, 'sum', 'min', 'max'),
})

/** Sorted sets. */
export const sortedSetWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('zadd'), zsetKeys, scores, members),
  fc.tuple(fc.constant('zadd'), zsetKeys, fc.array(fc.record({ score: scores, member: members })), conditions),
  fc.tuple(fc.constant('zadd'), zsetKeys, fc.constant(crowd)),
  fc.tuple(fc.constant('zincrby'), zsetKeys, scores, members),
  fc.tuple(fc.constant('zaddIncr'), zsetKeys, scores, members, conditions),
  fc.tuple(fc.constant('zrem'), zsetKeys, members, members),
  fc.tuple(fc.constantFrom('zpopmin', 'zpopmax'), zsetKeys),
  fc.tuple(fc.constantFrom('zpopmin', 'zpopmax'), zsetKeys, fc.constantFrom(0, 2, 100)),
  fc.tuple(fc.constant('zmpop'), fc.tuple(zsetKeys, zsetKeys), fc.constantFrom('min', 'max')),
  fc.tuple(fc.constantFrom('bzpopmin', 'bzpopmax'), fc.tuple(zsetKeys, zsetKeys), fc.constantFrom(0, 0.5)),
  fc.tuple(
    fc.constant('bzmpop'),
    ...[fc.tuple(zsetKeys, zsetKeys), fc.constantFrom('min', 'max'), fc.constantFrom(0, 0.5)],
    fc.record({ count: fc.constantFrom(1, 3) }),
  ),
  fc.tuple(fc.constant('zremrangebyrank'), zsetKeys, ranks, ranks),
  fc.tuple(fc.constant('zremrangebyscore'), zsetKeys, bounds, bounds),
  fc.tuple(fc.constant('zremrangebylex'), zsetKeys, lexBounds, lexBounds),
  fc.tuple(fc.constant('zrangestore'), zsetKeys, zsetKeys, ranks, ranks, fc.record({ rev: fc.boolean() })),
  fc.tuple(
    fc.constant('zrangestore'),
    ...[zsetKeys, zsetKeys, bounds, bounds],
    fc.record({ by: fc.constant('score'), rev: fc.boolean(), limit: limits }),
  ),
  fc.tuple(
    fc.constant('zrangestore'),
    ...[zsetKeys, zsetKeys, lexBounds, lexBounds],
    fc.record({ by: fc.constant('lex'), rev: fc.boolean() }),
  ),
  fc.tuple(
    fc.constantFrom('zunionstore', 'zinterstore'),
    zsetKeys,
    fc.tuple(fc.oneof(zsetKeys, fc.constant('set')), zsetKeys),
    combinations,
  ),
  fc.tuple(fc.constant('zdiffstore'), zsetKeys, fc.tuple(zsetKeys, zsetKeys)),
]
