import { type FieldDeadlines, HeapedDeadlines, ListedDeadlines, NEVER } from './field-deadlines.js'
import { NAME_MAX, sharedName } from './shared-names.js'
import { StringTable } from './string-table.js'
import { byteLength } from './text.js'
import { ARRAY, textWeight, WORD } from './weight.js'

/** How Redis would keep a hash; OBJECT ENCODING tells it. */
export type HashEncoding = 'listpack' | 'listpackex' | 'hashtable'

const ENCODINGS: readonly HashEncoding[] = ['listpack', 'listpackex', 'hashtable']
const LISTPACK = 0
const LISTPACK_EX = 1
const HASHTABLE = 2

/** Redis's limits: hash-max-listpack-entries and hash-max-listpack-value, as they are by default. */
const LISTPACK_MAX = 512
const LISTPACK_BYTES_MAX = 64

/** So many fields lie in the object itself. */
const OWN_MAX = 5

/**
 * More fields than this lie in a table, which takes twice the memory (112 bytes a field instead of 54, with values of 10
 * characters). Up to here a walk along the fields finds one about as soon: a million fields in hashes of 24, 0.9 µs against
 * 1.2 µs where hashes share their names, 1.65 µs against 1.45 µs where they do not.
 */
const SMALL_MAX = 24

/** The object itself, and what only some have. */
const OBJECT = 128
const REST = 64 + ARRAY

/** What only some hashes have. */
class Rest {
  /** Field and value by turns of the fields past OWN_MAX, in a hash without a table. */
  pairs: string[] = NO_PAIRS
  /** All fields of a hash of more than SMALL_MAX. */
  table: StringTable<string> | undefined = undefined
  /** Kept from the first deadline on. */
  deadlines: FieldDeadlines | undefined = undefined
  alarm = 0
}

const NO_PAIRS: string[] = []

/**
 * A Redis hash: fields with a value each, some of which may have a deadline.
 *
 * The first five fields lie in the object itself, up to 24 in an array behind it, more in a table. A million hashes of
 * five fields (values of 8 to 12 characters, names shared) take this much each, and this long to find or to set one of them
 * in CPU time (AMD EPYC, Node 20, medians of 7; a set makes its value anew):
 *
 *   in the object     272 bytes    320 ns    860 ns
 *   in an array       328 bytes    530 ns  1,240 ns
 *   in one string     149 bytes    780 ns  1,780 ns
 *
 * One string is the smallest, but each set writes it anew, which the garbage collector pays for; Redis takes 184 bytes, with
 * the key.
 *
 * Fields are numbered by slots, dense from 0 on. Without a table the slots are in the order of adding, and removal moves
 * those behind it up; in a table it moves the last one into the gap. Nothing is done about time here: a field whose deadline
 * has come is there until `takeDue`. `encoding` follows Redis's rules beside all that, and never goes back.
 */
export class Hash {
  /** size · 4 + encoding. */
  private marks = LISTPACK
  private rest: Rest | undefined = undefined
  /** What values weigh, and fields that lie in no table. */
  private texts = 0
  private field0: string | undefined = undefined
  private value0: string | undefined = undefined
  private field1: string | undefined = undefined
  private value1: string | undefined = undefined
  private field2: string | undefined = undefined
  private value2: string | undefined = undefined
  private field3: string | undefined = undefined
  private value3: string | undefined = undefined
  private field4: string | undefined = undefined
  private value4: string | undefined = undefined

  get type(): 'hash' {
    return 'hash'
  }

  /** How many fields there are. O(1). */
  get size(): number {
    return this.marks >> 2
  }

  /** The bytes that the hash takes, roughly. O(1). */
  get weight(): number {
    const { rest } = this
    const weight = OBJECT + this.texts
    if (rest === undefined) return weight
    const deadlines = rest.deadlines === undefined ? 0 : rest.deadlines.weight
    if (rest.table !== undefined) return weight + REST + rest.table.weight + deadlines
    return rest.pairs.length === 0 && deadlines === 0 ? weight : weight + REST + rest.pairs.length * WORD + deadlines
  }

