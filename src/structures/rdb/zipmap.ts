import { fromBytes } from '../text.js'
import { RdbFormatError } from './reader.js'

/**
 * Zipmap: the small hashes of Redis 2.6 and before as one run of bytes.
 *
 * One byte says how many fields there are (254: unknown). Each field is a length and its bytes; each value a length, a
 * byte that says how many bytes behind the value are unused, its bytes, and those. A length is one byte, or 0xfe
 * and four little-endian ones. 0xff ends it.
 */
const END = 0xff
const LONG_LENGTH = 0xfe

/**
 * Field, value, field, value… of a zipmap. O(bytes).
 * @throws RdbFormatError unless the bytes are one zipmap, whole and of the count that it states
 */
export function readZipmap(bytes: Uint8Array): string[] {
  const total = bytes.length
  if (total < 2) throw malformed('is cut off', 0)
  const elements: string[] = []
  let at = 1
  while (bytes[at] !== END) {
    const field = bodyOf(bytes, at)
    const fieldEnd = field + lengthAt(bytes, at)
    if (fieldEnd >= total) throw malformed('has a field that is cut off', at)
    // A byte for what is unused stands between the length of a value and its bytes.
    const value = bodyOf(bytes, fieldEnd) + 1
    if (value > total) throw malformed('has a value that is cut off', fieldEnd)
    const valueEnd = value + lengthAt(bytes, fieldEnd)
    const next = valueEnd + bytes[value - 1]!
    if (next >= total) throw malformed('has a value that is cut off', fieldEnd)
    elements.push(fromBytes(bytes, field, fieldEnd), fromBytes(bytes, value, valueEnd))
    at = next
  }
  if (at !== total - 1) throw malformed('ends before its end', at)
  if (bytes[0] !== LONG_LENGTH && bytes[0] !== elements.length / 2) throw malformed('states a wrong count', 0)
  return elements
}

/** Where the bytes of the string begin whose length stands at `at`, which is inside the zipmap. */
function bodyOf(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead === END) throw malformed('ends between a field and its value', at)
  return at + (lead === LONG_LENGTH ? 5 : 1)
}

/** Infinity for one that is cut off. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead !== LONG_LENGTH) return lead
  if (at + 4 >= bytes.length) return Number.POSITIVE_INFINITY
  return (bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 24)) >>> 0
}

function malformed(what: string, offset: number): RdbFormatError {
  return new RdbFormatError(`a zipmap that ${what}`, offset)
}
