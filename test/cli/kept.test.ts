import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { manualClock, Redstart } from 'redstart'
import { encrypted, files } from 'redstart/persistence'
import { importRdb } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { FILES_FIXTURES } from '../oracle/record-files.js'
import { empty, inFolder, resp } from '../redis-files/support.js'
import { START_MS as REDIS_START_MS } from '../support.js'
import { redstart } from './support.js'

/*
 * The tool on what redstart itself keeps: stores in folders.
 */
const DUMP = fileURLToPath(new URL('dump.rdb', FILES_FIXTURES))
const LOG = fileURLToPath(new URL('appendonlydir', FILES_FIXTURES))
const KEYS = (JSON.parse(readFileSync(new URL('state.json', FILES_FIXTURES), 'utf8')) as unknown[]).length

const START_MS = Date.UTC(2026, 0, 31, 12)

/** A store of three keys in a snapshot and twenty records behind it, a second apart. */
async function makeStore(folder: string): Promise<string> {
  const path = join(folder, 'data')
  const clock = manualClock(START_MS)
  const db = await Redstart.open({ persistence: files(path, { save: '' }), clock })
  db.mset({ a: '1', b: '2', c: '3' })
  db.save()
  for (let i = 1; i <= 20; i++) {
    clock.advance(1000)
    db.set(`key:${i}`, 'some value', { pxat: START_MS * 2 })
  }
  await db.close()
  return path
}

/** Changes a byte in the fifth record from the end of the log; returns the name of its file. */
function damage(path: string): string {
  const log = readdirSync(path).find((name) => name.startsWith('log-'))!
  const bytes = readFileSync(join(path, log))
  bytes[bytes.length - 5 * recordBytes(bytes) + 30]! ^= 1
  writeFileSync(join(path, log), bytes)
  return log
}

/** All records behind the ninth are as long as the last. */
function recordBytes(bytes: Buffer): number {
  const last = bytes.lastIndexOf('key:20')
  return last - bytes.lastIndexOf('key:19')
}

/** What a process leaves behind that is killed as it writes its last record. */
async function makeTorn(folder: string): Promise<string> {
  const path = await makeStore(folder)
  const copy = join(folder, 'copy')
  const db = await Redstart.open({ persistence: files(path, { save: '' }) })
  db.set('late', 'v')
  await db.flushed()
  cpSync(path, copy, { recursive: true, filter: (name) => !name.endsWith('lock') })
  await db.close()
  const log = readdirSync(copy).findLast((name) => name.startsWith('log-'))!
  const bytes = readFileSync(join(copy, log))
  writeFileSync(join(copy, log), bytes.subarray(0, -3))
  return copy
}

async function keysIn(path: string): Promise<number> {
  const db = await Redstart.open({ persistence: files(path) })
  const keys = db.dbsize()
  await db.close()
  return keys
}

