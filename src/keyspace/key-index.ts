import { AccessOrder } from '../structures/access-order.js'
import { CHUNK_BITS, CHUNK_MASK, StringTable } from '../structures/string-table.js'
import { hashOfAscii } from '../structures/text-hash.js'
import { textWeight, WORD } from '../structures/weight.js'
import { formOfAsleep, wake } from './asleep.js'
import { readText } from './plain-data.js'
import type { EntrySink, Glance, MovableSource } from './ports.js'
import type { RandomSource } from './random.js'
import { SleepingBytes } from './sleeping-bytes.js'
import { cloneValue, codeOf, OTHER_STRING, TEXT, type Value, valueWeight } from './value.js'

/** The columns behind the key. */
export const VALUE = 1
/**
 * The code of the type (see value.ts), SHARED above it, and above that the slot in the wheel of deadlines, 0 there without
 * a deadline.
 */
export const MARKS = 2
/** When the key was last accessed: a reading of the access clock, in seconds; never 0. */
export const ACCESS = 3
/** The second of the deadline, by the access clock: later than any reading that is earlier; 0 without a deadline. */
export const EXPIRY_SECOND = 4
/** What the value weighs, 0 for one that can change: that knows by itself. */
const CHARGE = 5
const COLUMNS = 6

/** What a key takes beside its name and its value: its row, and its cells as they are used on the average. */
const ROW_BYTES = COLUMNS * WORD + 28

const CODE_BITS = 3
const CODE_MASK = (1 << CODE_BITS) - 1
/**
 * The value is not the row's own. It stands in the rows of other indexes too: then it is copied before it is given to anyone who may change
 * it. Or it is asleep (see asleep.ts): then a number stands in its place, and it is made of what that leads to before it is given to anyone.
 */
export const SHARED = 1 << CODE_BITS
/** What is left beside a deadline. */
export const VALUE_MASK = CODE_MASK | SHARED
const DEADLINE_SHIFT = CODE_BITS + 1
/** Marks from here on have a deadline. */
export const EXPIRING = 1 << DEADLINE_SHIFT

/** So many rows are looked at for each value that leaves those that sleep, where some of them are to be moved. */
const GATHERED_AT_ONCE = 8

type SourceOf = (bytes: Uint8Array) => MovableSource

/** How many keys there are in several indexes together. */
export class KeyTally {
  keys = 0
}

/** No key: what `find` returns then. */
export const ABSENT = -1

/**
 * The keys of a database with all that belongs to them: from key to slot, random choice and a cursor. The one place that
 * knows how keys are found and kept.
 *
 * A key is a row of six columns, small integers and pointers, so that a look-up of one key among a million meets three
 * cache misses: its cell, its row, its characters. The type stands in the row, because a look at the value would be one
 * more; deadlines lie in the flat pools of the wheel, because a double in here would cost 16 bytes.
 *
 * Invariant: slots are dense, 0 to `size` - 1: removal moves the last row into the gap. So a slot is good until a key is
 * removed, which any look at another key may do whose time is up.
 *
 * A value that can change may stand in several indexes, whose rows say so (`share`): whichever of them is asked for it first
 * takes a copy of its own. `valueAt` hands out what may be changed, `lookAt` what may not. Both wake a value that is asleep, so
 * nobody else ever meets one.
 *
 * A key sleeps beside its value, as long as that does: then in its place stands how many bytes before the value it begins. So a key that is
 * to be read, and a value that wakes, make the key first (`keyIn`).
 *
 * The cursor of SCAN is a slot that counts down: all slots from the cursor up have been visited. A row only ever moves to a
 * lower slot from the very end, and new rows join at the end. So a key that has not been visited stays below the cursor
 * until it is, whatever is inserted or removed in between: one that is there from start to end is returned at least once.
 * (One that moves down over the cursor is returned twice, as in Redis.)
 */
