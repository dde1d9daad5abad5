import type { Door } from './door.js'

/** SORT. */
export const sortDoors: Readonly<Record<string, Door>> = {}
