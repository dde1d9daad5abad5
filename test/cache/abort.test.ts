import { describe, expect, it } from 'vitest'
import { Loads, openCache, settled } from './support.js'

const reason = new Error('the client has gone')

describe('a caller with a signal', () => {
  it('is not served when it has aborted already, even if there is a value', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    users.set('a', 1)

    for (const key of ['a', 'b']) {
      await expect(users.getOrSet(key, loads.loader, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    }
    expect(loads.count).toBe(0)
  })

  it('leaves at once; the load goes on for the others and is kept', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const one = new AbortController()
    const other = new AbortController()
    const leaving = users.getOrSet('a', loads.loader, { signal: one.signal })
    const staying = users.getOrSet('a', loads.loader, { signal: other.signal })

    one.abort(reason)
    await expect(leaving).rejects.toBe(reason)
    expect(loads.started[0]!.signal.aborted).toBe(false)
    await loads.end(0, 1)

    expect(await staying).toBe(1)
    expect(users.get('a')).toBe(1)
  })

  it('aborts the load when it was the last, for its own reason; nothing is kept', async () => {
    const { db, users, reported } = openCache<number>({ errorTtlMs: 1000 })
    const loads = new Loads<number>()
    const controllers = [new AbortController(), new AbortController()]
    const callers = controllers.map(({ signal }) => users.getOrSet('a', loads.loader, { signal }))
    const ended = Promise.allSettled(callers)

    controllers[0]!.abort()
    controllers[1]!.abort(reason)
    expect(loads.started[0]!.signal.reason).toBe(reason)
    await loads.fail(0, reason)

    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([db.dbsize(), reported, users.statistics.errors]).toEqual([0, [], 0])
  })

  it('that comes after the others have left begins a load of its own', async () => {
    const { users } = openCache<string>()
    const loads = new Loads<string>()
    const controller = new AbortController()
    const gone = users.getOrSet('a', loads.loader, { signal: controller.signal })
    const caught = expect(gone).rejects.toBe(reason)
    controller.abort(reason)

    const caller = users.getOrSet('a', loads.loader)
    await loads.end(0, 'old')
    expect(users.get('a')).toBeUndefined()
    await loads.end(1, 'new')

    await caught
    expect(await caller).toBe('new')
    expect(users.get('a')).toBe('new')
  })

  it('cannot end a load that somebody without a signal waits for', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const controller = new AbortController()
    const staying = users.getOrSet('a', loads.loader)
    const leaving = users.getOrSet('a', loads.loader, { signal: controller.signal })

    controller.abort(reason)
    await expect(leaving).rejects.toBe(reason)

    expect(loads.started[0]!.signal.aborted).toBe(false)
    await loads.end(0, 1)
    expect(await staying).toBe(1)
  })

  it('cannot end a load that renews a stale value in the background', async () => {
    const { clock, users } = openCache<number>({ ttlMs: 100, staleTtlMs: 100 })
    const loads = new Loads<number>()
    const controller = new AbortController()
    users.set('a', 1)
    clock.advance(100)
    expect(await users.getOrSet('a', loads.loader, { signal: controller.signal })).toBe(1)
    clock.advance(100)
    const leaving = users.getOrSet('a', loads.loader, { signal: controller.signal })

    controller.abort(reason)
    await expect(leaving).rejects.toBe(reason)
    await loads.end(0, 2)

    expect(users.get('a')).toBe(2)
  })

  it('does not hear of an abort after the end', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const controller = new AbortController()
    const caller = users.getOrSet('a', loads.loader, { signal: controller.signal })
    await loads.end(0, 1)

    controller.abort(reason)

    expect(await caller).toBe(1)
    expect(loads.started[0]!.signal.aborted).toBe(false)
  })

  it('leaves where the loader itself makes its signal abort', async () => {
    const { users } = openCache<number>()
    const one = new AbortController()
    const load = users.getOrSet(
      'a',
      ({ signal }) => {
        one.abort(reason)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
      { signal: one.signal },
    )

    await expect(load).rejects.toBe(reason)
    expect(await users.getOrSet('a', () => 2)).toBe(2)
  })

  it('is one listener of its signal while it waits, and none after', async () => {
    const { users } = openCache<number>()
    const loads = new Loads<number>()
    const { signal } = new AbortController()
    const counts = { added: 0, removed: 0 }
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      counts.added++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      counts.removed++
      remove(...args)
    }

    const callers = [users.getOrSet('a', loads.loader, { signal }), users.getOrSet('b', loads.loader, { signal })]
    const ended = Promise.allSettled(callers)
    await loads.end(0, 1)
    await loads.fail(1, reason)
    await ended
    await settled()

    expect(counts).toEqual({ added: 2, removed: 2 })
  })
})
