/** Checkpoints of the whole store, which Redis does not have. */
import type { Checkpoint } from '../keyspace/checkpoint.js'
import { checkpointOf, restoreTo } from '../keyspace/copies.js'
import { deadlineOf } from '../keyspace/database.js'
import type { Unit } from '../keyspace/unit.js'
import { payloadOf } from './generic-dump.js'

/** Takes down the state of the store. O(keys). */
export function checkpoint(unit: Unit): Checkpoint {
  return checkpointOf(unit.store)
}

/**
 * Goes back to a checkpoint. O(keys), and O(bytes) where a log listens. Logged as FLUSHALL and a RESTORE for each key; no
 * event, as FLUSHALL and SWAPDB have none. Throws a RangeError when it comes from a store of more databases, or of fewer.
 */
export function restoreCheckpoint(unit: Unit, to: Checkpoint): void {
  const { store } = unit
  if (to.tables.length !== store.databases.length) {
    throw new RangeError(`the checkpoint is of ${to.tables.length} databases, and here are ${store.databases.length}`)
  }
  restoreTo(store, to)
  if (unit.logging) logState(unit)
}

function logState(unit: Unit): void {
  const { store } = unit
  unit.log('FLUSHALL')
  for (const database of store.databases) {
    const { keys } = database
    for (let slot = 0; slot < keys.size; slot++) {
      const deadline = String(deadlineOf(database, slot) ?? 0)
      const payload = payloadOf(keys.lookAt(slot))
      store.append(database, ['RESTORE', keys.keyAt(slot)!, deadline, payload, 'REPLACE', 'ABSTTL'])
    }
  }
}
