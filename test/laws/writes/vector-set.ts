import * as fc from 'fast-check'
import { keys, type Typed } from './write.js'

/** Mostly keys that no other group uses, so that most calls meet vector sets. */
const vectorKeys = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('vec', 'vec:2', '\udcffvec') },
  { weight: 1, arbitrary: keys },
)
const elements = fc.constantFrom('a', 'b', 'c', 'd', 'é', '\udcff', '')
const vectors = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 3, maxLength: 3 })
const attributes = fc.constantFrom('', '{"a":1}', 'no JSON')
const options = fc.record(
  { ef: fc.constantFrom(1, 50), setattr: attributes, quantization: fc.constantFrom('q8', 'bin', 'noquant') },
  { requiredKeys: [] },
)

/** Vector sets. */
export const vectorSetWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('vadd'), vectorKeys, vectors, elements),
  fc.tuple(fc.constant('vadd'), vectorKeys, vectors, elements, options),
  fc.tuple(fc.constant('vrem'), vectorKeys, elements),
  fc.tuple(fc.constant('vsetattr'), vectorKeys, elements, attributes),
]
