import * as fc from 'fast-check'
import { type CallReply, type Data, type Key, MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { ConnectionCommands } from '../../src/api/connection.js'
import { GenericCommands } from '../../src/api/generic.js'
import { ServerCommands } from '../../src/api/server.js'
import { StringCommands } from '../../src/api/string.js'
import type { CommandDocs, CommandInfo } from '../../src/commands/introspection.js'
import { type StringValue, stringToText } from '../../src/keyspace/value.js'
import { fromBytes } from '../../src/structures/text.js'

/*
 * The law: the typed method and the raw call are two doors to one room. The same call by either gives the same reply, but
 * for the documented change of shape, the same error, the same state, the same events and the same log.
 */

const START = Date.UTC(2025, 0, 1)

/** One way to draw a call of a typed method, its words, and the typed reply for what the words are answered. */
interface Door {
  readonly draw: fc.Arbitrary<{ readonly args: readonly unknown[]; readonly words: readonly Data[] }>
  readonly reply: (raw: CallReply) => unknown
  /** What is compared of the typed reply, where that is not the whole. */
  readonly typed?: (reply: never) => unknown
}

const keys: fc.Arbitrary<Key> = fc.constantFrom<Key>(
  ...['a', 'b', 'n', 'user:1', '', 'é', '__proto__', '\udcff\udc80'],
  Uint8Array.of(0xc3, 0xa9),
  Uint8Array.of(0xff, 0x80),
)
const integers = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.constantFrom<number | bigint>(2 ** 53 - 1, 1 - 2 ** 53, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
)
const refused = fc.constantFrom<number | bigint>(1.5, -0.5, 2n ** 63n, -(2n ** 63n) - 1n)
const values: fc.Arbitrary<Data> = fc.oneof(
  fc.constantFrom<Data>('', 'text', '10', '-7', '010', '3.0', '1e5', ' 1', 'é', '\udcc3', '\udca9', 'x'.repeat(50)),
  fc.constantFrom<Data>(0, -0, 12, -3.25, 1e21, 1e-7, 2 ** 53, 2n ** 62n, 2n ** 70n),
  fc.uint8Array({ maxLength: 60 }),
)
const positive = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom<number | bigint>(2 ** 40, 2n ** 62n))
const times = fc.oneof(
  { weight: 8, arbitrary: positive },
  { weight: 2, arbitrary: fc.constantFrom<number | bigint>(0, -1, -(2n ** 63n), 2n ** 63n - 1n) },
)
const instants = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: START - 2_000, max: START + 9_000 }) },
  { weight: 2, arbitrary: times },
)
const smallIndex = fc.oneof(fc.nat(3), fc.constantFrom(-1, 16, 2 ** 31 - 1))
const offsets = fc.oneof(fc.nat(70), fc.constantFrom(-1, 536_870_912))
const yes = fc.constant(true)

const same = (raw: CallReply): unknown => raw
const asNumber = (raw: CallReply): unknown => Number(raw)

/** A method whose words are its arguments. */
function plain(name: string, args: fc.Arbitrary<readonly Data[]>, reply: Door['reply'] = same): Door {
  return { draw: args.map((drawn) => ({ args: drawn, words: [name, ...drawn] })), reply }
}

/** A method with one last object of options, which becomes words as documented: tokens, with a value unless true. */
function withOptions(
  name: string,
  args: fc.Arbitrary<readonly Data[]>,
  options: fc.Arbitrary<object | undefined>,
): Door {
  const draw = fc.tuple(args, options).map(([drawn, given]) => {
    const words: Data[] = [name, ...drawn]
    for (const [token, value] of Object.entries(given ?? {})) {
      if (value === undefined || value === false) continue
      words.push(token.toUpperCase())
      if (value !== true) words.push(value as Data)
    }
    return { args: given === undefined ? drawn : [...drawn, given], words }
  })
  return { draw, reply: same }
}

