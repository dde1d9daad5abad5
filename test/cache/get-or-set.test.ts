import { Redstart } from 'redstart'
import { type Cache, cache } from 'redstart/cache'
import { describe, expect, it, vi } from 'vitest'
import { sharedOf } from '../../src/cache/shared.js'
import { Loads, openCache, settled } from './support.js'

const noLoad = (): never => {
  throw new Error('this is not to be loaded')
}

describe('getOrSet', () => {
  it('loads what is missing, keeps it, and does not load it again', async () => {
    const { users } = openCache<string>()

    expect(await users.getOrSet('ada', ({ key }) => `loaded ${key}`)).toBe('loaded ada')
    expect(await users.getOrSet('ada', noLoad)).toBe('loaded ada')
    expect(users.get('ada')).toBe('loaded ada')
  })

  it('loads once for any number of callers', async () => {
    const { users } = openCache<string>()
    const loads = new Loads<string>()
    const callers = Array.from({ length: 1000 }, () => users.getOrSet('ada', loads.loader))
    await settled()

    await loads.end(0, 'Lovelace')

    expect(new Set(await Promise.all(callers))).toEqual(new Set(['Lovelace']))
    expect(loads.count).toBe(1)
  })

  it('loads once for callers of different caches of one prefix', async () => {
    const { db, users } = openCache<string>()
    const loads = new Loads<string>()

    const callers = [users, cache<string>(db, { prefix: 'user:' })].map((it) => it.getOrSet('ada', loads.loader))
    await loads.end(0, 'Lovelace')

    expect(await Promise.all(callers)).toEqual(['Lovelace', 'Lovelace'])
    expect(loads.count).toBe(1)
  })

  it('loads different keys side by side', async () => {
    const { users } = openCache<string>()
    const loads = new Loads<string>()

    const callers = ['a', 'b'].map((key) => users.getOrSet(key, loads.loader))
    await loads.end(1, 'B')
    await loads.end(0, 'A')

    expect(await Promise.all(callers)).toEqual(['A', 'B'])
  })

  it('rejects all callers when the load fails, keeps nothing, and loads again', async () => {
    const { db, users, reported } = openCache<string>()
    const loads = new Loads<string>()
    const callers = [1, 2].map(() => users.getOrSet('ada', loads.loader))
    const caught = Promise.allSettled(callers)

    await loads.fail(0, new Error('down'))

    expect((await caught).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(db.dbsize()).toBe(0)
    expect(await users.getOrSet('ada', () => 'up')).toBe('up')
    expect(reported).toEqual([])
  })

  it('rejects when the loader throws at once', async () => {
    const { users } = openCache<string>()

    await expect(users.getOrSet('ada', noLoad)).rejects.toThrow('this is not to be loaded')
  })

  it('lets a loader ask for other keys', async () => {
    const { users } = openCache<number>()
    const sum = async (): Promise<number> => (await users.getOrSet('a', () => 1)) + (await users.getOrSet('b', () => 2))

    expect(await users.getOrSet('sum', sum)).toBe(3)
    expect(users.getMany(['a', 'b', 'sum'])).toEqual([1, 2, 3])
  })

  it('uses the options of the call', async () => {
    const { db, users } = openCache<number>({ ttlMs: 1 })

    await users.getOrSet('a', () => 7, { ttlMs: (value) => value * 100, jitter: 0 })

    expect(db.pttl('user:a')).toBe(700)
  })

  it('does not keep a loaded value whose time is 0', async () => {
    const { db, users } = openCache<number>()

    expect(await users.getOrSet('a', () => 1, { ttlMs: 0 })).toBe(1)
    expect(db.dbsize()).toBe(0)
  })

  it('loads anew by refresh, and keeps what there was when that fails', async () => {
    const { users, reported } = openCache<number>({ errorTtlMs: 1000 })
    users.set('a', 1)

    await expect(users.getOrSet('a', noLoad, { refresh: true })).rejects.toThrow('not to be loaded')
    expect(users.get('a')).toBe(1)
    expect(await users.getOrSet('a', ({ stale }) => stale! + 1, { refresh: true })).toBe(2)
    expect(users.get('a')).toBe(2)
    expect(reported).toEqual([])
  })

  it('joins a load that runs by refresh', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const first = users.getOrSet('a', loads.loader)

    const second = users.getOrSet('a', noLoad, { refresh: true })
    await loads.end(0, 1)

    expect(await Promise.all([first, second])).toEqual([1, 1])
  })

  it('delivers a value that the database has no room for, and reports that', async () => {
    const { db, users, reported } = openCache<number>()
    vi.spyOn(db, 'set').mockImplementation(() => {
      throw new Error('OOM command not allowed')
    })

    expect(await users.getOrSet('a', () => 1)).toBe(1)
    expect(reported).toEqual(['store a: OOM command not allowed'])
  })

  it.each<[string, string[] | (() => string[])]>([
    ['named beforehand', ['x']],
    ['named by the value', () => ['x']],
  ])('delivers a value whose tags, %s, the database has no room for, and reports that', async (_, tags) => {
    const { db, users, reported } = openCache<number>({ tags })
    vi.spyOn(db, 'set').mockImplementation(() => {
      throw new Error('OOM command not allowed')
    })

    expect(await users.getOrSet('a', () => 1)).toBe(1)
    expect(reported).toEqual(['store a: OOM command not allowed'])
    expect(db.dbsize()).toBe(0)
  })

  it('rejects with the error of the loader when the database refuses to keep that', async () => {
    const { db, users, reported } = openCache<number>({ errorTtlMs: 1000 })
    vi.spyOn(db, 'set').mockImplementation(() => {
      throw new Error('OOM command not allowed')
    })

    await expect(users.getOrSet('a', noLoad)).rejects.toThrow('this is not to be loaded')
    expect(reported).toEqual(['store a: OOM command not allowed'])
  })

  it('rejects for a value that the codec refuses: no call could ever keep it', async () => {
    const { users } = openCache<unknown>()

    await expect(users.getOrSet('a', () => ({ f: () => 1 }))).rejects.toThrow('a function cannot be cached')
  })
})

