import { type Verdict, WORK_MOST_MS } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { spread } from '../harness/results.js'
import { sizeText, spreadText, type Table } from '../harness/table.js'
import { STALL_SHAPES, type StallReport, type StallShape } from './stalls.js'
import type { Longest } from './stretches.js'

export interface StallRow {
  readonly shape: StallShape
  readonly count: number
  readonly round: number
  readonly report: StallReport
}

export type StallResults = readonly StallRow[]

const FULL_COUNT = 1_000_000
const QUICK_COUNT = 2000
const PHASES = ['filling', 'emptying'] as const

export async function playStalls(options: Options, base: Omit<Assignment, 'jobs'>): Promise<StallResults> {
  const rows: StallRow[] = []
  const count = options.quick ? QUICK_COUNT : FULL_COUNT
  for (let round = 1; round <= options.rounds; round++) {
    for (const shape of STALL_SHAPES) {
      const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'stalls', shape, count }] })
      if (outcome?.kind === 'stalls') rows.push({ shape, count, round, report: outcome.report })
    }
  }
  return rows
}

export function stallsTable(rows: StallResults): Table {
  const lines = STALL_SHAPES.flatMap((shape) =>
    PHASES.map((phase) => {
      const cells = (['stretchMs', 'workMs', 'collectionMaxMs'] as const).map((what) => range(rows, shape, phase, what))
      return [shape, phase, ...cells]
    }),
  )
  return {
    title: `stalls: the longest single call, a collection of ${sizeText(rows[0]?.count ?? 0)} filled and emptied`,
    columns: ['collection', 'phase', 'stretch ms', 'work ms', 'GC ms'],
    rows: lines,
    notes: [
      'stretch: by the clock. work: the same less garbage collection, or less the time in which other threads had the cores, whichever is more. \
GC: longest collection. Medians, and min..max over the rounds.',
    ],
  }
}

function range(rows: StallResults, shape: StallShape, phase: (typeof PHASES)[number], what: keyof Longest): string {
  return spreadText(spread(rows.filter((row) => row.shape === shape).map((row) => row.report[phase][what])))
}

export function stallVerdicts(rows: StallResults): Verdict[] {
  return STALL_SHAPES.flatMap((shape): Verdict[] => {
    const reports = rows.filter((row) => row.shape === shape)
    if (shape === 'bare Map' || reports.length === 0) return []
    const works = reports.map(({ report }) => Math.max(report.filling.workMs, report.emptying.workMs))
    const work = spread(works).median
    const bar = `longest call on a ${shape} <= ${WORK_MOST_MS} ms (ms)`
    return [{ bar, at: sizeText(reports[0]?.count ?? 0), same: null, fresh: work, met: work <= WORK_MOST_MS }]
  })
}
