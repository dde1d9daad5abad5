import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInt64 } from '../../src/structures/int64.js'
import { SetOfStrings } from '../../src/structures/set.js'
import { byteLength, compareText } from '../../src/structures/text.js'

/** Redis's rules for encodings, told member by member and with no thought of speed. */
class Model {
  members: string[] = []
  encoding = 'intset'

  add(member: string): boolean {
    if (this.members.includes(member)) return false
    this.members.push(member)
    const { length } = this.members
    const compact = length <= 128 && byteLength(member) <= 64
    if (this.encoding === 'intset' && parseInt64(member) !== undefined) {
      if (length > 512) this.encoding = 'hashtable'
    } else if (this.encoding !== 'hashtable') this.encoding = compact ? 'listpack' : 'hashtable'
    return true
  }

  delete(member: string): boolean {
    const { length } = this.members
    this.members = this.members.filter((other) => other !== member)
    return this.members.length < length
  }

  expect(first: string, count: number): void {
    if (this.members.length === 0 && this.encoding === 'intset' && parseInt64(first) === undefined) {
      this.encoding = 'listpack'
    }
    const most = { intset: 512, listpack: 128, hashtable: Number.POSITIVE_INFINITY }[this.encoding]!
    if (count > most) this.encoding = 'hashtable'
  }

  rebuild(members: readonly string[]): void {
    this.members = []
    if (this.encoding !== 'intset') this.encoding = 'listpack'
    for (const member of members) this.add(member)
  }
}

const range = (from: number, to: number, prefix = ''): string[] =>
  Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}`)

const sorted = (members: Iterable<string>): string[] => [...members].sort(compareText)

/** Many integers, few names, some that are long or no integers by a hair. */
const members = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }).map((i) => `m${i}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['', '-0', '01', '+1', '1.0', '9223372036854775807', '-9223372036854775808', '9223372036854775808'],
      ...['9007199254740993', '9007199254740992', 'é', '\udcff', '__proto__', 'x'.repeat(64), 'x'.repeat(65)],
      ...['é'.repeat(32), 'é'.repeat(33), `${'é'.repeat(31)}abc`],
    ),
  },
)

/** One step on a set and on its model. */
type Step = (set: SetOfStrings, model: Model) => void

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.constantFrom('add' as const, 'delete' as const), members).map(
        ([what, member]): Step =>
          (set, model) =>
            expect(set[what](member)).toBe(model[what](member)),
      ),
    },
    {
      weight: 2,
      arbitrary: members.map(
        (member): Step =>
          (set, model) =>
            expect(set.has(member)).toBe(model.members.includes(member)),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.nat(1_000).map(
        (i): Step =>
          (set, model) =>
            expect(set.size === 0 || model.delete(set.removeAt(i % set.size))).toBe(true),
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(10, 31, 33, 127, 129, -40, -511, -513).map(adding) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('7', 'm7'), fc.constantFrom(1, 128, 129, 512, 513)).map(expecting),
    },
    { weight: 1, arbitrary: fc.nat(200).map(rebuilding) },
  ),
  { maxLength: 60, size: 'max' },
)

/** Adds many names, or integers for a number below 0; both count from where the members of single steps end. */
function adding(many: number): Step {
  return (set, model) => {
    for (const member of many < 0 ? range(100, 100 - many) : range(100, 100 + many, 'm')) {
      expect(set.add(member)).toBe(model.add(member))
    }
  }
}

function expecting([first, count]: [string, number]): Step {
  return (set, model) => {
    set.expect(first, count)
    model.expect(first, count)
  }
}

function rebuilding(size: number): Step {
  return (set, model) => {
    const kept = set.members().slice(0, size)
    set.rebuild(kept)
    model.rebuild(kept)
  }
}

