import { type Int64, parseInt64 } from './int64.js'
import { MovingTable } from './moving-table.js'
import { PackedTable } from './packed-table.js'
import { StringTable } from './string-table.js'
import { byteLength } from './text.js'
import { ARRAY, pushedWeight, textsWeight, textWeight, WORD } from './weight.js'

/** How Redis would keep a set; OBJECT ENCODING tells it. */
export type SetEncoding = 'intset' | 'listpack' | 'hashtable'

/** Redis's limits: set-max-intset-entries, set-max-listpack-entries and set-max-listpack-value, as they are by default. */
const INTSET_MAX = 512
const LISTPACK_MAX = 128
const LISTPACK_BYTES_MAX = 64

/**
 * More members than this lie in a table. Up to here a walk along the list finds a member in at most the time of a look-up
 * in a Map: 62 ns and 63 ns with 32 members of 12 characters in the cache, 103 ns and 153 ns out of it.
 */
const LIST_MAX = 32

/**
 * More members than this are packed, which takes 28 bytes for one of 12 characters instead of 57. SADD of a new one takes 1.7 times as
 * long then, SISMEMBER about as long, and what gives members out makes new strings.
 */
const TABLE_MAX = 1 << 17

/** So short an array is copied when it grows: `push` would leave 16 empty places. */
const TIGHT_MAX = 16

/** The object itself. */
const OBJECT = 64

/**
 * A Redis set of strings, every one of them once.
 *
 * Integers alone (an intset) lie in ascending order in `ints`; a few members lie in `list`, in the order in which they came;
 * more of them lie in `table`. Invariant: exactly one of the three is there. `encoding` follows Redis's rules beside that: it
 * goes from intset over listpack to hashtable and never back, whatever is removed, until `rebuild`.
 *
 * `at` counts members in the order of iteration, as do all ways through them. Removal from a table moves its last member
 * into the gap. Nothing may be added or removed while iterating.
 */
export class SetOfStrings {
  private ints: Int64[] | undefined
  private list: string[] | undefined
  private table: StringTable | MovingTable | PackedTable | undefined
  private hashed: boolean
  /** What the members in `list` weigh. */
  private listed: number

  constructor() {
    this.ints = []
    this.list = undefined
    this.table = undefined
    this.hashed = false
    this.listed = 0
  }

  /**
   * A set of these, encoded as Redis encodes what it builds member by member, or as it is said: a payload may hold a listpack of
   * integers or of long members. What comes twice is in it once. O(members).
   */
  static of(members: Iterable<string>, encoding?: SetEncoding): SetOfStrings {
    const set = new SetOfStrings()
    if (encoding === 'listpack' || encoding === 'hashtable') {
      set.fill([])
      for (const member of members) if (!set.has(member)) set.append(member)
      set.hashed = encoding === 'hashtable'
    } else for (const member of members) set.add(member)
    return set
  }

  get type(): 'set' {
    return 'set'
  }

  /** How many members there are. O(1). */
  get size(): number {
    if (this.table !== undefined) return this.table.size
    return this.list === undefined ? this.ints!.length : this.list.length
  }

  /** The bytes that the set takes, roughly. O(1). */
  get weight(): number {
    if (this.table !== undefined) return OBJECT + this.table.weight
    if (this.list !== undefined) return OBJECT + placesWeight(this.list.length) + this.listed
    return OBJECT + placesWeight(this.ints!.length)
  }

  /** As Redis 8.0 would keep this set now. O(1). */
  get encoding(): SetEncoding {
    if (this.ints !== undefined) return 'intset'
    return this.hashed ? 'hashtable' : 'listpack'
  }

  /** O(1) in a table, O(log n) among integers, O(LIST_MAX) in a list. */
  has(member: string): boolean {
    if (this.table !== undefined) return this.table.find(member) !== -1
    if (this.list !== undefined) return this.list.indexOf(member) !== -1
    const integer = parseInt64(member)
    return integer !== undefined && placeOf(this.ints!, integer) >= 0
  }

  /**
   * Says that so many members are to be added, this one first (some of them may be here already). Redis chooses by it how it
   * makes a set, and gives up a compact encoding that has no room for as many, even if none is new then.
   */
  expect(first: string, count: number): void {
    const integers = this.ints !== undefined && (this.size > 0 || parseInt64(first) !== undefined)
    if (count > (integers ? INTSET_MAX : LISTPACK_MAX)) {
      if (this.ints !== undefined) this.leaveIntegers()
      this.hashed = true
    } else if (!integers && this.ints !== undefined) this.leaveIntegers()
  }

