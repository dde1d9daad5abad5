import { outOfMemory, type RedstartError, wrongType } from '../errors.js'
import type { Hash } from '../structures/hash.js'
import type { Int64 } from '../structures/int64.js'
import { accessTime } from './access-time.js'
import type { Client } from './client.js'
import { type Database, deadlineOf, FAR_MS } from './database.js'
import { ABSENT, ACCESS, EXPIRING, EXPIRY_SECOND, MARKS, VALUE, VALUE_MASK } from './key-index.js'
import type { LogWord } from './ports.js'
import { CLOCK_READ, EFFECTS, NOTHING, type Store } from './store.js'
import { Undo } from './undo.js'
import {
  type Collection,
  type CollectionType,
  codeOf,
  OTHER_STRING,
  type StringValue,
  stringToBytes,
  TEXT,
  typeOfCode,
  type Value,
} from './value.js'

/** What `overwriteText` answers, beside ABSENT. */
export const OVERWRITTEN = -2
export const OTHERWISE = -3

/** How a collection is told from others and made; each structure has one. */
export interface CollectionKind<T extends Collection> {
  /** `codeOfType` of its type. */
  readonly code: number
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
  /** The connection that the unit belongs to: a new one unless the unit serves one that there is. */
  readonly client: Client

  constructor(store: Store, database: Database, client = store.connect()) {
    this.store = store
    this.database = database
    this.client = client
  }

  /** Another one for a call of the same connection that waits, on the database that is selected now. */
  beside(): Unit {
    return new Unit(this.store, this.database, this.client)
  }

  /**
   * Called before a call that may need memory: evicts what is too much. Throws OOM where there is nothing to evict.
   * O(1) without a limit.
   */
  makeRoom(): void {
    const { store } = this
    if (store.limited && !store.replaying && !store.eviction.enforce()) throw outOfMemory()
  }

