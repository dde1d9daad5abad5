import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedSet, type SortedSetLimits } from '../../src/structures/sorted-set.js'
import { compareBytes, toBytes } from '../../src/structures/text.js'

/** Nodes so small that a few members reach splits, merges and several levels. */
const TINY: readonly (readonly [string, SortedSetLimits])[] = [
  ['in arrays', { smallMax: 1000, shape: undefined }],
  ['in nodes of four', { smallMax: 0, shape: { leaf: 4, fan: 4 } }],
  ['in leaves of five, fans of four', { smallMax: 3, shape: { leaf: 5, fan: 4 } }],
  ['in leaves of eight, fans of five', { smallMax: 2, shape: { leaf: 8, fan: 5 } }],
  ['in leaves of seventeen, fans of four', { smallMax: 0, shape: { leaf: 17, fan: 4 } }],
]

interface Entry {
  member: string
  score: number
}

/** The same in the plainest way: an array that is sorted anew by bytes after every change. */
class Model {
  entries: Entry[] = []

  private sort(): void {
    this.entries.sort((a, b) => (a.score === b.score ? byBytes(a.member, b.member) : a.score < b.score ? -1 : 1))
  }

  score(member: string): number | undefined {
    return this.entries.find((entry) => entry.member === member)?.score
  }

  set(member: string, score: number): void {
    const former = this.entries.find((entry) => entry.member === member)
    if (former === undefined) this.entries.push({ member, score })
    else if (former.score !== score) former.score = score
    this.sort()
  }

  delete(member: string): void {
    this.entries = this.entries.filter((entry) => entry.member !== member)
  }
}

function byBytes(a: string, b: string): number {
  return compareBytes(toBytes(a), toBytes(b))
}

/** U+E000..U+FFFF come before the pairs of surrogates by bytes, and behind them by UTF-16 units. */
const ODD = [
  '',
  '\0',
  'é',
  'éa',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '😀',
  '😁',
  'a😀',
  'a\uffff',
  '\udc80',
  '\udcff',
  '__proto__',
]
const members = fc.oneof(
  { weight: 5, arbitrary: fc.nat(90).map((n) => `m${n}`) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
)
const scores = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, Infinity, -Infinity, 0.1, 1e300, 5e-324) },
  { weight: 3, arbitrary: fc.double({ noNaN: true }) },
)

type Step = readonly [what: string, member: string, score: number, a: number, b: number]

const ALL = ['set', 'delete', 'range', 'bounds', 'deleteRange', 'popMin', 'popMax', 'clone'] as const
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constant('set') }, { weight: 8, arbitrary: fc.constantFrom(...ALL) }),
    members,
    scores,
    fc.nat(200),
    fc.nat(200),
  ),
  { maxLength: 250, size: 'max' },
)

/** Makes one step on both and compares what they say; returns the set to go on with. */
function play(set: SortedSet, model: Model, [what, member, score, a, b]: Step): SortedSet {
  const size = model.entries.length
  const [start, end] = [Math.min(a, size), Math.min(a + b, size)]
  switch (what) {
    case 'set':
      expect(set.set(member, score)).toBe(model.score(member))
      model.set(member, score)
      break
    case 'delete':
      expect(set.delete(member)).toBe(model.score(member) !== undefined)
      model.delete(member)
      break
    case 'range':
      compareRange(set, model, start, end)
      break
    case 'bounds':
      compareBounds(set, model, score, member)
      compareScores(set, model, score, score + (b % 4), 1 + (b % 90))
      break
    case 'deleteRange': {
      // A small part, so that sets grow large all the same.
      const stop = Math.min(end, start + (b % 30))
      const gone: Entry[] = []
      expect(set.deleteRange(start, stop, (one, its) => gone.push({ member: one, score: its }))).toBe(stop - start)
      expect(gone).toEqual(model.entries.splice(start, stop - start))
      break
    }
    case 'popMin':
      expect(set.popMin()).toEqual(model.entries.shift())
      break
    case 'popMax':
      expect(set.popMax()).toEqual(model.entries.pop())
      break
    case 'clone': {
      const copy = set.clone()
      set.set('only the original', 1)
      set.popMin()
      set.invariants()
      return copy
    }
  }
  return set
}

function compareRange(set: SortedSet, model: Model, start: number, end: number): void {
  const part = model.entries.slice(start, end)
  const reversed = [...part].reverse()
  const visited: Entry[] = []
  set.visit(start, end, true, (member, score) => visited.push({ member, score }))
  expect(visited).toEqual(reversed)
  expect(set.entries(start, end, false)).toEqual(part)
  expect(set.entries(start, end, true)).toEqual(reversed)
  expect(set.members(start, end, false)).toEqual(part.map((entry) => entry.member))
  expect(set.members(start, end, true)).toEqual(reversed.map((entry) => entry.member))
}

