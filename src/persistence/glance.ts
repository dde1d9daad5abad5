import { isAsciiAt } from './bytes.js'
import type { Glance } from './plain.js'

/** What has more of either is read at once. */
const PARTS_MAX = 64
const BYTES_MAX = 2_048

const [NUMBER, TEXT, BYTES, LIST] = [0, 1, 2, 3]

/** Takes MessagePack apart, and makes nothing of it. One object serves for one value after the other. */
export class GlanceReader implements Glance {
  bytes: Uint8Array = new Uint8Array(0)
  count = 0
  readonly kinds = new Uint8Array(PARTS_MAX)
  readonly values = new Int32Array(PARTS_MAX)
  readonly lengths = new Int32Array(PARTS_MAX)

  /** Reads the value at a place; returns where it ends, -1 where it is too large, of other parts, or not whole. O(bytes). */
  read(bytes: Uint8Array, start: number): number {
    this.bytes = bytes
    this.count = 0
    const end = Math.min(bytes.length, start + BYTES_MAX)
    let at = start
    for (let left = 1; left > 0; left--) {
      // A byte that is not there is none of the types.
      const type = at < end ? bytes[at++]! : 0xc1
      if (type >= 0xa0 && type < 0xc0) at = this.text(at, type & 0x1f, end)
      else if (type < 0x80) at = this.part(NUMBER, type, 0, at)
      else if (type >= 0x90 && type < 0xa0) {
        left += type & 0x0f
        at = this.part(LIST, type & 0x0f, 0, at)
      } else if (type === 0xd9 && at < end) at = this.text(at + 1, bytes[at]!, end)
      else if (type === 0xc4 && at < end) at = this.part(BYTES, at + 1, bytes[at]!, at + 1 + bytes[at]!)
      else if ((type === 0xc6 || type === 0xdd) && at + 4 <= end) {
        const length = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
        if (length > BYTES_MAX) return -1
        at += 4
        if (type === 0xdd) left += length
        at = type === 0xdd ? this.part(LIST, length, 0, at) : this.part(BYTES, at, length, at + length)
      } else return -1
      if (at < 0 || at > end || left > PARTS_MAX) return -1
    }
    return at
  }

  private text(start: number, length: number, end: number): number {
    const { bytes } = this
    return start + length <= end && isAsciiAt(bytes, start, start + length)
      ? this.part(TEXT, start, length, start + length)
      : -1
  }

  /** Notes a part; returns `next`, or -1 where there is no room. */
  private part(kind: number, value: number, length: number, next: number): number {
    const { count } = this
    if (count === PARTS_MAX) return -1
    this.kinds[count] = kind
    this.values[count] = value
    this.lengths[count] = length
    this.count = count + 1
    return next
  }
}