  /** Called after such a call: evicts what is too much, if there is anything to evict. O(1) without a limit. */
  keepWithin(): void {
    if (this.store.limited && !this.store.replaying) this.store.eviction.enforce()
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

  /**
   * As `nest`, but a body that throws leaves the store as it was before, chance and session apart: nothing is logged or announced, and no
   * watch and no waiter hears of it. O(steps) to take back; a collection that is edited is copied once.
   */
  nestOrUndo<R>(body: () => R): R {
    return this.nest(() => {
      const undo = new Undo(this.store)
      const { database } = this
      let result: R
      try {
        result = body()
      } catch (error) {
        undo.takeBack()
        this.database = database
        throw error
      }
      undo.keep()
      return result
    })
  }

  /** The time of the unit, in milliseconds since the epoch. */
  now(): number {
    return this.store.now()
  }

  /**
   * The slot of a key, ABSENT when it is missing; counts as an access. A key whose time is up is removed here, so a slot is
   * good until the next key is looked for. O(1).
   */
  find(key: string): number {
    const keys = this.database.keys
    const slot = keys.find(key)
    if (slot === ABSENT) return ABSENT
    const rows = keys.rowsOf(slot)
    const at = keys.offsetOf(slot)
    if ((rows[at + MARKS] as number) >= EXPIRING && this.collect(slot, this.database)) return ABSENT
    if (this.database.fields !== undefined && this.store.expiry.collectFields(this.database, slot)) return ABSENT
    const { store } = this
    if (rows[at + ACCESS] !== store.accessSecond) store.stamp(this.database, slot)
    else if (store.isRanking) store.rank(keys, slot)
    return slot
  }

  /** As `find`, but not counted as an access: for commands that only look (TTL, TYPE, OBJECT). O(1). */
  peek(key: string, database = this.database): number {
    const slot = database.keys.find(key)
    if (slot === ABSENT) return ABSENT
    if (database.keys.expires(slot) && this.collect(slot, database)) return ABSENT
    return database.fields !== undefined && this.store.expiry.collectFields(database, slot) ? ABSENT : slot
  }

  /** Removes a key whose time is up; returns whether it was. */
  private collect(slot: number, database: Database): boolean {
    if (!this.store.hasExpired(database, slot)) return false
    this.store.expiry.expire(database, slot)
    return true
  }

  /** The slot of a string; ABSENT for a missing key, WRONGTYPE for another type. O(1). */
  findString(key: string): number {
    const slot = this.find(key)
    if (slot !== ABSENT && this.database.keys.codeAt(slot) > OTHER_STRING) throw wrongType()
    return slot
  }

  /** As `findString`, but the string itself, which may not be changed; undefined for a missing key. O(1). */
  getString(key: string): StringValue | undefined {
    const keys = this.database.keys
    const slot = keys.find(key)
    if (slot === ABSENT) return undefined
    const rows = keys.rowsOf(slot)
    const at = keys.offsetOf(slot)
    const marks = rows[at + MARKS] as number
    if (marks !== TEXT) {
      const isFar = marks < EXPIRING || this.store.isFar(rows[at + EXPIRY_SECOND] as number)
      if (!isFar && this.collect(slot, this.database)) return undefined
      if ((marks & VALUE_MASK) > OTHER_STRING && !this.wakeString(slot)) return undefined
    }
    const { store } = this
    if (rows[at + ACCESS] !== store.accessSecond) store.stamp(this.database, slot)
    else if (store.isRanking) store.rank(keys, slot)
    return rows[at + VALUE] as StringValue
  }

  /** Wakes a string that is asleep; WRONGTYPE for another type, false where that went as it was looked at. */
  private wakeString(slot: number): boolean {
    const { keys } = this.database
    if (keys.codeAt(slot) <= OTHER_STRING) {
      keys.lookAt(slot)
      return true
    }
    if (this.store.expiry.collectFields(this.database, slot)) return false
    this.store.stamp(this.database, slot)
    throw this.wrongTypeOfGet()
  }

  /** As `getString`, in a call that has asked by another key before, which was none. O(1). */
  getStringAgain(key: string): StringValue | undefined {
    return this.getString(key)
  }

  /** Says that `getString` has found nothing, nor `getStringAgain` where it was asked. O(1). */
  missOfGet(key: string): undefined {
    return this.miss(key)
  }

  /** What `getString` throws. O(1). */
  protected wrongTypeOfGet(): RedstartError {
    return wrongType()
  }

  /** The value in the slot of a string. O(1). */
  stringAt(slot: number): StringValue {
    // Only slots that `findString` returned come here.
    return this.database.keys.valueAt(slot) as StringValue
  }

  /** As `stringAt`, for a string that is edited in place. O(1), but see `Undo.own`. */
  editAt(slot: number): StringValue {
    const { undo, snapshot } = this.store
    if (snapshot !== undefined) snapshot.changing(this.database, slot)
    const value = undo === undefined ? this.stringAt(slot) : (undo.own(this.database, slot) as StringValue)
    if (typeof value === 'object') this.store.ledger.lend(this.database.keys, value)
    return value
  }

  /** The value of any key to read, as an access to it; undefined for a missing key. O(1). */
  valueAt(key: string): Value | undefined {
    const slot = this.find(key)
    return slot === ABSENT ? undefined : this.database.keys.lookAt(slot)
  }

  /** The type of a key as TYPE names it, no access to it. O(1). */
  typeAt(key: string): 'none' | 'string' | CollectionType {
    const slot = this.readPeek(key)
    return slot === ABSENT ? 'none' : typeOfCode(this.database.keys.codeAt(slot))
  }

  /** A collection to take from; undefined for a missing key, WRONGTYPE for another type. O(1), but see `Undo.own`. */
  look<T extends Collection>(key: string, kind: CollectionKind<T>): T | undefined {
    const slot = this.find(key)
    if (slot === ABSENT) return undefined
    const { keys } = this.database
    const { store } = this
    // The code says that it is one of this kind.
    let value = keys.ownAt(slot, kind.code) as T | undefined
    if (value === undefined || store.undo !== undefined || store.snapshot !== undefined)
      value = this.toEdit(slot, kind.code) as T
    store.ledger.lend(keys, value)
    return value
  }

  /** The value in a slot to be edited, whatever has to be done before; WRONGTYPE for another type. */
  private toEdit(slot: number, code: number): Value {
    const { store, database } = this
    if (database.keys.codeAt(slot) !== code) throw wrongType()
    if (store.snapshot !== undefined) store.snapshot.changing(database, slot)
    return store.undo === undefined ? database.keys.valueAt(slot) : store.undo.own(database, slot)
  }

  /** As `look`, for a command that only reads: what comes back must not be edited, and a missing key is a miss. O(1). */
  read<T extends Collection>(key: string, kind: CollectionKind<T>): T | undefined {
    return this.lookAt(key, kind) ?? this.miss(key)
  }

  /** As `look`, to read only: what comes back must not be edited. O(1). */
  lookAt<T extends Collection>(key: string, kind: CollectionKind<T>): T | undefined {
    const slot = this.find(key)
    if (slot === ABSENT) return undefined
    const keys = this.database.keys
    if (keys.codeAt(slot) !== kind.code) throw wrongType()
    return keys.lookAt(slot) as T
  }

  /** As `findString`, for a command that only reads. O(1). */
  readString(key: string): number {
    const slot = this.findString(key)
    if (slot === ABSENT) this.miss(key)
    return slot
  }

  /** As `valueAt`, for a command that only reads. O(1). */
  readValue(key: string): Value | undefined {
    return this.valueAt(key) ?? this.miss(key)
  }

  /** As `peek`, for a command that tells of a key what it finds. O(1). */
  readPeek(key: string): number {
    const slot = this.peek(key)
    if (slot === ABSENT) this.miss(key)
    return slot
  }

  /** Says that a command which reads has found something at a key, where `read…` does not: see `CountingUnit`. O(1). */
  hit(): void {}

  /** Says that a command which reads has found nothing at a key. O(1). */
  miss(key: string): undefined {
    if (this.store.hearsMisses) this.store.missed(this.database, key)
    return undefined
  }

  /** A collection to add to, made where there is none. See rule 3. O(1). */
  open<T extends Collection>(key: string, kind: CollectionKind<T>): T {
    return this.look(key, kind) ?? this.openNew(key, kind)
  }

  private openNew<T extends Collection>(key: string, kind: CollectionKind<T>): T {
    const { store, database } = this
    for (const opened of store.opened) {
      if (opened.key !== key || opened.database !== database) continue
      if (codeOf(opened.value) !== kind.code) throw wrongType()
      return opened.value as T
    }
    const value = kind.create()
    store.opened.push({ key, value, database })
    store.pending = EFFECTS
    store.observed = true
    return value
  }

  /** Adds a key that does not exist and returns its slot; those who wait for it hear of it. O(1). */
  add(key: string, value: Value, database = this.database): number {
    const { store } = this
    const slot = database.keys.insert(key, value, store.accessTime())
    if (store.undo !== undefined) store.undo.inserted(database)
    store.ranked(database, slot)
    if (typeof value === 'object') {
      store.entered(database, key, value)
      store.ledger.lend(database.keys, value)
    }
    if (store.hearsArrivals) store.arrived(database, key, value)
    return slot
  }

  /** As `add`, for a body that holds no slot: where there is no room for one key more, another one goes first. O(1). */
  addWithin(key: string, value: Value): void {
    const { store } = this
    if (!store.limited || !store.eviction.recycle(this.database, key, value)) this.add(key, value)
  }

  /** Puts a value at a key, whatever was there; a deadline is dropped unless `keepDeadline`. Returns the slot. O(1). */
  put(key: string, value: Value, keepDeadline = false): number {
    const slot = this.find(key)
    if (slot === ABSENT) return this.add(key, value)
    this.replace(slot, value, keepDeadline)
    return slot
  }

  /**
   * Puts text in the place of text that does not expire, if nobody is to hear of it. Returns OVERWRITTEN; ABSENT where there is no such key; or
   * OTHERWISE, and nothing is done. What `put` and `changed` do, in one function: a SET over a SET takes two thirds of the time. Where there
   * is a limit or a log the call is still to be ended. O(1).
   */
  overwriteText(key: string, text: string): number {
    const { store } = this
    if (!store.isPlain || (store.limited && store.eviction.isOver)) return OTHERWISE
    const { keys } = this.database
    const slot = keys.find(key)
    if (slot === ABSENT) return ABSENT
    if (!keys.overwriteText(slot, text, store.accessSecond)) return OTHERWISE
    if (store.isRanking) store.rank(keys, slot)
    store.dirty++
    return OVERWRITTEN
  }

  /**
   * As `overwriteText`, of text that expires, and does so from now on at a number of milliseconds since the epoch; returns whether it was
   * done. The caller has made room. O(1).
   */
  overwriteExpiring(key: string, text: string, deadlineMs: number): boolean {
    const { store, database } = this
    // The access clock is only as late as the last reading.
    if (!store.isPlain || !store.hasReading || deadlineMs >= FAR_MS) return false
    const { keys } = database
    const slot = keys.find(key)
    if (slot === ABSENT) return false
    const deadline = keys.overwriteExpiring(slot, text, store.accessSecond, accessTime(deadlineMs))
    if (deadline === 0) return false
    // What expires has its place in the wheel.
    database.wheel!.move(deadline, deadlineMs)
    store.expiry.armBy(deadlineMs)
    if (store.isRanking) store.rank(keys, slot)
    store.dirty++
    return true
  }

  /** Puts a value at a key that exists; a deadline is dropped unless `keepDeadline`. O(1). */
  replace(slot: number, value: Value, keepDeadline = false): void {
    if (this.store.undo !== undefined) this.store.undo.exchanging(this.database, slot)
    const marks = this.store.exchange(this.database, slot, value)
    if (typeof value === 'object') this.store.ledger.lend(this.database.keys, value)
    if (marks >= EXPIRING && !keepDeadline) this.store.expiry.clearDeadline(this.database, slot)
  }

  /** Takes a key out; the body says so by `changed` with the event that fits. O(1). */
  remove(slot: number, database = this.database): void {
    this.store.remove(database, slot)
  }

  /** Takes a key out as DEL does: logged as DEL, event del. O(1). */
  delete(slot: number): void {
    const key = this.database.keys.keyAt(slot)!
    this.remove(slot)
    if (this.logging) this.log('DEL', key)
    this.changed(key, 'del')
  }

  /** The deadline in milliseconds since the epoch, -1 for none. */
  deadlineOf(slot: number, database = this.database): Int64 {
    return deadlineOf(database, slot) ?? -1
  }

  /** Sets the time of the last access, by the access clock. */
  setAccess(slot: number, access: number, database = this.database): void {
    this.store.setAccess(database, slot, access)
  }

  setDeadline(slot: number, deadlineMs: Int64, database = this.database): void {
    this.store.expiry.setDeadline(database, slot, deadlineMs)
  }

  clearDeadline(slot: number): void {
    this.store.expiry.clearDeadline(this.database, slot)
  }

  /** Says that fields of the hash at a key have new deadlines. O(1) amortised. */
  watchFields(key: string, hash: Hash): void {
    this.store.expiry.watchFields(this.database, key, hash)
  }

  /** Says that a value changed: `n` is what it adds to the dirty count. See rule 2. */
  changed(key: string, event: string, n = 1, database = this.database): void {
    const store = this.store
    store.dirty += n
    if (!store.observed) return
    if (store.opened.length > 0) this.join(key, database)
    store.announce(database, key, event)
  }

  /** As `changed` where Redis announces nothing: the count that PFCOUNT writes down, all that is done to vector sets. O(1). */
  touched(key: string): void {
    const { store, database } = this
    store.dirty++
    if (store.opened.length > 0) this.join(key, database)
    if (store.watches.active) store.watches.touch(database, key)
  }

  /**
   * As `changed` where Redis counts a change and tells of it, but no watch hears of it: what is done to the groups of a stream. Without
   * an event where Redis has none.
   */
  noted(key: string, event: string | undefined, n = 1): void {
    const { store } = this
    store.dirty += n
    if (event !== undefined) store.mention(this.database, key, event)
  }

  /** Says that a key has something new for those who wait for it, though it was there before. O(1). */
  ready(key: string, type: CollectionType): void {
    const { store } = this
    if (!store.waiters.active) return
    store.waiters.signal(this.database, key, type)
    store.pending = EFFECTS
  }

  /** As `changed` where something was taken out of a collection: one that is empty now leaves the keyspace. See rule 3. */
  shrunk(key: string, collection: Collection, event: string, n = 1): void {
    this.changed(key, event, n)
    if (!isVoid(collection)) return
    this.store.remove(this.database, this.database.keys.find(key))
    this.changed(key, 'del', 0)
  }

  /** Puts what was opened under a key into the keyspace. */
  private join(key: string, database: Database): void {
    const { opened } = this.store
    // Mostly it is the only one; a search by a function, and a list of what is taken out, would be most of the work.
    let index = opened.length - 1
    while (index >= 0 && (opened[index]!.key !== key || opened[index]!.database !== database)) index--
    if (index < 0 || isVoid(opened[index]!.value)) return
    const { value } = opened[index]!
    if (index === opened.length - 1) opened.pop()
    else opened.splice(index, 1)
    this.store.undo?.made(value)
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

  /** As `log`, of words that may be more than a call takes arguments. */
  logWords(words: readonly LogWord[]): void {
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
