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
    db.on('set', (key) => {
      heard.push(`set ${key} at depth ${db.engine.depth}, ${db.get(key)}`)
      if (key === 'a') db.set('b', `${db.get('a')}!`)
      heard.push(`done ${key}`)
    })
    db.on('*', (key, { event }) => heard.push(`${event} ${key}`))

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

    expect(dels.mock.calls).toEqual([['k', { event: 'del', db: 0 }]])
    expect(all.mock.calls.map(([, { event }]) => event)).toEqual(['set', 'expire', 'del'])
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

  it('may come and go while events are handed out: what was announced before is not for those who come', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    const stop = db.on('*', (key) => {
      heard.push(`first ${key}`)
      stop()
      db.on('*', (other) => heard.push(`second ${other}`))
    })

    db.mset({ a: 1, b: 2 })
    db.set('c', 3)

    expect(heard).toEqual(['first a', 'second c'])
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
    db.on('*', (key, { event }) => heard.push(`${event} ${key}`))

    const reply = db.set('a', 1)
    db.del('a')

    expect(reply).toBe('OK')
    expect(heard).toEqual(['set a', 'del a'])
    expect(thrown).toEqual([mistake, mistake])
  })

  it('to errors hear of each once; where they throw themselves, that comes up by itself', () => {
    const thrown: unknown[] = []
    vi.stubGlobal('queueMicrotask', (callback: () => void) => {
      try {
        callback()
      } catch (error) {
        thrown.push(error)
      }
    })
    const db = new Redstart({ clock: manualClock() })
    const errors: unknown[] = []
    db.on('set', () => {
      throw 'mine'
    })
    const stop = db.on('error', () => {
      throw 'of the error listener'
    })
    db.on('error', (error) => errors.push(error))

    db.set('a', 1)
    stop()
    db.set('b', 1)

    expect(errors).toEqual(['mine', 'mine'])
    expect(thrown).toEqual(['of the error listener'])
  })

  it('to key misses and new keys are asked for by name: * is without them', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    const all: string[] = []
    const stops = [
      db.on('keymiss', (key, { event }) => heard.push(`${event} ${key}`)),
      db.on('new', (key, { event, db: of }) => heard.push(`${event} ${key} of ${of}`)),
      db.on('*', (key, { event }) => all.push(`${event} ${key}`)),
    ]

    db.get('k')
    db.rpush('l', 1)
    db.set('k', 1)
    db.set('k', 2)

    expect(heard).toEqual(['keymiss k', 'new l of 0', 'new k of 0'])
    expect(all).toEqual(['rpush l', 'set k', 'set k'])
    for (const stop of stops) stop()
    const { engine } = db
    expect([engine.hearsMisses, engine.hearsArrivals, engine.observed]).toEqual([false, false, false])
  })

  it('end with `using`', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    {
      using _stop = db.on('set', (key) => heard.push(key))
      db.set('a', 1)
    }
    db.set('b', 1)

    expect(heard).toEqual(['a'])
  })

  it('that are stopped on the way do not hear of what was announced before', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    db.on('set', (key) => {
      heard.push(`first ${key}`)
      stop()
    })
    const stop = db.on('set', (key) => heard.push(`second ${key}`))

    db.mset({ a: 1, b: 2 })

    expect(heard).toEqual(['first a', 'first b'])
  })

  it('and messages stand in one queue: each comes in the order in which it was caused', () => {
    const db = new Redstart({ clock: manualClock() })
    const heard: string[] = []
    const session = db.session()
    db.on('*', (key, { event }) => heard.push(`${event} ${key}`))
    db.subscribe('x', (message) => heard.push(`message ${message}`))
    for (const line of ['MULTI', 'SET a 1', 'PUBLISH x 1', 'SET b 1', 'PUBLISH x 2', 'EXEC']) {
      const [name = '', ...words] = line.split(' ')
      session.call(name, ...words)
    }

    expect(heard).toEqual(['set a', 'message 1', 'set b', 'message 2'])
  })
})
