import { secondsOf } from './access-time.js'
import { type Database, deadlineOf } from './database.js'
import {
  chanceToCount,
  FREQUENCY_AT_FIRST,
  FREQUENCY_MAX,
  fineFrequencyAt,
  frequencyAt,
  isLfu,
  isLru,
  isVolatile,
  packedFrequency,
  recentAt,
} from './eviction-policy.js'
import { type Candidate, EvictionPool } from './eviction-pool.js'
import { ABSENT, type KeyIndex } from './key-index.js'
import type { Store } from './store.js'
import type { Value } from './value.js'

/** What the ranks of keys mean. */
const NO_RANKS = 0
const RECENCY = 1
const FREQUENCY = 2
const ORDER = 3

/** A slot of the wheel may be free: so often another one is tried. */
const TRIES = 16

/**
 * Keeps the store within its limits: what may be used is set in `settings`, and whoever writes calls `enforce`.
 *
 * Nothing of this costs anything until there is a limit or an LFU policy. Under allkeys-lru keys then stand in the order of their
 * accesses, and the first one goes: that is exact, and cheaper than to draw candidates whose ranks are in no cache.
 *
 * Under other policies each access gives the key a *rank*: under volatile-lru the number of the access, which is finer than any clock;
 * under LFU a logarithmic count, the minute of its last decay, and the accesses since it grew. Ranks lie beside the rows of a key index, in arrays of their
 * own, and go where the rows go. As in Redis, candidates are drawn at random, `maxMemorySamples` of them from each database, and the best are kept from round to
 * round. Other than there a candidate that was accessed in the meantime is passed over.
 */
export class Eviction {
  private readonly store: Store
  /** Accesses since there has been a limit. */
  private accesses = 0
  private ranksMean = NO_RANKS
  private readonly pool = new EvictionPool()
  private nextDatabase = 0
  /** Whether only keys with a deadline may go. */
  private onlyVolatile = false
  private atRandom = false

  constructor(store: Store) {
    this.store = store
  }

  /** Goes on as that of another store does, whose keys are shared. */
  follow(other: Eviction): void {
    this.accesses = other.accesses
    this.ranksMean = other.ranksMean
  }

  /** Heeds settings that have changed. */
  configure(): void {
    const { settings } = this.store
    const { maxMemoryPolicy: policy } = settings
    const limited = settings.maxMemory > 0 || settings.maxKeys > 0
    this.store.limited = limited
    this.onlyVolatile = isVolatile(policy)
    const ofLru = this.onlyVolatile ? RECENCY : ORDER
    this.ranksMean = isLfu(policy) ? FREQUENCY : limited && isLru(policy) ? ofLru : NO_RANKS
    this.atRandom = policy.endsWith('-random')
    this.pool.clear()
    this.store.ordersAccesses = this.ranksMean === ORDER
    this.store.isRanking = this.ranksMean !== NO_RANKS
    if (this.ranksMean === NO_RANKS) for (const { keys } of this.store.databases) keys.dropRanks()
  }

  /** A key is accessed: its rank goes up. O(1). */
  touch(keys: KeyIndex, slot: number): void {
    this.rankAll(keys)
    if (this.ranksMean === ORDER) keys.order!.touch(slot)
    else if (this.ranksMean === RECENCY) keys.setRank(slot, ++this.accesses)
    else this.count(keys, slot)
  }

  private count(keys: KeyIndex, slot: number): void {
    const { settings, random } = this.store
    const minute = this.minute()
    const rank = keys.rankAt(slot)
    const count = frequencyAt(rank, minute, settings.lfuDecayTime)
    const counts = count < FREQUENCY_MAX && random.next() < chanceToCount(count, settings.lfuLogFactor) * 0x100000000
    const now = counts ? packedFrequency(count + 1, minute) : packedFrequency(count, minute, recentAt(rank) + 1)
    keys.setRank(slot, now)
  }

  /** A key has been added. O(1). */
  added(keys: KeyIndex, slot: number): void {
    this.rankAll(keys)
    // In the order of accesses the index has put it last itself.
    if (this.ranksMean !== ORDER) keys.setRank(slot, this.firstRank(this.store.accessTime()))
  }

