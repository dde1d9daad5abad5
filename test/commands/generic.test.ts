import { Redstart } from 'redstart'
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
  SYNTAX,
  say,
  Toy,
  valueIn,
} from '../support.js'

const NO_SUCH_KEY = 'ERR no such key'
const OUT_OF_RANGE = 'ERR DB index is out of range'
const SAME = 'ERR source and destination objects are the same'
const NOT_INT32 = 'ERR value is out of range, value must between -2147483648 and 2147483647'

describe('DEL and UNLINK', () => {
  it.each(['DEL', 'UNLINK'])('%s removes keys of any type and counts those that were there', (name) => {
    const opened = open()
    say(opened.db, 'MSET a 1 b 2 c 3')
    plant(opened, 'toy', new Toy())
    forget(opened)

    const removed = say(opened.db, `${name} a none b a toy`)

    expect(removed).toBe(3)
    expect(say(opened.db, 'KEYS *')).toEqual(['c'])
    expect(opened.seen).toEqual(['del a', 'del b', 'del toy'])
    expect(logged(opened)).toEqual(['DEL a', 'DEL b', 'DEL toy'])
  })

  it.each(['DEL', 'UNLINK'])('%s of a missing key changes nothing', (name) => {
    const opened = open()

    expect(say(opened.db, `${name} none`)).toBe(0)
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })

  it.each(['DEL', 'UNLINK'])('%s does not count a key whose time is up: it has expired', (name) => {
    const { db, seen } = openWithExpired()

    expect(say(db, `${name} k`)).toBe(0)
    expect(seen).toEqual(['expired k'])
  })

  it('a key that is made again has no deadline of its predecessor', () => {
    const { db, clock } = open()
    say(db, 'SET k v EX 10')
    say(db, 'DEL k')
    say(db, 'SET k w')

    clock.advance(20_000)

    expect(say(db, 'GET k')).toBe('w')
  })
})

describe('EXISTS, TOUCH and TYPE', () => {
  it.each(['EXISTS', 'TOUCH'])('%s counts keys that exist, one given twice twice', (name) => {
    const opened = open()
    say(opened.db, 'SET a 1')
    plant(opened, 'toy', new Toy())

    expect(say(opened.db, `${name} a a none toy`)).toBe(3)
  })

  it.each(['EXISTS', 'TOUCH'])('%s does not count a key whose time is up', (name) => {
    const { db, seen } = openWithExpired()

    expect(say(db, `${name} k`)).toBe(0)
    expect(seen).toEqual(['expired k'])
  })

  it.each(['list', 'hash', 'set', 'zset', 'stream'] as const)('TYPE of a %s is its name', (type) => {
    const opened = open()
    plant(opened, 'k', new Toy(['member'], type))

    expect(say(opened.db, 'TYPE k')).toBe(type)
  })

  it('TYPE of a string or an integer is string, of a missing key none', () => {
    const { db } = open()
    say(db, 'MSET a text b 12')
    say(db, 'APPEND c bytes')

    expect(['a', 'b', 'c', 'none'].map((key) => say(db, `TYPE ${key}`))).toEqual(['string', 'string', 'string', 'none'])
  })

  it('TYPE is a status: callBuffer returns it as a string too', () => {
    const { db } = open()

    expect(db.callBuffer('TYPE', 'k')).toBe('none')
  })

  it('TYPE of a key whose time is up is none', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'TYPE k')).toBe('none')
    expect(seen).toEqual(['expired k'])
  })
})

