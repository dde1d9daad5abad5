import { manualClock, Redstart, RedstartError, type RedstartOptions } from 'redstart'
import { describe, expect, it } from 'vitest'
import { observationOf } from '../../src/commands/observation.js'
import { say } from '../support.js'

/** A database whose calls take as many milliseconds as they are told to. */
function timed(options?: RedstartOptions): { db: Redstart; takes(ms: number): void } {
  const db = new Redstart({ clock: manualClock(), statistics: true, ...options })
  let [now, each] = [0, 0]
  observationOf(db.engine).stopwatch = () => {
    now += each
    return now
  }
  return {
    db,
    takes(ms) {
      each = ms
    },
  }
}

function fails(run: () => unknown): void {
  expect(run).toThrow(RedstartError)
}

describe('statistics', () => {
  it('count typed and raw calls of each command, those that fail and those that are refused', () => {
    const { db } = timed()
    db.set('k', 'v')
    db.bytes.get('k')
    db.call('GET', 'k')
    fails(() => db.lpush('k', 'x'))
    fails(() => db.call('LPUSH', 'k', 'x'))
    fails(() => db.call('GET'))
    fails(() => db.call('NOSUCH'))

    const { commandstats, errorstats } = db.info('commandstats', 'errorstats')
    expect(commandstats!['cmdstat_get']).toMatch(/^calls=2,.*,rejected_calls=1,failed_calls=0$/)
    expect(commandstats!['cmdstat_lpush']).toMatch(/^calls=2,.*,rejected_calls=0,failed_calls=2$/)
    expect(errorstats).toEqual({ errorstat_WRONGTYPE: 'count=2', errorstat_ERR: 'count=2' })
  })

  // Bug: they were counted when they began to wait, and what they ended by was not.
  it('count a call that waits when its waiting ends, by what it ends', async () => {
    const clock = manualClock()
    const { db } = timed({ clock })
    const [a, b, c, d] = [db.session(), db.session(), db.session(), db.session()]
    db.configSet({ 'slowlog-log-slower-than': 0 })
    db.aclSetuser('ann', 'on', 'nopass', '+@all', '~*')
    db.call('XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM')
    db.configResetstat()
    const blpop = (): unknown => db.info('commandstats')['commandstats']!['cmdstat_blpop']
    const slow = (): number => db.slowlogGet(-1).filter(({ args }) => /^blpop$/i.test(args[0]!)).length

    const replies = [a.call('BLPOP', 'q', 0), b.blpop('q', 0)]
    expect([blpop(), slow()]).toEqual([undefined, 0])
    db.rpush('q', '1', '2')
    expect([blpop(), slow()]).toEqual([expect.stringMatching(/^calls=2,.*rejected_calls=0,failed_calls=0$/), 2])
    replies.push(a.call('BLPOP', 'q', 1))
    clock.advance(1_000)
    expect(blpop()).toMatch(/^calls=3,.*rejected_calls=0,failed_calls=0$/)
    const unblocked = a.call('BLPOP', 'q', 0)
    db.clientUnblock(a.clientId(), 'error')
    expect(blpop()).toMatch(/^calls=4,.*rejected_calls=0,failed_calls=1$/)
    c.call('AUTH', 'ann', 'x')
    const refused = c.call('BLPOP', 'q', 0)
    db.aclSetuser('ann', '-blpop')
    db.rpush('q', '1')
    expect(blpop()).toMatch(/^calls=4,.*rejected_calls=1,failed_calls=1$/)
    db.del('q')
    const group = a.call('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', 0, 'STREAMS', 's', '>')
    db.del('s')
    const gone = d.call('BLPOP', 'q', 0)
    d.close()

    const { commandstats, errorstats } = db.info('commandstats', 'errorstats')
    expect(commandstats!['cmdstat_xreadgroup']).toMatch(/^calls=1,.*rejected_calls=0,failed_calls=1$/)
    expect(commandstats!['cmdstat_blpop']).toMatch(/^calls=4,.*rejected_calls=1,failed_calls=1$/)
    expect(errorstats).toEqual({
      errorstat_UNBLOCKED: 'count=1',
      errorstat_NOPERM: 'count=1',
      errorstat_NOGROUP: 'count=1',
    })
    expect(await Promise.allSettled([...replies, unblocked, refused, group, gone])).toHaveLength(7)
  })

  it('count a call that may wait and fails at once', async () => {
    const { db } = timed()
    db.set('k', 'v')

    await expect(db.blpop('k', 0)).rejects.toThrow(RedstartError)

    expect(db.info('commandstats')['commandstats']!['cmdstat_blpop']).toMatch(
      /^calls=1,.*rejected_calls=0,failed_calls=1$/,
    )
  })

  // Bug: while calls were looked at, CLIENT LIST told of the last one that EXEC had run.
  it('leave EXEC the last command of its connection', () => {
    const { db } = timed()
    const session = db.session()
    const id = session.clientId()
    for (const line of ['MULTI', 'GET k', 'EXEC']) say(session, line)

    expect(say(db, `CLIENT LIST ID ${id}`)).toContain(' cmd=exec ')
  })

  it('count the calls of a container without a subcommand as refused', () => {
    const { db } = timed()
    fails(() => db.call('OBJECT'))

    expect(db.info('commandstats')['commandstats']!['cmdstat_object']).toMatch(
      /^calls=0,.*rejected_calls=1,failed_calls=0$/,
    )
  })

  it('tell which keys are waited for, and by whom who cannot do without them', async () => {
    const { db } = timed()
    const [a, b] = [db.session(), db.session()]
    db.call('XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM')
    const replies = [a.call('BLPOP', 'q', 0), b.call('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', 0, 'STREAMS', 's', '>')]

    expect(db.info('clients')['clients']).toMatchObject({ total_blocking_keys: 2, total_blocking_keys_on_nokey: 1 })
    a.close()
    b.close()
    await Promise.allSettled(replies)
  })

  it('count fields that a past deadline takes out as expired', () => {
    const { db } = timed()
    db.hset('h', { a: '1', b: '2', c: '3' })
    db.hexpire('h', 0, ['a'])
    db.call('HGETEX', 'h', 'PXAT', 1, 'FIELDS', 1, 'b')

    expect(db.info('stats')['stats']!['expired_subkeys']).toBe(2)
  })

  it('keep by CONFIG RESETSTAT how much was refused by rules of users', () => {
    const { db } = timed()
    const session = db.session()
    db.aclSetuser('ann', 'on', 'nopass', '+get')
    session.call('AUTH', 'ann', 'x')
    fails(() => session.call('GET', 'k'))
    db.configResetstat()

    expect(db.info('stats')['stats']!['acl_access_denied_key']).toBe(1)
  })

  it('count a typed method that calls another once', () => {
    const { db } = timed()
    db.zrandmember('z', 2)
    db.substr('k', 0, 1)
    db.sort('l')
    // The one in 1,024 that is timed, and the others.
    for (let i = 0; i < 2048; i++) db.zrandmember('z', 2)

    expect(db.info('stats')['stats']!['total_commands_processed']).toBe(2051)
  })

  it('count hits and misses as Redis does', () => {
    const { db } = timed()
    db.set('s', 'v')
    db.rpush('l', 'a')
    db.configResetstat()
    db.type('s')
    db.type('no')
    db.exists('s', 'no')
    db.ttl('s')
    db.get('s')
    db.call('GET', 'no')
    fails(() => db.hgetall('l'))

    const { keyspace_hits, keyspace_misses } = db.info('stats')['stats']!
    expect([keyspace_hits, keyspace_misses]).toEqual([5, 3])
  })

  it.each(['LINDEX l 0', 'GETEX s EX 9', 'HSCAN h 0', 'SSCAN t 0', 'ZSCAN z 0', 'XACK x g 1-0'])(
    'count one hit or one miss of %s',
    (line) => {
      const { db } = timed()
      const counts = () => {
        const { keyspace_hits, keyspace_misses } = db.info('stats')['stats']!
        return [keyspace_hits, keyspace_misses]
      }
      say(db, line)
      const ofMiss = counts()
      for (const made of ['RPUSH l a', 'SET s v', 'HSET h f v', 'SADD t m', 'ZADD z 1 m', 'XADD x 1-0 f v'])
        say(db, made)
      db.configResetstat()
      say(db, line)

      expect([ofMiss, counts()]).toEqual([
        [0, 1],
        [1, 0],
      ])
    },
  )

  it.each([
    ['with nothing else', {}],
    ['with a slow log, which looks at each call', { 'slowlog-log-slower-than': 0 }],
  ])('count each typed get exactly %s, and so its hits and misses', (_, parameters) => {
    const { db } = timed()
    db.set('s', 'v')
    db.set('é', 'v')
    db.rpush('l', 'a')
    db.configSet(parameters)
    db.configResetstat()
    for (let i = 0; i < 100; i++) db.get('s')
    for (let i = 0; i < 30; i++) db.bytes.get('no')
    // The bytes of an é, one by one, and two that are no text.
    db.get('\udcc3\udca9')
    db.get('\udcff\udcff')
    db.get(new Uint8Array([115]))
    fails(() => db.get('l'))
    fails(() => db.session().get('l'))
    db.multi().get('s').exec()

    const { stats, commandstats, errorstats } = db.info('stats', 'commandstats', 'errorstats')
    expect(commandstats!['cmdstat_get']).toMatch(/^calls=136,.*,rejected_calls=0,failed_calls=2$/)
    expect([stats!['keyspace_hits'], stats!['keyspace_misses']]).toEqual([105, 31])
    expect(errorstats).toEqual({ errorstat_WRONGTYPE: 'count=2' })
    expect(db.info('commandstats').commandstats!['cmdstat_get']).toMatch(/^calls=136,/)
  })

  it('leave out what nobody counts while they are off', () => {
    const db = new Redstart({ clock: manualClock() })
    db.get('k')

    expect(db.info('stats')['stats']).not.toHaveProperty('keyspace_hits')
    expect(db.info('commandstats')).toEqual({ commandstats: {} })
    expect(db.engine.hearsCalls).toBe(false)
  })

  it('begin anew by CONFIG RESETSTAT, and in a fork', () => {
    const { db } = timed()
    db.get('k')
    const fork = db.fork()
    fork.get('k')
    db.configResetstat()

    expect(db.info('commandstats')['commandstats']).not.toHaveProperty('cmdstat_get')
    expect(fork.info('commandstats')['commandstats']!['cmdstat_get']).toMatch(/^calls=1,/)
  })

  it('keep how long raw calls took, and of typed ones one in 1,024', () => {
    const { db, takes } = timed()
    takes(0.02)
    db.call('GET', 'k')
    for (let i = 0; i < 64; i++) db.get('k')

    expect(db.latencyHistogram('get')).toEqual({ get: { calls: 2, histogramUs: [[33, 2]] } })
    expect(db.info('latencystats')['latencystats']!['latency_percentiles_usec_get']).toBe(
      'p50=20.095,p99=20.095,p99.9=20.095',
    )
    expect(db.info('commandstats')['commandstats']!['cmdstat_get']).toMatch(/^calls=65,usec=1300,usec_per_call=20.00,/)
  })

  it('count what has expired whether or not calls are counted', () => {
    const clock = manualClock()
    const db = new Redstart({ clock })
    db.set('k', 'v', { px: 5 })
    db.hset('h', { f: '1', g: '2' })
    db.hpexpire('h', 5, ['f'])
    clock.advance(10)

    const { expired_keys, expired_subkeys } = db.info('stats')['stats']!
    expect([expired_keys, expired_subkeys]).toEqual([1, 1])
  })
})

