import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { List } from '../../src/structures/list.js'

/** More than a node takes (list-max-listpack-size -2). */
const HUGE = 'h'.repeat(8193)
const LARGE = 'l'.repeat(3000)

/** Elements around the limits of nodes: short, of every kind of listpack entry, a third of a node, more than a node. */
const elements = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', '', '1', '-70000', '9223372036854775807') },
  { weight: 3, arbitrary: fc.constantFrom('é', '€'.repeat(40), '\udcff', '😀'.repeat(500)) },
  { weight: 2, arbitrary: fc.constantFrom(LARGE, `${LARGE}2`, 'm'.repeat(200)) },
  { weight: 1, arbitrary: fc.constantFrom(HUGE, `${HUGE}2`) },
)

/** A list beside an array that it must be equal to. */
class Pair {
  list = new List()
  model: string[] = []

  check(): void {
    this.list.invariants()
    expect(this.list.size).toBe(this.model.length)
  }
}

type Step = (pair: Pair) => void

const ends = fc.boolean()
/** An index from 0 to 1, so that it fits a list of any length. */
const part = fc.double({ min: 0, max: 1, noNaN: true })
const some = fc.array(elements, { minLength: 1, maxLength: 12 })

function indexIn({ model }: Pair, at: number): number {
  return Math.min(Math.floor(at * model.length), model.length - 1)
}

function pushModel(model: string[], many: readonly string[], atFront: boolean): void {
  for (const element of many) atFront ? model.unshift(element) : model.push(element)
}

const pushes: fc.Arbitrary<Step> = fc.tuple(some, ends).map(([many, atFront]) => (pair) => {
  pushModel(pair.model, many, atFront)
  if (many.length > 1) pair.list.pushAll(many, atFront)
  else if (atFront) pair.list.unshift(many[0]!)
  else pair.list.push(many[0]!)
})

const pops: fc.Arbitrary<Step> = ends.map((atFront) => ({ list, model }) => {
  const expected = atFront ? model.shift() : model.pop()

  expect(atFront ? list.shift() : list.pop()).toBe(expected)
})

const takes: fc.Arbitrary<Step> = fc.tuple(fc.nat(20), ends).map(([count, atFront]) => ({ list, model }) => {
  const expected = atFront ? model.splice(0, count) : model.splice(Math.max(0, model.length - count)).reverse()

  expect(list.take(count, atFront)).toEqual(expected)
})

const trims: fc.Arbitrary<Step> = fc.tuple(part, part).map(([a, b]) => (pair) => {
  // Mostly little is trimmed, so that lists grow.
  const start = Math.floor(indexIn(pair, a) / 8)
  const last = pair.model.length - 1 - Math.floor(indexIn(pair, b) / 8)
  pair.list.trim(start, last)
  pair.model = pair.model.slice(start, last + 1)
})

const sets: fc.Arbitrary<Step> = fc.tuple(part, elements).map(([at, element]) => (pair) => {
  const index = indexIn(pair, at)
  const isThere = pair.model.length > 0

  expect(pair.list.set(index, element)).toBe(isThere)
  if (isThere) pair.model[index] = element
})

const inserts: fc.Arbitrary<Step> = fc
  .tuple(part, elements, elements, ends)
  .map(([at, other, element, after]) => (pair) => {
    const { list, model } = pair
    const pivot = at < 0.9 ? (model[indexIn(pair, at)] ?? other) : other
    const index = model.indexOf(pivot)

    expect(list.insert(pivot, element, after)).toBe(index !== -1)
    if (index !== -1) model.splice(after ? index + 1 : index, 0, element)
  })

const removals: fc.Arbitrary<Step> = fc
  .tuple(part, fc.constantFrom(1, 2, 5, Number.POSITIVE_INFINITY), ends)
  .map(([at, limit, fromBack]) => (pair) => {
    const element = pair.model[indexIn(pair, at)] ?? 'a'
    const matches = pair.model.flatMap((other, i) => (other === element ? [i] : []))
    const gone = new Set(fromBack ? matches.reverse().slice(0, limit) : matches.slice(0, limit))

    expect(pair.list.remove(element, limit, fromBack)).toBe(gone.size)
    pair.model = pair.model.filter((_, i) => !gone.has(i))
  })

