import { COLLECTION_HEAP_MOST, type Verdict } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { digits, sizeText, type Table } from '../harness/table.js'
import { COLLECTION_SHAPES, type CollectionShape, HOLDERS, type Holder } from './collection-memory.js'

export interface CollectionMemoryRow {
  readonly holder: Holder
  readonly shape: CollectionShape
  readonly count: number
  readonly bytes: number
}

export type CollectionMemoryResults = readonly CollectionMemoryRow[]

const FULL_COUNT = 1_000_000
const QUICK_COUNT = 20_000

/** Memory does not vary from round to round: one is enough. */
export async function playCollectionMemory(
  options: Options,
  base: Omit<Assignment, 'jobs'>,
): Promise<CollectionMemoryResults> {
  const rows: CollectionMemoryRow[] = []
  const count = options.quick ? QUICK_COUNT : FULL_COUNT
  for (const shape of COLLECTION_SHAPES) {
    for (const holder of HOLDERS) {
      if (holder === 'server' && base.port === undefined) continue
      const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'collection-memory', holder, shape, count }] })
      if (outcome?.kind === 'collection-memory') rows.push({ holder, shape, count, bytes: outcome.bytes })
    }
  }
  return rows
}

export function collectionMemoryTable(rows: CollectionMemoryResults): Table {
  return {
    title: `collection-memory: bytes per element, ${sizeText(rows[0]?.count ?? 0)} of them, texts of 12 characters`,
    columns: ['collection', 'Redstart', 'server', 'Redstart takes'],
    rows: COLLECTION_SHAPES.map((shape) => {
      const [ours, server] = [bytesOf(rows, 'Redstart', shape), bytesOf(rows, 'server', shape)]
      const ratio = ratioOf(rows, shape)
      return [shape, ours?.toFixed(0) ?? '', server?.toFixed(0) ?? '', ratio === undefined ? '' : `${digits(ratio)}x`]
    }),
    notes: [
      'Heap and array buffers after collection, strings included; used_memory of the server. An element of small hashes is a \
whole hash of five fields with its key; all others are members or values of one collection.',
    ],
  }
}

function bytesOf(rows: CollectionMemoryResults, holder: Holder, shape: CollectionShape): number | undefined {
  return rows.find((row) => row.holder === holder && row.shape === shape)?.bytes
}

function ratioOf(rows: CollectionMemoryResults, shape: CollectionShape): number | undefined {
  const [ours, server] = [bytesOf(rows, 'Redstart', shape), bytesOf(rows, 'server', shape)]
  return ours === undefined || server === undefined ? undefined : ours / server
}

export function collectionMemoryVerdicts(rows: CollectionMemoryResults): Verdict[] {
  return COLLECTION_SHAPES.flatMap((shape): Verdict[] => {
    const ratio = ratioOf(rows, shape)
    if (ratio === undefined) return []
    const most = COLLECTION_HEAP_MOST[shape]
    const bar = `bytes, ${shape} <= ${most} x the server's`
    return [{ bar, at: sizeText(rows[0]?.count ?? 0), same: null, fresh: ratio, met: ratio <= most }]
  })
}
