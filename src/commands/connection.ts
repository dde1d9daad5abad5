/** The connection: https://redis.io/docs/latest/commands/?group=connection */
import { wrongArity } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { int32At } from './argv.js'
import { type Command, FAST, LOADING, NO_KEYS, STALE } from './command.js'
import { databaseAt } from './generic.js'
import { OK, type Reply, Status } from './reply.js'

const PONG = new Status('PONG')

/** Selects the database that later calls of this session work on. O(1). */
export function select(unit: Unit, index: number): void {
  unit.database = databaseAt(unit, index)
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
    call(_unit, argv): Reply {
      if (argv.length > 2) throw wrongArity('ping')
      return argv[1] ?? PONG
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
