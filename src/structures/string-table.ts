import { AppendedKeys } from './appended-keys.js'
import { Lent } from './lent.js'
import {
  cellOf,
  checkedCount,
  clearCell,
  halvesOf,
  joinedOf,
  mostIn,
  newSegment,
  put,
  rehashed,
} from './table-cells.js'
import { hashOf } from './text-hash.js'
import { ARRAY, asciiWeight, textWeight, WORD } from './weight.js'

/**
 * From strings to slot numbers, with columns beside them: what large hashes, sets, sorted sets and the keyspace lie in.
 *
 * A slot is a row of `stride` columns, the key first, so that what a look-up finds lies in one cache line. Rows lie in
 * chunks, so that nothing is copied when a large table grows. Slots are handed out from 0 on. Either `remove` keeps them
 * dense (the last row moves into the gap) or `free` leaves them where they are and hands them out again, and `dropLast` gives some of
 * them up; a table is used with one of the two.
 *
 * Up to some 12,000 keys a Map finds the slot: it knows the hash of a string that it has seen before. A Map that passes a
 * million keys stops for 75 ms, though, so more keys lie in an extendible hash table (Fagin et al. 1979): the top bits of
 * the hash choose one of many segments, open addressing with linear probing inside. A full segment splits in two and a
 * nearly empty one joins its twin, at most some 3,000 cells or 50 µs at a time. That takes 14 to 22 bytes a key where a Map
 * takes 28 to 56. On the way from the one to the other keys lie in both, and the Map finds them all: to take them out one
 * by one takes more than to put them into segments.
 *
 * Invariants: a segment of depth d holds all keys whose hashes agree in their top d bits and stands in the directory
 * 2^(depth of the directory - d) times. Its cells are pairs of hash and slot + 1, 0 in an empty one; between the home of a
 * key and its cell no cell is empty. The last two words of a segment are its count and its depth. While there is a Map it has all keys,
 * and segments have those of the first `moved` slots.
 *
 * @see https://doi.org/10.1145/320083.320092
 */
export class StringTable<T = unknown> {
  readonly stride: number
  private map: Map<string, number> | undefined
  /** The keys in so many of the first slots lie in segments too, where the map has become too large. */
  private moved: number
  private directory: Int32Array[]
  /** 32 less the depth of the directory. */
  private shift: number
  /** `chunks[0]`, which is all that a small table has. */
  private first: unknown[]
  private readonly chunks: unknown[][]
  /** The chunks that a view has. */
  private lent: Lent | undefined
  private count: number
  private end: number
  /** The slots that `free` gave back; the last one is used first. Some that `dropLast` has given up since may be among them. */
  private readonly gaps: number[]
  /** The hash of the key that `find` missed last: an `add` of it follows. */
  private lastKey: string | undefined
  private lastHash: number
  /** The hash of the key that `find` found last in a segment, and its cell: it may be removed next. */
  private foundHash: number
  private foundAt: number
  /** What `append` took and `enterAppended` has not had found. */
  private appended: AppendedKeys | undefined
  /** What the keys themselves weigh. */
  protected keysWeight: number

  private readonly limits: TableLimits

  /** `stride` is the number of columns: 1 for keys alone, 2 for a value beside each. `limits` are for tests. */
  constructor(stride = 1, limits: TableLimits = LIMITS) {
    this.stride = stride
    this.limits = limits
    this.map = new Map()
    this.moved = 0
    this.directory = NO_DIRECTORY
    this.shift = 31
    this.first = new Array<unknown>(FIRST_ROWS * stride)
    this.chunks = [this.first]
    this.lent = undefined
    this.count = 0
    this.end = 0
    this.gaps = []
    this.lastKey = undefined
    this.lastHash = 0
    this.foundHash = 0
    this.foundAt = 0
    this.appended = undefined
    this.keysWeight = 0
  }

  /** How many keys there are. */
  get size(): number {
    return this.count
  }

