import type { KeyKind } from './keys.js'

/** One measurement: nanoseconds per operation. */
export interface Sample {
  readonly round: number
  readonly scenario: string
  readonly contender: string
  readonly size: number
  readonly kind: KeyKind
  readonly nanoseconds: number
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export const REDSTART = 'Redstart'

/** All measurements of a run. */
export class Results {
  readonly samples: Sample[] = []
  readonly #rows = new Map<string, Map<number, number>>()

  add(sample: Sample): void {
    this.samples.push(sample)
    const id = rowId(sample.scenario, sample.contender, sample.size, sample.kind)
    let rounds = this.#rows.get(id)
    if (rounds === undefined) {
      rounds = new Map()
      this.#rows.set(id, rounds)
    }
    rounds.set(sample.round, sample.nanoseconds)
  }

  /** Nanoseconds per operation over the rounds; null when it was not measured. */
  time(scenario: string, contender: string, size: number, kind: KeyKind): Spread | null {
    const rounds = this.#rows.get(rowId(scenario, contender, size, kind))
    return rounds === undefined ? null : spread([...rounds.values()])
  }

  /** How many times the other's throughput Redstart has, round by round; null when either was not measured. */
  ratio(scenario: string, contender: string, size: number, kind: KeyKind): Spread | null {
    return this.compare({ scenario, contender: REDSTART }, { scenario, contender }, size, kind)
  }

  /** Time of `other` over the time of `one`, round by round. */
  compare(one: RowName, other: RowName, size: number, kind: KeyKind): Spread | null {
    const ours = this.#rows.get(rowId(one.scenario, one.contender, size, kind))
    const theirs = this.#rows.get(rowId(other.scenario, other.contender, size, kind))
    if (ours === undefined || theirs === undefined) return null
    const ratios: number[] = []
    for (const [round, time] of ours) {
      const against = theirs.get(round)
      if (against !== undefined) ratios.push(against / time)
    }
    return ratios.length === 0 ? null : spread(ratios)
  }
}

export interface RowName {
  readonly scenario: string
  readonly contender: string
}

function rowId(scenario: string, contender: string, size: number, kind: KeyKind): string {
  return JSON.stringify([scenario, contender, size, kind])
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
  return { median, min: sorted[0] ?? Number.NaN, max: sorted[sorted.length - 1] ?? Number.NaN }
}
