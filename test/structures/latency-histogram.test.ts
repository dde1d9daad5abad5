import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatencyHistogram } from '../../src/structures/latency-histogram.js'

describe('a histogram of latencies', () => {
  // Observed of INFO latencystats and LATENCY HISTOGRAM of Redis 8.0.2.
  it.each([
    [2_000, 2.007, 2],
    [23_000, 23.039, 33],
    [9_000, 9.023, 16],
    [71_000, 71.167, 132],
    [20_250_000, 20_316.159, 33_816],
  ])('tells of %d ns what Redis tells', (ns, percentile, level) => {
    const histogram = new LatencyHistogram()
    histogram.record(ns)

    expect(histogram.percentile(99) / 1_000).toBe(percentile)
    expect(histogram.levels()).toEqual([[level, 1]])
  })

  it('finds percentiles to two digits, from a nanosecond to a second, and levels that add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2_000_000_000), { minLength: 1 }),
        fc.integer({ min: 1, max: 100 }),
        (times, percent) => {
          const histogram = new LatencyHistogram()
          for (const ns of times) histogram.record(ns)
          const sorted = times.map((ns) => Math.min(ns, 1_000_000_000)).sort((a, b) => a - b)
          const exact = sorted[Math.max(1, Math.floor((percent / 100) * times.length + 0.5)) - 1]!
          const found = histogram.percentile(percent)

          expect(found).toBeGreaterThanOrEqual(exact)
          expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 128) + 1)
          expect(histogram.levels().at(-1)![1]).toBe(times.length)
        },
      ),
    )
  })

  it('is empty at first and when it is cleared', () => {
    const histogram = new LatencyHistogram()
    histogram.record(5)
    histogram.clear()

    expect([histogram.count, histogram.percentile(50), histogram.levels()]).toEqual([0, 0, []])
  })
})
