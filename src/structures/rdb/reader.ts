import { fromBytes, readable } from '../text.js'
import { LZF_MAX_EXPANSION, lzfDecompress } from './lzf.js'
import {
  DOUBLE_NAN,
  DOUBLE_NEGATIVE_INFINITY,
  DOUBLE_POSITIVE_INFINITY,
  INT8_STRING,
  INT16_STRING,
  INT32_STRING,
  LENGTH_32,
  LENGTH_64,
  LZF_STRING,
} from './writer.js'

/** What a reader throws on bytes that are no RDB value: truncated, malformed or out of range. */
export class RdbFormatError extends Error {
  /** Offset of the part that could not be read. */
  readonly offset: number

  constructor(what: string, offset: number) {
    super(`rdb: ${what} at offset ${offset}`)
    this.name = 'RdbFormatError'
    this.offset = offset
  }
}

/** Where compressed bytes are expanded that are needed for a moment only. */
const SCRATCH_BYTES = 65_536
let scratch: Uint8Array | undefined

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const float = new Float64Array(1)
const floatBytes = new Uint8Array(float.buffer)
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/**
 * A cursor over RDB primitives from `position` to `end` (exclusive).
 *
 * Invariants: no method reads at or after `end`; nothing is allocated by a length that the input does not back with
 * bytes. After a throw the position is unspecified. Every method costs O(bytes read), a compressed string O(its size).
 *
 * @throws RdbFormatError from every reading method, on truncated or malformed input
 */
