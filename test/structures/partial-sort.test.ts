import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortPart } from '../../src/structures/partial-sort.js'

const byNumber = (a: number, b: number): number => a - b

/** A comparison that counts. */
function counting(): { compare: (a: number, b: number) => number; calls: number } {
  const counter = { calls: 0, compare: (a: number, b: number): number => ++counter.calls && a - b }
  return counter
}

/** Decides only when it is asked which items are large, as McIlroy's killer adversary for Quicksort does (1999). */
function adversary(n: number): { compare: (a: number, b: number) => number; calls: number } {
  const values = new Array<number>(n).fill(n)
  let solid = 0
  let candidate = 0
  const counter = {
    calls: 0,
    compare(a: number, b: number): number {
      counter.calls++
      if (values[a] === n && values[b] === n) values[a === candidate ? a : b] = solid++
      if (values[a] === n) candidate = a
      else if (values[b] === n) candidate = b
      return values[a]! - values[b]!
    },
  }
  return counter
}

const shuffled = (n: number): number[] => Array.from({ length: n }, (_, i) => (i * 7_919) % n)

describe('a part of a sorted array', () => {
  it('is what a full sort has there, whatever the array', () => {
    const arrays = fc.uniqueArray(fc.integer(), { maxLength: 200, size: 'max' })
    fc.assert(
      fc.property(arrays, fc.nat(220), fc.nat(220), (items, from, many) => {
        const start = Math.min(from, items.length)
        const end = Math.min(start + many, items.length)
        const whole = items.slice().sort(byNumber)

        expect(sortPart(items.slice(), start, end, byNumber)).toEqual(whole.slice(start, end))
      }),
      { numRuns: 500 },
    )
  })

  it('leaves equal items in their order where all are wanted', () => {
    const items = Array.from({ length: 300 }, (_, i) => ({ weight: (i * 7) % 5, i }))

    const found = sortPart(items.slice(), 0, 300, (a, b) => a.weight - b.weight)

    expect(found).toEqual(items.slice().sort((a, b) => a.weight - b.weight || a.i - b.i))
  })

  // Replies of Redis 8.0.2 to GEOSEARCH … COUNT 6, of so many members that are all equally far.
  it.each([
    [6, 5, [0, 1, 2, 3, 4]],
    [7, 6, [3, 1, 2, 0, 4, 5]],
    [8, 6, [7, 1, 2, 3, 4, 5]],
    [41, 6, [40, 1, 2, 3, 4, 5]],
    [112, 6, [111, 1, 2, 3, 4, 5]],
  ])('leaves equal items as Redis does: %i of them', (n, end, expected) => {
    const items = Array.from({ length: n }, (_, i) => i)

    expect(sortPart(items, 0, end, () => 0)).toEqual(expected)
  })

  it.each([
    ['ascending', (n: number) => Array.from({ length: n }, (_, i) => i)],
    ['descending', (n: number) => Array.from({ length: n }, (_, i) => n - i)],
    ['shuffled', shuffled],
    ['made of two ramps', (n: number) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? i : n * 2 - i))],
  ])('is found in time that grows with the array and not faster: %s', (_name, make) => {
    const counter = counting()
    const n = 99_991

    const found = sortPart(make(n), 50_000, 50_010, counter.compare)

    expect(found).toHaveLength(10)
    // A full sort takes some 15 n.
    expect(counter.calls).toBeLessThan(8 * n)
  })

  it('is found in the time of a full sort even if somebody answers so that every pivot is a bad one', () => {
    const counter = adversary(20_000)

    const found = sortPart(
      Array.from({ length: 20_000 }, (_, i) => i),
      10_000,
      10_010,
      counter.compare,
    )

    expect(found).toHaveLength(10)
    expect(counter.calls).toBeLessThan(90 * 20_000)
  })

  it('is empty where nothing is wanted, without a look at the items', () => {
    const counter = counting()

    expect(sortPart([3, 1, 2], 2, 2, counter.compare)).toEqual([])
    expect(sortPart([], 0, 0, counter.compare)).toEqual([])
    expect(counter.calls).toBe(0)
  })
})
