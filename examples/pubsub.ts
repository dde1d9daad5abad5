/**
 * Messages and events: a chat room with listeners, a slow reader that drops what it cannot keep up with, a cache that hears of what
 * expires, and a listener that throws.
 *
 *   npx tsx examples/pubsub.ts
 */
import { manualClock, Redstart } from 'redstart'
import { heading, line } from './terminal.js'

const clock = manualClock()
const db = new Redstart({ clock, seed: 1 })

function chat(): void {
  heading('A room with two members and a log of all rooms')
  const log: string[] = []
  using _log = db.psubscribe('room:*', (message, channel) => log.push(`${channel} ${message}`))
  const ada = db.subscribe('room:lounge', (message) => line('Ada hears', message))
  using _grace = db.subscribe('room:lounge', (message) => line('Grace hears', message))
  line('receivers', String(db.publish('room:lounge', 'hello')))
  ada.unsubscribe()
  line('receivers after Ada left', String(db.publish('room:lounge', 'anybody there?')))
  line('the log', log.join(', '))
}

async function slowReader(): Promise<void> {
  heading('A reader that is slower than the publisher')
  const stream = db.messages('ticks', { limit: 3 })
  for (let tick = 1; tick <= 10; tick++) db.publish('ticks', tick)
  const read: string[] = []
  for await (const { payload } of stream) {
    read.push(payload)
    if (stream.size === 0) break
  }
  line('read', read.join(' '))
  line('dropped', String(stream.dropped))
  line('subscribers left', String(db.pubsubNumsub('ticks')[0]))
}

function expirations(): void {
  heading('What expires, as an event and as a message')
  const stop = db.on('expired', (key, { db: index }) => line('event', `${key} of database ${index}`))
  db.configSet({ 'notify-keyspace-events': 'Ex' })
  using _subscription = db.psubscribe('__keyevent@*__:expired', (key, channel) => line('message', `${channel} ${key}`))
  db.set('session:1', 'Ada', { ex: 60 })
  clock.advance(60_000)
  stop()
}

function mistakes(): void {
  heading('A listener that throws harms nobody')
  using _errors = db.on('error', (error) => line('reported', String(error)))
  using _first = db.subscribe('news', () => {
    throw new Error('of the first listener')
  })
  using _second = db.subscribe('news', (message) => line('the second hears', message))
  line('receivers', String(db.publish('news', 'hello')))
}

chat()
await slowReader()
expirations()
mistakes()
const left = db.pubsubChannels().length + db.pubsubNumpat()
line('subscriptions left', String(left))