export class KeyIndex extends StringTable<Value> {
  /** Counts keys along with other indexes, whose keys are in the same store. */
  tally: KeyTally
  /** What the values weigh. Those that can change count with what they were when it was last asked: see ledger.ts. */
  private valuesWeight: number
  /** Which of them goes first when there is no room, in chunks as the rows are; see eviction.ts. */
  private ranks: Float64Array[] | undefined
  /** The order of their accesses, in the place of ranks, where that alone says which of them goes first. */
  order: AccessOrder | undefined
  /** What the ranks mean, 0 while there are none. */
  ranksMean: number
  /** Where the values lie that are asleep; undefined while none ever was. */
  private asleep: SleepingBytes | undefined

  constructor() {
    super(COLUMNS)
    this.tally = new KeyTally()
    this.valuesWeight = 0
    this.ranks = undefined
    this.order = undefined
    this.ranksMean = 0
    this.asleep = undefined
  }

  /** Gives keys ranks of a meaning, which are to be set. O(keys). */
  makeRanks(meaning: number): void {
    this.ranks = []
    for (let start = 0; start < this.size; start += CHUNK_MASK + 1) this.ranks.push(newRanks())
    this.order = undefined
    this.ranksMean = meaning
  }

  /**
   * Has the order of accesses kept in the place of ranks of this meaning. Keys that are there are in the order of the seconds of their
   * last accesses. O(keys + seconds × log seconds).
   */
  makeOrder(meaning: number): void {
    const bySecond = new Map<number, number[]>()
    for (let slot = 0; slot < this.size; slot++) {
      const second = this.accessAt(slot)
      const slots = bySecond.get(second)
      if (slots === undefined) bySecond.set(second, [slot])
      else slots.push(slot)
    }
    this.dropRanks()
    this.order = new AccessOrder(this.size)
    for (const second of [...bySecond.keys()].sort((a, b) => a - b)) {
      for (const slot of bySecond.get(second)!) this.order.append(slot)
    }
    this.ranksMean = meaning
  }

  dropRanks(): void {
    this.ranks = undefined
    this.order = undefined
    this.ranksMean = 0
  }

  /** The rank of a key; there must be ranks. O(1). */
  rankAt(slot: number): number {
    return this.ranks![slot >> CHUNK_BITS]![slot & CHUNK_MASK]!
  }

  /** O(1) amortised. */
  setRank(slot: number, rank: number): void {
    const ranks = this.ranks!
    const chunk = slot >> CHUNK_BITS
    if (chunk === ranks.length) ranks.push(newRanks())
    ranks[chunk]![slot & CHUNK_MASK] = rank
  }

  /** The bytes that the keys take with their values, roughly. O(1). */
  override get weight(): number {
    return this.size * ROW_BYTES + this.keysWeight + this.valuesWeight
  }

  /** What keys take beside their names and their values. O(1). */
  get overhead(): number {
    return this.size * ROW_BYTES
  }

  /** What a key takes, roughly. O(1). */
  weightAt(slot: number): number {
    const weight = this.isAsleep(slot) ? this.numberAt(slot, CHARGE) : valueWeight(this.cellAt(slot))
    return ROW_BYTES + textWeight(this.keyAt(slot)!) + weight
  }

  /** A value that can change weighs so much more. O(1). */
  reweigh(by: number): void {
    this.valuesWeight += by
  }

  /** Adds a key that is not there and returns its slot. O(1) amortised. */
  insert(key: string, value: Value, access: number): number {
    const slot = this.add(key)
    this.fill(slot, value, access)
    return slot
  }

  /** Adds a key as one of many, and returns its slot. It is there once it has been entered (`enterAppended`), and nothing else may be done before. O(1) amortised. */
  insertMany(key: string, value: Value, access: number): number {
    const slot = this.append(key)
    this.fill(slot, value, access)
    return slot
  }

  /** Keeps what sleeps: the bytes that it lies in may change after that. O(bytes). */
  settle(): void {
    this.asleep?.settle()
  }

