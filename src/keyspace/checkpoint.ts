import type { KeyTable } from './database.js'
import type { RandomSource } from './random.js'

/**
 * The state of a database at one instant: `db.checkpoint()` takes it, `db.restore(checkpoint)` goes back to it, as often as
 * you like. What it holds is never changed; it takes memory for its keys, and for collections that were changed since.
 */
export class Checkpoint {
  /** @internal The keys of each database. */
  readonly tables: readonly KeyTable[]
  /** @internal Goes on as chance would have then. */
  readonly random: RandomSource

  /** @internal */
  constructor(tables: readonly KeyTable[], random: RandomSource) {
    this.tables = tables
    this.random = random
  }
}
