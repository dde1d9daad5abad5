import { EMPTY_BYTES, entryBytes, integerEntryBytes } from './listpack.js'
import { GrowingEntries, type StreamEntries } from './stream-entries.js'
import { compareParts, signedDifference, type U64 } from './stream-id.js'
import { byteLength } from './text.js'

/** How much a block may hold: Redis's stream-node-max-bytes and stream-node-max-entries, 0 for no limit. */
export interface BlockLimits {
  readonly bytesMax: number
  readonly entriesMax: number
  /** How many bytes the names and values of an entry may have. Nothing sets it in Redis. */
  readonly entryBytesMax: number
}

/** Redis lets no block grow past this, whatever is set, and no entry. */
export const BYTES_MAX = 2 ** 30

/** No character has more bytes. */
const CHARACTER_BYTES_MAX = 3

/** Whether the words of an entry have so many bytes at most. O(words), O(bytes) where it is close. */
export function haveBytesUpTo(words: readonly string[], most: number): boolean {
  let length = 0
  for (const word of words) length += word.length
  if (length * CHARACTER_BYTES_MAX <= most) return true
  let bytes = 0
  for (const word of words) bytes += byteLength(word)
  return bytes <= most
}

/**
 * A part of a stream, as much as Redis keeps in one listpack of its radix tree: `MAXLEN ~` takes out whole blocks, so they must be cut where Redis
 * cuts them. `bytes` is the size that the listpack would have.
 *
 * Invariants: `live + deleted` entries; a deleted entry stays until the block goes, as in Redis. Only the last block of a stream
 * grows; the others are packed.
 */
export class StreamBlock {
  /** The id of the first entry that the block ever had, which is its key in Redis. */
  readonly ms: U64
  readonly seq: U64
  /** The names of the first entry; later entries mostly have the same ones, and the same array. */
  readonly names: readonly string[]
  entries: StreamEntries
  live = 0
  deleted = 0
  /** Size of the listpack without its two counts. */
  private bodyBytes: number
  /** The bytes of the names. */
  private readonly nameBytes: number
  /** For each entry 1 if it is deleted; undefined while none is. */
  private dead: Uint8Array | undefined = undefined
  /** Whether other streams have it too: none of them changes it. */
  isShared = false

  constructor(ms: U64, seq: U64, names: readonly string[]) {
    this.ms = ms
    this.seq = seq
    this.names = names
    this.entries = new GrowingEntries()
    let bytes = EMPTY_BYTES + integerEntryBytes(names.length) + integerEntryBytes(0)
    let nameBytes = 0
    for (const name of names) {
      bytes += entryBytes(name)
      nameBytes += byteLength(name)
    }
    this.bodyBytes = bytes
    this.nameBytes = nameBytes
  }

  /** An independent copy; what is packed is shared. O(entries) of a block that grows, else O(deleted entries). */
  clone(): StreamBlock {
    // Fields of the copy are set one by one: the constructor would count bytes anew.
    const copy = new StreamBlock(this.ms, this.seq, this.names)
    copy.entries = this.entries instanceof GrowingEntries ? new GrowingEntries(this.entries) : this.entries
    copy.live = this.live
    copy.deleted = this.deleted
    copy.bodyBytes = this.bodyBytes
    copy.dead = this.dead?.slice()
    return copy
  }

  /** The size of the listpack. O(1). */
  get bytes(): number {
    return this.bodyBytes + integerEntryBytes(this.live) + integerEntryBytes(this.deleted)
  }

  get weight(): number {
    return this.entries.weight
  }

  /** Whether the words, names and values by turns, have the names of the block. */
  hasNames(words: readonly string[]): boolean {
    const { names } = this
    if (words.length !== 2 * names.length) return false
    for (let i = 0; i < names.length; i++) if (names[i] !== words[2 * i]) return false
    return true
  }

