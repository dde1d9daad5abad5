/** What there is to call: COMMAND, answered from the table by introspection.ts. */

import { syntaxError } from '../errors.js'
import { type Argv, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, type CommandTable, type KeySpec, LOADING, NO_KEYS, STALE } from './command.js'
import { helpCommand } from './help.js'
import {
  type CommandDocs,
  type CommandInfo,
  commandCount,
  commandDocs,
  commandGetKeys,
  commandInfo,
  commandList,
} from './introspection.js'
import { MapReply, type Reply, SetReply, Status } from './reply.js'
import type { Argument } from './syntax.js'

/** A set of names on the wire. */
function names(texts: readonly string[]): SetReply {
  return new SetReply(texts.map((text) => new Status(text)))
}

function infoReply(info: CommandInfo): Reply {
  return [
    info.name,
    info.arity,
    names(info.flags),
    info.firstKey,
    info.lastKey,
    info.keyStep,
    names(info.categories.map((category) => `@${category}`)),
    info.tips,
    info.keySpecs.map(keySpecReply),
    info.subcommands.map(infoReply),
  ]
}

function map(fields: Readonly<Record<string, Reply>>): MapReply {
  return new MapReply(Object.entries(fields))
}

const UNKNOWN = map({ type: 'unknown', spec: map({}) })

function keySpecReply(spec: KeySpec): Reply {
  return map({
    ...(spec.notes === undefined ? {} : { notes: spec.notes }),
    flags: names(spec.flags),
    begin_search: beginSearch(spec),
    find_keys: findKeys(spec),
  })
}

function beginSearch({ search, first, keyword }: KeySpec): Reply {
  if (search === 'unknown') return UNKNOWN
  if (keyword === undefined) return map({ type: 'index', spec: map({ index: first }) })
  return map({ type: 'keyword', spec: map({ keyword: keyword.word, startfrom: keyword.from }) })
}

function findKeys(spec: KeySpec): Reply {
  if (spec.search === 'unknown') return UNKNOWN
  if (spec.search === 'counted') {
    return map({ type: 'keynum', spec: map({ keynumidx: 0, firstkey: 1, keystep: spec.step }) })
  }
  return map({ type: 'range', spec: map({ lastkey: spec.last, keystep: spec.step, limit: spec.keyword?.limit ?? 0 }) })
}

/** Arguments that Redis shows by another text than their names. */
const DISPLAYED: Readonly<Record<string, string>> = {
  storekey: 'key',
  storedistkey: 'key',
  entriesread: 'entries-read',
}

/** As Redis shows arguments: by their names, except for a few that are said to be of a kind. */
function displayed({ type, name }: Argument): string {
  return type === 'pattern' ? 'pattern' : (DISPLAYED[name] ?? name)
}

function docsReply(docs: CommandDocs, keySpecs: readonly KeySpec[]): Reply {
  let spec = 0
  // Keys stand for the specs in their order; where one spec covers several keys they share it.
  const nextKeySpec = (): number => Math.min(spec++, Math.max(0, keySpecs.length - 1))
  const subcommands = Object.entries(docs.subcommands)
  return map({
    summary: docs.summary,
    since: docs.since,
    group: docs.group,
    complexity: docs.complexity,
    ...(docs.deprecated === undefined
      ? {}
      : {
          doc_flags: names(['deprecated']),
          deprecated_since: docs.deprecated.since,
          replaced_by: docs.deprecated.use,
        }),
    ...(docs.internal || docs.isSystem ? { doc_flags: names(['syscmd']) } : {}),
    ...(docs.arguments.length === 0
      ? {}
      : { arguments: docs.arguments.map((argument) => argumentReply(argument, nextKeySpec)) }),
    ...(subcommands.length === 0
      ? {}
      : { subcommands: new MapReply(subcommands.map(([name, inner]) => [name, docsReply(inner, [])])) }),
  })
}

function argumentReply(argument: Argument, nextKeySpec: () => number): Reply {
  const flags: string[] = []
  if (argument.optional) flags.push('optional')
  if (argument.multiple) flags.push('multiple')
  if (argument.multipleToken) flags.push('multiple_token')
  const plain = argument.type !== 'oneof' && argument.type !== 'block'
  return map({
    name: argument.name,
    type: argument.type,
    ...(plain ? { display_text: displayed(argument) } : {}),
    ...keySpecIndex(argument, nextKeySpec),
    ...(argument.token === undefined ? {} : { token: argument.token }),
    ...(flags.length === 0 ? {} : { flags: names(flags) }),
    ...(argument.arguments === undefined
      ? {}
      : { arguments: argument.arguments.map((inner) => argumentReply(inner, nextKeySpec)) }),
  })
}

function keySpecIndex({ type, keySpec }: Argument, nextKeySpec: () => number): Readonly<Record<string, Reply>> {
  if (keySpec !== undefined) return { key_spec_index: keySpec }
  return type === 'key' ? { key_spec_index: nextKeySpec() } : {}
}

