/**
 * The store as a whole: https://redis.io/docs/latest/commands/?group=server
 *
 * COMMAND is in server-command.ts.
 */
import { invalidDatabase, syntaxError } from '../errors.js'
import { type Database, emptyTable } from '../keyspace/database.js'
import { EFFECTS } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import { isInt32, parseInt64 } from '../structures/int64.js'
import { type Argv, textAt, tokenAt } from './argv.js'
import { type Command, FAST, LOADING, NO_KEYS, READONLY, STALE, WRITE } from './command.js'
import { databaseAt } from './generic.js'
import { OK, type Reply } from './reply.js'

/** How many keys the database has; those whose time is up count until they are removed. O(1). */
export function dbsize(unit: Unit): number {
  return unit.database.keys.size
}

/** Removes all keys of the database. O(1), and O(watched keys). No event. */
export function flushdb(unit: Unit): void {
  empty(unit, unit.database)
  unit.store.tracking?.flushed()
  if (unit.logging) unit.log('FLUSHDB')
}

/** Removes all keys of all databases. O(databases). No event. */
export function flushall(unit: Unit): void {
  for (const database of unit.store.databases) empty(unit, database)
  unit.store.tracking?.flushed()
  if (unit.logging) unit.log('FLUSHALL')
}

/** The keys go all at once: what they held is left to the garbage collector, which works in steps. */
function empty(unit: Unit, database: Database): void {
  unit.store.watches.touchAll(database, undefined)
  unit.store.dirty += database.keys.size
  unit.store.replaceKeys(database, emptyTable())
  unit.store.awaken(database)
}

/** Exchanges the keys of two databases. O(1), and O(keys that are watched or waited for). No event. */
export function swapdb(unit: Unit, index1: number, index2: number): void {
  if (!isInt32(index1)) throw invalidDatabase('first')
  if (!isInt32(index2)) throw invalidDatabase('second')
  const [first, second] = [databaseAt(unit, index1), databaseAt(unit, index2)]
  if (first !== second) {
    unit.store.watches.touchAll(first, second)
    unit.store.watches.touchAll(second, first)
    const { store } = unit
    store.replaceKeys(first, store.replaceKeys(second, store.replaceKeys(first, emptyTable())))
    store.awaken(first)
    store.awaken(second)
  }
  unit.store.dirty++
  unit.store.pending = EFFECTS
  if (unit.logging) unit.log('SWAPDB', String(index1), String(index2))
}

/** The time: seconds since the epoch, and microseconds of the second. O(1). */
export function time(unit: Unit): { seconds: number; microseconds: number } {
  const now = unit.now()
  return { seconds: Math.floor(now / 1000), microseconds: (now % 1000) * 1000 }
}

// What follows is the wire: one entry a command.

function flushCall(flush: (unit: Unit) => void): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv) => {
    const how = tokenAt(argv, 1)
    if (argv.length > 2 || (argv.length === 2 && how !== 'SYNC' && how !== 'ASYNC')) throw syntaxError()
    flush(unit)
    return OK
  }
}

/** NaN where there is no integer. */
function indexAt(argv: Argv, index: number): number {
  return Number(parseInt64(textAt(argv, index)))
}

const EVERYWHERE = ['request_policy:all_shards', 'response_policy:all_succeeded']

export const serverCommands = {
  DBSIZE: {
    summary: 'Returns the number of keys in the database.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: READONLY | FAST,
    categories: ['keyspace'],
    tips: ['request_policy:all_shards', 'response_policy:agg_sum'],
    keys: NO_KEYS,
    syntax: '',
    call: (unit): Reply => dbsize(unit),
  },
  FLUSHALL: {
    summary: 'Removes all keys of all databases.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -1,
    flags: WRITE,
    categories: ['keyspace', 'dangerous'],
    tips: EVERYWHERE,
    keys: NO_KEYS,
    syntax: '[flush-type= ASYNC | SYNC]',
    call: flushCall(flushall),
  },
  FLUSHDB: {
    summary: 'Removes all keys of the database.',
    since: '1.0.0',
    group: 'server',
    complexity: 'O(1)',
    arity: -1,
    flags: WRITE,
    categories: ['keyspace', 'dangerous'],
    tips: EVERYWHERE,
    keys: NO_KEYS,
    syntax: '[flush-type= ASYNC | SYNC]',
    call: flushCall(flushdb),
  },
  SWAPDB: {
    summary: 'Exchanges the keys of two databases.',
    since: '4.0.0',
    group: 'server',
    complexity: 'O(N), N keys that are watched or waited for',
    arity: 3,
    flags: WRITE | FAST,
    categories: ['keyspace', 'dangerous'],
    keys: NO_KEYS,
    syntax: 'index1:integer index2:integer',
    call(unit, argv): Reply {
      swapdb(unit, indexAt(argv, 1), indexAt(argv, 2))
      return OK
    },
  },
  TIME: {
    summary: 'Returns the time of the clock.',
    since: '2.6.0',
    group: 'server',
    complexity: 'O(1)',
    arity: 1,
    flags: LOADING | STALE | FAST,
    tips: ['nondeterministic_output'],
    keys: NO_KEYS,
    syntax: '',
    call(unit): Reply {
      const { seconds, microseconds } = time(unit)
      return [String(seconds), String(microseconds)]
    },
  },
} satisfies Record<string, Command>
