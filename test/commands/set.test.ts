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

/** The sets a (x, y, 1) and b (y), and the string s. */
function openWithSets(): Opened {
  const opened = open()
  say(opened.db, 'SADD a x y 1')
  say(opened.db, 'SADD b y')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('SADD', () => {
  it('makes a set and counts the members that are new', () => {
    const opened = open()

    expect(say(opened.db, 'SADD k a b a')).toBe(2)
    expect(say(opened.db, 'SADD k b c')).toBe(1)
    expect(say(opened.db, 'SMEMBERS k')).toEqual(['a', 'b', 'c'])
    expect(opened.seen).toEqual(['sadd k', 'sadd k'])
    expect(opened.db.engine.dirty).toBe(3)
  })

  it('logs all words, so that a replay encodes alike', () => {
    const opened = open()

    say(opened.db, 'SADD k a b a')
    say(opened.db, 'SADD k c')

    expect(logged(opened)).toEqual(['SADD k a b a', 'SADD k c'])
  })

  it.each(['SADD a x', 'SADD a x y'])('of known members changes, announces and logs nothing: %s', (words) => {
    const opened = openWithSets()
    const { dirty } = opened.db.engine

    expect(say(opened.db, words)).toBe(0)
    expect([opened.seen, logged(opened), opened.db.engine.dirty - dirty]).toEqual([[], [], 0])
  })

  it.each(['SADD s x', 'SADD s x y'])('refuses a key of another type: %s', (words) => {
    const opened = openWithSets()

    expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
  })

  it('keeps the deadline of the set', () => {
    const { db } = openWithSets()
    say(db, 'PEXPIRE a 100')

    say(db, 'SADD a z')

    expect(say(db, 'PTTL a')).toBe(100)
  })

  it('makes a set without deadline where a key has expired', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SADD k a')).toBe(1)
    expect(seen).toEqual(['expired k', 'sadd k'])
    expect(say(db, 'PTTL k')).toBe(-1)
  })

  it('keeps members byte for byte', () => {
    const { db } = open()

    db.call('SADD', 'k', bytes(0xff, 0x00), 'é', bytes(0xc3, 0xa9), '')

    expect(db.callBuffer('SMEMBERS', 'k')).toEqual([bytes(0xff, 0x00), bytes('é'), new Uint8Array(0)])
    expect(db.call('SISMEMBER', 'k', bytes(0xff, 0x00))).toBe(1)
  })

  it('takes more members than a function takes arguments on a deep stack', () => {
    const opened = open()
    const members = Array.from({ length: 50_000 }, (_, i) => `m${i}`)

    expect(opened.db.call('SADD', 'k', ...members)).toBe(50_000)
    expect(logged(opened)[0]!.split(' ')).toHaveLength(50_002)
  })
})