  /** Whether Redis would put an entry of these words into another block. O(bytes of the words). */
  isFull(words: readonly string[], sameNames: boolean, { bytesMax, entriesMax }: BlockLimits): boolean {
    if (entriesMax !== 0 && this.live + this.deleted >= entriesMax) return true
    let length = sameNames ? this.nameBytes : 0
    for (let i = sameNames ? 1 : 0; i < words.length; i += sameNames ? 2 : 1) length += byteLength(words[i]!)
    return this.bytes + length >= (bytesMax === 0 || bytesMax > BYTES_MAX ? BYTES_MAX : bytesMax)
  }

  /** Adds an entry with an id past all others. The block must be one that grows. O(fields). */
  add(ms: U64, seq: U64, words: readonly string[], sameNames: boolean): void {
    if (!(this.entries instanceof GrowingEntries)) throw new Error('stream: a packed block does not grow')
    const names = sameNames ? this.names : this.likeLast(words)
    this.entries.add(ms, seq, names, words)
    this.live++
    const fields = names.length
    // Flags and the two parts of the id, then how many listpack entries there are, to read backwards.
    let bytes =
      2 + integerEntryBytes(signedDifference(ms, this.ms)) + integerEntryBytes(signedDifference(seq, this.seq))
    bytes += integerEntryBytes(sameNames ? fields + 3 : 2 * fields + 4)
    if (!sameNames) bytes += integerEntryBytes(fields)
    for (let i = sameNames ? 1 : 0; i < words.length; i += sameNames ? 2 : 1) bytes += entryBytes(words[i]!)
    this.bodyBytes += bytes
  }

  /** The names of an entry that has others than the block; those of the last entry where they are the same. */
  private likeLast(words: readonly string[]): readonly string[] {
    const last = this.entries.size === 0 ? this.names : this.entries.namesAt(this.entries.size - 1)
    if (last !== this.names && words.length === 2 * last.length && last.every((name, i) => name === words[2 * i])) {
      return last
    }
    return words.filter((_, i) => i % 2 === 0)
  }

  /** Packs the entries: nothing is added any more. O(bytes). */
  pack(): void {
    if (this.entries instanceof GrowingEntries) this.entries = this.entries.packed()
  }

  /** Makes a block grow again that was packed. O(bytes). */
  unpack(): void {
    if (!(this.entries instanceof GrowingEntries)) this.entries = GrowingEntries.of(this.entries)
  }

  isDead(index: number): boolean {
    return this.dead !== undefined && this.dead[index] === 1
  }

  /** Marks a live entry as deleted. O(1). */
  kill(index: number): void {
    this.dead = withRoom(this.dead, this.entries.size)
    this.dead[index] = 1
    this.live--
    this.deleted++
  }

  /** The index of the first entry, dead or alive, whose id is not below. O(log entries). */
  indexOf(ms: U64, seq: U64): number {
    const { entries } = this
    let low = 0
    let high = entries.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareParts(entries.msAt(middle), entries.seqAt(middle), ms, seq) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** How many entries from the first on have ids up to one, that included. O(log entries), O(1) where all or none have. */
  countUpTo(ms: U64, seq: U64): number {
    const { entries } = this
    const { size } = entries
    if (size === 0 || compareParts(entries.msAt(size - 1), entries.seqAt(size - 1), ms, seq) <= 0) return size
    const index = this.indexOf(ms, seq)
    return entries.msAt(index) === ms && entries.seqAt(index) === seq ? index + 1 : index
  }

  /** The names and values of an entry by turns. O(fields). */
  wordsAt(index: number): string[] {
    return this.entries.wordsAt(index)
  }
}

/** Marks for so many entries; an entry that has none is not deleted. */
function withRoom(marks: Uint8Array | undefined, size: number): Uint8Array {
  if (marks === undefined) return new Uint8Array(size)
  if (marks.length >= size) return marks
  const grown = new Uint8Array(size)
  grown.set(marks)
  return grown
}