  /** The bytes that the table takes with its keys, roughly; columns count as pointers. O(1). */
  get weight(): number {
    const { count, chunks, stride } = this
    const rows = this.first.length + (chunks.length - 1) * CHUNK * stride
    const cells = SEGMENT_BYTES * (this.map === undefined ? count : this.moved)
    const inMap = this.map === undefined ? 0 : MAP_ENTRY_BYTES * roomInMap(count)
    return TABLE_BYTES + ARRAY * chunks.length + (rows + this.gaps.length) * WORD + cells + inMap + this.keysWeight
  }

  /** All slots lie below it; with `remove` it is the size. */
  get slots(): number {
    return this.end
  }

  /** The slot of a key, -1 when it is not there. O(length of the key). */
  find(key: string): number {
    if (this.map === undefined) return this.findHashed(key)
    const slot = this.map.get(key)
    return slot === undefined ? -1 : slot
  }

  private findHashed(key: string): number {
    const hash = hashOf(key)
    const cells = this.directory[hash >>> this.shift]!
    const last = cells.length - 3
    const chunks = this.chunks
    const stride = this.stride
    for (let at = (hash << 1) & last; ; at = (at + 2) & last) {
      const slot = cells[at + 1]! - 1
      if (slot < 0) {
        this.lastKey = key
        this.lastHash = hash
        return -1
      }
      if (cells[at] !== hash) continue
      const stored = chunks[slot >> CHUNK_BITS]![(slot & CHUNK_MASK) * stride]
      // Two strings are compared in half the time that it takes to compare a string with anything.
      if ((typeof stored === 'string' ? stored : this.keyAt(slot)) === key) {
        this.foundHash = hash
        this.foundAt = at
        return slot
      }
    }
  }

  /** Adds a key that is not there and returns its slot. O(length of the key) amortised. */
  add(key: string): number {
    const gap = this.takeGap()
    const slot = gap < 0 ? this.end++ : gap
    const rows = this.rowsFor(slot)
    rows[(slot & CHUNK_MASK) * this.stride] = key
    this.enter(key, slot)
    return slot
  }

  /**
   * Adds a key that nobody has looked for; returns its slot, which is the next one. It is not found and not counted before it is entered,
   * and nothing else may be added or removed until then; slots must be dense. O(1) amortised.
   */
  protected append(key: string): number {
    const slot = this.end++
    this.rowsFor(slot)[this.offsetOf(slot)] = key
    this.noteAppended(slot, hashOf(key), textWeight(key))
    return slot
  }

  /** As `append`, where `keyIn` makes a key of ASCII characters of what stands for it: of the key itself there is the hash and the length. */
  protected appendAsleep(cell: unknown, hash: number, length: number): number {
    const slot = this.end++
    this.rowsFor(slot)[this.offsetOf(slot)] = cell
    this.noteAppended(slot, hash, asciiWeight(length))
    return slot
  }

  private noteAppended(slot: number, hash: number, weight: number): void {
    this.keysWeight += weight
    this.appended ??= new AppendedKeys(slot)
    this.appended.add(hash)
  }

  /** How many keys were appended and are still to be entered. O(1). */
  get unentered(): number {
    return this.appended?.size ?? 0
  }

  /**
   * Has up to so many keys found that were appended, and all that a map takes; false where one of them comes twice: then the table is good for
   * nothing. Once it has begun nothing is appended until all are entered. O(keys), once; O(most) after that.
   */
  enterAppended(most: number): boolean {
    const { appended } = this
    if (appended === undefined) return true
    while (this.map !== undefined && appended.size > 0) {
      const slot = appended.takeSlot()
      const key = this.keyAt(slot)!
      if (this.find(key) >= 0) return false
      this.count++
      this.place(key, slot)
    }
    const pairs = appended.take(most)
    for (let at = 0; at < pairs.length; at += 2) if (!this.placeHashed(pairs[at]!, pairs[at + 1]!)) return false
    if (appended.size === 0) this.appended = undefined
    return true
  }

