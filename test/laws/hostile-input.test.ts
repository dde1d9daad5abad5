import { type Data, type Redstart, RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import { open } from '../support.js'

/*
 * The law: no call, however it is made up, keeps the process for ever or takes all memory. Most of these are inputs by which
 * servers were brought down once; what is slow or huge here runs into the time limit of the test.
 */

const OUT_OF_RANGE = 'ERR value is out of range'
const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)'

function filled(): Redstart {
  const { db } = open()
  db.sadd('s', 'a', 'b')
  db.hset('h', { f: 'v' })
  db.zadd('z', 1, 'a')
  db.rpush('l', 'a', 'b')
  db.mset({ x: 'a'.repeat(60_000), y: 'b'.repeat(60_000), ['a'.repeat(50_000)]: '' })
  return db
}

type Case = readonly [text: string, words: readonly [string, ...Data[]], reply: unknown]

const LONG_NAME = 'a'.repeat(50_000)

const CASES: readonly Case[] = [
  ['CVE-2022-36021: a glob of many stars', ['KEYS', `${'a*'.repeat(20)}b`], []],
  ['CVE-2024-31228: a glob of very many stars', ['KEYS', '*?'.repeat(50_000)], [LONG_NAME]],
  ['a glob that nearly matches everywhere', ['KEYS', `*${'a'.repeat(20_000)}b`], []],
  [
    'CVE-2023-22458: the lowest count of fields',
    ['HRANDFIELD', 'h', '-9223372036854770000', 'WITHVALUES'],
    OUT_OF_RANGE,
  ],
  ['CVE-2023-25155: a count of members past any array', ['SRANDMEMBER', 's', '-1000000000000'], OUT_OF_RANGE],
  ['the same of a sorted set', ['ZRANDMEMBER', 'z', '-5000000000'], OUT_OF_RANGE],
  ['CVE-2022-35977: an offset past any string', ['SETRANGE', 'k', '9223372036854775807', 'A'], TOO_LONG],
  ['CVE-2022-35977: a count past any list', ['SORT_RO', 'l', 'BY', 'a', 'LIMIT', '2', '9223372036854775807'], []],
  [
    'CVE-2021-29477: the longest common subsequence of two long strings',
    ['LCS', 'x', 'y', 'LEN'],
    'ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len',
  ],
  ['CVE-2023-28425: one key twice', ['MSETNX', 'new', 'a', 'new', 'b'], 1],
  [
    'CVE-2024-31227: a rule about keys that is none',
    ['ACL', 'SETUSER', 'u', '%~key'],
    "ERR Error in ACL SETUSER modifier '%~key': Syntax error",
  ],
  [
    'more keys than words',
    ['SINTERCARD', '9223372036854775807', 's'],
    "ERR Number of keys can't be greater than number of args",
  ],
  ['more elements than there are', ['LPOP', 'l', '9223372036854775807'], ['a', 'b']],
  ['a scan of everything at once', ['SSCAN', 's', '0', 'COUNT', '9223372036854775807'], ['0', ['a', 'b']]],
]

function replyOrError(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof RedstartError) return error.message
    throw error
  }
}

describe('hostile input', () => {
  it.each(CASES)('is answered: %s', (_text, words, reply) => {
    const [name, ...args] = words

    expect(replyOrError(() => filled().call(name, ...args))).toEqual(reply)
  })

  it('CVE-2023-28856: HINCRBYFLOAT by infinity leaves no hash behind', () => {
    const db = filled()

    expect(replyOrError(() => db.call('HINCRBYFLOAT', 'none', 'f', '+inf'))).toBe('ERR value is NaN or Infinity')
    expect(db.exists('none')).toBe(0)
  })

  it('names of prototypes are keys, fields and members as all others', () => {
    const { db } = open()
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString']
    for (const name of names) {
      db.set(name, name)
      db.hset('h', name, name)
      db.sadd('s', name)
    }

    expect(names.map((name) => [db.get(name), db.hget('h', name), db.sismember('s', name)])).toEqual(
      names.map((name) => [name, name, 1]),
    )
    expect(Object.keys(db.hgetall('h')).sort()).toEqual([...names].sort())
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('f')
  })
})
