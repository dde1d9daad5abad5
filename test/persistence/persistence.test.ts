import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { MemoryLog, manualClock, Redstart } from 'redstart'
import { check, encrypted, files, memory, type Persistent, restore } from 'redstart/persistence'
import { exportRdb, importRdb } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { START_MS } from '../support.js'
import { copyOf, folder, openKept, quickFiles, stateIn, stateText, WRITES } from './support.js'

const PLACES: readonly [string, () => Persistent][] = [
  ['memory', () => memory()],
  ['files', () => quickFiles(folder())],
  ['encrypted files', () => encrypted(quickFiles(folder()), { key: new Uint8Array(32).fill(1) })],
]

describe.each(PLACES)('a database kept in %s', (_name, make) => {
  it('is there again when it is opened again: from the log, from a snapshot, from both', async () => {
    const place = make()
    const first = await openKept(place)
    for (const write of WRITES) write(first.db)
    const fromLog = stateText(first.db)
    await first.db.close()

    const second = await openKept(place)
    expect(stateText(second.db)).toBe(fromLog)
    await second.db.bgsave()
    await second.db.close()

    const third = await openKept(place)
    expect(stateText(third.db)).toBe(fromLog)
    for (const write of WRITES) write(third.db)
    third.db.save()
    third.db.set('last', 'one')
    const fromBoth = stateText(third.db)
    await third.db.close()

    const fourth = await openKept(place)
    expect(stateText(fourth.db)).toBe(fromBoth)
    for (const database of fourth.db.engine.databases) database.invariants()
    await fourth.db.close()
  })

  it('once closed, saves nothing over what the next one who has it open keeps there', async () => {
    const place = make()
    const { db: former } = await openKept(place)
    former.set('former', '1')
    await former.close()
    const { db } = await openKept(place)
    db.set('next', '1')

    expect(() => former.save()).toThrow('ERR the database is closed')
    expect(() => former.call('SAVE')).toThrow('ERR the database is closed')
    expect(() => former.call('BGSAVE')).toThrow('ERR the database is closed')
    await expect(former.bgsave()).rejects.toThrow('ERR the database is closed')
    await expect(former.bgrewriteaof()).rejects.toThrow('ERR the database is closed')
    expect(former.call('SHUTDOWN', 'SAVE')).toBe('OK')
    await db.close()

    const { db: third } = await openKept(place)
    expect(third.keys('*').sort()).toEqual(['former', 'next'])
    await third.close()
  })

  it('keeps the encodings of values, and what is due at its time', async () => {
    const place = make()
    const { db } = await openKept(place)
    db.sadd('ints', '1', '2')
    db.sadd('mixed', '1', 'x')
    db.srem('mixed', 'x')
    db.rpush('list', 'x'.repeat(9_000), 'y')
    db.hset('hash', { long: 'x'.repeat(100) })
    db.hdel('hash', 'long')
    db.hset('hash', { a: 'x'.repeat(65), b: 'c' })
    db.hset('hash', { a: 'short' })
    db.zadd('zset', 1, 'm'.repeat(65))
    db.set('due', 'v', { px: 1_000 })
    db.hset('fields', { f: 'v', g: 'w' })
    db.hpexpire('fields', 1_000, ['f'])
    const encodings = (of: Redstart): unknown[] =>
      ['ints', 'mixed', 'list', 'hash', 'zset'].map((key) => of.objectEncoding(key))
    const before = encodings(db)
    await db.bgsave()
    await db.close()

    const { db: again, clock } = await openKept(place)
    expect(encodings(again)).toEqual(before)
    clock.advance(1_000)
    expect([again.exists('due'), again.hget('fields', 'f'), again.hget('fields', 'g')]).toEqual([0, null, 'w'])
    const state = stateText(again)
    await again.close()
    expect((await stateIn(place)).state).toBe(state)
  })

  it('keeps short bytes as compact as they were', async () => {
    const place = make()
    const { db } = await openKept(place)
    db.set('short', new Uint8Array(44).fill(255))
    db.set('long', new Uint8Array(45).fill(255))
    const before = [db.objectEncoding('short'), db.objectEncoding('long'), db.memoryUsage('short')]
    db.save()
    await db.close()

    const again = await openKept(place)

    expect([again.db.objectEncoding('short'), again.db.objectEncoding('long'), again.db.memoryUsage('short')]).toEqual(
      before,
    )
    expect(again.db.bytes.get('short')).toEqual(new Uint8Array(44).fill(255))
    await again.db.close()
  })

  it('takes a snapshot while it is written to, and loses nothing', async () => {
    const place = make()
    const { db } = await openKept(place)
    for (let i = 0; i < 5_000; i++) db.set(`key:${i}`, i)
    let isDone = false
    const progress: number[] = []
    const saved = db.bgsave({ onProgress: ({ keys }) => progress.push(keys) }).then(() => {
      isDone = true
    })
    for (let i = 0; !isDone; i = (i + 7) % 5_000) {
      db.set(`key:${i}`, 'changed')
      db.del(`key:${i + 1}`)
      db.set(`new:${i}`, 'x')
      await new Promise((resolve) => setImmediate(resolve))
    }
    await saved
    db.set('after', 'it')
    const state = stateText(db)
    await db.close()

    expect(progress.length).toBeGreaterThan(2)
    expect((await stateIn(place)).state).toBe(state)
  })

  it('is backed up while it is open, to a place and to a stream, and restored', async () => {
    const { db } = await openKept(make())
    for (const write of WRITES) write(db)
    const state = stateText(db)
    const target = make()
    const stream = new PassThrough()
    const pieces: Uint8Array[] = []
    stream.on('data', (piece: Uint8Array) => pieces.push(piece))
    await db.backup(target)
    await db.backup(stream)
    db.set('later', 'than that')
    await db.close()

    const restored = make()
    const report = await restore(
      (async function* () {
        yield* pieces
      })(),
      restored,
    )

    expect(report).toMatchObject({ records: 0 })
    expect((await stateIn(target)).state).toBe(state)
    expect((await stateIn(restored)).state).toBe(state)
    await expect(db.backup(target)).rejects.toThrow()
    await expect(restore(target, restored)).rejects.toThrow('there is a store in')
  })

  it('goes back to a record or to an instant', async () => {
    const place = make()
    const { db, clock } = await openKept(place)
    const states = [stateText(db)]
    for (const write of WRITES) {
      clock.advance(10)
      write(db)
      states.push(stateText(db))
    }
    await db.close()

    for (const records of [0, 1, 7, WRITES.length]) {
      const [bySeq, byTime] = [make(), make()]
      const report = await restore(place, bySeq, { seq: records })
      await restore(place, byTime, { timeMs: START_MS + 10 * records + 5 })

      expect(report).toMatchObject({ records, lastSeq: records })
      expect((await stateIn(bySeq)).state).toBe(states[records])
      expect((await stateIn(byTime)).state).toBe(states[records])
    }
  })

  it('says that what lies before the snapshot is out of reach', async () => {
    const place = make()
    const { db } = await openKept(place)
    db.set('a', '1')
    db.set('b', '2')
    db.save()
    await db.close()

    await expect(restore(place, make(), { seq: 1 })).rejects.toThrow('the snapshot is of record 2')
  })

  // A record past the end was the end in silence.
  it('says up to which record there is something, and leaves nothing of a restore that fails', async () => {
    const place = make()
    const { db } = await openKept(place)
    db.set('a', '1')
    db.save()
    db.set('b', '2')
    db.set('c', '3')
    await db.close()
    const target = make()

    await expect(restore(place, target, { seq: 99 })).rejects.toThrow('there is no record 99: the last one is 3')
    const report = await restore(place, target, { seq: 3 })

    expect(report).toMatchObject({ keys: 1, records: 2, lastSeq: 3 })
  })
})

