import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { PersistenceOptions } from '../../src/persistence/index.js'
import { folder, openKept, quickFiles } from './support.js'

const OPENINGS = 40

/** Opens a store, writes one key and closes it, many times; returns its segments. */
async function openOften(path: string, options: PersistenceOptions): Promise<string[]> {
  for (let i = 0; i < OPENINGS; i++) {
    const { db } = await openKept(quickFiles(path, options))
    db.set(`key:${i}`, String(i))
    await db.close()
  }
  return readdirSync(path).filter((name) => name.startsWith('log-'))
}

describe('a store that is opened often and never for long', () => {
  // Each opening begins a segment, and no rule for snapshots ever came to look.
  it('is written anew before its segments become many, and loses nothing', async () => {
    const path = folder()

    expect((await openOften(path, { save: '' })).length).toBeLessThan(35)
    const { db } = await openKept(quickFiles(path))
    for (let i = 0; i < OPENINGS; i++) expect(db.get(`key:${i}`)).toBe(String(i))
    await db.close()
  })

  it('keeps them all where it is never to be rewritten', async () => {
    const path = folder()

    expect(await openOften(path, { save: '', autoAofRewritePercentage: 0 })).toHaveLength(OPENINGS)
  })

  it('is opened even where that fails', async () => {
    const path = folder()
    await openOften(path, { save: '', autoAofRewritePercentage: 0 })
    const full = quickFiles(path)
    const { storage } = full
    const create = storage.create.bind(storage)
    storage.create = async (name) => {
      if (name.startsWith('snapshot-')) throw new Error('the disk is full')
      return create(name)
    }

    const { db, events } = await openKept(full)

    expect(events.map(({ type }) => type)).toContain('save-failed')
    expect(db.set('key', 'value')).toBe('OK')
    await db.close()
  })
})

it('is not closed in the middle of a transaction, of which nothing would be kept', async () => {
  const path = folder()
  const { db } = await openKept(quickFiles(path))
  let refused: Promise<unknown> = Promise.resolve()

  db.transaction((tx) => {
    tx.set('a', '1')
    refused = db.close().catch(String)
    tx.set('b', '2')
  })

  expect(await refused).toBe('RedstartError: ERR Command not allowed inside a transaction')
  await db.close()
  const { db: again } = await openKept(quickFiles(path))
  expect(again.mget('a', 'b')).toEqual(['1', '2'])
  await again.close()
})
