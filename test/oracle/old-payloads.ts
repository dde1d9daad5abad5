import * as a from '../structures/rdb/assemble.js'
import type { Call } from './bytes.js'
import { type OldStream, STREAM_TYPES, streamPayload } from './old-streams.js'
import { callsOfRecipe } from './recipes.js'

/** A payload in a form that Redis 8.0 does not write, and the recipe whose value it holds. */
export interface OldPayload {
  readonly group: string
  readonly name: string
  readonly recipe: string
  readonly payload: Uint8Array
}

type Encoder = (words: readonly string[]) => Uint8Array

const LISTS: Readonly<Record<string, Encoder>> = {
  LIST: (words) => a.payload(1, a.size(words.length), ...words.map(a.string)),
  'LIST of version 1': (words) => a.sealed(a.join(1, a.size(words.length), ...words.map(a.string)), 1),
  LIST_ZIPLIST: (words) => a.payload(10, a.string(a.ziplist(words.map(packed)))),
  'LIST_ZIPLIST of wide lengths': (words) => a.payload(10, a.string(a.ziplist(words.map(packed), true))),
  LIST_QUICKLIST: (words) => a.payload(14, a.size(1), a.string(a.ziplist(words.map(packed)))),
  'LIST_QUICKLIST of small nodes': (words) =>
    a.payload(14, a.size(words.length), ...words.map((word) => a.string(a.ziplist([packed(word)])))),
  'LIST_QUICKLIST with empty nodes': (words) =>
    a.payload(14, a.size(3), ...[[], words, []].map((node) => a.string(a.ziplist(node.map(packed))))),
  LIST_QUICKLIST_2: (words) => a.payload(18, a.size(1), 2, a.string(a.listpack(words.map(packed)))),
  'LIST_QUICKLIST_2 of text only': (words) => a.payload(18, a.size(1), 2, a.string(a.listpack(words))),
  'LIST_QUICKLIST_2 of wide integers': (words) =>
    a.payload(18, a.size(1), 2, a.string(a.listpack(words.map(packed), true))),
  'LIST_QUICKLIST_2 of small nodes': (words) =>
    a.payload(18, a.size(words.length), ...words.map((word) => a.join(2, a.string(a.listpack([packed(word)]))))),
  'LIST_QUICKLIST_2 with empty nodes': (words) =>
    a.payload(18, a.size(3), ...[[], words, []].map((node) => a.join(2, a.string(a.listpack(node.map(packed)))))),
  'LIST_QUICKLIST_2 of plain nodes': (words) =>
    a.payload(
      18,
      a.size(words.length),
      ...words.map((word) => (word === '' ? packedNode('') : a.join(1, a.string(word)))),
    ),
}

const SETS: Readonly<Record<string, Encoder>> = {
  SET: (words) => a.payload(2, a.size(words.length), ...words.map(a.string)),
  SET_LISTPACK: (words) => a.payload(20, a.string(a.listpack(words.map(packed)))),
}

const INTSETS: Readonly<Record<string, Encoder>> = {
  ...SETS,
  SET_INTSET: (words) => a.payload(11, a.string(a.intset(sorted(words), 8))),
}

const HASHES: Readonly<Record<string, Encoder>> = {
  HASH: (words) => a.payload(4, a.size(words.length / 2), ...words.map(a.string)),
  HASH_ZIPMAP: (words) => a.payload(9, a.string(a.zipmap(words))),
  'HASH_ZIPMAP with unused bytes': (words) => a.payload(9, a.string(a.zipmap(words, 3))),
  HASH_ZIPLIST: (words) => a.payload(13, a.string(a.ziplist(words.map(packed)))),
  HASH_LISTPACK: (words) => a.payload(16, a.string(a.listpack(words.map(packed)))),
  'HASH_METADATA without deadlines': (words) =>
    a.payload(24, a.little(0, 8), a.size(words.length / 2), ...pairs(words).map(([f, v]) => row(0, f, v))),
}