describe('SREM', () => {
  it('counts the members that were there, announces srem and logs the words', () => {
    const opened = openWithSets()

    expect(say(opened.db, 'SREM a x nosuch x')).toBe(1)
    expect(say(opened.db, 'SREM a y')).toBe(1)
    expect(say(opened.db, 'SMEMBERS a')).toEqual(['1'])
    expect(opened.seen).toEqual(['srem a', 'srem a'])
    expect(logged(opened)).toEqual(['SREM a x nosuch x', 'SREM a y'])
  })

  it.each(['SREM b y', 'SREM b x y z'])('of the last member removes the key and announces del: %s', (words) => {
    const opened = openWithSets()

    expect(say(opened.db, words)).toBe(1)
    expect(say(opened.db, 'EXISTS b')).toBe(0)
    expect(opened.seen).toEqual(['srem b', 'del b'])
  })

  it.each(['SREM none x', 'SREM none x y', 'SREM a nosuch', 'SREM a z nosuch'])('changes nothing: %s', (words) => {
    const opened = openWithSets()

    expect(say(opened.db, words)).toBe(0)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each(['SREM s x', 'SREM s x y'])('refuses a key of another type: %s', (words) => {
    const opened = openWithSets()

    expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
  })
})

describe('SMEMBERS, SCARD, SISMEMBER and SMISMEMBER', () => {
  it('tell what is in a set', () => {
    const { db } = openWithSets()

    expect(say(db, 'SMEMBERS a')).toEqual(['x', 'y', '1'])
    expect(say(db, 'SCARD a')).toBe(3)
    expect([say(db, 'SISMEMBER a x'), say(db, 'SISMEMBER a z')]).toEqual([1, 0])
    expect(say(db, 'SMISMEMBER a z x 1 01 x')).toEqual([0, 1, 1, 0, 1])
  })

  it('take a missing key for an empty set', () => {
    const { db, seen } = open()

    expect(['SMEMBERS', 'SCARD'].map((name) => say(db, `${name} none`))).toEqual([[], 0])
    expect([say(db, 'SISMEMBER none x'), say(db, 'SMISMEMBER none x y')]).toEqual([0, [0, 0]])
    expect(seen).toEqual([])
  })

  it.each(['SMEMBERS s', 'SCARD s', 'SISMEMBER s x', 'SMISMEMBER s x y'])('refuse another type: %s', (words) => {
    const opened = openWithSets()

    expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
  })

  it('show integers in ascending order', () => {
    const { db } = open()
    say(db, 'SADD k 10 9 -1')

    expect(say(db, 'SMEMBERS k')).toEqual(['-1', '9', '10'])
  })

  it.each(['SMEMBERS k', 'SCARD k', 'SISMEMBER k x', 'SMISMEMBER k x'])('remove what has expired: %s', (words) => {
    const opened = openWithExpired()

    say(opened.db, words)

    expect(opened.seen).toEqual(['expired k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })
})

describe('SMOVE', () => {
  it('moves a member, announces srem and sadd, and logs the words', () => {
    const opened = openWithSets()

    expect(say(opened.db, 'SMOVE a b x')).toBe(1)
    expect(contents(opened.db).slice(0, 2)).toEqual([
      [0, 'a', ['y', '1'], undefined],
      [0, 'b', ['y', 'x'], undefined],
    ])
    expect(opened.seen).toEqual(['srem a', 'sadd b'])
    expect(logged(opened)).toEqual(['SMOVE a b x'])
  })

  it('of a member that is there already only takes it away', () => {
    const opened = openWithSets()

    expect(say(opened.db, 'SMOVE a b y')).toBe(1)
    expect(opened.seen).toEqual(['srem a'])
  })

  it('makes the destination, and removes a source without members', () => {
    const opened = openWithSets()

    expect(say(opened.db, 'SMOVE b c y')).toBe(1)
    expect(say(opened.db, 'SMEMBERS c')).toEqual(['y'])
    expect(opened.seen).toEqual(['srem b', 'del b', 'sadd c'])
  })

  it('within one set says whether the member is there', () => {
    const opened = openWithSets()

    expect([say(opened.db, 'SMOVE a a x'), say(opened.db, 'SMOVE a a z')]).toEqual([1, 0])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each(['SMOVE a b z', 'SMOVE none b x', 'SMOVE none s x', 'SMOVE none none x'])(
    'has nothing to move: %s',
    (words) => {
      const opened = openWithSets()

      expect(say(opened.db, words)).toBe(0)
      expect([opened.seen, logged(opened)]).toEqual([[], []])
    },
  )

  it.each(['SMOVE s a x', 'SMOVE a s x', 'SMOVE a s nosuch', 'SMOVE s s v'])('refuses another type: %s', (words) => {
    const opened = openWithSets()

    expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
  })

  it('removes both keys where both have expired', () => {
    const { db, seen } = open()
    db.set('a', 'v', { pxat: START_MS })
    db.set('b', 'v', { pxat: START_MS })
    seen.length = 0

    expect(say(db, 'SMOVE a b x')).toBe(0)
    expect(seen).toEqual(['expired a', 'expired b'])
  })
})

describe('the encoding of a set', () => {
  const crowd = (many: number, prefix = ''): string[] => Array.from({ length: many }, (_, i) => prefix + i)

  it.each([
    ['512 integers', crowd(512), 'intset'],
    ['513 integers', crowd(513), 'hashtable'],
    ['513 times the same integer', Array(513).fill('1'), 'hashtable'],
    ['128 names', crowd(128, 'm'), 'listpack'],
    ['129 names', crowd(129, 'm'), 'hashtable'],
    ['a name 129 times', Array(129).fill('m'), 'hashtable'],
    ['an integer and a name 512 times', ['1', ...Array(511).fill('m')], 'listpack'],
    ['a name of 65 bytes', ['x'.repeat(65)], 'hashtable'],
  ])('of %s in one call is that of Redis', (_what, members, encoding) => {
    const { db } = open()

    db.call('SADD', 'k', ...members)

    expect(say(db, 'OBJECT ENCODING k')).toBe(encoding)
  })

  it('is given up by a call that could bring more, though it brings nothing', () => {
    const { db } = openWithSets()

    expect(db.call('SADD', 'a', ...Array(129).fill('x'))).toBe(0)
    expect(say(db, 'OBJECT ENCODING a')).toBe('hashtable')
  })

  it('goes along with COPY', () => {
    const { db } = open()
    db.call('SADD', 'k', ...crowd(200, 'm'))
    db.call('SREM', 'k', ...crowd(199, 'm'))

    say(db, 'COPY k l')
    say(db, 'SADD k new')

    expect(say(db, 'OBJECT ENCODING l')).toBe('hashtable')
    expect(say(db, 'SMEMBERS l')).toEqual(['m199'])
  })
})
