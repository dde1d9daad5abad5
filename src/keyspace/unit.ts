import { wrongType } from '../errors.js'
import type { Int64 } from '../structures/int64.js'
import type { Database } from './database.js'
import { Entry } from './entry.js'
import type { LogWord } from './ports.js'
import { CLOCK_READ, EFFECTS, NOTHING, type Opened, type Store } from './store.js'
import {
  type Collection,
  type CollectionType,
  isString,
  type StringValue,
  stringToBytes,
  typeOf,
  type Value,
} from './value.js'

/** How a collection is told from others and made; each structure has one. */
export interface CollectionKind<T extends Collection> {
  is(value: Value): value is T
  create(): T
}

/**
 * The unit of execution: what every command body works on. Its rules:
 *
 * 1. Validate, then mutate: a call that throws has changed nothing, logged nothing, announced nothing.
 * 2. `changed` (and `shrunk`, which calls it) is the only way to say that a value changed. Dirty count, watches, keyspace event and blocked waiters
 *    follow there. The body names the event; it is never derived from the command's name.
 * 3. A collection made by `open` joins the keyspace at its first `changed`; one left empty leaves it at `shrunk`, and
 *    'del' is announced after.
 * 4. `log` records the resolved words that rebuild the state when they are replayed: deadlines absolute, random picks
 *    named. Nothing is built unless `logging`.
 * 5. Units nest; only the outermost settles: log batch, events, waiters, in this order and with no unit open.
 * 6. The clock is read once per unit at most. Time and chance come from the store's clock and random source alone.
 *
 * Each session has a unit of its own, which stands for one call after another; `end` closes the call.
 */
export class Unit {
  readonly store: Store
  database: Database

  constructor(store: Store, database: Database) {
    this.store = store
    this.database = database
  }

  /** Closes a call. Must run however the call ends. */
  end(): void {
    const pending = this.store.pending
    if (pending === NOTHING || this.store.depth > 0) return
    if (pending === CLOCK_READ) this.store.forgetTime()
    else this.store.settle()
  }

  /** Runs several calls as one unit: their effects are drawn once, after the last. */
  nest<R>(body: () => R): R {
    this.store.depth++
    try {
      return body()
    } finally {
      this.store.depth--
      if (this.store.depth === 0) this.store.settle()
    }
  }

  /** The time of the unit, in milliseconds since the epoch. */
  now(): number {
    return this.store.now()
  }

  /** The entry of a key that exists; counts as an access. A key whose time is up is removed here. O(1). */
  find(key: string): Entry | undefined {
    const entry = this.database.keys.get(key)
    if (entry === undefined) return undefined
    if (entry.expires && this.collect(entry)) return undefined
    if (entry.access !== this.store.accessClock) entry.access = this.store.accessTime()
    return entry
  }

  /** As `find`, but not counted as an access: for commands that only look (TTL, TYPE, OBJECT). O(1). */
  peek(key: string, database = this.database): Entry | undefined {
    const entry = database.keys.get(key)
    if (entry === undefined) return undefined
    return entry.expires && this.collect(entry, database) ? undefined : entry
  }

  /** Removes an entry whose time is up; returns whether it was. */
  private collect(entry: Entry, database = this.database): boolean {
    if (!this.store.hasExpired(database, entry)) return false
    this.store.expire(database, entry)
    return true
  }

  /** The entry of a string; undefined for a missing key, WRONGTYPE for another type. O(1). */
  findString(key: string): (Entry & { value: StringValue }) | undefined {
    const entry = this.find(key)
    if (entry === undefined) return undefined
    if (!entry.isText && !isString(entry.value)) throw wrongType()
    return entry as Entry & { value: StringValue }
  }

  /** The value of any key, as an access to it; undefined for a missing key. O(1). */
  valueAt(key: string): Value | undefined {
    return this.find(key)?.value
  }

  /** The type of a key as TYPE names it, no access to it. O(1). */
  typeAt(key: string): 'none' | 'string' | CollectionType {
    const entry = this.peek(key)
    return entry === undefined ? 'none' : typeOf(entry.value)
  }

  /** A collection to read or to take from; undefined for a missing key, WRONGTYPE for another type. O(1). */
  look<T extends Collection>(key: string, kind: CollectionKind<T>): T | undefined {
    const value = this.find(key)?.value
    if (value === undefined) return undefined
    if (!kind.is(value)) throw wrongType()
    return value
  }

