import { byteLength, copyBytes, fromBytes, toBytes, writeBytes } from './text.js'

/** The object, its array, and what V8 keeps of the memory behind it. */
const HEADERS = 240

/**
 * A Redis string held as bytes, with room to grow: what APPEND, SETRANGE and the bit commands work on.
 *
 * Invariant: `length` <= `bytes.length`; what lies behind `length` is zero, so growing needs no clearing.
 */
export class ByteString {
  bytes: Uint8Array
  length: number

  private constructor(bytes: Uint8Array, length: number) {
    this.bytes = bytes
    this.length = length
  }

  /** Takes over the array: the caller does not write to it again. */
  static of(bytes: Uint8Array): ByteString {
    return new ByteString(bytes, bytes.length)
  }

  static ofText(text: string): ByteString {
    return ByteString.of(toBytes(text))
  }

  /** The bytes that it takes, roughly, those included that it has to spare. O(1). */
  get weight(): number {
    return HEADERS + this.bytes.length
  }

  /** An independent copy without spare room. O(length). */
  clone(): ByteString {
    return ByteString.of(this.toBytes())
  }

  /** A copy of the bytes. O(length). */
  toBytes(): Uint8Array {
    return copyBytes(this.bytes.subarray(0, this.length))
  }

  /** The canonical string. O(length). */
  toText(): string {
    return fromBytes(this.bytes, 0, this.length)
  }

  /** Adds at the end. O(1) amortised per byte. */
  append(piece: string | Uint8Array): void {
    this.write(this.length, piece)
  }

  /** Overwrites from `offset` on; a gap behind the old end is zeros. O(piece + gap) amortised. */
  write(offset: number, piece: string | Uint8Array): void {
    const size = typeof piece === 'string' ? byteLength(piece) : piece.length
    const end = offset + size
    if (end > this.bytes.length) this.grow(end)
    if (typeof piece === 'string') writeBytes(piece, this.bytes, offset)
    else this.bytes.set(piece, offset)
    if (end > this.length) this.length = end
  }

  /** Makes it at least so long, by zeros at the end; returns whether it was shorter. O(1) amortised. */
  extend(length: number): boolean {
    if (length <= this.length) return false
    if (length > this.bytes.length) this.grow(length)
    this.length = length
    return true
  }

  /** The bytes themselves, which may not be changed, as long as nothing is added. O(1). */
  view(): Uint8Array {
    return this.bytes.length === this.length ? this.bytes : this.bytes.subarray(0, this.length)
  }

  private grow(needed: number): void {
    // Redis's rule: twice what is needed up to 1 MB, 1 MB more than needed past it.
    const room = needed < 1_048_576 ? needed * 2 : needed + 1_048_576
    const grown = new Uint8Array(room)
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}
