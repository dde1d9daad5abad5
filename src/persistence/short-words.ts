import { textAt } from './bytes.js'

/** Words of so many bytes are kept at most: three numbers of 32 bits. */
const BYTES_MAX = 12
const SLOT_BITS = 12
const SLOTS = 1 << SLOT_BITS
const NUMBERS = 4

/** What is left of each of the three numbers in a word of so many bytes. */
const MASKS = Int32Array.from({ length: 3 * (BYTES_MAX + 1) }, (_, i) => {
  const bytes = Math.min(Math.max(Math.floor(i / 3) - 4 * (i % 3), 0), 4)
  return bytes === 4 ? -1 : (1 << (8 * bytes)) - 1
})

/**
 * Short words that come again: names of commands and fields, members, scores. A word that is found is not decoded (45 ns for 12 bytes)
 * and takes no memory of its own; nor does what is kept of it, which may be most of a small hash.
 *
 * Invariant: a slot holds the length and the bytes of the last word that came there, and its text once it has come twice in a row. So
 * words that come once are not kept.
 */
export class ShortWords {
  private readonly numbers = new Int32Array(SLOTS * NUMBERS)
  private readonly texts: (string | undefined)[] = new Array<undefined>(SLOTS).fill(undefined)

  /** As `textAt`; `view` has the same bytes. O(bytes). */
  textAt(bytes: Buffer, view: DataView, start: number, end: number): string {
    const length = end - start
    // Twelve bytes are read, whatever the length.
    if (length > BYTES_MAX || start + BYTES_MAX > bytes.length) return textAt(bytes, start, end)
    const mask = 3 * length
    const a = view.getInt32(start, true) & MASKS[mask]!
    const b = view.getInt32(start + 4, true) & MASKS[mask + 1]!
    const c = view.getInt32(start + 8, true) & MASKS[mask + 2]!
    const mixed = Math.imul(a ^ Math.imul(b, 0x2545f491) ^ Math.imul(c, 0x1b873593), 0x9e3779b1 | 0)
    const slot = (mixed ^ (mixed >>> 15)) & (SLOTS - 1)
    const { numbers, texts } = this
    const at = slot * NUMBERS
    if (numbers[at] === length && numbers[at + 1] === a && numbers[at + 2] === b && numbers[at + 3] === c) {
      const known = texts[slot]
      if (known !== undefined) return known
      const text = textAt(bytes, start, end)
      texts[slot] = text
      return text
    }
    numbers[at] = length
    numbers[at + 1] = a
    numbers[at + 2] = b
    numbers[at + 3] = c
    texts[slot] = undefined
    return textAt(bytes, start, end)
  }
}
