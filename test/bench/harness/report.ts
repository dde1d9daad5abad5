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

export const METHOD_NOTES: readonly string[] = [
  'Every contender and size is a process of its own; contenders are interleaved round by round; medians, and min..max over the rounds. Ratios are of throughput within a round: above 1 Redstart is faster. Keys have 12 characters, values 64, and a get reads the length of what it gets. same: the very string object that was stored. fresh: an equal string never hashed before, as a caller builds it; fresh strings are made between the timed batches.',
  'CPU: time of the whole process, its collector included. wall: client and server share this machine. server CPU: redis.call in a loop inside one EVAL, time of the server’s main thread, less the same loop without the call (the keys are made in Lua).',
  'insert and del over ioredis add and remove 2,000 keys beside those that the server holds; everywhere else they go from empty to full and back. lru-cache with a TTL reads the clock once a millisecond at most, which is its default.',
]