describe('redstart check', () => {
  it('tells what is there when nothing is wrong', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const before = await readdir(path)

      const { code, out, err } = await redstart(['check', path])

      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^ {2}snapshot {2}snapshot-2\.rs {2}3 keys +\d+ B +of 2026-01-31T12:00:00\.000Z\n/)
      expect(out).toMatch(/\n {2}log +log-2\.rs +20 records +[\d.]+ kB +up to 2026-01-31T12:00:20\.000Z\n/)
      expect(out).toMatch(/\nnothing is wrong\n$/)
      expect(await readdir(path)).toEqual(before)
    })
  })

  it('names file and offset of damage, with code 1, as JSON too', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const log = damage(path)

      const { code, out } = await redstart(['check', path])
      const json = await redstart(['check', path, '--json'])

      expect(code).toBe(1)
      expect(out).toMatch(
        new RegExp(`\\n${log}, byte \\d+: the checksum of a record is wrong\\n  from there on: 5 records, \\d+ B\\n`),
      )
      expect(out).toContain(`\n'redstart repair ${path}' says what would be lost by a repair\n`)
      expect([json.code, JSON.parse(json.out)]).toMatchObject([
        1,
        { ok: false, problems: [{ file: log, torn: false }] },
      ])
    })
  })

  it('takes a torn end for what a crash leaves, which opening cuts off', async () => {
    await inFolder(async (folder) => {
      const copy = await makeTorn(folder)

      const { code, out } = await redstart(['check', copy])

      expect(code).toBe(0)
      expect(out).toMatch(
        /\nlog-\d+\.rs, byte \d+: .*\n {2}a crash leaves it so: nothing behind it was ever said to be durable\n/,
      )
      expect(out).toContain('\nopening the store cuts the end off and puts it aside\n')
    })
  })

  it('says that a damaged snapshot cannot be repaired', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const snapshot = join(path, 'snapshot-2.rs')
      const bytes = readFileSync(snapshot)
      bytes[60]! ^= 1
      writeFileSync(snapshot, bytes)

      const checked = await redstart(['check', path])
      const repaired = await redstart(['repair', path, '--yes'])

      expect(checked.code).toBe(1)
      expect(checked.out).toMatch(
        /\nsnapshot-2\.rs, byte \d+: .*\n {2}cutting off the log is no help\n\nthis cannot be repaired: restore a backup\n$/,
      )
      expect(repaired.code).toBe(1)
      expect(repaired.err).toMatch(
        /^redstart repair: snapshot-2\.rs at byte \d+: this cannot be repaired, restore a backup: /,
      )
    })
  })

  it.each(['check', 'repair', 'backup', 'restore'])(
    '%s refuses a folder without a store, and makes none',
    async (name) => {
      await inFolder(async (folder) => {
        const { code, err } = await redstart([
          name,
          folder,
          ...(/^[br]e?(ackup|store)/.test(name) ? [join(folder, 'x')] : []),
        ])

        expect([code, err]).toEqual([1, `redstart ${name}: ${folder}: there is no store of redstart\n`])
        expect(await readdir(folder)).toEqual([])
      })
    },
  )

  it('shows a bar where there is a terminal', async () => {
    await inFolder(async (folder) => {
      const { err } = await redstart(['check', await makeStore(folder)], true)

      expect(err).toMatch(/^\rreading \[[#.]{24}\] +\d+% \d/)
      expect(err).toMatch(/\r +\r$/)
    })
  })
})

describe('redstart repair', () => {
  it('says what would be lost, and changes nothing without --yes', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      damage(path)
      const before = readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'latin1')])

      const { code, out } = await redstart(['repair', path])

      expect(code).toBe(1)
      expect(out).toMatch(/\nwould be lost: 5 records, \d+ B\n/)
      expect(out).toMatch(
        /\nwould be kept: the snapshot of 3 keys and 15 records of the log, up to number 16 of 2026-01-31T12:00:15\.000Z\n/,
      )
      expect(out).toContain(`nothing was changed: 'redstart repair ${path} --yes' does it\n`)
      expect(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'latin1')])).toEqual(before)
    })
  })

  it('cuts the log off with --yes, puts aside what stood there, and the store opens', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      damage(path)

      const { code, out } = await redstart(['repair', path, '--yes'])

      expect(code).toBe(0)
      expect(out).toMatch(
        /\nlost: 5 records, \d+ B, put aside in files cut-…\nkept: the snapshot of 3 keys and 15 records /,
      )
      expect(readdirSync(path).filter((name) => name.startsWith('cut-'))).toHaveLength(1)
      expect((await redstart(['check', path])).code).toBe(0)
      expect(await redstart(['repair', path])).toMatchObject({
        code: 0,
        out: 'nothing is wrong: nothing was changed\n',
      })
      expect(await keysIn(path)).toBe(3 + 15)
    })
  })

  it('leaves a store alone that is open', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'data')
      const db = await Redstart.open({ persistence: files(path) })

      const { code, err } = await redstart(['repair', path, '--yes'])
      const copied = await redstart(['backup', path, join(folder, 'copy')])
      await db.close()

      expect([code, err]).toEqual([
        1,
        `redstart repair: ${join(path, 'lock')}: another store of this process has it open\n`,
      ])
      expect(copied.code).toBe(1)
    })
  })
})

