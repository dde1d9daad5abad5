import { Checkpoint, MemoryLog, manualClock, Redstart } from 'redstart'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { replay } from '../src/commands/dispatch.js'
import { forget, logged, open, START_MS, say } from './support.js'

afterEach(() => {
  vi.useRealTimers()
})

/** A database with a key of each kind. */
function openFilled(): ReturnType<typeof open> {
  const opened = open()
  const { db } = opened
  db.set('text', 'v', { px: 5_000 })
  db.append('text', 'w')
  db.rpush('list', 'a', 'b')
  db.hset('hash', { f: '1', g: '2' })
  db.hpexpire('hash', 3_000, ['g'])
  db.sadd('set', 'a', 'b')
  db.zadd('zset', 1, 'a')
  db.session().call('SELECT', 3)
  db.copy('list', 'far', { db: 3 })
  forget(opened)
  return opened
}

describe('a fork', () => {
  it('has all keys of all databases, and goes its own way from there', () => {
    const { db } = openFilled()
    const before = db.dump()
    const fork = db.fork()

    expect(fork.dump()).toBe(before)
    for (const side of [fork, db]) {
      side.append('text', 'x')
      side.rpush('list', 'c')
      side.hset('hash', 'h', '3')
      side.sadd('set', 'c')
      side.zadd('zset', 2, 'b')
      side.select(3)
      side.lpop('far')
      side.select(0)
      expect(side.dump()).not.toBe(before)
    }
    expect(fork.dump()).toBe(db.dump())
  })

  it('begins with database 0, whatever the original has selected', () => {
    const { db } = openFilled()
    db.select(3)

    expect([db.fork().exists('far'), db.exists('far')]).toEqual([0, 1])
  })

  it('keeps what it has when the original loses it, and the other way round', () => {
    const { db } = openFilled()
    const fork = db.fork()
    db.flushall()

    expect(fork.lrange('list', 0, -1)).toEqual(['a', 'b'])

    const other = fork.fork()
    other.del('list', 'hash')

    expect(fork.hgetall('hash')).toEqual({ f: '1', g: '2' })
  })

  it('expires keys and fields at their own time on the clock of the original', () => {
    const { db, clock } = openFilled()
    const fork = db.fork()
    const expired: string[] = []
    fork.on('*', (key, { event }) => expired.push(`${event} ${key}`))
    db.persist('text')
    db.hpersist('hash', 'g')
    clock.advance(5_000)

    expect(expired).toEqual(['hexpired hash', 'expired text'])
    expect([db.exists('text'), db.hlen('hash')]).toEqual([1, 2])
  })

  it('leaves the deadlines of fields where the original has them', () => {
    const { db, clock, seen } = openFilled()
    const forks = [db.fork(), db.fork()]
    for (const side of [db, ...forks]) side.hset('hash', 'h', '3')
    for (const { engine } of [db, ...forks]) engine.invariants()
    seen.length = 0
    clock.advance(3_000)

    expect(seen).toEqual(['hexpired hash'])
    expect([db, ...forks].map((side) => side.hkeys('hash'))).toEqual(Array(3).fill(['f', 'h']))
  })

  it('may have a clock of its own, which says what has expired', () => {
    const { db, clock } = openFilled()
    const own = manualClock(START_MS + 4_000)
    const fork = db.fork({ clock: own })

    expect([fork.hgetall('hash'), fork.pttl('text')]).toEqual([{ f: '1' }, 1_000])
    own.advance(1_000)
    expect([fork.exists('text'), db.exists('text'), clock.now()]).toEqual([0, 1, START_MS])
  })

  it('may have a clock that is behind', () => {
    const { db, clock } = openFilled()
    clock.advance(2_000)
    const own = manualClock(START_MS)
    const fork = db.fork({ clock: own })
    own.advance(2_999)

    expect(fork.hlen('hash')).toBe(2)
    own.advance(1)
    expect(fork.hlen('hash')).toBe(1)
  })

  it('makes the random choices that the original would make, or those of its seed', () => {
    const { db } = open()
    db.sadd('s', ...Array.from({ length: 100 }, (_, i) => `m${i}`))
    const picks = (of: Redstart): unknown[] => Array.from({ length: 10 }, () => of.srandmember('s'))
    const [same, seeded, again] = [db.fork(), db.fork({ seed: 9 }), db.fork({ seed: 9 })]
    const ours = picks(db)

    expect(picks(same)).toEqual(ours)
    expect(picks(seeded)).not.toEqual(ours)
    expect(picks(again)).toEqual(picks(db.fork({ seed: 9 })))
    expect(() => db.fork({ seed: Number.NaN })).toThrow('seed must be a finite number, got NaN')
  })

  it('tells its changes to a log of its own, and to none without it', () => {
    const opened = openFilled()
    const log = new MemoryLog()
    const fork = opened.db.fork({ log })
    fork.set('k', 'v')
    opened.db.fork().set('k', 'v')

    expect(log.batches).toEqual([[{ database: 0, words: ['SET', 'k', 'v'] }]])
    expect(logged(opened)).toEqual([])
    expect(opened.seen).toEqual([])
  })

  it('leaves sessions, watches and waiting calls behind', async () => {
    const { db } = openFilled()
    const session = db.session()
    for (const line of ['WATCH text', 'MULTI', 'SET k v']) say(session, line)
    const waiting = db.blpop('jobs', 0)
    const fork = db.fork()
    fork.set('text', 'other')
    fork.rpush('jobs', 'theirs')

    expect(say(session, 'EXEC')).toEqual(['OK'])
    db.rpush('jobs', 'ours')
    expect(await waiting).toEqual({ key: 'jobs', element: 'ours' })
    expect(fork.lrange('jobs', 0, -1)).toEqual(['theirs'])
  })

  it('lives on when the original is closed', async () => {
    const { db, clock } = openFilled()
    const fork = db.fork()
    await db.close()
    clock.advance(10_000)

    expect(fork.exists('text')).toBe(0)
  })

  it('expires by fake timers', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    db.set('k', 'v', { px: 100 })
    const fork = db.fork()
    let expired = 0
    fork.on('expired', () => expired++)
    vi.advanceTimersByTime(100)

    expect(expired).toBe(1)
  })

  it('copies a collection only when one side edits it', () => {
    const { db } = open()
    db.zadd('z', 1, 'a')
    const fork = db.fork()
    const [ours, theirs] = [db, fork].map(({ engine }) => engine.databases[0]!.keys)

    expect(ours!.lookAt(0)).toBe(theirs!.lookAt(0))
    fork.zscore('z', 'a')
    fork.dump('z')
    expect(ours!.lookAt(0)).toBe(theirs!.lookAt(0))
    fork.zadd('z', 2, 'b')
    expect(ours!.lookAt(0)).not.toBe(theirs!.lookAt(0))
  })

  it('takes along 50,000 keys, as many as lie in segments, and their deadlines', () => {
    const { db, clock } = open()
    for (let i = 0; i < 50_000; i++) db.set(`key:${i}`, i, { px: 1 + (i % 1_000) })
    const fork = db.fork()
    for (let i = 0; i < 50_000; i += 2) fork.del(`key:${i}`)
    clock.advance(500)

    expect([db.dbsize(), fork.dbsize()]).toEqual([25_000, 12_500])
    for (const { engine } of [db, fork]) engine.invariants()
  })
})

