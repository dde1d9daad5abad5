import { manualClock, Redstart, RedstartError, type Session } from 'redstart'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { forget, logged, open, openWithExpired, photo, START_MS } from '../support.js'

const WATCH_OVER = 'ERR the watch has ended: by unwatch, or by a transaction that was executed or discarded'
const NOT_SYNCHRONOUS =
  'ERR a transaction must be synchronous, and its function returned a promise; see optimistic for transactions that wait'
const OTHER_WATCH = 'ERR the function must return a transaction of the watch that it was given, not executed yet'

/** Things that change a key, or do not. */
const AFTER_WATCH: readonly [what: string, trips: boolean, act: (db: Redstart) => unknown][] = [
  ['nothing', false, () => undefined],
  ['a read', false, (db) => db.get('k')],
  ['a write of another key', false, (db) => db.set('other', 1)],
  ['a write', true, (db) => db.session().set('k', 'other')],
  ['a write of the same value', true, (db) => db.session().set('k', 'v')],
  ['a write of one’s own', true, (db) => db.set('k', 'v')],
  ['a raw write', true, (db) => db.call('APPEND', 'k', 'x')],
  ['EXPIRE', true, (db) => db.expire('k', 100)],
  ['a removal', true, (db) => db.del('k')],
  ['a removal, and the key anew', true, (db) => db.multi().del('k').set('k', 'v').exec()],
  ['the removal of a missing key', false, (db) => db.del('missing')],
  ['a write of a missing key that is watched', true, (db) => db.set('missing', 1)],
  ['FLUSHALL', true, (db) => db.flushall()],
  ['FLUSHDB of another database', false, (db) => [db.select(1), db.flushdb()]],
  ['SWAPDB', true, (db) => db.swapdb(0, 1)],
  ['a write in another database', false, (db) => db.multi().select(1).set('k', 1).exec()],
  ['a transaction that fails and is taken back', false, (db) => failing(db, () => db.set('k', 1))],
  ['an end of unrelated watches', false, (db) => db.watch('k').unwatch()],
]

/** A transaction that is taken back. */
function failing(db: Session, body: () => unknown): void {
  const stop = new Error('taken back')
  expect(() =>
    db.transaction(
      () => {
        body()
        throw stop
      },
      { rollback: true },
    ),
  ).toThrow(stop)
}

describe('db.watch()', () => {
  it.each(AFTER_WATCH)('after %s: exec returns null is %s', (_what, trips, act) => {
    const { db } = open()
    db.set('k', 'v')
    const watch = db.watch('k', 'missing')
    act(db)

    expect(watch.changed).toBe(trips)
    expect(watch.multi().select(2).set('done', 1).exec()).toEqual(trips ? null : ['OK', 'OK'])
    expect(db.multi().select(2).get('done').exec()[1]).toBe(trips ? null : '1')
  })

  it('trips when a key expires, noticed or not', () => {
    for (const notice of [true, false]) {
      const clock = manualClock(START_MS)
      const db = new Redstart({ clock: { now: () => clock.now(), schedule: () => ({ cancel: () => undefined }) } })
      db.set('k', 'v', { px: 10 })
      const watch = db.watch('k')
      clock.advance(10)
      if (notice) db.get('k')

      expect([watch.changed, watch.multi().set('k', 1).exec()]).toEqual([true, null])
    }
  })

  it('does not trip when the time of a key had passed at WATCH', () => {
    const { db } = openWithExpired()
    const watch = db.watch('k')
    db.get('k')

    expect(watch.multi().get('k').exec()).toEqual([null])
  })

  it('can be open many at once on one session, each for itself', () => {
    const { db } = open()
    const [a, b, both] = [db.watch('a'), db.watch('b'), db.watch('a', 'b')]
    db.set('a', 1)

    expect([a.changed, b.changed, both.changed]).toEqual([true, false, true])
    expect(b.multi().set('b', 1).exec()).toEqual(['OK'])
    expect([a.multi().exec(), both.multi().exec()]).toEqual([null, null])
  })

  it('is none of the WATCH of the session', () => {
    const { db } = open()
    db.call('WATCH', 'a')
    const watch = db.watch('b')
    db.set('a', 1)
    db.call('MULTI')
    db.call('UNWATCH')

    expect([db.call('EXEC'), watch.multi().exec()]).toEqual([null, []])
  })

  it('ends with exec, discard, unwatch and its block', () => {
    const { db } = open()
    const watches = Array.from({ length: 4 }, () => db.watch('a'))
    watches[0]!.multi().exec()
    watches[1]!.multi().discard()
    watches[2]!.unwatch()
    {
      using last = watches[3]!
      expect(last.changed).toBe(false)
    }
    for (const watch of watches) {
      expect(() => watch.multi()).toThrow(new RedstartError(WATCH_OVER))
      expect(watch.unwatch()).toBeUndefined()
      expect(watch.changed).toBe(false)
    }
    expect(db.engine.watches.active).toBe(false)
  })

  it('lets one transaction of it be executed', () => {
    const { db } = open()
    const watch = db.watch('a')
    const [first, second] = [watch.multi().set('a', 1), watch.multi().set('a', 2)]

    expect(first.exec()).toEqual(['OK'])
    expect(() => second.exec()).toThrow(new RedstartError(WATCH_OVER))
    expect(db.get('a')).toBe('1')
  })

  it('watches keys of the database that is selected then', () => {
    const { db } = open()
    db.select(1)
    const watch = db.watch('a')
    db.select(0)
    db.set('a', 1)

    expect(watch.changed).toBe(false)
    expect(db.multi().select(1).set('a', 1).exec()).toEqual(['OK', 'OK'])
    expect(watch.changed).toBe(true)
  })

  it('is there on bytes', () => {
    const { db } = open()
    db.set('a', 'x')

    expect(db.bytes.watch('a').multi().get('a').exec()).toEqual([new TextEncoder().encode('x')])
  })

  it('refuses no keys and what is no key', () => {
    const { db } = open()

    expect(() => db.watch()).toThrow(new RedstartError("ERR wrong number of arguments for 'watch' command"))
    expect(() => db.watch('a', 1 as never, null as never)).toThrow(RedstartError)
    expect(db.engine.watches.active).toBe(false)
  })
})

