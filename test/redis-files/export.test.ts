import { manualClock, Redstart } from 'redstart'
import { type ExportProgress, exportCommands, exportRdb, importAof, importRdb } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { RdbEncoder } from '../../src/redis-files/rdb-encoder.js'
import { callsOfRecipe, FILE_RECIPES } from '../oracle/recipes.js'
import * as a from '../structures/rdb/assemble.js'
import { START_MS } from '../support.js'
import { collected, empty, resp } from './support.js'

const LATER = START_MS + 3_600_000

/** Every value that there is a recipe for, in several databases, some with deadlines. */
function filled(): Redstart {
  const db = empty()
  for (const [database, recipes] of Object.values(FILE_RECIPES).entries()) {
    db.select((database * 3) % 16)
    for (const [i, recipe] of recipes.entries()) {
      for (const [name, ...words] of callsOfRecipe(recipe)) {
        db.call(name!, ...words.map((word) => Buffer.from(word, 'latin1')))
      }
      if (i % 3 === 0) db.pexpireat('k', LATER + i)
      db.rename('k', `k${i}`)
    }
  }
  db.set(Uint8Array.of(255, 0, 10), 'a name that is no text')
  db.select(0)
  return db
}

const versionOf = (file: Uint8Array): string => Buffer.from(file.subarray(5, 9)).toString('latin1')

describe('exportRdb', () => {
  it('writes a file that brings every value back', async () => {
    const db = filled()
    const back = empty()

    await importRdb(back, await collected(exportRdb(db)))

    expect(back.dump()).toBe(db.dump())
  })

  it('writes version 11, which older servers read, unless fields have deadlines', async () => {
    const db = empty()
    db.hset('h', { f: 'v' })
    expect(versionOf(await collected(exportRdb(db)))).toBe('0011')
    expect(versionOf(await collected(exportRdb(db, { version: 12 })))).toBe('0012')

    db.hset('large', Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`f${i}`, 'v'])))
    db.hpexpireat('large', LATER, ['f1'])
    expect(versionOf(await collected(exportRdb(db)))).toBe('0012')
    await expect(collected(exportRdb(db, { version: 11 }))).rejects.toThrow(
      new RangeError('"large" cannot be written in RDB version 11, as its fields expire: use 12'),
    )

    db.hpersist('large', 'f1')
    expect(versionOf(await collected(exportRdb(db)))).toBe('0011')

    // A small hash stays in the form for deadlines after the last of them has gone.
    db.hpexpireat('h', LATER, ['f'])
    db.hpersist('h', 'f')
    expect(versionOf(await collected(exportRdb(db)))).toBe('0012')
  })

  it('says how many keys each database has, and how many have a deadline', async () => {
    const db = empty()
    db.set('k', 'v', { px: 1000 })
    db.set('l', 'v')

    const file = Buffer.from(await collected(exportRdb(db)))

    expect(file.includes(Buffer.from([254, 0, 251, 2, 1]))).toBe(true)
  })

  it('is of the state at the time of the call, however late it is read', async () => {
    const clock = manualClock(START_MS)
    const db = new Redstart({ clock, seed: 1 })
    db.set('k', 'v', { px: 1000 })
    db.rpush('l', 'a')
    const before = db.dump()
    const chunks = exportRdb(db)

    db.rpush('l', 'b')
    db.set('new', 'v')
    clock.advance(5000)
    const back = empty()
    await importRdb(back, await collected(chunks))

    expect(back.dump()).toBe(before)
  })

  it('keeps the last deadline that there is, which is no safe integer', async () => {
    const db = empty()
    db.call('SET', 'k', 'v', 'PXAT', '9223372036854775807')

    for (const file of [exportRdb(db), exportCommands(db), exportCommands(db, { commands: 'plain' })]) {
      const back = empty()
      await importAof(back, await collected(file))
      expect(back.call('PEXPIRETIME', 'k')).toBe(9223372036854775807n)
    }
  })

  it('leaves out what has expired and has not been collected', async () => {
    const db = empty()
    db.set('k', 'v', { pxat: START_MS })

    expect(await importRdb(empty(), await collected(exportRdb(db)))).toMatchObject({ keys: 0, expired: 0 })
  })

  it('changes nothing in the store, access times included', async () => {
    const clock = manualClock(START_MS)
    const db = new Redstart({ clock, seed: 1 })
    db.set('k', 'v')
    clock.advance(90_000)

    await collected(exportRdb(db))

    expect(db.objectIdletime('k')).toBe(90)
  })

  it('hands out pieces as they are asked for, and tells progress', async () => {
    const db = empty()
    for (let i = 0; i < 3000; i++) db.set(`key:${i}`, 'x'.repeat(20) + i)
    const seen: ExportProgress[] = []
    const chunks = exportRdb(db, { onProgress: (progress) => seen.push(progress) })

    const first = await chunks.next()
    expect((first.value as Uint8Array).length).toBeGreaterThan(60_000)
    expect(seen).toEqual([])
    const rest = await collected(chunks)

    expect(seen.at(-1)).toEqual({
      keys: 3000,
      keysTotal: 3000,
      bytes: (first.value as Uint8Array).length + rest.length,
    })
    expect(seen.length).toBe(2)
  })
})

