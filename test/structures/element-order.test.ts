import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orderByBytes, orderByNumber, orderByText, type Part } from '../../src/structures/element-order.js'
import { compareText } from '../../src/structures/text.js'

const texts = fc.oneof(
  fc.integer({ min: -9, max: 30 }).map(String),
  fc.constantFrom('', 'a', 'b', 'é', '\uffff', '😀', '\udcff', 'a\0b'),
)
const elements = fc.array(texts, { maxLength: 80, size: 'max' })

function partOf(from: number, many: number, desc: boolean, size: number): Part {
  const start = Math.min(from, size)
  return { start, end: Math.min(start + many, size), desc }
}

/** What a plain stable sort makes of the indices, by a comparison that `desc` turns round. */
function naive(
  list: readonly string[],
  { start, end, desc }: Part,
  compare: (a: number, b: number) => number,
): string[] {
  const indices = list.map((_, i) => i).sort((a, b) => (desc ? -1 : 1) * compare(a, b) || a - b)
  return indices.slice(start, end).map((i) => list[i]!)
}

describe('the order of elements', () => {
  it('by number is that of weights, then of bytes', () => {
    const weights = fc.array(fc.constantFrom(0, -0, 1, 2, 2.5, -1, Number.POSITIVE_INFINITY), {
      minLength: 80,
      maxLength: 80,
    })
    fc.assert(
      fc.property(elements, weights, fc.nat(90), fc.nat(90), fc.boolean(), (list, drawn, from, many, desc) => {
        const part = partOf(from, many, desc, list.length)
        const compare = (a: number, b: number): number => {
          return drawn[a]! < drawn[b]! ? -1 : drawn[a]! > drawn[b]! ? 1 : compareText(list[a]!, list[b]!)
        }

        const ordered = orderByNumber(list, Float64Array.from(drawn.slice(0, list.length)), part)

        expect(ordered).toEqual(naive(list, part, compare))
      }),
      { numRuns: 300 },
    )
  })

  it('by bytes is that of memcmp', () => {
    fc.assert(
      fc.property(elements, fc.nat(90), fc.nat(90), fc.boolean(), (list, from, many, desc) => {
        const part = partOf(from, many, desc, list.length)

        expect(orderByBytes(list, part)).toEqual(naive(list, part, (a, b) => compareText(list[a]!, list[b]!)))
      }),
      { numRuns: 300 },
    )
  })

  it('by text has null first, and leaves equal ones as they are where all are wanted', () => {
    const others = fc.array(fc.oneof(fc.constant(null), texts), { minLength: 80, maxLength: 80 })
    fc.assert(
      fc.property(others, fc.nat(90), fc.nat(90), fc.boolean(), (drawn, from, many, desc) => {
        const list = drawn.map((_, index) => String(index))
        const whole = partOf(0, list.length, desc, list.length)
        const part = partOf(from, many, desc, list.length)
        const compare = (a: number, b: number): number => {
          const [left, right] = [drawn[a]!, drawn[b]!]
          if (left === null || right === null) return Number(left !== null) - Number(right !== null)
          return compareText(left, right)
        }
        const textsOf = (found: readonly string[]): unknown[] => found.map((element) => drawn[Number(element)])

        expect(orderByText(list, drawn, whole)).toEqual(naive(list, whole, compare))
        // Which of equal ones a part has is as the partial sort leaves them: see its own tests.
        expect(textsOf(orderByText(list, drawn, part))).toEqual(textsOf(naive(list, part, compare)))
      }),
      { numRuns: 300 },
    )
  })
})