describe('RANDOMKEY', () => {
  it('returns null in an empty database', () => {
    expect(say(open().db, 'RANDOMKEY')).toBeNull()
  })

  it('never returns a key whose time is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'RANDOMKEY')).toBeNull()
    expect(seen).toEqual(['expired k'])
  })

  it('repeats itself with the same seed, and not with another', () => {
    const draws = (seed: number) => {
      const db = new Redstart({ seed })
      for (let i = 0; i < 100; i++) db.set(`k${i}`, i)
      return Array.from({ length: 50 }, () => say(db, 'RANDOMKEY'))
    }

    expect(draws(7)).toEqual(draws(7))
    expect(draws(7)).not.toEqual(draws(8))
  })

  it('chooses every key as often as any other', () => {
    const db = new Redstart({ seed: 42 })
    const counts = new Map<unknown, number>()
    for (let i = 0; i < 20; i++) db.set(`k${i}`, i)
    db.del('k3')
    db.del('k19')

    for (let i = 0; i < 18_000; i++) {
      const key = say(db, 'RANDOMKEY')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }

    // Chi-square with 17 degrees of freedom: past 40.8 once in a thousand seeds.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(counts.size).toBe(18)
    expect(chiSquare).toBeLessThan(40.8)
  })
})

describe('RENAME and RENAMENX', () => {
  it.each(['RENAME', 'RENAMENX'])('%s gives a key another name, with its deadline', (name) => {
    const opened = open()
    say(opened.db, 'SET a v EX 100')
    forget(opened)

    const reply = say(opened.db, `${name} a b`)

    expect(reply).toBe(name === 'RENAME' ? 'OK' : 1)
    expect(contents(opened.db)).toEqual([[0, 'b', 'v', START_MS + 100_000]])
    expect(opened.seen).toEqual(['rename_from a', 'rename_to b'])
    expect(logged(opened)).toEqual(['RENAME a b'])
  })

  it('RENAME overwrites a key of any type, deadline included, and announces no del', () => {
    const opened = open()
    say(opened.db, 'MSET a v b w')
    say(opened.db, 'EXPIRE b 100')
    plant(opened, 'toy', new Toy(['x']))
    forget(opened)

    say(opened.db, 'RENAME a b')
    say(opened.db, 'RENAME toy b')

    expect(contents(opened.db)).toEqual([[0, 'b', ['x'], undefined]])
    expect(opened.seen).toEqual(['rename_from a', 'rename_to b', 'rename_from toy', 'rename_to b'])
  })

  it('RENAME of a key to itself does nothing', () => {
    const opened = open()
    say(opened.db, 'SET a v EX 100')
    forget(opened)

    expect(say(opened.db, 'RENAME a a')).toBe('OK')
    expect(contents(opened.db)).toEqual([[0, 'a', 'v', START_MS + 100_000]])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })

  it('RENAMENX changes nothing when the new name is taken, be it by the key itself: 0', () => {
    const opened = open()
    say(opened.db, 'MSET a 1 b 2')
    forget(opened)

    expect([say(opened.db, 'RENAMENX a b'), say(opened.db, 'RENAMENX a a')]).toEqual([0, 0])
    expect(say(opened.db, 'MGET a b')).toEqual(['1', '2'])
    expect(opened.seen).toEqual([])
  })

  it.each(['RENAME', 'RENAMENX'])('%s takes a name whose time is up for free', (name) => {
    const { db, seen } = openWithExpired()
    say(db, 'SET a v')

    say(db, `${name} a k`)

    expect(say(db, 'GET k')).toBe('v')
    expect(say(db, 'TTL k')).toBe(-1)
    expect(seen).toEqual(['set a', 'expired k', 'rename_from a', 'rename_to k'])
  })

  it.each(['RENAME k j', 'RENAMENX k j'])('%s of a key whose time is up: no such key', (line) => {
    const { db, seen } = openWithExpired()

    expect(() => say(db, line)).toThrow(NO_SUCH_KEY)
    expect(seen).toEqual(['expired k'])
  })

  it('RENAME carries a deadline at the end of 64 bits', () => {
    const { db } = open()
    say(db, 'SET a v PXAT 9223372036854775807')

    say(db, 'RENAME a b')

    expect(say(db, 'PEXPIRETIME b')).toBe(9_223_372_036_854_775_807n)
  })
})

