import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addLongDouble, formatLongDouble, parseLongDouble } from '../../src/structures/long-double.js'

const NOT_A_FLOAT = 'value is not a valid float'
const NOT_FINITE = 'increment would produce NaN or Infinity'

/** Recorded from Redis 8.0.2 on x86-64: SET k a, INCRBYFLOAT k b. */
const RECORDED: [a: string, b: string, reply: string][] = [
  ['10.5', '0.1', '10.6'],
  ['0.1', '0.2', '0.3'],
  ['5.0e3', '2.0e2', '5200'],
  ['3.0e3', '0', '3000'],
  ['0', '0', '0'],
  ['-0', '-0', '0'],
  ['-0', '0', '0'],
  ['-0.0', '-0e5', '0'],
  ['1', '-1', '0'],
  ['0.1', '-0.1', '0'],
  ['0.3', '-0.1', '0.2'],
  ['1e-20', '0', '0'],
  ['-1e-20', '0', '0'],
  ['1e-17', '0', '0.00000000000000001'],
  ['0.5e-17', '0', '0'],
  ['1.5e-17', '0', '0.00000000000000002'],
  ['2.5e-17', '0', '0.00000000000000002'],
  ['9.9999999999999999e-18', '0', '0.00000000000000001'],
  ['3.814697265625e-6', '0', '0.00000381469726562'],
  ['11.444091796875e-6', '0', '0.00001144409179688'],
  ['19.073486328125e-6', '0', '0.00001907348632812'],
  ['-3.814697265625e-6', '0', '-0.00000381469726562'],
  ['3000', '0.1', '3000.10000000000000009'],
  ['1234.56', '0.1', '1234.66000000000000003'],
  ['45.9', '0.1', '46'],
  ['46', '0.1', '46.1'],
  ['46.1', '0.1', '46.2'],
  ['100', '0.1', '100.1'],
  ['100.5', '0.25', '100.75'],
  ['99.99', '0.01', '100'],
  ['1e3', '1e-3', '1000.001'],
  ['0.00000000000001', '0.00000000000001', '0.00000000000002'],
  ['0.000000000000001', '0.000000000000001', '0.000000000000002'],
  ['123456789012345', '1', '123456789012346'],
  ['999999999999999', '1', '1000000000000000'],
  ['9007199254740991', '1', '9007199254740992'],
  ['9007199254740993', '0', '9007199254740993'],
  ['9223372036854775807', '0', '9223372036854775807'],
  ['9223372036854775807', '1', '9223372036854775808'],
  ['18446744073709551615', '0', '18446744073709551615'],
  ['18446744073709551615', '1', '18446744073709551616'],
  ['18446744073709551616', '1', '18446744073709551616'],
  ['18446744073709551616', '-0.5', '18446744073709551616'],
  ['18446744073709551617', '0', '18446744073709551616'],
  ['18446744073709551618', '1', '18446744073709551620'],
  ['18446744073709551618', '3', '18446744073709551620'],
  ['36893488147419103233', '0', '36893488147419103232'],
  ['9223372036854775808', '0.5', '9223372036854775808'],
  ['9223372036854775808', '0.25', '9223372036854775808'],
  ['9223372036854775809', '0.25', '9223372036854775809'],
  ['9223372036854775808', '0.75', '9223372036854775809'],
  ['1e20', '1', '100000000000000000000'],
  ['1e20', '-1e-3', '100000000000000000000'],
  ['1e25', '0', '10000000000000000000000000'],
  ['1e30', '1', '1000000000000000000024696061952'],
  ['-1e30', '1e30', '0'],
  ['0.1', '1e19', '10000000000000000000'],
  ['1.7976931348623157e308', '0', long(309, '17976931348623156999', '76802466863339536384')],
  ['3.14159265358979323846', '0', '3.14159265358979324'],
  ['3.14159265358979323846264338327950288', '-3', '0.14159265358979324'],
  ['2.718281828459045', '3.141592653589793', '5.859874482048838'],
  ['0.33333333333333333333', '0.66666666666666666667', '1'],
  ['0.99999999999999999', '0', '0.99999999999999999'],
  ['0.999999999999999999', '0', '1'],
  ['0.9999999999999999999999', '0', '1'],
  ['123.45678901234567890123', '0', '123.4567890123456789'],
  ['.5', '.5', '1'],
  ['1.', '0', '1'],
  ['+1', '+.5', '1.5'],
  ['00012', '0', '12'],
  ['0x10', '0', '16'],
  ['0X1.8P1', '0x.8', '3.5'],
  ['0x1p-3', '0', '0.125'],
  ['0x1p-17', '0', '0.00000762939453125'],
  ['0x1p-18', '0', '0.00000381469726562'],
  ['0x3p-18', '0', '0.00001144409179688'],
  ['0x1.', '0', '1'],
  ['0xffffffffffffffff', '0', '18446744073709551615'],
  ['0x1ffffffffffffffff', '0', '36893488147419103232'],
  ['0x1fffffffffffffffd', '0', '36893488147419103228'],
  ['0x1fffffffffffffffb', '0', '36893488147419103228'],
  ['1e-4950', '0', '0'],
  ['3.6e-4951', '3.6e-4951', '0'],
  ['1e4932', '-1e4932', '0'],
  ['0e99999999999', '1', '1'],
  ['0x0p99999999999', '1', '1'],
  ['1e4933', '0', NOT_A_FLOAT],
  ['1.18973149535723176509e4932', '0', NOT_A_FLOAT],
  ['1e-4951', '0', NOT_A_FLOAT],
  ['1e-4952', '0', NOT_A_FLOAT],
  ['0x1p16384', '0', NOT_A_FLOAT],
  ['0x1p-16446', '0', NOT_A_FLOAT],
  ['1e99999999999999999999', '0', NOT_A_FLOAT],
  ['1e-99999999999999999999', '0', NOT_A_FLOAT],
  ['', '0', NOT_A_FLOAT],
  [' 1', '0', NOT_A_FLOAT],
  ['1 ', '0', NOT_A_FLOAT],
  ['\u00091', '0', NOT_A_FLOAT],
  ['1\u000a', '0', NOT_A_FLOAT],
  ['.', '0', NOT_A_FLOAT],
  ['-', '0', NOT_A_FLOAT],
  ['+-1', '0', NOT_A_FLOAT],
  ['--1', '0', NOT_A_FLOAT],
  ['1e', '0', NOT_A_FLOAT],
  ['1e+', '0', NOT_A_FLOAT],
  ['e5', '0', NOT_A_FLOAT],
  ['.e5', '0', NOT_A_FLOAT],
  ['1e5.5', '0', NOT_A_FLOAT],
  ['1.5.5', '0', NOT_A_FLOAT],
  ['1,5', '0', NOT_A_FLOAT],
  ['1_000', '0', NOT_A_FLOAT],
  ['0x', '0', NOT_A_FLOAT],
  ['0x.p1', '0', NOT_A_FLOAT],
  ['0x1p', '0', NOT_A_FLOAT],
  ['0b1', '0', NOT_A_FLOAT],
  ['1f', '0', NOT_A_FLOAT],
  ['nan', '0', NOT_A_FLOAT],
  ['NaN', '0', NOT_A_FLOAT],
  ['-nan', '0', NOT_A_FLOAT],
  ['nan(1)', '0', NOT_A_FLOAT],
  ['infinit', '0', NOT_A_FLOAT],
  ['infx', '0', NOT_A_FLOAT],
  ['1\u0000', '0', NOT_A_FLOAT],
  ['١', '0', NOT_A_FLOAT],
  ['inf', '0', NOT_FINITE],
  ['-inf', '1', NOT_FINITE],
  ['+INF', '0', NOT_FINITE],
  ['iNfInItY', '0', NOT_FINITE],
  ['inf', '-inf', NOT_FINITE],
  ['1.18973149535723176502e4932', '1.18973149535723176502e4932', NOT_FINITE],
  ['1.18973149535723176502e4932', '1e4913', NOT_FINITE],
  ['1.18973149535723176502e4932', '-1e4913', long(4933, '11897314953572317648', '64601679096041177088')],
]

