import type { Entry } from './entry.js'
import type { RandomSource } from './random.js'

/** With more keys than this the one map is split. */
const SPLIT_AT = 1 << 15
/** A power of two. Each level of parts costs a GET some nanoseconds; eight cost 5 % of it at a million keys. */
const PARTS = 8
/** The list of entries lies in arrays of this size, so that it has no slack and grows without being copied. */
const CHUNK_BITS = 10
const CHUNK = 1 << CHUNK_BITS

/**
 * From key to entry, with random choice and a cursor. The one place that knows how keys are found.
 *
 * A few keys lie in one Map. Many lie in eight, chosen by two characters of the key: a Map that passes a million entries
 * stops the world for 75 ms, one that shrinks below 260,000 for 20 ms, and the parts of a million keys do so in an eighth
 * of the time. Keys that do not differ in those characters lie in one part, which is then no worse than a single Map.
 *
 * Invariant: `at(e.position) === e` for every entry, without holes; removal moves the last entry into the gap.
 *
 * The cursor of SCAN is a position that counts down: all positions from the cursor up have been visited. An entry only
 * ever moves to a lower position from the very end, and new entries join at the end. So an entry that has not been
 * visited stays below the cursor until it is, whatever is inserted or removed in between: one that is there from start
 * to end is returned at least once. (One that moves down over the cursor is returned twice, as in Redis.)
 */
export class KeyIndex {
  private map = new Map<string, Entry>()
  private parts: readonly Map<string, Entry>[] | undefined = undefined
  private readonly chunks: (Entry | undefined)[][] = []
  private count = 0

  get size(): number {
    return this.count
  }

  /** The entry at a position from 0 to `size` - 1. O(1). */
  private at(position: number): Entry {
    return this.chunks[position >> CHUNK_BITS]![position & (CHUNK - 1)]!
  }

  /** O(1). */
  get(key: string): Entry | undefined {
    return this.parts === undefined ? this.map.get(key) : this.parts[partOf(key)]!.get(key)
  }

  /** Adds an entry whose key is not there. O(1) amortised. */
  add(entry: Entry): void {
    const position = this.count++
    entry.position = position
    if ((position & (CHUNK - 1)) === 0) this.chunks.push(new Array<Entry | undefined>(CHUNK))
    this.chunks[position >> CHUNK_BITS]![position & (CHUNK - 1)] = entry
    if (this.parts !== undefined) this.parts[partOf(entry.key)]!.set(entry.key, entry)
    else if (this.count > SPLIT_AT) this.split()
    else this.map.set(entry.key, entry)
  }

  /** O(SPLIT_AT), once: about 3 ms. */
  private split(): void {
    const parts = Array.from({ length: PARTS }, () => new Map<string, Entry>())
    for (const entry of this) parts[partOf(entry.key)]!.set(entry.key, entry)
    this.parts = parts
    this.map = new Map()
  }

  /** Takes out an entry that is there. O(1). */
  remove(entry: Entry): void {
    const end = --this.count
    const last = this.at(end)
    if (last !== entry) {
      this.chunks[entry.position >> CHUNK_BITS]![entry.position & (CHUNK - 1)] = last
      last.position = entry.position
    }
    entry.position = -1
    if ((end & (CHUNK - 1)) === 0) this.chunks.pop()
    else this.chunks[end >> CHUNK_BITS]![end & (CHUNK - 1)] = undefined
    const map = this.parts === undefined ? this.map : this.parts[partOf(entry.key)]!
    map.delete(entry.key)
  }

  /** A uniformly chosen entry, undefined when there is none. O(1). */
  random(source: RandomSource): Entry | undefined {
    return this.count === 0 ? undefined : this.at(source.below(this.count))
  }

  /** The entries in no particular order, in a list of their own. O(size). */
  entries(): Entry[] {
    return [...this]
  }

  /** The entries in no particular order. Nothing may be added or removed meanwhile. */
  *[Symbol.iterator](): IterableIterator<Entry> {
    for (let position = 0; position < this.count; position++) yield this.at(position)
  }

  /**
   * Visits up to `count` entries from `cursor` on (0 to begin) and returns the next cursor, 0 at the end. O(count).
   * A cursor from anywhere is safe: what lies past the end begins at the end.
   */
  scan(cursor: number, count: number, visit: (entry: Entry) => void): number {
    const size = this.count
    let at = cursor === 0 || cursor > size ? size : cursor
    const stop = Math.max(0, at - count)
    while (at > stop) visit(this.at(--at))
    return at
  }

  invariants(): void {
    const maps = this.parts ?? [this.map]
    const mapped = maps.reduce((sum, map) => sum + map.size, 0)
    if (mapped !== this.count) throw new Error('key index: map and dense list differ in size')
    for (let position = 0; position < this.count; position++) {
      const entry = this.at(position)
      if (entry.position !== position) throw new Error(`key index: '${entry.key}' does not know its position`)
      if (this.get(entry.key) !== entry) throw new Error(`key index: '${entry.key}' is not found by its key`)
    }
  }
}

/** By the last character and the one in the middle, where keys that share a pattern differ. */
function partOf(key: string): number {
  return (key.charCodeAt(key.length - 1) ^ key.charCodeAt(key.length >> 1)) & (PARTS - 1)
}
