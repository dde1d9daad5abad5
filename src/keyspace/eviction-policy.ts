/** What goes first when there is no room: Redis's policies, in the order in which it lists them. */
export const EVICTION_POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
] as const

/** Which keys may go when there is no room, and which of them goes first. */
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number]

export function isLfu(policy: EvictionPolicy): boolean {
  return policy.endsWith('-lfu')
}

export function isLru(policy: EvictionPolicy): boolean {
  return policy.endsWith('-lru')
}

export function isVolatile(policy: EvictionPolicy): boolean {
  return policy.startsWith('volatile-')
}

/** What a new key begins with, so that it is not evicted before it has had a chance. Redis's value. */
export const FREQUENCY_AT_FIRST = 5
export const FREQUENCY_MAX = 255
const MINUTE_SHIFT = 256

/** A logarithmic count of accesses, 0 to 255, and the minute at which it was last made less, in one number. */
export function packedFrequency(count: number, minute: number): number {
  return minute * MINUTE_SHIFT + count
}

/** The count of such a number, less one for each `decayMinutes` that have passed; 0 minutes for never. */
export function frequencyAt(packed: number, minute: number, decayMinutes: number): number {
  const count = packed % MINUTE_SHIFT
  if (decayMinutes === 0) return count
  const since = Math.max(0, minute - (packed - count) / MINUTE_SHIFT)
  return Math.max(0, count - Math.floor(since / decayMinutes))
}

/**
 * How likely the next access adds one: the count stands for more and more accesses as it grows. With a factor of 10 it
 * reaches 255 at about a million. See https://redis.io/docs/latest/develop/reference/eviction/
 */
export function chanceToCount(count: number, logFactor: number): number {
  return 1 / (Math.max(0, count - FREQUENCY_AT_FIRST) * logFactor + 1)
}
