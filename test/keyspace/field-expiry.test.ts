import fc from 'fast-check'
import { ManualClock, MemoryLog, manualClock, Redstart, type Timer } from 'redstart'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { replay } from '../../src/commands/dispatch.js'
import { Hash } from '../../src/structures/hash.js'
import { contents, forget, logged, type Opened, open, plant, START_MS, say } from '../support.js'

/** A clock whose timers never fire: fields go on access only. */
class LazyClock extends ManualClock {
  override schedule(): Timer {
    return { cancel: () => {} }
  }
}

/** The hash h with the fields a (until 100 ms from now), b (until 200 ms) and c. */
function openWithFields(): Opened {
  const opened = open()
  opened.db.hset('h', { a: 1, b: 2, c: 3 })
  opened.db.hpexpire('h', 100, ['a'])
  opened.db.hpexpire('h', 200, ['b'])
  forget(opened)
  return opened
}

/** As above, but nobody has noticed that the time of a is up. */
function openWithExpiredField(): Opened {
  const clock = new LazyClock(START_MS)
  const log = new MemoryLog()
  const db = new Redstart({ clock, log, seed: 1 })
  const seen: string[] = []
  db.hset('h', { a: 1, b: 2, c: 3 })
  db.hpexpire('h', 100, ['a'])
  db.hpexpire('h', 200, ['b'])
  clock.advance(100)
  db.on('*', (key, { event }) => seen.push(`${event} ${key}`))
  log.batches.length = 0
  return { db, clock, log, seen }
}

function expectSound(db: Redstart): void {
  db.engine.invariants()
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a field with a deadline', () => {
  it('goes at the deadline itself: not a millisecond early, not one late', () => {
    const opened = openWithFields()

    opened.clock.advance(99)
    const before = opened.db.hlen('h')
    opened.clock.advance(1)

    expect(before).toBe(3)
    expect(contents(opened.db)).toEqual([
      [
        0,
        'h',
        [
          ['b', '2', START_MS + 200],
          ['c', '3'],
        ],
        undefined,
      ],
    ])
    expect(opened.seen).toEqual(['hexpired h'])
    expect(logged(opened)).toEqual(['HDEL h a'])
  })

  it('that is the last one takes the key along', () => {
    const opened = openWithFields()
    opened.db.hdel('h', 'c')
    forget(opened)

    opened.clock.advance(200)

    expect(contents(opened.db)).toEqual([])
    expect(opened.seen).toEqual(['hexpired h', 'hexpired h', 'del h'])
    expect(logged(opened)).toEqual(['HDEL h a', 'DEL h'])
    expectSound(opened.db)
  })

  it('goes with others of the same hash and the same instant in one event', () => {
    const opened = openWithFields()
    opened.db.hpexpire('h', 100, ['b'])
    forget(opened)

    opened.clock.advance(100)

    expect(opened.seen).toEqual(['hexpired h'])
    expect(logged(opened)).toEqual(['HDEL h a b'])
  })

  it('stays when its deadline was taken away, put off or overwritten, and nothing is announced', () => {
    const opened = open()
    const { db, clock } = opened
    db.hset('h', { persisted: 1, set: 2, later: 3 })
    db.hpexpire('h', 100, ['persisted', 'set', 'later'])
    db.hpersist('h', 'persisted')
    db.hset('h', 'set', 'new')
    db.hpexpire('h', 5_000, ['later'])
    forget(opened)

    clock.advance(1_000)

    expect(db.hkeys('h')).toEqual(['persisted', 'set', 'later'])
    expect(opened.seen).toEqual([])
    expectSound(db)
    clock.advance(4_000)
    expect(db.hkeys('h')).toEqual(['persisted', 'set'])
    expect(db.engine.databases[0]!.fields!.size).toBe(0)
  })

  it('goes earlier when its deadline was moved up', () => {
    const opened = openWithFields()
    opened.db.hpexpire('h', 50, ['b'])
    forget(opened)

    opened.clock.advance(50)

    expect(opened.seen).toEqual(['hexpired h'])
    expect(opened.db.hkeys('h')).toEqual(['a', 'c'])
  })

  it('goes within two milliseconds of the deadline under fake timers, and leaves no timer behind', () => {
    vi.useFakeTimers()
    const db = new Redstart()
    const start = Date.now()
    const late: number[] = []
    db.on('hexpired', (key) => late.push(Date.now() - start - Number(key)))
    for (let i = 0; i < 100; i++) {
      const px = 1 + ((i * 48_271) % 90_000)
      db.hset(String(px), 'f', 'v')
      db.hpexpire(String(px), px, ['f'])
    }

    vi.advanceTimersByTime(90_001)

    expect(late).toHaveLength(100)
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...late)).toBeLessThanOrEqual(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('touches the watches of the key and counts no change of a command', () => {
    const { db, clock } = openWithFields()
    const { dirty } = db.engine

    clock.advance(100)

    expect(db.engine.dirty).toBe(dirty)
  })

  it('goes with many others in slices: no more than some hundred fields in a batch of the log', () => {
    const opened = open()
    const { db, clock, log } = opened
    db.hset('h', 'stays', 1)
    db.hset(
      'h',
      Array.from({ length: 5_000 }, (_, i) => [`f${i}`, 'v'] as const),
    )
    db.hpexpire(
      'h',
      10,
      Array.from({ length: 5_000 }, (_, i) => `f${i}`),
    )
    forget(opened)

    clock.advance(10)

    expect(db.hkeys('h')).toEqual(['stays'])
    expect(log.batches.length).toBeGreaterThan(2)
    const removed = log.batches.flat().map(({ words }) => words.length - 2)
    expect(Math.max(...removed)).toBeLessThan(2_000)
    expect(Math.min(...removed)).toBeGreaterThan(0)
    expect(opened.seen).toEqual(removed.map(() => 'hexpired h'))
  })

  it('goes with all others of a large hash at once where all are due', () => {
    const opened = open()
    const { db, clock } = opened
    const fields = Array.from({ length: 5_000 }, (_, i) => `f${i}`)
    db.hset(
      'h',
      fields.map((field) => [field, 'v'] as const),
    )
    db.hpexpire('h', 10, fields)
    forget(opened)

    clock.advance(10)

    expect(contents(db)).toEqual([])
    expect(opened.seen).toEqual(['hexpired h', 'del h'])
    expect(logged(opened)).toEqual(['DEL h'])
  })
})

