import * as fc from 'fast-check'
import type { Statistics } from '../search.js'
import { nameOfStep, type Parting, playBoth } from './compare.js'
import type { SessionCalls } from './draw.js'
import { ScenarioArbitrary } from './scenario.js'
import type { Stage } from './stage.js'
import type { Step } from './step.js'

/** Steps of a scenario. */
export const SCENARIO_LENGTH = 60

/** How long a failing scenario is made smaller, in ms; then the smallest so far is told. */
const SHRINK_MS = 60_000

export interface SessionSearch {
  readonly real: Stage
  readonly engine: Stage
  readonly calls: SessionCalls
  /** How many steps in all, about. */
  readonly count: number
  readonly seed: number
  /** Steps per scenario. */
  readonly length?: number
  /** The path of an earlier failure, to replay it. */
  readonly path?: string
  /** Kinds of partings (see `kindOfParting`) that are known and passed over. */
  readonly known?: ReadonlySet<string>
  readonly statistics?: Statistics
  readonly onScenario?: () => void
  /** Whether to make the failing scenario small (the default). */
  readonly shrink?: boolean
}

/** A parting with the smallest scenario that was found to show it. */
export interface FoundParting {
  readonly steps: readonly Step[]
  readonly parting: Parting
  readonly seed: number
  readonly path: string
}

/** Shrinking keeps the kind, so that it does not slip to another, and a report counts by it. */
export function kindOfParting({ name, expected, actual }: Parting): string {
  if (name.startsWith('state')) return name
  const gist = (line: string) => (/ {2}=> {2}\w* ?(\S{0,6})/.exec(line)?.[1] ?? '').replace(/\d/g, '')
  return [name, gist(expected), gist(actual)].join(' ')
}

/** Generates scenarios and plays them until `count` steps agree or a parting is found and made small. */
export async function searchSessions(options: SessionSearch): Promise<FoundParting | undefined> {
  const { real, engine, known, statistics } = options
  const length = options.length ?? SCENARIO_LENGTH
  let kind: string | undefined
  let first: { steps: readonly Step[]; parting: Parting } | undefined
  let until: number | undefined
  const property = fc.asyncProperty(new ScenarioArbitrary(options.calls, length), async (steps) => {
    const { expected, parting } = await playBoth(real, engine, steps, true)
    if (kind === undefined && statistics !== undefined) {
      expected.lines.forEach((line, i) => {
        statistics.add(nameOfStep(steps[i]!), / {2}=> {2}(\w+ -|\(skipped)/.test(line))
      })
      options.onScenario?.()
    }
    if (parting === undefined) return true
    const found = kindOfParting(parting)
    if (known?.has(found)) return true
    kind ??= found
    if (found !== kind) return true
    first ??= { steps, parting }
    until ??= performance.now() + SHRINK_MS
    return performance.now() > until
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
  const steps = details.counterexample![0]
  const { parting } = await playBoth(real, engine, steps, true)
  // A parting that does not come back is told as it was first seen.
  if (parting === undefined || kindOfParting(parting) !== kind) return { ...first!, seed: details.seed, path }
  return { steps, parting, seed: details.seed, path }
}
