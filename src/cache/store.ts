import type { Redstart, Session } from '../index.js'

/** The database that a cache lies in. Of a `Redstart` itself, and not a session of it, it also hears the events. */
export type CacheStore = Session & Partial<Pick<Redstart, 'on'>>

/** The time of the database's clock, in milliseconds since the epoch. */
export function nowMs(store: CacheStore): number {
  const [seconds, microseconds] = store.time()
  return seconds * 1000 + Math.floor(microseconds / 1000)
}

/** How long a key lives, in the words of SET; undefined for one that does not expire. */
export type StoreLifetime = { readonly pxat: number } | { readonly px: number } | undefined
