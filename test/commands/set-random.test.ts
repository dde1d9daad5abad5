import * as fc from 'fast-check'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import {
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  openWithExpired,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_POSITIVE = 'ERR value is out of range, must be positive'
const NOT_IN_RANGE = 'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807'

const names = (many: number): string[] => Array.from({ length: many }, (_, i) => `m${i}`)

/** A set of so many members at k. */
function openWithSet(many: number): Opened {
  const opened = open()
  opened.db.call('SADD', 'k', ...names(many))
  forget(opened)
  return opened
}

/**
 * Pearson's statistic of how often each of `kinds` outcomes was drawn. Where all are equally likely it passes a bound of
 * four standard deviations above its mean once in thousands of runs; seeds are fixed here, so it never does.
 */
function expectUniform(counts: Iterable<number>, kinds: number): void {
  const drawn = [...counts]
  const expected = drawn.reduce((sum, count) => sum + count, 0) / kinds
  const missing = kinds - drawn.length
  const statistic = drawn.reduce((sum, count) => sum + (count - expected) ** 2 / expected, missing * expected)
  const freedom = kinds - 1

  expect(statistic).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom))
  // Too even is not chance either.
  expect(statistic).toBeGreaterThan(freedom - 4 * Math.sqrt(2 * freedom))
}

function tally(outcomes: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return counts
}

