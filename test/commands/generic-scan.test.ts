import { describe, expect, it } from 'vitest'
import { bytes, expectRefused, NOT_AN_INTEGER, open, openWithExpired, plant, SYNTAX, say, Toy } from '../support.js'

const INVALID_CURSOR = 'ERR invalid cursor'

describe('KEYS', () => {
  it('returns all keys that match, of any type', () => {
    const opened = open()
    say(opened.db, 'MSET one 1 two 2 three 3')
    plant(opened, 'toy', new Toy())

    expect((say(opened.db, 'KEYS t*') as string[]).sort()).toEqual(['three', 'toy', 'two'])
    expect(say(opened.db, 'KEYS none*')).toEqual([])
  })

  it('does not show a key whose time is up, and leaves it to others to remove', () => {
    const { db, seen } = openWithExpired()

    expect([say(db, 'KEYS *'), say(db, 'KEYS k')]).toEqual([[], []])
    expect(seen).toEqual([])
    expect(say(db, 'DBSIZE')).toBe(1)
  })

  it('looks at the selected database only', () => {
    const { db } = open()
    say(db, 'SET here 1')
    say(db, 'SELECT 1')
    say(db, 'SET there 1')

    expect(say(db, 'KEYS *')).toEqual(['there'])
  })

  it.each([
    ['*', 'a', true],
    ['', 'a', false],
    ['?', 'a', true],
    ['?', 'é', false],
    ['??', 'é', true],
    ['????', '😀', true],
    ['é', 'é', true],
    ['[é]', 'é', false],
    ['[^a]*', '😀', true],
    ['[ab]', 'b', true],
    ['[a-c]', 'b', true],
    ['[c-a]', 'b', true],
    ['[a-', 'a', true],
    ['[^ab]', 'b', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\', 'a\\', true],
    ['A', 'a', false],
    ['*a*b*', 'xaxxbx', true],
  ])('pattern %j and key %j: %s', (pattern, key, matches) => {
    const { db } = open()
    db.call('SET', key, 'v')

    expect(db.call('KEYS', pattern)).toEqual(matches ? [key] : [])
    expect(db.call('SCAN', 0, 'MATCH', pattern)).toEqual(['0', matches ? [key] : []])
  })

  it('matches byte by byte where keys are no UTF-8', () => {
    const { db } = open()
    db.call('SET', bytes(0xff, 0x61), 'v')

    expect(db.callBuffer('KEYS', '?a')).toEqual([bytes(0xff, 0x61)])
    expect(db.callBuffer('KEYS', bytes(0xff, 0x2a))).toEqual([bytes(0xff, 0x61)])
    expect(db.callBuffer('KEYS', bytes(0x5b, 0xfe, 0x2d, 0xff, 0x5d, 0x61))).toEqual([bytes(0xff, 0x61)])
    expect(db.callBuffer('KEYS', bytes(0xfe, 0x2a))).toEqual([])
  })

  it.each([
    ['many stars', `${'a*'.repeat(50)}b`, 'a'.repeat(5000)],
    ['many stars and classes', '*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[0-9]', 'a'.repeat(5000)],
    ['a star before each question mark', `${'*?'.repeat(200)}b`, 'a'.repeat(5000)],
    ['a thousand stars', `${'*'.repeat(1000)}b`, 'a'.repeat(5000)],
  ])('answers a hostile pattern at once: %s', (_name, pattern, key) => {
    const { db } = open()
    db.call('SET', key, 'v')
    const started = performance.now()

    const found = db.call('KEYS', pattern)

    expect(found).toEqual([])
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('SCAN', () => {
  it('goes through all keys step by step and ends at cursor 0', () => {
    const { db } = open()
    const all = Array.from({ length: 95 }, (_, i) => `k${i}`)
    for (const key of all) say(db, `SET ${key} v`)

    const { keys, calls } = scanAll(db, '')

    expect(keys.sort()).toEqual(all.sort())
    expect(calls).toBe(10)
  })

  it('COUNT says how many keys a call looks at', () => {
    const { db } = open()
    for (let i = 0; i < 95; i++) say(db, `SET k${i} v`)

    expect(scanAll(db, 'COUNT 50').calls).toBe(2)
    expect(scanAll(db, 'COUNT 9223372036854775807').calls).toBe(1)
  })

  it('takes options in any order and letter case, the last of each', () => {
    const opened = open()
    say(opened.db, 'MSET a 1 l 2')
    plant(opened, 'toy', new Toy())

    expect(say(opened.db, 'SCAN 0 match a COUNT 1 Match l count 2000 type STRING')).toEqual(['0', ['l']])
  })

  it('TYPE shows keys of one type, none for a type that there is not', () => {
    const opened = open()
    say(opened.db, 'SET a 1')
    plant(opened, 'toy', new Toy())

    expect(say(opened.db, 'SCAN 0 TYPE set')).toEqual(['0', ['toy']])
    expect(say(opened.db, 'SCAN 0 TYPE String')).toEqual(['0', ['a']])
    expect(say(opened.db, 'SCAN 0 TYPE nosuch')).toEqual(['0', []])
  })

  it('removes keys on its way whose time is up', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SCAN 0')).toEqual(['0', []])
    expect(seen).toEqual(['expired k'])
  })

  it('leaves a key whose time is up when the pattern passes it over', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SCAN 0 MATCH other')).toEqual(['0', []])
    expect(seen).toEqual([])
  })

  it('returns every key that stays, while others are removed and added', () => {
    const { db } = open()
    for (let i = 0; i < 1000; i++) say(db, `SET k${i} v`)
    const found = new Set<string>()
    let cursor = '0'
    let turn = 0

    do {
      const [next, keys] = say(db, `SCAN ${cursor} COUNT 7`) as [string, string[]]
      for (const key of keys) found.add(key)
      for (let i = 0; i < 5; i++) say(db, `DEL k${((turn * 37 + i * 101) % 1000) | 1}`)
      say(db, `SET new${turn} v`)
      cursor = next
      turn++
    } while (cursor !== '0')

    const stayed = Array.from({ length: 500 }, (_, i) => `k${2 * i}`)
    expect(stayed.filter((key) => !found.has(key))).toEqual([])
  })

  it('returns every key that stays when all found are deleted at once', () => {
    const { db } = open()
    for (let i = 0; i < 1000; i++) say(db, `SET k${i} v`)
    let found = 0
    let cursor = '0'

    do {
      const [next, keys] = say(db, `SCAN ${cursor}`) as [string, string[]]
      for (const key of keys) found += say(db, `DEL ${key}`) as number
      cursor = next
    } while (cursor !== '0')

    expect(found).toBe(1000)
    expect(say(db, 'DBSIZE')).toBe(0)
  })

  it('takes a cursor that it never gave, and comes to an end', () => {
    const { db } = open()
    for (let i = 0; i < 25; i++) say(db, `SET k${i} v`)

    for (const cursor of ['7', '1000000', '9007199254740993', '18446744073709551615', '+5', ' 5', '-0']) {
      const [next] = db.call('SCAN', cursor, 'COUNT', 1000) as [string, string[]]
      expect(next).toBe('0')
    }
  })

  it('callBuffer returns cursor and keys as bytes', () => {
    const { db } = open()
    db.call('SET', bytes(0xff), 'v')

    expect(db.callBuffer('SCAN', 0)).toEqual([bytes('0'), [bytes(0xff)]])
  })

  it.each([
    ['SCAN', "ERR wrong number of arguments for 'scan' command"],
    ['KEYS', "ERR wrong number of arguments for 'keys' command"],
    ['SCAN abc', INVALID_CURSOR],
    ['SCAN -1', INVALID_CURSOR],
    ['SCAN 0x10', INVALID_CURSOR],
    ['SCAN 1.0', INVALID_CURSOR],
    ['SCAN 18446744073709551616', INVALID_CURSOR],
    ['SCAN abc COUNT 0', INVALID_CURSOR],
    ['SCAN 0 COUNT 0', SYNTAX],
    ['SCAN 0 COUNT -1', SYNTAX],
    ['SCAN 0 COUNT', SYNTAX],
    ['SCAN 0 MATCH', SYNTAX],
    ['SCAN 0 TYPE', SYNTAX],
    ['SCAN 0 bad', SYNTAX],
    ['SCAN 0 bad x', SYNTAX],
    ['SCAN 0 COUNT abc', NOT_AN_INTEGER],
    ['SCAN 0 COUNT 1.5', NOT_AN_INTEGER],
    ['SCAN 0 NOVALUES', 'ERR NOVALUES option can only be used in HSCAN'],
  ])('%s is refused: %s', (line, message) => {
    const opened = open()
    say(opened.db, 'SET k v')

    expectRefused(opened, () => say(opened.db, line), message)
  })

  it('refuses an empty cursor', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.call('SCAN', ''), INVALID_CURSOR)
  })
})

function scanAll(db: ReturnType<typeof open>['db'], options: string): { keys: string[]; calls: number } {
  const keys: string[] = []
  let cursor = '0'
  let calls = 0
  do {
    const [next, found] = say(db, `SCAN ${cursor} ${options}`.trimEnd()) as [string, string[]]
    keys.push(...found)
    cursor = next
    calls++
  } while (cursor !== '0')
  return { keys, calls }
}
