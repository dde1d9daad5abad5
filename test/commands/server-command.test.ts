import { describe, expect, it } from 'vitest'
import { commandTable } from '../../src/commands/table.js'
import { bytes, expectRefused, open, SYNTAX, say } from '../support.js'

const NO_KEYS = 'ERR The command has no key arguments'
const WRONG_COUNT = 'ERR Invalid number of arguments specified for command'
const UNKNOWN = 'ERR Invalid command specified'

describe('COMMAND COUNT and COMMAND LIST', () => {
  it('COUNT is the number of commands, subcommands apart', () => {
    expect(say(open().db, 'COMMAND COUNT')).toBe(commandTable.size)
  })

  it('LIST names all commands and subcommands in lower case', () => {
    const names = say(open().db, 'COMMAND LIST') as string[]

    expect(names).toContain('get')
    expect(names).toContain('object|encoding')
    expect(names.filter((name) => !name.includes('|')).length).toBe(commandTable.size)
    expect(names.every((name) => name === name.toLowerCase())).toBe(true)
  })

  it.each([
    ['PATTERN set*', ['set', 'setbit', 'setex', 'setnx', 'setrange']],
    ['PATTERN SETN?', ['setnx']],
    ['pattern object|e*', ['object|encoding']],
    [
      'ACLCAT CONNECTION',
      [
        ...['auth', 'client|caching', 'client|getname', 'client|getredir', 'client|help', 'client|id', 'client|info'],
        ...['client|kill', 'client|list', 'client|no-evict', 'client|no-touch', 'client|pause', 'client|reply'],
        ...['client|setinfo', 'client|setname', 'client|tracking', 'client|trackinginfo', 'client|unblock'],
        ...['client|unpause', 'command', 'echo', 'hello', 'ping', 'quit', 'reset', 'select'],
      ],
    ],
    ['ACLCAT nosuch', []],
    ['MODULE any', []],
  ])('LIST FILTERBY %s', (filter, names) => {
    const found = say(open().db, `COMMAND LIST FILTERBY ${filter}`) as string[]

    expect(found.filter((name) => !name.startsWith('command|')).sort()).toEqual(names)
  })
})

describe('COMMAND INFO', () => {
  it('tells arity, flags, keys, categories, tips and key specs', () => {
    const info = say(open().db, 'COMMAND INFO get')

    expect(info).toEqual([
      [
        'get',
        2,
        ['readonly', 'fast'],
        1,
        1,
        1,
        ['@read', '@string', '@fast'],
        [],
        [
          [
            'flags',
            ['RO', 'access'],
            'begin_search',
            ['type', 'index', 'spec', ['index', 1]],
            'find_keys',
            ['type', 'range', 'spec', ['lastkey', 0, 'keystep', 1, 'limit', 0]],
          ],
        ],
        [],
      ],
    ])
  })

  it('finds subcommands by their full name, in any letter case', () => {
    const [info] = say(open().db, 'COMMAND INFO OBJECT|Encoding') as [unknown[]]

    expect(info.slice(0, 6)).toEqual(['object|encoding', 3, ['readonly'], 2, 2, 1])
  })

  it('is null in the place of a name that there is not', () => {
    expect(say(open().db, 'COMMAND INFO nosuch get|x object|bad object|encoding|x')).toEqual([null, null, null, null])
  })

  it('without names tells of all commands, as COMMAND does', () => {
    const { db } = open()

    const all = say(db, 'COMMAND') as unknown[]

    expect(all.length).toBe(commandTable.size)
    expect(say(db, 'COMMAND INFO')).toEqual(all)
  })
})

describe('COMMAND DOCS', () => {
  it('tells what a command does and takes', () => {
    const docs = say(open().db, 'COMMAND DOCS setnx nosuch')

    expect(docs).toEqual([
      'setnx',
      [
        'summary',
        'Sets a key to a string if it does not exist.',
        'since',
        '1.0.0',
        'group',
        'string',
        'complexity',
        'O(1)',
        'doc_flags',
        ['deprecated'],
        'deprecated_since',
        '2.6.12',
        'replaced_by',
        '`SET` with the `NX` argument',
        'arguments',
        [
          ['name', 'key', 'type', 'key', 'display_text', 'key', 'key_spec_index', 0],
          ['name', 'value', 'type', 'string', 'display_text', 'value'],
        ],
      ],
    ])
  })

  it('without names tells of all', () => {
    const docs = say(open().db, 'COMMAND DOCS') as unknown[]

    expect(docs.length).toBe(2 * commandTable.size)
  })

  it('of unknown names is empty', () => {
    expect(say(open().db, 'COMMAND DOCS nosuch')).toEqual([])
  })
})

