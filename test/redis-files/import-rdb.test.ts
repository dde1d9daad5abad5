import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importRdb, inspect } from 'redstart/redis-files'
import { describe, expect, it } from 'vitest'
import { oldPayloads } from '../oracle/old-payloads.js'
import { callsOfRecipe } from '../oracle/recipes.js'
import * as a from '../structures/rdb/assemble.js'
import { contents, START_MS } from '../support.js'
import {
  database,
  empty,
  expires,
  expiresMs,
  field,
  inFolder,
  keyOf,
  pieces,
  rdbFile,
  refusal,
  sizes,
  streamForms,
  text,
  unchecked,
} from './support.js'

const LATER = START_MS + 60_000

describe('importRdb', () => {
  it('loads keys of several databases with deadlines in seconds and milliseconds', async () => {
    const db = empty()
    const file = rdbFile(
      11,
      field('redis-ver', '7.2.0'),
      database(0),
      sizes(3, 2),
      text('a', '1'),
      expires(LATER / 1000),
      text('b', 'two'),
      expiresMs(LATER + 5),
      text('c', '3'),
      database(9),
      text('a', 'nine'),
    )

    const report = await importRdb(db, file)

    expect(report).toEqual({
      version: 11,
      keys: 4,
      expired: 0,
      empty: 0,
      skipped: { values: 0, functions: 0, moduleData: 0 },
      fields: { 'redis-ver': '7.2.0' },
      checksum: 'right',
      bytes: file.length,
    })
    expect(contents(db)).toEqual([
      [0, 'a', '1', undefined],
      [0, 'b', 'two', LATER],
      [0, 'c', '3', LATER + 5],
      [9, 'a', 'nine', undefined],
    ])
  })

  it.each(oldPayloads.map((row) => [row.group, row.name, row.recipe, row.payload] as const))(
    'loads a %s as %s, the value of %s',
    async (_group, _name, recipe, payload) => {
      const made = empty()
      for (const [name, ...words] of callsOfRecipe(recipe)) {
        made.call(name!, ...words.map((word) => Buffer.from(word, 'latin1')))
      }
      const db = empty()

      await importRdb(db, rdbFile(12, keyOf('k', payload), text('next', 'v')))

      expect(db.get('next')).toBe('v')
      db.del('next')
      expect(db.dump()).toBe(made.dump())
    },
  )

  it.each([1, 4, 5, 6, 7, 8, 9, 10, 11, 12])('reads version %i', async (version) => {
    const db = empty()

    const report = await importRdb(db, rdbFile(version, database(0), text('k', 'v')))

    expect(db.get('k')).toBe('v')
    expect(report.checksum).toBe(version < 5 ? 'none' : 'right')
  })

  it('takes a checksum of zeros for none', async () => {
    const db = empty()

    const report = await importRdb(db, unchecked(rdbFile(9, text('k', 'v'))))

    expect(report.checksum).toBe('none')
    expect(db.get('k')).toBe('v')
  })

  it('reads strings as integers and compressed, keys too', async () => {
    const db = empty()
    // 'aaaaaaaaaa': a literal, then a reference to it.
    const packed = a.join(0xc3, a.size(5), a.size(10), 0x00, 'a', 0xe0, 0x00, 0x00)
    const file = rdbFile(6, 0, 0xc0, 0xff, 0xc1, 0x39, 0x30, 0, a.join(0xc2, a.little(-70000, 4)), packed)

    await importRdb(db, file)

    expect(db.get('-1')).toBe('12345')
    expect(db.get('-70000')).toBe('aaaaaaaaaa')
  })

  it('keeps bytes that are no text', async () => {
    const db = empty()

    await importRdb(db, rdbFile(12, text('\xff\x00', '\xfe')))

    expect(db.bytes.get(Uint8Array.of(255, 0))).toEqual(Uint8Array.of(0xfe))
  })

  it('keeps idle times', async () => {
    const db = empty()

    await importRdb(db, rdbFile(9, 248, a.size(500), text('k', 'v'), 249, 7, text('l', 'v')))

    expect(db.objectIdletime('k')).toBe(500)
    expect(db.objectIdletime('l')).toBe(0)
  })

  it('leaves keys behind whose time is up, as a server does', async () => {
    const db = empty()

    const report = await importRdb(db, rdbFile(12, expiresMs(START_MS), text('k', 'v'), expires(-1), text('l', 'v')))

    expect(report).toMatchObject({ keys: 0, expired: 2 })
    expect(db.dbsize()).toBe(0)
  })

  it('leaves keys behind that have nothing in them, as a server does', async () => {
    const db = empty()
    const none = [
      a.payload(2, a.size(0)),
      a.payload(16, a.string(a.listpack([]))),
      a.payload(13, a.string(a.ziplist([]))),
    ]

    const report = await importRdb(db, rdbFile(12, ...none.map((payload, i) => keyOf(`k${i}`, payload))))

    expect(report).toMatchObject({ keys: 0, empty: 3 })
    expect(db.dbsize()).toBe(0)
  })

  it('finds the end of a stream in each of its forms', async () => {
    const file = rdbFile(12, ...streamForms().map((payload, i) => keyOf(`s${i}`, payload)), text('k', 'v'))

    const { files } = await inspect(file)

    expect(files[0]!.rdb!.databases[0]!.types).toMatchObject({ stream: { keys: 3 }, string: { keys: 1 } })
  })

  it('loads a stream in each of its forms, of which the older say less', async () => {
    const db = empty()

    await importRdb(db, rdbFile(12, ...streamForms().map((payload, i) => keyOf(`s${i}`, payload))))

    for (const key of ['s0', 's1', 's2']) {
      expect(db.xrange(key, '-', '+')).toEqual([{ id: '0-1', fields: { f: 'v' } }])
      expect(db.call('XPENDING', key, 'group', '-', '+', '9')).toEqual([['0-1', 'consumer', START_MS - 5, 1]])
    }
    const read = (key: string) => (db.call('XINFO', 'GROUPS', key) as unknown[][])[0]!.slice(8)
    expect(['s0', 's1', 's2'].map(read)).toEqual([
      ['entries-read', 1, 'lag', 0],
      ['entries-read', null, 'lag', 0],
      ['entries-read', 1, 'lag', 0],
    ])
  })

  it('passes over information about slots', async () => {
    const db = empty()

    await importRdb(db, rdbFile(12, 244, a.size(1), a.size(2), a.size(0), text('k', 'v')))

    expect(db.get('k')).toBe('v')
  })

  it('reads a file by its path, and a stream in pieces of any size', async () => {
    const file = rdbFile(12, ...Array.from({ length: 50 }, (_, i) => text(`key:${i}`, 'v'.repeat(i * 40))))
    const expected = empty()
    await importRdb(expected, file)
    await inFolder(async (folder) => {
      const path = join(folder, 'dump.rdb')
      await writeFile(path, file)
      const db = empty()

      await importRdb(db, path)

      expect(db.dump()).toBe(expected.dump())
    })
    for (const size of [1, 7, 1000]) {
      const db = empty()

      await importRdb(db, pieces(file, size))

      expect(db.dump()).toBe(expected.dump())
    }
  })

  it('tells progress', async () => {
    const seen: number[] = []
    // More than is read at a time.
    const long = Buffer.alloc(1_200_000, 'x')
    const file = Buffer.concat([
      a.join('REDIS0012', 0, a.string('k'), a.size(long.length)),
      long,
      a.join(255, a.little(0, 8)),
    ])

    await importRdb(empty(), file, { onProgress: ({ bytesRead, bytesTotal }) => seen.push(bytesRead / bytesTotal!) })

    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toBe(1)
    expect([...seen].sort((x, y) => x - y)).toEqual(seen)
  })

  it('lets the event loop run on the way', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)

    await importRdb(empty(), rdbFile(12, ...Array.from({ length: 15_000 }, (_, i) => text(`key:${i}`, 'v'))))

    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })
})

