/**
 * The text of scores: doubles as Redis 8.0.2 reads and prints them, on the wire and in its small encoding of sorted
 * sets. Both ways were compared with it.
 */
import { grisu2 } from './grisu2.js'

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p([+-]?[0-9]+))?$/i
/** With both signs, as the library that Redis reads with allows it. */
const INFINITE = /^-?\+?inf(?:inity)?$/i
const NOT_ZERO = /^[^e]*[1-9]/i

/**
 * Reads a score, an increment or a weight: decimal or hexadecimal (`0x1.8p-2`) with optional sign, point and exponent,
 * or `inf`/`infinity` in any case. Undefined for anything else: space anywhere, NaN, an empty text, a finite text
 * beyond the range of doubles, a text that is not zero and rounds to it. O(length).
 */
export function parseScore(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text)
    if (value === 0) return NOT_ZERO.test(text) ? undefined : value
    return Number.isFinite(value) ? value : undefined
  }
  if (INFINITE.test(text)) return infinityOf(text)
  const parts = HEXADECIMAL.exec(text)
  return parts === null ? undefined : parseHexadecimal(parts)
}

/**
 * Reads the number of a bound (ZCOUNT, ZRANGEBYSCORE): more than a score may be in that an empty text is 0, what is beyond the
 * range is infinite or zero, and what follows a zero byte is not looked at; less in that it is never hexadecimal. O(length).
 */
export function parseBound(text: string): number | undefined {
  const end = text.indexOf('\0')
  const number = end === -1 ? text : text.slice(0, end)
  if (DECIMAL.test(number)) return Number(number)
  if (number === '') return 0
  return INFINITE.test(number) ? infinityOf(number) : undefined
}

function infinityOf(text: string): number {
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** Rounds once, half to even, as strtod does. */
function parseHexadecimal([, sign, mantissaText, exponentText]: readonly string[]): number | undefined {
  const point = mantissaText!.indexOf('.')
  const decimals = point < 0 ? 0 : mantissaText!.length - point - 1
  const digits = mantissaText!.replace('.', '').replace(/^0+/, '')
  if (digits === '') return sign === '-' ? -0 : 0
  const exponent = Number(exponentText ?? 0) - 4 * decimals
  const mantissa = BigInt(`0x${digits}`)
  const bits = mantissa.toString(2).length
  if (bits + exponent > 1024 || bits + exponent < -1074) return undefined
  // What a double has no bits for: past 53, or below the least subnormal.
  const drop = Math.max(bits - 53, -1074 - exponent)
  const value = Number(drop > 0 ? dropBits(mantissa, drop) : mantissa) * 2 ** (drop > 0 ? exponent + drop : exponent)
  if (value === 0 || !Number.isFinite(value)) return undefined
  return sign === '-' ? -value : value
}

function dropBits(mantissa: bigint, count: number): bigint {
  const shift = BigInt(count)
  const quotient = mantissa >> shift
  const rest = mantissa - (quotient << shift)
  const half = 1n << (shift - 1n)
  return rest > half || (rest === half && (quotient & 1n) === 1n) ? quotient + 1n : quotient
}

/** From here on Redis no longer prints whole numbers digit by digit. */
const EXACT_MAX = 2 ** 62

/** A score as replies have it: it reads back as the same double. O(1). */
export function formatScore(score: number): string {
  if (Number.isInteger(score) && score >= -EXACT_MAX && score <= EXACT_MAX) {
    if (Number.isSafeInteger(score)) return Object.is(score, -0) ? '-0' : String(score)
    return String(BigInt(score))
  }
  if (!Number.isFinite(score)) return score > 0 ? 'inf' : '-inf'
  return score < 0 ? `-${formatDecimal(-score)}` : formatDecimal(score)
}

/** In the notation of the library that Redis prints doubles with. */
function formatDecimal(value: number): string {
  const { digits, exponent } = grisu2(value)
  const leading = exponent + digits.length - 1
  if (exponent >= 0 && exponent < 8) return positional(digits, leading)
  if (exponent < 0 && (exponent > -7 || Math.abs(leading) < 4)) return positional(digits, leading)
  return scientific(digits, leading, 1)
}

const SCANNED_DIGITS = 17

/**
 * A score as ZSCAN has it of a sorted set that is a skip list in Redis: 17 significant digits, as C prints "%.17Lg" (0.1
 * is 0.10000000000000001). O(1).
 */
export function formatScanned(score: number): string {
  if (!Number.isFinite(score)) return score > 0 ? 'inf' : '-inf'
  if (score === 0) return Object.is(score, -0) ? '-0' : '0'
  const sign = score < 0 ? '-' : ''
  const [mantissa = '', exponent] = roundedHalfToEven(Math.abs(score)).split('e')
  const leading = Number(exponent)
  const digits = mantissa.replace('.', '').replace(/0+$/, '')
  const plain = leading >= -4 && leading < SCANNED_DIGITS
  return sign + (plain ? positional(digits, leading) : scientific(digits, leading, 2))
}

/** `toExponential` rounds a half up where C takes the even neighbour. */
function roundedHalfToEven(value: number): string {
  const rounded = value.toExponential(SCANNED_DIGITS - 1)
  const exact = value.toExponential(60)
  const isHalf = /^.{18}50*e/.test(exact)
  const below = exact.slice(0, SCANNED_DIGITS + 1)
  return isHalf && Number(below.at(-1)) % 2 === 0 ? below + exact.slice(exact.indexOf('e')) : rounded
}

/** `leading` is the exponent of the first digit. */
function positional(digits: string, leading: number): string {
  if (leading < 0) return `0.${'0'.repeat(-leading - 1)}${digits}`
  const whole = leading + 1
  return digits.length <= whole ? digits.padEnd(whole, '0') : `${digits.slice(0, whole)}.${digits.slice(whole)}`
}

function scientific(digits: string, leading: number, exponentDigits: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  const exponent = String(Math.abs(leading)).padStart(exponentDigits, '0')
  return `${digits[0]}${fraction}e${leading < 0 ? '-' : '+'}${exponent}`
}
