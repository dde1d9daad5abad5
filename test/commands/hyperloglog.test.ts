import { describe, expect, it } from 'vitest'
import { replay } from '../../src/commands/dispatch.js'
import { bytes, contents, expectRefused, forget, logged, type Opened, open, say, WRONGTYPE } from '../support.js'

const NOT_ONE = 'WRONGTYPE Key is not a valid HyperLogLog string value.'
const DAMAGED = 'INVALIDOBJ Corrupted HLL object detected'

/** A sparse one, out of date, whose runs make up 81 registers. */
const SHORT = bytes(...[0x48, 0x59, 0x4c, 0x4c, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x40, 0x50])

/** The HyperLogLogs h (a, b, c) and d (dense), the string s, the list l, and one that is damaged. */
function openWithCounts(): Opened {
  const opened = open()
  const { db } = opened
  db.pfadd('h', 'a', 'b', 'c')
  db.pfadd('d', 'c', 'd')
  say(db, 'PFDEBUG TODENSE d')
  db.set('s', 'text')
  db.rpush('l', 'x')
  db.set('damaged', SHORT)
  forget(opened)
  return opened
}

describe('PFADD', () => {
  it('makes one, says whether that changed anything, and announces it', () => {
    const opened = open()

    expect([say(opened.db, 'PFADD k'), say(opened.db, 'PFADD k')]).toEqual([1, 0])
    expect([say(opened.db, 'PFADD k a b'), say(opened.db, 'PFADD k a')]).toEqual([1, 0])
    expect(opened.seen).toEqual(['pfadd k', 'pfadd k'])
    expect(logged(opened)).toEqual(['PFADD k', 'PFADD k a b'])
    // One for the key, and one for each register.
    expect(opened.db.engine.dirty).toBe(3)
  })

  it('keeps the bytes that Redis keeps', () => {
    const { db } = open()
    db.pfadd('k', 'a', 'b', 'c')

    expect(say(db, 'PFDEBUG DECODE k')).toBe('Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603')
    expect(Buffer.from(db.bytes.get('k')!).toString('hex')).toBe(
      '48594c4c01000000000000000000008060f38050b1844bfb80425a',
    )
  })

  it('hashes what JS takes for text and for bytes alike', () => {
    const { db } = open()
    db.pfadd('text', 'ключ', 'x'.repeat(500), 17)
    db.pfadd('bytes', bytes('ключ'), bytes('x'.repeat(500)), bytes('17'))

    expect(db.get('text')).toBe(db.get('bytes'))
  })

  it.each([
    ['PFADD s a', NOT_ONE],
    ['PFADD l a', WRONGTYPE],
    ['PFADD damaged a', DAMAGED],
    ['PFADD damaged e1 e2 e3 e4 e5 e6', DAMAGED],
    ['PFCOUNT s', NOT_ONE],
    ['PFCOUNT h s', NOT_ONE],
    ['PFCOUNT l', WRONGTYPE],
    ['PFCOUNT damaged', DAMAGED],
    ['PFCOUNT h damaged', DAMAGED],
    ['PFMERGE s h', NOT_ONE],
    ['PFMERGE h s', NOT_ONE],
    ['PFMERGE h l', WRONGTYPE],
    ['PFMERGE damaged h', DAMAGED],
    ['PFMERGE h damaged', DAMAGED],
    ['PFDEBUG TODENSE damaged', DAMAGED],
    ['PFDEBUG GETREG damaged', DAMAGED],
    ['PFDEBUG DECODE d', 'ERR HLL encoding is not sparse'],
    ['PFDEBUG DECODE s', NOT_ONE],
    ['PFDEBUG DECODE missing', 'ERR The specified key does not exist'],
    ['PFDEBUG NOSUCH h', "ERR Unknown PFDEBUG subcommand 'NOSUCH'"],
    ['PFDEBUG SIMD maybe', 'ERR Argument must be ON or OFF'],
  ])('and its kin refuse, and change nothing: %s', (words, message) => {
    const opened = openWithCounts()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('that meets damage takes back what it had added before', () => {
    const { db } = openWithCounts()
    // e276 lies in one of the 81 registers, and the next one does not.
    const near = Array.from({ length: 2_000 }, (_, i) => `n${i}`).find((element) => {
      db.set('try', SHORT)
      return attempt(() => db.pfadd('try', element)) === 1
    })!

    expect(() => db.pfadd('damaged', near, 'a')).toThrow(DAMAGED)
    expect(db.bytes.get('damaged')).toEqual(SHORT)
  })
})

function attempt(call: () => number): number {
  try {
    return call()
  } catch {
    return -1
  }
}

describe('PFCOUNT', () => {
  it('counts one, several together, and nothing', () => {
    const { db } = openWithCounts()

    expect([db.pfcount('h'), db.pfcount('d'), db.pfcount('h', 'd'), db.pfcount('none')]).toEqual([3, 2, 4, 0])
    expect(() => db.pfcount()).toThrow("ERR wrong number of arguments for 'pfcount' command")
  })

  it('of one key writes the count down: a change that is logged and trips watches, without an event', () => {
    const opened = openWithCounts()
    const watch = opened.db.watch('h')
    const { dirty } = opened.db.engine

    expect([opened.db.pfcount('h'), opened.db.pfcount('h')]).toEqual([3, 3])
    expect([opened.seen, logged(opened), opened.db.engine.dirty - dirty]).toEqual([[], ['PFCOUNT h'], 1])
    expect(watch.changed).toBe(true)
  })

  it('of several keys changes nothing', () => {
    const opened = openWithCounts()

    opened.db.pfcount('h', 'd')

    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('takes the count in the header for true', () => {
    const { db } = openWithCounts()
    db.pfcount('h')
    db.setrange('h', 8, bytes(77))

    expect(db.pfcount('h')).toBe(77)
    expect(db.pfadd('h', 'more')).toBe(1)
    expect(db.pfcount('h')).toBe(4)
  })

  it('leaves a fork as it was', () => {
    const { db } = openWithCounts()
    const fork = db.fork()
    const before = db.get('h')
    fork.pfadd('h', 'x')
    fork.pfcount('h')

    expect(db.get('h')).toBe(before)
    expect([db.pfcount('h'), fork.pfcount('h')]).toEqual([3, 4])
  })
})

describe('PFMERGE', () => {
  it('makes the destination, which is dense if one of all is', () => {
    const opened = openWithCounts()
    const { db } = opened

    expect([db.pfmerge('new', 'h', 'none'), db.pfmerge('h', 'd'), db.pfmerge('empty')]).toEqual(['OK', 'OK', 'OK'])
    expect([db.pfcount('new'), db.pfcount('h'), db.pfcount('empty')]).toEqual([3, 4, 0])
    expect([say(db, 'PFDEBUG ENCODING new'), say(db, 'PFDEBUG ENCODING h')]).toEqual(['sparse', 'dense'])
    expect(opened.seen).toEqual(['pfadd new', 'pfadd h', 'pfadd empty'])
    expect(logged(opened).slice(0, 3)).toEqual(['PFMERGE new h none', 'PFMERGE h d', 'PFMERGE empty'])
  })
})

describe('PFDEBUG and PFSELFTEST', () => {
  it('show registers, and make dense what they show them of', () => {
    const opened = openWithCounts()

    const registers = say(opened.db, 'PFDEBUG GETREG h') as number[]

    expect([registers.length, registers.filter((count) => count > 0)]).toEqual([16_384, [1, 2, 1]])
    expect([say(opened.db, 'PFDEBUG ENCODING h'), say(opened.db, 'PFDEBUG TODENSE h')]).toEqual(['dense', 0])
    expect(logged(opened)).toEqual(['PFDEBUG TODENSE h'])
    expect([say(opened.db, 'PFDEBUG SIMD on'), say(opened.db, 'PFDEBUG simd OFF')]).toEqual(['enabled', 'disabled'])
    expect(say(opened.db, 'PFSELFTEST')).toBe('OK')
  })
})

describe('hll-sparse-max-bytes', () => {
  it.each([
    ['1k', '1000'],
    ['1Kb', '1024'],
    ['2mb', '2097152'],
    ['', '0'],
    ['9223372036854775807', '9223372036854775807'],
    ['17179869184gb', '0'],
  ])('is a number of bytes, also in units: %s', (given, shown) => {
    const { db } = open()
    db.configSet({ 'hll-sparse-max-bytes': given })

    expect(db.configGet('hll-sparse-max-bytes')).toEqual({ 'hll-sparse-max-bytes': shown })
  })

  it.each([
    ['1t', 'argument must be a memory value'],
    ['-1', 'argument must be a memory value'],
    ['9223372036854775808', 'argument must be between 0 and 9223372036854775807 inclusive'],
    ['99999999999999999999', 'argument must be between 0 and 9223372036854775807 inclusive'],
  ])('refuses %s', (given, reason) => {
    const { db } = open()

    expect(() => db.configSet({ 'hll-sparse-max-bytes': given })).toThrow(reason)
  })

  it('says when a sparse one becomes dense, and a log makes the same bytes by its default', () => {
    const opened = open()
    opened.db.configSet({ 'hll-sparse-max-bytes': 0 })
    opened.db.pfadd('a', 'x')
    opened.db.configSet({ 'hll-sparse-max-bytes': '1mb' })
    opened.db.pfadd('b', ...Array.from({ length: 3_000 }, (_, i) => `e${i}`))
    opened.db.pfmerge('c', 'b')
    opened.db.configSet({ 'hll-sparse-max-bytes': 3000 })
    opened.db.pfadd('d', ...Array.from({ length: 3_000 }, (_, i) => `e${i}`))

    const encodings = ['a', 'b', 'c', 'd'].map((key) => say(opened.db, `PFDEBUG ENCODING ${key}`))
    expect(encodings).toEqual(['dense', 'sparse', 'sparse', 'dense'])
    const other = open()
    for (const batch of opened.log.batches) replay(other.db.engine, batch)
    expect(contents(other.db)).toEqual(contents(opened.db))
  })
})
