import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MemoryLog, manualClock, Redstart } from 'redstart'
import { keptIn, memory } from 'redstart/persistence'
import { importAof, importRdb } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { FileStorage } from '../../src/persistence/file-storage.js'
import { FILES_FIXTURES } from '../oracle/record-files.js'
import { START_MS } from '../support.js'
import { FailingDisk } from './disks.js'
import { copyOf, folder, openKept, quickFiles, stateIn, stateText } from './support.js'

/*
 * A file of Redis that is imported into a store that is kept: it comes as a snapshot, whole or not at all, whatever happens on the way.
 */
const DUMP = fileURLToPath(new URL('dump.rdb', FILES_FIXTURES))
const LOG = fileURLToPath(new URL('appendonlydir', FILES_FIXTURES))

async function imported(): Promise<string> {
  const db = new Redstart({ clock: manualClock(START_MS), seed: 1 })
  await importRdb(db, DUMP)
  return stateText(db)
}

describe('an import into a store that is kept', () => {
  it.each([
    ['an RDB file', importRdb, DUMP],
    ['an append-only log', importAof, LOG],
  ])('%s comes as a snapshot, and the log stays short', async (_, load, source) => {
    const path = folder()
    const { db } = await openKept(quickFiles(path))
    db.set('old', 'v')

    await load(db, source, { replace: true })
    db.set('new', 'v')
    await db.flushed()

    expect(readdirSync(path).filter((name) => name.startsWith('snapshot-'))).toHaveLength(1)
    const logs = readdirSync(path).filter((name) => name.startsWith('log-'))
    expect(logs.map((name) => readFileSync(join(path, name)).length < 1000)).toEqual([true])
    const state = stateText(db)
    expect((await stateIn(quickFiles(copyOf(path)))).state).toBe(state)
    await db.close()
    expect((await stateIn(quickFiles(path))).state).toBe(state)
  })

  it('waits for a snapshot that is being taken', async () => {
    const path = folder()
    const { db } = await openKept(quickFiles(path))
    for (let i = 0; i < 2000; i++) db.set(`k${i}`, 'v')
    const saving = db.bgsave()

    await importRdb(db, DUMP, { replace: true })
    await saving

    const wanted = await imported()
    expect(stateText(db)).toBe(wanted)
    expect((await stateIn(quickFiles(copyOf(path)))).state).toBe(wanted)
    await db.close()
  })

  it('is logged as one batch where a log of the caller listens, or the storage cannot block', async () => {
    const log = new MemoryLog()
    const kept = memory()
    const clock = manualClock(START_MS)
    const db = await Redstart.open({ persistence: kept, log, clock, seed: 1 })

    await importRdb(db, DUMP)
    await db.close()

    expect(log.batches).toHaveLength(1)
    expect((await stateIn(kept)).state).toBe(await imported())

    const inner = memory().storage
    const slow = keptIn({
      description: 'a slow place',
      ...bound(inner),
      blocking: undefined,
    })
    const opened = await openKept(slow)
    await importRdb(opened.db, DUMP)
    await opened.db.close()
    expect((await stateIn(slow)).state).toBe(await imported())
  })

  it('is there as a whole or not at all, whichever call of the system fails', async () => {
    const wanted = await imported()
    let isOver = false
    let failures = 0
    for (let n = 1; !isOver; n++) {
      const path = folder()
      const before = await openKept(quickFiles(path))
      before.db.set('old', 'v')
      await before.db.close()
      const disk = new FailingDisk(n, 'EIO', false)
      const opened = await openKept(keptIn(new FileStorage(path, disk), { appendFsync: 'always', save: '' })).catch(
        () => undefined,
      )
      if (opened === undefined) continue
      const { db } = opened
      const former = stateText(db)
      const failed = await importRdb(db, DUMP, { replace: true }).then(
        () => false,
        () => true,
      )
      isOver = !disk.fired
      const crashed = (await stateIn(quickFiles(copyOf(path)))).state
      disk.heal()
      if (failed) {
        failures++
        expect([former, wanted]).toContain(crashed)
        expect(stateText(db)).toBe(former)
        await db.resume()
        db.set('more', 'v')
        expect((await stateIn(quickFiles(copyOf(path)))).state).toBe(stateText(db))
      } else {
        expect(stateText(db)).toBe(wanted)
        expect(crashed, `call ${n}`).toBe(wanted)
      }
      await db.close()
      if (n > 500) throw new Error('the import never ends')
    }
    expect(failures).toBeGreaterThan(3)
  })
})

/** The methods of a storage, which may be put into another object. */
function bound(storage: ReturnType<typeof memory>['storage']) {
  return {
    open: () => storage.open(),
    close: () => storage.close(),
    list: () => storage.list(),
    read: (name: string) => storage.read(name),
    put: (name: string, bytes: Uint8Array) => storage.put(name, bytes),
    create: (name: string) => storage.create(name),
    append: (name: string) => storage.append(name),
    truncate: (name: string, size: number) => storage.truncate(name, size),
    remove: (name: string) => storage.remove(name),
  }
}