/** A long number by its length, its start and its end. */
function long(length: number, start: string, end: string): string {
  return `${start}…${end} (${length})`
}

function incrByFloat(a: string, b: string): string {
  const left = parseLongDouble(a)
  const right = parseLongDouble(b)
  if (left === undefined || right === undefined) return NOT_A_FLOAT
  const sum = addLongDouble(left, right)
  if (!sum.finite) return NOT_FINITE
  const text = formatLongDouble(sum)
  return text.length > 100 ? long(text.length, text.slice(0, 20), text.slice(-20)) : text
}

/** A rational number as the reference arithmetic has it; the denominator is positive. */
type Ratio = readonly [numerator: bigint, denominator: bigint]

/** The nearest multiple of a power of two that leaves 64 bits, half to even, found by doubling and halving. */
function nearest([numerator, denominator]: Ratio): Ratio {
  const sign = numerator < 0n ? -1n : 1n
  let n = numerator * sign
  if (n === 0n) return [0n, 1n]
  let d = denominator
  let ups = 0n
  let downs = 0n
  for (; n < d << 63n; ups++) n <<= 1n
  for (; n >= d << 64n; downs++) d <<= 1n
  const whole = n / d
  const twice = (n % d) * 2n
  const mantissa = twice > d || (twice === d && whole % 2n === 1n) ? whole + 1n : whole
  return [(sign * mantissa) << downs, 1n << ups]
}

