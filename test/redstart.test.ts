import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Clock, type KeyspaceEvent, manualClock, Redstart, realClock, type Stop } from 'redstart'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { contents, open, openWithExpired, START_MS, say } from './support.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('new Redstart', () => {
  it('is ready at once and empty', () => {
    const db = new Redstart()

    expect([db.dbsize(), db.randomkey()]).toEqual([0, null])
    expect(db.set('k', 'v')).toBe('OK')
  })

  it('has 16 databases, or as many as asked for', () => {
    const highest = (db: Redstart) => {
      let index = 0
      for (;;) {
        try {
          db.select(index)
          index++
        } catch {
          return index - 1
        }
      }
    }

    expect([highest(new Redstart()), highest(new Redstart({ databases: 1 }))]).toEqual([15, 0])
    expect(highest(new Redstart({ databases: 1000 }))).toBe(999)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001, '16', null])(
    'refuses %s databases',
    (databases) => {
      expect(() => new Redstart({ databases: databases as number })).toThrow(
        new RangeError(`databases must be an integer from 1 to 1000000, got ${databases}`),
      )
    },
  )

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '5', null])('refuses %s as a seed', (seed) => {
    expect(() => new Redstart({ seed: seed as number })).toThrow(
      new RangeError(`seed must be a finite number, got ${seed}`),
    )
  })

  it.each([{}, Date, null, 5])('refuses %s as a clock', (clock) => {
    const refusal = new TypeError('a clock has now() and schedule(): manualClock(), realClock() or one of your own')

    expect(() => new Redstart({ clock: clock as unknown as Clock })).toThrow(refusal)
  })

  it.each([{}, Date, null, 5])('refuses %s as a log, before any call is logged', (log) => {
    const refusal = new TypeError('a log has append(): a MemoryLog or one of your own')

    expect(() => new Redstart({ log: log as never })).toThrow(refusal)
    expect(() => open().db.fork({ log: log as never })).toThrow(refusal)
  })

  it.each([null, 'data', 5])('refuses %s as options', (options) => {
    const given = options === null ? 'null' : typeof options

    expect(() => new Redstart(options as never)).toThrow(new TypeError(`options are an object, got ${given}`))
  })

  it('refuses options that there are not', () => {
    const refused = (what: string, name: string): TypeError => new TypeError(`${what} has no option '${name}'`)

    // A limit that is misspelt would be none.
    expect(() => new Redstart({ maxmemory: '10mb' } as object)).toThrow(refused('new Redstart', 'maxmemory'))
    expect(() => new Redstart({ seed: 1, Clock: undefined } as object)).toThrow(refused('new Redstart', 'Clock'))
    expect(() => new Redstart({ store: open().db.engine } as object)).toThrow(refused('new Redstart', 'store'))
    expect(() => open().db.fork({ sed: 1 } as object)).toThrow(refused('fork', 'sed'))
    expect(() => open().db.fork(null as never)).toThrow(new TypeError('options are an object, got null'))
  })

  it.each([0, -1, 1.5, 2 ** 53, -(2 ** 40), 5e-324, 1e308])('takes %s as a seed, and repeats itself', (seed) => {
    const draws = () => {
      const db = new Redstart({ seed, clock: manualClock() })
      for (let i = 0; i < 50; i++) db.set(`k${i}`, i)
      return Array.from({ length: 20 }, () => db.randomkey())
    }

    const first = draws()

    expect(draws()).toEqual(first)
    expect(new Set(first).size).toBeGreaterThan(5)
  })

  it('chooses differently each time when it has no seed', () => {
    const draws = () => {
      const db = new Redstart()
      for (let i = 0; i < 1000; i++) db.set(`k${i}`, i)
      return Array.from({ length: 10 }, () => db.randomkey()).join()
    }

    expect(draws()).not.toBe(draws())
  })

  it('never writes to its options, and undefined means not given', () => {
    const options = Object.freeze({ clock: undefined, seed: undefined, databases: undefined, log: undefined })

    expect(new Redstart(options).select(15)).toBe('OK')
  })
})

