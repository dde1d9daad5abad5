import type { Database } from './database.js'
import { ABSENT } from './key-index.js'
import type { GetCounts } from './statistics.js'
import type { Store } from './store.js'
import { type CollectionKind, Unit } from './unit.js'
import type { Collection, StringValue, Value } from './value.js'

/**
 * Of typed calls whose time nobody needs to know each, one in so many is timed, a power of two. Two readings of a clock and what
 * is done with them take as long as twenty calls.
 */
export const TIMED_ONE_IN = 1024
const TIMED_MASK = TIMED_ONE_IN - 1

/**
 * A unit that counts hits and misses of commands which read. A class of its own, so that units which do not count pay nothing;
 * every read goes by one of these methods, and tells of what it does not find by `miss`.
 */
export class CountingUnit extends Unit {
  private readonly gets: GetCounts

  constructor(store: Store, database: Database) {
    super(store, database)
    this.gets = store.statistics.gets
  }

  /** Counts a call of the typed `get`, which nothing else counts. */
  override getString(key: string): StringValue | undefined {
    if ((++this.gets.calls & TIMED_MASK) === 1) return this.getTimed(key)
    try {
      const value = super.getString(key)
      if (value === undefined) this.gets.misses++
      return value
    } catch (error) {
      this.getFailed(error)
      throw error
    }
  }

  override getStringAgain(key: string): StringValue | undefined {
    this.gets.calls--
    this.gets.misses--
    return this.getString(key)
  }

  /** As `getString` for the one call in many that has an eye kept on the clock. */
  private getTimed(key: string): StringValue | undefined {
    const { gets } = this
    const { timer } = gets
    const started = timer?.now() ?? 0
    try {
      const value = super.getString(key)
      if (value === undefined) gets.misses++
      return value
    } catch (error) {
      this.getFailed(error)
      throw error
    } finally {
      timer?.took(timer.now() - started)
    }
  }

  private getFailed(error: unknown): void {
    this.gets.failed++
    this.store.statistics.failed(error)
  }

  override read<T extends Collection>(key: string, kind: CollectionKind<T>): T | undefined {
    return this.found(this.orWrongType(() => super.read(key, kind)))
  }

  override readString(key: string): number {
    const slot = this.orWrongType(() => super.readString(key))
    if (slot !== ABSENT) this.hit()
    return slot
  }

  override readValue(key: string): Value | undefined {
    return this.found(super.readValue(key))
  }

  override readPeek(key: string): number {
    const slot = super.readPeek(key)
    if (slot !== ABSENT) this.hit()
    return slot
  }

  override hit(): void {
    this.store.statistics.otherHits++
  }

  override miss(key: string): undefined {
    this.store.statistics.misses++
    return super.miss(key)
  }

  private found<V>(value: V | undefined): V | undefined {
    if (value !== undefined) this.hit()
    return value
  }

  /** A key of another type is there: that is a hit. */
  private orWrongType<V>(body: () => V): V {
    try {
      return body()
    } catch (error) {
      this.hit()
      throw error
    }
  }
}
