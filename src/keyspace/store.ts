import { closed } from '../errors.js'
import { DeadlineWheel } from '../structures/deadline-wheel.js'
import { Hash } from '../structures/hash.js'
import { type Int64, int64 } from '../structures/int64.js'
import { accessTime } from './access-time.js'
import { Checkpoint } from './checkpoint.js'
import { Client } from './client.js'
import type { Clock, Timer } from './clock.js'
import { Connections } from './connections.js'
import { Database, type KeyTable, shareTable } from './database.js'
import { KeyspaceEvents } from './events.js'
import { Eviction } from './eviction.js'
import { FieldExpiry } from './field-expiry.js'
import { ABSENT, KeyTally } from './key-index.js'
import { Ledger } from './ledger.js'
import { type Delivery, Outbox } from './outbox.js'
import type {
  Keeper,
  Keeping,
  LogRecord,
  LogSink,
  LogStream,
  LogWord,
  Refusal,
  SnapshotEntry,
  SnapshotSource,
} from './ports.js'
import { PubSub } from './pubsub.js'
import type { RandomSource } from './random.js'
import type { RunningSnapshot } from './running-snapshot.js'
import type { Saves } from './saves.js'
import { Settings } from './settings.js'
import { Statistics } from './statistics.js'
import { Tracking } from './tracking.js'
import type { Undo } from './undo.js'
import type { Unit } from './unit.js'
import { type Collection, TEXT, typeOf, type Value } from './value.js'
import { Waiters } from './waiters.js'
import { Watches } from './watches.js'

export interface StoreOptions {
  readonly clock: Clock
  readonly random: RandomSource
  readonly databases: number
  readonly log: LogSink | undefined
}

/** What a fork has of its own; the rest comes from the original. */
export interface ForkedWith {
  readonly clock: Clock | undefined
  readonly random: RandomSource | undefined
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
/** Active expiry works in slices, and gives way to the event loop in between. */
const SLICE_MS = 2
const SLICE_STEPS = 256
/** The wheel holds no later deadlines: the year 287,396. */
const FAR_MS = Number.MAX_SAFE_INTEGER

/** Stands for a batch without records; nothing is pushed to it. */
const NO_BATCH: LogRecord[] = []

/** The events of keys that nobody took away. */
const LOST: ReadonlySet<string> = new Set(['expired', 'evicted'])

/**
 * All databases, and what they share: the clock and its one timer, chance, the effects of the unit that is running.
 */
export class Store implements SnapshotSource {
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
  /** What keeps the store within its limits. */
  readonly eviction: Eviction
  /** Whether there is a limit at all. */
  limited = false
  /** Whether accesses are ranked one by one, and not by the second alone. */
  private isRanking = false
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
  private sink: LogSink | undefined
  /** The sink, where it takes commands one by one. */
  private stream: LogStream | undefined
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
  /** What the access clock shows to those who compare: 0 while it is not running, and where every access counts. */
  accessClock = 0
  /** The access clock: seconds, 0 while it is not running. */
  private accessSecond = 0
  private nowMs = 0
  /** Seconds of the access clock that lie behind this have not come; Infinity without a reading that is kept. */
  private trustedSecond = Number.POSITIVE_INFINITY
  private batch: LogRecord[] = NO_BATCH
  private settling = false
  private timer: Timer | undefined
  private armedFor = Number.POSITIVE_INFINITY
  /** Whether the timer holds the process open: somebody waits for a timeout. */
  private holdsOpen = false
  /** The timer came while a unit was open, which has its own reading of the clock. */
  private timerCame = false
  private accessClockStartedMs = 0
  /** Set by `close`, for good. */
  isClosed = false
  private clients = 0
  private activeExpiry = true

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
    this.waiters = new Waiters(this.startedMs, (deadlineMs) => this.armBy(deadlineMs), observe)
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
    return this.sink
  }

  set log(sink: LogSink | undefined) {
    this.sink = sink
    // What can take commands one by one says so by having the method.
    this.stream = sink !== undefined && 'commit' in sink ? (sink as LogStream) : undefined
    this.logging = sink !== undefined && !this.isReplaying
  }

  /** While a log is replayed nothing expires and nothing is logged: the log says what happened. */
  get replaying(): boolean {
    return this.isReplaying
  }

