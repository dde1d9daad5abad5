/**
 * The campaigns of persistence in full. Writes what they found to docs/reliability.md.
 *
 *   npm run torture -- --runs 500 [--seed 1] [--dry]
 *   npm run torture -- --runs 500 --kills group    the kills of one mode alone ('blocking', 'group'); writes nothing
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RandomSource } from '../../src/keyspace/random.js'
import { buildWriter } from './build.js'
import { type KillMode, type KillRun, killOnce } from './kill.js'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    dry: { type: 'boolean' },
    kills: { type: 'string' },
  },
})
const runs = Number(values.runs)
const random = new RandomSource(Number(values.seed))
const LATEST_MS = 150

interface Row {
  readonly campaign: string
  readonly count: number
  readonly outcome: string
}

async function kills(writer: string, mode: KillMode): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'redstart-torture-'))
  const found: KillRun[] = []
  try {
    for (let i = 0; i < runs; i++) {
      found.push(await killOnce(writer, folder, mode, random.below(LATEST_MS)))
      if (i % 50 === 49) console.log(`${mode}: ${i + 1} of ${runs} kills, ${found.at(-1)!.found} writes`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const torn = found.filter(({ wasTorn }) => wasTorn).length
  const between = found.filter(({ leftovers }) => leftovers > 0).length
  const writes = found.at(-1)?.found ?? 0
  return {
    campaign: `kill -9 at a random moment, 'always'${mode === 'group' ? ' with groupCommit' : ''}, snapshots all the time`,
    count: runs,
    outcome:
      `of ${writes} acknowledged transactions 0 lost, 0 halves; ${torn} torn ends cut off, ${between} kills while a snapshot was ` +
      'being written or before its manifest',
  }
}

/** The campaigns that are tests too, in full length. */
function inTests(): Row[] {
  const file = join(mkdtempSync(join(tmpdir(), 'redstart-torture-')), 'rows')
  writeFileSync(file, '')
  const args = ['vitest', 'run', '--project', 'unit', 'test/persistence', '--testTimeout', '3600000']
  const { status } = spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, REDSTART_TORTURE: file } })
  if (status !== 0) throw new Error('a campaign failed')
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Row)
}

const DOCUMENT = new URL('../../docs/reliability.md', import.meta.url)
const [BEGIN, END] = ['<!-- torture: begin -->', '<!-- torture: end -->']

const writer = await buildWriter()
if (values.kills !== undefined) {
  if (values.kills !== 'blocking' && values.kills !== 'group') throw new Error("kills are 'blocking' or 'group'")
  console.log(await kills(writer, values.kills))
  process.exit()
}
const rows = [await kills(writer, 'blocking'), await kills(writer, 'group'), ...inTests()]
const table = [
  `Node ${process.version}, ${process.platform}, ${cpus().length} cores (${cpus()[0]?.model}); \`npm run torture -- --runs ${runs} --seed ${values.seed}\`.`,
  '',
  '| campaign | runs | outcome |',
  '|---|---:|---|',
  ...rows.map(({ campaign, count, outcome }) => `| ${campaign} | ${count} | ${outcome} |`),
].join('\n')
console.log(table)
if (!values.dry) {
  const text = readFileSync(DOCUMENT, 'utf8')
  const [before] = text.split(BEGIN)
  const after = text.slice(text.indexOf(END))
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${table}\n${after}`)
}
