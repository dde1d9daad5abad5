import { closed } from '../errors.js'
import { Hash } from '../structures/hash.js'
import type { Int64 } from '../structures/int64.js'
import { accessTime } from './access-time.js'
import { Client } from './client.js'
import type { Clock } from './clock.js'
import { Connections } from './connections.js'
import { Database, type KeyTable } from './database.js'
import { KeyspaceEvents } from './events.js'
import { Eviction } from './eviction.js'
import { Expiry } from './expiry.js'
import { ABSENT, type KeyIndex, KeyTally } from './key-index.js'
import { Ledger } from './ledger.js'
import { type Delivery, Outbox } from './outbox.js'
import type { Keeper, Keeping, LogSink, LogWord, Refusal } from './ports.js'
import { PubSub } from './pubsub.js'
import type { RandomSource } from './random.js'
import type { RunningSnapshot } from './running-snapshot.js'
import type { Saves } from './saves.js'
import { Settings } from './settings.js'
import { Statistics } from './statistics.js'
import { Tracking } from './tracking.js'
import type { Undo } from './undo.js'
import type { Unit } from './unit.js'
import { UnitLog } from './unit-log.js'
import { type Collection, TEXT, typeOf, type Value } from './value.js'
import { Waiters } from './waiters.js'
import { Watches } from './watches.js'

export interface StoreOptions {
  readonly clock: Clock
  readonly random: RandomSource
  readonly databases: number
  readonly log: LogSink | undefined
}

/** A collection that is not in the keyspace yet, and where it is to be. */
export interface Opened {
  readonly key: string
  readonly value: Collection
  readonly database: Database
}

/** How far the effects of the running unit had come at some time. */
export interface Mark {
  readonly dirty: number
  readonly logged: number
  readonly announced: number
  readonly ready: number
  readonly watched: number
}

/** The states of `pending`. */
export const NOTHING = 0
export const CLOCK_READ = 1
export const EFFECTS = 2

/** A reading of a steady clock is at most this old, plus the time that the caller keeps the event loop busy. */
const READING_KEPT_MS = 1_000
/** A deadline that lies further ahead than this of a reading that is still kept has not passed. */
const READING_TRUSTED_S = 60

/** The events of keys that nobody took away. */
const LOST: ReadonlySet<string> = new Set(['expired', 'evicted'])

/**
 * All databases, and what they share: the clock and its one timer, chance, the effects of the unit that is running.
 */
