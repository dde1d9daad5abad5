import { describe, expect, it } from 'vitest'
import {
  bytes,
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
  WRONGTYPE,
} from '../support.js'

const OVERFLOW = 'ERR increment or decrement would overflow'
const NOT_A_FLOAT = 'ERR value is not a valid float'
const NOT_FINITE = 'ERR increment would produce NaN or Infinity'

describe('INCR, DECR, INCRBY and DECRBY', () => {
  it.each([
    ['INCR k', 1],
    ['DECR k', -1],
    ['INCRBY k 10', 10],
    ['INCRBY k -10', -10],
    ['DECRBY k 10', -10],
    ['DECRBY k -10', 10],
    ['INCRBY k 0', 0],
  ])('%s counts a missing key as 0', (line, sum) => {
    const opened = open()

    const reply = say(opened.db, line)

    expect(reply).toBe(sum)
    expect(say(opened.db, 'GET k')).toBe(String(sum))
    expect(opened.seen).toEqual(['incrby k'])
    expect(logged(opened)).toEqual([`SET k ${sum} KEEPTTL`])
  })

  it('add to the integer that is there', () => {
    const { db } = open()
    say(db, 'SET k 10')

    expect(say(db, 'INCR k')).toBe(11)
    expect(say(db, 'INCRBY k 5')).toBe(16)
    expect(say(db, 'DECR k')).toBe(15)
    expect(say(db, 'DECRBY k 20')).toBe(-5)
  })

  it('keep the deadline', () => {
    const opened = open()
    say(opened.db, 'SET k 10 EX 100')

    say(opened.db, 'INCR k')

    expect(contents(opened.db)).toEqual([[0, 'k', '11', START_MS + 100_000]])
  })

  it('begin at 0 again when the time of the key is up', () => {
    const { db, seen } = openWithExpired('41')

    expect(say(db, 'INCR k')).toBe(1)
    expect(seen).toEqual(['expired k', 'incrby k'])
    expect(say(db, 'TTL k')).toBe(-1)
  })

  it('count an integer that was put together by APPEND', () => {
    const { db } = open()
    say(db, 'APPEND k 1')
    say(db, 'APPEND k 2')

    expect(say(db, 'INCR k')).toBe(13)
    expect(say(db, 'OBJECT ENCODING k')).toBe('int')
  })

  it('are exact past 2^53, where call returns bigints', () => {
    const { db } = open()
    say(db, 'SET k 9007199254740991')

    expect(say(db, 'INCR k')).toBe(9_007_199_254_740_992n)
    expect(say(db, 'INCR k')).toBe(9_007_199_254_740_993n)
    expect(say(db, 'GET k')).toBe('9007199254740993')
    expect(say(db, 'DECRBY k 2')).toBe(9_007_199_254_740_991)
  })

  it('reach both ends of int64', () => {
    const { db } = open()

    expect(say(db, 'INCRBY max 9223372036854775807')).toBe(9_223_372_036_854_775_807n)
    expect(say(db, 'INCRBY min -9223372036854775808')).toBe(-9_223_372_036_854_775_808n)
    expect(say(db, 'INCRBY max -9223372036854775808')).toBe(-1)
    expect(say(db, 'DECRBY min -9223372036854775807')).toBe(-1)
  })

  it.each([
    ['9223372036854775807', 'INCR k', OVERFLOW],
    ['9223372036854775807', 'INCRBY k 1', OVERFLOW],
    ['9223372036854775807', 'DECRBY k -1', OVERFLOW],
    ['-9223372036854775808', 'DECR k', OVERFLOW],
    ['-9223372036854775808', 'INCRBY k -1', OVERFLOW],
    ['-9223372036854775808', 'INCRBY k -9223372036854775808', OVERFLOW],
    ['1', 'DECRBY k -9223372036854775808', 'ERR decrement would overflow'],
    ['1', 'INCRBY k abc', NOT_AN_INTEGER],
    ['1', 'INCRBY k 1.5', NOT_AN_INTEGER],
    ['1', 'INCRBY k +1', NOT_AN_INTEGER],
    ['1', 'INCRBY k 01', NOT_AN_INTEGER],
    ['1', 'INCRBY k 0x10', NOT_AN_INTEGER],
    ['1', 'INCRBY k 9223372036854775808', NOT_AN_INTEGER],
    ['1', 'DECRBY k 9223372036854775808', NOT_AN_INTEGER],
    ['1', 'INCR', "ERR wrong number of arguments for 'incr' command"],
    ['1', 'INCRBY k', "ERR wrong number of arguments for 'incrby' command"],
    ['1', 'DECRBY k 1 2', "ERR wrong number of arguments for 'decrby' command"],
  ])('on %s, %s is refused (%s) and changes nothing', (value, line, message) => {
    const opened = open()
    say(opened.db, `SET k ${value} EX 100`)

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it.each(['', 'abc', ' 1', '1 ', '007', '-0', '+1', '1.0', '1e3', '0x10', '9223372036854775808', '1\0'])(
    'refuse to count on from %j',
    (value) => {
      const opened = open()
      opened.db.call('SET', 'k', value)

      expectRefused(opened, () => say(opened.db, 'INCR k'), NOT_AN_INTEGER)
    },
  )

  it('DECRBY of the smallest int64 is refused before the key is looked at', () => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, 'DECRBY none -9223372036854775808'), 'ERR decrement would overflow')
  })

  it.each([
    ['INCR k', WRONGTYPE],
    ['DECR k', WRONGTYPE],
    ['INCRBY k 1', WRONGTYPE],
    ['DECRBY k 1', WRONGTYPE],
    ['INCRBYFLOAT k 1', WRONGTYPE],
    ['INCRBYFLOAT k abc', WRONGTYPE],
    ['INCRBY k abc', NOT_AN_INTEGER],
    ['DECRBY k abc', NOT_AN_INTEGER],
    ['DECRBY k -9223372036854775808', 'ERR decrement would overflow'],
  ])('%s on another type is refused with %s', (line, message) => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expectRefused(opened, () => say(opened.db, line), message)
  })
})

