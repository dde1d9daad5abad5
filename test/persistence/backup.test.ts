import { PassThrough, Writable } from 'node:stream'
import { memory } from 'redstart/persistence'
import { describe, expect, it, vi } from 'vitest'
import { StoreHost } from '../../src/commands/persistence-host.js'
import { openKept, stateIn, stateText } from './support.js'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A stream that takes what it is given and never says that it has. */
function stuck(): Writable {
  return new Writable({ write: () => undefined })
}

describe('a backup to a stream', () => {
  // It never ended, and neither did any later snapshot, nor close().
  it('is rejected when the stream is closed before it has everything', async () => {
    const { db } = await openKept(memory())
    db.set('k', 'v')
    const stream = new PassThrough({ highWaterMark: 1 })
    const backup = db.backup(stream)
    await nextTurn()
    await nextTurn()

    stream.destroy()

    await expect(backup).rejects.toMatchObject({
      code: 'UNUSABLE',
      message: 'the stream was closed before all was written',
    })
    await db.bgsave()
    await db.close()
  })

  it('is rejected with the error of the stream', async () => {
    const { db } = await openKept(memory())
    const stream = new Writable({ write: (_piece, _encoding, done) => done(new Error('no room')) })
    stream.on('error', () => undefined)

    await expect(db.backup(stream)).rejects.toThrow('no room')
    await db.close()
  })

  // What waited looked again in each turn of the event loop, which kept a core busy for as long as the stream took.
  it('has a snapshot wait for its end, without a look in each turn', async () => {
    const { db } = await openKept(memory())
    db.set('k', 'v')
    const stream = stuck()
    const backup = db.backup(stream)
    backup.catch(() => undefined)
    await nextTurn()
    await nextTurn()
    const saved = db.bgsave()
    for (let i = 0; i < 5; i++) await nextTurn()

    const looks = vi.spyOn(StoreHost.prototype, 'isTaking', 'get')
    for (let i = 0; i < 5; i++) await nextTurn()
    const count = looks.mock.calls.length
    looks.mockRestore()

    expect(count).toBe(0)
    stream.destroy()
    await expect(backup).rejects.toThrow('the stream was closed')
    await saved
    await db.close()
  })

  // close() waited for the snapshot, which waited for the stream.
  it('that is stuck holds up no close(), whatever waits for it', async () => {
    const place = memory()
    const { db } = await openKept(place)
    db.set('k', 'v')
    const state = stateText(db)
    const stream = stuck()
    const backups = [db.backup(stream), db.backup(memory())]
    await nextTurn()
    await nextTurn()
    const saved = db.bgsave()

    await Promise.all([
      expect(backups[1]).rejects.toThrow('the store was closed'),
      expect(saved).rejects.toThrow('the store was closed'),
      db.close(),
    ])

    stream.destroy()
    await expect(backups[0]).rejects.toThrow('the stream was closed')
    expect((await stateIn(place)).state).toBe(state)
  })
})
