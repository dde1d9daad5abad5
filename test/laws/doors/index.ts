import { aclDoors } from './acl.js'
import { bitmapDoors } from './bitmap.js'
import { connectionDoors } from './connection.js'
import type { Door } from './door.js'
import { genericDoors } from './generic.js'
import { geoDoors } from './geo.js'
import { hashDoors } from './hash.js'
import { hyperLogLogDoors } from './hyperloglog.js'
import { clientDoors, insideDoors } from './inside.js'
import { listDoors } from './list.js'
import { pubsubDoors } from './pubsub.js'
import { serverDoors } from './server.js'
import { setDoors } from './set.js'
import { sortDoors } from './sort.js'
import { sortedSetDoors } from './sorted-set.js'
import { sortedSetRangeDoors } from './sorted-set-ranges.js'
import { streamDoors } from './stream.js'
import { stringDoors } from './string.js'
import { vectorSetDoors } from './vector-set.js'

/**
 * Subscriptions take a listener, and streams are read: no call is like them. See test/api/pubsub.test.ts. What a process takes
 * changes from call to call: see test/commands/memory.test.ts.
 */
export const NO_DOORS: ReadonlySet<string> = new Set([
  ...['subscribe', 'psubscribe', 'ssubscribe', 'messages', 'pmessages', 'smessages', 'consume', 'monitor'],
  ...['memoryStats', 'memoryMallocStats'],
])

/** Every other typed method, and how it is called by words. */
export const DOORS: Readonly<Record<string, Door>> = {
  ...connectionDoors,
  ...stringDoors,
  ...listDoors,
  ...hashDoors,
  ...setDoors,
  ...sortedSetDoors,
  ...sortedSetRangeDoors,
  ...bitmapDoors,
  ...hyperLogLogDoors,
  ...geoDoors,
  ...streamDoors,
  ...vectorSetDoors,
  ...sortDoors,
  ...genericDoors,
  ...serverDoors,
  ...pubsubDoors,
  ...aclDoors,
  ...clientDoors,
  ...insideDoors,
}
