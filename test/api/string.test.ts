import type { KeyValues, LcsRun, Redstart, SetGetOptions } from 'redstart'
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
  WRONGTYPE,
} from '../support.js'

/** A text with a deadline, an integer, a number with a fraction, bytes that are no UTF-8 and a collection. */
function openWithKeys() {
  const opened = open()
  opened.db.set('k', 'hello', { ex: 100 })
  opened.db.set('n', 10)
  opened.db.set('f', '1.5')
  opened.db.set('b', bytes(0xff, 0x00, 0xfe))
  plant(opened, 'toy', new Toy())
  forget(opened)
  return opened
}

/** A method, and the words that say the same. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown][] = [
  ['GET k', (db) => db.get('k')],
  ['GET n', (db) => db.get('n')],
  ['GET b', (db) => db.get('b')],
  ['GET none', (db) => db.get('none')],
  ['GET toy', (db) => db.get('toy')],
  ['SET k v', (db) => db.set('k', 'v')],
  ['SET toy v', (db) => db.set('toy', 'v')],
  ['SET k 5', (db) => db.set('k', 5)],
  ['SET k v EX 10', (db) => db.set('k', 'v', { ex: 10 })],
  ['SET k v PX 10', (db) => db.set('k', 'v', { px: 10n })],
  ['SET k v EXAT 4102444800', (db) => db.set('k', 'v', { exat: 4_102_444_800 })],
  ['SET k v PXAT 9223372036854775807', (db) => db.set('k', 'v', { pxat: 9_223_372_036_854_775_807n })],
  ['SET k v KEEPTTL', (db) => db.set('k', 'v', { keepttl: true })],
  ['SET k v NX', (db) => db.set('k', 'v', { nx: true })],
  ['SET none v NX EX 5', (db) => db.set('none', 'v', { nx: true, ex: 5 })],
  ['SET none v XX', (db) => db.set('none', 'v', { xx: true })],
  ['SET k v GET', (db) => db.set('k', 'v', { get: true })],
  ['SET n v XX GET', (db) => db.set('n', 'v', { xx: true, get: true })],
  ['SET none v GET EX 5', (db) => db.set('none', 'v', { get: true, ex: 5 })],
  ['SET toy v GET', (db) => db.set('toy', 'v', { get: true })],
  ['SET k v NX XX', (db) => db.set('k', 'v', { nx: true, xx: true })],
  ['SET k v EX 1 PX 1', (db) => db.set('k', 'v', { ex: 1, px: 1 })],
  ['SET k v EX 1 KEEPTTL', (db) => db.set('k', 'v', { ex: 1, keepttl: true })],
  ['SET k v EX 0', (db) => db.set('k', 'v', { ex: 0 })],
  ['SET k v EX -1 NX', (db) => db.set('k', 'v', { ex: -1, nx: true })],
  ['SET k v EX 9223372036854775807', (db) => db.set('k', 'v', { ex: 2n ** 63n - 1n })],
  ['SET k v PXAT 9223372036854775808', (db) => db.set('k', 'v', { pxat: 2n ** 63n })],
  ['SETNX none v', (db) => db.setnx('none', 'v')],
  ['SETNX toy v', (db) => db.setnx('toy', 'v')],
  ['SETEX k 10 v', (db) => db.setex('k', 10, 'v')],
  ['SETEX k 0 v', (db) => db.setex('k', 0, 'v')],
  ['PSETEX k 10 v', (db) => db.psetex('k', 10n, 'v')],
  ['PSETEX k -5 v', (db) => db.psetex('k', -5, 'v')],
  ['GETSET k v', (db) => db.getset('k', 'v')],
  ['GETSET toy v', (db) => db.getset('toy', 'v')],
  ['GETDEL k', (db) => db.getdel('k')],
  ['GETDEL none', (db) => db.getdel('none')],
  ['GETDEL toy', (db) => db.getdel('toy')],
  ['GETEX k', (db) => db.getex('k')],
  ['GETEX k EX 5', (db) => db.getex('k', { ex: 5 })],
  ['GETEX k PERSIST', (db) => db.getex('k', { persist: true })],
  ['GETEX k PXAT 1', (db) => db.getex('k', { pxat: 1 })],
  ['GETEX k EX 5 PERSIST', (db) => db.getex('k', { ex: 5, persist: true })],
  ['GETEX k EX 0', (db) => db.getex('k', { ex: 0 })],
  ['GETEX none EX 0', (db) => db.getex('none', { ex: 0 })],
  ['GETEX toy EX 5', (db) => db.getex('toy', { ex: 5 })],
  ['MGET k none toy n', (db) => db.mget('k', 'none', 'toy', 'n')],
  ['MGET', (db) => db.mget()],
  ['MSET a 1 k two', (db) => db.mset({ a: 1, k: 'two' })],
  ['MSET', (db) => db.mset({})],
  ['MSETNX a 1 b 2', (db) => db.msetnx({ a: 1, b: 2 })],
  ['MSETNX a 1 c 2', (db) => db.msetnx({ a: 1, c: 2 })],
  ['MSETNX', (db) => db.msetnx([])],
  ['INCR n', (db) => db.incr('n')],
  ['INCR none', (db) => db.incr('none')],
  ['INCR k', (db) => db.incr('k')],
  ['INCR toy', (db) => db.incr('toy')],
  ['DECR n', (db) => db.decr('n')],
  ['INCRBY n -20', (db) => db.incrby('n', -20)],
  ['INCRBY n 9223372036854775807', (db) => db.incrby('n', 2n ** 63n - 1n)],
  ['INCRBY n 9223372036854775808', (db) => db.incrby('n', 2n ** 63n)],
  ['DECRBY n 20', (db) => db.decrby('n', 20n)],
  ['DECRBY n -9223372036854775808', (db) => db.decrby('n', -(2n ** 63n))],
  ['APPEND k x', (db) => db.append('k', 'x')],
  ['APPEND none 12', (db) => db.append('none', 12)],
  ['APPEND toy x', (db) => db.append('toy', 'x')],
  ['STRLEN b', (db) => db.strlen('b')],
  ['STRLEN toy', (db) => db.strlen('toy')],
  ['GETRANGE k 1 -2', (db) => db.getrange('k', 1, -2)],
  ['GETRANGE none 0 -1', (db) => db.getrange('none', 0, -1)],
  ['GETRANGE toy 0 -1', (db) => db.getrange('toy', 0, -1)],
  ['SUBSTR k 1 2', (db) => db.substr('k', 1, 2)],
  ['SETRANGE k 3 xyz', (db) => db.setrange('k', 3, 'xyz')],
  ['SETRANGE none 3 x', (db) => db.setrange('none', 3, 'x')],
  ['SETRANGE k -1 x', (db) => db.setrange('k', -1, 'x')],
  ['SETRANGE k 536870912 x', (db) => db.setrange('k', 536_870_912, 'x')],
  ['SETRANGE toy 0 x', (db) => db.setrange('toy', 0, 'x')],
  ['LCS k k', (db) => db.lcs('k', 'k')],
  ['LCS k none', (db) => db.lcs('k', 'none')],
  ['LCS k toy', (db) => db.lcs('k', 'toy')],
  ['LCS k k LEN', (db) => db.lcsLen('k', 'k')],
  ['LCS toy k LEN', (db) => db.lcsLen('toy', 'k')],
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

describe('incrbyfloat', () => {
  it('returns a number, while get returns the exact text', () => {
    const { db } = openWithKeys()

    expect(db.incrbyfloat('f', 0.1)).toBe(1.6)
    expect(db.incrbyfloat('none', '0.1')).toBe(0.1)
    expect(db.incrbyfloat('none', '0.2')).toBe(0.3)
    expect(db.incrbyfloat('big', '10000000000000000.5')).toBe(10_000_000_000_000_000)
    expect(db.get('big')).toBe('10000000000000000.5')
  })

  it.each([
    ['k', 1, 'ERR value is not a valid float'],
    ['f', 'abc', 'ERR value is not a valid float'],
    ['f', Number.NaN, 'ERR value is not a valid float'],
    ['f', Number.POSITIVE_INFINITY, 'ERR increment would produce NaN or Infinity'],
    ['f', undefined, 'ERR value is not a valid float'],
    ['f', null, 'ERR value is not a valid float'],
    ['f', {}, 'ERR value is not a valid float'],
    ['toy', 1, WRONGTYPE],
  ])('of %s by %s is refused: %s', (key, increment, message) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.incrbyfloat(key, increment as number), message)
  })

  it.each([
    ['an array', ['1']],
    ['a Uint8Array', bytes('1')],
  ])('does not take %s for a number', (_name, increment) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.incrbyfloat('f', increment as never), 'ERR value is not a valid float')
  })
})

describe('lcsIdx', () => {
  function openWithTexts() {
    const opened = open()
    opened.db.mset({ a: 'ohmytext', b: 'mynewtext' })
    forget(opened)
    return opened
  }

  it('returns where the common runs lie, last first, and the length of the whole', () => {
    const { db } = openWithTexts()

    expect(db.lcsIdx('a', 'b')).toEqual({
      matches: [
        { a: [4, 7], b: [5, 8], length: 4 },
        { a: [2, 3], b: [0, 1], length: 2 },
      ],
      len: 6,
    })
  })

  it('minmatchlen leaves shorter runs out', () => {
    const { db } = openWithTexts()

    expect(db.lcsIdx('a', 'b', { minmatchlen: 4 }).matches).toEqual([{ a: [4, 7], b: [5, 8], length: 4 }])
    expect(db.lcsIdx('a', 'b', { minmatchlen: -1 }).matches.length).toBe(2)
    expect(db.lcsIdx('a', 'none')).toEqual({ matches: [], len: 0 })
  })

  it('refuses a key of another type', () => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.lcsIdx('k', 'toy'), 'ERR The specified keys must contain string values')
  })
})

describe('keys and values of mset', () => {
  const ENTRIES: readonly [string, () => KeyValues][] = [
    ['an object', () => ({ a: 'x', __: 'y' })],
    [
      'a Map',
      () =>
        new Map([
          ['a', 'x'],
          ['__', 'y'],
        ]),
    ],
    [
      'an array of pairs',
      () => [
        ['a', 'x'],
        ['__', 'y'],
      ],
    ],
    [
      'a Map with byte keys',
      () =>
        new Map([
          [bytes('a'), bytes('x')],
          [bytes('__'), bytes('y')],
        ]),
    ],
    ['a generator', () => pairs()],
  ]
  function* pairs(): Generator<[string, string]> {
    yield ['a', 'x']
    yield ['__', 'y']
  }

  it.each(ENTRIES)('may be %s', (_name, entries) => {
    const { db } = open()

    expect(db.mset(entries())).toBe('OK')
    expect(db.mget('a', '__')).toEqual(['x', 'y'])
    expect(db.msetnx(entries())).toBe(0)
  })

  it('take __proto__ for a key like any other', () => {
    const { db } = open()

    db.mset(JSON.parse('{"__proto__": "v"}'))

    expect(db.get('__proto__')).toBe('v')
  })

  it('of which one is bad change nothing', () => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.mset({ a: 1, b: undefined as never }), notAString('undefined'))
    expectRefused(
      opened,
      () =>
        opened.db.mset([
          ['a', 1],
          ['\ud800', 2],
        ]),
      LONE_SURROGATE,
    )
    expectRefused(
      opened,
      () =>
        opened.db.msetnx([
          ['a', 1],
          [null as never, 2],
        ]),
      notAString('null'),
    )
  })
})

describe('what is given and returned', () => {
  it('numbers and bigints are stored as their decimal text', () => {
    const { db } = open()
    const given = [0, -0, 7, -7, 1.5, 1e21, 5e-324, 2 ** 53, 2n ** 63n - 1n, 2n ** 64n]

    const kept = given.map((value) => {
      db.set('k', value)
      return db.get('k')
    })

    expect(kept).toEqual([
      '0',
      '0',
      '7',
      '-7',
      '1.5',
      '1e+21',
      '5e-324',
      '9007199254740992',
      '9223372036854775807',
      '18446744073709551616',
    ])
  })

  it('bytes come back from db.bytes as new arrays', () => {
    const { db } = openWithKeys()
    const fresh = (array: Uint8Array | null) => {
      expect(array).toBeInstanceOf(Uint8Array)
      array!.fill(0)
    }

    fresh(db.bytes.get('b'))
    fresh(db.bytes.getrange('b', 0, -1))
    fresh(db.bytes.getex('b'))
    fresh(db.bytes.mget('b')[0]!)
    fresh(db.bytes.lcs('b', 'b'))

    expect(db.bytes.get('b')).toEqual(bytes(0xff, 0x00, 0xfe))
    expect(db.bytes.set('b', 'new', { get: true })).toEqual(bytes(0xff, 0x00, 0xfe))
    expect(db.bytes.getset('b', bytes(0x80))).toEqual(bytes('new'))
    expect(db.bytes.getdel('b')).toEqual(bytes(0x80))
    expect(db.bytes.get('b')).toBeNull()
    expect(db.bytes.set('b', 'x')).toBe('OK')
  })

  it('a Uint8Array may be written to after the call', () => {
    const { db } = open()
    const long = new Uint8Array(100).fill(0x61)

    db.set('a', long)
    db.append('b', long)
    db.append('b', long)
    db.setrange('c', 0, long)
    long.fill(0x7a)

    expect(db.mget('a', 'b', 'c')).toEqual(['a'.repeat(100), 'a'.repeat(200), 'a'.repeat(100)])
  })

  it.each([
    ['set', (db: Redstart, value: Buffer) => db.set('k', value)],
    ['append', (db: Redstart, value: Buffer) => db.append('k', value)],
    ['call', (db: Redstart, value: Buffer) => db.call('SET', 'k', value)],
  ])('a Buffer may be written to after %s', (_name, write) => {
    const { db } = open()
    const long = Buffer.alloc(100, 'a')

    write(db, long)
    long.fill('z')

    expect(db.get('k')).toBe('a'.repeat(100))
  })

  it('what db.bytes returns of a Buffer may be written to', () => {
    const { db } = open()
    db.set('k', Buffer.alloc(100, 'a'))

    db.bytes.get('k')!.fill(0)

    expect(db.get('k')).toBe('a'.repeat(100))
  })

  it('options are never written to, and undefined means not given', () => {
    const { db } = openWithKeys()
    const none = Object.freeze({ ex: undefined, px: undefined, nx: undefined, xx: undefined, keepttl: undefined })

    expect(db.set('k', 'v', none)).toBe('OK')
    expect(db.set('k', 'v', Object.freeze({ ex: 5, nx: false, get: true as const }))).toBe('v')
    expect(db.getex('k', Object.freeze({ px: 5000, persist: undefined }))).toBe('v')
    expect(db.lcsIdx('k', 'k', Object.freeze({ minmatchlen: undefined })).len).toBe(1)
    expect(contents(db)[0]).toEqual([0, 'k', 'v', START_MS + 5000])
  })

  it('a string of 512 MB can be made and read in parts', () => {
    const { db } = open()

    expect(db.setrange('k', 536_870_911, 'x')).toBe(536_870_912)
    expect(db.getrange('k', -2, -1)).toBe('\0x')
    expect(() => db.append('k', 'y')).toThrow('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
    expect(db.strlen('k')).toBe(536_870_912)
  })
})

describe('what is no string is refused, and nothing changes', () => {
  it.each(NOT_DATA)('%s as a key or a value', (_name, value, shown) => {
    const opened = openWithKeys()
    const { db } = opened
    const bad = value as never
    const calls = [
      () => db.get(bad),
      () => db.set(bad, 'v'),
      () => db.set('k', bad),
      () => db.set('k', bad, { ex: 5, get: true }),
      () => db.setnx('none', bad),
      () => db.setex('k', 5, bad),
      () => db.getset('k', bad),
      () => db.getdel(bad),
      () => db.mget('k', bad),
      () => db.mset([['a', bad]]),
      () => db.incr(bad),
      () => db.append('k', bad),
      () => db.strlen(bad),
      () => db.setrange('k', 0, bad),
      () => db.lcs('k', bad),
    ]

    for (const call of calls) expectRefused(opened, call, notAString(shown))
  })

  it('a lone surrogate in a key or a value', () => {
    const opened = openWithKeys()
    const { db } = opened
    const calls = [
      () => db.get('\ud800'),
      () => db.set('a\udc00', 'v'),
      () => db.set('k', 'half \ud83d'),
      () => db.append('k', '\udfff'),
      () => db.mset({ a: 1, b: '\ud800' }),
      () => db.call('SET', 'k', '\ud800'),
    ]

    for (const call of calls) expectRefused(opened, call, LONE_SURROGATE)
  })

  it.each([undefined, null, Number.NaN, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, '5', {}, 2n ** 63n])(
    '%s as an integer',
    (value) => {
      const opened = openWithKeys()
      const { db } = opened
      const bad = value as never
      const calls = [
        () => db.incrby('n', bad),
        () => db.decrby('n', bad),
        ...(value === undefined ? [] : [() => db.setex('k', bad, 'v'), () => db.psetex('k', bad, 'v')]),
        () => db.getrange('k', bad, 1),
        () => db.getrange('k', 1, bad),
        () => db.setrange('k', bad, 'x'),
      ]

      for (const call of calls) expectRefused(opened, call, NOT_AN_INTEGER)
    },
  )

  it.each(['setex', 'psetex'] as const)('undefined as the time of %s', (name) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db[name]('k', undefined as never, 'v'), NOT_AN_INTEGER)
  })

  it('NaN as minmatchlen', () => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.lcsIdx('k', 'k', { minmatchlen: Number.NaN }), NOT_AN_INTEGER)
  })

  it.each([null, Number.NaN, 1.5, '5', true])('%s as a time of set or getex', (value) => {
    const opened = openWithKeys()
    const bad = value as never

    for (const unit of ['ex', 'px', 'exat', 'pxat']) {
      expectRefused(opened, () => opened.db.set('k', 'v', { [unit]: bad }), NOT_AN_INTEGER)
      expectRefused(opened, () => opened.db.getex('k', { [unit]: bad }), NOT_AN_INTEGER)
    }
  })

  it('two conditions at once', () => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.set('k', 'v', { nx: true, xx: true, get: true }), SYNTAX)
  })

  it.each([null, 'EX', 5])('%s as options of set throws', (options) => {
    const opened = openWithKeys()

    expect(() => opened.db.set('k', 'v', options as never)).toThrow()
    expect(opened.seen).toEqual([])
    expect(opened.db.get('k')).toBe('hello')
  })
})

describe('the types of', () => {
  const { db } = open()

  it('set say OK or null, and with get the old value', () => {
    expectTypeOf(db.set('k', 'v')).toEqualTypeOf<'OK' | null>()
    expectTypeOf(db.set('k', 'v', { ex: 1, nx: true })).toEqualTypeOf<'OK' | null>()
    expectTypeOf(db.set('k', 'v', { get: true })).toEqualTypeOf<string | null>()
    expectTypeOf(db.set('k', 'v', { xx: true, get: true, keepttl: true })).toEqualTypeOf<string | null>()
    expectTypeOf(db.bytes.set('k', 'v')).toEqualTypeOf<'OK' | null>()
    expectTypeOf(db.bytes.set('k', 'v', { get: true })).toEqualTypeOf<Uint8Array | null>()
  })

  it('set follow options that stand in a variable', () => {
    const options: SetGetOptions = { get: true }
    const both = { get: true, ex: 10 } as const

    // Bug: the other overload came first and takes these options too, so the type was 'OK' | null.
    expectTypeOf(db.set('k', 'v', options)).toEqualTypeOf<string | null>()
    expectTypeOf(db.set('k', 'v', both)).toEqualTypeOf<string | null>()
  })

  it('the others are strings here and bytes there, null where a key may be missing', () => {
    expectTypeOf(db.get('k')).toEqualTypeOf<string | null>()
    expectTypeOf(db.bytes.get('k')).toEqualTypeOf<Uint8Array | null>()
    expectTypeOf(db.mget('k')).toEqualTypeOf<(string | null)[]>()
    expectTypeOf(db.bytes.mget('k')).toEqualTypeOf<(Uint8Array | null)[]>()
    expectTypeOf(db.getrange('k', 0, 1)).toEqualTypeOf<string>()
    expectTypeOf(db.bytes.getrange('k', 0, 1)).toEqualTypeOf<Uint8Array>()
    expectTypeOf(db.bytes.getex('k')).toEqualTypeOf<Uint8Array | null>()
    expectTypeOf(db.bytes.lcs('k', 'k')).toEqualTypeOf<Uint8Array>()
    expectTypeOf(db.incr('n')).toEqualTypeOf<number>()
    expectTypeOf(db.incrbyfloat('n', 1)).toEqualTypeOf<number>()
    expectTypeOf(db.mset({ a: 1 })).toEqualTypeOf<'OK'>()
    expectTypeOf(db.lcsIdx('a', 'b')).toEqualTypeOf<{ matches: LcsRun[]; len: number }>()
  })

  it('arguments refuse what is no string, number, bigint or Uint8Array', () => {
    // @ts-expect-error
    expect(() => db.set('k', true)).toThrow()
    // @ts-expect-error
    expect(() => db.set('k', null)).toThrow()
    // @ts-expect-error
    expect(() => db.set('k', 'v', { ex: '10' })).toThrow()
    // @ts-expect-error
    expect(() => db.getex('k', { keepttl: true })).toThrow()
  })
})

function outcomeOf(call: () => unknown): unknown {
  try {
    const reply = call()
    // Typed methods return numbers, call a bigint past 2^53.
    return typeof reply === 'bigint' ? Number(reply) : reply
  } catch (error) {
    return String(error)
  }
}

it('a value of more than 512 MB is refused, as bytes and as text, and nothing is stored', () => {
  // Bug: only APPEND and SETRANGE knew the limit.
  const opened = open()
  const tooLong = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)'
  // Two bytes for each character.
  const text = '\u00e9'.repeat(2 ** 28 + 1)

  expectRefused(opened, () => opened.db.set('k', new Uint8Array(2 ** 29 + 1)), tooLong)
  expectRefused(opened, () => opened.db.set('k', text), tooLong)
})