  set replaying(replaying: boolean) {
    this.isReplaying = replaying
    this.logging = this.sink !== undefined && !replaying
  }

  private observe(): void {
    this.observed = this.opened.length > 0 || this.events.listening || this.watches.active || this.waiters.active
    if (this.tracking?.active === true) this.observed = true
    this.hearsArrivals = this.waiters.active || this.events.hearsNew
    if (this.holdsOpen === this.waiters.hasTimeouts) return
    this.holdsOpen = this.waiters.hasTimeouts
    if (this.timer !== undefined) this.arm(this.armedFor)
  }

  /** The bytes that all keys take with their values and deadlines, roughly. O(databases). */
  get usedMemory(): number {
    this.ledger.settle()
    let bytes = 0
    for (const database of this.databases) bytes += database.weight
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

  private readClock(): void {
    this.nowMs = this.clock.now()
    if (this.pending === NOTHING) this.pending = CLOCK_READ
    if (this.accessSecond !== 0) this.keepAccessClock()
    // The host's timers may have been swapped for fake ones, or back, and ours been lost with them.
    if (this.nowMs > this.armedFor + READING_KEPT_MS) this.rearm()
  }

  /** Sets the access clock by a reading; stops it where its timer is overdue, and so was lost. */
  private keepAccessClock(): void {
    const age = this.nowMs - this.accessClockStartedMs
    if (age < 0 || age > 2 * READING_KEPT_MS) this.stopAccessClock()
    else this.setAccessClock(accessTime(this.nowMs))
  }

  /**
   * The access clock, started if it is not running. It runs for a second at a time, so that accesses are stamped without
   * a reading of the clock each.
   */
  accessTime(): number {
    if (this.accessSecond !== 0) return this.accessSecond
    const now = this.now()
    if (this.isClosed) return accessTime(now)
    this.setAccessClock(accessTime(now))
    this.accessClockStartedMs = now
    if (this.clock.isSteady?.()) this.trustedSecond = this.accessSecond + READING_TRUSTED_S
    this.armBy(now + READING_KEPT_MS)
    return this.accessSecond
  }

  private setAccessClock(second: number): void {
    this.accessSecond = second
    this.accessClock = this.isRanking ? 0 : second
  }

  /** Has every access ranked, or none. */
  set ranksAccesses(ranks: boolean) {
    this.isRanking = ranks
    this.setAccessClock(this.accessSecond)
  }

  /** Notes that a key is accessed now. */
  stamp(database: Database, slot: number): void {
    if (this.leavesAccess) return
    const { keys } = database
    const access = this.accessTime()
    if (keys.accessAt(slot) !== access) this.setAccess(database, slot, access)
    if (this.ordersAccesses && keys.order !== undefined) keys.order.touch(slot)
    else if (this.isRanking) this.eviction.touch(keys, slot)
  }

  /** Sets the time of the last access of a key, by the access clock. */
  setAccess(database: Database, slot: number, access: number): void {
    if (this.undo !== undefined) this.undo.stamping(database, slot)
    database.keys.setAccess(slot, access)
  }

  private stopAccessClock(): void {
    this.setAccessClock(0)
    this.trustedSecond = Number.POSITIVE_INFINITY
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

  deadlineOf(database: KeyTable, slot: number): Int64 {
    const deadlineMs = database.wheel!.deadlineOf(database.keys.deadlineAt(slot))
    return deadlineMs < FAR_MS
      ? deadlineMs
      : (int64(database.farDeadlines.get(database.keys.keyAt(slot)!)!) ?? deadlineMs)
  }

  setDeadline(database: Database, slot: number, deadlineMs: Int64): void {
    if (this.snapshot !== undefined) this.snapshot.changing(database, slot)
    if (this.undo !== undefined) this.undo.timing(database, slot)
    database.wheel ??= new DeadlineWheel<string>(this.now())
    const { wheel, keys } = database
    const wakeMs = typeof deadlineMs === 'number' ? Math.max(deadlineMs, 0) : FAR_MS
    if (wakeMs === FAR_MS) database.farDeadlines.set(keys.keyAt(slot)!, BigInt(deadlineMs))
    const deadline = keys.deadlineAt(slot)
    if (deadline === 0) keys.setDeadline(slot, wheel.add(keys.keyAt(slot)!, wakeMs), accessTime(wakeMs))
    else {
      wheel.move(deadline, wakeMs)
      keys.setDeadline(slot, deadline, accessTime(wakeMs))
    }
    this.armBy(wakeMs)
  }

  clearDeadline(database: Database, slot: number): void {
    if (this.snapshot !== undefined) this.snapshot.changing(database, slot)
    if (this.undo !== undefined) this.undo.timing(database, slot)
    database.wheel!.remove(database.keys.deadlineAt(slot))
    if (database.farDeadlines.size > 0) database.farDeadlines.delete(database.keys.keyAt(slot)!)
    database.keys.setDeadline(slot, 0, 0)
  }

  /** How far the effects of the running unit have come; what was opened and never used is forgotten. O(1). */
  mark(): Mark {
    this.opened = []
    return {
      dirty: this.dirty,
      logged: this.stream === undefined ? this.batch.length : this.stream.commands,
      announced: this.outbox.pending,
      ready: this.waiters.pending,
      watched: this.watches.recorded,
    }
  }

  /** Drops the effects that came after the mark: nobody is told of them. O(effects dropped). */
  forgetSince(mark: Mark): void {
    this.dirty = mark.dirty
    if (this.stream === undefined) this.batch.length = mark.logged
    else this.stream.cut(mark.logged)
    this.outbox.forgetSince(mark.announced)
    this.waiters.forgetSince(mark.ready)
    this.watches.takeBack(mark.watched)
  }

  /** Records a resolved command of the running unit. */
  append(database: Database, words: readonly LogWord[]): void {
    if (this.stream !== undefined) this.stream.command(database.index, words)
    else {
      const record = { database: database.index, words }
      // An array of one takes a fifth of the memory of one that was pushed to.
      if (this.batch.length === 0) this.batch = [record]
      else this.batch.push(record)
    }
    this.pending = EFFECTS
  }

  /** The end of a unit that has only read the clock. */
  forgetTime(): void {
    this.nowMs = 0
    this.pending = NOTHING
    if (this.timerCame) {
      this.timerCame = false
      this.rearm()
    }
  }

  /** The end of the outermost unit: the log batch, then events and messages, then waiters, with no unit open. */
  settle(): void {
    const effects = this.pending === EFFECTS
    this.forgetTime()
    if (!effects) return
    if (this.opened.length > 0) this.opened = []
    if (this.observed) this.observe()
    if (this.tracking !== undefined) this.tracking.broadcast()
    const { stream } = this
    const isLogged = stream === undefined ? this.batch.length > 0 : stream.commands > 0
    const failure = isLogged ? this.handOver() : undefined
    // What listeners and served waiters cause is handed out by the loop that called them.
    if (!this.settling && (this.outbox.pending > 0 || this.waiters.hasReady)) this.handOut()
    if (failure !== undefined) throw failure.error
  }

  /** Gives the batch to the log; what the log throws is for the caller, once all have heard of the change that is made all the same. */
  private handOver(): { readonly error: unknown } | undefined {
    const { batch } = this
    this.batch = NO_BATCH
    try {
      if (this.stream === undefined) this.sink?.append(batch)
      else this.stream.commit()
      return undefined
    } catch (error) {
      return { error }
    }
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

  /** Somebody asks to be told of changes, or nobody does any more. */
  trackingChanged(): void {
    this.observe()
  }

  /** Whether what has expired goes by itself; else when it is looked at. */
  get expiresActively(): boolean {
    return this.activeExpiry
  }

  set expiresActively(active: boolean) {
    this.activeExpiry = active
    this.rearm()
  }

  /** Whether listeners and served waiters run, which may use the database. */
  get isSettling(): boolean {
    return this.settling
  }

  /** Makes sure that the timer fires at `deadlineMs` or earlier. O(1). */
  private armBy(deadlineMs: number): void {
    if (deadlineMs < this.armedFor) this.arm(deadlineMs)
  }

  private arm(wakeMs: number): void {
    this.timer?.cancel()
    this.armedFor = wakeMs
    // A timer that was faked may never come; what it would end must not be trusted.
    if (!this.clock.isSteady?.()) this.trustedSecond = Number.POSITIVE_INFINITY
    const now = this.nowMs === 0 ? this.clock.now() : this.nowMs
    const delay = Math.max(0, wakeMs - now)
    this.timer = this.isClosed ? undefined : this.clock.schedule(() => this.onTimer(), delay, this.holdsOpen)
  }

  private rearm(): void {
    let wake = this.waiters.nextWake()
    if (this.accessSecond !== 0) wake = Math.min(wake, this.accessClockStartedMs + READING_KEPT_MS)
    for (const { wheel, fields } of this.activeExpiry ? this.databases : []) {
      if (wheel !== undefined) wake = Math.min(wake, wheel.nextWake())
      if (fields !== undefined) wake = Math.min(wake, fields.nextWake())
    }
    this.armedFor = Number.POSITIVE_INFINITY
    this.armBy(wake)
  }

  private onTimer(): void {
    this.timer = undefined
    this.armedFor = Number.POSITIVE_INFINITY
    if (this.depth > 0 || this.nowMs !== 0 || this.isReplaying) {
      this.timerCame = true
      return
    }
    const started = this.clock.now()
    if (this.accessSecond !== 0 && started >= this.accessClockStartedMs + READING_KEPT_MS) this.stopAccessClock()
    let left = true
    while (left && this.clock.now() - started < SLICE_MS) left = this.expireSlice()
    this.onExpireCycle?.(this.clock.now() - started)
    if (left) this.arm(this.clock.now())
    else this.rearm()
  }

  /** Removes some of the keys and waiters whose time is up, as one unit; returns whether more are due. */
  private expireSlice(): boolean {
    let left = false
    this.depth++
    try {
      const now = this.now()
      for (const database of this.activeExpiry ? this.databases : []) {
        const wheel = database.wheel
        if (wheel !== undefined && wheel.nextWake() <= now) {
          if (wheel.expire(now, SLICE_STEPS, (key) => this.expire(database, database.keys.find(key)))) left = true
        }
        const fields = database.fields
        if (fields !== undefined && fields.nextWake() <= now) {
          if (fields.expire(now, SLICE_STEPS, (...due) => this.expireFields(database, ...due))) left = true
        }
      }
      if (this.waiters.nextWake() <= now && this.waiters.expire(now, SLICE_STEPS)) left = true
    } finally {
      this.depth--
      if (this.depth === 0) this.settleUncalled()
    }
    return left
  }

  /** Nobody made a call that a log which fails could be told of. One that has the store refuse writes has said so itself. */
  private settleUncalled(): void {
    try {
      this.settle()
    } catch (error) {
      if (this.refusal === undefined) this.outbox.report(error)
    }
  }

  /** There is no room for a key: it goes, the log hears of it as DEL, the event is `evicted`. */
  evict(database: Database, slot: number): void {
    const key = database.keys.keyAt(slot)!
    this.remove(database, slot)
    if (this.logging) this.append(database, ['DEL', key])
    this.dirty++
    this.statistics.evictedKeys++
    // What nobody hears of need not be handed out.
    if (this.observed) this.announce(database, key, 'evicted')
  }

  /** A key's time is up: it goes, the log hears of it as DEL, the event is `expired`. */
  expire(database: Database, slot: number): void {
    const key = database.keys.keyAt(slot)!
    this.remove(database, slot)
    this.statistics.expiredKeys++
    if (this.logging) this.append(database, ['DEL', key])
    this.announce(database, key, 'expired')
  }

  /**
   * Takes out up to `most` fields of a hash whose time is up; returns how many. The log hears of it as HDEL, the event is
   * `hexpired`; the last field takes the key along, with the event `del`.
   */
  private expireFields(database: Database, key: string, due: Hash, most: number): number {
    const now = this.now()
    if (this.snapshot !== undefined) this.snapshot.changing(database, database.keys.find(key))
    const hash = this.undo === undefined ? due : (this.undo.own(database, database.keys.find(key)) as Hash)
    this.ledger.lend(database.keys, hash)
    const whole = hash.isAllDue(now)
    const fields = whole ? [] : hash.takeDue(now, most)
    if (this.logging) this.append(database, whole ? ['DEL', key] : ['HDEL', key, ...fields])
    this.announce(database, key, 'hexpired')
    const gone = whole ? hash.size : fields.length
    this.statistics.expiredFields += gone
    if (whole || hash.size === 0) {
      this.remove(database, database.keys.find(key))
      this.announce(database, key, 'del')
    }
    return gone
  }

  /** Takes out the fields of a hash in a slot whose time is up; returns whether the key went along. O(1) for others. */
  collectFields(database: Database, slot: number): boolean {
    const hash = database.keys.lookAt(slot)
    if (!(hash instanceof Hash) || hash.nextDeadline === Number.POSITIVE_INFINITY) return false
    if (this.isFar(accessTime(hash.nextDeadline)) || !this.hasPassed(hash.nextDeadline)) return false
    const { size } = database.keys
    this.expireFields(database, database.keys.keyAt(slot)!, hash, Number.POSITIVE_INFINITY)
    return database.keys.size < size
  }

  /** The hash at a key has new field deadlines. O(1) amortised. */
  watchFields(database: Database, key: string, hash: Hash): void {
    if (hash.nextDeadline === Number.POSITIVE_INFINITY) return
    database.fields ??= new FieldExpiry(this.now())
    this.armBy(database.fields.watch(key, hash))
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
    if (value instanceof Hash) this.watchFields(database, key, value)
  }

  /** The value in a slot leaves its key. O(1). */
  left(database: Database, slot: number): void {
    const value = database.keys.lookAt(slot)
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
    if (database.keys.expires(slot)) this.clearDeadline(database, slot)
    if (this.undo !== undefined) this.undo.removing(database, slot)
    if (database.keys.codeAt(slot) !== TEXT) this.ledger.close(database.keys.lookAt(slot))
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
    if (database.keys.codeAt(slot) !== TEXT) this.ledger.close(database.keys.lookAt(slot))
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

  /** The whole state. Expired keys that have not been collected yet are left out. */
  *entries(): Iterable<SnapshotEntry> {
    const now = this.clock.now()
    for (const database of this.databases) {
      const { keys } = database
      for (let slot = 0; slot < keys.size; slot++) {
        const expiresAtMs = keys.expires(slot) ? this.deadlineOf(database, slot) : undefined
        if (expiresAtMs !== undefined && expiresAtMs <= now) continue
        yield { database: database.index, key: keys.keyAt(slot)!, value: keys.lookAt(slot), expiresAtMs }
      }
    }
  }

  /** A store of its own with the same keys, which does not hear of this one again. O(keys). See `shareTable`. */
  fork(options: ForkedWith): Store {
    const copy = new Store({
      clock: options.clock ?? this.clock,
      random: options.random ?? this.random.clone(),
      databases: this.databases.length,
      log: options.log,
    })
    this.ledger.closeAll()
    Object.assign(copy.settings, this.settings)
    copy.events.setNotifications(this.events.notifications)
    copy.eviction.configure()
    copy.eviction.follow(this.eviction)
    copy.take(this.databases)
    copy.forgetTime()
    return copy
  }

  /** All keys as they are now, and how chance goes on. O(keys). */
  checkpoint(): Checkpoint {
    const now = this.now()
    this.ledger.closeAll()
    const tables = this.databases.map((database) => shareTable(database, now))
    return new Checkpoint(tables, this.random.clone())
  }

  /**
   * Goes back to a checkpoint, as an effect of the running unit: watches of keys that are there before or after trip, and
   * those who wait for a key that is there now are tried. O(keys).
   */
  restore(checkpoint: Checkpoint): void {
    const { databases, watches } = this
    for (const [index, database] of databases.entries()) {
      watches.touchAll(database, checkpoint.tables[index])
      this.dirty += database.keys.size
    }
    this.take(checkpoint.tables)
    this.tracking?.flushed()
    this.random.follow(checkpoint.random)
    for (const database of databases) this.dirty += database.keys.size
    this.pending = EFFECTS
  }

  /** Puts copies of these keys in place of its own. */
  private take(tables: readonly KeyTable[]): void {
    const now = this.now()
    for (const [index, database] of this.databases.entries()) {
      this.replaceKeys(database, shareTable(tables[index]!, now))
      this.awaken(database)
    }
    this.rearm()
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
    this.timer?.cancel()
    this.stopAccessClock()
    this.waiters.rejectAll(closed())
    this.pubsub.close()
    this.faults?.close()
  }
}
