import * as fc from 'fast-check'
import type { Data } from 'redstart'
import { keys, type Typed, values } from './write.js'

/** Mostly keys that no other group uses, so that most calls meet sets. */
const setKeys = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('set', 'ints', '\udcffset') },
  { weight: 1, arbitrary: keys },
)
const members: fc.Arbitrary<Data> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -5, max: 9 }) },
  { weight: 1, arbitrary: values },
)
/** So many that the encoding changes, and what is taken away by chance is a list or a table. */
const crowd = fc.tuple(fc.constantFrom(40, 130, 520), fc.constantFrom('', 'm'))

/** Sets. */
export const setWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constantFrom('sadd', 'sadd', 'srem'), setKeys, members, members),
  fc.tuple(fc.constantFrom('sadd', 'srem'), setKeys, members),
  fc.tuple(setKeys, crowd).map(([key, [many, prefix]]): Typed => {
    return ['sadd', key, ...Array.from({ length: many }, (_, i) => `${prefix}${i}`)]
  }),
  fc.tuple(fc.constant('smove'), setKeys, setKeys, members),
  fc.tuple(fc.constant('spop'), setKeys),
  fc.tuple(fc.constant('spop'), setKeys, fc.constantFrom(0, 1, 3, 20, 110, 500, 1_000)),
  fc.tuple(fc.constantFrom('sinterstore', 'sunionstore', 'sdiffstore'), setKeys, setKeys, setKeys),
]
