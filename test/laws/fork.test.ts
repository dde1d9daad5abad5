import * as fc from 'fast-check'
import { MemoryLog, manualClock, Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/commands/dispatch.js'
import { isString, typeOf } from '../../src/keyspace/value.js'
import { rowsOf } from '../support.js'
import { stateOf, valueText } from './state.js'
import { run, type Step, steps } from './steps.js'
import { START } from './writes/write.js'

/*
 * The law: a fork, and what a checkpoint brings back, is the store as it was, and nothing that happens on one side is seen on
 * the other. So each side goes on as a store would that had never been forked.
 */

/** A store that is run step by step on a clock of its own. */
class Side {
  readonly clock = manualClock(START)
  readonly log = new MemoryLog()
  readonly db: Redstart

  constructor(fork?: (clock: ReturnType<typeof manualClock>, log: MemoryLog) => Redstart, now = START) {
    this.clock.set(now)
    this.db = fork?.(this.clock, this.log) ?? new Redstart({ clock: this.clock, log: this.log, seed: 7 })
  }

  run(calls: readonly Step[]): this {
    for (const step of calls) run(this.db, this.clock, step)
    // Each side begins with database 0 again, and with nobody who waits.
    this.db.select(0)
    this.db.engine.waiters.rejectAll(new RedstartError('ERR nobody waits'))
    return this
  }

  /** Everything that can be told of the keys in their order, in the end when they were accessed. */
  facts(): Fact[][] {
    this.db.engine.invariants()
    return this.db.engine.databases.map((database) => {
      return rowsOf(database).map(({ key, value, access, deadline }) => {
        const encoding = isString(value) ? typeof value : value.encoding
        return [key, typeOf(value), encoding, valueText(value), deadline, access]
      })
    })
  }

  forked(): Side {
    return new Side((clock, log) => this.db.fork({ clock, log }), this.clock.now())
  }
}

type Fact = readonly [...unknown[], access: number]

/**
 * The access clock is up to a second behind until a command reads the time, and a store that was never forked may have read it
 * earlier.
 */
function expectSame(side: Side, other: Side): void {
  const [facts, others] = [side.facts(), other.facts()]

  expect(facts.map((rows) => rows.map((row) => row.slice(0, -1)))).toEqual(
    others.map((rows) => rows.map((row) => row.slice(0, -1))),
  )
  const lags = facts.flatMap((rows, i) => rows.map((row, j) => Math.abs(accessOf(row) - accessOf(others[i]![j]!))))
  expect(Math.max(0, ...lags)).toBeLessThanOrEqual(1)
}

function accessOf(fact: Fact): number {
  return fact.at(-1) as number
}

const few = steps.map((drawn) => drawn.slice(0, 25))

describe('a fork', () => {
  it('and its original go on as two stores that have the same past', () => {
    fc.assert(
      fc.property(steps, few, few, few, (past, ours, theirs, after) => {
        const original = new Side().run(past)
        const fork = original.forked()
        // By turns, so that each shared value is met by either side first.
        original.run(ours)
        fork.run(theirs)
        original.run(after)
        const forkOfFork = fork.forked().run(after)

        expectSame(original, new Side().run(past).run(ours).run(after))
        expectSame(fork, new Side().run(past).run(theirs))
        expectSame(forkOfFork, new Side().run(past).run(theirs).run(after))
      }),
      { numRuns: 25 },
    )
  })

  it('takes along nothing that it could change in the original, if neither looked at a key', () => {
    fc.assert(
      fc.property(steps, (past) => {
        const original = new Side().run(past)
        const before = original.facts()
        const fork = original.forked()
        fork.db.flushall()

        expect(original.facts()).toEqual(before)
      }),
      { numRuns: 20 },
    )
  })
})

describe('a checkpoint', () => {
  it('brings back what was there as often as it is asked, whatever was done meanwhile', () => {
    fc.assert(
      fc.property(steps, few, few, (past, first, second) => {
        const side = new Side().run(past)
        const then = side.clock.now()
        const before = side.facts()
        const checkpoint = side.db.checkpoint()
        for (const meanwhile of [first, second]) {
          side.run(meanwhile)
          side.clock.set(then)
          side.db.restore(checkpoint)

          expect(side.facts()).toEqual(before)
        }
        expectSame(side.run(second), new Side().run(past).run(second))
      }),
      { numRuns: 25 },
    )
  })

  it('is in the log: what follows from it is made again by replay', () => {
    fc.assert(
      fc.property(steps, few, (past, meanwhile) => {
        const side = new Side().run(past)
        const checkpoint = side.db.checkpoint()
        side.run(meanwhile)
        side.db.restore(checkpoint)
        side.run(meanwhile)
        const other = new Redstart({ clock: manualClock(START) })
        for (const batch of side.log.batches) replay(other.engine, batch)

        expect(stateOf(other.engine)).toEqual(stateOf(side.db.engine))
      }),
      { numRuns: 20 },
    )
  })
})

describe('the fields of a store', () => {
  /** A new field belongs to the state that a fork and a checkpoint take along, or into this list. */
  const NOT_STATE = [
    ...['databases', 'clock', 'random', 'settings', 'ledger', 'events', 'watches', 'waiters', 'faults'],
    ...['observed', 'logging', 'isReplaying', 'dirty', 'depth', 'pending', 'opened', 'settling', 'unitLog', 'expiry'],
    ...['accessClock', 'nowMs', 'trustedSecond', 'accessClockStartedMs'],
    ...['isClosed', 'clients', 'outbox', 'pubsub', 'hearsArrivals', 'hearsMisses', 'undo'],
    ...['snapshot', 'keeper', 'keeping', 'saves', 'isKeptAlone', 'refusal', 'onRefusal', 'startedMs'],
    ...['defaultUser', 'authRequired', 'peakMemory', 'limited', 'eviction', 'isRanking', 'accessSecond'],
    ...['statistics', 'connections', 'tracking', 'observation', 'hearsCalls', 'pause'],
    ...['leavesAccess', 'onExpireCycle', 'ordersAccesses', 'tally'],
  ]
  const KEPT_IN_TABLES = ['index', 'tally', 'keys', 'wheel', 'farDeadlines', 'fields']

  it('are all thought of by fork: those of the store, and those of a database', () => {
    const { engine } = new Redstart()

    expect(Object.keys(engine).filter((name) => !NOT_STATE.includes(name))).toEqual([])
    expect(Object.keys(engine.databases[0]!).filter((name) => !KEPT_IN_TABLES.includes(name))).toEqual([])
  })
})
