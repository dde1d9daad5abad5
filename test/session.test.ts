import { type BufferReply, type CallReply, manualClock, Redstart, RedstartError, Session } from 'redstart'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  LONE_SURROGATE,
  NOT_DATA,
  notAString,
  open,
  plant,
  say,
  Toy,
  WRONGTYPE,
} from './support.js'

describe('sessions', () => {
  it('share the keys', () => {
    const { db } = open()
    const [one, two] = [db.session(), db.session()]

    one.set('k', 'v')

    expect([two.get('k'), db.get('k')]).toEqual(['v', 'v'])
  })

  it('have a selected database each, 0 to begin with', () => {
    const { db } = open()
    db.select(3)
    const session = db.session()

    session.set('k', 'zero')
    db.set('k', 'three')
    session.select(5)
    say(session, 'SET k five')

    expect([db.get('k'), session.get('k'), db.session().get('k')]).toEqual(['three', 'five', 'zero'])
    expect(contents(db)).toEqual([
      [0, 'k', 'zero', undefined],
      [3, 'k', 'three', undefined],
      [5, 'k', 'five', undefined],
    ])
  })

  it('have a bytes side that goes where they go', () => {
    const { db } = open()
    const session = db.session()
    session.bytes.select(2)

    session.set('k', 'two')

    expect(session.bytes.get('k')).toEqual(bytes('two'))
    expect(db.bytes.get('k')).toBeNull()
    expect(session.bytes).toBe(session.bytes)
    expect(session.bytes).not.toBe(db.bytes)
  })

  it('are no databases: they have no sessions and no listeners', () => {
    const session = open().db.session()

    expect(session).toBeInstanceOf(Session)
    expect(session).not.toBeInstanceOf(Redstart)
    for (const name of ['session', 'on', 'engine']) expect(name in session).toBe(false)
  })

  it('tell listeners of the database in which something happened', () => {
    const { db, seen } = open()
    const session = db.session()
    session.select(1)

    session.set('k', 'v')
    db.set('k', 'v')

    expect(seen).toEqual(['set k @1', 'set k'])
  })

  it('log the database of each change', () => {
    const { db, log } = open()
    const session = db.session()
    session.select(1)

    session.set('k', 'v')

    expect(log.batches).toEqual([[{ database: 1, words: ['SET', 'k', 'v'] }]])
  })
})

describe('call and callBuffer', () => {
  it('take words as strings, numbers, bigints and bytes', () => {
    const { db } = open()

    expect(db.call('SET', 'k', 7, 'EX', 10n)).toBe('OK')
    expect(db.call('GET', bytes('k'))).toBe('7')
    expect(db.call('SET', bytes(0xff), bytes(0xfe))).toBe('OK')
    expect(db.callBuffer('GET', bytes(0xff))).toEqual(bytes(0xfe))
  })

  it('return statuses, bulk strings, integers, nulls and arrays of these', () => {
    const { db } = open()

    expect(db.call('PING')).toBe('PONG')
    expect(db.call('SET', 'k', '1')).toBe('OK')
    expect(db.call('INCR', 'k')).toBe(2)
    expect(db.call('GET', 'none')).toBeNull()
    expect(db.call('MGET', 'k', 'none')).toEqual(['2', null])
    expect(db.call('SCAN', '0')).toEqual(['0', ['k']])
    expect(db.callBuffer('PING')).toBe('PONG')
    expect(db.callBuffer('MGET', 'k', 'none')).toEqual([bytes('2'), null])
    expect(db.callBuffer('SCAN', '0')).toEqual([bytes('0'), [bytes('k')]])
  })

  it('return a bigint where an integer is past 2^53', () => {
    const { db } = open()

    expect(db.call('INCRBY', 'k', '9007199254740991')).toBe(9_007_199_254_740_991)
    expect(db.call('INCR', 'k')).toBe(9_007_199_254_740_992n)
    expect(db.incr('k')).toBe(9_007_199_254_740_992)
    expect(db.get('k')).toBe('9007199254740993')
  })

  it('return bytes that the caller may write to', () => {
    const { db } = open()
    db.set('k', new Uint8Array(100).fill(0x61))

    ;(db.callBuffer('GET', 'k') as Uint8Array).fill(0)
    ;(db.callBuffer('GETRANGE', 'k', 0, -1) as Uint8Array).fill(0)

    expect(db.get('k')).toBe('a'.repeat(100))
  })

  it('return text that stands for the bytes, also where they are no UTF-8', () => {
    const { db } = open()
    db.set('k', bytes(0x61, 0xff, 0xc3, 0xa9))

    const text = db.call('GET', 'k') as string
    db.set('copy', text)

    expect(text).toBe('a\udcffé')
    expect(db.bytes.get('copy')).toEqual(bytes(0x61, 0xff, 0xc3, 0xa9))
  })

  it.each(NOT_DATA)('refuse %s as a word, and nothing changes', (_name, value, shown) => {
    const opened = open()
    opened.db.set('k', 'v')

    expectRefused(opened, () => opened.db.call('SET', 'k', value as never), notAString(shown))
    expectRefused(opened, () => opened.db.callBuffer('DEL', 'k', value as never), notAString(shown))
    expectRefused(opened, () => opened.db.call(value as never, 'k'), notAString(shown))
  })

  it('refuse a lone surrogate in any word', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.call('SET', 'k', '\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.call('\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.call('PING', '\udc41'), LONE_SURROGATE)
  })

  it('have types of RESP2', () => {
    const { db } = open()

    expectTypeOf(db.call('PING')).toEqualTypeOf<CallReply>()
    expectTypeOf(db.callBuffer('PING')).toEqualTypeOf<BufferReply>()
  })
})

describe('an error reply', () => {
  it('is thrown as a RedstartError with code and whole text', () => {
    const opened = open()
    plant(opened, 'toy', new Toy())

    const error = errorOf(() => opened.db.get('toy'))

    expect(error).toBeInstanceOf(RedstartError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RedstartError', code: 'WRONGTYPE', message: WRONGTYPE })
    expect(String(error)).toBe(`RedstartError: ${WRONGTYPE}`)
    expect((error as Error).stack).toContain('session.test.ts')
  })

  it.each([
    ['SET k v EX 0', 'ERR'],
    ['RESTORE k 0 x', 'BUSYKEY'],
    ['NOSUCH', 'ERR'],
  ])('of %s has the code %s', (line, code) => {
    const { db } = open()
    db.set('k', 'v')

    expect(errorOf(() => say(db, line))).toMatchObject({ code })
  })

  it('has the whole message for a code when that is one word', () => {
    expect(new RedstartError('EXECABORT').code).toBe('EXECABORT')
    expect(new RedstartError('').code).toBe('')
  })
})

it('two databases have nothing in common', () => {
  const clock = manualClock()
  const [one, two] = [new Redstart({ clock }), new Redstart({ clock })]

  one.set('k', 'v')

  expect(two.get('k')).toBeNull()
})

function errorOf(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}
