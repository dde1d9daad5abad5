/** The entries of one block of a stream: growing, or packed for good. */
import type { U64 } from './stream-id.js'

/** The entries in the order of their ids, by index. None is ever taken out: the block knows which are deleted. */
export interface StreamEntries {
  readonly size: number
  msAt(index: number): U64
  seqAt(index: number): U64
  /** The names of the fields. Shared: not to be changed. */
  namesAt(index: number): readonly string[]
  /** The names and values of an entry by turns. O(fields). */
  wordsAt(index: number): string[]
  /** How many bytes of heap they take, more or less. O(1). */
  readonly weight: number
}

/** So many entries have their values in one string. A piece of a string may keep the whole alive, so they are few. */
const GROUP_BITS = 4
const GROUP = 1 << GROUP_BITS

/** An array with its buffer, and the objects around the entries. */
const PACKED_OVERHEAD = 420
/** A string's head and the pointer to it. */
const STRING_BYTES = 32
/** The same of what grows, in arrays that have room for more: the arrays, an entry, a value without its text. */
const GROWING_OVERHEAD = 700
const GROWING_ENTRY_BYTES = 24
const GROWING_VALUE_BYTES = 36
const UINT16_MAX = 0xffff
const UINT32_MAX = 0xffffffff

const NO_NAMES: readonly string[] = []

/** Entries that are added to: values and ids in arrays. */
export class GrowingEntries implements StreamEntries {
  private readonly ms: U64[]
  private readonly seq: U64[]
  private readonly values: string[]
  /** The names of all entries, or of the first. */
  private names: readonly string[]
  /** The names of each entry, and where its values begin, where not all have the same names. */
  private ownNames: (readonly string[])[] | undefined
  private starts: number[] | undefined
  weight: number

  constructor(like?: GrowingEntries) {
    this.ms = like === undefined ? [] : like.ms.slice()
    this.seq = like === undefined ? [] : like.seq.slice()
    this.values = like === undefined ? [] : like.values.slice()
    this.names = like === undefined ? NO_NAMES : like.names
    this.ownNames = like?.ownNames?.slice()
    this.starts = like?.starts?.slice()
    this.weight = like === undefined ? GROWING_OVERHEAD : like.weight
  }

  /** The same entries as they are, to be added to. O(bytes). */
  static of(entries: StreamEntries): GrowingEntries {
    const growing = new GrowingEntries()
    for (let i = 0; i < entries.size; i++) {
      growing.add(entries.msAt(i), entries.seqAt(i), entries.namesAt(i), entries.wordsAt(i))
    }
    return growing
  }

  get size(): number {
    return this.ms.length
  }

  /** Adds an entry; `words` are names and values by turns. O(fields). */
  add(ms: U64, seq: U64, names: readonly string[], words: readonly string[]): void {
    if (this.ms.length === 0) this.names = names
    else if (names !== this.names && this.ownNames === undefined) this.part()
    this.ms.push(ms)
    this.seq.push(seq)
    this.ownNames?.push(names)
    this.starts?.push(this.values.length)
    let length = 0
    for (let i = 1; i < words.length; i += 2) {
      const value = words[i]!
      length += value.length
      this.values.push(value)
    }
    this.weight += GROWING_ENTRY_BYTES + names.length * GROWING_VALUE_BYTES + length
  }

  /** Notes the names of each entry. O(entries). */
  private part(): void {
    const { length } = this.names
    this.ownNames = this.ms.map(() => this.names)
    this.starts = this.ms.map((_, i) => i * length)
    this.weight += this.ms.length * 16
  }

  msAt(index: number): U64 {
    return this.ms[index]!
  }

  seqAt(index: number): U64 {
    return this.seq[index]!
  }

  namesAt(index: number): readonly string[] {
    return this.ownNames === undefined ? this.names : this.ownNames[index]!
  }

  wordsAt(index: number): string[] {
    const { values } = this
    const names = this.namesAt(index)
    const start = this.starts === undefined ? index * names.length : this.starts[index]!
    const words: string[] = []
    for (let i = 0; i < names.length; i++) words.push(names[i]!, values[start + i]!)
    return words
  }

  /** The same entries, packed. O(bytes). */
  packed(): StreamEntries {
    return new PackedEntries(this.ms, this.seq, this.names, this.ownNames, this.starts, this.values)
  }
}

/**
 * Entries that nothing is added to: the values of sixteen in one string, and where each value ends with the two parts of each id in one
 * array of 16 or 32 bits. They never change, so copies of the stream share them.
 */
