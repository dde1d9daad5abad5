/** Calls that took long: https://redis.io/docs/latest/commands/slowlog-get/ They are kept in slow-calls.ts. */

import { countTooSmall, subcommandSyntax } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { parseInt64 } from '../structures/int64.js'
import { type Argv, clamp, textAt } from './argv.js'
import { ADMIN, type Command, LOADING, NO_KEYS, STALE } from './command.js'
import { helpCommand } from './help.js'
import { observationOf } from './observation.js'
import { OK, type Reply } from './reply.js'
import type { SlowCall } from './slow-calls.js'

const COUNT_BY_DEFAULT = 10

/** The slow calls, the last first: `count` at most, all for -1. O(count). */
export function slowlogGet({ store }: Unit, count = COUNT_BY_DEFAULT): readonly SlowCall[] {
  if (!(count >= -1)) throw countTooSmall()
  return observationOf(store).slowCalls.list(count)
}

/** How many slow calls are kept. O(1). */
export function slowlogLen({ store }: Unit): number {
  return observationOf(store).slowCalls.size
}

/** Forgets the slow calls. O(1). */
export function slowlogReset({ store }: Unit): void {
  observationOf(store).slowCalls.clear()
}

// What follows is the wire: one entry a command.

function getCall(unit: Unit, argv: Argv): Reply {
  if (argv.length > 3) throw subcommandSyntax(textAt(argv, 1), 'SLOWLOG')
  const count = argv.length === 2 ? COUNT_BY_DEFAULT : parseInt64(textAt(argv, 2))
  if (count === undefined) throw countTooSmall()
  return slowlogGet(unit, clamp(count)).map(({ id, timestamp, durationUs, args, client, clientName }) => [
    id,
    timestamp,
    durationUs,
    args,
    client,
    clientName,
  ])
}

const HELP = [
  'SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'GET [<count>]',
  '    The slow calls, the last first: id, time, microseconds, words, session, its name.',
  'LEN',
  '    How many slow calls are kept.',
  'RESET',
  '    Forgets the slow calls.',
  'HELP',
  '    This text.',
]

const OF_SLOWLOG = { since: '2.2.12', group: 'server', flags: ADMIN | LOADING | STALE, keys: NO_KEYS } as const
const ON_ALL_NODES = 'request_policy:all_nodes'

export const slowlogCommands = {
  SLOWLOG: {
    ...OF_SLOWLOG,
    summary: 'Tells of calls that took long.',
    complexity: 'O(1)',
    arity: -2,
    flags: 0,
    syntax: '',
    subcommands: {
      GET: {
        ...OF_SLOWLOG,
        summary: 'Returns the slow calls, the last first.',
        complexity: 'O(N), N calls that are returned',
        arity: -2,
        tips: [ON_ALL_NODES, 'nondeterministic_output'],
        syntax: '[count:integer]',
        call: getCall,
      },
      HELP: helpCommand(HELP, { ...OF_SLOWLOG, since: '6.2.0' }),
      LEN: {
        ...OF_SLOWLOG,
        summary: 'Returns how many slow calls are kept.',
        complexity: 'O(1)',
        arity: 2,
        tips: [ON_ALL_NODES, 'response_policy:agg_sum', 'nondeterministic_output'],
        syntax: '',
        call: (unit): Reply => slowlogLen(unit),
      },
      RESET: {
        ...OF_SLOWLOG,
        summary: 'Forgets the slow calls.',
        complexity: 'O(1)',
        arity: 2,
        tips: [ON_ALL_NODES, 'response_policy:all_succeeded'],
        syntax: '',
        call(unit): Reply {
          slowlogReset(unit)
          return OK
        },
      },
    },
  },
} satisfies Record<string, Command>
