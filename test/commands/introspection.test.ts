import { describe, expect, it } from 'vitest'
import {
  commandCount,
  commandDocs,
  commandGetKeys,
  commandInfo,
  commandList,
} from '../../src/commands/introspection.js'
import { commandTable } from '../../src/commands/table.js'
import { bytes } from '../support.js'
import { OF_REDIS } from './command-facts.js'

describe('commandInfo', () => {
  it.each(OF_REDIS)('tells the same as Redis: %s', (line) => {
    const [info] = commandInfo(commandTable, [line.split(' ')[0]!])

    const { name, arity, flags, firstKey, lastKey, keyStep, categories } = info!
    const acl = categories.map((category) => `@${category}`).join(',')
    expect(`${name} ${arity} ${flags.join(',') || '-'} ${firstKey} ${lastKey} ${keyStep} ${acl}`).toBe(line)
  })

  it('knows no command that Redis does not know by these facts', () => {
    const known = OF_REDIS.map((line) => line.split(' ')[0]!)

    // Of vector sets, which are a module there, Redis tells other facts.
    const told = commandList(commandTable).filter(
      (name) => commandDocs(commandTable, [name])[name]!.group !== 'vector-set',
    )
    expect(told.sort()).toEqual([...known].sort())
  })

  it('tells of all commands when none is named, subcommands inside', () => {
    const all = commandInfo(commandTable, [])

    expect(all.length).toBe(commandCount(commandTable))
    expect(all.find((info) => info!.name === 'object')!.subcommands.map(({ name }) => name)).toContain('object|freq')
  })

  it.each([
    '',
    'nosuch',
    '|',
    'object|',
    'get|x',
    'object|nosuch',
    'object|freq|x',
    'constructor',
    'object|constructor',
  ])('is null for %j', (name) => {
    expect(commandInfo(commandTable, [name])).toEqual([null])
  })
})

describe('commandDocs', () => {
  it('holds the arguments as a tree', () => {
    const { set } = commandDocs(commandTable, ['SET'])

    expect(set!.arguments.map(({ name }) => name)).toEqual(['key', 'value', 'condition', 'get', 'expiration'])
    expect(set!.group).toBe('string')
  })

  it('names a command by what it was asked for, subcommands inside', () => {
    const docs = commandDocs(commandTable, ['object', 'OBJECT|FREQ', 'nosuch'])

    expect(Object.keys(docs)).toEqual(['object', 'object|freq'])
    expect(Object.keys(docs['object']!.subcommands)).toContain('object|freq')
  })

  it('tells what to use in place of a deprecated command', () => {
    const { setex, set } = commandDocs(commandTable, ['setex', 'set'])

    expect(setex!.deprecated).toEqual({ since: '2.6.12', use: '`SET` with the `EX` argument' })
    expect(set!.deprecated).toBeUndefined()
  })
})

describe('commandList', () => {
  it('filters by a glob in any letter case', () => {
    expect(commandList(commandTable, { pattern: 'P*EXPIRE*' }).sort()).toEqual(['pexpire', 'pexpireat', 'pexpiretime'])
  })

  it('filters by an ACL category in any letter case', () => {
    expect(commandList(commandTable, { aclcat: 'String' })).toContain('append')
    expect(commandList(commandTable, { aclcat: 'String' })).not.toContain('del')
  })

  it('knows no modules', () => {
    expect(commandList(commandTable, { module: 'json' })).toEqual([])
  })
})

describe('commandGetKeys', () => {
  it('takes every second word of MSET', () => {
    const keys = commandGetKeys(commandTable, ['mset', 'a', '1', 'b', '2', 'c', '3'])

    expect(keys.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  })

  it('reads keys from bytes', () => {
    expect(commandGetKeys(commandTable, ['GET', bytes(0xff)])).toEqual([{ key: '\udcff', flags: ['RO', 'access'] }])
  })

  it('knows of SET whether it reads the old value', () => {
    const flags = (...words: string[]) => commandGetKeys(commandTable, ['SET', 'k', 'v', ...words])[0]!.flags

    expect(flags('NX')).toEqual(['OW', 'update'])
    expect(flags('nx', 'get')).toEqual(['RW', 'access', 'update'])
  })
})
