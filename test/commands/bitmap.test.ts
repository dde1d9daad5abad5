import { Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { ByteString } from '../../src/structures/byte-string.js'
import {
  answers,
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  open,
  openWithExpired,
  START_MS,
  SYNTAX,
  say,
  valueIn,
  WRONGTYPE,
} from '../support.js'

const OFFSET = 'ERR bit offset is not an integer or out of range'
const BIT = 'ERR bit is not an integer or out of range'

describe('SETBIT', () => {
  it('sets a bit, makes what is missing, and says what the bit was', () => {
    const opened = open()

    expect(answers(opened.db, 'SETBIT k 7 1', 'SETBIT k 7 1', 'SETBIT k 7 0', 'STRLEN k')).toEqual([0, 1, 1, 1])
    expect(opened.seen).toEqual(['setbit k', 'setbit k'])
    expect(logged(opened)).toEqual(['SETBIT k 7 1', 'SETBIT k 7 0'])
    expect(opened.db.engine.dirty).toBe(2)
  })

  it('lengthens a string by zeros, which is a change even if the bit is 0', () => {
    const opened = open()
    say(opened.db, 'SET k a')
    forget(opened)

    expect(answers(opened.db, 'SETBIT k 23 0', 'SETBIT k 22 0', 'GET k')).toEqual([0, 0, 'a\0\0'])
    expect(opened.seen).toEqual(['setbit k'])
  })

  it('edits text and integers in place, and keeps the deadline', () => {
    const { db } = open()
    say(db, 'SET k 1 EX 100')

    say(db, 'SETBIT k 6 1')

    expect(contents(db)).toEqual([[0, 'k', '3', START_MS + 100_000]])
  })

  it('starts anew when the time of the key is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SETBIT k 0 1')).toBe(0)
    expect(seen).toEqual(['expired k', 'setbit k'])
  })

  it('does not touch the copy of a fork', () => {
    const { db } = open()
    say(db, 'SETBIT k 0 1')
    const fork = db.fork()

    say(db, 'SETBIT k 1 1')

    expect([fork.bitcount('k'), db.bitcount('k')]).toEqual([1, 2])
  })

  it('refuses offsets past 2^32-1, other bits than 0 and 1, and other types', () => {
    const opened = open()
    say(opened.db, 'RPUSH list x')

    for (const offset of ['-1', '4294967296', 'x', '1.5', '']) {
      expectRefused(opened, () => opened.db.call('SETBIT', 'k', offset, 2), OFFSET)
    }
    for (const bit of ['2', '-1', 'x']) expectRefused(opened, () => opened.db.call('SETBIT', 'list', 0, bit), BIT)
    expectRefused(opened, () => say(opened.db, 'SETBIT list 0 1'), WRONGTYPE)
    expectRefused(opened, () => opened.db.setbit('k', 2 ** 32, 1), OFFSET)
    expectRefused(opened, () => opened.db.setbit('k', 0.5, 1), OFFSET)
    expectRefused(opened, () => opened.db.setbit('k', 0, 2 as 1), BIT)
  })
})

describe('GETBIT', () => {
  it('is 0 behind the end and for a missing key', () => {
    const { db } = open()
    db.set('k', bytes(0b0100_0001))

    expect([0, 1, 6, 7, 8, 2 ** 32 - 1].map((offset) => db.getbit('k', offset))).toEqual([0, 1, 0, 1, 0, 0])
    expect(db.getbit('missing', 3)).toBe(0)
    expect(answers(db, 'GETBIT k 4294967296')).toEqual([OFFSET])
  })
})

describe('BITCOUNT', () => {
  it('counts the whole or a part by bytes or bits', () => {
    const { db } = open()
    db.set('k', 'foobar')

    expect(db.bitcount('k')).toBe(26)
    expect(db.bitcount('k', { start: 0, end: 0 })).toBe(4)
    expect(db.bitcount('k', { start: 1, end: -1, unit: 'byte' })).toBe(22)
    expect(db.bitcount('k', { start: 5, end: 30, unit: 'bit' })).toBe(17)
    expect(db.bitcount('k', { start: -1, end: -3 })).toBe(0)
    expect(db.bitcount('missing', { start: 0, end: 9 })).toBe(0)
  })

  it('keeps long text as bytes, so that it is not converted each time, and changes nothing by it', () => {
    const opened = open()
    const text = 'é'.repeat(1100)
    opened.db.set('k', text)
    opened.db.set('short', 'é')
    forget(opened)

    expect([opened.db.bitcount('k'), opened.db.bitcount('short')]).toEqual([8800, 8])

    const [database] = opened.db.engine.databases
    expect(valueIn(database!, 'k')).toBeInstanceOf(ByteString)
    expect(valueIn(database!, 'short')).toBe('é')
    expect([opened.db.get('k'), opened.db.strlen('k'), opened.seen.length]).toEqual([text, 2200, 0])
  })

  it('refuses a start without an end, a wrong unit, and indices that are none', () => {
    const { db } = open()

    expect(answers(db, 'BITCOUNT k 0', 'BITCOUNT k 0 1 x', 'BITCOUNT k 0 x', 'BITCOUNT k 0 1 BIT x')).toEqual([
      ...[SYNTAX, SYNTAX, NOT_AN_INTEGER, SYNTAX],
    ])
    expect(() => db.bitcount('k', { start: 0 })).toThrow(SYNTAX)
    expect(() => db.bitcount('k', { unit: 'bit' })).toThrow(SYNTAX)
    expect(() => db.bitcount('k', { start: 0.5, end: 1 })).toThrow(NOT_AN_INTEGER)
  })
})