function compareBounds(set: SortedSet, model: Model, score: number, member: string): void {
  const { entries } = model
  expect(set.rankOfScore(score, false)).toBe(entries.filter((entry) => entry.score < score).length)
  expect(set.rankOfScore(score, true)).toBe(entries.filter((entry) => entry.score <= score).length)
  expect(set.score(member)).toBe(model.score(member))
  const rank = entries.findIndex((entry) => entry.member === member)
  expect(set.rank(member)).toBe(rank)
  if (rank < 0) return
  expect(set.memberAt(rank)).toBe(member)
  expect(set.scoreAt(rank)).toBe(entries[rank]!.score)
}

function compareScores(set: SortedSet, model: Model, min: number, max: number, most: number): void {
  const inside = model.entries.filter((entry) => entry.score >= min && entry.score < max)
  const visited: Entry[] = []
  set.visitScores(min, max, (member, score) => visited.push({ member, score }) < most)
  expect(visited).toEqual(inside.slice(0, most))
}

function expectSame(set: SortedSet, model: Model): void {
  set.invariants()
  expect(set.size).toBe(model.entries.length)
  expect([...set]).toEqual(model.entries.map(({ member, score }) => [member, score]))
}

/** One that Redis would hold in a skip list from the start, so that -0 is kept. */
function skiplist(limits?: SortedSetLimits): SortedSet {
  const set = new SortedSet(limits)
  set.unpack()
  return set
}

describe('a sorted set', () => {
  it.each(TINY)('does what a sorted array does: %s', (_where, limits) => {
    fc.assert(
      fc.property(steps, (calls) => {
        let set = skiplist(limits)
        const model = new Model()
        for (const step of calls) {
          set = play(set, model, step)
          expectSame(set, model)
        }
      }),
      { numRuns: 10 },
    )
  })

  it.each(TINY)('counts by bytes alone where all scores are equal: %s', (_where, limits) => {
    fc.assert(
      fc.property(fc.uniqueArray(members, { maxLength: 120, size: 'max' }), members, (names, bound) => {
        const set = skiplist(limits)
        for (const [i, name] of names.entries()) set.set(name, i % 2 === 0 ? 0 : -0)
        set.invariants()

        expect(set.members(0, set.size, false)).toEqual([...names].sort(byBytes))
        expect(set.rankOfLex(bound, false)).toBe(names.filter((name) => byBytes(name, bound) < 0).length)
        expect(set.rankOfLex(bound, true)).toBe(names.filter((name) => byBytes(name, bound) <= 0).length)
      }),
      { numRuns: 10 },
    )
  })

  it.each(TINY)('is built from sorted members as if they were added: %s', (_where, limits) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(members, scores), { maxLength: 300, size: 'max' }), steps, (pairs, calls) => {
        const model = new Model()
        for (const [member, score] of pairs) model.set(member, score + 0)
        const names = model.entries.map((entry) => entry.member)
        const values = Float64Array.from(model.entries, (entry) => entry.score)

        let set = SortedSet.ofSorted(names, values, limits)

        expectSame(set, model)
        set.unpack()
        for (const step of calls.slice(0, 20)) {
          set = play(set, model, step)
          expectSame(set, model)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('refuses to be built from members that are not in order or there twice', () => {
    const many = Array.from({ length: 200 }, (_, i) => `m${String(i).padStart(3, '0')}`)
    const zeros = new Float64Array(201)

    expect(() => SortedSet.ofSorted(['b', 'a'], [1, 1])).toThrow('in order')
    expect(() => SortedSet.ofSorted(['a', 'b'], [2, 1])).toThrow('in order')
    expect(() => SortedSet.ofSorted(['a', 'a'], [1, 2])).toThrow('differ')
    expect(() => SortedSet.ofSorted([...many, 'm000'], zeros.with(200, 1))).toThrow('differ')
  })

  it.each(TINY)(
    'stays in order while it grows and shrinks at one end, at both, and in the middle: %s',
    (_where, limits) => {
      const ways: readonly ((i: number) => number)[] = [
        (i) => i,
        (i) => -i,
        (i) => (i % 2 === 0 ? i : -i),
        (i) => 1 / (i + 1),
      ]
      for (const way of ways) {
        for (const end of ['popMin', 'popMax', 'middle'] as const) {
          const set = skiplist(limits)
          const model = new Model()
          for (let i = 0; i < 200; i++) {
            set.set(`m${i}`, way(i))
            set.invariants()
          }
          model.entries = Array.from({ length: 200 }, (_, i) => ({ member: `m${i}`, score: way(i) }))
          model.entries.sort((a, b) => a.score - b.score)
          while (set.size > 0) {
            const rank = end === 'popMin' ? 0 : end === 'popMax' ? set.size - 1 : set.size >> 1
            const [entry] = model.entries.splice(rank, 1)
            if (end === 'middle') expect(set.delete(entry!.member)).toBe(true)
            else expect(set[end]()).toEqual(entry)
            set.invariants()
          }
        }
      }
    },
  )
})

/** Numbers below a limit in a fixed order. */
function chances(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 8) / 2 ** 24) * limit)
  }
}

