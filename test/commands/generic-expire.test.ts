import { describe, expect, it } from 'vitest'
import {
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  open,
  openWithExpired,
  plant,
  START_MS,
  say,
  Toy,
} from '../support.js'

const NX_CONFLICT = 'ERR NX and XX, GT or LT options at the same time are not compatible'
const GT_CONFLICT = 'ERR GT and LT options at the same time are not compatible'

/** The four commands, each with words for a deadline `seconds` after the start. */
const FAMILY = [
  ['EXPIRE', (seconds: number) => `EXPIRE k ${seconds}`],
  ['PEXPIRE', (seconds: number) => `PEXPIRE k ${seconds * 1000}`],
  ['EXPIREAT', (seconds: number) => `EXPIREAT k ${START_MS / 1000 + seconds}`],
  ['PEXPIREAT', (seconds: number) => `PEXPIREAT k ${START_MS + seconds * 1000}`],
] as const

describe.each(FAMILY)('%s', (_name, line) => {
  it('sets the deadline of a key of any type: 1', () => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expect(say(opened.db, line(100))).toBe(1)
    expect(contents(opened.db)).toEqual([[0, 'k', ['member'], START_MS + 100_000]])
    expect(opened.seen).toEqual(['expire k'])
    expect(logged(opened)).toEqual([`PEXPIREAT k ${START_MS + 100_000}`])
  })

  it('moves a deadline, later or earlier', () => {
    const { db, clock } = open()
    say(db, 'SET k v EX 50')

    say(db, line(100))
    expect(say(db, 'TTL k')).toBe(100)

    say(db, line(20))
    expect(say(db, 'TTL k')).toBe(20)

    clock.advance(20_000)
    expect(say(db, 'EXISTS k')).toBe(0)
  })

  it('of a missing key does nothing: 0', () => {
    const opened = open()

    expect(say(opened.db, line(100))).toBe(0)
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })

  it('cannot bring back a key whose time is up: 0', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, line(100))).toBe(0)
    expect(seen).toEqual(['expired k'])
  })

  it('with a time that is now or past removes the key: 1, event del', () => {
    const opened = open()
    say(opened.db, 'SET k v')
    forget(opened)

    expect(say(opened.db, line(0))).toBe(1)
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['del k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })

  it.each([
    [undefined, 'NX', 100, 1],
    [undefined, 'XX', 100, 0],
    [undefined, 'GT', 100, 0],
    [undefined, 'LT', 100, 1],
    [50, 'NX', 100, 0],
    [50, 'XX', 100, 1],
    [50, 'GT', 100, 1],
    [50, 'GT', 50, 0],
    [50, 'GT', 49, 0],
    [50, 'LT', 49, 1],
    [50, 'LT', 50, 0],
    [50, 'LT', 51, 0],
    [50, 'XX GT', 100, 1],
    [undefined, 'XX LT', 100, 0],
    [50, 'xx lt', 20, 1],
    [50, 'gt gt', 100, 1],
  ])('on a deadline in %s s, %s with %s s answers %s', (before, condition, seconds, reply) => {
    const { db } = open()
    say(db, before === undefined ? 'SET k v' : `SET k v EX ${before}`)

    expect(say(db, `${line(seconds)} ${condition}`)).toBe(reply)
    expect(say(db, 'TTL k')).toBe(reply === 1 ? seconds : (before ?? -1))
  })

  it.each([
    [undefined, 'NX', 1],
    [undefined, 'GT', 0],
    [undefined, 'LT', 1],
    [50, 'NX', 0],
    [50, 'GT', 0],
    [50, 'XX', 1],
  ])(
    'on a deadline in %s s, %s with a past time answers %s: a held condition removes the key',
    (before, how, reply) => {
      const { db } = open()
      say(db, before === undefined ? 'SET k v' : `SET k v EX ${before}`)

      expect(say(db, `${line(-1)} ${how}`)).toBe(reply)
      expect(say(db, 'EXISTS k')).toBe(1 - reply)
    },
  )
})

describe('EXPIRE and its kin', () => {
  it.each([
    ['EXPIRE k 100 NX XX', NX_CONFLICT],
    ['EXPIRE k 100 NX GT', NX_CONFLICT],
    ['EXPIRE k 100 LT NX', NX_CONFLICT],
    ['EXPIRE none 100 NX XX', NX_CONFLICT],
    ['EXPIRE k 100 GT LT', GT_CONFLICT],
    ['PEXPIRE k 100 NX GT LT', NX_CONFLICT],
    ['EXPIRE k abc GT LT', GT_CONFLICT],
    ['EXPIRE k 100 bad', 'ERR Unsupported option bad'],
    ['EXPIRE k abc Bad', 'ERR Unsupported option Bad'],
    ['EXPIRE k 100 NX XX bad', 'ERR Unsupported option bad'],
    ['EXPIRE k abc', NOT_AN_INTEGER],
    ['EXPIRE none abc', NOT_AN_INTEGER],
    ['EXPIRE k 1.5', NOT_AN_INTEGER],
    ['PEXPIRE k 9223372036854775808', NOT_AN_INTEGER],
    ['EXPIRE k 9223372036854775807', "ERR invalid expire time in 'expire' command"],
    ['EXPIRE k -9223372036854775808', "ERR invalid expire time in 'expire' command"],
    ['EXPIRE k 9223372036854775', "ERR invalid expire time in 'expire' command"],
    ['EXPIRE none 9223372036854775807', "ERR invalid expire time in 'expire' command"],
    ['PEXPIRE k 9223372036854775807', "ERR invalid expire time in 'pexpire' command"],
    ['EXPIREAT k 9223372036854776', "ERR invalid expire time in 'expireat' command"],
    ['EXPIREAT k -9223372036854776', "ERR invalid expire time in 'expireat' command"],
    ['EXPIRE k', "ERR wrong number of arguments for 'expire' command"],
    ['PEXPIRE k', "ERR wrong number of arguments for 'pexpire' command"],
    ['EXPIREAT k', "ERR wrong number of arguments for 'expireat' command"],
    ['PEXPIREAT k', "ERR wrong number of arguments for 'pexpireat' command"],
    ['PERSIST', "ERR wrong number of arguments for 'persist' command"],
    ['TTL k x', "ERR wrong number of arguments for 'ttl' command"],
    ['PTTL', "ERR wrong number of arguments for 'pttl' command"],
    ['EXPIRETIME', "ERR wrong number of arguments for 'expiretime' command"],
    ['PEXPIRETIME k x', "ERR wrong number of arguments for 'pexpiretime' command"],
  ])('%s is refused (%s) and changes nothing', (line, message) => {
    const opened = open()
    say(opened.db, 'SET k v EX 50')

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it('an unsupported option with a line end is shown in one line', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.call('EXPIRE', 'k', 1, 'a\r\nb'), 'ERR Unsupported option a  b')
  })

  it.each(['PEXPIRE k -9223372036854775808', 'PEXPIREAT k -9223372036854775808', 'EXPIREAT k -9223372036854775'])(
    '%s removes the key',
    (line) => {
      const { db } = open()
      say(db, 'SET k v')

      expect(say(db, line)).toBe(1)
      expect(say(db, 'EXISTS k')).toBe(0)
    },
  )

  it('deadlines at the end of 64 bits are kept and compared exactly', () => {
    const { db } = open()
    say(db, 'SET k v PXAT 9223372036854775806')

    expect(say(db, 'PEXPIREAT k 9223372036854775806 GT')).toBe(0)
    expect(say(db, 'PEXPIREAT k 9223372036854775807 GT')).toBe(1)
    expect(say(db, 'PEXPIRETIME k')).toBe(9_223_372_036_854_775_807n)
    expect(say(db, 'PEXPIREAT k 9223372036854775806 LT')).toBe(1)
    expect(say(db, 'PEXPIRETIME k')).toBe(9_223_372_036_854_775_806n)
    expect(say(db, 'PTTL k')).toBe(9_223_372_036_854_775_806n - BigInt(START_MS))
  })

  it('a key with a deadline at the end of 64 bits expires earlier once it is told to', () => {
    const { db, clock } = open()
    say(db, 'SET k v PXAT 9223372036854775807')
    say(db, 'PEXPIRE k 10')

    clock.advance(10)

    expect(say(db, 'EXISTS k')).toBe(0)
  })
})

describe('PERSIST', () => {
  it('removes a deadline: 1', () => {
    const opened = open()
    say(opened.db, 'SET k v EX 10')
    forget(opened)

    expect(say(opened.db, 'PERSIST k')).toBe(1)
    expect(opened.seen).toEqual(['persist k'])
    expect(logged(opened)).toEqual(['PERSIST k'])

    opened.clock.advance(20_000)
    expect(say(opened.db, 'GET k')).toBe('v')
  })

  it('of a key without deadline or a missing key does nothing: 0', () => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expect([say(opened.db, 'PERSIST k'), say(opened.db, 'PERSIST none')]).toEqual([0, 0])
    expect(opened.seen).toEqual([])
  })

  it('cannot bring back a key whose time is up: 0', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'PERSIST k')).toBe(0)
    expect(seen).toEqual(['expired k'])
  })
})

