import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Redstart } from 'redstart'
import { cache } from 'redstart/cache'
import { describe, expect, it } from 'vitest'
import type { References } from '../../src/cache/references.js'
import { sharedOf } from '../../src/cache/shared.js'
import type { CacheStore } from '../../src/cache/store.js'
import { type OpenedCache, openCache, settled } from './support.js'

const COUNT = 500

function referencesOf(db: CacheStore): References {
  return sharedOf(db, 'user:', Math.random).references
}

interface Filled extends OpenedCache<object> {
  readonly references: References
}

/** A cache by reference of COUNT values that live for a second. */
function fill(): Filled {
  const opened = openCache<object>({ codec: 'reference', ttlMs: 1000 })
  for (let i = 0; i < COUNT; i++) opened.users.set(`${i}`, { i })
  const references = referencesOf(opened.db)
  expect(references.size).toBe(COUNT)
  return { ...opened, references }
}

describe('values by reference', () => {
  it('are the objects that they are', () => {
    const { users } = openCache<object | (() => number)>({ codec: 'reference' })
    const object = { f: () => 1 }
    users.set('object', object)
    users.set('function', object.f)

    expect(users.get('object')).toBe(object)
    expect(users.get('function')).toBe(object.f)
  })

  it('count for nothing without their token in the database', () => {
    const { db, users } = openCache<object>({ codec: 'reference' })
    for (const key of ['set', 'renamed', 'copied', 'expired', 'target']) users.set(key, { key })

    db.set('user:set', 'something else')
    db.rename('user:renamed', 'user:new')
    db.copy('user:copied', 'user:target', { replace: true })
    db.pexpireat('user:expired', 1)

    expect(users.getMany(['set', 'renamed', 'new', 'target', 'expired'])).toEqual(Array(5).fill(undefined))
    expect(users.get('copied')).toEqual({ key: 'copied' })
  })

  it('of another process are missed', () => {
    const { db, users } = openCache<object>({ codec: 'reference' })
    users.set('a', {})
    const elsewhere = new Redstart()
    elsewhere.restore('user:a', 0, db.bytes.dump('user:a')!)

    expect(cache(elsewhere, { prefix: 'user:', codec: 'reference' }).get('a')).toBeUndefined()
  })

  it('that the database has no room for leave nothing behind', () => {
    const { db, users } = openCache<object>({ codec: 'reference' })
    const { set } = db
    db.set = () => {
      throw new Error('OOM')
    }

    expect(() => users.set('a', {})).toThrow('OOM')
    db.set = set

    expect(referencesOf(db).size).toBe(0)
  })
})

describe('values by reference are let go', () => {
  it.each<[string, (filled: Filled) => void]>([
    ['when they expire', ({ clock }) => clock.advance(1000)],
    ['when their keys are deleted by others', ({ db }) => db.unlink(...db.keys('user:*'))],
    ['when their keys expire by EXPIRE', ({ db }) => db.keys('user:*').map((key) => db.pexpire(key, 0))],
    ['by delete', ({ users }) => Array.from({ length: COUNT }, (_, i) => users.delete(`${i}`))],
    ['by clear', ({ users }) => users.clear()],
    [
      'by a set that keeps nothing',
      ({ users }) => Array.from({ length: COUNT }, (_, i) => users.set(`${i}`, {}, { ttlMs: 0 })),
    ],
  ])('%s', (_, end) => {
    const filled = fill()

    end(filled)

    expect(filled.references.size).toBe(0)
  })

  it('when an invalidated tag has ended them, at the next look', () => {
    const { db, users } = openCache<object>({ codec: 'reference', tags: ['x'] })
    users.set('a', {})

    users.invalidateTags('x')
    users.get('a')

    expect(referencesOf(db).size).toBe(0)
  })

  it.each<[string, (filled: Filled) => void]>([
    ['FLUSHALL', ({ db }) => db.flushall()],
    ['RENAME', ({ db }) => db.keys('user:*').map((key) => db.rename(key, `other:${key}`))],
  ])('after %s, by the time that as many have come as there were', (_, end) => {
    const filled = fill()

    end(filled)
    for (let i = 0; i < COUNT + 2; i++) filled.users.set(`new ${i}`, {})

    expect(filled.references.size).toBe(COUNT + 2)
  })

  it('on a session, which hears no events, as others are added', () => {
    const { db, clock } = openCache()
    const session = db.session()
    const users = cache<object>(session, { prefix: 'user:', codec: 'reference', ttlMs: 1000 })
    for (let i = 0; i < COUNT; i++) users.set(`${i}`, {})

    clock.advance(1000)
    for (let i = 0; i < COUNT + 2; i++) users.set(`new ${i}`, {})

    expect(referencesOf(session).size).toBe(COUNT + 2)
  })

  it('and not when a key of the same name goes in another database', () => {
    const { db, references } = fill()
    const session = db.session()
    session.select(1)
    session.mset({ 'user:1': 1, 'user:2': 2 })

    session.del('user:1', 'user:2')

    expect(references.size).toBe(COUNT)
  })

  it('with the errors that were kept', async () => {
    const { db, clock, users } = openCache<number>({ errorTtlMs: 50 })
    for (let i = 0; i < 20; i++) await users.getOrSet(`${i}`, () => Promise.reject(new Error('down'))).catch(() => {})
    expect(referencesOf(db).size).toBe(20)

    clock.advance(50)

    expect(referencesOf(db).size).toBe(0)
  })

  it('nobody listens to events while there are none', () => {
    const { db, clock, users } = openCache<object>({ codec: 'reference', ttlMs: 1000 })
    const { events } = db.engine

    expect(events.listening).toBe(false)
    users.set('a', {})
    expect(events.listening).toBe(true)
    clock.advance(1000)
    expect(events.listening).toBe(false)
  })

  it('so that they are free to be collected', async () => {
    const { clock, users } = openCache<object>({ codec: 'reference', ttlMs: 1000 })
    const kept = new WeakRef({ large: 'x'.repeat(1000) })
    users.set('a', kept.deref()!)
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')

    await settled()
    collect()
    expect(users.has('a')).toBe(true)
    clock.advance(1000)
    await settled()
    collect()

    expect(kept.deref()).toBeUndefined()
  })
})