describe('db.optimistic()', () => {
  it('reads, waits, and writes in one transaction', async () => {
    const { db } = open()
    db.set('n', 5)

    const replies = await db.optimistic('n', async (watch) => {
      const n = Number(db.get('n'))
      await Promise.resolve()
      return watch
        .multi()
        .set('n', n * 2)
        .get('n')
    })

    expect(replies).toEqual(['OK', '10'])
    expectTypeOf(replies).toEqualTypeOf<['OK' | null | RedstartError, string | null | RedstartError]>()
  })

  it('begins anew when a key has changed meanwhile, and counts its attempts', async () => {
    const { db } = open()
    const attempts: number[] = []

    const replies = await db.optimistic(['a', 'b'], async (watch, attempt) => {
      attempts.push(attempt)
      if (attempt < 3) db.incr('b')
      return watch.multi().incr('a')
    })

    expect([replies, attempts, db.get('b')]).toEqual([[1], [1, 2, 3], '2'])
  })

  it('loses no update of many at once', async () => {
    const { db } = open()
    await Promise.all(
      Array.from({ length: 8 }, () =>
        db.optimistic('n', async (watch) => {
          const n = Number(db.get('n') ?? 0)
          await Promise.resolve()
          return watch.multi().set('n', n + 1)
        }),
      ),
    )

    expect(db.get('n')).toBe('8')
  })

  it('gives up when the function returns nothing: undefined', async () => {
    const { db } = open()
    const replies = await db.optimistic('a', async (watch) => {
      if (db.exists('a')) return watch.multi().incr('a')
    })

    expect(replies).toBeUndefined()
    expectTypeOf(replies).toEqualTypeOf<[number | RedstartError] | undefined>()
    expect(db.engine.watches.active).toBe(false)
  })

  it('leaves errors of calls among the replies', async () => {
    const { db } = open()
    db.set('a', 'x')

    expect(await db.optimistic('a', (watch) => watch.multi().incr('a'))).toEqual([expect.any(RedstartError)])
  })

  it('rejects with CONFLICT when its attempts are used up', async () => {
    const { db } = open()
    for (const attempts of [undefined, 3]) {
      let calls = 0
      const outcome = db.optimistic(
        'a',
        async (watch) => {
          calls++
          db.incr('a')
          return watch.multi().incr('a')
        },
        { attempts },
      )

      await expect(outcome).rejects.toMatchObject({
        name: 'RedstartError',
        code: 'CONFLICT',
        message: `CONFLICT the watched keys changed during each of ${attempts ?? 10} attempts`,
      })
      expect(calls).toBe(attempts ?? 10)
    }
    expect(db.engine.watches.active).toBe(false)
  })

  it('rejects with what the function throws', async () => {
    const { db } = open()
    const mistake = new Error('mine')

    await expect(db.optimistic('a', () => Promise.reject(mistake))).rejects.toBe(mistake)
    await expect(
      db.optimistic('a', () => {
        throw mistake
      }),
    ).rejects.toBe(mistake)
    expect(db.engine.watches.active).toBe(false)
  })

  it('rejects with the reason of its signal while the function still waits, and writes nothing after', async () => {
    const { db } = open()
    const controller = new AbortController()
    let goOn = (): void => undefined
    const outcome = db.optimistic(
      'a',
      async (watch) => {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        return watch.multi().set('a', 1)
      },
      { signal: controller.signal },
    )
    controller.abort('enough')

    await expect(outcome).rejects.toBe('enough')
    goOn()
    await new Promise(setImmediate)
    expect([db.get('a'), db.engine.watches.active]).toEqual([null, false])
  })

  it('does not begin when its signal is aborted', async () => {
    const { db } = open()
    const signal = AbortSignal.abort('before')
    let calls = 0

    await expect(db.optimistic('a', () => void calls++, { signal })).rejects.toBe('before')
    expect(calls).toBe(0)
  })

  it('waits before the next attempt by the clock of the database, where asked to', async () => {
    const { db, clock } = open()
    const times: number[] = []
    const outcome = db.optimistic(
      'a',
      async (watch, attempt) => {
        times.push(clock.now() - START_MS)
        if (attempt < 3) db.incr('a')
        return watch.multi().incr('a')
      },
      { backoff: (attempts) => attempts * 100 },
    )
    for (let i = 0; i < 40; i++) {
      await Promise.resolve()
      clock.advance(10)
      await new Promise(setImmediate)
    }

    expect(await outcome).toEqual([3])
    expect(times[0]).toBe(0)
    expect(times[1]).toBeGreaterThanOrEqual(100)
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(200)
  })

  it('can be aborted while it waits for the next attempt', async () => {
    const { db } = open()
    const controller = new AbortController()
    const outcome = db.optimistic(
      'a',
      (watch) => {
        db.incr('a')
        return watch.multi()
      },
      { backoff: 1_000_000, signal: controller.signal },
    )
    await new Promise(setImmediate)
    controller.abort('enough')

    await expect(outcome).rejects.toBe('enough')
  })

  it('refuses a transaction that is not of its watch, and one that is over', async () => {
    const { db } = open()
    const other = db.watch('a')

    await expect(db.optimistic('a', () => other.multi())).rejects.toThrow(new RedstartError(OTHER_WATCH))
    // @ts-expect-error an unconditional transaction
    await expect(db.optimistic('a', () => db.multi())).rejects.toThrow(new RedstartError(OTHER_WATCH))
    await expect(db.optimistic('a', () => 5 as never)).rejects.toThrow(new RedstartError(OTHER_WATCH))
    await expect(
      db.optimistic('a', (watch) => {
        const multi = watch.multi().incr('a')
        multi.exec()
        return multi
      }),
    ).rejects.toThrow('ERR the transaction is over')
    expect(db.get('a')).toBe('1')
  })

  it('refuses attempts and backoffs that make no sense', async () => {
    const { db } = open()
    for (const attempts of [0, -1, 1.5, Number.NaN]) {
      await expect(db.optimistic('a', () => undefined, { attempts })).rejects.toThrow(RangeError)
    }
    const clash = () => {
      db.incr('a')
      return db.watch('a').multi()
    }
    await expect(db.optimistic('a', clash, { backoff: -1 })).rejects.toThrow()
    await expect(db.optimistic([], () => undefined)).rejects.toThrow(
      "ERR wrong number of arguments for 'watch' command",
    )
  })
})

