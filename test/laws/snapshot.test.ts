import * as fc from 'fast-check'
import { ManualClock, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { StoreHost } from '../../src/commands/persistence-host.js'
import { TreeSource } from '../../src/keyspace/plain-data.js'
import { type EntrySource, LAST_PART, PART, type Plain } from '../../src/keyspace/ports.js'
import type { Store } from '../../src/keyspace/store.js'
import { SnapshotEncoder } from '../../src/persistence/snapshot-format.js'
import { PlainReader } from '../../src/persistence/unpack.js'
import { toBytes } from '../../src/structures/text.js'
import { stateOf } from './state.js'
import { LazyClock, run, steps } from './steps.js'
import { START } from './writes/write.js'

/*
 * The law: a snapshot is the state of one instant. Whatever is written while it is being taken, what it hands out makes the state
 * that the store had when it began, each key once; and the store does not notice.
 */

function host(engine: Store): StoreHost {
  return new StoreHost(engine, () => undefined)
}

const HEAD_OF_BLOCK_BYTES = 16
/** Database, key, code of the form, value, deadline. */
const ENTRY_LENGTH = 5
/** Where the code of its form stands in an entry. */
const CODE_AT = 2

/** What was given to a sink since it was last asked. */
function entriesOf(sink: SnapshotEncoder): Plain[] {
  const entries: Plain[] = []
  for (let block = sink.block(); block !== undefined; block = sink.block()) {
    const values = new PlainReader(block.subarray(HEAD_OF_BLOCK_BYTES), 'file', 0).whole() as Plain[]
    for (const value of values) entries.push(value)
  }
  return entries
}

class Entries extends TreeSource implements EntrySource {
  database = 0
  key: string | Uint8Array = ''
  code = 0
  readonly keysSaid = 0
  private left: number

  constructor(entries: readonly Plain[]) {
    super(entries)
    this.left = this.list() / ENTRY_LENGTH
  }

  glance(): undefined {
    return undefined
  }

  pass(): void {
    throw new Error('nothing was glanced at')
  }

  sourceOf(): never {
    throw new Error('nothing was put aside')
  }

  next(): boolean {
    if (this.left === 0) return false
    this.left--
    this.database = this.number()
    this.key = this.text()
    this.code = this.number()
    return true
  }
}

/** The state that entries make in a fresh store, at another time. */
function loaded(entries: readonly Plain[]): string[] {
  const db = new Redstart({ clock: manualClock(START + 10 ** 9) })
  const own = host(db.engine)
  const source = new Entries(entries)
  own.load(source)
  source.finish()
  while (own.unentered > 0) own.enterLoaded()
  for (const database of db.engine.databases) database.invariants()
  const state = stateOf(db.engine)
  own.listen(undefined)
  return state
}

const chunks = fc.array(fc.nat(12), { minLength: 1, maxLength: 60 })

describe('a snapshot', () => {
  it.each([
    ['by the timer', ManualClock],
    ['on access only', LazyClock],
  ])('is exact as of its instant while calls go on, where keys expire %s', (_how, Clock) => {
    fc.assert(
      fc.property(steps, steps, chunks, (before, after, sizes) => {
        const clock = new Clock(START)
        const [db, other] = [new Redstart({ clock, seed: 7 }), new Redstart({ clock, seed: 7 })]
        const [session, otherSession] = [db.session(), other.session()]
        const own = host(db.engine)
        own.listen(undefined)
        for (let i = 0; i < 30; i++) for (const one of [db, other]) one.set(`many:${i}`, i)
        for (const step of before) {
          run(session, clock, step)
          if (step.door !== 'clock') run(otherSession, clock, step)
        }

        const wanted = stateOf(db.engine)
        const sink = new SnapshotEncoder(toBytes)
        const cursor = own.snapshot(sink)
        for (const [i, step] of after.entries()) {
          run(session, clock, step)
          if (step.door !== 'clock') run(otherSession, clock, step)
          cursor.next(sizes[i % sizes.length]! * 10)
        }
        while (cursor.next(50)) {}
        const entries = entriesOf(sink)

        expect(loaded(entries)).toEqual(wanted)
        expect(cursor.count).toBe(cursor.total)
        // A list that was restored may have so many nodes that it comes in parts.
        const codes = entries.filter((_, at) => at % ENTRY_LENGTH === CODE_AT).map(Number)
        expect(codes.filter((code) => code < PART || code >= LAST_PART).length).toBe(cursor.total)
        expect(db.engine.snapshot).toBeUndefined()
        expect(stateOf(db.engine)).toEqual(stateOf(other.engine))
      }),
      { numRuns: 80 },
    )
  })

  it.each<[string, (db: Redstart) => void]>([
    ['FLUSHALL', (db) => db.flushall()],
    ['SWAPDB', (db) => db.swapdb(0, 1)],
    [
      'a transaction that is taken back',
      (db) => {
        const fail = (): never => {
          db.del('k3', 'k9')
          db.set('k9', 'other')
          db.rpush('list', 'more')
          db.rename('k1', 'k8')
          throw new Error('no')
        }
        expect(() => db.transaction(fail, { rollback: true })).toThrow('no')
      },
    ],
    ['RENAME over another key', (db) => db.rename('k1', 'k7')],
    ['a fork that is written to', (db) => db.fork().rpush('list', 'x')],
    [
      'a checkpoint that is gone back to',
      (db) => {
        const checkpoint = db.checkpoint()
        db.del('list')
        db.restore(checkpoint)
      },
    ],
    ['fields that expire', (db) => db.hexpire('hash', 0, ['f'])],
    ['a string that is edited in place', (db) => db.append('bytes', 'more')],
    ['a deadline that goes', (db) => db.persist('timed')],
    [
      'a new key in the place of one that is evicted',
      (db) => {
        db.configSet({ maxkeys: db.dbsize(), 'maxmemory-policy': 'allkeys-lru' })
        for (let i = 0; i < 5; i++) db.set(`new ${i}`, 'v')
      },
    ],
  ])('is exact where the next thing that happens is %s', (_what, change) => {
    for (const first of [0, 1, 5, 9]) {
      const db = new Redstart({ clock: manualClock(START) })
      const own = host(db.engine)
      own.listen(undefined)
      for (let i = 0; i < 10; i++) db.set(`k${i}`, i < 5 ? `value ${i}` : i)
      db.rpush('list', 'a', 'b')
      db.hset('hash', { f: 'v', g: 'w' })
      db.hexpire('hash', 100, ['f'])
      db.append('bytes', 'text')
      db.set('timed', 'v', { ex: 10 })
      const wanted = stateOf(db.engine)

      const sink = new SnapshotEncoder(toBytes)
      const cursor = own.snapshot(sink)
      for (let i = 0; i < first; i++) cursor.next(1)
      change(db)
      while (cursor.next(1)) {}

      expect(loaded(entriesOf(sink))).toEqual(wanted)
    }
  })

  describe('of large collections', () => {
    const many = Array.from({ length: 2_200 }, (_, i) => `element ${i}`)
    const fill: readonly ((db: Redstart, key: string) => unknown)[] = [
      (db, key) => db.rpush(key, ...many.map((text) => text.padEnd(60))),
      (db, key) => db.hset(key, Object.fromEntries(many.map((text) => [text, text]))),
      (db, key) => db.sadd(key, ...many),
      (db, key) =>
        db.zadd(
          key,
          many.map((member, i) => ({ score: i / 3, member })),
        ),
      (db, key) => {
        db.hset(key, Object.fromEntries(many.map((text) => [text, text])))
        db.hexpire(key, 1_000, many.slice(0, 10))
      },
      (db, key) => {
        for (const text of many) db.xadd(key, '*', { text })
        db.xgroupCreate(key, 'group', '0')
        db.xreadgroup('group', 'consumer', { [key]: '>' }, { count: 10 })
        db.xdel(key, ...db.xrange(key, '-', '+', { count: 5 }).map(({ id }) => id))
      },
      (db, key) => {
        for (const [i, text] of many.slice(0, 300).entries()) db.vadd(key, [i, i % 7, 1], text)
      },
    ]
    const changes: readonly [string, (db: Redstart) => unknown][] = [
      ['nothing', () => undefined],
      ['its end', (db) => db.del('large')],
      ['another name', (db) => db.rename('large', 'renamed')],
      ['another value in its place', (db) => db.set('large', 'v')],
      ['a deadline', (db) => db.expire('large', 10)],
      ['other keys, which move it', (db) => db.del('before', 'large-twin')],
      ['keys that come and go', (db) => [db.set('new', 'v'), db.del('before'), db.del('large')]],
      ['another end', (db) => db.flushall()],
      ['a fork that is written to', (db) => db.fork().del('large')],
    ]
    const edit = (db: Redstart, key = 'large'): void => {
      const type = db.type(key)
      if (type === 'list') db.ltrim(key, 10, -10)
      if (type === 'hash') db.hset(key, { 'element 2199': 'other', fresh: 'new' })
      if (type === 'set') db.srem(key, 'element 2199', 'element 1')
      if (type === 'zset') db.zincrby(key, 10_000, 'element 7')
      if (type === 'stream') {
        db.xtrim(key, { maxlen: 100 })
        db.xack(key, 'group', ...db.xpendingRange(key, 'group', '-', '+', 1).map(({ id }) => id))
      }
      if (type === 'vectorset') db.vrem(key, 'element 299')
    }
    const renameAndEdit = (db: Redstart): void => {
      db.rename('large', 'renamed')
      edit(db, 'renamed')
    }

    it.each([...changes, ['an edit', edit] as const, ['an edit under another name', renameAndEdit] as const])(
      'goes on in parts, and is exact where what happens between two of them is %s',
      (_what, change) => {
        for (const make of fill) {
          const db = new Redstart({ clock: manualClock(START) })
          const own = host(db.engine)
          own.listen(undefined)
          db.set('before', 'v')
          make(db, 'large')
          // A deadline that is cleared tells of the change as well.
          if (make === fill[0]) db.expire('large', 500)
          db.copy('large', 'large-twin')
          db.set('behind', 'v')
          const wanted = stateOf(db.engine)

          const sink = new SnapshotEncoder(toBytes)
          const cursor = own.snapshot(sink)
          // The key behind, the twin, and the first parts of the large one.
          while (cursor.count < 2) cursor.next(1)
          const entries = entriesOf(sink)
          const begun: Plain[] = []
          while (begun.length === 0) {
            cursor.next(1)
            begun.push(...entriesOf(sink))
          }
          change(db)
          while (cursor.next(1)) {}

          expect(begun[1]).toBe('large')
          expect(begun[2]).toBeGreaterThanOrEqual(PART)
          entries.push(...begun, ...entriesOf(sink))
          expect(loaded(entries)).toEqual(wanted)
          expect(cursor.count).toBe(cursor.total)
        }
      },
    )

    it('is exact whatever happens to several of them between the parts', () => {
      const NAMES = ['one', 'two', 'three', 'four', 'none']
      const acts: readonly ((db: Redstart, key: string, other: string) => unknown)[] = [
        (db, key) => edit(db, key),
        (db, key) => edit(db, key),
        (db, key) => db.del(key),
        (db, key, other) => db.exists(key) && db.rename(key, other),
        (db, key, other) => key !== other && db.copy(key, other, { replace: true }),
        (db, key) => db.expire(key, 3),
        (db, key) => db.persist(key),
        (db, key) => db.move(key, 1),
        (db, key, other) => db.exists(key) && db.set(other, 'v'),
        (db, key) => edit(db.fork(), key),
        (db, key) => {
          const fail = (): never => {
            edit(db, key)
            db.del(key)
            throw new Error('no')
          }
          expect(() => db.transaction(fail, { rollback: true })).toThrow('no')
        },
        (db, key) => db.type(key) === 'hash' && db.hexpire(key, 3, ['element 3', 'element 2000']),
      ]
      const rare: readonly ((db: Redstart) => unknown)[] = [(db) => db.flushall(), (db) => db.swapdb(0, 1)]
      const ACT = fc.tuple(fc.nat(acts.length - 1), fc.nat(4), fc.nat(4), fc.nat(3), fc.nat(15))
      fc.assert(
        fc.property(
          fc.array(fc.nat(fill.length - 1), { minLength: 4, maxLength: 4 }),
          fc.array(ACT, { minLength: 4, maxLength: 40 }),
          (kinds, steps) => {
            const clock = manualClock(START)
            const [db, alone] = [new Redstart({ clock, seed: 3 }), new Redstart({ clock, seed: 3 })]
            const own = host(db.engine)
            own.listen(undefined)
            for (const one of [db, alone]) {
              for (const [i, kind] of kinds.entries()) fill[kind]!(one, NAMES[i]!)
              for (let i = 0; i < 10; i++) one.set(`k${i}`, 'v')
              one.expire('two', 2)
            }
            const wanted = stateOf(db.engine)
            const sink = new SnapshotEncoder(toBytes)
            const cursor = own.snapshot(sink)
            for (const [act, key, other, parts, luck] of steps) {
              for (let i = 0; i < parts; i++) cursor.next(1)
              for (const one of [db, alone]) {
                if (luck === 0) rare[key % 2]!(one)
                else acts[act]!(one, NAMES[key]!, NAMES[other]!)
              }
              if (luck > 12) clock.advance(1_000)
            }
            while (cursor.next(1)) {}

            expect(loaded(entriesOf(sink))).toEqual(wanted)
            expect(cursor.count).toBe(cursor.total)
            expect(stateOf(db.engine)).toEqual(stateOf(alone.engine))
            db.engine.invariants()
          },
        ),
        { numRuns: 15 },
      )
    })
  })
})
