import { ABSENT } from './key-index.js'
import { type CollectionKind, Unit } from './unit.js'
import type { Collection, StringValue, Value } from './value.js'

/**
 * A unit that counts hits and misses of commands which read. A class of its own, so that units which do not count pay nothing;
 * every read goes by one of these methods, and tells of what it does not find by `miss`.
 */
export class CountingUnit extends Unit {
  override getString(key: string): StringValue | undefined {
    return this.found(super.getString(key))
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
    this.store.statistics.hits++
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
