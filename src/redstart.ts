import { UNIT } from './api/handle.js'
import { type Clock, realClock } from './keyspace/clock.js'
import type { KeyspaceEvent } from './keyspace/events.js'
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
  }

  /** A connection of its own: it has database 0 selected, whatever others have. */
  session(): Session {
    return new Session(new Unit(this.store, this.store.databases[0]!))
  }

  /**
   * Listens to keyspace events of one name ('set', 'expired', 'del', …) or of all ('*'), in every database. Listeners
   * are called after the command that caused the event and may use the database. Returns a function that ends it.
   *
   * @example
   * const stop = db.on('expired', ({ key }) => console.log(key, 'is gone'))
   */
  on(event: string, listener: (event: KeyspaceEvent) => void): () => void {
    if (typeof listener !== 'function') throw new TypeError(`a listener is a function, got ${typeof listener}`)
    return this.store.events.listen(event === '*' ? listener : (other) => other.event === event && listener(other))
  }

  /** Ends timers, and rejects calls that wait. Keys stay readable. */
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