describe('MOVE', () => {
  it('moves a value of any type with its deadline to another database: 1', () => {
    const opened = open()
    const toy = plant(opened, 'toy', new Toy())
    say(opened.db, 'EXPIRE toy 100')
    forget(opened)

    expect(say(opened.db, 'MOVE toy 1')).toBe(1)
    expect(contents(opened.db)).toEqual([[1, 'toy', ['member'], START_MS + 100_000]])
    expect(valueIn(opened.db.engine.databases[1]!, 'toy')).toBe(toy)
    expect(opened.seen).toEqual(['move_from toy', 'move_to toy @1'])
    expect(logged(opened)).toEqual(['MOVE toy 1'])
  })

  it('changes nothing when the key is missing here or there already: 0', () => {
    const opened = open()
    say(opened.db, 'SET a here')
    say(opened.db, 'SELECT 1')
    say(opened.db, 'SET a there')
    say(opened.db, 'SELECT 0')
    forget(opened)

    expect([say(opened.db, 'MOVE a 1'), say(opened.db, 'MOVE none 1')]).toEqual([0, 0])
    expect(contents(opened.db)).toEqual([
      [0, 'a', 'here', undefined],
      [1, 'a', 'there', undefined],
    ])
    expect(opened.seen).toEqual([])
  })

  it('takes a key whose time is up there for missing', () => {
    const { db, seen } = openWithExpired()
    say(db, 'SELECT 1')
    say(db, 'SET k v')

    expect(say(db, 'MOVE k 0')).toBe(1)
    expect(seen).toEqual(['set k @1', 'expired k', 'move_from k @1', 'move_to k'])
  })

  it('expires in the database that it was moved to', () => {
    const { db, clock, seen } = open()
    say(db, 'SET k v EX 10')
    say(db, 'MOVE k 1')
    seen.length = 0

    clock.advance(10_000)

    expect(seen).toEqual(['expired k @1'])
  })
})

describe('COPY', () => {
  it('is an access to the key that stands in its way', () => {
    // Bug: it was only looked at.
    const { db, clock } = open()
    say(db, 'SET a 1')
    say(db, 'SET b 2')
    clock.advance(30_000)

    say(db, 'COPY a b')

    expect(say(db, 'OBJECT IDLETIME b')).toBe(0)
  })

  it('copies value and deadline: 1', () => {
    const opened = open()
    say(opened.db, 'SET a v EX 100')
    forget(opened)

    expect(say(opened.db, 'COPY a b')).toBe(1)
    expect(contents(opened.db)).toEqual([
      [0, 'a', 'v', START_MS + 100_000],
      [0, 'b', 'v', START_MS + 100_000],
    ])
    expect(opened.seen).toEqual(['copy_to b'])
    expect(logged(opened)).toEqual(['COPY a b DB 0 REPLACE'])
  })

  it('makes a copy that shares nothing with the source', () => {
    const opened = open()
    const toy = plant(opened, 'toy', new Toy(['x']))
    say(opened.db, 'APPEND a one')

    say(opened.db, 'COPY toy toy2')
    say(opened.db, 'COPY a b')
    toy.members.add('y')
    say(opened.db, 'APPEND a two')

    expect(contents(opened.db)).toContainEqual([0, 'toy2', ['x'], undefined])
    expect(say(opened.db, 'MGET a b')).toEqual(['onetwo', 'one'])
  })

  it('changes nothing when there is no source, or a destination: 0', () => {
    const opened = open()
    say(opened.db, 'MSET a 1 b 2')
    forget(opened)

    expect([say(opened.db, 'COPY none b'), say(opened.db, 'COPY a b')]).toEqual([0, 0])
    expect(say(opened.db, 'GET b')).toBe('2')
    expect(opened.seen).toEqual([])
  })

  it('REPLACE overwrites the destination, deadline included', () => {
    const { db } = open()
    say(db, 'SET a 1')
    say(db, 'SET b 2 EX 100')

    expect(say(db, 'COPY a b REPLACE')).toBe(1)
    expect(say(db, 'GET b')).toBe('1')
    expect(say(db, 'TTL b')).toBe(-1)
  })

  it('DB copies to another database, also under the same name', () => {
    const opened = open()
    say(opened.db, 'SET a 1')
    forget(opened)

    expect(say(opened.db, 'COPY a a DB 1')).toBe(1)
    expect(contents(opened.db)).toEqual([
      [0, 'a', '1', undefined],
      [1, 'a', '1', undefined],
    ])
    expect(opened.seen).toEqual(['copy_to a @1'])
    expect(logged(opened)).toEqual(['COPY a a DB 1 REPLACE'])
  })

  it.each([
    ['COPY k j', 0, ['set j', 'expired k']],
    ['COPY j k', 1, ['set j', 'expired k', 'copy_to k']],
    ['COPY j k REPLACE', 1, ['set j', 'expired k', 'copy_to k']],
  ])('%s takes k for missing when its time is up', (line, reply, events) => {
    const { db, seen } = openWithExpired()
    say(db, 'SET j v')

    expect(say(db, line)).toBe(reply)
    expect(seen).toEqual(events)
  })
})

