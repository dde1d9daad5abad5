import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { manualClock, Redstart } from 'redstart'
import { type CacheOptions, cache } from 'redstart/cache'
import { describe, expect, it } from 'vitest'
import { START_MS } from '../support.js'

/*
 * What docs/migrating.md says of lru-cache, beside lru-cache itself.
 *
 * Times to live are odd here and time passes by even steps: in the very millisecond of a deadline an entry is gone here and
 * still there in lru-cache.
 */
const ENTRIES_MAX = 3
const KEYS = ['a', 'b', 'c', 'd', 'e']

function both(codec: CacheOptions<number>['codec'], ttlMs: number) {
  const clock = manualClock(START_MS)
  const db = new Redstart({ clock, maxKeys: ENTRIES_MAX, maxMemoryPolicy: 'allkeys-lru' })
  const theirs = new LRUCache<string, number>({
    max: ENTRIES_MAX,
    ttl: ttlMs === Number.POSITIVE_INFINITY ? 0 : ttlMs,
    ttlResolution: 0,
    perf: { now: () => clock.now() },
  })
  return { clock, db, ours: cache<number>(db, { prefix: 'user:', codec, ttlMs }), theirs }
}

const key = fc.constantFrom(...KEYS)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), key, ttlMs: fc.constantFrom(undefined, 5) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('get' as const, 'has' as const, 'delete' as const), key }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(2, 4, 8, 14) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('clear' as const, 'remaining' as const) }) },
)

describe.each(['structured', 'json', 'reference'] as const)('a cache (%s) beside lru-cache', (codec) => {
  it.each([11, Number.POSITIVE_INFINITY])('keeps, evicts and ends the same entries: ttlMs %d', (byDefaultMs) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
        const { clock, db, ours, theirs } = both(codec, byDefaultMs)
        steps.forEach((next, value) => {
          if (next.kind === 'set') {
            ours.set(next.key, value, { ttlMs: next.ttlMs })
            theirs.set(next.key, value, next.ttlMs === undefined ? {} : { ttl: next.ttlMs })
          } else if (next.kind === 'get') expect(ours.get(next.key)).toBe(theirs.get(next.key))
          else if (next.kind === 'has') {
            expect(ours.has(next.key)).toBe(theirs.has(next.key))
            // It is a use here, and none there.
            theirs.get(next.key)
          } else if (next.kind === 'delete') expect(ours.delete(next.key)).toBe(theirs.delete(next.key))
          else if (next.kind === 'advance') {
            clock.advance(next.ms)
            // There, an entry whose time is up takes the place of another until it is looked at.
            theirs.purgeStale()
          } else if (next.kind === 'clear') {
            ours.clear()
            theirs.clear()
          } else {
            for (const it of KEYS) {
              const ms = db.pttl(`user:${it}`)
              expect(ms === -1 ? Number.POSITIVE_INFINITY : Math.max(ms, 0)).toBe(theirs.getRemainingTTL(it))
            }
          }
          expect(db.dbsize()).toBe(theirs.size)
          expect([...db.scanIterator({ match: 'user:*' })].map((it) => it.slice(5)).sort()).toEqual(
            [...theirs.keys()].sort(),
          )
        })
      }),
      { seed: 7, numRuns: 150 },
    )
  })
})

describe('what is not the same as in lru-cache', () => {
  it('is a time to live of 0, undefined as a value, and the millisecond of a deadline', () => {
    const { clock, db, ours, theirs } = both('structured', 10)

    ours.set('a', 1, { ttlMs: 0 })
    theirs.set('a', 1, { ttl: 0 })
    ours.set('b', undefined as never)
    theirs.set('b', undefined)
    ours.set('c', 1)
    theirs.set('c', 1)
    clock.advance(10)

    expect([ours.has('a'), theirs.has('a'), theirs.getRemainingTTL('a')]).toEqual([false, true, Infinity])
    expect([ours.has('c'), theirs.has('c')]).toEqual([false, true])
    ours.set('b', undefined as never)
    expect([ours.has('b'), theirs.has('b')]).toEqual([true, false])
    expect(db.dbsize()).toBe(1)
  })

  it('is that has is a use of the entry', () => {
    const { ours, theirs } = both('reference', Number.POSITIVE_INFINITY)
    for (const it of ['a', 'b', 'c']) {
      ours.set(it, 1)
      theirs.set(it, 1)
    }

    ours.has('a')
    theirs.has('a')
    ours.set('d', 1)
    theirs.set('d', 1)

    expect(KEYS.filter((it) => ours.has(it))).toEqual(['a', 'c', 'd'])
    expect(KEYS.filter((it) => theirs.has(it))).toEqual(['b', 'c', 'd'])
  })

  it('is updateAgeOnGet, which PEXPIRE stands in for', () => {
    const { clock, db, ours } = both('structured', 1000)
    ours.set('a', 1)

    for (let i = 0; i < 3; i++) {
      clock.advance(900)
      expect(ours.get('a')).toBe(1)
      db.pexpire('user:a', 1000)
    }
    clock.advance(1000)

    expect(ours.get('a')).toBeUndefined()
  })
})
