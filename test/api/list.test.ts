import type { ListEnd, MultiPopped, Popped, Redstart } from 'redstart'
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

const NOT_POSITIVE = 'ERR value is out of range, must be positive'
const UP = 'up' as ListEnd

/** The lists a (1, 2, 1, 3) and b (x), a string, and a list of one element that is no UTF-8. */
function openWithLists(): Opened {
  const opened = open()
  opened.db.rpush('a', 1, 2, 1, 3)
  opened.db.rpush('b', 'x')
  opened.db.rpush('bin', bytes(0xff))
  opened.db.set('s', 'v')
  forget(opened)
  return opened
}

/** A method, the words that say the same, and what the method returns; undefined where that is the reply itself. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown, typed?: unknown][] = [
  ['LPUSH a x', (db) => db.lpush('a', 'x')],
  ['LPUSH a x 4', (db) => db.lpush('a', 'x', 4)],
  ['LPUSH none 1', (db) => db.lpush('none', 1n)],
  ['LPUSH s x', (db) => db.lpush('s', 'x')],
  ['LPUSH s x y', (db) => db.lpush('s', 'x', 'y')],
  ['LPUSH a', (db) => db.lpush('a')],
  ['RPUSH a x', (db) => db.rpush('a', 'x')],
  ['RPUSH a x 4', (db) => db.rpush('a', 'x', 4)],
  ['RPUSH s x', (db) => db.rpush('s', 'x')],
  ['RPUSH a', (db) => db.rpush('a')],
  ['LPUSHX a x y', (db) => db.lpushx('a', 'x', 'y')],
  ['LPUSHX none x', (db) => db.lpushx('none', 'x')],
  ['RPUSHX a x y', (db) => db.rpushx('a', 'x', 'y')],
  ['RPUSHX s x', (db) => db.rpushx('s', 'x')],
  ['RPUSHX a', (db) => db.rpushx('a')],
  ['LPOP a', (db) => db.lpop('a')],
  ['LPOP b', (db) => db.lpop('b')],
  ['LPOP none', (db) => db.lpop('none')],
  ['LPOP s', (db) => db.lpop('s')],
  ['LPOP a 2', (db) => db.lpop('a', 2)],
  ['LPOP a 0', (db) => db.lpop('a', 0)],
  ['LPOP none 2', (db) => db.lpop('none', 2)],
  ['LPOP a -1', (db) => db.lpop('a', -1)],
  ['LPOP s 1.5', (db) => db.lpop('s', 1.5)],
  ['RPOP a', (db) => db.rpop('a')],
  ['RPOP a 100', (db) => db.rpop('a', 100)],
  ['RPOP s 1', (db) => db.rpop('s', 1)],
  ['RPOP a 1.5', (db) => db.rpop('a', 1.5)],
  ['LMPOP 2 none a LEFT', (db) => db.lmpop(['none', 'a'], 'left'), { key: 'a', elements: ['1'] }],
  ['LMPOP 1 a RIGHT COUNT 2', (db) => db.lmpop(['a'], 'right', { count: 2 }), { key: 'a', elements: ['3', '1'] }],
  ['LMPOP 1 none LEFT', (db) => db.lmpop(['none'], 'left'), null],
  ['LMPOP 1 s LEFT', (db) => db.lmpop(['s'], 'left')],
  ['LMPOP 1 a UP', (db) => db.lmpop(['a'], UP)],
  ['LMPOP 1 a LEFT COUNT 0', (db) => db.lmpop(['a'], 'left', { count: 0 })],
  ['LMPOP 1 a LEFT COUNT 1.5', (db) => db.lmpop(['a'], 'left', { count: 1.5 })],
  ['LMPOP 0 a LEFT', (db) => db.lmpop([], 'left')],
  ['LLEN a', (db) => db.llen('a')],
  ['LLEN s', (db) => db.llen('s')],
  ['LINDEX a 1', (db) => db.lindex('a', 1)],
  ['LINDEX a -1', (db) => db.lindex('a', -1)],
  ['LINDEX a 9', (db) => db.lindex('a', 9)],
  ['LINDEX none 0.5', (db) => db.lindex('none', 0.5)],
  ['LINDEX a 0.5', (db) => db.lindex('a', 0.5)],
  ['LRANGE a 1 2', (db) => db.lrange('a', 1, 2)],
  ['LRANGE a 0 -1', (db) => db.lrange('a', 0, -1)],
  ['LRANGE none 0 0.5', (db) => db.lrange('none', 0, 0.5)],
  ['LRANGE s 0 1', (db) => db.lrange('s', 0, 1)],
  ['LSET a 0 x', (db) => db.lset('a', 0, 'x')],
  ['LSET a 4294967296 x', (db) => db.lset('a', 4294967296, 'x')],
  ['LSET a 9 x', (db) => db.lset('a', 9, 'x')],
  ['LSET none 0.5 x', (db) => db.lset('none', 0.5, 'x')],
  ['LSET a 0.5 x', (db) => db.lset('a', 0.5, 'x')],
  ['LINSERT a BEFORE 1 x', (db) => db.linsert('a', 'before', 1, 'x')],
  ['LINSERT a AFTER 3 x', (db) => db.linsert('a', 'after', '3', 'x')],
  ['LINSERT a AFTER nosuch x', (db) => db.linsert('a', 'after', 'nosuch', 'x')],
  ['LINSERT a NEAR 1 x', (db) => db.linsert('a', 'near' as 'after', 1, 'x')],
  ['LREM a 0 1', (db) => db.lrem('a', 0, 1)],
  ['LREM a -1 1', (db) => db.lrem('a', -1, '1')],
  ['LREM none 0.5 1', (db) => db.lrem('none', 0.5, 1)],
  ['LTRIM a 1 -2', (db) => db.ltrim('a', 1, -2)],
  ['LTRIM a 5 9', (db) => db.ltrim('a', 5, 9)],
  ['LTRIM none 0.5 1', (db) => db.ltrim('none', 0.5, 1)],
  ['LPOS a 1', (db) => db.lpos('a', 1)],
  ['LPOS a nosuch', (db) => db.lpos('a', 'nosuch')],
  ['LPOS a 1 RANK -1', (db) => db.lpos('a', 1, { rank: -1 })],
  ['LPOS a 3 MAXLEN 2', (db) => db.lpos('a', 3, { maxlen: 2 })],
  ['LPOS a 1 COUNT 0', (db) => db.lpos('a', 1, { count: 0 })],
  ['LPOS a 1 RANK 2 COUNT 1', (db) => db.lpos('a', 1, { rank: 2, count: 1 })],
  ['LPOS none 1 COUNT 1', (db) => db.lpos('none', 1, { count: 1 })],
  ['LPOS a 1 RANK 0', (db) => db.lpos('a', 1, { rank: 0 })],
  ['LPOS a 1 RANK 1.5', (db) => db.lpos('a', 1, { rank: 1.5 })],
  ['LPOS a 1 COUNT -1', (db) => db.lpos('a', 1, { count: -1 })],
  ['LPOS a 1 MAXLEN 1.5', (db) => db.lpos('a', 1, { maxlen: 1.5 })],
  ['LMOVE a b LEFT RIGHT', (db) => db.lmove('a', 'b', 'left', 'right')],
  ['LMOVE a a RIGHT LEFT', (db) => db.lmove('a', 'a', 'right', 'left')],
  ['LMOVE none b LEFT RIGHT', (db) => db.lmove('none', 'b', 'left', 'right')],
  ['LMOVE a s LEFT LEFT', (db) => db.lmove('a', 's', 'left', 'left')],
  ['LMOVE a b UP LEFT', (db) => db.lmove('a', 'b', UP, 'left')],
  ['LMOVE a b LEFT UP', (db) => db.lmove('a', 'b', 'left', UP)],
  ['RPOPLPUSH a b', (db) => db.rpoplpush('a', 'b')],
  ['RPOPLPUSH s b', (db) => db.rpoplpush('s', 'b')],
]

describe('a method and its words answer, change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method, shape) => {
    const [typed, raw] = [openWithLists(), openWithLists()]

    const replies = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(replies[0]).toEqual(shape === undefined ? replies[1] : shape)
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect(typed.seen).toEqual(raw.seen)
    expect(logged(typed)).toEqual(logged(raw))
  })
})

describe('methods that may wait', () => {
  it('resolve at once where there is something', async () => {
    const { db } = openWithLists()

    expect(await db.blpop(['none', 'a'], 0)).toEqual({ key: 'a', element: '1' })
    expect(await db.brpop('a', 0)).toEqual({ key: 'a', element: '3' })
    expect(await db.blmove('a', 'b', 'left', 'right', 0)).toBe('2')
    expect(await db.brpoplpush('b', 'a', 0)).toBe('2')
    expect(await db.blmpop(['none', 'a'], 'right', 0, { count: 9 })).toEqual({ key: 'a', elements: ['1', '2'] })
    expect(db.engine.waiters.size).toBe(0)
  })

  it('have done it when they return, before anybody awaits them', () => {
    const { db } = openWithLists()

    void db.blpop('b', 0)

    expect(db.exists('b')).toBe(0)
  })

  it('resolve when a list is made, in the order of the calls', async () => {
    const { db } = open()
    const order: string[] = []
    const one = db.blpop('k', 0).then((reply) => order.push(`one ${reply?.element}`))
    const two = db.blmpop(['x', 'k'], 'left', 0, { count: 5 }).then((reply) => order.push(`two ${reply?.elements}`))

    db.rpush('k', 'a', 'b', 'c')
    await Promise.all([one, two])

    expect(order).toEqual(['one a', 'two b,c'])
  })

  it('resolve to null when time runs out', async () => {
    const { db, clock } = open()
    const waiting = [
      db.blpop('k', 1),
      db.brpop(['k', 'l'], 0.5),
      db.blmove('k', 'l', 'left', 'left', 1),
      db.brpoplpush('k', 'l', 1),
      db.blmpop(['k'], 'left', 1),
    ]

    clock.advance(1_000)

    expect(await Promise.all(waiting)).toEqual([null, null, null, null, null])
    expect(db.engine.waiters.size).toBe(0)
  })

  const waits: [string, (db: Redstart, signal: AbortSignal) => Promise<unknown>][] = [
    ['blpop', (db, signal) => db.blpop(['k', 'l'], 10, { signal })],
    ['brpop', (db, signal) => db.brpop('k', 0, { signal })],
    ['blmove', (db, signal) => db.blmove('k', 'l', 'left', 'left', 0, { signal })],
    ['brpoplpush', (db, signal) => db.brpoplpush('k', 'l', 0, { signal })],
    ['blmpop', (db, signal) => db.blmpop(['k', 'l'], 'left', 0, { signal, count: 2 })],
  ]

  it.each(waits)('reject with the reason when they are aborted, and leave nothing behind: %s', async (_name, wait) => {
    const { db, clock, seen } = open()
    const controller = new AbortController()
    const reply = wait(db, controller.signal)
    expect(db.engine.waiters.size).toBe(1)

    controller.abort(new Error('enough'))

    await expect(reply).rejects.toThrow('enough')
    expect([db.engine.waiters.size, db.engine.waiters.active]).toEqual([0, false])
    expect(db.engine.waiters.nextWake()).toBe(Number.POSITIVE_INFINITY)
    db.rpush('k', 'stays')
    clock.advance(60_000)
    expect([db.lrange('k', 0, -1), seen]).toEqual([['stays'], ['rpush k']])
  })

  it.each(waits)('do nothing at all with a signal that is aborted already: %s', async (_name, wait) => {
    const { db, seen } = open()
    db.rpush('k', 'stays')
    seen.length = 0

    await expect(wait(db, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')

    expect([db.lrange('k', 0, -1), seen]).toEqual([['stays'], []])
  })

  it.each(waits)('reject when the database is closed: %s', async (_name, wait) => {
    const { db } = open()
    const reply = wait(db, new AbortController().signal)

    await db.close()

    await expect(reply).rejects.toThrow('ERR the database is closed')
    expect(db.engine.waiters.size).toBe(0)
  })

  it.each<[string, (db: Redstart) => Promise<unknown>, string]>([
    ['a string', (db) => db.blpop('s', 0), WRONGTYPE],
    ['a string behind nothing', (db) => db.brpop(['none', 's'], 0), WRONGTYPE],
    ['a string to move to', (db) => db.blmove('a', 's', 'left', 'left', 0), WRONGTYPE],
    ['no end', (db) => db.blmove('a', 'b', UP, 'left', -1), SYNTAX],
    ['no keys', (db) => db.blpop([], 0), "ERR wrong number of arguments for 'blpop' command"],
    ['no keys to take several from', (db) => db.blmpop([], 'left', 0), 'ERR numkeys should be greater than 0'],
    ['no number of elements', (db) => db.blmpop(['a'], 'left', 0, { count: 0 }), 'ERR count should be greater than 0'],
    ['a negative timeout', (db) => db.blpop('a', -1), 'ERR timeout is negative'],
    ['a timeout that is no number', (db) => db.blpop('a', Number.NaN), 'ERR timeout is not a float or out of range'],
    ['a timeout that is text', (db) => db.brpop('a', '1' as never), 'ERR timeout is not a float or out of range'],
    ['no timeout', (db) => db.brpop('a', undefined as never), 'ERR timeout is not a float or out of range'],
    ['an infinite timeout', (db) => db.blpop('a', Number.POSITIVE_INFINITY), 'ERR timeout is out of range'],
  ])('reject, and throw nothing, for %s', async (_what, call, message) => {
    const opened = openWithLists()
    const before = contents(opened.db)

    await expect(call(opened.db)).rejects.toThrow(message)

    expect([contents(opened.db), opened.seen, opened.db.engine.waiters.size]).toEqual([before, [], 0])
  })

  it('hold the process open no longer than somebody waits with a timeout', async () => {
    const { db, clock } = open()
    const { waiters } = db.engine
    const reply = db.blpop('k', 1)
    const held = [waiters.hasTimeouts]

    clock.advance(1_000)
    await reply
    held.push(waiters.hasTimeouts)

    expect(held).toEqual([true, false])
  })
})

describe('what is handed in', () => {
  it.each(NOT_DATA)('as an element may not be %s', (_name, value, shown) => {
    const opened = openWithLists()
    const element = value as string

    expectRefused(opened, () => opened.db.lpush('a', element), notAString(shown))
    expectRefused(opened, () => opened.db.rpush('a', 'new', element), notAString(shown))
    expectRefused(opened, () => opened.db.lset('a', 0, element), notAString(shown))
    expectRefused(opened, () => opened.db.linsert('a', 'before', 1, element), notAString(shown))
    expectRefused(opened, () => opened.db.lrem('a', 0, element), notAString(shown))
  })

  it('may not stand for no bytes', () => {
    const opened = openWithLists()

    expectRefused(opened, () => opened.db.rpush('a', 'new', '\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.lmove('a', '\ud800', 'left', 'left'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.lmpop(['a', '\ud800'], 'left'), LONE_SURROGATE)
  })

  it('as a count or an index is a number that is an integer', () => {
    const opened = openWithLists()

    expectRefused(opened, () => opened.db.lpop('a', '1' as never), NOT_POSITIVE)
    expectRefused(opened, () => opened.db.rpop('a', null as never), NOT_POSITIVE)
    expectRefused(opened, () => opened.db.lrange('a', '0' as never, 1), NOT_AN_INTEGER)
    expectRefused(opened, () => opened.db.lset('a', '0' as never, 'x'), NOT_AN_INTEGER)
    expectRefused(opened, () => opened.db.lrem('a', undefined as never, 'x'), NOT_AN_INTEGER)
  })

  it('as bytes is copied', () => {
    const { db } = open()
    const element = bytes(0x61, 0xff)
    db.rpush('k', element)
    element.fill(0)

    expect(db.bytes.lindex('k', 0)).toEqual(bytes(0x61, 0xff))
  })
})

describe('what comes out', () => {
  it('is bytes on the side of bytes', async () => {
    const { db } = openWithLists()
    const [ff, key] = [bytes(0xff), bytes('bin')]

    expect(db.bytes.lrange('bin', 0, -1)).toEqual([ff])
    expect(db.bytes.lindex('bin', 0)).toEqual(ff)
    expect(db.bytes.lmove('bin', 'bin', 'left', 'left')).toEqual(ff)
    expect(db.bytes.lpop('bin')).toEqual(ff)
    db.rpush('bin', ff, ff, ff)
    expect(db.bytes.rpop('bin', 1)).toEqual([ff])
    expect(db.bytes.lmpop(['bin'], 'left')).toEqual({ key, elements: [ff] })
    expect(await db.bytes.blpop('bin', 0)).toEqual({ key, element: ff })
    const later = db.bytes.brpop('bin', 0)
    db.rpush('bin', ff)
    expect(await later).toEqual({ key, element: ff })
  })

  it('belongs to the caller', () => {
    const { db } = openWithLists()

    db.lrange('a', 0, -1).length = 0
    db.bytes.lrange('bin', 0, -1)[0]!.fill(0)

    expect([db.lrange('a', 0, -1), db.lrange('bin', 0, -1)]).toEqual([['1', '2', '1', '3'], ['\udcff']])
  })
})

describe('the types of', () => {
  const { db } = openWithLists()

  it('lpop and rpop are one or null without a count, an array or null with one', () => {
    expectTypeOf(db.lpop('k')).toEqualTypeOf<string | null>()
    expectTypeOf(db.rpop('k', 1)).toEqualTypeOf<string[] | null>()
    expectTypeOf(db.bytes.rpop('k')).toEqualTypeOf<Uint8Array | null>()
    expectTypeOf(db.bytes.lpop('k', 1)).toEqualTypeOf<Uint8Array[] | null>()
  })

  it('lpos are an index or null without a count, an array with one', () => {
    expectTypeOf(db.lpos('k', 'x')).toEqualTypeOf<number | null>()
    expectTypeOf(db.lpos('k', 'x', { rank: 2, maxlen: 5 })).toEqualTypeOf<number | null>()
    expectTypeOf(db.lpos('k', 'x', { count: 2 })).toEqualTypeOf<number[]>()
  })

  it('the others are strings here and bytes there, and promises where they may wait', () => {
    expectTypeOf(db.lrange('k', 0, -1)).toEqualTypeOf<string[]>()
    expectTypeOf(db.bytes.lmpop(['k'], 'left')).toEqualTypeOf<MultiPopped<Uint8Array> | null>()
    expectTypeOf(db.blpop('k', 0)).toEqualTypeOf<Promise<Popped<string> | null>>()
    expectTypeOf(db.bytes.blmove('k', 'l', 'left', 'left', 0)).toEqualTypeOf<Promise<Uint8Array | null>>()
  })

  it('arguments refuse other ends and other places', () => {
    // @ts-expect-error
    expect(() => db.lmove('a', 'b', 'LEFT', 'right')).toThrow(SYNTAX)
    // @ts-expect-error
    expect(() => db.linsert('a', 'BEFORE', 'x', 'y')).toThrow(SYNTAX)
    // @ts-expect-error
    expect(() => db.lpush('k', true)).toThrow()
  })
})

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}
