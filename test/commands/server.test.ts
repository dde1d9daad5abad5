import { describe, expect, it } from 'vitest'
import {
  contents,
  expectRefused,
  forget,
  logged,
  open,
  openWithExpired,
  plant,
  START_MS,
  SYNTAX,
  say,
  Toy,
} from '../support.js'

const OUT_OF_RANGE = 'ERR DB index is out of range'
const FIRST = 'ERR invalid first DB index'
const SECOND = 'ERR invalid second DB index'

/** Database 0 with a text that expires and a collection, database 3 with a text. */
function openWithKeys() {
  const opened = open()
  say(opened.db, 'SET a 1 EX 100')
  plant(opened, 'toy', new Toy())
  say(opened.db, 'COPY a three DB 3')
  forget(opened)
  return opened
}

describe('DBSIZE', () => {
  it('counts the keys of the selected database', () => {
    const { db } = openWithKeys()

    expect(say(db, 'DBSIZE')).toBe(2)
    say(db, 'SELECT 3')
    expect(say(db, 'DBSIZE')).toBe(1)
    say(db, 'SELECT 4')
    expect(say(db, 'DBSIZE')).toBe(0)
  })

  it('counts a key whose time is up until somebody notices', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'DBSIZE')).toBe(1)
    expect(seen).toEqual([])
    say(db, 'EXISTS k')
    expect(say(db, 'DBSIZE')).toBe(0)
  })
})

describe('FLUSHDB and FLUSHALL', () => {
  it.each(['FLUSHDB', 'FLUSHDB SYNC', 'flushdb async'])('%s empties the selected database without an event', (line) => {
    const opened = openWithKeys()

    expect(say(opened.db, line)).toBe('OK')
    expect(contents(opened.db)).toEqual([[3, 'three', '1', START_MS + 100_000]])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual(['FLUSHDB'])
  })

  it.each(['FLUSHALL', 'FLUSHALL SYNC', 'flushall async'])('%s empties all databases without an event', (line) => {
    const opened = openWithKeys()

    expect(say(opened.db, line)).toBe('OK')
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual(['FLUSHALL'])
  })

  it('a key made after FLUSHALL does not expire by a deadline of before', () => {
    const { db, clock, seen } = openWithKeys()
    say(db, 'FLUSHALL')
    say(db, 'SET a 2')

    clock.advance(200_000)

    expect(say(db, 'GET a')).toBe('2')
    expect(seen).toEqual(['set a'])
  })

  it('keys expire as ever after FLUSHALL', () => {
    const { db, clock, seen } = openWithKeys()
    say(db, 'FLUSHALL')
    say(db, 'SET a 2 EX 300')
    seen.length = 0

    clock.advance(300_000)

    expect(seen).toEqual(['expired a'])
  })
})

describe('SWAPDB', () => {
  it('exchanges the keys of two databases, deadlines included, without an event', () => {
    const opened = openWithKeys()

    expect(say(opened.db, 'SWAPDB 0 3')).toBe('OK')
    expect(contents(opened.db)).toEqual([
      [0, 'three', '1', START_MS + 100_000],
      [3, 'a', '1', START_MS + 100_000],
      [3, 'toy', ['member'], undefined],
    ])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual(['SWAPDB 0 3'])
  })

  it('keys expire in the database that they were swapped to', () => {
    const { db, clock, seen } = openWithKeys()
    say(db, 'SWAPDB 0 3')

    clock.advance(100_000)

    expect([...seen].sort()).toEqual(['expired a @3', 'expired three'])
  })

  it('leaves every session at the database number that it has selected', () => {
    const { db } = openWithKeys()
    const other = db.session()
    say(other, 'SELECT 3')

    say(db, 'SWAPDB 0 3')

    expect(say(db, 'KEYS *')).toEqual(['three'])
    expect((say(other, 'KEYS *') as string[]).sort()).toEqual(['a', 'toy'])
  })

  it('of a database with itself changes nothing', () => {
    const { db } = openWithKeys()

    expect(say(db, 'SWAPDB 0 0')).toBe('OK')
    expect(say(db, 'DBSIZE')).toBe(2)
  })
})

describe('TIME', () => {
  it('tells the clock: seconds, and microseconds of the second, as strings', () => {
    const { db, clock } = open()
    clock.advance(1234)

    expect(say(db, 'TIME')).toEqual([String(START_MS / 1000 + 1), '234000'])
  })
})

it.each([
  ['DBSIZE x', "ERR wrong number of arguments for 'dbsize' command"],
  ['TIME x', "ERR wrong number of arguments for 'time' command"],
  ['FLUSHDB bad', SYNTAX],
  ['FLUSHDB ASYNC SYNC', SYNTAX],
  ['FLUSHALL bad', SYNTAX],
  ['FLUSHALL SYNC x', SYNTAX],
  ['SWAPDB 0', "ERR wrong number of arguments for 'swapdb' command"],
  ['SWAPDB 0 16', OUT_OF_RANGE],
  ['SWAPDB -1 0', OUT_OF_RANGE],
  ['SWAPDB abc 0', FIRST],
  ['SWAPDB abc abc', FIRST],
  ['SWAPDB 0 abc', SECOND],
  ['SWAPDB 99 abc', SECOND],
  ['SWAPDB 2147483648 0', FIRST],
  ['SWAPDB -2147483649 0', FIRST],
])('%s is refused (%s) and changes nothing', (line, message) => {
  const opened = openWithKeys()

  expectRefused(opened, () => say(opened.db, line), message)
})

it('SWAPDB takes the smallest 32-bit integer for a number that no database has', () => {
  const opened = open()

  expectRefused(opened, () => say(opened.db, 'SWAPDB -2147483648 0'), OUT_OF_RANGE)
})
