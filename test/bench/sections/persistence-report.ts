import type { Verdict } from '../harness/bars.js'
import { type Assignment, runInChild } from '../harness/job.js'
import type { Options } from '../harness/options.js'
import { spread } from '../harness/results.js'
import { digits, sizeText, spreadText, type Table } from '../harness/table.js'
import type { PersistenceReport } from './persistence.js'
import type { SetRates } from './set-rates.js'

export interface PersistenceRow {
  readonly count: number
  readonly report: PersistenceReport
}

export type PersistenceResults = readonly PersistenceRow[]

const FULL = 1_000_000
const QUICK = 2_000

export async function playPersistence(options: Options, base: Omit<Assignment, 'jobs'>): Promise<PersistenceResults> {
  const rows: PersistenceRow[] = []
  const count = options.quick ? QUICK : FULL
  for (let round = 1; round <= options.rounds; round++) {
    const [outcome] = await runInChild({ ...base, jobs: [{ kind: 'persistence', count }] })
    if (outcome?.kind === 'persistence') rows.push({ count, report: outcome.report })
  }
  return rows
}

type Read = (report: PersistenceReport) => number

const MEASURES: readonly (readonly [string, Read])[] = [
  ["SET under 'always', one by one, per second", ({ durableRates }) => durableRates.single],
  ["SET under 'always', 64 callers, groupCommit, per second", ({ durableRates }) => durableRates.callers64],
  ['save(), ms', ({ snapshot }) => snapshot.saveMs],
  ['bgsave() beside calls, ms', ({ snapshot }) => snapshot.backgroundMs],
  ['opening from the snapshot, ms', ({ snapshot }) => snapshot.loadMs],
  ['size of the snapshot, MB', ({ snapshot }) => snapshot.bytes / 1e6],
  ['opening from the log, ms', ({ replayMs }) => replayMs],
  ['GET beside bgsave(), wait included, p99 ms', ({ whileSaving }) => whileSaving.getP99Ms],
  ['longest stretch beside bgsave(), ms', ({ whileSaving }) => whileSaving.longestMs],
  ['longest stretch of work beside bgsave(), ms', ({ whileSaving }) => whileSaving.longestWorkMs],
  ['SET before bgsave(), ns', ({ whileSaving }) => whileSaving.setNsBefore],
  ['SET beside bgsave(), ns', ({ whileSaving }) => whileSaving.setNs],
  ['Redis: SAVE, ms', ({ server }) => server.saveMs],
  ['Redis: load of its RDB file, ms', ({ server }) => server.loadMs],
  ['Redis: replay of its AOF, ms', ({ server }) => server.replayMs],
]

export function persistenceTable(rows: PersistenceResults): Table {
  const reports = rows.map(({ report }) => report)
  return {
    title: `persistence: ${sizeText(rows[0]?.count ?? 0)} mixed keys, on the disk of the temporary files`,
    columns: ['what', 'median (min..max)'],
    rows: [...setRateRows(reports), ...MEASURES.map(([what, read]) => [what, spreadText(spread(reports.map(read)))])],
    notes: [
      'Of ten keys six are strings, two hashes of four fields, one a list and one a sorted set of ten elements. By the clock.',
    ],
  }
}

function setRateRows(reports: readonly PersistenceReport[]): string[][] {
  const sizes = reports[0]?.setRates.map(({ keys }) => keys) ?? []
  return sizes.flatMap((keys, i) => {
    const row = (what: string, read: (rates: SetRates) => number) => [
      `SET ${what}, of ${sizeText(keys)} keys, per second`,
      spreadText(spread(reports.map(({ setRates }) => read(setRates[i]!)))),
    ]
    return [row('without a log', ({ none }) => none), row("under 'everysec'", ({ everysec }) => everysec)]
  })
}

const EVERYSEC_LEAST = 0.65

/** Each bar: what is compared, the least ratio, and how it is reckoned; NaN without a server. */
const BARS: readonly (readonly [string, number, Read])[] = [
  ["'always' by 64 callers >= 20 x one by one", 20, ({ durableRates }) => durableRates.callers64 / durableRates.single],
  ['save() >= 3 x SAVE of Redis', 3, ({ server, snapshot }) => server.saveMs / snapshot.saveMs],
  ['opening from a snapshot >= 0.8 x Redis', 0.8, ({ server, snapshot }) => server.loadMs / snapshot.loadMs],
  ['opening from a log >= 1 x Redis', 1, ({ server, replayMs }) => server.replayMs / replayMs],
  ['2 ms >= p99 of GET beside bgsave()', 1, ({ whileSaving }) => 2 / whileSaving.getP99Ms],
  ['10 ms >= longest stretch beside bgsave()', 1, ({ whileSaving }) => 10 / whileSaving.longestMs],
  [
    '1.5 x SET before >= SET beside bgsave()',
    1,
    ({ whileSaving }) => (1.5 * whileSaving.setNsBefore) / whileSaving.setNs,
  ],
]

export function persistenceVerdicts(rows: PersistenceResults): Verdict[] {
  if (rows.length === 0) return []
  const at = sizeText(rows[0]!.count)
  return [
    ...setRateVerdicts(rows),
    ...BARS.flatMap(([bar, least, ratio]) => {
      const { median } = spread(rows.map(({ report }) => ratio(report)))
      if (!Number.isFinite(median) || median === 0) return []
      return [{ bar: `${bar} (${digits(median)})`, at, same: null, fresh: median, met: median >= least }]
    }),
  ]
}

function setRateVerdicts(rows: PersistenceResults): Verdict[] {
  return rows[0]!.report.setRates.map(({ keys }, i) => {
    const { median } = spread(rows.map(({ report }) => report.setRates[i]!.everysec / report.setRates[i]!.none))
    const bar = `SET under 'everysec' >= ${EVERYSEC_LEAST} x without a log (${digits(median)})`
    return { bar, at: sizeText(keys), same: null, fresh: median, met: median >= EVERYSEC_LEAST }
  })
}
