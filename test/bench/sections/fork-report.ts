import { FORK_MOST_MS, type Verdict } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { spread } from '../harness/results.js'
import { sizeText, spreadText, type Table } from '../harness/table.js'
import { FORK_SHAPES, type ForkReport, type ForkShape } from './fork.js'

export interface ForkRow {
  readonly shape: ForkShape
  readonly count: number
  readonly report: ForkReport
}

export type ForkResults = readonly ForkRow[]

const FULL = { count: 1_000_000, turns: 5 }
const QUICK = { count: 2000, turns: 2 }

export async function playForks(options: Options, base: Omit<Assignment, 'jobs'>): Promise<ForkResults> {
  const rows: ForkRow[] = []
  const { count, turns } = options.quick ? QUICK : FULL
  for (let round = 1; round <= options.rounds; round++) {
    for (const shape of FORK_SHAPES) {
      const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'fork', shape, count, turns }] })
      if (outcome?.kind === 'fork') rows.push({ shape, count, report: outcome.report })
    }
  }
  return rows
}

export function forksTable(rows: ForkResults): Table {
  const lines = FORK_SHAPES.map((shape) => {
    const reports = rows.filter((row) => row.shape === shape).map(({ report }) => report)
    const forks = spread(reports.flatMap(({ forksMs }) => forksMs))
    const restores = spread(reports.flatMap(({ restoresMs }) => restoresMs))
    const reads = spread(reports.map(({ firstReadMs }) => firstReadMs))
    return [shape, spreadText(forks), spreadText(restores), spreadText(reads)]
  })
  return {
    title: `fork: a copy of a store of ${sizeText(rows[0]?.count ?? 0)} keys or members`,
    columns: ['store', 'fork ms', 'restore ms', 'first read ms'],
    rows: lines,
    notes: [
      'By the clock, garbage collection in it included, but no more than the CPU time spent. Medians, and min..max over all \
forks and rounds.',
    ],
  }
}

export function forkVerdicts(rows: ForkResults): Verdict[] {
  const strings = rows.filter(({ shape }) => shape === 'strings')
  if (strings.length === 0) return []
  const { median } = spread(strings.flatMap(({ report }) => report.forksMs))
  const bar = `fork of strings <= ${FORK_MOST_MS} ms (ms)`
  return [{ bar, at: sizeText(strings[0]!.count), same: null, fresh: median, met: median <= FORK_MOST_MS }]
}
