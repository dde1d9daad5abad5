import * as fc from 'fast-check'
import { ManualClock, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { StoreHost } from '../../src/commands/persistence-host.js'
import { ENTRIES_PER_KEY, type Plain } from '../../src/keyspace/ports.js'
import type { Store } from '../../src/keyspace/store.js'
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

/** The state that entries make in a fresh store, at another time. */
function loaded(entries: readonly Plain[]): string[] {
  const db = new Redstart({ clock: manualClock(START + 10 ** 9) })
  const own = host(db.engine)
  own.load(entries)
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
        const cursor = own.snapshot()
        const entries: Plain[] = []
        for (const [i, step] of after.entries()) {
          run(session, clock, step)
          if (step.door !== 'clock') run(otherSession, clock, step)
          entries.push(...(cursor.next(sizes[i % sizes.length]!) ?? []))
        }
        for (let more = cursor.next(5); more !== undefined; more = cursor.next(5)) entries.push(...more)

        expect(loaded(entries)).toEqual(wanted)
        expect(cursor.count).toBe(cursor.total)
        expect(entries.length).toBe(cursor.total * ENTRIES_PER_KEY)
        expect(db.engine.snapshot).toBeUndefined()
        expect(stateOf(db.engine)).toEqual(stateOf(other.engine))
      }),
      { numRuns: 120 },
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
  ])('is exact where the next thing that happens is %s', (_what, change) => {
    for (const first of [0, 1, 5, 9]) {
      const db = new Redstart({ clock: manualClock(START) })
      const own = host(db.engine)
      own.listen(undefined)
      for (let i = 0; i < 10; i++) db.set(`k${i}`, i)
      db.rpush('list', 'a', 'b')
      db.hset('hash', { f: 'v', g: 'w' })
      db.hexpire('hash', 100, ['f'])
      db.append('bytes', 'text')
      db.set('timed', 'v', { ex: 10 })
      const wanted = stateOf(db.engine)

      const cursor = own.snapshot()
      const entries = cursor.next(first) ?? []
      change(db)
      for (let more = cursor.next(3); more !== undefined; more = cursor.next(3)) entries.push(...more)

      expect(loaded(entries)).toEqual(wanted)
    }
  })
})
