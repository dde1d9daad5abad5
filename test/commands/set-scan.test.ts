import { describe, expect, it } from 'vitest'
import {
  expectRefused,
  NOT_AN_INTEGER,
  type Opened,
  open,
  openWithExpired,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const INVALID_CURSOR = 'ERR invalid cursor'
const NOVALUES = 'ERR NOVALUES option can only be used in HSCAN'

const names = (many: number): string[] => Array.from({ length: many }, (_, i) => `m${i}`)

/** A set of so many members at k, and the string s. */
function openWithSet(many: number): Opened {
  const opened = open()
  opened.db.call('SADD', 'k', ...names(many))
  say(opened.db, 'SET s v')
  return opened
}

/** All that a full iteration shows, and in how many calls. */
function scanAll({ db }: Opened, options: string): { members: string[]; calls: number } {
  const members: string[] = []
  let cursor = '0'
  let calls = 0
  do {
    const [next, found] = say(db, `SSCAN k ${cursor}${options}`) as [string, string[]]
    members.push(...found)
    cursor = next
    calls++
  } while (cursor !== '0')
  return { members, calls }
}

describe('SSCAN', () => {
  it('goes through a hashtable step by step and ends at cursor 0', () => {
    const { members, calls } = scanAll(openWithSet(195), '')

    expect(members.sort()).toEqual(names(195).sort())
    expect(calls).toBe(20)
  })

  it('COUNT says how many members of a hashtable a call looks at', () => {
    expect(scanAll(openWithSet(195), ' COUNT 50').calls).toBe(4)
    expect(scanAll(openWithSet(195), ' COUNT 9223372036854775807').calls).toBe(1)
  })

  it('shows a set that is no hashtable at once, whatever count and cursor', () => {
    const opened = openWithSet(100)

    expect(scanAll(opened, ' COUNT 1')).toEqual({ members: names(100), calls: 1 })
    expect(say(opened.db, 'SSCAN k 77')).toEqual(['0', names(100)])
  })

  it('MATCH shows the members that match, the last pattern counts', () => {
    const opened = openWithSet(30)

    expect(say(opened.db, 'SSCAN k 0 MATCH nosuch match m?5 COUNT 100')).toEqual(['0', ['m15', 'm25']])
    expect(say(opened.db, 'SSCAN k 0 MATCH *')).toEqual(['0', names(30)])
    expect(say(opened.db, 'SSCAN k 0 MATCH m')).toEqual(['0', []])
  })

  it('shows every member that stays, while others come and go', () => {
    const opened = openWithSet(400)
    const seen = new Set<string>()
    let cursor = '0'
    let turn = 0
    do {
      const [next, found] = say(opened.db, `SSCAN k ${cursor} COUNT 7`) as [string, string[]]
      for (const member of found) seen.add(member)
      cursor = next
      say(opened.db, `SREM k m${(turn * 13) % 200} m${(turn * 7) % 200}`)
      say(opened.db, `SADD k new${turn++}`)
    } while (cursor !== '0')

    expect(
      names(400)
        .slice(200)
        .filter((name) => !seen.has(name)),
    ).toEqual([])
  })

  it('finds nothing in a missing set, whatever the options', () => {
    const { db } = open()

    for (const options of ['', ' COUNT x', ' nosuch', ' NOVALUES', ' MATCH']) {
      expect(say(db, `SSCAN none 0${options}`)).toEqual(['0', []])
    }
  })

  it.each([
    ['SSCAN none x', INVALID_CURSOR],
    ['SSCAN k x', INVALID_CURSOR],
    ['SSCAN s x', INVALID_CURSOR],
    ['SSCAN k -1', INVALID_CURSOR],
    ['SSCAN k 18446744073709551616', INVALID_CURSOR],
    ['SSCAN s 0', WRONGTYPE],
    ['SSCAN s 0 COUNT x', WRONGTYPE],
    ['SSCAN k 0 COUNT x', NOT_AN_INTEGER],
    ['SSCAN k 0 COUNT 0', SYNTAX],
    ['SSCAN k 0 COUNT -1', SYNTAX],
    ['SSCAN k 0 COUNT', SYNTAX],
    ['SSCAN k 0 MATCH', SYNTAX],
    ['SSCAN k 0 TYPE set', SYNTAX],
    ['SSCAN k 0 NOVALUES', NOVALUES],
    ['SSCAN k 0 MATCH * NOVALUES', NOVALUES],
    ['SSCAN k 0 COUNT 0 NOVALUES', SYNTAX],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithSet(3)

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('removes what has expired', () => {
    const { db, seen } = openWithExpired()

    expect(say(db, 'SSCAN k 0')).toEqual(['0', []])
    expect(seen).toEqual(['expired k'])
  })
})
