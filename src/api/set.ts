import { Handle } from './handle.js'

/** Sets. */
export abstract class SetCommands<T extends string | Uint8Array> extends Handle<T> {}
