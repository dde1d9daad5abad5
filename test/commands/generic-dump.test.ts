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
} from '../support.js'

const REFUSED = 'ERR DUMP payload version or checksum are wrong'
const BAD_FORMAT = 'ERR Bad data format'
const BUSY = 'BUSYKEY Target key name already exists.'

/** What DUMP of Redis 8.0.2 returned, and the encoding that OBJECT told. */
const DUMPED: readonly [value: string | Uint8Array, encoding: string, payload: string][] = [
  ['hello', 'embstr', 'AAVoZWxsbwwAqATrtp8evkM='],
  ['', 'embstr', 'AAAMAJbtaID1VTyT'],
  ['0', 'int', 'AMAADABTNpO4AnqdQQ=='],
  ['12345', 'int', 'AME5MAwAVuLe52nWlvA='],
  ['-129', 'int', 'AMF//wwA3Ba26K6qGsk='],
  ['70000', 'int', 'AMJwEQEADADK0jw+bxoL7A=='],
  ['2147483648', 'int', 'AAoyMTQ3NDgzNjQ4DAAsxx1jtjfopw=='],
  ['9223372036854775807', 'int', 'ABM5MjIzMzcyMDM2ODU0Nzc1ODA3DADxE0pUe8LBaw=='],
  ['3.14', 'embstr', 'AAQzLjE0DABHA3S90OZ2ZQ=='],
  ['01', 'embstr', 'AAIwMQwAp6vwge5m4+0='],
  ['ab'.repeat(60), 'raw', 'AMMKQHgCYWJh4GoBAWFiDAB5/kRMqS2Imw=='],
  ['€'.repeat(8), 'embstr', 'AMMKGAPigqzi4AoCAKwMAMHfQQ9tB5qH'],
  [bytes(0xff, 0x00, 0xed, 0xa0, 0x80), 'embstr', 'AAX/AO2ggAwAg4+1/62HhAI='],
  [
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH',
    'embstr',
    'ACwwMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUZHSAwAUZx0vRB72vQ=',
  ],
  [
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHI',
    'raw',
    'AC0wMTIzNDU2Nzg5YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXpBQkNERUZHSEkMAPwOL/fIqrBP',
  ],
]
const HELLO = payloadOf('AAVoZWxsbwwAqATrtp8evkM=')

describe('DUMP', () => {
  it.each(DUMPED)('of %j is what Redis dumps', (value, _encoding, payload) => {
    const { db } = open()
    db.call('SET', 'k', value)

    expect(db.callBuffer('DUMP', 'k')).toEqual(payloadOf(payload))
  })

  it('is null for a missing key and for one whose time is up', () => {
    const { db, seen } = openWithExpired()

    expect([say(db, 'DUMP none'), say(db, 'DUMP k')]).toEqual([null, null])
    expect(seen).toEqual(['expired k'])
  })

  it('holds no deadline', () => {
    const { db } = open()
    say(db, 'SET k hello EX 100')

    expect(db.callBuffer('DUMP', 'k')).toEqual(HELLO)
  })
})