const rotations: fc.Arbitrary<Step> = fc.tuple(ends, ends).map(([fromFront, toFront]) => ({ list, model }) => {
  const element = fromFront ? model.shift() : model.pop()

  expect(list.moveTo(list, fromFront, toFront)).toBe(element)
  if (element !== undefined) pushModel(model, [element], toFront)
})

const copies: fc.Arbitrary<Step> = fc.constant((pair: Pair) => {
  const original = pair.list
  pair.list = original.clone()

  // What is done to the copy must not show in the original, and the other way round.
  expect(pair.list.encoding).toBe(original.encoding)
  original.take(3, true)
  original.unshift('changed')
  original.invariants()
})

const looks: fc.Arbitrary<Step> = fc.tuple(part, part, ends).map(([a, b, fromBack]) => (pair) => {
  const { list, model } = pair
  if (model.length === 0) return
  const [start, last] = [indexIn(pair, a), indexIn(pair, b)]

  expect(list.at(start)).toBe(model[start])
  expect(list.range(start, last)).toEqual(model.slice(start, last + 1))
  const element = model[start]!
  const matches = model.flatMap((other, i) => (other === element ? [i] : []))
  const all = { rank: 1, count: Number.POSITIVE_INFINITY, compared: Number.POSITIVE_INFINITY }
  expect(list.positionsOf(element, all, fromBack)).toEqual(fromBack ? matches.reverse() : matches)
})

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: pushes },
    { weight: 2, arbitrary: pops },
    { weight: 1, arbitrary: takes },
    { weight: 1, arbitrary: trims },
    { weight: 3, arbitrary: sets },
    { weight: 4, arbitrary: inserts },
    { weight: 1, arbitrary: removals },
    { weight: 2, arbitrary: rotations },
    { weight: 1, arbitrary: copies },
    { weight: 2, arbitrary: looks },
  ),
  { maxLength: 80, size: 'max' },
)

/** How many nodes are condensed. */
function condensedOf(list: List): number {
  const { nodes } = list as unknown as { nodes: { toArray(): { condensed: unknown }[] } | undefined }
  return nodes?.toArray().filter(({ condensed }) => condensed !== undefined).length ?? 0
}

/** The encodings and the number of nodes, after each of some steps. */
function told(list: List, ...changes: ((list: List) => unknown)[]): string[] {
  return changes.map((change) => {
    change(list)
    list.invariants()
    return `${list.encoding} ${list.nodeCount}`
  })
}

