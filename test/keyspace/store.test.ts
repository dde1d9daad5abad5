import { type Clock, manualClock, Redstart, type Timer } from 'redstart'
import { afterEach, describe, expect, it, vi } from 'vitest'

const START = Date.UTC(2025, 0, 1)

interface Armed {
  readonly callback: () => void
  readonly at: number
  readonly keepAlive: boolean
}

/** A clock that counts what it is asked, and that may run on by itself with every reading. */
class CountingClock implements Clock {
  time = START
  perReading = 0
  steady = false
  readings = 0
  schedules = 0
  readonly armed = new Set<Armed>()

  now(): number {
    this.readings++
    this.time += this.perReading
    return this.time
  }

  schedule(callback: () => void, delayMs: number, keepAlive: boolean): Timer {
    this.schedules++
    const armed = { callback, at: this.time + delayMs, keepAlive }
    this.armed.add(armed)
    return { cancel: () => this.armed.delete(armed) }
  }

  isSteady(): boolean {
    return this.steady
  }

  next(): Armed | undefined {
    return [...this.armed].sort((a, b) => a.at - b.at)[0]
  }

  /** Fires the earliest timer, at its instant or later; returns whether there was one. */
  fire(): boolean {
    const next = this.next()
    if (next === undefined) return false
    this.armed.delete(next)
    this.time = Math.max(this.time, next.at)
    next.callback()
    return true
  }

  advance(ms: number): void {
    const target = this.time + ms
    for (let next = this.next(); next !== undefined && next.at <= target; next = this.next()) this.fire()
    this.time = Math.max(this.time, target)
  }
}

afterEach(() => {
  vi.useRealTimers()
})

function expectSound(db: Redstart): void {
  db.engine.invariants()
}

describe('the timer of a store', () => {
  it('is one for all deadlines, and is set anew only for an earlier one', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    clock.schedules = 0

    for (let i = 0; i < 20_000; i++) db.set(`k${i}`, 'v', { px: 50_000 + ((i * 7_919) % 1_000_000) })

    expect(clock.armed.size).toBe(1)
    expect(clock.schedules).toBeLessThan(20)
  })

  it('is one for the deadlines of all databases', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })

    for (let i = 0; i < 16; i++) {
      db.select(i)
      db.set('k', 'v', { px: 900 - i })
    }

    expect(clock.armed.size).toBe(1)
    expect(clock.next()!.at).toBe(START + 885)
  })

  it('is not set where no key has a deadline', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    for (let i = 0; i < 100; i++) db.set(`k${i}`, 'v')
    clock.advance(10_000)

    expect(clock.armed.size).toBe(0)
  })

  it('does not hold the process open for the deadlines of keys', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })

    db.set('k', 'v', { ex: 10 })

    expect([...clock.armed].map((armed) => armed.keepAlive)).toEqual([false])
  })

  it('is at rest when the last deadline is gone', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    for (let i = 0; i < 100; i++) db.set(`k${i}`, 'v', { px: 10 * i + 1 })

    clock.advance(60_000)

    expect(db.dbsize()).toBe(0)
    expect(clock.armed.size).toBe(0)
  })

  it('wakes for nothing once and then not again when keys with deadlines are flushed', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    const log = vi.fn()
    db.on('*', log)
    db.set('k', 'v', { ex: 5 })
    db.flushall()
    log.mockClear()

    clock.advance(600_000)

    expect(log).not.toHaveBeenCalled()
    expect(clock.armed.size).toBe(0)
  })

  it('goes along with the keys when two databases are exchanged', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    const seen: string[] = []
    db.on('expired', (key, { db: of }) => seen.push(`${key} of ${of} at ${clock.now() - START}`))
    db.set('a', 'v', { px: 100 })
    db.swapdb(0, 3)
    db.set('b', 'v', { px: 50 })

    clock.advance(1_000)

    expect(seen).toEqual(['b of 0 at 50', 'a of 3 at 100'])
    expectSound(db)
  })
})

