/**
 * The sizes of Redis's listpacks: what decides how a list is kept, and so what OBJECT ENCODING says of it.
 *
 * An entry is a header with the length (or an integer), the bytes, and its own size again for reading backwards.
 *
 * @see https://github.com/antirez/listpack/blob/master/listpack.md, checked against Redis 8.0.2
 */
import { type Int64, parseInt64 } from './int64.js'
import { byteLength } from './text.js'

/** The bytes of a listpack without entries: its header and its end. */
export const EMPTY_BYTES = 7

/** No integer of 64 bits has more digits, its sign included. */
const INTEGER_LENGTH_MAX = 20

/** How many bytes an element takes in a listpack; `length` are those of the element itself, where they are known. O(length). */
export function entryBytes(text: string, length?: number): number {
  return withBackLength(integerBytes(text) || stringBytes(length ?? byteLength(text)))
}

/**
 * As `entryBytes`, but takes every UTF-16 unit for one byte, as it is in ASCII. O(1) for text that does not begin as an
 * integer does.
 */
export function roughEntryBytes(text: string): number {
  return withBackLength(integerBytes(text) || stringBytes(text.length))
}

/** How many bytes an integer takes in a listpack. O(1). */
export function integerEntryBytes(value: Int64): number {
  return bytesOfInteger(value) + 1
}

/** Integers are kept in as few bytes as they need; 0 for text that is none. */
function integerBytes(text: string): number {
  const length = text.length
  if (length === 0 || length > INTEGER_LENGTH_MAX) return 0
  const first = text.charCodeAt(0)
  // '-' and the digits.
  if (first > 57 || (first < 48 && first !== 45)) return 0
  const value = parseInt64(text)
  return value === undefined ? 0 : bytesOfInteger(value)
}

function bytesOfInteger(value: Int64): number {
  if (value >= 0 && value <= 127) return 1
  if (value >= -(2 ** 12) && value < 2 ** 12) return 2
  if (value >= -(2 ** 15) && value < 2 ** 15) return 3
  if (value >= -(2 ** 23) && value < 2 ** 23) return 4
  return value >= -(2 ** 31) && value < 2 ** 31 ? 5 : 9
}

function stringBytes(bytes: number): number {
  return bytes + (bytes < 64 ? 1 : bytes < 4096 ? 2 : 5)
}

function withBackLength(bytes: number): number {
  if (bytes <= 127) return bytes + 1
  if (bytes < 16_383) return bytes + 2
  return bytes + (bytes < 2_097_151 ? 3 : bytes < 268_435_455 ? 4 : 5)
}
