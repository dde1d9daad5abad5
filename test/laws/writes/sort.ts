import * as fc from 'fast-check'
import { keys, type Typed } from './write.js'

/** Sets and lists that other groups fill, and any key. */
const sources = fc.oneof(fc.constantFrom('set', 'ints', 'list'), keys)
const options = fc.record(
  {
    by: fc.constantFrom('*', 'nosort', 'user:*'),
    get: fc.constantFrom('#', '*'),
    limit: fc.record({ offset: fc.nat(3), count: fc.integer({ min: -1, max: 4 }) }),
    alpha: fc.constant(true),
    desc: fc.boolean(),
  },
  { requiredKeys: ['alpha'] },
)

/** SORT. */
export const sortWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('sortStore'), sources, sources, options),
  fc.tuple(fc.constant('sortStore'), fc.constantFrom('ints', 'list'), sources),
]
