import { LatencyHistogram } from '../structures/latency-histogram.js'

/** What is counted of a command. */
export class CommandStatistics {
  calls = 0
  /** Of these, how many had an eye kept on the clock, and how long they took together. */
  timedCalls = 0
  timedNs = 0
  /** Calls that were refused before they were run, and those that ended in an error. */
  rejected = 0
  failed = 0
  /** How long the timed calls took; made with the first of them. */
  histogram: LatencyHistogram | undefined = undefined

  /** A call that took so long. */
  timed(ns: number, keepsHistogram: boolean): void {
    this.timedCalls++
    this.timedNs += ns
    if (!keepsHistogram) return
    this.histogram ??= new LatencyHistogram()
    this.histogram.record(ns)
  }

  /** How long all calls took, in microseconds: those that were timed stand for the others. */
  get us(): number {
    return this.timedCalls === 0 ? 0 : Math.floor((this.timedNs / 1_000) * (this.calls / this.timedCalls))
  }
}
