import type { CacheStore } from './store.js'

/** Keys in the store that begin so behind the prefix are the cache's own. */
export const RESERVED = '\0'

/** A key outlives the last value that names it by a little, so that rounding never ends it first. */
const SPARE_MS = 1_000
/** How long a tag that no value names yet is kept: a load that takes longer is not kept. */
const LOADING_MS = 3_600_000

/**
 * Tags by version: the store has a version at a key for each tag, and each value keeps the versions that its tags had. A
 * value counts while all of them are the same.
 *
 * Invalidation takes the tag's key away, O(1) for any number of values; what carried the tag is left to be found, at the next
 * look, or to expire. The price is a GET for each tag of a value at every look at it. A set of keys for each tag would
 * cost nothing then, but memory for each pair, and would be wrong as soon as the set is evicted: here, a tag that is
 * evicted takes its values along.
 *
 * Versions are never used twice. A key lives as long as the longest-lived value that names it.
 */
export class Tags {
  private readonly store: CacheStore
  private readonly prefix: string
  private readonly nonce: string
  private versions = 0

  /** `nonce` tells the versions from those of other processes, which may still be in the store. */
  constructor(store: CacheStore, prefix: string, nonce: string) {
    this.store = store
    this.prefix = `${prefix}${RESERVED}tag:`
    this.nonce = nonce
  }

  /** The tags with their versions, as values keep them; tags that there are none of begin. O(tags). */
  stamp(tags: readonly string[]): readonly string[] | undefined {
    if (tags.length === 0) return undefined
    const stamped: string[] = []
    for (const tag of new Set(tags)) stamped.push(tag, this.versionOf(tag))
    return stamped
  }

  private versionOf(tag: string): string {
    const key = this.prefix + tag
    const known = this.store.get(key)
    if (known !== null) return known
    const version = `${this.nonce}.${(++this.versions).toString(36)}`
    this.store.set(key, version, { px: LOADING_MS })
    return version
  }

  /** Whether no tag has been invalidated since it was stamped. O(tags). */
  areCurrent(stamped: readonly string[]): boolean {
    for (let i = 0; i < stamped.length; i += 2) {
      if (this.store.get(this.prefix + stamped[i]!) !== stamped[i + 1]) return false
    }
    return true
  }

  /** Lets the tags live at least as long as a value that names them. O(tags). */
  hold(stamped: readonly string[], lifetimeMs: number): void {
    for (let i = 0; i < stamped.length; i += 2) {
      const key = this.prefix + stamped[i]!
      if (lifetimeMs === Number.POSITIVE_INFINITY) this.store.persist(key)
      else this.store.pexpire(key, lifetimeMs + SPARE_MS, { gt: true })
    }
  }

  /** Ends the versions of tags. O(tags). */
  invalidate(tags: readonly string[]): void {
    if (tags.length > 0) this.store.del(...tags.map((tag) => this.prefix + tag))
  }
}