  /**
   * As `insertMany`, with a key and a value that sleep: what a glance saw, and `codeOfAsleep` found to be sound. Its bytes must stay what they
   * are until `settle`. `sourceOf` is the same for all keys. O(bytes) amortised.
   */
  insertAsleep(code: number, glance: Glance, access: number, sourceOf: SourceOf): number {
    const { bytes, keyStart, nameStart, nameEnd, start, end } = glance
    const before = start - keyStart
    const slot = this.appendAsleep(before, hashOfAscii(bytes, nameStart, nameEnd), nameEnd - nameStart)
    this.asleep ??= new SleepingBytes(sourceOf)
    this.writeRow(slot, this.asleep.lay(bytes, keyStart, end) + before, code | SHARED, access, end - start)
    this.valuesWeight += end - start
    this.countIn(slot)
    return slot
  }

  /** The key of a slot sleeps no longer: it is this one. O(1). */
  wakeKey(slot: number, key: string): void {
    this.rowsOf(slot)[this.offsetOf(slot)] = key
  }

  /** Takes the removal of a key back: it lies in its slot again, without a deadline, and the slots of others are what they were. O(1). */
  reinsert(key: string, slot: number, value: Value, access: number): void {
    this.putBack(key, slot)
    const end = this.size - 1
    if (this.ranks !== undefined) this.setRank(end, this.rankAt(slot))
    if (this.order !== undefined && end !== slot) this.order.move(slot, end)
    this.fill(slot, value, access)
  }

  /**
   * Adds a key that is not there in the slot of one that holds text and does not expire, which goes. As to remove the one and to insert the
   * other, but no row moves. O(length of the two keys) amortised.
   */
  recycle(slot: number, key: string, value: Value, access: number): void {
    this.valuesWeight -= this.numberAt(slot, CHARGE)
    this.rename(slot, key)
    this.fillRow(slot, value, access)
    if (this.order !== undefined) this.order.touch(slot)
  }

  private fill(slot: number, value: Value, access: number): void {
    this.fillRow(slot, value, access)
    this.countIn(slot)
  }

  /** The row is one more key. */
  private countIn(slot: number): void {
    this.tally.keys++
    if (this.order !== undefined) this.order.append(slot)
  }

  private fillRow(slot: number, value: Value, access: number): void {
    const weight = valueWeight(value)
    this.writeRow(slot, value, codeOf(value), access, typeof value === 'object' ? 0 : weight)
    this.valuesWeight += weight
  }

  /** Writes all columns behind the key, of a key without a deadline. */
  private writeRow(slot: number, cell: Value, marks: number, access: number, charge: number): void {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    rows[at + VALUE] = cell
    rows[at + MARKS] = marks
    rows[at + ACCESS] = access
    rows[at + EXPIRY_SECOND] = 0
    rows[at + CHARGE] = charge
  }

  override remove(slot: number): number {
    const place = this.isAsleep(slot) ? this.numberAt(slot, VALUE) : AWAKE
    const last = this.takeOut(slot)
    if (place !== AWAKE) this.leave(place)
    return last
  }

  private takeOut(slot: number): number {
    this.valuesWeight -= this.chargeAt(slot)
    if (this.order !== undefined) this.order.remove(slot)
    this.tally.keys--
    const last = super.remove(slot)
    if (last === slot) return last
    if (this.ranks !== undefined) this.setRank(slot, this.rankAt(last))
    if (this.order !== undefined) this.order.move(last, slot)
    return last
  }

  private chargeAt(slot: number): number {
    // Text is not looked at: that would be one more cache miss.
    if (this.codeAt(slot) === TEXT) return this.numberAt(slot, CHARGE)
    const value = this.cellAt(slot)
    return typeof value === 'object' ? value.weight : this.numberAt(slot, CHARGE)
  }

  // With a constant the multiplication is part of an address: 3 ns of a GET.
  override offsetOf(slot: number): number {
    return (slot & CHUNK_MASK) * COLUMNS
  }

