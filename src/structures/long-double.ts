/**
 * The arithmetic of INCRBYFLOAT and HINCRBYFLOAT: x87 extended precision, as Redis computes on x86-64. A value is
 * m·2^e with 64 bits of mantissa, its magnitude between 2^-16445 (the least subnormal) and just under 2^16384; every
 * operation rounds once, half to even. The texts accepted and printed were compared with Redis 8.0.2.
 *
 * Values read from short decimals stay decimals for as long as that provably changes no printed digit, which spares
 * ordinary counters and prices the BigInt arithmetic (see `addDecimals`).
 */

/** An immutable 80-bit value; made by `parseLongDouble` and `addLongDouble`. */
export class LongDouble {
  /** False for the infinities and NaN, which Redis never stores: `ERR increment would produce NaN or Infinity`. */
  readonly finite: boolean
  /** The value prints as the decimal `digits / 10^scale`; scale is 0 to 15, or -1 when there is no such decimal. */
  readonly scale: number
  /** A safe integer; 0 without a decimal. */
  readonly digits: number
  private binary: Binary | undefined
  /** Operands of a sum of which only the decimal was worked out; they are not such sums themselves. */
  private augend: LongDouble | undefined
  private addend: LongDouble | undefined

  constructor(scale: number, digits: number, binary?: Binary, augend?: LongDouble, addend?: LongDouble) {
    this.finite = binary === undefined || binary.special === 0
    this.scale = scale
    this.digits = digits
    this.binary = binary
    this.augend = augend
    this.addend = addend
  }

  /** Whether the value is its decimal rounded once, rather than one that only prints the same. */
  isRoundedDecimal(): boolean {
    return this.scale >= 0 && this.augend === undefined
  }

  /** The binary value, worked out on first use: of a sum from its operands, else from the decimal. */
  toBinary(): Binary {
    if (this.binary === undefined) {
      this.binary =
        this.augend === undefined || this.addend === undefined
          ? divide(BigInt(this.digits), 10n ** BigInt(this.scale))
          : addBinary(this.augend.toBinary(), this.addend.toBinary())
    }
    return this.binary
  }
}

/** The value mantissa·2^exponent. The mantissa need not be normalised: a value has many equal forms. */
interface Binary {
  readonly mantissa: bigint
  readonly exponent: number
  /** 0 for a finite value, else the infinity or NaN itself. */
  readonly special: number
}

/**
 * Reads what `strtold` reads and Redis accepts: decimal or hexadecimal (`0x1.8p-2`) with optional sign, point and
 * exponent, or `inf`/`infinity` in any case. `undefined` for anything else: space anywhere, NaN, an empty text, 5120
 * characters or more, a finite text beyond the range, a non-zero text that rounds to zero. O(n) for ordinary texts,
 * BigInt division of at most 16,000-digit numbers for extreme ones.
 */
export function parseLongDouble(text: string): LongDouble | undefined {
  return parseShortDecimal(text) ?? parseAny(text)
}

/** The sum rounded to 64 mantissa bits, half to even; infinite on overflow, NaN for inf - inf. O(1). */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  return addDecimals(a, b) ?? new LongDouble(-1, 0, addBinary(a.toBinary(), b.toBinary()))
}

/** The product with an integer, rounded as a sum is, and then up to the next integer; infinite where it is. O(1). */
export function ceilOfProduct(x: LongDouble, factor: bigint): number {
  const { mantissa, exponent, special } = x.toBinary()
  if (special !== 0) return special * Number(factor)
  const product = round(mantissa * factor, exponent, false)
  if (product.special !== 0) return product.special
  // A shift to the right rounds down.
  const shift = BigInt(product.exponent)
  return Number(shift < 0n ? -(-product.mantissa >> -shift) : product.mantissa << shift)
}

/**
 * Prints as Redis does: no exponent, at most 17 decimals (rounded half to even from the exact value), no trailing
 * zeros, `0` for a negative zero; at most 4,933 digits before the point. Other values print `inf`, `-inf` and `nan`.
 */
export function formatLongDouble(x: LongDouble): string {
  return x.scale >= 0 ? formatDecimal(x.digits, x.scale) : formatBinary(x.toBinary())
}

// Short decimals.

const DIGITS_MAX = 15
const POWERS_OF_10 = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, power) => 10 ** power)
const POWERS_OF_5 = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, power) => 5 ** power)

