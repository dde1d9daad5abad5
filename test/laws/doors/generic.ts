import * as fc from 'fast-check'
import { type CallReply, manualClock, Redstart } from 'redstart'
import { fromBytes } from '../../../src/structures/text.js'
import {
  asNumber,
  type Door,
  eitherDoor,
  globs,
  instants,
  keys,
  optional,
  plain,
  refused,
  START,
  smallIndex,
  some,
  times,
  withOptions,
} from './door.js'

const conditions = fc.constantFrom<(object | undefined)[]>(
  ...[undefined, {}, { nx: true }, { xx: true }, { gt: true }, { lt: true }, { xx: true, gt: true }],
  ...[{ nx: true, gt: true }, { gt: true, lt: true }, { xx: false }],
)
function scanReply(raw: CallReply): unknown {
  const [cursor, found] = raw as [string, string[]]
  return { cursor, keys: found }
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

export const payloads: readonly Uint8Array[] = ((): Uint8Array[] => {
  const db = new Redstart({ clock: manualClock(START) })
  const dumped = ['', 'hello', '12345', '\udcff', 'ab'.repeat(40)].map((value) => {
    db.set('k', value)
    return db.dump('k')!
  })
  db.rpush('list', 'a', 'b', 3)
  db.sadd('ints', 1, 2, 3)
  db.sadd('set', 'x'.repeat(65), 'é')
  db.hset('hash', { f: 'v', g: 2 })
  db.hpexpireat('hash', START + 3_000, ['f'])
  db.zadd('sorted', 1.5, 'a')
  const collections = ['list', 'ints', 'set', 'hash', 'sorted'].map((key) => db.dump(key)!)
  return [...dumped, ...collections, dumped[1]!.with(3, 0x7a), dumped[1]!.slice(1), new Uint8Array(0)]
})()

/** Keys of any type. */
export const genericDoors: Readonly<Record<string, Door>> = {
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
}
