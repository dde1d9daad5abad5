import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memory, restore } from 'redstart/persistence'
import { describe, expect, it } from 'vitest'
import { folder, openKept, stateIn, stateText, WRITES } from './support.js'

describe('restore', () => {
  // It ended with ENOTDIR.
  it('takes the one file that a backup was written to, by its path', async () => {
    const { db } = await openKept(memory())
    for (const write of WRITES) write(db)
    const state = stateText(db)
    const file = join(folder(), 'backup.rs')
    await db.backup(createWriteStream(file))
    await db.close()
    const target = memory()

    await expect(restore(file, target, { seq: 1 })).rejects.toThrow('a backup in one file is of one instant')
    const report = await restore(file, target)

    expect(report).toMatchObject({ records: 0, lastSeq: WRITES.length })
    expect((await stateIn(target)).state).toBe(state)
    writeFileSync(file, 'something else')
    await expect(restore(file, memory())).rejects.toThrow(`${file} at byte 0: the snapshot is cut off`)
  })

  it('says that nothing is kept in a folder that is not there', async () => {
    const none = join(folder(), 'none')

    await expect(restore(none, memory())).rejects.toThrow(`nothing is kept in ${none}`)
  })
})