/** `[+-]?digits[.digits]` of at most 15 digits in all; `undefined` means not of this form rather than invalid. */
function parseShortDecimal(text: string): LongDouble | undefined {
  const length = text.length
  const first = text.charCodeAt(0)
  const start = first === 0x2d || first === 0x2b ? 1 : 0
  if (length - start > DIGITS_MAX + 1) return undefined
  let digits = 0
  let count = 0
  let point = -1
  for (let i = start; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x30 && unit <= 0x39) {
      digits = digits * 10 + (unit - 0x30)
      count++
    } else if (unit === 0x2e && point < 0) {
      point = count
    } else {
      return undefined
    }
  }
  if (count === 0 || count > DIGITS_MAX) return undefined
  return new LongDouble(point < 0 ? 0 : count - point, first === 0x2d ? -digits : digits)
}

/**
 * Adds as decimals where the 80-bit sum prints the same text, in two cases.
 *
 * Both small: reading a, reading b and adding err by half a unit in the last place each, which is at most 2^-64 of |a|,
 * |b| and |a + b|. With |a| + |b| <= 46 that makes 92·2^-64, under half a unit of the 17th decimal (92.23·2^-64), and
 * the decimal sum has at most 14 decimals. The sum keeps its operands, for the value is not quite that decimal.
 *
 * Both exact: 10^s = 5^s·2^s, so digits that 5^s divides make a multiple of 2^-s. The sum of two such has under 64
 * bits when its decimal digits are a safe integer, so nothing is rounded.
 */
function addDecimals(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (!a.isRoundedDecimal() || !b.isRoundedDecimal()) return undefined
  const scale = Math.max(a.scale, b.scale)
  const left = a.digits * POWERS_OF_10[scale - a.scale]!
  const right = b.digits * POWERS_OF_10[scale - b.scale]!
  const magnitude = Math.abs(left) + Math.abs(right)
  if (scale > 0 && scale <= 14 && magnitude <= 46 * POWERS_OF_10[scale]!) {
    return new LongDouble(scale, left + right, undefined, a, b)
  }
  if (magnitude > Number.MAX_SAFE_INTEGER || !isExact(a) || !isExact(b)) return undefined
  return new LongDouble(scale, left + right)
}

function isExact(x: LongDouble): boolean {
  return x.scale === 0 || x.digits % POWERS_OF_5[x.scale]! === 0
}

function formatDecimal(digits: number, scale: number): string {
  if (scale === 0) return String(digits === 0 ? 0 : digits)
  const magnitude = Math.abs(digits)
  const unit = POWERS_OF_10[scale]!
  const whole = Math.floor(magnitude / unit)
  let fraction = magnitude - whole * unit
  if (fraction === 0) return String(digits < 0 ? -whole : whole)
  let width = scale
  while (fraction % 10 === 0) {
    fraction /= 10
    width--
  }
  return `${digits < 0 ? '-' : ''}${whole}.${String(fraction).padStart(width, '0')}`
}

// Any text.

/** Redis reads into a buffer of 5120 bytes, the last of them for the terminator. */
const TEXT_MAX = 5119
const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d+))?$/i
const HEXADECIMAL = /^([+-]?)0x([\da-f]+\.?[\da-f]*|\.[\da-f]+)(?:p([+-]?\d+))?$/i
const INFINITE = /^[+-]?inf(?:inity)?$/i

function parseAny(text: string): LongDouble | undefined {
  if (text.length > TEXT_MAX) return undefined
  const decimal = DECIMAL.exec(text)
  if (decimal !== null) return parseParts(decimal, false)
  const hexadecimal = HEXADECIMAL.exec(text)
  if (hexadecimal !== null) return parseParts(hexadecimal, true)
  if (!INFINITE.test(text)) return undefined
  return new LongDouble(-1, 0, { mantissa: 0n, exponent: 0, special: text.startsWith('-') ? -Infinity : Infinity })
}

function parseParts([, sign, digitsAndPoint, exponentText]: readonly string[], hexadecimal: boolean) {
  const point = digitsAndPoint!.indexOf('.')
  const decimals = point < 0 ? 0 : digitsAndPoint!.length - point - 1
  const digits = digitsAndPoint!.replace('.', '').replace(/^0+/, '')
  if (digits === '') return new LongDouble(0, 0)
  // An exponent too long for a number becomes infinite, which the limits below refuse as it should be.
  const exponent = Number(exponentText ?? 0)
  const binary = hexadecimal
    ? fromHexadecimal(digits, exponent - 4 * decimals)
    : fromDecimal(digits, exponent - decimals)
  if (binary === undefined || binary.special !== 0 || binary.mantissa === 0n) return undefined
  return new LongDouble(-1, 0, sign === '-' ? { ...binary, mantissa: -binary.mantissa } : binary)
}

