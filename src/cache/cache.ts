import { json } from './codec.js'
import { type Entries, encodedEntries, type Look, ReferenceEntries } from './entries.js'
import type { Entry, Marks } from './entry.js'
import { Flight, type Loader } from './flight.js'
import {
  type CacheErrorContext,
  type CacheGetOptions,
  type CacheOptions,
  checkCacheOptions,
  checkedMs,
  checkedTags,
  checkGetOptions,
  checkGetOrSetOptions,
  checkSetOptions,
  type GetOrSetOptions,
  type KeepOptions,
  optionOf,
} from './options.js'
import { type Shared, sharedOf } from './shared.js'
import { type CacheStatistics, type Counters, newCounters } from './statistics.js'
import { type CacheStore, nowMs, type StoreLifetime } from './store.js'
import { structured } from './structured.js'
import { RESERVED } from './tags.js'

const BACKOFF_BY_DEFAULT_MS = 1_000
const BACKOFF_DOUBLED_MOST = 6
/** How many keys a step of `clear` looks at. */
const SCAN_COUNT = 1_000
const RESERVED_CODE = RESERVED.charCodeAt(0)
const NO_TAGS: readonly string[] = []
const FRESH_WHILE_THERE: Marks = { freshUntilMs: Number.POSITIVE_INFINITY, tags: undefined }
/** The database would not keep the tags of a load, so it cannot keep its value. */
const REFUSED = Symbol('refused')

/** A value that is ready to be written. */
interface Prepared {
  readonly key: string
  readonly body: unknown
  readonly ttlMs: number
  readonly staleTtlMs: number
  /** Their names. */
  readonly tags: readonly string[]
}

/**
 * Values of one type under one prefix of a database. `cache` makes one.
 *
 * Caches of the same prefix on the same database object share what they hold and the loads that run, so that it does not
 * matter whether one is kept or made at each use. Keys may not begin with a zero character.
 */
export class Cache<T> {
  private readonly store: CacheStore
  private readonly options: CacheOptions<T>
  private readonly shared: Shared
  private readonly entries: Entries<T>
  private counters: Counters = newCounters()

  /** @internal */
  constructor(store: CacheStore, options: CacheOptions<T>) {
    checkCacheOptions(options)
    this.store = store
    this.options = options
    this.shared = sharedOf(store, options.prefix, options.random ?? Math.random)
    this.entries = this.entriesBy(options.codec)
  }

  private entriesBy(codec: CacheOptions<T>['codec']): Entries<T> {
    const { references } = this.shared
    if (codec === 'reference') return new ReferenceEntries<T>(references)
    const used = codec === undefined || codec === 'structured' ? structured : codec === 'json' ? json : codec
    if (typeof used !== 'object' || typeof used?.encode !== 'function' || typeof used.decode !== 'function') {
      throw new TypeError("codec must be 'structured', 'json', 'reference' or an object of encode and decode")
    }
    // Whoever gets values from the codecs of ours has put them there, as T.
    return encodedEntries(this.store, this.options.prefix, references, used as never, (error, key) =>
      this.report(error, { key, during: 'decode' }),
    )
  }

  /**
   * Returns the value at a key, `undefined` when there is none or it is stale and `allowStale` is not set. O(1), and one
   * look more for each tag of the value.
   *
   * @throws RedstartError WRONGTYPE when the key holds something that no cache wrote
   */
  get(key: string, options?: CacheGetOptions): T | undefined {
    if (options !== undefined) checkGetOptions(options)
    return this.valueAt(key, options?.allowStale)
  }

  private valueAt(key: string, allowStale: boolean | undefined): T | undefined {
    this.checkKey(key)
    const entry = this.find(key)
    if (entry !== undefined && !entry.failed) {
      if (this.isFresh(entry)) {
        this.counters.hits++
        return entry.value
      }
      if (allowStale) {
        this.counters.staleHits++
        return entry.value
      }
    }
    this.counters.misses++
    return undefined
  }

  /** Returns the values at some keys, in their order; as `get`. O(keys). */
  getMany(keys: Iterable<string>, options?: CacheGetOptions): (T | undefined)[] {
    if (options !== undefined) checkGetOptions(options)
    return Array.from(keys, (key) => this.valueAt(key, options?.allowStale))
  }

  /**
   * Whether `get` would return a value: one that is fresh. Not counted in the statistics; for eviction it is a use of the
   * value, as `get` is. O(1).
   */
  has(key: string): boolean {
    this.checkKey(key)
    const entry = this.look(key)
    return entry !== undefined && !entry.failed && this.isFresh(entry)
  }

