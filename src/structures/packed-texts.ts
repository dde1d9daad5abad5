import { Lent } from './lent.js'
import { SHORT_ASCII_MAX } from './short-ascii.js'
import { fromAscii, isAscii, readable } from './text.js'
import { hashOf, hashOfAscii } from './text-hash.js'
import { ARRAY, textWeight, WORD } from './weight.js'

/** How many texts lie in one block. */
const BLOCK_BITS = 8
const BLOCK = 1 << BLOCK_BITS
const BLOCK_MASK = BLOCK - 1
/** Longer texts stay strings; so many of this length end where two bytes can still say it. */
const PACKED_MAX = 254
/** Where the ends of all texts of a block lie, two bytes each. */
const HEAD = 2 * BLOCK
/** What the first block has at first for its texts. */
const FIRST_ROOM = 512
/** What a block has to spare when it grows. */
const SPARE = 32
/** A full block that wastes more than this part of itself is made anew. */
const WASTE_SHIFT = 5
/** The objects of a block beside its bytes, and the pointer to it. */
const BLOCK_OVERHEAD = 200 + 2 * WORD

/**
 * Texts by index, the ASCII characters of each as bytes one after the other: a string of 12 characters takes 40 bytes with the
 * pointer to it, here 15. A text that is longer than PACKED_MAX or has other characters is kept as a string beside them.
 *
 * Invariant: in a block, the text at index i lies from the end of the one before to its own end; one that is kept as a string has no bytes
 * there.
 */
export class PackedTexts {
  private readonly blocks: Uint8Array[] = []
  /** The texts of each block that are strings; undefined where it has had none. */
  private readonly strings: ((string | undefined)[] | undefined)[] = []
  private count = 0
  private bytes = 0
  /** The blocks that a view has, with their strings. */
  private lent: Lent | undefined = undefined

  get length(): number {
    return this.count
  }

  /** The bytes that all take, roughly. O(1). */
  get weight(): number {
    return 2 * ARRAY + this.bytes
  }

  /** O(length of the text). */
  at(index: number): string {
    const block = this.blocks[index >> BLOCK_BITS]!
    const start = startOf(block, index & BLOCK_MASK)
    const end = endOf(block, index & BLOCK_MASK)
    return start === end ? this.stringAt(index) : fromAscii(block, HEAD + start, HEAD + end)
  }

  /** Whether the text at an index is this one. O(length of the text); makes no string. */
  isAt(index: number, text: string): boolean {
    const block = this.blocks[index >> BLOCK_BITS]!
    const start = startOf(block, index & BLOCK_MASK)
    const length = endOf(block, index & BLOCK_MASK) - start
    if (length === 0) return this.stringAt(index) === text
    if (length !== text.length) return false
    for (let i = 0; i < length; i++) if (block[HEAD + start + i] !== text.charCodeAt(i)) return false
    return true
  }

  /** The hash of the text at an index. O(length of the text). */
  hashAt(index: number): number {
    const block = this.blocks[index >> BLOCK_BITS]!
    const start = startOf(block, index & BLOCK_MASK)
    const end = endOf(block, index & BLOCK_MASK)
    return start === end ? hashOf(this.stringAt(index)) : hashOfAscii(block, HEAD + start, HEAD + end)
  }

  /** All texts, in an array of its own. O(bytes). */
  all(): string[] {
    const texts = new Array<string>(this.count)
    for (let number = 0; number < this.blocks.length; number++) this.copyBlock(number, texts)
    return texts
  }

  /** Short texts are cut out of the characters of the block, which takes a third of the time; they keep nothing of it. */
  private copyBlock(number: number, into: string[]): void {
    const block = this.blocks[number]!
    const first = number << BLOCK_BITS
    const count = Math.min(BLOCK, this.count - first)
    const characters = fromAscii(block, HEAD, HEAD + endOf(block, count - 1))
    let start = 0
    for (let at = 0; at < count; at++) {
      const end = endOf(block, at)
      const isShort = end - start <= SHORT_ASCII_MAX && end > start
      into[first + at] = isShort ? characters.slice(start, end) : this.at(first + at)
      start = end
    }
  }