describe('COMMAND GETKEYS and GETKEYSANDFLAGS', () => {
  it.each([
    ['GET k', ['k']],
    ['get k', ['k']],
    ['MSET a 1 b 2', ['a', 'b']],
    ['MSET a 1 b', ['a', 'b']],
    ['DEL a b a', ['a', 'b', 'a']],
    ['RENAME a b', ['a', 'b']],
    ['LCS a b LEN', ['a', 'b']],
    ['OBJECT ENCODING k', ['k']],
    ['SET k v EX 10', ['k']],
  ])('the keys of %s', (line, keys) => {
    expect(say(open().db, `COMMAND GETKEYS ${line}`)).toEqual(keys)
  })

  it.each([
    ['SET k v', [['k', ['OW', 'update']]]],
    ['SET k v GET', [['k', ['RW', 'access', 'update']]]],
    [
      'MGET a b',
      [
        ['a', ['RO', 'access']],
        ['b', ['RO', 'access']],
      ],
    ],
    [
      'RENAME a b',
      [
        ['a', ['RW', 'access', 'delete']],
        ['b', ['OW', 'update']],
      ],
    ],
    ['DEL a', [['a', ['RM', 'delete']]]],
    [
      'COPY a b',
      [
        ['a', ['RO', 'access']],
        ['b', ['OW', 'update']],
      ],
    ],
    ['OBJECT ENCODING k', [['k', ['RO']]]],
  ])('the keys of %s and what is done to them', (line, keys) => {
    expect(say(open().db, `COMMAND GETKEYSANDFLAGS ${line}`)).toEqual(keys)
  })

  it('keys come back byte for byte', () => {
    expect(open().db.callBuffer('COMMAND', 'GETKEYS', 'GET', bytes(0xff))).toEqual([bytes(0xff)])
  })

  it.each([
    ['GETKEYS SET k v bad', ['k']],
    ['GETKEYSANDFLAGS SET k v EX', [['k', ['OW', 'update']]]],
    ['GETKEYSANDFLAGS SET k v bad GET', [['k', ['RW', 'access', 'update']]]],
  ])('%s does not check the options', (line, keys) => {
    expect(say(open().db, `COMMAND ${line}`)).toEqual(keys)
  })

  it('GETKEYS of an unknown subcommand is no command', () => {
    const opened = open()

    expectRefused(opened, () => say(opened.db, 'COMMAND GETKEYS OBJECT bad k'), UNKNOWN)
  })
})

it.each([
  ['COMMAND foo', "ERR unknown subcommand 'foo'. Try COMMAND HELP."],
  ['COMMAND COUNT x', "ERR wrong number of arguments for 'command|count' command"],
  ['COMMAND HELP x', "ERR wrong number of arguments for 'command|help' command"],
  ['COMMAND GETKEYS', "ERR wrong number of arguments for 'command|getkeys' command"],
  ['COMMAND GETKEYS GET', WRONG_COUNT],
  ['COMMAND GETKEYS GET k x', WRONG_COUNT],
  ['COMMAND GETKEYS foo k', UNKNOWN],
  ['COMMAND GETKEYS PING', NO_KEYS],
  ['COMMAND GETKEYS OBJECT', NO_KEYS],
  ['COMMAND GETKEYS COMMAND', NO_KEYS],
  ['COMMAND GETKEYSANDFLAGS foo', UNKNOWN],
  ['COMMAND LIST bad', SYNTAX],
  ['COMMAND LIST FILTERBY', SYNTAX],
  ['COMMAND LIST FILTERBY ACLCAT', SYNTAX],
  ['COMMAND LIST FILTERBY bad x', SYNTAX],
  ['COMMAND LIST FILTERBY PATTERN a x', SYNTAX],
])('%s is refused: %s', (line, message) => {
  const opened = open()

  expectRefused(opened, () => say(opened.db, line), message)
})

it('COMMAND HELP is some lines of text', () => {
  const lines = say(open().db, 'COMMAND HELP') as string[]

  expect(lines.length).toBeGreaterThan(4)
  expect(lines.every((line) => typeof line === 'string')).toBe(true)
})
