import type { KeyKind } from './keys.js'
import { REDSTART, type Results } from './results.js'
import type { Scenario } from './scenario.js'
import { digits, sizeText, spreadText, type Table } from './table.js'

const CLOCKS = { cpu: 'CPU', wall: 'wall', server: 'server CPU' }

/** One operation: a row for each size and contender. */
export function operationTable(scenario: Scenario, results: Results, sizes: readonly number[]): Table {
  const rows: string[][] = []
  for (const size of sizes) {
    const measured = scenario.contenders.filter((contender) =>
      scenario.kinds.some((kind) => results.time(scenario.name, contender.name, size, kind) !== null),
    )
    if (rows.length > 0 && measured.length > 0) rows.push([])
    for (const { name, clock } of measured) {
      const times = scenario.kinds.map((kind) => timeCell(results, scenario.name, name, size, kind))
      const ratios = scenario.kinds.map((kind) => ratioCell(results, scenario.name, name, size, kind))
      rows.push([name, sizeText(size), CLOCKS[clock], ...times, ...ratios])
    }
  }
  return {
    title: `${scenario.name}: ${scenario.title}`,
    columns: [
      'contender',
      'keys',
      'clock',
      ...scenario.kinds.map((kind) => `ns/op ${kind}`),
      ...scenario.kinds.map((kind) => `Redstart is, ${kind}`),
    ],
    rows,
  }
}

function timeCell(results: Results, scenario: string, contender: string, size: number, kind: KeyKind): string {
  const time = results.time(scenario, contender, size, kind)
  return time === null ? '' : digits(time.median)
}

function ratioCell(results: Results, scenario: string, contender: string, size: number, kind: KeyKind): string {
  if (contender === REDSTART) return ''
  const ratio = results.ratio(scenario, contender, size, kind)
  if (ratio === null) return ''
  return spreadText(ratio, 'x')
}

/** What each operation on collections costs as they grow: no more than its documented complexity allows. */
export function growthTable(scenarios: readonly Scenario[], results: Results, sizes: readonly number[]): Table {
  const rows = scenarios.map((scenario) => {
    const times = sizes.map((size) => results.time(scenario.name, REDSTART, size, 'fresh')?.median)
    const factor = (times.at(-1) ?? Number.NaN) / (times[0] ?? Number.NaN)
    return [scenario.name, ...times.map((time) => (time === undefined ? '' : digits(time))), `${digits(factor)}x`]
  })
  return {
    title: 'growth: ns/op of Redstart by the size of the collection, fresh keys',
    columns: ['operation', ...sizes.map(sizeText), 'last is'],
    rows,
    notes: [
      'Everything here is O(1) or O(log n); beyond the caches of the processor each look at a member costs a trip to memory.',
    ],
  }
}

export const METHOD_NOTES: readonly string[] = [
  'Every contender and size is a process of its own; contenders are interleaved round by round; medians, and min..max over the rounds. Ratios are of throughput within a round: above 1 Redstart is faster. Keys have 12 characters, values 64, and a get reads the length of what it gets. same: the very string object that was stored. fresh: an equal string never hashed before, as a caller builds it; fresh strings are made between the timed batches.',
  'CPU: time of the whole process, its collector included. wall: client and server share this machine. server CPU: redis.call in a loop inside one EVAL, time of the server’s main thread, less the same loop without the call (the keys are made in Lua).',
  'A collection holds all keys, as members, fields or, in a list, values; a small hash stands under each key. Scores are random whole numbers below a billion. ioredis-mock copies a collection on every call, so it is left out of those of more than 1,000. lpush-rpop is two commands.',
  'insert and del over ioredis add and remove 2,000 keys beside those that the server holds; everywhere else they go from empty to full and back. lru-cache with a TTL reads the clock once a millisecond at most, which is its default.',
]
