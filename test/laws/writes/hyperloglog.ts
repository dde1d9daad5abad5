import * as fc from 'fast-check'
import { keys, type Typed, values } from './write.js'

/** Mostly keys that no other group uses, so that most calls meet HyperLogLogs. */
const hllKeys = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('hll', 'hll:2', '\udcffhll') },
  { weight: 1, arbitrary: keys },
)

/** HyperLogLogs: so many elements now and then that one becomes dense. */
export const hyperLogLogWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('pfadd'), hllKeys, values, fc.nat(99)),
  fc.tuple(hllKeys, fc.constantFrom(5, 200, 1_500)).map(([key, many]): Typed => {
    return ['pfadd', key, ...Array.from({ length: many }, (_, i) => `e${i}`)]
  }),
  fc.tuple(fc.constant('pfcount'), hllKeys),
  fc.tuple(fc.constant('pfmerge'), hllKeys, hllKeys, hllKeys),
  fc.tuple(fc.constant('call'), fc.constant('PFDEBUG'), fc.constantFrom('TODENSE', 'GETREG'), hllKeys),
]