  /** Has the key of a slot found, unless it is there. */
  private placeHashed(hash: number, slot: number): boolean {
    const cells = this.directory[hash >>> this.shift]!
    const last = cells.length - 3
    let at = (hash << 1) & last
    for (; cells[at + 1] !== 0; at = (at + 2) & last)
      if (cells[at] === hash && this.keyAt(cells[at + 1]! - 1) === this.keyAt(slot)) return false
    this.count++
    cells[at] = hash
    cells[at + 1] = slot + 1
    const count = ++cells[last + 1]!
    if (count > mostIn(cells)) this.split(hash, cells)
    return true
  }

  /** Takes a `remove` back: the key lies in the slot again, and the row that had moved there is the last one. O(length of the two keys) amortised. */
  putBack(key: string, slot: number): void {
    const end = this.end++
    const lastRows = this.rowsFor(end)
    const lastAt = this.offsetOf(end)
    const rows = this.ownRowsOf(slot)
    const at = this.offsetOf(slot)
    if (slot !== end) {
      this.point(this.keyIn(rows, at)!, slot, end)
      for (let i = 0; i < this.stride; i++) lastRows[lastAt + i] = rows[at + i]
    }
    rows[at] = key
    this.enter(key, slot)
  }

  /** The hash of a key; that of the key which was missed last is known. */
  private hashFor(key: string): number {
    return this.lastKey === key ? this.lastHash : hashOf(key)
  }

  /** From now on a key that was not there is found in a slot. */
  private enter(key: string, slot: number): void {
    this.count++
    this.keysWeight += textWeight(key)
    this.place(key, slot)
  }

  private place(key: string, slot: number): void {
    if (this.isHashed(slot)) this.insertHashed(this.hashFor(key), slot)
    if (this.map === undefined) return
    this.map.set(key, slot)
    if (this.map.size > this.limits.mapMax) this.leaveMap()
  }

  /** The chunk of a slot, made or made larger where it does not reach so far. */
  private rowsFor(slot: number): unknown[] {
    const chunk = slot >> CHUNK_BITS
    if (chunk > 0) {
      if (chunk === this.chunks.length) this.chunks.push(new Array<unknown>(CHUNK * this.stride))
      return this.ownRowsOf(slot)
    }
    const rows = this.first
    if (slot * this.stride < rows.length) return this.ownRowsOf(slot)
    const grown = new Array<unknown>(rows.length * 2)
    for (let i = 0; i < rows.length; i++) grown[i] = rows[i]
    this.lent?.takeBack(0)
    this.chunks[0] = grown
    this.first = grown
    return grown
  }

  /** The key in a slot, undefined in one that was freed. O(1). */
  keyAt(slot: number): string | undefined {
    return this.keyIn(this.rowsOf(slot), this.offsetOf(slot))
  }

  /** The key of the row that begins at a place, undefined in a slot that was freed. */
  protected keyIn(rows: unknown[], at: number): string | undefined {
    return rows[at] as string | undefined
  }

  /** The value beside the key, in a table of two columns. O(1). */
  valueAt(slot: number): T {
    return this.rowsOf(slot)[this.offsetOf(slot) + 1] as T
  }

  /** O(1). */
  setValue(slot: number, value: T): void {
    this.ownRowsOf(slot)[this.offsetOf(slot) + 1] = value
  }

  /** The chunk that a slot lies in; its columns begin at `offsetOf`. Valid until the next `add`. O(1). */
  rowsOf(slot: number): unknown[] {
    return slot < CHUNK ? this.first : this.chunks[slot >> CHUNK_BITS]!
  }

  offsetOf(slot: number): number {
    return (slot & CHUNK_MASK) * this.stride
  }

  /** As `rowsOf`, to write to. O(1), but for the first time after a `view`. */
  private ownRowsOf(slot: number): unknown[] {
    if (this.lent !== undefined) this.ownChunk(this.lent, slot >> CHUNK_BITS)
    return this.rowsOf(slot)
  }

  private ownChunk(lent: Lent, chunk: number): void {
    if (!lent.takeBack(chunk)) return
    const rows = this.chunks[chunk]!.slice()
    this.chunks[chunk] = rows
    if (chunk === 0) this.first = rows
  }

