import { describe, expect, it } from 'vitest'
import { bytes, expectRefused, NOT_AN_INTEGER, open, say } from '../support.js'

const OUT_OF_RANGE = 'ERR DB index is out of range'
const NOT_INT32 = 'ERR value is out of range, value must between -2147483648 and 2147483647'

describe('PING and ECHO', () => {
  it('PING answers PONG, as a status', () => {
    const { db } = open()

    expect(say(db, 'PING')).toBe('PONG')
    expect(db.callBuffer('PING')).toBe('PONG')
  })

  it.each(['PING', 'ECHO'])('%s returns its argument', (name) => {
    const { db } = open()

    expect(db.call(name, 'héllo')).toBe('héllo')
    expect(db.callBuffer(name, 'héllo')).toEqual(bytes('héllo'))
    expect(db.call(name, '')).toBe('')
    expect(db.call(name, 7)).toBe('7')
  })

  it.each(['PING', 'ECHO'])('%s returns bytes that are no UTF-8 as they are', (name) => {
    const { db } = open()

    expect(db.callBuffer(name, bytes(0xff, 0x00, 0x80))).toEqual(bytes(0xff, 0x00, 0x80))
  })
})

describe('SELECT', () => {
  it('selects the database of later calls', () => {
    const { db } = open()
    say(db, 'SET k zero')

    expect(say(db, 'SELECT 15')).toBe('OK')
    expect(say(db, 'GET k')).toBeNull()
    say(db, 'SET k fifteen')
    say(db, 'SELECT 0')

    expect(say(db, 'GET k')).toBe('zero')
  })

  it('leaves the selection when it is refused', () => {
    const { db } = open()
    say(db, 'SELECT 3')

    expect(() => say(db, 'SELECT 16')).toThrow(OUT_OF_RANGE)
    say(db, 'SET k v')

    expect(db.engine.databases[3]!.keys.size).toBe(1)
  })
})

it.each([
  ['PING x y', "ERR wrong number of arguments for 'ping' command"],
  ['ECHO', "ERR wrong number of arguments for 'echo' command"],
  ['ECHO x y', "ERR wrong number of arguments for 'echo' command"],
  ['SELECT', "ERR wrong number of arguments for 'select' command"],
  ['SELECT 16', OUT_OF_RANGE],
  ['SELECT -1', OUT_OF_RANGE],
  ['SELECT abc', NOT_AN_INTEGER],
  ['SELECT 1.5', NOT_AN_INTEGER],
  ['SELECT 01', NOT_AN_INTEGER],
  ['SELECT 4294967296', NOT_INT32],
])('%s is refused: %s', (line, message) => {
  const opened = open()

  expectRefused(opened, () => say(opened.db, line), message)
})
