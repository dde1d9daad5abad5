import { describe, expect, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  type Opened,
  open,
  openWithExpired,
  START_MS,
  say,
  WRONGTYPE,
} from '../support.js'

/** The hash h (a 1, b 2) and the string s. */
function openWithHash(): Opened {
  const opened = open()
  say(opened.db, 'HSET h a 1 b 2')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('HSET', () => {
  it('makes a hash and counts the fields that are new', () => {
    const opened = open()

    expect(say(opened.db, 'HSET h a 1 b 2 a 3')).toBe(2)
    expect(say(opened.db, 'HSET h b 4 c 5')).toBe(1)
    expect(say(opened.db, 'HGETALL h')).toEqual(['a', '3', 'b', '4', 'c', '5'])
    expect(opened.seen).toEqual(['hset h', 'hset h'])
    expect(logged(opened)).toEqual(['HSET h a 1 b 2 a 3', 'HSET h b 4 c 5'])
    expect(opened.db.engine.dirty).toBe(5)
  })

  it('of one field that is known announces and logs it all the same', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HSET h a 1')).toBe(0)
    expect([opened.seen, logged(opened)]).toEqual([['hset h'], ['HSET h a 1']])
  })

  it.each(['HSET s a 1', 'HSET s a 1 b 2', 'HMSET s a 1', 'HSETNX s a 1'])(
    'refuses a key of another type: %s',
    (words) => {
      const opened = openWithHash()

      expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
    },
  )

  it.each([
    ['HSET h a', 'hset'],
    ['HSET h a 1 b', 'hset'],
    ['HSET s a 1 b', 'hset'],
    ['HMSET h a 1 b', 'hmset'],
  ])('refuses a field without a value before it looks at the key: %s', (words, command) => {
    const opened = openWithHash()

    expectRefused(opened, () => say(opened.db, words), `ERR wrong number of arguments for '${command}' command`)
  })

  it('keeps the deadline of the key', () => {
    const { db } = openWithHash()
    say(db, 'PEXPIRE h 100')

    say(db, 'HSET h c 3')

    expect(say(db, 'PTTL h')).toBe(100)
  })

  it('takes the deadline of a field away', () => {
    const { db } = openWithHash()
    say(db, 'HPEXPIRE h 100 FIELDS 2 a b')

    say(db, 'HSET h a 9')
    say(db, 'HSET h c 1 d 2')

    expect(say(db, 'HPTTL h FIELDS 2 a b')).toEqual([-1, 100])
  })

  it('makes a hash where a key has expired', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'HSET k a 1')).toBe(1)
    expect(seen).toEqual(['expired k', 'hset k'])
    expect(say(db, 'PTTL k')).toBe(-1)
  })

  it('keeps fields and values byte for byte', () => {
    const { db } = open()

    db.call('HSET', 'h', bytes(0xff, 0x00), bytes(0xc3), 'é', '', '', 'é')

    expect(db.callBuffer('HGETALL', 'h')).toEqual([
      bytes(0xff, 0x00),
      bytes(0xc3),
      bytes('é'),
      new Uint8Array(0),
      new Uint8Array(0),
      bytes('é'),
    ])
    expect(db.call('HGET', 'h', bytes(0xc3, 0xa9))).toBe('')
  })

  it('takes fields of any name for fields', () => {
    const { db } = open()

    say(db, 'HSET h __proto__ 1 constructor 2 toString 3 2 4 1 5')

    expect(say(db, 'HKEYS h')).toEqual(['__proto__', 'constructor', 'toString', '2', '1'])
    expect(say(db, 'HGET h __proto__')).toBe('1')
    expect(say(db, 'HGET h hasOwnProperty')).toBeNull()
  })

  it('takes more words than a function takes arguments on a deep stack', () => {
    const { db } = open()
    const words = Array.from({ length: 60_000 }, (_, i) => `${i >> 1}`)

    expect(db.call('HSET', 'h', ...words)).toBe(30_000)
    expect(db.call('HDEL', 'h', ...words)).toBe(30_000)
  })
})

