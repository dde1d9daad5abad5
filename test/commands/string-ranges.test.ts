import { describe, expect, it } from 'vitest'
import { ByteString } from '../../src/structures/byte-string.js'
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
  SYNTAX,
  say,
  Toy,
  WRONGTYPE,
} from '../support.js'

const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)'
const OFFSET = 'ERR offset is out of range'
const NOT_STRINGS = 'ERR The specified keys must contain string values'
const MAX_BYTES = 512 * 1024 * 1024

describe('APPEND', () => {
  it('adds to the end and returns the length in bytes', () => {
    const opened = open()
    say(opened.db, 'SET k hé')
    forget(opened)

    expect(say(opened.db, 'APPEND k llo')).toBe(6)
    expect(say(opened.db, 'GET k')).toBe('héllo')
    expect(opened.seen).toEqual(['append k'])
    expect(logged(opened)).toEqual(['APPEND k llo'])
  })

  it('makes a missing key, even of an empty value', () => {
    const { db, seen } = open()

    expect(db.call('APPEND', 'k', '')).toBe(0)
    expect(say(db, 'GET k')).toBe('')
    expect(seen).toEqual(['append k'])
  })

  it('turns an integer into a longer string', () => {
    const { db } = open()
    say(db, 'SET k -12')

    expect(say(db, 'APPEND k 3')).toBe(4)
    expect(say(db, 'GET k')).toBe('-123')
  })

  it('keeps the deadline', () => {
    const { db } = open()
    say(db, 'SET k v EX 100')

    say(db, 'APPEND k w')

    expect(contents(db)).toEqual([[0, 'k', 'vw', START_MS + 100_000]])
  })

  it('starts anew when the time of the key is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'APPEND k x')).toBe(1)
    expect(seen).toEqual(['expired k', 'append k'])
    expect(say(db, 'TTL k')).toBe(-1)
  })

  it('joins the halves of a character', () => {
    const { db } = open()

    db.call('APPEND', 'k', bytes(0xf0, 0x9f))
    db.call('APPEND', 'k', bytes(0x98, 0x80))

    expect(say(db, 'GET k')).toBe('😀')
  })

  it('is as long as the sum of a thousand pieces', () => {
    const { db } = open()

    for (let i = 0; i < 1000; i++) say(db, 'APPEND k ab')

    expect(say(db, 'GET k')).toBe('ab'.repeat(1000))
  })

  it('past 512 MB is refused and changes nothing', () => {
    const opened = open()
    // Half a gigabyte in name only: the check comes before anything is read or copied.
    const full = ByteString.of(new Uint8Array(0))
    full.length = MAX_BYTES
    plant(opened, 'k', full)

    expect(() => say(opened.db, 'APPEND k x')).toThrow(TOO_LONG)
    expect(say(opened.db, 'STRLEN k')).toBe(MAX_BYTES)
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })
})

describe('STRLEN', () => {
  it('counts bytes, not characters', () => {
    const { db } = open()
    db.call('SET', 'k', 'é😀a')

    expect(say(db, 'STRLEN k')).toBe(7)
  })

  it('is 0 for a missing key and one whose time is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'STRLEN none')).toBe(0)
    expect(say(db, 'STRLEN k')).toBe(0)
    expect(seen).toEqual(['expired k'])
  })

  it('counts the digits and sign of an integer', () => {
    const { db } = open()
    say(db, 'SET k -9223372036854775808')

    expect(say(db, 'STRLEN k')).toBe(20)
  })
})

describe('GETRANGE', () => {
  it.each([
    ['0', '4', 'hello'],
    ['-5', '-1', 'world'],
    ['0', '0', 'h'],
    ['0', '-1', 'hello world'],
    ['0', '100', 'hello world'],
    ['-100', '100', 'hello world'],
    ['-100', '-100', 'h'],
    ['-100', '-200', ''],
    ['5', '2', ''],
    ['3', '-10', ''],
    ['-1', '-5', ''],
    ['11', '20', ''],
    ['-9223372036854775808', '9223372036854775807', 'hello world'],
    ['9223372036854775807', '9223372036854775807', ''],
  ])('from %s to %s of hello world is %j', (start, end, part) => {
    const { db } = open()
    db.call('SET', 'k', 'hello world')

    expect(db.call('GETRANGE', 'k', start, end)).toBe(part)
    expect(db.call('SUBSTR', 'k', start, end)).toBe(part)
  })

  it('is empty for a missing key and for one whose time is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'GETRANGE none 0 -1')).toBe('')
    expect(say(db, 'GETRANGE k 0 -1')).toBe('')
    expect(seen).toEqual(['expired k'])
  })

  it('counts in bytes and may cut a character', () => {
    const { db } = open()
    db.call('SET', 'k', 'aé')

    expect(db.callBuffer('GETRANGE', 'k', 1, 1)).toEqual(bytes(0xc3))
    expect(db.call('GETRANGE', 'k', 1, 2)).toBe('é')
  })

  it('reads parts of integers and of text of many kilobytes', () => {
    const { db } = open()
    say(db, 'SET n 12345')
    db.call('SET', 'long', `${'a'.repeat(5000)}é${'b'.repeat(5000)}`)

    expect(say(db, 'GETRANGE n 1 2')).toBe('23')
    expect(say(db, 'GETRANGE long 4999 5002')).toBe('aéb')
    expect(say(db, 'GETRANGE long 4999 5002')).toBe('aéb')
    expect(say(db, 'STRLEN long')).toBe(10_002)
  })
})