describe('SLOWLOG', () => {
  // Bug: a new limit cut the list at once, and with a limit of 0 calls went on to be numbered.
  it('takes a new limit with the next slow call, and with a limit of 0 takes no note of any', () => {
    const { db, takes } = timed({ statistics: false })
    db.configSet({ 'slowlog-log-slower-than': 1_000 })
    const pings = (most: number): unknown => {
      db.configSet({ 'slowlog-max-len': most })
      takes(2)
      for (let i = 0; i < 3; i++) db.ping()
      takes(0)
      return db.slowlogGet(-1).map(({ id }) => id)
    }

    expect([pings(5), pings(0), pings(2)]).toEqual([
      [2, 1, 0],
      [2, 1, 0],
      [5, 4],
    ])
  })

  it('keeps calls from so many microseconds on, by either door, the last first, without passwords', () => {
    const { db, takes } = timed({ statistics: false })
    db.configSet({ 'slowlog-log-slower-than': 1_000, 'slowlog-max-len': 3 })
    takes(2)
    db.set('k', 'v', { ex: 5 })
    db.call('ACL', 'SETUSER', 'me', '>secret')
    db.call('MSET', ...Array.from({ length: 40 }, (_, i) => String(i)))
    db.set('k', 'x'.repeat(200))
    takes(0.5)
    db.get('k')

    const calls = db.slowlogGet()
    expect(calls.map(({ id, durationUs, client }) => [id, durationUs, client])).toEqual([
      [3, 2_000, 'session:1'],
      [2, 2_000, 'session:1'],
      [1, 2_000, 'session:1'],
    ])
    expect(calls[0]!.args).toEqual(['SET', 'k', `${'x'.repeat(128)}... (72 more bytes)`])
    expect(calls[1]!.args.at(-1)).toBe('... (10 more arguments)')
    expect(calls[2]!.args).toEqual(['ACL', 'SETUSER', '(redacted)', '(redacted)'])
    db.slowlogReset()
    expect([db.slowlogLen(), db.slowlogGet(-1)]).toEqual([0, []])
  })
})

