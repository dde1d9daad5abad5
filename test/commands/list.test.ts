import { describe, expect, it } from 'vitest'
import {
  bytes,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  openWithExpired,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const INT64_RANGE = 'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807'
const RANK_ZERO =
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the " +
  'end of the list'

/** The list a (1, 2, 1, 3, 1), and the string s. */
function openWithLists(): Opened {
  const opened = open()
  say(opened.db, 'RPUSH a 1 2 1 3 1')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

const all = ({ db }: Opened, key = 'a') => say(db, `LRANGE ${key} 0 -1`)

describe('LLEN, LINDEX and LRANGE', () => {
  it.each([
    ['LLEN a', 5],
    ['LLEN none', 0],
    ['LINDEX a 0', '1'],
    ['LINDEX a 3', '3'],
    ['LINDEX a -2', '3'],
    ['LINDEX a -5', '1'],
    ['LINDEX a 5', null],
    ['LINDEX a -6', null],
    ['LINDEX a 9223372036854775807', null],
    ['LINDEX none 0', null],
    // Redis looks for the key first.
    ['LINDEX none abc', null],
    ['LRANGE a 0 1', ['1', '2']],
    ['LRANGE a -2 -1', ['3', '1']],
    ['LRANGE a -100 0', ['1']],
    ['LRANGE a 3 100', ['3', '1']],
    ['LRANGE a 2 1', []],
    ['LRANGE a 5 6', []],
    ['LRANGE a 0 -6', []],
    ['LRANGE a -9223372036854775808 9223372036854775807', ['1', '2', '1', '3', '1']],
    ['LRANGE none 0 -1', []],
  ])('%s is %j', (words, reply) => {
    const opened = openWithLists()

    expect(say(opened.db, words)).toEqual(reply)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['LLEN s', WRONGTYPE],
    ['LINDEX s 0', WRONGTYPE],
    ['LINDEX s abc', WRONGTYPE],
    ['LINDEX a abc', NOT_AN_INTEGER],
    ['LINDEX a 1.0', NOT_AN_INTEGER],
    ['LRANGE s 0 1', WRONGTYPE],
    ['LRANGE s a 1', NOT_AN_INTEGER],
    ['LRANGE none 0 a', NOT_AN_INTEGER],
    ['LRANGE a 9223372036854775808 1', NOT_AN_INTEGER],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('take a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect([say(db, 'LLEN k'), say(db, 'LRANGE k 0 -1'), say(db, 'LINDEX k 0')]).toEqual([0, [], null])
    expect(seen).toEqual(['expired k'])
  })
})

describe('LSET', () => {
  it('exchanges an element, from the front or the back', () => {
    const opened = openWithLists()

    expect([say(opened.db, 'LSET a 0 x'), say(opened.db, 'LSET a -1 y')]).toEqual(['OK', 'OK'])
    expect(all(opened)).toEqual(['x', '2', '1', '3', 'y'])
    expect(opened.seen).toEqual(['lset a', 'lset a'])
    expect(logged(opened)).toEqual(['LSET a 0 x', 'LSET a -1 y'])
  })

  it('reads the low 32 bits of its index, as Redis does', () => {
    const opened = openWithLists()

    say(opened.db, 'LSET a 4294967297 x')
    say(opened.db, 'LSET a 9223372036854775807 y')

    expect(all(opened)).toEqual(['1', 'x', '1', '3', 'y'])
  })

  it.each([
    ['LSET none 0 x', 'ERR no such key'],
    ['LSET none abc x', 'ERR no such key'],
    ['LSET s abc x', WRONGTYPE],
    ['LSET a abc x', NOT_AN_INTEGER],
    ['LSET a 5 x', 'ERR index out of range'],
    ['LSET a -6 x', 'ERR index out of range'],
    ['LSET a 2147483648 x', 'ERR index out of range'],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('LINSERT', () => {
  it('inserts before or after the first element that matches, and returns the length', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LINSERT a BEFORE 1 x')).toBe(6)
    expect(say(opened.db, 'LINSERT a after 3 y')).toBe(7)
    expect(all(opened)).toEqual(['x', '1', '2', '1', '3', 'y', '1'])
    expect(opened.seen).toEqual(['linsert a', 'linsert a'])
    expect(logged(opened)).toEqual(['LINSERT a BEFORE 1 x', 'LINSERT a AFTER 3 y'])
  })

  it.each([
    ['LINSERT a BEFORE nosuch x', -1],
    ['LINSERT none AFTER 1 x', 0],
  ])('without a place changes nothing: %s is %d', (words, reply) => {
    const opened = openWithLists()

    expect(say(opened.db, words)).toBe(reply)
    expect([all(opened), opened.seen, logged(opened)]).toEqual([['1', '2', '1', '3', '1'], [], []])
  })

  it('compares bytes, not numbers', () => {
    const { db } = openWithLists()

    expect(say(db, 'LINSERT a BEFORE 01 x')).toBe(-1)
    expect(say(db, 'LINSERT a BEFORE 1.0 x')).toBe(-1)
  })

  it.each([
    ['LINSERT none NEAR 1 x', SYNTAX],
    ['LINSERT s NEAR 1 x', SYNTAX],
    ['LINSERT s BEFORE 1 x', WRONGTYPE],
    ['LINSERT a BEFORE 1', "ERR wrong number of arguments for 'linsert' command"],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('LREM', () => {
  it.each([
    ['LREM a 1 1', 1, ['2', '1', '3', '1']],
    ['LREM a -1 1', 1, ['1', '2', '1', '3']],
    ['LREM a 2 1', 2, ['2', '3', '1']],
    ['LREM a -2 1', 2, ['1', '2', '3']],
    ['LREM a 0 1', 3, ['2', '3']],
    ['LREM a 100 1', 3, ['2', '3']],
    ['LREM a -9223372036854775807 2', 1, ['1', '1', '3', '1']],
  ])('%s removes %d', (words, removed, left) => {
    const opened = openWithLists()
    const { dirty } = opened.db.engine

    expect(say(opened.db, words)).toBe(removed)
    expect(all(opened)).toEqual(left)
    expect(opened.seen).toEqual(['lrem a'])
    expect(logged(opened)).toEqual([words])
    expect(opened.db.engine.dirty - dirty).toBe(removed)
  })

  it('that finds nothing announces nothing', () => {
    const opened = openWithLists()

    expect([say(opened.db, 'LREM a 0 01'), say(opened.db, 'LREM none 0 1')]).toEqual([0, 0])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('removes a list with its last element', () => {
    const opened = openWithLists()
    say(opened.db, 'RPUSH b x x')
    forget(opened)

    expect(say(opened.db, 'LREM b 0 x')).toBe(2)
    expect(say(opened.db, 'EXISTS b')).toBe(0)
    expect(opened.seen).toEqual(['lrem b', 'del b'])
  })

  it.each([
    ['LREM a abc 1', NOT_AN_INTEGER],
    ['LREM s abc 1', NOT_AN_INTEGER],
    ['LREM none -9223372036854775808 1', INT64_RANGE],
    ['LREM s 0 1', WRONGTYPE],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('LTRIM', () => {
  it.each([
    ['LTRIM a 1 2', ['2', '1']],
    ['LTRIM a -2 -1', ['3', '1']],
    ['LTRIM a 0 0', ['1']],
    ['LTRIM a -100 1', ['1', '2']],
    ['LTRIM a 3 9223372036854775807', ['3', '1']],
  ])('%s keeps %j', (words, kept) => {
    const opened = openWithLists()
    const { dirty } = opened.db.engine

    expect(say(opened.db, words)).toBe('OK')
    expect(all(opened)).toEqual(kept)
    expect(opened.seen).toEqual(['ltrim a'])
    expect(logged(opened)).toHaveLength(1)
    expect(opened.db.engine.dirty - dirty).toBe(5 - kept.length)
  })

  it('that removes nothing is announced, as by Redis, and not logged', () => {
    const opened = openWithLists()

    say(opened.db, 'LTRIM a 0 -1')

    expect([opened.seen, logged(opened)]).toEqual([['ltrim a'], []])
  })

  it.each(['LTRIM a 5 9', 'LTRIM a 2 1', 'LTRIM a 0 -6'])('of no elements removes the list: %s', (words) => {
    const opened = openWithLists()

    say(opened.db, words)

    expect(say(opened.db, 'EXISTS a')).toBe(0)
    expect(opened.seen).toEqual(['ltrim a', 'del a'])
  })

  it('of a missing key is OK and nothing', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LTRIM none 0 1')).toBe('OK')
    expect(opened.seen).toEqual([])
  })

  it.each([
    ['LTRIM none a 1', NOT_AN_INTEGER],
    ['LTRIM a 0 1.0', NOT_AN_INTEGER],
    ['LTRIM s 0 1', WRONGTYPE],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('LPOS', () => {
  it.each([
    ['LPOS a 1', 0],
    ['LPOS a 3', 3],
    ['LPOS a nosuch', null],
    ['LPOS none 1', null],
    ['LPOS a 1 RANK 2', 2],
    ['LPOS a 1 RANK 4', null],
    ['LPOS a 1 RANK -1', 4],
    ['LPOS a 1 RANK -3', 0],
    ['LPOS a 1 RANK -9223372036854775807', null],
    ['LPOS a 1 COUNT 2', [0, 2]],
    ['LPOS a 1 COUNT 0', [0, 2, 4]],
    ['LPOS a 1 RANK -1 COUNT 2', [4, 2]],
    ['LPOS a 1 COUNT 5 RANK 2', [2, 4]],
    ['LPOS a nosuch COUNT 0', []],
    ['LPOS none 1 COUNT 0', []],
    ['LPOS a 3 MAXLEN 3', null],
    ['LPOS a 3 MAXLEN 4', 3],
    ['LPOS a 2 MAXLEN 3 RANK -1', null],
    ['LPOS a 1 COUNT 0 MAXLEN 3', [0, 2]],
    ['LPOS a 1 maxlen 0 count 1 rank 3', [4]],
    ['LPOS a 1 RANK 1 RANK 2', 2],
  ])('%s is %j', (words, reply) => {
    const opened = openWithLists()

    expect(say(opened.db, words)).toEqual(reply)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['LPOS s 1', WRONGTYPE],
    ['LPOS s 1 RANK 0', RANK_ZERO],
    ['LPOS none 1 RANK 0', RANK_ZERO],
    ['LPOS a 1 RANK abc', NOT_AN_INTEGER],
    ['LPOS a 1 RANK -9223372036854775808', INT64_RANGE],
    ['LPOS a 1 COUNT -1', "ERR COUNT can't be negative"],
    ['LPOS a 1 COUNT abc', "ERR COUNT can't be negative"],
    ['LPOS a 1 MAXLEN -1', "ERR MAXLEN can't be negative"],
    ['LPOS a 1 MAXLEN 1.5', "ERR MAXLEN can't be negative"],
    ['LPOS a 1 RANK', SYNTAX],
    ['LPOS a 1 nosuch 1', SYNTAX],
    ['LPOS a 1 COUNT -1 RANK 0', "ERR COUNT can't be negative"],
    ['LPOS a 1 RANK 0 nosuch', RANK_ZERO],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('elements of a list', () => {
  it('are compared by their bytes', () => {
    const { db } = open()
    db.call('RPUSH', 'k', bytes(0xff), bytes(0xc3), 'é', 'a\0b', '')

    expect(db.call('LPOS', 'k', bytes(0xc3, 0xa9))).toBe(2)
    expect(db.call('LREM', 'k', 0, bytes(0xff))).toBe(1)
    expect(db.call('LINSERT', 'k', 'BEFORE', '', 'last but one')).toBe(5)
    expect(db.callBuffer('LINDEX', 'k', 0)).toEqual(bytes(0xc3))
  })

  it('may have the names of prototypes', () => {
    const { db } = open()
    say(db, 'RPUSH __proto__ constructor __proto__')

    expect(say(db, 'LPOS __proto__ __proto__')).toBe(1)
    expect(say(db, 'LRANGE constructor 0 -1')).toEqual([])
  })
})
