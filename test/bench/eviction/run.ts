import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../harness/machine.js'
import { startServer } from '../harness/server.js'
import { exactLfu, exactLru, hitRatio, POLICIES, redstart } from './models.js'
import { type Line, plot } from './plot.js'
import { serverHitRatio } from './server.js'
import { throughput } from './throughput.js'
import { type Trace, tracesOf } from './traces.js'

/**
 * How well the eviction policies keep what will be asked for: `npm run bench:eviction`. With --quick in seconds, with --write into
 * docs/eviction.md and its plots. REDSTART_ORACLE names the server that plays along.
 */
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
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

async function main(): Promise<void> {
  const parts: string[] = []
  const traces = tracesOf(REQUESTS)
  const server = await startServer()
  try {
    for (const trace of traces) {
      const lines = play(trace)
      const rows = lines.map(({ name, points }) => [name, ...points.map(([, ratio]) => percent(ratio))])
      if (server !== null) {
        for (const policy of POLICIES) {
          const { ratio, held } = await serverHitRatio(server.port, policy, SERVER_SIZE, trace.keys)
          const cells = SIZES.map((size) => (size === SERVER_SIZE ? `${percent(ratio)} (${held} keys)` : ''))
          rows.push([`Redis, ${policy}`, ...cells])
        }
      }
      const file = `eviction-${trace.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.svg`
      if (options.write) writeFileSync(join(ROOT, 'docs', file), plot(`Hit ratio, ${trace.name}`, lines))
      const shown = table(['', ...SIZES.map((size) => `${size.toLocaleString('en')} keys`)], rows)
      parts.push(`### ${trace.name}\n\n${shown}\n\n![Hit ratio over cache size](${file})`)
      console.log(`\n${trace.name}, hit ratio in %\n${shown}`)
    }
  } finally {
    server?.stop()
  }
  const speeds = (options.quick ? [10_000] : [100_000, 1_000_000]).map((size) => {
    const { ours, lru } = throughput(size, options.quick ? 3 : 7, options.quick ? 100_000 : 500_000)
    return [size.toLocaleString('en'), ours.toFixed(0), lru.toFixed(0), `${(lru / ours).toFixed(2)}x`]
  })
  const speed = table(['entries', 'Redstart, ns', 'lru-cache, ns', 'Redstart / lru-cache, throughput'], speeds)
  console.log(`\nTen reads to a write, CPU time per call\n${speed}`)
  if (options.write) writeFileSync(join(ROOT, 'docs', 'eviction.md'), pageOf(parts, speed))
}

function pageOf(parts: readonly string[], speed: string): string {
  return `# Eviction

Written by \`npm run bench:eviction -- --write\`. Traces of ${REQUESTS.toLocaleString('en')} requests over 100,000 keys, made by a seed; a request
that is no hit sets the key. The first half warms the cache, the second is counted. Exact LRU is lru-cache; exact LFU forgets
the counts of keys that it evicts, as Redis does. The samples are Redis's five by default. Redis's row is that of a real server
whose limit is what so many keys take in it; it tells time by the second, and all of a trace takes a few.

## Hit ratios, in %

${parts.join('\n\n')}

## Speed

A full cache under \`allkeys-lru\`: ten reads of random keys, half of which are there, to one write of a key that is new. CPU time per call, medians.

${speed}
`
}

await main()
