import { MemoryLog, manualClock, Redstart } from 'redstart'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('listeners', () => {
  it('run with no unit open and may use the database; what they cause comes after', () => {
    const log = new MemoryLog()
    const db = new Redstart({ clock: manualClock(), log })
    const heard: string[] = []
    db.on('set', ({ key }) => {
      heard.push(`set ${key} at depth ${db.engine.depth}, ${db.get(key)}`)
      if (key === 'a') db.set('b', `${db.get('a')}!`)
      heard.push(`done ${key}`)
    })
    db.on('*', ({ event, key }) => heard.push(`${event} ${key}`))

    db.set('a', 1)

    expect(heard).toEqual(['set a at depth 0, 1', 'done a', 'set a', 'set b at depth 0, 1!', 'done b', 'set b'])
    expect(log.batches.map((batch) => batch.map(({ words }) => words.join(' ')))).toEqual([['SET a 1'], ['SET b 1!']])
  })

  it('hear of one name, or of all, until they stop', () => {
    const db = new Redstart({ clock: manualClock() })
    const [dels, all] = [vi.fn(), vi.fn()]
    const stops = [db.on('del', dels), db.on('*', all)]

    db.set('k', 1, { ex: 9 })
    db.del('k')
    for (const stop of stops) stop()
    stops[0]!()
    db.set('k', 1)

    expect(dels.mock.calls).toEqual([[{ event: 'del', key: 'k', database: 0 }]])
    expect(all.mock.calls.map(([{ event }]) => event)).toEqual(['set', 'expire', 'del'])
    expect(db.engine.events.listening).toBe(false)
  })

  it('that are given twice hear twice, and stop one at a time', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard = vi.fn()
    const stop = db.on('*', heard)
    db.on('*', heard)

    db.set('k', 1)
    stop()
    db.set('k', 1)

    expect(heard).toHaveBeenCalledTimes(3)
  })

  it('may come and go while events are handed out', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    const stop = db.on('*', ({ key }) => {
      heard.push(`first ${key}`)
      stop()
      db.on('*', (event) => heard.push(`second ${event.key}`))
    })

    db.mset({ a: 1, b: 2 })

    expect(heard).toEqual(['first a', 'second b'])
  })

  it('that throw harm neither the caller nor the others; the error comes up by itself', () => {
    const thrown: unknown[] = []
    vi.stubGlobal('queueMicrotask', (callback: () => void) => {
      try {
        callback()
      } catch (error) {
        thrown.push(error)
      }
    })
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    const mistake = new Error('of the listener')
    db.on('*', () => {
      throw mistake
    })
    db.on('*', ({ event, key }) => heard.push(`${event} ${key}`))

    const reply = db.set('a', 1)
    db.del('a')

    expect(reply).toBe('OK')
    expect(heard).toEqual(['set a', 'del a'])
    expect(thrown).toEqual([mistake, mistake])
  })
})
