import * as fc from 'fast-check'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import {
  expectRefused,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  openWithExpired,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const OUT_OF_RANGE = 'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807'

/** A sorted set z of so many members m0, m1 … with their numbers as scores. */
function openWithMembers(size: number): Opened {
  const opened = open()
  opened.db.zadd('z', members(size))
  opened.seen.length = 0
  opened.log.batches.length = 0
  return opened
}

function members(size: number): { score: number; member: string }[] {
  return Array.from({ length: size }, (_, i) => ({ score: i, member: `m${i}` }))
}

describe('ZRANDMEMBER', () => {
  it('returns a member and leaves it there', () => {
    const opened = openWithMembers(3)

    expect(['m0', 'm1', 'm2']).toContain(say(opened.db, 'ZRANDMEMBER z'))
    expect(say(opened.db, 'ZCARD z')).toBe(3)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['ZRANDMEMBER none', null],
    ['ZRANDMEMBER none 3', []],
    ['ZRANDMEMBER none -3 WITHSCORES', []],
    ['ZRANDMEMBER z 0', []],
  ])('finds nothing: %s', (words, reply) => {
    const { db } = openWithMembers(3)

    expect(say(db, words)).toEqual(reply)
  })

  it('returns all that there are from the highest score down', () => {
    const { db } = openWithMembers(3)

    expect(say(db, 'ZRANDMEMBER z 3')).toEqual(['m2', 'm1', 'm0'])
    expect(say(db, 'ZRANDMEMBER z 9 WITHSCORES')).toEqual(['m2', '2', 'm1', '1', 'm0', '0'])
  })

  it('returns as many different members as there are and are asked for, with their scores', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(250), fc.integer(), (size, count, seed) => {
        const db = new Redstart({ clock: manualClock(), seed })
        db.zadd('z', members(size))

        const picked = db.zrandmemberWithScores('z', count)

        expect(picked).toHaveLength(Math.min(size, count))
        expect(new Set(picked.map(({ member }) => member)).size).toBe(picked.length)
        expect(picked.every(({ member, score }) => member === `m${score}`)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('returns exactly as many members as a negative count says, some of them again', () => {
    const { db } = openWithMembers(3)

    const picked = say(db, 'ZRANDMEMBER z -50 withscores') as string[]

    expect(picked).toHaveLength(100)
    expect(new Set(picked.filter((_, i) => i % 2 === 0))).toEqual(new Set(['m0', 'm1', 'm2']))
  })

  it('is fair: each member comes as often as another, alone, among others, and in every place', () => {
    const { db } = openWithMembers(10)
    const rounds = 4_000
    const [alone, among, first] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
    for (let i = 0; i < rounds; i++) {
      count(alone, db.zrandmember('z')!)
      const some = db.zrandmember('z', 4)
      for (const member of some) count(among, member)
      count(first, some[0]!)
    }

    // The 0.1 % quantile of chi square with nine degrees of freedom is 27.9.
    for (const counts of [alone, among, first]) expect(chiSquare(counts, 10)).toBeLessThan(27.9)
  })

  it('picks the same with the same seed, and something else with another one', () => {
    const picks = [1, 1, 2].map((seed) => {
      const db = new Redstart({ clock: manualClock(), seed })
      db.zadd('z', members(100))
      return db.zrandmember('z', 10)
    })

    expect(picks[1]).toEqual(picks[0])
    expect(picks[2]).not.toEqual(picks[0])
  })

  it.each([
    ['ZRANDMEMBER s', WRONGTYPE],
    ['ZRANDMEMBER s 1', WRONGTYPE],
    ['ZRANDMEMBER s x', NOT_AN_INTEGER],
    ['ZRANDMEMBER none x nonsense', NOT_AN_INTEGER],
    ['ZRANDMEMBER none -9223372036854775808 nonsense', OUT_OF_RANGE],
    ['ZRANDMEMBER z 1 nonsense', SYNTAX],
    ['ZRANDMEMBER z 1 WITHSCORES more', SYNTAX],
    ['ZRANDMEMBER none 4611686018427387904 WITHSCORES', 'ERR value is out of range'],
    ['ZRANDMEMBER none -4611686018427387904 WITHSCORES', 'ERR value is out of range'],
    ['ZRANDMEMBER z -4611686018427387903', 'ERR value is out of range'],
  ])('is refused: %s', (words, message) => {
    const opened = openWithMembers(3)
    say(opened.db, 'SET s v')

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('does not see what has expired', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZRANDMEMBER k')).toBeNull()
    expect(opened.seen).toEqual(['expired k'])
  })
})

function count(counts: Map<string, number>, member: string): void {
  counts.set(member, (counts.get(member) ?? 0) + 1)
}

/** How far the counts are from even ones. */
function chiSquare(counts: ReadonlyMap<string, number>, kinds: number): number {
  let total = 0
  for (const n of counts.values()) total += n
  let sum = 0
  for (const n of counts.values()) sum += (n - total / kinds) ** 2 / (total / kinds)
  return sum + (kinds - counts.size) * (total / kinds)
}
