import { Redstart, RedstartError, type Session } from 'redstart'
import { describe, expect, it } from 'vitest'
import { answers, logged, open, START_MS, say, unattended, WRONGTYPE } from '../support.js'

const ABORTED = 'EXECABORT Transaction discarded because of previous errors.'

/** The database and two sessions. */
function openTwo() {
  const opened = open()
  return { ...opened, one: opened.db.session(), two: opened.db.session() }
}

describe('MULTI and EXEC', () => {
  it('run what was queued and return its replies in order', () => {
    const { one } = openTwo()

    expect(answers(one, 'MULTI', 'SET a 1', 'INCR a', 'LRANGE none 0 -1', 'EXEC')).toEqual([
      ...['OK', 'QUEUED', 'QUEUED', 'QUEUED'],
      ['OK', 2, []],
    ])
    expect(answers(one, 'GET a', 'EXEC')).toEqual(['2', 'ERR EXEC without MULTI'])
  })

  it('show nothing to others before EXEC', () => {
    const { one, two } = openTwo()

    answers(one, 'MULTI', 'SET a 1')

    expect(two.get('a')).toBeNull()
    answers(one, 'EXEC')
    expect(two.get('a')).toBe('1')
  })

  it('answer an empty array when nothing was queued', () => {
    expect(answers(open().db, 'MULTI', 'EXEC')).toEqual(['OK', []])
  })

  it('go on behind a call that fails, whose error stands among the replies', () => {
    const { db } = open()

    const replies = answers(db, 'SET a x', 'MULTI', 'LPUSH a 1', 'INCR a', 'SET a 2', 'EXEC').at(-1)

    expect(replies).toEqual([
      new RedstartError(WRONGTYPE),
      new RedstartError('ERR value is not an integer or out of range'),
      'OK',
    ])
    expect(db.get('a')).toBe('2')
  })

  it.each([
    ['an unknown command', 'NOSUCH', "ERR unknown command 'NOSUCH', with args beginning with: "],
    ['a wrong number of words', 'GET', "ERR wrong number of arguments for 'get' command"],
    ['an unknown subcommand', 'OBJECT NOSUCH a', "ERR unknown subcommand 'NOSUCH'. Try OBJECT HELP."],
    ['MULTI with words', 'MULTI x', "ERR wrong number of arguments for 'multi' command"],
  ])('run nothing after %s', (_name, line, message) => {
    const { db } = open()

    expect(answers(db, 'MULTI', 'SET a 1', line, 'SET b 1', 'EXEC')).toEqual([
      'OK',
      'QUEUED',
      message,
      'QUEUED',
      ABORTED,
    ])
    expect(answers(db, 'EXISTS a b', 'EXEC')).toEqual([0, 'ERR EXEC without MULTI'])
  })

  it('are ended by an EXEC that is refused itself', () => {
    expect(answers(open().db, 'MULTI', 'SET a 1', 'EXEC x', 'EXEC', 'EXISTS a')).toEqual([
      ...['OK', 'QUEUED', "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command"],
      ...['ERR EXEC without MULTI', 0],
    ])
  })

  it('say EXECABORT of an EXEC that is refused even outside, and it forgets what was watched', () => {
    const { one, two } = openTwo()
    answers(one, 'WATCH a')

    const [refused] = answers(one, 'EXEC x')

    expect(refused).toBe("EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command")
    answers(two, 'SET a 1')
    expect(answers(one, 'MULTI', 'GET a', 'EXEC').at(-1)).toEqual(['1'])
  })

  it('refuse MULTI and WATCH inside without harm', () => {
    expect(answers(open().db, 'MULTI', 'MULTI', 'WATCH a', 'SET a 1', 'EXEC')).toEqual([
      ...['OK', 'ERR MULTI calls can not be nested', 'ERR WATCH inside MULTI is not allowed', 'QUEUED'],
      ['OK'],
    ])
  })

  it('queue what a session says of itself: SELECT holds afterwards, and a wrong one is an error of its own', () => {
    const { one } = openTwo()

    expect(answers(one, 'MULTI', 'SELECT 99', 'SELECT 2', 'SET a 1', 'UNWATCH', 'EXEC').at(-1)).toEqual([
      new RedstartError('ERR DB index is out of range'),
      ...['OK', 'OK', 'OK'],
    ])
    expect(answers(one, 'DBSIZE', 'SELECT 0', 'DBSIZE')).toEqual([1, 'OK', 0])
  })

  it('do not wait: blocking commands answer as if time had run out', () => {
    const { db } = open()

    expect(
      answers(db, 'MULTI', 'BLPOP none 0', 'RPUSH l a', 'BLPOP l 0', 'BLMOVE l m LEFT LEFT 0', 'EXEC').at(-1),
    ).toEqual([...[null, 1, ['l', 'a'], null]])
    expect(db.engine.waiters.size).toBe(0)
  })

  it('are one unit: one log batch, events and wakeups at the end', async () => {
    const { db, log, seen, one, two } = openTwo()
    const waiting = two.call('BLPOP', 'l', 0)

    answers(one, 'MULTI', 'RPUSH l a', 'SET k v', 'RPUSH l b')
    const before = [...seen]
    answers(one, 'EXEC')

    expect(before).toEqual([])
    expect(seen).toEqual(['rpush l', 'set k', 'rpush l', 'lpop l'])
    expect(log.batches.map((batch) => batch.length)).toEqual([3, 1])
    expect(await waiting).toEqual(['l', 'a'])
    expect(db.lrange('l', 0, -1)).toEqual(['b'])
  })

  it('read the clock once', () => {
    const { db, clock } = open()
    say(db, 'MULTI')
    say(db, 'SET a 1 PX 100')
    clock.advance(50)
    say(db, 'PTTL a')

    expect(say(db, 'EXEC')).toEqual(['OK', 100])
    expect(db.pexpiretime('a')).toBe(START_MS + 150)
  })

  it('keep bytes as they were when they were queued', () => {
    const { db } = open()
    const value = Uint8Array.of(255, 1)
    say(db, 'MULTI')
    db.call('SET', 'a', value)
    value.fill(0)
    say(db, 'EXEC')

    expect(db.bytes.get('a')).toEqual(Uint8Array.of(255, 1))
  })

  it('concern raw calls only: a typed method runs at once', () => {
    const { db } = open()
    say(db, 'MULTI')
    db.set('a', 1)

    expect(db.get('a')).toBe('1')
    expect(say(db, 'EXEC')).toEqual([])
  })
})

