/** Snapshots: the whole state as text, in an order that does not depend on how it came about. */
import { manualClock, Redstart } from 'redstart'
import { expect, it } from 'vitest'
import { App } from './app.js'

it('signing in leaves these keys behind', () => {
  const db = new Redstart({ clock: manualClock(), seed: 1 })
  const app = new App(db)
  app.signIn('ada')
  app.allows('ada', 10)
  app.enqueue('greet ada')

  expect(db.dump()).toMatchInlineSnapshot(`
    "[db 0]
    calls:ada (string, expires in 60 s)
      "1"
    jobs (list)
      "greet ada"
    session:token-1 (string, expires in 3600 s)
      "ada"
    sessions:last (string)
      "1"
    user:ada (hash)
      token = "token-1""
  `)
})

it('a failed job stays among those that were taken', async () => {
  const db = new Redstart({ clock: manualClock() })
  const app = new App(db)
  app.enqueue('a')
  app.enqueue('b')
  const before = db.dump({ match: 'jobs*' })
  const work = app.work(() => {
    throw new Error('no such picture')
  }, 1)

  await expect(work).rejects.toThrow('no such picture')
  expect(db.dump({ match: 'jobs*' })).not.toBe(before)
  expect(db.dump({ match: 'jobs*' }).split('\n')).toEqual([
    ...['[db 0]', 'jobs (list)', '  "b"', 'jobs:taken (list)', '  "a"'],
  ])
})
