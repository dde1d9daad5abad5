import type * as fc from 'fast-check'
import type { Typed } from './write.js'

/** Hashes. */
export const hashWrites: readonly fc.Arbitrary<Typed>[] = []