describe('a set of strings', () => {
  it('holds what a naive one holds, encoded by the same rules, after every step', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const set = new SetOfStrings()
        const model = new Model()
        for (const step of drawn) {
          step(set, model)

          set.invariants()
          expect([set.size, set.encoding]).toEqual([model.members.length, model.encoding])
        }
        expect(sorted(set)).toEqual(sorted(model.members))
        expect(set.members()).toEqual([...set])
        expect(set.members()).toEqual(set.members().map((_, i) => set.at(i)))
      }),
      { numRuns: 150 },
    )
  })

  it('and its copy go their own ways', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const set = new SetOfStrings()
        for (const step of before) step(set, modelOf(set))
        const [copy, members] = [set.clone(), set.members()]

        for (const step of after) step(copy, modelOf(copy))

        set.invariants()
        copy.invariants()
        expect(set.members()).toEqual(members)
      }),
      { numRuns: 60 },
    )
  })

  function modelOf(set: SetOfStrings): Model {
    const model = new Model()
    model.members = set.members()
    model.encoding = set.encoding
    return model
  }

  it('lists integers in ascending order, also past 2^53', () => {
    const set = SetOfStrings.of(['10', '9', '-9223372036854775808', '0', '9007199254740993', '9007199254740992', '-1'])

    expect(set.members()).toEqual([
      '-9223372036854775808',
      '-1',
      '0',
      '9',
      '10',
      '9007199254740992',
      '9007199254740993',
    ])
    expect(set.encoding).toBe('intset')
  })

  it('lists few other members in the order in which they came, whatever is removed', () => {
    const set = SetOfStrings.of(['c', 'a', '2', 'b', '1'])

    set.delete('a')
    set.add('a')

    expect(set.members()).toEqual(['c', '2', 'b', '1', 'a'])
  })

  it.each([
    ['512 integers', range(0, 512), 'intset'],
    ['513 integers', range(0, 513), 'hashtable'],
    ['127 integers and a name', [...range(0, 127), 'x'], 'listpack'],
    ['128 integers and a name', [...range(0, 128), 'x'], 'hashtable'],
    ['128 names', range(0, 128, 'm'), 'listpack'],
    ['129 names', range(0, 129, 'm'), 'hashtable'],
    ['a name of 64 bytes', ['é'.repeat(32)], 'listpack'],
    ['a name of 65 bytes', [`x${'é'.repeat(32)}`], 'hashtable'],
    ['an integer and a name of 65 bytes', ['1', 'x'.repeat(65)], 'hashtable'],
  ])('of %s is encoded as Redis does it', (_what, list, encoding) => {
    expect(SetOfStrings.of(list).encoding).toBe(encoding)
  })

  it('does not go back to a smaller encoding when members go', () => {
    const set = SetOfStrings.of(range(0, 513))

    for (const member of range(1, 513)) set.delete(member)

    expect([set.encoding, set.members()]).toEqual(['hashtable', ['0']])
  })

  it('is encoded anew when it is rebuilt, but a listpack of integers stays one', () => {
    const hashed = SetOfStrings.of(range(0, 513))
    const listpack = SetOfStrings.of(['x', '1', '2'])

    hashed.rebuild(['1', '2'])
    listpack.rebuild(['1', '2'])

    expect([hashed.encoding, listpack.encoding]).toEqual(['listpack', 'listpack'])
    expect([hashed.members(), listpack.members()]).toEqual([
      ['1', '2'],
      ['1', '2'],
    ])
  })

  it.each([
    ['listpack', ['1', 'x'.repeat(100)]],
    ['listpack', range(0, 128)],
    ['hashtable', ['2', '1']],
    ['hashtable', range(0, 600)],
    ['intset', ['2', '10']],
  ] as const)('can be made as a %s, whatever it holds', (encoding, list) => {
    const set = SetOfStrings.of([...list, list[0]!], encoding)

    set.invariants()
    expect([set.encoding, set.members()]).toEqual([encoding, list])
  })

  it('that has got room for many is a hashtable, even if they do not come', () => {
    const [fresh, integers, names] = [new SetOfStrings(), SetOfStrings.of(['1']), SetOfStrings.of(['a'])]

    fresh.expect('1', 513)
    integers.expect('x', 513)
    names.expect('1', 129)
    fresh.add('1')

    expect([fresh.encoding, integers.encoding, names.encoding]).toEqual(['hashtable', 'hashtable', 'hashtable'])
  })

  it('shows in one go what is no hashtable, whatever count and cursor', () => {
    for (const list of [range(0, 512), range(0, 100, 'm')]) {
      const seen: string[] = []

      const cursor = SetOfStrings.of(list).scan(7, 1, (member) => seen.push(member))

      expect([cursor, sorted(seen)]).toEqual([0, sorted(list)])
    }
  })

  it('shows a hashtable count by count, and from the start for a cursor from nowhere', () => {
    const set = SetOfStrings.of(range(0, 600, 'm'))
    const seen: string[] = []

    const cursor = set.scan(1e15, 10, (member) => seen.push(member))

    expect(cursor).toBe(590)
    expect(seen).toHaveLength(10)
  })

  it('shows every member that is there from the first scan to the last, whatever comes and goes', () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.nat(2_000)), { maxLength: 30 })
    fc.assert(
      fc.property(
        fc.array(changes, { maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 60 }),
        (turns, count) => {
          const set = SetOfStrings.of(range(0, 1_000, 'm'))
          const stayed = new Set(set)
          const seen = new Set<string>()
          let cursor = 0
          let turn = 0
          do {
            cursor = set.scan(cursor, count, (member) => seen.add(member))
            for (const [adds, i] of turns[turn++] ?? []) {
              if (adds) set.add(`m${i}`)
              else if (set.delete(`m${i}`)) stayed.delete(`m${i}`)
            }
          } while (cursor !== 0)

          expect([...stayed].filter((member) => !seen.has(member))).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })
})

it('a set of very many is packed on the way, and holds what it held', () => {
  const set = new SetOfStrings()
  const model = new Set<string>()
  const both = (what: 'add' | 'delete', member: string): void => {
    if (set[what](member) !== !(what === 'add' ? model.has(member) : !model.has(member))) throw new Error(member)
    model[what](member)
  }
  for (let i = 0; i < 131_072; i++) both('add', `member ${i}`)
  const loose = set.weight
  for (let i = 0; i < 10_000; i++) {
    both('add', `further ${i}`)
    both('delete', `member ${i * 13}`)
  }
  const between = set.clone()
  for (let i = 0; i < 30_000; i++) both('add', `more ${i}`)
  const [seen, visit] = [new Set<string>(), (member: string) => seen.add(member)]
  for (let cursor = set.scan(0, 1_000, visit); cursor !== 0; cursor = set.scan(cursor, 1_000, visit)) {}

  expect(set.weight).toBeLessThan(loose * 0.7)
  expect(set.encoding).toBe('hashtable')
  for (const members of [set.members(), [...set], seen]) expect(new Set(members).size).toBe(model.size)
  expect(set.members().every((member, i) => model.has(member) && set.at(i) === member && set.has(member))).toBe(true)
  expect(between.size).toBe(131_072)
  while (set.size > 10) model.delete(set.removeAt(set.size >> 1))
  expect(sorted(set.members())).toEqual(sorted(model))
  between.invariants()
})
