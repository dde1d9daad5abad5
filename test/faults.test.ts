import { manualClock, Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { contents, open, START_MS, say } from './support.js'

const OOM = "OOM command not allowed when used memory > 'maxmemory'."
const READONLY = "READONLY You can't write against a read only replica."
const CLOSED = 'ERR the session is closed'

function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as Error).message
  }
}

/** The outcomes of some calls of SET, 'OK' or a text. */
function sets(db: Redstart, count: number): unknown[] {
  return Array.from({ length: count }, () => outcome(() => db.set('k', 'v')))
}

describe('a refusal', () => {
  it.each([
    ['OOM', OOM, 'SET k v', 'GET k'],
    ['OOM', OOM, 'INCR n', 'DEL k'],
    ['READONLY', READONLY, 'DEL k', 'GET k'],
    ['NOREPLICAS', 'NOREPLICAS Not enough good replicas to write.', 'SET k v', 'PING'],
    ['LOADING', 'LOADING Redis is loading the dataset in memory', 'GET k', 'MULTI'],
    ['LOADING', 'LOADING Redis is loading the dataset in memory', 'PING', 'SELECT 0'],
    [
      'BUSY',
      'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
      'GET k',
      'WATCH k',
    ],
    [
      'MASTERDOWN',
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      'GET k',
      'SELECT 0',
    ],
    ['CLUSTERDOWN', 'CLUSTERDOWN The cluster is down', 'GET k', 'PING'],
    ['NOAUTH', 'NOAUTH Authentication required.', 'PING', 'RESET'],
    ['NOPERM', "NOPERM User default has no permissions to run the 'get' command", 'GET k', 'RESET'],
    [
      'NOPERM',
      "NOPERM User default has no permissions to run the 'config|get' command",
      'CONFIG GET databases',
      'QUIT',
    ],
  ])('%s answers %s to %s, and lets %s pass', (code, message, refused, admitted) => {
    const { db } = open()
    const session = db.session()
    const fault = db.faults.fail(code)

    expect(outcome(() => say(session, refused))).toBe(message)
    expect(() => say(session, admitted)).not.toThrow()
    expect(fault.fired).toBe(1)
  })

  it('MISCONF meets what writes, and PING', () => {
    const { db } = open()
    db.faults.fail('MISCONF')

    expect(() => db.set('k', 'v')).toThrow('MISCONF Redis is configured to save RDB snapshots, but')
    expect(() => db.ping()).toThrow(/Please check the Redis logs for details about the RDB error\.$/)
    expect(db.get('k')).toBeNull()
  })

  it('NOPERM for keys says that it is about a key', () => {
    const { db } = open()
    db.faults.fail('NOPERM', { keys: 'app:*' })

    expect(() => db.get('app:1')).toThrow('NOPERM No permissions to access a key')
    expect(db.get('k')).toBeNull()
  })

  it('may be any text, to any command', () => {
    const { db } = open()
    db.faults.fail('ERR max number of clients reached', { commands: 'GET' })

    expect(() => db.get('k')).toThrow(new RedstartError('ERR max number of clients reached'))
  })

  it('changes nothing, logs nothing and announces nothing', () => {
    const opened = open()
    opened.db.faults.fail('OOM')

    for (const call of [() => opened.db.set('k', 'v'), () => opened.db.call('SET', 'k', 'v')]) {
      expect(call).toThrow(OOM)
    }

    expect([contents(opened.db), opened.seen, opened.log.batches]).toEqual([[], [], []])
  })

  it('meets every door: typed, of bytes, raw, of another session', () => {
    const { db } = open()
    const fault = db.faults.fail('OOM', { commands: 'SET' })

    for (const call of [
      () => db.set('k', 'v'),
      () => db.bytes.set('k', 'v'),
      () => db.call('set', 'k', 'v'),
      () => db.callBuffer('SET', 'k', 'v'),
      () => db.session().set('k', 'v'),
    ]) {
      expect(call).toThrow(OOM)
    }
    expect(fault.fired).toBe(5)
  })

  it('meets an iterator at the page that it asks for', () => {
    const { db } = open()
    for (let i = 0; i < 30; i++) db.set(`k${i}`, 'v')
    db.faults.fail('LOADING', { commands: 'SCAN', after: 2 })
    let seen = 0

    expect(() => {
      for (const _ of db.scanIterator()) seen++
    }).toThrow('LOADING')
    expect(seen).toBe(20)
  })

  it('rejects where the reply is a promise', async () => {
    const { db } = open()
    db.faults.fail('READONLY')

    await expect(db.blpop('jobs', 1)).rejects.toThrow(READONLY)
  })

  it('counts a method once that calls another', () => {
    const { db } = open()
    db.zadd('z', 1, 'a')
    const fault = db.faults.fail('BUSY', { commands: ['ZRANDMEMBER', 'GETRANGE'], after: 1 })

    db.zrandmember('z', 1)

    expect(fault.fired).toBe(0)
    expect(() => db.substr('k', 0, 1)).not.toThrow()
    expect(() => db.getrange('k', 0, 1)).toThrow('BUSY')
  })

  it('meets what a listener calls, also while a typed call is under way', () => {
    const { db } = open()
    const errors: unknown[] = []
    db.on('set', () => errors.push(outcome(() => db.get('k'))))
    db.faults.fail('LOADING', { commands: 'GET' })

    db.set('k', 'v')

    expect(errors).toEqual(['LOADING Redis is loading the dataset in memory'])
  })
})

