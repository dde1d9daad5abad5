import { describe, expect, it } from 'vitest'
import { expectRefused, open, openWithExpired, say } from '../support.js'

const NOT_TRACKED =
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between ' +
  'policies at runtime LRU and LFU data will take some time to adjust.'

describe('OBJECT ENCODING', () => {
  it.each([
    ['', 'embstr'],
    ['a'.repeat(44), 'embstr'],
    ['a'.repeat(45), 'raw'],
    ['é'.repeat(22), 'embstr'],
    ['é'.repeat(23), 'raw'],
    ['0', 'int'],
    ['-1', 'int'],
    ['9223372036854775807', 'int'],
    ['-9223372036854775808', 'int'],
    ['9223372036854775808', 'embstr'],
    ['007', 'embstr'],
    ['-0', 'embstr'],
    ['1.5', 'embstr'],
  ])('of %j is %s, given as text or as bytes', (value, encoding) => {
    const { db } = open()

    db.call('SET', 'k', value)
    db.call('SET', 'b', new TextEncoder().encode(value))

    expect(say(db, 'OBJECT ENCODING k')).toBe(encoding)
    expect(say(db, 'OBJECT ENCODING b')).toBe(encoding)
  })

  it.each(['APPEND k x', 'SETRANGE k 0 x'])('is raw after %s, however short', (line) => {
    const { db } = open()
    say(db, 'SET k 12')

    say(db, line)

    expect(say(db, 'OBJECT ENCODING k')).toBe('raw')
  })

  it('goes along with RENAME and COPY', () => {
    const { db } = open()
    say(db, 'SET k 12')
    say(db, 'APPEND k x')

    say(db, 'COPY k j')
    say(db, 'RENAME k l')

    expect([say(db, 'OBJECT ENCODING j'), say(db, 'OBJECT ENCODING l')]).toEqual(['raw', 'raw'])
  })
})

describe('OBJECT IDLETIME', () => {
  it('is the seconds since the last access', () => {
    const { db, clock } = open()
    say(db, 'SET k v')

    clock.advance(90_500)

    expect(say(db, 'OBJECT IDLETIME k')).toBe(90)
  })

  it.each(['GET k', 'TOUCH k', 'STRLEN k', 'GETRANGE k 0 1', 'MGET k', 'DUMP k', 'EXPIRE k 1000', 'SET k w NX'])(
    'begins anew with %s',
    (line) => {
      const { db, clock } = open()
      say(db, 'SET k v')
      clock.advance(90_000)

      say(db, line)

      expect(say(db, 'OBJECT IDLETIME k')).toBe(0)
    },
  )

  it.each(['EXISTS k', 'TYPE k', 'TTL k', 'OBJECT ENCODING k', 'OBJECT IDLETIME k', 'KEYS k', 'SCAN 0', 'RANDOMKEY'])(
    'goes on over %s',
    (line) => {
      const { db, clock } = open()
      say(db, 'SET k v')
      clock.advance(90_000)

      say(db, line)

      expect(say(db, 'OBJECT IDLETIME k')).toBe(90)
    },
  )
})

describe('OBJECT REFCOUNT', () => {
  it.each([
    ['0', 2_147_483_647],
    ['9999', 2_147_483_647],
    ['10000', 1],
    ['-1', 1],
    ['text', 1],
  ])('of %s is %s', (value, count) => {
    const { db } = open()
    say(db, `SET k ${value}`)

    expect(say(db, 'OBJECT REFCOUNT k')).toBe(count)
  })
})

describe('OBJECT', () => {
  it.each(['ENCODING', 'FREQ', 'IDLETIME', 'REFCOUNT'])(
    '%s of a missing key or one whose time is up is null',
    (name) => {
      const { db, seen } = openWithExpired()

      expect([say(db, `OBJECT ${name} none`), say(db, `OBJECT ${name} k`)]).toEqual([null, null])
      expect(seen).toEqual(['expired k'])
    },
  )

  it('HELP is some lines of text, as statuses', () => {
    const { db } = open()

    const lines = db.callBuffer('OBJECT', 'help') as string[]

    expect(lines.length).toBeGreaterThan(4)
    expect(lines[0]).toBe('OBJECT <subcommand> <key>. Subcommands are:')
  })

  it.each([
    ['OBJECT FREQ k', NOT_TRACKED],
    ['OBJECT', "ERR wrong number of arguments for 'object' command"],
    ['OBJECT ENCODING', "ERR wrong number of arguments for 'object|encoding' command"],
    ['object Encoding k x', "ERR wrong number of arguments for 'object|encoding' command"],
    ['OBJECT HELP x', "ERR wrong number of arguments for 'object|help' command"],
    ['OBJECT bad k', "ERR unknown subcommand 'bad'. Try OBJECT HELP."],
    ['object Bad', "ERR unknown subcommand 'Bad'. Try OBJECT HELP."],
    ['OBJECT toString k', "ERR unknown subcommand 'toString'. Try OBJECT HELP."],
    ['OBJECT __proto__ k', "ERR unknown subcommand '__proto__'. Try OBJECT HELP."],
  ])('%s is refused: %s', (line, message) => {
    const opened = open()
    say(opened.db, 'SET k v')

    expectRefused(opened, () => say(opened.db, line), message)
  })
})
