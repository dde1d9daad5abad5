import { type Redstart, RedstartError } from 'redstart'
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
  type Opened,
  open,
  START_MS,
  say,
  WRONGTYPE,
} from '../support.js'

/** The hash h (a 1, b 2 until 100 s from now, bin no UTF-8), and the string s. */
function openWithHash(): Opened {
  const opened = open()
  opened.db.hset('h', { a: 1, b: 2 })
  opened.db.hset('h', bytes(0xff), bytes(0xfe))
  opened.db.hexpire('h', 100, ['b'])
  opened.db.set('s', 'v')
  forget(opened)
  return opened
}

/** A method, and the words that say the same. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown][] = [
  ['HSET h a 9', (db) => db.hset('h', 'a', 9)],
  ['HSET h new 1', (db) => db.hset('h', { new: 1 })],
  ['HSET h x 1 y 2', (db) => db.hset('h', { x: 1, y: 2n })],
  [
    'HSET h 2 a 1 b',
    (db) =>
      db.hset(
        'h',
        new Map([
          ['2', 'a'],
          ['1', 'b'],
        ]),
      ),
  ],
  ['HSET none a 1', (db) => db.hset('none', [['a', 1]])],
  ['HSET s a 1', (db) => db.hset('s', 'a', 1)],
  ['HSET s a 1 b 2', (db) => db.hset('s', { a: 1, b: 2 })],
  ['HSET h', (db) => db.hset('h', {})],
  ['HMSET h a 9 b 9', (db) => db.hmset('h', { a: 9, b: 9 })],
  ['HMSET h', (db) => db.hmset('h', [])],
  ['HSETNX h a 9', (db) => db.hsetnx('h', 'a', 9)],
  ['HSETNX h new 9', (db) => db.hsetnx('h', 'new', 9)],
  ['HSETNX s a 9', (db) => db.hsetnx('s', 'a', 9)],
  ['HGET h a', (db) => db.hget('h', 'a')],
  ['HGET h none', (db) => db.hget('h', 'none')],
  ['HGET none a', (db) => db.hget('none', 'a')],
  ['HGET s a', (db) => db.hget('s', 'a')],
  ['HMGET h b none a', (db) => db.hmget('h', 'b', 'none', 'a')],
  ['HMGET h', (db) => db.hmget('h')],
  ['HKEYS h', (db) => db.hkeys('h')],
  ['HVALS h', (db) => db.hvals('h')],
  ['HLEN h', (db) => db.hlen('h')],
  ['HLEN none', (db) => db.hlen('none')],
  ['HSTRLEN h a', (db) => db.hstrlen('h', 'a')],
  ['HEXISTS h a', (db) => db.hexists('h', 'a')],
  ['HEXISTS h none', (db) => db.hexists('h', 'none')],
  ['HDEL h a', (db) => db.hdel('h', 'a')],
  ['HDEL h a none b', (db) => db.hdel('h', 'a', 'none', 'b')],
  ['HDEL h', (db) => db.hdel('h')],
  ['HINCRBY h a 5', (db) => db.hincrby('h', 'a', 5)],
  ['HINCRBY h b -5', (db) => db.hincrby('h', 'b', -5n)],
  ['HINCRBY h a 1.5', (db) => db.hincrby('h', 'a', 1.5)],
  ['HRANDFIELD h', (db) => db.hrandfield('h')],
  ['HRANDFIELD none', (db) => db.hrandfield('none')],
  ['HRANDFIELD h 2', (db) => db.hrandfield('h', 2)],
  ['HRANDFIELD h -5', (db) => db.hrandfield('h', -5)],
  ['HRANDFIELD h 0.5', (db) => db.hrandfield('h', 0.5)],
  ['HRANDFIELD s 1', (db) => db.hrandfield('s', 1)],
  ['HEXPIRE h 10 FIELDS 2 a none', (db) => db.hexpire('h', 10, ['a', 'none'])],
  ['HEXPIRE h 10 NX FIELDS 2 a b', (db) => db.hexpire('h', 10, ['a', 'b'], { nx: true })],
  ['HEXPIRE h 0 FIELDS 1 a', (db) => db.hexpire('h', 0, ['a'])],
  ['HEXPIRE h -1 FIELDS 1 a', (db) => db.hexpire('h', -1, ['a'])],
  ['HEXPIRE h 1.5 FIELDS 1 a', (db) => db.hexpire('h', 1.5, ['a'])],
  ['HEXPIRE h 10 NX GT FIELDS 1 a', (db) => db.hexpire('h', 10, ['a'], { nx: true, gt: true })],
  ['HEXPIRE h 10 FIELDS 0', (db) => db.hexpire('h', 10, [])],
  ['HEXPIRE s 10 FIELDS 1 a', (db) => db.hexpire('s', 10, ['a'])],
  ['HPEXPIRE h 10 GT FIELDS 2 a b', (db) => db.hpexpire('h', 10, ['a', 'b'], { gt: true })],
  ['HPEXPIRE h 10 LT FIELDS 2 a b', (db) => db.hpexpire('h', 10n, ['a', 'b'], { lt: true })],
  ['HEXPIREAT h 4102444800 XX FIELDS 2 a b', (db) => db.hexpireat('h', 4_102_444_800, ['a', 'b'], { xx: true })],
  ['HPEXPIREAT h 4102444800001 FIELDS 1 a', (db) => db.hpexpireat('h', 4_102_444_800_001, ['a'])],
  ['HPEXPIREAT h 70368744177664 FIELDS 1 a', (db) => db.hpexpireat('h', 70_368_744_177_664, ['a'])],
  ['HPERSIST h FIELDS 3 a b none', (db) => db.hpersist('h', 'a', 'b', 'none')],
  ['HPERSIST h', (db) => db.hpersist('h')],
  ['HTTL h FIELDS 3 a b none', (db) => db.httl('h', 'a', 'b', 'none')],
  ['HPTTL h FIELDS 1 b', (db) => db.hpttl('h', 'b')],
  ['HEXPIRETIME h FIELDS 1 b', (db) => db.hexpiretime('h', 'b')],
  ['HPEXPIRETIME h FIELDS 1 b', (db) => db.hpexpiretime('h', 'b')],
  ['HPEXPIRETIME s FIELDS 1 b', (db) => db.hpexpiretime('s', 'b')],
  ['HGETEX h FIELDS 2 a none', (db) => db.hgetex('h', ['a', 'none'])],
  ['HGETEX h EX 10 FIELDS 1 a', (db) => db.hgetex('h', ['a'], { ex: 10 })],
  ['HGETEX h PERSIST FIELDS 1 b', (db) => db.hgetex('h', ['b'], { persist: true })],
  ['HGETEX h PXAT 1 FIELDS 1 b', (db) => db.hgetex('h', ['b'], { pxat: 1 })],
  ['HGETEX h EX 1 PERSIST FIELDS 1 b', (db) => db.hgetex('h', ['b'], { ex: 1, persist: true })],
  ['HGETEX h FIELDS 0', (db) => db.hgetex('h', [])],
  ['HSETEX h FIELDS 1 a 9', (db) => db.hsetex('h', { a: 9 })],
  ['HSETEX h FNX EX 10 FIELDS 1 a 9', (db) => db.hsetex('h', { a: 9 }, { fnx: true, ex: 10 })],
  ['HSETEX h FXX PX 10 FIELDS 2 a 9 b 8', (db) => db.hsetex('h', { a: 9, b: 8 }, { fxx: true, px: 10 })],
  ['HSETEX h KEEPTTL FIELDS 1 b 8', (db) => db.hsetex('h', [['b', 8]], { keepttl: true })],
  ['HSETEX h EXAT 1 FIELDS 1 b 8', (db) => db.hsetex('h', { b: 8 }, { exat: 1 })],
  ['HSETEX h FNX FXX FIELDS 1 b 8', (db) => db.hsetex('h', { b: 8 }, { fnx: true, fxx: true })],
  ['HSETEX h EX 1 PX 1 FIELDS 1 b 8', (db) => db.hsetex('h', { b: 8 }, { ex: 1, px: 1 })],
  ['HSETEX h EX x FIELDS 1 b 8', (db) => db.hsetex('h', { b: 8 }, { ex: Number.NaN })],
  ['HSETEX h FIELDS 0', (db) => db.hsetex('h', {})],
  ['HGETDEL h FIELDS 3 a none a', (db) => db.hgetdel('h', 'a', 'none', 'a')],
  ['HGETDEL h', (db) => db.hgetdel('h')],
]

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as Error).message
  }
}

describe('a method and its words answer, change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method) => {
    const [typed, raw] = [openWithHash(), openWithHash()]

    const replies = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(replies[0]).toEqual(replies[1])
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect([typed.seen, logged(typed)]).toEqual([raw.seen, logged(raw)])
    expect(typed.db.engine.dirty).toBe(raw.db.engine.dirty)
  })
})

describe('hset', () => {
  it.each(NOT_DATA)('refuses %s as a value', (_name, value, shown) => {
    const opened = openWithHash()

    expectRefused(opened, () => opened.db.hset('h', 'a', value as string), notAString(shown))
    expectRefused(opened, () => opened.db.hset('h', { a: 9, b: value as string }), notAString(shown))
    expectRefused(opened, () => opened.db.hsetex('h', { a: value as string }), notAString(shown))
  })

  it('refuses names and values that stand for no bytes', () => {
    const opened = openWithHash()

    expectRefused(opened, () => opened.db.hset('\ud800', 'a', 1), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.hset('h', '\ud800', 1), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.hset('h', { a: '\udfff' }), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.hget('h', '\ud800'), LONE_SURROGATE)
  })

  it('takes the fields that an object has itself', () => {
    const { db } = open()
    const object = Object.assign(Object.create({ inherited: 1 }), { own: 2 }) as Record<string, number>

    db.hset('h', object)

    expect(db.hkeys('h')).toEqual(['own'])
  })

  it('takes __proto__ for a field, in a list of pairs and as a name', () => {
    const { db } = open()

    db.hset('h', [['__proto__', 1]])
    db.hset('h', 'constructor', 2)

    expect(db.hget('h', '__proto__')).toBe('1')
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('hgetall', () => {
  it('returns an object without a prototype, which holds any name', () => {
    const { db } = open()
    db.hset('h', [
      ['a', 1],
      ['__proto__', 'p'],
      ['toString', 't'],
    ])

    const all = db.hgetall('h')

    expect(Object.getPrototypeOf(all)).toBeNull()
    expect(Object.entries(all)).toEqual([
      ['a', '1'],
      ['__proto__', 'p'],
      ['toString', 't'],
    ])
    expect(Reflect.get(all, '__proto__')).toBe('p')
    expect(all.valueOf).toBeUndefined()
    expect(all).toEqual(Object.assign(Object.create(null), Object.fromEntries(db.hgetallMap('h'))))
  })

  it('is empty for a missing key and refuses another type', () => {
    const opened = openWithHash()

    expect(opened.db.hgetall('none')).toEqual({})
    expect(opened.db.hgetallMap('none')).toEqual(new Map())
    expectRefused(opened, () => opened.db.hgetall('s'), WRONGTYPE)
    expectRefused(opened, () => opened.db.hgetallMap('s'), WRONGTYPE)
  })

  it('puts integer-like names first, which hgetallMap does not', () => {
    const { db } = open()
    db.hset('h', [
      ['b', 1],
      ['2', 2],
      ['a', 3],
      ['1', 4],
    ])

    expect(Object.keys(db.hgetall('h'))).toEqual(['1', '2', 'b', 'a'])
    expect([...db.hgetallMap('h').keys()]).toEqual(['b', '2', 'a', '1'])
  })
})

describe('hincrby and hincrbyfloat', () => {
  it('return numbers', () => {
    const { db } = openWithHash()

    expect(db.hincrby('h', 'big', 2n ** 62n)).toBe(2 ** 62)
    expect(db.hget('h', 'big')).toBe(String(2n ** 62n))
    expect(db.hincrbyfloat('h', 'a', 0.5)).toBe(1.5)
    expect(db.hincrbyfloat('h', 'a', '0.25')).toBe(1.75)
    expect(db.hget('h', 'a')).toBe('1.75')
  })

  it('refuse what is no number', () => {
    const opened = openWithHash()

    expectRefused(opened, () => opened.db.hincrby('h', 'a', Number.NaN), NOT_AN_INTEGER)
    expectRefused(opened, () => opened.db.hincrbyfloat('h', 'a', Number.NaN), 'ERR value is not a valid float')
    expectRefused(opened, () => opened.db.hincrbyfloat('h', 'a', 'x'), 'ERR value is not a valid float')
    expectRefused(
      opened,
      () => opened.db.hincrbyfloat('h', 'a', Number.POSITIVE_INFINITY),
      'ERR value is NaN or Infinity',
    )
  })
})

describe('random fields', () => {
  it('come with their values by a method of their own', () => {
    const { db } = openWithHash()

    const found = db.hrandfieldWithValues('h', 2)

    expect(found).toHaveLength(2)
    for (const { field, value } of found) expect(db.hget('h', field)).toBe(value)
    expect(db.hrandfieldWithValues('h', -7)).toHaveLength(7)
    expect(db.hrandfieldWithValues('none', 2)).toEqual([])
  })
})

describe('scans', () => {
  /** A hash that is scanned in several steps. */
  function openWithMany(): Opened {
    const opened = open()
    opened.db.hset(
      'many',
      Array.from({ length: 700 }, (_, i) => [`f${i}`, i] as const),
    )
    return opened
  }

  it('hscan returns fields with their values, hscanNoValues without', () => {
    const { db } = openWithHash()

    expect(db.hscan('h', '0', { match: 'a' })).toEqual({ cursor: '0', entries: [{ field: 'a', value: '1' }] })
    expect(db.hscanNoValues('h', 0, { match: bytes('[ab]') })).toEqual({ cursor: '0', fields: ['a', 'b'] })
    expect(db.hscan('none', '0')).toEqual({ cursor: '0', entries: [] })
  })

  it('take COUNT for the size of a step', () => {
    const { db } = openWithMany()

    const { cursor, entries } = db.hscan('many', '0', { count: 30 })

    expect(cursor).not.toBe('0')
    expect(entries).toHaveLength(30)
  })

  it('go through all by iterators, also while fields come and go', () => {
    const { db } = openWithMany()
    const seen = new Set<string>()
    for (const { field, value } of db.hscanIterator('many', { count: 7 })) {
      seen.add(field)
      expect(`f${value}`).toBe(field)
      db.hdel('many', field)
    }

    expect(seen.size).toBe(700)
    expect(db.exists('many')).toBe(0)
    expect([...openWithMany().db.hscanNoValuesIterator('many', { match: 'f69?' })]).toHaveLength(10)
  })

  it('refuse bad cursors and options', () => {
    const opened = openWithHash()

    expectRefused(opened, () => opened.db.hscan('h', 'x'), 'ERR invalid cursor')
    expectRefused(opened, () => opened.db.hscan('h', '0', { count: 0 }), 'ERR syntax error')
    expectRefused(opened, () => opened.db.hscanNoValues('h', '0', { count: 1.5 }), NOT_AN_INTEGER)
    expectRefused(opened, () => [...opened.db.hscanIterator('s')], WRONGTYPE)
  })
})

