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

/** x (a 1, b 2, c 3), y (b 10, c 20, d 40), the set t (a, d), the string s. */
function openWithSets(): Opened {
  const opened = open()
  say(opened.db, 'ZADD x 1 a 2 b 3 c')
  say(opened.db, 'ZADD y 10 b 20 c 40 d')
  say(opened.db, 'SADD t a d')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('ZUNION, ZINTER and ZDIFF', () => {
  it.each([
    ['ZUNION 2 x y WITHSCORES', 'a 1 b 12 c 23 d 40'],
    ['ZUNION 2 x y', 'a b c d'],
    ['ZUNION 3 x y t WITHSCORES', 'a 2 b 12 c 23 d 41'],
    ['ZUNION 2 x none WITHSCORES', 'a 1 b 2 c 3'],
    ['ZUNION 1 none', ''],
    ['ZUNION 2 x x WITHSCORES', 'a 2 b 4 c 6'],
    ['ZUNION 2 x y WEIGHTS 10 -1 WITHSCORES', 'd -40 a 10 b 10 c 10'],
    ['zunion 2 x y weights 2 1 aggregate min withscores', 'a 2 b 4 c 6 d 40'],
    ['ZUNION 2 x y AGGREGATE MAX WEIGHTS 10 1 WITHSCORES', 'a 10 b 20 c 30 d 40'],
    ['ZUNION 2 x y WEIGHTS 1 1 WEIGHTS 0 0 WITHSCORES WITHSCORES', 'a 0 b 0 c 0 d 0'],
    ['ZINTER 2 x y WITHSCORES', 'b 12 c 23'],
    ['ZINTER 2 x y', 'b c'],
    ['ZINTER 2 y t WITHSCORES', 'd 41'],
    ['ZINTER 3 x y t', ''],
    ['ZINTER 2 x none', ''],
    ['ZINTER 2 x x WITHSCORES WEIGHTS 1 10', 'a 11 b 22 c 33'],
    ['ZINTER 2 x y AGGREGATE MIN WITHSCORES', 'b 2 c 3'],
    ['ZINTER 2 x y AGGREGATE MAX WITHSCORES', 'b 10 c 20'],
    ['ZDIFF 2 x y WITHSCORES', 'a 1'],
    ['ZDIFF 2 y x', 'd'],
    ['ZDIFF 1 x WITHSCORES', 'a 1 b 2 c 3'],
    ['ZDIFF 2 t x WITHSCORES', 'd 1'],
    ['ZDIFF 2 x none', 'a b c'],
    ['ZDIFF 2 x x', ''],
    ['ZDIFF 2 none x', ''],
  ])('%s is %j', (words, reply) => {
    const opened = openWithSets()

    expect(say(opened.db, words)).toEqual(reply === '' ? [] : reply.split(' '))
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['ZUNION 2 i j WITHSCORES', '0'],
    ['ZINTER 2 i j WITHSCORES', '0'],
    ['ZUNION 1 i WEIGHTS 0 WITHSCORES', '0'],
    ['ZUNION 2 i j WEIGHTS 1 0 AGGREGATE MIN WITHSCORES', '0'],
    // Redis leaves what is not a number alone here.
    ['ZINTER 2 i j WEIGHTS 1 0 AGGREGATE MIN WITHSCORES', 'inf'],
    ['ZINTER 2 i j WEIGHTS 1 0 AGGREGATE MAX WITHSCORES', 'inf'],
    ['ZUNION 1 i WEIGHTS -inf WITHSCORES', '-inf'],
  ])('make 0 of infinities that cancel each other out: %s is %s', (words, score) => {
    const { db } = open()
    say(db, 'ZADD i inf m')
    say(db, 'ZADD j -inf m')

    expect(say(db, words)).toEqual(['m', score])
  })

  it('sum up from the smallest set on, as Redis does', () => {
    const { db } = open()
    say(db, 'ZADD large 0.1 m 0 a 0 b')
    say(db, 'ZADD middle 0.2 m 0 a')
    say(db, 'ZADD small 0.3 m')

    expect(say(db, 'ZINTER 3 large middle small WITHSCORES')).toEqual(['m', '0.6'])
    expect(0.3 + 0.2 + 0.1).toBe(0.6)
    expect(0.1 + 0.2 + 0.3).not.toBe(0.6)
  })

  it('order members of one score by their bytes', () => {
    const { db } = open()
    db.call('SADD', 't', '😀', '\uffee', 'b', 'a')
    const inOrder = ['a', 'b', '\uffee', '😀']

    expect(db.call('ZUNION', 1, 't')).toEqual(inOrder)
    expect(db.call('ZINTER', 2, 't', 't')).toEqual(inOrder)
    expect(db.call('ZDIFF', 2, 't', 'missing')).toEqual(inOrder)
  })

  it('are what plain maps give', () => {
    const scores = fc.dictionary(fc.constantFrom(...'abcdefgh'.split('')), fc.integer({ min: -4, max: 4 }))
    fc.assert(
      fc.property(
        fc.array(scores, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('sum', 'min', 'max'),
        (sets, how) => {
          const db = new Redstart({ clock: manualClock() })
          const keys = sets.map((_, i) => `k${i}`)
          sets.forEach((set, i) => {
            for (const [member, score] of Object.entries(set)) db.zadd(`k${i}`, score, member)
          })
          const aggregate = how as 'sum' | 'min' | 'max'
          const combine = { sum: (a: number, b: number) => a + b, min: Math.min, max: Math.max }[aggregate]
          const all = [...new Set(sets.flatMap((set) => Object.keys(set)))]
          const inAll = all.filter((member) => sets.every((set) => Object.hasOwn(set, member)))
          const scored = (members: string[]) =>
            members
              .map((member) => ({
                member,
                score: sets
                  .flatMap((set) => (Object.hasOwn(set, member) ? [set[member]!] : []))
                  .reduce((a, b) => combine(a, b)),
              }))
              .sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : 1))
          const left = Object.keys(sets[0]!).filter(
            (member) => !sets.slice(1).some((set) => Object.hasOwn(set, member)),
          )

          expect(db.zunion(keys, { aggregate, withScores: true })).toEqual(scored(all))
          expect(db.zinter(keys, { aggregate, withScores: true })).toEqual(scored(inAll))
          expect(db.zintercard(keys)).toBe(inAll.length)
          expect(db.zdiff(keys).sort()).toEqual(left.sort())
        },
      ),
      { numRuns: 300 },
    )
  })

  it('take away members of many sets as well as they look for each', () => {
    const { db } = open()
    const many = Array.from({ length: 300 }, (_, i) => ({ score: i, member: `m${i}` }))
    db.zadd('large', many)
    db.zadd('other', many.slice(0, 10))
    for (let i = 0; i < 6; i++) db.zadd(`small${i}`, i, `m${i + 20}`)

    const keys = ['large', 'other', ...Array.from({ length: 6 }, (_, i) => `small${i}`)]

    expect(db.zdiff(keys)).toHaveLength(300 - 16)
    expect(db.zdiff(['other', 'large'])).toEqual([])
    expect(db.zdiff(keys, { withScores: true })[0]).toEqual({ member: 'm10', score: 10 })
  })
})

