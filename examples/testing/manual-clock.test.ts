/** A clock that is moved by hand: hours pass in no time, and each thing happens at its instant. */
import { type ManualClock, manualClock, Redstart } from 'redstart'
import { beforeEach, expect, it } from 'vitest'
import { App } from './app.js'

let clock: ManualClock
let db: Redstart
let app: App

beforeEach(() => {
  clock = manualClock(Date.UTC(2025, 0, 1))
  db = new Redstart({ clock })
  app = new App(db)
})

it('a session ends an hour after it was used last', () => {
  const token = app.signIn('ada')
  clock.advance(3_599_000)
  expect(app.whoIs(token)).toBe('ada')
  clock.advance(3_600_000)

  expect(app.whoIs(token)).toBeNull()
})

it('a limit is over with its minute', () => {
  const calls = (): boolean[] => [1, 2, 3].map(() => app.allows('ada', 2))
  expect(calls()).toEqual([true, true, false])
  clock.advance(60_000)

  expect(calls()).toEqual([true, true, false])
})

it('everything that ends is told of at its own instant, in order', () => {
  const told: string[] = []
  db.on('expired', (key) => told.push(`${key} at ${new Date(clock.now()).toISOString()}`))
  app.signIn('ada')
  clock.advance(1_000)
  app.allows('ada', 2)
  clock.advance(86_400_000)

  expect(told).toEqual(['calls:ada at 2025-01-01T00:01:01.000Z', 'session:token-1 at 2025-01-01T01:00:00.000Z'])
})

it('a worker waits for ten seconds, and not a moment longer', async () => {
  const work = app.work(() => {}, 10)
  clock.advance(10_000)

  expect(await work).toBe(false)
})
