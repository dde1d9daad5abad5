import type { Door } from './door.js'

/** Sets. */
export const setDoors: Readonly<Record<string, Door>> = {}