  private stringAt(index: number): string {
    return this.strings[index >> BLOCK_BITS]?.[index & BLOCK_MASK] ?? ''
  }

  /** Puts a text behind all others. O(length of the text) amortised. */
  push(text: string): void {
    const index = this.count++
    const at = index & BLOCK_MASK
    const number = index >> BLOCK_BITS
    if (at === 0) this.addBlock()
    const start = startOf(this.blocks[number]!, at)
    const end = start + this.write(number, start, text)
    if (end === start && text !== '') this.keep(index, text)
    setEnd(this.blocks[number]!, at, end)
    if (at === BLOCK_MASK) this.trim(number, end)
  }

  /** Writes a text where those of its block end; returns how many bytes it takes, 0 for one that is to be kept as a string. */
  private write(number: number, start: number, text: string): number {
    const { length } = text
    if (length > PACKED_MAX) return 0
    const end = start + length
    if (HEAD + end > this.blocks[number]!.length) this.resize(number, end + (end >> 1) + SPARE)
    return writeAscii(this.blocks[number]!, HEAD + start, text)
  }

  /** Gives back what a full block has to spare, where that is much. */
  private trim(number: number, end: number): void {
    const room = this.blocks[number]!.length - HEAD
    if (room - end > room >> WASTE_SHIFT) this.resize(number, end)
  }

  /** The texts of two blocks are mostly about as long. */
  private addBlock(): void {
    const { blocks } = this
    const former = blocks.at(-1)
    blocks.push(this.made(former === undefined ? HEAD + FIRST_ROOM : former.length + SPARE))
    this.strings.push(undefined)
  }

  /** Puts another text in the place of one. O(texts of a block). */
  set(index: number, text: string): void {
    const number = index >> BLOCK_BITS
    const at = index & BLOCK_MASK
    if (this.lent !== undefined) this.own(this.lent, number)
    const start = startOf(this.blocks[number]!, at)
    const end = endOf(this.blocks[number]!, at)
    const length = packedLength(text)
    if (start === end) this.drop(index)
    if (length === 0 && text !== '') this.keep(index, text)
    const by = length - (end - start)
    if (by !== 0) this.shift(number, at, end, by)
    if (length > 0) writeAscii(this.blocks[number]!, HEAD + start, text)
  }

  /** Moves what lies behind a text of a block, whose end it moves too. */
  private shift(number: number, at: number, end: number, by: number): void {
    const last = Math.min(BLOCK, this.count - (number << BLOCK_BITS)) - 1
    const used = endOf(this.blocks[number]!, last)
    if (HEAD + used + by > this.blocks[number]!.length) this.resize(number, used + by + SPARE)
    const block = this.blocks[number]!
    block.copyWithin(HEAD + end + by, HEAD + end, HEAD + used)
    for (let i = at; i <= last; i++) setEnd(block, i, endOf(block, i) + by)
  }

  /** Takes away the last text. O(1) amortised. */
  pop(): void {
    const index = --this.count
    const number = index >> BLOCK_BITS
    const at = index & BLOCK_MASK
    if (this.lent !== undefined) this.own(this.lent, number)
    const block = this.blocks[number]!
    if (startOf(block, at) === endOf(block, at)) this.drop(index)
    if (at > 0) return
    this.bytes -= block.length + BLOCK_OVERHEAD
    this.blocks.pop()
    if (this.strings.pop() !== undefined) this.bytes -= ARRAY + BLOCK * WORD
  }

  private keep(index: number, text: string): void {
    const number = index >> BLOCK_BITS
    let strings = this.strings[number]
    if (strings === undefined) {
      strings = new Array<string | undefined>(BLOCK)
      this.strings[number] = strings
      this.bytes += ARRAY + BLOCK * WORD
    }
    strings[index & BLOCK_MASK] = text
    this.bytes += textWeight(text)
  }

