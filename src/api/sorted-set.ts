import { Handle } from './handle.js'

/** Sorted sets. */
export abstract class SortedSetCommands<T extends string | Uint8Array> extends Handle<T> {}
