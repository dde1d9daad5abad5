import { ASYNC_DISPOSE, type Stop, stopOf } from './api/disposable.js'
import { RUN, UNIT } from './api/handle.js'
import { observeTypedCalls } from './api/observed-calls.js'
import { actFor, copyUsers } from './commands/acl-access.js'
import type { Key } from './commands/argv.js'
import * as checkpoints from './commands/checkpoints.js'
import type { RestoreOptions } from './commands/generic-dump.js'
import { countCalls, isCounted, observeAs } from './commands/observation.js'
import { StoreHost } from './commands/persistence-host.js'
import { isStateTextOptions, type StateTextOptions, stateText } from './commands/state-text.js'
import { closed, notInTransaction, notKept } from './errors.js'
import { Faults } from './faults.js'
import { Checkpoint } from './keyspace/checkpoint.js'
import { type Clock, realClock } from './keyspace/clock.js'
import { forkOf } from './keyspace/copies.js'
import { CountingUnit } from './keyspace/counting-unit.js'
import type { KeyspaceListener } from './keyspace/events.js'
import type { EvictionPolicy } from './keyspace/eviction-policy.js'
import type { KeyspaceEventName } from './keyspace/notifications.js'
import type { ErrorListener } from './keyspace/outbox.js'
import type { BackupTarget, LogSink, Persistence, PersistenceEvent, PersistenceListener } from './keyspace/ports.js'
import { RandomSource } from './keyspace/random.js'
import { Store } from './keyspace/store.js'
import { Unit } from './keyspace/unit.js'
import { type Names, strangeName } from './option-names.js'
import { Session } from './session.js'
import { UserSession } from './user-session.js'

/** Options of `new Redstart`. */
export interface RedstartOptions {
  /** Where time comes from; by default `realClock()`. Tests take `manualClock()`. */
  readonly clock?: Clock | undefined
  /** Makes random choices repeatable: any finite number. */
  readonly seed?: number | undefined
  /** How many logical databases there are; 16 by default. */
  readonly databases?: number | undefined
  /** Is handed every change as resolved commands, batch by batch. */
  readonly log?: LogSink | undefined
  /**
   * Which keyspace events are published as messages too, in the characters of notify-keyspace-events: 'KEA' for all but key
   * misses and new keys. None by default; `CONFIG SET` changes it. `on` needs none of them.
   */
  readonly notifyKeyspaceEvents?: string | undefined
  /**
   * Counts calls, errors, hits and misses for `info`, and keeps times of calls for `latencyHistogram`; false by default. See
   * docs/inside.md for what is counted, and what it costs.
   */
  readonly statistics?: boolean | undefined
  /** Allows DEBUG, by `call`; false by default. */
  readonly enableDebugCommand?: boolean | undefined
  /**
   * How much keys and values may take: bytes, or text with a unit ('256mb'). What is too much is evicted as `maxMemoryPolicy` says;
   * where nothing can be, writes that need memory throw OOM. No limit by default, nor for 0. What values take is estimated:
   * see `memoryUsage`.
   */
  readonly maxMemory?: number | string | undefined
  /**
   * How many keys there may be in all databases; those that are too many are evicted as `maxMemoryPolicy` says. Where nothing can be, writes
   * throw OOM once there are more: as with `maxMemory`, the call that goes past the limit still runs. No limit by default, nor for 0.
   */
  readonly maxKeys?: number | undefined
  /** What goes first when there is no room; `'noeviction'` by default, as in Redis: a cache wants `'allkeys-lru'` or `'allkeys-lfu'`. */
  readonly maxMemoryPolicy?: EvictionPolicy | undefined
  /**
   * How many candidates each eviction draws from each database, from 1 to 64; 5 by default. More come closer to exact LRU and LFU.
   * `'allkeys-lru'` is exact and draws none.
   */
  readonly maxMemorySamples?: number | undefined
}

