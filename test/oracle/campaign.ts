import type { NetConnectOpts } from 'node:net'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { formatDifference } from './compare.js'
import { JUSTIFIED } from './differences.js'
import { EngineTarget } from './engine.js'
import { comparable } from './generate.js'
import { kindOf, SEQUENCE_LENGTH, Statistics, search } from './search.js'
import { findServer, NO_SERVER, startServer } from './server.js'
import { formatParting } from './sessions/compare.js'
import { SessionCalls } from './sessions/draw.js'
import { EngineStage } from './sessions/engine-stage.js'
import { kindOfParting, SCENARIO_LENGTH, searchSessions } from './sessions/search.js'
import { ServerStage } from './sessions/server-stage.js'
import { ServerTarget } from './target.js'

const USAGE = `npm run oracle -- [options]
  --group string,generic   command groups, sort (SORT and what it needs), or all  (all)
  --group sessions         instead: scenarios of several connections at once
  --count 200000           commands to run, about                         (100000)
  --seed 1                 seed of the generators                         (from the clock, printed)
  --length 200             commands per sequence, between two flushes     (${SEQUENCE_LENGTH}; of sessions ${SCENARIO_LENGTH})
  --path 12:0:3            replay a failure: the path printed with it, with the same seed, groups and length
  --keep-going             go on after a difference and list one of each kind
  --misses                 compare key misses and new keys too, which are no events of class A
  --self                   compare the server with a second server, to test the comparison itself`

const PROGRESS_MS = 2_000

/** The name that stands in place of groups for scenarios of several connections. */
const SESSIONS = 'sessions'

interface Settings {
  readonly groups: readonly string[]
  readonly count: number
  readonly seed: number
  readonly length: number
  readonly path: string | undefined
  readonly keepGoing: boolean
  readonly misses: boolean
  readonly self: boolean
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      group: { type: 'string', default: 'all' },
      count: { type: 'string', default: '100000' },
      seed: { type: 'string' },
      length: { type: 'string' },
      path: { type: 'string' },
      'keep-going': { type: 'boolean', default: false },
      misses: { type: 'boolean', default: false },
      self: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const groups = values.group === 'all' ? comparable : values.group.split(',')
  if (groups.includes(SESSIONS) && groups.length > 1) throw new Error(`${SESSIONS} stand alone, without other groups`)
  return {
    groups,
    count: Number(values.count),
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed),
    length: Number(values.length ?? (groups[0] === SESSIONS ? SCENARIO_LENGTH : SEQUENCE_LENGTH)),
    path: values.path,
    keepGoing: values['keep-going'],
    misses: values.misses,
    self: values.self,
  }
}

/** A difference as it is told. */
interface Told {
  readonly kind: string
  readonly text: string
  readonly seed: number
  readonly path: string
}

/** What the search for one difference is given. */
interface Task {
  readonly seed: number
  readonly count: number
  readonly length: number
  readonly path?: string
  readonly known: ReadonlySet<string>
  readonly statistics: Statistics
  readonly onProgress: () => void
}

/** The two sides, and how a difference between them is searched for. */
interface Hunt {
  find(task: Task): Promise<Told | undefined>
  close(): Promise<unknown>
}

/** Calls of one connection; `second` is a server to compare with in place of the engine. */
async function huntCalls(settings: Settings, address: NetConnectOpts, second?: NetConnectOpts): Promise<Hunt> {
  const { groups, misses } = settings
  const real = await ServerTarget.open(address, 'redis', misses ? 'KEAmn' : 'KEA')
  const engine =
    second === undefined
      ? new EngineTarget(undefined, misses ? ['keymiss', 'new'] : [])
      : await ServerTarget.open(second, 'second')
  return {
    async find({ onProgress, ...task }) {
      const found = await search({ real, engine, groups, onSequence: onProgress, ...task })
      if (found === undefined) return undefined
      const { calls, difference, seed, path } = found
      const text = formatDifference(calls, difference, [real.name, engine.name])
      return { kind: kindOf(difference), text, seed, path }
    },
    close: () => Promise.all([real.close(), engine.close()]),
  }
}

/** Scenarios of several connections. */
async function huntSessions(address: NetConnectOpts, second?: NetConnectOpts): Promise<Hunt> {
  const real = await ServerStage.open(address)
  const engine = second === undefined ? new EngineStage() : await ServerStage.open(second, 'second')
  const calls = second === undefined ? new SessionCalls() : new SessionCalls(() => true)
  return {
    async find({ onProgress, ...task }) {
      const found = await searchSessions({ real, engine, calls, onScenario: onProgress, ...task })
      if (found === undefined) return undefined
      const { steps, parting, seed, path } = found
      return { kind: kindOfParting(parting), text: formatParting(steps, parting, [real.name, engine.name]), seed, path }
    },
    close: () => Promise.all([real.close(), engine.close()]),
  }
}

/** Runs the campaign, prints the differences, one of each kind, and returns how many there were. */
async function campaign(settings: Settings, hunt: Hunt, statistics: Statistics): Promise<number> {
  const known = new Set<string>()
  const started = performance.now()
  let told = started
  const onProgress = () => {
    const now = performance.now()
    if (now - told < PROGRESS_MS) return
    told = now
    const rate = Math.round((statistics.commands / (now - started)) * 1000)
    console.error(`${statistics.commands} commands, ${rate}/s, ${known.size} differences`)
  }
  for (let seed = settings.seed; statistics.commands < settings.count; seed++) {
    const found = await hunt.find({
      known,
      seed,
      statistics,
      onProgress,
      length: settings.length,
      count: settings.count - statistics.commands,
      ...(settings.path === undefined ? {} : { path: settings.path }),
    })
    if (found === undefined) break
    known.add(found.kind)
    const replay = `--group ${settings.groups.join(',')} --length ${settings.length} --seed ${found.seed} --path ${found.path}`
    console.log(`\n# replay: ${replay}\n${found.text}\n`)
    if (!settings.keepGoing) break
  }
  const seconds = (performance.now() - started) / 1000
  console.log(
    `${statistics.commands} commands in ${seconds.toFixed(1)} s (${Math.round(statistics.commands / seconds)}/s), ` +
      `${percent(statistics.errors, statistics.commands)} answered by errors`,
  )
  return known.size
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
    const [address, second] = servers.map((server) => server.address)
    const hunt = await (settings.groups[0] === SESSIONS
      ? huntSessions(address!, second)
      : huntCalls(settings, address!, second))
    console.error(`groups ${settings.groups.join(',')}, seed ${settings.seed}, ${settings.count} commands`)
    const statistics = new Statistics()
    const found = await campaign(settings, hunt, statistics)
    printStatistics(statistics)
    console.log(found === 0 ? 'no differences' : `${found} differences`)
    await hunt.close()
    return found === 0 ? 0 : 1
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main()