describe('redstart backup and restore', () => {
  it('copy a store, which can be opened then', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const [copy, back] = [join(folder, 'copy'), join(folder, 'back')]

      const backup = await redstart(['backup', path, copy])
      const restored = await redstart(['restore', copy, back])

      expect(backup).toMatchObject({
        code: 0,
        out: expect.stringMatching(
          /^a snapshot of 3 keys and 20 records of the log up to number 21 in .*copy, [\d.]+ kB\n$/,
        ),
      })
      expect(restored.code).toBe(0)
      expect(await keysIn(back)).toBe(23)
    })
  })

  it('go by one file too', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const [file, back] = [join(folder, 'data.rs'), join(folder, 'back')]

      expect(await redstart(['backup', path, file, '--file'])).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^a snapshot of 23 keys in .*data\.rs, [\d.]+ (kB|B)\n$/),
      })
      expect((await redstart(['backup', path, file, '--file'])).err).toContain('exists; --force writes over it')
      expect((await redstart(['backup', path, file, '--file', '--force'])).code).toBe(0)
      expect(await redstart(['restore', file, back])).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^a snapshot of 23 keys in .*back, [\d.]+ (kB|B)\n$/),
      })
      expect(await keysIn(back)).toBe(23)
      expect((await redstart(['restore', file, join(folder, 'x'), '--record', '3'])).code).toBe(2)
      expect(readdirSync(folder).sort()).toEqual(['back', 'data', 'data.rs'])
    })
  })

  it.each([
    [['--record', '11'], 10],
    [['--at', '2026-01-31T12:00:07Z'], 7],
    [['--at', String(START_MS + 12_500)], 12],
    [['--at', '2030-01-01T00:00:00Z'], 20],
  ])('restore up to a point: %s', async (words, records) => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const back = join(folder, 'back')

      const { code } = await redstart(['restore', path, back, ...words])

      expect(code).toBe(0)
      expect(await keysIn(back)).toBe(3 + records)
    })
  })

  it('leave nothing behind where they fail, and nothing is written over', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const early = await redstart(['restore', path, join(folder, 'back'), '--record', '0'])
      const onto = await redstart(['restore', path, path])
      damage(path)
      const broken = await redstart(['backup', path, join(folder, 'copy')])
      mkdirSync(join(folder, 'empty'))
      const again = await redstart(['backup', path, join(folder, 'empty')])
      expect([again.code, readdirSync(join(folder, 'empty'))]).toEqual([1, []])
      rmSync(join(folder, 'empty'), { recursive: true })

      expect(early.err).toMatch(
        /^redstart restore: the snapshot is of record 1, 2026-01-31T12:00:00.000Z: what is before it /,
      )
      expect(onto.code).toBe(1)
      expect(broken.err).toMatch(/^redstart backup: log-2\.rs at byte \d+: the checksum of a record is wrong\n$/)
      expect([early.code, broken.code]).toEqual([1, 1])
      expect(readdirSync(folder)).toEqual(['data'])
    })
  })

  it('take what is encrypted with its secret alone', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'data')
      const [secret, wrong] = [join(folder, 'key'), join(folder, 'wrong')]
      await writeFile(secret, `${'0f'.repeat(32)}\n`)
      await writeFile(wrong, 'sesame\n')
      const db = await Redstart.open({ persistence: encrypted(files(path), { key: Buffer.alloc(32, 0x0f) }) })
      db.set('k', 'v')
      await db.close()
      const copy = join(folder, 'copy')

      expect((await redstart(['check', path])).code).toBe(1)
      expect((await redstart(['check', path, '--key-file', secret])).code).toBe(0)
      expect((await redstart(['info', path, '--key-file', secret])).out).toContain('1 key')
      expect((await redstart(['backup', path, copy, '--key-file', secret])).code).toBe(0)
      expect((await redstart(['check', copy, '--key-file', secret])).code).toBe(0)
      expect((await redstart(['check', copy, '--key-file', wrong])).err).toContain('a key is 32 bytes')
      expect((await redstart(['check', copy, '--passphrase-file', wrong])).err).toMatch(/^redstart check: .*key/)
      expect((await redstart(['check', copy, '--passphrase-file', wrong, '--key-file', secret])).code).toBe(2)
    })
  })
})

