import { Redstart } from 'redstart'
import { type CacheOptions, cache } from 'redstart/cache'
import { describe, expect, it } from 'vitest'
import { openCache } from './support.js'

describe('a cache', () => {
  it('gives back what was set, undefined for what was not', () => {
    const { users } = openCache<string>()

    users.set('ada', 'Lovelace')

    expect(users.get('ada')).toBe('Lovelace')
    expect(users.get('bob')).toBeUndefined()
  })

  it('says what is wrong where it is given no database, no options, no loader or no signal', async () => {
    const { db, users } = openCache<string>()

    expect(() => cache(undefined as never, { prefix: 'a:' })).toThrow('a cache lies in a database')
    expect(() => cache(db, undefined as never)).toThrow('a cache takes options')
    await expect(users.getOrSet('ada', 'Lovelace' as never)).rejects.toThrow('a loader is a function, got string')
    for (const signal of [5, null]) {
      await expect(users.getOrSet('ada', () => 'x', { signal: signal as never })).rejects.toThrow('an AbortSignal')
    }
    expect(users.get('ada')).toBeUndefined()
  })

  it('keeps its values at prefix and key in the database', () => {
    const { db, users } = openCache<object>({ codec: 'json' })

    users.set('ada', { born: 1815 })

    expect(db.get('user:ada')).toBe('={"born":1815}')
    expect(db.keys('*')).toEqual(['user:ada'])
  })

  it('keeps a value for ever where no time is given', () => {
    const { db, users } = openCache<number>()

    users.set('ada', 1)

    expect(db.pttl('user:ada')).toBe(-1)
  })

  it('keeps a value for ttlMs and not longer', () => {
    const { clock, users } = openCache<number>({ ttlMs: 1000 })
    users.set('ada', 1)

    clock.advance(999)
    expect(users.get('ada')).toBe(1)
    clock.advance(1)
    expect(users.get('ada')).toBeUndefined()
  })

  it('takes times of the call before its own', () => {
    const { db, users } = openCache<number>({ ttlMs: 1000 })

    users.set('call', 1, { ttlMs: 50 })
    users.set('ever', 1, { ttlMs: Number.POSITIVE_INFINITY })
    users.set('default', 1, { ttlMs: undefined })

    expect(['call', 'ever', 'default'].map((key) => db.pttl(`user:${key}`))).toEqual([50, -1, 1000])
  })

  it('asks a function for the time of each value', () => {
    const { db, users } = openCache<number>({ ttlMs: (value) => value * 10 })

    users.setMany([
      ['a', 1],
      ['b', 20],
    ])

    expect([db.pttl('user:a'), db.pttl('user:b')]).toEqual([10, 200])
  })

  it('rounds times up to whole milliseconds', () => {
    const { db, users } = openCache<number>()

    users.set('ada', 1, { ttlMs: 0.2 })

    expect(db.pttl('user:ada')).toBe(1)
  })

  it('keeps nothing for a time of 0, and takes away what was there', () => {
    const { db, users } = openCache<number>()
    users.set('ada', 1)

    users.set('ada', 2, { ttlMs: 0 })

    expect(users.get('ada')).toBeUndefined()
    expect(db.dbsize()).toBe(0)
  })

  it('shortens times by chance up to the part that jitter says', () => {
    let chance = 0
    const { db, users } = openCache<number>({ ttlMs: 1000, jitter: 0.2, random: () => chance })

    const times = [0, 0.5, 0.9999].map((next) => {
      chance = next
      users.set('ada', 1)
      return db.pttl('user:ada')
    })

    expect(times).toEqual([1000, 900, 800])
  })

  it('leaves a time of at least a millisecond whatever the jitter', () => {
    const { db, users } = openCache<number>({ random: () => 0.999999 })

    users.set('ada', 1, { ttlMs: 10, jitter: 1 })

    expect(db.pttl('user:ada')).toBe(1)
  })

  it('overwrites, and starts the time anew', () => {
    const { clock, users } = openCache<number>({ ttlMs: 1000 })
    users.set('ada', 1)
    clock.advance(900)

    users.set('ada', 2)
    clock.advance(900)

    expect(users.get('ada')).toBe(2)
  })

  it('keeps null and undefined that are set like other values', () => {
    const { users } = openCache<number | null | undefined>({ negativeTtlMs: 0 })

    users.set('null', null)
    users.set('undefined', undefined)

    expect([users.get('null'), users.get('undefined')]).toEqual([null, undefined])
    expect([users.has('null'), users.has('undefined'), users.has('missing')]).toEqual([true, true, false])
  })

  it('gives stale values only to those who take them', () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 200 })
    users.set('ada', 1)

    clock.advance(100)
    expect([users.get('ada'), users.has('ada')]).toEqual([undefined, false])
    expect(users.get('ada', { allowStale: true })).toBe(1)
    clock.advance(200)
    expect(users.get('ada', { allowStale: true })).toBeUndefined()
  })

  it('keeps a stale value for ever if it is told so', () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: Number.POSITIVE_INFINITY })
    users.set('ada', 1)

    clock.advance(1e12)

    expect([users.get('ada'), users.get('ada', { allowStale: true })]).toEqual([undefined, 1])
  })

  it('deletes, and says whether there was a value', () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 100 })
    users.set('ada', 1)
    users.set('stale', 1)
    clock.advance(100)
    users.set('ada', 1)

    expect([users.delete('ada'), users.delete('ada'), users.delete('stale')]).toEqual([true, false, true])
    expect(users.get('ada')).toBeUndefined()
  })

  it('gets and sets many, in order', () => {
    const { users } = openCache<number>()

    users.setMany(new Map([['a', 1]]))
    users.setMany([['b', 2]])

    expect(users.getMany(['b', 'missing', 'a'])).toEqual([2, undefined, 1])
  })

  it('sets none of many when one cannot be encoded', () => {
    const { db, users } = openCache<unknown>()

    expect(() =>
      users.setMany([
        ['a', 1],
        ['b', () => 1],
      ]),
    ).toThrow(new TypeError('a function cannot be cached by this codec'))

    expect(db.dbsize()).toBe(0)
  })

  it.each(['user:', 'a*b?[c]\\', '^-', '{x}'])('clears the keys under the prefix %s and no others', (prefix) => {
    const { db, users } = openCache<number>({ prefix })
    db.mset({ other: 1, 'aXbYc\\1': 1, user: 1 })
    for (let i = 0; i < 1100; i++) users.set(`${i}`, i, { tags: ['tag'] })

    users.clear()

    expect(db.keys('*').sort()).toEqual(['aXbYc\\1', 'other', 'user'])
  })

  it('keeps its values apart from those of another prefix and another database', () => {
    const { db, users } = openCache<number>()
    const orders = cache<number>(db, { prefix: 'order:' })
    const session = db.session()
    session.select(1)
    const elsewhere = cache<number>(session, { prefix: 'user:' })

    users.set('1', 1)
    orders.set('1', 2)
    elsewhere.set('1', 3)

    expect([users.get('1'), orders.get('1'), elsewhere.get('1')]).toEqual([1, 2, 3])
    orders.clear()
    expect([users.get('1'), orders.get('1'), elsewhere.get('1')]).toEqual([1, undefined, 3])
  })

  it('shares its values with another of the same prefix', () => {
    const { db, users } = openCache<object>({ codec: 'reference' })
    const value = {}
    users.set('1', value)

    expect(cache<object>(db, { prefix: 'user:', codec: 'reference' }).get('1')).toBe(value)
  })

  it('counts what it did', async () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 100 })
    await Promise.all([users.getOrSet('a', () => 1), users.getOrSet('a', () => 2)])
    users.get('a')
    users.getMany(['a', 'b'])
    clock.advance(100)
    users.get('a', { allowStale: true })
    await users.getOrSet('a', () => 3)
    await users.getOrSet('b', () => Promise.reject(new Error('no'))).catch(() => {})

    expect(users.statistics).toEqual({ hits: 2, staleHits: 2, misses: 4, loads: 3, joins: 1, errors: 1 })
    users.resetStatistics()
    expect(users.statistics).toEqual({ hits: 0, staleHits: 0, misses: 0, loads: 0, joins: 0, errors: 0 })
  })

  it('throws WRONGTYPE for a key that holds something else, and leaves it alone', () => {
    const { db, users } = openCache<number>()
    db.rpush('user:list', 'a')

    expect(() => users.get('list')).toThrow('WRONGTYPE')
    expect(() => users.has('list')).toThrow('WRONGTYPE')
    expect(db.llen('user:list')).toBe(1)
  })

  it.each(['', 'x', '[', '[1,2', '[1,0,0]\nx', '[1,5,0,0]\n1', '["",0,0,0]\n1', '!', '!x.1', '12', '{"a":1}'])(
    'misses what no cache wrote: %j',
    (text) => {
      for (const codec of ['json', 'structured', 'reference'] as const) {
        const { db, users, reported } = openCache<number>({ codec })
        db.set('user:foreign', text)

        expect(users.get('foreign')).toBeUndefined()
        expect(users.has('foreign')).toBe(false)
        expect(reported).toEqual([])
      }
    },
  )

  it('reports what cannot be decoded, and misses it', () => {
    const { db, users, reported } = openCache<number>({ codec: 'json' })
    db.set('user:broken', '={"a":')

    expect(users.get('broken')).toBeUndefined()
    expect(reported).toHaveLength(1)
    expect(reported[0]).toMatch(/^decode broken: /)
    expect(users.statistics).toMatchObject({ misses: 1, errors: 1 })
  })

  it('refuses keys that are its own or no strings, in every call', async () => {
    const { db, users } = openCache<number>()
    users.set('7', 1, { tags: ['x'] })
    const calls = [
      (key: string) => users.get(key),
      (key: string) => users.getMany([key]),
      (key: string) => users.has(key),
      (key: string) => users.delete(key),
      (key: string) => users.set(key, 1),
      (key: string) => users.setMany([[key, 1]]),
    ]

    for (const [key, error] of [
      ['\0tag:x', new RangeError('a key may not begin with a zero character')],
      [7 as never, new TypeError('a key is a string, got number')],
      [undefined as never, new TypeError('a key is a string, got undefined')],
      [Symbol('7') as never, new TypeError('a key is a string, got symbol')],
    ] as const) {
      for (const call of calls) expect(() => call(key)).toThrow(error)
      await expect(users.getOrSet(key, () => 1)).rejects.toThrow(error)
    }
    expect(db.dbsize()).toBe(2)
    expect(users.get('7')).toBe(1)
  })

  it.each<[Partial<CacheOptions<number>>, string]>([
    [{ prefix: '' }, 'prefix must be a string that is not empty'],
    [{ prefix: 7 as never }, 'prefix must be a string that is not empty'],
    [{ ttlMs: -1 }, 'ttlMs must be milliseconds >= 0, got -1'],
    [{ ttlMs: Number.NaN }, 'ttlMs must be milliseconds >= 0, got NaN'],
    [{ ttlMs: '1h' as never }, 'ttlMs must be milliseconds >= 0, got 1h'],
    [{ staleTtlMs: -1 }, 'staleTtlMs must be milliseconds >= 0, got -1'],
    [{ negativeTtlMs: -1 }, 'negativeTtlMs must be milliseconds >= 0, got -1'],
    [{ errorTtlMs: -1 }, 'errorTtlMs must be milliseconds >= 0, got -1'],
    [{ backoffMs: -1 }, 'backoffMs must be milliseconds >= 0, got -1'],
    [{ jitter: 1.1 }, 'jitter must be from 0 to 1, got 1.1'],
    [{ jitter: Number.NaN }, 'jitter must be from 0 to 1, got NaN'],
    [{ random: 0.5 as never }, 'random must be a function, got number'],
    [{ onError: {} as never }, 'onError must be a function, got object'],
    [{ tags: [7 as never] }, 'a tag is a string, got number'],
    [{ tags: 'team' as never }, 'tags must be an array of strings, got string'],
    [
      { codec: 'msgpack' as never },
      "codec must be 'structured', 'json', 'reference' or an object of encode and decode",
    ],
    [{ codec: {} as never }, "codec must be 'structured', 'json', 'reference' or an object of encode and decode"],
    [{ codec: null as never }, "codec must be 'structured', 'json', 'reference' or an object of encode and decode"],
  ])('refuses options that make no sense: %j', (options, message) => {
    expect(() => cache<number>(new Redstart(), { prefix: 'x:', ...options })).toThrow(message)
  })

  it('refuses to set an object in place of pairs, of which it would keep nothing', () => {
    const { users } = openCache<number>()

    expect(() => users.setMany({ ada: 1 } as never)).toThrow(
      new TypeError('entries must be pairs of a key and a value, or a Map, got object'),
    )
  })

  it('refuses options of a call that make no sense, and changes nothing', async () => {
    const { users } = openCache<number>({ tags: ['all'] })
    users.set('ada', 1)

    expect(() => users.set('ada', 2, { ttlMs: -1 })).toThrow(RangeError)
    expect(() => users.set('ada', 2, { ttlMs: () => Number.NaN })).toThrow('ttlMs must be milliseconds >= 0, got NaN')
    expect(() => users.set('ada', 2, { tags: () => 'all' as never })).toThrow(TypeError)
    expect(() => users.setMany([['ada', 2]], { jitter: 2 })).toThrow(RangeError)
    await expect(users.getOrSet('ada', () => 2, { staleTtlMs: -1 })).rejects.toThrow(RangeError)
    expect(users.get('ada')).toBe(1)
  })

  it('refuses options that there are not, and changes nothing', async () => {
    const { users } = openCache<number>({ tags: ['all'] })
    users.set('ada', 1)
    const options = { ttl: 5, ttlMs: undefined } as object
    const keep = 'ttlMs, staleTtlMs, negativeTtlMs, errorTtlMs, jitter, tags'
    const refused = new TypeError(`there is no option 'ttl' among ${keep}`)

    expect(() => users.set('ada', 2, options)).toThrow(refused)
    expect(() => users.setMany([['ada', 2]], options)).toThrow(refused)
    await expect(users.getOrSet('bob', () => 2, options)).rejects.toThrow(`${refused.message}, refresh, signal`)
    expect(() => users.get('ada', options)).toThrow(new TypeError("there is no option 'ttl' among allowStale"))
    expect(() => users.getMany([], options)).toThrow(new TypeError("there is no option 'ttl' among allowStale"))
    expect(() => cache(new Redstart(), { prefix: 'x:', ...options })).toThrow(
      new TypeError(`there is no option 'ttl' among prefix, codec, ${keep}, backoffMs, random, onError`),
    )
    expect(users.getMany(['ada', 'bob'])).toEqual([1, undefined])
  })
})
