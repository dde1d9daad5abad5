import { RdbFormatError, RdbReader } from '../structures/rdb/reader.js'
import { INT8_STRING, INT16_STRING, INT32_STRING, LENGTH_32, LENGTH_64, LZF_STRING } from '../structures/rdb/writer.js'
import { fromBytes } from '../structures/text.js'
import type { RedisFileError } from './errors.js'
import type { ByteWindow } from './window.js'

/**
 * The primitives of RDB on a file of which a part is in memory. What is stepped over is looked at only as far as it takes to
 * find its end. Every method may throw MORE.
 */
export class RdbCursor {
  constructor(readonly window: ByteWindow) {}

  byte(): number {
    const { window } = this
    return window.bytes[window.take(1)]!
  }

  skip(count: number): void {
    this.window.take(count)
  }

  /** A signed little-endian integer of 4 bytes. */
  int32(): number {
    const { window } = this
    const at = window.take(4)
    return dataView(window.bytes).getInt32(at, true)
  }

  /** A signed little-endian integer of 8 bytes, a bigint where no number is exact. */
  int64(): number | bigint {
    const { window } = this
    const at = window.take(8)
    const value = dataView(window.bytes).getBigInt64(at, true)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  /** A length or count. */
  size(): number {
    const lead = this.byte()
    if (lead >= INT8_STRING) throw this.damagedBefore('a string stands where a length belongs')
    return this.sizeAfter(lead)
  }

  /** As `size`, for figures that are not wanted and may have 64 bits. */
  skipSize(): void {
    const lead = this.byte()
    if (lead === LENGTH_64) this.skip(8)
    else if (lead >= INT8_STRING) throw this.damagedBefore('a string stands where a length belongs')
    else this.sizeAfter(lead)
  }

  skipSizes(count: number): void {
    for (let left = count; left > 0; left--) this.skipSize()
  }

  /** A count of parts of at least `bytesEach` bytes, for which the file has room. */
  count(bytesEach: number): number {
    const count = this.size()
    this.window.expectParts(count, bytesEach)
    return count
  }

  skipString(): void {
    const lead = this.byte()
    if (lead < INT8_STRING) this.window.takeString(this.sizeAfter(lead))
    else if (lead === INT8_STRING) this.skip(1)
    else if (lead === INT16_STRING) this.skip(2)
    else if (lead === INT32_STRING) this.skip(4)
    else if (lead === LZF_STRING) {
      const packed = this.size()
      this.size()
      this.window.takeString(packed)
    } else throw this.damagedBefore('a string of an unknown encoding')
  }

  /** A count, and as many times `each` strings. */
  skipStrings(each: number): void {
    for (let left = this.count(each) * each; left > 0; left--) this.skipString()
  }

  /** A string as canonical text. */
  text(): string {
    const { window } = this
    const start = window.at
    const lead = this.byte()
    if (lead < INT8_STRING) {
      const count = this.sizeAfter(lead)
      const at = window.takeString(count)
      return fromBytes(window.bytes, at, at + count)
    }
    window.at = start
    this.skipString()
    const reader = new RdbReader(window.bytes, start, window.at)
    try {
      return reader.text()
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw error
      window.at = start
      throw this.damaged('a compressed string that cannot be expanded')
    }
  }

  damaged(reason: string): RedisFileError {
    return this.window.error('damaged', reason)
  }

  /** For a byte that has just been read. */
  private damagedBefore(reason: string): RedisFileError {
    return this.window.error('damaged', reason, this.window.offset - 1)
  }

  private sizeAfter(lead: number): number {
    if (lead < 0x40) return lead
    if (lead < LENGTH_32) return ((lead & 0x3f) << 8) | this.byte()
    if (lead === LENGTH_32) return this.uint32()
    if (lead !== LENGTH_64) throw this.damagedBefore('a length of an unknown encoding')
    const value = this.uint32() * 0x100000000 + this.uint32()
    if (value > Number.MAX_SAFE_INTEGER) throw this.damaged('a length that is out of range')
    return value
  }

  private uint32(): number {
    const { window } = this
    const at = window.take(4)
    return dataView(window.bytes).getUint32(at, false)
  }
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