describe('redstart import', () => {
  it.each([
    ['an RDB file', DUMP],
    ['an append-only log', LOG],
  ])('reads %s into a store', async (_, source) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'data')

      const { code, out } = await redstart(['import', source, path])

      expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^${KEYS} keys in ${path}, [\\d.]+ kB\\n$`))])
      expect((await redstart(['check', path])).out).toContain('nothing is wrong')
      const clock = manualClock(REDIS_START_MS)
      const [db, wanted] = [await Redstart.open({ persistence: files(path), clock }), empty()]
      await importRdb(wanted, DUMP)
      expect(db.dump()).toBe(wanted.dump())
      await db.close()
    })
  })

  it('replaces what is there only when told to', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)

      const refused = await redstart(['import', DUMP, path])
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('the store is not empty')])
      expect(await keysIn(path)).toBe(23)

      expect((await redstart(['import', DUMP, path, '--replace'])).code).toBe(0)
      expect((await redstart(['info', path])).out).toContain(`\n${KEYS} keys, `)
    })
  })

  it('leaves nothing behind for a source that is refused', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'x.aof')
      await writeFile(file, resp(['SET', 'k', 'v'], ['FLY', 'k']))

      const { code, err } = await redstart(['import', file, join(folder, 'data')])

      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/^redstart import: .*x\.aof: the command "FLY" cannot be run: .* \(at byte 27\)\n$/),
      ])
      expect(readdirSync(folder)).toEqual(['x.aof'])
    })
  })
})

describe('redstart info and export', () => {
  it('tell what is in a store', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)

      const { out } = await redstart(['info', path])
      const json = JSON.parse((await redstart(['info', path, '--json'])).out)

      expect(out).toMatch(
        /^store of redstart\n {2}snapshot .*\n {2}log .*\n\n23 keys, 20 with a deadline\n {2}database 0 {2}string {2}23 keys\n$/,
      )
      expect(json).toMatchObject({ format: 'redstart', keys: 23, types: [{ database: 0, type: 'string', keys: 23 }] })
    })
  })

  it('write what is in a store as an RDB file, and leave the store as it is', async () => {
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      const before = readdirSync(path)
      const file = join(folder, 'dump.rdb')

      expect(await redstart(['export', path, '--output', file])).toMatchObject({ code: 0 })

      expect(await importRdb(empty(), file)).toMatchObject({ keys: 23 })
      expect(readdirSync(path)).toEqual(before)
    })
  })

  it('look at a torn store in memory only', async () => {
    await inFolder(async (folder) => {
      const copy = await makeTorn(folder)
      const before = readdirSync(copy).map((name) => [name, readFileSync(join(copy, name), 'latin1')])

      const { code, out, err } = await redstart(['info', copy])

      expect(code).toBe(0)
      expect(out).toContain('\n23 keys, ')
      expect(err).toMatch(/ a crash left it so, .* were cut off and put aside \(in memory only\)\n$/)
      expect(readdirSync(copy).map((name) => [name, readFileSync(join(copy, name), 'latin1')])).toEqual(before)
    })
  })
})

describe('the walk through check and repair in docs/persistence.md', () => {
  it('is what the tool prints', async () => {
    const docs = readFileSync(new URL('../../docs/persistence.md', import.meta.url), 'utf8')
    const walk = /```console\n(\$ npx redstart check data\n[\s\S]*?)```/.exec(docs)![1]!
    await inFolder(async (folder) => {
      const path = await makeStore(folder)
      damage(path)
      let printed = ''
      for (const [line, words] of walk.matchAll(/^\$ npx redstart (.*)$/gm)) {
        const { code, out, err } = await redstart(words!.split(' ').map((word) => (word === 'data' ? path : word)))
        expect(err).toBe('')
        printed += `${line}\n${out.replaceAll(path, 'data')}`
        if (code !== 0) printed += `$ echo $?\n${code}\n`
      }

      expect(walk).toBe(printed)
    })
  })
})