describe('INCRBYFLOAT', () => {
  it('counts a missing key as 0, and returns the sum as a string', () => {
    const opened = open()

    const reply = say(opened.db, 'INCRBYFLOAT k 0.1')

    expect(reply).toBe('0.1')
    expect(opened.seen).toEqual(['incrbyfloat k'])
    expect(logged(opened)).toEqual(['SET k 0.1 KEEPTTL'])
  })

  it.each([
    ['0.1', '0.2', '0.3'],
    ['10.5', '0.1', '10.6'],
    ['10.6', '-10.6', '0'],
    ['3.0e3', '200', '3200'],
    ['5', '-7', '-2'],
    ['1', '5.0e3', '5001'],
    ['0x10', '1', '17'],
    ['9223372036854775807', '1', '9223372036854775808'],
  ])('%s plus %s is %s', (value, increment, sum) => {
    const { db } = open()
    say(db, `SET k ${value}`)

    expect(say(db, `INCRBYFLOAT k ${increment}`)).toBe(sum)
    expect(say(db, 'GET k')).toBe(sum)
  })

  it('writes large sums without an exponent', () => {
    const { db } = open()

    const sum = say(db, 'INCRBYFLOAT k 1e30')

    expect(sum).toBe('1000000000000000000024696061952')
  })

  it('reaches past the range of doubles, as long doubles do', () => {
    const { db } = open()

    const sum = String(say(db, 'INCRBYFLOAT k 1e400'))

    expect(sum.length).toBe(401)
    expect(sum.slice(0, 30)).toBe('100000000000000000002818806839')
  })

  it('keeps the deadline', () => {
    const { db } = open()
    say(db, 'SET k 10 EX 100')

    say(db, 'INCRBYFLOAT k 0.5')

    expect(say(db, 'TTL k')).toBe(100)
  })

  it('begins at 0 again when the time of the key is up', () => {
    const { db, seen } = openWithExpired('41')

    expect(say(db, 'INCRBYFLOAT k 1.5')).toBe('1.5')
    expect(seen).toEqual(['expired k', 'incrbyfloat k'])
  })

  it('makes a string of the sum that INCR counts on from when it is whole', () => {
    const opened = open()
    say(opened.db, 'INCRBYFLOAT k 1.5')
    say(opened.db, 'INCRBYFLOAT k 1.5')
    forget(opened)

    expect(say(opened.db, 'INCR k')).toBe(4)
  })

  it('returns bytes from callBuffer', () => {
    const { db } = open()

    expect(db.callBuffer('INCRBYFLOAT', 'k', '1.5')).toEqual(bytes('1.5'))
  })

  it.each([
    ['1', 'abc', NOT_A_FLOAT],
    ['1', '', NOT_A_FLOAT],
    ['1', ' 1', NOT_A_FLOAT],
    ['1', '1 ', NOT_A_FLOAT],
    ['1', 'nan', NOT_A_FLOAT],
    ['1', '1e5000', NOT_A_FLOAT],
    ['1', 'inf', NOT_FINITE],
    ['1', '-inf', NOT_FINITE],
    ['inf', '1', NOT_FINITE],
    ['inf', '-inf', NOT_FINITE],
    ['abc', '1', NOT_A_FLOAT],
    ['', '1', NOT_A_FLOAT],
    [' 1', '1', NOT_A_FLOAT],
    ['nan', '1', NOT_A_FLOAT],
  ])('of %j by %j is refused (%s) and changes nothing', (value, increment, message) => {
    const opened = open()
    opened.db.call('SET', 'k', value, 'EX', 100)

    expectRefused(opened, () => opened.db.call('INCRBYFLOAT', 'k', increment), message)
  })
})
