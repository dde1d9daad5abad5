import * as fc from 'fast-check'
import { ManualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { LazyClock, run, steps } from './steps.js'
import { START } from './writes/write.js'

/*
 * The law: what the store says that it takes, kept as values change, is what one counts who walks through all of it.
 */

describe('the weight of a store', () => {
  it.each([
    ['by the timer', ManualClock],
    ['on access only', LazyClock],
  ])('is that of its keys after every call, where keys expire %s', (_how, Clock) => {
    fc.assert(
      fc.property(steps, (calls) => {
        const clock = new Clock(START)
        const db = new Redstart({ clock, seed: 1 })

        for (const step of calls) {
          run(db, clock, step)
          db.engine.invariants()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is what it was when everything is gone again', () => {
    fc.assert(
      fc.property(steps, (calls) => {
        const clock = new ManualClock(START)
        const db = new Redstart({ clock, seed: 1 })
        const empty = db.engine.usedMemory
        for (const step of calls) run(db, clock, step)
        const fork = db.fork()

        expect(fork.engine.usedMemory).toBe(db.engine.usedMemory)
        for (const { index, keys } of db.engine.databases) {
          db.select(index)
          for (let left = keys.size; left > 0; left--) db.del(keys.keyAt(0) ?? '')
        }

        expect(db.engine.usedMemory).toBe(empty)
        fork.engine.invariants()
      }),
      { numRuns: 30 },
    )
  })
})
