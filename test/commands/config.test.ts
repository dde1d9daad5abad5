import { manualClock, Redstart } from 'redstart'
import { memory } from 'redstart/persistence'
import { describe, expect, it } from 'vitest'
import { expectRefused, open, START_MS, say } from '../support.js'

describe('CONFIG GET', () => {
  it('returns parameters by names and patterns in any letter case, each once', () => {
    const { db } = open()

    expect(say(db, 'CONFIG GET databases')).toEqual(['databases', '16'])
    expect(say(db, 'config get DATA* [d]atabases')).toEqual(['databases', '16'])
    expect(say(db, 'CONFIG GET nosuch')).toEqual([])
    expect(db.configGet('databases')).toEqual({ databases: '16' })
  })

  it('tells the name of one parameter as it was asked for', () => {
    const { db } = open()

    expect(say(db, 'CONFIG GET DATABASES databases')).toEqual(['DATABASES', '16'])
    expect(say(db, 'CONFIG GET d[a]tabases DATABASES')).toEqual(['databases', '16'])
  })

  it('needs a name', () => {
    expectRefused(open(), () => say(open().db, 'CONFIG GET'), "ERR wrong number of arguments for 'config|get' command")
  })
})

describe('CONFIG SET', () => {
  it.each([
    ['nosuch 1', "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    ['databases 3 nosuch 1', "ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"],
    ['Databases 3', "ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config"],
    ['a 1 b', "ERR wrong number of arguments for 'config|set' command"],
    ['a', "ERR wrong number of arguments for 'config|set' command"],
  ])('refuses %s', (words, message) => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, `CONFIG SET ${words}`), message)
  })
})

describe('CONFIG REWRITE', () => {
  it('is refused, since there is no file', () => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, 'CONFIG REWRITE'), 'ERR The server is running without a config file')
    expectRefused(opened, () => opened.db.configRewrite(), 'ERR The server is running without a config file')
  })
})

describe('CONFIG HELP', () => {
  it('names the subcommands', () => {
    const help = say(open().db, 'CONFIG HELP') as string[]

    expect(help.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(' ')[0])).toEqual([
      ...['CONFIG', 'GET', 'SET', 'RESETSTAT', 'REWRITE', 'HELP'],
    ])
  })
})

describe('CONFIG of what keeps the database', () => {
  it('tells without a persistence that nothing does, and takes no other value', () => {
    const opened = open()
    const { db } = opened

    expect(db.configGet('save', 'append*', 'auto-aof-*', 'dir', 'dbfilename')).toEqual({
      save: '',
      appendonly: 'no',
      appendfsync: 'everysec',
      'auto-aof-rewrite-percentage': '100',
      'auto-aof-rewrite-min-size': '67108864',
      dir: '',
      dbfilename: '',
    })
    expect(db.configSet({ save: '', appendonly: 'no', appendfsync: 'everysec' })).toBe('OK')
    for (const [name, value] of [
      ['save', '60 1'],
      ['appendonly', 'yes'],
      ['appendfsync', 'no'],
      ['auto-aof-rewrite-min-size', '1mb'],
    ] as const) {
      expectRefused(
        opened,
        () => db.call('CONFIG', 'SET', name, value),
        `ERR CONFIG SET failed (possibly related to argument '${name}') - nothing keeps this database: open it with a persistence`,
      )
    }
  })

  it('reads and sets the rules of a persistence, at once', async () => {
    const clock = manualClock(START_MS)
    const db = await Redstart.open({ persistence: memory({ save: '', appendFsync: 'no' }), clock })

    expect(db.configGet('save', 'append*', 'dir')).toEqual({
      save: '',
      appendonly: 'yes',
      appendfsync: 'no',
      dir: 'memory',
    })
    db.configSet({ save: '10 2 5 100', appendfsync: 'always', 'auto-aof-rewrite-min-size': '1mb', appendonly: 'yes' })
    expect(db.configGet('save', 'appendfsync', 'auto-aof-rewrite-min-size')).toEqual({
      save: '10 2 5 100',
      appendfsync: 'always',
      'auto-aof-rewrite-min-size': '1048576',
    })

    const saved = new Promise<void>((resolve) => db.on('persistence', ({ type }) => type === 'saved' && resolve()))
    db.mset({ a: '1', b: '2' })
    clock.advance(11_000)
    await saved
    expect(db.info('persistence')['persistence']).toMatchObject({
      rdb_saves: 1,
      rdb_last_bgsave_status: 'ok',
      aof_enabled: 1,
    })
    await db.close()
  })

  it('takes no value that the storage cannot keep to', async () => {
    const db = await Redstart.open({ persistence: memory() })

    for (const [name, value, message] of [
      ['save', '60', 'Invalid save parameters'],
      ['save', '60 x', 'Invalid save parameters'],
      ['save', '0 1', 'Invalid save parameters'],
      ['appendfsync', 'never', 'argument(s) must be one of the following: everysec, always, no'],
      ['appendonly', 'no', 'the log is a part of the persistence'],
      ['auto-aof-rewrite-percentage', '-1', 'argument must be between 0 and 2147483647 inclusive'],
      ['dir', '/tmp', "can't set protected config"],
      ['dbfilename', 'x', "can't set protected config"],
    ] as const) {
      expect(() => db.call('CONFIG', 'SET', name, value)).toThrow(
        `ERR CONFIG SET failed (possibly related to argument '${name}') - ${message}`,
      )
    }
    await db.close()
  })
})
