import { memory } from 'redstart/persistence'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openKept } from './support.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('a database that is kept, while the timers of a test are fake', () => {
  // setImmediate is among them, and flushed(), bgsave(), backup() and open() waited for it for ever.
  it('is opened, saved, flushed and backed up', async () => {
    const place = memory()
    const { db: former } = await openKept(place)
    for (let i = 0; i < 1_200; i++) former.set(`key:${i}`, 'x'.repeat(1_000))
    await former.close()
    vi.useFakeTimers()

    const { db } = await openKept(place)
    db.set('a', '1')
    await db.flushed()
    await db.bgsave()
    await db.backup(memory())
    await db.close()

    expect(db.dbsize()).toBe(1_201)
  })
})