  /** As Redis 8.0 would keep this hash now. O(1). */
  get encoding(): HashEncoding {
    return ENCODINGS[this.marks & 3]!
  }

  private set form(form: number) {
    this.marks = (this.marks & ~3) | form
  }

  /** The value of a field. O(1); O(SMALL_MAX) without a table. */
  get(field: string): string | undefined {
    const rest = this.rest
    if (rest?.table !== undefined) {
      const slot = rest.table.find(field)
      return slot < 0 ? undefined : rest.table.valueAt(slot)
    }
    if (this.field0 === field) return this.value0
    if (this.field1 === field) return this.value1
    if (this.field2 === field) return this.value2
    if (this.field3 === field) return this.value3
    if (this.field4 === field) return this.value4
    if (rest === undefined) return undefined
    const at = indexIn(rest.pairs, field)
    return at < 0 ? undefined : rest.pairs[at + 1]
  }

  /** O(1); O(SMALL_MAX) without a table. */
  has(field: string): boolean {
    return this.slotOf(field) >= 0
  }

  /** The slot of a field, -1 when it is not there. O(1); O(SMALL_MAX) without a table. */
  slotOf(field: string): number {
    const rest = this.rest
    if (rest?.table !== undefined) return rest.table.find(field)
    if (this.field0 === field) return 0
    if (this.field1 === field) return 1
    if (this.field2 === field) return 2
    if (this.field3 === field) return 3
    if (this.field4 === field) return 4
    const at = rest === undefined ? -1 : indexIn(rest.pairs, field)
    return at < 0 ? -1 : OWN_MAX + (at >> 1)
  }

  /** The field in a slot from 0 to `size` - 1. O(1). */
  fieldAt(slot: number): string {
    const rest = this.rest
    if (rest?.table !== undefined) return rest.table.keyAt(slot)!
    if (slot >= OWN_MAX) return rest!.pairs[(slot - OWN_MAX) * 2]!
    if (slot === 0) return this.field0!
    if (slot === 1) return this.field1!
    if (slot === 2) return this.field2!
    return slot === 3 ? this.field3! : this.field4!
  }

  /** The value in a slot from 0 to `size` - 1. O(1). */
  valueAt(slot: number): string {
    const rest = this.rest
    if (rest?.table !== undefined) return rest.table.valueAt(slot)
    if (slot >= OWN_MAX) return rest!.pairs[(slot - OWN_MAX) * 2 + 1]!
    if (slot === 0) return this.value0!
    if (slot === 1) return this.value1!
    if (slot === 2) return this.value2!
    return slot === 3 ? this.value3! : this.value4!
  }

  /**
   * Says that so many fields are to be set (some of them may be here already): Redis gives up a compact encoding that has no
   * room for as many, even if none is new then. O(1).
   */
  expect(count: number): void {
    if (count > LISTPACK_MAX) this.form = HASHTABLE
  }

  /** Says that Redis would make room for deadlines, whether or not one follows. O(1). */
  expectDeadlines(): void {
    if ((this.marks & 3) === LISTPACK) this.form = LISTPACK_EX
  }

  /** Says that Redis found the hash so: what comes in a listpack stays there, however long its words are. O(1). */
  keepAs(encoding: 'listpack' | 'listpackex'): void {
    if (this.size <= LISTPACK_MAX) this.form = encoding === 'listpack' ? LISTPACK : LISTPACK_EX
  }

  /** Sets a field and takes its deadline away; returns whether the field is new. O(1) amortised. */
  set(field: string, value: string): boolean {
    const slot = this.slotOf(field)
    if (slot < 0) {
      this.add(field, value)
      return true
    }
    this.setAt(slot, value)
    if (this.rest !== undefined) this.rest.deadlines?.clear(slot)
    return false
  }

