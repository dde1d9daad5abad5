import { describe, expect, it } from 'vitest'
import {
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  START_MS,
  say,
  WRONGTYPE,
} from '../support.js'

const MISMATCH = 'ERR The `numfields` parameter must match the number of arguments'
const FIELDS_MISSING = 'ERR Mandatory argument FIELDS is missing or not at the right position'
const NEGATIVE = 'ERR invalid expire time, must be >= 0'

/** The hash h: a without a deadline, b until 100 s from now, c until 200 s; and the string s. */
function openWithDeadlines(): Opened {
  const opened = open()
  say(opened.db, 'HSET h a 1 b 2 c 3')
  say(opened.db, 'HEXPIRE h 100 FIELDS 1 b')
  say(opened.db, 'HEXPIRE h 200 FIELDS 1 c')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('HEXPIRE and its kin', () => {
  it.each([
    ['HEXPIRE h 10 FIELDS 2 a b', START_MS + 10_000],
    ['HPEXPIRE h 10 FIELDS 2 a b', START_MS + 10],
    ['HEXPIREAT h 4102444800 FIELDS 2 a b', 4_102_444_800_000],
    ['HPEXPIREAT h 4102444800001 FIELDS 2 a b', 4_102_444_800_001],
    ['HPEXPIREAT h 70368744177663 FIELDS 2 a b', 70_368_744_177_663],
    ['hexpireat h 70368744177 fields 2 a b', 70_368_744_177_000],
  ])('%s', (words, deadline) => {
    const opened = openWithDeadlines()

    expect(say(opened.db, words)).toEqual([1, 1])
    expect(say(opened.db, 'HPEXPIRETIME h FIELDS 2 a b')).toEqual([deadline, deadline])
    expect(opened.seen).toEqual(['hexpire h'])
    expect(logged(opened)).toEqual([`HPEXPIREAT h ${deadline} FIELDS 2 a b`])
  })

  it('tell each field apart: set, missing, and given twice', () => {
    const { db } = openWithDeadlines()

    expect(say(db, 'HEXPIRE h 10 FIELDS 4 a x a b')).toEqual([1, -2, 1, 1])
    expect(say(db, 'HEXPIRE nosuch 10 FIELDS 2 a b')).toEqual([-2, -2])
  })

  // Deadlines of a, b and c: none, 100 s, 200 s.
  it.each([
    ['NX', 150, [1, 0, 0]],
    ['XX', 150, [0, 1, 1]],
    ['GT', 150, [0, 1, 0]],
    ['LT', 150, [1, 0, 1]],
    ['GT', 100, [0, 0, 0]],
    ['LT', 200, [1, 0, 0]],
    ['gt', 201, [0, 1, 1]],
  ])('%s %i s holds back fields one by one', (condition, seconds, expected) => {
    const opened = openWithDeadlines()
    const before = opened.db.hpexpiretime('h', 'a', 'b', 'c')

    expect(opened.db.call('HEXPIRE', 'h', seconds, condition, 'FIELDS', 3, 'a', 'b', 'c')).toEqual(expected)
    expect(opened.db.hpexpiretime('h', 'a', 'b', 'c')).toEqual(
      before.map((deadline, i) => (expected[i] === 1 ? START_MS + seconds * 1_000 : deadline)),
    )
    expect(opened.seen).toEqual(expected.includes(1) ? ['hexpire h'] : [])
  })

  it.each(['HEXPIRE h 0 FIELDS 3 a x a', 'HPEXPIREAT h 1 FIELDS 3 a x a', `HPEXPIREAT h ${START_MS} FIELDS 3 a x a`])(
    'remove fields at once where the time has come: %s',
    (words) => {
      const opened = openWithDeadlines()

      expect(say(opened.db, words)).toEqual([2, -2, -2])
      expect(say(opened.db, 'HKEYS h')).toEqual(['b', 'c'])
      expect(opened.seen).toEqual(['hdel h'])
      expect(logged(opened)).toEqual(['HDEL h a'])
    },
  )

  it('remove the key with the last field, and hold to the condition', () => {
    const opened = openWithDeadlines()

    expect(say(opened.db, 'HPEXPIREAT h 1 GT FIELDS 3 a b c')).toEqual([0, 0, 0])
    expect(say(opened.db, 'HPEXPIREAT h 1 XX FIELDS 3 a b c')).toEqual([0, 2, 2])
    expect(say(opened.db, 'HPEXPIREAT h 1 FIELDS 1 a')).toEqual([2])
    expect(contents(opened.db)).toEqual([[0, 's', 'v', undefined]])
    expect(opened.seen).toEqual(['hdel h', 'hdel h', 'del h'])
  })

  it.each([
    ['HEXPIRE s x FOO', "ERR wrong number of arguments for 'hexpire' command"],
    ['HEXPIRE s x FOO 1 a', WRONGTYPE],
    ['HEXPIRE h x FOO 1 a', NOT_AN_INTEGER],
    ['HEXPIRE nosuch x FIELDS 1 a', NOT_AN_INTEGER],
    ['HEXPIRE h 1.5 FIELDS 1 a', NOT_AN_INTEGER],
    ['HEXPIRE h -1 FOO 1 a', NEGATIVE],
    ['HPEXPIREAT h -1 FIELDS 1 a', NEGATIVE],
    ['HPEXPIREAT h -9223372036854775808 FIELDS 1 a', NEGATIVE],
    ['HEXPIRE h 9223372036854775807 FOO 1 a', "ERR invalid expire time in 'hexpire' command"],
    ['HPEXPIRE h 70368744177663 FIELDS 1 a', "ERR invalid expire time in 'hpexpire' command"],
    ['HEXPIREAT h 70368744178 FIELDS 1 a', "ERR invalid expire time in 'hexpireat' command"],
    ['HPEXPIREAT h 70368744177664 FIELDS 1 a', "ERR invalid expire time in 'hpexpireat' command"],
    ['HPEXPIREAT nosuch 70368744177664 FIELDS 1 a', "ERR invalid expire time in 'hpexpireat' command"],
    ['HEXPIRE h 10 FOO 1 a', FIELDS_MISSING],
    ['HEXPIRE h 10 NX GT FIELDS 1 a', FIELDS_MISSING],
    ['HEXPIRE h 10 NX NX FIELDS 1 a', FIELDS_MISSING],
    ['HEXPIRE h 10 FIELDS 0 a b', 'ERR Parameter `numFields` should be greater than 0'],
    ['HEXPIRE h 10 FIELDS x a', 'ERR Parameter `numFields` should be greater than 0'],
    ['HEXPIRE h 10 FIELDS -1 a', 'ERR Parameter `numFields` should be greater than 0'],
    ['HEXPIRE h 10 FIELDS 9223372036854775808 a', 'ERR Parameter `numFields` should be greater than 0'],
    ['HEXPIRE h 10 FIELDS 2 a', MISMATCH],
    ['HEXPIRE h 10 FIELDS 1 a b', MISMATCH],
    ['HEXPIRE h 10 NX FIELDS 1', MISMATCH],
    ['HEXPIRE h 10 FIELDS 1 a NX', MISMATCH],
    ['HEXPIRE nosuch 10 FIELDS 9223372036854775807 a', MISMATCH],
  ])('refuse %s', (words, message) => {
    const opened = openWithDeadlines()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('HTTL and its kin', () => {
  it('tell each field apart: with a deadline, without one, missing', () => {
    const { db, clock } = openWithDeadlines()
    clock.advance(1)

    expect(say(db, 'HTTL h FIELDS 3 b a x')).toEqual([100, -1, -2])
    expect(say(db, 'HPTTL h FIELDS 3 b a x')).toEqual([99_999, -1, -2])
    expect(say(db, 'HEXPIRETIME h FIELDS 3 b a x')).toEqual([START_MS / 1_000 + 100, -1, -2])
    expect(say(db, 'HPEXPIRETIME h FIELDS 3 b a x')).toEqual([START_MS + 100_000, -1, -2])
  })

  it('round seconds up', () => {
    const { db } = openWithDeadlines()
    say(db, 'HPEXPIREAT h 4102444800001 FIELDS 1 a')
    say(db, 'HPEXPIRE h 10001 FIELDS 1 b')
    say(db, 'HPEXPIRE h 10000 FIELDS 1 c')

    expect(say(db, 'HEXPIRETIME h FIELDS 1 a')).toEqual([4_102_444_801])
    expect(say(db, 'HTTL h FIELDS 2 b c')).toEqual([11, 10])
  })

  const commands = ['HTTL', 'HPTTL', 'HEXPIRETIME', 'HPEXPIRETIME', 'HPERSIST']
  it.each(commands)('find no field where there is no key: %s', (command) => {
    expect(say(open().db, `${command} nosuch FIELDS 2 a b`)).toEqual([-2, -2])
  })

  it.each(
    commands.flatMap((command) => [
      [`${command} s FOO 1 a`, WRONGTYPE],
      [`${command} h FOO 0 a`, FIELDS_MISSING],
      [`${command} nosuch FOO 0 a`, FIELDS_MISSING],
      [`${command} h FIELDS 0 a b`, 'ERR Number of fields must be a positive integer'],
      [`${command} h FIELDS x a`, 'ERR Number of fields must be a positive integer'],
      [`${command} h FIELDS 9223372036854775808 a`, 'ERR Number of fields must be a positive integer'],
      [`${command} h FIELDS 2 a`, MISMATCH],
      [`${command} nosuch FIELDS 1 a b`, MISMATCH],
    ]),
  )('refuse %s', (words, message) => {
    const opened = openWithDeadlines()

    expectRefused(opened, () => say(opened.db, words!), message!)
  })
})

describe('HPERSIST', () => {
  it('takes deadlines away and announces it once', () => {
    const opened = openWithDeadlines()

    expect(say(opened.db, 'HPERSIST h FIELDS 5 a b b c x')).toEqual([-1, 1, -1, 1, -2])
    expect(say(opened.db, 'HTTL h FIELDS 3 a b c')).toEqual([-1, -1, -1])
    expect(opened.seen).toEqual(['hpersist h'])
    expect(logged(opened)).toEqual(['HPERSIST h FIELDS 2 b c'])
  })

  it('of nothing is silent', () => {
    const opened = openWithDeadlines()

    expect(say(opened.db, 'HPERSIST h FIELDS 2 a x')).toEqual([-1, -2])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })
})