describe('a transaction', () => {
  it('that queues what is refused is discarded', () => {
    const { db } = open()
    const session = db.session()
    using _fault = db.faults.fail('OOM', { times: 1 })
    say(session, 'MULTI')

    expect(outcome(() => say(session, 'SET a 1'))).toBe(OOM)
    expect(say(session, 'SET b 1')).toBe('QUEUED')
    expect(outcome(() => say(session, 'EXEC'))).toBe('EXECABORT Transaction discarded because of previous errors.')
  })

  it.each(['OOM', 'READONLY'])('is refused at EXEC where a server came to that state after MULTI: %s', (code) => {
    const { db } = open()
    const session = db.session()
    for (const line of ['MULTI', 'SET a 1']) say(session, line)
    db.faults.fail(code)

    expect(outcome(() => say(session, 'EXEC'))).toMatch(`EXECABORT Transaction discarded because of: ${code}`)
    expect(db.exists('a')).toBe(0)
  })

  it('of reads passes EXEC without memory', () => {
    const { db } = open()
    const session = db.session()
    for (const line of ['MULTI', 'GET a']) say(session, line)
    db.faults.fail('OOM')

    expect(say(session, 'EXEC')).toEqual([null])
  })

  it('is not run by EXEC while a script is busy', () => {
    const { db } = open()
    const session = db.session()
    for (const line of ['MULTI', 'GET a']) say(session, line)
    db.faults.fail('BUSY')

    expect(outcome(() => say(session, 'EXEC'))).toBe(
      'EXECABORT Transaction discarded because of: BUSY Redis is busy running a script. You can only call SCRIPT KILL or ' +
        'SHUTDOWN NOSAVE.',
    )
  })
})

describe('a typed transaction', () => {
  it('meets faults call by call, and the others run', () => {
    const db = new Redstart({ clock: manualClock() })
    using _fault = db.faults.fail('OOM', { commands: ['SET'], times: 1 })

    expect(db.multi().set('a', 1).set('b', 2).exec()).toEqual([new RedstartError(OOM), 'OK'])
  })
})

