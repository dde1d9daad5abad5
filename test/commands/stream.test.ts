import { describe, expect, it } from 'vitest'
import { expectRefused, forget, logged, type Opened, open, START_MS, say, WRONGTYPE } from '../support.js'

const TOO_LARGE = 'ERR Elements are too large to be stored'
const NOT_GREATER = 'ERR The ID specified in XADD is equal or smaller than the target stream top item'

/** The stream s of the entries 1-0 to 4-0. */
function openWithStream(): Opened {
  const opened = open()
  for (const n of [1, 2, 3, 4]) opened.db.xadd('s', `${n}-0`, { n })
  forget(opened)
  return opened
}

describe('XADD', () => {
  it('takes ids from the clock, and writes them into the log', () => {
    const opened = open()
    const { db, clock } = opened

    expect([db.xadd('s', '*', { f: 'v' }), db.xadd('s', '*', { f: 'v' })]).toEqual([`${START_MS}-0`, `${START_MS}-1`])
    clock.advance(5)
    expect(say(db, 'XADD s * f v')).toBe(`${START_MS + 5}-0`)
    expect(opened.seen).toEqual(['xadd s', 'xadd s', 'xadd s'])
    expect(logged(opened)).toEqual([
      `XADD s ${START_MS}-0 f v`,
      `XADD s ${START_MS}-1 f v`,
      `XADD s ${START_MS + 5}-0 f v`,
    ])
  })

  it('goes on past the last id where the clock stands before it', () => {
    const { db } = open()
    db.xadd('s', `${START_MS + 1000}-5`, { f: 'v' })

    expect(db.xadd('s', '*', { f: 'v' })).toBe(`${START_MS + 1000}-6`)
  })

  it('keeps ids exact past 2^53', () => {
    const { db } = open()
    const id = '18446744073709551615-9007199254740993'
    db.xadd('s', id, { f: 'v' })

    expect(db.xadd('s', '18446744073709551615-*', { f: 'w' })).toBe('18446744073709551615-9007199254740994')
    expect(db.xrange('s', id, id).map((entry) => entry.id)).toEqual([id])
  })

  it('shows ids of any time as they are', () => {
    const { db } = open()
    const ids = [
      '1-0',
      '999-7',
      '1000-0',
      '1001-999',
      '1700000000007-0',
      '1700000000017-1',
      '2147483648000-3',
      '9007199254740991-1',
    ]

    for (const id of ids) expect(db.xadd('s', id, { f: 'v' })).toBe(id)
    expect(db.xrange('s', '-', '+').map(({ id }) => id)).toEqual(ids)
  })

  it('announces a trim after the entry, and logs what is left', () => {
    const opened = openWithStream()

    opened.db.xadd('s', '5-0', { n: 5 }, { maxlen: 2 })

    expect(opened.seen).toEqual(['xadd s', 'xtrim s'])
    expect(logged(opened)).toEqual(['XADD s 5-0 n 5', 'XTRIM s MAXLEN = 2'])
    expect(opened.db.engine.dirty).toBe(5)
  })

  it('adds nothing where there is no stream, if that is asked for', () => {
    const opened = open()

    expect(opened.db.xadd('s', '*', { f: 'v' }, { nomkstream: true })).toBeNull()
    expect([opened.seen, logged(opened), opened.db.exists('s')]).toEqual([[], [], 0])
  })

  it('keeps a field of any name, and of a name that comes twice both', () => {
    const { db } = open()
    db.xadd('s', '1-0', [
      ['__proto__', 'p'],
      ['f', '1'],
      ['f', '2'],
    ])

    const [entry] = db.xrange('s', '-', '+')
    expect(Object.entries(entry!.fields)).toEqual([
      ['__proto__', 'p'],
      ['f', '2'],
    ])
    expect('constructor' in entry!.fields).toBe(false)
    expect(say(db, 'XRANGE s - +')).toEqual([['1-0', ['__proto__', 'p', 'f', '1', 'f', '2']]])
  })

  it('gives out bytes on the side of bytes', () => {
    const { db } = open()
    db.xadd('s', '1-0', { f: Uint8Array.of(0xff, 0) })

    expect(db.bytes.xrange('s', '-', '+')[0]!.fields.f).toEqual(Uint8Array.of(0xff, 0))
  })

  it('refuses an entry that is larger than Redis could store, and changes nothing', () => {
    const opened = openWithStream()
    const { db } = opened
    const { settings } = db.engine
    expect(settings.streamBlocks.entryBytesMax).toBe(2 ** 30)
    settings.streamBlocks = { ...settings.streamBlocks, entryBytesMax: 9 }

    expectRefused(opened, () => db.xadd('s', '*', { name: '123456' }), TOO_LARGE)
    expectRefused(opened, () => db.xadd('s', '*', { é: 'éééé' }), TOO_LARGE)
    expectRefused(opened, () => db.xadd('s', '1-0', { name: '123456' }), NOT_GREATER)
    expect(db.xadd('s', '*', { name: '12345' })).toBe(`${START_MS}-0`)
    expect(db.xadd('s', '*', { a: 'éééé' })).toBe(`${START_MS}-1`)
  })

  it.each([
    ['XADD k 5-0 f v', WRONGTYPE],
    ['XADD s 4-0 f v', NOT_GREATER],
    ['XADD s 0-0 f v', 'ERR The ID specified in XADD must be greater than 0-0'],
    ['XADD s 5-0 f v g', "ERR wrong number of arguments for 'xadd' command"],
    ['XADD new MAXLEN -1 * f v', 'ERR The MAXLEN argument must be >= 0.'],
    ['XSETID s 3-0', 'ERR The ID specified in XSETID is smaller than the target stream top item'],
    ['XDEL s 1-0 none', 'ERR Invalid stream ID specified as stream command argument'],
    ['XDEL k 1-0', WRONGTYPE],
    ['XLEN k', WRONGTYPE],
  ])('and its kin refuse, and change nothing: %s', (words, message) => {
    const opened = openWithStream()
    opened.db.set('k', 'v')
    forget(opened)

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('XDEL and XTRIM', () => {
  it('leave a stream without entries where it is', () => {
    const opened = openWithStream()
    const { db } = opened

    expect(db.xdel('s', '1-0', '2-0', '9-9')).toBe(2)
    expect(db.xtrim('s', { maxlen: 0 })).toBe(2)
    expect([db.xlen('s'), db.exists('s'), db.xinfoStream('s').lastGeneratedId]).toEqual([0, 1, '4-0'])
    expect(opened.seen).toEqual(['xdel s', 'xtrim s'])
    expect(logged(opened)).toEqual(['XDEL s 1-0 2-0', 'XTRIM s MAXLEN = 0'])
  })

  it('that find nothing change nothing', () => {
    const opened = openWithStream()
    const { db } = opened

    expect([db.xdel('s', '9-9'), db.xtrim('s', { maxlen: 4 }), db.xtrim('s', { minid: '1' })]).toEqual([0, 0, 0])
    expect([db.xdel('missing', '1-0'), db.xtrim('missing', { maxlen: 0 })]).toEqual([0, 0])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('take whole blocks only where that is asked for', () => {
    const { db } = open()
    db.configSet({ 'stream-node-max-entries': '10' })
    for (let n = 1; n <= 25; n++) db.xadd('s', `${n}-0`, { n })

    expect(db.xtrim('s', { maxlen: 1, approx: true, limit: 5 })).toBe(0)
    expect(db.xtrim('s', { maxlen: 1, approx: true })).toBe(20)
    expect(db.xtrim('s', { minid: '24', approx: false })).toBe(3)
  })
})

describe('XRANGE and XREVRANGE', () => {
  it('return entries between two ids, either left out by a bracket', () => {
    const { db } = openWithStream()
    const ids = (entries: { id: string }[]) => entries.map(({ id }) => id).join(' ')

    expect(ids(db.xrange('s', '2', '3'))).toBe('2-0 3-0')
    expect(ids(db.xrange('s', '(1-0', '(4-0'))).toBe('2-0 3-0')
    expect(ids(db.xrange('s', '-', '+', { count: 3 }))).toBe('1-0 2-0 3-0')
    expect(ids(db.xrevrange('s', '+', '2', { count: 2 }))).toBe('4-0 3-0')
    expect(ids(db.xrevrange('s', '(4-0', '-'))).toBe('3-0 2-0 1-0')
    expect([db.xrange('s', '3', '2'), db.xrange('s', '-', '+', { count: 0 }), db.xrange('none', '-', '+')]).toEqual([
      [],
      [],
      [],
    ])
  })

  it('pass over what was deleted, across blocks', () => {
    const { db } = open()
    db.configSet({ 'stream-node-max-entries': '4' })
    for (let n = 1; n <= 12; n++) db.xadd('s', `${n}-0`, { n })
    db.xdel('s', '4-0', '5-0', '12-0')

    expect(db.xrange('s', '3', '+', { count: 3 }).map(({ id }) => id)).toEqual(['3-0', '6-0', '7-0'])
    expect(db.xrevrange('s', '+', '-', { count: 2 }).map(({ fields }) => fields.n)).toEqual(['11', '10'])
  })
})

describe('XSETID', () => {
  it('sets the last id and the counters, and says so', () => {
    const opened = openWithStream()
    const { db } = opened

    expect(db.xsetid('s', '9-0', { entriesadded: 50, maxdeletedid: '8-0' })).toBe('OK')
    expect(db.xinfoStream('s')).toMatchObject({ lastGeneratedId: '9-0', entriesAdded: 50, maxDeletedEntryId: '8-0' })
    expect(opened.seen).toEqual(['xsetid s'])
    expect(logged(opened)).toEqual(['XSETID s 9-0 ENTRIESADDED 50 MAXDELETEDID 8-0'])
  })
})
