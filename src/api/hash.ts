import { Handle } from './handle.js'

/** Hashes. */
export abstract class HashCommands<T extends string | Uint8Array> extends Handle<T> {}