describe('SPOP', () => {
  it('removes a member and returns it, announces spop, and logs which it was', () => {
    const opened = openWithSet(3)

    const member = say(opened.db, 'SPOP k')

    expect(names(3)).toContain(member)
    expect(say(opened.db, 'SMEMBERS k')).toEqual(names(3).filter((name) => name !== member))
    expect(opened.seen).toEqual(['spop k'])
    expect(logged(opened)).toEqual([`SREM k ${member}`])
  })

  it('of the last member removes the key and announces del', () => {
    const opened = openWithSet(1)

    expect(say(opened.db, 'SPOP k')).toBe('m0')
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['spop k', 'del k'])
  })

  it('with a count removes so many and logs which they were', () => {
    const opened = openWithSet(10)
    const { dirty } = opened.db.engine

    const popped = say(opened.db, 'SPOP k 4') as string[]

    expect(new Set(popped).size).toBe(4)
    expect(say(opened.db, 'SMEMBERS k')).toEqual(names(10).filter((name) => !popped.includes(name)))
    expect(opened.seen).toEqual(['spop k'])
    expect(logged(opened)).toEqual([`SREM k ${popped.join(' ')}`])
    expect(opened.db.engine.dirty - dirty).toBe(4)
  })

  it.each(['10', '11', '9223372036854775807'])('with a count of %s takes all ten and logs DEL', (count) => {
    const opened = openWithSet(10)

    expect((say(opened.db, `SPOP k ${count}`) as string[]).sort()).toEqual(names(10))
    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['spop k', 'del k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })

  it('with a count of 0 changes nothing', () => {
    const opened = openWithSet(3)

    expect(say(opened.db, 'SPOP k 0')).toEqual([])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('finds nothing in a missing set', () => {
    const { db, seen } = open()

    expect([say(db, 'SPOP k'), say(db, 'SPOP k 0'), say(db, 'SPOP k 3')]).toEqual([null, [], []])
    expect(seen).toEqual([])
  })

  it.each([
    ['SPOP k', WRONGTYPE],
    ['SPOP k 0', WRONGTYPE],
    ['SPOP k -1', NOT_POSITIVE],
    ['SPOP k x', NOT_POSITIVE],
    ['SPOP none 1.0', NOT_POSITIVE],
    ['SPOP none 9223372036854775808', NOT_POSITIVE],
    ['SPOP k 1 2', SYNTAX],
    ['SPOP none x 2', SYNTAX],
  ])('is refused where k is a string: %s', (words, message) => {
    const opened = open()
    say(opened.db, 'SET k v')

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it.each(['SPOP k', 'SPOP k 1'])('removes what has expired: %s', (words) => {
    const opened = openWithExpired()

    say(opened.db, words)

    expect(opened.seen).toEqual(['expired k'])
  })

  it('of five in six or more makes a compact set of the others, of less does not', () => {
    const [most, fewer] = [openWithSet(300), openWithSet(300)]

    say(most.db, 'SPOP k 250')
    say(fewer.db, 'SPOP k 249')

    expect(say(most.db, 'OBJECT ENCODING k')).toBe('listpack')
    expect(say(fewer.db, 'OBJECT ENCODING k')).toBe('hashtable')
  })

  it('of most members keeps the deadline', () => {
    const { db } = openWithSet(300)
    say(db, 'PEXPIRE k 100')

    say(db, 'SPOP k 299')

    expect(say(db, 'PTTL k')).toBe(100)
  })

  it('takes exactly what it returns, whatever the size and the count', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 700 }))
    fc.assert(
      fc.property(sizes, fc.nat(800), fc.boolean(), fc.integer(), (size, count, integers, seed) => {
        const db = new Redstart({ clock: manualClock(), seed })
        const members = integers ? names(size).map((name) => name.slice(1)) : names(size)
        db.sadd('k', ...members)

        const popped = db.spop('k', count)

        expect(popped).toHaveLength(Math.min(size, count))
        expect([...popped, ...db.smembers('k')].sort()).toEqual(members.sort())
      }),
      { numRuns: 120 },
    )
  })
})

describe('SRANDMEMBER', () => {
  it('returns a member and leaves it there', () => {
    const opened = openWithSet(3)

    expect(names(3)).toContain(say(opened.db, 'SRANDMEMBER k'))
    expect(say(opened.db, 'SCARD k')).toBe(3)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('finds nothing in a missing set', () => {
    const { db } = open()

    expect([say(db, 'SRANDMEMBER k'), say(db, 'SRANDMEMBER k 3'), say(db, 'SRANDMEMBER k -3')]).toEqual([null, [], []])
  })

  it('returns as many different members as there are and are asked for', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 700 }))
    fc.assert(
      fc.property(sizes, fc.nat(800), fc.integer(), (size, count, seed) => {
        const db = new Redstart({ clock: manualClock(), seed })
        db.sadd('k', ...names(size))

        const picked = db.srandmember('k', count)

        expect(new Set(picked).size).toBe(Math.min(size, count))
        expect(picked).toHaveLength(Math.min(size, count))
        expect(db.smismember('k', 'm0', ...picked)).not.toContain(0)
        expect(db.scard('k')).toBe(size)
      }),
      { numRuns: 120 },
    )
  })

  it('with a negative count returns exactly so many members, some of them twice', () => {
    const { db } = openWithSet(5)

    const picked = say(db, 'SRANDMEMBER k -30') as string[]

    expect(picked).toHaveLength(30)
    expect(new Set(picked).size).toBeLessThanOrEqual(5)
    expect(names(5)).toEqual(expect.arrayContaining(picked))
  })

  it.each([
    ['SRANDMEMBER k', WRONGTYPE],
    ['SRANDMEMBER k 1', WRONGTYPE],
    ['SRANDMEMBER k x', NOT_AN_INTEGER],
    ['SRANDMEMBER none 1.0', NOT_AN_INTEGER],
    ['SRANDMEMBER none 9223372036854775808', NOT_AN_INTEGER],
    ['SRANDMEMBER none -9223372036854775808', NOT_IN_RANGE],
    ['SRANDMEMBER k 1 2', SYNTAX],
  ])('is refused where k is a string: %s', (words, message) => {
    const opened = open()
    say(opened.db, 'SET k v')

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it.each(['-4294967296', '-9223372036854775807'])('refuses a reply of %s members, which no array holds', (count) => {
    const opened = openWithSet(1)

    expectRefused(opened, () => say(opened.db, `SRANDMEMBER k ${count}`), 'ERR value is out of range')
  })
})

/** Every form that a set may have: integers, a list, a table with a Map and one with segments. */
const FORMS = [
  ['integers', names(50).map((name) => name.slice(1))],
  ['few names', names(20)],
  ['many names', names(200)],
  ['very many names', names(40_000)],
] as const

describe.each(FORMS)('chance is fair among %s', (_what, members) => {
  const draws = Math.max(20_000, members.length * 10)

  function openSeeded(): Redstart {
    const db = new Redstart({ clock: manualClock(), seed: 20_250_101 })
    db.sadd('k', ...members)
    return db
  }

  it('when one is shown', () => {
    const db = openSeeded()

    const counts = tally(Array.from({ length: draws }, () => db.srandmember('k')!))

    expectUniform(counts.values(), members.length)
  })

  it('when one is popped and put back', () => {
    const db = openSeeded()
    const pop = (): string => {
      const member = db.spop('k')!
      db.sadd('k', member)
      return member
    }

    const counts = tally(Array.from({ length: draws }, pop))

    expectUniform(counts.values(), members.length)
  })

  it('when some are shown', () => {
    const db = openSeeded()
    const count = Math.ceil(members.length / 10)

    const counts = tally(Array.from({ length: Math.ceil(draws / count) }, () => db.srandmember('k', -count)).flat())

    expectUniform(counts.values(), members.length)
  })
})

describe('chance is fair among pairs', () => {
  const pairs = (five: readonly string[]): number => (five.length * (five.length - 1)) / 2

  it.each([
    ['different members are shown', (db: Redstart) => db.srandmember('k', 2)],
    ['nearly all are shown', (db: Redstart) => missingOf(db.srandmember('k', 4))],
    ['some are popped', (db: Redstart) => poppedOf(db, 2)],
    ['nearly all are popped', (db: Redstart) => missingOf(poppedOf(db, 4))],
    ['two are popped one by one', (db: Redstart) => [...poppedOf(db, 1), db.spop('copy')!]],
  ])('when %s', (_what, draw) => {
    const six = names(6)
    const db = new Redstart({ clock: manualClock(), seed: 7 })
    db.sadd('k', ...six)

    const counts = tally(Array.from({ length: 15_000 }, () => draw(db).sort().join()))

    expectUniform(counts.values(), pairs(six))
  })

  it('when five of six are popped, which makes the set anew', () => {
    const db = new Redstart({ clock: manualClock(), seed: 7 })
    db.sadd('k', ...names(6))

    const counts = tally(Array.from({ length: 12_000 }, () => missingOf(poppedOf(db, 5)).join()))

    expectUniform(counts.values(), 6)
  })

  function missingOf(shown: readonly string[]): string[] {
    return names(6).filter((name) => !shown.includes(name))
  }

  /** Pops from a copy: members that are put back would stand in other places, which makes up for unfair choices. */
  function poppedOf(db: Redstart, count: number): string[] {
    db.copy('k', 'copy', { replace: true })
    return db.spop('copy', count)
  }
})
