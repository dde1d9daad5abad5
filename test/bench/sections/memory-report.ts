import { HEAP_MOST, type Verdict } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { REDSTART } from '../harness/results.js'
import { digits, sizeText, type Table } from '../harness/table.js'
import { MEMORY_CONTENDERS, MEMORY_VALUE_LENGTH, type MemoryContender } from './memory.js'

export interface MemoryRow {
  readonly contender: MemoryContender
  readonly count: number
  readonly bytes: number
}

export type MemoryResults = readonly MemoryRow[]

const FULL_COUNT = 1_000_000
const QUICK_COUNT = 20_000

/** Memory does not vary from round to round: one is enough. */
export async function playMemory(options: Options, base: Omit<Assignment, 'jobs'>): Promise<MemoryResults> {
  const rows: MemoryRow[] = []
  const count = options.quick ? QUICK_COUNT : FULL_COUNT
  for (const contender of MEMORY_CONTENDERS) {
    if (contender === 'server' && base.port === undefined) continue
    const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'memory', contender, count }] })
    if (outcome?.kind === 'memory') rows.push({ contender, count, bytes: outcome.bytes })
  }
  return rows
}

export function memoryTable(rows: MemoryResults): Table {
  const ours = bytesOf(rows, REDSTART)
  return {
    title: `memory: bytes per key, ${sizeText(rows[0]?.count ?? 0)} keys of 12 characters, values of ${MEMORY_VALUE_LENGTH}`,
    columns: ['contender', 'bytes per key', 'Redstart takes'],
    rows: rows.map(({ contender, bytes }) => {
      const ratio = ours === undefined || contender === REDSTART ? '' : `${digits(ours / bytes)}x`
      return [contender, bytes.toFixed(0), ratio]
    }),
    notes: ['Heap and array buffers after collection, key and value strings included; used_memory of the server.'],
  }
}

function bytesOf(rows: MemoryResults, contender: MemoryContender): number | undefined {
  return rows.find((row) => row.contender === contender)?.bytes
}

export function memoryVerdicts(rows: MemoryResults): Verdict[] {
  const ours = bytesOf(rows, REDSTART)
  const server = bytesOf(rows, 'server')
  if (ours === undefined || server === undefined) return []
  const ratio = ours / server
  const bar = `bytes per key <= ${HEAP_MOST} x the server's`
  return [{ bar, at: sizeText(rows[0]?.count ?? 0), same: null, fresh: ratio, met: ratio <= HEAP_MOST }]
}
