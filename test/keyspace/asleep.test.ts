import * as fc from 'fast-check'
import { ManualClock, type Plain, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { StoreHost } from '../../src/commands/persistence-host.js'
import { codeOfAsleep, NEVER, wake } from '../../src/keyspace/asleep.js'
import { givePlain } from '../../src/keyspace/plain-data.js'
import { formOf, PLAIN_STRING, packString, readValue } from '../../src/keyspace/plain-values.js'
import { type Collection, codeOf, isString, type Value, valueWeight } from '../../src/keyspace/value.js'
import { loadPieces } from '../../src/persistence/recovery.js'
import { readSnapshot, SnapshotEncoder } from '../../src/persistence/snapshot-format.js'
import { toBytes } from '../../src/structures/text.js'
import { stateOf, valueText } from '../laws/state.js'
import { LazyClock, run, steps } from '../laws/steps.js'
import { START } from '../laws/writes/write.js'

const HEAD = { databases: 16, seq: 0, timeMs: 1, keys: 0 }

/** The snapshot, which may say that it has other numbers of keys. */
async function* piecesOf(encoder: SnapshotEncoder, keys = 0): AsyncIterable<Uint8Array> {
  yield encoder.head({ ...HEAD, keys })
  for (let block = encoder.block(); block !== undefined; block = encoder.block()) yield block
  yield encoder.last()
}

/** Plain data of which a binary may stand for doubles. */
function doubles(...scores: number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(scores).buffer)
}

interface Seen {
  /** The code of the type as which it may sleep, NEVER where it may not. */
  readonly code: number
  readonly asleep: { readonly text: string; readonly weight: number; readonly encoding: string } | undefined
  /** What came of reading it at once; undefined where it was refused. */
  readonly awake:
    | { readonly code: number; readonly text: string; readonly weight: number; readonly encoding: string }
    | undefined
}

/** Puts a value to sleep and wakes it where that may be, and reads it at once. */
async function see(form: number, value: Plain): Promise<Seen> {
  const encoder = new SnapshotEncoder(toBytes)
  for (let i = 0; i < 2; i++) {
    encoder.entry(0, 'k', form)
    givePlain(value, encoder)
    encoder.none()
  }
  let [code, asleep, awake]: [number, Seen['asleep'], Seen['awake']] = [NEVER, undefined, undefined]
  const made = (value: Value) => {
    const encoding = isString(value) ? 'a string' : value.encoding
    return { code: codeOf(value), text: valueText(value), weight: valueWeight(value), encoding }
  }
  await readSnapshot(piecesOf(encoder), 'file', (entries) => {
    entries.next()
    const glance = entries.glance()
    code = glance === undefined ? NEVER : codeOfAsleep(form, glance)
    if (glance !== undefined && code !== NEVER) {
      const source = entries.sourceOf(glance.bytes.slice(glance.start, glance.end))
      entries.pass()
      source.seek(0)
      asleep = made(wake(code, source))
    } else entries.plain()
    entries.plain()
    entries.next()
    try {
      awake = made(readValue(form, entries))
      entries.plain()
    } catch {
      awake = undefined
    }
  }).catch(() => undefined)
  return { code, asleep, awake }
}

const word = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('', 'a', 'ab', 'ba', '1', '-7') },
  { weight: 20, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('é', Uint8Array.of(97), Uint8Array.of(255)) },
)
const words = fc.array(word, { maxLength: 8 })
const encoding = fc.oneof(
  { weight: 9, arbitrary: fc.nat(2) },
  { weight: 1, arbitrary: fc.constantFrom<Plain>(3, -1, 200, 1.5, null, 'x') },
)
const score = fc.constantFrom(0, -0, 1, 1, 2, 2.5, -3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN)

const values = fc.oneof(
  fc
    .tuple(fc.constant(2), fc.array(fc.oneof(fc.tuple(fc.constantFrom(0, 0, 1, 2), words), fc.constant(undefined))))
    .map(([form, nodes]): [number, Plain] => [
      form,
      nodes.map((node) => (node === undefined ? [] : [node[0], ...node[1]])),
    ]),
  fc
    .tuple(fc.constantFrom(3, 5), encoding, words)
    .map(([form, first, rest]): [number, Plain] => [form, [first, ...rest]]),
  fc
    .tuple(encoding, fc.array(fc.tuple(score, word), { maxLength: 6 }), fc.boolean(), fc.nat(20))
    .map(([first, members, inOrder, cut]): [number, Plain] => {
      if (inOrder) members.sort(([a], [b]) => a - b)
      const scores = doubles(...members.map(([score]) => score))
      return [6, [first, cut === 0 ? scores.slice(1) : scores, ...members.map(([, member]) => member)]]
    }),
  fc.tuple(fc.constant(0), fc.oneof(word, fc.constantFrom<Plain>(7, 2n ** 60n, ['x']))),
  fc.tuple(
    fc.constantFrom(0, 2, 3, 4, 5, 6, 7, 9),
    fc.constantFrom<Plain>(null, 1, 'x', [], [[]], [0], [1, 2], [[[]]]),
  ),
)