  private firstRank(second: number): number {
    return this.ranksMean === RECENCY
      ? ++this.accesses
      : packedFrequency(FREQUENCY_AT_FIRST, Math.floor(secondsOf(second) / 60))
  }

  /** Ranks keys that came without ranks, or with others: by what is known of their last access. O(keys) once. */
  private rankAll(keys: KeyIndex): void {
    if (keys.ranksMean === this.ranksMean) return
    if (this.ranksMean === ORDER) {
      keys.makeOrder(ORDER)
      return
    }
    keys.makeRanks(this.ranksMean)
    for (let slot = 0; slot < keys.size; slot++) keys.setRank(slot, this.rankFrom(keys.accessAt(slot)))
  }

  /** A rank by the second of the last access; below that of every access that was counted. */
  private rankFrom(second: number): number {
    return this.ranksMean === RECENCY
      ? second - Number.MAX_SAFE_INTEGER
      : packedFrequency(FREQUENCY_AT_FIRST, Math.floor(secondsOf(second) / 60))
  }

  private minute(): number {
    return Math.floor(secondsOf(this.store.accessTime()) / 60)
  }

  /** The logarithmic count of accesses of a key, decayed until now; undefined unless an LFU policy is selected. */
  frequencyOf(keys: KeyIndex, slot: number): number | undefined {
    if (this.ranksMean !== FREQUENCY) return undefined
    this.rankAll(keys)
    return frequencyAt(keys.rankAt(slot), this.minute(), this.store.settings.lfuDecayTime)
  }

  /** Sets that count, if an LFU policy is selected. */
  setFrequency(keys: KeyIndex, slot: number, count: number): void {
    if (this.ranksMean !== FREQUENCY) return
    this.rankAll(keys)
    keys.setRank(slot, packedFrequency(count, this.minute()))
  }

  /** Ranks a key by the second of its last access, where ranks are of that. */
  setIdle(keys: KeyIndex, slot: number, second: number): void {
    if (this.ranksMean !== RECENCY && this.ranksMean !== ORDER) return
    this.rankAll(keys)
    if (this.ranksMean === ORDER) keys.order!.demote(slot, (other) => keys.accessAt(other) < second)
    else keys.setRank(slot, this.rankFrom(second))
  }

  /** Whether more is used than may be. O(databases). */
  get isOver(): boolean {
    const { store } = this
    const { maxMemory, maxKeys } = store.settings
    return (maxMemory > 0 && store.usedMemory > maxMemory) || (maxKeys > 0 && store.keyCount > maxKeys)
  }

  /** Evicts keys until no more is used than may be; returns whether that is so. O(1) for each key, but see `rankAll`. */
  enforce(): boolean {
    while (this.isOver) if (!this.evictOne()) return false
    return true
  }

  /**
   * Adds a key that is not there in the slot of the one that goes for it, where no more keys may be and the order of accesses says which
   * one that is; returns whether it did. That takes half the time of adding a key and evicting another one. No slot may be held. O(1).
   */
  recycle(database: Database, key: string, value: Value): boolean {
    const { store } = this
    const { keys } = database
    if (this.ranksMean !== ORDER || store.replaying) return false
    if (keys.size !== store.settings.maxKeys || keys.size !== store.keyCount) return false
    this.rankAll(keys)
    const slot = keys.order!.oldest
    // More hangs on other keys than their rows, or somebody has to hear of more.
    if (typeof value !== 'string' || !keys.isPlain(slot)) return false
    if (store.undo !== undefined || store.snapshot !== undefined || store.waiters.active || store.hearsArrivals)
      return false
    const gone = keys.keyAt(slot)!
    keys.recycle(slot, key, value, store.accessTime())
    this.hasGone(database, gone)
    return true
  }

  private evictOne(): boolean {
    const { maxMemoryPolicy: policy } = this.store.settings
    if (policy === 'noeviction' || this.store.replaying) return false
    if (this.atRandom) return this.evictRandom()
    if (this.ranksMean === ORDER) return this.evictOldest()
    for (;;) {
      const drawn = this.draw()
      const best = this.bestOf()
      if (best !== undefined) {
        this.evict(best.database, best.slot)
        return true
      }
      if (!drawn) return false
    }
  }