describe('field deadlines', () => {
  it('slide by hgetex, and hold by hsetex', () => {
    const { db, clock } = open()
    db.hsetex('session', { token: 'x', user: 'ada' }, { ex: 10, fnx: true })

    clock.advance(8_000)
    expect(db.hgetex('session', ['token'], { ex: 10 })).toEqual(['x'])
    clock.advance(8_000)

    expect(db.hgetall('session')).toEqual({ token: 'x' })
    expect(db.hpexpiretime('session', 'token', 'user')).toEqual([START_MS + 18_000, -2])
    expect(db.hsetex('session', { token: 'y' }, { fnx: true })).toBe(0)
    expect(db.hsetex('session', { token: 'y' }, { keepttl: true })).toBe(1)
    expect(db.httl('session', 'token')).toEqual([2])
  })
})

describe('on the side of bytes', () => {
  it('values and fields come as bytes, and as text stand for the same', () => {
    const { db } = openWithHash()

    expect(db.bytes.hget('h', bytes(0xff))).toEqual(bytes(0xfe))
    expect(db.bytes.hmget('h', 'a', 'none')).toEqual([bytes('1'), null])
    expect(db.bytes.hkeys('h')).toEqual([bytes('a'), bytes('b'), bytes(0xff)])
    expect(db.bytes.hvals('h')).toEqual([bytes('1'), bytes('2'), bytes(0xfe)])
    expect(db.bytes.hgetall('h')['\udcff']).toEqual(bytes(0xfe))
    expect(db.bytes.hscan('h', '0', { match: bytes(0xff) }).entries).toEqual([
      { field: bytes(0xff), value: bytes(0xfe) },
    ])
    expect(db.bytes.hgetdel('h', bytes(0xff))).toEqual([bytes(0xfe)])
  })
})