describe('TTL, PTTL, EXPIRETIME and PEXPIRETIME', () => {
  const COMMANDS = ['TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME']

  it.each(COMMANDS)('%s is -2 for a missing key, -1 for a key without deadline', (name) => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expect([say(opened.db, `${name} none`), say(opened.db, `${name} k`)]).toEqual([-2, -1])
  })

  it.each(COMMANDS)('%s is -2 for a key whose time is up', (name) => {
    const { db, seen } = openWithExpired()

    expect(say(db, `${name} k`)).toBe(-2)
    expect(seen).toEqual(['expired k'])
  })

  it('say how long, or when, in seconds and in milliseconds', () => {
    const { db, clock } = open()
    say(db, 'SET k v EX 100')

    clock.advance(40_000)

    expect(COMMANDS.map((name) => say(db, `${name} k`))).toEqual([
      60,
      60_000,
      START_MS / 1000 + 100,
      START_MS + 100_000,
    ])
  })

  it.each([
    [1, 0],
    [499, 0],
    [500, 1],
    [1499, 1],
    [1500, 2],
  ])('TTL and EXPIRETIME round %s ms to %s s', (milliseconds, seconds) => {
    const { db } = open()
    say(db, `SET k v PX ${milliseconds}`)

    expect(say(db, 'TTL k')).toBe(seconds)
    expect(say(db, 'EXPIRETIME k')).toBe(START_MS / 1000 + seconds)
  })

  it('do not count as an access', () => {
    const { db, clock } = open()
    say(db, 'SET k v EX 100')
    clock.advance(10_000)

    for (const name of COMMANDS) say(db, `${name} k`)

    expect(say(db, 'OBJECT IDLETIME k')).toBe(10)
  })

  it('EXPIRETIME and TTL are exact past 2^53', () => {
    const { db } = open()

    say(db, 'SET k v EXAT 9223372036854775')

    expect(say(db, 'EXPIRETIME k')).toBe(9_223_372_036_854_775n)
    expect(say(db, 'TTL k')).toBe(9_223_372_036_854_775n - BigInt(START_MS / 1000))
  })

  it('a deadline of 2^53-1 ms is a number, as every integer up to there', () => {
    const { db } = open()

    say(db, 'SET k v PXAT 9007199254740991')

    expect(say(db, 'PEXPIRETIME k')).toBe(9_007_199_254_740_991)
  })

  it('PTTL is a number up to 2^53-1, however late the deadline', () => {
    const { db } = open()

    say(db, 'SET k v PXAT 9007199254740993')

    expect(say(db, 'PTTL k')).toBe(Number(9_007_199_254_740_993n - BigInt(START_MS)))
  })
})

describe('expiry', () => {
  it('happens at the deadline without anyone looking, in order of time', () => {
    const { db, clock, seen } = open()
    say(db, 'SET late v PX 300')
    say(db, 'SET early v PX 100')
    say(db, 'SET middle v PX 200')
    seen.length = 0

    clock.advance(250)
    expect(seen).toEqual(['expired early', 'expired middle'])

    clock.advance(50)
    expect(seen).toEqual(['expired early', 'expired middle', 'expired late'])
  })

  it('is logged as DEL, so that a replay does not look at the clock', () => {
    const opened = open()
    say(opened.db, 'SET k v PX 100')
    forget(opened)

    opened.clock.advance(100)

    expect(logged(opened)).toEqual(['DEL k'])
  })

  it('comes once for each of ten thousand keys, with DBSIZE at 0 afterwards', () => {
    const { db, clock, seen } = open()
    for (let i = 0; i < 10_000; i++) db.set(`k${i}`, i, { px: 1 + (i % 1000) })
    seen.length = 0

    clock.advance(1000)

    expect(new Set(seen).size).toBe(10_000)
    expect(seen.length).toBe(10_000)
    expect(say(db, 'DBSIZE')).toBe(0)
  })
})