describe('a list', () => {
  it('holds what an array holds after any changes', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const pair = new Pair()
        for (const step of drawn) {
          step(pair)
          pair.check()
        }

        expect([...pair.list]).toEqual(pair.model)
      }),
      { numRuns: 300 },
    )
  })

  it('holds it also where it is long, and its nodes are cut by units', () => {
    const medium = fc.constantFrom('m'.repeat(400), 'é'.repeat(300), '12')
    const many = fc.array(medium, { minLength: 600, maxLength: 1_500, size: 'max' })
    fc.assert(
      fc.property(many, steps, (filling, drawn) => {
        const pair = new Pair()
        for (const [i, element] of filling.entries()) {
          pushModel(pair.model, [element], i % 3 > 0)
          if (i % 3 > 0) pair.list.unshift(element)
          else pair.list.push(element)
        }
        for (const step of drawn) {
          step(pair)
          pair.check()
        }
        expect([...pair.list]).toEqual(pair.model)

        // And on the way down, where its nodes are measured again.
        while (pair.model.length > 0) expect(pair.list.pop()).toBe(pair.model.pop())
        pair.check()
      }),
      // To shrink a thousand elements takes too long to wait for.
      { numRuns: 15, endOnFailure: true },
    )
  })

  it('holds it also where its inner nodes are condensed', () => {
    const filling = fc.array(fc.stringMatching(/^[a-zé]{26,30}$/), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(filling, fc.integer({ min: 1_500, max: 4_000 }), steps, (texts, size, drawn) => {
        const pair = new Pair()
        for (let i = 0; i < size; i++) {
          const element = `${texts[i % texts.length]!}${i % 7}`
          pushModel(pair.model, [element], i % 4 === 0)
          if (i % 4 === 0) pair.list.unshift(element)
          else pair.list.push(element)
        }
        expect(condensedOf(pair.list)).toBeGreaterThan(0)
        for (const step of drawn) {
          step(pair)
          pair.check()
        }
        expect([...pair.list]).toEqual(pair.model)

        while (pair.model.length > 0) {
          expect(pair.list.pop()).toBe(pair.model.pop())
          expect(pair.list.shift()).toBe(pair.model.shift())
        }
        pair.check()
      }),
      { numRuns: 15, endOnFailure: true },
    )
  })

  it('as a queue gives the elements in their order, at either end', () => {
    for (const atFront of [true, false]) {
      const list = new List()
      let next = 0
      for (let i = 0; i < 20_000; i++) {
        if (atFront) list.unshift(`job ${i}`)
        else list.push(`job ${i}`)
        if (i % 3 === 2) expect(atFront ? list.pop() : list.shift()).toBe(`job ${next++}`)
      }
      list.invariants()
      while (list.size > 0) expect(atFront ? list.pop() : list.shift()).toBe(`job ${next++}`)

      expect(next).toBe(20_000)
      expect(list.shift()).toBeUndefined()
      expect(list.pop()).toBeUndefined()
      list.invariants()
    }
  })

  it('finds every index of a long list whose nodes are of very different lengths', () => {
    const list = new List()
    const model: string[] = []
    for (let i = 0; i < 3_000; i++) {
      const element = i % 500 < 30 ? LARGE + i : String(i)
      list.push(element)
      model.push(element)
    }
    list.invariants()

    expect(model.findIndex((element, i) => list.at(i) !== element)).toBe(-1)
    expect(list.range(40, 2_900)).toEqual(model.slice(40, 2_901))
  })

  it('stops a search at a rank, a count and a number of comparisons', () => {
    const list = List.of(['a', 'b', 'a', 'c', 'a'])
    const find = (rank: number, count: number, compared: number, fromBack = false) =>
      list.positionsOf('a', { rank, count, compared }, fromBack)

    expect(find(1, 1, 9)).toEqual([0])
    expect(find(2, 9, 9)).toEqual([2, 4])
    expect(find(1, 2, 9, true)).toEqual([4, 2])
    expect(find(1, 9, 2)).toEqual([0])
    expect(find(1, 9, 3, true)).toEqual([4, 2])
    expect(find(4, 1, 9)).toEqual([])
  })
})

