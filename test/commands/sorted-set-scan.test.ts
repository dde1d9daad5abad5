import * as fc from 'fast-check'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import {
  bytes,
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

/** The sorted set small (a 0.1, b 2, c inf), large with members m0 to m199, and the string s. */
function openWithScores(): Opened {
  const opened = open()
  say(opened.db, 'ZADD small 0.1 a 2 b inf c')
  opened.db.zadd(
    'large',
    Array.from({ length: 200 }, (_, i) => ({ score: i / 10, member: `m${i}` })),
  )
  say(opened.db, 'SET s v')
  opened.seen.length = 0
  opened.log.batches.length = 0
  return opened
}

describe('ZSCAN', () => {
  it.each([
    ['ZSCAN small 0', ['a', '0.1', 'b', '2', 'c', 'inf']],
    ['ZSCAN small 0 COUNT 1', ['a', '0.1', 'b', '2', 'c', 'inf']],
    ['ZSCAN small 7', ['a', '0.1', 'b', '2', 'c', 'inf']],
    ['ZSCAN small 0 MATCH [ab]', ['a', '0.1', 'b', '2']],
    ['ZSCAN small 0 match x match b', ['b', '2']],
    ['ZSCAN none 0', []],
    ['ZSCAN none 5 nonsense', []],
  ])('of a listpack returns all at once: %s', (words, found) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(['0', found])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('of a skip list goes step by step, and prints 17 digits of a score, as Redis does', () => {
    const { db } = openWithScores()
    const found = new Map<string, string>()
    let cursor = '0'
    let calls = 0
    do {
      const [next, flat] = db.call('ZSCAN', 'large', cursor, 'COUNT', 20) as [string, string[]]
      for (let i = 0; i < flat.length; i += 2) found.set(flat[i]!, flat[i + 1]!)
      cursor = next
      calls++
    } while (cursor !== '0')

    expect(calls).toBeGreaterThan(5)
    expect(found.size).toBe(200)
    expect([found.get('m1'), found.get('m20')]).toEqual(['0.10000000000000001', '2'])
  })

  it('returns bytes from callBuffer', () => {
    const { db } = openWithScores()

    expect(db.callBuffer('ZSCAN', 'small', 0, 'MATCH', 'b')).toEqual([bytes('0'), [bytes('b'), bytes('2')]])
  })

  it('returns what is there from start to end at least once, whatever else comes, goes and moves', () => {
    const change = fc.record({ at: fc.nat(300), how: fc.constantFrom('add', 'remove', 'move') })
    fc.assert(
      fc.property(fc.integer({ min: 130, max: 250 }), fc.integer({ min: 1, max: 40 }), fc.array(change), (...drawn) => {
        const [size, count, left] = drawn
        const changes = [...left]
        const db = new Redstart({ clock: manualClock() })
        db.zadd(
          'z',
          Array.from({ length: size }, (_, i) => ({ score: i, member: `m${i}` })),
        )
        const stays = new Set(Array.from({ length: size }, (_, i) => `m${i}`))
        const found = new Set<string>()
        let cursor = '0'
        do {
          const step = db.zscan('z', cursor, { count })
          for (const { member } of step.members) found.add(member)
          cursor = step.cursor
          const next = changes.pop()
          if (next === undefined) continue
          const member = `m${next.at}`
          if (next.how === 'remove') {
            db.zrem('z', member)
            stays.delete(member)
          } else if (next.how === 'add') db.zadd('z', 1, `new${next.at}`)
          else db.zadd('z', 1_000, member, { xx: true })
        } while (cursor !== '0')

        expect([...stays].filter((member) => !found.has(member))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['ZSCAN s x', 'ERR invalid cursor'],
    ['ZSCAN none -1', 'ERR invalid cursor'],
    ['ZSCAN s 0 nonsense', WRONGTYPE],
    ['ZSCAN small 0 nonsense', SYNTAX],
    ['ZSCAN small 0 COUNT', SYNTAX],
    ['ZSCAN small 0 COUNT 0', SYNTAX],
    ['ZSCAN small 0 COUNT x', NOT_AN_INTEGER],
    ['ZSCAN small 0 TYPE zset', SYNTAX],
    ['ZSCAN small 0 NOVALUES', 'ERR NOVALUES option can only be used in HSCAN'],
  ])('is refused: %s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('does not see what has expired', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZSCAN k 0')).toEqual(['0', []])
    expect(opened.seen).toEqual(['expired k'])
  })
})