export class Store {
  private readonly tally = new KeyTally()
  readonly databases: readonly Database[]
  readonly clock: Clock
  readonly random: RandomSource
  /** Events and messages of the running unit. */
  readonly outbox = new Outbox()
  readonly pubsub: PubSub
  readonly events: KeyspaceEvents
  readonly watches: Watches
  readonly waiters: Waiters
  readonly settings = new Settings()
  readonly statistics = new Statistics()
  readonly connections = new Connections()
  /** Who keeps copies of keys; undefined until the first connection asks to be told. */
  tracking: Tracking | undefined = undefined
  /** What looks at calls as they run: see commands/observation.ts; undefined until something does. */
  observation: object | undefined = undefined
  /** Whether anything looks at calls as they run. */
  hearsCalls = false
  /** What holds calls back: see commands/client-pause.ts; undefined while nothing does. */
  pause: { forget(client: Client): void; readonly clients: number } | undefined = undefined
  /** Whether the running call leaves access times as they are. */
  leavesAccess = false
  /** Told how many milliseconds a round of active expiry has taken, where somebody wants to know. */
  onExpireCycle: ((ms: number) => void) | undefined = undefined
  /** What edits add to the weights of keys. */
  readonly ledger = new Ledger()
  /** What has expired goes by it. */
  readonly expiry = new Expiry(this)
  /** What keeps the store within its limits. */
  readonly eviction: Eviction
  /** Whether there is a limit at all. */
  limited = false
  /** Whether accesses are ranked one by one, and not by the second alone. */
  isRanking = false
  /** Whether keys stand in the order of their accesses, which is all that is ranked. */
  ordersAccesses = false
  /** The most that `usedMemory` has ever told. */
  peakMemory = 0
  /** What tests have armed: see commands/faults.ts; undefined until they do. */
  faults: { close(): void } | undefined = undefined
  /** Who connections act for that have not said so; undefined while that may do anything. */
  defaultUser: object | undefined = undefined
  /** Whether a connection must give a password first. */
  authRequired = false
  /** Whether the running unit has collections open, or anybody hears of changes: events, watches, waiters. */
  observed = false
  /** Whether anybody hears of keys that are added: waiters, and listeners to `new`. */
  hearsArrivals = false
  /** Whether anybody hears of keys that are read and missing. */
  hearsMisses = false
  /** Whether resolved words are wanted. */
  logging = false
  private readonly unitLog = new UnitLog()
  private isReplaying = false
  /** Changes since the start. */
  dirty = 0
  /** Units that are open inside each other. */
  depth = 0
  /** What the running unit has to settle: NOTHING, a clock reading to forget, or effects. */
  pending: number = NOTHING
  /** Collections that bodies of the running unit have made and that have not joined the keyspace. */
  opened: Opened[] = []
  /** What takes the running part of the unit back, where that has been asked for. */
  undo: Undo | undefined = undefined
  /** The snapshot that is being taken: it hears of every key before it changes. */
  snapshot: RunningSnapshot | undefined = undefined
  /** What keeps the store, and does what SAVE and its kin ask for. */
  keeper: Keeper | undefined = undefined
  /** What was heard of snapshots. */
  saves: Saves | undefined = undefined
  /** How the store is kept, undefined without a persistence. */
  keeping: Keeping | undefined = undefined
  /** Whether what keeps the store is all that hears its log. */
  isKeptAlone = false
  /** Why whatever writes is refused, undefined while nothing is. `refuse` sets it. */
  refusal: Refusal | undefined = undefined
  /** Is called before writes are refused: typed methods meet no admission until then. */
  onRefusal: (() => void) | undefined = undefined
  /** When the store was made, in milliseconds since the epoch. */
  readonly startedMs: number
  /** The access clock: seconds, 0 while it is not running. */
  accessSecond = 0
  private nowMs = 0
  /** Seconds of the access clock that lie behind this have not come; Infinity without a reading that is kept. */
  private trustedSecond = Number.POSITIVE_INFINITY
  private settling = false
  private accessClockStartedMs = 0
  /** Set by `close`, for good. */
  isClosed = false
  private clients = 0

  constructor(options: StoreOptions) {
    this.databases = Array.from({ length: options.databases }, (_, index) => new Database(index, this.tally))
    this.clock = options.clock
    this.startedMs = options.clock.now()
    this.eviction = new Eviction(this)
    this.random = options.random
    const observe = (): void => this.observe()
    const hear = (): void => {
      this.events.refresh()
      this.hearsMisses = this.events.hearsMisses
      this.observe()
    }
    this.pubsub = new PubSub(this.outbox, hear)
    this.events = new KeyspaceEvents(this.outbox, this.pubsub, hear)
    this.watches = new Watches(observe, (database, key) => this.isOverdue(database, key))
    this.waiters = new Waiters(this.startedMs, (deadlineMs) => this.expiry.armBy(deadlineMs), observe)
    this.log = options.log
  }

  /** A new connection, which is not among those that are listed until `open` says so. */
  connect(): Client {
    const client = new Client(++this.clients)
    client.authenticated = !this.authRequired
    return client
  }

  /** Lists a session among the connections. */
  open(unit: Unit): void {
    const { client } = unit
    client.unit = unit
    client.openedAt = accessTime(this.clock.now())
    client.activeAt = client.openedAt
    this.connections.add(client)
    this.statistics.connections++
  }

  get log(): LogSink | undefined {
    return this.unitLog.sink
  }

  set log(sink: LogSink | undefined) {
    this.unitLog.sink = sink
    this.logging = sink !== undefined && !this.isReplaying
  }

  /** While a log is replayed nothing expires and nothing is logged: the log says what happened. */
  get replaying(): boolean {
    return this.isReplaying
  }

  set replaying(replaying: boolean) {
    this.isReplaying = replaying
    this.logging = this.log !== undefined && !replaying
  }

  /** Somebody asks to be told of changes, or nobody does any more. */
  observe(): void {
    this.observed = this.opened.length > 0 || this.events.listening || this.watches.active || this.waiters.active
    if (this.tracking?.active === true) this.observed = true
    this.hearsArrivals = this.waiters.active || this.events.hearsNew
    this.expiry.holdOpen(this.waiters.hasTimeouts)
  }