/** Options of `Redstart.open`. */
export interface OpenOptions extends RedstartOptions {
  /** Where the database is kept: `files(dir)` and others of redstart/persistence. Nowhere by default. */
  readonly persistence?: Persistence | undefined
  /** Is told what happens to what is kept, from the first moment on; see `on('persistence')`. */
  readonly onPersistence?: PersistenceListener | undefined
}

/** Options of `fork`. */
export interface ForkOptions {
  /** Where the fork takes its time from; by default the clock of the original. */
  readonly clock?: Clock | undefined
  /** Makes its random choices differ from those of the original, which it would otherwise make too. */
  readonly seed?: number | undefined
  /** Is handed its changes. The log of the original hears nothing of them. */
  readonly log?: LogSink | undefined
}

/** How a fork is made: of a store that is there. */
class Forked {
  constructor(readonly store: Store) {}
}

const OPEN_OPTIONS: Names<OpenOptions> = {
  persistence: true,
  onPersistence: true,
  clock: true,
  seed: true,
  databases: true,
  log: true,
  notifyKeyspaceEvents: true,
  statistics: true,
  enableDebugCommand: true,
  maxMemory: true,
  maxKeys: true,
  maxMemoryPolicy: true,
  maxMemorySamples: true,
}
const FORK_OPTIONS: Names<ForkOptions> = { clock: true, seed: true, log: true }

const DATABASES_BY_DEFAULT = 16
const DATABASES_MAX = 1_000_000

/**
 * Redis's data structures in this process. Ready at once, in memory; nothing needs to be torn down.
 *
 * @example
 * const db = new Redstart()
 * db.set('greeting', 'hello', { ex: 60 })
 * db.get('greeting') // 'hello'
 */
export class Redstart extends Session {
  private readonly store: Store
  private armable: Faults | undefined
  private persistenceListeners: readonly PersistenceListener[] = []

  constructor(given?: RedstartOptions | Forked) {
    const forked = given instanceof Forked ? given.store : undefined
    const options = given instanceof Forked ? undefined : checkedNames('new Redstart', given, OPEN_OPTIONS)
    const { persistence, onPersistence }: OpenOptions = options ?? {}
    const name = persistence !== undefined ? 'persistence' : onPersistence !== undefined ? 'onPersistence' : undefined
    if (name !== undefined) throw new TypeError(`'${name}' is an option of Redstart.open: new Redstart keeps nothing`)
    const store = forked ?? newStore(options)
    super(newSessionUnit(store))
    this.store = store
    if (options?.enableDebugCommand) store.settings.enablesDebug = true
    store.onRefusal = observeTypedCalls
    const classes = options?.notifyKeyspaceEvents
    if (classes !== undefined) this.configSet({ 'notify-keyspace-events': classes })
    const limits = limitsOf(options)
    if (Object.keys(limits).length > 0) this.configSet(limits)
  }

  /**
   * Opens a database that outlives the process: loads what is kept, then is ready. What is written to it is kept as the
   * persistence says; `flushed` tells when.
   *
   * @example
   * import { files } from 'redstart/persistence'
   *
   * const db = await Redstart.open({ persistence: files('./data') })
   * db.incr('visits')
   * await db.close()
   *
   * @throws PersistenceError when somebody else has it open, or it is damaged: with file, offset and reason; TypeError for options
   * that are none
   */
  static async open(options?: OpenOptions): Promise<Redstart> {
    const { persistence, onPersistence, ...others } = checkedToOpen(options)
    const db = newRedstart(others)
    if (onPersistence !== undefined) db.on('persistence', onPersistence)
    if (persistence === undefined) return db
    try {
      db.store.keeper = await persistence.open(new StoreHost(db.store, (event) => db.tell(event)))
    } catch (error) {
      db.store.close()
      throw error
    }
    return db
  }

  /** A connection of its own: it has database 0 selected, whatever others have. */
  session(): Session {
    return new Session(newSessionUnit(this.store))
  }