describe('a field whose time is up', () => {
  it.each([
    ['HGET h a', null],
    ['HMGET h a b', [null, '2']],
    ['HLEN h', 2],
    ['HEXISTS h a', 0],
    ['HSTRLEN h a', 0],
    ['HGETALL h', ['b', '2', 'c', '3']],
    ['HKEYS h', ['b', 'c']],
    ['HVALS h', ['2', '3']],
    ['HRANDFIELD h 5', ['b', 'c']],
    ['HSCAN h 0', ['0', ['b', '2', 'c', '3']]],
    ['HTTL h FIELDS 1 a', [-2]],
    ['HPERSIST h FIELDS 1 a', [-2]],
    ['HDEL h a', 0],
    ['TYPE h', 'hash'],
    ['EXISTS h', 1],
    ['OBJECT ENCODING h', 'listpackex'],
  ])('is never shown: %s goes, announces and logs it', (words, expected) => {
    const opened = openWithExpiredField()

    expect(say(opened.db, words)).toEqual(expected)
    expect(opened.seen).toEqual(['hexpired h'])
    expect(logged(opened)).toEqual(['HDEL h a'])
    expectSound(opened.db)
  })

  it('is new when it is set again, and counts from 0 as a counter', () => {
    const { db } = openWithExpiredField()

    expect(db.hset('h', 'a', 9)).toBe(1)
    expect(db.hpexpiretime('h', 'a')).toEqual([-1])
    const other = openWithExpiredField().db
    expect(other.hincrby('h', 'a', 5)).toBe(5)
    expect(other.hpexpiretime('h', 'a')).toEqual([-1])
  })

  it.each(['EXISTS h', 'TYPE h', 'HLEN h', 'GET h', 'TTL h', 'DEL h', 'RENAMENX h i', 'LLEN h', 'KEYS h'])(
    'takes the key along when it is the last one: %s finds nothing',
    (words) => {
      const opened = openWithExpiredField()
      const { db, clock } = opened
      db.hdel('h', 'c')
      ;(clock as LazyClock).advance(100)
      forget(opened)
      try {
        say(db, words)
      } catch (error) {
        expect((error as Error).message).toBe('ERR no such key')
      }

      expect(db.exists('h', 'i')).toBe(0)
      expect(opened.seen).toEqual(['hexpired h', 'del h'])
      expectSound(db)
    },
  )

  it('takes the key along also where a string is looked for', () => {
    const opened = openWithExpiredField()
    opened.db.hdel('h', 'c')
    opened.clock.advance(100)
    forget(opened)

    expect(opened.db.get('h')).toBeNull()
    expect(opened.seen).toEqual(['hexpired h', 'del h'])
  })

  it('makes room for another type', () => {
    const opened = openWithExpiredField()
    opened.db.hdel('h', 'c')
    opened.clock.advance(100)
    forget(opened)

    expect(say(opened.db, 'SADD h x')).toBe(1)
    expect(opened.seen).toEqual(['hexpired h', 'del h', 'sadd h'])
  })
})