describe('what importRdb refuses', () => {
  it.each<[string, Uint8Array, string]>([
    [
      'an empty file',
      a.join(),
      'truncated: x.rdb: the file ends inside of the head: 9 bytes should follow, and 0 do (at byte 0)',
    ],
    [
      'another file',
      a.join('PK\x03\x04 a zip'),
      'format: x.rdb: this is no RDB file: it does not begin with REDIS (at byte 0)',
    ],
    [
      'a newer version',
      rdbFile(13),
      'format: x.rdb: an RDB file of version 13, and versions 1 to 12 are known (at byte 5)',
    ],
    ['an unknown type', rdbFile(12, 99), 'damaged: x.rdb: a part of unknown type 99 (at byte 9)'],
    [
      'a checksum that does not match',
      rdbFile(12, text('k', 'v')).map((byte, i) => (i === 13 ? byte + 1 : byte)),
      'damaged: x.rdb: the checksum does not match: bytes of the file have changed (at byte 15)',
    ],
    [
      'a length that lies',
      rdbFile(12, 0, a.string('k'), a.size(1000), 'v'),
      'truncated: x.rdb: the file ends inside of the value of "k" (string): 1000 bytes should follow, and 10 do (at byte 9)',
    ],
    [
      'a length of gigabytes',
      rdbFile(12, 0, a.string('k'), a.size(2 ** 40)),
      'damaged: x.rdb: a string of 1099511627776 bytes, and 512 MB are the most (at byte 21)',
    ],
    [
      'a count that lies',
      rdbFile(12, 2, a.string('k'), a.size(2 ** 31), a.string('m')),
      'truncated: x.rdb: the file ends inside of the value of "k" (set): 2147483648 elements are announced, and 11 bytes follow (at byte 9)',
    ],
    [
      'a malformed value',
      rdbFile(12, 16, a.string('k'), a.string('no listpack')),
      'damaged: x.rdb: the value of "k" (hash-listpack) is malformed: ERR Bad data format (at byte 12)',
    ],
    [
      'a compressed string that is none',
      rdbFile(12, 0, 0xc3, a.size(1), a.size(70), 0xff, a.string('v')),
      'damaged: x.rdb: a compressed string that cannot be expanded (at byte 10)',
    ],
    [
      'a key that comes twice',
      rdbFile(12, text('k', 'v'), text('k', 'w')),
      'damaged: x.rdb: "k" is there twice (at byte 17)',
    ],
    [
      'a database that the store does not have',
      rdbFile(12, database(16), text('k', 'v')),
      'unsupported: x.rdb: keys of database 16, and the store has 16 databases (at byte 14)',
    ],
    [
      'bytes behind the end',
      a.join(rdbFile(12), 'x'),
      'damaged: x.rdb: bytes follow the end of the RDB file (at byte 18)',
    ],
    [
      'an append-only file with an RDB file at its head',
      a.join(rdbFile(12), '*1\r\n'),
      'format: x.rdb: commands follow: this is an append-only file (at byte 18)',
    ],
    [
      'functions of a preview',
      rdbFile(10, 246, a.string('x')),
      'unsupported: x.rdb: functions in the form of a preview of Redis 7.0 (at byte 9)',
    ],
  ])('%s', async (_, file, message) => {
    expect(await refusal(file)).toBe(message)
  })

  it('lengths that lie in a stream, too, when it has ended', async () => {
    expect(await refusal(pieces(rdbFile(12, 0, a.string('k'), a.size(1000), 'v'), 5))).toBe(
      'truncated: x.rdb: the file ends inside of the value of "k" (string) (at byte 9)',
    )
  })

  it('what cannot be kept, unless it is to be skipped', async () => {
    const file = rdbFile(
      12,
      a.join(245, a.string('#!lua name=lib\n')),
      a.join(247, a.size(1), a.size(2), a.size(1), a.size(5), a.string('aux'), a.size(0)),
      // Every kind of part that a value of a module may have.
      keyOf(
        'm',
        a.payload(
          7,
          a.size(2 ** 40),
          1,
          a.size(5),
          2,
          a.size(6),
          3,
          a.little(0, 4),
          4,
          a.double(1),
          5,
          a.string('x'),
          0,
        ),
      ),
      text('k', 'v'),
    )

    expect(await refusal(file)).toMatch(/^unsupported: x\.rdb: .*functions.* \(at byte 9\)$/)
    const db = empty()
    const report = await importRdb(db, file, { unsupported: 'skip' })
    expect(report.skipped).toEqual({ values: 1, functions: 1, moduleData: 1 })
    expect(db.keys('*')).toEqual(['k'])
  })

  it('a folder, with the error of the system', async () => {
    await inFolder(async (folder) => {
      await expect(importRdb(empty(), folder)).rejects.toThrow('EISDIR')
      await expect(importRdb(empty(), join(folder, 'none'))).rejects.toThrow('ENOENT')
    })
  })
})

