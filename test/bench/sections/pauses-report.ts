import { type Verdict, WORK_MOST_MS } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { REDSTART, spread } from '../harness/results.js'
import { spreadText, type Table } from '../harness/table.js'
import { PAUSE_CONTENDERS, PAUSE_SHAPES, type PauseContender, type PauseReport, type PauseShape } from './pauses.js'

export interface PauseRow {
  readonly contender: PauseContender
  readonly shape: PauseShape
  readonly round: number
  readonly report: PauseReport
}

export type PauseResults = readonly PauseRow[]

export async function playPauses(options: Options, base: Omit<Assignment, 'jobs'>): Promise<PauseResults> {
  const rows: PauseRow[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const contender of PAUSE_CONTENDERS) {
      for (const shape of PAUSE_SHAPES) {
        // A deadline is a fact of the clock, so a round of the peers tells what there is to tell.
        if (contender !== REDSTART && round > 1) continue
        const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'pauses', contender, shape }] })
        if (outcome?.kind === 'pauses') rows.push({ contender, shape, round, report: outcome.report })
      }
    }
  }
  return rows
}

export function pausesTable(rows: PauseResults): Table {
  const lines: string[][] = []
  for (const contender of PAUSE_CONTENDERS) {
    for (const shape of PAUSE_SHAPES) {
      const reports = reportsOf(rows, contender, shape)
      if (reports.length === 0) continue
      const lates = reports.map((report) => report.lateMs)
      const late = lates.some((ms) => ms === null) ? 'keys left' : median(lates.map(Number))
      lines.push([
        contender,
        shape,
        ...[median(reports.map((report) => report.timersMax)), median(reports.map((report) => report.timersArmed))],
        range(reports.map((report) => report.stretchMs)),
        range(reports.map((report) => report.workMs)),
        range(reports.map((report) => report.collectionMaxMs)),
        late,
      ])
    }
  }
  return {
    title: 'pauses: every key has a TTL, and all of them run out',
    columns: [
      'contender',
      'deadlines',
      'timers at once',
      'armed',
      'stretch ms',
      'work ms',
      'GC ms',
      'all gone after ms',
    ],
    rows: lines,
    notes: [
      'stretch: longest time between two turns of the event loop. work: the same less garbage collection, or less the \
time in which other threads had the cores, whichever is more. GC: longest collection. Medians, and min..max over the rounds.',
    ],
  }
}

function reportsOf(rows: PauseResults, contender: PauseContender, shape: PauseShape): PauseReport[] {
  return rows.filter((row) => row.contender === contender && row.shape === shape).map((row) => row.report)
}

function median(values: readonly number[]): string {
  return Math.round(spread(values).median).toLocaleString('en-US')
}

function range(values: readonly number[]): string {
  return spreadText(spread(values))
}

export function pauseVerdicts(rows: PauseResults): Verdict[] {
  return PAUSE_SHAPES.flatMap((shape): Verdict[] => {
    const reports = reportsOf(rows, REDSTART, shape)
    if (reports.length === 0) return []
    const work = spread(reports.map((report) => report.workMs)).median
    const bar = `event loop kept <= ${WORK_MOST_MS} ms, ${shape} (ms)`
    return [{ bar, at: 'all', same: null, fresh: work, met: work <= WORK_MOST_MS }]
  })
}