function decimal(text: string): Ratio {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(text)!
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const power = Number(exponent) - fraction.length
  return power < 0 ? [digits, 10n ** BigInt(-power)] : [digits * 10n ** BigInt(power), 1n]
}

function expectedSum(a: string, b: string): string {
  const [n, d] = nearest(decimal(a))
  const [m, e] = nearest(decimal(b))
  const [sum, unit] = nearest([n * e + m * d, d * e])
  const scaled = (sum < 0n ? -sum : sum) * 10n ** 17n
  const whole = scaled / unit
  const twice = (scaled % unit) * 2n
  const rounded = twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole
  const digits = String(rounded).padStart(18, '0')
  const text = `${digits.slice(0, -17)}.${digits.slice(-17)}`.replace(/\.?0+$/, '')
  return rounded === 0n ? '0' : `${sum < 0n ? '-' : ''}${text}`
}

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...'0012345678999'), { minLength, maxLength }).map((list) => list.join(''))
const sign = fc.constantFrom('', '-')
const short = fc.tuple(sign, digits(1, 3), digits(1, 12)).map(([s, whole, fraction]) => `${s}${whole}.${fraction}`)
const dyadic = fc.tuple(sign, fc.nat(1 << 20), fc.nat(10)).map(([s, n, k]) => `${s}${n / 2 ** k}`)
const any = fc
  .tuple(sign, digits(1, 22), digits(1, 22), fc.integer({ min: -24, max: 24 }))
  .map(([s, whole, fraction, exponent]) => `${s}${whole}.${fraction}e${exponent}`)
const number = fc.oneof(short, short, dyadic, any)

describe('long double', () => {
  it.each(RECORDED)('INCRBYFLOAT of %j by %j replies as Redis does', (a, b, reply) => {
    expect(incrByFloat(a, b)).toBe(reply)
  })

  it('adds and prints the exact sum of the nearest 64-bit values, rounded once', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(formatLongDouble(addLongDouble(parseLongDouble(a)!, parseLongDouble(b)!))).toBe(expectedSum(a, b))
      }),
      { numRuns: 3000 },
    )
  })

  it('gives short decimals the answer of the exact arithmetic, also in a sum of sums', () => {
    // A text with an exponent is never a short decimal.
    const exact = (text: string) => parseLongDouble(`${text}e0`)!
    fc.assert(
      fc.property(fc.oneof(short, dyadic), fc.oneof(short, dyadic), short, (a, b, c) => {
        const fast = addLongDouble(parseLongDouble(a)!, parseLongDouble(b)!)
        const slow = addLongDouble(exact(a), exact(b))
        expect(formatLongDouble(fast)).toBe(formatLongDouble(slow))

        const sums = [addLongDouble(fast, parseLongDouble(c)!), addLongDouble(slow, exact(c))]
        expect(formatLongDouble(sums[0]!)).toBe(formatLongDouble(sums[1]!))
        expect(formatLongDouble(addLongDouble(sums[0]!, fast))).toBe(formatLongDouble(addLongDouble(sums[1]!, slow)))
      }),
      { numRuns: 2000 },
    )
  })

  it('lets the rounding of many unprinted sums add up', () => {
    const step = parseLongDouble('0.1')!
    const exactStep = parseLongDouble('0.1e0')!
    let sum = step
    let exactSum = exactStep
    for (let i = 1; i < 400; i++) {
      sum = addLongDouble(sum, step)
      exactSum = addLongDouble(exactSum, exactStep)
    }

    expect(formatLongDouble(exactSum)).not.toBe('40')
    expect(formatLongDouble(sum)).toBe(formatLongDouble(exactSum))
  })

  it('reads texts of up to 5119 characters', () => {
    expect(formatLongDouble(parseLongDouble(`${'0'.repeat(5118)}1`)!)).toBe('1')
    expect(parseLongDouble(`${'0'.repeat(5119)}1`)).toBeUndefined()
  })

  it('prints what has no number, which Redis never stores', () => {
    const print = (a: string, b: string) => formatLongDouble(addLongDouble(parseLongDouble(a)!, parseLongDouble(b)!))

    expect([print('inf', '1'), print('1', '-inf'), print('inf', '-inf')]).toEqual(['inf', '-inf', 'nan'])
  })

  it('counts in tenths of a cent without drifting', () => {
    let total = '0'
    for (let i = 0; i < 10_000; i++) {
      total = formatLongDouble(addLongDouble(parseLongDouble(total)!, parseLongDouble('0.001')!))
    }

    expect(total).toBe('10')
  })
})
