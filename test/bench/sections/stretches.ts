import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** A time in which nothing else could happen, on the clock of `performance.now`. */
export interface Stretch {
  readonly start: number
  readonly end: number
  /** How long the thread had no core in it, see `threadWaitedMs`. */
  readonly waitedMs: number
}

export interface Longest {
  /** The longest stretch by the clock. */
  readonly stretchMs: number
  /**
   * The same without what is not the store's work: garbage collection, or the time in which the thread had no core, whichever
   * is more, as one may lie within the other.
   */
  readonly workMs: number
  readonly collectionMaxMs: number
}

/** Notes garbage collections until it is stopped. */
export function watchCollector(): { stop(): Promise<Stretch[]> } {
  const collections: Stretch[] = []
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      collections.push({ start: entry.startTime, end: entry.startTime + entry.duration, waitedMs: 0 })
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    async stop() {
      // Observed entries are delivered a turn later.
      await sleep(20)
      observer.disconnect()
      return collections
    },
  }
}

export function longest(stretches: readonly Stretch[], collections: readonly Stretch[]): Longest {
  let stretchMs = 0
  let workMs = 0
  for (const stretch of stretches) {
    const wall = stretch.end - stretch.start
    const work = wall - Math.max(overlap(stretch, collections), stretch.waitedMs)
    if (wall > stretchMs) stretchMs = wall
    if (work > workMs) workMs = work
  }
  return { stretchMs, workMs, collectionMaxMs: Math.max(0, ...collections.map((one) => one.end - one.start)) }
}

function overlap(stretch: Stretch, others: readonly Stretch[]): number {
  let sum = 0
  for (const other of others) {
    sum += Math.max(0, Math.min(stretch.end, other.end) - Math.max(stretch.start, other.start))
  }
  return sum
}
