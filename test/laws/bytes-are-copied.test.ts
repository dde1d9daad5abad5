import { type Data, type LogWord, MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'

/*
 * The law: no array of bytes is shared with the caller. What was handed in may be written to afterwards, and what was handed
 * out may be written to, without anything in the database, in the log or in another reply changing by it.
 */

const LONG = 60

/** Bytes of 'a', in an array of each kind that callers have. */
const KINDS: readonly (readonly [string, (length: number) => Uint8Array])[] = [
  ['a Uint8Array', (length) => new Uint8Array(length).fill(0x61)],
  ['a part of a larger array', (length) => new Uint8Array(length + 9).fill(0x61).subarray(5, 5 + length)],
]
const BUFFERS: readonly (readonly [string, (length: number) => Uint8Array])[] = [
  ['a Buffer', (length) => Buffer.alloc(length, 'a')],
  ['a Buffer in the pool', (length) => Buffer.from('a'.repeat(length))],
]

/** Each way in for a value, and the key that has it then. */
const WAYS_IN: readonly (readonly [string, (db: Redstart, value: Data) => unknown])[] = [
  ['set', (db, value) => db.set('k', value)],
  ['set with options', (db, value) => db.set('k', value, { ex: 10 })],
  ['setnx', (db, value) => db.setnx('k', value)],
  ['setex', (db, value) => db.setex('k', 10, value)],
  ['getset', (db, value) => db.getset('k', value)],
  ['mset', (db, value) => db.mset({ k: value })],
  ['append to nothing', (db, value) => db.append('k', value)],
  ['append', (db, value) => db.set('k', '') && db.append('k', value)],
  ['setrange', (db, value) => db.setrange('k', 0, value)],
  ['call', (db, value) => db.call('SET', 'k', value)],
  ['callBuffer', (db, value) => db.callBuffer('SET', 'k', value)],
]

/** Each way out for bytes. */
const WAYS_OUT: readonly (readonly [string, (db: Redstart) => unknown])[] = [
  ['get', (db) => db.bytes.get('k')],
  ['getex', (db) => db.bytes.getex('k')],
  ['mget', (db) => db.bytes.mget('k')[0]],
  ['getrange', (db) => db.bytes.getrange('k', 0, -1)],
  ['the key itself', (db) => db.bytes.keys('k*')[0]],
  ['lcs', (db) => db.bytes.lcs('k', 'k')],
  ['echo', (db) => db.bytes.echo('k')],
  ['set with get', (db) => db.bytes.set('k', db.bytes.get('k')!, { get: true })],
  ['callBuffer', (db) => db.callBuffer('GET', 'k')],
]

const allA = (length: number): string => 'a'.repeat(length)

function setUp(): { db: Redstart; log: MemoryLog } {
  const log = new MemoryLog()
  return { db: new Redstart({ clock: manualClock(), log }), log }
}

/** Stores a value, writes over the array, and says whether the database noticed. */
function sharesIn(give: (db: Redstart, value: Data) => unknown, make: (length: number) => Uint8Array, length: number) {
  const { db, log } = setUp()
  const value = make(length)
  give(db, value)
  value.fill(0x7a)
  const logged = log.batches.flat().flatMap(({ words }) => words)
  return db.get('k') !== allA(length) || logged.some(isOverwritten)
}

function isOverwritten(word: LogWord): boolean {
  return typeof word === 'string' ? word.includes('zzz') : word.includes(0x7a)
}

/** Takes bytes out, writes over them, and says whether the database noticed. */
function sharesOut(take: (db: Redstart) => unknown, make: (length: number) => Uint8Array, length: number): boolean {
  const { db, log } = setUp()
  db.set('k', make(length))
  const taken = take(db)
  if (!(taken instanceof Uint8Array)) throw new Error('no bytes came out')
  taken.fill(0x7a)
  const logged = log.batches.flat().flatMap(({ words }) => words)
  return db.get('k') !== allA(length) || db.exists('k') !== 1 || logged.some(isOverwritten)
}

describe('bytes that are handed in', () => {
  it.each(KINDS)('belong to the caller still: %s', (_kind, make) => {
    for (const [way, give] of WAYS_IN) {
      for (const length of [3, LONG]) if (sharesIn(give, make, length)) expect.fail(`${way}, ${length} bytes`)
    }
  })

  it.each(BUFFERS)('belong to the caller still, if they are few: %s', (_kind, make) => {
    for (const [way, give] of WAYS_IN) if (sharesIn(give, make, 3)) expect.fail(way)
  })

  it.each(BUFFERS)('belong to the caller still, if they are many: %s', (_kind, make) => {
    // Bug: values from 45 bytes on were copied by `slice`, which does not copy a Buffer: the database kept the caller's own
    // memory, and what the caller wrote to it later was in the database, past the log.
    for (const [way, give] of WAYS_IN) if (sharesIn(give, make, LONG)) expect.fail(way)
  })

  it.each(KINDS)('as a payload of RESTORE belong to the caller still: %s', (_kind, make) => {
    expect(restoreShares(make)).toBe(false)
  })

  it.each(BUFFERS)('as a payload of RESTORE belong to the caller still: %s', (_kind, make) => {
    // Bug: the log kept the caller's own memory: what a LogSink wrote down later was no longer the payload.
    expect(restoreShares(make)).toBe(false)
  })

  it.each([...KINDS, ...BUFFERS])('as a key belong to the caller still: %s', (_kind, make) => {
    const { db } = setUp()
    const key = make(LONG)

    db.set(key, 'v')
    key.fill(0x7a)

    expect(db.get(allA(LONG))).toBe('v')
  })

  it.each([...KINDS, ...BUFFERS])('as a member of a sorted set belong to the caller still: %s', (_kind, make) => {
    for (const add of [
      (db: Redstart, m: Data) => db.zadd('z', 1, m),
      (db: Redstart, m: Data) => db.zadd('z', [{ score: 1, member: m }]),
      (db: Redstart, m: Data) => db.call('ZADD', 'z', 1, 'x', 2, m),
    ]) {
      const { db, log } = setUp()
      const member = make(LONG)

      add(db, member)
      member.fill(0x7a)

      expect(db.zscore('z', allA(LONG))).not.toBeNull()
      expect(
        log.batches
          .flat()
          .flatMap(({ words }) => words)
          .some(isOverwritten),
      ).toBe(false)
    }
  })

  it.each([...KINDS, ...BUFFERS])('as a member of a set belong to the caller still: %s', (_kind, make) => {
    for (const add of [
      (db: Redstart, m: Data) => db.sadd('s', m),
      (db: Redstart, m: Data) => db.call('SADD', 's', 'x', m),
    ]) {
      const { db, log } = setUp()
      const member = make(LONG)

      add(db, member)
      member.fill(0x7a)

      expect(db.sismember('s', allA(LONG))).toBe(1)
      expect(
        log.batches
          .flat()
          .flatMap(({ words }) => words)
          .some(isOverwritten),
      ).toBe(false)
    }
  })

  /** Whether the logged payload or the restored value changes when the caller's array does. */
  function restoreShares(make: (length: number) => Uint8Array): boolean {
    const { db, log } = setUp()
    db.set('source', allA(LONG))
    const dumped = db.dump('source')!
    const payload = make(dumped.length)
    payload.set(dumped)
    db.restore('k', 0, payload)
    payload.fill(0x7a)
    const logged = log.batches.at(-1)![0]!.words[3] as Uint8Array
    return db.get('k') !== allA(LONG) || !logged.every((byte, i) => byte === dumped[i])
  }
})

describe('bytes that are handed out', () => {
  it.each(KINDS)('belong to the caller: of %s', (_kind, make) => {
    for (const [way, take] of WAYS_OUT) {
      for (const length of [3, LONG]) if (sharesOut(take, make, length)) expect.fail(`${way}, ${length} bytes`)
    }
  })

  it.each(BUFFERS)('belong to the caller: of %s', (_kind, make) => {
    // Bug: the value was held as the Buffer that was handed in, so its `slice` was a window into the database.
    for (const [way, take] of WAYS_OUT) if (sharesOut(take, make, LONG)) expect.fail(way)
  })

  it('belong to the caller: of a set, and of what is sorted', () => {
    const { db } = setUp()
    db.sadd('s', new Uint8Array(LONG).fill(0x61))

    const taken = [db.bytes.smembers('s'), db.bytes.srandmember('s', 1), db.bytes.sort('s', { alpha: true })].flat()
    for (const bytes of taken) bytes.fill(0x7a)

    expect(db.smembers('s')).toEqual([allA(LONG)])
  })

  it('belong to the caller: of a sorted set', () => {
    const { db } = setUp()
    db.zadd('z', 1, new Uint8Array(LONG).fill(0x61))

    const taken = [
      ...[...db.bytes.zrange('z', 0, -1), ...db.bytes.zrandmember('z', 1), ...db.bytes.zunion(['z'])],
      ...[...db.bytes.zrange('z', 0, -1, { withScores: true }), ...db.bytes.zscan('z', 0).members].map(
        (one) => one.member,
      ),
    ]
    for (const bytes of taken) bytes.fill(0x7a)

    expect(db.zrange('z', 0, -1)).toEqual([allA(LONG)])
  })

  it('in two replies are two arrays', () => {
    const { db } = setUp()
    db.set('k', new Uint8Array(LONG).fill(0x61))

    const [one, other] = [db.bytes.get('k')!, db.bytes.get('k')!]
    one.fill(0x7a)

    expect(other).toEqual(new Uint8Array(LONG).fill(0x61))
  })

  it('are plain Uint8Arrays that own their memory', () => {
    const { db } = setUp()
    for (const value of ['text', '12', new Uint8Array(LONG).fill(0x61)]) {
      db.set('k', value)
      for (const [way, take] of WAYS_OUT) {
        const taken = take(db) as Uint8Array
        if (Object.getPrototypeOf(taken) !== Uint8Array.prototype) expect.fail(`${way} gives a subclass`)
        if (taken.buffer.byteLength !== taken.length) expect.fail(`${way} gives a part of a larger memory`)
      }
    }
  })

  it('by COPY and RENAME are not shared between keys', () => {
    const { db } = setUp()
    db.set('k', new Uint8Array(LONG).fill(0x61))
    db.copy('k', 'copy')

    db.append('k', 'x')
    db.setrange('copy', 0, 'b')

    expect(db.get('k')).toBe(`${allA(LONG)}x`)
    expect(db.get('copy')).toBe(`b${allA(LONG - 1)}`)
  })
})
