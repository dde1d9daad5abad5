import type { Int64 } from '../structures/int64.js'
import { StringTable } from '../structures/string-table.js'
import { type Database, deadlineOf, type KeyTable } from './database.js'
import { ABSENT, type KeyIndex } from './key-index.js'
import { type Form, formOfType, PLAIN_STRING, packString } from './plain-values.js'
import { type EntrySink, LAST_PART, PART, type SnapshotCursor } from './ports.js'
import type { Store } from './store.js'
import type { Collection, StringValue } from './value.js'

/** How far the snapshot has come with the keys of one database. */
interface Course {
  readonly index: number
  readonly table: KeyTable
  readonly keys: KeyIndex
  /** Slots from here on have been visited, or hold what has come since. */
  cursor: number
  /** Keys below the cursor that must not be visited: taken already, or not there at the instant. A Set of so many would stop as it grows. */
  readonly done: StringTable
}

/** A large collection, and how much of it has been written. */
interface Large {
  readonly course: Course
  readonly key: string
  readonly form: Form
  readonly units: number
  /** What stands at the key, or once that is about to change what stood there at the instant. */
  value: Collection
  /** The deadline at the instant, once the key is about to change; null for none. */
  deadline: Int64 | null | undefined
  /** The first unit that has not been written. */
  next: number
}

/** What it takes to go past a key, in bytes that could be written meanwhile. */
const PASSING_BYTES = 4

/**
 * The state of the store as of one instant, handed out bit by bit while writes go on.
 *
 * A cursor goes down the dense slots of each database. A key that is about to change for the first time and has not been visited is
 * taken before (`changing`), and is marked as done; so is what moves down over the cursor, as the last row moves into a gap. To take a
 * key is to write it, in the call that changes it; of a large collection a view is kept, which is written part by part later.
 *
 * Invariant: each key that was there at the instant is in exactly one of four places: written; below the cursor, unchanged and not
 * done; among those `kept`; or `begun`, written in part, and either unchanged or a view as well. A row that moves from below the cursor
 * stays below it. What is begun has been visited and is known by its key, wherever its row goes.
 *
 * The tables are those of the instant: FLUSHALL and SWAPDB put others in place and leave these as they are. Memory: O(keys that
 * change meanwhile), and what they were is with the sink; of large collections what is changed of them, and its surroundings.
 */
export class RunningSnapshot implements SnapshotCursor {
  private readonly store: Store
  private readonly sink: EntrySink
  private readonly courses: Course[]
  private readonly byKeys = new Map<KeyIndex, Course>()
  /** The large collection that is being written. */
  private begun: Large | undefined
  /** Large collections that have changed since, and of which nothing has been written. */
  private readonly kept: Large[] = []
  /** How many keys there were at the instant, and how many have been handed out. */
  readonly total: number
  private written = 0
  private at = 0
  private ended = false

  /** Takes the instant. No unit is open. O(databases). */
  constructor(store: Store, sink: EntrySink) {
    this.store = store
    this.sink = sink
    this.courses = store.databases.flatMap((database) => {
      const { keys, wheel, farDeadlines, fields, index } = database
      if (keys.size === 0) return []
      return [{ index, table: { keys, wheel, farDeadlines, fields }, keys, cursor: keys.size, done: new StringTable() }]
    })
    for (const course of this.courses) this.byKeys.set(course.keys, course)
    this.total = this.courses.reduce((sum, { keys }) => sum + keys.size, 0)
    if (store.snapshot !== undefined) throw new Error('snapshot: one at a time')
    store.snapshot = this
  }

  /** A key, its value or its deadline, is about to change. O(1); the first time O(value), of a large collection O(its chunks). */
  changing(database: Database, slot: number): void {
    const course = this.byKeys.get(database.keys)
    if (course === undefined) return
    if (slot < course.cursor) this.take(course, slot)
    if (this.begun !== undefined) this.keepBegun(this.begun, course, slot)
  }

  /**
   * The row of a slot is about to be filled with the last one, which a removal moves. What moves below the cursor from above it is done.
   * As `changing`.
   */
  removing(database: Database, slot: number): void {
    const course = this.byKeys.get(database.keys)
    if (course === undefined) return
    if (this.begun !== undefined) this.keepBegun(this.begun, course, slot)
    const last = course.keys.size - 1
    if (slot < course.cursor) {
      this.take(course, slot)
      if (last >= course.cursor) markDone(course, course.keys.keyAt(last)!)
    }
    if (last < course.cursor) course.cursor = last
  }

  /** A key is about to be put back into a slot, whose row moves to the end: past the cursor. As `changing`. */
  puttingBack(database: Database, slot: number, key: string): void {
    const course = this.byKeys.get(database.keys)
    if (course === undefined || slot >= course.keys.size || slot >= course.cursor) return
    this.take(course, slot)
    markDone(course, key)
  }

