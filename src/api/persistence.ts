import * as bodies from '../commands/persistence.js'
import type { SaveProgress } from '../keyspace/ports.js'
import { type Names, optionsGiven } from './given.js'
import { Handle, RUN } from './handle.js'
import { promised } from './words.js'

/** Options of background saves. */
export interface BgsaveOptions {
  /** Is told how far it has come, block by block. */
  readonly onProgress?: ((progress: SaveProgress) => void) | undefined
}

/** What keeps the store. */
export abstract class PersistenceCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Writes a snapshot of all databases, blocking; the log begins anew behind it. O(bytes).
   *
   * @throws RedstartError ERR without a persistence, in a transaction, while a snapshot is being written, where it cannot be written
   * @see https://redis.io/docs/latest/commands/save/
   */
  save(): 'OK' {
    this[RUN](bodies.save)
    return 'OK'
  }

  /**
   * Writes a snapshot of all databases as they are at one instant, while calls go on; resolves when it is on the disk. O(bytes), in
   * slices of about a millisecond.
   *
   * @example
   * await db.bgsave({ onProgress: ({ keys, total }) => bar.update(keys / total) })
   *
   * @throws RedstartError ERR without a persistence, while a snapshot is being written; what the disk says where it fails
   * @see https://redis.io/docs/latest/commands/bgsave/
   */
  bgsave(options?: BgsaveOptions): Promise<void> {
    return promised(this, () => this[RUN](bodies.bgsave, false, optionsGiven(options, BGSAVE_OPTIONS)?.onProgress).done)
  }

  /**
   * Puts a snapshot in place of the log, while calls go on; resolves when it is on the disk. O(bytes), as `bgsave`.
   *
   * @throws RedstartError ERR without a persistence, while the log is being rewritten; what the disk says where it fails
   * @see https://redis.io/docs/latest/commands/bgrewriteaof/
   */
  bgrewriteaof(options?: BgsaveOptions): Promise<void> {
    return promised(this, () => this[RUN](bodies.bgrewriteaof, optionsGiven(options, BGSAVE_OPTIONS)?.onProgress).done)
  }

  /**
   * Returns the Unix time of the last snapshot in seconds; without one, when the database was opened. O(1).
   *
   * @see https://redis.io/docs/latest/commands/lastsave/
   */
  lastsave(): number {
    return this[RUN](bodies.lastsave)
  }
}

const BGSAVE_OPTIONS: Names<BgsaveOptions> = { onProgress: true }
