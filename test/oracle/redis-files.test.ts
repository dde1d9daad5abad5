import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { Redstart } from 'redstart'
import { exportCommands, exportRdb, importAof, importRdb } from 'redstart/redis-files'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collected, keyOf, rdbFile, streamForms } from '../redis-files/support.js'
import { type Call, splitLine, textOf } from './bytes.js'
import { answer } from './engine.js'
import { CallGenerator } from './generate.js'
import { callsOfAll, rewriteLog, VALUE_GROUPS } from './record-files.js'
import { formatReply, itemsOf, textOfReply } from './reply.js'
import { RespClient } from './resp-client.js'
import { SequenceArbitrary } from './sequence.js'
import { type RunningServer, serverOrSkip, startServerIn } from './server.js'
import { compareStates, type Inspected, readState } from './state.js'
import { groups } from './table.js'

/*
 * Redis's files between the two sides: what a real server saves is loaded here, and what is written here is loaded by a real
 * server when it starts, or sent to it.
 */

const source = serverOrSkip()
const program = source?.kind === 'program' ? source.path : undefined
const SEEDS = [1, 2, 3, 4, 5, 6]

/** Groups whose values can be written and whose commands leave something behind. */
const DATA = groups.filter((group) => (VALUE_GROUPS as readonly string[]).includes(group))

/** A row of random commands on data of all types. */
function history(seed: number, groups = DATA): Call[] {
  const arbitrary = new SequenceArbitrary(new CallGenerator(groups), 400)
  return fc
    .sample(arbitrary, { seed, numRuns: 1 })[0]!
    .filter(([name]) => !/^(CONFIG|DEBUG|B|SHUTDOWN|RESET|QUIT)/i.test(name!))
    .filter((call) => !call.some((word) => /^block$/i.test(word)))
}

const HISTORIES: readonly [name: string, calls: readonly Call[]][] = [
  ['every value', callsOfAll(DATA)],
  ...SEEDS.map((seed): [string, readonly Call[]] => [`history ${seed}`, history(seed)]),
  ...SEEDS.map((seed): [string, readonly Call[]] => [`streams ${seed}`, history(seed, ['stream'])]),
]