  /**
   * The rows as they are now, to be read by slot alone: no key is found in it. Both have the same chunks; before this table writes to one
   * it takes a copy. O(chunks).
   */
  view(): StringTable<T> {
    const view = new StringTable<T>(this.stride, this.limits)
    view.chunks.length = 0
    for (const rows of this.chunks) view.chunks.push(rows)
    view.first = this.first
    view.count = this.count
    view.end = this.end
    this.lent = new Lent(this.chunks.length)
    return view
  }

  /**
   * Takes out the key of a slot and moves the row of the last slot into it. Returns the number of that last slot, which is
   * the slot itself where it was the last. O(length of the two keys) amortised.
   */
  remove(slot: number): number {
    this.forget(this.keyIn(this.ownRowsOf(slot), this.offsetOf(slot))!, slot)
    const end = --this.end
    const lastRows = this.ownRowsOf(end)
    const lastAt = this.offsetOf(end)
    if (end !== slot) {
      this.point(this.keyIn(lastRows, lastAt)!, end, slot)
      this.moveRow(lastRows, lastAt, slot)
    }
    this.dropRow(end, lastRows, lastAt)
    return end
  }

  /** Puts a key that is not there in the place of the one in a slot; the columns beside it stay. O(length of the two keys) amortised. */
  protected rename(slot: number, key: string): void {
    const rows = this.ownRowsOf(slot)
    const at = this.offsetOf(slot)
    this.forget(rows[at] as string, slot)
    rows[at] = key
    this.enter(key, slot)
  }

  /** A slot that is free, -1 where none is. */
  private takeGap(): number {
    for (let gap = this.gaps.pop(); gap !== undefined; gap = this.gaps.pop()) if (gap < this.end) return gap
    return -1
  }

  /**
   * Gives up the last slot, in a table in which some are free. A key that lies there moves into one of those, whose number comes back; -1
   * where none does. O(length of the key) amortised.
   */
  dropLast(): number {
    const end = --this.end
    const lastRows = this.ownRowsOf(end)
    const lastAt = this.offsetOf(end)
    const slot = lastRows[lastAt] === undefined ? -1 : this.takeGap()
    if (slot >= 0) {
      this.point(lastRows[lastAt] as string, end, slot)
      this.moveRow(lastRows, lastAt, slot)
    }
    this.dropRow(end, lastRows, lastAt)
    return slot
  }

  private moveRow(from: unknown[], fromAt: number, slot: number): void {
    const rows = this.ownRowsOf(slot)
    const at = this.offsetOf(slot)
    for (let i = 0; i < this.stride; i++) rows[at + i] = from[fromAt + i]
  }

  /** Empties the row that was the last one. */
  private dropRow(end: number, rows: unknown[], at: number): void {
    for (let i = 0; i < this.stride; i++) rows[at + i] = undefined
    // One empty chunk stays, so that a table that grows and shrinks by one makes none each time.
    if (this.chunks.length > (end >> CHUNK_BITS) + 2) this.chunks.pop()
  }

  /** Takes out the key of a slot, which a later `add` uses again. O(length of the key) amortised. */
  free(slot: number): void {
    const rows = this.ownRowsOf(slot)
    const at = this.offsetOf(slot)
    this.forget(rows[at] as string, slot)
    for (let i = 0; i < this.stride; i++) rows[at + i] = undefined
    this.gaps.push(slot)
  }

  /** An independent copy; values are shared. O(slots). */
  clone(): StringTable<T> {
    return this.copyTo(new StringTable<T>(this.stride, this.limits))
  }

  /** Fills a new table of as many columns. */
  protected copyTo<C extends StringTable<T>>(copy: C): C {
    copy.map = this.map && new Map(this.map)
    copy.moved = this.moved
    const copies = new Map<Int32Array, Int32Array>()
    copy.directory = this.directory.map((segment) => {
      const known = copies.get(segment)
      if (known !== undefined) return known
      const fresh = segment.slice()
      copies.set(segment, fresh)
      return fresh
    })
    copy.shift = this.shift
    copy.chunks.length = 0
    for (const rows of this.chunks) copy.chunks.push(rows.slice())
    copy.first = copy.chunks[0]!
    copy.count = this.count
    copy.end = this.end
    copy.keysWeight = this.keysWeight
    // There may be more than a call takes arguments.
    for (const gap of this.gaps) copy.gaps.push(gap)
    return copy
  }