describe('the rule of a fault', () => {
  it('lets some pass first, meets a number of calls, and ends', () => {
    const { db } = open()
    const fault = db.faults.fail('OOM', { after: 2, times: 1 })

    expect(sets(db, 5)).toEqual(['OK', 'OK', OOM, 'OK', 'OK'])
    expect([fault.fired, fault.ended]).toEqual([1, true])
  })

  it('names commands in any letter case, containers, subcommands and categories', () => {
    const { db } = open()
    db.set('k', 'v')
    const met = (commands: string): string[] => {
      using _fault = db.faults.fail('ERR met', { commands })
      const calls = {
        get: () => db.get('k'),
        encoding: () => db.objectEncoding('k'),
        idle: () => db.objectIdletime('k'),
      }
      return Object.entries(calls).flatMap(([name, call]) => (outcome(call) === 'ERR met' ? [name] : []))
    }

    expect(met('get')).toEqual(['get'])
    expect(met('OBJECT')).toEqual(['encoding', 'idle'])
    expect(met('object|encoding')).toEqual(['encoding'])
    expect(met('OBJECT ENCODING')).toEqual(['encoding'])
    expect(met('@string')).toEqual(['get'])
    expect(met('@read')).toEqual(['get', 'encoding', 'idle'])
    expect(met('@all')).toEqual(['get', 'encoding', 'idle'])
  })

  it('looks at every key of a call, whichever place it has', () => {
    const { db } = open()
    const fault = db.faults.fail('OOM', { keys: ['user:*', Uint8Array.of(0xff)] })
    const calls: [string, () => unknown][] = [
      ['mset', () => db.mset({ a: 1, 'user:1': 2 })],
      ['raw', () => db.call('MSET', 'a', 1, 'user:2', 2)],
      ['zunionstore', () => db.zunionstore('a', ['b', 'user:3'])],
      ['destination', () => db.zunionstore('user:4', ['b'])],
      ['bytes', () => db.append(Uint8Array.of(0xff), 'x')],
      ['none', () => db.mset({ a: 1, b: 'user:1' })],
    ]

    expect(calls.filter(([, call]) => outcome(call) === OOM).map(([name]) => name)).toEqual([
      ...['mset', 'raw', 'zunionstore', 'destination', 'bytes'],
    ])
    expect(fault.fired).toBe(5)
  })

  it('may be for one session alone', () => {
    const { db } = open()
    const session = db.session()
    db.faults.fail('OOM', { session })

    expect(db.set('k', 'v')).toBe('OK')
    expect(() => session.set('k', 'v')).toThrow(OOM)
    expect(() => session.bytes.set('k', 'v')).toThrow(OOM)
  })

  it('leaves it to seeded chance, which disturbs no random choice of the database', () => {
    const picks = (armed: boolean): { failures: unknown[]; members: unknown[] } => {
      const db = new Redstart({ clock: manualClock(START_MS), seed: 5 })
      db.sadd('s', 'a', 'b', 'c', 'd', 'e')
      if (armed) db.faults.fail('OOM', { probability: 0.3 })
      const failures = sets(db, 100)
      return { failures, members: Array.from({ length: 20 }, () => db.srandmember('s')) }
    }
    const first = picks(true)
    const count = first.failures.filter((reply) => reply === OOM).length

    expect(count).toBeGreaterThan(15)
    expect(count).toBeLessThan(45)
    expect(picks(true)).toEqual(first)
    expect(picks(false).members).toEqual(first.members)
  })

  it('yields to the one that was armed first', () => {
    const { db } = open()
    const first = db.faults.fail('OOM', { times: 1 })
    const second = db.faults.fail('READONLY')

    expect(sets(db, 2)).toEqual([OOM, READONLY])
    expect([first.fired, second.fired]).toEqual([1, 1])
  })

  it('holds for its own database, and a fork has none', () => {
    const { db } = open()
    db.faults.fail('OOM')

    expect(db.fork().set('k', 'v')).toBe('OK')
    expect(new Redstart().set('k', 'v')).toBe('OK')
  })

  it('holds until it is ended, by end, by using or by clear', () => {
    const { db } = open()
    const one = db.faults.fail('OOM')
    one.end()
    one.end()
    expect(sets(db, 1)).toEqual(['OK'])
    {
      using _other = db.faults.fail('READONLY')
      expect(sets(db, 1)).toEqual([READONLY])
    }
    db.faults.fail('OOM')
    db.faults.clear()

    expect(sets(db, 1)).toEqual(['OK'])
    expect(one.ended).toBe(true)
  })

  it.each([
    ['a fault is one of BUSY, CLUSTERDOWN,', (db: Redstart) => db.faults.fail('OUCH')],
    ["there is no command 'NOSUCH'", (db: Redstart) => db.faults.fail('OOM', { commands: 'NOSUCH' })],
    ["there is no command '@nosuch'", (db: Redstart) => db.faults.fail('OOM', { commands: ['SET', '@nosuch'] })],
    ["'get' is never refused with OOM", (db: Redstart) => db.faults.fail('OOM', { commands: 'get' })],
    ["'@read' is never refused with READONLY", (db: Redstart) => db.faults.fail('READONLY', { commands: '@read' })],
    ['times is a whole number >= 1, got 0', (db: Redstart) => db.faults.fail('OOM', { times: 0 })],
    ['times is a whole number >= 1, got 1.5', (db: Redstart) => db.faults.fail('OOM', { times: 1.5 })],
    ['after is a whole number >= 0, got -1', (db: Redstart) => db.faults.fail('OOM', { after: -1 })],
    ['probability is above 0 and up to 1, got 0', (db: Redstart) => db.faults.fail('OOM', { probability: 0 })],
    ['a delay is milliseconds >= 0, got -1', (db: Redstart) => db.faults.delay(-1)],
    ['a delay is milliseconds >= 0, got NaN', (db: Redstart) => db.faults.delay(Number.NaN)],
    ["'GET' does not block", (db: Redstart) => db.faults.delay(5, { commands: 'GET' })],
    ["there is no option 'key' among commands,", (db: Redstart) => db.faults.fail('OOM', { key: 'a' } as object)],
    ["there is no option 'executes' among", (db: Redstart) => db.faults.delay(5, { executes: true } as object)],
    ["there is no option 'key' among commands,", (db: Redstart) => db.faults.drop({ key: 'a' } as object)],
    ['the session belongs to another database', (db: Redstart) => db.faults.drop(new Redstart())],
  ])('is told where it could never meet a call: %s', (message, arm) => {
    const { db } = open()

    expect(() => arm(db)).toThrow(RangeError)
    expect(() => arm(db)).toThrow(message)
  })
})

