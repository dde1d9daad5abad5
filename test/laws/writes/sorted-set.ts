import type * as fc from 'fast-check'
import type { Typed } from './write.js'

/** Sorted sets. */
export const sortedSetWrites: readonly fc.Arbitrary<Typed>[] = []
