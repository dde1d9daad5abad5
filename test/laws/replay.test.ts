import * as fc from 'fast-check'
import { type LogBatch, ManualClock, MemoryLog, manualClock, Redstart, type Session } from 'redstart'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/commands/dispatch.js'
import { bytesOf, type Call } from '../oracle/bytes.js'
import { CallGenerator } from '../oracle/generate.js'
import { commands, groups } from '../oracle/table.js'
import { Draw } from '../oracle/values.js'
import { unattended } from '../support.js'
import { stateOf } from './state.js'
import { typedCalls } from './writes/index.js'
import { keys, START, type Typed } from './writes/write.js'

/*
 * The law: the log is the state. What a store logs, replayed batch by batch on a fresh store, makes the same keys with the
 * same bytes and the same deadlines in every database, whatever time it is by the clock of the other.
 */

/** Raw calls as the comparison with a real server draws them: every command, and mistakes among them. */
class RawCall extends fc.Arbitrary<Call> {
  private readonly generator = new CallGenerator(groups)

  override generate(random: fc.Random): fc.Value<Call> {
    return new fc.Value(this.generator.call(new Draw(random)), undefined)
  }

  override canShrinkWithoutContext(value: unknown): value is Call {
    return Array.isArray(value)
  }

  override shrink(): fc.Stream<fc.Value<Call>> {
    return fc.Stream.nil()
  }
}

type Step =
  | { readonly door: 'wire'; readonly call: Call }
  | { readonly door: 'typed'; readonly call: Typed }
  | { readonly door: 'copyByDump'; readonly from: string; readonly to: string; readonly ttl: number }
  | { readonly door: 'clock'; readonly ms: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: new RawCall().map((call) => ({ door: 'wire' as const, call })) },
    { weight: 6, arbitrary: typedCalls.map((call) => ({ door: 'typed' as const, call })) },
    {
      weight: 1,
      arbitrary: fc.record({ door: fc.constant('copyByDump' as const), from: keys, to: keys, ttl: fc.nat(3_000) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ door: fc.constant('clock' as const), ms: fc.oneof(fc.nat(2_000), fc.nat(2 ** 41)) }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

/** Runs one step; errors that Redis would answer are part of a run, mistakes of the engine are not. */
function run(session: Session, clock: ManualClock, step: Step): void {
  try {
    if (step.door === 'clock') clock.advance(step.ms)
    else if (step.door === 'wire') unattended(session.call(step.call[0]!, ...step.call.slice(1).map(bytesOf)))
    else if (step.door === 'copyByDump') {
      const payload = session.dump(step.from)
      if (payload !== null) session.restore(step.to, step.ttl, payload, { replace: true })
    } else {
      const [name, ...args] = step.call
      // Methods are found by name here; their arguments are typed where they are drawn.
      unattended((session as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...args))
    }
  } catch (error) {
    if ((error as Error).name !== 'RedstartError') throw error
  }
}

/** A clock whose timers never fire, so that expired keys stand until a call looks at them. */
class LazyClock extends ManualClock {
  override schedule(): { cancel(): void } {
    return { cancel: () => {} }
  }
}

function replayed(batches: readonly LogBatch[], nowMs: number): { db: Redstart; log: MemoryLog; events: string[] } {
  const log = new MemoryLog()
  const db = new Redstart({ clock: manualClock(nowMs), log })
  const events: string[] = []
  db.on('expired', ({ key }) => events.push(key))
  for (const batch of batches) replay(db.engine, batch)
  return { db, log, events }
}

const otherTimes = fc.constantFrom(1, START - 10 ** 10, START, START + 5_000, START + 10 ** 10, 2 ** 45)

describe('the log', () => {
  it.each([
    ['by the timer', ManualClock],
    ['on access only', LazyClock],
  ])('replayed at another time makes the same state, where keys expire %s', (_how, Clock) => {
    fc.assert(
      fc.property(steps, otherTimes, (calls, nowMs) => {
        const clock = new Clock(START)
        const log = new MemoryLog()
        const db = new Redstart({ clock, log })
        const session = db.session()
        for (const step of calls) run(session, clock, step)

        const other = replayed(log.batches, nowMs)

        expect(stateOf(other.db.engine)).toEqual(stateOf(db.engine))
        expect(other.log.batches).toEqual([])
        expect(other.events).toEqual([])
        for (const database of [...db.engine.databases, ...other.db.engine.databases]) database.invariants()
      }),
      { numRuns: 250 },
    )
  })

  it('makes at every batch the state that the store had after it', () => {
    fc.assert(
      fc.property(steps, (calls) => {
        const clock = new ManualClock(START)
        const log = new MemoryLog()
        const db = new Redstart({ clock, log })
        const other = replayed([], START).db
        const session = db.session()
        let done = 0
        for (const step of calls) {
          run(session, clock, step)
          for (; done < log.batches.length; done++) replay(other.engine, log.batches[done]!)

          expect(stateOf(other.engine)).toEqual(stateOf(db.engine))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is written for every command that writes: the runs above reach all of them', () => {
    const clock = new ManualClock(START)
    const log = new MemoryLog()
    const db = new Redstart({ clock, log })
    const session = db.session()
    const reached = new Set<string>()
    // A seed is fixed here since it is about the generator and not about the engine.
    for (const calls of fc.sample(steps, { numRuns: 800, seed: 1 })) {
      for (const step of calls) {
        const before = log.batches.length
        if (step.door === 'clock') {
          // Small steps: on a clock that has gone too far, fields of hashes have no time left.
          clock.advance(Math.min(step.ms, 100))
          continue
        }
        run(session, clock, step)
        if (log.batches.length === before) continue
        reached.add(step.door === 'copyByDump' ? 'RESTORE' : step.call[0]!.toUpperCase())
      }
    }
    const writing = commands.filter(({ name }) => db.commandInfo(name)[0]?.flags.includes('write'))

    expect(writing.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([])
  })

  it('keeps what was asked for relative to now as the instant that it meant', () => {
    const clock = manualClock(START)
    const log = new MemoryLog()
    const db = new Redstart({ clock, log })
    db.set('a', 'v', { ex: 10 })
    db.set('b', 'v')
    db.expire('b', 20)
    db.getex('a', { px: 500 })
    db.restore('c', 700, db.dump('a')!)

    expect(log.batches.flat().map(({ words }) => words.filter((word) => typeof word === 'string').join(' '))).toEqual([
      `SET a v PXAT ${START + 10_000}`,
      'SET b v',
      `PEXPIREAT b ${START + 20_000}`,
      `PEXPIREAT a ${START + 500}`,
      `RESTORE c ${START + 700} REPLACE ABSTTL`,
    ])
  })
})
