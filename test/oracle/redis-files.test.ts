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
import { exportCommands, exportRdb, importAof, importRdb, inspect } from 'redstart/redis-files'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collected } from '../redis-files/support.js'
import { type Call, textOf } from './bytes.js'
import { answer } from './engine.js'
import { CallGenerator } from './generate.js'
import { callsOfAll, rewriteLog } from './record-files.js'
import { textOfReply } from './reply.js'
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
const DATA = groups.filter((group) => ['string', 'list', 'hash', 'set', 'sorted-set'].includes(group))

/** A row of random commands on data of all types. */
function history(seed: number): Call[] {
  const arbitrary = new SequenceArbitrary(new CallGenerator(DATA), 400)
  return fc
    .sample(arbitrary, { seed, numRuns: 1 })[0]!
    .filter(([name]) => !/^(CONFIG|DEBUG|B|SHUTDOWN|RESET|QUIT)/i.test(name!))
}

const HISTORIES: readonly [name: string, calls: readonly Call[]][] = [
  ['every value', callsOfAll(DATA)],
  ...SEEDS.map((seed): [string, readonly Call[]] => [`history ${seed}`, history(seed)]),
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
          await writer.send([['RESET'], ...calls, ['RESET']])
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

  it('the values of streams of a server are found whole', async () => {
    await fill([
      ...Array.from({ length: 300 }, (_, i): Call => ['XADD', 's', '*', 'field', `value ${i}`, 'n', String(i)]),
      ['XGROUP', 'CREATE', 's', 'g', '0'],
      ['XGROUP', 'CREATE', 's', 'h', '$'],
      ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '120', 'STREAMS', 's', '>'],
      ['XREADGROUP', 'GROUP', 'g', 'd', 'COUNT', '2', 'STREAMS', 's', '>'],
      ['XADD', 't', '5-5', 'f', 'v'],
      ['XDEL', 't', '5-5'],
      ['SET', 'k', 'v'],
    ])

    const { files } = await inspect(await saved())

    const counts = files[0]!.rdb!.databases[0]!.types
    expect(counts.stream!.keys).toBe(2)
    expect(counts.string!.keys).toBe(1)
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

async function expectSame(client: RespClient, db: Redstart): Promise<void> {
  const theirs: Inspected = { inspect: async (calls) => (await client.send([['RESET'], ...calls])).slice(1) }
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
