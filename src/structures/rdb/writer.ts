import { isInt32, parseInt64 } from '../int64.js'
import { byteLength, toBytes, writeBytes } from '../text.js'
import { lzfCompress } from './lzf.js'

/** A string up to this long is stored as an integer when it is the canonical text of one of 32 bits. */
const INTEGER_TEXT_MAX = 11
/** Shorter strings are never compressed. */
const COMPRESSED_MIN = 21
/** Compression has to save at least this many bytes. */
const COMPRESSED_SAVING = 4

/** The encodings that the two top bits 11 of a length byte announce. */
export const INT8_STRING = 0xc0
export const INT16_STRING = 0xc1
export const INT32_STRING = 0xc2
export const LZF_STRING = 0xc3
/** The length bytes before a 32-bit and a 64-bit big-endian length. */
export const LENGTH_32 = 0x80
export const LENGTH_64 = 0x81
/** The length bytes that stand for a whole textual double. */
export const DOUBLE_NAN = 253
export const DOUBLE_POSITIVE_INFINITY = 254
export const DOUBLE_NEGATIVE_INFINITY = 255

/** What `integerOf` returns when the bytes are no such integer: a value that no 32-bit integer has. */
const NOT_AN_INTEGER = 0x80000000

/** Where the bytes of a text stand until they are written; a longer text gets an array of its own. */
const SCRATCH_BYTES = 65_536
let scratch: Uint8Array | undefined

const float = new Float64Array(1)
const floatWords = new Int32Array(float.buffer)
const LOW_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1

/**
 * A growing buffer of RDB primitives. The bytes that a method writes are those that Redis 8.0.2 writes.
 *
 * Invariant: `bytes[0 … length)` is what has been written; `bytes` is replaced when it grows, so a caller reads the
 * field anew after each write. Each write costs O(bytes written), amortised.
 */
export class RdbWriter {
  bytes: Uint8Array
  length: number
  private readonly compressing: boolean

  /** `compressing` false leaves every string uncompressed, as Redis's `rdbcompression no`. */
  constructor(capacity = 128, compressing = true) {
    this.bytes = new Uint8Array(Math.max(capacity, 16))
    this.length = 0
    this.compressing = compressing
  }

  /** Forgets what was written and keeps the buffer. O(1). */
  reset(): void {
    this.length = 0
  }

  /** Makes room for `count` more bytes; O(length) when the buffer has to grow, which at least doubles it. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  /** A copy of what was written. O(length). */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** Writes the bytes from `start` to `end` (exclusive) as they are, without a length. */
  raw(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start
    this.reserve(count)
    copyBytes(source, start, end, this.bytes, this.length)
    this.length += count
  }

  /** Writes a length or count in 1, 2, 5 or 9 bytes. `value` is an integer from 0 to 2^53 - 1. */
  size(value: number): void {
    this.reserve(9)
    this.length = putSize(this.bytes, this.length, value)
  }

  /** Writes a length of up to 64 bits, which Redis also uses for stream ids and counters. */
  size64(value: bigint): void {
    if (value <= 0xffffffffn) {
      this.size(Number(value))
      return
    }
    this.reserve(9)
    this.bytes[this.length++] = LENGTH_64
    this.word(Number((value >> 32n) & 0xffffffffn), false)
    this.word(Number(value & 0xffffffffn), false)
  }

  /**
   * Writes the bytes from `start` to `end` (exclusive) as an encoded string: an integer when they are one in canonical
   * text and fit 32 bits, compressed when longer than 20 bytes and at least 4 shorter that way, else raw.
   */
  string(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start
    if (count <= INTEGER_TEXT_MAX) {
      const integer = integerOf(source, start, end)
      if (integer !== NOT_AN_INTEGER) {
        this.putInteger(integer)
        return
      }
    } else if (count >= COMPRESSED_MIN && this.compressing && this.compressed(source, start, end)) return
    this.reserve(9 + count)
    this.length = putSize(this.bytes, this.length, count)
    this.raw(source, start, end)
  }

  /** Writes the bytes of a canonical string as `string` does. */
  text(text: string): void {
    if (text.length < COMPRESSED_MIN && this.shortText(text)) return
    const size = byteLength(text)
    if (size > SCRATCH_BYTES) {
      this.string(toBytes(text))
      return
    }
    if (scratch === undefined) scratch = new Uint8Array(SCRATCH_BYTES)
    writeBytes(text, scratch, 0)
    this.string(scratch, 0, size)
  }

  /** Writes a double as 8 little-endian bytes. */
  double(value: number): void {
    float[0] = value
    this.reserve(8)
    this.word(floatWords[LOW_WORD]!, true)
    this.word(floatWords[1 - LOW_WORD]!, true)
  }

