import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addInt64,
  INT64_MAX,
  INT64_MIN,
  type Int64,
  int64,
  int64OfHalves,
  negateInt64,
  parseInt64,
} from '../../src/structures/int64.js'

const SAFE = BigInt(Number.MAX_SAFE_INTEGER)
const EDGES = [
  0n,
  1n,
  -1n,
  SAFE,
  SAFE + 1n,
  SAFE + 2n,
  -SAFE,
  -SAFE - 1n,
  INT64_MAX,
  INT64_MAX - 1n,
  INT64_MIN,
  INT64_MIN + 1n,
]

const integers: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
  fc.bigInt({ min: -100n, max: 100n }),
  fc.tuple(fc.constantFrom(...EDGES), fc.bigInt({ min: -9n, max: 9n })).map(([edge, by]) => clampToInt64(edge + by)),
)

function clampToInt64(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value
}

/** The one form of an integer: a number as long as it is exact, else a bigint; undefined outside int64. */
function held(value: bigint): Int64 | undefined {
  if (value >= -SAFE && value <= SAFE) return Number(value)
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined
}

describe('int64', () => {
  it('has the bounds of 64 bits', () => {
    expect(INT64_MAX).toBe(9223372036854775807n)
    expect(INT64_MIN).toBe(-9223372036854775808n)
  })

  it('holds an integer as a number while that is exact, past it as a bigint', () => {
    fc.assert(
      fc.property(integers, (value) => {
        expect(int64(value)).toBe(held(value))
      }),
    )
    expect(int64(INT64_MAX + 1n)).toBeUndefined()
    expect(int64(INT64_MIN - 1n)).toBeUndefined()
  })

  it('reads the decimal text of every int64, and gives the same text back', () => {
    fc.assert(
      fc.property(integers, (value) => {
        const parsed = parseInt64(String(value))

        expect(parsed).toBe(held(value))
        expect(String(parsed)).toBe(String(value))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['blanks', [' 1', '1 ', '\t1', '1\n', ' ', '1\0', '\u00a01', '1\u2003']],
    ['a plus sign', ['+1', '+0', '+', '-+1', '+-1']],
    ['leading zeros', ['00', '01', '-01', '007', '0000000000000000001']],
    ['a negative zero', ['-0', '-00']],
    ['fractions and exponents', ['1.0', '1.', '.5', '1e3', '1E3', '-1.5']],
    ['other notations', ['0x10', '0b1', '0o7', '1_000', '1,000', '1n', 'NaN', 'Infinity', 'inf']],
    ['other digits', ['１', '٣', '1٣', '²']],
    ['no digits', ['', '-', '--1', 'abc', '1a', 'a1', '-a', '/', ':', '1/', '1:']],
  ])('refuses %s', (_what, texts) => {
    for (const text of texts) if (parseInt64(text) !== undefined) expect.fail(JSON.stringify(text))
  })

  it('refuses what lies just outside of 64 bits', () => {
    for (const text of ['9223372036854775808', '-9223372036854775809', '9999999999999999999', '-9999999999999999999']) {
      expect(parseInt64(text)).toBeUndefined()
    }
  })

  it('refuses 20 digits and more, however long the text is', () => {
    for (const digits of [20, 21, 22, 309, 400, 100_000]) {
      expect(parseInt64('1'.repeat(digits))).toBeUndefined()
      expect(parseInt64(`-${'1'.repeat(digits)}`)).toBeUndefined()
    }
  })

  it('accepts a text exactly when a strict pattern and BigInt do', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'0123456789-+. e'), maxLength: 22 })
    fc.assert(
      fc.property(texts, (text) => {
        const valid = /^(0|-?[1-9][0-9]*)$/.test(text)

        expect(parseInt64(text)).toBe(valid ? held(BigInt(text)) : undefined)
      }),
      { numRuns: 2000 },
    )
  })

  it('joins two halves of 32 bits', () => {
    fc.assert(
      fc.property(integers, (value) => {
        const [low, high] = [Number(BigInt.asUintN(32, value)), Number(BigInt.asIntN(32, value >> 32n))]

        expect(int64OfHalves(low, high)).toBe(held(value))
      }),
    )
  })

  it('adds as BigInt adds, and tells an overflow', () => {
    fc.assert(
      fc.property(integers, integers, (a, b) => {
        expect(addInt64(held(a)!, held(b)!)).toBe(held(a + b))
      }),
      { numRuns: 2000 },
    )
  })

  it('negates as BigInt negates; only the smallest integer has no counterpart', () => {
    fc.assert(
      fc.property(integers, (a) => {
        expect(negateInt64(held(a)!)).toBe(held(-a))
      }),
    )
    expect(negateInt64(INT64_MIN)).toBeUndefined()
    expect(Object.is(negateInt64(0), 0)).toBe(true)
  })
})
