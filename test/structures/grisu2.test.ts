import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grisu2 } from '../../src/structures/grisu2.js'

/** Recorded from Redis 8.0.2, where the digits are not those that JavaScript prints. */
const RECORDED: readonly (readonly [value: number, digits: string, exponent: number])[] = [
  [1e23, '9999999999999999', 7],
  [1.451319827429541e131, '14513198274295409', 115],
  [5.25846390211374e-184, '5258463902113741', -199],
  [4.944445413821798e-123, '49444454138217983', -139],
  [242833469741.14062, '24283346974114063', -5],
  [2.657726959890172e-208, '26577269598901718', -224],
  [4.626257673026936e-20, '46262576730269357', -36],
  [4.628668503280857e96, '46286685032808575', 80],
]

const positive = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 5e-324 }),
  fc.double({ noNaN: true, min: 1e-9, max: 1e9 }),
  // Subnormal numbers and powers of two, where the distance to the next double is another one.
  fc.bigInt({ min: 1n, max: 2n ** 52n }).map((units) => Number(units) * 5e-324),
  fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent),
)

describe('the digits of a double', () => {
  it.each(RECORDED)('of %d are %s times 10 to the power of %i', (value, digits, exponent) => {
    expect(grisu2(value)).toEqual({ digits, exponent })
  })

  it('are 1 to 17, and read back as the double', () => {
    fc.assert(
      fc.property(positive, (value) => {
        const { digits, exponent } = grisu2(value)

        expect(digits).toMatch(/^[1-9][0-9]{0,16}$/)
        expect(Number(`${digits}e${exponent}`)).toBe(value)
      }),
      { numRuns: 5_000 },
    )
  })

  it('are the fewest that do so for nearly all doubles', () => {
    const sample = fc.sample(positive, { numRuns: 5_000, seed: 1 })

    const others = sample.filter((value) => grisu2(value).digits.replace(/0+$/, '') !== digitsOf(value))

    expect(others.length).toBeLessThan(sample.length / 100)
  })
})

/** The digits that JavaScript prints. */
function digitsOf(value: number): string {
  return value.toExponential().replace(/e.*/, '').replace('.', '')
}