  /** Keeps a view of what is begun if it stands in a slot that is about to change. */
  private keepBegun(begun: Large, course: Course, slot: number): void {
    if (begun.course !== course || begun.deadline !== undefined || begun.key !== course.keys.keyAt(slot)) return
    this.keep(begun, slot)
  }

  private take(course: Course, slot: number): void {
    if (!markDone(course, course.keys.keyAt(slot)!)) return
    const large = this.write(course, slot)
    if (large === undefined) return
    this.keep(large, slot)
    this.kept.push(large)
  }

  private keep(large: Large, slot: number): void {
    large.value = large.value.view()
    large.deadline = this.deadlineAt(large.course, slot)
  }

  /** Writes what stands in a slot. Of a large collection it writes nothing yet and returns it. */
  private write(course: Course, slot: number): Large | undefined {
    const { sink } = this
    const { keys } = course
    if (keys.isPlain(slot)) {
      sink.entry(course.index, keys.keyAt(slot)!, PLAIN_STRING)
      sink.text(keys.cellAt(slot) as string)
      this.written++
      sink.none()
      return undefined
    }
    if (keys.isAsleep(slot)) {
      // It is written as it came, and sleeps on.
      keys.giveAsleep(slot, course.index, sink)
      this.writeDeadline(this.deadlineAt(course, slot))
      return undefined
    }
    // It is awake.
    const key = keys.keyAt(slot)!
    const value = keys.cellAt(slot)
    const form = formOfType(keys.codeAt(slot), value)
    if (form === undefined) {
      sink.entry(course.index, key, PLAIN_STRING)
      // What has no form is a string.
      packString(value as StringValue, sink)
    } else {
      // What has one is a collection.
      const collection = value as Collection
      const units = form.units(collection)
      if (units > form.unitsOfPart) return { course, key, form, units, value: collection, deadline: undefined, next: 0 }
      sink.entry(course.index, key, form.code)
      form.pack(collection, 0, units, sink)
    }
    this.writeDeadline(this.deadlineAt(course, slot))
    return undefined
  }

  private deadlineAt({ table }: Course, slot: number): Int64 | null {
    return deadlineOf(table, slot) ?? null
  }

  /** The end of the last entry of a key. */
  private writeDeadline(deadline: Int64 | null): void {
    const { sink } = this
    this.written++
    if (deadline === null) sink.none()
    else if (typeof deadline === 'number') sink.number(deadline)
    else sink.bigint(deadline)
  }

  private writePart(large: Large): void {
    const { sink } = this
    const { course, key, form, units, value, deadline, next } = large
    const end = Math.min(units, next + form.unitsOfPart)
    const isLast = end === units
    sink.entry(course.index, key, form.code + (isLast ? LAST_PART : PART))
    form.pack(value, next, end, sink)
    if (isLast) this.writeDeadline(deadline === undefined ? this.deadlineAt(course, course.keys.find(key)) : deadline)
    else sink.none()
    large.next = end
  }

  /** Writes about so many further bytes, or a little more; false where nothing is left, after which it hears of nothing. O(bytes). */
  next(bytes: number): boolean {
    const { sink, courses } = this
    let end = sink.bytes + bytes
    while (!this.ended && sink.bytes < end) {
      const course = courses[this.at]
      if (this.begun !== undefined) this.goOn(this.begun)
      else if (this.kept.length > 0) this.begun = this.kept.shift()
      else if (course === undefined) this.end()
      else if (course.cursor === 0) this.at++
      else {
        end -= PASSING_BYTES
        this.visit(course, --course.cursor)
      }
    }
    return !this.ended
  }

  private visit(course: Course, slot: number): void {
    if (course.done.size > 0 && unmark(course, course.keys.keyAt(slot)!)) return
    this.begun = this.write(course, slot)
  }

  private goOn(begun: Large): void {
    this.writePart(begun)
    if (begun.next === begun.units) this.begun = undefined
  }

  /** How many keys have been written. */
  get count(): number {
    return this.written
  }

  /** Ends it before its time: it hears of nothing more. */
  end(): void {
    this.ended = true
    if (this.store.snapshot === this) this.store.snapshot = undefined
  }
}

/** Returns whether the key was not done yet. */
function markDone({ done }: Course, key: string): boolean {
  if (done.find(key) !== ABSENT) return false
  done.add(key)
  return true
}

/** Forgets a key that is done and will not be met again; returns whether it was. */
function unmark({ done }: Course, key: string): boolean {
  const slot = done.find(key)
  if (slot === ABSENT) return false
  done.remove(slot)
  return true
}