describe('the memory of a list', () => {
  const text = (i: number): string => `key:${String(i).padStart(8, '0')}`
  const ofSize = (size: number): List => {
    const list = new List()
    for (let i = 0; i < size; i++) list.push(text(i))
    return list
  }

  // 584 elements of 14 bytes are a node; the last one of 17 and a bit has some, so that pushes have condensed what they can.
  const SIZE = 10_200

  it('is that of condensed nodes but for two at either end, however it was filled', () => {
    const pushed = ofSize(SIZE)
    const unshifted = new List()
    for (let i = 0; i < SIZE; i++) unshifted.unshift(text(i))
    const both = List.of([...pushed].slice(0, 5_000))
    both.pushAll([...pushed].slice(5_000), true)

    for (const list of [pushed, unshifted, both, pushed.clone(), List.ofNodes(pushed.runs())]) {
      list.invariants()
      expect(list.size).toBe(SIZE)
      expect(list.nodeCount).toBe(18)
      expect(condensedOf(list)).toBe(14)
    }
  })

  it('is no more after elements were exchanged, inserted and removed', () => {
    const list = ofSize(SIZE)

    for (let i = 0; i < 10_000; i += 10) expect(list.set(i, `new ${i}`)).toBe(true)
    for (let i = 1; i < 10_000; i += 100) expect(list.insert(text(i), `inserted ${i}`, true)).toBe(true)
    for (let i = 2; i < 10_000; i += 100) expect(list.remove(text(i), 1, i % 200 === 2)).toBe(1)
    list.invariants()

    expect(condensedOf(list)).toBeGreaterThanOrEqual(list.nodeCount - 4)
  })

  it('is no more for elements that go to and fro by a node, nor does that condense anything again', () => {
    const list = ofSize(SIZE)
    const inner = condensedOf(list)

    for (let i = 0; i < 1_170; i++) list.pop()
    expect(condensedOf(list)).toBe(inner - 1)
    for (let i = 0; i < 585; i++) list.push(text(i))
    expect(condensedOf(list)).toBe(inner - 1)
    for (let i = 0; i < 585; i++) list.push(text(i))
    list.invariants()

    expect(condensedOf(list)).toBe(inner)
  })

  it('is that of loose nodes where elements are longer', () => {
    const list = List.of(Array.from({ length: 3_000 }, (_, i) => `${text(i)}${'x'.repeat(40)}`))

    expect(list.nodeCount).toBeGreaterThan(10)
    expect(condensedOf(list)).toBe(0)
    // One that gets a long element is loosened; it may be at its place.
    const mixed = ofSize(SIZE)
    const inner = condensedOf(mixed)
    for (let i = 4_800; i < 4_810; i++) mixed.set(i, LARGE)
    mixed.invariants()
    expect(condensedOf(mixed)).toBe(inner - 1)
    expect(mixed.at(4_809)).toBe(LARGE)
  })

  it('holds what it held when a change comes while a node is being condensed', () => {
    const changes: Record<string, (list: List, model: string[]) => void> = {
      set(list, model) {
        list.set(8_800, 'changed')
        model[8_800] = 'changed'
      },
      insert(list, model) {
        list.insert(model[8_800]!, 'inserted', true)
        model.splice(8_801, 0, 'inserted')
      },
      remove(list, model) {
        list.remove(model[8_800]!, 1, false)
        model.splice(8_800, 1)
      },
      'trim to it'(list, model) {
        list.trim(0, 8_800)
        model.length = 8_801
      },
      'trim to one node'(list, model) {
        list.trim(0, 99)
        model.length = 100
      },
    }
    for (const [name, change] of Object.entries(changes)) {
      // The first pushes into a node do nothing but push: 186 of them are within its first estimate.
      const list = ofSize(17 * 584 + 188)
      const model = [...list]
      expect(list, name).toHaveProperty('pending.condensing')

      change(list, model)
      list.invariants()
      for (let i = 0; i < 2_000; i++) {
        list.push(text(i))
        model.push(text(i))
      }

      list.invariants()
      expect([...list], name).toEqual(model)
    }
  })

  it('is shared with a copy, which does not see changes', () => {
    const list = ofSize(SIZE)
    const copy = list.clone()

    list.set(5_000, 'changed')
    list.insert(text(6_000), 'inserted', false)
    list.remove(text(7_000), 1, false)
    copy.set(5_001, 'changed in the copy')

    expect(copy.at(5_000)).toBe(text(5_000))
    expect(copy.range(5_999, 7_000)).toEqual(Array.from({ length: 1_002 }, (_, i) => text(5_999 + i)))
    expect(list.range(5_000, 5_001)).toEqual(['changed', text(5_001)])
  })

  it('is one loose node more where the same elements are read again and again', () => {
    const list = ofSize(SIZE)
    const middle = Array.from({ length: 100 }, (_, i) => text(5_000 + i))

    for (let i = 0; i < 3; i++) expect(list.range(5_000, 5_099)).toEqual(middle)
    list.set(5_050, 'changed')
    for (let i = 0; i < 3; i++) expect(list.range(5_050, 5_051)).toEqual(['changed', text(5_051)])
    expect(list.range(2_000, 2_001)).toEqual([text(2_000), text(2_001)])
    list.invariants()

    const loose = (list as unknown as { nodes: { toArray(): { condensed?: { loose?: unknown } }[] } }).nodes
      .toArray()
      .filter(({ condensed }) => condensed?.loose !== undefined)
    expect(loose).toEqual([])
  })
})