  /** As `set`, but a deadline stays. O(1) amortised. */
  replace(field: string, value: string): boolean {
    const slot = this.slotOf(field)
    if (slot < 0) this.add(field, value)
    else this.setAt(slot, value)
    return slot < 0
  }

  /** Adds a field that is not there. */
  private add(field: string, value: string): void {
    const slot = this.size
    const table = this.rest?.table ?? (slot < SMALL_MAX ? undefined : this.moveToTable())
    if (table !== undefined) table.setValue(table.add(field), value)
    else {
      this.put(slot, sharedName(field), value)
      this.texts += nameWeight(field)
    }
    this.texts += textWeight(value)
    this.marks += 4
    if ((this.marks & 3) === HASHTABLE) return
    if (slot >= LISTPACK_MAX || isLong(field) || isLong(value)) this.form = HASHTABLE
  }

  /** Sets the value in a slot from 0 to `size` - 1. O(1). */
  setAt(slot: number, value: string): void {
    const rest = this.rest
    this.texts += textWeight(value) - textWeight(this.valueAt(slot))
    if (rest?.table !== undefined) rest.table.setValue(slot, value)
    else if (slot >= OWN_MAX) rest!.pairs[(slot - OWN_MAX) * 2 + 1] = value
    else if (slot === 0) this.value0 = value
    else if (slot === 1) this.value1 = value
    else if (slot === 2) this.value2 = value
    else if (slot === 3) this.value3 = value
    else this.value4 = value
    if ((this.marks & 3) !== HASHTABLE && isLong(value)) this.form = HASHTABLE
  }

  /** Puts a pair into a slot of a hash without a table; undefined empties it. */
  private put(slot: number, field: string | undefined, value: string | undefined): void {
    if (slot >= OWN_MAX) this.putBehind(slot - OWN_MAX, field, value)
    else if (slot === 0) {
      this.field0 = field
      this.value0 = value
    } else if (slot === 1) {
      this.field1 = field
      this.value1 = value
    } else if (slot === 2) {
      this.field2 = field
      this.value2 = value
    } else if (slot === 3) {
      this.field3 = field
      this.value3 = value
    } else {
      this.field4 = field
      this.value4 = value
    }
  }

  /** The array is made anew whenever it grows or shrinks: one that is pushed to has room for sixteen more. */
  private putBehind(index: number, field: string | undefined, value: string | undefined): void {
    const rest = this.ownRest()
    const before = rest.pairs
    if (field === undefined || value === undefined) {
      rest.pairs = index === 0 ? NO_PAIRS : before.slice(0, index * 2)
      return
    }
    if (index * 2 === before.length) {
      const pairs = new Array<string>(before.length + 2)
      for (let i = 0; i < before.length; i++) pairs[i] = before[i]!
      rest.pairs = pairs
    }
    rest.pairs[index * 2] = field
    rest.pairs[index * 2 + 1] = value
  }

  private ownRest(): Rest {
    this.rest ??= new Rest()
    return this.rest
  }

  private moveToTable(): StringTable<string> {
    const table = new StringTable<string>(2)
    const { size } = this
    for (let slot = 0; slot < size; slot++) {
      table.setValue(table.add(this.fieldAt(slot)), this.valueAt(slot))
      this.texts -= nameWeight(this.fieldAt(slot))
    }
    const rest = this.ownRest()
    if (rest.deadlines !== undefined) rest.deadlines = HeapedDeadlines.of(rest.deadlines as ListedDeadlines, size)
    for (let slot = 0; slot < OWN_MAX; slot++) this.put(slot, undefined, undefined)
    rest.pairs = NO_PAIRS
    rest.table = table
    return table
  }

  /** Removes a field; returns whether it was there. O(1) amortised, O(log n) for one with a deadline. */
  delete(field: string): boolean {
    const slot = this.slotOf(field)
    if (slot < 0) return false
    this.deleteAt(slot)
    return true
  }

