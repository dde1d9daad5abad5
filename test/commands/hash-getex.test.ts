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
const NOT_POSITIVE = 'ERR Number of fields must be a positive integer'
const NEGATIVE = 'ERR invalid expire time, must be >= 0'

/** The hash h: a without a deadline, b until 100 s from now; and the string s. */
function openWithHash(): Opened {
  const opened = open()
  say(opened.db, 'HSET h a 1 b 2')
  say(opened.db, 'HEXPIRE h 100 FIELDS 1 b')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('HGETEX', () => {
  it('without options only reads', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HGETEX h FIELDS 4 a x b a')).toEqual(['1', null, '2', '1'])
    expect(say(opened.db, 'HGETEX nosuch FIELDS 2 a b')).toEqual([null, null])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['EX 10', START_MS + 10_000],
    ['PX 10', START_MS + 10],
    ['EXAT 4102444800', 4_102_444_800_000],
    ['pxat 4102444800001', 4_102_444_800_001],
  ])('%s sets deadlines', (option, deadline) => {
    const opened = openWithHash()

    expect(say(opened.db, `HGETEX h ${option} FIELDS 3 a x b`)).toEqual(['1', null, '2'])
    expect(say(opened.db, 'HPEXPIRETIME h FIELDS 2 a b')).toEqual([deadline, deadline])
    expect(opened.seen).toEqual(['hexpire h'])
    expect(logged(opened)).toEqual([`HPEXPIREAT h ${deadline} FIELDS 2 a b`])
  })

  it('PERSIST takes deadlines away', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HGETEX h PERSIST FIELDS 3 a b b')).toEqual(['1', '2', '2'])
    expect(say(opened.db, 'HTTL h FIELDS 1 b')).toEqual([-1])
    expect(opened.seen).toEqual(['hpersist h'])
    expect(logged(opened)).toEqual(['HPERSIST h FIELDS 1 b'])
  })

  it.each(['HGETEX h PERSIST FIELDS 1 a', 'HGETEX h EX 10 FIELDS 1 x'])(
    'that touches nothing is silent: %s',
    (words) => {
      const opened = openWithHash()

      say(opened.db, words)

      expect([opened.seen, logged(opened)]).toEqual([[], []])
    },
  )

  it('removes fields where the time has come, and the key with the last one', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HGETEX h EX 0 FIELDS 2 a a')).toEqual(['1', null])
    expect(say(opened.db, 'HGETEX h PXAT 1 FIELDS 1 b')).toEqual(['2'])
    expect(say(opened.db, 'EXISTS h')).toBe(0)
    expect(opened.seen).toEqual(['hdel h', 'hdel h', 'del h'])
    expect(logged(opened)).toEqual(['HDEL h a', 'HDEL h b'])
  })

  it.each([
    ['HGETEX s EX x FIELDS 1 a', WRONGTYPE],
    ['HGETEX h EX x a', NOT_AN_INTEGER],
    ['HGETEX nosuch EX x FIELDS 1 a', NOT_AN_INTEGER],
    ['HGETEX h EX FIELDS 1 a', NOT_AN_INTEGER],
    ['HGETEX h EX -1 FOO 0 a', NEGATIVE],
    ['HGETEX h EX 9223372036854775807 FOO 1 a', "ERR invalid expire time in 'hgetex' command"],
    ['HGETEX h PXAT 70368744177664 FIELDS 1 a', "ERR invalid expire time in 'hgetex' command"],
    ['HGETEX h EX 100 a', "ERR wrong number of arguments for 'hgetex' command"],
    ['HGETEX h EX 100 FIELDS', "ERR wrong number of arguments for 'hgetex' command"],
    ['HGETEX h EX 100 FIELDS 1', MISMATCH],
    ['HGETEX h PERSIST FIELDS 1', MISMATCH],
    ['HGETEX h EX 10 PX 10 FIELDS 1 a', FIELDS_MISSING],
    ['HGETEX h EX 10 PERSIST FIELDS 1 a', FIELDS_MISSING],
    ['HGETEX h PERSIST PERSIST FIELDS 1 a', FIELDS_MISSING],
    ['HGETEX h KEEPTTL FIELDS 1 a', FIELDS_MISSING],
    ['HGETEX h FOO 1 a', FIELDS_MISSING],
    ['HGETEX h FIELDS 0 a', NOT_POSITIVE],
    ['HGETEX h EX 10 FIELDS x a', NOT_POSITIVE],
    ['HGETEX nosuch FIELDS x a', NOT_POSITIVE],
    ['HGETEX h FIELDS 2 a', MISMATCH],
    ['HGETEX h FIELDS 1 a EX 100', MISMATCH],
  ])('refuses %s', (words, message) => {
    const opened = openWithHash()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('HSETEX', () => {
  it.each(['HSETEX h EX 10 FIELDS f', 'HSETEX h EX 10 FIELDS x f', 'HSETEX h EX 10 FIELDS 0'])(
    'without a number and a pair behind FIELDS has too few words: %s',
    (line) => {
      // Bug: the number was looked at first, which may be none.
      const opened = open()

      expectRefused(opened, () => say(opened.db, line), "ERR wrong number of arguments for 'hsetex' command")
    },
  )

  it('sets fields, and without an option takes their deadlines away', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HSETEX h FIELDS 2 b 9 c 3')).toBe(1)
    expect(say(opened.db, 'HGETALL h')).toEqual(['a', '1', 'b', '9', 'c', '3'])
    expect(say(opened.db, 'HTTL h FIELDS 2 b c')).toEqual([-1, -1])
    expect(opened.seen).toEqual(['hset h'])
    expect(logged(opened)).toEqual(['HSET h b 9 c 3'])
  })

  it.each([
    ['EX 10', START_MS + 10_000],
    ['PX 10', START_MS + 10],
    ['EXAT 4102444800', 4_102_444_800_000],
    ['pxat 70368744177663', 70_368_744_177_663],
  ])('%s sets deadlines', (option, deadline) => {
    const opened = openWithHash()

    expect(say(opened.db, `HSETEX h ${option} FIELDS 2 a 9 new 1`)).toBe(1)
    expect(say(opened.db, 'HPEXPIRETIME h FIELDS 2 a new')).toEqual([deadline, deadline])
    expect(opened.seen).toEqual(['hset h', 'hexpire h'])
    expect(logged(opened)).toEqual(['HSET h a 9 new 1', `HPEXPIREAT h ${deadline} FIELDS 2 a new`])
  })

  it('makes a hash whose fields expire', () => {
    const opened = open()

    say(opened.db, 'HSETEX h PX 100 FIELDS 2 a 1 a 2')
    expect(contents(opened.db)).toEqual([[0, 'h', [['a', '2', START_MS + 100]], undefined]])
    opened.clock.advance(100)

    expect(opened.seen).toEqual(['hset h', 'hexpire h', 'hexpired h', 'del h'])
  })

  it('KEEPTTL leaves deadlines, also in the log', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HSETEX h KEEPTTL FIELDS 2 a 9 b 9')).toBe(1)
    expect(say(opened.db, 'HTTL h FIELDS 2 a b')).toEqual([-1, 100])
    expect(opened.seen).toEqual(['hset h'])
    expect(logged(opened)).toEqual(['HSETEX h KEEPTTL FIELDS 2 a 9 b 9'])
  })

  it.each([
    ['HSETEX h FNX FIELDS 2 x 1 y 1', 1],
    ['HSETEX h FNX FIELDS 2 x 1 a 1', 0],
    ['HSETEX h FXX FIELDS 2 a 1 b 1', 1],
    ['HSETEX h fxx FIELDS 2 a 1 x 1', 0],
    ['HSETEX nosuch FXX FIELDS 1 a 1', 0],
    ['HSETEX nosuch FNX EX 10 FIELDS 2 a 1 a 2', 1],
    ['HSETEX h EX 10 FXX FIELDS 1 a 1', 1],
    ['HSETEX h FXX EX 0 FIELDS 2 a 1 x 1', 0],
  ])('under a condition sets all or nothing: %s', (words, expected) => {
    const opened = openWithHash()
    const before = contents(opened.db)

    expect(say(opened.db, words)).toBe(expected)
    if (expected === 1) return
    expect(contents(opened.db)).toEqual(before)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('removes what it has set where the time has come', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HSETEX h PXAT 1 FIELDS 3 a 9 new 1 a 8')).toBe(1)
    expect(say(opened.db, 'HKEYS h')).toEqual(['b'])
    expect(say(opened.db, 'HSETEX new EX 0 FIELDS 1 a 1')).toBe(1)
    expect(say(opened.db, 'EXISTS new')).toBe(0)
    expect(opened.seen).toEqual(['hset h', 'hdel h', 'hset new', 'hdel new', 'del new'])
    expect(logged(opened)).toEqual(['HSET h a 9 new 1 a 8', 'HDEL h a new', 'HSET new a 1', 'HDEL new a'])
  })

  it.each([
    ['HSETEX h FNX FXX EX 0 x y', 'ERR Only one of FXX or FNX arguments can be specified'],
    ['HSETEX h FXX FXX FIELDS 1 a 1', 'ERR Only one of FXX or FNX arguments can be specified'],
    ['HSETEX h EX 10 PX 10 FIELDS 1 a 1', 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'],
    ['HSETEX h EX 10 KEEPTTL FIELDS 1 a 1', 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'],
    ['HSETEX h KEEPTTL EX x FIELDS 1 a 1', 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'],
    ['HSETEX s EX x FIELDS 1 x y', NOT_AN_INTEGER],
    ['HSETEX h EX FIELDS 1 a 1', NOT_AN_INTEGER],
    ['HSETEX h EX -1 FIELDS 0 x y', NEGATIVE],
    ['HSETEX h EX 9223372036854775807 FOO 1 x y', "ERR invalid expire time in 'hsetex' command"],
    ['HSETEX h PXAT 70368744177664 FIELDS 1 a 1', "ERR invalid expire time in 'hsetex' command"],
    ['HSETEX h PERSIST FIELDS 1 a 1', 'ERR unknown argument: PERSIST'],
    ['HSETEX s foo 0 FIELDS 1 a', 'ERR unknown argument: foo'],
    ['HSETEX h FIELDS 0 a 1', 'ERR invalid number of fields'],
    ['HSETEX h FIELDS x a 1', 'ERR invalid number of fields'],
    ['HSETEX h FIELDS 2147483648 a 1', 'ERR invalid number of fields'],
    ['HSETEX s FIELDS 0 a 1', 'ERR invalid number of fields'],
    ['HSETEX h FIELDS 2147483647 a 1', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX s FIELDS 2 a 1', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX h FIELDS 1 a 1 2', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX h FIELDS 1 a 1 EX 10', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX h FNX EX 10 FIELDS', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX s FIELDS 1 a 1', WRONGTYPE],
  ])('refuses %s', (words, message) => {
    const opened = openWithHash()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('HGETDEL', () => {
  it('returns values and removes the fields, one given twice once', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HGETDEL h FIELDS 3 a x a')).toEqual(['1', null, null])
    expect(say(opened.db, 'HKEYS h')).toEqual(['b'])
    expect(opened.seen).toEqual(['hdel h'])
    expect(logged(opened)).toEqual(['HDEL h a x a'])
  })

  it('removes the key with the last field', () => {
    const opened = openWithHash()

    expect(say(opened.db, 'HGETDEL h FIELDS 2 a b')).toEqual(['1', '2'])
    expect(say(opened.db, 'EXISTS h')).toBe(0)
    expect(opened.seen).toEqual(['hdel h', 'del h'])
  })

  it.each(['HGETDEL h FIELDS 1 x', 'HGETDEL nosuch FIELDS 1 a'])('of nothing is silent: %s', (words) => {
    const opened = openWithHash()

    expect(say(opened.db, words)).toEqual([null])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['HGETDEL s FOO 2 b', WRONGTYPE],
    ['HGETDEL h FOO 0 a b', FIELDS_MISSING],
    ['HGETDEL h FIELDS 0 a b', NOT_POSITIVE],
    ['HGETDEL h FIELDS x a', NOT_POSITIVE],
    ['HGETDEL nosuch FIELDS 2 b', MISMATCH],
    ['HGETDEL h FIELDS 1 a b', MISMATCH],
    ['HGETDEL h FIELDS 1', "ERR wrong number of arguments for 'hgetdel' command"],
  ])('refuses %s', (words, message) => {
    const opened = openWithHash()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})
