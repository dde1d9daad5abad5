import type { Redstart, UserSession } from 'redstart'
import { describe, expect, it } from 'vitest'
import { answers, open } from './support.js'

const NO_KEY = 'NOPERM No permissions to access a key'
const NO_CHANNEL = 'NOPERM No permissions to access a channel'

const denied = (command: string): string => `NOPERM User it has no permissions to run the '${command}' command`

/** A database, and a handle of a user with these rules. */
function openFor(...rules: readonly string[]): { readonly db: Redstart; readonly app: UserSession } {
  const { db } = open()
  db.aclSetuser('it', ...rules)
  return { db, app: db.as('it') }
}

// That each method is refused where its words are: test/laws/users.test.ts.

describe('a handle for a user', () => {
  it('lets typed calls through that its rules allow, and no others', () => {
    const { db, app } = openFor('+@read', '~app:*')
    db.mset({ 'app:1': 'a', other: 'b' })

    expect(app.get('app:1')).toBe('a')
    expect(() => app.get('other')).toThrow(NO_KEY)
    expect(() => app.mget('app:1', 'other')).toThrow(NO_KEY)
    expect(() => app.set('app:1', 'x')).toThrow(denied('set'))
    expect(db.get('app:1')).toBe('a')
  })

  it('checks raw calls and bytes as well', () => {
    const { app } = openFor('+get', '~app:*')

    expect(answers(app, 'GET app:1', 'GET other', 'DEL app:1')).toEqual([null, NO_KEY, denied('del')])
    expect(app.bytes.get('app:1')).toBeNull()
    expect(() => app.bytes.get('other')).toThrow(NO_KEY)
  })

  it('tells apart what SET reads and what it writes', () => {
    const { app } = openFor('+set', '%W~a')

    expect(app.set('a', '1')).toBe('OK')
    expect(() => app.set('a', '2', { get: true })).toThrow(NO_KEY)
  })

  it('rejects blocking calls', async () => {
    const { app } = openFor('+blpop', '~app:*')

    await expect(app.blpop('other', 1)).rejects.toThrow(NO_KEY)
    await expect(app.blmove('app:a', 'app:b', 'left', 'left', 1)).rejects.toThrow(denied('blmove'))
  })

  it('asks for leave again when a call that waits is served', async () => {
    const { db, app } = openFor('+blpop', '~app:*')
    const job = app.blpop('app:jobs', 0)
    db.aclSetuser('it', 'resetkeys')
    db.rpush('app:jobs', 'x')

    await expect(job).rejects.toThrow(NO_KEY)
    expect(db.lrange('app:jobs', 0, -1)).toEqual(['x'])
  })

  it('checks iterators call by call', () => {
    const { app } = openFor('+sscan', '~app:*')

    expect([...app.sscanIterator('app:set')]).toEqual([])
    expect(() => [...app.sscanIterator('other')]).toThrow(NO_KEY)
    expect(() => [...app.scanIterator()]).toThrow(denied('scan'))
  })

  it('refuses a call of a transaction as it is queued, or by EXEC when rules have changed', () => {
    const { db, app } = openFor('+get', '+multi', '~app:*')
    const multi = app.multi().get('app:1')

    expect(() => multi.get('other')).toThrow(NO_KEY)
    db.aclSetuser('it', '-get')
    expect(multi.exec()).toEqual([expect.objectContaining({ message: denied('get') })])
  })

  it('needs leave for transactions and watches', async () => {
    const { app } = openFor('+@read', '~app:*')

    expect(() => app.multi()).toThrow(denied('multi'))
    expect(() => app.transaction((db) => db.get('app:1'))).toThrow(denied('multi'))
    expect(() => app.watch('app:1')).toThrow(denied('watch'))
    await expect(app.optimistic('app:1', () => undefined)).rejects.toThrow(denied('watch'))
  })

  it('checks calls within a transaction', () => {
    const { app } = openFor('+@all', '~app:*')

    expect(() => app.transaction((db) => db.set('other', 'x'), { rollback: true })).toThrow(NO_KEY)
    expect(() => app.watch('other')).toThrow(NO_KEY)
    expect(app.transaction((db) => db.set('app:1', 'x'))).toBe('OK')
  })

  it('hears the channels that are its own', () => {
    const { app } = openFor('+subscribe', '+psubscribe', '+publish', '&app:*')

    expect(app.publish('app:news', 'x')).toBe(0)
    expect(() => app.publish('news', 'x')).toThrow(NO_CHANNEL)
    expect(() => app.subscribe(['app:news', 'news'], () => {})).toThrow(NO_CHANNEL)
    expect(() => app.messages('news')).toThrow(NO_CHANNEL)
    expect(() => app.pmessages('app:?')).toThrow(NO_CHANNEL)
    app.psubscribe('app:*', () => {}).unsubscribe()
  })

  it('consumes the streams that are its own, as long as they are', async () => {
    const { db, app } = openFor('+xreadgroup', '+xack', '+xautoclaim', '+xgroup|create', '~app:*')
    for (const n of [1, 2]) db.xadd('app:jobs', '*', { n })
    db.xgroupCreate('app:jobs', 'g', '0')
    const entries = app.consume('app:jobs', { group: 'g', consumer: 'c', count: 1 })

    expect((await entries.next()).value?.fields).toEqual({ n: '1' })
    db.aclSetuser('it', '-xreadgroup')
    await expect(entries.next()).rejects.toThrow(denied('xreadgroup'))
    expect(() => app.consume('app:jobs', { group: 'g', consumer: 'c' })).toThrow(denied('xreadgroup'))
  })

  it('needs leave to read every key for the patterns of SORT', () => {
    const { db, app } = openFor('+sort', '+sort_ro', '~ids')

    expect(app.sort('ids')).toEqual([])
    expect(() => app.sort('ids', { by: 'user:*' })).toThrow('ERR BY option of SORT denied')
    expect(() => app.sortRo('ids', { get: '#' })).toThrow('ERR GET option of SORT denied')
    db.aclSetuser('it', '%R~*')
    expect(app.sort('ids', { by: 'user:*' })).toEqual([])
  })

  it('acts for its user for good', () => {
    const { app } = openFor('+@all', '~app:*')

    expect(() => app.auth('default', 'x')).toThrow('NOPERM this session acts for one user only')
    expect(answers(app, 'AUTH default x')).toEqual(['NOPERM this session acts for one user only'])
    expect([app.reset(), app.aclWhoami()]).toEqual(['RESET', 'it'])
    expect(() => app.get('other')).toThrow(NO_KEY)
  })

  it('is bound by new rules at once, and ends with its user', () => {
    const { db, app } = openFor('+get', '~*')
    app.get('a')
    db.aclSetuser('it', '-get')

    expect(() => app.get('a')).toThrow(denied('get'))
    db.aclDeluser('it')
    expect(() => app.get('a')).toThrow('ERR the session is closed')
    expect(() => app.ping()).toThrow('ERR the session is closed')
  })

  it('ends when its user may not hear any more what it is subscribed to; who owns the store hears on', () => {
    const { db, app } = openFor('+subscribe', '&news')
    const heard: string[] = []
    app.subscribe('news', (message) => heard.push(`app ${message}`))
    db.subscribe('news', (message) => heard.push(`db ${message}`))
    db.publish('news', '1')
    db.aclSetuser('it', 'resetchannels')
    db.aclSetuser('default', 'resetchannels')
    db.publish('news', '2')

    expect(heard).toEqual(['app 1', 'db 1', 'db 2'])
    expect(() => app.ping()).toThrow('ERR the session is closed')
  })

  it('writes down what was refused', () => {
    const { db, app } = openFor('+get', '~app:*')
    expect(() => app.get('other')).toThrow(NO_KEY)

    expect(db.aclLog()).toMatchObject([{ reason: 'key', object: 'other', username: 'it', count: 1 }])
  })

  it('is only for a user that there is', () => {
    const { db } = open()

    expect(() => db.as('nobody')).toThrow("ERR User 'nobody' not found")
  })

  it('has all rights where its user has', () => {
    const { db } = open()
    const all = db.as('default')

    expect([all.set('a', '1'), all.transaction(() => all.get('a'))]).toEqual(['OK', '1'])
  })
})