  /** Forgets a text that was kept as a string. */
  private drop(index: number): void {
    const strings = this.strings[index >> BLOCK_BITS]
    if (strings === undefined) return
    this.bytes -= textWeight(strings[index & BLOCK_MASK] ?? '')
    strings[index & BLOCK_MASK] = undefined
  }

  private made(length: number): Uint8Array {
    this.bytes += length + BLOCK_OVERHEAD
    return readable(new Uint8Array(length))
  }

  /** Gives a block room for so many bytes of texts. */
  private resize(number: number, room: number): void {
    const former = this.blocks[number]!
    if (former.length === HEAD + room) return
    this.bytes += HEAD + room - former.length
    const block = new Uint8Array(HEAD + room)
    block.set(former.length > block.length ? former.subarray(0, block.length) : former)
    this.blocks[number] = readable(block)
  }

  /** Takes a copy of a block that a view has. */
  private own(lent: Lent, number: number): void {
    if (!lent.takeBack(number)) return
    this.blocks[number] = copied(this.blocks[number]!)
    this.strings[number] = this.strings[number]?.slice()
  }

  /**
   * The texts as they are now, to read. Both have the same blocks; before these texts change one they take a copy. (What is put behind the
   * others the view does not look at.) O(blocks).
   */
  view(): PackedTexts {
    const view = new PackedTexts()
    for (const block of this.blocks) view.blocks.push(block)
    for (const strings of this.strings) view.strings.push(strings)
    view.count = this.count
    view.bytes = this.bytes
    this.lent = new Lent(this.blocks.length)
    return view
  }

  /** An independent copy. O(bytes). */
  clone(): PackedTexts {
    const copy = new PackedTexts()
    for (const block of this.blocks) copy.blocks.push(copied(block))
    for (const strings of this.strings) copy.strings.push(strings?.slice())
    copy.count = this.count
    copy.bytes = this.bytes
    return copy
  }

  invariants(): void {
    const { blocks, count, strings } = this
    if (blocks.length !== Math.ceil(count / BLOCK) || strings.length !== blocks.length)
      throw new Error('packed texts: wrong number of blocks')
    let bytes = 0
    for (const [number, block] of blocks.entries()) {
      bytes += block.length + BLOCK_OVERHEAD
      if (strings[number] !== undefined) bytes += ARRAY + BLOCK * WORD
      const end = Math.min(BLOCK, count - number * BLOCK)
      for (let at = 0; at < end; at++) {
        const text = strings[number]?.[at]
        bytes += textWeight(text ?? '')
        if (endOf(block, at) < startOf(block, at)) throw new Error('packed texts: an end before a start')
        if (text !== undefined && endOf(block, at) > startOf(block, at)) throw new Error('packed texts: one has two')
        if (text !== undefined && packedLength(text) > 0) throw new Error('packed texts: a string that could be packed')
      }
      if (strings[number]?.slice(end).some((text) => text !== undefined))
        throw new Error('packed texts: a string behind the end')
      if (HEAD + endOf(block, end - 1) > block.length) throw new Error('packed texts: a block that is too short')
    }
    if (bytes !== this.bytes) throw new Error('packed texts: they are weighed wrongly')
  }
}

/** Not by `slice`: that of a Buffer does not copy. */
function copied(block: Uint8Array): Uint8Array {
  return readable(new Uint8Array(block))
}

function startOf(block: Uint8Array, at: number): number {
  return at === 0 ? 0 : endOf(block, at - 1)
}

function endOf(block: Uint8Array, at: number): number {
  return block[2 * at]! | (block[2 * at + 1]! << 8)
}

function setEnd(block: Uint8Array, at: number, end: number): void {
  block[2 * at] = end
  block[2 * at + 1] = end >> 8
}

/** How many bytes a text takes, 0 for one that is kept as a string. */
function packedLength(text: string): number {
  return text.length <= PACKED_MAX && isAscii(text) ? text.length : 0
}

/** Writes the characters of a text; returns how many those are, 0 where one of them is not ASCII. */
function writeAscii(block: Uint8Array, start: number, text: string): number {
  const { length } = text
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) return 0
    block[start + i] = unit
  }
  return length
}
