import { describe, expect, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  type Opened,
  open,
  openWithExpired,
  START_MS,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_POSITIVE = 'ERR value is out of range, must be positive'
const NUMKEYS = 'ERR numkeys should be greater than 0'
const COUNT = 'ERR count should be greater than 0'

/** The lists a (1, 2, 3, 4) and b (x), and the string s. */
function openWithLists(): Opened {
  const opened = open()
  say(opened.db, 'RPUSH a 1 2 3 4')
  say(opened.db, 'RPUSH b x')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

const all = ({ db }: Opened, key = 'a') => say(db, `LRANGE ${key} 0 -1`)

describe('LPUSH and RPUSH', () => {
  it('put elements at the ends, one after the other, and return the length', () => {
    const opened = open()

    expect(say(opened.db, 'LPUSH a 1 2')).toBe(2)
    expect(say(opened.db, 'RPUSH a 3 4')).toBe(4)
    expect(say(opened.db, 'LPUSH a 0')).toBe(5)
    expect(all(opened)).toEqual(['0', '2', '1', '3', '4'])
  })

  it('announce one event a call, and count each element as a change', () => {
    const opened = open()

    say(opened.db, 'LPUSH a 1 2 3')
    say(opened.db, 'RPUSH a 4')

    expect(opened.seen).toEqual(['lpush a', 'rpush a'])
    expect(opened.db.engine.dirty).toBe(4)
  })

  it('are logged as they are', () => {
    const opened = open()

    say(opened.db, 'LPUSH a 1 2')
    say(opened.db, 'RPUSH a 3')

    expect(logged(opened)).toEqual(['LPUSH a 1 2', 'RPUSH a 3'])
  })

  it('keep the deadline of the list', () => {
    const { db } = openWithLists()
    say(db, 'PEXPIRE a 100')

    say(db, 'LPUSH a 0')

    expect(say(db, 'PTTL a')).toBe(100)
  })

  it('make a list without deadline where a key has expired', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'RPUSH k a')).toBe(1)
    expect(opened.seen).toEqual(['expired k', 'rpush k'])
    expect(contents(opened.db)).toEqual([[0, 'k', ['a'], undefined]])
  })

  it('keep elements byte for byte', () => {
    const { db } = open()

    db.call('RPUSH', 'k', bytes(0xff, 0x00), 'é', bytes(0xc3, 0xa9), '')

    expect(db.callBuffer('LRANGE', 'k', 0, -1)).toEqual([bytes(0xff, 0x00), bytes('é'), bytes('é'), new Uint8Array(0)])
  })

  it.each(['LPUSH s x', 'LPUSH s x y', 'RPUSH s x', 'LPUSHX s x', 'RPUSHX s x y'])(
    'refuse a key of another type: %s',
    (words) => {
      const opened = openWithLists()

      expectRefused(opened, () => say(opened.db, words), WRONGTYPE)
    },
  )
})

describe('LPUSHX and RPUSHX', () => {
  it('put elements into a list that exists', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LPUSHX b 1 2')).toBe(3)
    expect(say(opened.db, 'RPUSHX b 3')).toBe(4)
    expect(all(opened, 'b')).toEqual(['2', '1', 'x', '3'])
    expect(opened.seen).toEqual(['lpush b', 'rpush b'])
    expect(logged(opened)).toEqual(['LPUSH b 1 2', 'RPUSH b 3'])
  })

  it.each(['LPUSHX none x', 'RPUSHX none x y'])('make no list: %s', (words) => {
    const opened = openWithLists()

    expect(say(opened.db, words)).toBe(0)
    expect([say(opened.db, 'EXISTS none'), opened.seen, logged(opened)]).toEqual([0, [], []])
  })

  it('take a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'RPUSHX k x')).toBe(0)
    expect(seen).toEqual(['expired k'])
  })
})