describe('a database without a persistence', () => {
  it('says so when it is to be saved, and is flushed at once', async () => {
    const db = await Redstart.open({ clock: manualClock(START_MS) })
    const none = 'ERR the database is in memory only'

    expect(() => db.save()).toThrow(none)
    expect(() => db.call('BGSAVE')).toThrow(none)
    await expect(db.bgsave()).rejects.toThrow(none)
    await expect(db.bgrewriteaof()).rejects.toThrow(none)
    await expect(db.backup('/nowhere')).rejects.toThrow(none)
    expect(db.lastsave()).toBe(START_MS / 1000)
    await db.flushed()
    await db.resume()
    await db.close()
  })
})

describe('what keeps a database', () => {
  // A group whose entries-read had wrapped around made a store that was never opened again.
  it('opens with a group of which a counter has wrapped around', async () => {
    const kept = memory()
    const { db } = await openKept(kept)
    for (const id of ['1-1', '2-1', '3-1']) db.xadd('s', id, { f: 'v' })
    db.call('XGROUP', 'CREATE', 's', 'g', '1-1', 'ENTRIESREAD', '9223372036854775807')
    db.call('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1', 'STREAMS', 's', '>')
    expect(db.call('XINFO', 'GROUPS', 's')).toEqual([expect.arrayContaining(['entries-read', -(2n ** 63n)])])
    const state = stateText(db)
    await db.close()

    expect((await stateIn(kept)).state).toBe(state)
  })

  it('keeps a second store out, which leaves it as it is', async () => {
    const path = folder()
    const { db } = await openKept(files(path))
    await expect(Redstart.open({ persistence: files(path) })).rejects.toThrow(
      'another store of this process has it open',
    )
    db.set('k', 'v')
    await db.close()

    expect((await stateIn(files(path))).state).toContain('k')
  })

  it('hands every change to the log of the caller too', async () => {
    const log = new MemoryLog()
    const place = memory()
    const db = await Redstart.open({ persistence: place, clock: manualClock(START_MS), log })
    db.set('k', 'v')
    await db.close()

    expect(log.batches).toEqual([[{ database: 0, words: ['SET', 'k', 'v'] }]])
    expect((await stateIn(place)).state).toContain('k')
  })

  it('refuses writes after the database was closed, which could not be kept', async () => {
    const { db } = await openKept(memory())
    db.set('k', 'v')
    await db.close()
    await db.close()

    expect(() => db.set('k', 'w')).toThrow('ERR the database is closed')
    expect(() => db.call('SET', 'k', 'w')).toThrow('ERR the database is closed')
    expect(db.get('k')).toBe('v')
  })

  // These went on in memory, as if they were kept, and consume() waited for ever.
  it('refuses to go back to a checkpoint, to import and to consume once it is closed', async () => {
    const { db } = await openKept(memory())
    db.xadd('stream', '*', { f: 'v' })
    const checkpoint = db.checkpoint()
    const file: Uint8Array[] = []
    for await (const piece of exportRdb(db)) file.push(piece)
    db.flushall()
    db.xadd('jobs', '*', { f: 'v' })
    const jobs = db.consume('jobs', { group: 'g', consumer: 'c' })
    await jobs.next()
    await db.close()
    const state = stateText(db)

    expect(() => db.restore(checkpoint)).toThrow('ERR the database is closed')
    await expect(importRdb(db, Buffer.concat(file), { replace: true })).rejects.toThrow('ERR the database is closed')
    await expect(jobs.next()).rejects.toThrow('ERR the database is closed')
    expect(() => db.consume('jobs', { group: 'g', consumer: 'c' })).toThrow('ERR the database is closed')
    expect(stateText(db)).toBe(state)
  })

  // The second call resolved at once: who ended the process then ended it in the middle of the first.
  it('is closed once for all who ask, and each of them is told when it is', async () => {
    const place = memory()
    const { db, events } = await openKept(place)
    db.set('k', 'v')
    const first = db.close()

    await db.close()

    expect(events.at(-1)?.type).toBe('closed')
    await first
    expect(events.filter(({ type }) => type === 'closed')).toHaveLength(1)
    expect((await stateIn(place)).state).toContain('k')
  })

  // It was backed up without what had been refused since, as if that were all.
  it('refuses to be backed up after it was closed', async () => {
    const { db } = await openKept(memory())
    const { keeper } = db.engine
    await db.close()
    const target = memory()

    await expect(db.backup(target)).rejects.toThrow('ERR the database is closed')
    await expect(keeper!.backup(target)).rejects.toMatchObject({ code: 'UNUSABLE', message: 'the store is closed' })
    expect(() => keeper!.save()).toThrow('the store is closed')
    expect(await target.storage.list()).toEqual([])
  })

  it('logs a transaction as one record, and one that is taken back not at all', async () => {
    const place = memory()
    const { db } = await openKept(place)
    db.transaction(() => {
      db.set('a', '1')
      db.set('b', '2')
    })
    const fail = (): never => {
      db.set('a', '3')
      throw new Error('no')
    }
    expect(() => db.transaction(fail, { rollback: true })).toThrow('no')
    await db.close()

    const half = await restore(place, memory(), { seq: 1 })
    expect(half).toMatchObject({ records: 1, lastSeq: 1 })
  })

  it('logs what is left of a transaction of which parts are taken back, however many commands there are', async () => {
    for (const count of [1, 126, 127, 128, 20_000]) {
      const place = memory()
      const { db } = await openKept(place)
      db.set('before', 'v')
      const inner = (): never => {
        for (let i = 0; i < 5; i++) db.set(`k${i}`, 'taken back')
        throw new Error('no')
      }
      db.transaction(() => {
        expect(() => db.transaction(inner, { rollback: true })).toThrow('no')
        for (let i = 0; i < count; i++) db.set(`k${i}`, i)
        expect(() => db.transaction(inner, { rollback: true })).toThrow('no')
      })
      db.set('behind', 'v')
      const wanted = stateText(db)
      await db.close()

      expect((await check(place)).log.records).toBe(3)
      expect((await stateIn(place)).state).toBe(wanted)
    }
  })

  it('refuses to save in a transaction: half of it would be in the snapshot, and all of it in the log', async () => {
    const place = memory()
    const { db } = await openKept(place)
    for (const stop of [() => db.save(), () => db.call('SHUTDOWN', 'SAVE')]) {
      db.transaction(() => {
        db.rpush('list', 'a')
        expect(stop).toThrow('ERR Command not allowed inside a transaction')
      })
    }
    const wanted = stateText(db)
    await db.close()

    expect((await stateIn(place)).state).toBe(wanted)
  })

  it('writes a snapshot by itself as the rules say, and again only after further changes', async () => {
    const place = memory({ save: '60 3' })
    const { db, clock, events } = await openKept(place)
    const saves = (): number => events.filter(({ type }) => type === 'saved').length
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
    }
    db.set('a', '1')
    db.set('b', '2')
    clock.advance(120_000)
    await settle()
    expect(saves()).toBe(0)
    db.set('c', '3')
    clock.advance(1_000)
    await settle()
    expect(saves()).toBe(1)
    clock.advance(600_000)
    await settle()
    expect(saves()).toBe(1)
    expect(db.lastsave()).toBe(START_MS / 1000 + 121)
    await db.close()
  })

  it('rewrites the log by itself when it has grown', async () => {
    const path = folder()
    const place = quickFiles(path, { save: '', autoAofRewriteMinSize: 20_000, autoAofRewritePercentage: 100 })
    const { db, clock, events } = await openKept(place)
    for (let i = 0; i < 1_000; i++) db.set('k', `value ${i}`)
    await db.flushed()
    const saved = new Promise<void>((resolve) => {
      db.on('persistence', ({ type }) => type === 'saved' && resolve())
    })
    clock.advance(1_000)
    await saved
    const state = stateText(db)
    await db.bgrewriteaof()

    expect(events.filter(({ type }) => type === 'saved')).toHaveLength(2)
    expect(readdirSync(path).filter((name) => name.startsWith('log-'))).toHaveLength(1)
    await db.close()
    expect((await stateIn(place)).state).toBe(state)
  })

  it('refuses policies that there are not', () => {
    expect(() => memory({ save: '60' })).toThrow("save is pairs of seconds and changes, got '60'")
    expect(() => memory({ appendFsync: 'sometimes' as 'no' })).toThrow("got 'sometimes'")
    expect(() => memory({ autoAofRewritePercentage: Number.NaN })).toThrow('autoAofRewritePercentage')
    expect(() => encrypted(memory(), { key: new Uint8Array(5) })).toThrow('a key has 32 bytes, got 5')
    expect(() => encrypted(memory(), {})).toThrow('either a key or a passphrase')
  })

  it('is opened with a former secret until it has been written anew', async () => {
    const path = folder()
    const [old, fresh] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const first = await openKept(encrypted(quickFiles(path), { key: old }))
    first.db.set('k', 'v')
    await first.db.close()
    await expect(stateIn(encrypted(quickFiles(path), { key: fresh }))).rejects.toMatchObject({ code: 'KEY' })

    const { db } = await openKept(encrypted(quickFiles(path), { key: fresh, formerly: [{ key: old }] }))
    await db.bgrewriteaof()
    await db.close()

    expect((await stateIn(encrypted(quickFiles(path), { key: fresh }))).state).toContain('k')
  })

  it('is whole in a copy of the folder that is taken while nothing is being written', async () => {
    const path = folder()
    const { db } = await openKept(quickFiles(path))
    for (const write of WRITES) write(db)
    await db.flushed()
    const copy = copyOf(path)
    const state = stateText(db)
    await db.close()

    expect((await stateIn(quickFiles(copy))).state).toBe(state)
  })
})

