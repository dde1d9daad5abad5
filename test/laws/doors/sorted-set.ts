import type { Door } from './door.js'

/** Sorted sets. */
export const sortedSetDoors: Readonly<Record<string, Door>> = {}
