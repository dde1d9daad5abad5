import { MemoryLog, manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/commands/dispatch.js'
import { type StringValue, stringToText } from '../../src/keyspace/value.js'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  open,
  openWithExpired,
  rowsOf,
  START_MS,
  say,
  valueIn,
} from '../support.js'

describe('a call', () => {
  it.each(['get', 'GET', 'gEt'])('finds its command in any letter case: %s', (name) => {
    const { db } = open()
    say(db, 'SET k v')

    expect(db.call(name, 'k')).toBe('v')
  })

  it('takes its name as bytes too', () => {
    const { db } = open()

    expect(db.call(bytes('PING') as never)).toBe('PONG')
  })

  it.each([
    ['foo', [], "ERR unknown command 'foo', with args beginning with: "],
    ['FOO', ['bar', 'baz'], "ERR unknown command 'FOO', with args beginning with: 'bar' 'baz' "],
    ['', [''], "ERR unknown command '', with args beginning with: '' "],
    ['a b', ['x\r\ny'], "ERR unknown command 'a b', with args beginning with: 'x  y' "],
    ['a\0b', ['c\0d'], "ERR unknown command 'a', with args beginning with: 'c' "],
    ['constructor', [], "ERR unknown command 'constructor', with args beginning with: "],
    ['__proto__', [], "ERR unknown command '__proto__', with args beginning with: "],
    ['\u017fet', ['k'], "ERR unknown command '\u017fet', with args beginning with: 'k' "],
    ['\u212aeys', ['*'], "ERR unknown command '\u212aeys', with args beginning with: '*' "],
    ['get ', ['k'], "ERR unknown command 'get ', with args beginning with: 'k' "],
  ])('of an unknown command shows name and words: %j', (name, args, message) => {
    const opened = open()

    expectRefused(opened, () => opened.db.call(name, ...args), message)
  })

  it('of an unknown command shows no more than 128 bytes of its name', () => {
    const opened = open()
    const name = 'f'.repeat(150)

    expectRefused(
      opened,
      () => opened.db.call(name, 'a'),
      `ERR unknown command '${'f'.repeat(128)}', with args beginning with: 'a' `,
    )
  })

  it('of an unknown command shows words up to about 128 bytes', () => {
    const opened = open()
    const start = "ERR unknown command 'foo', with args beginning with: "

    expectRefused(opened, () => opened.db.call('foo', 'a'.repeat(150), 'b'), `${start}'${'a'.repeat(128)}' `)
    expectRefused(
      opened,
      () => opened.db.call('foo', 'a'.repeat(101), 'b'.repeat(37), 'c'),
      `${start}'${'a'.repeat(101)}' '${'b'.repeat(24)}' `,
    )
  })

  it('of an unknown command shows bytes that are no UTF-8 by their escapes', () => {
    const opened = open()

    expectRefused(
      opened,
      () => opened.db.call(bytes(0xff) as never, bytes(0xfe)),
      "ERR unknown command '\udcff', with args beginning with: '\udcfe' ",
    )
  })

  it.each([
    ['GeT', "ERR wrong number of arguments for 'get' command"],
    ['GET a b', "ERR wrong number of arguments for 'get' command"],
    ['SET a', "ERR wrong number of arguments for 'set' command"],
    ['obJect', "ERR wrong number of arguments for 'object' command"],
    ['obJect EnCoding', "ERR wrong number of arguments for 'object|encoding' command"],
    ['OBJECT foo', "ERR unknown subcommand 'foo'. Try OBJECT HELP."],
    ['object FOO bar', "ERR unknown subcommand 'FOO'. Try OBJECT HELP."],
  ])('%s is refused before anything else: %s', (line, message) => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it('of an unknown subcommand shows it in one line', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.call('object', 'a\r\nb'), "ERR unknown subcommand 'a  b'. Try OBJECT HELP.")
    expectRefused(opened, () => opened.db.call('object', 'a\0b'), "ERR unknown subcommand 'a'. Try OBJECT HELP.")
    expectRefused(opened, () => opened.db.call('object', ''), "ERR unknown subcommand ''. Try OBJECT HELP.")
  })

  it('that is refused leaves the next one as if it had not been', () => {
    const { db, seen } = open()

    expect(() => say(db, 'SET k v EX 0')).toThrow()
    say(db, 'SET k v')

    expect(say(db, 'GET k')).toBe('v')
    expect(seen).toEqual(['set k'])
  })

  it('is one batch of the log, and none when nothing changed', () => {
    const opened = open()

    say(opened.db, 'DEL none')
    say(opened.db, 'GET none')
    expect(opened.log.batches.length).toBe(0)

    say(opened.db, 'MSET a 1 b 2')
    say(opened.db, 'DEL a b')
    expect(opened.log.batches.length).toBe(2)
  })

  it('logs a key that it found expired before what it did itself', () => {
    const opened = openWithExpired()

    say(opened.db, 'SET k w')

    expect(opened.log.batches.length).toBe(1)
    expect(logged(opened)).toEqual(['DEL k', 'SET k w'])
  })
})

