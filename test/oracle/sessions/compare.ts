import { compareStates } from '../state.js'
import { nameOf } from '../table.js'
import { type Performance, play } from './play.js'
import type { Stage } from './stage.js'
import { type Step, writeStep } from './step.js'

/** Where two stages part that play one scenario. */
export interface Parting {
  /** The command of the step, or in what a key differs afterwards. */
  readonly name: string
  readonly expected: string
  readonly actual: string
  /** The index of the step; the number of all where the data differs afterwards. */
  readonly index: number
}

/** Plays a scenario on both stages and returns the first thing in which they part. */
export async function playBoth(
  real: Stage,
  engine: Stage,
  steps: readonly Step[],
  isRandom = false,
): Promise<{ readonly expected: Performance; readonly parting: Parting | undefined }> {
  const expected = await play(real, steps, isRandom)
  return { expected, parting: partingOf(steps, expected, await play(engine, steps, isRandom)) }
}

export function partingOf(steps: readonly Step[], expected: Performance, actual: Performance): Parting | undefined {
  const index = expected.lines.findIndex((line, i) => line !== actual.lines[i])
  if (index >= 0) {
    const [a, b] = [expected.lines[index]!, actual.lines[index]!]
    return { name: nameOfStep(steps[index]!), expected: a, actual: b, index }
  }
  const found = compareStates(expected.state, actual.state)
  if (found === undefined) return undefined
  const name = `state ${found.aspect}`
  return {
    name,
    expected: `${found.place}: ${found.expected}`,
    actual: `${found.place}: ${found.actual}`,
    index: steps.length,
  }
}

export function nameOfStep(step: Step): string {
  if (step.kind !== 'call') return step.kind
  return step.isUnit ? 'unit' : nameOf(step.calls[0]!)
}

/** The steps up to where the two part, and what either makes of that one. */
export function formatParting(
  steps: readonly Step[],
  { index, expected, actual }: Parting,
  names: readonly [string, string],
): string {
  const width = Math.max(...names.map((name) => name.length))
  const cut = (text: string) => (text.length > 2000 ? `${text.slice(0, 2000)}…` : text)
  return [
    ...steps.slice(0, index + 1).map(writeStep),
    index === steps.length ? '# afterwards:' : '# the last step:',
    `  ${names[0].padEnd(width)}  ${cut(expected)}`,
    `  ${names[1].padEnd(width)}  ${cut(actual)}`,
  ].join('\n')
}
