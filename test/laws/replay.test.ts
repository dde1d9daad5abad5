import * as fc from 'fast-check'
import { type LogBatch, ManualClock, MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { commandOfMethod } from '../../src/api/method-calls.js'
import { replay } from '../../src/commands/dispatch.js'
import { commands } from '../oracle/table.js'
import { stateOf } from './state.js'
import { LazyClock, run, type Step, steps } from './steps.js'
import { streamWrites } from './writes/stream.js'
import { START } from './writes/write.js'

/*
 * The law: the log is the state. What a store logs, replayed batch by batch on a fresh store, makes the same keys with the
 * same bytes and the same deadlines in every database, whatever time it is by the clock of the other.
 */

function replayed(batches: readonly LogBatch[], nowMs: number): { db: Redstart; log: MemoryLog; events: string[] } {
  const log = new MemoryLog()
  const db = new Redstart({ clock: manualClock(nowMs), log })
  const events: string[] = []
  db.on('expired', (key) => events.push(key))
  for (const batch of batches) replay(db.engine, batch)
  return { db, log, events }
}

const otherTimes = fc.constantFrom(1, START - 10 ** 10, START, START + 5_000, START + 10 ** 10, 2 ** 45)

/** Groups and what is pending in them come about where streams are among themselves. */
const streamSteps = fc.oneof(...streamWrites).map((call): Step => ({ door: 'typed', call }))

/** What chance brings about too seldom to wait for it: a HyperLogLog that is still sparse, elements that are there. */
const seldom: readonly Step[] = [
  ['PFADD', 'sparse', 'a'],
  ['PFDEBUG', 'TODENSE', 'sparse'],
  ['RPUSH', 'source', 'a', 'b'],
  ['LINSERT', 'source', 'BEFORE', 'b', 'c'],
  ['LREM', 'source', '0', 'a'],
  ['BLMOVE', 'source', 'target', 'LEFT', 'LEFT', '0'],
  ['SADD', 'members', 'a'],
  ['SMOVE', 'members', 'others', 'a'],
].map((call) => ({ door: 'wire', call }))

/** The command of a call, down to its subcommand. */
function nameOf(step: Exclude<Step, { door: 'clock' }>): string {
  if (step.door === 'copyByDump') return 'RESTORE'
  // Iterators are none, and write nothing.
  if (step.door === 'typed') return commandOfMethod(step.call[0])?.name ?? step.call[0]
  const [name, sub] = step.call.map((word) => word.toUpperCase())
  return commands.some((command) => command.name === `${name}|${sub}`) ? `${name}|${sub}` : name!
}

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
        for (const { engine } of [db, other.db]) engine.invariants()
      }),
      { numRuns: 160 },
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
    const table = new Redstart()
    const writing = commands.map(({ name }) => name)
    const missing = new Set(writing.filter((name) => table.commandInfo(name)[0]?.flags.includes('write')))
    // Seeds are fixed here since it is about the generator and not about the engine; mostly the first few do.
    for (let seed = 1; seed <= 20 && missing.size > 0; seed++) {
      const clock = new ManualClock(START)
      const log = new MemoryLog()
      const session = new Redstart({ clock, log }).session()
      for (const step of [
        ...fc.sample(steps, { numRuns: 200, seed }).flat(),
        ...fc.sample(streamSteps, { numRuns: 2_000, seed }),
        ...seldom,
      ]) {
        const before = log.batches.length
        if (step.door === 'clock') {
          // Small steps: on a clock that has gone too far, fields of hashes have no time left.
          clock.advance(Math.min(step.ms, 100))
          continue
        }
        run(session, clock, step)
        if (log.batches.length === before) continue
        missing.delete(nameOf(step))
        if (missing.size === 0) break
      }
    }

    expect([...missing]).toEqual([])
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