  // What follows is the way from key to slot; rows are not touched.

  private forget(key: string, slot: number): void {
    this.count--
    this.keysWeight -= textWeight(key)
    this.map?.delete(key)
    if (this.isHashed(slot)) this.clear(key, slot)
  }

  /** Whether the key of a slot lies in a segment. */
  private isHashed(slot: number): boolean {
    return this.map === undefined || slot < this.moved
  }

  private clear(key: string, slot: number): void {
    const hash = this.isFound(slot) ? this.foundHash : hashOf(key)
    const cells = this.directory[hash >>> this.shift]!
    clearCell(cells, cellOf(cells, hash, slot))
    const left = --cells[cells.length - 2]!
    if (left < this.limits.segmentCells >> 3) this.join(hash, cells)
  }

  /** Says that the key of slot `from` lies in slot `to` now. */
  private point(key: string, from: number, to: number): void {
    this.map?.set(key, to)
    if (this.isHashed(from) && this.isHashed(to)) {
      const hash = this.hashFor(key)
      const cells = this.directory[hash >>> this.shift]!
      cells[cellOf(cells, hash, from) + 1] = to + 1
    } else if (this.isHashed(to)) this.insertHashed(this.hashFor(key), to)
    else if (this.isHashed(from)) this.clear(key, from)
  }

  /** Whether the key of a slot is the one that was found last. Only one cell of the table leads to a slot. */
  private isFound(slot: number): boolean {
    const cells = this.directory[this.foundHash >>> this.shift]!
    return this.foundAt < cells.length - 2 && cells[this.foundAt + 1] === slot + 1
  }

  private insertHashed(hash: number, slot: number): void {
    const cells = this.directory[hash >>> this.shift]!
    put(cells, hash, slot + 1)
    const count = ++cells[cells.length - 2]!
    if (count > mostIn(cells)) this.split(hash, cells)
  }

  /** Says that about so many keys are to come, in an empty table: so many that it would be a map no longer get their segments at once. O(count). */
  expect(count: number): void {
    const { mapMax, segmentCells, depthMax } = this.limits
    if (this.end > 0 || count <= mapMax) return
    let depth = 1
    while (depth < depthMax && count > EXPECTED_IN_CELL * segmentCells * 2 ** depth) depth++
    this.directory = Array.from({ length: 2 ** depth }, () => newSegment(depth, segmentCells * 2))
    this.shift = 32 - depth
    this.map = undefined
  }

  /**
   * Puts some more keys into segments, which take the place of the map once they have all: to put all there at once would take 40 ms
   * where the code for it is cold.
   */
  private leaveMap(): void {
    if (this.directory.length === 0) {
      const words = this.limits.segmentCells * 2
      this.directory = [newSegment(1, words), newSegment(1, words)]
    }
    const end = this.end - this.unentered
    const stop = Math.min(end, this.moved + this.limits.movedAtOnce)
    for (; this.moved < stop; this.moved++) {
      const key = this.keyAt(this.moved)
      if (key !== undefined) this.insertHashed(hashOf(key), this.moved)
    }
    if (this.moved >= end) this.map = undefined
  }

  /** Makes two segments of one that is full, by one more bit of the hash; one that cannot be split so grows. */
  private split(hash: number, cells: Int32Array): void {
    const depth = cells[cells.length - 1]!
    if (depth >= this.limits.depthMax) {
      this.replace(hash, depth, rehashed(cells, cells.length - 2, depth))
      return
    }
    if (depth === 32 - this.shift) this.deepen()
    const halves = halvesOf(cells)
    const bit = 31 - depth
    this.replace(hash & ~(1 << bit), depth + 1, halves[0])
    this.replace(hash | (1 << bit), depth + 1, halves[1])
    // All may have gone into the one that this hash leads to.
    const half = halves[((hash >>> bit) & 1) as 0 | 1]
    if (half[half.length - 2]! > mostIn(half)) this.split(hash, half)
  }

