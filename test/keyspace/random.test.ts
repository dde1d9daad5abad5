import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomSource } from '../../src/keyspace/random.js'

const take = (source: RandomSource, count: number): number[] => Array.from({ length: count }, () => source.next())

/** Pearson's chi-square of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

/** An upper bound of chi-square that chance exceeds once in 10,000 times: Wilson and Hilferty's approximation. */
function bound(bins: number): number {
  const freedom = bins - 1
  const share = 2 / (9 * freedom)
  return freedom * (1 - share + 3.719 * Math.sqrt(share)) ** 3
}

function countBelow(limit: number, bins: number, draws: number): number[] {
  const source = new RandomSource(20_250_101)
  const counts = new Array<number>(bins).fill(0)
  for (let i = 0; i < draws; i++) {
    const bin = Math.floor((source.below(limit) * bins) / limit)
    counts[bin] = counts[bin]! + 1
  }
  return counts
}

describe('a random source', () => {
  it('repeats itself for the same seed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, max: 1e308 })), (seed) => {
        expect(take(new RandomSource(seed), 20)).toEqual(take(new RandomSource(seed), 20))
      }),
    )
  })

  it('differs from seed to seed, in the low half of the seed and in the high', () => {
    const starts = new Set<string>()

    for (let i = 0; i < 500; i++) {
      starts.add(take(new RandomSource(i), 2).join())
      starts.add(take(new RandomSource((i + 1) * 2 ** 32), 2).join())
    }

    expect(starts.size).toBe(1_000)
  })

  it('gives 32 bits, each of them set about half of the time', () => {
    const draws = 20_000
    const ones = new Array<number>(32).fill(0)

    for (const value of take(new RandomSource(7), draws)) {
      if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) expect.fail(String(value))
      for (let bit = 0; bit < 32; bit++) if ((value >>> bit) & 1) ones[bit] = ones[bit]! + 1
    }

    for (const [bit, count] of ones.entries()) {
      // Five standard deviations.
      if (Math.abs(count - draws / 2) > 2.5 * Math.sqrt(draws)) expect.fail(`bit ${bit}: ${count}`)
    }
  })

  it.each([2, 3, 7, 10, 100, 1000])('is uniform below %i', (limit) => {
    expect(chiSquare(countBelow(limit, limit, 50_000))).toBeLessThan(bound(limit))
  })

  it('is uniform below 3 * 2^30, where a remainder of 32 bits would favour the first third', () => {
    expect(chiSquare(countBelow(3 * 2 ** 30, 3, 30_000))).toBeLessThan(bound(3))
  })

  it('always gives an integer from 0 to below the limit', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, limit) => {
        const value = new RandomSource(seed).below(limit)

        expect(Number.isInteger(value) && value >= 0 && value < limit).toBe(true)
      }),
    )
    expect(new RandomSource(1).below(1)).toBe(0)
  })
})