describe('writes while a load runs', () => {
  it.each<[string, (users: ReturnType<typeof openCache<string>>['users']) => void, string | undefined]>([
    ['set', (users) => users.set('ada', 'written'), 'written'],
    ['setMany', (users) => users.setMany([['ada', 'written']]), 'written'],
    ['delete', (users) => users.delete('ada'), undefined],
    ['clear', (users) => users.clear(), undefined],
    ['invalidateTags', (users) => users.invalidateTags('team'), undefined],
  ])('%s: its callers get the result, and it is not kept', async (_, write, expected) => {
    const { users } = openCache<string>({ tags: ['team'] })
    const loads = new Loads<string>()
    const caller = users.getOrSet('ada', loads.loader)

    write(users)
    await loads.end(0, 'loaded')

    expect(await caller).toBe('loaded')
    expect(users.get('ada')).toBe(expected)
  })

  it('a caller after a delete does not get what was loaded before it', async () => {
    const { users } = openCache<string>()
    const loads = new Loads<string>()
    const before = users.getOrSet('ada', loads.loader)

    users.delete('ada')
    const after = users.getOrSet('ada', loads.loader)
    await loads.end(1, 'new')
    await loads.end(0, 'old')

    expect(await Promise.all([before, after])).toEqual(['old', 'new'])
    expect(users.get('ada')).toBe('new')
  })

  it('delete: the error of the load is for its callers alone, and is not kept', async () => {
    const { db, users } = openCache<string>({ errorTtlMs: 1000 })
    const loads = new Loads<string>()
    const caller = expect(users.getOrSet('ada', loads.loader)).rejects.toThrow('down')

    users.delete('ada')
    await loads.fail(0, new Error('down'))

    await caller
    expect(db.dbsize()).toBe(0)
  })

  it.each([
    ['deletes', (users: Cache<number>) => users.delete('a')],
    ['sets', (users: Cache<number>) => users.set('a', 0)],
    ['invalidates', (users: Cache<number>) => users.invalidateTags('t')],
    ['clears', (users: Cache<number>) => users.clear()],
  ])('a loader that %s its own key before it waits is not aborted: its caller is there', async (_what, write) => {
    const { users } = openCache<number>({ tags: ['t'] })

    const load = users.getOrSet('a', async ({ signal }) => {
      write(users)
      await settled()
      signal.throwIfAborted()
      return 1
    })

    expect(await load).toBe(1)
    expect(users.get('a')).not.toBe(1)
  })

  it('a load whose end is not awaited any more is aborted', async () => {
    const { clock, users, reported } = openCache<number>({ ttlMs: 100, staleTtlMs: 100 })
    const loads = new Loads<number>()
    users.set('a', 1)
    clock.advance(100)
    await users.getOrSet('a', loads.loader)

    users.set('a', 2)

    expect(loads.started[0]!.signal.aborted).toBe(true)
    await loads.fail(0, new Error('aborted'))
    expect([users.get('a'), reported]).toEqual([2, []])
  })
})

