import { type CallReply, manualClock, Redstart, type Session } from 'redstart'
import { describe, expect, it } from 'vitest'

interface Connection {
  readonly session: Session
  readonly heard: CallReply[][]
}

function open(): { db: Redstart; clock: ReturnType<typeof manualClock>; join(): Connection } {
  const clock = manualClock()
  const db = new Redstart({ clock })
  const join = (): Connection => {
    const session = db.session()
    const heard: CallReply[][] = []
    session.onPush((message) => heard.push(message))
    return { session, heard }
  }
  return { db, clock, join }
}

describe('CLIENT LIST', () => {
  it('tells of every session, in the fields of Redis', () => {
    const { db, clock, join } = open()
    const { session } = join()
    session.call('CLIENT', 'SETNAME', 'worker')
    session.call('MULTI')
    session.call('GET', 'k')
    clock.advance(5_000)

    const lines = (db.call('CLIENT', 'LIST') as string).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toMatch(
      /^id=2 addr=session:2 laddr= fd=-1 name=worker age=5 idle=5 flags=x db=0 sub=0 .* multi=1 /,
    )
    expect(db.clientList({ id: [2] })).toMatchObject([
      { id: 2, name: 'worker', flags: 'x', cmd: 'multi', ageSeconds: 5 },
    ])
  })
})

describe('CLIENT KILL', () => {
  it('ends a session, and what it waits for; itself only when it says so', async () => {
    const { db, join } = open()
    const [a, b] = [join().session, join().session]
    const waiting = b.call('BLPOP', 'l', 0)

    expect(a.clientKill({ id: b.clientId() })).toBe(1)
    await expect(waiting).rejects.toThrow('the session is closed')
    expect(a.clientKill({ id: a.clientId() })).toBe(0)
    expect(a.call('CLIENT', 'KILL', 'ID', a.clientId(), 'SKIPME', 'no')).toBe(1)
    expect(() => a.call('PING')).toThrow('the session is closed')
    expect(db.clientList()).toHaveLength(1)
  })
})

describe('CLIENT PAUSE', () => {
  it('holds raw calls back until its end, in their order, and typed calls never', async () => {
    const { db, clock, join } = open()
    const { session } = join()
    db.clientPause(100, 'all')
    const replies = [session.call('INCR', 'n'), session.call('GET', 'n')]
    expect(db.get('n')).toBeNull()
    expect(replies[0]).toBeInstanceOf(Promise)
    clock.advance(99)
    expect(db.get('n')).toBeNull()
    clock.advance(1)

    expect(await Promise.all(replies)).toEqual([1, '1'])
    expect(session.call('GET', 'n')).toBe('1')
  })

  it('knows types of sessions in lower case, and no others', () => {
    const { db } = open()

    // @ts-expect-error
    expect(() => db.clientKill({ type: 'NORMAL', skipme: false })).toThrow("ERR Unknown client type 'NORMAL'")
    // @ts-expect-error
    expect(() => db.clientList({ type: 'constructor' })).toThrow("ERR Unknown client type 'constructor'")
    expect(db.clientList({ type: 'normal' })).toHaveLength(1)
  })

  it('takes tokens in lower case, as all typed methods, and no others', () => {
    const { db, join } = open()
    const { session } = join()
    const paused = db.engine

    expect(db.clientPause(100, 'write')).toBe('OK')
    db.clientUnpause()
    expect(session.clientTracking('on')).toBe('OK')
    expect(session.clientTracking('off')).toBe('OK')
    // @ts-expect-error
    expect(() => db.clientPause(100, 'WRITE')).toThrow('ERR CLIENT PAUSE mode must be WRITE or ALL')
    // @ts-expect-error
    expect(() => session.clientTracking('ON')).toThrow('ERR syntax error')
    // @ts-expect-error
    expect(() => db.clientUnblock(1, 'ERROR')).toThrow('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')
    expect([paused.pause, session.clientGetredir()]).toEqual([undefined, -1])
  })

  it('is forgotten for a session that ends', async () => {
    const { db, join } = open()
    const { session } = join()
    db.clientPause(100)
    const reply = session.call('SET', 'k', 'v') as unknown as Promise<CallReply>
    session.close()

    await expect(reply).rejects.toThrow('the session is closed')
    db.clientUnpause()
    expect(db.get('k')).toBeNull()
  })
})