const optional = (options: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object | undefined> =>
  fc.oneof(fc.constant(undefined), fc.record(options, { requiredKeys: [] }))

const oneOf = (options: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object | undefined> =>
  fc.oneof(fc.constant(undefined), ...Object.entries(options).map(([name, value]) => fc.record({ [name]: value })))

const expirations = { ex: times, px: times, exat: times, pxat: instants }
const setOptions = fc
  .tuple(
    oneOf({ ...expirations, keepttl: yes }),
    fc.constantFrom({}, {}, { nx: true }, { xx: true }, { nx: true, xx: true }, { px: 100 }),
    fc.constantFrom({}, {}, { get: true }),
  )
  .map(([expiration, condition, get]) => ({ ...expiration, ...condition, ...get }))
const conditions = fc.constantFrom<(object | undefined)[]>(
  ...[undefined, {}, { nx: true }, { xx: true }, { gt: true }, { lt: true }, { xx: true, gt: true }],
  ...[{ nx: true, gt: true }, { gt: true, lt: true }, { xx: false }],
)
const globs = fc.constantFrom<Key>('*', 'a', 'user:*', '?', '[ab]', '\udcff*', Uint8Array.of(0xc3, 0x2a), '', 'nosuch')
const some = (count: number): fc.Arbitrary<Key[]> => fc.array(keys, { maxLength: count })
const pairs = fc.array(fc.tuple(keys, values), { maxLength: 3 })

function pairsDoor(name: string): Door {
  return {
    draw: fc.tuple(pairs, fc.boolean()).map(([drawn, asObject]): { args: unknown[]; words: Data[] } => {
      // An object has each key once, in an order of its own.
      const object: Record<string, Data> = {}
      for (const [key, value] of drawn) if (typeof key === 'string' && key !== '__proto__') object[key] = value
      const entries = asObject ? Object.entries(object) : drawn
      return { args: [asObject ? object : drawn], words: [name, ...entries.flat()] }
    }),
    reply: same,
  }
}

/** Alternating names and values as an object. */
function mapOf(raw: CallReply): Record<string, CallReply> {
  const flat = raw as CallReply[]
  const map: Record<string, CallReply> = {}
  for (let i = 0; i < flat.length; i += 2) map[String(flat[i])] = flat[i + 1]!
  return map
}

function lcsIdxReply(raw: CallReply): unknown {
  const { matches, len } = mapOf(raw)
  const runs = (matches as CallReply[][]).map(([a, b, length]) => ({ a, b, length }))
  return { matches: runs, len }
}

function scanReply(raw: CallReply): unknown {
  const [cursor, found] = raw as [string, string[]]
  return { cursor, keys: found }
}

function infoReply(raw: CallReply): unknown {
  if (raw === null) return null
  const [name, arity, flags, firstKey, lastKey, keyStep, categories, tips, keySpecs, subcommands] = raw as CallReply[]
  return {
    ...{ name, arity, flags, firstKey, lastKey, keyStep, tips },
    categories: (categories as string[]).map((category) => category.slice(1)),
    keySpecs: (keySpecs as CallReply[]).map((spec) => {
      const { flags: of, notes, begin_search, find_keys } = mapOf(spec)
      const range = mapOf(mapOf(find_keys!)['spec']!)
      const first = mapOf(mapOf(begin_search!)['spec']!)['index']
      return {
        ...{ flags: of, first, last: range['lastkey'], step: range['keystep'] },
        ...(notes === undefined ? {} : { notes }),
      }
    }),
    subcommands: (subcommands as CallReply[]).map(infoReply),
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
/** A wrong argument comes without options, since of two mistakes at once each door tells the one it meets first. */
function eitherDoor(right: Door, wrong: Door): Door {
  return { draw: fc.oneof({ weight: 9, arbitrary: right.draw }, { weight: 1, arbitrary: wrong.draw }), reply: same }
}

const expireDoor = (name: string, time: fc.Arbitrary<number | bigint>): Door =>
  eitherDoor(withOptions(name, fc.tuple(keys, time), conditions), plain(name, fc.tuple(keys, refused)))

const scanDoor = eitherDoor(
  withOptions(
    'SCAN',
    fc.tuple(fc.constantFrom<string | number>(0, '0', 3, '7', 1_000)),
    optional({
      match: globs,
      count: fc.constantFrom(1, 2, 10, 0, -1, 1.5),
      type: fc.constantFrom('string', 'list', 'String'),
    }),
  ),
  plain('SCAN', fc.tuple(fc.constantFrom<string | number>(-1, 'x', 1.5, '-5'))),
)

const COMMAND_FILTERS = [{ aclcat: 'write' }, { pattern: 'g*' }, { module: 'none' }, { aclcat: 'nosuch' }]

/** Every typed method, and how it is called by words. */
const DOORS: Readonly<Record<string, Door>> = {
  ping: plain('PING', fc.oneof(fc.constant([]), fc.tuple(values))),
  echo: plain('ECHO', fc.tuple(values)),
  select: plain('SELECT', fc.tuple(fc.oneof(fc.nat(3), fc.constantFrom(-1, 16)))),

  get: plain('GET', fc.tuple(keys)),
  set: withOptions('SET', fc.tuple(keys, values), fc.oneof(fc.constant(undefined), setOptions)),
  setnx: plain('SETNX', fc.tuple(keys, values)),
  setex: plain('SETEX', fc.tuple(keys, fc.oneof(times, refused), values), same),
  psetex: plain('PSETEX', fc.tuple(keys, fc.oneof(times, refused), values)),
  getset: plain('GETSET', fc.tuple(keys, values)),
  getdel: plain('GETDEL', fc.tuple(keys)),
  getex: withOptions('GETEX', fc.tuple(keys), oneOf({ ...expirations, persist: yes })),
  mget: plain('MGET', some(3)),
  mset: pairsDoor('MSET'),
  msetnx: pairsDoor('MSETNX'),
  incr: plain('INCR', fc.tuple(keys), asNumber),
  decr: plain('DECR', fc.tuple(keys), asNumber),
  incrby: plain('INCRBY', fc.tuple(keys, fc.oneof(integers, refused)), asNumber),
  decrby: plain('DECRBY', fc.tuple(keys, fc.oneof(integers, refused)), asNumber),
  incrbyfloat: plain(
    'INCRBYFLOAT',
    fc.tuple(
      keys,
      fc.constantFrom<string | number>(0.1, -2.5, 1e20, 3, '0.30', '1e400', 'nan', 'x', ' 1', 'inf', '-0.0'),
    ),
    asNumber,
  ),
  append: plain('APPEND', fc.tuple(keys, values)),
  strlen: plain('STRLEN', fc.tuple(keys)),
  getrange: plain('GETRANGE', fc.tuple(keys, integers, integers)),
  substr: plain('SUBSTR', fc.tuple(keys, integers, integers)),
  setrange: plain('SETRANGE', fc.tuple(keys, offsets, values)),
  lcs: plain('LCS', fc.tuple(keys, keys)),
  lcsLen: {
    draw: fc.tuple(keys, keys).map((args) => ({ args, words: ['LCS', ...args, 'LEN'] })),
    reply: same,
  },
  lcsIdx: {
    draw: fc.tuple(keys, keys, fc.constantFrom(undefined, -3, 0, 1, 2, 3)).map(([a, b, minmatchlen]) => ({
      args: minmatchlen === undefined ? [a, b] : [a, b, { minmatchlen }],
      words: ['LCS', a, b, 'IDX', 'WITHMATCHLEN', ...(minmatchlen === undefined ? [] : ['MINMATCHLEN', minmatchlen])],
    })),
    reply: lcsIdxReply,
  },

  del: plain('DEL', some(3)),
  unlink: plain('UNLINK', some(3)),
  exists: plain('EXISTS', some(3)),
  touch: plain('TOUCH', some(3)),
  type: plain('TYPE', fc.tuple(keys)),
  randomkey: plain('RANDOMKEY', fc.constant([])),
  rename: plain('RENAME', fc.tuple(keys, keys)),
  renamenx: plain('RENAMENX', fc.tuple(keys, keys)),
  move: plain('MOVE', fc.tuple(keys, smallIndex)),
  copy: withOptions('COPY', fc.tuple(keys, keys), optional({ db: smallIndex, replace: fc.boolean() })),
  expire: expireDoor('EXPIRE', times),
  pexpire: expireDoor('PEXPIRE', times),
  expireat: expireDoor('EXPIREAT', times),
  pexpireat: expireDoor('PEXPIREAT', instants),
  persist: plain('PERSIST', fc.tuple(keys)),
  ttl: plain('TTL', fc.tuple(keys), asNumber),
  pttl: plain('PTTL', fc.tuple(keys), asNumber),
  expiretime: plain('EXPIRETIME', fc.tuple(keys), asNumber),
  pexpiretime: plain('PEXPIRETIME', fc.tuple(keys), asNumber),
  keys: plain('KEYS', fc.tuple(globs)),
  scan: { ...scanDoor, reply: scanReply },
  scanIterator: {
    draw: fc.constant({ args: [], words: ['SCAN', '0', 'COUNT', '1000'] }),
    reply: (raw) => (raw as [string, string[]])[1],
    typed: (found: Iterable<string>) => [...found],
  },
  dump: { ...plain('DUMP', fc.tuple(keys)), typed: (payload: Uint8Array | null) => payload && fromBytes(payload) },
  restore: withOptions(
    'RESTORE',
    fc
      .tuple(keys, fc.oneof(times, instants), fc.nat())
      .map(([key, ttl, pick]) => [key, ttl, payloads[pick % payloads.length]!]),
    fc
      .tuple(
        optional({ replace: fc.boolean(), absttl: fc.boolean() }),
        fc.constantFrom(
          {},
          {},
          { idletime: 7 },
          { freq: 3 },
          { idletime: -1 },
          { freq: 256 },
          { idletime: 1, freq: 1 },
        ),
      )
      .map(([given, access]) => ({ ...given, ...access })),
  ),
  objectEncoding: plain('OBJECT', fc.tuple(keys)),
  objectFreq: plain('OBJECT', fc.tuple(keys)),
  objectIdletime: plain('OBJECT', fc.tuple(keys)),
  objectRefcount: plain('OBJECT', fc.tuple(keys)),

  dbsize: plain('DBSIZE', fc.constant([])),
  flushdb: plain('FLUSHDB', fc.constant([])),
  flushall: plain('FLUSHALL', fc.constant([])),
  swapdb: plain('SWAPDB', fc.tuple(smallIndex, smallIndex)),
  time: plain('TIME', fc.constant([]), (raw) => (raw as string[]).map(Number)),
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

const payloads: readonly Uint8Array[] = ((): Uint8Array[] => {
  const db = new Redstart({ clock: manualClock(START) })
  const dumped = ['', 'hello', '12345', '\udcff', 'ab'.repeat(40)].map((value) => {
    db.set('k', value)
    return db.dump('k')!
  })
  return [...dumped, dumped[1]!.with(3, 0x7a), dumped[1]!.slice(1), new Uint8Array(0)]
})()

/** The words of a call; a container's subcommand is the rest of the method's name. */
function wordsOf(method: string, words: readonly Data[]): readonly Data[] {
  const [name, ...rest] = words
  if (name !== 'OBJECT' && name !== 'COMMAND') return words
  return [name, method.slice(name.length), ...rest]
}

interface Step {
  readonly method: string
  readonly args: readonly unknown[]
  readonly words: readonly Data[]
}

const DRASTIC = new Set(['flushdb', 'flushall', 'select', 'swapdb'])

const steps: fc.Arbitrary<(Step | number)[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.oneof(
        ...Object.entries(DOORS).map(([method, { draw }]) => ({
          weight: DRASTIC.has(method) ? 1 : 4,
          arbitrary: draw.map(({ args, words }): Step => ({ method, args, words: wordsOf(method, words) })),
        })),
      ),
    },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  ),
  { maxLength: 50, size: 'max' },
)

/** A database with everything written down that can be told from outside. */
class Watched {
  readonly clock = manualClock(START)
  readonly log = new MemoryLog()
  readonly db = new Redstart({ clock: this.clock, log: this.log, seed: 1 })
  readonly events: string[] = []

  constructor() {
    this.db.on('*', ({ event, key, database }) => this.events.push(`${event} ${database}:${key}`))
  }

  facts(): unknown {
    const { engine } = this.db
    const state = engine.databases.flatMap((database) =>
      database.keys.entries().map((entry) => {
        const value = entry.value as StringValue
        const deadline = entry.expires ? engine.deadlineOf(database, entry) : undefined
        return [database.index, entry.key, stringToText(value), deadline]
      }),
    )
    const log = this.log.batches.map((batch) =>
      batch.map(({ database, words }) => [
        database,
        ...words.map((word) => (typeof word === 'string' ? word : fromBytes(word))),
      ]),
    )
    return { state, log, events: this.events, dirty: engine.dirty }
  }
}

/**
 * Both have counted the same accesses. The access clock is up to a second behind until a command reads the time, and where
 * one door looks a key up twice it may read it in between.
 */
function expectSameAccess(one: Redstart, other: Redstart): void {
  for (const [i, { keys: entries }] of one.engine.databases.entries()) {
    for (const { key, access } of entries.entries()) {
      expect(Math.abs(access - other.engine.databases[i]!.keys.get(key)!.access)).toBeLessThanOrEqual(1)
    }
  }
}

/** The reply, or the text of the error reply; other errors are mistakes of the engine. */
function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if ((error as Error).name !== 'RedstartError') throw error
    return `throws ${(error as Error).message}`
  }
}

function byMethod(commands: object, { method, args }: Step): unknown {
  // Methods are found by name here; their arguments are typed where they are drawn.
  return (commands as Record<string, (...args: readonly unknown[]) => unknown>)[method]!(...args)
}

/** Bytes as text, however deep. */
function texts(value: unknown): unknown {
  if (value instanceof Uint8Array) return fromBytes(value)
  if (Array.isArray(value)) return value.map(texts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, texts(inner)]))
}

