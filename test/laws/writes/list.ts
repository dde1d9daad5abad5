import type * as fc from 'fast-check'
import type { Typed } from './write.js'

/** Lists. */
export const listWrites: readonly fc.Arbitrary<Typed>[] = []