describe('db.transaction()', () => {
  it('returns what the function returns, and hands it the session', () => {
    const { db } = open()
    const result = db.transaction((own) => {
      own.set('a', 1)
      return { same: own === db, n: own.incr('a') }
    })

    expect(result).toEqual({ same: true, n: 2 })
    expectTypeOf(result).toEqualTypeOf<{ same: boolean; n: number }>()
    expectTypeOf(db.transaction((own) => own.dbsize())).toEqualTypeOf<number>()
  })

  it('is one unit: one batch of the log, one round of events, one time', () => {
    const opened = open()
    const { db, clock, log } = opened
    const heard: unknown[] = []
    db.on('*', (key, { event }) => heard.push([event, key, db.mget('a', 'b')]))

    db.transaction(() => {
      db.set('a', 1, { px: 10 })
      clock.advance(20)
      db.set('b', db.get('a')!)

      expect(heard).toEqual([])
    })

    // What the listener has found expired is the last one, of its own.
    expect(log.batches.map((batch) => batch.length)).toEqual([2, 1])
    expect(logged(opened)).toEqual([`SET a 1 PXAT ${START_MS + 10}`, 'SET b 1', 'DEL a'])
    expect(heard).toEqual([
      ['set', 'a', [null, '1']],
      ['expire', 'a', [null, '1']],
      ['set', 'b', [null, '1']],
      ['expired', 'a', [null, '1']],
    ])
  })

  it('wakes those who wait at its end, with what is there then', async () => {
    const { db } = open()
    const waiting = db.session().blpop('l', 0)
    db.transaction(() => {
      db.rpush('l', 'taken')
      db.lpop('l')
      db.rpush('l', 'left')
    })

    expect(await waiting).toEqual({ key: 'l', element: 'left' })
  })

  it('does not wait in it: blocking commands answer as if time had run out', async () => {
    const { db } = open()
    const replies = db.transaction(() => [db.call('BLPOP', 'l', 0), [db.blpop('l', 0)]] as const)

    expect(replies[0]).toBeNull()
    expect(await replies[1][0]).toBeNull()
    expect(db.engine.waiters.size).toBe(0)
  })

  it('joins the one around it', () => {
    const { db, log } = open()
    db.transaction(() => {
      db.set('a', 1)
      db.session().transaction(() => db.set('b', 1))
      db.multi().set('c', 1).exec()
      db.bytes.transaction((own) => own.set('d', 1))

      expect(log.batches).toHaveLength(0)
    })

    expect(log.batches.map((batch) => batch.length)).toEqual([4])
  })

  it('keeps what it has done when it throws, as Redis would', () => {
    const opened = open()
    const stop = new Error('stop')

    expect(() =>
      opened.db.transaction(() => {
        opened.db.set('a', 1)
        throw stop
      }),
    ).toThrow(stop)

    expect([opened.db.get('a'), logged(opened), opened.seen]).toEqual(['1', ['SET a 1'], ['set a']])
    expect(opened.db.engine.depth).toBe(0)
  })

  it('refuses an async function before it is called', () => {
    const { db } = open()
    let called = false
    const body = async (): Promise<void> => {
      called = true
    }

    // @ts-expect-error a transaction is synchronous
    expect(() => db.transaction(body)).toThrow(new RedstartError(NOT_SYNCHRONOUS))
    expect(called).toBe(false)
  })

  it('refuses a promise that its function returns, which counts as a throw', async () => {
    for (const rollback of [false, true]) {
      const { db } = open()
      const body = (): Promise<void> => {
        db.set('a', 1)
        return Promise.reject(new Error('late'))
      }

      // @ts-expect-error a transaction is synchronous
      expect(() => db.transaction(body, { rollback })).toThrow(new RedstartError(NOT_SYNCHRONOUS))
      expect(db.get('a')).toBe(rollback ? null : '1')
      await new Promise(setImmediate)
    }
  })

  it('lets other results be what they are', () => {
    const { db } = open()

    expect(db.transaction(() => null)).toBeNull()
    expect(db.transaction(() => ['then'])).toEqual(['then'])
    expect(db.transaction(() => undefined)).toBeUndefined()
  })
})

