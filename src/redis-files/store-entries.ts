import type { Redstart, Session } from '../index.js'
import { openPayload } from './payload.js'
import { stoppedClock } from './staging.js'

/** What a server keeps of the use of keys, by its policy of eviction, and hands on in its files. */
export type Usage = 'idle' | 'frequency' | undefined

/** One key of a store. */
export interface StoreEntry {
  readonly key: string
  /** Type byte and value, as in an RDB file. */
  readonly value: Uint8Array
  readonly expiresAtMs: number | bigint | undefined
  readonly idleSeconds: number | undefined
  readonly frequency: number | undefined
}

/** A store as it is at one instant, whatever happens to the original afterwards. Nothing expires in it. */
export class Still {
  readonly store: Redstart
  readonly session: Session
  readonly usage: Usage
  /** When it was made, by the clock of the original. */
  readonly nowMs: number

  /** O(keys): values are shared. */
  constructor(db: Redstart) {
    this.nowMs = db.engine.clock.now()
    this.store = db.fork({ clock: stoppedClock(this.nowMs) })
    this.store.engine.authRequired = false
    this.store.engine.defaultUser = undefined
    this.session = this.store.session()
    this.usage = usageOf(this.session)
  }

  /** The databases that have keys, each with how many, and how many of them have a deadline. */
  databases(): { index: number; keys: number; expiring: number }[] {
    return this.store.engine.databases
      .map(({ index, keys, wheel }) => ({ index, keys: keys.size, expiring: wheel?.size ?? 0 }))
      .filter(({ keys }) => keys > 0)
  }

  get keys(): number {
    return this.databases().reduce((sum, { keys }) => sum + keys, 0)
  }

  /** The names of the keys of a database. */
  keysOf(database: number): Iterable<string> {
    this.session.select(database)
    return this.session.scanIterator({ count: 512 })
  }

  /** The key of the database that `keysOf` has selected; undefined when its time is up. O(bytes). */
  entry(key: string): StoreEntry | undefined {
    const { session, usage } = this
    // First, as reading a value is an access.
    const idleSeconds = usage === 'idle' ? this.figure('IDLETIME', key) : undefined
    const frequency = usage === 'frequency' ? this.figure('FREQ', key) : undefined
    const payload = session.dump(key)
    if (payload === null) return undefined
    return { key, value: openPayload(payload), expiresAtMs: this.deadlineOf(key), idleSeconds, frequency }
  }

  /** Unix time in milliseconds. By words, as numbers alone cannot say the last of all deadlines. */
  deadlineOf(key: string): number | bigint | undefined {
    const deadline = this.session.call('PEXPIRETIME', key) as number | bigint
    return deadline < 0 ? undefined : deadline
  }

  private figure(subcommand: string, key: string): number | undefined {
    const figure = this.session.call('OBJECT', subcommand, key)
    return typeof figure === 'number' ? figure : undefined
  }

  /**
   * Whether a hash is in one of the forms that came with deadlines of fields, in Redis 7.4. One in a listpack stays in it when
   * the last deadline goes.
   */
  hasTimedHashes(): boolean {
    for (const { fields } of this.store.engine.databases) {
      for (const _ of fields?.entries() ?? []) return true
    }
    return this.databases().some(({ index }) => {
      this.session.select(index)
      for (const key of this.session.scanIterator({ count: 512, type: 'hash' })) {
        if (this.session.objectEncoding(key) === 'listpackex') return true
      }
      return false
    })
  }
}

function usageOf(session: Session): Usage {
  const policy = session.configGet('maxmemory-policy')['maxmemory-policy'] ?? ''
  if (policy.includes('lru')) return 'idle'
  return policy.includes('lfu') ? 'frequency' : undefined
}