describe('a value that is put to sleep', () => {
  it('wakes as what it would be if it had been read at once, and is none that would have been refused', async () => {
    let asleep = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(values, async ([form, value]) => {
        const seen = await see(form, value)

        if (seen.awake === undefined) {
          expect(seen.code).toBe(NEVER)
          refused++
        } else if (seen.code !== NEVER) {
          expect(seen.asleep).toEqual(seen.awake)
          expect(seen.code).toBe(seen.awake.code)
          asleep++
        }
      }),
      { numRuns: 1_500 },
    )
    expect(asleep).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(100)
  })

  it.each<[string, number, Plain]>([
    [
      'list',
      2,
      [
        [0, 'a', 'b'],
        [0, ''],
      ],
    ],
    ['hash', 3, [0, 'f', 'v', 'g', 'v']],
    ['set in a listpack', 5, [1, 'a', '1', '']],
    ['sorted set', 6, [0, doubles(-1, 1.5, 1.5), 'b', 'a', 'aa']],
    ['hash of many words', 3, [2, ...Array.from({ length: 60 }, (_, i) => `word ${i}`)]],
    ['text', 0, 'a text of some length'],
  ])('may be a %s', async (_what, form, value) => {
    expect((await see(form, value)).code).not.toBe(NEVER)
  })

  it.each<[string, number, Plain]>([
    ['text that is not ASCII', 2, [[0, 'é']]],
    ['such text in the place of a string', 0, 'é'],
    ['integer in the place of a string', 0, 12],
    ['bytes in the place of text', 3, [0, 'f', Uint8Array.of(1)]],
    ['deadlines', 4, [1, 'f', 'v', 5]],
    ['integers alone', 5, [0, '1', '2']],
    ['too many parts', 3, [0, ...Array.from({ length: 64 }, (_, i) => `word ${i}`)]],
    ['too many bytes', 2, [[0, 'x'.repeat(2_048)]]],
    ['a field that comes twice', 3, [0, 'f', 'v', 'f', 'w']],
    ['a member that comes twice', 6, [0, doubles(1, 2), 'm', 'm']],
    ['members of one score that are not in order', 6, [0, doubles(1, 1), 'b', 'a']],
    ['scores that are not in order', 6, [0, doubles(2, 1), 'a', 'b']],
    ['a score that is no number', 6, [0, doubles(Number.NaN), 'a']],
    ['a plain node', 2, [[1, 'a']]],
    ['a node without elements', 2, [[0]]],
    ['no elements', 5, [1]],
  ])('has no %s', async (_what, form, value) => {
    expect((await see(form, value)).code).toBe(NEVER)
  })
})

/** Of so many keys none is made before it is looked for. */
const MANY = 40_000

/** The bytes of a snapshot of a store. */
function snapshotOf(engine: Redstart['engine']): SnapshotEncoder {
  const encoder = new SnapshotEncoder(toBytes)
  const cursor = new StoreHost(engine, () => undefined).snapshot(encoder)
  engine.replaying = false
  while (cursor.next(1_000)) {}
  return encoder
}

/** A store with what is in another one, as if it had been opened; `awake` where nothing in it may sleep. */
async function opened(from: Redstart, clock: ManualClock, awake: boolean): Promise<Redstart> {
  const encoder = snapshotOf(from.engine)
  const db = new Redstart({ clock, seed: 7 })
  const host = new StoreHost(db.engine, () => undefined)
  await loadPieces(piecesOf(encoder, MANY), 'file', host)
  host.listen(undefined)
  if (awake) for (const { keys } of db.engine.databases) for (let slot = 0; slot < keys.size; slot++) keys.lookAt(slot)
  return db
}

function asleepIn(db: Redstart): number {
  const { keys } = db.engine.databases[0]!
  return Array.from({ length: keys.size }, (_, slot) => keys.isAsleep(slot)).filter((isAsleep) => isAsleep).length
}

/** How many keys have not been made. */
function keysAsleepIn(db: Redstart): number {
  const { keys } = db.engine.databases[0]!
  const cells = Array.from({ length: keys.size }, (_, slot) => keys.rowsOf(slot)[keys.offsetOf(slot)])
  return cells.filter((cell) => typeof cell === 'number').length
}

