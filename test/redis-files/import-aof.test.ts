import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportCommands, importAof } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import * as a from '../structures/rdb/assemble.js'
import { contents, START_MS } from '../support.js'
import { collected, empty, errorOf, expiresMs, inFolder, pieces, rdbFile, resp, text } from './support.js'

async function aof(...parts: readonly a.Part[]): Promise<unknown[]> {
  const db = empty()
  await importAof(db, a.join(...parts), { name: 'x.aof' })
  return contents(db)
}

function refused(...parts: readonly a.Part[]): Promise<string | undefined> {
  return errorOf(() => aof(...parts))
}

describe('importAof of one file', () => {
  it('runs commands in the databases that they are for', async () => {
    const db = empty()

    const report = await importAof(db, resp(['SELECT', '2'], ['SET', 'k', 'v'], ['select', '0'], ['rpush', 'l', 'a']), {
      name: 'x.aof',
    })

    expect(contents(db)).toEqual([
      [0, 'l', ['a'], undefined],
      [2, 'k', 'v', undefined],
    ])
    expect(report).toEqual({
      keys: 2,
      commands: 4,
      files: [{ file: 'x.aof', commands: 4, rdb: undefined, cut: undefined, timestamp: undefined, bytes: 102 }],
    })
  })

  it('loads the RDB file that it begins with, and goes on in database 0', async () => {
    const head = rdbFile(11, 254, 5, text('k', '1'))

    expect(await aof(head, resp(['SET', 'l', '2'], ['SELECT', '5'], ['INCR', 'k']))).toEqual([
      [0, 'l', '2', undefined],
      [5, 'k', '2', undefined],
    ])
  })

  it('is an RDB file alone', async () => {
    expect(await aof(rdbFile(11, text('k', '1')))).toEqual([[0, 'k', '1', undefined]])
  })

  it('is empty', async () => {
    expect(await aof()).toEqual([])
  })

  it('keeps bytes that are no text, in words short and long', async () => {
    const long = '\xff\x00'.repeat(40)
    const db = empty()

    await importAof(db, resp(['SET', '\xfe', '\xff'], ['SET', 'long', long]))

    expect(db.bytes.get(Uint8Array.of(0xfe))).toEqual(Uint8Array.of(0xff))
    expect(db.bytes.get('long')).toEqual(Uint8Array.from(Buffer.from(long, 'latin1')))
  })

  it('takes commands of more words than a call has arguments', async () => {
    const words = Array.from({ length: 150_000 }, (_, i) => String(i))
    const db = empty()

    await importAof(db, resp(['RPUSH', 'l', ...words]))

    expect(db.llen('l')).toBe(150_000)
  })

  it('runs what came before a deadline although it is over now', async () => {
    // The key was 6, and then it expired; a store that let it expire first would have a key of 1 that stays.
    const commands = resp(['SET', 'k', '5', 'PXAT', String(START_MS - 1)], ['INCR', 'k'])

    expect(await aof(commands, resp(['DEL', 'k']))).toEqual([])
    const db = empty()
    await importAof(db, a.join(rdbFile(11, expiresMs(START_MS - 1), text('l', '5')), commands, resp(['INCR', 'l'])))
    expect(db.exists('k', 'l')).toBe(0)
  })

  it('passes over notes and tells the time of the last one', async () => {
    const file = a.join(
      '#TS:1700000000\r\n',
      resp(['SET', 'k', 'v']),
      '#TS:1700000009\r\n',
      '# a note\r\n',
      resp(['DEL', 'k']),
    )

    expect((await importAof(empty(), file)).files[0]).toMatchObject({ commands: 2, timestamp: 1_700_000_009 })
  })

  it('leaves out a command that is cut off, and says so, unless it is to be refused', async () => {
    const whole = resp(['SET', 'k', 'v'])
    const file = a.join(whole, '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nwo')
    const db = empty()

    const { files } = await importAof(db, file)

    expect(db.get('k')).toBe('v')
    expect(files[0]!.cut).toEqual({ offset: whole.length, bytes: file.length - whole.length })
    expect(await errorOf(() => importAof(empty(), pieces(file, 5), { name: 'x.aof', truncated: 'refuse' }))).toBe(
      `truncated: x.aof: the file ends inside of a command (at byte ${whole.length})`,
    )
  })

  it('leaves out a transaction that has not ended, from its MULTI on', async () => {
    const whole = resp(['SET', 'k', 'v'])
    const file = a.join(whole, resp(['MULTI'], ['SET', 'k', 'w']))
    const db = empty()

    const { files } = await importAof(db, file)

    expect(db.get('k')).toBe('v')
    expect(files[0]!.cut!.offset).toBe(whole.length)
    expect(await errorOf(() => importAof(empty(), file, { name: 'x.aof', truncated: 'refuse' }))).toBe(
      `truncated: x.aof: the file ends inside of a transaction (at byte ${whole.length})`,
    )
  })

  it.each<[string, readonly a.Part[], string]>([
    [
      'a command that is not known',
      [resp(['SET', 'k', 'v'], ['FLY', 'k'])],
      'unsupported: x.aof: the command "FLY" cannot be run: ',
    ],
    [
      'a command that fails',
      [resp(['SET', 'k', 'v'], ['INCR', 'k'])],
      'damaged: x.aof: the command "INCR" cannot be run: ERR value is not',
    ],
    ['a command that waits', [resp(['BLPOP', 'k', '0'])], 'unsupported: x.aof: "BLPOP" waits (at byte 0)'],
    ['bytes that are no command', [resp(['SET', 'k', 'v']), 'what'], 'damaged: x.aof: a command should begin here'],
    ['a command without words', ['*0\r\n'], 'damaged: x.aof: a command without words'],
    ['a count that is no number', ['*x\r\n'], 'damaged: x.aof: the number of words is no number'],
    ['a word without a length', ['*1\r\nPING\r\n'], 'damaged: x.aof: the length of a word should stand here'],
    [
      'a word that is longer than it says',
      ['*1\r\n$3\r\nPING\r\n'],
      'damaged: x.aof: a word is not as long as it says',
    ],
    ['a word of gigabytes', ['*1\r\n$9999999999\r\n'], 'damaged: x.aof: a string of 9999999999 bytes'],
    ['a line without an end', [`*${'1'.repeat(5000)}`], 'damaged: x.aof: a line that is too long'],
    ['EXEC without MULTI', [resp(['EXEC'])], 'damaged: x.aof: EXEC without MULTI (at byte 0)'],
    ['MULTI inside of MULTI', [resp(['MULTI'], ['MULTI'])], 'damaged: x.aof: MULTI inside of MULTI (at byte 15)'],
    [
      'an RDB file that is cut off',
      [rdbFile(11, text('k', 'v')).subarray(0, 12)],
      'truncated: x.aof: the file ends inside of',
    ],
  ])('refuses %s', async (_, parts, message) => {
    expect(await refused(...parts)).toContain(message)
  })
})