  /**
   * A session that acts for a user, in typed and raw calls alike: it may do what the rules of the user allow, and no more. It
   * can sign in as nobody else; whether the user is on, and its passwords, do not matter. New rules bind at once.
   *
   * It is for code that is trusted to be clumsy, not to be hostile: what runs in the same process can reach everything.
   *
   * @example
   * db.aclSetuser('plugin', '+@read', '~app:*')
   * const app = db.as('plugin')
   * app.get('app:1') // fine
   * app.get('other') // throws NOPERM No permissions to access a key
   *
   * @throws RedstartError ERR when there is no such user
   */
  as(username: string): UserSession {
    const unit = newSessionUnit(this.store)
    actFor(unit, username)
    return new UserSession(unit)
  }

  /** Listens to what listeners of events and of messages throw, once each. */
  on(event: 'error', listener: ErrorListener): Stop
  /** Listens to what happens to what is kept: snapshots, failed writes, a torn log that was cut off when it was opened. */
  on(event: 'persistence', listener: PersistenceListener): Stop
  /**
   * Listens to keyspace events of one name ('set', 'expired', 'del', …), or of all ('*', but 'keymiss' and 'new', which are
   * listened to by name), in every database. Listeners are called after the command, or the transaction, that caused the
   * event, in Redis's order, and may use the database. Returns a function that ends it, which is disposable too.
   *
   * A listener that throws, or whose promise is rejected, harms nobody else. Its error goes to those who listen to 'error';
   * if there are none, it comes up by itself.
   *
   * @example
   * const stop = db.on('expired', (key, { db }) => console.log(key, 'of database', db, 'is gone'))
   *
   * @throws TypeError when the listener is no function
   */
  on(event: KeyspaceEventName | '*' | (string & {}), listener: KeyspaceListener): Stop
  on(event: string, listener: KeyspaceListener | ErrorListener | PersistenceListener): Stop {
    if (typeof listener !== 'function') throw new TypeError(`a listener is a function, got ${typeof listener}`)
    const { outbox, events } = this.store
    // The name says which of them it is.
    if (event === 'error') return stopOf(outbox.onError(listener as ErrorListener))
    if (event === 'persistence') return this.onPersistence(listener as PersistenceListener)
    return stopOf(events.listen(event, listener as KeyspaceListener))
  }

  private onPersistence(listener: PersistenceListener): Stop {
    const own: PersistenceListener = (event) => listener(event)
    this.persistenceListeners = [...this.persistenceListeners, own]
    return stopOf(() => {
      this.persistenceListeners = this.persistenceListeners.filter((other) => other !== own)
    })
  }

  private tell(event: PersistenceEvent): void {
    const { outbox } = this.store
    for (const listener of this.persistenceListeners) {
      try {
        outbox.watch(listener(event))
      } catch (error) {
        outbox.report(error)
      }
    }
  }

  /**
   * Resolves when all writes before are as durable as the persistence makes them: on the disk under 'always' and 'everysec', in
   * the hands of the system under 'no'. At once without a persistence. Who asks at the same time shares one flush.
   *
   * @throws what the disk says where they could not be made durable; writes are refused from then on
   */
  flushed(): Promise<void> {
    return this.store.keeper?.flushed() ?? Promise.resolve()
  }

  /**
   * Writes the state as of one instant to a folder or a persistence in which nothing is kept yet, or to a stream as one file,
   * while calls go on. `restore` of redstart/persistence reads it, and what is no stream can be opened as it is. O(bytes).
   *
   * @throws RedstartError ERR without a persistence, and once it is closed; what the target says where it fails
   */
  async backup(target: BackupTarget): Promise<void> {
    const { keeper, isClosed } = this.store
    if (keeper === undefined) throw notKept()
    if (isClosed) throw closed()
    await keeper.backup(target)
  }

