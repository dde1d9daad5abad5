import { type Commands, type Multi, type Popped, type Redstart, RedstartError, type ScoredMember } from 'redstart'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { GROUPS } from '../../src/session.js'
import { bytes, logged, NOT_AN_INTEGER, open, SYNTAX, WRONGTYPE } from '../support.js'

const OVER = 'ERR the transaction is over: it was executed or discarded'

describe('db.multi()', () => {
  it('runs the queued calls in order and returns their replies', () => {
    const { db } = open()

    const replies = db.multi().set('a', 1).incr('a').get('a').rpush('l', 'x', 'y').lrange('l', 0, -1).exec()

    expect(replies).toEqual(['OK', 2, '2', 2, ['x', 'y']])
  })

  it('runs nothing before exec', () => {
    const { db, seen } = open()
    const multi = db.multi().set('a', 1)

    expect([db.get('a'), seen]).toEqual([null, []])
    expect(multi.exec()).toEqual(['OK'])
    expect(db.get('a')).toBe('1')
  })

  it('returns an empty array when nothing was queued', () => {
    expect(open().db.multi().exec()).toEqual([])
  })

  it('can be filled call by call: each method returns the transaction itself', () => {
    const { db } = open()
    const multi = db.multi()
    for (const member of ['a', 'b']) multi.sadd('s', member)

    expect(multi.scard('s')).toBe(multi)
    expect(multi.exec()).toEqual([1, 1, 2])
  })

  it('returns the error of a call that fails in its place, and runs the others', () => {
    const { db } = open()

    const replies = db.multi().set('a', 'x').incr('a').lpush('a', 1).append('a', 'y').exec()

    expect(replies).toEqual(['OK', new RedstartError(NOT_AN_INTEGER), new RedstartError(WRONGTYPE), 2])
    expect(replies[2]).toBeInstanceOf(RedstartError)
    expect(db.get('a')).toBe('xy')
  })

  it('finds wrong arguments at exec, where they are the error of their call', () => {
    const { db } = open()
    const multi = db
      .multi()
      .set('a', 1, { nx: true, xx: true })
      .incrby('a', 1.5)
      .del()
      .set('a', undefined as never)
      .set('b', 2)

    expect(multi.exec()).toEqual([
      new RedstartError(SYNTAX),
      new RedstartError(NOT_AN_INTEGER),
      new RedstartError("ERR wrong number of arguments for 'del' command"),
      new RedstartError('ERR value must be a string, a finite number, a bigint or a Uint8Array, got undefined'),
      'OK',
    ])
  })

  it('is one unit: one batch of the log, and events after the last call', () => {
    const opened = open()
    const { db, log } = opened
    const heard: unknown[] = []
    db.on('*', (_key, { event }) => heard.push([event, db.get('b')]))

    db.multi().set('a', 1).set('b', 2).exec()

    expect(log.batches).toHaveLength(1)
    expect(logged(opened)).toEqual(['SET a 1', 'SET b 2'])
    expect(heard).toEqual([
      ['set', '2'],
      ['set', '2'],
    ])
  })

  it('wakes those who wait after the last call', async () => {
    const { db } = open()
    const waiting = db.session().blpop('l', 0)

    db.multi().rpush('l', 'x').lpush('l', 'first').exec()

    expect(await waiting).toEqual({ key: 'l', element: 'first' })
  })

  it('takes arguments as they are when they are queued', () => {
    const { db } = open()
    const image = bytes(1, 2)
    const fields: Record<string, string> = { f: 'old' }
    const keys = ['a']
    const pairs = new Map([['m', 'old']])
    const bound = { offset: 0, count: 1 }
    db.rpush('sorted', 2, 1)
    const multi = db.multi().set('a', image).hset('h', fields).lmpop(keys, 'left').mset(pairs)
    multi.sort('sorted', { limit: bound })
    image[0] = 9
    fields.f = 'new'
    keys[0] = 'other'
    pairs.set('m', 'new')
    bound.count = 0
    multi.exec()

    expect([...db.bytes.get('a')!]).toEqual([1, 2])
    expect([db.hget('h', 'f'), db.get('m')]).toEqual(['old', 'old'])
  })

  it('takes fields named as parts of prototypes for what they are', () => {
    const { db } = open()
    const fields = JSON.parse('{"__proto__":"p","constructor":"c"}')

    db.multi().hset('h', fields).exec()

    expect(db.hgetallMap('h')).toEqual(
      new Map([
        ['__proto__', 'p'],
        ['constructor', 'c'],
      ]),
    )
  })

  it('draws from an iterable once, when it is queued', () => {
    const { db } = open()
    const drawn: string[] = []
    function* pairs(): Iterable<readonly [string, string]> {
      drawn.push('now')
      yield ['a', '1']
    }
    const multi = db.multi().mset(pairs())

    expect(drawn).toEqual(['now'])
    expect(multi.exec()).toEqual(['OK'])
    expect(db.get('a')).toBe('1')
  })

  it('does not wait where commands block: they return what there is', () => {
    const { db } = open()
    db.rpush('l', 'x', 'y', 'z')
    db.zadd('z', 1, 'm')
    const multi = db.multi()
    const replies = multi
      .blpop(['none', 'l'], 0)
      .brpop('l', 0)
      .blmove('l', 'm', 'left', 'right', 0)
      .brpoplpush('l', 'm', 0)
      .blmpop(['m'], 'left', 0)
      .bzpopmin('z', 0)
      .bzpopmax('z', 0)
      .bzmpop(['z'], 'min', 0)
      .blpop('l', -1)
      .exec()

    expect(replies).toEqual([
      { key: 'l', element: 'x' },
      { key: 'l', element: 'z' },
      'y',
      null,
      { key: 'm', elements: ['y'] },
      { key: 'z', member: 'm', score: 1 },
      null,
      null,
      new RedstartError('ERR timeout is negative'),
    ])
    expect(db.engine.waiters.size).toBe(0)
  })

  it('looks at no signal: nothing waits that could be aborted', () => {
    const { db } = open()

    expect(db.multi().blpop('l', 0, { signal: AbortSignal.abort() }).exec()).toEqual([null])
  })

  it('leaves blocking methods of the session as they are', async () => {
    const { db } = open()
    db.multi().blpop('l', 0).exec()
    const waiting = db.blpop('l', 0)
    db.session().rpush('l', 'x')

    expect(waiting).toBeInstanceOf(Promise)
    expect(await waiting).toEqual({ key: 'l', element: 'x' })
  })

  it('runs in the database that is selected at exec, and SELECT in it stays selected', () => {
    const { db } = open()

    db.multi().select(1).set('a', 1).exec()

    expect([db.get('a'), db.select(0), db.get('a')]).toEqual(['1', 'OK', null])
  })

  it('is over after exec and after discard', () => {
    const { db } = open()
    const executed = db.multi().set('a', 1)
    executed.exec()
    const discarded = db.multi().set('b', 1)
    discarded.discard()
    for (const multi of [executed, discarded]) {
      expect(() => multi.exec()).toThrow(new RedstartError(OVER))
      expect(() => multi.discard()).toThrow(new RedstartError(OVER))
      expect(() => multi.set('c', 1)).toThrow(new RedstartError(OVER))
    }
    expect(db.keys('*')).toEqual(['a'])
  })

  it('has nothing to do with MULTI of the session: typed calls run at once, and so does exec', () => {
    const { db } = open()
    db.call('MULTI')
    db.call('SET', 'raw', '1')

    expect([db.set('a', 1), db.multi().incr('a').exec(), db.get('raw')]).toEqual(['OK', [2], null])
    expect(db.call('EXEC')).toEqual(['OK'])
  })

  it('is there on bytes and on sessions', () => {
    const { db } = open()

    expect(db.bytes.multi().set('a', bytes(255)).get('a').exec()).toEqual(['OK', bytes(255)])
    expect(db.session().multi().get('a').ping().exec()).toEqual(['\udcff', 'PONG'])
  })

  it('throws what is no error reply, and stops there: it is a mistake of ours', () => {
    const { db } = open()
    const mistake = new Error('a broken rule')
    const multi = db.multi().set('a', 1).get('a').set('b', 1)
    const insert = db.engine.databases[0]!.keys.find
    db.engine.databases[0]!.keys.find = function (this: (typeof db.engine.databases)[0]['keys'], key) {
      if (key === 'b') throw mistake
      return insert.call(this, key)
    }

    expect(() => multi.exec()).toThrow(mistake)
    expect(db.engine.depth).toBe(0)
  })
})

