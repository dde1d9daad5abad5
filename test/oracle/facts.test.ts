import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EngineTarget } from './engine.js'
import { formatReply, isNil, itemsOf, type Reply, textOfReply } from './reply.js'
import { type RunningServer, serverOrSkip, startServer } from './server.js'
import { commands } from './table.js'
import { ServerTarget } from './target.js'

/** What Redis tells of a command and we do not: prose, history, and versions of single arguments. */
const LEFT_OUT = new Set(['summary', 'complexity', 'history', 'notes', 'since'])

/** What the arguments of a command have and those of this server have not yet: BITOP of Redis 8.2. */
const NEWER: ReadonlySet<string> = new Set(['diff', 'diff1', 'andor', 'one'])

type Json = string | Json[] | { [name: string]: Json }

/** Replies that are alternating names and values, as objects; the order of their names and of sets means nothing. */
function asMap(reply: Reply): Map<string, Reply> {
  const items = itemsOf(reply)
  const map = new Map<string, Reply>()
  for (let i = 0; i + 1 < items.length; i += 2) map.set(textOfReply(items[i]) ?? '', items[i + 1]!)
  return map
}

function sortedNames(reply: Reply | undefined): Json {
  return itemsOf(reply)
    .map((item) => textOfReply(item) ?? '')
    .sort()
}

function isKnown(argument: Reply): boolean {
  return !NEWER.has(textOfReply(asMap(argument).get('name')) ?? '')
}

function docsOf(reply: Reply): Json {
  const docs: Json = {}
  for (const [name, value] of asMap(reply)) {
    if (LEFT_OUT.has(name)) continue
    if (name === 'arguments') docs[name] = itemsOf(value).filter(isKnown).map(argumentOf)
    else if (name === 'flags' || name === 'doc_flags') docs[name] = sortedNames(value)
    else if (name === 'subcommands') {
      const inner: Json = {}
      for (const [sub, entry] of asMap(value)) inner[sub] = docsOf(entry)
      docs[name] = inner
    } else docs[name] = formatReply(value)
  }
  return docs
}

/** Without what only CLIENT KILL has: since when an argument is deprecated, and another text to show for addresses. */
function argumentOf(reply: Reply): Json {
  const { deprecated_since: _, display_text: shown, ...docs } = docsOf(reply) as { [name: string]: Json }
  return shown === undefined || ADDRESSES.has(String(docs['name'])) ? docs : { ...docs, display_text: shown }
}

const ADDRESSES: ReadonlySet<string> = new Set(['"old-format"', '"addr"', '"laddr"'])

function keySpecOf(reply: Reply): Json {
  const map = asMap(reply)
  return [sortedNames(map.get('flags')), formatReply(map.get('begin_search')!), formatReply(map.get('find_keys')!)]
}

function infoOf(reply: Reply): Json {
  const [name, arity, flags, first, last, step, categories, tips, specs, subcommands] = itemsOf(reply)
  const inner: Json = {}
  for (const entry of itemsOf(subcommands)) {
    inner[textOfReply(itemsOf(entry)[0]) ?? ''] = infoOf(entry)
  }
  return {
    name: textOfReply(name) ?? '',
    range: [arity, first, last, step].map((item) => formatReply(item!)),
    flags: sortedNames(flags),
    categories: sortedNames(categories),
    tips: sortedNames(tips),
    specs: itemsOf(specs).map(keySpecOf),
    subcommands: inner,
  }
}

const source = serverOrSkip()
/** Of the commands of its module Redis tells neither arity nor arguments. */
const told = commands.filter(({ group }) => group !== 'vector-set')
const names = [...new Set(told.map((spec) => spec.name.split('|')[0]!))]

