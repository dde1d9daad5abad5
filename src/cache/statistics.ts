/** What a cache has done since it was made, or since `resetStatistics`. */
export interface CacheStatistics {
  /** Answers that were kept and fresh, negative ones and kept errors included. */
  readonly hits: number
  /** Answers that were kept and stale. */
  readonly staleHits: number
  /** Times that there was nothing to answer with. */
  readonly misses: number
  /** Loads that were begun, in the background too. */
  readonly loads: number
  /** Calls that waited for a load that another had begun. */
  readonly joins: number
  /** Loads that failed, values that could not be stored, entries that could not be decoded. */
  readonly errors: number
}

export type Counters = { -readonly [Name in keyof CacheStatistics]: CacheStatistics[Name] }

export function newCounters(): Counters {
  return { hits: 0, staleHits: 0, misses: 0, loads: 0, joins: 0, errors: 0 }
}