describe('the count of changes', () => {
  /** What rdb_changes_since_last_save of Redis 8.0.2 grew by. */
  const CHANGES: readonly [line: string, changes: number][] = [
    ['SET a 1 EX 100', 1],
    ['SET a 2 NX', 0],
    ['MSET b 1 c 2', 2],
    ['MSETNX l 1 m 2', 2],
    ['MSETNX l 1 n 2', 0],
    ['GETEX a EX 50', 1],
    ['GETEX a', 0],
    ['GETEX b PXAT 1', 1],
    ['INCR c', 1],
    ['APPEND p text', 1],
    ['EXPIRE p -1', 1],
    ['PERSIST none', 0],
    ['RENAME l r', 1],
    ['RENAME r r', 0],
    ['RENAMENX m s', 1],
    ['COPY r t', 1],
    ['COPY c r REPLACE', 1],
    ['MOVE s 3', 1],
    ['SET x 1 PXAT 1', 1],
    ['GET x', 0],
    ['HSETEX h PX 10000 FIELDS 2 f 1 g 2', 2],
    ['HSETEX h PXAT 1 FIELDS 1 f 3', 1],
    ['HGETEX h PXAT 1 FIELDS 1 g', 1],
    ['XADD e 1-1 f v', 1],
    ['XADD e 2-1 f v', 1],
    ['XGROUP CREATE e g 0', 1],
    ['XREADGROUP GROUP g ann COUNT 1 STREAMS e >', 2],
    ['XREADGROUP GROUP g ann STREAMS e 0', 0],
    ['XREADGROUP GROUP g bob STREAMS e 0', 1],
    ['XCLAIM e g bob 0 1-1 LASTID 5-5', 1],
    ['XCLAIM e g bob 100000 1-1 LASTID 6-6', 1],
    ['DEL e', 1],
    ['SWAPDB 3 6', 1],
    ['SWAPDB 3 3', 1],
    ['DEL a c none', 2],
    ['FLUSHDB', 2],
    ['FLUSHALL', 1],
    ['FLUSHALL', 0],
  ]

  it('grows as that of Redis', () => {
    const { db } = open()

    const grown = CHANGES.map(([line]) => {
      const before = db.engine.dirty
      say(db, line)
      return [line, db.engine.dirty - before]
    })

    expect(grown).toEqual(CHANGES)
  })
})

describe('replaying the log', () => {
  /** One call of every writing command. */
  const WRITES = [
    'SET a 1',
    'SET b 2 EX 100',
    'SET c 3 PXAT 9223372036854775807',
    'SET a 2 KEEPTTL',
    'SETNX d 4',
    'SETEX e 100 5',
    'PSETEX f 100 6',
    'GETSET a 7',
    'MSET g 1 h 2 i 3 j 4',
    'MSETNX l 1 m 2',
    'GETDEL g',
    'GETEX h EX 50',
    'GETEX b PERSIST',
    'GETEX i PXAT 1',
    'INCR n',
    'DECRBY n 10',
    'INCRBYFLOAT o 0.1',
    'INCRBYFLOAT o 0.2',
    'APPEND p text',
    'APPEND p more',
    'SETRANGE q 3 x',
    'EXPIRE a 100',
    'EXPIRE j -1',
    'PERSIST a',
    'RENAME l r',
    'RENAMENX m s',
    'COPY r t',
    'COPY r r DB 2',
    'COPY d r REPLACE',
    'MOVE s 3',
    'SELECT 5',
    'SET a five',
    'SWAPDB 5 6',
    'SET b five',
    'FLUSHDB',
    'SELECT 0',
    'UNLINK d',
  ]

  it('makes the same state again, command by command, at whatever time', () => {
    const { db, log, clock } = open()
    const copy = new Redstart({ clock: manualClock(START_MS + 1_000_000) })
    let replayed = 0

    for (const line of WRITES) {
      say(db, line)
      for (; replayed < log.batches.length; replayed++) replay(copy.engine, log.batches[replayed]!)
      expect([line, stateOf(copy)]).toEqual([line, stateOf(db)])
      clock.advance(1)
    }
  })

  it('neither logs nor loses a key whose time is up meanwhile', () => {
    const opened = open()
    say(opened.db, 'SET k 5 PX 10')
    say(opened.db, 'INCR k')
    const log = new MemoryLog()
    const copy = new Redstart({ clock: manualClock(START_MS + 1_000_000), log })

    for (const batch of opened.log.batches) replay(copy.engine, batch)

    expect(log.batches).toEqual([])
    expect(valueIn(copy.engine.databases[0]!, 'k')).toBe(6)
    expect(say(copy, 'GET k')).toBeNull()
  })

  it('restores bytes that are no UTF-8', () => {
    const opened = open()
    opened.db.call('SET', bytes(0xff), bytes(0xfe, 0x00))
    opened.db.call('RESTORE', bytes(0xfd), 0, opened.db.callBuffer('DUMP', bytes(0xff)) as Uint8Array)
    const copy = new Redstart()

    for (const batch of opened.log.batches) replay(copy.engine, batch)

    expect(contents(copy)).toEqual(contents(opened.db))
  })

  it('goes on logging after a batch that is broken', () => {
    const opened = open()

    expect(() => replay(opened.db.engine, [{ database: 0, words: ['NOSUCH'] }])).toThrow('unknown command')
    forget(opened)
    say(opened.db, 'SET k v')

    expect(logged(opened)).toEqual(['SET k v'])
  })
})

/** All keys with their deadlines, those that have passed by the copy's clock too. */
function stateOf({ engine }: Redstart): string[] {
  return engine.databases
    .flatMap((database) =>
      rowsOf(database).map(({ key, value, deadline }) => {
        return `${database.index} ${key} ${stringToText(value as StringValue)} ${deadline ?? 'none'}`
      }),
    )
    .sort()
}
