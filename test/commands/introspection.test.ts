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

/** What COMMAND INFO of Redis 8.0.2 tells: name, arity, flags, first and last key, step, ACL categories. */
const OF_REDIS = [
  'get 2 readonly,fast 1 1 1 @read,@string,@fast',
  'set -3 write,denyoom 1 1 1 @write,@string,@slow',
  'setnx 3 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'setex 4 write,denyoom 1 1 1 @write,@string,@slow',
  'psetex 4 write,denyoom 1 1 1 @write,@string,@slow',
  'getset 3 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'getdel 2 write,fast 1 1 1 @write,@string,@fast',
  'getex -2 write,fast 1 1 1 @write,@string,@fast',
  'mget -2 readonly,fast 1 -1 1 @read,@string,@fast',
  'mset -3 write,denyoom 1 -1 2 @write,@string,@slow',
  'msetnx -3 write,denyoom 1 -1 2 @write,@string,@slow',
  'incr 2 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'decr 2 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'incrby 3 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'decrby 3 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'incrbyfloat 3 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'append 3 write,denyoom,fast 1 1 1 @write,@string,@fast',
  'strlen 2 readonly,fast 1 1 1 @read,@string,@fast',
  'getrange 4 readonly 1 1 1 @read,@string,@slow',
  'substr 4 readonly 1 1 1 @read,@string,@slow',
  'setrange 4 write,denyoom 1 1 1 @write,@string,@slow',
  'lcs -3 readonly 1 2 1 @read,@string,@slow',
  'del -2 write 1 -1 1 @keyspace,@write,@slow',
  'unlink -2 write,fast 1 -1 1 @keyspace,@write,@fast',
  'exists -2 readonly,fast 1 -1 1 @keyspace,@read,@fast',
  'touch -2 readonly,fast 1 -1 1 @keyspace,@read,@fast',
  'type 2 readonly,fast 1 1 1 @keyspace,@read,@fast',
  'randomkey 1 readonly 0 0 0 @keyspace,@read,@slow',
  'rename 3 write 1 2 1 @keyspace,@write,@slow',
  'renamenx 3 write,fast 1 2 1 @keyspace,@write,@fast',
  'move 3 write,fast 1 1 1 @keyspace,@write,@fast',
  'copy -3 write,denyoom 1 2 1 @keyspace,@write,@slow',
  'expire -3 write,fast 1 1 1 @keyspace,@write,@fast',
  'pexpire -3 write,fast 1 1 1 @keyspace,@write,@fast',
  'expireat -3 write,fast 1 1 1 @keyspace,@write,@fast',
  'pexpireat -3 write,fast 1 1 1 @keyspace,@write,@fast',
  'persist 2 write,fast 1 1 1 @keyspace,@write,@fast',
  'ttl 2 readonly,fast 1 1 1 @keyspace,@read,@fast',
  'pttl 2 readonly,fast 1 1 1 @keyspace,@read,@fast',
  'expiretime 2 readonly,fast 1 1 1 @keyspace,@read,@fast',
  'pexpiretime 2 readonly,fast 1 1 1 @keyspace,@read,@fast',
  'keys 2 readonly 0 0 0 @keyspace,@read,@slow,@dangerous',
  'scan -2 readonly 0 0 0 @keyspace,@read,@slow',
  'dump 2 readonly 1 1 1 @keyspace,@read,@slow',
  'restore -4 write,denyoom 1 1 1 @keyspace,@write,@slow,@dangerous',
  'object -2 - 0 0 0 @slow',
  'echo 2 loading,stale,fast 0 0 0 @fast,@connection',
  'ping -1 fast 0 0 0 @fast,@connection',
  'select 2 loading,stale,fast 0 0 0 @fast,@connection',
  'dbsize 1 readonly,fast 0 0 0 @keyspace,@read,@fast',
  'flushall -1 write 0 0 0 @keyspace,@write,@slow,@dangerous',
  'flushdb -1 write 0 0 0 @keyspace,@write,@slow,@dangerous',
  'swapdb 3 write,fast 0 0 0 @keyspace,@write,@fast,@dangerous',
  'time 1 loading,stale,fast 0 0 0 @fast',
  'command -1 loading,stale 0 0 0 @slow,@connection',
  'object|encoding 3 readonly 2 2 1 @keyspace,@read,@slow',
  'object|freq 3 readonly 2 2 1 @keyspace,@read,@slow',
  'object|help 2 loading,stale 0 0 0 @keyspace,@slow',
  'object|idletime 3 readonly 2 2 1 @keyspace,@read,@slow',
  'object|refcount 3 readonly 2 2 1 @keyspace,@read,@slow',
  'command|count 2 loading,stale 0 0 0 @slow,@connection',
  'command|docs -2 loading,stale 0 0 0 @slow,@connection',
  'command|getkeys -3 loading,stale 0 0 0 @slow,@connection',
  'command|getkeysandflags -3 loading,stale 0 0 0 @slow,@connection',
  'command|help 2 loading,stale 0 0 0 @slow,@connection',
  'command|info -2 loading,stale 0 0 0 @slow,@connection',
  'command|list -2 loading,stale 0 0 0 @slow,@connection',
]

describe('commandInfo', () => {
  it.each(OF_REDIS)('tells the same as Redis: %s', (line) => {
    const [info] = commandInfo(commandTable, [line.split(' ')[0]!])

    const { name, arity, flags, firstKey, lastKey, keyStep, categories } = info!
    const acl = categories.map((category) => `@${category}`).join(',')
    expect(`${name} ${arity} ${flags.join(',') || '-'} ${firstKey} ${lastKey} ${keyStep} ${acl}`).toBe(line)
  })

  it('knows no command that Redis does not know by these facts', () => {
    const known = OF_REDIS.map((line) => line.split(' ')[0]!)

    expect(commandList(commandTable).sort()).toEqual([...known].sort())
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
