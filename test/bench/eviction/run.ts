import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from '../harness/build.js'
import { ROOT } from '../harness/machine.js'
import { type Server, startServer } from '../harness/server.js'
import { exactLfu, exactLru, hitRatio, POLICIES, redstart } from './models.js'
import { type Line, plot } from './plot.js'
import { serverHitRatio } from './server.js'
import { compareCaches, KINDS, measureServer } from './throughput.js'
import { type Trace, tracesOf } from './traces.js'

/**
 * How well the eviction policies keep what will be asked for, and what they cost: `npm run bench:eviction`. With --quick in seconds,
 * with --write into docs/eviction.md and its plots, with --only ratios or speed one part of it. REDSTART_ORACLE names the server that
 * plays along.
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string', default: 'ratios,speed' },
  },
})

const SIZES = options.quick ? [1_000, 10_000] : [1_000, 3_000, 10_000, 30_000]
const SERVER_SIZE = 10_000
const REQUESTS = options.quick ? 60_000 : 400_000

const COLORS: Readonly<Record<string, string>> = {
  'exact LRU': '#6e7781',
  'allkeys-lru': '#0969da',
  'exact LFU': '#bf8700',
  'allkeys-lfu': '#cf222e',
  'allkeys-random': '#8250df',
}

/** The lines of a trace: a hit ratio for each size. */
function play({ name, keys }: Trace): Line[] {
  const caches = [
    ...POLICIES.map((policy) => [policy, (size: number) => redstart(policy, size)] as const),
    ['exact LRU', exactLru] as const,
    ['exact LFU', exactLfu] as const,
  ]
  console.error(name)
  return caches.map(([cache, make]) => ({
    name: cache,
    color: COLORS[cache]!,
    points: SIZES.map((size) => [size, hitRatio(make(size), keys)] as const),
  }))
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const percent = (ratio: number | undefined): string => (ratio === undefined ? '' : (ratio * 100).toFixed(1))

const ONLY = new Set(options.only.split(','))
/** How fast a full cache is to be beside lru-cache. */
const BAR = 0.9

async function main(): Promise<void> {
  if (!process.env['REDSTART_BUILD']) build()
  const server = await startServer()
  if (server === null) console.error('No server plays along: REDSTART_ORACLE does not name one.')
  try {
    const ratios = ONLY.has('ratios') ? await playRatios(server) : []
    const speed = ONLY.has('speed') ? await playThroughput(server) : ''
    if (options.write) writeFileSync(join(ROOT, 'docs', 'eviction.md'), pageOf(ratios, speed))
  } finally {
    server?.stop()
  }
}

/** Hit ratios, a part of the page for each trace. */
async function playRatios(server: Server | null): Promise<string[]> {
  const parts: string[] = []
  for (const trace of tracesOf(REQUESTS)) {
    const lines = play(trace)
    const rows = lines.map(({ name, points }) => [name, ...points.map(([, ratio]) => percent(ratio))])
    if (server !== null) rows.push(...(await serverRows(server, trace)))
    const file = `eviction-${trace.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.svg`
    if (options.write) writeFileSync(join(ROOT, 'docs', file), plot(`Hit ratio, ${trace.name}`, lines))
    const shown = table(['', ...SIZES.map((size) => `${size.toLocaleString('en')} keys`)], rows)
    parts.push(`### ${trace.name}\n\n${shown}\n\n![Hit ratio over cache size](${file})`)
    console.log(`\n${trace.name}, hit ratio in %\n${shown}`)
  }
  return parts
}

async function serverRows(server: Server, trace: Trace): Promise<string[][]> {
  const rows: string[][] = []
  for (const policy of POLICIES) {
    const { ratio, held } = await serverHitRatio(server.port, policy, SERVER_SIZE, trace.keys)
    const cells = SIZES.map((size) => (size === SERVER_SIZE ? `${percent(ratio)} (${held} keys)` : ''))
    rows.push([`Redis, ${policy}`, ...cells])
  }
  return rows
}

async function playThroughput(server: Server | null): Promise<string> {
  const [sizes, rounds, batches] = options.quick ? [[10_000], 1, 10] : [[100_000, 1_000_000], 5, 100]
  const rows: string[][] = []
  for (const size of sizes) {
    const theirs = server === null ? '' : (await measureServer(server.port, size, batches)).toFixed(0)
    for (const kind of KINDS) {
      const { Redstart: ours, 'lru-cache (max)': lru } = await compareCaches(kind, size, rounds, batches)
      const ratio = lru / ours
      const cells = [ours.toFixed(0), lru.toFixed(0), theirs, `${ratio.toFixed(2)}x`, ratio >= BAR ? 'met' : 'MISSED']
      rows.push([size.toLocaleString('en'), kind, ...cells])
    }
  }
  const columns = [
    'entries',
    'keys',
    'Redstart',
    'lru-cache',
    'Redis in EVAL',
    'throughput beside lru-cache',
    `>= ${BAR}`,
  ]
  const shown = table(columns, rows)
  console.log(`\nTen reads to a write in a full cache, CPU nanoseconds per call\n${shown}`)
  return shown
}

function pageOf(parts: readonly string[], speed: string): string {
  return `# Eviction

Written by \`npm run bench:eviction -- --write\`. Traces of ${REQUESTS.toLocaleString('en')} requests over 100,000 keys, made by a seed; a request
that is no hit sets the key. The first half warms the cache, the second is counted. Exact LRU is lru-cache. Exact LFU has the key of the fewest
accesses go, among equals the one accessed least recently, and forgets the counts of keys that it evicts, as Redis does. allkeys-lru is exact, other policies draw Redis's five samples. Redis's row is that of
a real server whose limit is what so many keys take in it; it tells time by the second, and all of a trace takes a few. No trace of a
real cache was found in any package of the registry: all of these are made.

## Hit ratios, in %

${parts.join('\n\n')}

## Speed

A full cache under \`allkeys-lru\`: ten reads of random keys, half of which are there, to one write of a key that is not. CPU nanoseconds per
call; medians of rounds that take turns, each in a process of its own. *same* keys are string objects that were stored once, *fresh*
ones are made just before. The server runs a loop within EVAL, whose calls cost some 300 ns each; it is told CPU time of its main thread.

${speed}
`
}

await main()
