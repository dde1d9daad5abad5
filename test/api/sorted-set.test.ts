import type { PoppedMembers, Redstart, ScoredMember } from 'redstart'
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
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_A_FLOAT = 'ERR value is not a valid float'
const NOT_POSITIVE = 'ERR value is out of range, must be positive'
const INFINITE = Number.POSITIVE_INFINITY

/** z (a 1, b 2, c 3), inf (i inf), bin of one member that is no UTF-8, and a string. */
function openWithScores(): Opened {
  const opened = open()
  opened.db.zadd('z', [scored(1, 'a'), scored(2, 'b'), scored(3, 'c')])
  opened.db.zadd('inf', INFINITE, 'i')
  opened.db.zadd('bin', 1, bytes(0xff))
  opened.db.set('s', 'v')
  forget(opened)
  return opened
}

function scored(score: number, member: string): ScoredMember {
  return { score, member }
}

/** A method, the words that say the same, and what the method returns; undefined where that is the reply itself. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown, typed?: unknown][] = [
  ['ZADD z 4 d', (db) => db.zadd('z', 4, 'd')],
  ['ZADD z 4 a', (db) => db.zadd('z', 4, 'a')],
  ['ZADD z 1 a', (db) => db.zadd('z', 1, 'a')],
  ['ZADD z -inf 7', (db) => db.zadd('z', Number.NEGATIVE_INFINITY, 7)],
  ['ZADD z nan a', (db) => db.zadd('z', Number.NaN, 'a')],
  ['ZADD s 1 a', (db) => db.zadd('s', 1, 'a')],
  ['ZADD z GT CH 4 a', (db) => db.zadd('z', 4, 'a', { gt: true, ch: true })],
  ['ZADD z 4 d 5 a', (db) => db.zadd('z', [scored(4, 'd'), scored(5, 'a')])],
  ['ZADD z CH 4 d 5 a', (db) => db.zadd('z', [scored(4, 'd'), scored(5, 'a')], { ch: true })],
  ['ZADD z NX 4 d 5 a', (db) => db.zadd('z', [scored(4, 'd'), scored(5, 'a')], { nx: true })],
  ['ZADD none XX 4 d', (db) => db.zadd('none', [scored(4, 'd')], { xx: true })],
  ['ZADD z NX XX nan d', (db) => db.zadd('z', [scored(Number.NaN, 'd')], { nx: true, xx: true })],
  ['ZADD z GT LT 1 d', (db) => db.zadd('z', 1, 'd', { gt: true, lt: true })],
  ['ZADD z', (db) => db.zadd('z', [])],
  ['ZADD z INCR 0.5 a', (db) => db.zaddIncr('z', 0.5, 'a'), 1.5],
  ['ZADD z NX INCR 0.5 a', (db) => db.zaddIncr('z', 0.5, 'a', { nx: true }), null],
  ['ZADD none XX INCR 1 a', (db) => db.zaddIncr('none', 1, 'a', { xx: true }), null],
  ['ZADD inf INCR -inf i', (db) => db.zaddIncr('inf', -INFINITE, 'i')],
  ['ZADD z LT NX INCR nan a', (db) => db.zaddIncr('z', Number.NaN, 'a', { lt: true, nx: true })],
  ['ZINCRBY z 0.5 a', (db) => db.zincrby('z', 0.5, 'a'), 1.5],
  ['ZINCRBY none inf a', (db) => db.zincrby('none', INFINITE, 'a'), INFINITE],
  ['ZINCRBY inf -inf i', (db) => db.zincrby('inf', -INFINITE, 'i')],
  ['ZINCRBY s 1 a', (db) => db.zincrby('s', 1, 'a')],
  ['ZREM z a', (db) => db.zrem('z', 'a')],
  ['ZREM z a nosuch b c', (db) => db.zrem('z', 'a', 'nosuch', 'b', 'c')],
  ['ZREM s a', (db) => db.zrem('s', 'a')],
  ['ZREM z', (db) => db.zrem('z')],
  ['ZCARD z', (db) => db.zcard('z')],
  ['ZCARD none', (db) => db.zcard('none')],
  ['ZCARD s', (db) => db.zcard('s')],
  ['ZSCORE z b', (db) => db.zscore('z', 'b'), 2],
  ['ZSCORE inf i', (db) => db.zscore('inf', 'i'), INFINITE],
  ['ZSCORE z x', (db) => db.zscore('z', 'x'), null],
  ['ZSCORE s a', (db) => db.zscore('s', 'a')],
  ['ZMSCORE z c x a', (db) => db.zmscore('z', 'c', 'x', 'a'), [3, null, 1]],
  ['ZMSCORE z', (db) => db.zmscore('z')],
  ['ZRANK z b', (db) => db.zrank('z', 'b')],
  ['ZRANK z x', (db) => db.zrank('z', 'x')],
  ['ZRANK z b WITHSCORE', (db) => db.zrank('z', 'b', { withScore: true }), { rank: 1, score: 2 }],
  ['ZRANK none b WITHSCORE', (db) => db.zrank('none', 'b', { withScore: true }), null],
  ['ZREVRANK z a', (db) => db.zrevrank('z', 'a')],
  ['ZREVRANK z a WITHSCORE', (db) => db.zrevrank('z', 'a', { withScore: true }), { rank: 2, score: 1 }],
  ['ZREVRANK s a', (db) => db.zrevrank('s', 'a')],
  ['ZPOPMIN z', (db) => db.zpopmin('z'), scored(1, 'a')],
  ['ZPOPMIN none', (db) => db.zpopmin('none'), null],
  ['ZPOPMIN z 2', (db) => db.zpopmin('z', 2), [scored(1, 'a'), scored(2, 'b')]],
  ['ZPOPMIN z 0', (db) => db.zpopmin('z', 0), []],
  ['ZPOPMIN none 2', (db) => db.zpopmin('none', 2), []],
  ['ZPOPMIN z -1', (db) => db.zpopmin('z', -1)],
  ['ZPOPMAX z', (db) => db.zpopmax('z'), scored(3, 'c')],
  ['ZPOPMAX z 100', (db) => db.zpopmax('z', 100), [scored(3, 'c'), scored(2, 'b'), scored(1, 'a')]],
  ['ZPOPMAX s', (db) => db.zpopmax('s')],
  ['ZPOPMAX z x', (db) => db.zpopmax('z', Number.NaN)],
  ['ZMPOP 2 none z MIN', (db) => db.zmpop(['none', 'z'], 'min'), { key: 'z', members: [scored(1, 'a')] }],
  [
    'ZMPOP 1 z MAX COUNT 2',
    (db) => db.zmpop(['z'], 'max', { count: 2 }),
    { key: 'z', members: [scored(3, 'c'), scored(2, 'b')] },
  ],
  ['ZMPOP 1 none MIN', (db) => db.zmpop(['none'], 'min'), null],
  ['ZMPOP 0 z MIN', (db) => db.zmpop([], 'min')],
  ['ZMPOP 1 z LEFT', (db) => db.zmpop(['z'], 'left' as 'min')],
  ['ZMPOP 1 z MIN COUNT 0', (db) => db.zmpop(['z'], 'min', { count: 0 })],
  ['ZMPOP 1 s MIN', (db) => db.zmpop(['s'], 'min')],
  ['ZRANDMEMBER bin', (db) => db.zrandmember('bin')],
  ['ZRANDMEMBER none', (db) => db.zrandmember('none')],
  ['ZRANDMEMBER z 2', (db) => db.zrandmember('z', 2)],
  ['ZRANDMEMBER z -4', (db) => db.zrandmember('z', -4)],
  ['ZRANDMEMBER none 2', (db) => db.zrandmember('none', 2)],
  ['ZRANDMEMBER s', (db) => db.zrandmember('s')],
  ['ZRANDMEMBER z 1.5', (db) => db.zrandmember('z', 1.5)],
  ['ZRANDMEMBER inf 5 WITHSCORES', (db) => db.zrandmemberWithScores('inf', 5), [scored(INFINITE, 'i')]],
  ['ZRANDMEMBER z x WITHSCORES', (db) => db.zrandmemberWithScores('z', Number.NaN)],
]

describe('a method and its words change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method, shape) => {
    const [typed, raw] = [openWithScores(), openWithScores()]

    const [byName, byWords] = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(byName).toEqual(shape === undefined ? byWords : shape)
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect(typed.seen).toEqual(raw.seen)
    expect(logged(typed)).toEqual(logged(raw))
  })
})

describe('bzpopmin, bzpopmax and bzmpop', () => {
  it('resolve at once where there is something', async () => {
    const { db } = openWithScores()

    expect(await db.bzpopmin(['none', 'z'], 0)).toEqual({ key: 'z', member: 'a', score: 1 })
    expect(await db.bzpopmax('z', 1)).toEqual({ key: 'z', member: 'c', score: 3 })
    expect(await db.bzmpop(['z'], 'min', 0, { count: 5 })).toEqual({ key: 'z', members: [scored(2, 'b')] })
  })

  it('wait for what another call brings', async () => {
    const { db } = open()
    const waiting = [db.bzpopmin(['a', 'b'], 0), db.bzmpop(['b'], 'max', 0, { count: 2 })]

    db.zadd('b', [scored(1, 'x'), scored(2, 'y'), scored(3, 'z')])

    expect(await Promise.all(waiting)).toEqual([
      { key: 'b', member: 'x', score: 1 },
      { key: 'b', members: [scored(3, 'z'), scored(2, 'y')] },
    ])
    expect(db.engine.waiters.size).toBe(0)
  })

  it('resolve to null when time runs out', async () => {
    const { db, clock } = open()
    const waiting = [db.bzpopmin('z', 0.5), db.bzpopmax('z', 0.5), db.bzmpop(['z'], 'min', 0.5)]

    clock.advance(500)

    expect(await Promise.all(waiting)).toEqual([null, null, null])
    expect(db.engine.waiters.size).toBe(0)
  })

  it('reject with the reason of a signal, and leave nothing behind', async () => {
    const { db } = open()
    const abort = new AbortController()
    const { signal } = abort
    const waiting = [db.bzpopmin('z', 0, { signal }), db.bzmpop(['z'], 'min', 0, { signal })]

    abort.abort(new Error('no longer'))

    for (const call of waiting) await expect(call).rejects.toThrow('no longer')
    await expect(db.bzpopmax('z', 0, { signal })).rejects.toThrow('no longer')
    expect(db.engine.waiters.size).toBe(0)
    db.zadd('z', 1, 'a')
    expect(db.zcard('z')).toBe(1)
  })

  it.each([
    ['another type', (db: Redstart) => db.bzpopmin('s', 0), WRONGTYPE],
    ['no key', (db: Redstart) => db.bzpopmax([], 0), "ERR wrong number of arguments for 'bzpopmax' command"],
    ['no key of several', (db: Redstart) => db.bzmpop([], 'min', 0), 'ERR numkeys should be greater than 0'],
    ['a negative timeout', (db: Redstart) => db.bzpopmin('z', -1), 'ERR timeout is negative'],
    ['no timeout', (db: Redstart) => db.bzpopmin('z', Number.NaN), 'ERR timeout is not a float or out of range'],
    ['an endless timeout', (db: Redstart) => db.bzmpop(['z'], 'min', INFINITE), 'ERR timeout is out of range'],
    ['a count of 0', (db: Redstart) => db.bzmpop(['z'], 'min', 0, { count: 0 }), 'ERR count should be greater than 0'],
    ['no end', (db: Redstart) => db.bzmpop(['z'], 'low' as 'min', 0), SYNTAX],
  ])('reject %s, and change nothing', async (_what, call, message) => {
    const opened = openWithScores()
    const before = contents(opened.db)

    await expect(call(opened.db)).rejects.toThrow(message)

    expect(contents(opened.db)).toEqual(before)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })
})

describe('zscan', () => {
  it('returns the next cursor and some members with scores', () => {
    const { db } = open()
    db.zadd(
      'many',
      Array.from({ length: 150 }, (_, i) => scored(i, `m${i}`)),
    )

    const first = db.zscan('many', '0', { count: 100 })
    const second = db.zscan('many', first.cursor, { count: 100 })

    expect(first.members).toHaveLength(100)
    expect([second.cursor, second.members.length]).toEqual(['0', 50])
    expect([...first.members, ...second.members].every(({ member, score }) => member === `m${score}`)).toBe(true)
  })

  it('takes a glob and a cursor of either type', () => {
    const { db } = openWithScores()

    expect(db.zscan('z', 0, { match: '[ab]' })).toEqual({ cursor: '0', members: [scored(1, 'a'), scored(2, 'b')] })
    expect(db.zscan('bin', '0', { match: bytes(0xff) }).members).toEqual([scored(1, '\udcff')])
    expect(db.zscan('none', '0', { count: 0 })).toEqual({ cursor: '0', members: [] })
  })

  it.each([
    ['a bad cursor', (db: Redstart) => db.zscan('z', 'x'), 'ERR invalid cursor'],
    ['a count of 0', (db: Redstart) => db.zscan('z', '0', { count: 0 }), SYNTAX],
    ['a count of 1.5', (db: Redstart) => db.zscan('z', '0', { count: 1.5 }), NOT_AN_INTEGER],
    ['a string', (db: Redstart) => db.zscan('s', '0'), WRONGTYPE],
  ])('refuses %s', (_what, call, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => call(opened.db), message)
  })
})

describe('zscanIterator', () => {
  it('goes through all members, though they are removed on the way', () => {
    const { db } = open()
    db.zadd(
      'many',
      Array.from({ length: 150 }, (_, i) => scored(i, `m${i}`)),
    )
    const seen = new Set<number>()

    for (const { member, score } of db.zscanIterator('many', { match: 'm*' })) {
      seen.add(score)
      db.zrem('many', member)
    }

    expect(seen.size).toBe(150)
    expect(db.exists('many')).toBe(0)
  })

  it('looks at nothing before it is asked for the first member', () => {
    const { db } = openWithScores()

    const members = db.zscanIterator('s')

    expect(() => members.next()).toThrow(WRONGTYPE)
  })
})

describe('what is handed in', () => {
  it.each(NOT_DATA)('as a member may not be %s', (_name, value, shown) => {
    const opened = openWithScores()
    const member = value as string

    expectRefused(opened, () => opened.db.zadd('z', [scored(9, 'new'), { score: 1, member }]), notAString(shown))
    expectRefused(opened, () => opened.db.zincrby('z', 1, member), notAString(shown))
    expectRefused(opened, () => opened.db.zrem('z', 'a', member), notAString(shown))
  })

  it.each<[string, unknown]>([
    ['a string', '1'],
    ['a bigint', 1n],
    ['null', null],
    ['undefined', undefined],
    ['a boolean', true],
  ])('as a score may not be %s', (_name, value) => {
    const opened = openWithScores()
    const score = value as number

    expectRefused(opened, () => opened.db.zadd('z', [scored(9, 'new'), { score, member: 'a' }]), NOT_A_FLOAT)
    expectRefused(opened, () => opened.db.zincrby('z', score, 'a'), NOT_A_FLOAT)
    expectRefused(opened, () => opened.db.zaddIncr('z', score, 'a'), NOT_A_FLOAT)
  })

  it('may not stand for no bytes', () => {
    const opened = openWithScores()

    expectRefused(opened, () => opened.db.zadd('z', 1, '\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.zadd('\ud800', 1, 'a'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.zpopmin('\ud800'), LONE_SURROGATE)
  })

  it('as a count is a number that is an integer', () => {
    const opened = openWithScores()

    expectRefused(opened, () => opened.db.zpopmin('z', '1' as never), NOT_POSITIVE)
    expectRefused(opened, () => opened.db.zrandmember('z', '1' as never), NOT_AN_INTEGER)
    expectRefused(
      opened,
      () => opened.db.zmpop(['z'], 'min', { count: '1' as never }),
      'ERR count should be greater than 0',
    )
  })

  it('stays as it is', () => {
    const { db } = open()
    const entries = Object.freeze([Object.freeze(scored(1, 'a')), Object.freeze(scored(2, 'b'))])

    db.zadd('z', entries, Object.freeze({ nx: true }))
    db.bytes.zpopmin('z')

    expect(entries).toEqual([scored(1, 'a'), scored(2, 'b')])
  })
})

describe('what comes out', () => {
  it('is bytes on the side of bytes', async () => {
    const { db } = openWithScores()
    const member = bytes(0xff)

    expect(db.bytes.zrandmember('bin')).toEqual(member)
    expect(db.bytes.zrandmember('bin', -2)).toEqual([member, member])
    expect(db.bytes.zrandmemberWithScores('bin', 1)).toEqual([{ member, score: 1 }])
    expect(db.bytes.zscan('bin', '0').members).toEqual([{ member, score: 1 }])
    expect([...db.bytes.zscanIterator('bin')]).toEqual([{ member, score: 1 }])
    expect(db.bytes.zpopmin('bin')).toEqual({ member, score: 1 })
    db.zadd('bin', 1, member)
    expect(db.bytes.zmpop(['bin'], 'min')).toEqual({ key: bytes('bin'), members: [{ member, score: 1 }] })
    db.zadd('bin', 1, member)
    expect(await db.bytes.bzpopmin('bin', 0)).toEqual({ key: bytes('bin'), member, score: 1 })
  })

  it('belongs to the caller', () => {
    const { db } = openWithScores()

    for (const entry of db.zrandmemberWithScores('z', 5)) entry.score = 0
    for (const entry of db.zscan('z', '0').members) entry.member = 'x'

    expect(db.zmscore('z', 'a', 'b', 'c')).toEqual([1, 2, 3])
  })
})

describe('the types of', () => {
  const { db } = openWithScores()

  it('zpopmin and zrandmember are one or null without a count, an array with one', () => {
    expectTypeOf(db.zpopmin('k')).toEqualTypeOf<ScoredMember | null>()
    expectTypeOf(db.zpopmin('k', 1)).toEqualTypeOf<ScoredMember[]>()
    expectTypeOf(db.bytes.zpopmax('k', 1)).toEqualTypeOf<ScoredMember<Uint8Array>[]>()
    expectTypeOf(db.zrandmember('k')).toEqualTypeOf<string | null>()
    expectTypeOf(db.bytes.zrandmember('k', 1)).toEqualTypeOf<Uint8Array[]>()
  })

  it('zrank have the score in them where it was asked for', () => {
    expectTypeOf(db.zrank('k', 'm')).toEqualTypeOf<number | null>()
    expectTypeOf(db.zrevrank('k', 'm', { withScore: true })).toEqualTypeOf<{ rank: number; score: number } | null>()
  })

  it('zadd and its increment differ', () => {
    expectTypeOf(db.zadd('k', 1, 'm')).toEqualTypeOf<number>()
    expectTypeOf(db.zaddIncr('k', 1, 'm')).toEqualTypeOf<number | null>()
    expectTypeOf(db.zincrby('k', 1, 'm')).toEqualTypeOf<number>()
  })

  it('blocking methods are promises', () => {
    expectTypeOf(db.zmpop(['k'], 'min')).toEqualTypeOf<PoppedMembers | null>()
    expectTypeOf(db.bytes.bzmpop).returns.toEqualTypeOf<Promise<PoppedMembers<Uint8Array> | null>>()
    expectTypeOf(db.bzpopmin).returns.toEqualTypeOf<Promise<(ScoredMember & { key: string }) | null>>()
  })

  it('arguments refuse what does not fit', () => {
    // @ts-expect-error
    expect(() => db.zadd('k', '1', 'm')).toThrow()
    // @ts-expect-error
    expect(() => db.zaddIncr('k', 1, 'm', { ch: true, nx: true, xx: true })).toThrow()
    // @ts-expect-error
    expect(() => db.zmpop(['k'], 'left')).toThrow()
  })
})

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}