describe.skipIf(source === undefined)('COMMAND beside a real Redis', () => {
  let server: RunningServer
  let real: ServerTarget
  let engine: EngineTarget

  beforeAll(async () => {
    server = await startServer(source!)
    real = await ServerTarget.open(server.address)
    engine = new EngineTarget()
    await real.run([])
    await engine.run([])
  })

  afterAll(async () => {
    await real?.close()
    await engine?.close()
    await server?.stop()
  })

  async function both(call: string[]): Promise<[Reply, Reply]> {
    const [expected] = await real.inspect([call])
    const [actual] = await engine.inspect([call])
    return [expected!, actual!]
  }

  it.each(names)('INFO %s tells arity, flags, categories, tips and keys as Redis does', async (name) => {
    const [expected, actual] = await both(['COMMAND', 'INFO', name])

    expect(infoOf(itemsOf(actual)[0]!)).toEqual(infoOf(itemsOf(expected)[0]!))
  })

  it.each(names)('DOCS %s tells group and arguments as Redis does', async (name) => {
    const [expected, actual] = await both(['COMMAND', 'DOCS', name])

    expect(docsOf(itemsOf(actual)[1]!)).toEqual(docsOf(itemsOf(expected)[1]!))
  })

  const CALLS = [
    ['GETKEYS', 'GET', 'a'],
    ['GETKEYS', 'MSET', 'a', '1', 'b', '2'],
    ['GETKEYS', 'RENAME', 'a', 'b'],
    ['GETKEYS', 'OBJECT', 'ENCODING', 'a'],
    ['GETKEYS', 'LCS', 'a', 'b', 'IDX'],
    ['GETKEYS', 'PING'],
    ['GETKEYS', 'NOSUCH', 'a'],
    ['GETKEYS', 'GET'],
    ['GETKEYS', 'OBJECT', 'NOSUCH', 'a'],
    ['GETKEYS', 'OBJECT', 'a'],
    ['GETKEYS', 'COMMAND', 'COUNT'],
    ['GETKEYSANDFLAGS', 'SET', 'a', 'b'],
    ['GETKEYSANDFLAGS', 'SET', 'a', 'b', 'GET', 'EX', '10'],
    ['GETKEYSANDFLAGS', 'SET', 'a', 'b', 'nonsense'],
    ['GETKEYSANDFLAGS', 'SET', 'a', 'b', 'EX', 'nonsense'],
    ['GETKEYSANDFLAGS', 'COPY', 'a', 'b'],
    ['GETKEYSANDFLAGS', 'DEL', 'a', 'b', 'c'],
    ['GETKEYSANDFLAGS', 'MSETNX', 'a', '1', 'b', '2'],
    ['GETKEYSANDFLAGS', 'SMOVE', 'a', 'b', 'c'],
    ['GETKEYSANDFLAGS', 'SINTERCARD', '2', 'a', 'b', 'LIMIT', '1'],
    ['GETKEYS', 'SINTERCARD', '3', 'a', 'b'],
    ['GETKEYS', 'SINTERCARD', '0', 'a'],
    ['GETKEYS', 'SINTERCARD', 'x', 'a'],
    ['GETKEYSANDFLAGS', 'SUNIONSTORE', 'd', 'a', 'b'],
    ['GETKEYSANDFLAGS', 'SORT', 'a', 'BY', 'w_*', 'GET', '#'],
    ['GETKEYSANDFLAGS', 'SORT', 'a', 'STORE', 'b', 'ALPHA', 'STORE', 'c'],
    ['GETKEYS', 'SORT', 'a', 'BY', 'store', 'LIMIT', 'store', '0', 'GET', 'store', 'STORE', 'd'],
    ['GETKEYS', 'SORT', 'a', 'STORE', 'STORE', 'd'],
    ['GETKEYS', 'SORT', 'a', 'STORE'],
    ['GETKEYS', 'SORT_RO', 'a', 'STORE', 'b'],
    ['LIST', 'FILTERBY', 'MODULE', 'x'],
    ['LIST', 'FILTERBY', 'ACLCAT', 'nosuch'],
    ['LIST', 'FILTERBY', 'PATTERN', 'GET'],
    ['LIST', 'FILTERBY', 'PATTERN', 'object|enc*'],
    ['LIST', 'FILTERBY', 'NOSUCH', 'x'],
    ['LIST', 'FILTERBY', 'PATTERN'],
    ['LIST', 'nonsense'],
    ['COUNT', 'nonsense'],
    ['DOCS', 'nosuch'],
    ['NOSUCH'],
  ]

  it.each(CALLS)('COMMAND %s %s %s answers as Redis does', async (...call) => {
    const [expected, actual] = await both(['COMMAND', ...call.filter((word) => word !== undefined)])

    expect(formatReply(actual)).toBe(formatReply(expected))
  })

  it('COMMAND INFO takes subcommands, and answers nil for names that there are not', async () => {
    const [expected, actual] = await both(['COMMAND', 'INFO', 'nosuch', 'object|encoding', 'object|nosuch', 'get|x'])

    const infos = (reply: Reply): Json => itemsOf(reply).map((item) => (isNil(item) ? 'nil' : infoOf(item)))
    expect(infos(actual)).toEqual(infos(expected))
  })
})
