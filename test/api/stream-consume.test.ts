import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'

function open(): { db: Redstart; clock: ReturnType<typeof manualClock> } {
  const clock = manualClock(1_735_689_600_000)
  return { db: new Redstart({ clock }), clock }
}

const AS_W1 = { group: 'g', consumer: 'w1' }

describe('consume', () => {
  it('acknowledges an entry when the loop comes back for the next one, and leaves no waiter behind on break', async () => {
    const { db } = open()
    for (const n of [1, 2, 3]) db.xadd('jobs', `${n}-0`, { n })
    const seen: string[] = []

    for await (const { id, fields } of db.consume('jobs', AS_W1)) {
      seen.push(`${id} ${fields.n}`)
      if (seen.length === 2) break
    }

    expect(seen).toEqual(['1-0 1', '2-0 2'])
    expect(db.xpendingRange('jobs', 'g', '-', '+', 9).map(({ id }) => id)).toEqual(['2-0', '3-0'])
    expect(db.engine.waiters.size).toBe(0)
  })

  it('gives a consumer what a throwing body left pending, before anything new', async () => {
    const { db } = open()
    db.xadd('jobs', '1-0', { n: 1 })
    const failing = async (): Promise<void> => {
      for await (const _ of db.consume('jobs', AS_W1)) throw new Error('body')
    }
    await expect(failing()).rejects.toThrow('body')
    db.xadd('jobs', '2-0', { n: 2 })
    const seen: string[] = []

    for await (const { id } of db.consume('jobs', AS_W1)) if (seen.push(id) === 2) break

    expect(seen).toEqual(['1-0', '2-0'])
  })

  it('takes over what a dead consumer has left for long enough', async () => {
    const { db, clock } = open()
    db.xgroupCreate('jobs', 'g', '0', { mkstream: true })
    db.xadd('jobs', '1-0', { n: 1 })
    db.xreadgroup('g', 'dead', { jobs: '>' })
    clock.advance(60_000)
    const jobs = db.consume('jobs', { ...AS_W1, claimIdleMs: 60_000 })

    expect((await jobs.next()).value?.id).toBe('1-0')
    await jobs.return?.()
    expect(db.xpending('jobs', 'g').consumers).toEqual([{ name: 'w1', count: 1 }])
  })

  it('waits for new entries, and throws the reason of its signal', async () => {
    const { db } = open()
    const stop = new AbortController()
    const jobs = db.consume('jobs', { ...AS_W1, signal: stop.signal })
    const first = jobs.next()
    db.xadd('jobs', '1-0', { n: 1 })
    expect((await first).value?.id).toBe('1-0')

    const second = jobs.next()
    stop.abort(new Error('enough'))

    await expect(second).rejects.toThrow('enough')
    expect(db.engine.waiters.size).toBe(0)
    expect(db.xpending('jobs', 'g').count).toBe(0)
  })
})