describe('RdbEncoder', () => {
  it('writes idle times and frequencies where they are known', async () => {
    const encoder = new RdbEncoder(11)
    encoder.head({})
    encoder.database(0, 2, 0)
    const value = a.join(0, a.string('v'))
    const none = { expiresAtMs: undefined, idleSeconds: undefined, frequency: undefined }
    encoder.entry({ ...none, key: 'idle', value, idleSeconds: 500 })
    encoder.entry({ ...none, key: 'often', value, frequency: 200 })
    const db = empty()

    await importRdb(db, encoder.end())

    expect(db.objectIdletime('idle')).toBe(500)
    expect(db.get('often')).toBe('v')
  })
})

/** What a dump says, without what is pending of entries that are gone. */
function withoutOrphans(dump: string): string {
  const entries = new Set<string>()
  const lines = dump.split('\n').filter((line) => {
    if (/^\S/.test(line)) entries.clear()
    const entry = /^ {2}(\d+-\d+) /.exec(line)
    if (entry !== null) entries.add(entry[1]!)
    const pending = /^ {4}pending (\d+-\d+) /.exec(line)
    return pending === null || entries.has(pending[1]!)
  })
  return lines.join('\n')
}

describe('exportCommands', () => {
  it.each(['restore', 'plain'] as const)('says every value by %s commands', async (commands) => {
    const db = filled()
    const back = empty()

    await importAof(back, await collected(exportCommands(db, { commands })))

    // A score of -0 in a large set: by plain commands the set is small when it comes, and small sets know no -0. And nobody can
    // claim what is pending of an entry that is gone.
    const said = withoutOrphans(db.dump()).replace(/^( +)-0 /gm, '$10 ')
    expect(back.dump()).toBe(commands === 'plain' ? said : db.dump())
  })

  it('says a key by RESTORE, of a version that older servers take', async () => {
    const db = empty()
    db.set('k', 'v', { pxat: LATER })

    const payload = Buffer.from(a.sealed(a.join(0, a.string('v')), 11)).toString('latin1')
    expect(Buffer.from(await collected(exportCommands(db))).toString('latin1')).toBe(
      Buffer.from(resp(['SELECT', '0'], ['RESTORE', 'k', String(LATER), payload, 'REPLACE', 'ABSTTL'])).toString(
        'latin1',
      ),
    )
  })

  it('says plain commands that any server knows', async () => {
    const db = empty()
    db.set('s', 'v', { pxat: LATER })
    db.rpush('l', 'a', 'b')
    db.zadd('z', 1.5, 'm')
    db.hset('h', { f: '1', g: '2' })
    db.hpexpireat('h', LATER, ['g'])

    const said = Buffer.from(await collected(exportCommands(db, { commands: 'plain' }))).toString('latin1')

    const words = said
      .replace(/\*\d+\r\n/g, '\n')
      .replace(/\$\d+\r\n/g, '')
      .replaceAll('\r\n', ' ')
      .trim()
    expect(
      words
        .split('\n')
        .map((line) => line.trim())
        .sort(),
    ).toEqual(
      [
        'DEL h',
        'DEL l',
        'DEL z',
        'HPEXPIREAT h 1735693200000 FIELDS 1 g',
        'HSET h f 1 g 2',
        'PEXPIREAT s 1735693200000',
        'RPUSH l a b',
        'SELECT 0',
        'SET s v',
        'ZADD z 1.5 m',
      ].sort(),
    )
  })

  it('replaces what is there under the same name', async () => {
    const db = empty()
    db.rpush('k', 'a')
    const target = empty()
    target.set('k', 'old')

    for (const commands of ['restore', 'plain'] as const) {
      const said = await collected(exportCommands(db, { commands }))
      const already = await collected(exportCommands(target, { commands }))
      const both = empty()
      await importAof(both, Buffer.concat([already, said]))
      expect(both.dump()).toBe(db.dump())
    }
  })
})
