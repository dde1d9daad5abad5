import { type Int64, int64OfHalves, parseInt64 } from '../int64.js'
import { byteLength, fromBytes, readable, writeBytes } from '../text.js'
import { RdbFormatError } from './reader.js'

/**
 * Listpack: Redis's small collections as one run of bytes (format: S. Sanfilippo, "Listpack: a serialized list of
 * strings").
 *
 * Four bytes say how many there are in all and two how many entries, both little-endian; 65,535 entries stand for
 * "unknown". Each entry is a lead byte with what it announces, then the length of the two in one to five bytes that are
 * read backwards. 0xff ends it.
 */
const HEADER_BYTES = 6
const END = 0xff
const UNKNOWN_COUNT = 0xffff

/** Lead bytes of what does not fit into a few bits of the lead byte itself. */
const STRING_32 = 0xf0
const INTEGER_16 = 0xf1
const INTEGER_24 = 0xf2
const INTEGER_32 = 0xf3
const INTEGER_64 = 0xf4

/** Lead byte, 4 bytes of length and 5 of length backwards: what an entry takes beside its bytes at most. */
const ENTRY_OVERHEAD_MAX = 10

/** Up to this length a text is copied unit by unit as long as it is ASCII: an encoder's call costs as much as that. */
const SHORT = 32

/**
 * A growing listpack. What it holds is byte for byte what Redis 8.0.2 makes of the same elements appended in the same
 * order: what is the canonical text of a 64-bit integer is stored as one.
 */
export class ListpackWriter {
  private bytes: Uint8Array = new Uint8Array(256)
  private length = HEADER_BYTES
  private entries = 0

  /** Forgets the elements and keeps the buffer. O(1). */
  reset(): void {
    this.length = HEADER_BYTES
    this.entries = 0
  }

  /** Appends a canonical string. O(length), amortised. */
  text(text: string): void {
    const integer = parseInt64(text)
    if (integer !== undefined) {
      this.integer(integer)
      return
    }
    if (text.length <= SHORT && this.shortAscii(text)) return
    const size = byteLength(text)
    this.reserve(size + ENTRY_OVERHEAD_MAX)
    const start = this.length
    const at = this.putStringLead(start, size)
    writeBytes(text, this.bytes, at)
    this.close(start, at + size)
  }

  /** Appends an integer. O(1), amortised. */
  integer(value: Int64): void {
    this.reserve(9 + ENTRY_OVERHEAD_MAX)
    const start = this.length
    this.close(start, typeof value === 'number' ? this.putNumber(start, value) : this.putBigInt(start, value))
  }

  /** The whole listpack: a view that is good until the next call. O(1). */
  finish(): Uint8Array {
    const bytes = this.bytes
    bytes[this.length] = END
    const total = this.length + 1
    bytes[0] = total
    bytes[1] = total >>> 8
    bytes[2] = total >>> 16
    bytes[3] = total >>> 24
    const count = Math.min(this.entries, UNKNOWN_COUNT)
    bytes[4] = count
    bytes[5] = count >>> 8
    return bytes.subarray(0, total)
  }

  /** Appends the text if every unit of it is below 0x80; returns whether it did. */
  private shortAscii(text: string): boolean {
    this.reserve(SHORT + ENTRY_OVERHEAD_MAX)
    const bytes = this.bytes
    const start = this.length
    const count = text.length
    bytes[start] = 0x80 | count
    let at = start + 1
    for (let i = 0; i < count; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 0x80) return false
      bytes[at++] = unit
    }
    this.close(start, at)
    return true
  }

  private putStringLead(at: number, size: number): number {
    const bytes = this.bytes
    if (size < 64) {
      bytes[at] = 0x80 | size
      return at + 1
    }
    if (size < 4096) {
      bytes[at] = 0xe0 | (size >>> 8)
      bytes[at + 1] = size
      return at + 2
    }
    bytes[at] = STRING_32
    return putLittleEndian(bytes, at + 1, size, 4)
  }

  private putNumber(at: number, value: number): number {
    const bytes = this.bytes
    if (value >= 0 && value <= 127) {
      bytes[at] = value
      return at + 1
    }
    if (value >= -4096 && value <= 4095) {
      bytes[at] = 0xc0 | ((value >> 8) & 0x1f)
      bytes[at + 1] = value
      return at + 2
    }
    if (value >= -0x8000 && value <= 0x7fff) return this.putInteger(at, INTEGER_16, value, 2)
    if (value >= -0x800000 && value <= 0x7fffff) return this.putInteger(at, INTEGER_24, value, 3)
    if (value >= -0x80000000 && value <= 0x7fffffff) return this.putInteger(at, INTEGER_32, value, 4)
    const next = this.putInteger(at, INTEGER_64, value, 4)
    return putLittleEndian(bytes, next, Math.floor(value / 0x100000000), 4)
  }

  private putBigInt(at: number, value: bigint): number {
    const next = this.putInteger(at, INTEGER_64, Number(value & 0xffffffffn), 4)
    return putLittleEndian(this.bytes, next, Number((value >> 32n) & 0xffffffffn), 4)
  }

  private putInteger(at: number, lead: number, value: number, count: number): number {
    this.bytes[at] = lead
    return putLittleEndian(this.bytes, at + 1, value, count)
  }

  /** Ends the entry that begins at `start` with its length, for those who read backwards. */
  private close(start: number, end: number): void {
    this.length = putBacklen(this.bytes, end, end - start)
    this.entries++
  }

  private reserve(count: number): void {
    // One more for the end.
    const needed = this.length + count + 1
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}

