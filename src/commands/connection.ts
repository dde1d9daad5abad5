/** The connection: https://redis.io/docs/latest/commands/?group=connection */
import { sessionClosed, wrongArity } from '../errors.js'
import { REPLIES } from '../keyspace/client.js'
import { endSubscribers, unsubscribeAll } from '../keyspace/client-subscriptions.js'
import type { Unit } from '../keyspace/unit.js'
import { int32At } from './argv.js'
import { endTracking } from './client-tracking.js'
import { ALLOW_BUSY, type Command, FAST, LOADING, NO_AUTH, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import { databaseAt } from './generic.js'
import { endMonitor } from './monitor.js'
import { OK, type Reply, Status } from './reply.js'
import { leaveMulti } from './transactions.js'

const PONG = new Status('PONG')
const RESET = new Status('RESET')

/** Selects the database that later calls of this session work on. O(1). */
export function select(unit: Unit, index: number): void {
  unit.database = databaseAt(unit, index)
}

/**
 * Puts the connection back to how it began: database 0, nothing queued, nothing watched, not in subscriber mode, nothing monitored
 * or tracked, answered by the older protocol. O(queued calls, watched keys and subscriptions).
 */
export function reset(unit: Unit): void {
  const { client, store } = unit
  leaveMulti(unit)
  unsubscribeAll(store.pubsub, client)
  endMonitor(client, store)
  endTracking(client, unit)
  client.name = ''
  if (!client.pinned) signOut(unit)
  client.protocol = 2
  client.replies = REPLIES.on
  client.noEvict = false
  client.noTouch = false
  unit.database = store.databases[0]!
}

function signOut({ client, store }: Unit): void {
  client.user = undefined
  client.authenticated = !store.authRequired
}

/** Ends the connection: what it waits for and is subscribed to is given up, and its calls are refused from now on. */
export function endClient(unit: Unit): void {
  if (unit.client.closed) return
  reset(unit)
  endSubscribers(unit.client)
  unit.client.closed = true
  unit.store.connections.remove(unit.client)
  unit.store.waiters.rejectAll(sessionClosed(), unit.client)
  unit.store.pause?.forget(unit.client)
}

export const connectionCommands = {
  ECHO: {
    summary: 'Returns its argument.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: LOADING | STALE | FAST,
    keys: NO_KEYS,
    syntax: 'message',
    call: (_unit, argv): Reply => argv[1]!,
  },
  PING: {
    summary: 'Returns PONG, or its argument.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: -1,
    flags: FAST,
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    keys: NO_KEYS,
    syntax: '[message]',
    call(unit, argv): Reply {
      if (argv.length > 2) throw wrongArity('ping')
      // In subscriber mode every reply of RESP2 looks like a message.
      if (unit.client.subscriptions !== undefined && unit.client.protocol === 2) return ['pong', argv[1] ?? '']
      return argv[1] ?? PONG
    },
  },
  QUIT: {
    summary: 'Ends the session.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: -1,
    flags: LOADING | STALE | FAST | NOSCRIPT | ALLOW_BUSY | NO_AUTH,
    keys: NO_KEYS,
    syntax: '',
    deprecated: { since: '7.2.0', use: 'just closing the connection' },
    runsInMulti: true,
    call(unit): Reply {
      endClient(unit)
      return OK
    },
  },
  RESET: {
    summary: 'Puts the session back to how it began.',
    since: '6.2.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 1,
    flags: LOADING | STALE | FAST | NOSCRIPT | ALLOW_BUSY | NO_AUTH,
    keys: NO_KEYS,
    syntax: '',
    runsInMulti: true,
    call(unit): Reply {
      reset(unit)
      return RESET
    },
  },
  SELECT: {
    summary: 'Selects a database by its index.',
    since: '1.0.0',
    group: 'connection',
    complexity: 'O(1)',
    arity: 2,
    flags: LOADING | STALE | FAST,
    keys: NO_KEYS,
    syntax: 'index:integer',
    call(unit, argv): Reply {
      select(unit, int32At(argv, 1))
      return OK
    },
  },
} satisfies Record<string, Command>