describe.skipIf(program === undefined)("Redis's files beside a real server", () => {
  let directory: string
  let server: RunningServer
  let client: RespClient

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'redstart-oracle-files-'))
    server = await startServerIn(program!, directory)
    client = await RespClient.open(server.address)
    await client.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0')
  })

  afterAll(async () => {
    client?.close()
    await server?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  async function fill(calls: readonly Call[]): Promise<void> {
    await client.send([['RESET'], ['FLUSHALL'], ...calls, ['RESET']])
  }

  async function saved(): Promise<string> {
    expect(await client.call('SAVE')).toEqual({ kind: 'status', text: 'OK' })
    return join(directory, 'dump.rdb')
  }

  /** A server that loads what is in a folder when it starts, while `work` goes on. */
  async function loading<T>(
    prepare: (folder: string) => void,
    settings: readonly string[],
    work: (client: RespClient) => Promise<T>,
  ): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'redstart-oracle-load-'))
    try {
      prepare(folder)
      const other = await startServerIn(program!, folder, settings)
      const its = await RespClient.open(other.address)
      try {
        return await work(its)
      } finally {
        its.close()
        await other.stop()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it.each(HISTORIES)('%s: what SAVE writes is loaded here', async (_, calls) => {
    await fill(calls)

    const db = new Redstart()
    await importRdb(db, await saved())

    // Loading changes how some values are kept: a hash that was large once is small again.
    await client.call('DEBUG', 'RELOAD')
    await expectSame(client, db)
  })

  it.each(HISTORIES)('%s: what is written here is what a server loads when it starts', async (_, calls) => {
    await fill(calls)
    const db = new Redstart()
    await importRdb(db, await saved())
    const file = await collected(exportRdb(db))

    await loading(
      (folder) => writeFileSync(join(folder, 'dump.rdb'), file),
      [],
      async (other) => {
        expect(await digest(other)).toBe(await digest(client))
        await expectSame(other, db)
      },
    )
  })

  it.each(HISTORIES)('%s: commands of either kind make the same on a server', async (_, calls) => {
    // Small sorted sets know no -0, and by plain commands every set is small at first.
    await fill(calls.filter((call) => !call.includes('-0')))
    const wanted = await digest(client)
    const db = new Redstart()
    await importRdb(db, await saved())

    for (const commands of ['restore', 'plain'] as const) {
      await client.send([['FLUSHALL']])
      await piped(server, await collected(exportCommands(db, { commands })))
      expect(await digest(client), commands).toBe(wanted)
    }
  })

  it.each([
    ['an RDB file at the base', 'yes'],
    ['commands at the base', 'no'],
  ])('the append-only log of a server with %s is loaded here', async (_, preamble) => {
    const settings = ['--appendonly', 'yes', '--aof-use-rdb-preamble', preamble, '--aof-timestamp-enabled', 'yes']
    await loading(
      () => {},
      settings,
      async (writer) => {
        await writer.call('DEBUG', 'SET-ACTIVE-EXPIRE', '0')
        for (const [i, [, calls]] of HISTORIES.entries()) {
          // A log says vectors as they were given, and each side has projections of its own.
          const same = calls.filter((call) => !call.some((word) => /^reduce$/i.test(word)))
          await writer.send([['RESET'], ...same, ['RESET']])
          if (i % 3 === 1) await rewriteLog(writer)
        }
        const folder = (await textOfConfig(writer, 'dir')) ?? ''
        const db = new Redstart()

        const report = await importAof(db, join(folder, 'appendonlydir'))

        expect(report.files.length).toBeGreaterThan(1)
        await writer.call('DEBUG', 'LOADAOF')
        await expectSame(writer, db)
      },
    )
  })

  it('a log that is cut off is loaded as a server loads it', async () => {
    await loading(
      () => {},
      ['--appendonly', 'yes', '--aof-timestamp-enabled', 'yes'],
      async (writer) => {
        await writer.send([
          ['SET', 'a', '1'],
          ['MULTI'],
          ['SET', 'b', '2'],
          ['RPUSH', 'l', 'x', 'y'],
          ['EXEC'],
          ['SET', 'c', '3'],
        ])
        const log = join((await textOfConfig(writer, 'dir'))!, 'appendonlydir')
        const last = readdirSync(log).find((name) => name.includes('.incr.'))!
        const size = statSync(join(log, last)).size
        for (const cut of [3, 40, 75, 110]) {
          const bytes = readFileSync(join(log, last)).subarray(0, size - cut)
          await loading(
            (folder) => {
              cpSync(log, join(folder, 'appendonlydir'), { recursive: true })
              writeFileSync(join(folder, 'appendonlydir', last), bytes)
              mkdirSync(join(folder, 'copy'))
              for (const name of readdirSync(log))
                copyFileSync(join(folder, 'appendonlydir', name), join(folder, 'copy', name))
            },
            ['--appendonly', 'yes'],
            async (reader) => {
              const db = new Redstart()
              const { files } = await importAof(db, join((await textOfConfig(reader, 'dir'))!, 'copy'))
              expect(files.at(-1)!.cut).toBeDefined()
              await expectSame(reader, db)
            },
          )
        }
      },
    )
  })

  it('commands that are written here are an append-only log that a server loads', async () => {
    await fill(callsOfAll(DATA))
    const db = new Redstart()
    await importRdb(db, await saved())
    const file = await collected(exportCommands(db))

    await loading(
      (folder) => {
        mkdirSync(join(folder, 'appendonlydir'))
        writeFileSync(join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof'), file)
        const manifest = 'file appendonly.aof.1.incr.aof seq 1 type i\n'
        writeFileSync(join(folder, 'appendonlydir', 'appendonly.aof.manifest'), manifest)
      },
      ['--appendonly', 'yes'],
      async (other) => expect(await digest(other)).toBe(await digest(client)),
    )
  })

  it.each([
    ['idle times', 'allkeys-lru', 'IDLETIME', '5000'],
    ['frequencies', 'allkeys-lfu', 'FREQ', '200'],
  ])('%s are read from the file of a server', async (_, policy, option, figure) => {
    await fill([['SET', 'k', 'v']])
    const payload = textOf(Buffer.from(textOfReply(await client.call('DUMP', 'k'))!, 'latin1'))
    await client.call('CONFIG', 'SET', 'maxmemory-policy', policy)
    await client.call('RESTORE', 'k', '0', payload, 'REPLACE', option, figure)
    const db = new Redstart()
    await importRdb(db, await saved())
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')

    expect(db.get('k')).toBe('v')
    if (option === 'IDLETIME') {
      const idle = new Redstart()
      await importRdb(idle, join(directory, 'dump.rdb'))
      expect(idle.objectIdletime('k')).toBeGreaterThanOrEqual(5000)
    }
  })

  it.each([
    ['every value', callsOfAll(['stream'])],
    ...SEEDS.map((seed): [string, readonly Call[]] => [`history ${seed}`, history(seed, ['stream'])]),
  ])('%s: plain commands make of streams what the own log of a server makes of them', async (_, calls) => {
    await loading(
      () => {},
      ['--appendonly', 'yes', '--aof-use-rdb-preamble', 'no'],
      async (writer) => {
        await writer.send([['RESET'], ['FLUSHALL'], ...calls, ['RESET'], ['SAVE']])
        const db = new Redstart()
        await importRdb(db, join((await textOfConfig(writer, 'dir'))!, 'dump.rdb'))
        await rewriteLog(writer)
        await writer.call('DEBUG', 'LOADAOF')

        await client.send([['FLUSHALL']])
        await piped(server, await collected(exportCommands(db, { commands: 'plain' })))

        const expected = await readState(inspected(writer))
        expect(compareStates(expected, await readState(inspected(client)))).toBeUndefined()
        expect(expected.size).toBeGreaterThan(0)
      },
    )
  })

  it('the log of a server says streams in the words that are written here', async () => {
    await loading(
      () => {},
      ['--appendonly', 'yes', '--aof-use-rdb-preamble', 'no'],
      async (writer) => {
        await writer.send([['RESET'], ...callsOfAll(['stream']), ['RESET'], ['SAVE']])
        const folder = (await textOfConfig(writer, 'dir'))!
        const db = new Redstart()
        await importRdb(db, join(folder, 'dump.rdb'))
        await rewriteLog(writer)
        const log = join(folder, 'appendonlydir')
        const base = readdirSync(log).find((name) => name.includes('.base.'))!

        const ours = linesOf(await collected(exportCommands(db, { commands: 'plain' })))

        // Keys come in any order, and a server needs no DEL where it begins with nothing.
        expect(ours.filter((line) => !line.startsWith('DEL ')).sort()).toEqual(
          linesOf(readFileSync(join(log, base))).sort(),
        )
      },
    )
  })

  it('streams in the forms of older servers are loaded as a server loads them', async () => {
    const file = rdbFile(12, ...streamForms().map((payload, i) => keyOf(`s${i}`, payload)))
    const db = new Redstart()
    await importRdb(db, file)

    await loading(
      (folder) => writeFileSync(join(folder, 'dump.rdb'), file),
      [],
      (reader) => expectSame(reader, db),
    )
  })

  it('functions of a server are refused, or skipped', async () => {
    await fill([])
    const code = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"
    await client.call('FUNCTION', 'LOAD', code)
    const file = await saved()
    await client.call('FUNCTION', 'FLUSH')
    const report = await importRdb(new Redstart(), file, { unsupported: 'skip' })

    expect(report.keys).toBe(0)
  })
})

/** All databases at once, as the server sums them up. */
async function digest(client: RespClient): Promise<string | undefined> {
  return textOfReply(await client.call('DEBUG', 'DIGEST'))
}

function inspected(client: RespClient): Inspected {
  return { inspect: async (calls) => (await client.send([['RESET'], ...calls])).slice(1) }
}

/** The commands of an append-only file, each in one line. */
function linesOf(bytes: Uint8Array): string[] {
  const words = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\*\d+\r\n/gm, '\n')
  const lines = words
    .replace(/\$\d+\r\n/g, '')
    .replaceAll('\r\n', ' ')
    .trim()
    .split('\n')
  return lines.map((line) => line.trim())
}