/**
 * The elements of a listpack, an integer as its decimal text. O(bytes).
 * @throws RdbFormatError unless the bytes are one listpack, whole and consistent in every length that it states
 */
export function readListpack(bytes: Uint8Array): string[] {
  const total = bytes.length
  if (total <= HEADER_BYTES) throw malformed('is cut off', 0)
  if (uint32(bytes, 0) !== total) throw malformed('is not as long as it says', 0)
  const elements: string[] = []
  const source = readable(bytes)
  let at = HEADER_BYTES
  while (bytes[at] !== END) {
    const end = at + payloadSize(bytes, at)
    // At least the length and the end of the listpack follow.
    if (end + 1 >= total) throw malformed('has an entry that is cut off', at)
    elements.push(elementAt(source, at, end))
    at = skipBacklen(bytes, end, end - at)
  }
  if (at !== total - 1) throw malformed('ends before its end', at)
  const count = bytes[4]! | (bytes[5]! << 8)
  if (count !== UNKNOWN_COUNT && count !== elements.length) throw malformed('states a wrong count', 4)
  return elements
}

/** The bytes of the entry at `at`, without the length behind it; its lead bytes are checked to be there. */
function payloadSize(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  if (lead < 0xc0) return 1 + (lead & 0x3f)
  if (lead < 0xe0) return 2
  if (lead < 0xf0) {
    if (at + 1 >= bytes.length) throw malformed('has an entry that is cut off', at)
    return 2 + (((lead & 0x0f) << 8) | bytes[at + 1]!)
  }
  switch (lead) {
    case STRING_32:
      if (at + 4 >= bytes.length) throw malformed('has an entry that is cut off', at)
      return 5 + uint32(bytes, at + 1)
    case INTEGER_16:
      return 3
    case INTEGER_24:
      return 4
    case INTEGER_32:
      return 5
    case INTEGER_64:
      return 9
  }
  throw malformed('has an entry of an unknown encoding', at)
}

/** The element at `at`, whose bytes are all there up to `end`. */
function elementAt(bytes: Uint8Array, at: number, end: number): string {
  const lead = bytes[at]!
  if (lead < 0x80) return String(lead)
  if (lead < 0xc0) return fromBytes(bytes, at + 1, end)
  if (lead < 0xe0) return String((((lead << 8) | bytes[at + 1]!) << 19) >> 19)
  if (lead < 0xf0) return fromBytes(bytes, at + 2, end)
  switch (lead) {
    case STRING_32:
      return fromBytes(bytes, at + 5, end)
    case INTEGER_16:
      return String(((bytes[at + 1]! | (bytes[at + 2]! << 8)) << 16) >> 16)
    case INTEGER_24:
      return String(((bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16)) << 8) >> 8)
    case INTEGER_32:
      return String(uint32(bytes, at + 1) | 0)
  }
  return String(int64OfHalves(uint32(bytes, at + 1), uint32(bytes, at + 5) | 0))
}

/** Checks the length that stands at `at` and returns the offset behind it. */
function skipBacklen(bytes: Uint8Array, at: number, size: number): number {
  putBacklen(expected, 0, size)
  const count = backlenBytes(size)
  if (at + count >= bytes.length) throw malformed('has an entry that is cut off', at)
  for (let i = 0; i < count; i++) {
    if (bytes[at + i] !== expected[i]) throw malformed('has an entry of another length than stated behind it', at)
  }
  return at + count
}

const expected = new Uint8Array(5)

/** In how many bytes Redis writes a length that is read backwards; a few lengths take one more than they need. */
function backlenBytes(size: number): number {
  if (size <= 127) return 1
  if (size < 16383) return 2
  if (size < 2097151) return 3
  return size < 268435455 ? 4 : 5
}

/** Writes a length in groups of seven bits, the highest first; all but the first byte have their top bit set. */
function putBacklen(bytes: Uint8Array, at: number, size: number): number {
  if (size <= 127) {
    bytes[at] = size
    return at + 1
  }
  const count = backlenBytes(size)
  for (let i = 0; i < count; i++) {
    const group = Math.floor(size / 2 ** (7 * (count - 1 - i))) & 0x7f
    bytes[at + i] = i === 0 ? group : group | 0x80
  }
  return at + count
}

function putLittleEndian(bytes: Uint8Array, at: number, value: number, count: number): number {
  for (let i = 0; i < count; i++) bytes[at + i] = value >>> (8 * i)
  return at + count
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function malformed(what: string, offset: number): RdbFormatError {
  return new RdbFormatError(`a listpack that ${what}`, offset)
}