  /**
   * Writes a double as text after a length byte, the form of the old sorted sets. The text is the shortest that reads
   * back as the same number; Redis writes 17 digits, which read the same.
   */
  textDouble(value: number): void {
    if (Number.isNaN(value)) this.byte(DOUBLE_NAN)
    else if (value === Number.POSITIVE_INFINITY) this.byte(DOUBLE_POSITIVE_INFINITY)
    else if (value === Number.NEGATIVE_INFINITY) this.byte(DOUBLE_NEGATIVE_INFINITY)
    else {
      const text = Object.is(value, -0) ? '-0' : String(value)
      this.reserve(1 + text.length)
      this.bytes[this.length++] = text.length
      this.ascii(text)
    }
  }

  /** Writes a time or duration in ms as a signed 64-bit little-endian integer. `value` is a safe integer. */
  milliseconds(value: number): void {
    this.reserve(8)
    this.word(value | 0, true)
    this.word(Math.floor(value / 0x100000000), true)
  }

  /** Writes an integer, or ASCII too short to be compressed; false when the text is neither. */
  private shortText(text: string): boolean {
    const count = text.length
    if (count <= INTEGER_TEXT_MAX) {
      const integer = parseInt64(text)
      if (integer !== undefined && isInt32(integer)) {
        this.putInteger(Number(integer))
        return true
      }
    }
    this.reserve(1 + count)
    const bytes = this.bytes
    let at = this.length
    bytes[at++] = count
    for (let i = 0; i < count; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 0x80) return false
      bytes[at++] = unit
    }
    this.length = at
    return true
  }

  private putInteger(value: number): void {
    this.reserve(5)
    if (value >= -128 && value <= 127) {
      this.bytes[this.length++] = INT8_STRING
      this.bytes[this.length++] = value
    } else if (value >= -32768 && value <= 32767) {
      this.bytes[this.length++] = INT16_STRING
      this.bytes[this.length++] = value
      this.bytes[this.length++] = value >> 8
    } else {
      this.bytes[this.length++] = INT32_STRING
      this.word(value, true)
    }
  }

  /**
   * Writes the compressed form if it saves enough. It is made behind the room that the longest header needs and then
   * moved up to the header, since the header states its length.
   */
  private compressed(source: Uint8Array, start: number, end: number): boolean {
    const count = end - start
    const header = 19
    this.reserve(header + count)
    const body = this.length + header
    const packed = lzfCompress(source, start, end, this.bytes, body, body + count - COMPRESSED_SAVING)
    if (packed === 0) return false
    this.bytes[this.length] = LZF_STRING
    let at = putSize(this.bytes, this.length + 1, packed)
    at = putSize(this.bytes, at, count)
    this.bytes.copyWithin(at, body, body + packed)
    this.length = at + packed
    return true
  }

  private ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i)
  }

  /** The low 32 bits of a number, into room that is reserved. */
  private word(value: number, littleEndian: boolean): void {
    putWord(this.bytes, this.length, value, littleEndian)
    this.length += 4
  }
}

function putWord(bytes: Uint8Array, at: number, value: number, littleEndian: boolean): void {
  if (littleEndian) {
    bytes[at] = value
    bytes[at + 1] = value >>> 8
    bytes[at + 2] = value >>> 16
    bytes[at + 3] = value >>> 24
  } else {
    bytes[at] = value >>> 24
    bytes[at + 1] = value >>> 16
    bytes[at + 2] = value >>> 8
    bytes[at + 3] = value
  }
}

/** Writes a length into room that is reserved and returns the offset after it. */
function putSize(bytes: Uint8Array, at: number, value: number): number {
  if (value < 64) {
    bytes[at] = value
    return at + 1
  }
  if (value < 16384) {
    bytes[at] = 0x40 | (value >>> 8)
    bytes[at + 1] = value
    return at + 2
  }
  if (value <= 0xffffffff) {
    bytes[at] = LENGTH_32
    putWord(bytes, at + 1, value, false)
    return at + 5
  }
  bytes[at] = LENGTH_64
  putWord(bytes, at + 1, Math.floor(value / 0x100000000), false)
  putWord(bytes, at + 5, value, false)
  return at + 9
}

/**
 * The 32-bit integer whose canonical decimal text the bytes are, or NOT_AN_INTEGER. Canonical means that printing it
 * gives the same bytes: '-0', '+1', '007' and '' are none. At most 11 bytes are given.
 */
function integerOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return NOT_AN_INTEGER
  let at = start
  const negative = bytes[at] === 0x2d
  if (negative) at++
  const lead = at === end ? 0 : bytes[at]! - 0x30
  if (lead === 0) return at + 1 === end && !negative ? 0 : NOT_AN_INTEGER
  let value = 0
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30
    if (digit < 0 || digit > 9) return NOT_AN_INTEGER
    value = value * 10 + digit
  }
  if (negative) value = -value
  return value >= -0x80000000 && value <= 0x7fffffff ? value : NOT_AN_INTEGER
}

/** A loop for a few bytes: the view and the call of `set` cost as much as copying 20 bytes. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
  if (end - start > 20) {
    target.set(start === 0 && end === source.length ? source : source.subarray(start, end), offset)
    return
  }
  let out = offset
  for (let at = start; at < end; at++) target[out++] = source[at]!
}
