import type * as fc from 'fast-check'
import type { Typed } from './write.js'

/** SORT. */
export const sortWrites: readonly fc.Arbitrary<Typed>[] = []
