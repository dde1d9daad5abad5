import * as fc from 'fast-check'
import { keys, type Typed, values } from './write.js'

/** Mostly keys that no other group uses, so that most calls meet streams. */
const streamKeys = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('stream', 'events') },
  { weight: 1, arbitrary: keys },
)
const groups = fc.constantFrom('g', 'h')
const consumers = fc.constantFrom('c', 'd', 'é')
const ids = fc.oneof(
  fc.constantFrom('*', '5-*', '9007199254740993-*'),
  fc.nat(9).map((seq) => `7-${seq}`),
)
const known = fc.oneof(
  fc.nat(9).map((seq) => `7-${seq}`),
  fc.constantFrom('5-0', '5-1', '1735689600000-0', '1735689600000-1', '0', '9007199254740993-0'),
)
/** Of what has been read, most begins so. */
const likely = ['5', '7', '1735689600000', '9007199254740993'].flatMap((ms) =>
  Array.from({ length: 10 }, (_, seq) => `${ms}-${seq}`),
)
const fields = fc.dictionary(fc.constantFrom('f', 'g', '__proto__', 'x'.repeat(900)), values, {
  minKeys: 1,
  maxKeys: 3,
})
const trims = fc.oneof(
  fc.record({ maxlen: fc.nat(5), approx: fc.boolean() }),
  fc.record({ minid: known, approx: fc.boolean() }),
)
const from = fc.constantFrom('>', '>', '0', '5-0')

/** Streams. */
export const streamWrites: readonly fc.Arbitrary<Typed>[] = [
  fc.tuple(fc.constant('xadd'), streamKeys, ids, fields),
  fc.tuple(fc.constant('xadd'), streamKeys, ids, fields),
  fc.tuple(fc.constant('xadd'), streamKeys, ids, fields, trims),
  fc.tuple(fc.constant('xtrim'), streamKeys, trims),
  fc.tuple(fc.constant('xdel'), streamKeys, known, known),
  fc.tuple(fc.constant('xsetid'), streamKeys, known, fc.record({ entriesadded: fc.nat(20), maxdeletedid: known })),
  fc.tuple(
    fc.constant('xgroupCreate'),
    streamKeys,
    groups,
    fc.constantFrom('0', '$', '7-3'),
    fc.constant({ mkstream: true }),
  ),
  fc.tuple(fc.constant('xgroupSetid'), streamKeys, groups, fc.constantFrom('0', '$', '7-3')),
  fc.tuple(fc.constant('xgroupDestroy'), streamKeys, groups),
  fc.tuple(fc.constantFrom('xgroupCreateconsumer', 'xgroupDelconsumer'), streamKeys, groups, consumers),
  fc.tuple(
    fc.constant('xreadgroup'),
    ...[groups, consumers],
    fc.tuple(streamKeys, from).map((pair) => [pair]),
    fc.record({ count: fc.nat(4), noack: fc.boolean() }),
  ),
  fc.tuple(
    fc.constant('xreadgroup'),
    ...[groups, consumers],
    fc.tuple(streamKeys, from).map((pair) => [pair]),
    fc.record({ block: fc.constantFrom(0, 500) }),
  ),
  fc.tuple(fc.constant('xack'), streamKeys, groups, known, known),
  fc.tuple(fc.constant('xack'), streamKeys, groups, ...likely.map((id) => fc.constant(id))),
  fc.tuple(
    fc.constantFrom('xclaim', 'xclaimJustid'),
    ...[streamKeys, groups, consumers, fc.constantFrom(0, 1_000), fc.tuple(known, known)],
    fc.record(
      { force: fc.boolean(), idle: fc.nat(2_000), time: fc.nat(9), retrycount: fc.nat(5), lastid: known },
      { requiredKeys: [] },
    ),
  ),
  fc.tuple(
    fc.constantFrom('xautoclaim', 'xautoclaimJustid'),
    ...[streamKeys, groups, consumers, fc.constantFrom(0, 1_000), fc.constantFrom('0', '7-2')],
  ),
]