describe('a checkpoint', () => {
  it('is gone back to as often as you like', () => {
    const { db } = openFilled()
    const before = db.dump()
    const checkpoint = db.checkpoint()
    for (let i = 0; i < 3; i++) {
      db.rpush('list', 'c')
      db.flushdb()
      db.set('new', 'v')
      expect(db.restore(checkpoint)).toBeUndefined()

      expect(db.dump()).toBe(before)
    }
  })

  it('gives deadlines back as instants: what has passed meanwhile is gone', () => {
    const { db, clock } = openFilled()
    const checkpoint = db.checkpoint()
    clock.advance(4_000)
    db.restore(checkpoint)

    expect([db.pttl('text'), db.hgetall('hash')]).toEqual([1_000, { f: '1' }])
    clock.advance(1_000)
    expect(db.dbsize()).toBe(4)
  })

  it('gives the whole time back to who sets the clock back first', () => {
    const { db, clock } = openFilled()
    const checkpoint = db.checkpoint()
    for (let i = 0; i < 2; i++) {
      clock.advance(60_000)
      clock.set(START_MS)
      db.restore(checkpoint)

      expect([db.pttl('text'), db.hpttl('hash', 'g')]).toEqual([5_000, [3_000]])
      clock.advance(5_000)
      expect([db.exists('text'), db.hlen('hash')]).toEqual([0, 1])
    }
  })

  it('gives the course of chance back', () => {
    const { db } = open()
    db.sadd('s', ...Array.from({ length: 50 }, (_, i) => `m${i}`))
    const checkpoint = db.checkpoint()
    const picks = (): unknown[] => Array.from({ length: 5 }, () => db.srandmember('s'))
    const first = picks()
    db.restore(checkpoint)

    expect(picks()).toEqual(first)
  })

  it('trips watches of keys that are there before or after, and of no others', () => {
    const { db } = openFilled()
    const checkpoint = db.checkpoint()
    db.del('set')
    const results = ['text', 'set', 'nowhere'].map((key) => {
      const session = db.session()
      for (const line of [`WATCH ${key}`, 'MULTI', 'PING']) say(session, line)
      return session
    })
    db.restore(checkpoint)

    expect(results.map((session) => say(session, 'EXEC'))).toEqual([null, null, ['PONG']])
  })

  it('serves those who wait for a key that is there again', async () => {
    const { db } = openFilled()
    const checkpoint = db.checkpoint()
    db.flushall()
    const waiting = db.blpop('list', 0)
    db.restore(checkpoint)

    expect(await waiting).toEqual({ key: 'list', element: 'a' })
    expect(db.lrange('list', 0, -1)).toEqual(['b'])
  })

  it('announces nothing, and is logged as FLUSHALL and a RESTORE for each key', () => {
    const opened = openFilled()
    const { db, log, seen } = opened
    const checkpoint = db.checkpoint()
    db.flushall()
    forget(opened)
    db.restore(checkpoint)

    expect(seen).toEqual([])
    expect(log.batches).toHaveLength(1)
    const words = log.batches[0]!.map(({ database, words: [name, key, deadline] }) => [database, name, key, deadline])
    expect(words).toEqual([
      [0, 'FLUSHALL', undefined, undefined],
      [0, 'RESTORE', 'text', String(START_MS + 5_000)],
      [0, 'RESTORE', 'list', '0'],
      [0, 'RESTORE', 'hash', '0'],
      [0, 'RESTORE', 'set', '0'],
      [0, 'RESTORE', 'zset', '0'],
      [3, 'RESTORE', 'far', '0'],
    ])
    const other = new Redstart({ clock: manualClock(START_MS) })
    for (const batch of log.batches) replay(other.engine, batch)
    expect(other.dump()).toBe(db.dump())
  })

  it('leaves sessions where they are, with the database that they have selected', () => {
    const { db } = openFilled()
    const session = db.session()
    session.select(3)
    const checkpoint = db.checkpoint()
    session.flushdb()
    db.restore(checkpoint)

    expect(session.llen('far')).toBe(2)
  })

  it('can be used on a fork and on any store of as many databases', () => {
    const { db } = openFilled()
    const checkpoint = db.checkpoint()
    const [fork, other] = [db.fork(), new Redstart({ clock: manualClock(START_MS) })]
    fork.flushall()
    for (const store of [fork, other]) store.restore(checkpoint)

    expect([fork.dump(), other.dump()]).toEqual([db.dump(), db.dump()])
    fork.rpush('list', 'c')
    expect([db.llen('list'), other.llen('list')]).toEqual([2, 2])
    expect(() => new Redstart({ databases: 2 }).restore(checkpoint)).toThrow(
      new RangeError('the checkpoint is of 16 databases, and here are 2'),
    )
  })

  it('is no key: RESTORE by its three arguments is what it was', () => {
    const { db } = openFilled()
    const payload = db.dump('list')!

    expect(db.restore('copy', 0, payload)).toBe('OK')
    expect(db.checkpoint()).toBeInstanceOf(Checkpoint)
    expect(() => db.restore({} as Checkpoint)).toThrow('ERR value must be a string')
  })
})