describe('ZINTERCARD', () => {
  it.each([
    ['ZINTERCARD 2 x y', 2],
    ['ZINTERCARD 2 x y LIMIT 0', 2],
    ['ZINTERCARD 2 x y LIMIT 1', 1],
    ['ZINTERCARD 2 x y limit 9', 2],
    ['ZINTERCARD 2 x y LIMIT 0 LIMIT 1', 1],
    ['ZINTERCARD 2 x t', 1],
    ['ZINTERCARD 2 t t LIMIT 1', 1],
    ['ZINTERCARD 2 x none', 0],
    ['ZINTERCARD 1 x', 3],
  ])('%s is %i', (words, count) => {
    const { db } = openWithSets()

    expect(say(db, words)).toBe(count)
  })
})

describe('ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE', () => {
  it.each([
    ['ZUNIONSTORE d 2 x y', 4, 'a 1 b 12 c 23 d 40', 'ZUNIONSTORE d 2 x y'],
    [
      'ZUNIONSTORE d 2 x t weights 2 0x10 aggregate max',
      4,
      'b 4 c 6 a 16 d 16',
      'ZUNIONSTORE d 2 x t WEIGHTS 2 16 AGGREGATE MAX',
    ],
    ['ZINTERSTORE d 2 x y WEIGHTS 1 inf', 2, 'b inf c inf', 'ZINTERSTORE d 2 x y WEIGHTS 1 inf'],
    ['ZDIFFSTORE d 2 x y', 1, 'a 1', 'ZDIFFSTORE d 2 x y'],
    ['ZUNIONSTORE x 2 x y', 4, undefined, 'ZUNIONSTORE x 2 x y'],
    ['ZINTERSTORE s 2 x x', 3, undefined, 'ZINTERSTORE s 2 x x'],
  ])('keep the result and log the call: %s', (words, reply, kept, log) => {
    const opened = openWithSets()
    const [command, destination] = words.split(' ')

    expect(say(opened.db, words)).toBe(reply)
    if (kept !== undefined) expect(say(opened.db, 'ZRANGE d 0 -1 WITHSCORES')).toEqual(kept.split(' '))
    expect(opened.seen).toEqual([`${command!.toLowerCase()} ${destination}`])
    expect(logged(opened)).toEqual([log])
  })

  it.each(['ZUNIONSTORE s 1 none', 'ZINTERSTORE s 2 x none', 'ZDIFFSTORE s 2 x x'])(
    'of nothing remove the destination: %s',
    (words) => {
      const opened = openWithSets()

      expect(say(opened.db, words)).toBe(0)
      expect(say(opened.db, words)).toBe(0)
      expect(opened.seen).toEqual(['del s'])
      expect(logged(opened)).toEqual(['DEL s'])
    },
  )

  it('drop the deadline of the destination', () => {
    const opened = openWithSets()
    say(opened.db, 'EXPIRE x 100')

    say(opened.db, 'ZUNIONSTORE x 1 t')

    expect(contents(opened.db)).toContainEqual([
      0,
      'x',
      [
        ['a', 1],
        ['d', 1],
      ],
      undefined,
    ])
  })

  it('encode the result anew', () => {
    const { db } = open()
    say(db, `ZADD z 1 ${'x'.repeat(65)} 2 a`)

    say(db, 'ZUNIONSTORE same 1 z')
    say(db, `ZADD y 1 ${'x'.repeat(65)}`)
    say(db, 'ZDIFFSTORE short 2 z y')

    expect([say(db, 'OBJECT ENCODING same'), say(db, 'OBJECT ENCODING short')]).toEqual(['skiplist', 'listpack'])
  })

  it('see what has expired as missing', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZUNIONSTORE d 1 k')).toBe(0)
    expect(opened.seen).toEqual(['expired k'])
  })
})

