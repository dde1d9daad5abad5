import { textAt } from './bytes.js'
import { PersistenceError } from './errors.js'
import type { Plain } from './plain.js'

/** Lists lie in lists at most so deep. */
const DEPTH_MAX = 8

/**
 * Reads MessagePack as it is written here: null, integers, doubles, text, bytes and arrays. Every length is checked against the
 * bytes that are there before anything is made of it, which general readers of the format do not promise.
 */
export class PlainReader {
  private readonly bytes: Buffer
  private at: number
  private readonly end: number
  private readonly file: string
  /** Where the bytes begin in the file. */
  private readonly base: number

  constructor(bytes: Uint8Array, file: string, base: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.at = 0
    this.end = bytes.length
    this.file = file
    this.base = base
  }

  /** The one value that the bytes are. O(bytes). @throws PersistenceError */
  whole(): Plain {
    const value = this.value(0)
    if (this.at !== this.end) throw this.wrong('bytes behind the value')
    return value
  }

  private wrong(reason: string): PersistenceError {
    return new PersistenceError('DAMAGED', reason, { file: this.file, offset: this.base + this.at })
  }

  /** Goes past so many bytes that must be there; returns where they begin. */
  private take(count: number): number {
    const { at } = this
    if (count > this.end - at) throw this.wrong('a length that goes past the end')
    this.at = at + count
    return at
  }

  private value(depth: number): Plain {
    const { bytes } = this
    const type = bytes[this.take(1)]!
    if (type < 0x80) return type
    if (type >= 0xe0) return type - 0x100
    if (type >= 0xa0 && type < 0xc0) return this.text(type & 0x1f)
    if (type >= 0x90 && type < 0xa0) return this.array(type & 0x0f, depth)
    switch (type) {
      case 0xc0:
        return null
      case 0xc4:
        return this.raw(bytes[this.take(1)]!)
      case 0xc5:
        return this.raw(bytes.readUInt16BE(this.take(2)))
      case 0xc6:
        return this.raw(bytes.readUInt32BE(this.take(4)))
      case 0xcb:
        return bytes.readDoubleBE(this.take(8))
      case 0xd9:
        return this.text(bytes[this.take(1)]!)
      case 0xda:
        return this.text(bytes.readUInt16BE(this.take(2)))
      case 0xdb:
        return this.text(bytes.readUInt32BE(this.take(4)))
      case 0xdc:
        return this.array(bytes.readUInt16BE(this.take(2)), depth)
      case 0xdd:
        return this.array(bytes.readUInt32BE(this.take(4)), depth)
    }
    return this.integer(type)
  }

  private integer(type: number): Plain {
    const { bytes } = this
    switch (type) {
      case 0xcc:
        return bytes[this.take(1)]!
      case 0xcd:
        return bytes.readUInt16BE(this.take(2))
      case 0xce:
        return bytes.readUInt32BE(this.take(4))
      case 0xcf:
        return narrow(bytes.readBigUInt64BE(this.take(8)))
      case 0xd0:
        return bytes.readInt8(this.take(1))
      case 0xd1:
        return bytes.readInt16BE(this.take(2))
      case 0xd2:
        return bytes.readInt32BE(this.take(4))
      case 0xd3:
        return narrow(bytes.readBigInt64BE(this.take(8)))
    }
    throw this.wrong(`a type that is never written: 0x${type.toString(16)}`)
  }

  private text(length: number): string {
    const { bytes } = this
    const start = this.take(length)
    return textAt(bytes, start, start + length)
  }

  private raw(length: number): Uint8Array {
    const start = this.take(length)
    return new Uint8Array(this.bytes.subarray(start, start + length))
  }

  private array(length: number, depth: number): Plain {
    // Each element takes a byte at least.
    if (length > this.end - this.at) throw this.wrong('a length that goes past the end')
    if (depth === DEPTH_MAX) throw this.wrong('lists that lie too deep')
    const array = new Array<Plain>(length)
    for (let i = 0; i < length; i++) array[i] = this.value(depth + 1)
    return array
  }
}

/** Integers past 2^53 are bigints, others are not. */
function narrow(integer: bigint): Plain {
  return integer >= -9007199254740991n && integer <= 9007199254740991n ? Number(integer) : integer
}
