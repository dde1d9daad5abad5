import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importRdb } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { FILES_FIXTURES } from '../oracle/record-files.js'
import { empty, inFolder, rdbFile, text } from '../redis-files/support.js'
import * as a from '../structures/rdb/assemble.js'
import { redstart } from './support.js'

const DUMP = fileURLToPath(new URL('dump.rdb', FILES_FIXTURES))
const LOG = fileURLToPath(new URL('appendonlydir', FILES_FIXTURES))
const KEYS = (JSON.parse(readFileSync(new URL('state.json', FILES_FIXTURES), 'utf8')) as unknown[]).length

describe('the tool', () => {
  it('says what it can do, and how each command is called', async () => {
    expect(await redstart([])).toMatchObject({ code: 2 })
    const help = await redstart(['--help'])
    expect(help.code).toBe(0)
    for (const name of ['info', 'check', 'repair', 'backup', 'restore', 'import', 'export']) {
      expect(help.out).toContain(`  ${name}`)
      expect((await redstart([name, '--help'])).out).toMatch(new RegExp(`^Usage: redstart ${name} `))
    }
  })

  it.each(['--version', '-v', 'version'])('says which version it is: %s', async (word) => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

    expect(await redstart([word])).toMatchObject({ code: 0, out: `${version}\n`, err: '' })
  })

  it.each<[string, readonly string[], string]>([
    ['an unknown command', ['fly'], "there is no command 'fly'"],
    ['a name that every object has', ['constructor'], "there is no command 'constructor'"],
    ['no file', ['info'], 'one file is to be named'],
    ['two files', ['info', 'a', 'b'], 'one file is to be named'],
    ['an unknown option', ['info', DUMP, '--fly'], "Unknown option '--fly'"],
    ['a number that is none', ['info', DUMP, '--largest', 'x'], '--largest takes a number'],
    ['an unknown format', ['export', DUMP, '--format', 'csv'], "there is no format 'csv'"],
    ['an unknown version', ['export', DUMP, '--rdb-version', '9'], '--rdb-version takes 11 or 12'],
    ['no folder to check', ['check'], 'one folder is to be named'],
    ['no folder to repair', ['repair', '--yes'], 'one folder is to be named'],
    ['a backup to nowhere', ['backup', 'a'], 'a folder and a target are to be named'],
    ['a restore to nowhere', ['restore', 'a'], 'a source and a folder are to be named'],
    ['an import to nowhere', ['import', DUMP], 'a source and a folder are to be named'],
    ['no number of databases', ['import', DUMP, 'b', '--databases', '0'], '--databases takes a number from 1 on'],
    ['two points', ['restore', 'a', 'b', '--record', '1', '--at', '2'], '--record and --at exclude each other'],
    ['a record that is none', ['restore', 'a', 'b', '--record', 'x'], '--record takes a number'],
    ['a time that is none', ['restore', 'a', 'b', '--at', 'noon'], "not 'noon'"],
  ])('refuses %s with code 2', async (_, args, message) => {
    const { code, err } = await redstart(args)

    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })

  it('tells errors of files in one line, with code 1', async () => {
    expect(await redstart(['info', '/none'])).toMatchObject({
      code: 1,
      out: '',
      err: "redstart info: ENOENT: no such file or directory, stat '/none'\n",
    })
    await inFolder(async (folder) => {
      const file = join(folder, 'x.rdb')
      await writeFile(file, await readFile(DUMP))
      await truncate(file, 100)

      const { code, err } = await redstart(['info', file])

      expect(code).toBe(1)
      expect(err).toMatch(/^redstart info: .*x\.rdb: the file ends inside of .* \(at byte \d+\)\n$/)
    })
  })
})

