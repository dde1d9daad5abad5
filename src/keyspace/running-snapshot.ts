import type { Database, KeyTable } from './database.js'
import type { KeyIndex } from './key-index.js'
import { packValue, plainText } from './plain-values.js'
import type { Plain, SnapshotCursor } from './ports.js'
import type { Store } from './store.js'

/** How far the snapshot has come with the keys of one database. */
interface Course {
  readonly index: number
  readonly table: KeyTable
  readonly keys: KeyIndex
  /** Slots from here on have been visited, or hold what has come since. */
  cursor: number
  /** Keys below the cursor that must not be visited: written already, or not there at the instant. */
  readonly done: Set<string>
}

/**
 * The state of the store as of one instant, handed out bit by bit while writes go on.
 *
 * A cursor goes down the dense slots of each database. A key that is about to change for the first time and has not been visited is
 * written before (`changing`), and is marked as done; so is what moves down over the cursor, as the last row moves into a gap.
 *
 * Invariant: each key that was there at the instant is in exactly one of three places: written; below the cursor, unchanged and not
 * done; or in `rows`, waiting to be fetched. A row that moves from below the cursor stays below it.
 *
 * The tables are those of the instant: FLUSHALL and SWAPDB put others in place and leave these as they are. Memory: O(keys that
 * change meanwhile).
 */
export class RunningSnapshot implements SnapshotCursor {
  private readonly store: Store
  private readonly courses: Course[]
  private readonly byKeys = new Map<KeyIndex, Course>()
  private rows: Plain[] = []
  /** How many keys there were at the instant, and how many have been handed out. */
  readonly total: number
  private written = 0
  private at = 0
  private ended = false

  /** Takes the instant. No unit is open. O(databases). */
  constructor(store: Store) {
    this.store = store
    this.courses = store.databases.flatMap((database) => {
      const { keys, wheel, farDeadlines, fields, index } = database
      if (keys.size === 0) return []
      return [{ index, table: { keys, wheel, farDeadlines, fields }, keys, cursor: keys.size, done: new Set<string>() }]
    })
    for (const course of this.courses) this.byKeys.set(course.keys, course)
    this.total = this.courses.reduce((sum, { keys }) => sum + keys.size, 0)
    if (store.snapshot !== undefined) throw new Error('snapshot: one at a time')
    store.snapshot = this
  }

  /** A key, its value or its deadline, is about to change. O(1); O(value) the first time. */
  changing(database: Database, slot: number): void {
    const course = this.byKeys.get(database.keys)
    if (course !== undefined && slot < course.cursor) this.take(course, slot)
  }

  /**
   * The row of a slot is about to be filled with the last one, which a removal moves. O(1); O(value) the first time. What moves below
   * the cursor from above it is done.
   */
  removing(database: Database, slot: number): void {
    const course = this.byKeys.get(database.keys)
    if (course === undefined) return
    const last = course.keys.size - 1
    if (slot < course.cursor) {
      this.take(course, slot)
      if (last >= course.cursor) course.done.add(course.keys.keyAt(last)!)
    }
    if (last < course.cursor) course.cursor = last
  }

  /** A key is about to be put back into a slot, whose row moves to the end: past the cursor. O(1); O(value) the first time. */
  puttingBack(database: Database, slot: number, key: string): void {
    const course = this.byKeys.get(database.keys)
    if (course === undefined || slot >= course.keys.size || slot >= course.cursor) return
    this.take(course, slot)
    course.done.add(key)
  }

  private take(course: Course, slot: number): void {
    const key = course.keys.keyAt(slot)!
    if (course.done.has(key)) return
    course.done.add(key)
    this.write(course, slot, key)
  }

  private write({ index, table, keys }: Course, slot: number, key: string): void {
    const { rows } = this
    rows.push(index, plainText(key))
    packValue(keys.lookAt(slot), rows)
    rows.push(keys.expires(slot) ? this.store.deadlineOf(table, slot) : null)
    this.written++
  }

  /**
   * Fetches up to about `most` further keys, five entries each: database, key, code of the form, value, deadline in milliseconds
   * since the epoch or null. Undefined at the end, after which it hears of nothing more. O(most).
   */
  next(most: number): Plain[] | undefined {
    if (this.ended) return undefined
    let left = most
    while (left > 0 && this.at < this.courses.length) {
      const course = this.courses[this.at]!
      const { keys, done } = course
      while (left > 0 && course.cursor > 0) {
        const slot = --course.cursor
        left--
        const key = keys.keyAt(slot)!
        if (done.size > 0 && done.delete(key)) continue
        this.write(course, slot, key)
      }
      if (course.cursor === 0) this.at++
    }
    if (this.rows.length === 0 && this.at === this.courses.length) {
      this.end()
      return undefined
    }
    const { rows } = this
    this.rows = []
    return rows
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
