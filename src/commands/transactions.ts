/**
 * Optimistic transactions of a connection: https://redis.io/docs/latest/commands/?group=transactions
 *
 * MULTI queues in dispatch.ts. The typed side (`db.multi()`) is no wire: it calls bodies.
 */
import { execAborted, multiNested, RedstartError, watchInMulti, withoutMulti } from '../errors.js'
import { Transaction } from '../keyspace/client.js'
import type { Unit } from '../keyspace/unit.js'
import type { Watch } from '../keyspace/watches.js'
import { authorizeQueued } from './acl-access.js'
import { textsFrom } from './argv.js'
import { ALLOW_BUSY, type Command, FAST, keySpec, LOADING, NO_KEYS, NOSCRIPT, SKIP_SLOWLOG, STALE } from './command.js'
import { runCommand } from './execution.js'
import { OK, type Reply } from './reply.js'

/** Begins to queue the calls of the connection. O(1). */
export function multi(unit: Unit): void {
  if (unit.client.transaction !== undefined) throw multiNested()
  unit.client.transaction = new Transaction()
}

/** Forgets what was queued, and what is watched. O(queued calls and watched keys). */
export function discard(unit: Unit): void {
  if (unit.client.transaction === undefined) throw withoutMulti('DISCARD')
  leaveMulti(unit)
}

/**
 * Runs what was queued as one unit: errors stand among the replies, and the calls behind them still run. Null, and nothing
 * is run, when a watched key has changed. O(queued calls), besides their own cost.
 */
export function exec(unit: Unit): Reply {
  const { transaction, watch } = unit.client
  if (transaction === undefined) throw withoutMulti('EXEC')
  const isOutdated = watch !== undefined && hasChanged(unit, watch)
  leaveMulti(unit)
  if (transaction.spoiled) throw execAborted()
  if (isOutdated) return null
  return unit.nest(() => transaction.calls.map(({ command, argv }) => runQueued(unit, command as Command, argv)))
}

/** Blocking commands do not wait in an open unit, so no reply is a promise. */
function runQueued(unit: Unit, command: Command, argv: readonly (string | Uint8Array)[]): Reply {
  try {
    authorizeQueued(unit, command, argv)
    return runCommand(unit, command, argv) as Reply
  } catch (error) {
    if (error instanceof RedstartError) return error
    throw error
  }
}

/** Ends MULTI, whatever was queued, and the watch with it. */
export function leaveMulti(unit: Unit): void {
  unit.client.transaction = undefined
  unwatch(unit)
}

/** Watches keys: EXEC runs only if none of them has changed by then. O(1) a key. */
export function watch(unit: Unit, keys: readonly string[]): void {
  if (unit.client.transaction !== undefined) throw watchInMulti()
  for (const key of keys) watchKey(unit, unit.client.openWatch(), key)
}

/** Adds a key of the unit's database to a watch. No access: a key whose time is up stays where it is. O(1). */
export function watchKey(unit: Unit, into: Watch, key: string): void {
  const { store, database } = unit
  store.watches.add(into, database, key, store.isOverdue(database, key))
}

/** Ends all watches of the connection. O(watched keys). */
export function unwatch(unit: Unit): void {
  const { client, store } = unit
  if (client.watch === undefined) return
  store.watches.cancel(client.watch)
  client.watch = undefined
}

/**
 * Whether anything that is watched has changed, or its time has passed since. After `unit.store.watches.cancel` only what
 * was noted before counts. O(watched keys).
 */
export function hasChanged(unit: Unit, watch: Watch): boolean {
  return watch.changed || unit.store.watches.haveExpired(watch)
}

// What follows is the wire: one entry a command.

const FLAGS = LOADING | STALE | FAST | NOSCRIPT | ALLOW_BUSY

export const transactionCommands = {
  MULTI: {
    summary: 'Begins a transaction: what follows is queued until EXEC.',
    since: '1.2.0',
    group: 'transactions',
    complexity: 'O(1)',
    arity: 1,
    flags: FLAGS,
    keys: NO_KEYS,
    syntax: '',
    runsInMulti: true,
    call(unit): Reply {
      multi(unit)
      return OK
    },
  },
  EXEC: {
    summary: 'Runs all calls of a transaction.',
    since: '1.2.0',
    group: 'transactions',
    complexity: 'Depends on the queued calls',
    arity: 1,
    flags: LOADING | STALE | NOSCRIPT | SKIP_SLOWLOG,
    keys: NO_KEYS,
    syntax: '',
    runsInMulti: true,
    call: exec,
  },
  DISCARD: {
    summary: 'Forgets the calls of a transaction.',
    since: '2.0.0',
    group: 'transactions',
    complexity: 'O(N), N queued calls',
    arity: 1,
    flags: FLAGS,
    keys: NO_KEYS,
    syntax: '',
    runsInMulti: true,
    call(unit): Reply {
      discard(unit)
      return OK
    },
  },
  WATCH: {
    summary: 'Watches keys: the next transaction runs only if none of them changes until then.',
    since: '2.2.0',
    group: 'transactions',
    complexity: 'O(1) a key',
    arity: -2,
    flags: FLAGS,
    keys: [keySpec('RO', 1, -1)],
    syntax: 'key:key...',
    runsInMulti: true,
    call(unit, argv): Reply {
      watch(unit, textsFrom(argv, 1))
      return OK
    },
  },
  UNWATCH: {
    summary: 'Watches no key any more.',
    since: '2.2.0',
    group: 'transactions',
    complexity: 'O(1)',
    arity: 1,
    flags: FLAGS,
    keys: NO_KEYS,
    syntax: '',
    call(unit): Reply {
      unwatch(unit)
      return OK
    },
  },
} satisfies Record<string, Command>