class PackedEntries implements StreamEntries {
  readonly size: number
  readonly weight: number
  private readonly ms: U64
  private readonly seq: U64
  /** The ids, from `ms` and `seq` on; then the ends of the values, from `ends` on. */
  private readonly numbers: Uint16Array | Uint32Array
  private readonly ends: number
  /** The two parts of each id, where they are too far apart. */
  private readonly ids: readonly U64[] | undefined
  private readonly texts: readonly string[]
  /** The names of all entries, or those of each. */
  private readonly names: readonly string[]
  private readonly ownNames: readonly (readonly string[])[] | undefined
  private readonly starts: Uint32Array | undefined

  constructor(
    ms: readonly U64[],
    seq: readonly U64[],
    names: readonly string[],
    ownNames: readonly (readonly string[])[] | undefined,
    starts: readonly number[] | undefined,
    values: readonly string[],
  ) {
    const size = ms.length
    this.size = size
    this.ms = ms[0]!
    this.seq = least(seq)
    this.names = names
    const farthest = Math.max(distance(ms, this.ms), distance(seq, this.seq))
    this.ids = farthest > UINT32_MAX ? ms.flatMap((part, i) => [part, seq[i]!]) : undefined
    this.ends = this.ids === undefined ? 2 * size : 0
    this.ownNames = ownNames?.slice()
    this.starts = starts === undefined ? undefined : Uint32Array.from(starts)
    this.texts = this.joined(values)
    let length = 0
    let longest = this.ids === undefined ? farthest : 0
    for (const text of this.texts) {
      length += text.length
      if (text.length > longest) longest = text.length
    }
    const count = this.ends + values.length
    this.numbers = longest <= UINT16_MAX ? new Uint16Array(count) : new Uint32Array(count)
    this.fill(ms, seq, values)
    this.weight = PACKED_OVERHEAD + this.numbers.byteLength + this.texts.length * STRING_BYTES + length
    if (this.ids !== undefined) this.weight += this.ids.length * 24
    if (ownNames !== undefined) this.weight += size * 12
  }

  /** The values of each group of entries in one string. */
  private joined(values: readonly string[]): string[] {
    const texts: string[] = []
    for (let first = 0; first < this.size; first += GROUP) {
      texts.push(values.slice(this.startOf(first), this.endOf(first, values.length)).join(''))
    }
    return texts
  }

  private fill(ms: readonly U64[], seq: readonly U64[], values: readonly string[]): void {
    const { numbers, ends } = this
    if (this.ids === undefined) {
      // Parts that are near lie within the safe integers.
      const [firstMs, leastSeq] = [this.ms as number, this.seq as number]
      for (let i = 0; i < this.size; i++) {
        numbers[2 * i] = (ms[i] as number) - firstMs
        numbers[2 * i + 1] = (seq[i] as number) - leastSeq
      }
    }
    for (let first = 0; first < this.size; first += GROUP) {
      const last = this.endOf(first, values.length)
      let end = 0
      for (let word = this.startOf(first); word < last; word++) {
        end += values[word]!.length
        numbers[ends + word] = end
      }
    }
  }

  msAt(index: number): U64 {
    return this.ids === undefined ? (this.ms as number) + this.numbers[2 * index]! : this.ids[2 * index]!
  }

  seqAt(index: number): U64 {
    return this.ids === undefined ? (this.seq as number) + this.numbers[2 * index + 1]! : this.ids[2 * index + 1]!
  }

  namesAt(index: number): readonly string[] {
    return this.ownNames === undefined ? this.names : this.ownNames[index]!
  }

  wordsAt(index: number): string[] {
    const { numbers, ends } = this
    const names = this.namesAt(index)
    const group = index >> GROUP_BITS
    const first = this.startOf(index)
    const text = this.texts[group]!
    let start = first === this.startOf(group << GROUP_BITS) ? 0 : numbers[ends + first - 1]!
    const words: string[] = []
    for (let i = 0; i < names.length; i++) {
      const end = numbers[ends + first + i]!
      words.push(names[i]!, text.slice(start, end))
      start = end
    }
    return words
  }

  /** Where the values of an entry begin. */
  private startOf(index: number): number {
    return this.starts === undefined ? index * this.names.length : this.starts[index]!
  }

  /** Where the values of a group of entries end, of so many in all. */
  private endOf(first: number, all: number): number {
    return first + GROUP < this.size ? this.startOf(first + GROUP) : all
  }
}

function least(parts: readonly U64[]): U64 {
  let found = parts[0]!
  for (const part of parts) if (part < found) found = part
  return found
}

/** How far the farthest of some parts is from the least of them; Infinity where one is past the safe integers. */
function distance(parts: readonly U64[], from: U64): number {
  if (typeof from !== 'number') return Number.POSITIVE_INFINITY
  let farthest = 0
  for (const part of parts) {
    if (typeof part !== 'number') return Number.POSITIVE_INFINITY
    if (part - from > farthest) farthest = part - from
  }
  return farthest
}