  /** Puts another value in the place of one, and returns the marks. O(1). */
  exchange(slot: number, value: Value): number {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    const marks = rows[at + MARKS] as number
    const cell = rows[at + VALUE]
    const place = (marks & SHARED) !== 0 && typeof cell === 'number' ? cell : AWAKE
    // Without its value a key would not be found.
    if (place !== AWAKE) this.keyIn(rows, at)
    const code = codeOf(value)
    if ((marks & CODE_MASK) === TEXT && code === TEXT) {
      this.rechargeText(rows, at, value as string)
    } else this.recharge(slot, value)
    rows[at + VALUE] = value
    // Mostly it is the same type again, and the row is not written to.
    if ((marks & VALUE_MASK) !== code) rows[at + MARKS] = (marks & ~VALUE_MASK) | code
    if (place !== AWAKE) this.leave(place)
    return marks
  }

  /** As `exchange`, of text with text at a key that does not expire, which is accessed now; false in any other case. O(1). */
  overwriteText(slot: number, text: string, access: number): boolean {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    if (rows[at + MARKS] !== TEXT || access === 0) return false
    this.putText(rows, at, text, access)
    return true
  }

  /** As `overwriteText` where the key does expire and has not yet; what `deadlineAt` returns, or 0 in any other case. O(1). */
  overwriteExpiring(slot: number, text: string, access: number, expirySecond: number): number {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    const marks = rows[at + MARKS] as number
    if ((marks & VALUE_MASK) !== TEXT || access === 0 || (rows[at + EXPIRY_SECOND] as number) <= access) return 0
    this.putText(rows, at, text, access)
    rows[at + EXPIRY_SECOND] = expirySecond
    return marks >>> DEADLINE_SHIFT
  }

  private putText(rows: unknown[], at: number, text: string, access: number): void {
    this.rechargeText(rows, at, text)
    rows[at + VALUE] = text
    // Mostly it is the same second, and the row is not written to.
    if (rows[at + ACCESS] !== access) rows[at + ACCESS] = access
  }

  /** Charges for text that is about to take the place of text, which is not looked at: that would be one more cache miss. */
  private rechargeText(rows: unknown[], at: number, text: string): void {
    const weight = textWeight(text)
    const charge = rows[at + CHARGE] as number
    if (weight === charge) return
    this.valuesWeight += weight - charge
    rows[at + CHARGE] = weight
  }

  /** Charges for a value that is about to take the place of one. */
  private recharge(slot: number, value: Value): void {
    const weight = valueWeight(value)
    this.valuesWeight += weight - this.chargeAt(slot)
    this.rowsOf(slot)[this.offsetOf(slot) + CHARGE] = typeof value === 'object' ? 0 : weight
  }

  /** The value, which may be changed. O(1); O(value) for one that was shared until now. */
  override valueAt(slot: number): Value {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    if (((rows[at + MARKS] as number) & SHARED) !== 0) this.own(slot)
    return rows[at + VALUE] as Value
  }

  /** The value of a type, which may be changed; undefined for one that is shared, and for another type. O(1). */
  ownAt(slot: number, code: number): Value | undefined {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    return ((rows[at + MARKS] as number) & VALUE_MASK) === code ? (rows[at + VALUE] as Value) : undefined
  }

  /** The value, which may not be changed. O(1); O(value) for one that is asleep. */
  lookAt(slot: number): Value {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    if (((rows[at + MARKS] as number) & SHARED) !== 0 && typeof rows[at + VALUE] === 'number') this.wake(rows, at)
    return rows[at + VALUE] as Value
  }

  /** What stands in the place of the value: the value, or a number for one that is asleep. To tell objects from each other. O(1). */
  cellAt(slot: number): Value {
    return this.rowsOf(slot)[this.offsetOf(slot) + VALUE] as Value
  }

  /** Whether the value is asleep. O(1). */
  isAsleep(slot: number): boolean {
    // Numbers that are values are never shared.
    return this.isShared(slot) && typeof this.cellAt(slot) === 'number'
  }

  /** The memory that values sleep in. O(blocks). */
  get sleepingBytes(): number {
    return this.asleep?.size ?? 0
  }