describe('LATENCY', () => {
  it('samples calls that take long, the longest of a second', () => {
    const { db, takes } = timed({ statistics: false })
    db.configSet({ 'latency-monitor-threshold': 5 })
    takes(20)
    db.call('GET', 'k')
    takes(10)
    db.call('GET', 'k')
    db.call('KEYS', '*')
    takes(1)

    const timestamp = Date.UTC(2025, 0, 1) / 1_000
    expect(db.latencyLatest()).toEqual([
      { event: 'command', samples: [{ timestamp, latencyMs: 10 }], worstMs: 10 },
      { event: 'fast-command', samples: [{ timestamp, latencyMs: 20 }], worstMs: 20 },
    ])
    expect(db.call('LATENCY', 'LATEST')).toContainEqual(['fast-command', timestamp, 20, 20])
    expect(db.latencyGraph('fast-command')).toContain('fast-command - high 20 ms, low 20 ms (all time high 20 ms)')
    expect(db.latencyDoctor()).toContain('1. command: 1 spikes')
    expect(db.latencyReset('command', 'nosuch')).toBe(1)
    expect(db.latencyHistory('command')).toEqual([])
  })
})

describe('INFO', () => {
  it('tells the sections that are asked for, in order, in the format of Redis', () => {
    const db = new Redstart({ clock: manualClock() })
    db.mset({ a: 1, b: 2 })
    db.expire('a', 10)
    db.session()

    expect(db.call('INFO', 'KEYSPACE', 'cluster', 'nosuch', 'keyspace')).toBe(
      '# Cluster\r\ncluster_enabled:0\r\n\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=10000,subexpiry=0\r\n',
    )
    expect(db.call('INFO', 'nosuch')).toBe('')
    expect(db.info('clients')['clients']).toMatchObject({ connected_clients: 2, blocked_clients: 0 })
    expect(Object.keys(db.info('all'))).toContain('latencystats')
    expect(Object.keys(db.info())).not.toContain('commandstats')
  })
})
