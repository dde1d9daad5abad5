import { ARRAY, textsWeight, WORD } from './weight.js'

/** The object and its arrays. */
const OBJECT = 240 + ARRAY

/** How many texts are joined into one string. */
const GROUP = 16
const GROUP_BITS = 4
/** How many groups are made in one step. */
const GROUPS_PER_STEP = 4
/** Texts of more units take at most 1.7 times what they take in Redis as they are: where the first are longer on average all stay so. */
const UNITS_MEAN_MAX = 32
/** What an end can say. */
const GROUP_UNITS_MAX = 0xffff

/**
 * Short texts, joined in groups: a string of 12 characters takes 40 bytes with the reference to it, here 16.
 *
 * Groups are small since V8 copies only up to 12 units that are cut out of a string: a longer piece keeps the string alive, so
 * whoever keeps one text keeps the 15 beside it at most. Also, exchanging a text makes one group again, and a character
 * that takes two bytes doubles one.
 *
 * Invariants: the text at index i lies in the group i / 16, up to `ends[i]`, from the end of the one before. Nothing changes
 * once it is made, so that copies of a list share it.
 */
export class CondensedTexts {
  /** All texts one by one, while they are read again and again. */
  private loose: string[] | undefined
  /** The bytes that they take, roughly, without what is kept loose. */
  readonly weight: number

  constructor(
    private readonly groups: readonly string[],
    private readonly ends: Uint16Array,
  ) {
    this.loose = undefined
    this.weight = OBJECT + groups.length * WORD + textsWeight(groups) + ends.length * 2
  }

  /** Condenses the texts from index `first` on; undefined where that does not pay. O(units), some 25 ns a text. */
  static of(texts: readonly string[], first: number): CondensedTexts | undefined {
    const condensing = new Condensing(texts, first)
    while (condensing.step()) {}
    return condensing.result
  }

  get length(): number {
    return this.ends.length
  }

  private startOf(index: number): number {
    return index % GROUP === 0 ? 0 : this.ends[index - 1]!
  }

  /** The text at an index. O(its units). */
  at(index: number): string {
    return this.groups[index >> GROUP_BITS]!.slice(this.startOf(index), this.ends[index]!)
  }

  /** Lets `slice` take no longer than with an array, at 40 bytes a text. O(units) the first time. */
  keepLoose(): void {
    this.loose ??= this.slice(0, this.length)
  }

  forgetLoose(): void {
    this.loose = undefined
  }

  /** Whether the text at an index is this one. O(its units); makes no string. */
  isAt(index: number, text: string): boolean {
    const start = this.startOf(index)
    return this.ends[index]! - start === text.length && this.groups[index >> GROUP_BITS]!.startsWith(text, start)
  }

  /** The texts from `from` to `to` (exclusive). O(units), some 12 ns a text. */
  slice(from: number, to: number): string[] {
    const { groups, ends, loose } = this
    if (loose !== undefined) return loose.slice(from, to)
    const texts = new Array<string>(to - from)
    for (let i = from; i < to; ) {
      const group = groups[i >> GROUP_BITS]!
      let start = this.startOf(i)
      const groupEnd = Math.min(to, (i | (GROUP - 1)) + 1)
      for (; i < groupEnd; i++) {
        const end = ends[i]!
        texts[i - from] = group.slice(start, end)
        start = end
      }
    }
    return texts
  }

  /** Where a text stands first, -1 for nowhere. O(units). */
  indexOf(text: string): number {
    const { groups, length } = this
    for (let group = 0; group < groups.length; group++) {
      if (!groups[group]!.includes(text)) continue
      const end = Math.min(length, (group + 1) << GROUP_BITS)
      for (let i = group << GROUP_BITS; i < end; i++) if (this.isAt(i, text)) return i
    }
    return -1
  }

  /** The same texts but for one; undefined where it does not pay with that. O(length). */
  with(index: number, text: string): CondensedTexts | undefined {
    const first = index - (index % GROUP)
    const texts = this.slice(first, Math.min(first + GROUP, this.length))
    texts[index - first] = text
    const group = texts.join('')
    if (group.length > UNITS_MEAN_MAX * texts.length) return undefined
    const ends = this.ends.slice()
    let end = 0
    for (let i = 0; i < texts.length; i++) {
      end += texts[i]!.length
      ends[first + i] = end
    }
    const groups = this.groups.slice()
    groups[index >> GROUP_BITS] = group
    return new CondensedTexts(groups, ends)
  }

  invariants(): void {
    const { groups, ends, length } = this
    if (groups.length !== Math.ceil(length / GROUP)) throw new Error('condensed texts: wrong number of groups')
    for (let i = 0; i < length; i++)
      if (ends[i]! < this.startOf(i)) throw new Error('condensed texts: an end before a start')
    for (const [i, group] of groups.entries()) {
      const last = Math.min(length, (i + 1) * GROUP) - 1
      if (ends[last] !== group.length) throw new Error('condensed texts: a group does not end with its last text')
    }
  }
}

/** Condenses texts step by step, so that no step takes long. They must not change meanwhile. */
export class Condensing {
  /** Undefined while it is not finished, and where condensing does not pay. */
  result: CondensedTexts | undefined
  private readonly groups: string[]
  private readonly ends: Uint16Array
  private units: number
  private done: number

  /** The texts from index `first` on. */
  constructor(
    private readonly texts: readonly string[],
    private readonly first: number,
  ) {
    this.result = undefined
    this.groups = []
    this.ends = new Uint16Array(texts.length - first)
    this.units = 0
    this.done = 0
  }

  /** Condenses a few; returns whether there is more to do. O(units of them), some 2 µs. */
  step(): boolean {
    const { ends, groups } = this
    const count = ends.length
    // Fewer take less as they are.
    if (count < GROUP) return false
    for (let left = GROUPS_PER_STEP; left > 0 && this.done < count; left--) {
      // Not with `+`, which would put off the work and hold all texts until then.
      const from = this.first + this.done
      const group = this.texts.slice(from, from + GROUP)
      let end = 0
      for (let i = 0; i < group.length; i++) {
        end += group[i]!.length
        ends[this.done + i] = end
      }
      this.units += end
      this.done += group.length
      // What begins with long texts is given up before anything is joined.
      if (end > GROUP_UNITS_MAX || this.units > UNITS_MEAN_MAX * this.done) return false
      groups.push(group.join(''))
    }
    if (this.done < count) return true
    this.result = new CondensedTexts(groups, ends)
    return false
  }
}
