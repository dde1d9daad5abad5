import * as fc from 'fast-check'
import { keys, START, type Typed, values } from './write.js'

/** Mostly keys that no other group uses, so that most calls meet hashes. */
const hashKeys = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('hash', '\udcffhash') },
  { weight: 1, arbitrary: keys },
)
const field = fc.constantFrom('f', 'f', 'f', 'g', 'g', 'n', '7', '__proto__', '\udcff', '')
const some = fc.array(field, { minLength: 1, maxLength: 5 })
const pairs = fc.array(fc.tuple(field, values), { minLength: 1, maxLength: 5 })
/** Times that come to pass within a run, and some that do not. */
const soon = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constantFrom(1_000_000, 2 ** 45))
const instant = fc.oneof(fc.integer({ min: START - 1_000, max: START + 5_000 }), fc.constantFrom(1, 2 ** 46 - 1))
const expiration = fc.oneof(fc.record({ px: soon }), fc.record({ pxat: instant }))
const condition = fc.constantFrom(undefined, { nx: true }, { xx: true }, { gt: true }, { lt: true })
/** So many that the encoding changes, and fields lie in a table. */
const crowd = fc.constantFrom(10, 30, 520)

/** Hashes, with fields that expire on the way. */
export const hashWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constantFrom('hset', 'hset', 'hsetnx'), hashKeys, field, values),
  fc.tuple(fc.constantFrom('hset', 'hmset', 'hsetex'), hashKeys, pairs),
  fc.tuple(hashKeys, crowd).map(([key, many]): Typed => {
    return ['hset', key, Array.from({ length: many }, (_, i) => [`m${i}`, 'v'])]
  }),
  fc.tuple(hashKeys, crowd, soon).map(([key, many, ms]): Typed => {
    return ['hpexpire', key, ms, Array.from({ length: many }, (_, i) => `m${i}`)]
  }),
  fc.tuple(hashKeys, some).map(([key, fields]): Typed => ['hdel', key, ...fields]),
  fc.tuple(hashKeys, some).map(([key, fields]): Typed => ['hgetdel', key, ...fields]),
  fc.tuple(fc.constant('hincrby'), hashKeys, field, fc.constantFrom<number | bigint>(0, 5, -9, 2n ** 60n)),
  fc.tuple(fc.constant('hincrbyfloat'), hashKeys, field, fc.constantFrom(0.1, '-2.5', 1e20)),
  fc.tuple(fc.constant('hpexpire'), hashKeys, soon, some, condition),
  fc.tuple(fc.constant('hexpire'), hashKeys, fc.constantFrom(0, 1, 3, 2 ** 30), some, condition),
  fc.tuple(fc.constant('hpexpireat'), hashKeys, instant, some, condition),
  fc.tuple(fc.constant('hexpireat'), hashKeys, fc.constantFrom(1, START / 1_000 + 2, 2 ** 34), some),
  fc.tuple(hashKeys, some).map(([key, fields]): Typed => ['hpersist', key, ...fields]),
  fc.tuple(fc.constant('hgetex'), hashKeys, some, fc.oneof(expiration, fc.constant({ persist: true }))),
  fc.tuple(fc.constant('hsetex'), hashKeys, pairs, fc.oneof(expiration, fc.constant({ keepttl: true }))),
  fc.tuple(fc.constant('hsetex'), hashKeys, pairs, fc.constantFrom({ fnx: true, px: 500 }, { fxx: true, px: 500 })),
]