  private deleteAt(slot: number): void {
    const rest = this.rest
    this.texts -= textWeight(this.valueAt(slot))
    if (rest?.table !== undefined) {
      const last = rest.table.remove(slot)
      if (rest.deadlines !== undefined) (rest.deadlines as HeapedDeadlines).removeSlot(slot, last)
    } else {
      if (rest?.deadlines !== undefined) (rest.deadlines as ListedDeadlines).removeSlot(slot)
      this.texts -= nameWeight(this.fieldAt(slot))
      const last = this.size - 1
      for (let i = slot; i < last; i++) this.put(i, this.fieldAt(i + 1), this.valueAt(i + 1))
      this.put(last, undefined, undefined)
    }
    this.marks -= 4
  }

  /** All fields in an array of its own. O(n). */
  fields(): string[] {
    const fields = new Array<string>(this.size)
    for (let slot = 0; slot < fields.length; slot++) fields[slot] = this.fieldAt(slot)
    return fields
  }

  /** All values in an array of its own, in the order of `fields`. O(n). */
  values(): string[] {
    const values = new Array<string>(this.size)
    for (let slot = 0; slot < values.length; slot++) values[slot] = this.valueAt(slot)
    return values
  }

  /** Fields and values. Nothing may be added or removed meanwhile. */
  *[Symbol.iterator](): IterableIterator<[field: string, value: string]> {
    const { size } = this
    for (let slot = 0; slot < size; slot++) yield [this.fieldAt(slot), this.valueAt(slot)]
  }

  /**
   * Visits the slots of up to `count` fields from `cursor` on (0 to begin) and returns the next cursor, 0 at the end; of a
   * hash that is no hashtable all fields in one go, as Redis does. O(count).
   *
   * The cursor is a slot that counts down: all from the cursor up have been visited. A field only ever moves to a lower slot
   * from the very end, and new ones join at the end, so one that is there from start to end is visited at least once, whatever
   * else comes and goes. A small hash may get a table meanwhile; none loses it.
   */
  scan(cursor: number, count: number, visit: (slot: number) => void): number {
    const { size } = this
    if (this.rest?.table === undefined || (this.marks & 3) !== HASHTABLE) {
      for (let slot = 0; slot < size; slot++) visit(slot)
      return 0
    }
    let at = cursor === 0 || cursor > size ? size : cursor
    const stop = Math.max(0, at - count)
    while (at > stop) visit(--at)
    return at
  }

  // Deadlines, in milliseconds since the epoch.

  /** The earliest deadline, Infinity when no field has one. O(1). */
  get nextDeadline(): number {
    const rest = this.rest
    return rest?.deadlines === undefined ? Number.POSITIVE_INFINITY : rest.deadlines.next
  }

  /** The deadline of a slot, -1 for none. O(1). */
  deadlineAt(slot: number): number {
    return this.rest?.deadlines?.timeOf(slot) ?? NEVER
  }

  /** Gives the field of a slot a deadline. O(log n); O(SMALL_MAX) without a table. */
  setDeadlineAt(slot: number, deadline: number): void {
    this.expectDeadlines()
    const rest = this.ownRest()
    rest.deadlines ??= rest.table === undefined ? new ListedDeadlines() : new HeapedDeadlines()
    rest.deadlines.set(slot, deadline)
  }

  /** Takes the deadline from the field of a slot; returns whether it had one. O(log n); O(SMALL_MAX) without a table. */
  clearDeadlineAt(slot: number): boolean {
    return this.rest?.deadlines?.clear(slot) ?? false
  }

  /** Whether every field has a deadline and all of them have come by `now`, where that can be told at once. O(1). */
  isAllDue(now: number): boolean {
    const deadlines = this.rest?.deadlines
    return deadlines !== undefined && deadlines.size === this.size && deadlines.latest <= now
  }

  /** Removes up to `most` of the fields whose deadline has come by `now`; returns their names. O(log n) each. */
  takeDue(now: number, most: number): string[] {
    const taken: string[] = []
    const deadlines = this.rest?.deadlines
    while (deadlines !== undefined && taken.length < most && deadlines.next <= now) {
      const slot = deadlines.first()
      taken.push(this.fieldAt(slot))
      this.deleteAt(slot)
    }
    return taken
  }

