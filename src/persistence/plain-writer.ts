import { GrowingBytes, SHORT_TEXT_MAX } from './growing-bytes.js'
import type { PlainSink } from './plain.js'

/** The longest text whose head has its length in the type byte. */
const FIXED_MAX = 31
const NONE = 0xc0
const INT64_MAX = 2n ** 63n - 1n

/**
 * Writes plain data as MessagePack into memory that grows.
 *
 * Heads are not always the shortest: the size of that of a text is chosen before its bytes are known, so that each text is
 * looked at once.
 */
export class PlainWriter extends GrowingBytes implements PlainSink {
  private readonly bytesOf: (text: string) => Uint8Array

  /** `bytesOf` says what a text stands for that is no valid Unicode. */
  constructor(capacity: number, bytesOf: (text: string) => Uint8Array) {
    super(capacity)
    this.bytesOf = bytesOf
  }

  none(): void {
    this.byte(NONE)
  }

  /** Something that is its own type: NONE, or an integer from 0 to 127. */
  protected byte(value: number): void {
    this.reserve(1)
    this.memory[this.length++] = value
  }

  /** An integer or a double. -0 becomes 0. */
  number(value: number): void {
    this.reserve(9)
    const { memory, view } = this
    const at = this.length
    if (value >>> 0 === value) {
      if (value < 0x80) {
        memory[at] = value
        this.length = at + 1
      } else {
        memory[at] = 0xce
        view.setUint32(at + 1, value)
        this.length = at + 5
      }
    } else if (value >> 0 === value) {
      memory[at] = 0xd2
      view.setInt32(at + 1, value)
      this.length = at + 5
    } else {
      memory[at] = 0xcb
      view.setFloat64(at + 1, value)
      this.length = at + 9
    }
  }

  /** An integer of 64 bits. */
  bigint(value: bigint): void {
    this.reserve(9)
    // The parts of the ids of streams have no sign.
    this.memory[this.length] = value > INT64_MAX ? 0xcf : 0xd3
    this.view.setBigUint64(this.length + 1, value)
    this.length += 9
  }

  /** O(length). */
  text(text: string): void {
    const { length } = text
    if (length > SHORT_TEXT_MAX) this.longText(text)
    else {
      this.reserve(length + 1)
      this.memory[this.length++] = 0xa0 | length
      if (this.ascii(text)) return
      this.length--
      this.longText(text)
    }
  }

  private longText(text: string): void {
    const most = this.bytesMost(text)
    this.reserve(most + 5)
    const head = most <= FIXED_MAX ? 1 : most <= 0xff ? 2 : most <= 0xffff ? 3 : 5
    const written = this.memory.utf8Write(text, this.length + head)
    // Where each unit became one byte it was ASCII.
    if (written !== text.length && !text.isWellFormed()) this.binary(this.bytesOf(text))
    else {
      this.textHead(head, written)
      this.length += head + written
    }
  }

  private textHead(head: number, length: number): void {
    const { memory, view } = this
    const at = this.length
    if (head === 1) memory[at] = 0xa0 | length
    else if (head === 2) {
      memory[at] = 0xd9
      memory[at + 1] = length
    } else if (head === 3) {
      memory[at] = 0xda
      view.setUint16(at + 1, length)
    } else {
      memory[at] = 0xdb
      view.setUint32(at + 1, length)
    }
  }

  /** O(length). */
  binary(bytes: Uint8Array): void {
    const at = this.binaryHead(bytes.length)
    this.memory.set(bytes, at)
  }

  /** Makes room for so many bytes behind a head; returns where they are to be. */
  private binaryHead(length: number): number {
    this.reserve(length + 5)
    this.memory[this.length] = 0xc6
    this.view.setUint32(this.length + 1, length)
    const at = this.length + 5
    this.length = at + length
    return at
  }

  list(length: number): void {
    this.reserve(5)
    if (length < 16) this.memory[this.length++] = 0x90 | length
    else {
      this.memory[this.length] = 0xdd
      this.view.setUint32(this.length + 1, length)
      this.length += 5
    }
  }

  doubles(count: number): number {
    return this.binaryHead(count * 8)
  }

  setDouble(at: number, value: number): void {
    this.view.setFloat64(at, value, true)
  }
}
