import type { Door } from './door.js'

/** Hashes. */
export const hashDoors: Readonly<Record<string, Door>> = {}
