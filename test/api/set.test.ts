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
  type Opened,
  open,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_POSITIVE = 'ERR value is out of range, must be positive'

/** The sets a (x, y, 1) and b (y, z), a string, and a set of one member that is no UTF-8. */
function openWithSets(): Opened {
  const opened = open()
  opened.db.sadd('a', 'x', 'y', 1)
  opened.db.sadd('b', 'y', 'z')
  opened.db.sadd('bin', bytes(0xff))
  opened.db.set('s', 'v')
  forget(opened)
  return opened
}

/** A method, and the words that say the same. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown][] = [
  ['SADD a x', (db) => db.sadd('a', 'x')],
  ['SADD a new', (db) => db.sadd('a', 'new')],
  ['SADD a x new 2', (db) => db.sadd('a', 'x', 'new', 2)],
  ['SADD none 1', (db) => db.sadd('none', 1n)],
  ['SADD s x', (db) => db.sadd('s', 'x')],
  ['SADD s x y', (db) => db.sadd('s', 'x', 'y')],
  ['SADD a', (db) => db.sadd('a')],
  ['SREM a x', (db) => db.srem('a', 'x')],
  ['SREM a x 1 nosuch', (db) => db.srem('a', 'x', 1, 'nosuch')],
  ['SREM b y z', (db) => db.srem('b', 'y', 'z')],
  ['SREM none x', (db) => db.srem('none', 'x')],
  ['SREM s x', (db) => db.srem('s', 'x')],
  ['SREM a', (db) => db.srem('a')],
  ['SMEMBERS a', (db) => db.smembers('a')],
  ['SMEMBERS bin', (db) => db.smembers('bin')],
  ['SMEMBERS none', (db) => db.smembers('none')],
  ['SMEMBERS s', (db) => db.smembers('s')],
  ['SISMEMBER a 1', (db) => db.sismember('a', 1)],
  ['SISMEMBER a z', (db) => db.sismember('a', 'z')],
  ['SISMEMBER s x', (db) => db.sismember('s', 'x')],
  ['SMISMEMBER a z x', (db) => db.smismember('a', 'z', 'x')],
  ['SMISMEMBER none x', (db) => db.smismember('none', 'x')],
  ['SMISMEMBER a', (db) => db.smismember('a')],
  ['SCARD a', (db) => db.scard('a')],
  ['SCARD none', (db) => db.scard('none')],
  ['SCARD s', (db) => db.scard('s')],
  ['SMOVE a b x', (db) => db.smove('a', 'b', 'x')],
  ['SMOVE a none 1', (db) => db.smove('a', 'none', 1)],
  ['SMOVE a b nosuch', (db) => db.smove('a', 'b', 'nosuch')],
  ['SMOVE a s x', (db) => db.smove('a', 's', 'x')],
  ['SPOP a', (db) => db.spop('a')],
  ['SPOP none', (db) => db.spop('none')],
  ['SPOP s', (db) => db.spop('s')],
  ['SPOP a 2', (db) => db.spop('a', 2)],
  ['SPOP a 0', (db) => db.spop('a', 0)],
  ['SPOP a 100', (db) => db.spop('a', 100)],
  ['SPOP none 2', (db) => db.spop('none', 2)],
  ['SPOP a -1', (db) => db.spop('a', -1)],
  ['SPOP a 1.5', (db) => db.spop('a', 1.5)],
  ['SPOP s 2', (db) => db.spop('s', 2)],
  ['SRANDMEMBER a', (db) => db.srandmember('a')],
  ['SRANDMEMBER none', (db) => db.srandmember('none')],
  ['SRANDMEMBER a 2', (db) => db.srandmember('a', 2)],
  ['SRANDMEMBER a -5', (db) => db.srandmember('a', -5)],
  ['SRANDMEMBER none 2', (db) => db.srandmember('none', 2)],
  ['SRANDMEMBER a 1.5', (db) => db.srandmember('a', 1.5)],
  ['SRANDMEMBER s 2', (db) => db.srandmember('s', 2)],
  ['SINTER a b', (db) => db.sinter('a', 'b')],
  ['SINTER a none', (db) => db.sinter('a', 'none')],
  ['SINTER a s', (db) => db.sinter('a', 's')],
  ['SINTER', (db) => db.sinter()],
  ['SINTERCARD 2 a b', (db) => db.sintercard(['a', 'b'])],
  ['SINTERCARD 1 a LIMIT 2', (db) => db.sintercard(['a'], { limit: 2 })],
  ['SINTERCARD 1 a LIMIT 0', (db) => db.sintercard(['a'], { limit: 0 })],
  ['SINTERCARD 1 a LIMIT -1', (db) => db.sintercard(['a'], { limit: -1 })],
  ['SINTERCARD 1 a LIMIT x', (db) => db.sintercard(['a'], { limit: Number.NaN })],
  ['SINTERCARD 0 LIMIT 1', (db) => db.sintercard([], { limit: 1 })],
  ['SINTERSTORE d a b', (db) => db.sinterstore('d', 'a', 'b')],
  ['SINTERSTORE s none', (db) => db.sinterstore('s', 'none')],
  ['SINTERSTORE d', (db) => db.sinterstore('d')],
  ['SUNION a b', (db) => db.sunion('a', 'b')],
  ['SUNION', (db) => db.sunion()],
  ['SUNIONSTORE d a b', (db) => db.sunionstore('d', 'a', 'b')],
  ['SUNIONSTORE d s', (db) => db.sunionstore('d', 's')],
  ['SDIFF a b', (db) => db.sdiff('a', 'b')],
  ['SDIFF', (db) => db.sdiff()],
  ['SDIFFSTORE a a b', (db) => db.sdiffstore('a', 'a', 'b')],
  ['SDIFFSTORE d', (db) => db.sdiffstore('d')],
]

describe('a method and its words answer, change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method) => {
    const [typed, raw] = [openWithSets(), openWithSets()]

    const replies = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(replies[0]).toEqual(replies[1])
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect(typed.seen).toEqual(raw.seen)
    expect(logged(typed)).toEqual(logged(raw))
  })
})

describe('sscan', () => {
  it('returns the next cursor and some members', () => {
    const { db } = openWithSets()
    for (let i = 0; i < 150; i++) db.sadd('many', `m${i}`)

    const first = db.sscan('many', '0', { count: 100 })
    const second = db.sscan('many', first.cursor, { count: 100 })

    expect([first.cursor, first.members.length]).toEqual(['50', 100])
    expect([second.cursor, second.members.length]).toEqual(['0', 50])
  })

  it('takes a glob and a cursor of either type', () => {
    const { db } = openWithSets()

    expect(db.sscan('a', 0, { match: '[xy]' })).toEqual({ cursor: '0', members: ['x', 'y'] })
    expect(db.sscan('bin', '0', { match: bytes(0xff) })).toEqual({ cursor: '0', members: ['\udcff'] })
    expect(db.sscan('none', '0', { count: 0 })).toEqual({ cursor: '0', members: [] })
  })

  it.each([
    ['a bad cursor', (db: Redstart) => db.sscan('a', 'x'), 'ERR invalid cursor'],
    ['a count of 0', (db: Redstart) => db.sscan('a', '0', { count: 0 }), 'ERR syntax error'],
    ['a count of 1.5', (db: Redstart) => db.sscan('a', '0', { count: 1.5 }), NOT_AN_INTEGER],
    ['a string', (db: Redstart) => db.sscan('s', '0'), WRONGTYPE],
  ])('refuses %s', (_what, call, message) => {
    const opened = openWithSets()

    expectRefused(opened, () => call(opened.db), message)
  })
})

describe('sscanIterator', () => {
  it('goes through all members, though they are removed on the way', () => {
    const { db } = openWithSets()
    for (let i = 0; i < 150; i++) db.sadd('many', `m${i}`)
    const seen: string[] = []

    for (const member of db.sscanIterator('many', { match: 'm*' })) {
      seen.push(member)
      db.srem('many', member)
    }

    expect(new Set(seen).size).toBe(150)
    expect(db.exists('many')).toBe(0)
  })

  it('looks at nothing before it is asked for the first member', () => {
    const { db } = openWithSets()

    const members = db.sscanIterator('s')

    expect(() => members.next()).toThrow(WRONGTYPE)
  })
})

describe('what is handed in', () => {
  it.each(NOT_DATA)('as a member may not be %s', (_name, value, shown) => {
    const opened = openWithSets()

    expectRefused(opened, () => opened.db.sadd('a', value as string), notAString(shown))
    expectRefused(opened, () => opened.db.sadd('a', 'new', value as string), notAString(shown))
    expectRefused(opened, () => opened.db.sismember('a', value as string), notAString(shown))
  })

  it('may not stand for no bytes', () => {
    const opened = openWithSets()

    expectRefused(opened, () => opened.db.sadd('a', 'new', '\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.sunionstore('a', 'b', '\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.spop('\ud800'), LONE_SURROGATE)
  })

  it('as a count is a number that is an integer', () => {
    const opened = openWithSets()

    expectRefused(opened, () => opened.db.spop('a', '1' as never), NOT_POSITIVE)
    expectRefused(opened, () => opened.db.spop('a', null as never), NOT_POSITIVE)
    expectRefused(opened, () => opened.db.srandmember('a', '1' as never), NOT_AN_INTEGER)
  })
})

describe('what comes out', () => {
  it('is bytes on the side of bytes', () => {
    const { db } = openWithSets()

    expect(db.bytes.smembers('bin')).toEqual([bytes(0xff)])
    expect(db.bytes.srandmember('bin')).toEqual(bytes(0xff))
    expect(db.bytes.srandmember('bin', -2)).toEqual([bytes(0xff), bytes(0xff)])
    expect(db.bytes.sunion('bin', 'none')).toEqual([bytes(0xff)])
    expect(db.bytes.sscan('bin', '0').members).toEqual([bytes(0xff)])
    expect(db.bytes.spop('bin')).toEqual(bytes(0xff))
    expect(db.bytes.spop('bin')).toBeNull()
  })

  it('belongs to the caller', () => {
    const { db } = openWithSets()

    db.smembers('a').length = 0
    db.srandmember('a', 100).length = 0
    db.bytes.smembers('bin')[0]!.fill(0)

    expect(db.smembers('a')).toEqual(['x', 'y', '1'])
    expect(db.smembers('bin')).toEqual(['\udcff'])
  })
})

describe('the types of', () => {
  const { db } = openWithSets()

  it('spop and srandmember are one or null without a count, an array with one', () => {
    expectTypeOf(db.spop('k')).toEqualTypeOf<string | null>()
    expectTypeOf(db.spop('k', 1)).toEqualTypeOf<string[]>()
    expectTypeOf(db.bytes.srandmember('k')).toEqualTypeOf<Uint8Array | null>()
    expectTypeOf(db.bytes.srandmember('k', 1)).toEqualTypeOf<Uint8Array[]>()
  })

  it('the others are strings here and bytes there', () => {
    expectTypeOf(db.smembers('k')).toEqualTypeOf<string[]>()
    expectTypeOf(db.bytes.sinter('k')).toEqualTypeOf<Uint8Array[]>()
    expectTypeOf(db.smismember('k', 'x')).toEqualTypeOf<number[]>()
    expectTypeOf(db.bytes.sscan('k', '0')).toEqualTypeOf<{ cursor: string; members: Uint8Array[] }>()
    expectTypeOf(db.bytes.sscanIterator('k')).toEqualTypeOf<IterableIterator<Uint8Array>>()
  })

  it('arguments refuse what is no string, number, bigint or Uint8Array', () => {
    // @ts-expect-error
    expect(() => db.sadd('k', true)).toThrow()
    // @ts-expect-error
    expect(() => db.sintercard('a', 'b')).toThrow()
  })
})

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}
