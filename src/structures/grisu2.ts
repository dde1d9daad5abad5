/**
 * The decimal digits of doubles by Grisu2 (Florian Loitsch, "Printing Floating-Point Numbers Quickly and Accurately with
 * Integers", PLDI 2010), which is how Redis 8.0 comes by the digits of scores. They always read back as the same double.
 * For about one double in two thousand they are not the fewest that do: 1e23 comes out as 9.999999999999999e22. So the
 * digits that JavaScript prints will not do. Compared with Redis 8.0.2 on a million doubles.
 *
 * A 64-bit integer is held as two unsigned 32-bit halves, in numbers: 0.3 µs a double, where BigInt takes 3.
 */

/** The value is `digits` times 10 to the power of `exponent`. */
export interface Decimal {
  /** 1 to 17 digits, the first of them not 0. */
  readonly digits: string
  readonly exponent: number
}

const TWO_31 = 2 ** 31
const TWO_32 = 2 ** 32
const LEAST_NORMAL = 2 ** -1022
const VIEW = new DataView(new ArrayBuffer(8))

/** The digits of a positive, finite double. O(1). */
export function grisu2(value: number): Decimal {
  // The value is (high, low) times 2^unit with the topmost bit set, and half way to the next double it is `half` more.
  const normal = value >= LEAST_NORMAL
  VIEW.setFloat64(0, normal ? value : value * 2 ** 64)
  const word = VIEW.getUint32(0)
  const unit = (word >>> 20) - (normal ? 1086 : 1150)
  VIEW.setUint32(0, (word & 0xfffff) | 0x3ff00000)
  const mantissa = VIEW.getFloat64(0) * TWO_31
  const high = Math.floor(mantissa)
  const low = (mantissa - high) * TWO_32
  const half = 2 ** Math.max(10, -1075 - unit)
  // Below a power of two the doubles are twice as dense.
  const halfBelow = normal && mantissa === TWO_31 ? half / 2 : half

  const power = powerFor(unit)
  multiply(high, low, power)
  const valueHigh = productHigh
  const valueLow = productLow
  // A product may be off by one, so the interval of what reads back is made smaller by one at either end.
  multiplySum(high, low, half, power)
  const upperHigh = productHigh - (productLow === 0 ? 1 : 0)
  const upperLow = (productLow - 1) >>> 0
  multiplySum(high, low, -halfBelow, power)
  const lowerLow = (productLow + 1) >>> 0
  const lowerHigh = productHigh + (lowerLow === 0 ? 1 : 0)

  widthHigh = upperHigh - lowerHigh - (upperLow < lowerLow ? 1 : 0)
  widthLow = (upperLow - lowerLow) >>> 0
  excessHigh = upperHigh - valueHigh - (upperLow < valueLow ? 1 : 0)
  excessLow = (upperLow - valueLow) >>> 0
  return generate(upperHigh, upperLow, -(unit + power.exponent + 64), -power.decimal)
}

// What the loops below work on: the width of the interval, and by how much its upper end exceeds the value.
let widthHigh = 0
let widthLow = 0
let excessHigh = 0
let excessLow = 0

/**
 * As many digits of the upper end of the interval as take it into the interval, then the last of them lowered towards
 * the value. The upper end is a fixed-point number with `point` bits (32 to 60) behind the point.
 */
function generate(upperHigh: number, upperLow: number, point: number, exponent: number): Decimal {
  const shift = point - 32
  const mask = 2 ** shift - 1
  const one = 2 ** shift
  let whole = upperHigh >>> shift
  let restHigh = upperHigh & mask
  let restLow = upperLow
  let digits = ''
  for (let place = 9; place >= 0; place--) {
    const weight = TENS[place]!
    const digit = Math.floor(whole / weight)
    whole -= digit * weight
    const leftHigh = whole * one + restHigh
    if (leftHigh < widthHigh || (leftHigh === widthHigh && restLow <= widthLow)) {
      return { digits: digits + lowered(digit, leftHigh, restLow, weight * one), exponent: exponent + place }
    }
    if (digit !== 0 || digits !== '') digits += digit
  }
  for (let place = -1; ; place--) {
    restLow *= 10
    restHigh = restHigh * 10 + overflow(restLow)
    restLow >>>= 0
    widthLow *= 10
    widthHigh = widthHigh * 10 + overflow(widthLow)
    widthLow >>>= 0
    excessLow *= 10
    excessHigh = excessHigh * 10 + overflow(excessLow)
    excessLow >>>= 0
    const digit = restHigh >>> shift
    restHigh &= mask
    if (restHigh < widthHigh || (restHigh === widthHigh && restLow < widthLow)) {
      return { digits: digits + lowered(digit, restHigh, restLow, one), exponent: exponent + place }
    }
    if (digit !== 0 || digits !== '') digits += digit
  }
}

