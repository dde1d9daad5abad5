/** Fixtures: load once, then every test has a store of its own, by `fork`, or gets the old one back, by `checkpoint`. */
import { manualClock, Redstart } from 'redstart'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { App } from './app.js'

/** What takes long is done once. */
function load(): Redstart {
  const db = new Redstart({ clock: manualClock(), seed: 1 })
  const app = new App(db)
  for (let i = 0; i < 1_000; i++) app.signIn(`user-${i}`)
  return db
}

describe('a fork for each test', () => {
  const fixture = load()
  let app: App
  let db: Redstart

  beforeEach(() => {
    db = fixture.fork({ clock: manualClock() })
    app = new App(db)
  })

  it('starts from the fixture', () => {
    expect(app.whoIs('token-500')).toBe('user-499')

    db.flushall()
  })

  it('sees nothing of what another test did', () => {
    expect(app.whoIs('token-500')).toBe('user-499')
    expect(app.signIn('grace')).toBe('token-1001')
  })

  it('may run beside others, at the same time', async () => {
    const stores = [fixture.fork(), fixture.fork()]
    await Promise.all(stores.map(async (store, i) => new App(store).signIn(`guest-${i}`)))

    expect(stores.map((store) => store.exists('user:guest-0', 'user:guest-1'))).toEqual([1, 1])
  })
})

describe('a checkpoint for each test, where the application holds on to one store', () => {
  const db = load()
  const app = new App(db)
  const checkpoint = db.checkpoint()

  afterEach(() => {
    db.restore(checkpoint)
  })

  it('may break what it likes', () => {
    db.flushall()

    expect(app.whoIs('token-1')).toBeNull()
  })

  it('finds everything in its place', () => {
    expect(app.whoIs('token-1')).toBe('user-0')
    expect(app.signIn('grace')).toBe('token-1001')
  })
})
