import fc from 'fast-check'
import { ManualClock, MemoryLog, manualClock, Redstart, type Timer } from 'redstart'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Watch } from '../../src/keyspace/watches.js'

const START = Date.UTC(2025, 0, 1)

/** A clock whose timers never fire: keys go on access only. */
class LazyClock extends ManualClock {
  override schedule(): Timer {
    return { cancel: () => {} }
  }
}

afterEach(() => {
  vi.useRealTimers()
})

function expectSound(db: Redstart): void {
  db.engine.invariants()
}

describe('expiry', () => {
  it('happens at the deadline itself: not a millisecond early, not one late', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { px: 100 })

    clock.advance(99)
    const before = db.get('k')
    clock.advance(1)

    expect(before).toBe('v')
    expect(db.dbsize()).toBe(0)
  })

  it('is announced at each deadline exactly, in order of time', () => {
    const delays = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 2 ** 40 })), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(delays, fc.array(fc.nat(2 ** 41), { maxLength: 5 }), (pxs, moves) => {
        const clock = manualClock()
        const db = new Redstart({ clock })
        const seen: number[] = []
        db.on('expired', (key) => {
          expect(clock.now() - START).toBe(pxs[Number(key)])
          seen.push(clock.now() - START)
        })
        for (const [i, px] of pxs.entries()) db.set(String(i), 'v', { px })
        for (const move of moves) clock.advance(move)
        expectSound(db)

        const now = clock.now() - START
        expect(seen).toEqual(pxs.filter((px) => px <= now).sort((a, b) => a - b))
      }),
      { numRuns: 150 },
    )
  })

  it('is announced within two milliseconds of the deadline under fake timers', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const start = Date.now()
    const late: number[] = []
    db.on('expired', (key) => late.push(Date.now() - start - Number(key)))
    for (let i = 0; i < 300; i++) {
      const px = 1 + ((i * 48_271) % 90_000)
      db.set(String(px), 'v', { px })
    }

    vi.advanceTimersByTime(90_001)

    expect(late).toHaveLength(300)
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...late)).toBeLessThanOrEqual(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('comes for a deadline beyond the 24.8 days of setTimeout, and does not come early', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const expired = vi.fn()
    db.on('expired', expired)
    const days = 24 * 3_600_000
    db.set('k', 'v', { px: 60 * days })

    vi.advanceTimersByTime(60 * days - 1)
    const early = expired.mock.calls.length
    vi.advanceTimersByTime(2)

    expect(early).toBe(0)
    expect(expired).toHaveBeenCalledTimes(1)
  })

  it('follows the deadline when it is moved or taken away', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    const seen: string[] = []
    db.on('expired', (key) => seen.push(`${key} at ${clock.now() - START}`))
    for (const key of ['later', 'sooner', 'never']) db.set(key, 'v', { px: 100 })
    db.pexpire('later', 200)
    db.pexpire('sooner', 50)
    db.persist('never')

    clock.advance(1_000)

    expect(seen).toEqual(['sooner at 50', 'later at 200'])
  })

  it('shows the same whether keys go by the timer or on access', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd')
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('set' as const), key: names, ms: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ kind: fc.constant('rename' as const), key: names, to: names }),
        fc.record({ kind: fc.constant('look' as const), key: names }),
        fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40) }),
      ),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(steps, (calls) => {
        const clocks = [new ManualClock(START), new LazyClock(START)]
        const [active, lazy] = clocks.map((clock) => {
          const log = new MemoryLog()
          const db = new Redstart({ clock, log })
          const expired: string[] = []
          db.on('expired', (key) => expired.push(key))
          const run = (step: (typeof calls)[number]): unknown => {
            if (step.kind === 'set') return db.set(step.key, 'v', { px: step.ms })
            if (step.kind === 'wait') return clock.advance(step.ms)
            if (step.kind === 'look')
              return [db.exists(step.key), db.get(step.key), db.pttl(step.key), db.type(step.key)]
            try {
              return [db.renamenx(step.key, step.to), db.keys('*').sort()]
            } catch (error) {
              return String(error)
            }
          }
          return { db, log, expired, run }
        })
        for (const step of calls) expect(lazy!.run(step)).toEqual(active!.run(step))
        // An access to each key makes the lazy one catch up.
        for (const { db } of [active!, lazy!]) for (const key of ['a', 'b', 'c', 'd']) db.exists(key)

        expect(lazy!.expired.sort()).toEqual(active!.expired.sort())
        expect(lazy!.db.dbsize()).toBe(active!.db.dbsize())
        const words = (log: MemoryLog): string[] => log.batches.flat().map((record) => record.words.join(' '))
        expect(words(lazy!.log).sort()).toEqual(words(active!.log).sort())
        expectSound(active!.db)
        expectSound(lazy!.db)
      }),
      { numRuns: 200 },
    )
  })

  it('logs DEL and announces expired once for a key that is found expired by a read', () => {
    const clock = new LazyClock(START)
    const log = new MemoryLog()
    const db = new Redstart({ clock, log })
    db.set('k', 'v', { px: 10 })
    log.batches.length = 0
    const seen: string[] = []
    db.on('*', (key, { event }) => seen.push(`${event} ${key}`))
    clock.advance(10)

    const replies = [db.get('k'), db.get('k'), db.exists('k')]

    expect(replies).toEqual([null, null, 0])
    expect(log.batches).toEqual([[{ database: 0, words: ['DEL', 'k'] }]])
    expect(seen).toEqual(['expired k'])
  })

  it('announces what expires in a slice as one unit: one log batch, then the events', () => {
    const clock = manualClock()
    const log = new MemoryLog()
    const db = new Redstart({ clock, log })
    for (const key of ['a', 'b', 'c']) db.set(key, 'v', { px: 10 })
    log.batches.length = 0

    clock.advance(10)

    expect(log.batches).toHaveLength(1)
    expect(log.batches[0]!.map(({ words }) => words.join(' ')).sort()).toEqual(['DEL a', 'DEL b', 'DEL c'])
  })

  it('touches the watches of the key, and counts no change of a command', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { px: 10 })
    const watch = new Watch()
    db.engine.watches.add(watch, db.engine.databases[0]!, 'k', false)
    const dirty = db.engine.dirty

    clock.advance(10)

    expect(watch.changed).toBe(true)
    expect(db.engine.dirty).toBe(dirty)
  })

  it('keeps deadlines past 2^53 to the millisecond', () => {
    const db = new Redstart({ clock: manualClock() })
    db.set('k', 'v', { pxat: 9_223_372_036_854_775_807n })
    db.set('edge', 'v', { pxat: 2n ** 53n + 1n })
    db.rename('edge', 'renamed')

    expect(db.call('PEXPIRETIME', 'k')).toBe(9_223_372_036_854_775_807n)
    expect(db.call('PEXPIRETIME', 'renamed')).toBe(2n ** 53n + 1n)
    expect(db.get('k')).toBe('v')
    expectSound(db)
  })

  it('at the last exact millisecond is told as a number', () => {
    // Bug: a deadline of 2^53-1 was kept as a bigint, and `call` returned it as one.
    const db = new Redstart({ clock: manualClock() })

    db.set('k', 'v', { pxat: Number.MAX_SAFE_INTEGER })

    expect(db.call('PEXPIRETIME', 'k')).toBe(Number.MAX_SAFE_INTEGER)
  })

  it('past 2^53 leaves a time to live that is a number where that is exact', () => {
    // Bug: the difference of a bigint deadline and the time stayed a bigint, and `call` returned it as one.
    const db = new Redstart({ clock: manualClock() })

    db.set('k', 'v', { pxat: 2n ** 53n })

    expect(db.call('PTTL', 'k')).toBe(Number(2n ** 53n - BigInt(START)))
  })

  it('does not happen early on a clock that was set back', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { px: 1_000 })
    clock.advance(500)
    clock.set(START - 100_000)
    db.set('other', 'v', { px: 200 })

    clock.advance(200)

    expect(db.get('k')).toBe('v')
    expect(db.pttl('k')).toBe(1_000 + 100_000 - 200)
    expect(db.exists('other')).toBe(0)
    expectSound(db)
  })
})