describe('LPOP and RPOP', () => {
  it('take an element from their end', () => {
    const opened = openWithLists()

    expect([say(opened.db, 'LPOP a'), say(opened.db, 'RPOP a')]).toEqual(['1', '4'])
    expect(all(opened)).toEqual(['2', '3'])
    expect(opened.seen).toEqual(['lpop a', 'rpop a'])
    expect(logged(opened)).toEqual(['LPOP a', 'RPOP a'])
  })

  it('take several, in the order of single pops, and say how many in the log', () => {
    const opened = openWithLists()
    const { dirty } = opened.db.engine

    expect(say(opened.db, 'LPOP a 1')).toEqual(['1'])
    expect(say(opened.db, 'RPOP a 100')).toEqual(['4', '3', '2'])
    expect(logged(opened)).toEqual(['LPOP a 1', 'RPOP a 3'])
    expect(opened.db.engine.dirty - dirty).toBe(4)
  })

  it.each(['LPOP b', 'RPOP b', 'LPOP b 1', 'RPOP b 9223372036854775807'])(
    'remove a list with its last element, and announce that after: %s',
    (words) => {
      const opened = openWithLists()

      say(opened.db, words)

      expect(say(opened.db, 'EXISTS b')).toBe(0)
      expect(opened.seen).toEqual([`${words.slice(0, 4).toLowerCase()} b`, 'del b'])
      expect(logged(opened)).toHaveLength(1)
    },
  )

  it('return null for a missing key, with a count too, and none for a count of 0', () => {
    const opened = openWithLists()

    expect(['LPOP none', 'RPOP none', 'LPOP none 1', 'RPOP none 0'].map((words) => say(opened.db, words))).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(say(opened.db, 'LPOP a 0')).toEqual([])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('take a key whose time is up for missing', () => {
    const { db, clock, seen } = openWithLists()
    say(db, `PEXPIREAT a ${START_MS + 5}`)
    seen.length = 0
    clock.advance(5)

    expect(say(db, 'LPOP a')).toBeNull()
    expect(seen).toEqual(['expired a'])
  })

  it.each([
    ['LPOP s', WRONGTYPE],
    ['RPOP s 1', WRONGTYPE],
    ['LPOP s 0', WRONGTYPE],
    ['LPOP s -1', NOT_POSITIVE],
    ['LPOP none abc', NOT_POSITIVE],
    ['RPOP a 1.0', NOT_POSITIVE],
    ['RPOP a 9223372036854775808', NOT_POSITIVE],
    ['LPOP a 1 2', "ERR wrong number of arguments for 'lpop' command"],
    ['RPOP a 1 2', "ERR wrong number of arguments for 'rpop' command"],
    ['LPOP', "ERR wrong number of arguments for 'lpop' command"],
  ])('refuse what is wrong: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('LMPOP', () => {
  it('takes from the first list that exists, and names it', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LMPOP 3 none a b LEFT')).toEqual(['a', ['1']])
    expect(say(opened.db, 'LMPOP 2 a b right count 2')).toEqual(['a', ['4', '3']])
    expect(say(opened.db, 'LMPOP 2 b a RIGHT COUNT 9')).toEqual(['b', ['x']])
    expect(opened.seen).toEqual(['lpop a', 'rpop a', 'rpop b', 'del b'])
  })

  it('is logged as the pop that it was', () => {
    const opened = openWithLists()

    say(opened.db, 'LMPOP 2 none a LEFT COUNT 100')
    say(opened.db, 'LMPOP 1 b RIGHT')

    expect(logged(opened)).toEqual(['LPOP a 4', 'RPOP b 1'])
  })

  it('returns null where there is no list, and changes nothing', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LMPOP 2 none nor LEFT COUNT 2')).toBeNull()
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['LMPOP 2 s a LEFT', WRONGTYPE],
    ['LMPOP 2 none s LEFT', WRONGTYPE],
    ['LMPOP 0 a LEFT', NUMKEYS],
    ['LMPOP -1 a LEFT', NUMKEYS],
    ['LMPOP abc a LEFT', NUMKEYS],
    ['LMPOP 9223372036854775808 a LEFT', NUMKEYS],
    ['LMPOP 2 a LEFT', SYNTAX],
    ['LMPOP 9223372036854775807 a LEFT', SYNTAX],
    ['LMPOP 1 a UP', SYNTAX],
    ['LMPOP 1 a LEFT COUNT', SYNTAX],
    ['LMPOP 1 a LEFT COUNT 1 COUNT 1', SYNTAX],
    ['LMPOP 1 a LEFT nosuch 1', SYNTAX],
    ['LMPOP 1 a LEFT COUNT 0', COUNT],
    ['LMPOP 1 a LEFT COUNT -1', COUNT],
    ['LMPOP 1 a LEFT COUNT abc', COUNT],
    ['LMPOP 1 a', "ERR wrong number of arguments for 'lmpop' command"],
  ])('refuses what is wrong: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('goes on with the next of two lists where the first is used up', () => {
    const opened = openWithLists()

    const popped = [1, 2].map(() => say(opened.db, 'LMPOP 2 b a LEFT'))

    expect(popped).toEqual([
      ['b', ['x']],
      ['a', ['1']],
    ])
  })
})

describe('the encoding of what pushes and pops leave', () => {
  const encoding = ({ db }: Opened) => db.call('OBJECT', 'ENCODING', 'k')

  it('is a listpack up to 8 KB, then a quicklist, and a listpack again at half of that', () => {
    const opened = open()
    const element = 'x'.repeat(2_000)
    const encodings = [1, 2, 3, 4, 5].map(() => opened.db.rpush('k', element) && encoding(opened))

    const shrunk = [1, 2, 3].map(() => opened.db.rpop('k') && encoding(opened))

    expect(encodings).toEqual(['listpack', 'listpack', 'listpack', 'listpack', 'quicklist'])
    expect(shrunk).toEqual(['quicklist', 'quicklist', 'listpack'])
  })

  it('counts all elements of a call before the first of them is in', () => {
    const opened = open()

    opened.db.rpush('k', ...Array.from({ length: 5 }, () => 'x'.repeat(2_000)))

    expect(encoding(opened)).toBe('quicklist')
  })
})
