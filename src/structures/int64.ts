/**
 * 64-bit signed integers, as Redis counts: `number` up to 2^53-1, `bigint` past it.
 *
 * Invariant: a bigint here is never in the safe range, so that equal integers are held alike.
 */
export type Int64 = number | bigint

export const INT64_MAX = 2n ** 63n - 1n
export const INT64_MIN = -(2n ** 63n)

/**
 * Reads an integer as strictly as Redis: digits, a leading '-' at most, no '+', spaces, leading zeros or '-0'; undefined
 * where the text is none or leaves int64. O(1): longer than 20 characters is refused at once.
 */
export function parseInt64(text: string): Int64 | undefined {
  const length = text.length
  if (length === 0 || length > 20) return undefined
  const first = text.charCodeAt(0)
  const negative = first === 45
  const start = negative ? 1 : 0
  if (start === length) return undefined
  const lead = text.charCodeAt(start)
  if (lead === 48) return length === 1 ? 0 : undefined
  let value = 0
  for (let i = start; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  if (value <= Number.MAX_SAFE_INTEGER) return negative ? -value : value
  return int64(BigInt(text))
}

/** The integer in its one form, or undefined where it leaves int64. */
export function int64(value: bigint): Int64 | undefined {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value)
  return value >= INT64_MIN && value <= INT64_MAX ? value : undefined
}

/** The integer that a caller in JavaScript passes, or undefined for what is none or leaves int64. */
export function integerOf(value: unknown): Int64 | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : undefined // -0 becomes 0
  return typeof value === 'bigint' ? int64(value) : undefined
}

/** The integer of two halves: the low one unsigned, the high one signed. */
export function int64OfHalves(low: number, high: number): Int64 {
  const value = high * 0x100000000 + low
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low)
}

/** Whether an integer fits into 32 bits, with its sign. */
export function isInt32(value: Int64): boolean {
  return Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff
}

/** a + b, or undefined on overflow of int64. */
export function addInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return int64(BigInt(a) + BigInt(b))
}

/** -a, or undefined for the smallest int64. */
export function negateInt64(a: Int64): Int64 | undefined {
  if (typeof a === 'number') return a === 0 ? 0 : -a
  return int64(-a)
}