  /** Whether a write has nothing to do but to write and to log: nobody hears, nothing is to be taken back or saved before. */
  get isPlain(): boolean {
    if (this.observed || this.leavesAccess) return false
    return this.undo === undefined && this.snapshot === undefined
  }

  /** The bytes that all keys take with their values and deadlines, roughly. O(databases). */
  get usedMemory(): number {
    this.ledger.settle()
    let bytes = 0
    // Mostly all keys are in the first one.
    for (let i = 0, left = this.tally.keys; left > 0; i++) {
      const database = this.databases[i]!
      left -= database.keys.size
      bytes += database.weight
    }
    if (bytes > this.peakMemory) this.peakMemory = bytes
    return bytes
  }

  /** How many keys there are in all databases. O(1). */
  get keyCount(): number {
    return this.tally.keys
  }

  /** The time of the running unit: one reading, however often it is asked for. */
  now(): number {
    if (this.nowMs === 0) this.readClock()
    return this.nowMs
  }

  /** Whether the running unit has read the clock. */
  get hasReading(): boolean {
    return this.nowMs !== 0
  }

  private readClock(): void {
    this.nowMs = this.clock.now()
    if (this.pending === NOTHING) this.pending = CLOCK_READ
    if (this.accessSecond !== 0) this.keepAccessClock()
    // The host's timers may have been swapped for fake ones, or back, and ours been lost with them.
    if (this.nowMs > this.expiry.armedFor + READING_KEPT_MS) this.expiry.rearm()
  }

  /** Sets the access clock by a reading; stops it where its timer is overdue, and so was lost. */
  private keepAccessClock(): void {
    const age = this.nowMs - this.accessClockStartedMs
    if (age < 0 || age > 2 * READING_KEPT_MS) this.stopAccessClock()
    else this.accessSecond = accessTime(this.nowMs)
  }

  /**
   * The access clock, started if it is not running. It runs for a second at a time, so that accesses are stamped without
   * a reading of the clock each.
   */
  accessTime(): number {
    if (this.accessSecond !== 0) return this.accessSecond
    const now = this.now()
    if (this.isClosed) return accessTime(now)
    this.accessSecond = accessTime(now)
    this.accessClockStartedMs = now
    if (this.clock.isSteady?.()) this.trustedSecond = this.accessSecond + READING_TRUSTED_S
    this.expiry.armBy(now + READING_KEPT_MS)
    return this.accessSecond
  }

  /** Ranks a key that is accessed now, and in this second not for the first time; accesses are ranked. */
  rank(keys: KeyIndex, slot: number): void {
    if (this.leavesAccess) return
    const { order } = keys
    if (order !== undefined && this.ordersAccesses) order.touch(slot)
    else this.eviction.touch(keys, slot)
  }

  /** Notes that a key is accessed now. */
  stamp(database: Database, slot: number): void {
    if (this.leavesAccess) return
    const { keys } = database
    const access = this.accessTime()
    if (keys.accessAt(slot) !== access) this.setAccess(database, slot, access)
    if (this.isRanking) this.rank(keys, slot)
  }

  /** Sets the time of the last access of a key, by the access clock. */
  setAccess(database: Database, slot: number, access: number): void {
    if (this.undo !== undefined) this.undo.stamping(database, slot)
    database.keys.setAccess(slot, access)
  }

  /** When the access clock has run for its second; Infinity while it is not running. */
  get accessClockEndsMs(): number {
    return this.accessSecond === 0 ? Number.POSITIVE_INFINITY : this.accessClockStartedMs + READING_KEPT_MS
  }

  stopAccessClock(): void {
    this.accessSecond = 0
    this.distrustReading()
  }

  /** No deadline is told from a kept reading until there is another. */
  distrustReading(): void {
    this.trustedSecond = Number.POSITIVE_INFINITY
  }

  /** The reading of the running unit, or one of its own. */
  nowOrReading(): number {
    return this.nowMs === 0 ? this.clock.now() : this.nowMs
  }

  /** Whether the running unit has read the clock, or one is open that may. */
  get isTelling(): boolean {
    return this.depth > 0 || this.nowMs !== 0
  }