  /** Takes the best candidate that is still one out of the pool. */
  private bestOf(): Candidate | undefined {
    const { pool } = this
    for (let best = pool.take(); best !== undefined; best = pool.take()) {
      const { database, slot, rank } = best
      const isThere = slot < database.keys.size && this.mayGo(database.keys, slot)
      if (isThere && this.rankOf(database, slot) === rank) return best
    }
    return undefined
  }

  private mayGo(keys: KeyIndex, slot: number): boolean {
    return !this.onlyVolatile || keys.expires(slot)
  }

  private rankOf(database: Database, slot: number): number {
    if (this.ranksMean === NO_RANKS) return Number(deadlineOf(database, slot))
    this.rankAll(database.keys)
    return database.keys.rankAt(slot)
  }

  /** Draws candidates from every database; returns whether there are any. */
  private draw(): boolean {
    const { store, pool } = this
    let any = false
    for (const database of store.databases) {
      if (!this.hasCandidates(database)) continue
      any = true
      const minute = this.ranksMean === FREQUENCY ? this.minute() : 0
      for (let left = store.settings.maxMemorySamples; left > 0; left--) {
        const slot = this.randomSlot(database)
        if (slot === ABSENT) continue
        const rank = this.rankOf(database, slot)
        const score = this.ranksMean === FREQUENCY ? -fineFrequencyAt(rank, minute, store.settings.lfuDecayTime) : -rank
        if (pool.wants(score)) pool.add(database, slot, rank, score)
      }
    }
    return any
  }

  private hasCandidates({ keys, wheel }: Database): boolean {
    if (this.onlyVolatile) return wheel !== undefined && wheel.size > 0
    return keys.size > 0
  }

  /** A slot at random, of those with a deadline where only they may go; ABSENT where none was met. O(1). */
  private randomSlot({ keys, wheel }: Database): number {
    const { random } = this.store
    // Not by `below`, whose divisions would take half of the time of a draw; what is not fair in this is less than one in 2^32 / size.
    if (!this.onlyVolatile) return Math.floor((random.next() / 0x100000000) * keys.size)
    for (let tries = TRIES; tries > 0; tries--) {
      const key = wheel!.ownerNear(random.next())
      if (key !== undefined) return keys.find(key)
    }
    // Most places of the wheel are free: many keys had a deadline once.
    for (const key of wheel!.owners()) return keys.find(key)
    return ABSENT
  }

  /**
   * Evicts the key that was accessed least recently, in the database where that is longest ago, by seconds. O(databases).
   */
  private evictOldest(): boolean {
    const { databases } = this.store
    let oldest: Database | undefined
    let lowest = Number.POSITIVE_INFINITY
    for (let i = 0; i < databases.length; i++) {
      const database = databases[i]!
      const { keys } = database
      if (keys.size === 0) continue
      this.rankAll(keys)
      const second = keys.accessAt(keys.order!.oldest)
      if (second >= lowest) continue
      lowest = second
      oldest = database
      // Mostly there are keys in one database only.
      if (keys.size === this.store.keyCount) break
    }
    if (oldest === undefined) return false
    this.evict(oldest, oldest.keys.order!.oldest)
    return true
  }

  /** Evicts a key at random; databases take turns. */
  private evictRandom(): boolean {
    const { databases } = this.store
    for (let i = 0; i < databases.length; i++) {
      const database = databases[this.nextDatabase++ % databases.length]!
      if (!this.hasCandidates(database)) continue
      this.evict(database, this.randomSlot(database))
      return true
    }
    return false
  }

  /** There is no room for a key. */
  private evict(database: Database, slot: number): void {
    const key = database.keys.keyAt(slot)!
    this.store.remove(database, slot)
    this.hasGone(database, key)
  }

  /** A key was evicted: the log hears of it as DEL, the event is `evicted`. */
  private hasGone(database: Database, key: string): void {
    const { store } = this
    if (store.logging) store.append(database, ['DEL', key])
    store.dirty++
    store.statistics.evictedKeys++
    // What nobody hears of need not be handed out.
    if (store.observed) store.announce(database, key, 'evicted')
  }
}