describe('streams in an append-only log', () => {
  it('keep counters that have wrapped around, which a server logs as they are', async () => {
    const db = empty()

    await importAof(
      db,
      resp(
        ['XADD', 's', '1-1', 'f', 'v'],
        ['XGROUP', 'CREATE', 's', 'g', '0'],
        ['XGROUP', 'SETID', 's', 'g', '1-1', 'ENTRIESREAD', '-5'],
      ),
    )

    expect(db.call('XINFO', 'GROUPS', 's')).toEqual([expect.arrayContaining(['entries-read', -5])])
    const said = Buffer.from(await collected(exportCommands(db, { commands: 'plain' }))).toString()
    expect(said).toContain('ENTRIESREAD\r\n$2\r\n-1\r\n')
  })

  it('are trimmed as a server logs it: by =, with the LIMIT that came with ~', async () => {
    const db = empty()
    const add = Array.from({ length: 5 }, (_, i) => ['XADD', 's', `${i + 1}-0`, 'f', 'v'])

    await importAof(
      db,
      resp(
        ...add,
        ['XTRIM', 's', 'MAXLEN', '=', '4', 'LIMIT', '100'],
        ['XADD', 's', 'MINID', '=', '4-0', 'LIMIT', '1', '6-0', 'f', 'v'],
      ),
    )

    expect(db.xrange('s', '-', '+').map(({ id }) => id)).toEqual(['4-0', '5-0', '6-0'])
    expect(() => db.call('XTRIM', 's', 'MAXLEN', '=', '1', 'LIMIT', '1')).toThrow(
      'LIMIT cannot be used without the special ~ option',
    )
  })
})

