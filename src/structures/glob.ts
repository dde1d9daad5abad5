import { fromBytes, toBytes } from './text.js'

/**
 * The glob of KEYS, SCAN, PSUBSCRIBE and ACL, byte for byte as Redis 8.0.2 matches it:
 *
 * - `*` is any bytes, `?` one byte (half of an `é`), `\x` the byte x, a lone `\` at the end itself;
 * - `[abc]`, `[a-z]`, `[z-a]` and `[^abc]` are one byte, `\x` in a class is x, and a class that is never closed ends
 *   with the pattern; `[]` matches nothing and `[^]` any byte; in `[a-]` the range runs from `a` to `]`; in the order of
 *   ranges the bytes from 0x80 on come before 0x00;
 * - the empty text matches the empty pattern alone: not even `*` matches it.
 *
 * A pattern is compiled into segments of fixed length with gaps between them. Each segment is placed as far left as it
 * goes; a later segment is never better off for an earlier one farther right, so nothing is tried twice and no pattern
 * backtracks.
 */
export class Glob {
  /** The only text that can match, when there is exactly one: a lookup then replaces a scan. */
  readonly literal: string | undefined
  /**
   * Whether the pattern is `*`. KEYS and the SCAN family take it as no filter at all, so that even an empty name
   * passes, which `matches` refuses (as PSUBSCRIBE does); `**` is a filter like any other.
   */
  readonly matchesAll: boolean
  private readonly shape: Shape
  /** Every match starts and ends with these; in the shape TEXTS they are the first and the last segment. */
  private readonly prefix: string
  private readonly suffix: string
  /** The segments between the first and the last, as strings in the shape TEXTS. */
  private readonly texts: readonly string[]
  private readonly middle: readonly Segment[]
  private readonly head: Segment
  private readonly tail: Segment
  private readonly hasGap: boolean
  private readonly minBytes: number
  private readonly minUnits: number

  /**
   * Compiles a pattern. O(length). With `nocase` ASCII letters match in either case, the way of COMMAND LIST and CONFIG
   * GET: not after a backslash in a class, and a range is put in order before its ends lose their case.
   */
  constructor(pattern: string, nocase = false) {
    const { tokens, classes, never } = new Parser(toBytes(pattern), nocase).parse()
    const segments = split(tokens, classes)
    const last = segments.length - 1
    this.hasGap = last > 0
    this.head = segments[0]!
    this.tail = this.hasGap ? segments[last]! : new Segment(new Int32Array(0), classes, 0)
    this.middle = segments.slice(1, -1)
    this.literal = !this.hasGap && this.head.isLiteral ? this.head.text() : undefined
    this.matchesAll = pattern === '*'
    const asTexts = segments.every((segment) => segment.skip === 0 && segment.isText())
    this.shape = never ? NEVER : this.literal !== undefined ? LITERAL : asTexts ? TEXTS : BYTES
    this.prefix = asTexts ? this.head.text() : this.head.asciiPrefix()
    this.suffix = asTexts ? this.tail.text() : ''
    this.texts = asTexts ? this.middle.map((segment) => segment.text()) : []
    this.minBytes = segments.reduce((sum, segment) => sum + segment.skip + segment.length, 0)
    const units = this.texts.reduce((sum, text) => sum + text.length, this.prefix.length + this.suffix.length)
    this.minUnits = Math.max(1, units)
  }

  /**
   * Whether the whole text matches. O(length) for stars, literals and short segments; a segment of m > 32 bytes with
   * classes or `?` inside takes O(length · m / 32).
   */
  matches(text: string): boolean {
    if (this.shape === LITERAL) return text === this.literal
    if (this.shape === NEVER || text.length < this.minUnits || !text.startsWith(this.prefix)) return false
    if (this.shape === BYTES) return this.matchesBytes(text)
    if (this.suffix !== '' && !text.endsWith(this.suffix)) return false
    return this.texts.length === 0 || this.containsTexts(text)
  }

  private containsTexts(text: string): boolean {
    const end = text.length - this.suffix.length
    let at = this.prefix.length
    for (let i = 0; i < this.texts.length; i++) {
      const segment = this.texts[i]!
      const found = text.indexOf(segment, at)
      if (found < 0) return false
      at = found + segment.length
      if (at > end) return false
    }
    return true
  }