  /**
   * Whether the time of a key with a deadline is up. A deadline far enough ahead is told from a kept reading: reading the
   * clock costs more than the rest of a GET, as it waits for all pending loads.
   */
  hasExpired(database: KeyTable, slot: number): boolean {
    const expirySecond = database.keys.expirySecondAt(slot)
    if (this.isFar(expirySecond)) return false
    if (this.isReplaying || expirySecond > accessTime(this.now())) return false
    return this.hasPassed(database.wheel!.deadlineOf(database.keys.deadlineAt(slot)))
  }

  /** Whether a key stands there whose time is up. */
  isOverdue(database: KeyTable, key: string): boolean {
    const slot = database.keys.find(key)
    return slot !== ABSENT && database.keys.expires(slot) && this.hasExpired(database, slot)
  }

  /** Whether the second of a deadline is so far ahead that a kept reading tells that it has not come. */
  isFar(expirySecond: number): boolean {
    return expirySecond > this.trustedSecond && this.clock.isSteady!()
  }

  /** Whether an instant has come. At a deadline itself it has. */
  hasPassed(deadlineMs: Int64): boolean {
    return !this.isReplaying && deadlineMs <= this.now()
  }

  /** How far the effects of the running unit have come; what was opened and never used is forgotten. O(1). */
  mark(): Mark {
    this.opened = []
    return {
      dirty: this.dirty,
      logged: this.unitLog.commands,
      announced: this.outbox.pending,
      ready: this.waiters.pending,
      watched: this.watches.recorded,
    }
  }

  /** Drops the effects that came after the mark: nobody is told of them. O(effects dropped). */
  forgetSince(mark: Mark): void {
    this.dirty = mark.dirty
    this.unitLog.cut(mark.logged)
    this.outbox.forgetSince(mark.announced)
    this.waiters.forgetSince(mark.ready)
    this.watches.takeBack(mark.watched)
  }

  /** Records a resolved command of the running unit. */
  append(database: Database, words: readonly LogWord[]): void {
    this.unitLog.add(database.index, words)
    this.pending = EFFECTS
  }

  /** The end of a unit that has only read the clock. */
  forgetTime(): void {
    this.nowMs = 0
    this.pending = NOTHING
    if (this.expiry.isLate) this.expiry.rearm()
  }

  /** The end of the outermost unit: the log batch, then events and messages, then waiters, with no unit open. */
  settle(): void {
    const effects = this.pending === EFFECTS
    this.forgetTime()
    if (!effects) return
    if (this.opened.length > 0) this.opened = []
    if (this.observed) this.observe()
    if (this.tracking !== undefined) this.tracking.broadcast()
    const failure = this.unitLog.commands > 0 ? this.unitLog.handOver() : undefined
    // What listeners and served waiters cause is handed out by the loop that called them.
    if (!this.settling && (this.outbox.pending > 0 || this.waiters.hasReady)) this.handOut()
    if (failure !== undefined) throw failure.error
  }

  private handOut(): void {
    this.settling = true
    try {
      this.outbox.deliver()
      while (this.waiters.hasReady) {
        this.waiters.serve()
        this.outbox.deliver()
      }
    } finally {
      this.settling = false
    }
  }

  /** Adds something to what is handed out at the end of the unit. */
  tell(delivery: Delivery): void {
    this.outbox.add(delivery)
    this.pending = EFFECTS
  }

  /** Who keeps copies of keys, for those who ask to be told. */
  openTracking(): Tracking {
    this.tracking ??= new Tracking(this)
    return this.tracking
  }

  /** Whether listeners and served waiters run, which may use the database. */
  get isSettling(): boolean {
    return this.settling
  }

  /** A key has been added: who waits for it is told, and who listens to `new`. O(1). */
  arrived(database: Database, key: string, value: Value): void {
    if (this.waiters.active) this.waiters.signal(database, key, typeOf(value))
    if (!this.events.hearsNew) return
    this.events.announceNew(key, database.index)
    this.pending = EFFECTS
  }

  /** A command that reads has found nothing at a key. O(1). */
  missed(database: Database, key: string): void {
    this.events.announceMiss(key, database.index)
    this.pending = EFFECTS
  }

  /** A key has been added, and accesses are ranked. O(1). */
  ranked(database: Database, slot: number): void {
    if (this.isRanking) this.eviction.added(database.keys, slot)
  }

  /** A value has come to a key. O(1). */
  entered(database: Database, key: string, value: Value): void {
    if (value instanceof Hash) this.expiry.watchFields(database, key, value)
  }