async function expectSame(client: RespClient, db: Redstart): Promise<void> {
  const theirs = inspected(client)
  const session = db.session()
  const ours: Inspected = {
    inspect: async (calls) => {
      session.select(0)
      return Promise.all(calls.map((call, i) => answer(session, call, i)))
    },
  }
  const [expected, actual] = await Promise.all([readState(theirs), readState(ours)])
  expect(compareStates(expected, actual)).toBeUndefined()
  expect(expected.size).toBeGreaterThan(0)
  for (const [place, { type }] of expected) {
    if (type === 'vectorset') expect(await elementsAt(ours, place)).toEqual(await elementsAt(theirs, place))
  }
}

/** Where both sides have reckoned, sums of many products may differ in their last digits. */
function roughly(text: string): string {
  return text.replace(/\d+\.\d{5,}/g, (number) => String(Number(Number(number).toPrecision(4))))
}

/** What the elements of a vector set are: vectors but for their last digits, and attributes. */
async function elementsAt(side: Inspected, place: string): Promise<string[]> {
  const [, database = '', quoted = ''] = /^(\d+) (.*)$/.exec(place) ?? []
  const key = splitLine(quoted)[0]!
  const select: Call = ['SELECT', database]
  const [, members] = await side.inspect([select, ['VRANDMEMBER', key, '100000']])
  const names = itemsOf(members).map((item) => textOfReply(item)!)
  const asked = names.flatMap((name): Call[] => [
    ['VEMB', key, name],
    ['VGETATTR', key, name],
  ])
  const replies = (await side.inspect([select, ...asked])).slice(1)
  const text = (name: string, i: number) => `${name} ${formatReply(replies[2 * i]!)} ${textOfReply(replies[2 * i + 1])}`
  return names.map(text).map(roughly).sort()
}

/** Sends bytes as `redis-cli --pipe` does, and waits until all of them have been answered. Throws the first error reply. */
async function piped(server: RunningServer, bytes: Uint8Array): Promise<void> {
  const mark = `end-${Math.random()}`
  await new Promise<void>((resolve, reject) => {
    let replies = ''
    const socket = connect(server.address)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      replies += chunk.toString('latin1')
      if (!replies.includes(mark)) return
      socket.end()
      const refused = /^-.*$/m.exec(replies)
      if (refused === null) resolve()
      else reject(new Error(refused[0]))
    })
    socket.write(bytes)
    socket.write(`*2\r\n$4\r\nECHO\r\n$${mark.length}\r\n${mark}\r\n`)
  })
}

async function textOfConfig(client: RespClient, name: string): Promise<string | undefined> {
  const reply = await client.call('CONFIG', 'GET', name)
  return reply.kind === 'array' ? textOfReply(reply.items[1]) : undefined
}
