import { Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { bytes, open, plant, START_MS, Toy } from '../support.js'

describe('the text of the whole state', () => {
  it('has a head for each database and key, and a line for each element', () => {
    const { db } = open()
    db.set('session:42', 'token', { ex: 3600 })
    db.set('n', 42)
    db.rpush('jobs', 'b', 'a', 'b')
    db.zadd('board', [
      { score: 2, member: 'ada' },
      { score: 1.5, member: 'grace' },
      { score: Number.POSITIVE_INFINITY, member: 'top' },
    ])
    db.sadd('tags', 'red', 'blue')
    db.hset('user:1', { name: 'Ada', age: '36' })
    db.hpexpire('user:1', 1_500, ['name'])
    db.select(3)
    db.set('k', 'v', { px: 10 })

    expect(`\n${db.dump()}\n`).toBe(`
[db 0]
board (zset)
  1.5 "grace"
  2 "ada"
  inf "top"
jobs (list)
  "b"
  "a"
  "b"
n (string)
  "42"
session:42 (string, expires in 3600 s)
  "token"
tags (set)
  "blue"
  "red"
user:1 (hash)
  age = "36"
  name = "Ada" (expires in 1.5 s)
[db 3]
k (string, expires in 0.01 s)
  "v"
`)
  })

  it('says so where there is nothing', () => {
    const { db } = open()
    db.set('k', 'v')

    expect([new Redstart().dump(), db.dump({ match: 'x*' }), db.dump({ database: 1 })]).toEqual([
      ...['(empty)', '(empty)', '(empty)'],
    ])
  })

  it('is the same for equal states, in whatever order they came about', () => {
    const fill = (names: readonly string[]): Redstart => {
      const { db } = open()
      for (const name of names) {
        db.set(name, name)
        db.sadd('s', name)
        db.hset('h', name, name)
      }
      return db
    }

    expect(fill(['a', 'b', 'é', 'Z', '10', '9']).dump()).toBe(fill(['9', 'é', '10', 'b', 'Z', 'a']).dump())
  })

  it('has every key and value on one line, whatever bytes it has', () => {
    const { db } = open()
    db.set('two words', 'say "hi"\\\n\r\t\u0000\u200b\u2028 é 你')
    db.set(bytes(0xff, 0x41), bytes(0x80, 0xc3, 0xa9))
    db.set('', '')
    db.hset('hash', 'a=b', '\u{1f600}')

    expect(db.dump().split('\n')).toEqual([
      '[db 0]',
      '"" (string)',
      '  ""',
      'hash (hash)',
      '  "a=b" = "\u{1f600}"',
      '"two words" (string)',
      '  "say \\"hi\\"\\\\\\n\\r\\t\\u{0}\\u{200b}\\u{2028} é 你"',
      '"\\xffA" (string)',
      '  "\\x80é"',
    ])
  })

  it('tells deadlines as instants, or only that there are some', () => {
    const { db } = open()
    db.set('k', 'v', { px: 1_500 })
    db.set('far', 'v', { pxat: 2n ** 62n })
    db.hset('h', 'f', 'v')
    db.hpexpire('h', 10, ['f'])

    expect(db.dump({ ttl: 'absolute' }).split('\n')).toEqual([
      '[db 0]',
      `far (string, expires at ${2n ** 62n} ms)`,
      '  "v"',
      'h (hash)',
      '  f = "v" (expires at 2025-01-01T00:00:00.010Z)',
      'k (string, expires at 2025-01-01T00:00:01.500Z)',
      '  "v"',
    ])
    expect(db.dump({ ttl: 'hidden', match: '?' }).split('\n')).toEqual([
      ...['[db 0]', 'h (hash)', '  f = "v" (expires)', 'k (string, expires)', '  "v"'],
    ])
    expect(db.dump({ match: 'far' })).toContain(`(string, expires in ${secondsUntil(2n ** 62n)} s)`)
  })

  it('leaves out what has expired, though nobody has noticed', () => {
    const { db } = open()
    db.set('k', 'v', { px: 10 })
    db.hset('h', 'f', 'v')
    db.hpexpire('h', 10, ['f'])
    db.hset('both', { f: 'v', g: 'w' })
    db.hpexpire('both', 10, ['f'])
    // Timers that never come.
    const fork = db.fork({ clock: { now: () => START_MS + 10, schedule: () => ({ cancel: () => {} }) } })

    expect(fork.dump()).toBe('[db 0]\nboth (hash)\n  g = "w"')
  })

  it('shows encodings, shortens long strings and large collections, and tells apart what it leaves out', () => {
    const { db } = open()
    const options = { encoding: true, lengthMax: 5, elementsMax: 2 }
    db.set('k', 'é'.repeat(50))
    db.set('short', '12345')
    db.sadd('s', 'c', 'b', 'a', 'd')
    const text = db.dump(options)

    expect(text.split('\n')).toEqual([
      '[db 0]',
      'k (string, raw)',
      expect.stringMatching(/^ {2}"ééééé…" \(100 bytes, #[0-9a-f]{8}\)$/),
      's (set, listpack)',
      '  "a"',
      '  "b"',
      expect.stringMatching(/^ {2}… 2 more \(#[0-9a-f]{8}\)$/),
      'short (string, int)',
      '  "12345"',
    ])
    expect(db.dump(options)).toBe(text)
    db.setrange('k', 90, 'x')
    expect(db.dump(options)).not.toBe(text)
    const other = db.dump(options)
    db.srem('s', 'd')
    db.sadd('s', 'e')
    expect(db.dump(options)).not.toBe(other)
  })

  it('is no access, and changes nothing', () => {
    const { db, clock, seen, log } = open()
    db.rpush('list', 'a')
    clock.advance(50_000)
    const before = [seen.length, log.batches.length, db.engine.dirty]
    db.dump()

    expect(db.objectIdletime('list')).toBe(50)
    expect([seen.length, log.batches.length, db.engine.dirty]).toEqual(before)
  })

  it('goes through collections that it does not know in their own order', () => {
    const opened = open()
    plant(opened, 'toy', new Toy(['b', 'a']))

    expect(opened.db.dump()).toBe('[db 0]\ntoy (set)\n  "b"\n  "a"')
  })

  it.each([
    [
      "dump has the options match, database, ttl, encoding, lengthMax, elementsMax, got 'tll'",
      { match: '*', tll: 'hidden' },
    ],
    ["ttl is one of relative, absolute, hidden, got 'now'", { ttl: 'now' }],
    ['lengthMax is a number >= 0, got -1', { lengthMax: -1 }],
    ['elementsMax is a number >= 0, got NaN', { elementsMax: Number.NaN }],
    ['there is no database 16', { database: 16 }],
  ])('refuses options that mean nothing: %s', (message, options) => {
    const { db } = open()

    expect(() => db.dump(options as object)).toThrow(new RangeError(message))
  })

  it('is not the DUMP of a key, which takes what is a key and refuses all else', () => {
    const { db } = open()
    db.set('k', 'v')

    expect(db.dump('k')).toBeInstanceOf(Uint8Array)
    expect(db.dump(bytes('k'))).toEqual(db.dump('k'))
    expect(db.dump('nowhere')).toBeNull()
    expect(() => db.dump(null as unknown as string)).toThrow('ERR value must be a string')
    expect(() => db.dump(['k'] as unknown as string)).toThrow('ERR value must be a string')
  })
})

function secondsUntil(deadline: bigint): string {
  const ms = deadline - BigInt(START_MS)
  return `${ms / 1000n}.${String(ms % 1000n).padStart(3, '0')}`
}
