import { UNCOUNTED } from '../scenarios/get-statistics.js'
import type { KeyKind } from './keys.js'
import { REDSTART, type Results } from './results.js'
import { digits, sizeText, type Table } from './table.js'

/** A throughput that Redstart is to reach, as a multiple of a peer's, in each of the operations. */
interface Bar {
  readonly scenarios: readonly string[]
  readonly peer: string
  /** The least ratio at each size; a number holds at every size. */
  readonly least: number | Readonly<Record<number, number>>
}

const MAP_BARS = { 1000: 0.75, 100000: 0.45, 1000000: 0.75 }
const OPERATIONS = ['get', 'set', 'get-ttl', 'set-ex', 'insert', 'del', 'incr']

const SORTED_SETS = ['zadd', 'zadd-move', 'zincrby', 'zscore', 'zrank', 'zrange-10', 'zrange-100', 'zrem', 'zpopmin']
const OTHER_COLLECTIONS = ['lpush-rpop', 'hget-small', 'hset-small', 'hget-large', 'hset-large']
const SETS = ['sadd', 'sismember', 'spop']
const STREAMS = ['xadd', 'xadd-id', 'xrange-10', 'xrange-100', 'xreadgroup-xack']
const COLLECTION_BARS = { 100000: 1.5, 1000000: 1.3 }
const LUA = 'server core, Lua loop'

const BARS: readonly Bar[] = [
  { scenarios: ['get'], peer: 'bare Map', least: MAP_BARS },
  { scenarios: ['get-statistics'], peer: UNCOUNTED, least: 0.95 },
  { scenarios: ['set'], peer: 'bare Map', least: MAP_BARS },
  { scenarios: ['get'], peer: 'lru-cache (max)', least: { 100000: 1.1, 1000000: 1.1 } },
  { scenarios: ['set'], peer: 'lru-cache (max)', least: { 100000: 1.6, 1000000: 1.6 } },
  { scenarios: ['get-ttl'], peer: 'lru-cache (max, ttl)', least: 1.3 },
  { scenarios: OPERATIONS, peer: 'ioredis-mock, awaited', least: 10 },
  { scenarios: OPERATIONS, peer: 'ioredis, awaited', least: 80 },
  { scenarios: OPERATIONS, peer: LUA, least: 1.5 },
  { scenarios: [...SORTED_SETS, ...OTHER_COLLECTIONS, ...SETS], peer: LUA, least: COLLECTION_BARS },
  { scenarios: ['zadd-move', 'zincrby', 'zrank'], peer: LUA, least: { 100000: 2, 1000000: 2 } },
  { scenarios: ['zrange-100'], peer: LUA, least: { 100000: 10, 1000000: 10 } },
  { scenarios: STREAMS, peer: LUA, least: 1 },
  { scenarios: ['lpush-rpop'], peer: 'bare Denque', least: 0.4 },
  { scenarios: ['sadd', 'sismember'], peer: 'bare Set', least: 0.4 },
  { scenarios: ['setbit', 'geosearch-10km', 'geosearch-100km', 'geosearch-1000km'], peer: LUA, least: 1 },
  // At most three times the time.
  { scenarios: ['bitcount-1mb', 'bitop-3x1mb'], peer: LUA, least: 1 / 3 },
]

const SET_EX_MOST = 1.5
export const WORK_MOST_MS = 10
/** The most that a copy of a million strings may take. */
export const FORK_MOST_MS = 100
/** The least part of the true neighbours that a search of vectors finds. */
export const RECALL_LEAST = 0.95
export const HEAP_MOST = 1.6
export const COLLECTION_HEAP_MOST = { 'small hashes': 2, 'sorted set': 1, set: 1, list: 1.7, stream: 2 }

const KINDS: readonly KeyKind[] = ['same', 'fresh']

/** One bar, where it stands at each size and kind of key, and whether it is met. */
export interface Verdict {
  readonly bar: string
  readonly at: string
  readonly same: number | null
  readonly fresh: number | null
  readonly met: boolean
}

export function judge(results: Results, sizes: readonly number[]): Verdict[] {
  const verdicts: Verdict[] = []
  for (const bar of BARS) {
    for (const size of sizes) {
      const least = typeof bar.least === 'number' ? bar.least : bar.least[size]
      const verdict = least === undefined ? null : judgeAt(results, bar, least, size)
      if (verdict !== null) verdicts.push(verdict)
    }
  }
  for (const size of sizes) {
    const verdict = judgeSetEx(results, size)
    if (verdict !== null) verdicts.push(verdict)
  }
  return verdicts
}

/** The operation that stands worst decides, and is named when there are several. */
function judgeAt(results: Results, bar: Bar, least: number, size: number): Verdict | null {
  const worst = { same: null as number | null, fresh: null as number | null }
  let slowest = Number.POSITIVE_INFINITY
  let name = ''
  for (const scenario of bar.scenarios) {
    for (const kind of KINDS) {
      const ratio = results.ratio(scenario, bar.peer, size, kind)?.median
      if (ratio === undefined) continue
      worst[kind] = Math.min(worst[kind] ?? ratio, ratio)
      if (ratio >= slowest) continue
      slowest = ratio
      name = scenario
    }
  }
  if (name === '') return null
  const what = bar.scenarios.length === 1 ? name : `each operation (least: ${name})`
  return { bar: `${what} >= ${digits(least)} x ${bar.peer}`, at: sizeText(size), ...worst, met: slowest >= least }
}

/** Time over time: SET EX against SET, both of Redstart. */
function judgeSetEx(results: Results, size: number): Verdict | null {
  const set = { scenario: 'set', contender: REDSTART }
  const setEx = { scenario: 'set-ex', contender: REDSTART }
  const same = results.compare(set, setEx, size, 'same')?.median ?? null
  const fresh = results.compare(set, setEx, size, 'fresh')?.median ?? null
  if (same === null && fresh === null) return null
  const met = Math.max(same ?? 0, fresh ?? 0) <= SET_EX_MOST
  return { bar: `SET EX <= ${SET_EX_MOST} x the time of SET`, at: sizeText(size), same, fresh, met }
}

export function barsTable(verdicts: readonly Verdict[]): Table {
  const cell = (value: number | null) => (value === null ? '' : digits(value))
  return {
    title: 'Bars',
    columns: ['bar', 'at', 'same', 'fresh', ''],
    rows: verdicts.map(({ bar, at, same, fresh, met }) => [bar, at, cell(same), cell(fresh), met ? 'met' : 'MISSED']),
    notes: [`${verdicts.filter((verdict) => verdict.met).length} of ${verdicts.length} met.`],
  }
}