  /**
   * After a failed write: writes everything anew, as nothing can be relied on that was written since, and has writes taken again.
   * Does nothing when writes are not refused. O(bytes).
   *
   * @throws what the disk says where it still fails; writes stay refused
   */
  async resume(): Promise<void> {
    await this.store.keeper?.resume()
  }

  /**
   * Returns an independent copy of all databases: values, deadlines, access times, users and the course of chance, on the same
   * clock. Neither side hears of what the other does. Sessions, watches, waiting calls, listeners and faults stay behind; the
   * fork begins with database 0. O(keys): strings are shared for good, collections until either side edits one.
   *
   * @example
   * const fixture = new Redstart()
   * load(fixture)
   * beforeEach(() => {
   *   db = fixture.fork()
   * })
   */
  fork(options?: ForkOptions): Redstart {
    checkedNames('fork', options, FORK_OPTIONS)
    const store = forkOf(this.store, {
      clock: options?.clock && checkedClock(options.clock),
      random: options?.seed === undefined ? undefined : new RandomSource(checkedSeed(options.seed)),
      log: checkedLog(options?.log),
    })
    copyUsers(this.store, store)
    if (this.store.observation !== undefined) observeAs(this.store, store)
    return newRedstart(new Forked(store))
  }

  /**
   * Takes down the state of all databases, deadlines, access times and the course of chance, for `restore`. O(keys), as
   * `fork`.
   *
   * @example
   * const checkpoint = db.checkpoint()
   * db.flushall()
   * db.restore(checkpoint)
   */
  checkpoint(): Checkpoint {
    return this[RUN](checkpoints.checkpoint)
  }

  /**
   * Goes back to a checkpoint, which may be used again and on forks too. Sessions stay, with what they have selected; watches
   * of keys that exist before or after are changed, calls that wait for a key that is there now are served. No events; the log
   * hears of it as FLUSHALL and a RESTORE for each key. O(keys).
   *
   * @throws RangeError when it comes from a store of more or fewer databases; RedstartError where writes are refused
   */
  override restore(checkpoint: Checkpoint): void
  /** As `Session.restore`: makes a key of what `dump` returned. */
  override restore(key: Key, ttl: number | bigint, payload: Uint8Array, options?: RestoreOptions): 'OK'
  override restore(
    key: Key | Checkpoint,
    ttl?: number | bigint,
    payload?: Uint8Array,
    options?: RestoreOptions,
  ): 'OK' | undefined {
    // The overloads say that these come with a key.
    if (!(key instanceof Checkpoint)) return super.restore(key, ttl!, payload!, options)
    this.store.expectWritable()
    this[RUN](checkpoints.restoreCheckpoint, key)
    return undefined
  }

  /**
   * Returns the whole state as text for snapshots, the same for equal states: databases, keys, fields and members in order, one
   * line each, deadlines from now. docs/testing/dump.md describes it. Changes nothing and is no access. O(n log n).
   *
   * @example
   * expect(db.dump({ match: 'user:*' })).toMatchInlineSnapshot()
   */
  override dump(options?: StateTextOptions): string
  /** As `Session.dump`: returns the value at a key as bytes that `restore` takes, `null` when missing. */
  override dump(key: Key): Uint8Array | null
  override dump(...given: [what?: Key | StateTextOptions]): string | Uint8Array | null {
    const [what] = given
    // A key that is undefined is a mistake, and must not look like a request for everything.
    if (given.length === 0) return this[RUN](stateText, undefined)
    return isStateTextOptions(what) ? this[RUN](stateText, what) : super.dump(what!)
  }

  /** Faults for tests: calls that fail or lag, and connections that break, as those of a real server. */
  get faults(): Faults {
    this.armable ??= new Faults(this.store)
    return this.armable
  }

