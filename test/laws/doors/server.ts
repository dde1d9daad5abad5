import * as fc from 'fast-check'
import type { CallReply, Data } from 'redstart'
import type { CommandDocs, CommandInfo } from '../../../src/commands/introspection.js'
import { type Door, keys, mapOf, optional, plain, same, smallIndex, withOptions } from './door.js'

function infoReply(raw: CallReply): unknown {
  if (raw === null) return null
  const [name, arity, flags, firstKey, lastKey, keyStep, categories, tips, keySpecs, subcommands] = raw as CallReply[]
  return {
    ...{ name, arity, flags, firstKey, lastKey, keyStep, tips },
    categories: (categories as string[]).map((category) => category.slice(1)),
    keySpecs: (keySpecs as CallReply[]).map(keySpecReply),
    subcommands: (subcommands as CallReply[]).map(infoReply),
  }
}

function keySpecReply(raw: CallReply): unknown {
  const { flags, notes, begin_search, find_keys } = mapOf(raw)
  const [begin, find] = [mapOf(begin_search!), mapOf(find_keys!)]
  const [from, range] = [mapOf(begin['spec']!), mapOf(find['spec']!)]
  const word = from['keyword']
  const keyword = { word, from: from['startfrom'], limit: range['limit'] }
  const search = find['type'] === 'keynum' ? 'counted' : find['type'] === 'unknown' ? 'unknown' : undefined
  return {
    ...{
      flags,
      first: from['index'] ?? 0,
      last: range['lastkey'] ?? 0,
      step: range['keystep'] ?? 1,
    },
    ...(notes === undefined ? {} : { notes }),
    ...(search === undefined ? {} : { search }),
    ...(word === undefined ? {} : { search: 'keyword', keyword }),
  }
}

/** Of the documentation what both shapes have: the tree of arguments is told by names and types. */
function docsReply(raw: CallReply): unknown {
  const argument = (inner: CallReply): unknown => {
    const fields = mapOf(inner)
    return [fields['name'], fields['type'], ((fields['arguments'] as CallReply[]) ?? []).map(argument)]
  }
  return Object.fromEntries(
    Object.entries(mapOf(raw)).map(([name, docs]) => {
      const fields = mapOf(docs)
      return [
        name,
        {
          ...{ summary: fields['summary'], since: fields['since'], group: fields['group'] },
          ...{ complexity: fields['complexity'], deprecated: fields['deprecated_since'] ?? null },
          arguments: ((fields['arguments'] as CallReply[]) ?? []).map(argument),
          subcommands: fields['subcommands'] === undefined ? {} : docsReply(fields['subcommands']),
        },
      ]
    }),
  )
}

function typedDocs(docs: Record<string, CommandDocs>): unknown {
  type Arguments = CommandDocs['arguments']
  const argument = ({ name, type, arguments: inner }: Arguments[number]): unknown => [
    name,
    type,
    (inner ?? []).map(argument),
  ]
  return Object.fromEntries(
    Object.entries(docs).map(
      ([name, { summary, since, group, complexity, deprecated, arguments: tree, subcommands }]) => [
        name,
        {
          ...{ summary, since, group, complexity, deprecated: deprecated?.since ?? null },
          arguments: tree.map(argument),
          subcommands: typedDocs(subcommands),
        },
      ],
    ),
  )
}

const names = fc.array(fc.constantFrom('get', 'SET', 'object', 'object|encoding', 'command|info', 'nosuch', 'mset'), {
  maxLength: 3,
})
const calls = fc.constantFrom<readonly Data[]>(
  ...[
    ['GET', 'k'],
    ['set', 'k', 'v', 'GET'],
    ['MSET', 'a', 1, 'b', 2],
    ['del', 'x', 'y'],
    ['OBJECT', 'encoding', 'k'],
  ],
  ...[['PING'], ['nosuch'], ['get'], ['LCS', 'a', 'b', 'LEN']],
)
const COMMAND_FILTERS = [{ aclcat: 'write' }, { pattern: 'g*' }, { module: 'none' }, { aclcat: 'nosuch' }]

/** The server as a whole, and what the table says of commands. */
export const serverDoors: Readonly<Record<string, Door>> = {
  dbsize: plain('DBSIZE', fc.constant([])),
  flushdb: plain('FLUSHDB', fc.constant([])),
  flushall: plain('FLUSHALL', fc.constant([])),
  swapdb: plain('SWAPDB', fc.tuple(smallIndex, smallIndex)),
  save: plain('SAVE', fc.constant([])),
  bgsave: plain('BGSAVE', fc.constant([])),
  bgrewriteaof: plain('BGREWRITEAOF', fc.constant([])),
  lastsave: plain('LASTSAVE', fc.constant([])),
  time: plain('TIME', fc.constant([]), (raw) => (raw as string[]).map(Number)),
  memoryDoctor: plain('MEMORY', fc.constant([])),
  memoryPurge: plain('MEMORY', fc.constant([])),
  memoryUsage: withOptions(
    'MEMORY',
    fc.tuple(keys),
    optional({ samples: fc.constantFrom<number | bigint>(0, 3, -1, 1.5, 2n ** 63n) }),
  ),
  configGet: {
    draw: fc.array(fc.constantFrom('databases', 'DATA*', 'nosuch', '*'), { minLength: 1 }).map((args) => ({
      args,
      words: ['CONFIG', 'GET', ...args],
    })),
    reply: mapOf,
  },
  configRewrite: { draw: fc.constant({ args: [], words: ['CONFIG', 'REWRITE'] }), reply: same },
  configSet: {
    draw: fc.constantFrom('databases', 'nosuch', 'Databases').map((name) => ({
      args: [{ [name]: '5' }],
      words: ['CONFIG', 'SET', name, '5'],
    })),
    reply: same,
  },
  commandCount: plain('COMMAND', fc.constant([])),
  commandList: {
    draw: fc.constantFrom(undefined, ...COMMAND_FILTERS).map((filter) => ({
      args: filter === undefined ? [] : [filter],
      words: ['COMMAND', ...(filter === undefined ? [] : ['FILTERBY', ...Object.entries(filter).flat()])],
    })),
    reply: same,
  },
  commandGetKeys: plain('COMMAND', calls),
  commandGetKeysAndFlags: {
    ...plain('COMMAND', calls),
    reply: (raw) => (raw as [string, string[]][]).map(([key, flags]) => ({ key, flags })),
  },
  commandInfo: {
    ...plain('COMMAND', names),
    reply: (raw) => (raw as CallReply[]).map(infoReply),
    typed: (infos: (CommandInfo | null)[]) => infos,
  },
  commandDocs: { ...plain('COMMAND', names), reply: docsReply, typed: typedDocs },
}
