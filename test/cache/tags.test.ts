import { cache } from 'redstart/cache'
import { describe, expect, it } from 'vitest'
import { Loads, openCache } from './support.js'

const CODECS = ['structured', 'json', 'reference'] as const

describe.each(CODECS)('tags (%s)', (codec) => {
  it('end all values that carry one of them, and no others', () => {
    const { users } = openCache<number>({ codec })
    users.set('a', 1, { tags: ['x'] })
    users.set('b', 2, { tags: ['y', 'x'] })
    users.set('c', 3, { tags: ['y', 'z'] })
    users.set('d', 4)

    users.invalidateTags('x')
    expect(users.getMany(['a', 'b', 'c', 'd'])).toEqual([undefined, undefined, 3, 4])
    expect(users.getMany(['a', 'b'], { allowStale: true })).toEqual([undefined, undefined])
    users.invalidateTags('unused', 'z')
    expect(users.getMany(['c', 'd'])).toEqual([undefined, 4])
  })

  it('hold for values that are set after an invalidation', () => {
    const { users } = openCache<number>({ codec, tags: ['x'] })
    users.set('a', 1)

    for (const value of [2, 3]) {
      users.invalidateTags('x')
      expect(users.has('a')).toBe(false)
      users.set('a', value)
      expect(users.get('a')).toBe(value)
    }
  })

  it('are taken from the value by a function', async () => {
    const { users } = openCache<{ team: string }>({ codec, tags: ({ team }) => [team] })
    users.set('a', { team: 'red' })
    await users.getOrSet('b', () => ({ team: 'blue' }))

    users.invalidateTags('blue')

    expect([users.has('a'), users.has('b')]).toEqual([true, false])
  })

  it('leave nothing of a value behind that is found to be ended', () => {
    const { db, users } = openCache<number>({ codec, tags: ['x'] })
    users.set('a', 1)

    users.invalidateTags('x')
    users.get('a')

    expect(db.dbsize()).toBe(0)
  })

  it('that are evicted take their values along: nothing outdated comes back', () => {
    const { db, users } = openCache<number>({ codec, tags: ['x'] })
    users.set('a', 1)

    db.del('user:\0tag:x')
    users.set('b', 2)
    users.invalidateTags('x')

    expect([users.get('a'), users.get('b')]).toEqual([undefined, undefined])
  })

  it('are at least as lasting as their values', () => {
    const { clock, users } = openCache<number>({ codec })
    const day = 86_400_000
    users.set('long', 1, { tags: ['x'], ttlMs: 3 * day, staleTtlMs: day })
    users.set('short', 2, { tags: ['x'], ttlMs: 1000 })

    clock.advance(4 * day - 1)

    expect(users.get('long', { allowStale: true })).toBe(1)
    users.set('ever', 3, { tags: ['x'] })
    users.set('short', 4, { tags: ['x'], ttlMs: 1000 })
    clock.advance(1000 * day)
    expect(users.get('ever')).toBe(3)
  })

  it('are gone from the database some time after their last value', () => {
    const { db, clock, users } = openCache<number>({ codec, ttlMs: 1000 })
    for (let i = 0; i < 100; i++) users.set(`${i}`, i, { tags: [`tag ${i}`] })

    clock.advance(3_601_000)

    expect(db.dbsize()).toBe(0)
  })

  it('that are ended during a load end what is loaded, by whomever', async () => {
    const { db, users } = openCache<number>({ codec })
    const elsewhere = cache<number>(db.session(), { prefix: 'user:', codec })
    const loads = new Loads<number>()
    const caller = users.getOrSet('a', loads.loader, { tags: ['x'] })

    elsewhere.invalidateTags('x')
    await loads.end(0, 1)

    expect(await caller).toBe(1)
    expect(users.get('a')).toBeUndefined()
  })
})

describe('invalidateTags while loads run', () => {
  it('leaves loads alone that come under other tags', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const caller = users.getOrSet('a', loads.loader, { tags: ['y'] })

    users.invalidateTags('x')
    const other = users.getOrSet('a', loads.loader)
    await loads.end(0, 1)

    expect(await Promise.all([caller, other])).toEqual([1, 1])
    expect([loads.count, users.get('a')]).toEqual([1, 1])
  })

  it('does not keep loads whose tags depend on the result', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const caller = users.getOrSet('a', loads.loader, { tags: () => ['x'] })

    users.invalidateTags('x')
    await loads.end(0, 1)

    expect(await caller).toBe(1)
    expect(users.has('a')).toBe(false)
  })

  it('refuses what is no tag', () => {
    const { users } = openCache<number>()

    expect(() => users.invalidateTags(['x'] as never)).toThrow(new TypeError('a tag is a string, got object'))
    users.invalidateTags()
  })
})
