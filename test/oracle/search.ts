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

/** What every search is told. */
export interface SearchTask {
  /** How many commands or steps in all, about. */
  readonly count: number
  readonly seed: number
  /** So many of them at a time. */
  readonly length?: number
  /** The path of an earlier failure, to replay it. */
  readonly path?: string
  /** Kinds of differences that are known and passed over. */
  readonly known?: ReadonlySet<string>
  readonly statistics?: Statistics
  /** Whether to make what fails small (the default). */
  readonly shrink?: boolean
}

export interface SearchOptions extends SearchTask {
  readonly real: Target
  readonly engine: Target
  readonly groups: readonly string[]
  readonly onSequence?: () => void
}

/** Something that differs, as it was found. */
export interface Failing<Input, Difference> {
  readonly input: Input
  readonly difference: Difference
  readonly seed: number
  readonly path: string
}

/** How a search plays its inputs. */
export interface Play<Input, Difference> {
  readonly inputs: fc.Arbitrary<Input>
  readonly length: number
  /** Plays an input on both sides; `counts`: it is one of those that are drawn, and not of those that are made smaller. */
  play(input: Input, counts: boolean): Promise<Difference | undefined>
  /** Shrinking keeps the kind, so that it does not slip to another, and a report counts by it. */
  kindOf(difference: Difference): string
}

/** How long what fails is made smaller, in ms; then the smallest so far is told. */
const SHRINK_MS = 60_000

/** Draws inputs and plays them until `count` is reached or one differs and has been made small. */
export async function searchInputs<Input, Difference>(
  task: SearchTask,
  { inputs, length, play, kindOf: kindOfIt }: Play<Input, Difference>,
): Promise<Failing<Input, Difference> | undefined> {
  let kind: string | undefined
  let first: { input: Input; difference: Difference } | undefined
  let until: number | undefined
  const property = fc.asyncProperty(inputs, async (input) => {
    const difference = await play(input, kind === undefined)
    if (difference === undefined) return true
    const found = kindOfIt(difference)
    if (task.known?.has(found)) return true
    kind ??= found
    if (found !== kind) return true
    first ??= { input, difference }
    until ??= performance.now() + SHRINK_MS
    return performance.now() > until
  })
  const details = await fc.check(property, {
    seed: task.seed,
    endOnFailure: task.shrink === false,
    numRuns: Math.max(1, Math.ceil(task.count / length)),
    ...(task.path === undefined ? {} : { path: task.path }),
  })
  if (!details.failed) return undefined
  // Without a kind, nothing was compared: a side failed as such.
  if (kind === undefined) throw details.errorInstance
  const at = { seed: details.seed, path: details.counterexamplePath ?? '' }
  const input = details.counterexample![0]
  const difference = await play(input, false)
  // A difference that does not come back (the real clock, an unsteady side) is told as it was first seen.
  if (difference === undefined || kindOfIt(difference) !== kind) return { ...first!, ...at }
  return { input, difference, ...at }
}

/** A difference with the smallest sequence that was found to show it. */
export interface Found {
  readonly calls: readonly Call[]
  readonly difference: Difference
  readonly seed: number
  readonly path: string
}

export const SEQUENCE_LENGTH = 200

/** The kind of a difference: shrinking keeps it, so that it does not slip to another, and a report counts by it. */
export function kindOf(difference: Difference): string {
  const gist = (text: string) => (text.startsWith('-') ? text.replace(/'[^']*'/g, "''") : text.slice(0, 1))
  if (difference.what === 'state') return `state ${difference.aspect}`
  return [difference.what, difference.name, gist(difference.expected), gist(difference.actual)].join(' ')
}

/** Generates sequences and compares them until `count` commands agree or a difference is found and made small. */
export async function search(options: SearchOptions): Promise<Found | undefined> {
  const { real, engine, statistics } = options
  const length = options.length ?? SEQUENCE_LENGTH
  const specs = engine.follows ? commands : commands.filter(({ name }) => !PICKING.has(name))
  const inputs = new SequenceArbitrary(new CallGenerator(options.groups, specs), length)
  const play = async (calls: readonly Call[], counts: boolean): Promise<Difference | undefined> => {
    const { outcomes, difference, justified } = await compareSequence(real, engine, calls)
    if (counts && statistics !== undefined) {
      outcomes.forEach((outcome, i) => {
        statistics.add(nameOf(calls[i]!), outcome.reply.kind === 'error')
      })
      for (const id of justified) statistics.justified.set(id, (statistics.justified.get(id) ?? 0) + 1)
      options.onSequence?.()
    }
    return difference
  }
  const failing = await searchInputs(options, { inputs, length, play, kindOf })
  return failing && { ...failing, calls: failing.input }
}
