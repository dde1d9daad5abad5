import type { Door } from './door.js'

/** Lists. */
export const listDoors: Readonly<Record<string, Door>> = {}