describe('listeners', () => {
  it('hear of one event by its name, or of all by *', () => {
    const { db } = open()
    const expired: unknown[] = []
    const all: string[] = []
    db.on('expire', (...heard) => expired.push(heard))
    db.on('*', (_key, { event }) => all.push(event))

    db.set('k', 'v', { ex: 10 })

    expect(expired).toEqual([['k', { event: 'expire', db: 0 }]])
    expect(all).toEqual(['set', 'expire'])
  })

  it('are called after the command, when its reply is settled', () => {
    const { db } = open()
    const values: unknown[] = []
    db.on('set', (key) => values.push(db.get(key)))

    db.mset({ a: 1, b: 2 })

    expect(values).toEqual(['1', '2'])
  })

  it('may use the database: what they cause comes after what caused them', () => {
    const { db, seen } = open()
    db.on('set', (key) => {
      if (key.length < 3) db.set(`${key}x`, 'v')
    })

    db.mset({ a: 1, b: 2 })

    expect(seen).toEqual(['set a', 'set b', 'set ax', 'set bx', 'set axx', 'set bxx'])
    expect(db.dbsize()).toBe(6)
  })

  it('hear nothing more once they are ended, twice over does no harm', () => {
    const { db } = open()
    const heard: string[] = []
    const stop = db.on('set', (key) => heard.push(key))

    db.set('a', 1)
    stop()
    stop()
    db.set('b', 1)

    expect(heard).toEqual(['a'])
  })

  it('that are given twice are called twice, and ended one by one', () => {
    const { db } = open()
    let calls = 0
    const listener = () => {
      calls++
    }
    const stop = db.on('set', listener)
    db.on('set', listener)

    db.set('a', 1)
    stop()
    db.set('b', 1)

    expect(calls).toBe(3)
  })

  it('that throw harm neither the call nor other listeners; the error is thrown later', () => {
    const { db, seen } = open()
    const later: (() => void)[] = []
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) => {
      later.push(callback)
    })
    const heard: string[] = []
    db.on('set', () => {
      throw new Error('a listener')
    })
    db.on('set', (key) => heard.push(key))

    expect(db.set('k', 'v')).toBe('OK')

    expect([heard, seen]).toEqual([['k'], ['set k']])
    expect(later.length).toBe(1)
    expect(later[0]).toThrow('a listener')
  })

  it('hear of keys that are no UTF-8 in text that finds them again', () => {
    const { db } = open()
    const heard: string[] = []
    db.on('set', (key) => heard.push(key))

    db.set(Uint8Array.of(0xff), 'v')

    expect(db.get(heard[0]!)).toBe('v')
  })

  it('hear nothing of calls that changed nothing or were refused', () => {
    const { db, seen } = open()

    db.get('none')
    db.del('none')
    expect(() => db.set('k', 'v', { ex: 0 })).toThrow()

    expect(seen).toEqual([])
  })

  it.each([undefined, null, 'text'])('that are no functions are refused: %s', (listener) => {
    expect(() => open().db.on('set', listener as never)).toThrow()
  })

  it('have types', () => {
    const { db } = open()

    const stop = db.on('set', (key, event) => {
      expectTypeOf(key).toEqualTypeOf<string>()
      expectTypeOf(event).toEqualTypeOf<KeyspaceEvent>()
    })
    expectTypeOf(stop).toEqualTypeOf<Stop>()
    expectTypeOf(stop).toExtend<() => void>()
    db.on('error', (error) => expectTypeOf(error).toEqualTypeOf<unknown>())
  })
})

describe('a manual clock', () => {
  it('expires keys on advance, each at its own instant', () => {
    const { db, clock } = open()
    const times: number[] = []
    db.on('expired', () => times.push(clock.now() - START_MS))
    for (const px of [300, 100, 200]) db.set(`k${px}`, 'v', { px })

    clock.advance(1000)

    expect(times).toEqual([100, 200, 300])
  })

  it('that is set back brings nothing back, and keys live longer', () => {
    const { db, clock } = open()
    db.set('gone', 'v', { px: 100 })
    clock.advance(100)
    db.set('k', 'v', { px: 100 })

    clock.set(START_MS)

    expect(db.exists('gone')).toBe(0)
    expect(db.pttl('k')).toBe(200)
    clock.advance(199)
    expect(db.exists('k')).toBe(1)
    clock.advance(1)
    expect(db.exists('k')).toBe(0)
  })

  it('a listener of expired may set the key again', () => {
    const { db, clock } = open()
    let lives = 0
    db.on('expired', (key) => {
      lives++
      db.set(key, 'v', { px: 100 })
    })
    db.set('k', 'v', { px: 100 })

    clock.advance(1000)

    expect(lives).toBe(10)
    expect(db.exists('k')).toBe(1)
  })
})