/** What can be done to a store, one of each kind that is taken back in a way of its own. */
const TAKEN_BACK: readonly [what: string, act: (db: Redstart) => unknown][] = [
  ['a new key', (db) => db.set('new', 1)],
  ['a new key with a deadline', (db) => db.set('new', 1, { ex: 5 })],
  ['another value, and the deadline gone', (db) => db.set('due', 2)],
  ['a removal', (db) => db.del('s', 'due', 'h')],
  ['a removal, and the key anew', (db) => [db.del('s'), db.sadd('s', 'x')]],
  ['bytes in place', (db) => [db.append('bytes', 'more'), db.setrange('bytes', 0, 'X')]],
  ['text that becomes bytes', (db) => db.append('text', 'more')],
  ['a deadline', (db) => db.expire('text', 5)],
  ['another deadline', (db) => db.expire('due', 5)],
  ['a deadline beyond all numbers', (db) => db.pexpireat('due', 2n ** 60n)],
  ['no deadline', (db) => db.persist('due')],
  ['a list', (db) => [db.lpush('l', 'x'), db.lset('l', 1, 'y'), db.ltrim('l', 0, 0)]],
  ['a list that goes from one key to another', (db) => [db.lmove('l', 'm', 'left', 'right'), db.rename('l', 'n')]],
  ['a set', (db) => [db.sadd('s', 'x'), db.srem('s', '1'), db.spop('s'), db.smove('s', 't', '2')]],
  ['a hash', (db) => [db.hset('h', 'f', 'x'), db.hdel('h', 'g'), db.hset('h', 'n'.repeat(100), 'x')]],
  ['fields that expire', (db) => [db.hexpire('h', 5, ['g']), db.hpersist('h', 'f')]],
  ['a sorted set', (db) => [db.zadd('z', 9, 'a'), db.zpopmin('z'), db.sort('z', { alpha: true })]],
  ['RENAME over a key', (db) => [db.rename('due', 's'), db.append('s', 'x')]],
  ['MOVE, and the value edited there', (db) => [db.move('l', 1), db.select(1), db.rpush('l', 'x')]],
  ['COPY over a key', (db) => [db.copy('l', 's', { replace: true }), db.rpush('s', 'x')]],
  ['RESTORE', (db) => db.restore('due', 0, db.dump('l')!, { replace: true, idletime: 5 })],
  ['FLUSHDB', (db) => [db.flushdb(), db.rpush('l', 'other'), db.set('due', 1)]],
  ['FLUSHALL', (db) => [db.flushall(), db.mset({ a: 1, b: 2 }), db.flushall()]],
  ['SWAPDB', (db) => [db.rpush('l', 'x'), db.swapdb(0, 1), db.rpush('l', 'y'), db.select(1), db.del('l')]],
  [
    'keys whose time was up',
    (db) => [db.get('late'), db.ttl('late'), db.hget('lateFields', 'f'), db.hlen('lateFields')],
  ],
  ['a key whose time was up, and anew', (db) => db.set('late', 'again')],
  ['reads', (db) => [db.mget('text', 'bytes'), db.touch('l', 's'), db.type('h')]],
  ['the selected database', (db) => [db.select(1), db.set('a', 1)]],
  ['a collection that was opened in vain', (db) => expect(() => db.zincrby('none', Number.NaN, 'm')).toThrow()],
]