describe('DISCARD', () => {
  it('forgets what was queued, and errors with it', () => {
    const { db } = open()

    expect(answers(db, 'MULTI', 'SET a 1', 'NOSUCH', 'DISCARD', 'EXISTS a').slice(3)).toEqual(['OK', 0])
    expect(answers(db, 'DISCARD')).toEqual(['ERR DISCARD without MULTI'])
    expect(logged({ ...open(), db })).toEqual([])
  })

  it('ends the watch', () => {
    const { one, two } = openTwo()

    answers(one, 'WATCH k', 'MULTI', 'DISCARD')
    two.set('k', 1)

    expect(answers(one, 'MULTI', 'PING', 'EXEC').at(-1)).toEqual(['PONG'])
  })
})

describe('WATCH', () => {
  const start = ['SET k v EX 100', 'WATCH k other', 'MULTI', 'SET won 1']
  const meanwhile: [string, string[]][] = [
    ['a write of the same value', ['SET k v KEEPTTL']],
    ['a deadline', ['EXPIRE k 100']],
    ['a deadline that goes', ['PERSIST k']],
    ['a key that goes', ['DEL k']],
    ['a key that comes', ['SET other 1']],
    ['a key that comes and goes', ['SET other 1', 'DEL other']],
    ['another name', ['RENAME k kk']],
    ['FLUSHDB', ['FLUSHDB']],
    ['FLUSHALL from another database', ['SELECT 3', 'FLUSHALL']],
    ['SWAPDB', ['SWAPDB 0 1']],
    ['MOVE', ['MOVE k 1']],
  ]

  it.each(meanwhile)('makes EXEC answer null after %s', (_name, calls) => {
    const { one, two } = openTwo()

    answers(one, ...start)
    answers(two, ...calls)

    expect(answers(one, 'EXEC', 'EXISTS won')).toEqual([null, 0])
  })

  const harmless: [string, string[]][] = [
    ['nothing', []],
    ['other keys', ['SET x 1']],
    ['reads', ['GET k', 'TTL k', 'EXISTS other']],
    ['calls that do nothing', ['DEL other', 'SET k w NX', 'EXPIRE other 5', 'PERSIST other']],
    ['the same key of another database', ['SELECT 1', 'SET k 1']],
    ['calls that fail', ['LPUSH k 1']],
    ['SWAPDB of other databases', ['SWAPDB 1 2']],
  ]

  it.each(harmless)('lets EXEC run after %s', (_name, calls) => {
    const { one, two } = openTwo()

    answers(one, ...start)
    answers(two, ...calls)

    expect(answers(one, 'EXEC', 'EXISTS won')).toEqual([['OK'], 1])
  })

  it('trips on the own writes of the session, before and inside MULTI only as far as they are before EXEC', () => {
    const { one } = openTwo()

    expect(answers(one, 'WATCH k', 'SET k 1', 'MULTI', 'PING', 'EXEC').at(-1)).toBeNull()
    expect(answers(one, 'WATCH k', 'MULTI', 'SET k 2', 'EXEC').at(-1)).toEqual(['OK'])
  })

  it('holds for one EXEC only', () => {
    const { one, two } = openTwo()
    answers(one, ...start)
    two.set('k', 2)

    expect(answers(one, 'EXEC', 'MULTI', 'PING', 'EXEC')).toEqual([null, 'OK', 'QUEUED', ['PONG']])
    answers(one, 'WATCH k', 'MULTI', 'EXEC')
    two.set('k', 3)
    expect(answers(one, 'MULTI', 'PING', 'EXEC').at(-1)).toEqual(['PONG'])
  })

  it('trips when time runs out after it, noticed or not', () => {
    const { one, two, clock, db } = openTwo()
    answers(one, 'SET k v PX 10', 'WATCH k')
    clock.advance(10)
    const noticed = answers(one, 'MULTI', 'PING', 'EXEC').at(-1)
    db.set('k', 'v', { pxat: START_MS + 20 })
    answers(one, 'WATCH k')
    clock.set(START_MS + 5)
    clock.set(START_MS + 19)
    two.ping()
    const early = answers(one, 'MULTI', 'PING', 'EXEC').at(-1)

    expect([noticed, early]).toEqual([null, ['PONG']])
  })

  it('trips on a key whose time has come since and that nobody has looked at, as no timer came', () => {
    let nowMs = START_MS
    const db = new Redstart({ clock: { now: () => nowMs, schedule: () => ({ cancel() {} }) } })
    answers(db, 'SET k v PX 10', 'WATCH k', 'MULTI', 'PING')

    nowMs += 10

    expect(answers(db, 'EXEC')).toEqual([null])
  })

  it('does not trip on the going of a key whose time was up already', () => {
    const { one, two, db } = openTwo()
    db.set('k', 'v', { pxat: START_MS })
    answers(one, 'WATCH k')

    const stands = answers(one, 'MULTI', 'PING', 'EXEC').at(-1)
    db.set('k', 'v', { pxat: START_MS })
    answers(one, 'WATCH k')
    two.exists('k')
    const gone = answers(one, 'MULTI', 'PING', 'EXEC').at(-1)
    db.set('k', 'v', { pxat: START_MS })
    answers(one, 'WATCH k')
    two.exists('k')
    two.set('k', 'new')
    const back = answers(one, 'MULTI', 'PING', 'EXEC').at(-1)

    expect([stands, gone, back]).toEqual([['PONG'], ['PONG'], null])
  })

  it('is ended by UNWATCH', () => {
    const { one, two, db } = openTwo()
    answers(one, 'WATCH k', 'UNWATCH')
    two.set('k', 1)

    expect(answers(one, 'MULTI', 'PING', 'EXEC').at(-1)).toEqual(['PONG'])
    expect(answers(one, 'UNWATCH')).toEqual(['OK'])
    expect(db.engine.watches.active).toBe(false)
  })
})