  /**
   * Keeps a value, whatever was there; `null` and `undefined` are values like any other. A load of the key that runs is
   * not kept. O(1) beside the codec.
   *
   * @example
   * users.set('42', user, { ttlMs: 60_000, tags: ['team:7'] })
   *
   * @throws RangeError for times that are negative or no numbers; RedstartError OOM when the database is full
   */
  set(key: string, value: T, options?: KeepOptions<T>): void {
    if (options !== undefined) checkSetOptions(options)
    const prepared = this.prepare(key, value, this.lifetimeOf(value, options), options)
    this.detach(key)
    this.write(prepared)
  }

  /** Keeps several values, given as pairs or as a Map; as `set`. All are encoded before the first is written. O(entries). @throws as `set` */
  setMany(entries: Iterable<readonly [key: string, value: T]>, options?: KeepOptions<T>): void {
    if (options !== undefined) checkSetOptions(options)
    if (typeof entries?.[Symbol.iterator] !== 'function') {
      throw new TypeError(`entries must be pairs of a key and a value, or a Map, got ${typeof entries}`)
    }
    const all = Array.from(entries, ([key, value]) =>
      this.prepare(key, value, this.lifetimeOf(value, options), options),
    )
    for (const prepared of all) {
      this.detach(prepared.key)
      this.write(prepared)
    }
  }