describe('RESTORE', () => {
  it.each(DUMPED)('of a payload from Redis makes %j, encoded as there', (value, encoding, payload) => {
    const { db } = open()

    expect(db.call('RESTORE', 'k', 0, payloadOf(payload))).toBe('OK')
    expect(db.callBuffer('GET', 'k')).toEqual(typeof value === 'string' ? new TextEncoder().encode(value) : value)
    expect(say(db, 'OBJECT ENCODING k')).toBe(encoding)
  })

  it.each([
    ['a length of 14 bits', 'AEABYQwAABmOFETVd0s=', 'a'],
    ['a length of 32 bits', 'AIAAAAABYQwAjf9aKoayt8w=', 'a'],
    ['a length of 64 bits', 'AIEAAAAAAAAAAWEMAPrTB/3WuJX9', 'a'],
    ['an older version', 'AAFhAQCLug6ofdY25w==', 'a'],
    ['bytes after the value', 'AAFhCQkJDAD7Rc67nRJosg==', 'a'],
    ['digits where an integer would do', 'AAIxMgwACBLeB6TbbVY=', '12'],
    ['the smallest integer of 32 bits', 'AMIAAACADAAMObP+yX8fzg==', '-2147483648'],
  ])('takes a payload with %s', (_name, payload, value) => {
    const { db } = open()

    expect(db.call('RESTORE', 'k', 0, payloadOf(payload))).toBe('OK')
    expect(say(db, 'GET k')).toBe(value)
  })

  it('announces restore and logs words that restore the key whatever stands there', () => {
    const opened = open()

    opened.db.call('RESTORE', 'k', 100, HELLO)

    expect(opened.seen).toEqual(['restore k'])
    expect(opened.log.batches).toEqual([
      [{ database: 0, words: ['RESTORE', 'k', String(START_MS + 100), HELLO, 'REPLACE', 'ABSTTL'] }],
    ])
  })

  it('takes a time to live in milliseconds, 0 for none', () => {
    const { db } = open()

    db.call('RESTORE', 'a', 100, HELLO)
    db.call('RESTORE', 'b', 0, HELLO)

    expect(contents(db)).toEqual([
      [0, 'a', 'hello', START_MS + 100],
      [0, 'b', 'hello', undefined],
    ])
  })

  it('ABSTTL takes a Unix time in milliseconds, up to the end of 64 bits', () => {
    const { db } = open()

    db.call('RESTORE', 'a', 4_102_444_800_000, HELLO, 'ABSTTL')
    db.call('RESTORE', 'b', 9_223_372_036_854_775_807n, HELLO, 'absttl')

    expect(say(db, 'PEXPIRETIME a')).toBe(4_102_444_800_000)
    expect(say(db, 'PEXPIRETIME b')).toBe(9_223_372_036_854_775_807n)
  })

  it('ABSTTL with a past time makes no key: OK, and no event', () => {
    const opened = open()

    expect(opened.db.call('RESTORE', 'k', 1, HELLO, 'ABSTTL')).toBe('OK')
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual([])
  })

  it('REPLACE ABSTTL with a past time removes the key: event del', () => {
    const opened = open()
    say(opened.db, 'SET k v')
    forget(opened)

    expect(opened.db.call('RESTORE', 'k', 1, HELLO, 'REPLACE', 'ABSTTL')).toBe('OK')
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['del k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })

  it('REPLACE overwrites a key of any type, deadline included, and announces no del', () => {
    const opened = open()
    plant(opened, 'k', new Toy())
    say(opened.db, 'EXPIRE k 100')
    forget(opened)

    expect(opened.db.call('RESTORE', 'k', 0, HELLO, 'REPLACE')).toBe('OK')
    expect(contents(opened.db)).toEqual([[0, 'k', 'hello', undefined]])
    expect(opened.seen).toEqual(['restore k'])
  })

  it('takes a key whose time is up for missing', () => {
    const { db, seen } = openWithExpired()

    expect(db.call('RESTORE', 'k', 0, HELLO)).toBe('OK')
    expect(seen).toEqual(['expired k', 'restore k'])
  })

  it('REPLACE does not look whether the time of the key is up', () => {
    const { db, seen } = openWithExpired()

    expect(db.call('RESTORE', 'k', 0, HELLO, 'REPLACE')).toBe('OK')
    expect(seen).toEqual(['restore k'])
  })

  it('IDLETIME says how many seconds ago the key was accessed', () => {
    const { db } = open()

    db.call('RESTORE', 'k', 0, HELLO, 'IDLETIME', 1000)

    expect(say(db, 'OBJECT IDLETIME k')).toBe(1000)
  })

  it('FREQ from 0 to 255 is taken', () => {
    const { db } = open()

    expect(db.call('RESTORE', 'a', 0, HELLO, 'FREQ', 0)).toBe('OK')
    expect(db.call('RESTORE', 'b', 0, HELLO, 'freq', 255)).toBe('OK')
  })

  it.each(['k', 'none'])('of what DUMP gave brings back every byte, at %s', (target) => {
    const { db } = open()
    const value = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) & 0xff)
    db.call('SET', 'k', value)

    const payload = db.callBuffer('DUMP', 'k') as Uint8Array
    db.call('RESTORE', target, 0, payload, 'REPLACE')

    expect(db.callBuffer('GET', target)).toEqual(value)
  })
})

describe('RESTORE refuses', () => {
  it.each([
    ['RESTORE k 0 x', BUSY],
    ['RESTORE k -1 x', BUSY],
    ['RESTORE k abc x', BUSY],
    ['RESTORE k abc x REPLACE', NOT_AN_INTEGER],
    ['RESTORE none -1 x', 'ERR Invalid TTL value, must be >= 0'],
    ['RESTORE none abc x', NOT_AN_INTEGER],
    ['RESTORE none 0 x', REFUSED],
    ['RESTORE k 0 x REPLACE', REFUSED],
    ['RESTORE none 0 x bad', SYNTAX],
    ['RESTORE k abc x bad', SYNTAX],
    ['RESTORE none 0 x IDLETIME', SYNTAX],
    ['RESTORE none 0 x IDLETIME 1 FREQ 1', SYNTAX],
    ['RESTORE none 0 x FREQ 1 IDLETIME 1', SYNTAX],
    ['RESTORE none 0 x IDLETIME abc', NOT_AN_INTEGER],
    ['RESTORE none 0 x FREQ abc', NOT_AN_INTEGER],
    ['RESTORE none 0 x IDLETIME -1', 'ERR Invalid IDLETIME value, must be >= 0'],
    ['RESTORE none 0 x FREQ 256', 'ERR Invalid FREQ value, must be >= 0 and <= 255'],
    ['RESTORE none 0 x FREQ -1', 'ERR Invalid FREQ value, must be >= 0 and <= 255'],
    ['RESTORE k 0', "ERR wrong number of arguments for 'restore' command"],
    ['DUMP', "ERR wrong number of arguments for 'dump' command"],
  ])('%s (%s), and nothing changes', (line, message) => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it.each([
    ['an unknown type', 'yAFhDAAY0xNXemt5jg=='],
    ['nothing but a type', 'AAwAlu1ogPVVPJM='],
    ['nothing but a footer', 'DACW7WiA9VU8kw=='],
    ['a string that is cut off', 'AD9hDADf+bEu2Ezyiw=='],
    ['a length past all memory', 'AIF//////////2EMANLgCCY1L29q'],
    ['an unknown encoding', 'AMQMAGfGxGMymsYS'],
    ['compressed bytes that point before the start', 'AMMDCv///wwAoz24UdphEos='],
    ['compressed bytes of another length than told', 'AMMCCgBhDAB/gqKTQ5/Emg=='],
  ])('a payload with a good checksum and %s', (_name, payload) => {
    const opened = open()
    say(opened.db, 'SET k v EX 100')

    expectRefused(opened, () => opened.db.call('RESTORE', 'k', 0, payloadOf(payload), 'REPLACE'), BAD_FORMAT)
  })

  it('a payload of a newer version', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.call('RESTORE', 'k', 0, payloadOf('AAFhDQAdV2YoiIMKdA==')), REFUSED)
  })

  it.each(DUMPED)('the payload of %j with any one byte damaged', (_value, _encoding, text) => {
    const opened = open()
    const payload = payloadOf(text)
    say(opened.db, 'SET k v EX 100')

    for (let at = 0; at < payload.length; at++) {
      for (const damage of [0x01, 0x80, 0xff]) {
        const damaged = payload.slice()
        damaged[at]! ^= damage
        expectRefused(opened, () => opened.db.call('RESTORE', 'k', 0, damaged, 'REPLACE'), REFUSED)
      }
    }
  })

  it.each(DUMPED)('the payload of %j cut off at any place', (_value, _encoding, text) => {
    const opened = open()
    const payload = payloadOf(text)

    for (let length = 0; length < payload.length; length++) {
      expectRefused(opened, () => opened.db.call('RESTORE', 'k', 0, payload.slice(0, length)), REFUSED)
    }
  })
})

function payloadOf(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'))
}
