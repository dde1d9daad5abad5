import type { Redstart } from 'redstart'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  LONE_SURROGATE,
  logged,
  NOT_AN_INTEGER,
  NOT_DATA,
  notAString,
  open,
  plant,
  START_MS,
  SYNTAX,
  say,
  Toy,
} from '../support.js'

const HELLO = Uint8Array.from(Buffer.from('AAVoZWxsbwwAqATrtp8evkM=', 'base64'))
const OUT_OF_RANGE = 'ERR DB index is out of range'
const NOT_INT32 = 'ERR value is out of range, value must between -2147483648 and 2147483647'
const INVALID_CURSOR = 'ERR invalid cursor'

/** Two texts, one of them with a deadline, and a collection. */
function openWithKeys() {
  const opened = open()
  opened.db.set('k', 'hello', { ex: 100 })
  opened.db.set('j', 'other')
  plant(opened, 'toy', new Toy())
  forget(opened)
  return opened
}

/** A method, and the words that say the same. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown][] = [
  ['DEL k none toy', (db) => db.del('k', 'none', 'toy')],
  ['DEL', (db) => db.del()],
  ['UNLINK k none', (db) => db.unlink('k', 'none')],
  ['UNLINK', (db) => db.unlink()],
  ['EXISTS k k none', (db) => db.exists('k', 'k', 'none')],
  ['EXISTS', (db) => db.exists()],
  ['TOUCH k toy', (db) => db.touch('k', 'toy')],
  ['TOUCH', (db) => db.touch()],
  ['TYPE k', (db) => db.type('k')],
  ['TYPE toy', (db) => db.type('toy')],
  ['TYPE none', (db) => db.type('none')],
  ['RANDOMKEY', (db) => db.randomkey()],
  ['RENAME k j', (db) => db.rename('k', 'j')],
  ['RENAME none j', (db) => db.rename('none', 'j')],
  ['RENAMENX k new', (db) => db.renamenx('k', 'new')],
  ['RENAMENX k j', (db) => db.renamenx('k', 'j')],
  ['RENAMENX none j', (db) => db.renamenx('none', 'j')],
  ['MOVE k 1', (db) => db.move('k', 1)],
  ['MOVE none 1', (db) => db.move('none', 1)],
  ['MOVE k 0', (db) => db.move('k', 0)],
  ['MOVE k 16', (db) => db.move('k', 16)],
  ['COPY k j', (db) => db.copy('k', 'j')],
  ['COPY k j REPLACE', (db) => db.copy('k', 'j', { replace: true })],
  ['COPY k k DB 3', (db) => db.copy('k', 'k', { db: 3 })],
  ['COPY k k', (db) => db.copy('k', 'k')],
  ['COPY k k DB 99', (db) => db.copy('k', 'k', { db: 99 })],
  ['EXPIRE k 10', (db) => db.expire('k', 10)],
  ['EXPIRE toy 10 NX', (db) => db.expire('toy', 10n, { nx: true })],
  ['EXPIRE k 10 XX GT', (db) => db.expire('k', 10, { xx: true, gt: true })],
  ['EXPIRE k 10 LT', (db) => db.expire('k', 10, { lt: true })],
  ['EXPIRE k 10 GT LT', (db) => db.expire('k', 10, { gt: true, lt: true })],
  ['EXPIRE k 10 NX LT', (db) => db.expire('k', 10, { nx: true, lt: true })],
  ['EXPIRE k -1', (db) => db.expire('k', -1)],
  ['EXPIRE none 10', (db) => db.expire('none', 10)],
  ['EXPIRE k 9223372036854775807', (db) => db.expire('k', 2n ** 63n - 1n)],
  ['PEXPIRE k 10', (db) => db.pexpire('k', 10)],
  ['PEXPIRE k -9223372036854775808', (db) => db.pexpire('k', -(2n ** 63n))],
  ['EXPIREAT k 4102444800', (db) => db.expireat('k', 4_102_444_800)],
  ['PEXPIREAT k 9223372036854775807', (db) => db.pexpireat('k', 2n ** 63n - 1n)],
  ['PEXPIREAT k 0', (db) => db.pexpireat('k', 0)],
  ['PERSIST k', (db) => db.persist('k')],
  ['PERSIST j', (db) => db.persist('j')],
  ['TTL k', (db) => db.ttl('k')],
  ['TTL j', (db) => db.ttl('j')],
  ['PTTL k', (db) => db.pttl('k')],
  ['PTTL none', (db) => db.pttl('none')],
  ['EXPIRETIME k', (db) => db.expiretime('k')],
  ['PEXPIRETIME k', (db) => db.pexpiretime('k')],
  ['KEYS *o*', (db) => db.keys('*o*')],
  ['KEYS none', (db) => db.keys('none')],
  ['DUMP none', (db) => db.dump('none')],
  ['OBJECT ENCODING k', (db) => db.objectEncoding('k')],
  ['OBJECT ENCODING none', (db) => db.objectEncoding('none')],
  ['OBJECT IDLETIME k', (db) => db.objectIdletime('k')],
  ['OBJECT IDLETIME none', (db) => db.objectIdletime('none')],
  ['OBJECT REFCOUNT k', (db) => db.objectRefcount('k')],
  ['OBJECT REFCOUNT none', (db) => db.objectRefcount('none')],
  ['OBJECT FREQ none', (db) => db.objectFreq('none')],
  ['OBJECT FREQ k', (db) => db.objectFreq('k')],
]

describe('a method and its words answer, change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method) => {
    const [typed, raw] = [openWithKeys(), openWithKeys()]

    const replies = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(replies[0]).toEqual(replies[1])
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect(typed.seen).toEqual(raw.seen)
    expect(logged(typed)).toEqual(logged(raw))
  })
})

describe('scan and scanIterator', () => {
  it('scan returns the next cursor and keys, as strings or bytes', () => {
    const { db } = open()
    db.set(bytes(0xff), 'v')

    expect(db.scan('0')).toEqual({ cursor: '0', keys: ['\udcff'] })
    expect(db.bytes.scan(0)).toEqual({ cursor: '0', keys: [bytes(0xff)] })
  })

  it('scan takes match, as text or bytes, count and type', () => {
    const { db } = openWithKeys()

    expect(db.scan('0', { match: bytes('?'), type: 'string' }).keys.sort()).toEqual(['j', 'k'])
    expect(db.scan(0, { type: 'set' }).keys).toEqual(['toy'])
    expect(db.scan('0', { count: 1 }).keys.length).toBe(1)
    expect(db.scan('0', { match: undefined, count: undefined, type: undefined }).keys.length).toBe(3)
  })

  it('scanIterator goes through all keys', () => {
    const { db } = open()
    for (let i = 0; i < 100; i++) db.set(`k${i}`, i)

    expect([...db.scanIterator({ count: 7 })].sort()).toEqual(db.keys('*').sort())
    expect([...db.bytes.scanIterator({ match: 'k99' })]).toEqual([bytes('k99')])
    expect([...db.scanIterator({ match: 'none' })]).toEqual([])
  })

  it('a loop may delete each key that it is given, and is given all', () => {
    const { db } = open()
    for (let i = 0; i < 1000; i++) db.set(`k${i}`, i)
    let removed = 0

    for (const key of db.scanIterator()) removed += db.del(key)

    expect(removed).toBe(1000)
    expect(db.dbsize()).toBe(0)
  })

  it('a loop may rename keys and let them expire', () => {
    const { db, clock } = open()
    for (let i = 0; i < 100; i++) db.set(`k${i}`, i, { px: 50 + i })
    const seen = new Set<string>()

    for (const key of db.scanIterator({ match: 'k*', count: 5 })) {
      seen.add(key)
      db.rename(key, `new${key}`)
      clock.advance(1)
    }

    // Nothing had expired by the fiftieth.
    expect(seen.size).toBeGreaterThanOrEqual(50)
    clock.advance(150)
    expect(db.dbsize()).toBe(0)
  })

  it('a loop that is left early leaves nothing behind', () => {
    const { db } = open()
    for (let i = 0; i < 100; i++) db.set(`k${i}`, i)

    for (const _key of db.scanIterator()) break

    expect([...db.scanIterator()].length).toBe(100)
  })

  it.each([-1, 1.5, 1e21, 'abc', '', '0x10', '1e3', '1 ', '18446744073709551616'])(
    'scan refuses %j as a cursor',
    (cursor) => {
      const opened = openWithKeys()

      expectRefused(opened, () => opened.db.scan(cursor), INVALID_CURSOR)
    },
  )

  it.each(NOT_DATA)('scan refuses %s as a cursor', (_name, value, shown) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.scan(value as never), notAString(shown))
  })

  it('scan takes the cursors that SCAN takes', () => {
    const { db } = openWithKeys()

    expect(db.scan('18446744073709551615').cursor).toBe('0')
  })

  it.each([
    [{ count: 0 }, SYNTAX],
    [{ count: -1 }, SYNTAX],
    [{ count: 1.5 }, NOT_AN_INTEGER],
    [{ count: Number.NaN }, NOT_AN_INTEGER],
    [{ count: '10' }, NOT_AN_INTEGER],
    [{ match: null }, notAString('null')],
    [{ match: '\ud800' }, LONE_SURROGATE],
  ])('scan refuses the options %j', (options, message) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.scan('0', options as never), message)
    expectRefused(opened, () => [...opened.db.scanIterator(options as never)], message)
  })
})

describe('dump and restore', () => {
  it('dump returns bytes, on both sides', () => {
    const { db } = openWithKeys()

    expect(db.dump('k')).toEqual(HELLO)
    expect(db.bytes.dump('k')).toEqual(HELLO)
  })

  it('restore takes a time to live and options', () => {
    const opened = openWithKeys()
    const { db } = opened

    expect(db.restore('a', 0, HELLO)).toBe('OK')
    expect(db.restore('b', 5000n, HELLO)).toBe('OK')
    expect(db.restore('k', 4_102_444_800_000, HELLO, { replace: true, absttl: true })).toBe('OK')
    expect(db.restore('i', 0, HELLO, { idletime: 1000 })).toBe('OK')
    expect(db.restore('f', 0, HELLO, { freq: 255 })).toBe('OK')
    expect([db.ttl('a'), db.pttl('b'), db.pexpiretime('k'), db.objectIdletime('i')]).toEqual([
      -1, 5000, 4_102_444_800_000, 1000,
    ])
    expect(opened.seen).toEqual(['restore a', 'restore b', 'restore k', 'restore i', 'restore f'])
  })

  it('a payload may be written to after the call', () => {
    const { db } = open()
    db.set('k', bytes('x'.repeat(100)))
    const payload = db.dump('k')!

    db.restore('copy', 0, payload)
    payload.fill(0)

    expect(db.get('copy')).toBe('x'.repeat(100))
  })

  it('a payload in a Buffer may be written to after the call', () => {
    const { db } = open()
    const value = Array.from({ length: 60 }, (_, i) => String.fromCharCode(33 + i)).join('')
    db.set('k', bytes(value))
    const payload = Buffer.from(db.dump('k')!)

    db.restore('copy', 0, payload)
    payload.fill(0)

    expect(db.get('copy')).toBe(value)
  })

  it.each([
    [() => HELLO.slice(0, -1), 0, undefined, 'ERR DUMP payload version or checksum are wrong'],
    [() => new Uint8Array(0), 0, undefined, 'ERR DUMP payload version or checksum are wrong'],
    [() => HELLO, -1, undefined, 'ERR Invalid TTL value, must be >= 0'],
    [() => HELLO, Number.NaN, undefined, NOT_AN_INTEGER],
    [() => HELLO, undefined, undefined, NOT_AN_INTEGER],
    [() => HELLO, '10', undefined, NOT_AN_INTEGER],
    [() => 'text', 0, undefined, notAString('string')],
    [() => null, 0, undefined, notAString('null')],
    [() => new ArrayBuffer(8), 0, undefined, notAString('object')],
    [() => HELLO, 0, { idletime: 1, freq: 1 }, SYNTAX],
    [() => HELLO, 0, { idletime: -1 }, 'ERR Invalid IDLETIME value, must be >= 0'],
    [() => HELLO, 0, { freq: 256 }, 'ERR Invalid FREQ value, must be >= 0 and <= 255'],
  ])('restore refuses (%#)', (payload, ttl, options, message) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.restore('new', ttl as never, payload() as never, options), message)
  })

  it('restore refuses to overwrite without replace', () => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.restore('toy', 0, HELLO), 'BUSYKEY Target key name already exists.')
  })

  it.each([
    { idletime: Number.NaN },
    { idletime: 1.5 },
    { idletime: '5' },
    { idletime: 2n ** 63n },
    { freq: Number.NaN },
    { freq: 1.5 },
  ])('restore refuses %o, which is no integer', (options) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.restore('new', 0, HELLO, options as never), NOT_AN_INTEGER)
  })
})

describe('keys', () => {
  it('come back as strings or as bytes', () => {
    const { db } = open()
    db.set(bytes(0x6b, 0xff), 'v')

    expect(db.keys('k*')).toEqual(['k\udcff'])
    expect(db.bytes.keys(bytes(0x6b, 0xff))).toEqual([bytes(0x6b, 0xff)])
    expect(db.bytes.randomkey()).toEqual(bytes(0x6b, 0xff))
    expect(db.get(db.keys('*')[0]!)).toBe('v')
  })

  it('a random key is null in an empty database', () => {
    expect([open().db.randomkey(), open().db.bytes.randomkey()]).toEqual([null, null])
  })

  it('that look like integers keep their spelling', () => {
    const { db } = open()
    for (const key of ['1', '01', '1.0']) db.set(key, key)

    expect(db.keys('*').sort()).toEqual(['01', '1', '1.0'])
    expect(db.bytes.keys('01')).toEqual([bytes('01')])
  })
})

describe('what is no string, integer or database is refused, and nothing changes', () => {
  it.each(NOT_DATA)('%s as a key', (_name, value, shown) => {
    const opened = openWithKeys()
    const { db } = opened
    const bad = value as never
    const calls = [
      () => db.del('k', bad),
      () => db.unlink('k', bad),
      () => db.exists(bad),
      () => db.touch('k', bad),
      () => db.type(bad),
      () => db.rename('k', bad),
      () => db.rename(bad, 'k'),
      () => db.renamenx('k', bad),
      () => db.move(bad, 1),
      () => db.copy('k', bad),
      () => db.expire(bad, 1),
      () => db.persist(bad),
      () => db.ttl(bad),
      () => db.keys(bad),
      () => db.dump(bad),
      () => db.restore(bad, 0, HELLO),
      () => db.objectEncoding(bad),
    ]

    for (const call of calls) expectRefused(opened, call, notAString(shown))
  })

  it('a lone surrogate as a key or a pattern', () => {
    const opened = openWithKeys()
    const { db } = opened

    for (const call of [() => db.del('k', '\ud800'), () => db.rename('k', '\udc00'), () => db.keys('*\udfff')]) {
      expectRefused(opened, call, LONE_SURROGATE)
    }
  })

  it.each([undefined, null, Number.NaN, 1.5, 2 ** 53, '5', {}, 2n ** 63n])('%s as a time', (value) => {
    const opened = openWithKeys()
    const { db } = opened
    const bad = value as never

    for (const name of ['expire', 'pexpire', 'expireat', 'pexpireat'] as const) {
      expectRefused(opened, () => db[name]('k', bad), NOT_AN_INTEGER)
    }
  })

  it.each([
    [-1, OUT_OF_RANGE],
    [16, OUT_OF_RANGE],
    [2 ** 31, NOT_INT32],
    [1.5, NOT_AN_INTEGER],
    [Number.NaN, NOT_AN_INTEGER],
    [null, NOT_AN_INTEGER],
    [{}, NOT_AN_INTEGER],
    ['1', NOT_AN_INTEGER],
    ['length', NOT_AN_INTEGER],
    [['1'], NOT_AN_INTEGER],
  ])('%s as a database of move or copy: %s', (value, message) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.move('k', value as never), message)
    expectRefused(opened, () => opened.db.copy('k', 'k', { db: value as never }), message)
  })

  it('a database that is left out, of move', () => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.move('k', undefined as never), NOT_AN_INTEGER)
  })
})

it('options are never written to, and undefined means not given', () => {
  const { db } = openWithKeys()

  expect(db.copy('k', 'c', Object.freeze({ db: undefined, replace: undefined }))).toBe(1)
  expect(db.expire('k', 10, Object.freeze({ nx: undefined, xx: true, gt: false, lt: undefined }))).toBe(1)
  expect(db.restore('r', 0, HELLO, Object.freeze({ replace: undefined, idletime: undefined, freq: undefined }))).toBe(
    'OK',
  )
  expect(db.scan('0', Object.freeze({ match: bytes('c') })).keys).toEqual(['c'])
  expect(contents(db).find((key) => (key as unknown[])[1] === 'k')).toEqual([0, 'k', 'hello', START_MS + 10_000])
})

it('the types of keys are strings here and bytes there', () => {
  const { db } = openWithKeys()

  expectTypeOf(db.keys('*')).toEqualTypeOf<string[]>()
  expectTypeOf(db.bytes.keys('*')).toEqualTypeOf<Uint8Array[]>()
  expectTypeOf(db.randomkey()).toEqualTypeOf<string | null>()
  expectTypeOf(db.bytes.randomkey()).toEqualTypeOf<Uint8Array | null>()
  expectTypeOf(db.scan('0')).toEqualTypeOf<{ cursor: string; keys: string[] }>()
  expectTypeOf(db.bytes.scanIterator()).toEqualTypeOf<IterableIterator<Uint8Array>>()
  expectTypeOf(db.dump('k')).toEqualTypeOf<Uint8Array | null>()
  expectTypeOf(db.bytes.type('k')).toEqualTypeOf<
    'none' | 'string' | 'list' | 'hash' | 'set' | 'zset' | 'stream' | 'vectorset'
  >()
  expectTypeOf(db.ttl('k')).toEqualTypeOf<number>()
  expectTypeOf(db.objectEncoding('k')).toEqualTypeOf<string | null>()
})

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}