  /** Gives a key with its value, which is asleep; the deadline is to follow. O(bytes). */
  giveAsleep(slot: number, database: number, sink: EntrySink): void {
    const asleep = this.asleep!
    const place = this.numberAt(slot, VALUE)
    const bytes = asleep.bytesOf(place)
    const start = asleep.offsetOf(place)
    const end = start + this.numberAt(slot, CHARGE)
    const key = this.rowsOf(slot)[this.offsetOf(slot)]
    if (typeof key === 'number') sink.entryAside(database, bytes, start - key, end)
    else {
      sink.entry(database, key as string, formOfAsleep(this.codeAt(slot)))
      sink.aside(bytes, start, end)
    }
  }

  /** Makes the key, where it is asleep. O(length) then. */
  protected override keyIn(rows: unknown[], at: number): string | undefined {
    const key = rows[at]
    if (typeof key === 'number') rows[at] = readText(this.asleep!.read((rows[at + VALUE] as number) - key))
    // Whatever is no number now is a key.
    return rows[at] as string | undefined
  }

  /** Makes a value that is asleep, and its key; nobody shares it. O(value). */
  private wake(rows: unknown[], at: number): void {
    this.keyIn(rows, at)
    const marks = rows[at + MARKS] as number
    const place = rows[at + VALUE] as number
    // Whatever is asleep lies there.
    const value = wake(marks & CODE_MASK, this.asleep!.read(place))
    const weight = valueWeight(value)
    this.valuesWeight += weight - (rows[at + CHARGE] as number)
    rows[at + VALUE] = value
    rows[at + MARKS] = marks & ~SHARED
    rows[at + CHARGE] = typeof value === 'object' ? 0 : weight
    this.leave(place)
  }

  /** A value sleeps no longer, and its row says so. Some others are moved, where there are few left in their block. O(1). */
  private leave(place: number): void {
    const asleep = this.asleep!
    asleep.leave(place)
    if (!asleep.hasSparse) return
    for (let i = 0; i < GATHERED_AT_ONCE; i++) {
      if (asleep.cursor >= this.size) asleep.cursor = 0
      const slot = asleep.cursor++
      if (slot >= this.size || !this.isAsleep(slot)) continue
      const rows = this.rowsOf(slot)
      const at = this.offsetOf(slot)
      const key = rows[at]
      const before = typeof key === 'number' ? key : 0
      const from = (rows[at + VALUE] as number) - before
      rows[at + VALUE] = asleep.moved(from, before + (rows[at + CHARGE] as number)) + before
    }
  }

  /** Takes a copy of a value that was shared until now. O(value). */
  own(slot: number): void {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    const value = rows[at + VALUE] as Value
    if (typeof value === 'number') {
      this.wake(rows, at)
      return
    }
    const copy = cloneValue(value)
    rows[at + VALUE] = copy
    // Only what can change is ever shared. A copy has no room to spare.
    this.valuesWeight += valueWeight(copy) - valueWeight(value)
    this.claim(slot)
  }

  /** Says that the value is shared no longer. O(1). */
  claim(slot: number): void {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    rows[at + MARKS] = (rows[at + MARKS] as number) & ~SHARED
  }

  isShared(slot: number): boolean {
    return (this.numberAt(slot, MARKS) & SHARED) !== 0
  }

  /** The same rows in another index. Both share all values that can change. O(keys). */
  share(): KeyIndex {
    const { size } = this
    for (let start = 0; start < size; start += CHUNK_MASK + 1) {
      shareRows(this.rowsOf(start), Math.min(size - start, CHUNK_MASK + 1))
    }
    return this.clone()
  }

  override clone(): KeyIndex {
    const copy = this.copyTo(new KeyIndex())
    copy.valuesWeight = this.valuesWeight
    copy.ranks = this.ranks?.map((chunk) => chunk.slice())
    copy.order = this.order?.clone()
    copy.ranksMean = this.ranksMean
    copy.asleep = this.asleep?.clone()
    return copy
  }

  /** The code of the type of the value. O(1). */
  codeAt(slot: number): number {
    return this.numberAt(slot, MARKS) & CODE_MASK
  }