describe('a hash with deadlines of fields', () => {
  /** Where the hash stands afterwards, if anywhere, and what expires there. */
  const moves: readonly (readonly [words: string, place: string | undefined])[] = [
    ['RENAME h i', '0 i'],
    ['MOVE h 3', '3 h'],
    ['COPY h i', '0 i'],
    ['COPY h h DB 2', '2 h'],
    ['SWAPDB 0 5', '5 h'],
    ['SET h v', undefined],
    ['DEL h', undefined],
    ['UNLINK h', undefined],
    ['FLUSHDB', undefined],
    ['FLUSHALL', undefined],
    ['PEXPIRE h 50', undefined],
    ['SUNIONSTORE h s', undefined],
    ['RENAME s h', undefined],
    ['COPY s h REPLACE', undefined],
    ['HDEL h a b c', undefined],
  ]
  it.each(moves)('that goes by %s takes them along', (words, place) => {
    const opened = openWithFields()
    const { db, clock } = opened
    db.sadd('s', 'x')
    say(db, words)
    expectSound(db)
    const before = [...db.engine.databases].map(({ fields }) => fields?.size ?? 0)
    forget(opened)

    clock.advance(100)

    const seen = new Set(opened.seen.filter((event) => event.startsWith('hexpired')))
    const [database, key] = place?.split(' ') ?? []
    const event = database === '0' ? `hexpired ${key}` : `hexpired ${key} @${database}`
    if (place === undefined) expect(seen.size).toBe(0)
    else expect(seen).toContain(event)
    if (!words.startsWith('COPY h')) {
      expect(before.reduce((sum, size) => sum + size, 0)).toBe(
        place === undefined && !words.startsWith('PEXPIRE') ? 0 : 1,
      )
    }
    expectSound(db)
  })

  it.each([3, 40])('comes back by RESTORE with them: %i fields', (many) => {
    const { db, clock } = open()
    db.hset(
      'h',
      Array.from({ length: many }, (_, i) => [`f${i}`, 'v'] as const),
    )
    db.hpexpire('h', 100, ['f1', 'f2'])
    const payload = db.dump('h')!
    db.del('h')
    db.restore('k', 0, payload)
    expectSound(db)

    clock.advance(100)

    expect(db.engine.databases[0]!.keys.size).toBe(1)
    expect(db.hlen('k')).toBe(many - 2)
    db.restore('late', 0, payload)
    expect(db.hlen('late')).toBe(many - 2)
    expectSound(db)
  })

  it('is exchanged for another one', () => {
    const opened = openWithFields()
    const hash = new Hash()
    hash.set('f', 'v')
    hash.setDeadlineAt(0, START_MS + 300)
    plant(opened, 'h', hash)
    expectSound(opened.db)

    opened.clock.advance(200)

    expect(opened.seen).toEqual([])
    expect(opened.db.engine.databases[0]!.fields!.size).toBe(1)
  })

  it('does not hold the others: a look at one without deadlines does not read the clock', () => {
    const { db, clock } = openWithFields()
    db.hset('other', 'f', 'v')
    db.hget('other', 'f')
    const now = vi.spyOn(clock, 'now')

    db.hget('other', 'f')
    db.hset('other', 'f', 'w')

    expect(now).not.toHaveBeenCalled()
    db.hget('h', 'c')
    expect(now).toHaveBeenCalledTimes(1)
  })

  it('expires nothing while a log is replayed', () => {
    const { db, log } = open()
    db.hsetex('h', { a: 1, b: 2 }, { px: 100 })
    db.hset('h', 'c', 3)
    const other = new Redstart({ clock: manualClock(START_MS + 10 ** 9) })

    for (const batch of log.batches) replay(other.engine, batch)

    expect(contents(other)).toEqual(contents(db))
    expect(other.hgetall('h')).toEqual({ c: '3' })
  })

  it('expires nothing early on a clock that was set back', () => {
    const { db, clock } = openWithFields()
    clock.set(START_MS - 100_000)

    clock.advance(100_000 + 99)

    expect(db.hlen('h')).toBe(3)
    clock.advance(1)
    expect(db.hlen('h')).toBe(2)
  })
})

