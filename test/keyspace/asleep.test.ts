import * as fc from 'fast-check'
import { ManualClock, type Plain, type PlainSource, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { StoreHost } from '../../src/commands/persistence-host.js'
import { codeOfAsleep, formOfAsleep, wakeBy } from '../../src/keyspace/asleep.js'
import { givePlain } from '../../src/keyspace/plain-data.js'
import { formOf, readValue } from '../../src/keyspace/plain-values.js'
import type { EntrySource } from '../../src/keyspace/ports.js'
import { type Collection, codeOf, valueWeight } from '../../src/keyspace/value.js'
import { readSnapshot, SnapshotEncoder } from '../../src/persistence/snapshot-format.js'
import { toBytes } from '../../src/structures/text.js'
import { stateOf, valueText } from '../laws/state.js'
import { LazyClock, run, steps } from '../laws/steps.js'
import { START } from '../laws/writes/write.js'

const HEAD = { databases: 16, seq: 0, timeMs: 1, keys: 0 }

/** Has the bytes of a snapshot read. */
async function read(encoder: SnapshotEncoder, visit: (entries: EntrySource) => void): Promise<void> {
  const pieces = [encoder.head(HEAD)]
  for (let block = encoder.block(); block !== undefined; block = encoder.block()) pieces.push(block.slice())
  pieces.push(encoder.last())
  const all = async function* (): AsyncIterable<Uint8Array> {
    yield* pieces
  }
  await readSnapshot(all(), 'file', visit)
}

/** Plain data of which a binary may stand for doubles. */
function doubles(...scores: number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(scores).buffer)
}

interface Seen {
  /** The code of the type as which it may sleep. */
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
  let [code, asleep, awake]: [number, Seen['asleep'], Seen['awake']] = [0, undefined, undefined]
  const made = (source: PlainSource, wake?: () => ReturnType<typeof readValue>) => {
    const value = wake === undefined ? readValue(form, source) : wake()
    // Strings are none of the forms here.
    const { encoding } = value as { readonly encoding: string }
    return { code: codeOf(value), text: valueText(value), weight: valueWeight(value), encoding }
  }
  await read(encoder, (entries) => {
    entries.next()
    const glance = entries.glance()
    code = glance === undefined ? 0 : codeOfAsleep(form, glance)
    if (code !== 0) {
      const text = entries.aside()
      asleep = made(entries, () => wakeBy(entries.sourceOf)(code, text))
    } else entries.plain()
    entries.plain()
    entries.next()
    try {
      awake = made(entries)
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
  fc.tuple(fc.constantFrom(2, 3, 4, 5, 6, 7, 9), fc.constantFrom<Plain>(null, 1, 'x', [], [[]], [0], [1, 2], [[[]]])),
)

describe('a collection that is put to sleep', () => {
  it('wakes as what it would be if it had been read at once, and is none that would have been refused', async () => {
    let asleep = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(values, async ([form, value]) => {
        const seen = await see(form, value)

        if (seen.awake === undefined) {
          expect(seen.code).toBe(0)
          refused++
        } else if (seen.code !== 0) {
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
  ])('may be a %s', async (_what, form, value) => {
    expect((await see(form, value)).code).not.toBe(0)
  })

  it.each<[string, number, Plain]>([
    ['text that is not ASCII', 2, [[0, 'é']]],
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
    expect((await see(form, value)).code).toBe(0)
  })
})

/** A store with what is in another one, as if it had been opened; `awake` where nothing in it may sleep. */
async function opened(from: Redstart, clock: ManualClock, awake: boolean): Promise<Redstart> {
  const encoder = new SnapshotEncoder(toBytes)
  const cursor = new StoreHost(from.engine, () => undefined).snapshot(encoder)
  from.engine.replaying = false
  while (cursor.next(1_000)) {}
  const db = new Redstart({ clock, seed: 7 })
  const host = new StoreHost(db.engine, () => undefined)
  await read(encoder, (entries) => host.load(entries))
  host.listen(undefined)
  if (awake) for (const { keys } of db.engine.databases) for (let slot = 0; slot < keys.size; slot++) keys.lookAt(slot)
  return db
}

function asleepIn(db: Redstart): number {
  const { keys } = db.engine.databases[0]!
  return Array.from({ length: keys.size }, (_, slot) => keys.asleepAt(slot)).filter((text) => text !== undefined).length
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

describe('a store in which collections sleep', () => {
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

    expect(asleepIn(db)).toBe(4)
    expect(db.hget('hash', 'g')).toBe('w')
    expect(asleepIn(db)).toBe(3)
    expect(db.engine.usedMemory).toBeGreaterThan(before)
    db.engine.invariants()
  })

  it.each<[string, (db: Redstart) => unknown, number]>([
    ['DEL', (db) => db.del('list', 'hash'), 2],
    ['SET over them', (db) => db.set('list', 'v'), 3],
    ['EXPIRE', (db) => db.expire('list', 100), 4],
    ['TTL and EXISTS', (db) => [db.ttl('list'), db.exists('list')], 4],
    ['SCAN and TYPE', (db) => [db.scan('0', { type: 'list' }), db.type('hash')], 4],
    ['a fork', (db) => db.fork().rpush('list', 'c'), 4],
    ['a look at one of them', (db) => db.llen('list'), 3],
    ['what is done in a transaction and taken back', (db) => takenBack(db, () => db.rpush('list', 'c')), 3],
  ])('keeps the others asleep: %s', async (_what, work, left) => {
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)

    work(db)

    expect(asleepIn(db)).toBe(left)
    db.engine.invariants()
  })

  it('can give them to a snapshot as they came', async () => {
    const [plain, encoder] = [new SnapshotEncoder(toBytes), new SnapshotEncoder(toBytes)]
    const db = await opened(filled(new ManualClock(START)), new ManualClock(START), false)
    const { keys } = db.engine.databases[0]!
    for (const name of ['list', 'hash', 'set', 'zset']) {
      const slot = keys.find(name)
      encoder.entry(0, name, formOfAsleep(keys.codeAt(slot)))
      encoder.aside(keys.asleepAt(slot)!)
      const value = keys.lookAt(slot)
      const form = formOf(value)!
      plain.entry(0, name, form.code)
      form.pack(value as Collection, 0, form.units(value as Collection), plain)
    }

    expect(encoder.block()).toEqual(plain.block())
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

function takenBack(db: Redstart, work: () => unknown): void {
  const fail = (): never => {
    work()
    throw new Error('no')
  }
  expect(() => db.transaction(fail, { rollback: true })).toThrow('no')
}
