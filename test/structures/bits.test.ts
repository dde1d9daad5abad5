import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BitOperation, combineBits } from '../../src/structures/bit-operations.js'
import { countBitRange, countBits, findBit } from '../../src/structures/bits.js'

/** Bytes that begin anywhere in a word, most of them all zeros or all ones. */
const strings = fc
  .tuple(fc.nat(3), fc.array(fc.constantFrom(0, 0, 255, 255, 1, 128, 0x5a), { maxLength: 90, size: 'max' }))
  .map(([gap, bytes]) =>
    Uint8Array.from([...Array<number>(gap).fill(9), ...bytes, 9]).subarray(gap, gap + bytes.length),
  )

/** Long enough for several pieces of the memory in which they are counted and combined. */
const longStrings = fc.tuple(fc.integer({ min: 500, max: 20_000 }), fc.integer()).map(([length, seed]) => {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state >>> 24
  })
})

function bitsOf(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => [...byte.toString(2).padStart(8, '0')].map(Number))
}

const ranges = fc
  .tuple(
    strings.filter(({ length }) => length > 0),
    fc.nat(719),
    fc.nat(719),
  )
  .map(([bytes, a, b]) => {
    const [first, last] = [a % (bytes.length * 8), b % (bytes.length * 8)]
    return { bytes, first: Math.min(first, last), last: Math.max(first, last) }
  })

/** Of every byte. */
const COUNTS = Array.from({ length: 256 }, (_, byte) => bitsOf(Uint8Array.of(byte)).reduce((sum, bit) => sum + bit, 0))

describe('bits', () => {
  it('are counted as one by one', () => {
    fc.assert(
      fc.property(strings, fc.nat(10), fc.nat(10), (bytes, start, behind) => {
        const end = Math.max(start, bytes.length - behind)
        const expected = bitsOf(bytes.subarray(start, end)).filter((bit) => bit === 1).length

        expect(countBits(bytes, Math.min(start, bytes.length), Math.min(end, bytes.length))).toBe(expected)
      }),
    )
  })

  it('of long strings are counted as one by one', () => {
    fc.assert(
      fc.property(longStrings, fc.nat(499), (bytes, start) => {
        const expected = bytes.subarray(start).reduce((sum, byte) => sum + COUNTS[byte]!, 0)

        expect(countBits(bytes, start)).toBe(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('are counted from one to another as one by one', () => {
    fc.assert(
      fc.property(ranges, ({ bytes, first, last }) => {
        const expected = bitsOf(bytes).slice(first, last + 1)

        expect(countBitRange(bytes, first, last)).toBe(expected.filter((bit) => bit === 1).length)
      }),
    )
  })

  it('are found from one to another as one by one', () => {
    fc.assert(
      fc.property(ranges, fc.constantFrom(0, 1), ({ bytes, first, last }, bit) => {
        const found = bitsOf(bytes)
          .slice(first, last + 1)
          .indexOf(bit)

        expect(findBit(bytes, bit, first, last)).toBe(found === -1 ? -1 : found + first)
      }),
    )
  })
})

/** What the manual says of each operation, for one place: whether the first source has the bit, and how many others have it. */
const RULES: Readonly<Record<BitOperation, (first: number, others: number, sources: number) => boolean>> = {
  and: (first, others, sources) => first + others === sources,
  or: (first, others) => first + others > 0,
  xor: (first, others) => (first + others) % 2 === 1,
  not: (first) => first === 0,
  diff: (first, others) => first === 1 && others === 0,
  diff1: (first, others) => first === 0 && others > 0,
  andor: (first, others) => first === 1 && others > 0,
  one: (first, others) => first + others === 1,
}

describe('byte strings', () => {
  it.each(Object.keys(RULES) as BitOperation[])('are combined by %s as their bits are one by one', (operation) => {
    fc.assert(
      fc.property(fc.array(strings, { minLength: operation === 'not' ? 1 : 2, maxLength: 4 }), (drawn) => {
        const sources = operation === 'not' ? drawn.slice(0, 1) : drawn
        const length = Math.max(...sources.map((source) => source.length))
        const columns = sources.map((source) => bitsOf(source))
        const expected = Array.from({ length: length * 8 }, (_, i) => {
          const [first, ...others] = columns.map((column) => column[i] ?? 0) as [number, ...number[]]
          const sum = others.reduce((all, bit) => all + bit, 0)
          return RULES[operation](first, sum, sources.length) ? 1 : 0
        })
        const before = sources.map((source) => [...source])

        expect(bitsOf(combineBits(operation, sources))).toEqual(expected)
        expect(sources.map((source) => [...source])).toEqual(before)
      }),
    )
  })

  it.each(Object.keys(RULES) as BitOperation[])('of many bytes are combined by %s place by place', (operation) => {
    fc.assert(
      fc.property(fc.array(longStrings, { minLength: operation === 'not' ? 1 : 2, maxLength: 3 }), (drawn) => {
        const sources = operation === 'not' ? drawn.slice(0, 1) : drawn
        const result = combineBits(operation, sources)

        expect(result.length).toBe(Math.max(...sources.map((source) => source.length)))
        const wrong = result.findIndex((byte, i) => byte !== byteBy(operation, sources, i))
        expect(wrong).toBe(-1)
        // The longest may be where the result goes.
        const longest = sources.findIndex((source) => source.length === result.length)
        expect(Buffer.compare(combineBits(operation, sources, sources[longest]), result)).toBe(0)
      }),
      { numRuns: 10 },
    )
  })
})

/** A byte of the result, by the rule for each of its bits. */
function byteBy(operation: BitOperation, sources: readonly Uint8Array[], index: number): number {
  const [first, ...others] = sources.map((source) => source[index] ?? 0) as [number, ...number[]]
  let byte = 0
  for (let bit = 1; bit < 256; bit *= 2) {
    const sum = others.reduce((all, other) => all + ((other & bit) === 0 ? 0 : 1), 0)
    if (RULES[operation]((first & bit) === 0 ? 0 : 1, sum, sources.length)) byte |= bit
  }
  return byte
}
