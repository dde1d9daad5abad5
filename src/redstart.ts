import { type Stop, stopOf } from './api/disposable.js'
import { UNIT } from './api/handle.js'
import { type Clock, realClock } from './keyspace/clock.js'
import type { KeyspaceListener } from './keyspace/events.js'
import type { KeyspaceEventName } from './keyspace/notifications.js'
import type { ErrorListener } from './keyspace/outbox.js'
import type { LogSink } from './keyspace/ports.js'
import { RandomSource } from './keyspace/random.js'
import { Store } from './keyspace/store.js'
import { Unit } from './keyspace/unit.js'
import { Session } from './session.js'

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
}

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

  constructor(options?: RedstartOptions) {
    const store = new Store({
      clock: options?.clock ?? realClock(),
      random: new RandomSource(checkedSeed(options?.seed)),
      databases: checkedDatabases(options?.databases),
      log: options?.log,
    })
    super(new Unit(store, store.databases[0]!))
    this.store = store
    const classes = options?.notifyKeyspaceEvents
    if (classes !== undefined) this.configSet({ 'notify-keyspace-events': classes })
  }

  /** A connection of its own: it has database 0 selected, whatever others have. */
  session(): Session {
    return new Session(new Unit(this.store, this.store.databases[0]!))
  }

  /** Listens to what listeners of events and of messages throw, once each. */
  on(event: 'error', listener: ErrorListener): Stop
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
  on(event: string, listener: KeyspaceListener | ErrorListener): Stop {
    if (typeof listener !== 'function') throw new TypeError(`a listener is a function, got ${typeof listener}`)
    const { outbox, events } = this.store
    // The name says which of both it is.
    if (event === 'error') return stopOf(outbox.onError(listener as ErrorListener))
    return stopOf(events.listen(event, listener as KeyspaceListener))
  }

  /** Ends timers and typed subscriptions, and rejects calls that wait. Keys stay readable. */
  override async close(): Promise<void> {
    this.store.close()
  }

  /** @internal The engine below the commands: for leaves and tests. */
  get engine(): Store {
    return this[UNIT].store
  }
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
