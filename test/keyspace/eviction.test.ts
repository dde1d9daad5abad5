import { type EvictionPolicy, MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { EVICTION_POLICIES } from '../../src/keyspace/eviction-policy.js'
import { RandomSource } from '../../src/keyspace/random.js'

const OOM = "OOM command not allowed when used memory > 'maxmemory'."

function full(maxMemoryPolicy: EvictionPolicy, maxKeys = 100) {
  const clock = manualClock()
  const log = new MemoryLog()
  const db = new Redstart({ clock, log, seed: 1, maxKeys, maxMemoryPolicy, maxMemorySamples: 64 })
  return { clock, log, db }
}

describe('a store with a limit', () => {
  it.each(EVICTION_POLICIES.filter((policy) => policy !== 'noeviction'))('keeps it under %s', (policy) => {
    const { db } = full(policy)
    for (let i = 0; i < 1000; i++) {
      db.set(`k${i}`, 'v', { ex: 100 + i })
      expect(db.dbsize()).toBeLessThanOrEqual(100)
    }

    expect(db.dbsize()).toBe(100)
    expect(db.engine.statistics.evictedKeys).toBe(900)
    db.engine.invariants()
  })

  it('refuses writes once there are more keys than it allows, where none may go', () => {
    const { db } = full('noeviction', 10)
    for (let i = 0; i < 11; i++) db.set(`k${i}`, 'v')

    expect(() => db.set('k11', 'v')).toThrow("OOM command not allowed when used memory > 'maxmemory'.")
    expect(db.dbsize()).toBe(11)
    db.del('k0')
    expect(db.set('k11', 'v')).toBe('OK')
  })

  it.each(['allkeys-lru', 'allkeys-random'] as const)('keeps it where SMOVE makes a set, under %s', (policy) => {
    const { db } = full(policy, 10)
    for (let i = 0; i < 9; i++) db.set(`k${i}`, 'v')
    db.sadd('s', 'a', 'b')

    expect(db.smove('s', 'd', 'a')).toBe(1)
    expect(db.dbsize()).toBe(10)
  })

  it('keeps a limit of bytes, whatever the keys hold', () => {
    const db = new Redstart({ seed: 1, maxMemory: '1mb', maxMemoryPolicy: 'allkeys-lru' })
    for (let i = 0; i < 3000; i++) {
      db.set(`k${i}`, 'x'.repeat(1000))
      db.rpush(`l${i % 50}`, 'y'.repeat(500))
      db.call('HSET', `h${i % 70}`, `f${i}`, 'z'.repeat(100))
      expect(db.engine.usedMemory).toBeLessThanOrEqual(1024 * 1024)
    }
    expect(db.dbsize()).toBeGreaterThan(100)
    db.engine.invariants()
  })

  it.each([
    ['text', (db: Redstart) => db.set('k0', 'v')],
    ['a number', (db: Redstart) => db.set('k0', 7)],
    ['a list', (db: Redstart) => db.rpush('k0', 'v')],
    ['text that expires', (db: Redstart) => db.set('k0', 'v', { ex: 50 })],
  ])('has %s go for a new key, and says so', (_what, fill) => {
    const { db, log } = full('allkeys-lru', 3)
    fill(db)
    db.mset({ k1: 'v', k2: 'v' })
    const heard: string[] = []
    db.on('evicted', (key) => heard.push(`evicted ${key}`))
    db.on('set', (key) => heard.push(`set ${key}`))
    const before = log.batches.length

    db.set('new', 'v')

    expect(db.keys('*').sort()).toEqual(['k1', 'k2', 'new'])
    expect(heard.sort()).toEqual(['evicted k0', 'set new'])
    const words = log.batches.slice(before).flatMap((batch) => batch.map((record) => record.words.join(' ')))
    expect(words.sort()).toEqual(['DEL k0', 'SET new v'])
    expect(db.engine.statistics.evictedKeys).toBe(1)
    db.engine.invariants()
  })

  it('leaves a fork the keys that went for new ones', () => {
    const { db } = full('allkeys-lru', 3)
    db.mset({ a: '1', b: '2', c: '3' })
    const fork = db.fork()

    for (let i = 0; i < 3; i++) db.set(`new${i}`, 'v')

    expect(fork.keys('*').sort()).toEqual(['a', 'b', 'c'])
    expect(db.keys('*').sort()).toEqual(['new0', 'new1', 'new2'])
    fork.engine.invariants()
    db.engine.invariants()
  })

  it('under LRU evicts what was not accessed for longest, however fast it all goes', () => {
    const { db } = full('allkeys-lru', 50)
    for (let i = 0; i < 50; i++) db.set(`k${i}`, 'v')
    for (let i = 0; i < 25; i++) db.get(`k${i}`)
    for (let i = 0; i < 20; i++) db.set(`new${i}`, 'v')

    for (let i = 0; i < 25; i++) expect(db.exists(`k${i}`)).toBe(1)
  })

  it('under allkeys-lru evicts exactly what was not accessed for longest, whatever else comes and goes', () => {
    const { db } = full('allkeys-lru', 30)
    // From the key that was accessed least recently on.
    let order: string[] = []
    const accessed = (key: string): void => {
      order = [...order.filter((other) => other !== key), key].slice(-30)
    }
    const random = new RandomSource(3)
    for (let step = 0; step < 2000; step++) {
      const key = `k${random.below(60)}`
      const what = random.below(10)
      if (what < 4) {
        db.set(key, 'v')
        accessed(key)
      } else if (what < 8) {
        if (db.get(key) !== null) accessed(key)
      } else if (what === 8) {
        db.del(key)
        order = order.filter((other) => other !== key)
      } else {
        try {
          db.transaction(
            () => {
              db.del(...order.slice(0, 2))
              throw new Error('taken back')
            },
            { rollback: true },
          )
        } catch {
          // What was deleted has come back as the newest, in whatever order.
          for (const back of order.slice(0, 2)) {
            db.get(back)
            accessed(back)
          }
        }
      }
      expect(new Set(db.keys('*'))).toEqual(new Set(order))
    }
    db.engine.invariants()
  })

  it('under allkeys-lru goes by the idle times that were given, and by seconds among databases', () => {
    const { db, clock } = full('allkeys-lru', 4)
    db.set('k', 'v')
    const payload = db.dump('k')!
    for (const [key, idletime] of Object.entries({ young: 10, old: 1000, middle: 100 })) {
      db.restore(key, 0, payload, { idletime })
    }
    const other = db.session()
    other.select(3)
    clock.advance(5000)
    other.set('a', 'v')
    other.set('b', 'v')
    expect(db.keys('*').sort()).toEqual(['k', 'young'])

    clock.advance(5000)
    db.get('young')
    other.set('c', 'v')
    db.get('k')
    other.set('d', 'v')

    expect([db.keys('*'), other.keys('*').sort()]).toEqual([['young'], ['b', 'c', 'd']])
  })

  it('under LFU evicts what is accessed least', () => {
    const { db } = full('allkeys-lfu', 50)
    for (let i = 0; i < 50; i++) db.set(`k${i}`, 'v')
    for (let n = 0; n < 200; n++) for (let i = 0; i < 10; i++) db.get(`k${i}`)
    for (let i = 0; i < 500; i++) db.set(`scan${i}`, 'v')

    for (let i = 0; i < 10; i++) expect(db.exists(`k${i}`)).toBe(1)
  })

  it('under LFU tells keys apart that have the same count, by what they were accessed since', () => {
    const { db } = full('allkeys-lfu', 40)
    db.configSet({ 'lfu-log-factor': 1_000_000 })
    for (let i = 0; i < 40; i++) db.set(`k${i}`, 'v')
    // All of them reach 6 by the first access, and none 7.
    for (let n = 0; n < 3; n++) for (let i = 0; i < 40; i++) if (n === 0 || i < 20) db.get(`k${i}`)
    for (let i = 0; i < 40; i++) expect(db.objectFreq(`k${i}`)).toBe(6)

    for (let i = 0; i < 20; i++) {
      db.configSet({ maxkeys: 39 - i })
      db.set('k0', 'v')
    }

    for (let i = 0; i < 20; i++) expect(db.exists(`k${i}`)).toBe(1)
    expect(db.dbsize()).toBe(20)
  })

  it('under volatile policies evicts only what expires, by volatile-ttl what expires first', () => {
    const { db } = full('volatile-ttl', 20)
    for (let i = 0; i < 10; i++) db.set(`forever${i}`, 'v')
    for (let i = 0; i < 20; i++) db.set(`k${i}`, 'v', { ex: 1000 - i })

    expect(db.keys('forever*')).toHaveLength(10)
    expect(db.keys('k*').sort()).toEqual(Array.from({ length: 10 }, (_, i) => `k${i}`).sort())
  })

  it('refuses what needs memory where nothing can be evicted, by every door, and nothing else', () => {
    const { db } = full('volatile-lru', 2)
    for (const key of ['a', 'b', 'c']) db.set(key, '1')
    db.configSet({ maxkeys: 1 })

    expect(() => db.set('d', '1')).toThrow(OOM)
    expect(() => db.incr('a')).toThrow(OOM)
    expect(() => db.call('SET', 'a', '1')).toThrow(OOM)
    expect(db.multi().get('a').set('a', '2').exec()).toMatchObject(['1', { message: OOM }])
    expect(db.get('a')).toBe('1')
    expect(db.expire('a', 100)).toBe(1)
    // Now there is one that may go; two are left then.
    expect(() => db.set('d', '1')).toThrow(OOM)
    expect(db.keys('*').sort()).toEqual(['b', 'c'])
    expect(db.del('b', 'c')).toBe(2)
    expect(db.set('d', '1')).toBe('OK')
  })

  it('refuses to queue what needs memory, and EXEC after that', () => {
    const db = new Redstart()
    db.set('a', '1')
    db.call('MULTI')
    db.call('SET', 'b', '1')
    db.engine.settings.maxMemory = 1
    db.engine.eviction.configure()
    expect(() => db.call('SET', 'c', '1')).toThrow(OOM)
    expect(() => db.call('EXEC')).toThrow('EXECABORT')
    db.call('MULTI')
    expect(db.call('GET', 'a')).toBe('QUEUED')
    expect(db.call('EXEC')).toEqual(['1'])
    expect(db.call('FLUSHALL')).toBe('OK')
  })

  it('logs and announces what it evicts', () => {
    const { db, log } = full('allkeys-random', 1)
    const seen: string[] = []
    db.on('*', (key, { event }) => seen.push(`${event} ${key}`))
    db.set('a', '1')
    const session = db.session()
    const watch = session.watch('a')
    db.configSet({ maxkeys: 0 })
    db.set('b', '1')
    db.configSet({ maxkeys: 1 })

    const gone = db.exists('a') === 1 ? 'b' : 'a'
    expect(seen).toEqual(['set a', 'set b', `evicted ${gone}`])
    expect(log.batches.at(-1)).toEqual([{ database: 0, words: ['DEL', gone] }])
    expect(watch.changed).toBe(gone === 'a')
  })

  it('evicts in a transaction that is taken back, and that comes back too', () => {
    const { db } = full('allkeys-lru', 3)
    for (const key of ['a', 'b', 'c']) db.set(key, key)
    expect(() =>
      db.transaction(
        () => {
          db.set('d', 'd')
          expect(db.dbsize()).toBe(3)
          throw new Error('stop')
        },
        { rollback: true },
      ),
    ).toThrow('stop')

    expect(db.keys('*').sort()).toEqual(['a', 'b', 'c'])
    db.engine.invariants()
  })

  it('passes its limits on to forks, with what was accessed when', () => {
    const { db } = full('allkeys-lru', 10)
    for (let i = 0; i < 10; i++) db.set(`k${i}`, 'v')
    for (let i = 0; i < 5; i++) db.get(`k${i}`)
    const fork = db.fork()
    for (let i = 0; i < 5; i++) fork.set(`new${i}`, 'v')

    expect(fork.dbsize()).toBe(10)
    expect(fork.keys('k*').sort()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4'])
    expect(db.dbsize()).toBe(10)
  })

  it('makes room for waiting calls, and for what came before there was a limit', () => {
    const db = new Redstart({ seed: 1 })
    for (let i = 0; i < 100; i++) db.set(`k${i}`, 'v')
    db.configSet({ maxkeys: 10, 'maxmemory-policy': 'allkeys-lru' })
    expect(db.dbsize()).toBe(10)
  })
})

describe('access frequencies', () => {
  it('begin at 5, grow ever more slowly and fall by time', () => {
    const { db, clock } = full('allkeys-lfu')
    db.set('k', 'v')
    expect(db.objectFreq('k')).toBe(5)
    db.get('k')
    expect(db.objectFreq('k')).toBe(6)
    for (let i = 0; i < 1000; i++) db.get('k')
    const high = db.objectFreq('k')!
    expect(high).toBeGreaterThan(10)
    expect(high).toBeLessThan(40)
    clock.advance(3 * 60_000)
    expect(db.objectFreq('k')).toBe(high - 3)
    db.configSet({ 'lfu-decay-time': 0 })
    expect(db.objectFreq('k')).toBe(high)
    expect(() => db.objectIdletime('k')).toThrow('ERR An LFU maxmemory policy is selected, idle time not tracked.')
    expect(db.objectIdletime('missing')).toBeNull()
    db.configSet({ 'maxmemory-policy': 'allkeys-lru' })
    expect(db.objectIdletime('k')).toBe(180)
    expect(() => db.objectFreq('k')).toThrow('ERR An LFU maxmemory policy is not selected')
  })

  it('count every access with a factor of 0', () => {
    const { db } = full('volatile-lfu')
    db.configSet({ 'lfu-log-factor': 0 })
    db.set('k', 'v')
    for (let i = 0; i < 300; i++) db.get('k')
    expect(db.objectFreq('k')).toBe(255)
  })

  it('come with RESTORE', () => {
    const { db } = full('allkeys-lfu')
    db.set('k', 'v')
    const payload = db.dump('k')!
    db.restore('copy', 0, payload, { freq: 77 })
    expect(db.objectFreq('copy')).toBe(77)
    db.configSet({ 'maxmemory-policy': 'noeviction' })
    db.restore('idle', 0, payload, { idletime: 50 })
    expect(db.objectIdletime('idle')).toBe(50)
  })
})