  /** Whether the key holds text and does not expire. O(1). */
  isPlain(slot: number): boolean {
    return this.numberAt(slot, MARKS) === TEXT
  }

  /** Whether the key expires. O(1). */
  expires(slot: number): boolean {
    return this.numberAt(slot, MARKS) >= EXPIRING
  }

  /** The slot of the deadline in the database's wheel; 0 when the key does not expire. O(1). */
  deadlineAt(slot: number): number {
    return this.numberAt(slot, MARKS) >>> DEADLINE_SHIFT
  }

  /** `expirySecond` goes with the deadline; both are 0 for none. O(1). */
  setDeadline(slot: number, deadline: number, expirySecond: number): void {
    const rows = this.rowsOf(slot)
    const at = this.offsetOf(slot)
    const marks = (deadline << DEADLINE_SHIFT) | ((rows[at + MARKS] as number) & VALUE_MASK)
    if (rows[at + MARKS] !== marks) rows[at + MARKS] = marks
    rows[at + EXPIRY_SECOND] = expirySecond
  }

  expirySecondAt(slot: number): number {
    return this.numberAt(slot, EXPIRY_SECOND)
  }

  accessAt(slot: number): number {
    return this.numberAt(slot, ACCESS)
  }

  setAccess(slot: number, access: number): void {
    this.rowsOf(slot)[this.offsetOf(slot) + ACCESS] = access
  }

  private numberAt(slot: number, column: number): number {
    // These columns hold nothing but numbers.
    return this.rowsOf(slot)[this.offsetOf(slot) + column] as number
  }

  /** A uniformly chosen slot, ABSENT when there is none. O(1). */
  random(source: RandomSource): number {
    return this.size === 0 ? ABSENT : source.below(this.size)
  }

  /**
   * Visits up to `count` slots from `cursor` on (0 to begin) and returns the next cursor, 0 at the end. O(count).
   * A cursor from anywhere is safe: what lies past the end begins at the end. `visit` may not remove keys.
   */
  scan(cursor: number, count: number, visit: (slot: number) => void): number {
    const size = this.size
    let at = cursor === 0 || cursor > size ? size : cursor
    const stop = Math.max(0, at - count)
    while (at > stop) visit(--at)
    return at
  }

  /** What `weight` should be. O(keys). */
  recount(): number {
    let weight = 0
    for (let slot = 0; slot < this.size; slot++) weight += this.weightAt(slot)
    return weight
  }

  private placesAsleep(): number[] {
    const slots = Array.from({ length: this.size }, (_, slot) => slot).filter((slot) => this.isAsleep(slot))
    return slots.map((slot) => this.numberAt(slot, VALUE))
  }

  override invariants(): void {
    super.invariants()
    this.order?.invariants(this.size)
    this.asleep?.invariants(this.placesAsleep())
    for (let slot = 0; slot < this.size; slot++) {
      const key = this.keyAt(slot)
      if (key === undefined) throw new Error(`key index: slot ${slot} is empty`)
      const value = this.lookAt(slot)
      if (this.codeAt(slot) !== codeOf(value)) throw new Error(`key index: '${key}' has a wrong type`)
      if (this.isShared(slot) && typeof value !== 'object') throw new Error(`key index: '${key}' is shared in vain`)
      if (!this.expires(slot) && this.expirySecondAt(slot) !== 0)
        throw new Error(`key index: '${key}' expires and does not`)
    }
  }
}

/** No place. */
const AWAKE = -1

function newRanks(): Float64Array {
  return new Float64Array(CHUNK_MASK + 1)
}

/** Marks the values of the first `count` rows that can change as shared. */
function shareRows(rows: unknown[], count: number): void {
  const end = count * COLUMNS
  for (let at = MARKS; at < end; at += COLUMNS) {
    const marks = rows[at] as number
    const code = marks & CODE_MASK
    if (code === TEXT || (code === OTHER_STRING && typeof rows[at + VALUE - MARKS] !== 'object')) continue
    rows[at] = marks | SHARED
  }
}