describe('a large sorted set', () => {
  it.each([
    ['with scores that all differ', 1 << 24],
    ['with many ties', 50],
    ['with one score', 1],
  ])('does what a map does: %s', (_what, range) => {
    const below = chances(range)
    const set = new SortedSet()
    const model = new Map<string, number>()
    // It grows to some twelve thousand and falls to a few.
    for (let i = 0; i < 60_000; i++) {
      const member = `member ${below(20_000)}`
      if (below(60_000) > i) {
        const score = below(range)
        expect(set.set(member, score)).toBe(model.get(member))
        model.set(member, score)
      } else if (below(3) === 0 && set.size > 0) {
        const gone = below(2) === 0 ? set.popMin()! : set.popMax()!
        expect(model.get(gone.member)).toBe(gone.score)
        model.delete(gone.member)
      } else expect(set.delete(member)).toBe(model.delete(member))
      if (i % 15_000 === 0) set.invariants()
    }
    set.invariants()
    const sorted = [...model].sort((a, b) => a[1] - b[1] || byBytes(a[0], b[0]))
    expect([...set]).toEqual(sorted)
    for (const [rank, [member]] of sorted.entries()) expect(set.rank(member)).toBe(rank)
  })

  it('gives up a range of tens of thousands, and tells each member of it in order', () => {
    const set = new SortedSet()
    for (let i = 0; i < 60_000; i++) set.set(`m${(i * 7919) % 60_000}`, i)
    const before = set.members(0, 60_000, false)
    const told: string[] = []

    expect(set.deleteRange(5_000, 55_000, (member) => told.push(member))).toBe(50_000)

    set.invariants()
    expect(told).toEqual(before.slice(5_000, 55_000))
    expect(set.members(0, set.size, false)).toEqual([...before.slice(0, 5_000), ...before.slice(55_000)])
  })

  it('holds on to no member that was taken out', () => {
    const set = new SortedSet()
    for (let i = 0; i < 5_000; i++) set.set(`m${i}`, i)
    for (let i = 0; i < 4_999; i++) set.delete(`m${(i * 7) % 5_000}`)
    const left = set.memberAt(0)

    expect([...stringsWithin(set)].filter((text) => text.startsWith('m'))).toEqual([left])
  })
})

/** All strings that can be reached from an object. */
function stringsWithin(root: unknown): Set<string> {
  const seen = new Set<unknown>()
  const strings = new Set<string>()
  const visit = (value: unknown) => {
    if (typeof value === 'string') strings.add(value)
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return
    seen.add(value)
    if (value instanceof Map) for (const key of value.keys()) visit(key)
    for (const part of Object.values(value)) visit(part)
  }
  visit(root)
  return strings
}

describe('scanning a sorted set', () => {
  it.each(TINY)('visits every member that is there from start to end: %s', (_where, limits) => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(150), { maxLength: 120, size: 'max' }),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.tuple(fc.nat(9), fc.nat(400), fc.nat(50))),
        (stable, count, churn) => {
          const set = new SortedSet(limits)
          for (const n of stable) set.set(`stable ${n}`, n)
          for (let i = 0; i < 50; i++) set.set(`other ${i}`, i)
          const seen = new Set<string>()
          let cursor = 0
          do {
            cursor = set.scan(cursor, count, (member, score) => {
              expect(set.score(member)).toBe(score)
              seen.add(member)
            })
            for (let i = 0; i < 8; i++) {
              const [what, n, score] = churn.next().value
              if (what < 4) set.set(`other ${n}`, score)
              else if (what < 8) set.delete(`other ${n}`)
              else if (stable.length > 0) set.set(`stable ${stable[n % stable.length]}`, score)
            }
            set.invariants()
          } while (cursor !== 0)

          expect([...seen].filter((member) => member.startsWith('stable')).length).toBe(stable.length)
        },
      ),
      { numRuns: 10 },
    )
  })

  it('visits each member of a set that does not change once, a few at a time', () => {
    const set = new SortedSet()
    for (let i = 0; i < 1_000; i++) set.set(`m${i}`, i)
    const seen: string[] = []
    let calls = 0

    let cursor = 0
    do {
      cursor = set.scan(cursor, 10, (member) => seen.push(member))
      calls++
    } while (cursor !== 0)

    expect(new Set(seen).size).toBe(1_000)
    expect(seen.length).toBe(1_000)
    expect(calls).toBe(100)
  })

  it('takes a cursor from anywhere', () => {
    const set = new SortedSet()
    for (let i = 0; i < 1_000; i++) set.set(`m${i}`, i)
    const seen: string[] = []

    expect(set.scan(2 ** 53, 10, (member) => seen.push(member))).toBe(990)
    expect(seen.length).toBe(10)
  })

  it('visits a small set whole', () => {
    const set = new SortedSet()
    for (let i = 0; i < 20; i++) set.set(`m${i}`, i)
    const seen: string[] = []

    expect(set.scan(0, 1, (member) => seen.push(member))).toBe(0)
    expect(seen.length).toBe(20)
  })
})

