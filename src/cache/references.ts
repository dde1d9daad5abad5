import { type Entry, type Marks, REFERENCE } from './entry.js'
import { type CacheStore, nowMs, type StoreLifetime } from './store.js'

/** A value that is kept as it is. */
class Reference<T> implements Entry<T> {
  /** The whole key in the store: the same string each time, whose hash is known. */
  readonly storeKey: string
  /** What the store has at the key while the value counts. */
  readonly token: string
  readonly value: T
  readonly failed: boolean
  readonly freshUntilMs: number
  readonly tags: readonly string[] | undefined
  retryAtMs = 0
  failures = 0

  constructor(storeKey: string, token: string, value: T, failed: boolean, marks: Marks) {
    this.storeKey = storeKey
    this.token = token
    this.value = value
    this.failed = failed
    this.freshUntilMs = marks.freshUntilMs
    this.tags = marks.tags
  }
}

/** What takes keys away one by one; each of them is an event. */
const REMOVALS = ['expired', 'evicted', 'del']
/** Removals that are no event (FLUSHALL, a key that somebody else writes to) are found out by looking at entries in turn. */
const LOOKED_AT_PER_ENTRY = 2

/**
 * Values that lie beside the store as the objects that they are. The store has a token at their key, with the deadline,
 * so that expiry, eviction and deletion work on it as on any key.
 *
 * Invariants: a value counts while the store has its token at its key. A value whose key has expired, or was evicted or
 * deleted, is let go at once where the store tells of it (a `Redstart` does, a session does not); any other whose key is
 * gone, by the time that as many values have been added as there were. Nobody listens while there are no values.
 */
export class References {
  private readonly store: CacheStore
  private readonly prefix: string
  private readonly byKey = new Map<string, Reference<unknown>>()
  private readonly tokenPrefix: string
  private tokens = 0
  private stops: (() => void)[] = []
  private turn: IterableIterator<string> | undefined

  /** `nonce` tells the tokens from those of other processes, which may still be in the store. */
  constructor(store: CacheStore, prefix: string, nonce: string) {
    this.store = store
    this.prefix = prefix
    this.tokenPrefix = `${REFERENCE}${nonce}.`
  }

  get size(): number {
    return this.byKey.size
  }

  keys(): IterableIterator<string> {
    return this.byKey.keys()
  }

  /** The value that counts at a key. O(1). */
  get(key: string): Reference<unknown> | undefined {
    const found = this.byKey.get(key)
    if (found === undefined) return undefined
    if (this.store.get(found.storeKey) === found.token) return found
    this.forget(key)
    return undefined
  }

  /** As `get`, where the token at the key has been read already. */
  at(key: string, token: string): Reference<unknown> | undefined {
    const found = this.byKey.get(key)
    return found?.token === token ? found : undefined
  }

  /** Keeps a value. Throws what the store's SET throws; then nothing has changed. O(1). */
  put(key: string, value: unknown, failed: boolean, marks: Marks, lifetime: StoreLifetime): void {
    const known = this.byKey.get(key)
    const storeKey = known?.storeKey ?? this.prefix + key
    const token = this.tokenPrefix + (++this.tokens).toString(36)
    this.store.set(storeKey, token, lifetime)
    this.byKey.set(key, new Reference(storeKey, token, value, failed, marks))
    if (this.stops.length === 0) this.listen()
    if (known === undefined) this.lookAround()
  }

  /** Puts off the next attempt to renew a stale value. */
  postpone(key: string, waitMs: (failures: number) => number): void {
    const found = this.get(key)
    if (found === undefined) return
    found.retryAtMs = nowMs(this.store) + waitMs(found.failures)
    found.failures++
  }

  forget(key: string): void {
    if (!this.byKey.delete(key) || this.byKey.size > 0) return
    for (const stop of this.stops) stop()
    this.stops = []
    this.turn = undefined
  }

  private listen(): void {
    const { store } = this
    if (store.on === undefined) return
    this.stops = REMOVALS.map((event) => store.on!(event, (key) => this.onRemoval(key)))
  }

  /** The key may be one of another database, or be there again: what counts is what the store has now. */
  private onRemoval(storeKey: string): void {
    if (storeKey.startsWith(this.prefix)) this.forgetIfGone(storeKey.slice(this.prefix.length))
  }

  private forgetIfGone(key: string): void {
    const found = this.byKey.get(key)
    // EXISTS is no access, so that looking makes no key seem used.
    if (found !== undefined && this.store.exists(found.storeKey) === 0) this.forget(key)
  }

  private lookAround(): void {
    for (let i = 0; i < LOOKED_AT_PER_ENTRY; i++) {
      this.turn ??= this.byKey.keys()
      const { value: key, done } = this.turn.next()
      if (done) this.turn = undefined
      else this.forgetIfGone(key)
    }
  }
}
