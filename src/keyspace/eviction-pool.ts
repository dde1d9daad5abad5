import type { Database } from './database.js'

/** So many of the best candidates are kept from round to round, as in Redis. */
const POOL_SIZE = 16

/** A key as it was when it was drawn. */
export interface Candidate {
  readonly database: Database
  readonly slot: number
  /** What its rank was: a key that was accessed since is no candidate any more. */
  readonly rank: number
}

/**
 * The best candidates for eviction of all that were drawn, in ascending order of scores: the higher, the sooner one goes.
 *
 * A candidate is known by its slot and its rank, and not by its key, which would have to be looked for. Whatever has that rank in
 * that slot when its turn comes is as good a victim; a key that has moved to another slot is lost, and drawn again some time.
 */
export class EvictionPool {
  private readonly databases: Database[] = []
  private readonly slots = new Int32Array(POOL_SIZE)
  private readonly ranks = new Float64Array(POOL_SIZE)
  private readonly scores = new Float64Array(POOL_SIZE)
  private size = 0

  clear(): void {
    this.size = 0
    this.databases.length = 0
  }

  /** Whether a candidate of this score would be kept. O(1). */
  wants(score: number): boolean {
    return this.size < POOL_SIZE || score > this.scores[0]!
  }

  /** Keeps a candidate that is wanted, unless it is there; the worst goes where there is no room. O(1). */
  add(database: Database, slot: number, rank: number, score: number): void {
    const { scores } = this
    let at = this.size
    while (at > 0 && scores[at - 1]! >= score) {
      at--
      if (this.slots[at] === slot && this.ranks[at] === rank && this.databases[at] === database) return
    }
    if (this.size < POOL_SIZE) {
      for (let i = this.size; i > at; i--) this.move(i - 1, i)
      this.size++
    } else {
      at--
      for (let i = 0; i < at; i++) this.move(i + 1, i)
    }
    this.databases[at] = database
    this.slots[at] = slot
    this.ranks[at] = rank
    scores[at] = score
  }

  private move(from: number, to: number): void {
    this.databases[to] = this.databases[from]!
    this.slots[to] = this.slots[from]!
    this.ranks[to] = this.ranks[from]!
    this.scores[to] = this.scores[from]!
  }

  /** Takes the best candidate out; undefined when there is none. O(1). */
  take(): Candidate | undefined {
    if (this.size === 0) return undefined
    const at = --this.size
    return { database: this.databases[at]!, slot: this.slots[at]!, rank: this.ranks[at]! }
  }
}