/** What a multiple of an unsigned 32-bit integer has above 32 bits; the factor is 10 at most. */
function overflow(low: number): number {
  return (low * 2 ** -32) | 0
}

/**
 * The last digit, lowered by one as often as that stays in the interval and comes nearer to the value. `high` and `low`
 * are how far below the upper end the digits are; (`step`, 0) is what lowering adds to that.
 */
function lowered(digit: number, high: number, low: number, step: number): number {
  let lower = digit
  let at = high
  while (
    isPositive(excessHigh - at, excessLow - low) &&
    !isPositive(at + step - widthHigh, low - widthLow) &&
    isPositive(2 * (excessHigh - at) - step, 2 * (excessLow - low))
  ) {
    lower--
    at += step
  }
  return lower
}

/** Whether high·2^32 + low is greater than 0. Both may be negative; rounding may cost the sum its last bits, not its sign. */
function isPositive(high: number, low: number): boolean {
  return high * TWO_32 + low > 0
}

// Products of 64 bits.

let productHigh = 0
let productLow = 0

/** The upper half of (high, low) times the power, rounded: up to one off. */
function multiply(high: number, low: number, power: Power): void {
  const carry = lowerProduct(high, power.low) + lowerProduct(low, power.high) + upperProduct(low, power.low) + TWO_31
  const sum =
    lowerProduct(high, power.high) +
    upperProduct(high, power.low) +
    upperProduct(low, power.high) +
    Math.floor(carry / TWO_32)
  productHigh = upperProduct(high, power.high) + Math.floor(sum / TWO_32)
  productLow = sum >>> 0
}

/** As `multiply` for (high, low) + more. */
function multiplySum(high: number, low: number, more: number, power: Power): void {
  const sum = low + more
  const carry = Math.floor(sum / TWO_32)
  multiply(high + carry, sum - carry * TWO_32, power)
}

function lowerProduct(a: number, b: number): number {
  return Math.imul(a, b) >>> 0
}

function upperProduct(a: number, b: number): number {
  return Math.floor(((a >>> 16) * b + Math.floor(((a & 0xffff) * b) / 0x10000)) / 0x10000)
}

// Powers of ten.

/** 10 to the power of `decimal` is (high, low) times 2 to the power of `exponent`, rounded, with the topmost bit set. */
interface Power {
  readonly high: number
  readonly low: number
  readonly exponent: number
  readonly decimal: number
}

const TENS = Array.from({ length: 10 }, (_, place) => 10 ** place)

/** Every eighth power has a multiple that brings any double to between 2^-60 and 2^-32 times 2^64. */
const DECIMAL_STEP = 8
const DECIMAL_FIRST = -348
const POWERS: (Power | undefined)[] = []

/** The power that Redis's implementation takes for a value with this unit; often there are two that would do. */
function powerFor(unit: number): Power {
  const wanted = Math.trunc(-(unit + 87) * 0.30102999566398114)
  let index = Math.trunc((wanted - DECIMAL_FIRST) / DECIMAL_STEP)
  for (;;) {
    const power = powerAt(index)
    const exponent = unit + power.exponent + 64
    if (exponent < -60) index++
    else if (exponent > -32) index--
    else return power
  }
}

function powerAt(index: number): Power {
  const known = POWERS[index]
  if (known !== undefined) return known
  const power = powerOfTen(DECIMAL_FIRST + index * DECIMAL_STEP)
  POWERS[index] = power
  return power
}

function powerOfTen(decimal: number): Power {
  const power = 10n ** BigInt(Math.abs(decimal))
  const bits = power.toString(2).length
  // One bit more than is kept, to round by.
  const exponent = decimal >= 0 ? bits - 65 : -bits - 64
  const scaled =
    decimal < 0
      ? (1n << BigInt(-exponent)) / power
      : exponent < 0
        ? power << BigInt(-exponent)
        : power >> BigInt(exponent)
  const rounded = (scaled + 1n) >> 1n
  return {
    high: Number(rounded >> 32n),
    low: Number(rounded & 0xffffffffn),
    exponent: exponent + 1,
    decimal,
  }
}