describe('the encoding of a sorted set', () => {
  it('is a listpack up to 128 members, and a skip list from then on', () => {
    const set = new SortedSet()
    for (let i = 0; i < 128; i++) set.set(`m${i}`, i)
    expect(set.encoding).toBe('listpack')

    set.set('m0', 5)
    expect(set.encoding).toBe('listpack')
    set.set('one more', 1)
    expect(set.encoding).toBe('skiplist')
    set.deleteRange(0, 120)
    expect(set.encoding).toBe('skiplist')
    expect(set.clone().encoding).toBe('skiplist')
  })

  it('is a listpack up to members of 64 bytes', () => {
    const set = new SortedSet()
    set.set('x'.repeat(64), 1)
    set.set('é'.repeat(32), 1)
    expect(set.encoding).toBe('listpack')

    set.set('é'.repeat(33), 1)

    expect(set.encoding).toBe('skiplist')
    set.delete('é'.repeat(33))
    expect(set.encoding).toBe('skiplist')
  })

  it('is a skip list as soon as a command brings more than 128 members', () => {
    const [many, few] = [new SortedSet(), new SortedSet()]

    many.expect(129)
    few.expect(128)

    expect(many.encoding).toBe('skiplist')
    expect(few.encoding).toBe('listpack')
  })

  it('is a skip list for good once it was unpacked', () => {
    const set = new SortedSet()
    set.set('a', 1)

    set.unpack()

    expect(set.encoding).toBe('skiplist')
    expect(set.clone().encoding).toBe('skiplist')
  })

  it('of one that is built is a listpack when it could be one', () => {
    const names = Array.from({ length: 129 }, (_, i) => `m${String(i).padStart(3, '0')}`)

    expect(SortedSet.ofSorted(names.slice(1), new Float64Array(128)).encoding).toBe('listpack')
    expect(SortedSet.ofSorted(names, new Float64Array(129)).encoding).toBe('skiplist')
    expect(SortedSet.ofSorted(['x'.repeat(65)], [0]).encoding).toBe('skiplist')
  })

  it('stays that of a payload, with members too long for a listpack, unless there are too many', () => {
    const long = SortedSet.ofSorted(['x'.repeat(65)], [1])
    const many = SortedSet.ofSorted(
      Array.from({ length: 129 }, (_, i) => `m${String(i).padStart(3, '0')}`),
      new Float64Array(129),
    )

    for (const set of [long, many]) set.keepPacked()

    expect([long.encoding, many.encoding]).toEqual(['listpack', 'skiplist'])
    for (const set of [long, many]) set.invariants()
    long.set('short', 2)
    expect(long.encoding).toBe('listpack')
    long.set('y'.repeat(65), 2)
    expect(long.encoding).toBe('skiplist')
  })

  it('decides about -0: a listpack makes it 0, a skip list keeps it', () => {
    const [listpack, converted, kept] = [new SortedSet(), new SortedSet(), skiplist()]
    listpack.set('a', -0)
    for (let i = 0; i < 128; i++) converted.set(`m${i}`, -0)
    converted.set('last', -0)
    kept.set('a', -0)
    kept.set('b', 0)
    kept.set('b', -0)

    expect(listpack.score('a')).toBe(0)
    expect(converted.score('m0')).toBe(0)
    expect(converted.score('last')).toBe(-0)
    expect(kept.score('a')).toBe(-0)
    // Equal scores are no change.
    expect(kept.score('b')).toBe(0)
    expect(SortedSet.ofSorted(['a'], [-0]).score('a')).toBe(0)
  })
})
