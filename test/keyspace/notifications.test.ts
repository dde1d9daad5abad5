import { readdirSync, readFileSync } from 'node:fs'
import { type CallReply, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { formatNotifications, NOTIFY, notificationClass, parseNotifications } from '../../src/keyspace/notifications.js'
import { open, openWithExpired, say } from '../support.js'

/** Has all notifications written down that the classes bring, without '__key', as 'space@0__:k set'. */
function notified(db: Redstart, classes: string): string[] {
  db.configSet({ 'notify-keyspace-events': classes })
  const said: string[] = []
  const session = db.session()
  session.onPush(([, , channel, message]: CallReply[]) => said.push(`${String(channel).slice(5)} ${message}`))
  session.call('PSUBSCRIBE', '__key*')
  return said
}

describe('notify-keyspace-events', () => {
  it.each([
    // As Redis 8.0.2 echoes them.
    ['', ''],
    ['KEA', 'AKE'],
    ['KEAmn', 'AKEm'],
    ['nmKg$lshzxetd', 'AKm'],
    ['dtexzhsl$gmnEK', 'AKEm'],
    ['dtezhsl$gmnEK', 'g$lshzetdnKEm'],
    ['nmx', 'xnm'],
    ['A', 'A'],
    ['AAKKn', 'AK'],
  ])('set to %j is shown as %j', (set, shown) => {
    const { db } = open()

    say(db, set === '' ? 'CONFIG GET notify-keyspace-events' : `CONFIG SET notify-keyspace-events ${set}`)

    expect(db.configGet('notify-keyspace-events')).toEqual({ 'notify-keyspace-events': shown })
  })

  it('refuses a character that stands for no class, and stays as it was', () => {
    const { db } = open()
    db.configSet({ 'notify-keyspace-events': 'Kx' })

    expect(() => db.configSet({ 'notify-keyspace-events': 'KQ' })).toThrow(
      "ERR CONFIG SET failed (possibly related to argument 'notify-keyspace-events') - Invalid event class character. " +
        "Use 'Ag$lshzxeKEtmdn'.",
    )
    expect(db.configGet('notify-*')).toEqual({ 'notify-keyspace-events': 'xK' })
  })

  it('may be set when the database is made', () => {
    const db = new Redstart({ notifyKeyspaceEvents: 'Ex' })

    expect(db.configGet('notify-keyspace-events')).toEqual({ 'notify-keyspace-events': 'xE' })
    expect(() => new Redstart({ notifyKeyspaceEvents: 'Q' })).toThrow('Invalid event class character')
  })
})

describe('notifications', () => {
  it('come under the key with the event, then under the event with the key', () => {
    const { db } = open()
    const said = notified(db, 'KEA')

    db.set('k', 'v', { ex: 10 })

    expect(said).toEqual(['space@0__:k set', 'event@0__:set k', 'space@0__:k expire', 'event@0__:expire k'])
  })

  it('come in the way that was asked for', () => {
    const { db } = open()
    const said = notified(db, 'KA')
    db.set('a', 1)
    db.configSet({ 'notify-keyspace-events': 'EA' })
    db.set('b', 1)
    db.configSet({ 'notify-keyspace-events': 'A' })
    db.set('c', 1)

    expect(said).toEqual(['space@0__:a set', 'event@0__:set b'])
  })

  it('name the database', () => {
    const { db } = open()
    const said = notified(db, 'EA')
    const session = db.session()
    session.select(3)

    session.set('k', 1)

    expect(said).toEqual(['event@3__:set k'])
  })

  it.each([
    ['g', 'DEL other', 'del'],
    ['$', 'APPEND s x', 'append'],
    ['l', 'RPUSH l 1', 'rpush'],
    ['s', 'SADD set 1', 'sadd'],
    ['h', 'HSET h f v', 'hset'],
    ['z', 'ZADD z 1 m', 'zadd'],
    ['x', 'GET k', 'expired'],
  ])('of class %s, and of no other, come of %s', (character, line, event) => {
    const others = [...'g$lshzxetdnm'].filter((other) => other !== character).join('')
    const seen: string[][] = []
    for (const classes of [character, others]) {
      const { db } = openWithExpired()
      db.set('other', 1)
      const said = notified(db, `E${classes}`)
      say(db, line)
      seen.push(said.map((text) => text.split(' ')[0]!.slice('event@0__:'.length)))
    }

    expect(seen[0]).toContain(event)
    expect(seen[1]).not.toContain(event)
  })

  it('of class m come of keys that are read and missing, in the order in which they are read', () => {
    const { db } = open()
    db.sadd('set', 'member')
    const said = notified(db, 'Em')

    db.get('a')
    db.mget('b', 'set', 'c')
    db.sunion('d', 'set', 'e')
    db.exists('f')
    db.ttl('g')
    db.type('h')
    db.hget('i', 'f')
    db.copy('j', 'k')

    expect(said.map((text) => text.slice('event@0__:keymiss '.length)).join(' ')).toBe('a b c d e f g h i j')
  })

  it('of class m do not come of writes, of OBJECT and of SCAN', () => {
    const { db } = open()
    const said = notified(db, 'Em')

    for (const line of ['DEL a', 'INCR n', 'SETNX m 1', 'HSETNX h f v', 'LPOP l', 'EXPIRE e 1', 'PERSIST p', 'SCAN 0'])
      say(db, line)
    for (const line of ['OBJECT ENCODING o', 'SMOVE x y m', 'HPERSIST z FIELDS 1 f', 'GETRANGE n 0 1']) say(db, line)
    say(db, 'HGETDEL h2 FIELDS 1 f')
    expect(() => say(db, 'LSET l2 0 v')).toThrow('ERR no such key')

    expect(said).toEqual([])
  })

  it('of class m come after that of a key whose time was up', () => {
    const { db } = openWithExpired()
    const said = notified(db, 'EmA')

    db.get('k')

    expect(said).toEqual(['event@0__:expired k', 'event@0__:keymiss k'])
  })

  it('of class n come before the event of the command that makes the key, and of new keys alone', () => {
    const { db } = open()
    const said = notified(db, 'KnA')

    db.set('k', 1)
    db.set('k', 2)
    db.rpush('l', 'x')
    db.rename('k', 'r')
    db.move('r', 1)

    expect(said).toEqual([
      ...['space@0__:k new', 'space@0__:k set', 'space@0__:k set', 'space@0__:l new', 'space@0__:l rpush'],
      ...['space@0__:r new', 'space@0__:k rename_from', 'space@0__:r rename_to'],
      ...['space@1__:r new', 'space@0__:r move_from', 'space@1__:r move_to'],
    ])
  })

  it('are not made while nobody is subscribed', () => {
    const { db } = open()
    const { events, pubsub } = db.engine
    db.configSet({ 'notify-keyspace-events': 'KEAmn' })
    const mine = new Redstart({ notifyKeyspaceEvents: 'KEAmn' }).engine

    expect([mine.events.listening, mine.observed, mine.hearsMisses, mine.hearsArrivals]).toEqual([
      ...[false, false, false, false],
    ])
    const stop = db.subscribe('x', () => {})
    expect([events.listening, pubsub.hasSubscribers, db.engine.hearsMisses]).toEqual([true, true, true])
    stop.unsubscribe()
    expect([pubsub.hasSubscribers, db.engine.hearsMisses]).toEqual([false, false])
  })
})

describe('the classes of events', () => {
  it('are known of every event that a command announces', () => {
    const source = new URL('../../src/', import.meta.url)
    const announced = new Set<string>()
    for (const folder of ['commands/', 'keyspace/']) {
      for (const file of readdirSync(new URL(folder, source)).filter((name) => name.endsWith('.ts'))) {
        const text = readFileSync(new URL(folder + file, source), 'utf8')
        for (const [call] of text.matchAll(/\b(changed|shrunk|announce|announceTo)\([^\n]*\)/g)) {
          for (const [, event] of call.matchAll(/'([a-z][a-z_-]+)'/g)) announced.add(event!)
        }
      }
    }

    expect(announced.size).toBeGreaterThan(30)
    expect([...announced].filter((event) => notificationClass(event) === NOTIFY.module)).toEqual([])
  })

  it('go from text to bits and back', () => {
    for (const character of 'g$lshzxetdnKEm') {
      expect(formatNotifications(parseNotifications(character)!)).toBe(character)
    }
    expect(parseNotifications('KEx ')).toBeUndefined()
  })

  it('has modules for events that Redis does not have', () => {
    expect(notificationClass('json.set')).toBe(NOTIFY.module)
  })
})
