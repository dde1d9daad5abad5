import { readdirSync, readFileSync } from 'node:fs'
import { formatReply, parseReply } from '../reply.js'
import type { KeyState, State } from '../state.js'
import type { End } from '../transcript.js'
import { type Performance, play, TOLD } from './play.js'
import type { Stage } from './stage.js'
import { readScenarios, readSteps, type Step } from './step.js'

/** A scenario as a real server played it. */
export interface RecordedScenario {
  readonly name: string
  /** The server's clock when it began, in ms. */
  readonly startMs: number
  /** What each step brought. */
  readonly lines: readonly string[]
  readonly end: readonly End[]
}

/** What one file under test/fixtures/sessions holds. */
export interface SessionTranscript {
  readonly server: string
  readonly scenarios: readonly RecordedScenario[]
}

export const SESSIONS_FIXTURES = new URL('../../fixtures/sessions/', import.meta.url)

/** Hand-written scenarios. */
const SCRIPTS = ['blocking', 'sessions'].map((name) => new URL(`../scripts/${name}/`, import.meta.url))

/** Every hand-written scenario, by the file it stands in. */
export function writtenScenarios(): Map<string, { name: string; steps: Step[] }[]> {
  const found = new Map<string, { name: string; steps: Step[] }[]>()
  for (const directory of SCRIPTS) {
    for (const file of readdirSync(directory)) {
      found.set(file.replace('.txt', ''), readScenarios(readFileSync(new URL(file, directory), 'utf8')))
    }
  }
  return found
}

/** Plays a scenario and notes all that it brings. */
export async function recordScenario(real: Stage, name: string, steps: readonly Step[]): Promise<RecordedScenario> {
  const startMs = Date.now()
  const { lines, state } = await play(real, steps)
  const end = [...state].map(([place, { type, encoding, deadline, value, fieldDeadlines }]): End => {
    return [place, type, encoding, formatReply(deadline), value, formatReply(fieldDeadlines)]
  })
  return { name, startMs, lines, end }
}

export function stepsOfRecorded({ lines }: RecordedScenario): Step[] {
  return lines.flatMap((line) => readSteps(line.slice(0, line.indexOf(TOLD))))
}

export function performanceOf({ lines, end }: RecordedScenario): Performance {
  const state: State = new Map(
    end.map(([place, type, encoding, deadline, value, fieldDeadlines = '[]']): [string, KeyState] => [
      place,
      { type, encoding, deadline: parseReply(deadline), value, fieldDeadlines: parseReply(fieldDeadlines) },
    ]),
  )
  return { lines, state }
}

/** The transcript as JSON with one step a line, so that a change shows as the lines that it changes. */
export function writeSessionTranscript({ server, scenarios }: SessionTranscript): string {
  const rows = (list: readonly unknown[]) => list.map((row) => `   ${JSON.stringify(row)}`).join(',\n')
  const texts = scenarios.map(
    ({ name, startMs, lines, end }) =>
      `{"name": ${JSON.stringify(name)}, "startMs": ${startMs},\n  "lines": [\n${rows(lines)}],\n  "end": [\n${rows(end)}]}`,
  )
  return `{"server": "${server}", "scenarios": [\n${texts.join(',\n')}]}\n`
}
