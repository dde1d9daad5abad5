/** The entries of one block of a stream: growing, or packed for good. */
import type { U64 } from './stream-id.js'

/** The entries in the order of their ids, by index. None is ever taken out: the block knows which are deleted. */
export interface StreamEntries {
  readonly size: number
  msAt(index: number): U64
  seqAt(index: number): U64
  /** The names of the fields. Shared: not to be changed. */
  namesAt(index: number): readonly string[]
  /** The value of a field by its position. */
  valueAt(index: number, position: number): string
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

/** Entries that are added to: values and ids in arrays. */
export class GrowingEntries implements StreamEntries {
  private readonly ms: U64[]
  private readonly seq: U64[]
  private readonly names: (readonly string[])[]
  private readonly values: string[]
  /** Where the values of each entry begin. */
  private readonly starts: number[]
  weight: number

  constructor(like?: GrowingEntries) {
    this.ms = like === undefined ? [] : like.ms.slice()
    this.seq = like === undefined ? [] : like.seq.slice()
    this.names = like === undefined ? [] : like.names.slice()
    this.values = like === undefined ? [] : like.values.slice()
    this.starts = like === undefined ? [] : like.starts.slice()
    this.weight = like === undefined ? PACKED_OVERHEAD : like.weight
  }

  /** The same entries as they are, to be added to. O(bytes). */
  static of(entries: StreamEntries): GrowingEntries {
    const growing = new GrowingEntries()
    for (let i = 0; i < entries.size; i++) {
      const names = entries.namesAt(i)
      const words = names.flatMap((name, position) => [name, entries.valueAt(i, position)])
      growing.add(entries.msAt(i), entries.seqAt(i), names, words)
    }
    return growing
  }

  get size(): number {
    return this.ms.length
  }

  /** Adds an entry; `words` are names and values by turns. O(fields). */
  add(ms: U64, seq: U64, names: readonly string[], words: readonly string[]): void {
    this.ms.push(ms)
    this.seq.push(seq)
    this.names.push(names)
    this.starts.push(this.values.length)
    let length = 0
    for (let i = 1; i < words.length; i += 2) {
      const value = words[i]!
      length += value.length
      this.values.push(value)
    }
    this.weight += 4 * 8 + names.length * STRING_BYTES + length
  }

  msAt(index: number): U64 {
    return this.ms[index]!
  }

  seqAt(index: number): U64 {
    return this.seq[index]!
  }

  namesAt(index: number): readonly string[] {
    return this.names[index]!
  }

  valueAt(index: number, position: number): string {
    return this.values[this.starts[index]! + position]!
  }

  /** The same entries, packed. O(bytes). */
  packed(): StreamEntries {
    return new PackedEntries(this, this.ms, this.seq, this.names, this.starts, this.values)
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
  /** The ids, from `ms` and `seq` on; then the ends of the values. Without ids where these are too far apart. */
  private readonly numbers: Uint16Array | Uint32Array
  /** The two parts of each id, where they are too far apart. */
  private readonly ids: U64[] | undefined
  private readonly texts: readonly string[]
  /** The names of all entries, or those of each. */
  private readonly names: readonly string[]
  private readonly ownNames: readonly (readonly string[])[] | undefined
  private readonly starts: Uint32Array | undefined

  constructor(
    source: StreamEntries,
    ms: readonly U64[],
    seq: readonly U64[],
    names: readonly (readonly string[])[],
    starts: readonly number[],
    values: readonly string[],
  ) {
    const size = source.size
    this.size = size
    this.ms = ms[0]!
    this.seq = least(seq)
    const deltas = deltasOf(ms, seq, this.ms, this.seq)
    const { texts, ends } = joined(values, starts)
    this.texts = texts
    this.names = names[0]!
    const isUniform = names.every((other) => other === this.names)
    this.ownNames = isUniform ? undefined : names.slice()
    this.starts = isUniform ? undefined : Uint32Array.from(starts)
    const numbers = deltas === undefined ? ends : deltas.concat(ends)
    this.ids = deltas === undefined ? ms.flatMap((part, i) => [part, seq[i]!]) : undefined
    this.numbers = numbers.every(isShort) ? Uint16Array.from(numbers) : Uint32Array.from(numbers)
    let weight = PACKED_OVERHEAD + this.numbers.byteLength + texts.length * STRING_BYTES
    for (const text of texts) weight += text.length
    if (this.ids !== undefined) weight += this.ids.length * 24
    if (!isUniform) weight += size * 12
    this.weight = weight
  }

  msAt(index: number): U64 {
    // Ids that are near lie within the safe integers.
    return this.ids === undefined ? (this.ms as number) + this.numbers[2 * index]! : this.ids[2 * index]!
  }

  seqAt(index: number): U64 {
    return this.ids === undefined ? (this.seq as number) + this.numbers[2 * index + 1]! : this.ids[2 * index + 1]!
  }

  namesAt(index: number): readonly string[] {
    return this.ownNames === undefined ? this.names : this.ownNames[index]!
  }

  valueAt(index: number, position: number): string {
    const group = index >> GROUP_BITS
    const word = this.startOf(index) + position
    const ends = this.ids === undefined ? 2 * this.size : 0
    const start = word === this.startOf(group << GROUP_BITS) ? 0 : this.numbers[ends + word - 1]!
    return this.texts[group]!.slice(start, this.numbers[ends + word]!)
  }

  /** Where the values of an entry begin. */
  private startOf(index: number): number {
    return this.starts === undefined ? index * this.names.length : this.starts[index]!
  }
}

function isShort(number: number): boolean {
  return number <= 0xffff
}

function least(parts: readonly U64[]): U64 {
  let found = parts[0]!
  for (const part of parts) if (part < found) found = part
  return found
}

/** The parts of the ids from the least on, by turns; undefined where one does not fit into 32 bits. */
function deltasOf(ms: readonly U64[], seq: readonly U64[], baseMs: U64, baseSeq: U64): number[] | undefined {
  if (typeof baseMs !== 'number' || typeof baseSeq !== 'number') return undefined
  const deltas: number[] = []
  for (let i = 0; i < ms.length; i++) {
    const [msPart, seqPart] = [ms[i]!, seq[i]!]
    if (typeof msPart !== 'number' || typeof seqPart !== 'number') return undefined
    if (msPart - baseMs > 0xffffffff || seqPart - baseSeq > 0xffffffff) return undefined
    deltas.push(msPart - baseMs, seqPart - baseSeq)
  }
  return deltas
}

/** The values of each group of entries in one string, and where each ends in it. */
function joined(values: readonly string[], starts: readonly number[]): { texts: string[]; ends: number[] } {
  const texts: string[] = []
  const ends: number[] = []
  for (let first = 0; first < starts.length; first += GROUP) {
    const group = values.slice(starts[first], starts[first + GROUP])
    let end = 0
    for (const value of group) {
      end += value.length
      ends.push(end)
    }
    texts.push(group.join(''))
  }
  return { texts, ends }
}