  /** A collection to add to, made where there is none. See rule 3. O(1). */
  open<T extends Collection>(key: string, kind: CollectionKind<T>): T {
    const value = this.find(key)?.value ?? this.openedAt(key)
    if (value === undefined) return this.openNew(key, kind)
    if (!kind.is(value)) throw wrongType()
    return value
  }

  private openNew<T extends Collection>(key: string, kind: CollectionKind<T>): T {
    const value = kind.create()
    this.store.opened.push({ key, value, database: this.database })
    this.store.pending = EFFECTS
    this.store.observed = true
    return value
  }

  /** What this unit opened under a key and has not put into the keyspace yet. */
  private openedAt(key: string): Collection | undefined {
    for (const opened of this.store.opened) {
      if (opened.key === key && opened.database === this.database) return opened.value
    }
    return undefined
  }

  /** Adds a key that does not exist. O(1). */
  add(key: string, value: Value, database = this.database): Entry {
    const entry = new Entry(key, value, this.store.accessTime())
    database.keys.add(entry)
    return entry
  }

  /** Puts a value at a key, whatever was there; a deadline is dropped unless `keepDeadline`. O(1). */
  put(key: string, value: Value, keepDeadline = false): Entry {
    const entry = this.find(key)
    if (entry === undefined) return this.add(key, value)
    this.replace(entry, value, keepDeadline)
    return entry
  }

  /** Puts a value at a key that exists; a deadline is dropped unless `keepDeadline`. O(1). */
  replace(entry: Entry, value: Value, keepDeadline = false): void {
    entry.value = value
    if (entry.expires && !keepDeadline) this.store.clearDeadline(this.database, entry)
  }

  /** Takes an entry out; the body says so by `changed` with the event that fits. O(1). */
  remove(entry: Entry, database = this.database): void {
    this.store.remove(database, entry)
  }

  /** Takes an entry out as DEL does: logged as DEL, event del. O(1). */
  delete(entry: Entry): void {
    this.remove(entry)
    if (this.logging) this.log('DEL', entry.key)
    this.changed(entry.key, 'del')
  }

  /** The deadline in milliseconds since the epoch, -1 for none. */
  deadlineOf(entry: Entry, database = this.database): Int64 {
    return entry.expires ? this.store.deadlineOf(database, entry) : -1
  }

  setDeadline(entry: Entry, deadlineMs: Int64, database = this.database): void {
    this.store.setDeadline(database, entry, deadlineMs)
  }

  clearDeadline(entry: Entry): void {
    this.store.clearDeadline(this.database, entry)
  }

  /** Removes a key that exists as DEL does. O(1). */
  deleteKey(key: string): void {
    this.delete(this.database.keys.get(key)!)
  }

  /** Says that a value changed: `n` is what it adds to the dirty count. See rule 2. */
  changed(key: string, event: string, n = 1, database = this.database): void {
    const store = this.store
    store.dirty += n
    if (!store.observed) return
    if (store.opened.length > 0) this.join(key, database)
    store.announce(database, key, event)
  }

  /** As `changed` where something was taken out of a collection: one that is empty now leaves the keyspace. See rule 3. */
  shrunk(key: string, collection: Collection, event: string, n = 1): void {
    this.changed(key, event, n)
    if (!isVoid(collection)) return
    this.store.remove(this.database, this.database.keys.get(key)!)
    this.changed(key, 'del', 0)
  }

  /** Puts what was opened under a key into the keyspace. */
  private join(key: string, database: Database): void {
    const { opened } = this.store
    const index = opened.findIndex((other) => other.key === key && other.database === database)
    if (index === -1 || isVoid(opened[index]!.value)) return
    const [{ value }] = opened.splice(index, 1) as [Opened]
    this.add(key, value, database)
  }

  /** Whether resolved words are wanted. */
  get logging(): boolean {
    return this.store.logging
  }

  /** Records the resolved words of the call. See rule 4. */
  log(...words: readonly LogWord[]): void {
    this.store.append(this.database, words)
  }
}

/** Whether a collection has nothing in it that makes it a value: an empty stream is one. */
function isVoid(value: Collection): boolean {
  return value.size === 0 && value.type !== 'stream'
}

/** A string value as a word of the log. */
export function logWord(value: StringValue): LogWord {
  if (typeof value === 'string') return value
  return typeof value === 'object' ? stringToBytes(value) : String(value)
}