describe('reading the clock', () => {
  it('is not needed for a GET on a key without a deadline', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    db.set('k', 'v')
    clock.readings = 0

    for (let i = 0; i < 1_000; i++) db.get('k')
    for (let i = 0; i < 1_000; i++) db.set('k', 'w')

    expect(clock.readings).toBe(0)
    expect(clock.schedules).toBe(1)
  })

  it('happens once a second at most for such GETs: the access clock runs for a second at a time', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    db.set('k', 'v')
    clock.schedules = 0
    let readings = 0

    for (let i = 0; i < 100; i++) {
      clock.readings = 0
      db.get('k')
      readings += clock.readings
      clock.advance(100)
    }

    expect(readings).toBeLessThanOrEqual(10)
    expect(clock.schedules).toBeLessThanOrEqual(10)
  })

  it('does not go on when nothing is asked for: the access clock falls asleep', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    db.set('k', 'v')

    clock.advance(1_000)

    expect(clock.armed.size).toBe(0)
    expect(db.engine.accessSecond).toBe(0)
  })

  it('is spared on a steady clock for keys more than a minute from their deadline', () => {
    const clock = new CountingClock()
    clock.steady = true
    const db = new Redstart({ clock })
    db.set('far', 'v', { ex: 120 })
    db.get('far')
    clock.readings = 0

    for (let i = 0; i < 1_000; i++) db.get('far')

    expect(clock.readings).toBe(0)
  })

  it('is not spared for keys less than a minute from their deadline', () => {
    const clock = new CountingClock()
    clock.steady = true
    const db = new Redstart({ clock })
    db.set('near', 'v', { px: 59_999 })
    db.set('far', 'v', { px: 62_000 })
    clock.readings = 0

    for (let i = 0; i < 10; i++) db.get('near')
    const near = clock.readings
    for (let i = 0; i < 10; i++) db.get('far')

    expect(near).toBe(10)
    expect(clock.readings).toBe(10)
  })

  it('is not spared when the kept reading is more than a second old', () => {
    const clock = new CountingClock()
    clock.steady = true
    const db = new Redstart({ clock })
    db.set('far', 'v', { ex: 120 })
    db.get('far')
    clock.advance(1_000)
    clock.readings = 0

    db.get('far')
    const first = clock.readings
    db.get('far')

    expect(first).toBe(1)
    expect(clock.readings).toBe(1)
  })

  it('is never spared on a clock that is not steady', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    db.set('far', 'v', { ex: 120 })
    db.get('far')
    clock.readings = 0

    for (let i = 0; i < 10; i++) db.get('far')

    expect(clock.readings).toBe(10)
  })

  it('is never spared under a faked Date: a jump over the deadline is seen though no timer fired', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('far', 'v', { ex: 600 })
    const before = db.get('far')

    vi.setSystemTime(Date.now() + 600_000)

    expect(before).toBe('v')
    expect(db.get('far')).toBeNull()
  })

  it('is not spared by a reading of the real Date that was kept when Date is faked', () => {
    const db = new Redstart()
    db.set('far', 'v', { ex: 600 })
    const before = db.get('far')
    vi.useFakeTimers({ now: Date.now() + 600_001 })

    expect(before).toBe('v')
    expect(db.get('far')).toBeNull()
  })

  it('stamps accesses to the second, without a reading each', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('k', 'v')
    clock.advance(10_000)
    const idle = [db.objectIdletime('k')]
    db.get('k')
    clock.advance(3_000)
    idle.push(db.objectIdletime('k'))

    expect(idle).toEqual([10, 3])
  })
})

describe('the access clock', () => {
  it('ends its second also when a key expires within it', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('soon', 'v', { px: 500 })
    db.set('k', 'v')
    clock.advance(60_000)

    db.get('k')

    expect(db.objectIdletime('k')).toBe(0)
  })

  it('goes on from where the clock was set back to', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('k', 'v')
    clock.set(START - 100_000)
    db.time()
    db.get('k')
    clock.advance(50_000)

    db.get('k')

    expect(db.objectIdletime('k')).toBe(0)
  })
})

describe('active expiry', () => {
  it('gives way to others: 20,000 keys of one instant go in slices of about 4 ms', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    for (let i = 0; i < 20_000; i++) db.set(`k${i}`, 'v', { pxat: START + 5_000 })
    clock.advance(4_999)
    clock.perReading = 1
    const sizes = [db.dbsize()]
    const spans: number[] = []

    for (let armed = clock.next(); armed !== undefined; armed = clock.next()) {
      const started = Math.max(clock.time, armed.at)
      clock.fire()
      spans.push(clock.time - started)
      sizes.push(db.dbsize())
    }

    const steps = sizes.slice(1).map((size, i) => sizes[i]! - size)
    expect(sizes.at(-1)).toBe(0)
    expect(spans.length).toBeGreaterThan(10)
    expect(Math.max(...spans)).toBeLessThan(15)
    expect(Math.max(...steps)).toBeLessThan(4_000)
    expectSound(db)
  })

  it('asks for the next slice at once, and in between the keys are read as expired', () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    for (let i = 0; i < 20_000; i++) db.set(`k${i}`, 'v', { pxat: START + 5_000 })
    clock.advance(4_999)
    clock.perReading = 1

    clock.fire()

    expect(db.dbsize()).toBeGreaterThan(0)
    expect(clock.next()!.at - clock.time).toBeLessThanOrEqual(1)
    expect(db.mget(...Array.from({ length: 20_000 }, (_, i) => `k${i}`)).every((value) => value === null)).toBe(true)
  })
})