describe('SAVE and its kin by raw calls', () => {
  it('answer as Redis does', async () => {
    const { db } = await openKept(memory())
    expect(db.call('SAVE')).toBe('OK')
    expect(db.call('BGSAVE')).toBe('Background saving started')
    expect(() => db.call('BGSAVE')).toThrow('ERR Background save already in progress')
    expect(() => db.call('SAVE')).toThrow('ERR Background save already in progress')
    expect(db.call('BGREWRITEAOF')).toBe('Background append only file rewriting scheduled')
    expect(() => db.call('BGSAVE', 'LATER')).toThrow('ERR syntax error')
    await db.close()
  })

  it('while the log is rewritten', async () => {
    const { db } = await openKept(memory())
    expect(db.call('BGREWRITEAOF')).toBe('Background append only file rewriting started')
    expect(() => db.call('BGREWRITEAOF')).toThrow('ERR Background append only file rewriting already in progress')
    expect(() => db.call('BGSAVE')).toThrow("ERR Another child process is active (AOF?): can't BGSAVE right now.")
    expect(db.call('BGSAVE', 'SCHEDULE')).toBe('Background saving scheduled')
    await db.close()
  })

  it('in a transaction: what takes long is put off', async () => {
    const { db } = await openKept(memory())
    db.call('MULTI')
    db.call('BGSAVE')
    expect(db.call('EXEC')).toEqual(['Background saving scheduled'])
    expect(() => {
      db.call('MULTI')
      db.call('SAVE')
    }).toThrow('ERR Command not allowed inside a transaction')
    await db.close()
  })

  it('SHUTDOWN saves, closes and says so; its words are checked', async () => {
    const place = memory()
    const { db, events } = await openKept(place)
    db.set('k', 'v')
    expect(() => db.call('SHUTDOWN', 'ABORT')).toThrow('ERR No shutdown in progress')
    expect(() => db.call('SHUTDOWN', 'SAVE', 'NOSAVE')).toThrow('ERR syntax error')
    expect(() => db.call('SHUTDOWN', 'ABORT', 'NOW')).toThrow('ERR syntax error')

    expect(db.call('SHUTDOWN', 'NOW')).toBe('OK')
    expect(events.map(({ type }) => type)).toEqual(['loaded', 'saved', 'closed'])
    expect(() => db.set('k', 'w')).toThrow('ERR the database is closed')
    expect((await stateIn(place)).state).toContain('k')
  })

  it('SHUTDOWN NOSAVE keeps what the log has', async () => {
    const place = memory()
    const { db, events } = await openKept(place)
    db.set('k', 'v')
    db.call('SHUTDOWN', 'NOSAVE')

    expect(events.map(({ type }) => type)).toEqual(['loaded', 'closed'])
    expect((await stateIn(place)).state).toContain('k')
  })
})