  /** A number that belongs to who keeps an eye on the deadlines; 0 at first, and in a copy. */
  get alarm(): number {
    return this.rest === undefined ? 0 : this.rest.alarm
  }

  set alarm(alarm: number) {
    this.ownRest().alarm = alarm
  }

  /** The fields as they are now, to be read by slot alone, whatever happens to the hash. O(chunks of the table). */
  view(): Hash {
    return this.copied(true)
  }

  /** An independent copy, encoded alike. O(n). */
  clone(): Hash {
    return this.copied(false)
  }

  private copied(isView: boolean): Hash {
    const copy = new Hash()
    const { rest } = this
    if (rest !== undefined) {
      const own = copy.ownRest()
      own.pairs = rest.pairs.slice()
      own.table = isView ? rest.table?.view() : rest.table?.clone()
      own.deadlines = isView ? rest.deadlines?.view() : rest.deadlines?.clone()
    }
    if (rest?.table === undefined) {
      const own = Math.min(this.size, OWN_MAX)
      for (let slot = 0; slot < own; slot++) copy.put(slot, this.fieldAt(slot), this.valueAt(slot))
    }
    copy.marks = this.marks
    copy.texts = this.texts
    return copy
  }

  invariants(): void {
    const { size, rest } = this
    const table = rest?.table
    table?.invariants()
    if (table !== undefined && (table.size !== size || table.slots !== size))
      throw new Error('hash: the table has gaps')
    if (table === undefined && size > SMALL_MAX) throw new Error('hash: too long without a table')
    const behind = table === undefined ? Math.max(0, size - OWN_MAX) : 0
    if ((rest?.pairs.length ?? 0) !== behind * 2) throw new Error('hash: fields stand behind those in the object')
    let texts = 0
    for (let slot = 0; slot < size; slot++) {
      texts += textWeight(this.valueAt(slot)) + (table === undefined ? nameWeight(this.fieldAt(slot)) : 0)
      if (this.slotOf(this.fieldAt(slot)) !== slot) throw new Error('hash: a field is found in its slot')
      if (typeof this.valueAt(slot) !== 'string') throw new Error('hash: a field has a value')
    }
    if (texts !== this.texts) throw new Error('hash: its texts are weighed wrongly')
    const own = [this.field0, this.field1, this.field2, this.field3, this.field4]
    const ownSize = table === undefined ? Math.min(size, OWN_MAX) : 0
    if (own.some((field, slot) => (field === undefined) !== slot >= ownSize))
      throw new Error('hash: own fields are dense')
    if (rest?.deadlines !== undefined) {
      rest.deadlines.invariants(size)
      const heaped = rest.deadlines instanceof HeapedDeadlines
      if (heaped !== (table !== undefined)) throw new Error('hash: deadlines are kept as the fields are')
      if (rest.deadlines.size > 0 && this.encoding === 'listpack') throw new Error('hash: no room for deadlines')
    }
    if (this.encoding === 'hashtable') return
    if (size > LISTPACK_MAX) throw new Error('hash: too long for a listpack')
  }
}

/** A field of a small hash: names are mostly shared with other hashes, but one cannot tell. */
function nameWeight(name: string): number {
  const weight = textWeight(name)
  return name.length > NAME_MAX ? weight : weight >> 1
}

/** The index of a field among alternating fields and values, -1 when it is not there. O(length). */
function indexIn(pairs: readonly string[], field: string): number {
  for (let at = 0; at < pairs.length; at += 2) if (pairs[at] === field) return at
  return -1
}

/** Whether Redis takes a word for too long for a listpack. O(1) unless it is near the limit. */
function isLong(word: string): boolean {
  if (word.length > LISTPACK_BYTES_MAX) return true
  return word.length * 3 > LISTPACK_BYTES_MAX && byteLength(word) > LISTPACK_BYTES_MAX
}
