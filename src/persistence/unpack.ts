import { SHORT_ASCII_MAX } from '../structures/short-ascii.js'
import { isAsciiAt, latin1At, textAt } from './bytes.js'
import { PersistenceError } from './errors.js'
import type { Plain, PlainSource } from './plain.js'

/** Lists lie in lists at most so deep. */
const DEPTH_MAX = 8
const DOUBLE_BYTES = 8
/** So many bytes are made into characters at once: they lie in the cache, and what a text takes that goes at once. */
const CHARACTERS_MAX = 8 * 1024

/**
 * Reads MessagePack as it is written here: null, integers, doubles, text, bytes and arrays. Every length is checked against the
 * bytes that are there before anything is made of it, which general readers of the format do not promise.
 *
 * All methods throw a PersistenceError that names the place of what is wrong.
 */
export class PlainReader implements PlainSource {
  protected readonly bytes: Buffer
  protected readonly view: DataView
  protected at: number
  private readonly end: number
  private readonly file: string
  /** Where the bytes begin in the file. */
  private readonly base: number
  /** Some of the bytes as characters, and the place of the first of them. */
  private characters = ''
  private from = 0

  constructor(bytes: Uint8Array, file: string, base: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.at = 0
    this.end = bytes.length
    this.file = file
    this.base = base
  }

  /** The one value that the bytes are. O(bytes). */
  whole(): Plain {
    const value = this.value(0)
    this.finish()
    return value
  }

  /** Whether all has been read. */
  get isAtEnd(): boolean {
    return this.at === this.end
  }

  /** Says that nothing more should be there. */
  finish(): void {
    if (!this.isAtEnd) throw this.wrong('bytes behind the value')
  }

  text(): string | Uint8Array {
    const type = this.bytes[this.take(1)]!
    if (type >= 0xa0 && type < 0xc0) return this.textOf(type & 0x1f)
    const value = this.valueOf(type, 0)
    if (typeof value === 'string' || value instanceof Uint8Array) return value
    throw this.wrong('text that is none')
  }

  /** Goes past a text: the usual ones are not made. */
  protected passText(): void {
    const type = this.at < this.end ? this.bytes[this.at]! : 0
    if (type >= 0xa0 && type < 0xc0) this.take(1 + (type & 0x1f))
    else this.text()
  }

  /** The text at a place that has been passed. */
  protected textFrom(start: number): string | Uint8Array {
    const { at } = this
    this.at = start
    const text = this.text()
    this.at = at
    return text
  }

  number(): number {
    const type = this.bytes[this.take(1)]!
    if (type < 0x80) return type
    const value = this.valueOf(type, 0)
    if (typeof value === 'number') return value
    throw this.wrong('a number that is none')
  }

  list(): number {
    const type = this.bytes[this.take(1)]!
    const length = this.lengthOfList(type)
    if (length === undefined) throw this.wrong('a list that is none')
    return length
  }

  doubles(count: number): number[] {
    const { view } = this
    const length = this.lengthOfRaw(this.bytes[this.take(1)]!)
    if (length === undefined) throw this.wrong('bytes that are none')
    if (length !== count * DOUBLE_BYTES) throw this.wrong('doubles that are not as many as they should be')
    let at = this.take(length)
    const doubles = new Array<number>(count)
    for (let i = 0; i < count; i++, at += DOUBLE_BYTES) doubles[i] = view.getFloat64(at, true)
    return doubles
  }

  /** The length of bytes that begin with this type, undefined where it is another one. */
  private lengthOfRaw(type: number): number | undefined {
    if (type === 0xc4) return this.bytes[this.take(1)]!
    if (type === 0xc5) return this.bytes.readUInt16BE(this.take(2))
    return type === 0xc6 ? this.bytes.readUInt32BE(this.take(4)) : undefined
  }

  /** The same of a list. */
  private lengthOfList(type: number): number | undefined {
    if (type >= 0x90 && type < 0xa0) return this.checked(type & 0x0f)
    if (type === 0xdc) return this.checked(this.bytes.readUInt16BE(this.take(2)))
    return type === 0xdd ? this.checked(this.bytes.readUInt32BE(this.take(4))) : undefined
  }

  plain(): Plain {
    return this.value(0)
  }

  protected wrong(reason: string): PersistenceError {
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
    return this.valueOf(this.bytes[this.take(1)]!, depth)
  }

  private valueOf(type: number, depth: number): Plain {
    const { bytes } = this
    if (type < 0x80) return type
    if (type >= 0xe0) return type - 0x100
    if (type >= 0xa0 && type < 0xc0) return this.textOf(type & 0x1f)
    const listed = this.lengthOfList(type)
    if (listed !== undefined) return this.array(listed, depth)
    const raw = this.lengthOfRaw(type)
    if (raw !== undefined) return this.raw(raw)
    switch (type) {
      case 0xc0:
        return null
      case 0xcb:
        return this.view.getFloat64(this.take(8))
      case 0xd9:
        return this.textOf(bytes[this.take(1)]!)
      case 0xda:
        return this.textOf(bytes.readUInt16BE(this.take(2)))
      case 0xdb:
        return this.textOf(bytes.readUInt32BE(this.take(4)))
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

  private textOf(length: number): string {
    const start = this.take(length)
    return this.cut(start, start + length)
  }

  /** The text of some of the bytes: short ones are cut out of the characters of many, which takes half as long as to decode them. */
  protected cut(start: number, end: number): string {
    const { bytes } = this
    // What is longer V8 would not copy, and it would keep all of them alive.
    if (end - start > SHORT_ASCII_MAX || !isAsciiAt(bytes, start, end)) return textAt(bytes, start, end)
    if (start < this.from || end > this.from + this.characters.length) {
      this.from = start
      this.characters = latin1At(bytes, start, Math.min(bytes.length, start + CHARACTERS_MAX))
    }
    return this.characters.slice(start - this.from, end - this.from)
  }

  private raw(length: number): Uint8Array {
    const start = this.take(length)
    return new Uint8Array(this.bytes.subarray(start, start + length))
  }

  private checked(length: number): number {
    // Each element takes a byte at least.
    if (length > this.end - this.at) throw this.wrong('a length that goes past the end')
    return length
  }

  private array(length: number, depth: number): Plain {
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