/** Words are field, value and deadline here. */
const DEADLINE_HASHES: Readonly<Record<string, Encoder>> = {
  HASH_METADATA: (words) =>
    a.payload(
      24,
      a.little(1000, 8),
      a.size(words.length / 3),
      ...triples(words).map(([f, v, t]) => row(t - 999, f, v)),
    ),
  HASH_METADATA_PRE_GA: (words) =>
    a.payload(22, a.size(words.length / 3), ...triples(words).map(([f, v, t]) => row(t, f, v))),
  HASH_LISTPACK_EX: (words) => a.payload(25, a.little(0, 8), a.string(a.listpack(byDeadline(words)))),
  HASH_LISTPACK_EX_PRE_GA: (words) => a.payload(23, a.string(a.listpack(byDeadline(words)))),
}

/** Words are score and member, as ZADD has them. */
const SORTED_SETS: Readonly<Record<string, Encoder>> = {
  ZSET: (words) =>
    a.payload(3, a.size(words.length / 2), ...pairs(words).map(([s, m]) => a.join(a.string(m), text(s)))),
  ZSET_2: (words) =>
    a.payload(5, a.size(words.length / 2), ...pairs(words).map(([s, m]) => a.join(a.string(m), a.double(numberOf(s))))),
  ZSET_ZIPLIST: (words) => a.payload(12, a.string(a.ziplist(membersFirst(words)))),
  ZSET_LISTPACK: (words) => a.payload(17, a.string(a.listpack(membersFirst(words)))),
}

const FAMILIES: readonly [group: string, encoders: Readonly<Record<string, Encoder>>, recipes: readonly string[]][] = [
  [
    'list',
    LISTS,
    [
      'RPUSH k a b 3',
      'RPUSH k 0 12 13 -1 127 128 -129 32768 -32769 8388608 2147483648 9223372036854775807 -9223372036854775808',
      'RPUSH k "" "\\xff" é 007 x*64 x*300',
      'RPUSH k x*17000 y*5000 z',
      'RPUSH k element:{1..1500}',
    ],
  ],
  ['set', INTSETS, ['SADD k 1 2 3', 'SADD k 9223372036854775807 -5 70000', 'SADD k {1..130}', 'SADD k {1..513}']],
  ['set', SETS, ['SADD k a', 'SADD k 5 3 a 1 ""', 'SADD k x*65', 'SADD k m{1..128}', 'SADD k m{1..129} x*65']],
  [
    'hash',
    HASHES,
    ['HSET k f v', 'HSET k f 1 g -70000 "" ""', 'HSET k f x*65', 'HSET k f{1..512}:v', 'HSET k f{1..513}:v{} g x*300'],
  ],
  [
    'sorted-set',
    SORTED_SETS,
    [
      'ZADD k 1 a',
      'ZADD k -inf a -1.5 b 0 c 0 d 2.5 e 1e+22 f inf g',
      'ZADD k 1 x*65',
      'ZADD k {1..128}:m{}',
      'ZADD k {1..129}:m{} 0.5 x*300',
    ],
  ],
]

/** Fields with deadlines, and what makes them by commands. */
const DEADLINES: readonly [words: readonly string[], recipe: string][] = [
  [['f', 'v', '4102444800000'], 'HSET k f v; HPEXPIREAT k 4102444800000 FIELDS 1 f'],
  [
    ['f', 'v', '4102444801000', 'g', '5', '0', 'h', '', '4102444800000'],
    'HSET k f v g 5 h ""; HPEXPIREAT k 4102444801000 FIELDS 1 f; HPEXPIREAT k 4102444800000 FIELDS 1 h',
  ],
  [['f', 'x'.repeat(65), '4102444801000', 'g', '5', '0'], 'HSET k f x*65 g 5; HPEXPIREAT k 4102444801000 FIELDS 1 f'],
]