describe('what the commands for keys of any type refuse', () => {
  it.each([
    ['RENAME none k', NO_SUCH_KEY],
    ['RENAME none none', NO_SUCH_KEY],
    ['RENAMENX none k', NO_SUCH_KEY],
    ['MOVE k 0', SAME],
    ['MOVE none 0', SAME],
    ['MOVE k 16', OUT_OF_RANGE],
    ['MOVE none 99', OUT_OF_RANGE],
    ['MOVE k -1', OUT_OF_RANGE],
    ['MOVE k abc', NOT_AN_INTEGER],
    ['MOVE k 1.5', NOT_AN_INTEGER],
    ['MOVE k 2147483648', NOT_INT32],
    ['MOVE k -2147483649', NOT_INT32],
    ['MOVE k 9223372036854775808', NOT_AN_INTEGER],
    ['COPY k k', SAME],
    ['COPY none none', SAME],
    ['COPY k k DB 0', SAME],
    ['COPY none none DB 0', SAME],
    ['COPY k j DB 99', OUT_OF_RANGE],
    ['COPY k j DB -1', OUT_OF_RANGE],
    ['COPY k j DB 99 bad', OUT_OF_RANGE],
    ['COPY k j bad DB 99', SYNTAX],
    ['COPY k j DB', SYNTAX],
    ['COPY k j bad', SYNTAX],
    ['COPY k j DB abc', NOT_AN_INTEGER],
    ['COPY k j DB 4294967296', NOT_INT32],
    ['DEL', "ERR wrong number of arguments for 'del' command"],
    ['UNLINK', "ERR wrong number of arguments for 'unlink' command"],
    ['EXISTS', "ERR wrong number of arguments for 'exists' command"],
    ['TOUCH', "ERR wrong number of arguments for 'touch' command"],
    ['TYPE', "ERR wrong number of arguments for 'type' command"],
    ['RANDOMKEY k', "ERR wrong number of arguments for 'randomkey' command"],
    ['RENAME k', "ERR wrong number of arguments for 'rename' command"],
    ['RENAMENX k', "ERR wrong number of arguments for 'renamenx' command"],
    ['MOVE k', "ERR wrong number of arguments for 'move' command"],
    ['COPY k', "ERR wrong number of arguments for 'copy' command"],
  ])('%s is refused (%s) and changes nothing', (line, message) => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    expectRefused(opened, () => say(opened.db, line), message)
  })
})

describe('keys are bytes', () => {
  it.each([
    ['bytes that are no UTF-8', bytes(0xff, 0xfe)],
    ['the empty key', ''],
    ['__proto__', '__proto__'],
    ['a character of four bytes', '😀'],
  ])('%s is renamed, copied, moved and removed like any key', (_name, key) => {
    const { db } = open()
    db.call('SET', 'start', 'v')

    expect(db.call('RENAME', 'start', key)).toBe('OK')
    expect(db.call('COPY', key, 'copy')).toBe(1)
    expect(db.call('MOVE', key, 1)).toBe(1)
    expect(db.call('EXISTS', key)).toBe(0)
    expect(db.call('SELECT', 1)).toBe('OK')
    expect(db.callBuffer('RANDOMKEY')).toEqual(typeof key === 'string' ? new TextEncoder().encode(key) : key)
    expect(db.call('DEL', key)).toBe(1)
  })
})