describe('stale values', () => {
  it('are returned at once and renewed once in the background', async () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 1000 })
    const loads = new Loads<number>()
    users.set('a', 1)
    clock.advance(100)

    expect(await Promise.all([1, 2, 3].map(() => users.getOrSet('a', loads.loader)))).toEqual([1, 1, 1])
    expect(loads.started).toMatchObject([{ key: 'a', stale: 1 }])
    await loads.end(0, 2)

    expect(users.get('a')).toBe(2)
    clock.advance(99)
    expect(users.get('a')).toBe(2)
  })

  it('go when their time is over: then callers wait for the load that runs', async () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 100 })
    const loads = new Loads<number>()
    users.set('a', 1)
    clock.advance(100)
    await users.getOrSet('a', loads.loader)
    clock.advance(100)

    const caller = users.getOrSet('a', noLoad)
    await loads.end(0, 2)

    expect(await caller).toBe(2)
  })

  it('stay when they cannot be renewed, and that is reported', async () => {
    const { clock, users, reported } = openCache<number>({ ttlMs: 100, staleTtlMs: 10_000 })
    users.set('a', 1)
    clock.advance(100)

    expect(await users.getOrSet('a', () => Promise.reject(new Error('down')))).toBe(1)
    await settled()

    expect(reported).toEqual(['load a: down'])
    expect(users.get('a', { allowStale: true })).toBe(1)
    expect(users.has('a')).toBe(false)
  })

  it.each(['structured', 'json', 'reference'] as const)(
    'are tried again after a pause that doubles (%s)',
    async (codec) => {
      const { db, clock, users } = openCache<number>({
        ttlMs: 100,
        staleTtlMs: 1e9,
        backoffMs: 1000,
        codec,
        tags: ['t'],
      })
      const tries: number[] = []
      users.set('a', 1)
      clock.advance(100)
      const start = clock.now()

      for (let i = 0; i < 300; i++) {
        const value = await users.getOrSet('a', () => {
          tries.push(clock.now() - start)
          throw new Error('down')
        })
        expect(value).toBe(1)
        await settled()
        clock.advance(1000)
      }

      expect(tries).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 191, 255].map((seconds) => seconds * 1000))
      expect(db.pttl('user:a')).toBe(1e9 - 300_000)
      expect(await users.getOrSet('a', () => 2)).toBe(1)
      clock.advance(64_000)
      expect(await users.getOrSet('a', () => 2)).toBe(1)
      await settled()
      expect(users.get('a')).toBe(2)
    },
  )

  it('go when the source says that there is nothing any more', async () => {
    const { clock, users } = openCache<number | null>({ ttlMs: 100, staleTtlMs: 1000 })
    users.set('a', 1)
    clock.advance(100)

    expect(await users.getOrSet('a', () => null)).toBe(1)
    await settled()

    expect(users.get('a', { allowStale: true })).toBeUndefined()
  })

  it('are renewed without a trace of errors when nobody listens to them', async () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 1000, onError: undefined })
    users.set('a', 1)
    clock.advance(100)

    expect(await users.getOrSet('a', () => Promise.reject(new Error('down')))).toBe(1)
    await settled()

    expect(users.statistics.errors).toBe(1)
  })

  it('follow fake timers', async () => {
    vi.useFakeTimers()
    try {
      const users = cache<number>(new Redstart(), { prefix: 'user:', ttlMs: 100, staleTtlMs: 100 })
      users.set('a', 1)
      vi.advanceTimersByTime(100)
      expect([users.get('a'), users.get('a', { allowStale: true })]).toEqual([undefined, 1])
      vi.advanceTimersByTime(100)
      expect(users.get('a', { allowStale: true })).toBeUndefined()
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('negative results', () => {
  it.each([null, undefined])('are not kept unless it is said for how long: %s', async (nothing) => {
    const { db, users } = openCache<number | null | undefined>({ ttlMs: 1000 })

    expect(await users.getOrSet('a', () => nothing)).toBe(nothing)

    expect(db.dbsize()).toBe(0)
  })

  it.each([null, undefined])('are kept for negativeTtlMs, and never stale: %s', async (nothing) => {
    const { db, clock, users } = openCache<number | null | undefined>({
      ttlMs: 1000,
      staleTtlMs: 1000,
      negativeTtlMs: 50,
    })
    await users.getOrSet('a', () => nothing)

    expect(db.pttl('user:a')).toBe(50)
    expect(await users.getOrSet('a', noLoad)).toBe(nothing)
    clock.advance(50)
    expect(await users.getOrSet('a', () => 1)).toBe(1)
  })
})

describe('errors', () => {
  it.each(['structured', 'json', 'reference'] as const)(
    'are kept for errorTtlMs and thrown without a load (%s)',
    async (codec) => {
      const { db, clock, users } = openCache<number>({ errorTtlMs: 50, codec })
      const down = Object.assign(new Error('down'), { status: 503 })
      await expect(users.getOrSet('a', () => Promise.reject(down))).rejects.toBe(down)

      await expect(users.getOrSet('a', noLoad)).rejects.toBe(down)
      expect([users.get('a'), users.has('a'), users.delete('b')]).toEqual([undefined, false, false])
      clock.advance(50)
      expect(await users.getOrSet('a', () => 1)).toBe(1)
      expect(db.dbsize()).toBe(1)
    },
  )

  it('that are kept are no stale values', async () => {
    const { users } = openCache<number>({ errorTtlMs: 50 })
    await users.getOrSet('a', noLoad).catch(() => {})

    expect(await users.getOrSet('a', ({ stale }) => (stale === undefined ? 1 : 2), { refresh: true })).toBe(1)
  })

  it('that are kept go when a value is set or the key is deleted', async () => {
    const { db, users } = openCache<number>({ errorTtlMs: 50 })
    for (const key of ['a', 'b']) await users.getOrSet(key, noLoad).catch(() => {})

    users.set('a', 1)

    expect(users.delete('b')).toBe(false)
    expect(sharedOf(db, 'user:', Math.random).references.size).toBe(0)
    expect(await users.getOrSet('a', noLoad)).toBe(1)
    expect(await users.getOrSet('b', () => 2)).toBe(2)
  })

  it('of onError itself are rethrown, apart from the caller', async () => {
    const thrown: unknown[] = []
    const original = globalThis.queueMicrotask
    vi.stubGlobal('queueMicrotask', (task: () => void) =>
      original(() => {
        try {
          task()
        } catch (error) {
          thrown.push(error)
        }
      }),
    )
    const broken = new Error('onError is broken')
    const { db, users } = openCache<number>({
      codec: 'json',
      onError() {
        throw broken
      },
    })
    db.set('user:a', '={')

    expect(users.get('a')).toBeUndefined()
    await settled()
    vi.unstubAllGlobals()

    expect(thrown).toEqual([broken])
  })
})
