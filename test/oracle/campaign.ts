import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { formatDifference } from './compare.js'
import { JUSTIFIED } from './differences.js'
import { EngineTarget } from './engine.js'
import { comparable } from './generate.js'
import { type Found, kindOf, SEQUENCE_LENGTH, Statistics, search } from './search.js'
import { findServer, NO_SERVER, startServer } from './server.js'
import { ServerTarget, type Target } from './target.js'

const USAGE = `npm run oracle -- [options]
  --group string,generic   command groups, sort (SORT and what it needs), or all  (all)
  --count 200000           commands to run, about                         (100000)
  --seed 1                 seed of the generators                         (from the clock, printed)
  --length 200             commands per sequence, between two flushes     (${SEQUENCE_LENGTH})
  --path 12:0:3            replay a failure: the path printed with it, with the same seed, groups and length
  --keep-going             go on after a difference and list one of each kind
  --self                   compare the server with a second server, to test the comparison itself`

const PROGRESS_MS = 2_000

interface Settings {
  readonly groups: readonly string[]
  readonly count: number
  readonly seed: number
  readonly length: number
  readonly path: string | undefined
  readonly keepGoing: boolean
  readonly self: boolean
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      group: { type: 'string', default: 'all' },
      count: { type: 'string', default: '100000' },
      seed: { type: 'string' },
      length: { type: 'string', default: String(SEQUENCE_LENGTH) },
      path: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      self: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  return {
    groups: values.group === 'all' ? comparable : values.group.split(','),
    count: Number(values.count),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed),
    length: Number(values.length),
    path: values.path,
    keepGoing: values['keep-going'],
    self: values.self,
  }
}

/** Runs the campaign and returns the differences, one of each kind. */
async function campaign(settings: Settings, real: Target, engine: Target, statistics: Statistics): Promise<Found[]> {
  const found: Found[] = []
  const known = new Set<string>()
  const started = performance.now()
  let told = started
  const onSequence = () => {
    const now = performance.now()
    if (now - told < PROGRESS_MS) return
    told = now
    const rate = Math.round((statistics.commands / (now - started)) * 1000)
    console.error(`${statistics.commands} commands, ${rate}/s, ${found.length} differences`)
  }
  for (let seed = settings.seed; statistics.commands < settings.count; seed++) {
    const difference = await search({
      real,
      engine,
      known,
      seed,
      statistics,
      onSequence,
      groups: settings.groups,
      length: settings.length,
      count: settings.count - statistics.commands,
      ...(settings.path === undefined ? {} : { path: settings.path }),
    })
    if (difference === undefined) break
    found.push(difference)
    known.add(kindOf(difference.difference))
    print(difference, settings, [real.name, engine.name])
    if (!settings.keepGoing) break
  }
  const seconds = (performance.now() - started) / 1000
  console.log(
    `${statistics.commands} commands in ${seconds.toFixed(1)} s (${Math.round(statistics.commands / seconds)}/s), ` +
      `${percent(statistics.errors, statistics.commands)} answered by errors`,
  )
  return found
}

function print({ calls, difference, seed, path }: Found, settings: Settings, names: readonly [string, string]): void {
  console.log(
    `\n# replay: --group ${settings.groups.join(',')} --length ${settings.length} --seed ${seed} --path ${path}`,
  )
  console.log(formatDifference(calls, difference, names))
  console.log()
}

function printStatistics(statistics: Statistics): void {
  const rows = [...statistics.byName].sort(([, a], [, b]) => b.calls - a.calls)
  console.log('\ncommand                calls   errors')
  for (const [name, { calls, errors }] of rows.filter(([name]) => /^[A-Z|]+(_RO)?$/.test(name))) {
    console.log(`${name.slice(0, 18).padEnd(18)} ${String(calls).padStart(9)} ${percent(errors, calls).padStart(8)}`)
  }
  for (const { id, reason } of JUSTIFIED) {
    console.log(`justified difference ${id}: ${statistics.justified.get(id) ?? 0} times (${reason})`)
  }
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`
}

async function main(): Promise<number> {
  const settings = readSettings()
  const source = findServer()
  if (source === undefined) {
    console.error(NO_SERVER)
    return process.env['REDSTART_ORACLE_REQUIRED'] === '1' ? 1 : 0
  }
  if (settings.self && source.kind === 'running') throw new Error('--self needs a program to start two servers from')
  // A server is ended when this process exits, which a signal alone would not do.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const servers = [await startServer(source)]
  if (settings.self) servers.push(await startServer(source))
  try {
    const real = await ServerTarget.open(servers[0]!.address)
    const engine = settings.self ? await ServerTarget.open(servers[1]!.address, 'second') : new EngineTarget()
    console.error(`groups ${settings.groups.join(',')}, seed ${settings.seed}, ${settings.count} commands`)
    const statistics = new Statistics()
    const found = await campaign(settings, real, engine, statistics)
    printStatistics(statistics)
    console.log(found.length === 0 ? 'no differences' : `${found.length} differences`)
    await Promise.all([real.close(), engine.close()])
    return found.length === 0 ? 0 : 1
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main()
