import type { LogRecord, LogSink, LogStream, LogWord } from './ports.js'

/** Stands for a batch without records; nothing is pushed to it. */
const NO_BATCH: LogRecord[] = []

/** What the running unit has logged, on its way to who takes it. */
export class UnitLog {
  private taker: LogSink | undefined = undefined
  /** The taker, where it takes commands one by one. */
  private stream: LogStream | undefined = undefined
  private batch: LogRecord[] = NO_BATCH

  get sink(): LogSink | undefined {
    return this.taker
  }

  set sink(sink: LogSink | undefined) {
    this.taker = sink
    // What can take commands one by one says so by having the method.
    this.stream = sink !== undefined && 'commit' in sink ? (sink as LogStream) : undefined
  }

  /** How many commands the running unit has logged. */
  get commands(): number {
    return this.stream === undefined ? this.batch.length : this.stream.commands
  }

  /** Adds a resolved command of the running unit. */
  add(database: number, words: readonly LogWord[]): void {
    if (this.stream !== undefined) this.stream.command(database, words)
    else {
      const record = { database, words }
      // An array of one takes a fifth of the memory of one that was pushed to.
      if (this.batch.length === 0) this.batch = [record]
      else this.batch.push(record)
    }
  }

  /** Takes back all but the first so many. */
  cut(commands: number): void {
    if (this.stream === undefined) this.batch.length = commands
    else this.stream.cut(commands)
  }

  /** The unit is complete. What the taker throws is returned: all are to hear first of the change, which is made all the same. */
  handOver(): { readonly error: unknown } | undefined {
    const { batch } = this
    this.batch = NO_BATCH
    try {
      if (this.stream === undefined) this.taker?.append(batch)
      else this.stream.commit()
      return undefined
    } catch (error) {
      return { error }
    }
  }
}
