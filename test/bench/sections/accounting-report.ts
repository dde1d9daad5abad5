import type { Verdict } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import type { Table } from '../harness/table.js'
import { type AccountingReport, MIX_NAMES, type MixName } from './accounting.js'

export interface AccountingRow extends AccountingReport {
  readonly mix: MixName
}

export type AccountingResults = readonly AccountingRow[]

/** How far the estimate may be off. */
const HONEST = 0.25

/** Memory does not vary from round to round: one is enough. */
export async function playAccounting(options: Options, base: Omit<Assignment, 'jobs'>): Promise<AccountingResults> {
  const rows: AccountingRow[] = []
  for (const mix of MIX_NAMES) {
    const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'accounting', mix, scale: options.quick ? 0.1 : 1 }] })
    if (outcome?.kind === 'accounting') rows.push({ mix, ...outcome.report })
  }
  return rows
}

export function accountingTable(rows: AccountingResults): Table {
  return {
    title: 'accounting: what the store says it takes, beside what the heap has grown by',
    columns: ['mix', 'estimate', 'heap', 'estimate / heap'],
    rows: rows.map(({ mix, estimate, heap }) => [mix, megabytes(estimate), megabytes(heap), ratio(estimate, heap)]),
    notes: ['Heap and array buffers after collection, texts included. MB of 1,000,000 bytes.'],
  }
}

export function accountingVerdicts(rows: AccountingResults): Verdict[] {
  return rows.map(({ mix, estimate, heap }) => ({
    bar: `estimate within 25 % of the heap, ${mix}`,
    at: megabytes(heap),
    same: null,
    fresh: estimate / heap,
    met: Math.abs(estimate / heap - 1) <= HONEST,
  }))
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function ratio(a: number, b: number): string {
  return (a / b).toFixed(2)
}
