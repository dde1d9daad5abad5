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
/** Accesses since the count grew are counted beside it, up to this. */
const RECENT_MAX = 4095
const RECENT_BITS = 12
const RECENTS = 1 << RECENT_BITS
/** What stands below the minute. */
const COUNTS = RECENTS * (FREQUENCY_MAX + 1)

/**
 * A logarithmic count of accesses, 0 to 255, the minute at which it was last made less, and how many accesses there have been since it grew,
 * in one number. A count stands for many accesses, and most keys of a cache share a few: that number tells them apart.
 */
export function packedFrequency(count: number, minute: number, recent = 0): number {
  return minute * COUNTS + (count << RECENT_BITS) + Math.min(recent, RECENT_MAX)
}

/** The accesses since the count in such a number grew. */
export function recentAt(packed: number): number {
  return packed % RECENTS
}

/** The count in such a number, less one for each `decayMinutes` that have passed; 0 minutes for never. */
export function frequencyAt(packed: number, minute: number, decayMinutes: number): number {
  const since = Math.floor(packed / COUNTS)
  const count = (packed - since * COUNTS) >> RECENT_BITS
  if (decayMinutes === 0) return count
  return Math.max(0, count - Math.floor(Math.max(0, minute - since) / decayMinutes))
}

/** As `frequencyAt`, with a fraction by what tells keys of the same count apart. */
export function fineFrequencyAt(packed: number, minute: number, decayMinutes: number): number {
  return frequencyAt(packed, minute, decayMinutes) + recentAt(packed) / RECENTS
}

/**
 * How likely the next access adds one: the count stands for more and more accesses as it grows. With a factor of 10 it
 * reaches 255 at about a million. See https://redis.io/docs/latest/develop/reference/eviction/
 */
export function chanceToCount(count: number, logFactor: number): number {
  return 1 / (Math.max(0, count - FREQUENCY_AT_FIRST) * logFactor + 1)
}