export class RdbReader {
  readonly bytes: Uint8Array
  position: number
  readonly end: number
  /** The bytes once more, as soon as text is read from them. */
  private source: Uint8Array | undefined

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    if (start < 0 || end < start || end > bytes.length) throw new Error('rdb: a reader needs a range inside its bytes')
    this.bytes = bytes
    this.position = start
    this.end = end
    this.source = undefined
  }

  /** How many bytes are left. */
  remaining(): number {
    return this.end - this.position
  }

  /** One byte. */
  byte(): number {
    return this.bytes[this.skip(1)]!
  }

  /** A view of the next `count` bytes: it shares memory with the input. */
  view(count: number): Uint8Array {
    const at = this.skip(count)
    return this.bytes.subarray(at, at + count)
  }

  /** Steps over `count` bytes and returns the offset where they begin. */
  skip(count: number): number {
    const at = this.position
    if (count > this.end - at) throw new RdbFormatError('truncated', at)
    this.position = at + count
    return at
  }

  /** A length or count, at most 2^53 - 1. It says nothing about how much input is left. */
  size(): number {
    const at = this.position
    const lead = this.byte()
    if (lead >= INT8_STRING) throw new RdbFormatError('a string encoding where a length belongs', at)
    return this.sizeAfter(lead, at)
  }

  /** A count of rows of at least `bytesEach` bytes, for which the bytes left have room. */
  count(bytesEach: number): number {
    const at = this.position
    const count = this.size()
    if (count * bytesEach > this.remaining()) throw new RdbFormatError('a count beyond what follows', at)
    return count
  }

  /** A length of up to 64 bits, which Redis also uses for stream ids and counters. */
  size64(): bigint {
    if (this.position >= this.end || this.bytes[this.position] !== LENGTH_64) return BigInt(this.size())
    this.position++
    const high = BigInt(this.uint32())
    return (high << 32n) | BigInt(this.uint32())
  }

  /**
   * An encoded string: a number when it is stored as an integer (its text is the decimal form), else its bytes.
   * Raw bytes are a view that shares memory with the input; decompressed ones are new.
   */
  string(): number | Uint8Array {
    const at = this.position
    const lead = this.byte()
    switch (lead) {
      case INT8_STRING:
        return (this.byte() << 24) >> 24
      case INT16_STRING: {
        const from = this.skip(2)
        return ((this.bytes[from]! | (this.bytes[from + 1]! << 8)) << 16) >> 16
      }
      case INT32_STRING:
        return this.int32()
      case LZF_STRING:
        return this.compressed(at)
    }
    if (lead > LZF_STRING) throw new RdbFormatError('an unknown string encoding', at)
    return this.view(this.sizeAfter(lead, at))
  }

  /** An encoded string as bytes, an integer as its decimal text. */
  stringBytes(): Uint8Array {
    const value = this.string()
    if (typeof value !== 'number') return value
    const text = String(value)
    const bytes = new Uint8Array(text.length)
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
    return bytes
  }

  /** An encoded string as a canonical one, an integer as its decimal text. */
  text(): string {
    const at = this.position
    const lead = this.byte()
    if (lead < INT8_STRING) {
      const count = this.sizeAfter(lead, at)
      const from = this.skip(count)
      if (this.source === undefined) this.source = readable(this.bytes)
      return fromBytes(this.source, from, from + count)
    }
    if (lead === LZF_STRING) return this.compressedText(at)
    this.position = at
    const value = this.string()
    return typeof value === 'number' ? String(value) : fromBytes(value)
  }

  /** A double of 8 little-endian bytes; it may be NaN. */
  double(): number {
    const at = this.skip(8)
    for (let i = 0; i < 8; i++) floatBytes[LITTLE_ENDIAN ? i : 7 - i] = this.bytes[at + i]!
    return float[0]!
  }

  /** A double of the old textual form; it may be NaN. */
  textDouble(): number {
    const start = this.position
    const count = this.byte()
    if (count === DOUBLE_NAN) return Number.NaN
    if (count === DOUBLE_POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
    if (count === DOUBLE_NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY
    const at = this.skip(count)
    let text = ''
    for (let i = at; i < at + count; i++) text += String.fromCharCode(this.bytes[i]!)
    if (!DECIMAL.test(text)) throw new RdbFormatError('a textual double that is no number', start)
    return Number(text)
  }

  /** A time or duration in ms: a signed 64-bit integer, which has to be a safe one. */
  milliseconds(): number {
    const start = this.position
    const low = this.int32() >>> 0
    const value = this.int32() * 0x100000000 + low
    if (!Number.isSafeInteger(value)) throw new RdbFormatError('a time out of range', start)
    return value
  }

  private compressed(start: number): Uint8Array {
    const packed = this.size()
    const count = this.checkedExpansion(packed, start)
    return this.expand(packed, count, new Uint8Array(count), start)
  }

  private compressedText(start: number): string {
    const packed = this.size()
    const count = this.checkedExpansion(packed, start)
    let target: Uint8Array
    if (count > SCRATCH_BYTES) target = new Uint8Array(count)
    else {
      if (scratch === undefined) scratch = readable(new Uint8Array(SCRATCH_BYTES))
      target = scratch
    }
    return fromBytes(this.expand(packed, count, target, start), 0, count)
  }

  /** How long a compressed string is; the ratio is checked, so that a few bytes cannot ask for gigabytes. */
  private checkedExpansion(packed: number, start: number): number {
    const count = this.size()
    if (packed > this.remaining() || count > packed * LZF_MAX_EXPANSION) throw malformed(start)
    return count
  }

  private expand(packed: number, count: number, target: Uint8Array, start: number): Uint8Array {
    const from = this.skip(packed)
    if (!lzfDecompress(this.bytes, from, from + packed, target, 0, count)) throw malformed(start)
    return target
  }

  private sizeAfter(lead: number, start: number): number {
    if (lead < 0x40) return lead
    if (lead < LENGTH_32) return ((lead & 0x3f) << 8) | this.byte()
    if (lead === LENGTH_32) return this.uint32()
    if (lead !== LENGTH_64) throw new RdbFormatError('an unknown length encoding', start)
    const value = this.uint32() * 0x100000000 + this.uint32()
    if (value > Number.MAX_SAFE_INTEGER) throw new RdbFormatError('a length out of range', start)
    return value
  }

  private int32(): number {
    const at = this.skip(4)
    const bytes = this.bytes
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  }

  /** Big-endian, as lengths are. */
  private uint32(): number {
    const at = this.skip(4)
    const bytes = this.bytes
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  }
}

function malformed(offset: number): RdbFormatError {
  return new RdbFormatError('a malformed compressed string', offset)
}
