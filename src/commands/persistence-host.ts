import { misconfigured, type RedstartError } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import { BadPlainValue, joinParts, textOf, unpackValue } from '../keyspace/plain-values.js'
import {
  ENTRY_LENGTH,
  type EntrySink,
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
import { int64, integerOf } from '../structures/int64.js'
import { toBytes } from '../structures/text.js'
import { replayIn } from './dispatch.js'

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

  load(entries: readonly Plain[]): void {
    for (let at = 0; at < entries.length; at += ENTRY_LENGTH) {
      const index = entries[at]!
      const key = textOf(entries[at + 1])
      const code = entries[at + 2]!
      if (typeof code === 'number' && code >= PART) this.loadPart(index, key, code, entries[at + 3]!, entries[at + 4]!)
      else this.loadKey(index, key, code, entries[at + 3]!, entries[at + 4]!)
    }
    this.store.forgetTime()
  }

  /** Keeps a part of a value until the last one has come. */
  private loadPart(index: Plain, key: string, code: number, plain: Plain, deadline: Plain): void {
    const name = `${String(index)} ${key}`
    const parts = this.parts.get(name) ?? []
    parts.push(plain)
    if (code < LAST_PART) {
      this.parts.set(name, parts)
      return
    }
    this.parts.delete(name)
    this.loadKey(index, key, code - LAST_PART, joinParts(code - LAST_PART, parts), deadline)
  }

  private loadKey(index: Plain, key: string, code: Plain, plain: Plain, deadline: Plain): void {
    const { store } = this
    const database = typeof index === 'number' ? store.databases[index] : undefined
    if (database === undefined)
      throw new BadPlainValue(`a key of database ${String(index)}, and there are ${this.databases}`)
    if (database.keys.find(key) !== ABSENT) throw new BadPlainValue('a key that comes twice')
    const value = unpackValue(code, plain)
    const slot = database.keys.insert(key, value, store.accessTime())
    if (typeof value === 'object') store.entered(database, key, value)
    if (deadline === null) return
    const deadlineMs = typeof deadline === 'bigint' ? int64(deadline) : integerOf(deadline)
    if (deadlineMs === undefined) throw new BadPlainValue('a deadline that is none')
    store.setDeadline(database, slot, deadlineMs)
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
