import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualClock, Redstart } from 'redstart'
import { check, encrypted, files, memory, repair, restore } from 'redstart/persistence'
import { describe, expect, it } from 'vitest'
import { START_MS } from '../support.js'
import { folder, openKept, quickFiles } from './support.js'

describe('what cannot be opened so', () => {
  // Both were told as damage.
  it('says that it is encrypted, to whoever comes without the secret', async () => {
    const path = folder()
    const { db } = await openKept(encrypted(quickFiles(path), { key: new Uint8Array(32).fill(1) }))
    db.set('k', 'v')
    await db.close()
    const before = filesIn(path)
    const refusal = {
      code: 'KEY',
      message: 'manifest at byte 0: the store is encrypted: it is opened by encrypted() and its secret',
    }

    await expect(Redstart.open({ persistence: files(path) })).rejects.toMatchObject(refusal)
    await expect(check(path)).rejects.toMatchObject(refusal)
    await expect(repair(path)).rejects.toMatchObject(refusal)
    await expect(restore(path, memory())).rejects.toMatchObject(refusal)
    expect(filesIn(path)).toEqual(before)
  })

  it.each<[string, (db: Redstart) => unknown, string]>([
    ['a record of the log', () => undefined, 'log-1.rs'],
    ['a snapshot', (db) => db.save(), 'snapshot-2.rs'],
    ['a snapshot of a large value', (db) => setLarge(db), 'snapshot-2.rs'],
    ['SWAPDB', (db) => db.select(0) && db.flushall() && db.save() === 'OK' && db.swapdb(3, 1), 'log-2.rs'],
  ])('says that there are too few databases for it: %s', async (_, write, file) => {
    const place = memory({ save: '' })
    const { db } = await openKept(place)
    db.select(3)
    db.set('k', 'v')
    write(db)
    await db.close()

    const opened = Redstart.open({ persistence: place, databases: 3, clock: manualClock(START_MS) })
    await expect(opened).rejects.toMatchObject({ code: 'UNUSABLE', file })
    await expect(opened).rejects.toThrow(/ is of a database that is not there: the store is opened with 3 databases/)

    expect(await check(place)).toMatchObject({ ok: true })
    const again = await Redstart.open({ persistence: place, databases: 4, clock: manualClock(START_MS) })
    await again.close()
  })
})

function setLarge(db: Redstart): void {
  db.sadd('large', ...Array.from({ length: 50_000 }, (_, i) => `member ${i}`))
  db.del('k')
  db.save()
}

/** The files of a folder, with what is in them. */
function filesIn(path: string): string[] {
  return readdirSync(path).map((name) => `${name} ${readFileSync(join(path, name), 'latin1')}`)
}
