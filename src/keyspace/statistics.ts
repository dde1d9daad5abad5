/** What is counted of a store as a whole; counts of single commands are in commands/command-statistics.ts. */
export class Statistics {
  /** Keys that were read and there, and those that were read and missing; counted by units that count: see counting-unit.ts. */
  hits = 0
  misses = 0
  expiredKeys = 0
  expiredFields = 0
  evictedKeys = 0
  /** Connections that were opened. */
  connections = 0
  /** Error replies by their codes. */
  readonly errors = new Map<string, number>()
  /** What was refused by the rules of users. */
  readonly denied = { auth: 0, command: 0, key: 0, channel: 0 }

  /** Counts from zero again. */
  reset(): void {
    this.hits = 0
    this.misses = 0
    this.expiredKeys = 0
    this.expiredFields = 0
    this.evictedKeys = 0
    this.connections = 0
    this.errors.clear()
    Object.assign(this.denied, { auth: 0, command: 0, key: 0, channel: 0 })
  }
}