function infoOrNull(info: CommandInfo | null): Reply {
  return info === null ? null : infoReply(info)
}

function docsMap(table: CommandTable, asked: readonly string[]): Reply {
  const docs = commandDocs(table, asked)
  const specs = commandInfo(table, Object.keys(docs)).map((info) => info?.keySpecs ?? [])
  return new MapReply(Object.entries(docs).map(([name, entry], index) => [name, docsReply(entry, specs[index] ?? [])]))
}

function listReply(table: CommandTable, argv: Argv): Reply {
  if (argv.length === 2) return commandList(table)
  if (argv.length !== 5 || tokenAt(argv, 2) !== 'FILTERBY') throw syntaxError()
  const value = textAt(argv, 4)
  switch (tokenAt(argv, 3)) {
    case 'MODULE':
      return commandList(table, { module: value })
    case 'ACLCAT':
      return commandList(table, { aclcat: value })
    case 'PATTERN':
      return commandList(table, { pattern: value })
    default:
      throw syntaxError()
  }
}

const HELP = [
  'COMMAND [<subcommand> [<arg> ...]]. Subcommands are:',
  '(none)',
  '    All commands with their arity, flags and keys.',
  'COUNT',
  '    How many commands there are.',
  'LIST [FILTERBY MODULE <name>|ACLCAT <category>|PATTERN <glob>]',
  '    The names of the commands.',
  'INFO [<name> ...]',
  '    Arity, flags and keys of these commands, or of all.',
  'DOCS [<name> ...]',
  '    Summary and arguments of these commands, or of all.',
  'GETKEYS <command> [<arg> ...]',
  '    The keys of a call.',
  'GETKEYSANDFLAGS <command> [<arg> ...]',
  '    The keys of a call and what is done to each.',
  'HELP',
  '    This text.',
]

const QUIET = LOADING | STALE
const UNORDERED = ['nondeterministic_output_order']
const OF_COMMAND = { group: 'server', categories: ['connection'], flags: QUIET, keys: NO_KEYS } as const

/** The entry of COMMAND, over a table that is complete when it is called. */
export function commandCommands(table: () => CommandTable) {
  return {
    COMMAND: {
      ...OF_COMMAND,
      summary: 'Describes all commands.',
      since: '2.8.13',
      complexity: 'O(N), N commands',
      arity: -1,
      tips: UNORDERED,
      syntax: '',
      call: (): Reply => commandInfo(table(), []).map(infoOrNull),
      subcommands: {
        COUNT: {
          ...OF_COMMAND,
          summary: 'Returns the number of commands.',
          since: '2.8.13',
          complexity: 'O(1)',
          arity: 2,
          syntax: '',
          call: (): Reply => commandCount(table()),
        },
        DOCS: {
          ...OF_COMMAND,
          summary: 'Returns summary and arguments of commands.',
          since: '7.0.0',
          complexity: 'O(N), N commands asked for',
          arity: -2,
          tips: UNORDERED,
          syntax: '[command-name...]',
          call: (_unit, argv): Reply => docsMap(table(), textsFrom(argv, 2)),
        },
        GETKEYS: {
          ...OF_COMMAND,
          summary: 'Returns the keys of a call.',
          since: '2.8.13',
          complexity: 'O(N), N words of the call',
          arity: -3,
          syntax: 'command [arg...]',
          call: (_unit, argv): Reply => commandGetKeys(table(), argv.slice(2)).map(({ key }) => key),
        },
        GETKEYSANDFLAGS: {
          ...OF_COMMAND,
          summary: 'Returns the keys of a call and what is done to each.',
          since: '7.0.0',
          complexity: 'O(N), N words of the call',
          arity: -3,
          syntax: 'command [arg...]',
          call: (_unit, argv): Reply =>
            commandGetKeys(table(), argv.slice(2)).map(({ key, flags }) => [key, names(flags)]),
        },
        HELP: helpCommand(HELP, { ...OF_COMMAND, since: '5.0.0' }),
        INFO: {
          ...OF_COMMAND,
          summary: 'Returns arity, flags and keys of commands.',
          since: '2.8.13',
          complexity: 'O(N), N commands asked for',
          arity: -2,
          tips: UNORDERED,
          syntax: '[command-name...]',
          call: (_unit, argv): Reply => commandInfo(table(), textsFrom(argv, 2)).map(infoOrNull),
        },
        LIST: {
          ...OF_COMMAND,
          summary: 'Returns the names of the commands.',
          since: '7.0.0',
          complexity: 'O(N), N commands',
          arity: -2,
          tips: UNORDERED,
          syntax: '[FILTERBY <filterby= MODULE module-name | ACLCAT category | PATTERN pattern:pattern>]',
          call: (_unit, argv): Reply => listReply(table(), argv),
        },
      },
    },
  } satisfies Record<string, Command>
}
