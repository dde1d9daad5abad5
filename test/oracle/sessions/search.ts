import { type SearchTask, searchInputs } from '../search.js'
import { nameOfStep, type Parting, playBoth } from './compare.js'
import type { SessionCalls } from './draw.js'
import { ScenarioArbitrary } from './scenario.js'
import type { Stage } from './stage.js'
import type { Step } from './step.js'

/** Steps of a scenario. */
export const SCENARIO_LENGTH = 60

export interface SessionSearch extends SearchTask {
  readonly real: Stage
  readonly engine: Stage
  readonly calls: SessionCalls
  readonly onScenario?: () => void
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
  const { real, engine, statistics } = options
  const length = options.length ?? SCENARIO_LENGTH
  const inputs = new ScenarioArbitrary(options.calls, length)
  const play = async (steps: readonly Step[], counts: boolean): Promise<Parting | undefined> => {
    const { expected, parting } = await playBoth(real, engine, steps, true)
    if (counts && statistics !== undefined) {
      expected.lines.forEach((line, i) => {
        statistics.add(nameOfStep(steps[i]!), / {2}=> {2}(\w+ -|\(skipped)/.test(line))
      })
      options.onScenario?.()
    }
    return parting
  }
  const failing = await searchInputs(options, { inputs, length, play, kindOf: kindOfParting })
  return failing && { ...failing, steps: failing.input, parting: failing.difference }
}
