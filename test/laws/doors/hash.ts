import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'
import {
  asNumber,
  type Door,
  eitherDoor,
  globs,
  instants,
  integers,
  keys,
  oneOf,
  optional,
  plain,
  refused,
  same,
  times,
  values,
  withOptions,
  yes,
} from './door.js'

/** Mostly keys that no other group uses, so that most calls meet hashes. */
const hashKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Key>('hash', 'counters', Uint8Array.of(0x68, 0xff)) },
  { weight: 1, arbitrary: keys },
)
const fields: fc.Arbitrary<Key> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Key>('f', 'g', 'h', 'n', '7', '-1') },
  { weight: 1, arbitrary: fc.constantFrom<Key>('', '__proto__', 'constructor', 'é', '\udcff', Uint8Array.of(0xff)) },
)
const some = fc.array(fields, { maxLength: 3 })
const pairs = fc.array(fc.tuple(fields, values), { maxLength: 3 })
const increments = fc.oneof({ weight: 9, arbitrary: integers }, { weight: 1, arbitrary: refused })
const counts = fc.oneof(fc.integer({ min: -4, max: 9 }), fc.constantFrom(1_000, 1.5, Number.MAX_SAFE_INTEGER))

/** Fields and values as a list of pairs, or as an object, which has each field once and in an order of its own. */
const given = fc.tuple(pairs, fc.boolean()).map(([drawn, asObject]) => {
  if (!asObject) return { argument: drawn, words: drawn.flat() }
  const object: Record<string, Data> = {}
  for (const [field, value] of drawn) if (typeof field === 'string' && field !== '__proto__') object[field] = value
  return { argument: object, words: Object.entries(object).flat() }
})

function pairsDoor(name: string): Door {
  return {
    draw: fc.tuple(hashKeys, given).map(([key, { argument, words }]) => ({
      args: [key, argument],
      words: [name, key, ...words],
    })),
    reply: same,
  }
}

/** One field with its value, or several of them. */
const hset: Door = {
  draw: fc.oneof(plain('HSET', fc.tuple(hashKeys, fields, values)).draw, pairsDoor('HSET').draw),
  reply: same,
}

const withFields = (name: string): Door =>
  plain(
    name,
    fc.tuple(hashKeys, some).map(([key, drawn]) => [key, ...drawn]),
  )

/** A method whose words have FIELDS and a count before the fields. */
function counted(name: string): Door {
  return {
    draw: fc.tuple(hashKeys, some).map(([key, drawn]) => ({
      args: [key, ...drawn],
      words: [name, key, 'FIELDS', drawn.length, ...drawn],
    })),
    reply: same,
  }
}

/** The words of options: tokens, with a value unless true. */
function optionWords(options: object | undefined): Data[] {
  return Object.entries(options ?? {})
    .filter(([, value]) => value !== undefined && value !== false)
    .flatMap(([token, value]) => (value === true ? [token.toUpperCase()] : [token.toUpperCase(), value as Data]))
}

/** At most one condition, mostly: of several the words are wrong where FIELDS should stand. */
const conditions = fc.oneof(
  { weight: 5, arbitrary: oneOf({ nx: yes, xx: yes, gt: yes, lt: yes }) },
  { weight: 1, arbitrary: fc.constant({ nx: true, gt: true }) },
)

/** A wrong time comes with right fields and conditions, and the other way round. */
function expireDoor(name: string, time: fc.Arbitrary<number | bigint>): Door {
  const call = (key: Key, drawn: number | bigint, names: Key[], options: object | undefined) => ({
    args: options === undefined ? [key, drawn, names] : [key, drawn, names, options],
    words: [name, key, drawn, ...optionWords(options), 'FIELDS', names.length, ...names],
  })
  const right = fc
    .tuple(hashKeys, fc.integer({ min: 0, max: 10_000 }), some, conditions)
    .filter(([, , names, options]) => names.length > 0 || options === undefined)
  const others = fc.tuple(hashKeys, fc.oneof(time, refused), fc.array(fields, { minLength: 1, maxLength: 2 }))
  return {
    draw: fc.oneof(
      right.map(([key, drawn, names, options]) => call(key, drawn, names, options)),
      others.map(([key, drawn, names]) => call(key, drawn, names, undefined)),
    ),
    reply: same,
  }
}

const expirations = { ex: times, px: times, exat: times, pxat: instants }

const hgetex: Door = {
  draw: fc
    .tuple(hashKeys, some, oneOf({ ...expirations, persist: yes }))
    .filter(([, names, options]) => names.length > 0 || options === undefined)
    .map(([key, names, options]) => ({
      args: options === undefined ? [key, names] : [key, names, options],
      words: ['HGETEX', key, ...optionWords(options), 'FIELDS', names.length, ...names],
    })),
  reply: same,
}

const hsetexOptions = fc
  .tuple(oneOf({ ...expirations, keepttl: yes }), oneOf({ fnx: yes, fxx: yes }))
  .map(([expiration, condition]) => ({ ...condition, ...expiration }))