describe('fake timers drive a database without a clock of its own', () => {
  it('keys expire as time is advanced, with their event at the deadline', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const heard: string[] = []
    db.on('expired', (key) => heard.push(key))
    db.set('k', 'v', { ex: 10 })

    vi.advanceTimersByTime(9999)
    expect([db.get('k'), heard.length]).toEqual(['v', 0])

    vi.advanceTimersByTime(1)
    expect(heard).toEqual(['k'])
    expect(db.get('k')).toBeNull()
  })

  it('keys expire when only the system time is set', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v', { ex: 10 })

    vi.setSystemTime(Date.now() + 10_000)

    expect([db.get('k'), db.ttl('k')]).toEqual([null, -2])
  })

  it('a database that was made before is driven as well', () => {
    const db = new Redstart()
    db.set('k', 'v', { ex: 10 })
    db.get('k')

    vi.useFakeTimers()
    vi.advanceTimersByTime(20_000)

    expect(db.get('k')).toBeNull()
  })

  it('a database goes on with the real time when they end', () => {
    vi.useFakeTimers({ now: 0 })
    const db = new Redstart()
    db.set('k', 'v', { ex: 10 })
    db.get('k')

    vi.useRealTimers()

    expect(db.get('k')).toBeNull()
    db.set('k', 'v', { ex: 10 })
    expect(db.get('k')).toBe('v')
    expect(db.ttl('k')).toBe(10)
  })

  it('a deadline further away than a timer can wait comes at its time', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const days = 24 * 3600
    const heard: string[] = []
    db.on('expired', (key) => heard.push(key))
    db.set('k', 'v', { ex: 60 * days })

    vi.advanceTimersByTime(59 * days * 1000)
    expect([db.get('k'), heard.length]).toEqual(['v', 0])

    vi.advanceTimersByTime(days * 1000)
    expect(heard).toEqual(['k'])
  })

  it('a thousand deadlines take one timer, and one for access times', () => {
    vi.useFakeTimers()
    const db = new Redstart()

    for (let i = 0; i < 1000; i++) db.set(`k${i}`, i, { px: 1000 + i })

    expect(vi.getTimerCount()).toBeLessThanOrEqual(2)
    vi.advanceTimersByTime(2000)
    expect(db.dbsize()).toBe(0)
  })

  it('no timer is left once no key expires', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v', { ex: 10 })

    vi.advanceTimersByTime(12_000)

    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a clock that runs by itself', () => {
  /** Time is steady, but no timer ever fires. */
  class SteadyClock implements Clock {
    time = START_MS
    readings = 0

    now(): number {
      this.readings++
      return this.time
    }

    schedule() {
      return { cancel: () => {} }
    }

    isSteady(): boolean {
      return true
    }
  }

  it('is not read for every GET of a key whose deadline is far', () => {
    const clock = new SteadyClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { ex: 3600 })
    db.get('k')
    clock.readings = 0

    for (let i = 0; i < 100; i++) db.get('k')

    expect(clock.readings).toBe(0)
  })

  it('is read for a key whose deadline is near', () => {
    const clock = new SteadyClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { ex: 10 })

    clock.time += 10_000

    expect(db.get('k')).toBeNull()
  })
})

it('a clock is not steady while its Date or its timers are faked, so that lost timers keep no key alive', () => {
  const clock = realClock()

  expect(clock.isSteady!()).toBe(true)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  expect(clock.isSteady!()).toBe(false)
  vi.useRealTimers()
  vi.useFakeTimers({ toFake: ['Date'] })
  expect(clock.isSteady!()).toBe(false)
  vi.useRealTimers()
  expect(clock.isSteady!()).toBe(true)
})

describe('close', () => {
  it('comes at the end of a block that took the database by await using', async () => {
    const { db } = open()
    const waiting = db.blpop('jobs', 0)
    {
      await using block = db
      block.set('k', 'v')
    }

    await expect(waiting).rejects.toThrow('ERR the database is closed')
    expect(db.get('k')).toBe('v')
  })

  it('ends all timers', async () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v', { ex: 10 })
    db.get('k')

    await db.close()

    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves keys readable, and those whose time is up missing', async () => {
    const { db, clock, seen } = open()
    db.set('k', 'v')
    db.set('short', 'v', { px: 10 })

    await db.close()
    clock.advance(100)

    expect(seen).toEqual(['set k', 'set short', 'expire short'])
    expect([db.get('k'), db.get('short')]).toEqual(['v', null])
  })

  it('may be called twice', async () => {
    const { db } = openWithExpired()

    await db.close()
    await db.close()

    expect(contents(db)).toEqual([])
  })

  it('lets no later call start a timer', async () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v')
    await db.close()

    db.get('k')

    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a process', () => {
  it('is not held open by a timer: each one is unref-ed', async () => {
    const setTimeoutSpy = vi.spyOn(globalThis, 'setTimeout')
    const db = new Redstart()

    db.set('k', 'v', { ex: 1000 })
    db.get('k')
    db.set('j', 'v', { ex: 10 })

    const timers = setTimeoutSpy.mock.results.map(({ value }) => value as NodeJS.Timeout)
    expect(timers.length).toBeGreaterThan(0)
    expect(timers.some((timer) => timer.hasRef())).toBe(false)
    await db.close()
  })

  it('that has keys with deadlines ends by itself', () => {
    const script = `import { Redstart } from './src/index.ts'
      const db = new Redstart()
      db.set('k', 'v', { ex: 1000 })
      console.log(db.get('k'), db.ttl('k'))`

    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      { cwd: ROOT, encoding: 'utf8', timeout: 20_000 },
    )

    expect([status, stdout.trim()]).toEqual([0, 'v 1000'])
  })
})

describe('what a log is given', () => {
  it('is each change as resolved words, before listeners hear of it', () => {
    const { db, log } = open()
    const batches: number[] = []
    db.on('set', () => batches.push(log.batches.length))

    db.set('k', 'v', { ex: 10 })

    expect(batches).toEqual([1])
    expect(log.batches[0]).toEqual([{ database: 0, words: ['SET', 'k', 'v', 'PXAT', String(START_MS + 10_000)] }])
  })

  it('is nothing for calls that only read or are refused', () => {
    const { db, log } = open()

    db.get('k')
    db.mget('k', 'j')
    expect(() => say(db, 'SET k v EX 0')).toThrow()

    expect(log.batches).toEqual([])
  })
})
