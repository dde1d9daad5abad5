import type * as fc from 'fast-check'
import type { Typed } from './write.js'

/** Sets. */
export const setWrites: readonly fc.Arbitrary<Typed>[] = []