  private matchesBytes(text: string): boolean {
    // A UTF-16 unit stands for one to three bytes.
    if (text.length * 3 < this.minBytes || (!this.hasGap && text.length > this.minBytes)) return false
    if (copyAscii(text, SCRATCH)) return this.matchesIn(SCRATCH, text.length)
    const bytes = toBytes(text)
    return this.matchesIn(bytes, bytes.length)
  }

  private matchesIn(bytes: Uint8Array, length: number): boolean {
    if (length < this.minBytes || (!this.hasGap && length > this.minBytes)) return false
    const end = length - this.tail.length
    if (!this.head.matchesAt(bytes, 0) || !this.tail.matchesAt(bytes, end)) return false
    let at = this.head.length
    for (let i = 0; i < this.middle.length; i++) {
      const segment = this.middle[i]!
      at = segment.find(bytes, at + segment.skip, end)
      if (at < 0) return false
      at += segment.length
    }
    return at + this.tail.skip <= end
  }
}

type Shape = typeof NEVER | typeof LITERAL | typeof TEXTS | typeof BYTES
/** The pattern has a class without members. */
const NEVER = 0
/** The pattern has no wildcard. */
const LITERAL = 1
/** Stars and literals of whole characters, which string search finds in any text: UTF-8 is self-synchronizing. */
const TEXTS = 2
/** Anything else is matched on bytes. */
const BYTES = 3

/** A token below 256 is that byte, one from CLASS on the class of that number: a set of 8 words in `classes`. */
const ANY = 256
const STAR = 257
const CLASS = 258
const CLASS_WORDS = 8

/** ASCII texts up to this length are matched without allocation. */
const SCRATCH = new Uint8Array(4096)

/** False, with the target's content undefined, when the text does not fit or is not ASCII. */
function copyAscii(text: string, target: Uint8Array): boolean {
  const length = text.length
  if (length > target.length) return false
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return false
    target[i] = unit
  }
  return true
}

/**
 * Cuts the tokens at their stars. `?` beside a star commutes with it, so a run of both is one gap of at least as many
 * bytes as it has `?`; hence no middle segment is empty, or starts or ends with `?`.
 */
function split(tokens: Int32Array, classes: Int32Array): Segment[] {
  const segments: Segment[] = []
  let start = 0
  let skip = 0
  let i = 0
  while (i < tokens.length) {
    if (tokens[i] !== STAR && tokens[i] !== ANY) {
      i++
      continue
    }
    const run = i
    let stars = 0
    for (; tokens[i] === STAR || tokens[i] === ANY; i++) if (tokens[i] === STAR) stars++
    if (stars === 0) continue
    segments.push(new Segment(tokens.subarray(start, run), classes, skip))
    skip = i - run - stars
    start = i
  }
  segments.push(new Segment(tokens.subarray(start), classes, skip))
  return segments
}

/** Up to this length a segment is tried at every place; longer ones prepare a table on their first search. */
const NAIVE_MAX = 32

/** Steps of a search from which on it is worth a look whether it can succeed. */
const LARGE = 1 << 20

/** A part of a pattern that matches a fixed number of bytes. */
class Segment {
  readonly length: number
  readonly isLiteral: boolean
  private readonly tokens: Int32Array
  private readonly classes: Int32Array
  /** The least number of bytes in the gap before it. */
  readonly skip: number
  private search: KnuthMorrisPratt | ShiftAnd | undefined

  constructor(tokens: Int32Array, classes: Int32Array, skip: number) {
    this.length = tokens.length
    this.isLiteral = tokens.every((token) => token < 256)
    this.tokens = tokens
    this.classes = classes
    this.skip = skip
    this.search = undefined
  }

  /** The string of a literal segment. */
  text(): string {
    return fromBytes(new Uint8Array(this.tokens))
  }

  /** Whether `indexOf` finds it, and within time linear in the text: short enough and of whole characters. */
  isText(): boolean {
    return this.isLiteral && this.length <= NAIVE_MAX && this.text().isWellFormed()
  }

  asciiPrefix(): string {
    const end = this.tokens.findIndex((token) => token > 0x7f)
    return String.fromCharCode(...this.tokens.subarray(0, Math.min(end < 0 ? this.length : end, NAIVE_MAX)))
  }

