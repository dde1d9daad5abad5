/** Fake timers of the test runner: they drive the clock of the machine, and Redstart with it. */
import { Redstart } from 'redstart'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { App } from './app.js'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2025-01-01T00:00:00Z') })
})

afterEach(() => {
  vi.useRealTimers()
})

it('a session ends with the hour', () => {
  const app = new App(new Redstart())
  const token = app.signIn('ada')
  vi.advanceTimersByTime(3_600_000)

  expect(app.whoIs(token)).toBeNull()
})

it('a store that was made before goes along', () => {
  vi.useRealTimers()
  const db = new Redstart()
  vi.useFakeTimers({ now: Date.now() })
  db.set('k', 'v', { ex: 60 })
  let expired = 0
  db.on('expired', () => expired++)
  vi.advanceTimersByTime(60_000)

  expect(expired).toBe(1)
})

it('a worker waits in fake time too', async () => {
  const work = new App(new Redstart()).work(() => {}, 10)
  await vi.advanceTimersByTimeAsync(10_000)

  expect(await work).toBe(false)
})

it('dates that the test sets are those that the store sees', () => {
  const db = new Redstart()
  vi.setSystemTime(new Date('2030-06-01T00:00:00Z'))

  expect(db.time()).toEqual([Date.UTC(2030, 5, 1) / 1000, 0])
})