  /** Adds a member; returns whether it is new. O(1) amortised in a table, O(n) below 512 members. */
  add(member: string): boolean {
    if (this.table !== undefined) {
      if (this.table.find(member) !== -1) return false
      this.addToTable(this.table, member)
    } else if (this.list !== undefined) {
      if (this.list.indexOf(member) !== -1) return false
      this.append(member)
    } else {
      const integer = parseInt64(member)
      if (integer !== undefined) return this.addInteger(integer)
      this.leaveIntegers()
      this.append(member)
    }
    if (!this.hashed) this.hashed = this.size > LISTPACK_MAX || isLong(member)
    return true
  }

  private addInteger(integer: Int64): boolean {
    const ints = this.ints!
    const place = placeOf(ints, integer)
    if (place >= 0) return false
    this.ints = inserted(ints, ~place, integer)
    if (this.ints.length > INTSET_MAX) {
      this.leaveIntegers()
      this.hashed = true
    }
    return true
  }

  /** Adds what is not here to the list or the table. */
  private append(member: string): void {
    const list = this.list
    if (list !== undefined && list.length < LIST_MAX) {
      this.list = inserted(list, list.length, member)
      this.listed += textWeight(member)
      return
    }
    if (list !== undefined) this.moveToTable(list)
    this.addToTable(this.table!, member)
  }

  private addToTable(table: StringTable | MovingTable | PackedTable, member: string): void {
    table.add(member)
    if (table.size <= TABLE_MAX) return
    if (table instanceof StringTable) this.table = new MovingTable(table)
    else if (table instanceof MovingTable) this.table = table.move() ?? table
  }

  /** Holds the integers as the strings that they are. O(n), n at most INTSET_MAX + 1. */
  private leaveIntegers(): void {
    this.fill(this.ints!.map(String))
  }

  /** Holds these members and no others, in a list or a table. O(members). */
  private fill(members: string[]): void {
    this.ints = undefined
    this.table = undefined
    this.list = members
    this.listed = textsWeight(members)
    if (members.length > LIST_MAX) this.moveToTable(members)
  }

  private moveToTable(list: readonly string[]): void {
    const table = new StringTable()
    for (const member of list) table.add(member)
    this.list = undefined
    this.listed = 0
    this.table = table
  }

  /** Removes a member; returns whether it was there. O(1) amortised in a table, O(n) below 512 members. */
  delete(member: string): boolean {
    if (this.table !== undefined) {
      const slot = this.table.find(member)
      if (slot === -1) return false
      this.table.remove(slot)
      return true
    }
    if (this.list !== undefined) {
      const isThere = removed(this.list, this.list.indexOf(member))
      if (isThere) this.listed -= textWeight(member)
      return isThere
    }
    const integer = parseInt64(member)
    return integer !== undefined && removed(this.ints!, placeOf(this.ints!, integer))
  }

  /** The member at an index from 0 to `size` - 1. O(1). */
  at(index: number): string {
    if (this.table !== undefined) return this.table.keyAt(index)!
    return this.list === undefined ? String(this.ints![index]) : this.list[index]!
  }

  /** Removes the member at an index from 0 to `size` - 1 and returns it. O(1) amortised in a table, O(n) below 512 members. */
  removeAt(index: number): string {
    const member = this.at(index)
    if (this.table !== undefined) this.table.remove(index)
    else if (this.list === undefined) removed(this.ints!, index)
    else {
      removed(this.list, index)
      this.listed -= textWeight(member)
    }
    return member
  }

  /** Leaves these members and no others, encoded anew: what Redis does when it has popped most of a set. O(members). */
  rebuild(members: readonly string[]): void {
    this.hashed = false
    if (this.ints === undefined) this.fill([])
    else this.ints = []
    for (const member of members) this.add(member)
  }

  /** All members in an array of its own. O(n). */
  members(): string[] {
    if (this.list !== undefined) return this.list.slice()
    if (this.ints !== undefined) return this.ints.map(String)
    const table = this.table!
    if (table instanceof PackedTable) return table.keys()
    const members = new Array<string>(table.size)
    for (let slot = 0; slot < members.length; slot++) members[slot] = table.keyAt(slot)!
    return members
  }