  /**
   * Ends timers and typed subscriptions, and rejects calls that wait, later ones too. Keys stay readable. What is kept
   * is flushed and given up; from then on nothing can be written.
   *
   * @throws what the disk says where writes could not be made durable; RedstartError ERR in a transaction of a database that is kept
   */
  override async close(): Promise<void> {
    const { store } = this
    // What has been done of the transaction would be lost.
    if (store.keeper !== undefined && store.depth > 0) throw notInTransaction()
    store.close()
    if (store.keeper === undefined) return
    store.refuse({ error: closed(), refusesPing: false })
    await store.keeper.close()
  }

  /** As `close`, at the end of a block: `await using db = await Redstart.open({ … })`. */
  async [ASYNC_DISPOSE](): Promise<void> {
    await this.close()
  }

  /** @internal The engine below the commands: for leaves and tests. */
  get engine(): Store {
    return this[UNIT].store
  }
}

/** Out of the class: the build gives another name to one that names itself, and stacks and `console.log` would show it. */
function newRedstart(given: RedstartOptions | Forked): Redstart {
  return new Redstart(given)
}

/** The unit of a new session; one that counts where calls are counted. */
function newSessionUnit(store: Store): Unit {
  const first = store.databases[0]!
  const unit = isCounted(store) ? new CountingUnit(store, first) : new Unit(store, first)
  store.open(unit)
  return unit
}

function newStore(options: RedstartOptions | undefined): Store {
  const store = new Store({
    clock: checkedClock(options?.clock),
    random: new RandomSource(checkedSeed(options?.seed)),
    databases: checkedDatabases(options?.databases),
    log: checkedLog(options?.log),
  })
  if (options?.statistics) countCalls(store)
  return store
}

/** The options of `what`. A name that is none is refused: a limit that is misspelt would be none. */
function checkedNames<O extends object>(what: string, options: O | undefined, names: Names<O>): O | undefined {
  if (options === undefined) return undefined
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options are an object, got ${options === null ? 'null' : typeof options}`)
  const stranger = strangeName(options, names)
  if (stranger === undefined) return options
  throw new TypeError(`${what} has no option '${stranger}'`)
}

/** What `open` is given. */
function checkedToOpen(options: OpenOptions | undefined): OpenOptions {
  const given: OpenOptions = { ...checkedNames('Redstart.open', options, OPEN_OPTIONS) }
  const { persistence } = given
  if (persistence === undefined || typeof persistence?.open === 'function') return given
  const kind = persistence === null ? 'null' : typeof persistence
  throw new TypeError(`persistence is what files() and others of redstart/persistence return, got ${kind}`)
}

/** The limits among the options, as parameters of CONFIG. */
function limitsOf(options: RedstartOptions | undefined): Record<string, string> {
  const given = {
    maxmemory: options?.maxMemory,
    maxkeys: options?.maxKeys,
    'maxmemory-policy': options?.maxMemoryPolicy,
    'maxmemory-samples': options?.maxMemorySamples,
  }
  const limits: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) if (value !== undefined) limits[name] = String(value)
  return limits
}

function checkedClock(clock: Clock | undefined): Clock {
  if (clock === undefined) return realClock()
  if (typeof clock?.now === 'function' && typeof clock.schedule === 'function') return clock
  throw new TypeError('a clock has now() and schedule(): manualClock(), realClock() or one of your own')
}

function checkedLog(log: LogSink | undefined): LogSink | undefined {
  if (log === undefined || typeof log?.append === 'function') return log
  throw new TypeError('a log has append(): a MemoryLog or one of your own')
}

function checkedSeed(seed: number | undefined): number {
  if (seed === undefined) return Math.random() * Number.MAX_SAFE_INTEGER
  if (!Number.isFinite(seed)) throw new RangeError(`seed must be a finite number, got ${seed}`)
  return seed
}

function checkedDatabases(databases: number | undefined): number {
  if (databases === undefined) return DATABASES_BY_DEFAULT
  if (Number.isInteger(databases) && databases >= 1 && databases <= DATABASES_MAX) return databases
  throw new RangeError(`databases must be an integer from 1 to ${DATABASES_MAX}, got ${databases}`)
}
