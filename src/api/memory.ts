import { type Key, toText } from '../commands/argv.js'
import type { MemoryStats, MemoryUsageOptions } from '../commands/memory.js'
import * as bodies from '../commands/memory.js'
import { type Names, optionsGiven } from './given.js'
import { Handle, RUN } from './handle.js'

/** What keys and the store take. */
export abstract class MemoryCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns roughly how many bytes of the heap a key takes with its name and its value, `null` when missing. It is no access.
   * O(1): weights are kept as values change, so `samples` makes no difference.
   *
   * @throws RedstartError ERR when `samples` is negative
   * @see https://redis.io/docs/latest/commands/memory-usage/
   */
  memoryUsage(key: Key, options?: MemoryUsageOptions): number | null {
    return this[RUN](bodies.memoryUsage, toText(key), optionsGiven(options, USAGE_OPTIONS))
  }

  /**
   * Returns what the store takes in figures, by Redis's names: bytes, counts, percentages. `allocator.*` are those of the heap of
   * the process. O(databases).
   *
   * @example
   * db.memoryStats()['total.allocated'] // bytes of all keys and values
   *
   * @see https://redis.io/docs/latest/commands/memory-stats/
   */
  memoryStats(): MemoryStats {
    return this[RUN](bodies.memoryStats)
  }

  /**
   * Returns what there is to say of the memory, as a text for people. O(databases).
   *
   * @see https://redis.io/docs/latest/commands/memory-doctor/
   */
  memoryDoctor(): string {
    return this[RUN](bodies.memoryDoctor)
  }

  /**
   * Lets the garbage collector run where the process was started with `--expose-gc`; does nothing elsewhere. O(1)
   * besides.
   *
   * @see https://redis.io/docs/latest/commands/memory-purge/
   */
  memoryPurge(): 'OK' {
    this[RUN](bodies.memoryPurge)
    return 'OK'
  }

  /**
   * Returns what the host tells of its heap, in lines of text. O(1).
   *
   * @see https://redis.io/docs/latest/commands/memory-malloc-stats/
   */
  memoryMallocStats(): string {
    return this[RUN](bodies.memoryMallocStats)
  }
}

const USAGE_OPTIONS: Names<MemoryUsageOptions> = { samples: true }
