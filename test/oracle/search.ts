import * as fc from 'fast-check'
import type { Call } from './bytes.js'
import { PICKING } from './chance.js'
import { compareSequence, type Difference } from './compare.js'
import { CallGenerator } from './generate.js'
import { SequenceArbitrary } from './sequence.js'
import { commands, nameOf } from './table.js'
import type { Target } from './target.js'

/** How many calls of one command were made, and how many of them were answered by an error. */
export interface Tally {
  calls: number
  errors: number
}

/** What a search met on its way, for its report. */
export class Statistics {
  commands = 0
  readonly byName = new Map<string, Tally>()
  readonly justified = new Map<string, number>()

  add(name: string, failed: boolean): void {
    let tally = this.byName.get(name)
    if (tally === undefined) {
      tally = { calls: 0, errors: 0 }
      this.byName.set(name, tally)
    }
    tally.calls++
    if (failed) tally.errors++
    this.commands++
  }

  get errors(): number {
    let total = 0
    for (const tally of this.byName.values()) total += tally.errors
    return total
  }
}

export interface SearchOptions {
  readonly real: Target
  readonly engine: Target
  readonly groups: readonly string[]
  /** How many commands in all, about. */
  readonly count: number
  readonly seed: number
  /** Commands per sequence. */
  readonly length?: number
  /** The path of an earlier failure, to replay it. */
  readonly path?: string
  /** Kinds of differences (see `kindOf`) that are known and passed over. */
  readonly known?: ReadonlySet<string>
  readonly statistics?: Statistics
  readonly onSequence?: () => void
  /** Whether to make the failing sequence small (the default). */
  readonly shrink?: boolean
}

/** A difference with the smallest sequence that was found to show it. */
export interface Found {
  readonly calls: readonly Call[]
  readonly difference: Difference
  readonly seed: number
  readonly path: string
}

export const SEQUENCE_LENGTH = 200

/** How long a failing sequence is made smaller, in ms; then the smallest so far is told. */
const SHRINK_MS = 60_000

/** The kind of a difference: shrinking keeps it, so that it does not slip to another, and a report counts by it. */
export function kindOf(difference: Difference): string {
  const gist = (text: string) => (text.startsWith('-') ? text.replace(/'[^']*'/g, "''") : text.slice(0, 1))
  if (difference.what === 'state') return `state ${difference.aspect}`
  return [difference.what, difference.name, gist(difference.expected), gist(difference.actual)].join(' ')
}

/** Generates sequences and compares them until `count` commands agree or a difference is found and made small. */
export async function search(options: SearchOptions): Promise<Found | undefined> {
  const { real, engine, known, statistics } = options
  const length = options.length ?? SEQUENCE_LENGTH
  const specs = engine.follows ? commands : commands.filter(({ name }) => !PICKING.has(name))
  const sequences = new SequenceArbitrary(new CallGenerator(options.groups, specs), length)
  let kind: string | undefined
  let first: { calls: readonly Call[]; difference: Difference } | undefined
  let until: number | undefined
  const property = fc.asyncProperty(sequences, async (calls) => {
    const { outcomes, difference, justified } = await compareSequence(real, engine, calls)
    if (kind === undefined && statistics !== undefined) {
      outcomes.forEach((outcome, i) => {
        statistics.add(nameOf(calls[i]!), outcome.reply.kind === 'error')
      })
      for (const id of justified) statistics.justified.set(id, (statistics.justified.get(id) ?? 0) + 1)
      options.onSequence?.()
    }
    if (difference === undefined) return true
    const found = kindOf(difference)
    if (known?.has(found)) return true
    kind ??= found
    if (found !== kind) return true
    first ??= { calls, difference }
    until ??= performance.now() + SHRINK_MS
    if (performance.now() > until) return true
    return false
  })
  const details = await fc.check(property, {
    seed: options.seed,
    endOnFailure: options.shrink === false,
    numRuns: Math.max(1, Math.ceil(options.count / length)),
    ...(options.path === undefined ? {} : { path: options.path }),
  })
  if (!details.failed) return undefined
  // Without a kind, nothing was compared: a side failed as such.
  if (kind === undefined) throw details.errorInstance
  const path = details.counterexamplePath ?? ''
  const calls = details.counterexample![0]
  const { difference } = await compareSequence(real, engine, calls)
  // A difference that does not come back (the real clock, an unsteady side) is told as it was first seen.
  if (difference === undefined || kindOf(difference) !== kind) return { ...first!, seed: details.seed, path }
  return { calls, difference, seed: details.seed, path }
}