describe('fields', () => {
  const names = fc.constantFrom('h', 'i', 'j')
  const fields = fc.constantFrom('a', 'b', 'c', 'd')
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('set' as const), key: names, field: fields }),
      fc.record({ kind: fc.constant('fill' as const), key: names }),
      fc.record({
        kind: fc.constant('expire' as const),
        key: names,
        field: fields,
        ms: fc.integer({ min: 1, max: 60 }),
      }),
      fc.record({ kind: fc.constant('persist' as const), key: names, field: fields }),
      fc.record({ kind: fc.constant('delete' as const), key: names, field: fields }),
      fc.record({ kind: fc.constant('rename' as const), key: names, to: names }),
      fc.record({ kind: fc.constant('copy' as const), key: names, to: names }),
      fc.record({ kind: fc.constant('swap' as const) }),
      fc.record({ kind: fc.constant('look' as const), key: names }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40) }),
    ),
    { maxLength: 40 },
  )
  type Call = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

  function run(db: Redstart, clock: ManualClock, step: Call): unknown {
    try {
      if (step.kind === 'wait') return clock.advance(step.ms)
      if (step.kind === 'swap') return db.swapdb(0, 1)
      if (step.kind === 'set') return db.hset(step.key, step.field, 'v')
      if (step.kind === 'fill')
        return db.hset(
          step.key,
          Array.from({ length: 30 }, (_, i) => [`f${i}`, 'v'] as const),
        )
      if (step.kind === 'expire') return db.hpexpire(step.key, step.ms, [step.field, 'f7', 'f29'])
      if (step.kind === 'persist') return db.hpersist(step.key, step.field)
      if (step.kind === 'delete') return db.hdel(step.key, step.field)
      if (step.kind === 'rename') return db.rename(step.key, step.to)
      if (step.kind === 'copy') return db.copy(step.key, step.to, { replace: true })
      return [db.exists(step.key), db.hlen(step.key), db.hgetall(step.key), db.hpttl(step.key, 'a', 'b', 'f7')]
    } catch (error) {
      return String(error)
    }
  }

  it('show the same whether they go by the timer or on access', () => {
    fc.assert(
      fc.property(steps, (calls) => {
        const [active, lazy] = [new ManualClock(START_MS), new LazyClock(START_MS)].map((clock) => {
          return { clock, db: new Redstart({ clock }) }
        })
        for (const step of calls) {
          expect(run(lazy!.db, lazy!.clock, step)).toEqual(run(active!.db, active!.clock, step))
          expectSound(active!.db)
          expectSound(lazy!.db)
        }
        // An access to each key makes the lazy one catch up.
        for (const { db } of [active!, lazy!]) {
          for (const index of [0, 1]) {
            db.select(index)
            db.exists('h', 'i', 'j')
          }
        }

        expect(contents(lazy!.db).sort()).toEqual(contents(active!.db).sort())
      }),
      { numRuns: 200 },
    )
  })
})