describe('RESET', () => {
  it('puts a session back to how it began', () => {
    const { one, two, db } = openTwo()

    expect(answers(one, 'SELECT 3', 'WATCH k', 'MULTI', 'SET k 1', 'RESET', 'EXEC')).toEqual([
      ...['OK', 'OK', 'OK', 'QUEUED', 'RESET', 'ERR EXEC without MULTI'],
    ])
    one.set('k', 1)
    expect(two.get('k')).toBe('1')
    expect(db.engine.watches.active).toBe(false)
  })
})

describe('a session that ends', () => {
  it.each([
    ['by QUIT', (session: Session) => say(session, 'QUIT')],
    ['by close', (session: Session) => session.close()],
  ])('%s gives up what it waits for, watches and has queued', async (_name, end) => {
    const { db, one } = openTwo()
    const waiting = one.call('BLPOP', 'l', 0)
    answers(one, 'WATCH k', 'MULTI', 'SET k 1')

    end(one)

    await expect(waiting).rejects.toThrow('ERR the session is closed')
    expect(answers(one, 'EXEC', 'PING')).toEqual(['ERR the session is closed', 'ERR the session is closed'])
    expect([db.engine.waiters.size, db.engine.watches.active, db.dbsize()]).toEqual([0, false, 0])
  })

  it('leaves others waiting', async () => {
    const { db, one, two } = openTwo()
    unattended(one.call('BLPOP', 'l', 0))
    const other = two.call('BLPOP', 'l', 0)
    one.close()
    db.rpush('l', 'x')

    expect(await other).toEqual(['l', 'x'])
  })
})
