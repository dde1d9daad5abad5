import { Handle } from './handle.js'

/** SORT, for lists, sets and sorted sets. */
export abstract class SortCommands<T extends string | Uint8Array> extends Handle<T> {}
