import * as fc from 'fast-check'
import { type ByteText, type Call, utf8 } from './bytes.js'

/*
 * Histories of one key `k`, by the group of its type: what is added and taken away until it holds elements of every kind
 * and number.
 */

const integer = fc.oneof(
  fc.integer({ min: -2, max: 200 }),
  fc.integer({ min: -5000, max: 5000 }),
  fc.integer({ min: -9_000_000, max: 9_000_000 }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
)

const text: fc.Arbitrary<ByteText> = fc.oneof(
  fc.string({ maxLength: 30 }).map(utf8),
  fc.uint8Array({ maxLength: 70 }).map((bytes) => String.fromCharCode(...bytes)),
  fc.constantFrom(
    '',
    '0',
    '-0',
    '007',
    '+1',
    '1.5',
    '9223372036854775808',
    '-9223372036854775809',
    utf8('ключ'),
    '\xff',
  ),
)

/** Lengths at which an encoding changes. */
const long: fc.Arbitrary<ByteText> = fc
  .tuple(fc.constantFrom('x', 'ab', utf8('é')), fc.constantFrom(20, 21, 63, 64, 65, 126, 127, 300, 4095, 4096))
  .map(([unit, length]) => unit.repeat(length).slice(0, length))

const huge: fc.Arbitrary<ByteText> = fc
  .tuple(
    fc.constantFrom('x', 'yz'),
    fc.oneof(fc.integer({ min: 8176, max: 8194 }), fc.constantFrom(5000, 9000, 20_000)),
  )
  .map(([unit, length]) => unit.repeat(length).slice(0, length))

const small = fc.oneof(
  { weight: 4, arbitrary: integer.map(String) },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: long },
)
const any = fc.oneof({ weight: 20, arbitrary: small }, { weight: 1, arbitrary: huge })

/** Many elements of one kind, at the limits of encodings and far above. */
const many = fc
  .tuple(fc.constantFrom('', 'm', 'member:'), fc.constantFrom(100, 127, 128, 129, 511, 512, 513, 1000, 3000), fc.nat(9))
  .map(([prefix, count, step]) => Array.from({ length: count }, (_, i) => `${prefix}${i * (step + 1)}`))

const few = fc.array(any, { minLength: 1, maxLength: 12 })
const fewSmall = fc.array(small, { minLength: 1, maxLength: 12 })
const batch = fc.oneof({ weight: 12, arbitrary: few }, { weight: 1, arbitrary: many })
const smallBatch = fc.oneof({ weight: 12, arbitrary: fewSmall }, { weight: 1, arbitrary: many })

/** A call from a few of its words, and how often it is drawn. */
type Step = readonly [weight: number, call: fc.Arbitrary<Call>]

function history(...steps: Step[]): fc.Arbitrary<Call[]> {
  return fc.array(fc.oneof(...steps.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 1,
    maxLength: 12,
    size: 'max',
  })
}

const call = (name: string, words: fc.Arbitrary<readonly ByteText[]>) => words.map((rest): Call => [name, 'k', ...rest])
const count = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1500 })).map(String)
const index = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -1500, max: 1500 })).map(String)

const lists = history(
  [4, call('RPUSH', batch)],
  [4, call('LPUSH', batch)],
  [1, call('LPOP', fc.tuple(count))],
  [1, call('RPOP', fc.tuple(count))],
  [1, call('LSET', fc.tuple(index, any))],
  [1, call('LTRIM', fc.tuple(index, index))],
  [1, call('LREM', fc.tuple(fc.constantFrom('0', '1', '-1'), small))],
  [1, call('LINSERT', fc.tuple(fc.constantFrom('BEFORE', 'AFTER'), small, any))],
)

const sets = history([6, call('SADD', smallBatch)], [1, call('SADD', batch)], [1, call('SREM', fewSmall)])

const pairs = (batches: fc.Arbitrary<readonly ByteText[]>) =>
  fc
    .tuple(batches, fc.array(small, { minLength: 1, maxLength: 5 }))
    .map(([fields, values]) => fields.flatMap((field, i) => [field, values[i % values.length]!]))
const deadline = fc.constantFrom('4102444800000', '4102444800001', '4102444799500', '4133980800999', '70368744177663')
const fields = fc.oneof(fewSmall, fc.subarray(['m0', 'm1', 'm2', '0', '1', '2', '0'], { minLength: 1 }))
const counted = fields.map((list) => ['FIELDS', String(list.length), ...list])

const hashes = history(
  [6, call('HSET', pairs(smallBatch))],
  [1, call('HSET', pairs(batch))],
  [1, call('HDEL', fields)],
  [2, fc.tuple(deadline, counted).map(([at, rest]): Call => ['HPEXPIREAT', 'k', at, ...rest])],
  [1, call('HPERSIST', counted)],
)

const score = fc.oneof(
  integer.map(String),
  fc.double({ noNaN: true }).map((value) => String(value).replace('Infinity', 'inf')),
  fc.constantFrom(
    '0',
    '-0',
    '1',
    '1',
    '0.1',
    '3.0000000000000004',
    '1e20',
    '1e-7',
    'inf',
    '-inf',
    '4611686018427387904',
  ),
)
const scored = (batches: fc.Arbitrary<readonly ByteText[]>) =>
  fc
    .tuple(batches, fc.array(score, { minLength: 1, maxLength: 20 }))
    .map(([members, scores]) => members.flatMap((member, i) => [scores[i % scores.length]!, member]))

const sortedSets = history(
  [6, call('ZADD', scored(smallBatch))],
  [1, call('ZADD', scored(batch))],
  [1, call('ZREM', fields)],
  [1, fc.tuple(integer, small).map(([by, member]): Call => ['ZINCRBY', 'k', String(by), member])],
  [1, call('ZREMRANGEBYRANK', fc.tuple(index, index))],
)

/** By group of commands. */
export const HISTORIES: Readonly<Record<string, fc.Arbitrary<Call[]>>> = {
  list: lists,
  set: sets,
  hash: hashes,
  'sorted-set': sortedSets,
}
