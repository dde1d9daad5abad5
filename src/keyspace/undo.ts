import type { Int64 } from '../structures/int64.js'
import { type Database, deadlineOf, type KeyTable } from './database.js'
import type { Mark, Store } from './store.js'
import type { Value } from './value.js'

/** What a step takes back; the names say what was done. */
const STAMPED = 0
const INSERTED = 1
const REMOVED = 2
const EXCHANGED = 3
const TIMED = 4
const REPLACED = 5

/** One change of a row, with what stood there before. Which fields are in use hangs on the kind. */
interface Step {
  readonly kind: number
  readonly database: Database
  readonly slot: number
  readonly key: string
  readonly value: Value | KeyTable | undefined
  readonly access: number
  readonly deadlineMs: Int64
}

/**
 * What takes a part of a unit back: every change of a row since it began, undone from the last to the first. So each step
 * meets the rows as they were right after it, slots included, and what comes out is the former state to the slot.
 *
 * Invariant: a value that stood there before the part began is never edited: whoever wants to edit it is handed a copy that
 * has taken its place (`own`). Memory: O(steps), and a copy of each collection that was handed out to be edited.
 */
export class Undo {
  /** The part of a unit that this one is a part of. */
  readonly outer: Undo | undefined
  private readonly store: Store
  private readonly mark: Mark
  private readonly steps: Step[] = []
  /** Values that came into being within the part. */
  private readonly owned = new Set<object>()

  /** Begins such a part. */
  constructor(store: Store) {
    this.store = store
    this.outer = store.undo
    this.mark = store.mark()
    store.watches.record(true)
    store.undo = this
  }

  /** The time of the last access is about to be set. O(1). */
  stamping(database: Database, slot: number): void {
    this.note(STAMPED, database, slot, '', undefined, database.keys.accessAt(slot))
  }

  /** A key has been added, in the last slot. O(1). */
  inserted(database: Database): void {
    this.note(INSERTED, database, database.keys.size - 1)
  }

  /** A key without a deadline is about to be taken out. O(1). */
  removing(database: Database, slot: number): void {
    const { keys } = database
    this.note(REMOVED, database, slot, keys.keyAt(slot)!, keys.valueAt(slot), keys.accessAt(slot))
  }

  /** Another value is about to take the place of one. O(1). */
  exchanging(database: Database, slot: number): void {
    this.note(EXCHANGED, database, slot, '', database.keys.valueAt(slot))
  }

  /** A deadline is about to be set, moved or taken away. O(1). */
  timing(database: Database, slot: number): void {
    this.note(TIMED, database, slot, '', undefined, 0, deadlineOf(database, slot))
  }

  /** A database has got other keys. O(1). */
  replaced(database: Database, former: KeyTable): void {
    this.note(REPLACED, database, 0, '', former)
  }

  /** A value has come into being that nobody else has: it may be edited. O(1). */
  made(value: object): void {
    this.owned.add(value)
  }

  /** The value in a slot, to be edited: a copy in its place unless it came into being within the part. O(value) the first time. */
  own(database: Database, slot: number): Value {
    const value = database.keys.valueAt(slot)
    if (typeof value !== 'object' || this.owned.has(value)) return value
    const copy = value.clone()
    this.owned.add(copy)
    this.exchanging(database, slot)
    this.store.exchange(database, slot, copy)
    return copy
  }

  /** The part stays; it can still be taken back with the one around it. O(steps) there, else O(1). */
  keep(): void {
    this.end()
    if (this.outer === undefined) return
    for (const step of this.steps) this.outer.steps.push(step)
    for (const value of this.owned) this.outer.owned.add(value)
  }

  /** Takes the part back. O(steps). */
  takeBack(): void {
    // What is done here is no part of anything.
    this.store.undo = undefined
    for (let i = this.steps.length - 1; i >= 0; i--) this.undo(this.steps[i]!)
    this.store.forgetSince(this.mark)
    this.end()
  }

  private end(): void {
    this.store.undo = this.outer
    this.store.watches.record(this.outer !== undefined)
  }

  private note(
    kind: number,
    database: Database,
    slot: number,
    key = '',
    value: Value | KeyTable | undefined = undefined,
    access = 0,
    deadlineMs: Int64 = -1,
  ): void {
    this.steps.push({ kind, database, slot, key, value, access, deadlineMs })
  }

  private undo({ kind, database, slot, key, value, access, deadlineMs }: Step): void {
    const { store } = this
    // The kind says what the value is.
    if (kind === STAMPED) database.keys.setAccess(slot, access)
    else if (kind === INSERTED) store.remove(database, slot)
    else if (kind === REMOVED) store.putBack(database, slot, key, value as Value, access)
    else if (kind === EXCHANGED) store.exchange(database, slot, value as Value)
    else if (kind === REPLACED) database.replace(value as KeyTable)
    else if (deadlineMs !== -1) store.expiry.setDeadline(database, slot, deadlineMs)
    else if (database.keys.expires(slot)) store.expiry.clearDeadline(database, slot)
  }
}