describe('an import is all or nothing', () => {
  it('a store with keys is left alone unless they may be replaced', async () => {
    const db = empty()
    db.select(3)
    db.set('old', '1')

    await expect(importRdb(db, rdbFile(12, text('k', 'v')))).rejects.toThrow('the store is not empty')
    expect(db.dump()).toContain('old')
    await importRdb(db, rdbFile(12, text('k', 'v')), { replace: true })

    expect(contents(db)).toEqual([[0, 'k', 'v', undefined]])
  })

  it('what was written while the file was read is not lost silently', async () => {
    const db = empty()
    const reading = importRdb(db, rdbFile(12, text('k', 'v')))
    db.set('new', '1')

    await expect(reading).rejects.toThrow('the store is not empty')

    expect(contents(db)).toEqual([[0, 'new', '1', undefined]])
  })

  it('a file that is refused in the end leaves everything as it was', async () => {
    const db = empty()
    db.set('old', '1')
    const before = db.dump()
    const file = rdbFile(12, text('k', 'v'), text('l', 'w'))
    file[file.length - 1]! ^= 1

    await expect(importRdb(db, file, { replace: true })).rejects.toThrow('checksum')

    expect(db.dump()).toBe(before)
  })

  it('nobody sees a part of it, and the log hears of it as of a whole', async () => {
    const sizesSeen = new Set<number>()
    const db = empty()
    const keys = Array.from({ length: 10_000 }, (_, i) => text(`key:${i}`, 'v'))
    const timer = setInterval(() => sizesSeen.add(db.dbsize()), 1)

    await importRdb(db, rdbFile(12, ...keys))

    clearInterval(timer)
    sizesSeen.add(db.dbsize())
    sizesSeen.delete(0)
    expect([...sizesSeen]).toEqual([10_000])
  })
})
