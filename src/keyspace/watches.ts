import type { Database } from './database.js'
import { ABSENT } from './key-index.js'

/** One WATCH of one session: whether anything that it watches was changed since. */
export class Watch {
  changed = false
  readonly keys: { readonly database: Database; readonly key: string; readonly expired: boolean }[] = []
}

/**
 * Who watches which key (optimistic locking).
 *
 * Invariant: a key is listed here exactly while a watch that is not cancelled has it, so `active` tells at no cost
 * whether a change concerns anyone.
 */
export class Watches {
  active = false
  private readonly onActivity: () => void
  private readonly watched = new Map<Database, Map<string, Set<Watch>>>()

  /** `onActivity` is called whenever `active` may have changed. */
  constructor(onActivity: () => void) {
    this.onActivity = onActivity
  }

  /** Adds a key to a watch. `expired`: its deadline has passed already, so that passing it is no change. O(1). */
  add(watch: Watch, database: Database, key: string, expired: boolean): void {
    if (watch.keys.some((other) => other.database === database && other.key === key)) return
    let keys = this.watched.get(database)
    if (keys === undefined) {
      keys = new Map()
      this.watched.set(database, keys)
    }
    const watches = keys.get(key)
    if (watches === undefined) keys.set(key, new Set([watch]))
    else watches.add(watch)
    watch.keys.push({ database, key, expired })
    this.active = true
    this.onActivity()
  }

  /** Ends a watch. O(keys of the watch). */
  cancel(watch: Watch): void {
    for (const { database, key } of watch.keys) {
      const keys = this.watched.get(database)
      const watches = keys?.get(key)
      watches?.delete(watch)
      if (watches?.size === 0) keys?.delete(key)
      if (keys?.size === 0) this.watched.delete(database)
    }
    watch.keys.length = 0
    this.active = this.watched.size > 0
    this.onActivity()
  }

  /** A key changed. O(watches of the key). */
  touch(database: Database, key: string): void {
    const watches = this.watched.get(database)?.get(key)
    if (watches !== undefined) for (const watch of watches) watch.changed = true
  }

  /**
   * All keys of a database are gone or become those of `other` (FLUSHALL, SWAPDB). A watched key that exists neither
   * before nor after is not changed by it. O(watched keys).
   */
  touchAll(database: Database, other: Database | undefined): void {
    const keys = this.watched.get(database)
    if (keys === undefined) return
    for (const [key, watches] of keys) {
      if (!hasKey(database, key) && (other === undefined || !hasKey(other, key))) continue
      for (const watch of watches) watch.changed = true
    }
  }
}

function hasKey(database: Database, key: string): boolean {
  return database.keys.find(key) !== ABSENT
}
