import { type Int64, int64, int64OfHalves } from './int64.js'

/** The integers that BITFIELD reads and writes: of 1 to 64 bits with a sign, of 1 to 63 without. */
export interface FieldType {
  readonly signed: boolean
  readonly bits: number
}

/** What becomes of a value that a field has no room for. */
export type Overflow = 'wrap' | 'sat' | 'fail'

/** More bits than these do not fit into a number. */
const NUMBER_BITS = 53

/** The type that a text like `u8` or `i64` names, undefined for any other text. */
export function parseFieldType(text: string): FieldType | undefined {
  if (!/^[iu][1-9][0-9]?$/.test(text)) return undefined
  const signed = text.startsWith('i')
  const bits = Number(text.slice(1))
  return bits > (signed ? 64 : 63) ? undefined : { signed, bits }
}

/** The text that names a type. */
export function formatFieldType({ signed, bits }: FieldType): string {
  return `${signed ? 'i' : 'u'}${bits}`
}

/** The integer from a bit on; what lies behind the end of the bytes is zeros. O(1). */
export function readField(bytes: Uint8Array, length: number, offset: number, { signed, bits }: FieldType): Int64 {
  if (bits <= NUMBER_BITS) {
    const value = readBits(bytes, length, offset, bits)
    return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value
  }
  const high = readBits(bytes, length, offset, bits - 32)
  const low = readBits(bytes, length, offset + bits - 32, 32)
  return int64OfHalves(low, signed && high >= 2 ** (bits - 33) ? high - 2 ** (bits - 32) : high)
}

/** Writes an integer that the type has, in bytes that are long enough. O(1). */
export function writeField(bytes: Uint8Array, offset: number, { bits }: FieldType, value: Int64): void {
  if (bits <= NUMBER_BITS) {
    const number = Number(value)
    writeBits(bytes, offset, bits, number < 0 ? number + 2 ** bits : number)
    return
  }
  const whole = BigInt.asUintN(bits, BigInt(value))
  writeBits(bytes, offset, bits - 32, Number(whole >> 32n))
  writeBits(bytes, offset + bits - 32, 32, Number(BigInt.asUintN(32, whole)))
}

/** Up to 53 bits without a sign. */
function readBits(bytes: Uint8Array, length: number, offset: number, bits: number): number {
  let at = Math.floor(offset / 8)
  let value = (at < length ? bytes[at]! : 0) & (0xff >> (offset & 7))
  let left = bits - 8 + (offset & 7)
  while (left > 0) {
    at++
    const byte = at < length ? bytes[at]! : 0
    value = left >= 8 ? value * 256 + byte : value * 2 ** left + (byte >> (8 - left))
    left -= 8
    if (left <= 0) return value
  }
  return value >> -left
}

function writeBits(bytes: Uint8Array, offset: number, bits: number, value: number): void {
  let left = value
  for (let end = offset + bits; end > offset; ) {
    const at = Math.floor((end - 1) / 8)
    // The bits of this byte, from the left, that are written to.
    const first = Math.max(offset - at * 8, 0)
    const last = end - at * 8
    const count = last - first
    const mask = (0xff >> first) & (0xff << (8 - last))
    const part = left % 2 ** count
    bytes[at] = (bytes[at]! & ~mask) | (part << (8 - last))
    left = (left - part) / 2 ** count
    end -= count
  }
}

/** The value that SET leaves in a field: itself or what overflow makes of it; undefined where it fails. O(1). */
export function fitField(type: FieldType, value: Int64, overflow: Overflow): Int64 | undefined {
  // As observed of Redis 8.0.2, whose difference wraps within 64 bits: what is so far below a field is taken for too large.
  if (overflow === 'sat' && type.signed && type.bits < 64) {
    if (BigInt(maxOf(type)) - BigInt(value) >= 2n ** 63n) return maxOf(type)
  }
  // A negative value for a field without a sign is read as a large one.
  return settle(type, !type.signed && value < 0 ? BigInt(value) + 2n ** 64n : value, overflow)
}

/** The sum that INCRBY leaves in a field; undefined where it fails. O(1). */
export function addToField(type: FieldType, value: Int64, increment: Int64, overflow: Overflow): Int64 | undefined {
  if (typeof value === 'number' && typeof increment === 'number') {
    const sum = value + increment
    if (Number.isSafeInteger(sum)) return settle(type, sum, overflow)
  }
  return settle(type, BigInt(value) + BigInt(increment), overflow)
}

function settle(type: FieldType, value: Int64, overflow: Overflow): Int64 | undefined {
  const max = maxOf(type)
  const min = type.signed ? minOf(type) : 0
  if (value <= max && value >= min) return typeof value === 'number' ? value : int64(value)
  if (overflow === 'fail') return undefined
  if (overflow === 'sat') return value > max ? max : min
  const { signed, bits } = type
  return int64(signed ? BigInt.asIntN(bits, BigInt(value)) : BigInt.asUintN(bits, BigInt(value)))
}

function maxOf({ signed, bits }: FieldType): Int64 {
  const magnitude = signed ? bits - 1 : bits
  return magnitude <= NUMBER_BITS ? 2 ** magnitude - 1 : 2n ** BigInt(magnitude) - 1n
}

function minOf({ bits }: FieldType): Int64 {
  return bits <= NUMBER_BITS ? -(2 ** (bits - 1)) : -(2n ** BigInt(bits - 1))
}