describe('a delay', () => {
  /** What has come of a promise by now. */
  async function stateOf(promise: Promise<unknown>): Promise<unknown> {
    for (let turn = 0; turn < 10; turn++) await undefined
    return Promise.race([promise.catch((error: Error) => error.message), Promise.resolve('pending')])
  }

  it('keeps a reply back that is there at once, though the command has run', async () => {
    const { db, clock } = open()
    db.rpush('jobs', 'a', 'b')
    const fault = db.faults.delay(200, { commands: 'BLPOP', times: 1 })
    const late = db.blpop('jobs', 1)

    expect(db.llen('jobs')).toBe(1)
    clock.advance(199)
    expect(await stateOf(late)).toBe('pending')
    clock.advance(1)
    expect(await late).toEqual({ key: 'jobs', element: 'a' })
    expect(await db.blpop('jobs', 1)).toEqual({ key: 'jobs', element: 'b' })
    expect(fault.fired).toBe(1)
  })

  it('lets a raw call that blocks answer by a promise', async () => {
    const { db, clock } = open()
    db.rpush('jobs', 'a')
    db.faults.delay(10)
    const late = db.call('BLPOP', 'jobs', 1)

    expect(late).toBeInstanceOf(Promise)
    clock.advance(10)
    expect(await late).toEqual(['jobs', 'a'])
  })

  it('begins for a call that waits when it is served', async () => {
    const { db, clock } = open()
    db.faults.delay(50)
    const late = db.blpop('jobs', 10)
    clock.advance(1_000)
    db.rpush('jobs', 'a')

    expect(await stateOf(late)).toBe('pending')
    clock.advance(50)
    expect(await late).toEqual({ key: 'jobs', element: 'a' })
  })

  it('holds errors back too', async () => {
    const { db, clock } = open()
    db.set('k', 'v')
    db.faults.delay(50)
    const late = db.blpop('k', 1)

    expect(await stateOf(late)).toBe('pending')
    clock.advance(50)
    await expect(late).rejects.toThrow('WRONGTYPE')
  })

  it('is cut short by the signal', async () => {
    const { db } = open()
    db.rpush('jobs', 'a')
    db.faults.delay(50)
    const controller = new AbortController()
    const late = db.blpop('jobs', 1, { signal: controller.signal })
    controller.abort(new Error('enough'))

    await expect(late).rejects.toThrow('enough')
  })

  it('ends with the database: the caller is told', async () => {
    const { db } = open()
    db.rpush('jobs', 'a')
    db.faults.delay(50)
    const late = db.blpop('jobs', 1)
    await db.close()

    await expect(late).rejects.toThrow('ERR the database is closed')
  })

  it('leaves alone what answers at once', () => {
    const { db } = open()
    const fault = db.faults.delay(50)

    expect([db.set('k', 'v'), db.call('GET', 'k'), fault.fired]).toEqual(['OK', 'v', 0])
  })
})

