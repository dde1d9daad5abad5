/** Copies of all that a store holds. They share collections until one of both changes them: see `shareTable`. */
import { Checkpoint } from './checkpoint.js'
import type { Clock } from './clock.js'
import { type KeyTable, shareTable } from './database.js'
import type { LogSink } from './ports.js'
import type { RandomSource } from './random.js'
import { EFFECTS, Store } from './store.js'

/** What a fork has of its own; the rest comes from the original. */
export interface ForkedWith {
  readonly clock: Clock | undefined
  readonly random: RandomSource | undefined
  readonly log: LogSink | undefined
}

/** A store of its own with the same keys, which does not hear of the first one again. O(keys). */
export function forkOf(store: Store, own: ForkedWith): Store {
  const copy = new Store({
    clock: own.clock ?? store.clock,
    random: own.random ?? store.random.clone(),
    databases: store.databases.length,
    log: own.log,
  })
  store.ledger.closeAll()
  Object.assign(copy.settings, store.settings)
  copy.events.setNotifications(store.events.notifications)
  copy.eviction.configure()
  copy.eviction.follow(store.eviction)
  take(copy, store.databases)
  copy.forgetTime()
  return copy
}

/** All keys as they are now, and how chance goes on. O(keys). */
export function checkpointOf(store: Store): Checkpoint {
  const now = store.now()
  store.ledger.closeAll()
  const tables = store.databases.map((database) => shareTable(database, now))
  return new Checkpoint(tables, store.random.clone())
}

/**
 * Goes back to a checkpoint, as an effect of the running unit: watches of keys that are there before or after trip, and
 * those who wait for a key that is there now are tried. O(keys).
 */
export function restoreTo(store: Store, checkpoint: Checkpoint): void {
  const { databases, watches } = store
  for (const [index, database] of databases.entries()) {
    watches.touchAll(database, checkpoint.tables[index])
    store.dirty += database.keys.size
  }
  take(store, checkpoint.tables)
  store.tracking?.flushed()
  store.random.follow(checkpoint.random)
  for (const database of databases) store.dirty += database.keys.size
  store.pending = EFFECTS
}

/** Puts copies of these keys in place of those of a store. */
function take(store: Store, tables: readonly KeyTable[]): void {
  const now = store.now()
  for (const [index, database] of store.databases.entries()) {
    store.replaceKeys(database, shareTable(tables[index]!, now))
    store.awaken(database)
  }
  store.expiry.rearm()
}