  matchesAt(bytes: Uint8Array, at: number): boolean {
    const tokens = this.tokens
    for (let i = 0; i < tokens.length; i++) {
      if (!accepts(tokens[i]!, bytes[at + i]!, this.classes)) return false
    }
    return true
  }

  /** The first place from `from` on at which it matches and ends by `end`, or -1. */
  find(bytes: Uint8Array, from: number, end: number): number {
    if (this.length > NAIVE_MAX) {
      this.search ??= this.isLiteral ? new KnuthMorrisPratt(this.tokens) : new ShiftAnd(this.tokens, this.classes)
      return this.search.find(bytes, from, end)
    }
    for (let at = from; at <= end - this.length; at++) if (this.matchesAt(bytes, at)) return at
    return -1
  }
}

function accepts(token: number, byte: number, classes: Int32Array): boolean {
  if (token < 256) return token === byte
  if (token === ANY) return true
  return ((classes[(token - CLASS) * CLASS_WORDS + (byte >>> 5)]! >>> (byte & 31)) & 1) === 1
}

/** Linear search for a long literal; V8's own `indexOf` is quadratic for such as `ba…a` in `a…a`. */
class KnuthMorrisPratt {
  private readonly tokens: Int32Array
  /** Length of the longest proper border of each prefix, by its last index. */
  private readonly borders: Int32Array

  constructor(tokens: Int32Array) {
    const borders = new Int32Array(tokens.length)
    for (let i = 1, border = 0; i < tokens.length; i++) {
      while (border > 0 && tokens[i] !== tokens[border]) border = borders[border - 1]!
      if (tokens[i] === tokens[border]) border++
      borders[i] = border
    }
    this.tokens = tokens
    this.borders = borders
  }

  find(bytes: Uint8Array, from: number, end: number): number {
    const { tokens, borders } = this
    let matched = 0
    for (let i = from; i < end; i++) {
      const byte = bytes[i]!
      while (matched > 0 && tokens[matched] !== byte) matched = borders[matched - 1]!
      if (tokens[matched] === byte) matched++
      if (matched === tokens.length) return i + 1 - matched
    }
    return -1
  }
}

/**
 * Bit-parallel search (R. Baeza-Yates and G. Gonnet, "A new approach to text searching", 1992) over several words: bit
 * j of the state says that the last j + 1 bytes match the first j + 1 tokens. Only the words between the first and the
 * last that are not zero are worked on, which for most texts is one.
 */
class ShiftAnd {
  private readonly length: number
  private readonly words: number
  /** For each byte, the set of the tokens that accept it. */
  private readonly masks: Int32Array
  private readonly state: Int32Array

  constructor(tokens: Int32Array, classes: Int32Array) {
    this.length = tokens.length
    this.words = (tokens.length + 31) >>> 5
    this.masks = new Int32Array(256 * this.words)
    this.state = new Int32Array(this.words)
    for (let i = 0; i < tokens.length; i++) {
      for (let byte = 0; byte < 256; byte++) {
        if (accepts(tokens[i]!, byte, classes)) this.masks[byte * this.words + (i >>> 5)]! |= 1 << (i & 31)
      }
    }
  }

  find(bytes: Uint8Array, from: number, end: number): number {
    const { length, words, masks, state } = this
    if ((end - from) * words > LARGE && !this.isFeasible(bytes, from, end)) return -1
    const lastBit = 1 << ((length - 1) & 31)
    state.fill(0)
    // All words outside first..last are zero.
    let first = 0
    let last = -1
    for (let i = from; i < end; i++) {
      let carry = 0
      if (i <= end - length) {
        carry = 1
        first = 0
      } else if (last < first) {
        return -1
      }
      if (last < words - 1) last++
      const mask = bytes[i]! * words
      for (let w = first; w <= last; w++) {
        const old = state[w]!
        state[w] = ((old << 1) | carry) & masks[mask + w]!
        carry = old >>> 31
      }
      if ((state[words - 1]! & lastBit) !== 0) return i + 1 - length
      while (last >= first && state[last] === 0) last--
      while (first <= last && state[first] === 0) first++
    }
    return -1
  }

