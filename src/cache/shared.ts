import type { Flights } from './flight.js'
import { References } from './references.js'
import { type CacheStore, nowMs } from './store.js'
import { Tags } from './tags.js'

/** What caches of one prefix on one database object have in common. */
export interface Shared {
  readonly flights: Flights
  readonly references: References
  readonly tags: Tags
}

/** Lives as long as the database object: there is one for each prefix, so it does not grow. */
const sharedByStore = new WeakMap<CacheStore, Map<string, Shared>>()

export function sharedOf(store: CacheStore, prefix: string, random: () => number): Shared {
  let byPrefix = sharedByStore.get(store)
  if (byPrefix === undefined) {
    byPrefix = new Map()
    sharedByStore.set(store, byPrefix)
  }
  let shared = byPrefix.get(prefix)
  if (shared === undefined) {
    const nonce = nowMs(store).toString(36) + Math.floor(random() * Number.MAX_SAFE_INTEGER).toString(36)
    shared = {
      flights: new Map(),
      references: new References(store, prefix, nonce),
      tags: new Tags(store, prefix, nonce),
    }
    byPrefix.set(prefix, shared)
  }
  return shared
}
