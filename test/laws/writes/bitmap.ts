import * as fc from 'fast-check'
import { keys, type Typed } from './write.js'

const place = { type: fc.constantFrom('u8', 'i5', 'u63', 'i64'), offset: fc.oneof(fc.nat(90), fc.constantFrom('#2')) }
const step = fc.oneof(
  fc.record({ op: fc.constant('get'), ...place }),
  fc.record({
    op: fc.constantFrom('set', 'incrby'),
    ...place,
    value: fc.constantFrom<number | bigint>(0, 1, 200, -1, 2n ** 62n),
    overflow: fc.constantFrom('wrap', 'sat', 'fail'),
  }),
)

/** Bits of strings. */
export const bitmapWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('setbit'), keys, fc.nat(200), fc.constantFrom(0, 1)),
  fc.tuple(
    fc.constant('bitop'),
    fc.constantFrom('and', 'or', 'xor', 'diff', 'diff1', 'andor', 'one'),
    keys,
    fc.array(keys, { minLength: 2, maxLength: 3 }),
  ),
  fc.tuple(fc.constant('bitop'), fc.constant('not'), keys, keys),
  fc.tuple(fc.constant('bitfield'), keys, fc.array(step, { minLength: 1, maxLength: 3 })),
]
