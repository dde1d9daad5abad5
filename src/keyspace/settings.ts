import { SPARSE_SIZE_MAX } from '../structures/hyperloglog.js'
import type { Int64 } from '../structures/int64.js'
import { DEFAULT_LIMITS } from '../structures/stream.js'
import type { BlockLimits } from '../structures/stream-block.js'
import type { EvictionPolicy } from './eviction-policy.js'

/** What can be set while the store runs: one field for each parameter of CONFIG that the engine heeds. */
export class Settings {
  /** How many refusals ACL LOG keeps. */
  aclLogMaxLen = 128
  /** Whether new users may use every channel. */
  allowsChannels = false
  /** The password that CONFIG SET requirepass gave the default user; '' for none. */
  requirepass = ''
  /** How many bytes a sparse HyperLogLog may have. */
  hllSparseMaxBytes: Int64 = SPARSE_SIZE_MAX
  /** How many bytes keys and values may take; 0 for no limit. See eviction.ts. */
  maxMemory = 0
  /** How many keys there may be in all databases; 0 for no limit. Redis has no such limit. */
  maxKeys = 0
  maxMemoryPolicy: EvictionPolicy = 'noeviction'
  /** How many candidates each round draws. */
  maxMemorySamples = 5
  /** How long Redis goes on evicting before it lets clients in, from 0 to 100; here a write waits for room. */
  evictionTenacity = 10
  /** How many more accesses each further step of an LFU count stands for. */
  lfuLogFactor = 10
  /** After how many minutes without an access an LFU count is one less; 0 for never. */
  lfuDecayTime = 1
  /** How much a block of a stream holds: stream-node-max-bytes and stream-node-max-entries. */
  streamBlocks: BlockLimits = DEFAULT_LIMITS
  /** Whether DEBUG may be called: as the store was made. */
  enablesDebug = false
  /** Calls that take so many microseconds are written down; none for -1. */
  slowlogLogSlowerThan = -1
  /** How many slow calls are kept. */
  slowlogMaxLen = 128
  /** Events that take so many milliseconds are sampled; none for 0. */
  latencyMonitorThreshold = 0
  /** Whether the times of calls are kept in histograms. */
  latencyTracking = false
  /** The percentiles that INFO tells of them. */
  latencyPercentiles: readonly number[] = [50, 99, 99.9]
  /** How many keys are remembered for CLIENT TRACKING; 0 for all. */
  trackingTableMaxKeys = 1_000_000
}