  /**
   * Returns the value at a key, or else what the loader returns, which is kept. However many callers ask meanwhile, the
   * loader runs once; they all get the object that it returned.
   *
   * A stale value is returned at once and renewed in the background. When that fails it stays, as long as `staleTtlMs`
   * allows, and `onError` hears of it.
   *
   * @example
   * const user = await users.getOrSet(id, ({ signal }) => fetchUser(id, { signal }))
   *
   * @throws what the loader throws; the reason of `signal` when it aborts
   */
  async getOrSet(key: string, loader: Loader<T>, options?: GetOrSetOptions<T>): Promise<T> {
    if (typeof loader !== 'function') throw new TypeError(`a loader is a function, got ${typeof loader}`)
    const signal = options?.signal
    if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
      throw new TypeError('signal must be an AbortSignal')
    }
    signal?.throwIfAborted()
    if (options !== undefined) checkGetOrSetOptions(options)
    this.checkKey(key)
    const entry = this.find(key)
    if (entry !== undefined && options?.refresh !== true) {
      if (this.isFresh(entry)) {
        this.counters.hits++
        if (entry.failed) throw entry.value
        return entry.value
      }
      this.counters.staleHits++
      this.renew(key, entry, loader, options)
      return entry.value
    }
    if (options?.refresh !== true) this.counters.misses++
    const running = this.shared.flights.get(key)
    if (running !== undefined) this.counters.joins++
    const flight = running ?? this.begin(key, entry, loader, options, false)
    // A flight of this key has a value of type T.
    return flight.join(signal) as Promise<T>
  }

  /** Takes a value away, stale or not; returns whether there was one. A load of the key that runs is not kept. O(1). */
  delete(key: string): boolean {
    this.checkKey(key)
    const had = this.look(key)
    this.detach(key)
    this.discard(key)
    return had !== undefined && !had.failed
  }

  /**
   * Ends all values under any of the tags, and loads that may come under one. O(tags): values that are ended are found out
   * when they are looked at, or expire.
   */
  invalidateTags(...tags: readonly string[]): void {
    checkedTags(tags)
    this.shared.tags.invalidate(tags)
    for (const flight of [...this.shared.flights.values()]) {
      if (flight.tags === undefined || flight.tags.some((tag) => tags.includes(tag))) flight.detach()
    }
  }

  /**
   * Takes everything away that is under the prefix, another cache's keys too if its prefix begins with this one. Loads that
   * run are not kept. O(keys of the database).
   */
  clear(): void {
    for (const flight of [...this.shared.flights.values()]) flight.detach()
    const match = `${this.options.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
    for (const key of this.store.scanIterator({ match, count: SCAN_COUNT })) this.store.unlink(key)
    for (const key of [...this.shared.references.keys()]) this.shared.references.forget(key)
  }

  /** What this object has done; others of the same prefix count for themselves. */
  get statistics(): CacheStatistics {
    return { ...this.counters }
  }

  /** Counts from zero again. */
  resetStatistics(): void {
    this.counters = newCounters()
  }

  /** What is kept at a key, fresh or not; what an invalidated tag has ended is taken away. */
  private find(key: string): Entry<T> | undefined {
    const entry = this.entries.read(key)
    return entry?.tags === undefined || this.isCurrent(key, entry.tags) ? entry : undefined
  }

  /** As `find`, without the value. */
  private look(key: string): Look | undefined {
    const entry = this.entries.look(key)
    return entry?.tags === undefined || this.isCurrent(key, entry.tags) ? entry : undefined
  }

  private isCurrent(key: string, stamped: readonly string[]): boolean {
    if (this.shared.tags.areCurrent(stamped)) return true
    this.discard(key)
    return false
  }

  private isFresh(entry: Marks): boolean {
    return entry.freshUntilMs === Number.POSITIVE_INFINITY || nowMs(this.store) < entry.freshUntilMs
  }

  private discard(key: string): void {
    this.store.unlink(this.options.prefix + key)
    this.shared.references.forget(key)
  }

  private detach(key: string): void {
    this.shared.flights.get(key)?.detach()
  }

  /** Renews a stale value in the background, unless that is being done or has failed just now. */
  private renew(key: string, entry: Entry<T>, loader: Loader<T>, options: GetOrSetOptions<T> | undefined): void {
    if (this.shared.flights.has(key) || nowMs(this.store) < entry.retryAtMs) return
    this.begin(key, entry, loader, options, true)
  }

  private begin(
    key: string,
    entry: Entry<T> | undefined,
    loader: Loader<T>,
    options: GetOrSetOptions<T> | undefined,
    inBackground: boolean,
  ): Flight {
    const tags = optionOf('tags', options, this.options)
    const known = typeof tags === 'function' ? undefined : (tags ?? NO_TAGS)
    const stale = entry?.failed ? undefined : entry?.value
    const flight = new Flight(this.shared.flights, key, stale, known, inBackground)
    this.counters.loads++
    flight.start(this.load(flight, loader, options, inBackground))
    return flight
  }

  private async load(
    flight: Flight,
    loader: Loader<T>,
    options: GetOrSetOptions<T> | undefined,
    inBackground: boolean,
  ): Promise<T> {
    try {
      const stamped = this.stampBefore(flight)
      // The stale value of this key is of type T.
      const value = await loader(flight as Flight & { readonly stale: T | undefined })
      if (flight.isCurrent && stamped !== REFUSED) this.keep(flight.key, value, options, stamped)
      return value
    } catch (error) {
      this.onLoadFailed(flight, error, options, inBackground)
      throw error
    }
  }

  /** Versions as they are before the load: an invalidation meanwhile, by whomever, is seen by the first look at the value. */
  private stampBefore({ key, tags }: Flight): readonly string[] | undefined | typeof REFUSED {
    try {
      return tags === undefined ? undefined : this.shared.tags.stamp(tags)
    } catch (error) {
      this.report(error, { key, during: 'store' })
      return REFUSED
    }
  }

  private onLoadFailed(
    flight: Flight,
    error: unknown,
    options: GetOrSetOptions<T> | undefined,
    inBackground: boolean,
  ): void {
    // Nobody asks any more.
    if (!flight.isCurrent && !flight.isAwaited) return
    const context: CacheErrorContext = { key: flight.key, during: 'load' }
    if (inBackground) this.report(error, context)
    else this.counters.errors++
    if (!flight.isCurrent) return
    try {
      this.keepFailure(flight.key, error, options)
    } catch (refused) {
      this.report(refused, { key: flight.key, during: 'store' })
    }
  }

  /** A value that is there stays: if it is stale, the next attempt is put off. Otherwise the error is kept. */
  private keepFailure(key: string, error: unknown, options: GetOrSetOptions<T> | undefined): void {
    const entry = this.find(key)
    if (entry !== undefined && !entry.failed) {
      if (!this.isFresh(entry)) this.entries.postpone(key, (failures) => this.backoffMs(failures))
      return
    }
    const ttlMs = this.jittered(checkedMs('errorTtlMs', optionOf('errorTtlMs', options, this.options) ?? 0), options)
    if (ttlMs > 0) this.shared.references.put(key, error, true, FRESH_WHILE_THERE, lifetimeFor(ttlMs))
  }

  private backoffMs(failures: number): number {
    return (this.options.backoffMs ?? BACKOFF_BY_DEFAULT_MS) * 2 ** Math.min(failures, BACKOFF_DOUBLED_MOST)
  }

  /** Keeps what was loaded. A value that cannot be encoded is the callers' mistake; a store that is full is not. */
  private keep(
    key: string,
    value: T,
    options: GetOrSetOptions<T> | undefined,
    stamped: readonly string[] | undefined,
  ): void {
    const negativeTtlMs = optionOf('negativeTtlMs', options, this.options) ?? 0
    const isNegative = value === null || value === undefined
    const lifetime = isNegative ? { ttlMs: negativeTtlMs, staleTtlMs: 0 } : this.lifetimeOf(value, options)
    const prepared = this.prepare(key, value, lifetime, options)
    try {
      this.write(prepared, stamped)
    } catch (error) {
      this.report(error, { key, during: 'store' })
    }
  }

  private lifetimeOf(value: T, options: KeepOptions<T> | undefined): { ttlMs: number; staleTtlMs: number } {
    const ttlMs = optionOf('ttlMs', options, this.options) ?? Number.POSITIVE_INFINITY
    const staleTtlMs = optionOf('staleTtlMs', options, this.options) ?? 0
    return { ttlMs: typeof ttlMs === 'function' ? checkedMs('ttlMs', ttlMs(value)) : ttlMs, staleTtlMs }
  }

  /** Everything that may throw for what the caller gave, before anything is written. */
  private prepare(
    key: string,
    value: T,
    lifetime: { readonly ttlMs: number; readonly staleTtlMs: number },
    options: KeepOptions<T> | undefined,
  ): Prepared {
    this.checkKey(key)
    const ttlMs = this.jittered(checkedMs('ttlMs', lifetime.ttlMs), options)
    if (ttlMs === 0) return { key, body: undefined, ttlMs, staleTtlMs: 0, tags: NO_TAGS }
    const body = this.entries.prepare(value)
    const tags = optionOf('tags', options, this.options) ?? NO_TAGS
    const staleTtlMs = checkedMs('staleTtlMs', lifetime.staleTtlMs)
    return { key, body, ttlMs, staleTtlMs, tags: typeof tags === 'function' ? checkedTags(tags(value)) : tags }
  }

  /** Writes a value, its tags as they were `stamped` before, or are now. */
  private write({ key, body, ttlMs, staleTtlMs, tags: names }: Prepared, stamped?: readonly string[]): void {
    if (ttlMs === 0) {
      this.discard(key)
      return
    }
    const tags = stamped ?? this.shared.tags.stamp(names)
    const totalMs = ttlMs + staleTtlMs
    if (tags !== undefined) this.shared.tags.hold(tags, totalMs)
    if (staleTtlMs === 0 || ttlMs === Number.POSITIVE_INFINITY) {
      const marks = tags === undefined ? FRESH_WHILE_THERE : { freshUntilMs: Number.POSITIVE_INFINITY, tags }
      this.entries.write(key, body, marks, lifetimeFor(ttlMs))
      return
    }
    const freshUntilMs = nowMs(this.store) + ttlMs
    const lifetime = totalMs === Number.POSITIVE_INFINITY ? undefined : { pxat: freshUntilMs + staleTtlMs }
    this.entries.write(key, body, { freshUntilMs, tags }, lifetime)
  }

  private jittered(ttlMs: number, options: KeepOptions<T> | undefined): number {
    const jitter = optionOf('jitter', options, this.options) ?? 0
    if (jitter === 0 || ttlMs === 0 || ttlMs === Number.POSITIVE_INFINITY) return ttlMs
    return Math.max(1, Math.round(ttlMs * (1 - jitter * (this.options.random ?? Math.random)())))
  }

  private checkKey(key: string): void {
    if (typeof key !== 'string') throw new TypeError(`a key is a string, got ${typeof key}`)
    if (key.charCodeAt(0) === RESERVED_CODE) throw new RangeError('a key may not begin with a zero character')
  }

  /** Tells of an error that no caller hears of. */
  private report(error: unknown, context: CacheErrorContext): void {
    this.counters.errors++
    try {
      this.options.onError?.(error, context)
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown
      })
    }
  }
}

function lifetimeFor(ttlMs: number): StoreLifetime {
  return ttlMs === Number.POSITIVE_INFINITY ? undefined : { px: ttlMs }
}

/**
 * A cache in a database: typed values under a prefix, loaded once however many ask, kept by the database's clock, limits and
 * events.
 *
 * @example
 * const users = cache<User>(db, { prefix: 'user:', ttlMs: 60_000, staleTtlMs: 600_000 })
 * const ada = await users.getOrSet('ada', ({ signal }) => fetchUser('ada', { signal }))
 *
 * @throws TypeError or RangeError for options that make no sense
 */
export function cache<T>(store: CacheStore, options: CacheOptions<T>): Cache<T> {
  if (typeof store?.time !== 'function') throw new TypeError('a cache lies in a database: cache(db, { prefix })')
  if (typeof options !== 'object' || options === null)
    throw new TypeError('a cache takes options: cache(db, { prefix })')
  return new Cache(store, options)
}
