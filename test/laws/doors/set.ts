import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'
import { type Door, eitherDoor, globs, keys, optional, plain, refused, same, values, withOptions } from './door.js'

/** Mostly keys that no other group uses, so that most calls meet sets. */
const setKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Key>('set', 'ints', Uint8Array.of(0x73, 0xff)) },
  { weight: 1, arbitrary: keys },
)
const members: fc.Arbitrary<Data> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom<Data>('x', 'y', 'é', '\udcff', Uint8Array.of(0xff)) },
  { weight: 1, arbitrary: values },
)
const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 5 })
const withMembers = fc.tuple(setKeys, some(members)).map(([key, many]) => [key, ...many])
const withKeys = fc.tuple(setKeys, some(setKeys)).map(([destination, many]) => [destination, ...many])
const counts = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom(1_000, -1, -7, 1.5, Number.MAX_SAFE_INTEGER))

/** A method that takes a count or none. */
const counted = (name: string): Door =>
  plain(
    name,
    fc.oneof(
      fc.tuple(setKeys),
      fc.tuple(setKeys, fc.oneof({ weight: 9, arbitrary: counts }, { weight: 1, arbitrary: fc.constantFrom(0.5) })),
    ),
  )

function scanReply(raw: CallReply): unknown {
  const [cursor, found] = raw as [string, string[]]
  return { cursor, members: found }
}

/** For a missing key Redis reads no options and a typed method does neither, so wrong ones are drawn as any others. */
const scanOptions = optional({ match: globs, count: fc.constantFrom(1, 2, 10, 0, -1, 1.5) })

const sscan: Door = eitherDoor(
  withOptions('SSCAN', fc.tuple(setKeys, fc.constantFrom<string | number>(0, '0', 3, '7', 1_000)), scanOptions),
  plain('SSCAN', fc.tuple(setKeys, fc.constantFrom<string | number>(-1, 'x', 1.5, '-5'))),
)

const sintercard: Door = {
  draw: fc
    .tuple(
      fc.array(setKeys, { minLength: 1, maxLength: 3 }),
      fc.oneof(fc.constant(undefined), fc.nat(4), fc.constantFrom(-1, Number.MAX_SAFE_INTEGER, 0.5)),
    )
    .map(([many, limit]) => ({
      args: limit === undefined ? [many] : [many, { limit }],
      words: ['SINTERCARD', many.length, ...many, ...(limit === undefined ? [] : ['LIMIT', limit])],
    })),
  reply: same,
}

/** Sets. */
export const setDoors: Readonly<Record<string, Door>> = {
  sadd: plain('SADD', withMembers),
  srem: plain('SREM', withMembers),
  smembers: plain('SMEMBERS', fc.tuple(setKeys)),
  sismember: plain('SISMEMBER', fc.tuple(setKeys, members)),
  smismember: plain('SMISMEMBER', withMembers),
  scard: plain('SCARD', fc.tuple(setKeys)),
  smove: plain('SMOVE', fc.tuple(setKeys, setKeys, members)),
  spop: counted('SPOP'),
  srandmember: eitherDoor(counted('SRANDMEMBER'), plain('SRANDMEMBER', fc.tuple(setKeys, refused))),
  sinter: plain('SINTER', some(setKeys)),
  sintercard,
  sinterstore: plain('SINTERSTORE', withKeys),
  sunion: plain('SUNION', some(setKeys)),
  sunionstore: plain('SUNIONSTORE', withKeys),
  sdiff: plain('SDIFF', some(setKeys)),
  sdiffstore: plain('SDIFFSTORE', withKeys),
  sscan: { ...sscan, reply: scanReply },
  sscanIterator: {
    draw: setKeys.map((key) => ({ args: [key], words: ['SSCAN', key, '0', 'COUNT', '1000'] })),
    reply: (raw) => (raw as [string, string[]])[1],
    typed: (found: Iterable<string>) => [...found],
  },
}