  /** Whether every token accepts some byte there: one that is missing saves a search of words · (end - from) steps. */
  private isFeasible(bytes: Uint8Array, from: number, end: number): boolean {
    const { words, masks } = this
    const present = new Uint8Array(256)
    for (let i = from; i < end; i++) present[bytes[i]!] = 1
    const accepted = new Int32Array(words)
    for (let byte = 0; byte < 256; byte++) {
      if (present[byte] === 0) continue
      for (let w = 0; w < words; w++) accepted[w]! |= masks[byte * words + w]!
    }
    const unused = words * 32 - this.length
    for (let w = 0; w < words - 1; w++) if (accepted[w] !== -1) return false
    return accepted[words - 1] === ((-1 >>> unused) | 0)
  }
}

interface Tokens {
  readonly tokens: Int32Array
  readonly classes: Int32Array
  /** Whether one of the classes is empty. */
  readonly never: boolean
}

const BACKSLASH = 0x5c
const CARET = 0x5e
const DASH = 0x2d

class Parser {
  private readonly pattern: Uint8Array
  private readonly nocase: boolean
  private readonly classes: number[] = []
  private readonly members = new Uint8Array(256)
  private at = 0
  private never = false

  constructor(pattern: Uint8Array, nocase: boolean) {
    this.pattern = pattern
    this.nocase = nocase
  }

  parse(): Tokens {
    const { pattern } = this
    // A token takes at least one byte of the pattern.
    const tokens = new Int32Array(pattern.length)
    let count = 0
    while (this.at < pattern.length) {
      const byte = pattern[this.at++]!
      if (byte === 0x2a) tokens[count++] = STAR
      else if (byte === 0x3f) tokens[count++] = ANY
      else if (byte === 0x5b) tokens[count++] = this.readClass()
      else if (byte === BACKSLASH && this.at < pattern.length) tokens[count++] = this.literal(pattern[this.at++]!)
      else tokens[count++] = this.literal(byte)
    }
    return { tokens: tokens.slice(0, count), classes: Int32Array.from(this.classes), never: this.never }
  }

  private literal(byte: number): number {
    if (!this.nocase || swapCase(byte) === byte) return byte
    this.members.fill(0)
    this.addEitherCase(byte)
    return this.closeClass(false)
  }

  /** Reads a class from after its `[` to after its `]`, or to the end. */
  private readClass(): number {
    const { pattern, members } = this
    const negated = pattern[this.at] === CARET
    if (negated) this.at++
    members.fill(0)
    while (this.at < pattern.length) {
      const byte = pattern[this.at++]!
      if (byte === BACKSLASH && this.at < pattern.length) {
        members[pattern[this.at++]!] = 1
      } else if (byte === 0x5d) {
        break
      } else if (pattern[this.at] === DASH && this.at + 1 < pattern.length) {
        this.addRange(byte, pattern[this.at + 1]!)
        this.at += 2
      } else {
        this.addEitherCase(byte)
      }
    }
    return this.closeClass(negated)
  }

  /** Bytes are C's signed characters here: those from 0x80 on come before the others. */
  private addRange(from: number, to: number): void {
    const ordered = signed(from) <= signed(to)
    const low = this.comparable(ordered ? from : to)
    const high = this.comparable(ordered ? to : from)
    for (let byte = 0; byte < 256; byte++) {
      const compared = this.comparable(byte)
      if (compared >= low && compared <= high) this.members[byte] = 1
    }
  }

  private comparable(byte: number): number {
    return signed(this.nocase ? lowerCase(byte) : byte)
  }

  private addEitherCase(byte: number): void {
    this.members[byte] = 1
    if (this.nocase) this.members[swapCase(byte)] = 1
  }

  /** The token of the members collected: a plain byte or ANY where the class amounts to that. */
  private closeClass(negated: boolean): number {
    const set = new Int32Array(CLASS_WORDS)
    let size = 0
    let only = 0
    for (let byte = 0; byte < 256; byte++) {
      if ((this.members[byte] === 1) === negated) continue
      set[byte >>> 5]! |= 1 << (byte & 31)
      only = byte
      size++
    }
    if (size === 0) this.never = true
    if (size === 256) return ANY
    if (size === 1) return only
    this.classes.push(...set)
    return CLASS + this.classes.length / CLASS_WORDS - 1
  }
}

function signed(byte: number): number {
  return (byte << 24) >> 24
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
}

function swapCase(byte: number): number {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) ? byte ^ 0x20 : byte
}