describe('timers that are swapped under a store', () => {
  it('are set again by the next call that reads the clock, when real ones came in between', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const expired: string[] = []
    db.on('expired', (key) => expired.push(key))
    db.set('lost', 'v', { px: 5_000 })
    vi.useRealTimers()
    vi.useFakeTimers({ now: Date.now() + 60_000 })

    db.set('new', 'v', { px: 100 })
    vi.advanceTimersByTime(100)

    expect(expired.sort()).toEqual(['lost', 'new'])
  })

  it('are set again for a deadline that is still to come', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const expired: string[] = []
    db.on('expired', (key) => expired.push(key))
    const start = Date.now()
    db.set('first', 'v', { px: 5_000 })
    db.set('second', 'v', { px: 100_000 })
    vi.useRealTimers()
    vi.useFakeTimers({ now: start + 60_000 })

    db.ttl('second')
    vi.advanceTimersByTime(40_000)

    expect(expired).toEqual(['first', 'second'])
  })

  it('do not let a key be read past its deadline meanwhile', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v', { ex: 100 })
    db.get('k')
    vi.useRealTimers()
    vi.useFakeTimers({ now: Date.now() + 100_001 })

    expect(db.get('k')).toBeNull()
  })

  it('do not stop the access clock for ever: the next call that reads the clock starts it again', () => {
    // Bug: the timer of the access clock was lost with the fake timers, and nothing set it again.
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v')
    vi.useRealTimers()
    vi.useFakeTimers({ now: Date.now() + 3_600_000 })

    db.time()
    db.get('k')
    vi.advanceTimersByTime(2_000)

    expect(db.objectIdletime('k')).toBe(2)
  })
})

describe('a closed store', () => {
  it('has no timer left, and its keys stay readable', async () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { ex: 10 })
    db.set('plain', 'v')

    await db.close()
    const left = clock.armed.size
    clock.time += 9_999
    const before = db.get('k')
    clock.time += 1

    expect(left).toBe(0)
    expect(before).toBe('v')
    expect(db.get('k')).toBeNull()
    expect(db.get('plain')).toBe('v')
  })

  it('keeps no reading of the clock either: keys are gone at their deadline', async () => {
    const clock = new CountingClock()
    clock.steady = true
    const db = new Redstart({ clock })
    db.set('far', 'v', { ex: 120 })
    await db.close()
    const before = db.get('far')

    clock.time += 120_000

    expect(before).toBe('v')
    expect(db.get('far')).toBeNull()
  })

  it('sets no timer for new deadlines', async () => {
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    await db.close()

    db.set('k', 'v', { ex: 10 })

    expect([...clock.armed].filter(({ at }) => at > START + 1_000)).toEqual([])
  })

  it('sets no timer for reads either', async () => {
    // Bug: the access clock started again with the first access after `close`, and set a timer each time.
    const clock = new CountingClock()
    const db = new Redstart({ clock })
    db.set('k', 'v')
    await db.close()

    db.get('k')

    expect(clock.armed.size).toBe(0)
  })
})

describe('the dirty count', () => {
  it('counts what commands changed, as INFO and the save rules of Redis do', () => {
    const db = new Redstart({ clock: manualClock() })
    const dirty: number[] = []
    const note = (run: () => unknown): void => {
      const before = db.engine.dirty
      run()
      dirty.push(db.engine.dirty - before)
    }

    note(() => db.set('a', 1))
    note(() => db.set('a', 1, { ex: 9 }))
    note(() => db.mset({ a: 1, b: 2 }))
    note(() => db.set('a', 1, { nx: true }))
    note(() => db.del('a', 'b', 'c'))
    note(() => db.get('a'))
    note(() => db.set('x', 1))
    note(() => db.rename('x', 'y'))

    expect(dirty).toEqual([1, 1, 2, 0, 2, 0, 1, 1])
  })
})