describe('SETRANGE', () => {
  it('overwrites from an offset on and returns the length', () => {
    const opened = open()
    opened.db.call('SET', 'k', 'hello world')
    forget(opened)

    expect(say(opened.db, 'SETRANGE k 6 redis')).toBe(11)
    expect(say(opened.db, 'GET k')).toBe('hello redis')
    expect(opened.seen).toEqual(['setrange k'])
    expect(logged(opened)).toEqual(['SETRANGE k 6 redis'])
  })

  it('fills the gap with zero bytes, also of a missing key', () => {
    const { db } = open()

    expect(say(db, 'SETRANGE k 3 x')).toBe(4)
    expect(db.callBuffer('GET', 'k')).toEqual(bytes(0, 0, 0, 0x78))
  })

  it('of an empty value changes nothing, whatever the offset', () => {
    const opened = open()
    say(opened.db, 'SET k hello')
    forget(opened)

    expect(opened.db.call('SETRANGE', 'k', 536_870_911, '')).toBe(5)
    expect(opened.db.call('SETRANGE', 'none', 3, '')).toBe(0)
    expect(say(opened.db, 'EXISTS none')).toBe(0)
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })

  it('keeps the deadline', () => {
    const { db } = open()
    say(db, 'SET k v EX 100')

    say(db, 'SETRANGE k 1 w')

    expect(contents(db)).toEqual([[0, 'k', 'vw', START_MS + 100_000]])
  })

  it('starts anew when the time of the key is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SETRANGE k 1 x')).toBe(2)
    expect(seen).toEqual(['expired k', 'setrange k'])
    expect(say(db, 'TTL k')).toBe(-1)
  })

  it('overwrites within an integer', () => {
    const { db } = open()
    say(db, 'SET k 12345')

    say(db, 'SETRANGE k 0 9')

    expect(say(db, 'INCR k')).toBe(92_346)
  })

  it('reaches up to 512 MB and not a byte further', () => {
    const { db } = open()

    expect(() => say(db, 'SETRANGE k 536870911 xy')).toThrow(TOO_LONG)
    expect(say(db, 'SETRANGE k 536870911 x')).toBe(MAX_BYTES)
    expect(say(db, 'STRLEN k')).toBe(MAX_BYTES)
    expect(say(db, 'GETRANGE k -2 -1')).toBe('\0x')
    expect(() => say(db, 'APPEND k y')).toThrow(TOO_LONG)
    expect(say(db, 'STRLEN k')).toBe(MAX_BYTES)
  })
})

