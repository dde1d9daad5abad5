import { int64OfHalves } from '../int64.js'
import { fromBytes, readable } from '../text.js'
import { RdbFormatError } from './reader.js'

/**
 * Ziplist: the small collections of Redis before 7.0 as one run of bytes.
 *
 * Little-endian: four bytes say how many there are in all, four where the last entry begins, two how many entries
 * (65,535: unknown). Each entry is the length of the one before it, in one byte or in 0xfe and four, then a lead byte
 * with what it announces. 0xff ends it.
 */
const HEADER_BYTES = 10
const END = 0xff
const UNKNOWN_COUNT = 0xffff
const LONG_LENGTH = 0xfe

/** Lead bytes of integers; those in between stand for 0 to 12 themselves. */
const INTEGER_16 = 0xc0
const INTEGER_32 = 0xd0
const INTEGER_64 = 0xe0
const INTEGER_24 = 0xf0
const INTEGER_8 = 0xfe
const IMMEDIATE_FIRST = 0xf1
const IMMEDIATE_LAST = 0xfd

/**
 * The elements of a ziplist, an integer as its decimal text. O(bytes).
 * @throws RdbFormatError unless the bytes are one ziplist, whole and consistent in every length that it states
 */
export function readZiplist(bytes: Uint8Array): string[] {
  const total = bytes.length
  if (total <= HEADER_BYTES) throw malformed('is cut off', 0)
  if (int32(bytes, 0) >>> 0 !== total) throw malformed('is not as long as it says', 0)
  const elements: string[] = []
  const source = readable(bytes)
  let at = HEADER_BYTES
  let last = at
  let lastSize = 0
  while (bytes[at] !== END) {
    const wide = bytes[at] === LONG_LENGTH
    const lead = at + (wide ? 5 : 1)
    const head = lead + headSize(bytes, lead)
    if (head >= total) throw malformed('has an entry that is cut off', at)
    if ((wide ? int32(bytes, at + 1) >>> 0 : bytes[at]) !== lastSize) throw malformed('states a wrong length', at)
    const end = head + bodySize(bytes, lead)
    // At least the end of the ziplist follows.
    if (end >= total) throw malformed('has an entry that is cut off', at)
    elements.push(elementAt(source, lead, head, end))
    last = at
    lastSize = end - at
    at = end
  }
  if (at !== total - 1) throw malformed('ends before its end', at)
  if (int32(bytes, 4) >>> 0 !== last) throw malformed('has its last entry elsewhere than stated', 4)
  const count = bytes[8]! | (bytes[9]! << 8)
  if (count !== UNKNOWN_COUNT && count !== elements.length) throw malformed('states a wrong count', 8)
  return elements
}

/** How many bytes the lead byte and the length of a string take. */
function headSize(bytes: Uint8Array, lead: number): number {
  if (lead >= bytes.length) return 0
  const kind = bytes[lead]! >>> 6
  return kind === 1 ? 2 : kind === 2 ? 5 : 1
}

/** How many bytes follow that head. Where the head is not all there, the result means nothing. */
function bodySize(bytes: Uint8Array, lead: number): number {
  const encoding = bytes[lead]!
  if (encoding < 0x40) return encoding
  // Lengths are big-endian.
  if (encoding < 0x80) return ((encoding & 0x3f) << 8) | bytes[lead + 1]!
  if (encoding < 0xc0) {
    return ((bytes[lead + 1]! << 24) | (bytes[lead + 2]! << 16) | (bytes[lead + 3]! << 8) | bytes[lead + 4]!) >>> 0
  }
  switch (encoding) {
    case INTEGER_8:
      return 1
    case INTEGER_16:
      return 2
    case INTEGER_24:
      return 3
    case INTEGER_32:
      return 4
    case INTEGER_64:
      return 8
  }
  if (encoding >= IMMEDIATE_FIRST && encoding <= IMMEDIATE_LAST) return 0
  throw malformed('has an entry of an unknown encoding', lead)
}

/** The element whose bytes are all there from `body` to `end`. */
function elementAt(bytes: Uint8Array, lead: number, body: number, end: number): string {
  const encoding = bytes[lead]!
  if (encoding < 0xc0) return fromBytes(bytes, body, end)
  switch (encoding) {
    case INTEGER_8:
      return String((bytes[body]! << 24) >> 24)
    case INTEGER_16:
      return String(((bytes[body]! | (bytes[body + 1]! << 8)) << 16) >> 16)
    case INTEGER_24:
      return String(((bytes[body]! | (bytes[body + 1]! << 8) | (bytes[body + 2]! << 16)) << 8) >> 8)
    case INTEGER_32:
      return String(int32(bytes, body))
    case INTEGER_64:
      return String(int64OfHalves(int32(bytes, body) >>> 0, int32(bytes, body + 4)))
  }
  return String(encoding - IMMEDIATE_FIRST)
}

function int32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function malformed(what: string, offset: number): RdbFormatError {
  return new RdbFormatError(`a ziplist that ${what}`, offset)
}