describe('execOrThrow', () => {
  it('returns the replies when no call has failed', () => {
    const { db } = open()
    const [length] = db.multi().rpush('l', 'x').execOrThrow()

    expect(length + 1).toBe(2)
  })

  it('throws the first error after all calls have run', () => {
    const { db } = open()
    const multi = db.multi().set('a', 'x').incr('a').lpush('a', 1).set('b', 1)

    expect(() => multi.execOrThrow()).toThrow(new RedstartError(NOT_AN_INTEGER))
    expect(db.mget('a', 'b')).toEqual(['x', '1'])
  })
})

describe('the methods of a transaction', () => {
  it('are those of the session, but for iterators', () => {
    const multi = open().db.multi()
    const names = GROUPS.flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)).filter(
      (name) => name !== 'constructor' && name !== 'consume',
    )

    expect(names.length).toBeGreaterThan(150)
    expect(names.filter((name) => name in multi === name.endsWith('Iterator'))).toEqual([])
  })

  it('have the types of the session, call by call', () => {
    const { db } = open()
    const replies = db
      .multi()
      .set('a', 1)
      .set('a', 1, { get: true })
      .incr('a')
      .lpop('l')
      .lpop('l', 2)
      .zrange('z', 0, -1, { withScores: true })
      .blpop(['l'], 1)
      .ping()
      .hgetall('h')
      .exec()

    expectTypeOf(replies).toEqualTypeOf<
      [
        'OK' | null | RedstartError,
        string | null | RedstartError,
        number | RedstartError,
        string | null | RedstartError,
        string[] | null | RedstartError,
        ScoredMember[] | RedstartError,
        Popped | null | RedstartError,
        'PONG' | RedstartError,
        Record<string, string> | RedstartError,
      ]
    >()
    expectTypeOf(db.multi().set('a', 1).incr('a').execOrThrow()).toEqualTypeOf<['OK' | null, number]>()
    expectTypeOf(db.bytes.multi().get('a').execOrThrow()).toEqualTypeOf<[Uint8Array | null]>()
    expectTypeOf(db.multi().exec()).toEqualTypeOf<[]>()
    expectTypeOf(db.watch('a').multi().incr('a').exec()).toEqualTypeOf<[number | RedstartError] | null>()
    expectTypeOf(db.watch('a').multi().incr('a').execOrThrow()).toEqualTypeOf<[number] | null>()
  })

  it('have the parameters of the session', () => {
    const { db } = open()
    const multi = db.multi()

    expectTypeOf(multi.incrby).parameters.toEqualTypeOf<Parameters<Redstart['incrby']>>()
    expectTypeOf(multi.del).parameters.toEqualTypeOf<Parameters<Redstart['del']>>()
    // @ts-expect-error a key is no number
    expect(() => multi.get(1)).not.toThrow()
    // @ts-expect-error iterators are no single call
    expect(() => multi.scanIterator()).toThrow(TypeError)
    // @ts-expect-error transactions do not nest
    expect(() => multi.transaction(() => {})).toThrow(TypeError)
  })

  it('can be handed on: a type names any transaction', () => {
    const { db } = open()
    function visit<R extends readonly unknown[], Nil>(multi: Multi<Commands<string>, R, Nil>) {
      return multi.incr('visits').expire('visits', 60)
    }
    const replies = visit(db.multi().get('visits')).exec()

    expectTypeOf(replies).toEqualTypeOf<
      [string | null | RedstartError, number | RedstartError, number | RedstartError]
    >()
    expect(replies).toEqual([null, 1, 1])
  })

  it('are all typed: no method is of a form that is not understood', () => {
    type All = Multi<Commands<string>>
    type NotTyped = { [Name in keyof All]: [All[Name]] extends [never] ? Name : never }[keyof All]

    expectTypeOf<NotTyped>().toEqualTypeOf<never>()
    expectTypeOf<keyof All & 'scanIterator'>().toEqualTypeOf<never>()
  })
})
