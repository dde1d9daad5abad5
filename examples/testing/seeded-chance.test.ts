/** Seeded chance: random members, random keys and faults by probability come out the same in every run. */
import { manualClock, Redstart } from 'redstart'
import { expect, it } from 'vitest'
import { App } from './app.js'

const people = Array.from({ length: 20 }, (_, i) => `guest-${i}`)

function raffle(seed: number): Redstart {
  const db = new Redstart({ clock: manualClock(), seed })
  db.sadd('raffle:may', ...people)
  return db
}

it('the same seed draws the same winners', () => {
  const winners = (seed: number): unknown[] => {
    const app = new App(raffle(seed))
    return [app.draw('may'), app.draw('may'), app.draw('may')]
  }

  expect(winners(42)).toEqual(winners(42))
  expect(winners(42)).not.toEqual(winners(43))
})

it('a fork draws what the original would draw, unless it has a seed of its own', () => {
  const db = raffle(42)
  const draws = [db.fork(), db.fork(), db.fork({ seed: 7 })].map((fork) => new App(fork).draw('may'))

  expect(draws[0]).toBe(draws[1])
  expect(draws[0]).toBe(new App(db).draw('may'))
  expect(people).toContain(draws[2])
})

it('nobody wins twice, whatever the seed', () => {
  for (let seed = 0; seed < 50; seed++) {
    const app = new App(raffle(seed))
    const winners = people.map(() => app.draw('may'))

    expect(new Set(winners).size).toBe(people.length)
    expect(app.draw('may')).toBeNull()
  }
})