describe('what the string commands for parts refuse', () => {
  it.each([
    ['SETRANGE k 536870912 x', TOO_LONG],
    ['SETRANGE none 536870912 x', TOO_LONG],
    ['SETRANGE none 9223372036854775807 x', TOO_LONG],
    ['SETRANGE k -1 x', OFFSET],
    ['SETRANGE none -9223372036854775808 x', OFFSET],
    ['SETRANGE k abc x', NOT_AN_INTEGER],
    ['SETRANGE k 9223372036854775808 x', NOT_AN_INTEGER],
    ['SETRANGE k 1', "ERR wrong number of arguments for 'setrange' command"],
    ['GETRANGE k abc 1', NOT_AN_INTEGER],
    ['GETRANGE k 1 abc', NOT_AN_INTEGER],
    ['GETRANGE none 1 abc', NOT_AN_INTEGER],
    ['GETRANGE k 9223372036854775808 0', NOT_AN_INTEGER],
    ['SUBSTR k 0', "ERR wrong number of arguments for 'substr' command"],
    ['STRLEN', "ERR wrong number of arguments for 'strlen' command"],
    ['APPEND k', "ERR wrong number of arguments for 'append' command"],
    ['LCS k', "ERR wrong number of arguments for 'lcs' command"],
    ['LCS k j bad', SYNTAX],
    ['LCS k j MINMATCHLEN', SYNTAX],
    ['LCS k j MINMATCHLEN abc', NOT_AN_INTEGER],
    ['LCS k j IDX LEN', 'ERR If you want both the length and indexes, please just use IDX.'],
  ])('%s is refused (%s) and changes nothing', (line, message) => {
    const opened = open()
    say(opened.db, 'MSET k hello j hallo')
    say(opened.db, 'EXPIRE k 100')

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it.each([
    ['APPEND toy x', WRONGTYPE],
    ['STRLEN toy', WRONGTYPE],
    ['GETRANGE toy 0 1', WRONGTYPE],
    ['SUBSTR toy 0 1', WRONGTYPE],
    ['GETRANGE toy abc 1', NOT_AN_INTEGER],
    ['SETRANGE toy 0 x', WRONGTYPE],
    ['SETRANGE toy -1 x', OFFSET],
    ['SETRANGE toy 536870912 x', WRONGTYPE],
    ['SETRANGE toy abc x', NOT_AN_INTEGER],
    ['LCS toy none', NOT_STRINGS],
    ['LCS none toy', NOT_STRINGS],
    ['LCS toy none IDX LEN', NOT_STRINGS],
  ])('%s on another type is refused with %s', (line, message) => {
    const opened = open()
    plant(opened, 'toy', new Toy())

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it('SETRANGE of an empty value on another type is refused', () => {
    const opened = open()
    plant(opened, 'toy', new Toy())

    expectRefused(opened, () => opened.db.call('SETRANGE', 'toy', 0, ''), WRONGTYPE)
  })
})

describe('LCS', () => {
  function openWithTexts() {
    const opened = open()
    say(opened.db, 'MSET a ohmytext b mynewtext')
    return opened.db
  }

  it('returns the longest common subsequence', () => {
    const db = openWithTexts()

    expect(say(db, 'LCS a b')).toBe('mytext')
    expect(say(db, 'LCS a a')).toBe('ohmytext')
    expect(say(db, 'LCS a b WITHMATCHLEN')).toBe('mytext')
    expect(db.callBuffer('LCS', 'a', 'b')).toEqual(bytes('mytext'))
  })

  it('LEN returns its length', () => {
    expect(say(openWithTexts(), 'LCS a b LEN')).toBe(6)
  })

  it.each([
    [
      'IDX',
      [
        [
          [4, 7],
          [5, 8],
        ],
        [
          [2, 3],
          [0, 1],
        ],
      ],
    ],
    [
      'IDX MINMATCHLEN 4',
      [
        [
          [4, 7],
          [5, 8],
        ],
      ],
    ],
    ['IDX MINMATCHLEN 5', []],
    ['IDX MINMATCHLEN 4 WITHMATCHLEN', [[[4, 7], [5, 8], 4]]],
    [
      'idx withmatchlen minmatchlen -5',
      [
        [[4, 7], [5, 8], 4],
        [[2, 3], [0, 1], 2],
      ],
    ],
  ])('%s returns where the runs lie, last first', (options, matches) => {
    expect(say(openWithTexts(), `LCS a b ${options}`)).toEqual(['matches', matches, 'len', 6])
  })

  it('takes a missing key for an empty string', () => {
    const db = openWithTexts()

    expect(say(db, 'LCS a none')).toBe('')
    expect(say(db, 'LCS none a LEN')).toBe(0)
    expect(say(db, 'LCS a none IDX')).toEqual(['matches', [], 'len', 0])
  })

  it('takes a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'LCS k k')).toBe('')
    expect(seen).toEqual(['expired k'])
  })

  it('works on bytes, not characters', () => {
    const { db } = open()
    db.call('MSET', 'a', 'é', 'b', 'è')

    expect(db.callBuffer('LCS', 'a', 'b')).toEqual(bytes(0xc3))
  })

  it('refuses strings whose table of 32-bit lengths would take more than 512 MB', () => {
    const { db } = open()
    db.call('MSET', 'a', 'a'.repeat(11_584), 'b', 'b'.repeat(11_584), 'c', 'c'.repeat(11_585))

    expect(say(db, 'LCS a b LEN')).toBe(0)
    expect(() => say(db, 'LCS c c LEN')).toThrow(
      'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len',
    )
  })
})