/** One key of each kind, some of them due, and every watch and waiter that there can be. */
function openFull(): ReturnType<typeof open> {
  const clock = manualClock(START_MS)
  const opened = { ...open(), clock }
  const { db } = opened
  db.mset({ text: 'text', n: 7 })
  db.set('bytes', new Uint8Array(100).fill(255))
  db.set('due', 1, { ex: 100 })
  db.rpush('l', 'a', 'b', 'c')
  db.sadd('s', 1, 2, 3)
  db.hset('h', { f: 'v', g: 'w' })
  db.hexpire('h', 50, ['f'])
  db.zadd('z', [
    { score: 1, member: 'a' },
    { score: 2, member: 'b' },
  ])
  db.set('late', 'v', { pxat: START_MS })
  db.hset('lateFields', { f: 'v', g: 'w', h: 'x' })
  db.hpexpireat('lateFields', START_MS + 1, ['f'])
  return opened
}

describe('db.transaction() with rollback', () => {
  it.each(TAKEN_BACK)('takes back %s', (_what, act) => {
    const opened = openFull()
    const { db } = opened
    const encodings = () => db.keys('*').map((key) => [key, db.objectEncoding(key)])
    const watch = db.watch('text', 'bytes', 'due', 'l', 's', 'h', 'z', 'new', 'lateFields')
    const before = [photo(opened), db.engine.databases[0]!.keys.size]

    failing(db, () => act(db))

    expect([photo(opened), db.engine.databases[0]!.keys.size]).toEqual(before)
    expect(watch.changed).toBe(false)
    db.engine.invariants()
    expect(encodings()).toEqual(encodings())
    expect(db.get('text')).toBe('text')
  })

  it('keeps everything when the function returns', () => {
    for (const [, act] of TAKEN_BACK) {
      const [plain, opened] = [openFull(), openFull()]
      act(plain.db)
      opened.db.transaction(() => act(opened.db), { rollback: true })

      expect(photo(opened)).toMatchObject({ ...(photo(plain) as object), logged: expect.any(Number) })
      expect(opened.seen).toEqual(plain.seen)
      expect(logged(opened)).toEqual(logged(plain))
      opened.db.engine.invariants()
    }
  })

  it('takes fields that were due back with their deadlines, and they go when they are looked at next', () => {
    const clock = manualClock(START_MS)
    const db = new Redstart({ clock: { now: () => clock.now(), schedule: () => ({ cancel: () => undefined }) } })
    const seen: string[] = []
    db.hset('h', { f: 'v', g: 'w' })
    db.hpexpireat('h', START_MS + 1, ['f'])
    db.on('*', (_key, { event }) => seen.push(event))
    clock.advance(1)

    failing(db, () => expect(db.hlen('h')).toBe(1))

    expect(seen).toEqual([])
    expect(db.hgetall('h')).toEqual({ g: 'w' })
    expect(seen).toEqual(['hexpired'])
  })

  it('does not wake those who wait', async () => {
    const { db } = open()
    let woken = false
    const waiting = db.session().blpop('l', 0)
    waiting.then(() => {
      woken = true
    })
    failing(db, () => db.rpush('l', 'x'))
    await new Promise(setImmediate)

    expect([woken, db.engine.waiters.size]).toEqual([false, 1])
    db.rpush('l', 'later')
    expect(await waiting).toEqual({ key: 'l', element: 'later' })
  })

  it('takes back the one inside and leaves the one around it', () => {
    const opened = open()
    const { db } = opened
    db.transaction(() => {
      db.rpush('l', 'a')
      failing(db, () => [db.rpush('l', 'b'), db.set('x', 1)])
      db.rpush('l', 'c')
    })

    expect([db.lrange('l', 0, -1), db.get('x')]).toEqual([['a', 'c'], null])
    expect(logged(opened)).toEqual(['RPUSH l a', 'RPUSH l c'])
    expect(opened.seen).toEqual(['rpush l', 'rpush l'])
  })

  it('takes along the ones inside, those of other sessions and those that were kept too', () => {
    const opened = open()
    const { db } = opened
    db.rpush('l', 'a')
    forget(opened)
    const before = photo(opened)
    failing(db, () => {
      db.rpush('l', 'b')
      db.session().transaction(() => db.rename('l', 'm'), { rollback: true })
      failing(db, () => db.rpush('m', 'c'))
      db.multi().rpush('m', 'd').set('x', 1).exec()
      db.transaction(() => db.rpush('m', 'e'), { rollback: true })
    })

    expect(photo(opened)).toEqual(before)
    expect(db.lrange('l', 0, -1)).toEqual(['a'])
  })

  it('lets a watch that was opened in what is taken back trip: what it has seen is gone', () => {
    const { db } = open()
    let watch: ReturnType<Redstart['watch']> | undefined
    failing(db, () => {
      db.set('a', 1)
      watch = db.watch('a')
    })

    expect(watch!.multi().exec()).toBeNull()
  })

  it('leaves chance alone: what is tried again may come out otherwise', () => {
    const { db } = open()
    db.sadd('s', ...Array.from({ length: 100 }, (_, i) => i))
    const picks = new Set<unknown>()
    for (let i = 0; i < 5; i++) failing(db, () => picks.add(db.spop('s')))

    expect(picks.size).toBeGreaterThan(1)
    expect(db.scard('s')).toBe(100)
  })

  it('goes on with a scan that was begun before: keys stay in their places', () => {
    const { db } = open()
    for (let i = 0; i < 30; i++) db.set(`key${i}`, i)
    const first = db.scan(0, { count: 10 })
    failing(db, () => [db.del('key0', 'key1', 'key29', 'key15'), db.set('new', 1), db.set('key1', 2)])
    const rest = db.scan(first.cursor, { count: 100 })

    expect(new Set([...first.keys, ...rest.keys]).size).toBe(30)
    expect(first.keys.length + rest.keys.length).toBe(30)
  })

  it('copies a collection once, and none that is only read', () => {
    const { db } = open()
    db.rpush('l', 'a')
    db.sadd('s', 'a')
    const kept = (key: string) => {
      const { keys } = db.engine.databases[0]!
      return keys.valueAt(keys.find(key))
    }
    const [list, set] = [kept('l'), kept('s')]
    db.transaction(
      () => {
        db.sismember('s', 'a')
        db.expire('s', 100)
        db.rpush('l', 'b')
        const copy = kept('l')
        db.rpush('l', 'c')

        expect(kept('l')).toBe(copy)
        expect(copy).not.toBe(list)
      },
      { rollback: true },
    )

    expect(kept('s')).toBe(set)
    expect(db.lrange('l', 0, -1)).toEqual(['a', 'b', 'c'])
  })
})
