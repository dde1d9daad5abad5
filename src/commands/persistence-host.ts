import { misconfigured, type RedstartError } from '../errors.js'
import { codeOfAsleep, NEVER } from '../keyspace/asleep.js'
import type { Database } from '../keyspace/database.js'
import { BadPlainValue, joinParts, readValue, unpackValue } from '../keyspace/plain-values.js'
import {
  type EntrySink,
  type EntrySource,
  type Keeping,
  LAST_PART,
  type LogBatch,
  type LogSink,
  PART,
  type PersistenceEvent,
  type PersistenceHost,
  type Plain,
  type SnapshotCursor,
} from '../keyspace/ports.js'
import { RunningSnapshot } from '../keyspace/running-snapshot.js'
import { Saves } from '../keyspace/saves.js'
import type { Store } from '../keyspace/store.js'
import { Unit } from '../keyspace/unit.js'
import type { Value } from '../keyspace/value.js'
import { int64, integerOf } from '../structures/int64.js'
import { fromBytes, toBytes } from '../structures/text.js'
import { replayIn } from './dispatch.js'

/** Room is made at once for no more keys: 64 MB. */
const EXPECTED_MAX = 5_000_000
/** What takes some milliseconds. */
const ENTERED_AT_ONCE = 100_000

/** The engine as what keeps it sees it. Until `listen` is called, the store is being loaded: nothing in it expires. */
export class StoreHost implements PersistenceHost {
  private readonly store: Store
  private readonly unit: Unit
  /** What the caller of `open` wants to hear of besides. */
  private readonly own: LogSink | undefined
  /** Values of a snapshot of which the last part has not come, by database and key. */
  private readonly parts = new Map<string, Plain[]>()
  private readonly onEvent: (event: PersistenceEvent) => void
  private readonly saves = new Saves()

  constructor(store: Store, onEvent: (event: PersistenceEvent) => void) {
    this.store = store
    this.unit = new Unit(store, store.databases[0]!)
    this.own = store.log
    this.onEvent = onEvent
    store.saves = this.saves
    store.replaying = true
  }

  get databases(): number {
    return this.store.databases.length
  }

  get dirty(): number {
    return this.store.dirty
  }

  now(): number {
    return this.store.clock.now()
  }

  get isSteady(): boolean {
    return this.store.clock.isSteady?.() ?? false
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const timer = this.store.clock.schedule(callback, delayMs, false)
    return () => timer.cancel()
  }

  snapshot(sink: EntrySink): SnapshotCursor {
    return new RunningSnapshot(this.store, sink)
  }

  get isIdle(): boolean {
    return this.store.depth === 0 && !this.store.isSettling
  }

  get isTaking(): boolean {
    return this.store.snapshot !== undefined
  }

  load(entries: EntrySource): void {
    let isFirst = this.store.keyCount === 0
    while (entries.next()) {
      const { code } = entries
      const database = this.store.databases[entries.database]
      if (database === undefined)
        throw new BadPlainValue(`a key of database ${entries.database}, and there are ${this.databases}`)
      // What is said may be a lie, and costs some memory then. Mostly all keys are in one database.
      if (isFirst) database.keys.expect(Math.min(entries.keysSaid, EXPECTED_MAX))
      isFirst = false
      const glance = code < PART ? entries.glance() : undefined
      const type = glance === undefined ? NEVER : codeOfAsleep(code, glance)
      if (glance !== undefined && type !== NEVER) {
        const slot = database.keys.insertAsleep(type, glance, this.store.accessTime(), entries.sourceOf)
        entries.pass()
        const deadline = entries.plain()
        if (deadline === null) continue
        // Deadlines are noted with their keys.
        database.keys.wakeKey(slot, keyOf(entries))
        this.loadDeadline(database, slot, deadline)
        continue
      }
      const name = keyOf(entries)
      const value = code < PART ? readValue(code, entries) : this.loadPart(database, name, code, entries.plain())
      const deadline = entries.plain()
      if (value !== undefined) this.loadKey(database, name, value, deadline)
    }
    for (const { keys } of this.store.databases) keys.settle()
    this.store.forgetTime()
  }

  get unentered(): number {
    return this.store.databases.reduce((sum, { keys }) => sum + keys.unentered, 0)
  }

  enterLoaded(): void {
    const database = this.store.databases.find(({ keys }) => keys.unentered > 0)
    if (database?.keys.enterAppended(ENTERED_AT_ONCE) === false) throw new BadPlainValue('a key that comes twice')
  }

  /** Keeps a part of a value until the last one has come, which makes the value. */
  private loadPart(database: Database, key: string, code: number, plain: Plain): Value | undefined {
    const name = `${database.index} ${key}`
    const parts = this.parts.get(name) ?? []
    parts.push(plain)
    if (code < LAST_PART) {
      this.parts.set(name, parts)
      return undefined
    }
    this.parts.delete(name)
    return unpackValue(code - LAST_PART, joinParts(code - LAST_PART, parts))
  }

  private loadKey(database: Database, key: string, value: Value, deadline: Plain): void {
    const { store } = this
    const slot = database.keys.insertMany(key, value, store.accessTime())
    if (typeof value === 'object') store.entered(database, key, value)
    this.loadDeadline(database, slot, deadline)
  }

  private loadDeadline(database: Database, slot: number, deadline: Plain): void {
    if (deadline === null) return
    const deadlineMs = typeof deadline === 'bigint' ? int64(deadline) : integerOf(deadline)
    if (deadlineMs === undefined) throw new BadPlainValue('a deadline that is none')
    this.store.expiry.setDeadline(database, slot, deadlineMs)
  }

  bytesOf(text: string): Uint8Array {
    return toBytes(text)
  }

  replay(batch: LogBatch): void {
    replayIn(this.unit, batch)
  }

  configure(keeping: Keeping): void {
    this.store.keeping = keeping
  }

  listen(sink: LogSink | undefined): void {
    const { own, store } = this
    if (store.replaying) {
      store.dirty = 0
      store.replaying = false
      // What fell due while it was loaded.
      store.forgetTime()
    }
    store.isKeptAlone = own === undefined && sink !== undefined
    store.log = own === undefined || sink === undefined ? (sink ?? own) : new BothSinks(own, sink)
  }

  refuse(reason: string | undefined): RedstartError | undefined {
    const error = reason === undefined ? undefined : misconfigured(reason)
    this.store.refuse(error === undefined ? undefined : { error, refusesPing: true })
    return error
  }

  report(event: PersistenceEvent): void {
    const { store } = this
    this.saves.hear(event, store.keeper?.saving === 'rewrite', store.clock.now())
    this.onEvent(event)
  }
}

function keyOf({ key }: EntrySource): string {
  return typeof key === 'string' ? key : fromBytes(key)
}

/** What the caller wants to hear of, then what is kept. */
class BothSinks implements LogSink {
  private readonly first: LogSink
  private readonly second: LogSink

  constructor(first: LogSink, second: LogSink) {
    this.first = first
    this.second = second
  }

  append(batch: LogBatch): void {
    try {
      this.first.append(batch)
    } finally {
      this.second.append(batch)
    }
  }
}