  /** The value in a slot leaves its key. O(1). */
  left(database: Database, slot: number): void {
    // One that is asleep has no deadlines.
    const value = database.keys.cellAt(slot)
    if (value instanceof Hash) database.fields?.forget(value)
  }

  /** The value in a slot is about to leave its key: those who wait for it to stay are told. O(1). */
  private gone(database: Database, slot: number): void {
    this.waiters.signalGone(database, database.keys.keyAt(slot)!)
    this.pending = EFFECTS
  }

  remove(database: Database, slot: number): void {
    if (this.snapshot !== undefined) this.snapshot.removing(database, slot)
    if (this.waiters.active) this.gone(database, slot)
    if (database.fields !== undefined) this.left(database, slot)
    if (database.keys.expires(slot)) this.expiry.clearDeadline(database, slot)
    if (this.undo !== undefined) this.undo.removing(database, slot)
    if (database.keys.codeAt(slot) !== TEXT) this.ledger.close(database.keys.cellAt(slot))
    database.keys.remove(slot)
  }

  /** Takes the removal of a key back; a deadline that it had is set after. O(1). */
  putBack(database: Database, slot: number, key: string, value: Value, access: number): void {
    if (this.snapshot !== undefined) this.snapshot.puttingBack(database, slot, key)
    database.keys.reinsert(key, slot, value, access)
    this.ranked(database, slot)
    this.entered(database, key, value)
  }

  /** Puts another value in the place of one and returns the marks; the deadline stays. O(1). */
  exchange(database: Database, slot: number, value: Value): number {
    if (this.snapshot !== undefined) this.snapshot.changing(database, slot)
    if (this.waiters.active) this.gone(database, slot)
    if (database.fields !== undefined) this.left(database, slot)
    if (database.keys.codeAt(slot) !== TEXT) this.ledger.close(database.keys.cellAt(slot))
    const marks = database.keys.exchange(slot, value)
    if (typeof value === 'object') this.entered(database, database.keys.keyAt(slot)!, value)
    return marks
  }

  /** Gives a database other keys and returns the former; the caller tells those who wait, by `awaken`. O(1). */
  replaceKeys(database: Database, table: KeyTable): KeyTable {
    const former = database.replace(table)
    if (this.undo !== undefined) this.undo.replaced(database, former)
    return former
  }

  /** All keys of a database may be others, or gone: those who wait are tried. O(keys that are waited for). */
  awaken(database: Database): void {
    if (!this.waiters.active) return
    this.waiters.signalAll(database)
    this.pending = EFFECTS
  }

  /** Has whatever writes refused from now on; undefined ends it. */
  refuse(refusal: Refusal | undefined): void {
    if (refusal !== undefined) this.onRefusal?.()
    this.refusal = refusal
  }

  /** Throws what writes are refused with, if they are: for those that are no command, and pass no place where all of these meet. */
  expectWritable(): void {
    if (this.refusal !== undefined) throw this.refusal.error
  }

  /** What follows from every change of a key: its watches and its event. */
  announce(database: Database, key: string, event: string): void {
    if (this.watches.active) this.watches.touch(database, key)
    if (this.tracking !== undefined) this.tracking.touch(key, LOST.has(event) ? undefined : this.tracking.actor)
    this.mention(database, key, event)
  }

  /** What follows where a key's event is all that there is to tell. */
  mention(database: Database, key: string, event: string): void {
    if (this.events.listening) this.events.announce(event, key, database.index)
    this.pending = EFFECTS
  }

  /** Throws an Error that names the broken rule; for tests. O(all). */
  invariants(): void {
    this.ledger.settle()
    const keyCount = this.databases.reduce((sum, { keys }) => sum + keys.size, 0)
    if (this.keyCount !== keyCount) throw new Error(`store: there are ${keyCount} keys, and ${this.keyCount} counted`)
    for (const database of this.databases) {
      database.invariants()
      const { keys, index } = database
      const recounted = keys.recount()
      if (keys.weight !== recounted)
        throw new Error(`store: database ${index} weighs ${recounted}, and counts ${keys.weight}`)
    }
  }

  /** Ends timers and typed subscriptions, and rejects those who wait. */
  close(): void {
    this.isClosed = true
    this.expiry.end()
    this.stopAccessClock()
    this.waiters.rejectAll(closed())
    this.pubsub.close()
    this.faults?.close()
  }
}