describe('redstart info', () => {
  it('tells what is in an RDB file', async () => {
    const { code, out } = await redstart(['info', DUMP, '--largest', '1'])

    expect(code).toBe(0)
    expect(out).toMatch(/^RDB file, [\d.]+ kB\nversion 12, checksum right, /)
    expect(out).toContain('redis-ver   8.0.2')
    expect(out).toContain(`\n${KEYS} keys, `)
    expect(out).toMatch(/database 0 +string +\d+ keys/)
    expect(out).toContain('deadlines from 2100-01-01T00:00:00.000Z to ')
    expect(out).toMatch(/largest keys\n.*vectorset {2}database 2 {2}k5 {2}vectorset\n$/)
  })

  it('tells what is in an append-only log, as JSON too', async () => {
    const { out } = await redstart(['info', LOG])
    const json = JSON.parse((await redstart(['info', LOG, '--json'])).out) as { format: string; files: unknown[] }

    expect(out).toMatch(/^append-only log, 2 files, /)
    expect(out).toMatch(/MULTI +1\n/)
    expect(json).toMatchObject({ format: 'aof', files: [{ rdb: { version: 12 } }, { commands: { MULTI: 1 } }] })
  })

  it('shows a bar where there is a terminal, and takes it away', async () => {
    const { err } = await redstart(['info', DUMP], true)

    expect(err).toMatch(/^\rreading \[[#.]{24}\] +\d+% \d+/)
    expect(err).toMatch(/\r +\r$/)
  })
})

describe('redstart export', () => {
  it.each([
    ['an RDB file', DUMP],
    ['an append-only log', LOG],
  ])('turns %s into an RDB file', async (_, source) => {
    await inFolder(async (folder) => {
      const file = join(folder, 'out.rdb')

      const { code, out, err } = await redstart(['export', source, '--output', file])

      expect([code, out]).toEqual([0, ''])
      expect(err).toMatch(new RegExp(`^${KEYS} keys, [\\d.]+ kB\n$`))
      expect(await importRdb(empty(), file)).toMatchObject({ keys: KEYS, version: 12 })
      expect(await readdir(folder)).toEqual(['out.rdb'])
    })
  })

  it('writes commands to the standard output', async () => {
    const restore = await redstart(['export', DUMP, '--format', 'commands'])
    const plain = await redstart(['export', DUMP, '--format', 'plain'])

    expect(Buffer.from(restore.bytes).toString('latin1')).toMatch(/^\*2\r\n\$6\r\nSELECT(.|\n|\r)*RESTORE/)
    expect(Buffer.from(plain.bytes).toString('latin1')).toContain('RPUSH')
  })

  // It made a file of this name.
  it('takes - for the standard output', async () => {
    const [named, unnamed] = [await redstart(['export', DUMP, '--output', '-']), await redstart(['export', DUMP])]

    expect(named.code).toBe(0)
    expect(named.bytes).toHaveLength(unnamed.bytes.length)
    expect(Buffer.from(named.bytes).toString('latin1')).toMatch(/^REDIS00/)
    expect(existsSync('-')).toBe(false)
  })

  it('writes over nothing unless it is told to', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'out.rdb')
      await writeFile(file, 'precious')

      expect(await redstart(['export', DUMP, '-o', file])).toMatchObject({
        code: 1,
        err: `redstart export: ${file} exists; --force writes over it\n`,
      })
      expect(await readFile(file, 'utf8')).toBe('precious')
      expect((await redstart(['export', DUMP, '-o', file, '--force'])).code).toBe(0)
    })
  })

  it('writes nothing when the source is damaged or cannot be said', async () => {
    await inFolder(async (folder) => {
      const bytes = await readFile(DUMP)
      bytes[bytes.length - 1]! ^= 1
      const source = join(folder, 'x.rdb')
      await writeFile(source, bytes)
      const file = join(folder, 'out.rdb')

      expect((await redstart(['export', source, '-o', file])).err).toContain('the checksum does not match')
      expect(await redstart(['export', DUMP, '-o', file, '--rdb-version', '11'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('cannot be written in RDB version 11'),
      })
      expect(await readdir(folder)).toEqual(['x.rdb'])
    })
  })

  it('says what it leaves out of a log that is cut off, unless it is to be refused', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'a.aof')
      await writeFile(file, '*1\r\n$4\r\nPING\r\n*1\r\n$4')

      expect((await redstart(['export', file, '--format', 'plain'])).err).toBe(
        `${file}: the last 6 B from byte 14 on are not whole and were left out\n0 keys, 0 B\n`,
      )
      expect((await redstart(['export', file, '--strict'])).err).toContain('the file ends inside of a command')
    })
  })

  it('says how much of a file it leaves out as it has no place, by export as by import', async () => {
    await inFolder(async (folder) => {
      const file = join(folder, 'x.rdb')
      await writeFile(file, rdbFile(12, a.join(245, a.string('#!lua name=lib\n')), text('k', 'v')))
      const told = `${file}: 1 part left out that has no place here\n`

      expect((await redstart(['export', file, '--skip-unsupported'])).err).toBe(`${told}1 key, 66 B\n`)
      expect((await redstart(['import', file, join(folder, 'data'), '--skip-unsupported'])).err).toBe(told)
    })
  })
})