describe('a union, intersection or difference is refused', () => {
  it.each([
    ['ZUNION 0 x', "ERR at least 1 input key is needed for 'zunion' command"],
    ['ZINTER -1 x', "ERR at least 1 input key is needed for 'zinter' command"],
    ['zdiff 0 x', "ERR at least 1 input key is needed for 'zdiff' command"],
    ['ZINTERCARD 0 x', "ERR at least 1 input key is needed for 'zintercard' command"],
    ['ZUNIONSTORE d 0 x', "ERR at least 1 input key is needed for 'zunionstore' command"],
    ['ZINTERSTORE d 0 x', "ERR at least 1 input key is needed for 'zinterstore' command"],
    ['ZDIFFSTORE d 0 x', "ERR at least 1 input key is needed for 'zdiffstore' command"],
    ['ZUNION x x', NOT_AN_INTEGER],
    ['ZUNION 3 x y', SYNTAX],
    ['ZUNION 9223372036854775807 x y', SYNTAX],
    ['ZUNION 2 x s nonsense', WRONGTYPE],
    ['ZUNION 2 s x WEIGHTS 1 y', WRONGTYPE],
    ['ZINTERCARD 2 x s LIMIT -1', WRONGTYPE],
    ['ZUNIONSTORE d 2 x s', WRONGTYPE],
    ['ZINTERSTORE d 2 none s', WRONGTYPE],
    ['ZDIFFSTORE d 2 none s', WRONGTYPE],
    ['ZUNION 2 x y nonsense', SYNTAX],
    ['ZUNION 2 x y WEIGHTS 1', SYNTAX],
    ['ZUNION 2 x y WEIGHTS 1 2 3', SYNTAX],
    ['ZUNION 2 x y WEIGHTS 1 z', 'ERR weight value is not a float'],
    ['ZUNION 2 x y WEIGHTS 1 nan', 'ERR weight value is not a float'],
    ['ZUNION 2 x y AGGREGATE', SYNTAX],
    ['ZUNION 2 x y AGGREGATE AVG', SYNTAX],
    ['ZUNIONSTORE d 2 x y WITHSCORES', SYNTAX],
    ['ZDIFF 2 x y WEIGHTS 1 1', SYNTAX],
    ['ZDIFF 2 x y AGGREGATE SUM', SYNTAX],
    ['ZDIFFSTORE d 2 x y WITHSCORES', SYNTAX],
    ['ZINTERCARD 2 x y WITHSCORES', SYNTAX],
    ['ZINTERCARD 2 x y LIMIT', SYNTAX],
    ['ZINTERCARD 2 x y LIMIT -1', "ERR LIMIT can't be negative"],
    ['ZINTERCARD 2 x y LIMIT z', "ERR LIMIT can't be negative"],
  ])('%s', (words, message) => {
    const opened = openWithSets()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})