describe('the encoding of a hash', () => {
  const pairs = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => `f${from + i} v`).join(' ')
  const long = 'x'.repeat(65)

  it.each([
    ['512 fields', [`HSET h ${pairs(0, 512)}`], 'listpack'],
    ['513 fields', [`HSET h ${pairs(0, 512)}`, 'HSET h new v'], 'hashtable'],
    ['513 fields in a call, of which one comes twice', [`HSET h ${pairs(0, 512)} f0 v`], 'hashtable'],
    ['513 fields in a call of HMSET', [`HMSET h ${pairs(0, 512)} f0 v`], 'hashtable'],
    ['513 fields in a call of HSETEX', [`HSETEX h FIELDS 513 ${pairs(0, 512)} f0 v`], 'hashtable'],
    ['512 fields again', [`HSET h ${pairs(0, 513)}`, 'HDEL h f0 f1 f2'], 'hashtable'],
    ['a value of 64 bytes', [`HSET h a ${'x'.repeat(64)}`], 'listpack'],
    ['a value of 65 bytes', [`HSET h a ${long}`], 'hashtable'],
    ['a value of 33 characters of two bytes', [`HSET h a ${'é'.repeat(33)}`], 'hashtable'],
    ['a field of 65 bytes', [`HSETNX h ${long} v`], 'hashtable'],
    ['a long value that HSETNX did not set', ['HSET h a v', `HSETNX h a ${long}`], 'listpack'],
    ['a long value that HSETEX did not set', ['HSET h a v', `HSETEX h FNX FIELDS 1 a ${long}`], 'listpack'],
    ['a long value that is gone again', [`HSET h a ${long}`, 'HSET h a v'], 'hashtable'],
    ['a sum of more than 64 digits', ['HINCRBYFLOAT h a 1e70'], 'hashtable'],
    ['a counter of a long name', [`HINCRBY h ${long} 1`], 'hashtable'],
    ['a field that expires', ['HSET h a v', 'HEXPIRE h 10 FIELDS 1 a'], 'listpackex'],
    [
      'a field that expired no longer',
      ['HSET h a v', 'HEXPIRE h 10 FIELDS 1 a', 'HPERSIST h FIELDS 1 a'],
      'listpackex',
    ],
    ['no field that expires', ['HSET h a v', 'HEXPIRE h 10 FIELDS 1 b'], 'listpackex'],
    ['a field that was to expire on a condition', ['HSET h a v', 'HEXPIRE h 10 XX FIELDS 1 a'], 'listpackex'],
    ['HGETEX with a time', ['HSET h a v', 'HGETEX h EX 10 FIELDS 1 b'], 'listpackex'],
    ['HGETEX with PERSIST', ['HSET h a v', 'HGETEX h PERSIST FIELDS 1 a'], 'listpackex'],
    ['HGETEX without options', ['HSET h a v', 'HGETEX h FIELDS 1 a'], 'listpack'],
    ['HPERSIST alone', ['HSET h a v', 'HPERSIST h FIELDS 1 a'], 'listpack'],
    ['HSETEX with a time', ['HSETEX h EX 10 FIELDS 1 a v'], 'listpackex'],
    ['HSETEX with a time that has come', ['HSET h a v', 'HSETEX h PXAT 1 FIELDS 1 b v'], 'listpackex'],
    ['HSETEX with KEEPTTL', ['HSETEX h KEEPTTL FIELDS 1 a v'], 'listpack'],
    [
      'HSETEX with a time and a condition that does not hold',
      ['HSET h a v', 'HSETEX h FXX EX 9 FIELDS 1 b v'],
      'listpack',
    ],
    ['a field that expires among long ones', [`HSET h a ${long}`, 'HEXPIRE h 10 FIELDS 1 a'], 'hashtable'],
    ['a long one among fields that expire', ['HSETEX h EX 10 FIELDS 1 a v', `HSET h b ${long}`], 'hashtable'],
    ['513 fields, one of which expires', ['HSETEX h EX 10 FIELDS 1 a v', `HSET h ${pairs(0, 512)}`], 'hashtable'],
  ])('is that of Redis with %s', (_what, calls, encoding) => {
    const { db } = open()

    for (const call of calls) say(db, call)

    expect(say(db, 'OBJECT ENCODING h')).toBe(encoding)
    say(db, 'COPY h copy')
    expect(say(db, 'OBJECT ENCODING copy')).toBe(encoding)
    say(db, 'RENAME h renamed')
    expect(say(db, 'OBJECT ENCODING renamed')).toBe(encoding)
  })
})

describe('HMSET', () => {
  it('says OK and does what HSET does', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HMSET h a 9 c 3')).toBe('OK')
    expect(contents(opened.db)[0]).toEqual([
      0,
      'h',
      [
        ['a', '9'],
        ['b', '2'],
        ['c', '3'],
      ],
      undefined,
    ])
    expect([opened.seen, logged(opened)]).toEqual([['hset h'], ['HSET h a 9 c 3']])
  })
})

describe('HSETNX', () => {
  it('sets a field that is not there', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HSETNX h c 3')).toBe(1)
    expect(say(opened.db, 'HSETNX new a 1')).toBe(1)
    expect(say(opened.db, 'HGET h c')).toBe('3')
    expect([opened.seen, logged(opened)]).toEqual([
      ['hset h', 'hset new'],
      ['HSET h c 3', 'HSET new a 1'],
    ])
  })

  it('of a field that is there changes, announces and logs nothing, nor its deadline', () => {
    const opened = openWithHash()
    say(opened.db, 'HPEXPIRE h 100 FIELDS 1 a')
    forget(opened)

    expect(say(opened.db, 'HSETNX h a 9')).toBe(0)
    expect(say(opened.db, 'HGET h a')).toBe('1')
    expect(say(opened.db, 'HPTTL h FIELDS 1 a')).toEqual([100])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })
})

