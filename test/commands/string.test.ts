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
  WRONGTYPE,
} from '../support.js'

describe('GET', () => {
  it('returns the string at a key', () => {
    const { db } = open()
    say(db, 'SET k v')

    expect(say(db, 'GET k')).toBe('v')
    expect(db.callBuffer('GET', 'k')).toEqual(bytes('v'))
  })

  it('returns null for a missing key', () => {
    const { db, seen } = open()

    expect(say(db, 'GET k')).toBeNull()
    expect(seen).toEqual([])
  })

  it('returns an integer as a string', () => {
    const { db } = open()
    say(db, 'SET k -17')

    expect(say(db, 'GET k')).toBe('-17')
  })

  it('refuses a key of another type', () => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expectRefused(opened, () => say(opened.db, 'GET k'), WRONGTYPE)
  })

  it('removes a key whose time is up, announces it and logs it', () => {
    const opened = openWithExpired()

    const value = say(opened.db, 'GET k')

    expect(value).toBeNull()
    expect(opened.seen).toEqual(['expired k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })

  it('shows a key until the millisecond of its deadline', () => {
    const { db, clock } = open()
    say(db, 'SET k v PX 100')

    clock.advance(99)
    expect(say(db, 'GET k')).toBe('v')

    clock.advance(1)
    expect(say(db, 'GET k')).toBeNull()
  })
})

describe('SET', () => {
  it('answers OK, announces set and logs the words', () => {
    const opened = open()

    const reply = say(opened.db, 'SET k v')

    expect(reply).toBe('OK')
    expect(opened.seen).toEqual(['set k'])
    expect(logged(opened)).toEqual(['SET k v'])
  })

  it('overwrites a value of any type and drops its deadline', () => {
    const opened = open()
    plant(opened, 'k', new Toy())
    say(opened.db, 'EXPIRE k 100')

    say(opened.db, 'SET k v')

    expect(contents(opened.db)).toEqual([[0, 'k', 'v', undefined]])
  })

  it('NX on an existing key changes nothing and returns null', () => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')
    forget(opened)

    const reply = say(opened.db, 'SET k w NX')

    expect(reply).toBeNull()
    expect(contents(opened.db)).toEqual([[0, 'k', 'v', START_MS + 100_000]])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })

  it('NX on a missing key sets it', () => {
    const { db } = open()

    expect(say(db, 'SET k v NX')).toBe('OK')
    expect(say(db, 'GET k')).toBe('v')
  })

  it('XX on a missing key changes nothing and returns null', () => {
    const { db, seen } = open()

    expect(say(db, 'SET k v XX')).toBeNull()
    expect(say(db, 'EXISTS k')).toBe(0)
    expect(seen).toEqual([])
  })

  it('XX on an existing key of another type sets it', () => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expect(say(opened.db, 'SET k v XX')).toBe('OK')
    expect(say(opened.db, 'GET k')).toBe('v')
  })

  it('NX takes a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SET k w NX')).toBe('OK')
    expect(seen).toEqual(['expired k', 'set k'])
  })

  it('XX takes a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SET k w XX')).toBeNull()
    expect(seen).toEqual(['expired k'])
  })

  it.each([
    ['EX', '10', START_MS + 10_000],
    ['PX', '10', START_MS + 10],
    ['EXAT', '4102444800', 4_102_444_800_000],
    ['PXAT', '4102444800123', 4_102_444_800_123],
  ])('%s sets the deadline, announces set then expire, and logs the deadline as Unix time', (unit, time, deadline) => {
    const opened = open()

    const reply = say(opened.db, `SET k v ${unit} ${time}`)

    expect(reply).toBe('OK')
    expect(contents(opened.db)).toEqual([[0, 'k', 'v', deadline]])
    expect(opened.seen).toEqual(['set k', 'expire k'])
    expect(logged(opened)).toEqual([`SET k v PXAT ${deadline}`])
  })

  it('KEEPTTL keeps the deadline', () => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    say(opened.db, 'SET k w KEEPTTL')

    expect(contents(opened.db)).toEqual([[0, 'k', 'w', START_MS + 100_000]])
  })

  it('KEEPTTL on a key whose time is up sets one without deadline', () => {
    const { db } = openWithExpired()

    say(db, 'SET k w KEEPTTL')

    expect(say(db, 'TTL k')).toBe(-1)
  })

  it('takes a deadline that has passed already, and the key expires at the next look', () => {
    const { db, seen } = open()

    expect(say(db, 'SET k v PXAT 1')).toBe('OK')
    expect(say(db, 'GET k')).toBeNull()
    expect(seen).toEqual(['set k', 'expire k', 'expired k'])
  })

  it('takes the last of two times of one unit', () => {
    const { db } = open()

    say(db, 'SET k v EX 10 EX 20')

    expect(say(db, 'TTL k')).toBe(20)
  })

  it('takes options in any order and letter case', () => {
    const { db } = open()

    expect(say(db, 'set k v Get eX 10 nX')).toBeNull()
    expect(say(db, 'GET k')).toBe('v')
    expect(say(db, 'TTL k')).toBe(10)
  })

  it('GET returns the old value', () => {
    const { db } = open()
    say(db, 'SET k v')

    expect(say(db, 'SET k w GET')).toBe('v')
    expect(say(db, 'GET k')).toBe('w')
  })

  it('GET returns null for a key that was missing', () => {
    const { db } = open()

    expect(say(db, 'SET k v GET')).toBeNull()
    expect(say(db, 'GET k')).toBe('v')
  })

  it('NX GET returns the old value and leaves it', () => {
    const { db } = open()
    say(db, 'SET k v')

    expect(say(db, 'SET k w NX GET')).toBe('v')
    expect(say(db, 'GET k')).toBe('v')
  })

  it('GET refuses a key of another type and leaves it', () => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expectRefused(opened, () => say(opened.db, 'SET k v GET'), WRONGTYPE)
  })

  it('takes the last instant of 64 bits as a deadline', () => {
    const { db } = open()

    expect(say(db, 'SET k v PXAT 9223372036854775807')).toBe('OK')
    expect(say(db, 'PEXPIRETIME k')).toBe(9_223_372_036_854_775_807n)
  })

  it.each([
    ['SET k v EX 10 PX 10', SYNTAX],
    ['SET k v KEEPTTL EX 10', SYNTAX],
    ['SET k v EX 10 KEEPTTL', SYNTAX],
    ['SET k v NX XX', SYNTAX],
    ['SET k v XX NX', SYNTAX],
    ['SET k v EX', SYNTAX],
    ['SET k v PERSIST', SYNTAX],
    ['SET k v bad', SYNTAX],
    ['SET k v EX abc bad', SYNTAX],
    ['SET k v EX abc', NOT_AN_INTEGER],
    ['SET k v EX 1.5', NOT_AN_INTEGER],
    ['SET k v EX 9223372036854775808', NOT_AN_INTEGER],
    ['SET k v EX 0', "ERR invalid expire time in 'set' command"],
    ['SET k v EX -1', "ERR invalid expire time in 'set' command"],
    ['SET k v PX 0', "ERR invalid expire time in 'set' command"],
    ['SET k v EXAT 0', "ERR invalid expire time in 'set' command"],
    ['SET k v PXAT -1', "ERR invalid expire time in 'set' command"],
    ['SET k v EX 9223372036854775', "ERR invalid expire time in 'set' command"],
    ['SET k v PX 9223372036854775807', "ERR invalid expire time in 'set' command"],
    ['SET k v EXAT 9223372036854776', "ERR invalid expire time in 'set' command"],
    ['SET k v NX GET EX 0', "ERR invalid expire time in 'set' command"],
    ['SET k', "ERR wrong number of arguments for 'set' command"],
    ['SETNX k', "ERR wrong number of arguments for 'setnx' command"],
    ['SETEX k 0 v', "ERR invalid expire time in 'setex' command"],
    ['SETEX k 9223372036854775807 v', "ERR invalid expire time in 'setex' command"],
    ['SETEX k abc v', NOT_AN_INTEGER],
    ['PSETEX k 0 v', "ERR invalid expire time in 'psetex' command"],
    ['PSETEX k 9223372036854775807 v', "ERR invalid expire time in 'psetex' command"],
    ['GETEX k EX 0', "ERR invalid expire time in 'getex' command"],
    ['GETEX k EX abc', NOT_AN_INTEGER],
    ['GETEX k EX', SYNTAX],
    ['GETEX k EX 10 PERSIST', SYNTAX],
    ['GETEX k PERSIST EX 10', SYNTAX],
    ['GETEX k PX 100 EX 100', SYNTAX],
    ['GETEX k KEEPTTL', SYNTAX],
    ['GETEX none bad', SYNTAX],
    ['MGET', "ERR wrong number of arguments for 'mget' command"],
    ['MSET', "ERR wrong number of arguments for 'mset' command"],
    ['MSET k', "ERR wrong number of arguments for 'mset' command"],
    ['MSET k w b', "ERR wrong number of arguments for 'mset' command"],
    ['MSETNX a 1 b', "ERR wrong number of arguments for 'msetnx' command"],
  ])('%s is refused (%s) and changes nothing', (line, message) => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    expectRefused(opened, () => say(opened.db, line), message)
  })
})