describe('BITPOS', () => {
  it('finds a 0 behind the end only where no end is given', () => {
    const { db } = open()
    db.set('k', bytes(255, 255))

    expect(db.bitpos('k', 0)).toBe(16)
    expect(db.bitpos('k', 0, { start: 1 })).toBe(16)
    expect(db.bitpos('k', 0, { start: 0, end: -1 })).toBe(-1)
    expect(db.bitpos('k', 0, { start: 2 })).toBe(-1)
    expect(db.bitpos('k', 1, { start: 3, end: 11, unit: 'bit' })).toBe(3)
    expect([db.bitpos('missing', 0), db.bitpos('missing', 1)]).toEqual([0, -1])
  })

  it('refuses another bit, an end without a start, and a unit without an end', () => {
    const { db } = open()

    expect(answers(db, 'BITPOS k 2', 'BITPOS k x')).toEqual(['ERR The bit argument must be 1 or 0.', NOT_AN_INTEGER])
    // BITPOS reads the unit before the end, other than BITCOUNT.
    expect(answers(db, 'BITPOS k 1 1 x 7', 'BITPOS k 1 x 1 7', 'BITCOUNT k 1 x 7')).toEqual([
      ...[SYNTAX, NOT_AN_INTEGER, NOT_AN_INTEGER],
    ])
    expect(() => db.bitpos('k', 1, { end: 0 })).toThrow(SYNTAX)
    expect(() => db.bitpos('k', 1, { start: 0, unit: 'bit' })).toThrow(SYNTAX)
  })
})

describe('BITOP', () => {
  it('keeps the result in the place of whatever was there', () => {
    const opened = open()
    say(opened.db, 'MSET a abc b ab')
    say(opened.db, 'RPUSH d x')
    forget(opened)

    expect(opened.db.bitop('and', 'd', ['a', 'b', 'missing'])).toBe(3)
    expect(opened.db.get('d')).toBe('\0\0\0')
    expect(say(opened.db, 'BITOP OR a a b')).toBe(3)
    expect(opened.db.get('a')).toBe('abc')
    expect(opened.seen).toEqual(['set d', 'set a'])
    expect(logged(opened)).toEqual(['BITOP AND d a b missing', 'BITOP OR a a b'])
  })

  it('removes the destination where the result is empty', () => {
    const opened = open()
    say(opened.db, 'SET d x')
    forget(opened)

    expect(answers(opened.db, 'BITOP XOR d no nothing', 'BITOP NOT d no', 'EXISTS d')).toEqual([0, 0, 0])
    expect(opened.seen).toEqual(['del d'])
  })

  it('knows the operations of Redis 8.2', () => {
    const { db } = open()
    for (const [key, byte] of Object.entries({ x: 0b1100, y: 0b1010, z: 0b1001 })) db.set(key, bytes(byte))
    const made = (['diff', 'diff1', 'andor', 'one'] as const).map((operation) => {
      db.bitop(operation, 'd', ['x', 'y', 'z'])
      return db.bytes.get('d')![0]!.toString(2).padStart(4, '0')
    })

    expect(made).toEqual(['0100', '0011', '1000', '0111'])
    expect(answers(db, 'BITOP DIFF d x', 'BITOP ANDOR d x')).toEqual([
      'ERR BITOP DIFF must be called with at least two source keys.',
      'ERR BITOP ANDOR must be called with at least two source keys.',
    ])
  })

  it('refuses other operations, NOT of several keys, and other types', () => {
    const opened = open()
    say(opened.db, 'RPUSH list x')

    expectRefused(opened, () => say(opened.db, 'BITOP NAND d a'), SYNTAX)
    expectRefused(
      opened,
      () => say(opened.db, 'BITOP NOT d a b'),
      'ERR BITOP NOT must be called with a single source key.',
    )
    expectRefused(opened, () => say(opened.db, 'BITOP OR d a list'), WRONGTYPE)
    expectRefused(opened, () => opened.db.bitop('or', 'd', []), "ERR wrong number of arguments for 'bitop' command")
  })
})

describe('BITOP over a string that is as long as the result', () => {
  const withStrings = (): Redstart => {
    const db = new Redstart()
    for (const [key, byte] of [
      ['a', 1],
      ['b', 2],
      ['to', 4],
    ] as const)
      db.set(key, new Uint8Array(600).fill(byte))
    return db
  }

  it('drops its deadline, and takes it for a source as it was', () => {
    const db = withStrings()
    db.expire('to', 100)

    expect(db.bitop('or', 'to', ['to', 'a'])).toBe(600)

    expect(db.ttl('to')).toBe(-1)
    expect(db.bytes.getrange('to', 598, 599)).toEqual(Uint8Array.of(5, 5))
    expect(db.bytes.getrange('a', 0, 0)).toEqual(Uint8Array.of(1))
  })

  it('changes neither a fork nor what a transaction goes back to', () => {
    const db = withStrings()
    const fork = db.fork()
    const before = db.bytes.get('to')

    const fail = (): never => {
      db.bitop('or', 'to', ['a', 'b'])
      throw new Error('no')
    }
    expect(() => db.transaction(fail, { rollback: true })).toThrow('no')
    expect(db.bytes.get('to')).toEqual(before)
    db.bitop('or', 'to', ['a', 'b'])

    expect(fork.bytes.get('to')).toEqual(before)
    expect(db.bytes.getrange('to', 0, 0)).toEqual(Uint8Array.of(3))
    expect(before).toEqual(new Uint8Array(600).fill(4))
  })
})