describe('HGET and its kin', () => {
  it.each([
    ['HGET h a', '1'],
    ['HGET h c', null],
    ['HGET nosuch a', null],
    ['HMGET h b c a b', ['2', null, '1', '2']],
    ['HMGET nosuch a b', [null, null]],
    ['HGETALL h', ['a', '1', 'b', '2']],
    ['HGETALL nosuch', []],
    ['HKEYS h', ['a', 'b']],
    ['HKEYS nosuch', []],
    ['HVALS h', ['1', '2']],
    ['HVALS nosuch', []],
    ['HLEN h', 2],
    ['HLEN nosuch', 0],
    ['HEXISTS h a', 1],
    ['HEXISTS h c', 0],
    ['HEXISTS nosuch a', 0],
    ['HSTRLEN h a', 1],
    ['HSTRLEN h c', 0],
    ['HSTRLEN nosuch a', 0],
  ])('%s', (words, expected) => {
    const opened = openWithHash()

    expect(say(opened.db, words)).toEqual(expected)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each(['HGET s a', 'HMGET s a', 'HGETALL s', 'HKEYS s', 'HVALS s', 'HLEN s', 'HEXISTS s a', 'HSTRLEN s a'])(
    'refuse a key of another type: %s',
    (words) => {
      const opened = openWithHash()

      expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
    },
  )

  it.each(['HGET k a', 'HGETALL k', 'HLEN k', 'HDEL k a', 'HRANDFIELD k', 'HSCAN k 0'])(
    'find nothing where the key has expired: %s',
    (words) => {
      const opened = openWithExpired()

      const reply = say(opened.db, words)

      expect([null, 0, [], ['0', []]]).toContainEqual(reply)
      expect(opened.seen).toEqual(['expired k'])
      expect(logged(opened)).toEqual(['DEL k'])
    },
  )

  it('HSTRLEN counts bytes', () => {
    const { db } = open()
    db.call('HSET', 'h', 'a', 'né', 'b', bytes(0xff, 0xc3, 0xa9), 'c', '')

    expect(['a', 'b', 'c'].map((field) => db.call('HSTRLEN', 'h', field))).toEqual([3, 3, 0])
  })
})

describe('HDEL', () => {
  it('counts the fields that were there, each once', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HDEL h a a c')).toBe(1)
    expect(say(opened.db, 'HKEYS h')).toEqual(['b'])
    expect(opened.seen).toEqual(['hdel h'])
    expect(logged(opened)).toEqual(['HDEL h a a c'])
  })

  it('removes the key with the last field', () => {
    const opened = openWithHash()
    say(opened.db, 'EXPIRE h 100')
    forget(opened)

    expect(say(opened.db, 'HDEL h b')).toBe(1)
    expect(say(opened.db, 'HDEL h a')).toBe(1)
    expect(say(opened.db, 'TYPE h')).toBe('none')
    expect(opened.seen).toEqual(['hdel h', 'hdel h', 'del h'])
    expect(logged(opened)).toEqual(['HDEL h b', 'HDEL h a'])
  })

  it.each(['HDEL h c', 'HDEL h c d', 'HDEL nosuch a', 'HDEL nosuch a b'])('of nothing is silent: %s', (words) => {
    const opened = openWithHash()
    const { dirty } = opened.db.engine

    expect(say(opened.db, words)).toBe(0)
    expect([opened.seen, logged(opened), opened.db.engine.dirty]).toEqual([[], [], dirty])
  })

  it.each(['HDEL s a', 'HDEL s a b'])('refuses a key of another type: %s', (words) => {
    const opened = openWithHash()

    expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
  })
})

describe('a hash under keys', () => {
  it('is moved by RENAME, with its own deadline', () => {
    const { db } = openWithHash()
    say(db, 'PEXPIREAT h 1735689700000')

    say(db, 'RENAME h i')

    expect(contents(db)).toContainEqual([
      0,
      'i',
      [
        ['a', '1'],
        ['b', '2'],
      ],
      START_MS + 100_000,
    ])
  })

  it('is copied whole: the copy is of its own', () => {
    const { db } = openWithHash()
    say(db, 'COPY h i')

    say(db, 'HSET i a 9 c 3')
    say(db, 'HDEL i b')

    expect(say(db, 'HGETALL h')).toEqual(['a', '1', 'b', '2'])
    expect(say(db, 'HGETALL i')).toEqual(['a', '9', 'c', '3'])
  })
})
