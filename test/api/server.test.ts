import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  LONE_SURROGATE,
  logged,
  NOT_DATA,
  notAString,
  open,
  START_MS,
  say,
} from '../support.js'

const OUT_OF_RANGE = 'ERR DB index is out of range'

/** One key in database 0, two in database 3. */
function openWithKeys() {
  const opened = open()
  opened.db.set('zero', 'v')
  opened.db.copy('zero', 'three', { db: 3 })
  opened.db.copy('zero', 'third', { db: 3 })
  forget(opened)
  return opened
}

describe('dbsize, flushdb and flushall', () => {
  it('flushdb empties the selected database', () => {
    const opened = openWithKeys()

    expect(opened.db.flushdb()).toBe('OK')
    expect(opened.db.dbsize()).toBe(0)
    expect(contents(opened.db).length).toBe(2)
    expect(logged(opened)).toEqual(['FLUSHDB'])
  })

  it('flushall empties all', () => {
    const opened = openWithKeys()

    expect(opened.db.flushall()).toBe('OK')
    expect(contents(opened.db)).toEqual([])
    expect(logged(opened)).toEqual(['FLUSHALL'])
  })

  it('db.bytes counts and flushes the same database', () => {
    const { db } = openWithKeys()

    expect(db.bytes.dbsize()).toBe(1)
    expect(db.bytes.flushall()).toBe('OK')
    expect(db.dbsize()).toBe(0)
  })
})

describe('swapdb', () => {
  it('exchanges two databases', () => {
    const opened = openWithKeys()

    expect(opened.db.swapdb(0, 3)).toBe('OK')
    expect(opened.db.keys('*').sort()).toEqual(['third', 'three'])
    expect(logged(opened)).toEqual(['SWAPDB 0 3'])
  })

  it.each([-1, 16, -(2 ** 31)])('refuses %s, which no database has for a number', (index) => {
    const opened = openWithKeys()

    expectRefused(opened, () => opened.db.swapdb(0, index), OUT_OF_RANGE)
    expectRefused(opened, () => opened.db.swapdb(index, 0), OUT_OF_RANGE)
  })

  it.each([1.5, Number.NaN, 2 ** 31, null, undefined, {}, '3', 'length', 'at'])(
    'refuses %s, which is no number of a database, and changes nothing',
    (index) => {
      const opened = openWithKeys()

      expectRefused(opened, () => opened.db.swapdb(0, index as never), 'ERR invalid second DB index')
      expectRefused(opened, () => opened.db.swapdb(index as never, 0), 'ERR invalid first DB index')
    },
  )
})

describe('time', () => {
  it('tells the clock in seconds and microseconds, as numbers', () => {
    const { db, clock } = open()
    clock.advance(1234)

    expect(db.time()).toEqual([START_MS / 1000 + 1, 234_000])
  })
})

describe('what there is to call', () => {
  it('commandCount and commandList say the same as the words', () => {
    const { db } = open()

    expect(db.commandCount()).toBe(say(db, 'COMMAND COUNT'))
    expect(db.commandList()).toEqual(say(db, 'COMMAND LIST'))
    expect(db.commandList({ pattern: 'set*' })).toEqual(say(db, 'COMMAND LIST FILTERBY PATTERN set*'))
    expect(db.commandList({ aclcat: 'write' })).toEqual(say(db, 'COMMAND LIST FILTERBY ACLCAT write'))
    expect(db.commandList({ module: 'any' })).toEqual([])
    expect(db.commandList({ pattern: undefined })).toEqual(db.commandList())
  })

  it('commandInfo holds facts by name, null for a name that there is not', () => {
    const [get, none] = open().db.commandInfo('get', 'nosuch')

    expect(get).toMatchObject({
      name: 'get',
      arity: 2,
      flags: ['readonly', 'fast'],
      firstKey: 1,
      lastKey: 1,
      keyStep: 1,
    })
    expect(none).toBeNull()
  })

  it('commandDocs holds docs by name', () => {
    const docs = open().db.commandDocs('GET', 'nosuch')

    expect(Object.keys(docs)).toEqual(['get'])
    expect(docs['get']!.arguments).toEqual([{ name: 'key', type: 'key' }])
  })

  it('commandGetKeys reads the keys out of a call', () => {
    const { db } = open()

    expect(db.commandGetKeys('MSET', 'a', 1, bytes('b'), 2)).toEqual(['a', 'b'])
    expect(db.commandGetKeysAndFlags('SET', 'k', 'v', 'GET')).toEqual([{ key: 'k', flags: ['RW', 'access', 'update'] }])
  })

  it.each([
    [['nosuch', 'k'], 'ERR Invalid command specified'],
    [['PING'], 'ERR The command has no key arguments'],
    [['GET'], 'ERR Invalid number of arguments specified for command'],
    [['GET', '\ud800'], LONE_SURROGATE],
  ])('commandGetKeys refuses %j: %s', (words, message) => {
    const opened = open()

    expectRefused(opened, () => opened.db.commandGetKeys(...words), message)
    expectRefused(opened, () => opened.db.commandGetKeysAndFlags(...words), message)
  })

  it.each(NOT_DATA)('commandGetKeys refuses %s as a word', (_name, value, shown) => {
    const opened = open()

    expectRefused(opened, () => opened.db.commandGetKeys('GET', value as never), notAString(shown))
  })

  it('commandGetKeys without words is refused as COMMAND GETKEYS is', () => {
    const opened = open()

    expectRefused(
      opened,
      () => opened.db.commandGetKeys(),
      "ERR wrong number of arguments for 'command|getkeys' command",
    )
  })

  it('commandInfo and commandDocs refuse what is no name', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.commandInfo(undefined as never), notAString('undefined'))
    expectRefused(opened, () => opened.db.commandDocs(undefined as never), notAString('undefined'))
  })
})

it('the types of replies are the same on both sides', () => {
  const { db } = open()

  expectTypeOf(db.time()).toEqualTypeOf<[seconds: number, microseconds: number]>()
  expectTypeOf(db.dbsize()).toEqualTypeOf<number>()
  expectTypeOf(db.flushall()).toEqualTypeOf<'OK'>()
  expectTypeOf(db.bytes.commandGetKeys('GET', 'k')).toEqualTypeOf<string[]>()
  expectTypeOf(db.commandList()).toEqualTypeOf<string[]>()
})
