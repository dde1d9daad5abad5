import * as fc from 'fast-check'
import { type KeyWatch, ManualClock, MemoryLog, Redstart, type Session } from 'redstart'
import { describe, expect, it } from 'vitest'
import { isString, type Value } from '../../src/keyspace/value.js'
import { elementsOf, nameOf, rowsOf, unattended } from '../support.js'
import { LazyClock, RawCall, run, type Step, steps } from './steps.js'
import { keys, START } from './writes/write.js'

/*
 * The law: a transaction that is taken back leaves no trace. The store is what it was to the slot and the encoding, nothing
 * has been logged or announced, no watch has tripped and nobody who waits was woken; and whatever is done next goes as it
 * would have gone.
 */

class Stop extends Error {}

/** A store with everything that can be seen of it written down. */
class Seen {
  readonly clock: ManualClock
  readonly log = new MemoryLog()
  readonly events: string[] = []
  readonly db: Redstart
  readonly session: Session
  watches: readonly KeyWatch<unknown>[] = []

  constructor(clock: ManualClock) {
    this.clock = clock
    this.db = new Redstart({ clock, log: this.log, seed: 1 })
    this.session = this.db.session()
    this.db.on('*', (key, event) => this.events.push(nameOf(key, event)))
  }

  /** Somebody watches each key, and others wait for some. */
  attend(): void {
    const other = this.db.session()
    this.watches = WATCHED.map((key) => other.watch(key))
    for (const key of WATCHED) {
      unattended(other.blpop(key, 0))
      unattended(other.bzpopmin(key, 0))
    }
  }

  run(calls: readonly Step[]): void {
    for (const step of calls) run(this.session, this.clock, step)
  }

  /** Accesses later on may be told to another second: their clock goes on whenever somebody reads it. */
  photo(later = false): unknown {
    const { engine } = this.db
    return {
      rows: engine.databases.map((database) =>
        rowsOf(database).map((row) => ({ ...row, access: later ? 0 : row.access, value: exactly(row.value) })),
      ),
      dirty: engine.dirty,
      batches: this.log.batches.length,
      events: this.events.length,
      waiting: engine.waiters.size,
      changed: this.watches.map((watch) => watch.changed),
      ping: this.session.callBuffer('GET', 'anywhere'),
    }
  }

  check(): void {
    this.db.engine.invariants()
  }
}

const WATCHED = ['a', 'b', 'l', 'z', 'user:1', 'k[1]']

/** How a value is kept and what is in it, the order included. */
function exactly(value: Value): unknown {
  if (isString(value)) return typeof value === 'object' ? { bytes: [...value.toBytes()] } : value
  return { type: value.type, encoding: value.encoding, elements: [...elementsOf(value)] }
}

function linesOf(log: MemoryLog): string[] {
  return log.batches.flatMap((batch) => batch.map((record) => JSON.stringify(record))).sort()
}

/** Calls of a transaction, and transactions inside: `stops` tells which of these are taken back. */
interface Part {
  readonly stops: boolean
  readonly rollback: boolean
  readonly body: readonly (Step | Part)[]
}

const call: fc.Arbitrary<Step> = fc.oneof(
  new RawCall().map((words): Step => ({ door: 'wire', call: words })),
  steps.filter(([first]) => first !== undefined && first.door !== 'clock').map(([first]) => first!),
  fc.record({ door: fc.constant('typed' as const), call: keys.map((key): [string, ...unknown[]] => ['del', key]) }),
) as fc.Arbitrary<Step>

const { part } = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.record({
    stops: fc.boolean(),
    rollback: fc.boolean(),
    body: fc.array(fc.oneof({ weight: 9, arbitrary: call }, { weight: 1, arbitrary: tie('part') }), {
      maxLength: 25,
      size: 'max',
    }) as fc.Arbitrary<(Step | Part)[]>,
  }),
}))

/** Runs a part; one that is stopped is caught here, as a caller inside a transaction might. */
function play(seen: Seen, { stops, rollback, body }: Part): void {
  try {
    seen.session.transaction(
      () => {
        for (const item of body) {
          if ('door' in item) run(seen.session, seen.clock, item)
          else play(seen, item)
        }
        if (stops) throw new Stop()
      },
      { rollback },
    )
  } catch (error) {
    if (!(error instanceof Stop)) throw error
  }
}

/** As a part, without those inside it that are taken back. */
function kept({ stops, rollback, body }: Part): readonly Step[] {
  if (stops && rollback) return []
  return body.flatMap((item) => ('door' in item ? [item] : kept(item)))
}

describe('a transaction that is taken back', () => {
  it.each([
    ['by the timer', ManualClock],
    ['on access only', LazyClock],
  ])('leaves no trace, where keys expire %s', (_how, Clock) => {
    fc.assert(
      fc.property(steps, part, steps, (before, { body }, after) => {
        const [seen, twin] = [new Seen(new Clock(START)), new Seen(new Clock(START))]
        for (const each of [seen, twin]) {
          each.run(before)
          each.attend()
        }
        const photo = seen.photo()
        twin.photo()

        play(seen, { stops: true, rollback: true, body })

        expect(seen.photo()).toEqual(photo)
        seen.check()
        // Chance goes on; all else goes as if nothing had been.
        Object.assign(seen.db.engine.random, twin.db.engine.random)
        for (const each of [seen, twin]) each.run(after)
        expect(seen.photo(true)).toEqual(twin.photo(true))
        // What is due at the same instant goes in any order.
        expect(seen.events.sort()).toEqual(twin.events.sort())
        expect(linesOf(seen.log)).toEqual(linesOf(twin.log))
        seen.check()
      }),
      { numRuns: 40 },
    )
  })

  it('leaves what is around it, and takes along what is inside it', () => {
    const quiet = { rollback: true, stops: false }
    fc.assert(
      fc.property(steps, fc.array(part, { maxLength: 4 }), (before, parts) => {
        const [seen, twin] = [new Seen(new LazyClock(START)), new Seen(new LazyClock(START))]
        for (const each of [seen, twin]) each.run(before)

        play(seen, { ...quiet, body: parts })
        play(twin, { ...quiet, body: kept({ ...quiet, body: parts }) })

        expect(seen.log.batches.length).toEqual(twin.log.batches.length)
        seen.check()
      }),
      { numRuns: 30 },
    )
  })
})