describe('the typed method and the raw call', () => {
  it('are both there for every typed method: this law leaves none out', () => {
    const groups = [ConnectionCommands, StringCommands, GenericCommands, ServerCommands]
    const methods = groups.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))

    expect(Object.keys(DOORS).sort()).toEqual(methods.filter((name) => name !== 'constructor').sort())
  })

  it('agree in reply, error, state, events, dirty count and log', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const [typed, wire] = [new Watched(), new Watched()]
        for (const step of drawn) {
          if (typeof step === 'number') {
            for (const { clock } of [typed, wire]) clock.advance(step)
            continue
          }
          const { reply: convert, typed: shape } = DOORS[step.method]!
          const [name, ...words] = step.words
          const byName = outcome(() => {
            const reply = byMethod(typed.db, step)
            return shape === undefined ? reply : shape(reply as never)
          })
          const byWords = outcome(() => convert(wire.db.call(name as string, ...words)))

          expect({ step, reply: byName }).toEqual({ step, reply: byWords })
          expect({ step, ...(typed.facts() as object) }).toEqual({ step, ...(wire.facts() as object) })
          expectSameAccess(typed.db, wire.db)
        }
      }),
      { numRuns: 250 },
    )
  })

  it('agree on the side of bytes: what text holds as characters comes as their bytes', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const [text, bytes] = [new Watched(), new Watched()]
        for (const step of drawn) {
          if (typeof step === 'number') {
            for (const { clock } of [text, bytes]) clock.advance(step)
            continue
          }
          const collect = step.method === 'scanIterator' ? (found: unknown) => [...(found as Iterable<unknown>)] : same
          const asText = outcome(() => collect(byMethod(text.db, step) as CallReply))
          const asBytes = outcome(() => collect(byMethod(bytes.db.bytes, step) as CallReply))

          expect({ step, reply: texts(asBytes) }).toEqual({ step, reply: texts(asText) })
        }
        expect(bytes.facts()).toEqual(text.facts())
      }),
      { numRuns: 60 },
    )
  })

  it('agree between call and callBuffer: bulk replies are the bytes of the text, all others are alike', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const [text, bytes] = [new Watched(), new Watched()]
        for (const step of drawn) {
          if (typeof step === 'number') continue
          const [name, ...words] = step.words
          const asText = outcome(() => text.db.call(name as string, ...words))
          const asBytes = outcome(() => bytes.db.callBuffer(name as string, ...words))

          expect({ step, reply: texts(asBytes) }).toEqual({ step, reply: asText })
        }
        expect(bytes.facts()).toEqual(text.facts())
      }),
      { numRuns: 40 },
    )
  })

  /** What both doors say to a call on the string 'abc' at a, and whether they say the same. */
  function both(typed: (db: Redstart) => unknown, ...words: readonly [string, ...Data[]]): readonly [unknown, unknown] {
    const [one, other] = [new Watched().db, new Watched().db]
    for (const db of [one, other]) db.mset({ a: 'abc', b: 'abx' })
    return [outcome(() => typed(one)), outcome(() => other.call(...words))]
  }

  it('agree that -0 is 0', () => {
    // Bug: `incrby` on a missing key stored and returned -0.
    const [typed, raw] = both((db) => db.incrby('missing', -0), 'INCRBY', 'missing', -0)

    expect(typed).toBe(raw)
  })

  it.each(['', '0x0', '0 ', '1e1', '18446744073709551615'])('agree on the cursor %j', (cursor) => {
    // Bug: `scan` read its cursor as JavaScript reads numbers, not as Redis reads cursors.
    const [typed, raw] = both((db) => db.scan(cursor), 'SCAN', cursor)

    expect(typeof typed === 'string').toBe(typeof raw === 'string')
  })

  it.each(['commandGetKeys', 'commandGetKeysAndFlags'] as const)('agree that %s needs a command', (method) => {
    // Bug: without words these threw a TypeError, not a wrong number of arguments.
    const [typed, raw] = both((db) => db[method](), 'COMMAND', method.slice('command'.length))

    expect(typed).toBe(raw)
  })

  it.each([1.5, 2 ** 31, Number.NaN])('agree on the error for the database %d', (index) => {
    // Bug: the typed methods did not check that an index is an integer of 32 bits before they looked for the database.
    const word = Number.isNaN(index) ? 'nan' : index
    const pairsOfErrors = [
      both((db) => db.select(index), 'SELECT', word),
      both((db) => db.move('a', index), 'MOVE', 'a', word),
      both((db) => db.copy('a', 'z', { db: index }), 'COPY', 'a', 'z', 'DB', word),
      both((db) => db.swapdb(index, 0), 'SWAPDB', word, 0),
    ]

    expect(pairsOfErrors.map(([typed]) => typed)).toEqual(pairsOfErrors.map(([, raw]) => raw))
  })

  it.each(['idletime', 'freq'] as const)('agree that the %s of RESTORE is an integer', (option) => {
    // Bug: it was not checked: NaN became the time of the last access, and `objectIdletime` returned NaN.
    const payload = payloads[1]!
    const [typed, raw] = both(
      (db) => db.restore('r', 0, payload, { [option]: Number.NaN }),
      'RESTORE',
      ...['r', 0, payload, option, 'nan'],
    )

    expect(typed).toBe(raw)
  })

  it('agree that the shortest match of LCS is an integer', () => {
    // Bug: it was not checked.
    const [typed, raw] = both(
      (db) => db.lcsIdx('a', 'b', { minmatchlen: 1.5 }),
      'LCS',
      ...['a', 'b', 'IDX', 'MINMATCHLEN', '1.5'],
    )

    expect(typed).toEqual(raw)
  })
})
