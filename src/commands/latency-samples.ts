/** A second in which an event took long: when, in seconds since the epoch, and how long at most, in milliseconds. */
export interface LatencySample {
  readonly timestamp: number
  readonly latencyMs: number
}

/** An event with what is known of it. */
export interface LatencyEvent {
  readonly event: string
  readonly samples: readonly LatencySample[]
  /** The longest time ever, in milliseconds. */
  readonly worstMs: number
}

/** What can take long here: calls, rounds of active expiry, and rounds of eviction. */
export type LatencyEventName = 'command' | 'fast-command' | 'expire-cycle' | 'eviction-cycle'

/** So many seconds are kept of each event. */
const SAMPLES_MAX = 160

/** Events that took longer than latency-monitor-threshold: what LATENCY tells of. One sample a second, the longest. */
export class LatencySamples {
  private readonly events = new Map<string, { samples: LatencySample[]; worstMs: number }>()

  add(event: LatencyEventName, latencyMs: number, timestamp: number): void {
    let known = this.events.get(event)
    if (known === undefined) {
      known = { samples: [], worstMs: 0 }
      this.events.set(event, known)
    }
    known.worstMs = Math.max(known.worstMs, latencyMs)
    const last = known.samples.at(-1)
    if (last?.timestamp === timestamp) {
      if (last.latencyMs < latencyMs) known.samples[known.samples.length - 1] = { timestamp, latencyMs }
      return
    }
    known.samples.push({ timestamp, latencyMs })
    if (known.samples.length > SAMPLES_MAX) known.samples.shift()
  }

  /** In the order of the names. */
  list(): LatencyEvent[] {
    const names = [...this.events.keys()].sort()
    return names.map((event) => ({ event, ...this.events.get(event)! }))
  }

  samplesOf(event: string): readonly LatencySample[] {
    return this.events.get(event)?.samples ?? []
  }

  /** Forgets events, all when none is named; returns how many there were. */
  reset(names: readonly string[]): number {
    if (names.length > 0) return names.filter((name) => this.events.delete(name)).length
    const { size } = this.events
    this.events.clear()
    return size
  }
}
