import { type Verdict, WORK_MOST_MS } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { digits, sizeText, type Table } from '../harness/table.js'
import { FREED_SHAPES, FREEING_WAYS, type FreedShape, type FreeingReport, type FreeingWay, NOTHING } from './freeing.js'

export interface FreeingRow {
  readonly shape: FreedShape
  readonly way: FreeingWay
  readonly count: number
  readonly report: FreeingReport
}

export type FreeingResults = readonly FreeingRow[]

const FULL_COUNT = 10_000_000
const QUICK_COUNT = 2000

/** By every way a set, by DEL the others: what differs by the shape is what the collector finds, and that is the same by every way. */
const WAYS_OF: Readonly<Record<FreedShape, readonly FreeingWay[]>> = {
  set: FREEING_WAYS,
  hash: ['DEL'],
  'sorted set': ['DEL'],
  list: ['DEL'],
}

/** Once: to fill a collection of ten million takes many times as long as what is measured. */
export async function playFreeing(options: Options, base: Omit<Assignment, 'jobs'>): Promise<FreeingResults> {
  const rows: FreeingRow[] = []
  const count = options.quick ? QUICK_COUNT : FULL_COUNT
  for (const shape of FREED_SHAPES) {
    for (const way of WAYS_OF[shape]) {
      const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'freeing', shape, way, count }] })
      if (outcome?.kind === 'freeing') rows.push({ shape, way, count, report: outcome.report })
    }
  }
  return rows
}

export function freeingTable(rows: FreeingResults): Table {
  return {
    title: `freeing: the longest stretch of the event loop while a collection of ${sizeText(rows[0]?.count ?? 0)} goes`,
    columns: ['collection', 'by', 'call ms', 'stretch ms', 'work ms', 'GC ms'],
    rows: rows.map(({ shape, way, report }) => {
      const { callMs, stretchMs, workMs, collectionMaxMs } = report
      return [shape, way, ...[callMs, stretchMs, workMs, collectionMaxMs].map(digits)]
    }),
    notes: [
      'call: the call itself. stretch: the longest time between two turns, for three seconds in which others set keys. work: the same \
less garbage collection, or less the time in which other threads had the cores, whichever is more. GC: longest collection.',
    ],
  }
}

export function freeingVerdicts(rows: FreeingResults): Verdict[] {
  return FREED_SHAPES.flatMap((shape): Verdict[] => {
    const ofShape = rows.filter((row) => row.shape === shape && row.way !== NOTHING)
    if (ofShape.length === 0) return []
    const work = Math.max(...ofShape.map(({ report }) => report.workMs))
    const bar = `freeing a ${shape}, by ${ofShape.map(({ way }) => way).join(', ')}, <= ${WORK_MOST_MS} ms (ms)`
    return [{ bar, at: sizeText(ofShape[0]!.count), same: null, fresh: work, met: work <= WORK_MOST_MS }]
  })
}