/** Streams, and what makes them by commands. */
const STREAMS: readonly [stream: OldStream, recipe: string][] = [
  [{ entries: [['1-1', 'f', 'v']], groups: [] }, 'XADD k 1-1 f v'],
  [
    {
      entries: [
        ['5-0', 'f', '70000'],
        ['5-3', 'g', ''],
        ['1700000000000-0', 'f', 'w'],
      ],
      groups: [],
    },
    'XADD k 5-0 f 70000; XADD k 5-3 g ""; XADD k 1700000000000-0 f w',
  ],
  [
    {
      entries: [
        ['1-0', 'f', '1'],
        ['2-0', 'f', '2'],
        ['3-0', 'f', '3'],
      ],
      groups: [
        {
          ...{ name: 'g', lastId: '3-0', entriesRead: 3 },
          consumers: [
            { name: 'c', pending: ['1-0', '3-0'] },
            { name: 'd', pending: ['2-0'] },
          ],
        },
        { name: 'h', lastId: '1-0', entriesRead: 1, consumers: [] },
      ],
    },
    'XADD k 1-0 f 1; XADD k 2-0 f 2; XADD k 3-0 f 3; XGROUP CREATE k h 1-0 ENTRIESREAD 1; XGROUP CREATE k g 0 ENTRIESREAD 0; ' +
      'XREADGROUP GROUP g c COUNT 1 STREAMS k >; XREADGROUP GROUP g d COUNT 1 STREAMS k >; XREADGROUP GROUP g c STREAMS k >',
  ],
]

/** Each value in each form that it can have. */
export const oldPayloads: readonly OldPayload[] = [
  ...FAMILIES.flatMap(([group, encoders, recipes]) =>
    recipes.flatMap((recipe) => {
      const words = callsOfRecipe(recipe).flatMap((call) => call.slice(2))
      return encoded(group, encoders, recipe, words)
    }),
  ),
  ...DEADLINES.flatMap(([words, recipe]) => encoded('hash', DEADLINE_HASHES, recipe, words)),
  ...STREAMS.flatMap(([stream, recipe]) =>
    Object.entries(STREAM_TYPES).map(([name, type]): OldPayload => {
      return { group: 'stream', name, recipe, payload: streamPayload(type, stream) }
    }),
  ),
]

function encoded(
  group: string,
  encoders: Readonly<Record<string, Encoder>>,
  recipe: string,
  words: Call,
): OldPayload[] {
  return Object.entries(encoders).map(([name, encode]) => ({ group, name, recipe, payload: encode(words) }))
}

/** What is an integer of 64 bits in its one form is stored as one. */
function packed(word: string): a.Element {
  if (!/^(0|-?[1-9]\d*)$/.test(word)) return word
  const value = BigInt(word)
  return BigInt.asIntN(64, value) === value ? value : word
}

function packedNode(word: string): Uint8Array {
  return a.join(2, a.string(a.listpack([packed(word)])))
}

function sorted(words: readonly string[]): bigint[] {
  return words.map(BigInt).sort((x, y) => (x < y ? -1 : 1))
}

function pairs(words: readonly string[]): [string, string][] {
  return Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i]!, words[2 * i + 1]!])
}

function triples(words: readonly string[]): [string, string, number][] {
  return Array.from({ length: words.length / 3 }, (_, i) => [
    words[3 * i]!,
    words[3 * i + 1]!,
    Number(words[3 * i + 2]),
  ])
}

/** Fields that end first come first, those without a deadline last. */
function byDeadline(words: readonly string[]): a.Element[] {
  const rank = (deadline: number) => (deadline === 0 ? Number.POSITIVE_INFINITY : deadline)
  return triples(words)
    .sort(([, , x], [, , y]) => rank(x) - rank(y))
    .flatMap(([field, value, deadline]) => [packed(field), packed(value), deadline])
}

function row(time: number, field: string, value: string): Uint8Array {
  return a.join(a.size(Math.max(time, 0)), a.string(field), a.string(value))
}

function membersFirst(words: readonly string[]): a.Element[] {
  return pairs(words).flatMap(([score, member]) => [packed(member), packed(score)])
}

function numberOf(score: string): number {
  return Number(score.replace('inf', 'Infinity'))
}

/** As Redis before 4.0 has it: infinities in one byte. */
function text(score: string): Uint8Array {
  if (score === 'inf') return a.join(254)
  return score === '-inf' ? a.join(255) : a.textDouble(score)
}
