import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ascendingOrder } from '../../src/structures/ascending-order.js'

describe('the ascending order of numbers', () => {
  it('is that of a stable sort', () => {
    const numbers = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true }), fc.constantFrom(0, -0))
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 300, size: 'max' }), (drawn) => {
        const indices = drawn
          .map((_, i) => i)
          .sort((a, b) => (drawn[a]! < drawn[b]! ? -1 : drawn[a]! > drawn[b]! ? 1 : a - b))

        expect([...ascendingOrder(Float64Array.from(drawn))]).toEqual(indices)
      }),
      { numRuns: 300 },
    )
  })

  it('leaves the numbers as they are', () => {
    const numbers = Float64Array.of(3, 1, 2)

    expect([...ascendingOrder(numbers)]).toEqual([1, 2, 0])
    expect([...numbers]).toEqual([3, 1, 2])
    expect([...ascendingOrder(new Float64Array(0))]).toEqual([])
  })
})
