import { isAsciiAt } from './bytes.js'
import type { Glance } from './plain.js'

/** What has more of either is read at once. */
const PARTS_MAX = 64
const BYTES_MAX = 2_048

const [NUMBER, TEXT, BYTES, LIST] = [0, 1, 2, 3]
const NO_TYPE = 0xc1
const NO_BYTES = new Uint8Array(0)
/** The bits that no byte of ASCII has, of four bytes. */
const NOT_ASCII = 0x80808080

/** Takes MessagePack apart, and makes nothing of it. One object serves for one value after the other. */
export class GlanceReader implements Glance {
  bytes: Uint8Array = NO_BYTES
  view: DataView = new DataView(NO_BYTES.buffer)
  keyStart = 0
  nameStart = 0
  nameEnd = 0
  start = 0
  end = 0
  count = 0
  readonly kinds = new Uint8Array(PARTS_MAX)
  readonly values = new Int32Array(PARTS_MAX)
  readonly lengths = new Int32Array(PARTS_MAX)

  /** Reads the key from one place to another (exclusive); false where it is no short text of ASCII. O(bytes). */
  readKey(bytes: Uint8Array, start: number, end: number): boolean {
    const type = bytes[start]!
    const isFixed = type >= 0xa0 && type < 0xc0
    if (!isFixed && type !== 0xd9) return false
    this.keyStart = start
    this.nameStart = start + (isFixed ? 1 : 2)
    this.nameEnd = end
    return isAsciiAt(bytes, this.nameStart, end)
  }

  /** Reads the value at a place in bytes, of which there is a view; returns where it ends, -1 where it is too large, of other parts, or not whole. O(bytes). */
  read(bytes: Uint8Array, view: DataView, start: number): number {
    const { kinds, values, lengths } = this
    const end = Math.min(bytes.length, start + BYTES_MAX)
    let count = 0
    let at = start
    let most = 0
    for (let left = 1; left > 0; left--) {
      // A byte that is not there is none of the types.
      const type = at < end ? bytes[at++]! : NO_TYPE
      let kind = TEXT
      let value = at
      let length = 0
      if (type >= 0xa0 && type < 0xc0) length = type & 0x1f
      else if (type < 0x80) {
        kind = NUMBER
        value = type
      } else if (type >= 0x90 && type < 0xa0) {
        kind = LIST
        value = type & 0x0f
      } else {
        const head = headBytes(type)
        if (head === 0 || at + head > end) return -1
        for (let i = 0; i < head; i++) length = length * 256 + bytes[at++]!
        value = at
        if (type === 0xdd) {
          kind = LIST
          value = length
          length = 0
        } else if (type === 0xc4 || type === 0xc6) kind = BYTES
      }
      if (kind === LIST) left += value
      if (count === PARTS_MAX || left > PARTS_MAX || length > end - at) return -1
      kinds[count] = kind
      values[count] = value
      lengths[count++] = length
      const next = at + length
      if (kind === TEXT) {
        for (const stop = next - 3; at < stop; at += 4) most |= view.getInt32(at, true)
        for (; at < next; at++) most |= bytes[at]!
      }
      at = next
    }
    // All texts are to be ASCII.
    if ((most & NOT_ASCII) !== 0) return -1
    this.bytes = bytes
    this.view = view
    this.start = start
    this.end = at
    this.count = count
    return at
  }
}

/** How many bytes of length follow a type of text, bytes or lists; 0 for what is none that is glanced at. */
function headBytes(type: number): number {
  if (type === 0xd9 || type === 0xc4) return 1
  if (type === 0xda) return 2
  return type === 0xc6 || type === 0xdd ? 4 : 0
}
