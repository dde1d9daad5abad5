/** What can be set while the database runs: CONFIG, over the table in config-parameters.ts. */

import { configSetFailed, noConfigFile, unknownParameter, wrongArity } from '../errors.js'
import type { Store } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import { Glob } from '../structures/glob.js'
import { type Argv, textAt, textsFrom } from './argv.js'
import { ADMIN, type Command, LOADING, NO_KEYS, NOSCRIPT, STALE } from './command.js'
import { PARAMETERS } from './config-parameters.js'
import { BadParameter, type Parameter } from './config-values.js'
import { helpCommand } from './help.js'
import { observationOf } from './observation.js'
import { MapReply, OK, type Reply } from './reply.js'

/**
 * The values of all parameters that a pattern fits; names and patterns in any letter case. One that is asked for by its name
 * comes by it as it was written, as in Redis. O(patterns × parameters).
 */
export function configGet(unit: Unit, patterns: readonly string[]): Record<string, string> {
  const globs = patterns.map((pattern) => new Glob(pattern, true))
  const found: Record<string, string> = {}
  for (const { name, get } of PARAMETERS.values()) {
    const first = globs.findIndex((glob) => glob.matches(name))
    if (first < 0) continue
    const asked = patterns[first]!
    found[asked.length === name.length && asked.toLowerCase() === name ? asked : name] = get(unit.store)
  }
  return found
}

/** Sets parameters: all of them, or none where one cannot be. O(1) each. */
export function configSet(unit: Unit, values: readonly (readonly [name: string, value: string])[]): void {
  const found = values.map(([name]) => findParameter(name))
  const twice = found.find(({ name }, i) => found.findIndex((other) => other.name === name) !== i)
  const fixed = found.find((parameter) => parameter.set === undefined)
  if (fixed !== undefined)
    throw configSetFailed(fixed.name, `can't set ${fixed.isProtected ? 'protected' : 'immutable'} config`)
  if (twice !== undefined) throw configSetFailed(twice.name, 'duplicate parameter')
  const steps = values.map(([name, value], i) => readValue(unit.store, found[i]!, name, value))
  for (const step of steps) step(unit.store)
  unit.keepWithin()
}

function findParameter(name: string): Parameter {
  const parameter = PARAMETERS.get(name.toLowerCase())
  if (parameter === undefined) throw unknownParameter(name)
  return parameter
}

function readValue(store: Store, parameter: Parameter, name: string, value: string): (store: Store) => void {
  try {
    return parameter.set!(value, store)
  } catch (error) {
    throw error instanceof BadParameter ? configSetFailed(name, error.message) : error
  }
}

/** Refused: there is no file that parameters came from. */
export function configRewrite(): never {
  throw noConfigFile()
}

/** Counts from zero again. O(commands). */
export function configResetstat({ store }: Unit): void {
  observationOf(store).reset()
}

// What follows is the wire: one entry a command.

function pairsFrom(argv: Argv): [string, string][] {
  if (argv.length % 2 !== 0) throw wrongArity('config|set')
  return Array.from({ length: argv.length / 2 - 1 }, (_, i) => [textAt(argv, 2 * i + 2), textAt(argv, 2 * i + 3)])
}

const HELP = [
  'CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'GET <pattern> [<pattern> ...]',
  '    The parameters whose names fit, and their values.',
  'SET <parameter> <value> [<parameter> <value> ...]',
  '    Sets parameters, all or none.',
  'RESETSTAT',
  '    Counts from zero again.',
  'REWRITE',
  '    Writes the parameters to the file that they came from.',
  'HELP',
  '    This text.',
]

const OF_CONFIG = {
  since: '2.0.0',
  group: 'server',
  flags: ADMIN | LOADING | STALE | NOSCRIPT,
  keys: NO_KEYS,
} as const
const EVERYWHERE = ['request_policy:all_nodes', 'response_policy:all_succeeded']

export const configCommands = {
  CONFIG: {
    ...OF_CONFIG,
    summary: 'Reads and sets parameters.',
    complexity: 'O(1)',
    arity: -2,
    flags: 0,
    syntax: '',
    subcommands: {
      GET: {
        ...OF_CONFIG,
        summary: 'Returns the values of parameters.',
        complexity: 'O(N), N patterns times parameters',
        arity: -3,
        syntax: 'parameter...',
        call: (unit, argv): Reply => new MapReply(Object.entries(configGet(unit, textsFrom(argv, 2)))),
      },
      HELP: helpCommand(HELP, { ...OF_CONFIG, since: '5.0.0' }),
      RESETSTAT: {
        ...OF_CONFIG,
        summary: 'Counts from zero again what INFO tells of.',
        complexity: 'O(N), N commands',
        arity: 2,
        tips: EVERYWHERE,
        syntax: '',
        call(unit): Reply {
          configResetstat(unit)
          return OK
        },
      },
      REWRITE: {
        ...OF_CONFIG,
        summary: 'Writes the parameters to the file that they came from.',
        since: '2.8.0',
        complexity: 'O(1)',
        arity: 2,
        tips: EVERYWHERE,
        syntax: '',
        call: configRewrite,
      },
      SET: {
        ...OF_CONFIG,
        summary: 'Sets parameters.',
        complexity: 'O(N), N parameters',
        arity: -4,
        tips: EVERYWHERE,
        syntax: '<data= parameter value>...',
        call(unit, argv): Reply {
          configSet(unit, pairsFrom(argv))
          return OK
        },
      },
    },
  },
} satisfies Record<string, Command>