  /** Puts a segment of some depth in the places of the directory that its hashes lead to. */
  private replace(hash: number, depth: number, segment: Int32Array): void {
    const places = 1 << (32 - this.shift - depth)
    const first = ((hash >>> this.shift) & -places) >>> 0
    for (let i = first; i < first + places; i++) this.directory[i] = segment
  }

  /** Twice as many places in the directory. */
  private deepen(): void {
    const old = this.directory
    this.directory = new Array<Int32Array>(old.length * 2)
    for (let i = 0; i < old.length; i++) this.directory[2 * i] = this.directory[2 * i + 1] = old[i]!
    this.shift--
  }

  /** Makes one segment of a nearly empty one and its twin, where both together leave much room. */
  private join(hash: number, cells: Int32Array): void {
    const depth = cells[cells.length - 1]!
    if (depth === 1) return
    const twin = this.directory[(hash ^ (1 << (32 - depth))) >>> this.shift]!
    const both = cells[cells.length - 2]! + twin[twin.length - 2]!
    if (twin[twin.length - 1] !== depth || both > this.limits.segmentCells >> 2) return
    this.replace(hash, depth - 1, joinedOf(cells, twin, this.limits.segmentCells))
  }

  invariants(): void {
    const gaps = this.gaps.filter((gap) => gap < this.end)
    if (this.count + gaps.length !== this.end) throw new Error('string table: slots are lost')
    for (let slot = 0; slot < this.end; slot++) {
      const key = this.keyAt(slot)
      if (key === undefined) {
        if (!gaps.includes(slot)) throw new Error(`string table: slot ${slot} is empty and not free`)
      } else if (this.find(key) !== slot) throw new Error(`string table: '${key}' is not found in its slot`)
    }
    let keysWeight = 0
    for (let slot = 0; slot < this.end; slot++) keysWeight += textWeight(this.keyAt(slot) ?? '')
    if (keysWeight !== this.keysWeight) throw new Error('string table: keys are weighed wrongly')
    let cellsInUse = 0
    let hashed = 0
    for (let slot = 0; slot < this.end; slot++) if (this.keyAt(slot) !== undefined && this.isHashed(slot)) hashed++
    for (const segment of new Set(this.directory)) {
      const depth = segment[segment.length - 1]!
      const places = this.directory.filter((other) => other === segment).length
      if (places !== 1 << (32 - this.shift - depth)) throw new Error('string table: a segment is out of place')
      cellsInUse += checkedCount(segment)
    }
    if (cellsInUse !== hashed || (this.map?.size ?? hashed) !== this.count)
      throw new Error('string table: keys and rows differ in number')
  }
}

/** Where the table changes its ways. */
export interface TableLimits {
  /** More keys than this leave the map for segments. */
  readonly mapMax: number
  /** So many slots move then with each key that is added. */
  readonly movedAtOnce: number
  /** Cells of a segment, a power of two; three quarters of them are used at most. */
  readonly segmentCells: number
  /** At this depth a segment grows instead of being split: keys whose hashes agree in so many bits are no accident. */
  readonly depthMax: number
}

// With 2^14 keys a Map is full, and would have to grow: it is left before.
const LIMITS: TableLimits = { mapMax: 3 << 12, movedAtOnce: 32, segmentCells: 1 << 12, depthMax: 20 }
export const CHUNK_BITS = 15
const CHUNK = 1 << CHUNK_BITS
export const CHUNK_MASK = CHUNK - 1
const FIRST_ROWS = 8
/** So full are segments at most that are made at once: some get more keys than others, and three quarters of the cells are used at most. */
const EXPECTED_IN_CELL = 0.65
const NO_DIRECTORY: Int32Array[] = []

/** The table and its map without anything in it. */
const TABLE_BYTES = 320
/** A cell, as segments are used on the average. */
const SEGMENT_BYTES = 16
/** A place in a Map: key, value, chain, and half a bucket. */
const MAP_ENTRY_BYTES = 28

/** How many places a Map of so many keys has, if it has only grown. */
function roomInMap(count: number): number {
  return count <= 4 ? 4 : 1 << (32 - Math.clz32(count - 1))
}