  *[Symbol.iterator](): IterableIterator<string> {
    const size = this.size
    for (let index = 0; index < size; index++) yield this.at(index)
  }

  /**
   * Visits up to `count` members from `cursor` on (0 to begin) and returns the next cursor, 0 at the end; of a set that is no
   * hashtable all members in one go, as Redis does. O(count).
   *
   * The cursor is an index that counts down: all from the cursor up have been visited. A member only ever moves to a lower
   * index from the very end, and new ones join at the end, so one that is there from start to end is visited at least once,
   * whatever else comes and goes. A list may become a table meanwhile; nothing becomes a list again.
   */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    const size = this.size
    if (this.table === undefined || !this.hashed) {
      for (let index = 0; index < size; index++) visit(this.at(index))
      return 0
    }
    let at = cursor === 0 || cursor > size ? size : cursor
    const stop = Math.max(0, at - count)
    while (at > stop) visit(this.table.keyAt(--at)!)
    return at
  }

  /** The members as they are now, to be read by index alone, whatever happens to the set. O(chunks of the table), O(n) below 512 members. */
  view(): SetOfStrings {
    return this.copyWith(this.table?.view())
  }

  /** An independent copy, encoded alike. O(n). */
  clone(): SetOfStrings {
    return this.copyWith(this.table?.clone())
  }

  private copyWith(table: typeof this.table): SetOfStrings {
    const copy = new SetOfStrings()
    copy.ints = this.ints?.slice()
    copy.list = this.list?.slice()
    copy.table = table
    copy.hashed = this.hashed
    copy.listed = this.listed
    return copy
  }

  invariants(): void {
    const { ints, list, table } = this
    if ([ints, list, table].filter((form) => form !== undefined).length !== 1) throw new Error('set: not one form')
    if (ints !== undefined) {
      if (ints.length > INTSET_MAX || this.hashed) throw new Error('set: too many integers')
      for (let i = 1; i < ints.length; i++) if (ints[i - 1]! >= ints[i]!) throw new Error('set: integers out of order')
    }
    if (list !== undefined) {
      if (list.length > LIST_MAX) throw new Error('set: the list is too long')
      if (new Set(list).size !== list.length) throw new Error('set: a member is in the list twice')
      if (textsWeight(list) !== this.listed) throw new Error('set: the list is weighed wrongly')
    }
    table?.invariants()
    if (table !== undefined && table.slots !== table.size) throw new Error('set: the table has gaps')
    if (!this.hashed && this.size > LISTPACK_MAX && ints === undefined) throw new Error('set: too long for a listpack')
  }
}

/** Whether Redis takes a member for too long for a listpack. O(1) unless it is near the limit. */
function isLong(member: string): boolean {
  if (member.length > LISTPACK_BYTES_MAX) return true
  return member.length * 3 > LISTPACK_BYTES_MAX && byteLength(member) > LISTPACK_BYTES_MAX
}

/** The index of an integer in ascending ones, or ~index of where it belongs. O(log n). */
function placeOf(ints: readonly Int64[], integer: Int64): number {
  let low = 0
  let high = ints.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ints[middle]! < integer) low = middle + 1
    else high = middle
  }
  return low < ints.length && ints[low] === integer ? low : ~low
}

/** The items with one more at an index: the same array, or a new one while it is short. O(n). */
function inserted<T>(items: T[], index: number, item: T): T[] {
  const length = items.length
  if (length >= TIGHT_MAX) {
    if (index === length) items.push(item)
    else items.splice(index, 0, item)
    return items
  }
  const grown = new Array<T>(length + 1)
  for (let i = 0; i < index; i++) grown[i] = items[i]!
  grown[index] = item
  for (let i = index; i < length; i++) grown[i + 1] = items[i]!
  return grown
}

/** What the places for so many items take. */
function placesWeight(length: number): number {
  return ARRAY + (length <= TIGHT_MAX ? length * WORD : pushedWeight(length))
}

/** Takes out the item at an index, if that is none below 0; returns whether it did. O(n). */
function removed(items: unknown[], index: number): boolean {
  if (index < 0) return false
  if (index === items.length - 1) items.pop()
  else items.splice(index, 1)
  return true
}
