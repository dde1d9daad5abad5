import type { RedstartError } from '../errors.js'
import type { Client } from './client.js'
import type { Database } from './database.js'
import { ABSENT } from './key-index.js'
import type { GetCounts } from './statistics.js'
import type { Store } from './store.js'
import { type CollectionKind, Unit } from './unit.js'
import type { Collection, StringValue, Value } from './value.js'

/**
 * Of typed calls whose time nobody needs to know each, one in so many is timed. Two readings of a clock and what
 * is done with them take as long as twenty calls.
 */
export const TIMED_ONE_IN = 1024

/**
 * A unit that counts hits and misses of commands which read. A class of its own, so that units which do not count pay nothing;
 * every read goes by one of these methods, and tells of what it does not find by `miss`.
 */
export class CountingUnit extends Unit {
  private readonly gets: GetCounts

  constructor(store: Store, database: Database, client?: Client) {
    super(store, database, client)
    this.gets = store.statistics.gets
  }

  override beside(): CountingUnit {
    return new CountingUnit(this.store, this.database, this.client)
  }

  /** Counts a call of the typed `get`, which nothing else counts. */
  override getString(key: string): StringValue | undefined {
    // All that is rare is counted where it happens: a check here would cost as much as the addition.
    return --this.gets.left === 0 ? this.getTimed(key) : super.getString(key)
  }

  override getStringAgain(key: string): StringValue | undefined {
    return super.getString(key)
  }

  /** As `getString` for the one call in many that has an eye kept on the clock. */
  private getTimed(key: string): StringValue | undefined {
    const { gets } = this
    gets.timeIn(TIMED_ONE_IN)
    const { timer } = gets
    const started = timer?.now() ?? 0
    try {
      return super.getString(key)
    } finally {
      timer?.took(timer.now() - started)
    }
  }

  override missOfGet(key: string): undefined {
    this.gets.misses++
    return this.miss(key)
  }

  protected override wrongTypeOfGet(): RedstartError {
    const error = super.wrongTypeOfGet()
    this.gets.failed++
    this.store.statistics.failed(error)
    return error
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
