import { LRUCache } from 'lru-cache'
import { type EvictionPolicy, Redstart } from 'redstart'

/** A cache of a number of keys: whether a key is there, and if not, it is then. */
export type Cache = (key: string) => boolean

export const POLICIES: readonly EvictionPolicy[] = ['allkeys-lru', 'allkeys-lfu', 'allkeys-random']

/** Ours, with so many keys. */
export function redstart(policy: EvictionPolicy, size: number): Cache {
  const db = new Redstart({ maxKeys: size, maxMemoryPolicy: policy, seed: 5 })
  return (key) => {
    if (db.get(key) !== null) return true
    db.set(key, 'v')
    return false
  }
}

export function exactLru(size: number): Cache {
  const cache = new LRUCache<string, string>({ max: size })
  return (key) => {
    if (cache.get(key) !== undefined) return true
    cache.set(key, 'v')
    return false
  }
}

/** The key of the fewest accesses goes, among equals the one that was accessed least recently; counts are forgotten with keys. */
export function exactLfu(size: number): Cache {
  const counts = new Map<string, number>()
  // The keys of each count, in the order of their last access.
  const byCount = new Map<number, Set<string>>()
  const into = (count: number): Set<string> => {
    const keys = byCount.get(count) ?? new Set<string>()
    byCount.set(count, keys)
    return keys
  }
  let least = 1
  return (key) => {
    const count = counts.get(key)
    if (count !== undefined) {
      into(count).delete(key)
      if (into(count).size === 0 && least === count) least = count + 1
      into(count + 1).add(key)
      counts.set(key, count + 1)
      return true
    }
    if (counts.size === size) {
      const [victim] = into(least)
      into(least).delete(victim!)
      counts.delete(victim!)
    }
    least = 1
    into(1).add(key)
    counts.set(key, 1)
    return false
  }
}

/** Which part of the requests of a trace a cache answers, after the first half has warmed it. */
export function hitRatio(cache: Cache, keys: Int32Array): number {
  let hits = 0
  const warm = keys.length >> 1
  for (let index = 0; index < keys.length; index++) {
    const hit = cache(`key:${keys[index]}`)
    if (hit && index >= warm) hits++
  }
  return hits / (keys.length - warm)
}