describe('SETNX, SETEX and PSETEX', () => {
  it('SETNX sets a missing key: 1', () => {
    const opened = open()

    expect(say(opened.db, 'SETNX k v')).toBe(1)
    expect(opened.seen).toEqual(['set k'])
    expect(logged(opened)).toEqual(['SET k v'])
  })

  it('SETNX leaves a key of any type: 0', () => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expect(say(opened.db, 'SETNX k v')).toBe(0)
    expect(say(opened.db, 'TYPE k')).toBe('set')
    expect(opened.seen).toEqual([])
  })

  it('SETEX expires after seconds', () => {
    const opened = open()

    expect(say(opened.db, 'SETEX k 10 v')).toBe('OK')
    expect(contents(opened.db)).toEqual([[0, 'k', 'v', START_MS + 10_000]])
    expect(opened.seen).toEqual(['set k', 'expire k'])
  })

  it('PSETEX expires after milliseconds', () => {
    const { db } = open()

    expect(say(db, 'PSETEX k 10 v')).toBe('OK')
    expect(contents(db)).toEqual([[0, 'k', 'v', START_MS + 10]])
  })
})

describe('GETSET and GETDEL', () => {
  it('GETSET returns the old string and drops the deadline', () => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    expect(say(opened.db, 'GETSET k w')).toBe('v')
    expect(contents(opened.db)).toEqual([[0, 'k', 'w', undefined]])
  })

  it('GETSET sets a missing key and returns null', () => {
    const { db, seen } = open()

    expect(say(db, 'GETSET k v')).toBeNull()
    expect(seen).toEqual(['set k'])
  })

  it('GETDEL returns the string and removes the key', () => {
    const opened = open()
    say(opened.db, 'SET k v')
    forget(opened)

    expect(say(opened.db, 'GETDEL k')).toBe('v')
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['del k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })

  it('GETDEL returns null for a missing key and announces nothing', () => {
    const { db, seen } = open()

    expect(say(db, 'GETDEL k')).toBeNull()
    expect(seen).toEqual([])
  })

  it.each(['GETSET k v', 'GETDEL k', 'GETEX k', 'GETEX k EX 0'])('%s refuses a key of another type', (line) => {
    const opened = open()
    plant(opened, 'k', new Toy())

    expectRefused(opened, () => say(opened.db, line), WRONGTYPE)
  })
})

describe('GETEX', () => {
  it('without options returns the string and leaves the deadline', () => {
    const { db, seen } = open()
    say(db, 'SET k v EX 100')
    seen.length = 0

    expect(say(db, 'GETEX k')).toBe('v')
    expect(say(db, 'TTL k')).toBe(100)
    expect(seen).toEqual([])
  })

  it('EX moves the deadline, announces expire and logs it as Unix time', () => {
    const opened = open()
    say(opened.db, 'SET k v')
    forget(opened)

    expect(say(opened.db, 'GETEX k EX 10')).toBe('v')
    expect(say(opened.db, 'TTL k')).toBe(10)
    expect(opened.seen).toEqual(['expire k'])
    expect(logged(opened)).toEqual([`PEXPIREAT k ${START_MS + 10_000}`])
  })

  it('PERSIST removes the deadline, and announces it only if there was one', () => {
    const { db, seen } = open()
    say(db, 'SET k v EX 100')
    seen.length = 0

    say(db, 'GETEX k PERSIST')
    say(db, 'GETEX k PERSIST')

    expect(say(db, 'TTL k')).toBe(-1)
    expect(seen).toEqual(['persist k'])
  })

  it('with a past time returns the string and removes the key', () => {
    const opened = open()
    say(opened.db, 'SET k v')
    forget(opened)

    expect(say(opened.db, 'GETEX k PXAT 1')).toBe('v')
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['del k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })

  it('does not look at the time when the key is missing', () => {
    const { db } = open()

    expect(say(db, 'GETEX k EX 0')).toBeNull()
    expect(say(db, 'GETEX k EX abc')).toBeNull()
  })
})

describe('MGET, MSET and MSETNX', () => {
  it('MGET returns values in the order of the keys, null for a missing key and for another type', () => {
    const opened = open()
    say(opened.db, 'MSET a 1 b two')
    plant(opened, 'toy', new Toy())

    expect(say(opened.db, 'MGET b none toy a b')).toEqual(['two', null, null, '1', 'two'])
    expect(opened.db.callBuffer('MGET', 'a', 'none')).toEqual([bytes('1'), null])
  })

  it('MGET removes keys whose time is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'MGET k')).toEqual([null])
    expect(seen).toEqual(['expired k'])
  })

  it('MSET sets all keys, the last value of a key given twice stays, and deadlines go', () => {
    const opened = open()
    say(opened.db, 'SET a old EX 100')
    forget(opened)

    expect(say(opened.db, 'MSET a 1 b 2 a 3')).toBe('OK')
    expect(contents(opened.db)).toEqual([
      [0, 'a', '3', undefined],
      [0, 'b', '2', undefined],
    ])
    expect(opened.seen).toEqual(['set a', 'set b', 'set a'])
  })

  it('MSET is one batch of the log', () => {
    const opened = open()

    say(opened.db, 'MSET a 1 b 2')

    expect(opened.log.batches.length).toBe(1)
    expect(logged(opened)).toEqual(['SET a 1', 'SET b 2'])
  })

  it('MSETNX sets all keys when none exists: 1', () => {
    const { db } = open()

    expect(say(db, 'MSETNX a 1 b 2 a 3')).toBe(1)
    expect(say(db, 'MGET a b')).toEqual(['3', '2'])
  })

  it('MSETNX sets none when one exists, of whatever type: 0', () => {
    const opened = open()
    plant(opened, 'b', new Toy())

    expect(say(opened.db, 'MSETNX a 1 b 2')).toBe(0)
    expect(say(opened.db, 'EXISTS a')).toBe(0)
    expect(opened.seen).toEqual([])
  })

  it('MSETNX takes a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'MSETNX k 1')).toBe(1)
    expect(seen).toEqual(['expired k', 'set k'])
  })
})

describe('strings are bytes', () => {
  const NOT_UTF8 = bytes(0xff, 0x00, 0xc3, 0x28, 0x80)

  it('a value that is not UTF-8 comes back byte for byte', () => {
    const { db } = open()

    db.call('SET', 'k', NOT_UTF8)

    expect(db.callBuffer('GET', 'k')).toEqual(NOT_UTF8)
    expect(say(db, 'STRLEN k')).toBe(5)
  })

  it('keys that are not UTF-8 are kept apart', () => {
    const { db } = open()

    db.call('SET', bytes(0xff), 'one')
    db.call('SET', bytes(0xfe), 'two')

    expect([db.call('GET', bytes(0xff)), db.call('GET', bytes(0xfe)), say(db, 'DBSIZE')]).toEqual(['one', 'two', 2])
  })

  it.each(['', '__proto__', 'constructor', 'é', '😀', 'a\0b', ' ', '\ufeff', '\ufffd'])(
    '%j is a key and a value like any other',
    (text) => {
      const { db } = open()

      db.call('SET', text, text)

      expect(db.call('GET', text)).toBe(text)
      expect(db.call('GET', bytes(text))).toBe(text)
      expect(db.call('KEYS', '*')).toEqual([text])
      expect(db.callBuffer('GET', text)).toEqual(text === '' ? new Uint8Array(0) : bytes(text))
    },
  )

  it('text that is no integer as Redis writes it is kept as it is', () => {
    const { db } = open()
    const texts = ['007', '-0', '+1', ' 1', '1 ', '1.0', '1e3', '0x10', '9223372036854775808', '-', '١']

    const back = texts.map((text) => {
      db.call('SET', 'k', text)
      return db.call('GET', 'k')
    })

    expect(back).toEqual(texts)
  })
})
