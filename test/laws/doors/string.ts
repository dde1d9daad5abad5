import * as fc from 'fast-check'
import type { CallReply, Data } from 'redstart'
import {
  asNumber,
  type Door,
  instants,
  integers,
  keys,
  mapOf,
  offsets,
  oneOf,
  plain,
  refused,
  same,
  some,
  times,
  values,
  withOptions,
  yes,
} from './door.js'

const expirations = { ex: times, px: times, exat: times, pxat: instants }
const setOptions = fc
  .tuple(
    oneOf({ ...expirations, keepttl: yes }),
    fc.constantFrom({}, {}, { nx: true }, { xx: true }, { nx: true, xx: true }, { px: 100 }),
    fc.constantFrom({}, {}, { get: true }),
  )
  .map(([expiration, condition, get]) => ({ ...expiration, ...condition, ...get }))
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

function lcsIdxReply(raw: CallReply): unknown {
  const { matches, len } = mapOf(raw)
  const runs = (matches as CallReply[][]).map(([a, b, length]) => ({ a, b, length }))
  return { matches: runs, len }
}

/** Strings and counters. */
export const stringDoors: Readonly<Record<string, Door>> = {
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
}
