import { SPARSE_SIZE_MAX } from '../structures/hyperloglog.js'
import type { Int64 } from '../structures/int64.js'

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
}