/** digits·10^exponent; `undefined` when it is far out of range, so that no needless power is worked out. */
function fromDecimal(digits: string, exponent: number): Binary | undefined {
  const magnitude = digits.length + exponent
  if (magnitude > 4934 || magnitude < -4952) return undefined
  const mantissa = BigInt(digits)
  return exponent >= 0
    ? round(mantissa * 10n ** BigInt(exponent), 0, false)
    : divide(mantissa, 10n ** BigInt(-exponent))
}

/** digits·2^exponent, likewise. */
function fromHexadecimal(digits: string, exponent: number): Binary | undefined {
  const magnitude = 4 * digits.length + exponent
  if (magnitude > EXPONENT_END + 4 || magnitude < EXPONENT_MIN - 4) return undefined
  return round(BigInt(`0x${digits}`), exponent, false)
}

// Binary values.

const MANTISSA_BITS = 64
/** Exponent of the least subnormal, and of a mantissa of 64 bits in the least binade. */
const EXPONENT_MIN = -16445
/** Every finite value is less than 2 to this power. */
const EXPONENT_END = 16384
/** What a value is multiplied by to print it as an integer. */
const PRINTED_DECIMALS = 17
const PRINTED_UNIT = 10n ** 17n

function bitLength(x: bigint): number {
  const hexadecimal = (x < 0n ? -x : x).toString(16)
  return hexadecimal.length * 4 - Math.clz32(Number.parseInt(hexadecimal[0]!, 16)) + 28
}

/** The nearest 80-bit value to mantissa·2^exponent, a little beyond it (away from zero) when `sticky`. */
function round(mantissa: bigint, exponent: number, sticky: boolean): Binary {
  const drop = Math.max(bitLength(mantissa) - MANTISSA_BITS, EXPONENT_MIN - exponent)
  const rounded = drop > 0 ? shiftRight(mantissa, drop, sticky) : mantissa
  const at = drop > 0 ? exponent + drop : exponent
  if (rounded !== 0n && bitLength(rounded) + at > EXPONENT_END) {
    return { mantissa: 0n, exponent: 0, special: rounded < 0n ? -Infinity : Infinity }
  }
  return { mantissa: rounded, exponent: at, special: 0 }
}

/** x / 2^count to the nearest integer, half to even; with `sticky` the true x is a little farther from zero. */
function shiftRight(x: bigint, count: number, sticky: boolean): bigint {
  const magnitude = x < 0n ? -x : x
  const shift = BigInt(count)
  let quotient = magnitude >> shift
  const rest = magnitude - (quotient << shift)
  const half = 1n << (shift - 1n)
  if (rest > half || (rest === half && (sticky || (quotient & 1n) === 1n))) quotient++
  return x < 0n ? -quotient : quotient
}

/** Two bits more than a mantissa has, and `sticky` for the rest, decide the rounding of a quotient. */
function divide(dividend: bigint, divisor: bigint): Binary {
  const shift = BigInt(Math.max(0, MANTISSA_BITS + 2 - bitLength(dividend) + bitLength(divisor)))
  const shifted = dividend << shift
  const quotient = shifted / divisor
  return round(quotient, -Number(shift), quotient * divisor !== shifted)
}

function addBinary(a: Binary, b: Binary): Binary {
  // The sum of infinities, NaN and zeros is the IEEE one.
  const special = a.special + b.special
  if (special !== 0) return { mantissa: 0n, exponent: 0, special }
  const exponent = Math.min(a.exponent, b.exponent)
  const left = a.mantissa << BigInt(a.exponent - exponent)
  const right = b.mantissa << BigInt(b.exponent - exponent)
  return round(left + right, exponent, false)
}

function formatBinary(x: Binary): string {
  if (x.special !== 0) return x.special > 0 ? 'inf' : x.special < 0 ? '-inf' : 'nan'
  if (x.exponent >= 0) return String(x.mantissa << BigInt(x.exponent))
  const scaled = shiftRight(x.mantissa * PRINTED_UNIT, -x.exponent, false)
  if (scaled === 0n) return '0'
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(PRINTED_DECIMALS + 1, '0')
  let end = digits.length
  const point = end - PRINTED_DECIMALS
  while (end > point && digits.charCodeAt(end - 1) === 0x30) end--
  const fraction = end > point ? `.${digits.slice(point, end)}` : ''
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`
}
