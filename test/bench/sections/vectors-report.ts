import { RECALL_LEAST, type Verdict } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { digits, sizeText, type Table } from '../harness/table.js'
import { HOLDERS, type Holder } from './collection-memory.js'
import {
  DIMENSION,
  EFS,
  NEAREST,
  QUANTIZATIONS,
  type VectorQuantization,
  type VectorSearches,
  type VectorsReport,
} from './vectors.js'

export interface VectorsRow {
  readonly holder: Holder
  readonly quantization: VectorQuantization
  readonly count: number
  readonly report: VectorsReport
}

export type VectorResults = readonly VectorsRow[]

const FULL_COUNT = 100_000
const QUICK_COUNT = 500

/** It takes minutes, and the graphs do not vary: one round is enough. */
export async function playVectors(options: Options, base: Omit<Assignment, 'jobs'>): Promise<VectorResults> {
  const rows: VectorsRow[] = []
  const count = options.quick ? QUICK_COUNT : FULL_COUNT
  for (const quantization of QUANTIZATIONS) {
    for (const holder of HOLDERS) {
      if (holder === 'server' && base.port === undefined) continue
      const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'vectors', holder, quantization, count }] })
      if (outcome?.kind === 'vectors') rows.push({ holder, quantization, count, report: outcome.report })
    }
  }
  return rows
}

export function vectorsTable(rows: VectorResults): Table {
  return {
    title: `vectors: ${sizeText(rows[0]?.count ?? 0)} random ones of ${DIMENSION} numbers, the ${NEAREST} nearest of 100 others`,
    columns: ['', 'VADD µs', ...EFS.map((ef) => `EF ${ef}: recall, µs`)],
    rows: rows.map(({ holder, quantization, report }) => {
      const cells = report.searches.map(({ recall, microseconds }) => `${recall.toFixed(3)}, ${digits(microseconds)}`)
      return [`${holder}, ${quantization}`, digits(report.addMicroseconds), ...cells]
    }),
    notes: [
      'Recall is the part of the true neighbours, found by looking at all vectors, that VSIM finds. CPU time of the process; of the \
server that of its main thread, with what it takes to read the calls. EF 100 is what VSIM takes by default, VADD takes 200.',
    ],
  }
}

export function vectorVerdicts(rows: VectorResults): Verdict[] {
  return rows.flatMap(({ holder, quantization, count, report }): Verdict[] => {
    if (holder === 'server') return []
    const { ef, recall } = best(report.searches)
    const bar = `recall@${NEAREST} >= ${RECALL_LEAST}, ${quantization} (EF ${ef})`
    return [{ bar, at: sizeText(count), same: null, fresh: recall, met: recall >= RECALL_LEAST }]
  })
}

/** The searches that take the least of those that find enough; else those that find most. */
function best(searches: readonly VectorSearches[]): VectorSearches {
  return searches.find(({ recall }) => recall >= RECALL_LEAST) ?? searches.at(-1)!
}