function filled(clock: ManualClock): Redstart {
  const db = new Redstart({ clock, seed: 7 })
  db.rpush('list', 'a', 'b')
  db.hset('hash', { f: 'v', g: 'w' })
  db.sadd('set', 'one', 'two')
  db.zadd('zset', [
    { member: 'm', score: 1 },
    { member: 'n', score: 2 },
  ])
  db.set('text', 'v')
  return db
}

describe('a store in which values sleep', () => {
  it.each([
    ['by the timer', ManualClock],
    ['on access only', LazyClock],
  ])('does what one does in which all are awake, where keys expire %s', async (_how, Clock) => {
    let slept = 0
    await fc.assert(
      fc.asyncProperty(steps, steps, async (before, after) => {
        const clock = new Clock(START)
        const source = filled(clock)
        const session = source.session()
        for (const step of before) run(session, clock, step)
        const [sleeping, awake] = [await opened(source, clock, false), await opened(source, clock, true)]
        slept += asleepIn(sleeping)
        const [one, other] = [sleeping.session(), awake.session()]
        for (const step of after) {
          run(one, clock, step)
          if (step.door !== 'clock') run(other, clock, step)
        }

        const { keys } = sleeping.engine.databases[0]!
        sleeping.engine.ledger.settle()
        expect(keys.weight).toBe(keys.recount())
        expect(stateOf(sleeping.engine)).toEqual(stateOf(awake.engine))
        sleeping.engine.invariants()
        expect(sleeping.engine.usedMemory).toBe(awake.engine.usedMemory)
      }),
      { numRuns: 40 },
    )
    expect(slept).toBeGreaterThan(40)
  })

  it('weighs what the texts take, and more once they are awake', async () => {
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)
    const before = db.engine.usedMemory

    expect(asleepIn(db)).toBe(5)
    expect(db.hget('hash', 'g')).toBe('w')
    expect(asleepIn(db)).toBe(4)
    expect(db.get('text')).toBe('v')
    expect(asleepIn(db)).toBe(3)
    expect(db.engine.usedMemory).toBeGreaterThan(before)
    db.engine.invariants()
  })

  it.each<[string, (db: Redstart) => unknown, number]>([
    ['DEL', (db) => db.del('list', 'hash'), 3],
    ['SET over them', (db) => [db.set('list', 'v'), db.set('text', 'w')], 3],
    ['EXPIRE', (db) => db.expire('list', 100), 5],
    ['TTL and EXISTS', (db) => [db.ttl('list'), db.exists('list')], 5],
    ['SCAN and TYPE', (db) => [db.scan('0', { type: 'list' }), db.type('hash')], 5],
    ['a fork', (db) => db.fork().rpush('list', 'c'), 5],
    ['a look at one of them', (db) => db.llen('list'), 4],
    ['GET, and EXPIRE before', (db) => [db.expire('text', 100), db.get('text'), db.get('text')], 4],
    ['APPEND', (db) => db.append('text', 'w'), 4],
    ['what is done in a transaction and taken back', (db) => takenBack(db, () => db.rpush('list', 'c')), 4],
    ['SET that is taken back', (db) => takenBack(db, () => db.set('text', 'w')), 4],
  ])('keeps the others asleep: %s', async (_what, work, left) => {
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)

    work(db)

    expect(asleepIn(db)).toBe(left)
    db.engine.invariants()
  })

  it.each<[string, (db: Redstart) => unknown, number]>([
    ['a look at a key', (db) => db.get('text'), 4],
    ['a key that is not there', (db) => db.get('other'), 5],
    ['a look at values by their slots', ({ engine }) => engine.databases[0]!.keys.lookAt(2), 4],
    ['another value in a slot', ({ engine }) => engine.databases[0]!.keys.exchange(2, 'text'), 4],
    // The last row moves, which is found by its key.
    ['DEL', (db) => db.del('zset'), 3],
    ['a snapshot', ({ engine }) => snapshotOf(engine), 5],
    ['what a fork does', (db) => db.fork().keys('*'), 5],
    ['KEYS', (db) => db.keys('*'), 0],
  ])('makes no more keys than are asked for: %s', async (_what, work, left) => {
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)
    expect(keysAsleepIn(db)).toBe(5)

    work(db)

    expect(keysAsleepIn(db)).toBe(left)
    db.engine.invariants()
  })

  it.each([
    ['not short', 'k'.repeat(100), 0],
    ['longer than a byte says with its type', 'k'.repeat(50), 1],
    ['not ASCII', 'é', 0],
    ['no text', Uint8Array.of(255), 0],
    ['empty', '', 1],
  ])('finds a key that is %s', async (_what, key, left) => {
    const source = new Redstart({ clock: new ManualClock(START) })
    source.call('SET', key, 'value')
    const db = await opened(source, new ManualClock(START), false)

    expect(keysAsleepIn(db)).toBe(left)
    expect(db.call('GET', key)).toBe('value')
    db.engine.invariants()
  })

  it('can give them to a snapshot as they came', async () => {
    const [plain, encoder] = [new SnapshotEncoder(toBytes), new SnapshotEncoder(toBytes)]
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)
    const { keys } = db.engine.databases[0]!
    // One of which the key is awake is among them.
    keys.find('set')
    for (const [slot, name] of ['text', 'zset', 'set', 'hash', 'list'].entries()) {
      keys.giveAsleep(slot, 0, encoder)
      const value = keys.lookAt(slot)
      const form = formOf(value)
      if (form === undefined) {
        plain.entry(0, name, PLAIN_STRING)
        packString(value as string, plain)
      } else {
        plain.entry(0, name, form.code)
        form.pack(value as Collection, 0, form.units(value as Collection), plain)
      }
    }

    expect(encoder.block()).toEqual(plain.block())
  })

  it('gives memory back as values leave it, and keeps what sleeps on', async () => {
    const source = new Redstart({ clock: new ManualClock(START) })
    const value = (i: number): string => `${i}`.padEnd(200, '.')
    for (let i = 0; i < 6_000; i++) source.set(`key:${i}`, value(i))
    const db = await opened(source, new ManualClock(START), false)
    const fork = db.fork()
    const asleep = db.engine.databases[0]!.keys
    const before = asleep.sleepingBytes

    for (let i = 0; i < 6_000; i++) if (i % 8 > 0) i % 8 === 1 ? db.del(`key:${i}`) : db.get(`key:${i}`)

    expect(asleep.sleepingBytes).toBeLessThan(before * 0.7)
    expect(before).toBeGreaterThan(1_000_000)
    for (let i = 0; i < 6_000; i++) {
      expect(db.get(`key:${i}`)).toBe(i % 8 === 1 ? null : value(i))
      expect(fork.get(`key:${i}`)).toBe(value(i))
    }
    expect(asleep.sleepingBytes).toBe(0)
    fork.engine.invariants()
  })

  it('is not opened with a key that comes twice, in one block or in two', async () => {
    for (const isFar of [false, true])
      for (const many of [10, 40_000]) {
        const encoder = new SnapshotEncoder(toBytes)
        for (let i = 0; i < many; i++) add(encoder, `key:${i}`)
        if (isFar) for (let i = 0; i < 30_000; i++) add(encoder, `other:${i}`)
        add(encoder, `key:${many - 5}`)
        const host = new StoreHost(new Redstart().engine, () => undefined)

        await expect(loadPieces(piecesOf(encoder), 'file', host)).rejects.toThrow(
          'file at byte 40: a key that comes twice',
        )
      }
  })

  it('is opened from a snapshot that says it has far more keys, and takes no memory for them', async () => {
    const encoder = new SnapshotEncoder(toBytes)
    for (let i = 0; i < 100; i++) add(encoder, `key:${i}`)
    const db = new Redstart()
    const host = new StoreHost(db.engine, () => undefined)
    const before = process.memoryUsage().arrayBuffers

    await loadPieces(piecesOf(encoder, 2 ** 47), 'file', host)

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000)
    expect(db.dbsize()).toBe(100)
    expect(db.get('key:7')).toBe('value')
    db.engine.invariants()
  })

  it('gives a fork values of its own', async () => {
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)
    const fork = db.fork()

    fork.rpush('list', 'c')
    db.lpop('list')
    db.hset('hash', 'f', 'other')

    expect([db.lrange('list', 0, -1), fork.lrange('list', 0, -1)]).toEqual([['b'], ['a', 'b', 'c']])
    expect([db.hget('hash', 'f'), fork.hget('hash', 'f')]).toEqual(['other', 'v'])
  })
})

function add(encoder: SnapshotEncoder, key: string): void {
  encoder.entry(0, key, PLAIN_STRING)
  packString('value', encoder)
  encoder.none()
}

function takenBack(db: Redstart, work: () => unknown): void {
  const fail = (): never => {
    work()
    throw new Error('no')
  }
  expect(() => db.transaction(fail, { rollback: true })).toThrow('no')
}