describe('a dropped session', () => {
  it('is as a closed connection at every door, until the fault is ended', () => {
    const { db } = open()
    const session = db.session()
    session.select(2)
    const outage = db.faults.drop(session)

    for (const call of [() => session.get('k'), () => session.bytes.get('k'), () => session.call('GET', 'k')]) {
      expect(call).toThrow(CLOSED)
    }
    expect(db.set('k', 'v')).toBe('OK')
    outage.end()
    expect(session.get('k')).toBe('v')
  })

  it('gives up its transaction, its watches and what it waits for', async () => {
    const { db } = open()
    const session = db.session()
    for (const line of ['WATCH k', 'MULTI', 'SET k v']) say(session, line)
    const waiting = db.session()
    const late = waiting.blpop('jobs', 0)
    using _one = db.faults.drop(session)
    using _other = db.faults.drop(waiting)

    await expect(late).rejects.toThrow(CLOSED)
    expect(db.engine.watches.active).toBe(false)
    expect(db.engine.waiters.size).toBe(0)
  })

  it('breaks at a call, before it is run', () => {
    const { db } = open()
    const session = db.session()
    using outage = db.faults.drop({ commands: 'INCR', after: 1, times: 1 })

    expect(session.incr('n')).toBe(1)
    expect(() => session.incr('n')).toThrow(CLOSED)
    expect(() => session.get('n')).toThrow(CLOSED)
    expect([db.get('n'), outage.fired]).toEqual(['1', 1])
  })

  it.each(['typed', 'raw'])('breaks after a call whose reply is lost: %s', (door) => {
    const { db } = open()
    const session = db.session()
    db.faults.drop({ commands: 'INCR', executes: true })

    expect(() => (door === 'raw' ? session.call('INCR', 'n') : session.incr('n'))).toThrow(CLOSED)
    expect(db.get('n')).toBe('1')
  })

  it('leaves open whether EXEC was done', () => {
    const { db } = open()
    const session = db.session()
    db.faults.drop({ commands: 'EXEC', executes: true })
    for (const line of ['MULTI', 'SET k v']) say(session, line)

    expect(() => say(session, 'EXEC')).toThrow(CLOSED)
    expect(db.get('k')).toBe('v')
  })

  it('that was closed before stays closed', () => {
    const { db } = open()
    const session = db.session()
    session.close()
    db.faults.drop(session).end()

    expect(() => session.call('PING')).toThrow(CLOSED)
  })
})
