import * as fc from 'fast-check'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { expectRefused, forget, logged, type Opened, open, START_MS, SYNTAX, say, WRONGTYPE } from '../support.js'

const NUMKEYS = 'ERR numkeys should be greater than 0'
const MORE_KEYS = "ERR Number of keys can't be greater than number of args"
const LIMIT = "ERR LIMIT can't be negative"

/** The sets a (1, 2, 3, x), b (2, 3, y) and c (3), and the string s. */
function openWithSets(): Opened {
  const opened = open()
  for (const line of ['SADD a 1 2 3 x', 'SADD b 2 3 y', 'SADD c 3', 'SET s v']) say(opened.db, line)
  forget(opened)
  return opened
}

const sorted = (reply: unknown): string[] => (reply as string[]).slice().sort()

describe('SINTER, SUNION and SDIFF', () => {
  it.each([
    ['SINTER a', ['1', '2', '3', 'x']],
    ['SINTER a b', ['2', '3']],
    ['SINTER a b c', ['3']],
    ['SINTER a a', ['1', '2', '3', 'x']],
    ['SINTER a none', []],
    ['SINTER none a', []],
    ['SUNION a b', ['1', '2', '3', 'x', 'y']],
    ['SUNION a none c', ['1', '2', '3', 'x']],
    ['SUNION none', []],
    ['SDIFF a b', ['1', 'x']],
    ['SDIFF a b c none', ['1', 'x']],
    ['SDIFF a', ['1', '2', '3', 'x']],
    ['SDIFF a b a', []],
    ['SDIFF c a', []],
    ['SDIFF none a', []],
  ])('%s is %j, and nothing changes', (words, members) => {
    const opened = openWithSets()

    expect(sorted(say(opened.db, words))).toEqual(members)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each(['SINTER', 'SUNION', 'SDIFF'])('%s refuses a string wherever it stands, behind a missing key too', (name) => {
    for (const keys of ['s', 'none s', 'a s', 's none', 'a b s', 'a a s']) {
      const opened = openWithSets()

      expectRefused(opened, () => say(opened.db, `${name} ${keys}`), WRONGTYPE)
    }
  })

  it('looks at keys in their order, up to the first that is no set', () => {
    const { db, seen } = openWithSets()
    for (const key of ['x', 'y', 'z']) db.set(key, 'v', { pxat: START_MS })
    seen.length = 0

    expect(() => say(db, 'SUNION y x s z')).toThrow(WRONGTYPE)
    expect(seen).toEqual(['expired y', 'expired x'])
  })
})

describe('SINTERCARD', () => {
  it.each([
    ['2 a b', 2],
    ['2 a b LIMIT 1', 1],
    ['2 a b LIMIT 0', 2],
    ['2 a b limit 5', 2],
    ['2 a b LIMIT 1 LIMIT 9223372036854775807', 2],
    ['1 a', 4],
    ['3 a b none', 0],
  ])('%s is %d', (words, common) => {
    const { db } = openWithSets()

    expect(say(db, `SINTERCARD ${words}`)).toBe(common)
  })

  it.each([
    ['0 a', NUMKEYS],
    ['-1 a', NUMKEYS],
    ['x a', NUMKEYS],
    ['1.0 a', NUMKEYS],
    ['9223372036854775808 a', NUMKEYS],
    ['2 a', MORE_KEYS],
    ['9223372036854775807 a', MORE_KEYS],
    ['1 a b', SYNTAX],
    ['1 a LIMIT', SYNTAX],
    ['1 a LIMIT 1 nosuch', SYNTAX],
    ['1 a LIMIT -1', LIMIT],
    ['1 a LIMIT x', LIMIT],
    ['1 a LIMIT 9223372036854775808', LIMIT],
    ['1 s LIMIT -1', LIMIT],
    ['1 s', WRONGTYPE],
    ['2 none s', WRONGTYPE],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithSets()

    expectRefused(opened, () => say(opened.db, `SINTERCARD ${words}`), message)
  })
})

describe('SINTERSTORE, SUNIONSTORE and SDIFFSTORE', () => {
  it.each([
    ['SINTERSTORE', ['2', '3'], 'intset'],
    ['SUNIONSTORE', ['1', '2', '3', 'x', 'y'], 'listpack'],
    ['SDIFFSTORE', ['1', 'x'], 'listpack'],
  ])('%s keeps the result, announces itself and logs the words', (name, members, encoding) => {
    const opened = openWithSets()

    expect(say(opened.db, `${name} d a b`)).toBe(members.length)
    expect(sorted(say(opened.db, 'SMEMBERS d'))).toEqual(members)
    expect(say(opened.db, 'OBJECT ENCODING d')).toBe(encoding)
    expect(opened.seen).toEqual([`${name.toLowerCase()} d`])
    expect(logged(opened)).toEqual([`${name} d a b`])
  })

  it.each(['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'])('%s takes the place of any value and its deadline', (name) => {
    const { db } = openWithSets()
    say(db, 'PEXPIRE s 100')

    say(db, `${name} s a`)

    expect([say(db, 'TYPE s'), say(db, 'PTTL s')]).toEqual(['set', -1])
  })

  it.each(['SINTERSTORE s a none', 'SUNIONSTORE s none', 'SDIFFSTORE s a a'])(
    '%s of nothing removes the key',
    (words) => {
      const opened = openWithSets()

      expect(say(opened.db, words)).toBe(0)
      expect(say(opened.db, 'EXISTS s')).toBe(0)
      expect(opened.seen).toEqual(['del s'])
      expect(logged(opened)).toEqual(['DEL s'])
    },
  )

  it.each(['SINTERSTORE d none', 'SUNIONSTORE d none', 'SDIFFSTORE d none'])('%s has nothing to remove', (words) => {
    const opened = openWithSets()

    expect(say(opened.db, words)).toBe(0)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('take the destination among the sources', () => {
    const { db } = openWithSets()

    expect([say(db, 'SUNIONSTORE c a c b'), say(db, 'SINTERSTORE a a b'), say(db, 'SDIFFSTORE b b a')]).toEqual([
      5, 2, 1,
    ])
    expect(say(db, 'SMEMBERS b')).toEqual(['y'])
  })

  it.each(['SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'])('%s of a string leaves the destination as it is', (name) => {
    for (const keys of ['a s', 'a none s', 's s', 'a a a s']) {
      const opened = openWithSets()

      expectRefused(opened, () => say(opened.db, `${name} ${keys}`), WRONGTYPE)
    }
  })

  it('of something over what has expired announce expired first, of nothing only del, as Redis does', () => {
    const { db, seen } = openWithSets()
    db.set('k', 'v', { pxat: START_MS })
    db.set('l', 'v', { pxat: START_MS })
    seen.length = 0

    say(db, 'SUNIONSTORE k a')
    say(db, 'SUNIONSTORE l none')

    expect(seen).toEqual(['expired k', 'sunionstore k', 'del l'])
  })

  it('SDIFFSTORE by way of a copy leaves the encoding that the copy had', () => {
    const { db } = open()
    for (const line of ['SADD k 1 2 3 4 5 6 7 8 x', 'SADD a 1', 'SADD b 2', 'SADD c x']) say(db, line)

    // Where few members are looked for in one other set there is no copy.
    expect([say(db, 'SDIFFSTORE d k a b c'), say(db, 'SDIFFSTORE e k c')]).toEqual([6, 8])
    expect([say(db, 'OBJECT ENCODING d'), say(db, 'OBJECT ENCODING e')]).toEqual(['listpack', 'intset'])
  })
})

describe('sets of any form', () => {
  /** Integers, few names and many, which overlap. */
  const form = fc
    .tuple(fc.constantFrom('', 'm'), fc.nat(60), fc.oneof(fc.nat(12), fc.nat(300)))
    .map(([prefix, from, many]) => {
      return Array.from({ length: many }, (_, i) => `${prefix}${from + i}`)
    })
  const mixed = fc.tuple(form, form).map(([one, other]) => [...one, ...other])

  it('are combined as plain sets are', () => {
    fc.assert(
      fc.property(fc.array(mixed, { minLength: 1, maxLength: 5 }), (many) => {
        const db = new Redstart({ clock: manualClock() })
        const keys = many.map((members, i) => {
          if (members.length > 0) db.sadd(`k${i}`, ...members)
          return `k${i}`
        })
        const [first, ...others] = many.map((members) => new Set(members))
        const common = [...first!].filter((member) => others.every((set) => set.has(member)))
        const rest = [...first!].filter((member) => !others.some((set) => set.has(member)))

        expect(sorted(db.sinter(...keys))).toEqual(sorted(common))
        expect(sorted(db.sunion(...keys))).toEqual(sorted([...new Set(many.flat())]))
        expect(sorted(db.sdiff(...keys))).toEqual(sorted(rest))
        expect(db.sintercard(keys)).toBe(common.length)
        expect(db.sintercard(keys, { limit: 3 })).toBe(Math.min(3, common.length))
      }),
      { numRuns: 150 },
    )
  })
})
