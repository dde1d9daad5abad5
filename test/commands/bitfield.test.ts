import { describe, expect, it } from 'vitest'
import { answers, expectRefused, forget, logged, NOT_AN_INTEGER, open, SYNTAX, say, WRONGTYPE } from '../support.js'

const TYPE = 'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.'
const OFFSET = 'ERR bit offset is not an integer or out of range'

describe('BITFIELD', () => {
  it('reads, writes and adds, step by step', () => {
    const opened = open()

    expect(say(opened.db, 'BITFIELD k SET u8 #1 200 INCRBY u8 #1 100 GET u8 #1 GET i8 8 GET u4 100')).toEqual([
      ...[0, 44, 44, 44, 0],
    ])
    expect(opened.seen).toEqual(['setbit k'])
    expect(logged(opened)).toEqual(['BITFIELD k OVERFLOW WRAP SET u8 8 200 OVERFLOW WRAP INCRBY u8 8 100'])
    expect(opened.db.engine.dirty).toBe(2)
  })

  it('wraps, stays at the limit or fails, as the OVERFLOW before it says', () => {
    const { db } = open()

    expect(
      say(
        db,
        'BITFIELD k SET i8 0 127 INCRBY i8 0 1 OVERFLOW SAT INCRBY i8 0 -1 OVERFLOW FAIL INCRBY i8 0 -1 GET i8 0',
      ),
    ).toEqual([0, -128, -128, null, -128])
    expect(say(db, 'BITFIELD k OVERFLOW SAT SET u8 0 -1 GET u8 0 INCRBY u8 0 -300')).toEqual([128, 255, 0])
  })

  it('is exact over 64 bits', () => {
    const { db } = open()

    expect(say(db, 'BITFIELD k SET i64 0 9223372036854775807 INCRBY i64 0 1 INCRBY i64 0 -1 GET u63 1')).toEqual([
      ...[0, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 63n - 1n],
    ])
  })

  it('that only reads makes no key; a write that fails makes it and is announced by nobody', () => {
    const opened = open()

    expect(answers(opened.db, 'BITFIELD k GET u8 0', 'EXISTS k')).toEqual([[0], 0])
    expect(answers(opened.db, 'BITFIELD k OVERFLOW FAIL SET u8 0 256', 'STRLEN k')).toEqual([[null], 1])
    expect(opened.seen).toEqual([])
    expect(logged(opened)).toEqual(['BITFIELD k OVERFLOW FAIL SET u8 0 256'])
  })

  it('that changes nothing says nothing', () => {
    const opened = open()
    say(opened.db, 'SET k a')
    forget(opened)

    expect(answers(opened.db, 'BITFIELD k SET u8 0 97 INCRBY u8 0 0', 'BITFIELD k')).toEqual([[97, 97], []])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('refuses wrong types, offsets, values and words before it does anything', () => {
    const opened = open()
    say(opened.db, 'RPUSH list x')
    const refused: [string, string][] = [
      ['GET u64 0', TYPE],
      ['GET i65 0', TYPE],
      ['GET u8 -1', OFFSET],
      ['GET u8 #', OFFSET],
      ['GET u8 4294967296', OFFSET],
      ['GET u8 #536870912', OFFSET],
      ['SET u8 0 1 SET u8 0 x', NOT_AN_INTEGER],
      ['SET u8 0 1 OVERFLOW x', 'ERR Invalid OVERFLOW type specified'],
      ['SET u8 0 1 GET u8', SYNTAX],
      ['FOO', SYNTAX],
    ]

    for (const [words, message] of refused) expectRefused(opened, () => say(opened.db, `BITFIELD k ${words}`), message)
    expectRefused(opened, () => say(opened.db, 'BITFIELD list SET u8 0 1'), WRONGTYPE)
    expectRefused(opened, () => say(opened.db, 'BITFIELD list GET u8 0'), WRONGTYPE)
  })

  it('takes offsets that wrap within 64 bits as Redis does', () => {
    const { db } = open()

    expect(answers(db, 'BITFIELD k GET u8 #2305843009213693952', 'BITFIELD k GET u8 #9223372036854775807')).toEqual([
      ...[[0], OFFSET],
    ])
  })

  it('typed takes one object a step', () => {
    const { db } = open()

    expect(
      db.bitfield('k', [
        { op: 'incrby', type: 'u8', offset: '#3', value: 300, overflow: 'sat' },
        { op: 'set', type: 'i4', offset: 0, value: -1 },
        { op: 'get', type: 'u4', offset: '0' },
      ]),
    ).toEqual([255, 0, 15])
    expect(db.bitfieldRo('k', [{ op: 'get', type: 'u8', offset: '#3' }])).toEqual([255])
    expect(() => db.bitfield('k', [{ op: 'put' as 'get', type: 'u8', offset: 0 }])).toThrow(SYNTAX)
    expect(() => db.bitfield('k', [{ op: 'get', type: 'u64', offset: 0 }])).toThrow(TYPE)
    expect(() => db.bitfield('k', [{ op: 'set', type: 'u8', offset: 0, value: 0.5 }])).toThrow(NOT_AN_INTEGER)
  })
})

describe('BITFIELD_RO', () => {
  it('reads and refuses to write', () => {
    const opened = open()
    say(opened.db, 'SET k a')

    expect(say(opened.db, 'BITFIELD_RO k GET u8 0 GET u4 #1 OVERFLOW SAT')).toEqual([97, 1])
    expectRefused(
      opened,
      () => say(opened.db, 'BITFIELD_RO k GET u8 0 SET u8 0 1'),
      'ERR BITFIELD_RO only supports the GET subcommand',
    )
    expect(() => opened.db.bitfieldRo('k', [{ op: 'set' as 'get', type: 'u8', offset: 0 }])).toThrow()
  })
})