describe('types', () => {
  it('say what comes back', () => {
    const { db } = openWithHash()

    expectTypeOf(db.hget('h', 'a')).toEqualTypeOf<string | null>()
    expectTypeOf(db.hgetall('h')).toEqualTypeOf<Record<string, string>>()
    expectTypeOf(db.bytes.hgetall('h')).toEqualTypeOf<Record<string, Uint8Array>>()
    expectTypeOf(db.hrandfield('h')).toEqualTypeOf<string | null>()
    expectTypeOf(db.hrandfield('h', 2)).toEqualTypeOf<string[]>()
    expectTypeOf(db.hgetex('h', ['a'])).toEqualTypeOf<(string | null)[]>()
    expectTypeOf(db.hset('h', { a: 1 })).toEqualTypeOf<number>()
    // @ts-expect-error a field alone has no value
    expect(() => db.hset('h', 'a')).toThrow(notAString('undefined'))
  })

  it('take an object whose type is an interface, as they take one of no named type', () => {
    interface User {
      name: string
      born: number
    }
    const { db } = openWithHash()
    const ada: User = { name: 'Ada', born: 1815 }

    expect(db.hset('u', ada)).toBe(2)
    expect(db.hsetex('u', ada, { ex: 60 })).toBe(1)
    expect(db.mset(ada)).toBe('OK')
    expect(db.get('born')).toBe('1815')
    const id = db.xadd('visits', '*', ada)
    expectTypeOf(id).toEqualTypeOf<string>()
    expect(db.xrange('visits', id, id)).toEqual([{ id, fields: { name: 'Ada', born: '1815' } }])
    expect(
      db
        .multi()
        .hset('u', { ...ada })
        .exec(),
    ).toEqual([0])
  })

  it('refuse an object with a value that is no string, number, bigint or Uint8Array', () => {
    interface Visit {
      page: string
      at?: number
    }
    const { db } = openWithHash()
    const visit: Visit = { page: '/' }
    const visited: { page: string; at: Date } = { page: '/', at: new Date(0) }
    const anything: object = visited

    // @ts-expect-error
    expect(() => db.hset('h', visited)).toThrow()
    // @ts-expect-error
    expect(() => db.mset({ a: null })).toThrow()
    // @ts-expect-error
    expect(() => db.xadd('s', '*', anything)).toThrow()
    // @ts-expect-error
    expect(() => db.hset('h', ['field', 'value'])).toThrow()
    // @ts-expect-error a field that may be missing may be undefined
    expect(db.hset('h', visit)).toBe(1)
    // @ts-expect-error
    expect(db.multi().hset('h', visited).exec()[0]).toBeInstanceOf(RedstartError)
  })
})
