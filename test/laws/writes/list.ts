import * as fc from 'fast-check'
import { keys, type Typed, values } from './write.js'

const ends = fc.constantFrom('left', 'right')
const counts = fc.constantFrom(0, 1, 2, 10, -1, -2)
const indices = fc.integer({ min: -4, max: 4 })
const elements = fc.oneof(fc.constantFrom('a', 'b', '1'), values)
const keysOrKey = fc.oneof(keys, fc.array(keys, { minLength: 1, maxLength: 3 }))
/** Seconds; waits are over at some step of the clock, or never. */
const timeouts = fc.constantFrom(0, 0.001, 1, 3)

function push(name: string): fc.Arbitrary<Typed> {
  const several = fc.array(elements, { minLength: 1, maxLength: 4 })
  return fc.tuple(keys, several).map(([key, many]): Typed => [name, key, ...many])
}

/** Lists, in such numbers that pushes outweigh what takes away, with waits in between. */
export const listWrites: readonly fc.Arbitrary<Typed>[] = [
  ...['lpush', 'rpush', 'lpush', 'rpush', 'lpushx', 'rpushx'].map(push),
  fc.tuple(fc.constantFrom('lpop', 'rpop'), keys),
  fc.tuple(fc.constantFrom('lpop', 'rpop'), keys, fc.nat(3)),
  fc.tuple(fc.constant('lset'), keys, indices, elements),
  fc.tuple(fc.constant('linsert'), keys, fc.constantFrom('before', 'after'), elements, elements),
  fc.tuple(fc.constant('lrem'), keys, counts, elements),
  fc.tuple(fc.constant('ltrim'), keys, indices, indices),
  fc.tuple(fc.constant('lmove'), keys, keys, ends, ends),
  fc.tuple(fc.constant('rpoplpush'), keys, keys),
  fc.tuple(fc.constant('lmpop'), fc.array(keys, { minLength: 1, maxLength: 3 }), ends, fc.record({ count: fc.nat(3) })),
  fc.tuple(fc.constantFrom('blpop', 'brpop'), keysOrKey, timeouts),
  fc.tuple(fc.constant('blmove'), keys, keys, ends, ends, timeouts),
  fc.tuple(fc.constant('brpoplpush'), keys, keys, timeouts),
  fc.tuple(fc.constant('blmpop'), fc.array(keys, { minLength: 1, maxLength: 3 }), ends, timeouts),
]