describe('CLIENT REPLY', () => {
  it('leaves out replies and errors, or those of the next call', () => {
    const { session } = open().join()

    expect(session.call('CLIENT', 'REPLY', 'SKIP')).toEqual([])
    expect(session.call('SET', 'k', 'v')).toEqual([])
    expect(session.call('GET', 'k')).toBe('v')
    expect(session.call('CLIENT', 'REPLY', 'OFF')).toEqual([])
    expect(session.call('NOSUCH')).toEqual([])
    expect(session.call('GET', 'k')).toEqual([])
    expect(session.call('CLIENT', 'REPLY', 'ON')).toBe('OK')
    expect(session.call('GET', 'k')).toBe('v')
  })

  it('is on again after RESET', () => {
    const { session } = open().join()
    session.call('CLIENT', 'REPLY', 'OFF')

    expect(session.call('RESET')).toBe('RESET')
    expect(session.call('PING')).toBe('PONG')
  })
})

describe('CLIENT TRACKING', () => {
  it('pushes what becomes invalid to a session of protocol 3, whichever door reads and writes', () => {
    const { db, join } = open()
    const { session, heard } = join()
    session.call('HELLO', 3)
    session.clientTracking('on')
    session.get('k')
    db.set('k', 1)
    db.set('k', 2)
    session.call('GET', 'k')
    db.call('DEL', 'k')
    db.flushall()

    expect(heard).toEqual([
      ['invalidate', ['k']],
      ['invalidate', ['k']],
      ['invalidate', null],
    ])
    expect(db.info('stats')['stats']).toMatchObject({ tracking_total_keys: 0, tracking_total_items: 0 })
  })

  it('tells of keys that go by time, and of those that there is no room to remember', () => {
    const { db, clock, join } = open()
    const { session, heard } = join()
    session.call('HELLO', 3)
    session.clientTracking('on', { noloop: true })
    db.set('k', 1, { px: 5 })
    session.get('k')
    clock.advance(10)
    db.configSet({ 'tracking-table-max-keys': 1 })
    session.mget('a', 'b')

    expect(heard).toEqual([
      ['invalidate', ['k']],
      ['invalidate', ['a']],
    ])
  })

  it('pushes nothing to a session of protocol 2, and ends by RESET', () => {
    const { db, join } = open()
    const { session, heard } = join()
    session.clientTracking('on')
    session.get('k')
    db.set('k', 1)
    session.call('RESET')

    expect(heard).toEqual([])
    expect(session.clientTrackinginfo()).toEqual({ flags: ['off'], redirect: -1, prefixes: [] })
    expect(db.engine.hearsCalls).toBe(false)
  })

  it('says when the session that should hear is gone', () => {
    const { db, join } = open()
    const [a, b] = [join(), join()]
    a.session.call('HELLO', 3)
    a.session.clientTracking('on', { redirect: b.session.clientId() })
    a.session.get('k')
    b.session.close()
    db.set('k', 1)

    expect(a.heard).toEqual([['tracking-redir-broken', 3]])
    expect(a.session.clientTrackinginfo().flags).toEqual(['on', 'broken_redirect'])
  })
})

describe('CLIENT NO-TOUCH', () => {
  it('leaves access times as they are, but for TOUCH', () => {
    const { db, clock, join } = open()
    const { session } = join()
    db.set('k', 'v')
    session.clientNoTouch(true)
    clock.advance(5_000)
    session.get('k')
    session.call('GET', 'k')
    expect(db.objectIdletime('k')).toBe(5)
    session.touch('k')

    expect(db.objectIdletime('k')).toBe(0)
  })
})
