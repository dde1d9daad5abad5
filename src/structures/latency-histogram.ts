/** The longest time that is told apart, in nanoseconds: a second. Longer ones count as this. */
const LONGEST_NS = 1_000_000_000
/** Times below this stand each by itself; above, each doubling has half as many steps, so that a step is 1/128 of its time at most. */
const EXACT_NS = 256
const STEPS = EXACT_NS / 2
/** Doublings between EXACT_NS and the first power of two past LONGEST_NS. */
const DOUBLINGS = 22
const CELLS = EXACT_NS + DOUBLINGS * STEPS
/** The finest bound that `levels` tells of. */
const FIRST_LEVEL_NS = 1_024

/**
 * How long calls took, to two significant digits: a histogram whose steps grow with the time, with the bounds that Redis's has
 * (Gil Tene's HdrHistogram over 1 ns to 1 s), so that both tell the same of the same times.
 *
 * O(1) a time, 12 KB. Percentiles and levels O(cells).
 */
export class LatencyHistogram {
  private readonly cells = new Uint32Array(CELLS)
  private recorded = 0

  /** How many times were recorded. */
  get count(): number {
    return this.recorded
  }

  record(ns: number): void {
    this.cells[cellOf(Math.min(Math.max(Math.floor(ns), 0), LONGEST_NS))]!++
    this.recorded++
  }

  /** The time in nanoseconds that so many per cent of the times were not longer than; 0 when there are none. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.floor((percent / 100) * this.recorded + 0.5))
    let passed = 0
    for (let cell = 0; cell < CELLS; cell++) {
      passed += this.cells[cell]!
      if (passed >= wanted) return lastOf(cell)
    }
    return 0
  }

  /** Bounds that double, in whole microseconds, each with how many times were not longer; those where none is added are left out. */
  levels(): [us: number, count: number][] {
    const found: [us: number, count: number][] = []
    let passed = 0
    let told = 0
    let cell = 0
    for (let bound = FIRST_LEVEL_NS; told < this.recorded; bound *= 2) {
      const last = cellOf(bound)
      while (cell <= last && cell < CELLS) passed += this.cells[cell++]!
      if (passed > told) found.push([Math.floor(lastOf(last) / 1_000), passed])
      told = passed
    }
    return found
  }

  clear(): void {
    this.cells.fill(0)
    this.recorded = 0
  }
}

/** The cell that counts a time. */
function cellOf(ns: number): number {
  if (ns < EXACT_NS) return ns
  const doubling = 24 - Math.clz32(ns)
  return EXACT_NS + (doubling - 1) * STEPS + ((ns >>> doubling) - STEPS)
}

/** The longest time of a cell, in nanoseconds. */
function lastOf(cell: number): number {
  if (cell < EXACT_NS) return cell
  const doubling = Math.floor((cell - EXACT_NS) / STEPS) + 1
  const step = ((cell - EXACT_NS) % STEPS) + STEPS
  return (step + 1) * 2 ** doubling - 1
}
