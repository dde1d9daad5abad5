import * as fc from 'fast-check'
import { databases, type Typed } from './write.js'

/** Databases as a whole. */
export const serverWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('swapdb'), databases, databases),
  fc.tuple(fc.constant('select'), databases),
  fc.tuple(fc.constantFrom('flushdb', 'randomkey')),
]