describe('importAof of a folder', () => {
  const MANIFEST = [
    'file appendonly.aof.1.base.rdb seq 1 type b',
    'file appendonly.aof.1.incr.aof seq 1 type i',
    'file appendonly.aof.2.incr.aof seq 2 type i',
  ]

  async function folder<T>(files: Readonly<Record<string, a.Part>>, work: (path: string) => Promise<T>): Promise<T> {
    return inFolder(async (path) => {
      await mkdir(join(path, 'log'))
      for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, 'log', name), a.join(bytes))
      return work(join(path, 'log'))
    })
  }

  const whole = {
    'appendonly.aof.manifest': `${MANIFEST.join('\n')}\n`,
    'appendonly.aof.1.base.rdb': rdbFile(12, 254, 1, text('n', '1')),
    'appendonly.aof.1.incr.aof': resp(['SELECT', '1'], ['INCR', 'n']),
    // Each file begins in database 0.
    'appendonly.aof.2.incr.aof': resp(['SET', 'zero', 'v'], ['SELECT', '1'], ['INCR', 'n']),
  }

  it('reads the files that the manifest names, in order', async () => {
    await folder(whole, async (path) => {
      for (const source of [path, join(path, 'appendonly.aof.manifest')]) {
        const db = empty()

        const report = await importAof(db, source)

        expect(contents(db)).toEqual([
          [0, 'zero', 'v', undefined],
          [1, 'n', '3', undefined],
        ])
        expect(report.files.map(({ file }) => file)).toEqual(
          Object.keys(whole)
            .slice(1)
            .map((name) => join(path, name)),
        )
      }
    })
  })

  it('takes a cut in the last file only', async () => {
    const cut = resp(['SELECT', '1'], ['INCR', 'n']).slice(0, -3)
    await folder({ ...whole, 'appendonly.aof.2.incr.aof': cut }, async (path) => {
      expect((await importAof(empty(), path)).files.at(-1)!.cut).toEqual({ offset: 23, bytes: 18 })
    })
    await folder({ ...whole, 'appendonly.aof.1.incr.aof': cut }, async (path) => {
      expect(await errorOf(() => importAof(empty(), path))).toMatch(/^truncated: .*1\.incr\.aof: .*at byte 23/)
    })
  })

  it('passes over files of the past, and comments', async () => {
    const manifest = `# one\nfile "old \\"1\\".aof" seq 1 type h\n${MANIFEST[0]}\n`
    await folder({ ...whole, 'appendonly.aof.manifest': manifest }, async (path) => {
      expect((await importAof(empty(), path)).files).toHaveLength(1)
    })
  })

  it('reads names in quotes', async () => {
    const name = 'my "log" \x01.aof'
    const files = { 'a.manifest': 'file "my \\"log\\" \\x01.aof" seq 1 type i\n', [name]: resp(['SET', 'k', 'v']) }
    await folder(files, async (path) => {
      expect((await importAof(empty(), path)).keys).toBe(1)
    })
  })

  it.each<[string, string, string]>([
    ['no file', '', 'names no file'],
    ['nonsense', 'what is this\n', 'a line without file, seq and type'],
    ['two base files', `${MANIFEST[0]}\n${MANIFEST[0]}\n`, 'more than one base file'],
    ['files out of order', `${MANIFEST[2]}\n${MANIFEST[1]}\n`, 'does not name the files in order'],
    ['a type that is not known', 'file a seq 1 type x\n', 'a file of unknown type "x"'],
    ['a way out of the folder', 'file ../../etc/passwd seq 1 type i\n', 'is not the name of a file beside it'],
  ])('refuses a manifest with %s', async (_, manifest, message) => {
    await folder({ 'appendonly.aof.manifest': manifest }, async (path) => {
      expect(await errorOf(() => importAof(empty(), path))).toContain(message)
    })
  })

  it('refuses a folder without a manifest, or with several, and a manifest whose files are missing', async () => {
    await folder({}, async (path) => {
      expect(await errorOf(() => importAof(empty(), path))).toContain('the folder has no manifest')
    })
    await folder({ 'a.manifest': '', 'b.manifest': '' }, async (path) => {
      expect(await errorOf(() => importAof(empty(), path))).toContain('the folder has 2 manifests')
    })
    await folder({ 'appendonly.aof.manifest': whole['appendonly.aof.manifest'] }, async (path) => {
      await expect(importAof(empty(), path)).rejects.toThrow('ENOENT')
    })
  })
})