describe('the encoding of a list', () => {
  it('is a listpack up to 8192 bytes, the bytes of a new element counted before it is in', () => {
    expect(told(new List(), (list) => list.push('x'.repeat(8185)))).toEqual(['listpack 1'])
    expect(told(new List(), (list) => list.push('x'.repeat(8186)))).toEqual(['quicklist 1'])
    // 7 bytes and 4 for each: more than 8192, but the elements themselves are fewer.
    expect(told(new List(), (list) => list.pushAll(Array(2_700).fill('ab'), false))).toEqual(['listpack 1'])
  })

  it('goes back to a listpack when one node of at most half of that is left', () => {
    const grown = () => List.of(['x'.repeat(4085), LARGE, LARGE])

    expect(
      told(
        grown(),
        (list) => list.pop(),
        (list) => list.pop(),
      ),
    ).toEqual(['quicklist 1', 'listpack 1'])
    const larger = List.of(['x'.repeat(4086), LARGE, LARGE])
    expect(told(larger, (list) => list.trim(0, 0))).toEqual(['quicklist 1'])
  })

  it('keeps an element of more than 8192 bytes in a node of its own, which is no listpack', () => {
    const list = new List()

    expect(
      told(
        list,
        (it) => it.push(HUGE),
        (it) => it.push('a'),
        (it) => it.insert('a', HUGE, false),
        (it) => it.set(0, 'b'),
        (it) => it.pop(),
        (it) => it.shift(),
      ),
    ).toEqual(['quicklist 1', 'quicklist 2', 'quicklist 3', 'quicklist 3', 'quicklist 2', 'quicklist 1'])
  })

  it('of a list that is built at a stroke is that of its end', () => {
    expect(List.of(['a', 'b']).encoding).toBe('listpack')
    expect(List.of([LARGE, LARGE, LARGE]).encoding).toBe('quicklist')
    expect(List.of([HUGE]).encoding).toBe('quicklist')
  })

  it('of a list that is made of nodes goes by the nodes', () => {
    const nodes = [
      { elements: ['a', 'b'], plain: false },
      { elements: [], plain: false },
      { elements: ['c'], plain: false },
    ]
    const list = List.ofNodes(nodes)
    list.invariants()

    expect([[...list], list.encoding, list.nodeCount]).toEqual([['a', 'b', 'c'], 'quicklist', 2])
    expect([...list.runs()].map(({ elements }) => elements)).toEqual([['a', 'b'], ['c']])
    expect(List.ofNodes(nodes.slice(0, 2)).encoding).toBe('listpack')
    expect(List.ofNodes([{ elements: [HUGE], plain: true }]).encoding).toBe('quicklist')
    expect(List.ofNodes([]).size).toBe(0)
  })

  it('of a copy is that of the list, where another list of these elements would have another', () => {
    const list = List.of([LARGE, LARGE, LARGE])
    list.set(0, 'a')
    list.set(1, 'b')

    expect([list.encoding, list.clone().encoding]).toEqual(['quicklist', 'quicklist'])
    expect(List.of(list).encoding).toBe('listpack')
  })

  it('is right again after a list of other text was long for a while', () => {
    const list = new List()
    // 32 nodes, the last one with 6,000 bytes that have been counted.
    for (let i = 0; i < 31; i++) list.push('x'.repeat(8_000))
    for (let i = 0; i < 6; i++) list.push('é'.repeat(500))
    list.unshift('x'.repeat(8_000))
    for (let i = 0; i < 2; i++) list.push('é'.repeat(400))
    list.invariants()

    list.take(32, true)

    expect(list.size).toBe(8)
    // 6 times 1004 bytes, twice 804, and 7: they have been taken for one node where Redis has two.
    expect(list.encoding).toBe('quicklist')
    for (let i = 0; i < 4; i++) list.shift()
    list.invariants()
    expect(list.encoding).toBe('listpack')
  })

  it('is told of each step as before after a long list of ASCII has shrunk', () => {
    // The same elements, pushed where nodes are cut by units and where they are cut by bytes.
    const long = new List()
    const short = new List()
    const element = (i: number): string => `${i}`.padEnd(100, 'x')
    for (let i = 0; i < 4_000; i++) long.unshift(element(i))
    for (let i = 0; i < 3_100; i++) long.pop()
    for (let i = 0; i < 3_100; i++) short.unshift(element(i))
    for (let i = 0; i < 3_100; i++) {
      if (i < 900) short.unshift(element(3_100 + i))
      short.pop()
    }
    long.invariants()
    short.invariants()

    expect([...long]).toEqual([...short])
    expect(long.nodeCount).toBe(short.nodeCount)
  })
})

describe('the invariants of a list', () => {
  it('see a wrong count of bytes, a hole and a lost node', () => {
    const broken: ((list: { first: Record<string, unknown>; last: unknown; nodes: unknown }) => void)[] = [
      (list) => {
        list.first['bytes'] = 1
      },
      (list) => {
        list.first['base'] = 5
      },
      (list) => {
        list.last = list.first
      },
      (list) => {
        list.nodes = undefined
      },
      (list) => {
        list.first['items'] = ['x', ...(list.first['items'] as string[])]
        list.first['start'] = 1
      },
      (list) => {
        list.first['start'] = -3
      },
    ]
    for (const damage of broken) {
      const list = List.of([LARGE, LARGE, LARGE])
      list.invariants()
      damage(list as never)

      expect(() => list.invariants()).toThrow(/^(list|quicklist)/)
    }
  })
})
