import { Handle } from './handle.js'

/** Lists. */
export abstract class ListCommands<T extends string | Uint8Array> extends Handle<T> {}