describe('a snapshot in the background', () => {
  it('gives way to the event loop, also where a storage takes everything at once', async () => {
    const { db } = await openKept(memory())
    for (let i = 0; i < 5_000; i++) db.set(`key:${i}`, i)
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    let pieces = 0
    await db.bgsave({ onProgress: () => pieces++ })
    isDone = true

    expect(turns).toBeGreaterThanOrEqual(pieces)
    await db.close()
  })
})

describe('INFO persistence', () => {
  const told = (db: Redstart): Record<string, unknown> =>
    db.info('persistence')['persistence'] as Record<string, unknown>
  const kept = (path: string): number => {
    const names = readdirSync(path).filter((name) => /^(log|snapshot)-/.test(name))
    return names.reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
  }

  it('tells how many bytes are kept, and how many were when it was opened and after the last snapshot', async () => {
    const path = folder()
    const options = { save: '' }
    const { db } = await openKept(quickFiles(path, options))
    for (const write of WRITES) write(db)
    expect(Number(told(db)['aof_buffer_length'])).toBeGreaterThan(500)
    await db.flushed()
    expect(told(db)).toMatchObject({
      aof_current_size: kept(path),
      aof_buffer_length: 0,
      aof_pending_bio_fsync: 0,
      aof_rewrites: 0,
    })

    await db.bgrewriteaof()
    const base = Number(told(db)['aof_base_size'])
    expect(told(db)).toMatchObject({ aof_rewrites: 1, aof_rewrites_consecutive_failures: 0 })
    db.set('another', 'v'.repeat(1_000))
    await db.flushed()
    // The head of the new segment was waiting when the snapshot was complete.
    expect(told(db)).toMatchObject({ aof_current_size: kept(path), aof_base_size: base })
    expect(Number(told(db)['aof_current_size']) - base).toBeGreaterThan(1_000)
    db.save()
    await db.close()

    const again = await openKept(quickFiles(path, options))
    const opened = kept(path)
    await again.db.flushed()
    expect(told(again.db)).toMatchObject({ aof_base_size: opened, aof_current_size: opened })
    await again.db.close()
  })

  it('counts the log of before as long as the snapshot in its place is not complete', async () => {
    const { db } = await openKept(memory({ save: '' }))
    for (const write of WRITES) write(db)
    await db.flushed()
    const before = Number(told(db)['aof_current_size'])
    let during = 0
    db.on('persistence', ({ type }) => {
      if (type === 'save-started')
        setImmediate(() => setImmediate(() => setImmediate(() => (during = Number(told(db)['aof_current_size'])))))
    })

    await db.bgrewriteaof()

    expect(during).toBeGreaterThanOrEqual(before)
    expect(Number(told(db)['aof_current_size'])).toBeLessThan(before)
    await db.close()
  })

  it('says nothing of a log where none is kept', () => {
    expect(told(new Redstart())).toMatchObject({ aof_enabled: 0, aof_rewrites: 0 })
    expect(told(new Redstart())).not.toHaveProperty('aof_current_size')
  })
})
