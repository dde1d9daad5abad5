import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Redstart } from 'redstart'
import { exportCommands, exportRdb, importAof, importRdb, inspect } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { answer } from '../oracle/engine.js'
import { callsOfRecipe, FILE_RECIPES } from '../oracle/recipes.js'
import { databaseOf, FILES_FIXTURES, type FileRow, isSmall, rowsOf, VALUE_GROUPS } from '../oracle/record-files.js'
import { readState } from '../oracle/state.js'
import { collected, empty } from './support.js'

/*
 * What Redis 8.0.2 has written of one state (test/oracle/record-files.ts): values of every type in every encoding that it
 * writes, in several databases, as an RDB file and as an append-only log of a base and an increment.
 */
const path = (name: string): string => fileURLToPath(new URL(name, FILES_FIXTURES))
const recorded = JSON.parse(readFileSync(path('state.json'), 'utf8')) as FileRow[]

async function rows(db: Redstart): Promise<FileRow[]> {
  const session = db.session()
  const state = await readState({
    inspect: async (calls) => {
      session.select(0)
      return Promise.all(calls.map((call, i) => answer(session, call, i)))
    },
  })
  return rowsOf(state)
}

/** A key as `dump` shows it; sums of many products differ in their last digits from machine to machine. */
function textOf(db: Redstart, database: number, key: string): string {
  const sections = db.dump({ match: key }).split(/^(?=\[db )/m)
  const section = sections.find((other) => other.startsWith(`[db ${database}]`)) ?? ''
  return section.trimEnd().replace(/\d+\.\d{6,}/g, (text) => String(Number(Number(text).toPrecision(4))))
}

describe('files of Redis 8.0.2', () => {
  it('dump.rdb has what the server had', async () => {
    const db = empty()

    const report = await importRdb(db, path('dump.rdb'))

    expect(await rows(db)).toEqual(recorded)
    expect(report).toMatchObject({ version: 12, checksum: 'right', fields: { 'redis-ver': '8.0.2' } })
  })

  it('appendonlydir has it too', async () => {
    const db = empty()

    const report = await importAof(db, path('appendonlydir'))

    expect(await rows(db)).toEqual(recorded)
    expect(report.files.map(({ rdb, cut }) => [rdb?.version, cut])).toEqual([
      [12, undefined],
      [undefined, undefined],
    ])
    expect(report.files[1]!.timestamp).toBeGreaterThan(1_700_000_000)
  })

  it('have the vector sets and streams that the same calls make here', async () => {
    const [db, made] = [empty(), empty()]
    await importRdb(db, path('dump.rdb'))
    let compared = 0
    for (const group of ['vector-set', 'stream'] as const) {
      const database = databaseOf(VALUE_GROUPS.indexOf(group))
      for (const one of [db, made]) one.select(database)
      for (const [i, recipe] of FILE_RECIPES[group]!.filter(isSmall).entries()) {
        // The server has drawn a projection of its own.
        if (recipe.includes('REDUCE')) continue
        made.flushall()
        for (const [name, ...words] of callsOfRecipe(recipe)) {
          made.call(name!, ...words.map((word) => Buffer.from(word, 'latin1')))
        }
        made.rename('k', `k${i}`)
        db.persist(`k${i}`)
        expect(textOf(db, database, `k${i}`)).toBe(textOf(made, database, `k${i}`))
        compared++
      }
    }
    expect(compared).toBe(26)
  })

  it('come back from what is written here', async () => {
    const db = empty()
    await importRdb(db, path('dump.rdb'))
    const fromFile = empty()
    await importRdb(fromFile, await collected(exportRdb(db)))
    const fromCommands = empty()
    await importAof(fromCommands, await collected(exportCommands(db)))

    expect(await rows(fromFile)).toEqual(recorded)
    expect(await rows(fromCommands)).toEqual(recorded)
  })
})

describe('options that there are not', () => {
  it('are refused, and nothing is changed', async () => {
    const db = empty()
    const options = { Replace: true } as object
    const refused = (known: string): TypeError => new TypeError(`there is no option 'Replace' among ${known}`)

    await expect(importRdb(db, path('dump.rdb'), options)).rejects.toThrow(
      refused('replace, unsupported, onProgress, name'),
    )
    await expect(importAof(db, path('appendonlydir'), options)).rejects.toThrow(
      refused('replace, unsupported, onProgress, name, truncated'),
    )
    await expect(inspect(path('dump.rdb'), options)).rejects.toThrow(refused('largest, onProgress, name'))
    expect(() => exportRdb(db, options)).toThrow(refused('onProgress, version'))
    expect(() => exportCommands(db, options)).toThrow(refused('onProgress, commands'))
    expect(db.dbsize()).toBe(0)
  })
})

describe('what an option cannot be', () => {
  // A file of version 13 was written, which nobody reads; the others counted as not given.
  it('is refused', async () => {
    const db = empty()
    const file = path('dump.rdb')

    expect(() => exportRdb(db, { version: 13 as 12 })).toThrow(new TypeError('version is one of 11, 12, got 13'))
    expect(() => exportCommands(db, { commands: 'PLAIN' as 'plain' })).toThrow(
      new TypeError("commands is one of restore, plain, got 'PLAIN'"),
    )
    await expect(importRdb(db, file, { unsupported: true as never })).rejects.toThrow(
      new TypeError('unsupported is one of refuse, skip, got boolean'),
    )
    await expect(importAof(db, path('appendonlydir'), { truncated: 'Refuse' as 'refuse' })).rejects.toThrow(
      new TypeError("truncated is one of cut, refuse, got 'Refuse'"),
    )
    expect(db.dbsize()).toBe(0)
  })

  it.each([
    [5, 'number'],
    [undefined, 'undefined'],
    [null, 'null'],
    [new ArrayBuffer(1), 'object'],
  ])('is refused as a source: %s', async (source, shown) => {
    const refusal = new TypeError(`a file is read from a path, a Uint8Array or a stream of bytes, got ${shown}`)

    await expect(importRdb(empty(), source as never)).rejects.toThrow(refusal)
    await expect(importAof(empty(), source as never)).rejects.toThrow(refusal)
    await expect(inspect(source as never)).rejects.toThrow(refusal)
  })
})

describe('inspect', () => {
  it('tells what is in an RDB file', async () => {
    const db = empty()
    await importRdb(db, path('dump.rdb'))

    const { format, files } = await inspect(path('dump.rdb'), { largest: 2 })

    expect(format).toBe('rdb')
    const rdb = files[0]!.rdb!
    expect(rdb).toMatchObject({ version: 12, checksum: 'right', functions: 0, moduleData: 0 })
    const keys = rdb.databases.flatMap(({ types }) => Object.values(types).map((count) => count.keys))
    expect(keys.reduce((sum, count) => sum + count, 0)).toBe(recorded.length)
    for (const { index, keys, expiring } of rdb.databases) {
      db.select(index)
      const deadlines = [...db.scanIterator()].filter((key) => db.pexpiretime(key) !== -1)
      expect([index, keys, expiring]).toEqual([index, db.dbsize(), deadlines.length])
    }
    expect(rdb.deadlines!.earliest).toBe(4_102_444_800_000)
    expect(rdb.largest).toHaveLength(2)
    expect(rdb.largest[0]!.bytes).toBeGreaterThanOrEqual(rdb.largest[1]!.bytes)
    expect(rdb.largest[0]).toMatchObject({ type: 'vectorset' })
  })

  it('tells what is in an append-only log', async () => {
    const { format, files } = await inspect(path('appendonlydir'))

    expect(format).toBe('aof')
    expect(files[0]!.rdb!.version).toBe(12)
    expect(files[0]!.commands).toEqual({})
    expect(files[1]!.rdb).toBeUndefined()
    expect(files[1]!.commands).toMatchObject({ MULTI: 1, EXEC: 1, INCR: 1, RPUSH: 1, DEL: 1 })
    expect(files[1]!.timestamps!.first).toBeLessThanOrEqual(files[1]!.timestamps!.last)
  })

  it('tells where a log is cut off, and refuses what is no file of Redis', async () => {
    const whole = Buffer.from('*1\r\n$4\r\nPING\r\n')
    const cut = await inspect(Buffer.concat([whole, whole.subarray(0, 9)]))

    expect(cut.files[0]).toMatchObject({ commands: { PING: 1 }, cutAt: whole.length, bytes: 23 })
    await expect(inspect(Buffer.from('PK a zip'), { name: 'x' })).rejects.toThrow(
      'x: this is neither an RDB file nor an append-only file (at byte 0)',
    )
  })
})