const hsetex: Door = {
  draw: fc
    .tuple(hashKeys, given, fc.oneof(fc.constant(undefined), hsetexOptions, fc.constant({ fnx: true, fxx: true })))
    .filter(([, { words }]) => words.length > 0)
    .map(([key, { argument, words }, options]) => ({
      args: options === undefined ? [key, argument] : [key, argument, options],
      words: ['HSETEX', key, ...optionWords(options), 'FIELDS', words.length / 2, ...words],
    })),
  reply: same,
}

function pairsOf(flat: readonly string[]): { field: string; value: string }[] {
  return flat.flatMap((field, i) => (i % 2 === 0 ? [{ field, value: flat[i + 1]! }] : []))
}

function scanReply(raw: CallReply): unknown {
  const [cursor, found] = raw as [string, string[]]
  return { cursor, entries: pairsOf(found) }
}

/** For a missing key Redis reads no options and a typed method does neither, so wrong ones are drawn as any others. */
const scanOptions = optional({ match: globs, count: fc.constantFrom(1, 2, 10, 0, -1, 1.5) })

const hscan: Door = eitherDoor(
  withOptions('HSCAN', fc.tuple(hashKeys, fc.constantFrom<string | number>(0, '0', 3, '7', 1_000)), scanOptions),
  plain('HSCAN', fc.tuple(hashKeys, fc.constantFrom<string | number>(-1, 'x', 1.5, '-5'))),
)

/** As HSCAN with one word more. */
const hscanNoValues: Door = {
  draw: hscan.draw.map(({ args, words }) => ({ args, words: [...words, 'NOVALUES'] })),
  reply(raw) {
    const [cursor, found] = raw as [string, string[]]
    return { cursor, fields: found }
  },
}

const whole = (...options: readonly string[]) =>
  hashKeys.map((key) => ({ args: [key], words: ['HSCAN', key, '0', 'COUNT', '1000', ...options] }))

/** Fields and values by turns, sorted: objects have an order of their own. */
const sortedPairs = (raw: CallReply): unknown =>
  pairsOf(raw as string[])
    .map(({ field, value }) => [field, value])
    .sort()

/** Hashes. */
export const hashDoors: Readonly<Record<string, Door>> = {
  hset,
  hmset: pairsDoor('HMSET'),
  hsetnx: plain('HSETNX', fc.tuple(hashKeys, fields, values)),
  hget: plain('HGET', fc.tuple(hashKeys, fields)),
  hmget: withFields('HMGET'),
  hgetall: {
    ...plain('HGETALL', fc.tuple(hashKeys), sortedPairs),
    typed: (reply: Record<string, string>) => Object.entries(reply).sort(),
  },
  hgetallMap: {
    ...plain('HGETALL', fc.tuple(hashKeys), (raw) =>
      pairsOf(raw as string[]).map(({ field, value }) => [field, value]),
    ),
    typed: (reply: Map<string, string>) => [...reply],
  },
  hkeys: plain('HKEYS', fc.tuple(hashKeys)),
  hvals: plain('HVALS', fc.tuple(hashKeys)),
  hlen: plain('HLEN', fc.tuple(hashKeys)),
  hstrlen: plain('HSTRLEN', fc.tuple(hashKeys, fields)),
  hexists: plain('HEXISTS', fc.tuple(hashKeys, fields)),
  hdel: withFields('HDEL'),
  hincrby: plain('HINCRBY', fc.tuple(hashKeys, fields, increments), asNumber),
  hincrbyfloat: plain(
    'HINCRBYFLOAT',
    fc.tuple(hashKeys, fields, fc.constantFrom<string | number>(0.1, -2.5, 1e20, 3, '0.30', 'nan', 'x', ' 1', 'inf')),
    asNumber,
  ),
  hrandfield: plain('HRANDFIELD', fc.oneof(fc.tuple(hashKeys), fc.tuple(hashKeys, counts))),
  hrandfieldWithValues: {
    draw: fc.tuple(hashKeys, counts).map((args) => ({ args, words: ['HRANDFIELD', ...args, 'WITHVALUES'] })),
    reply: (raw) => pairsOf(raw as string[]),
  },
  hscan: { ...hscan, reply: scanReply },
  hscanNoValues,
  hscanIterator: {
    draw: whole(),
    reply: (raw) => pairsOf((raw as [string, string[]])[1]),
    typed: (found: Iterable<unknown>) => [...found],
  },
  hscanNoValuesIterator: {
    draw: whole('NOVALUES'),
    reply: (raw) => (raw as [string, string[]])[1],
    typed: (found: Iterable<unknown>) => [...found],
  },
  hexpire: expireDoor('HEXPIRE', times),
  hpexpire: expireDoor('HPEXPIRE', times),
  hexpireat: expireDoor('HEXPIREAT', times),
  hpexpireat: expireDoor('HPEXPIREAT', instants),
  hpersist: counted('HPERSIST'),
  httl: counted('HTTL'),
  hpttl: counted('HPTTL'),
  hexpiretime: counted('HEXPIRETIME'),
  hpexpiretime: counted('HPEXPIRETIME'),
  hgetex,
  hsetex,
  hgetdel: counted('HGETDEL'),
}
