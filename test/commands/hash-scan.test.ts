import { describe, expect, it } from 'vitest'
import { expectRefused, type Opened, open, SYNTAX, say, WRONGTYPE } from '../support.js'

function openWithFields(count: number): Opened {
  const opened = open()
  opened.db.hset(
    'h',
    Array.from({ length: count }, (_, i) => [`f${i}`, `v${i}`] as const),
  )
  opened.db.set('s', 'v')
  return opened
}

/** All fields that HSCAN shows, from cursor 0 on to the end. */
function iterate({ db }: Opened, ...options: readonly string[]): string[] {
  const found: string[] = []
  let cursor = '0'
  do {
    const reply = db.call('HSCAN', 'h', cursor, ...options) as [string, string[]]
    cursor = reply[0]
    found.push(...reply[1])
  } while (cursor !== '0')
  return found
}

describe('HSCAN', () => {
  it('shows a small hash as a whole, whatever cursor and count are', () => {
    const { db } = openWithFields(3)
    const all = ['0', ['f0', 'v0', 'f1', 'v1', 'f2', 'v2']]

    expect(say(db, 'HSCAN h 0')).toEqual(all)
    expect(say(db, 'HSCAN h 5 COUNT 1')).toEqual(all)
    expect(say(db, 'HSCAN h 18446744073709551615')).toEqual(all)
  })

  it('goes through a large hash in steps of about COUNT', () => {
    const opened = openWithFields(600)

    const [cursor, first] = opened.db.call('HSCAN', 'h', '0', 'COUNT', '50') as [string, string[]]

    expect(cursor).not.toBe('0')
    expect(first).toHaveLength(100)
    const found = iterate(opened, 'COUNT', '50')
    expect(new Set(found.filter((_, i) => i % 2 === 0)).size).toBe(600)
    expect(found).toHaveLength(1_200)
    expect(iterate(opened)).toHaveLength(1_200)
  })

  it('shows fields alone with NOVALUES, and only those that match', () => {
    const opened = openWithFields(600)

    expect(iterate(opened, 'NOVALUES', 'MATCH', 'f1?').sort()).toEqual(Array.from({ length: 10 }, (_, i) => `f1${i}`))
    expect(iterate(opened, 'match', 'f599')).toEqual(['f599', 'v599'])
    expect(iterate(opened, 'MATCH', 'nosuch')).toEqual([])
    expect(iterate(opened, 'MATCH', 'NOVALUES')).toEqual([])
  })

  it.each([
    ['HSCAN nosuch 0', ['0', []]],
    // Redis reads no options where there is no key.
    ['HSCAN nosuch 0 COUNT 0', ['0', []]],
    ['HSCAN nosuch 0 FOO', ['0', []]],
  ])('%s', (words, expected) => {
    expect(say(open().db, words)).toEqual(expected)
  })

  it.each([
    ['HSCAN h x', 'ERR invalid cursor'],
    ['HSCAN s x', 'ERR invalid cursor'],
    ['HSCAN h -1', 'ERR invalid cursor'],
    ['HSCAN s 0 FOO', WRONGTYPE],
    ['HSCAN h 0 FOO', SYNTAX],
    ['HSCAN h 0 MATCH', SYNTAX],
    ['HSCAN h 0 COUNT 0', SYNTAX],
    ['HSCAN h 0 COUNT x', 'ERR value is not an integer or out of range'],
    ['HSCAN h 0 TYPE hash', SYNTAX],
    ['HSCAN h 0 NOVALUES x', SYNTAX],
  ])('refuses %s', (words, message) => {
    const opened = openWithFields(3)

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('is the only one of its kind that takes NOVALUES', () => {
    const { db } = openWithFields(1)
    say(db, 'SADD set x')

    expect(() => say(db, 'SSCAN set 0 NOVALUES')).toThrow('ERR NOVALUES option can only be used in HSCAN')
    expect(() => say(db, 'SCAN 0 NOVALUES')).toThrow('ERR NOVALUES option can only be used in HSCAN')
  })
})
