import { describe, expect, it } from 'vitest'
import {
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  openWithExpired,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_A_FLOAT = 'ERR min or max is not a float'
const NOT_AN_ITEM = 'ERR min or max not valid string range item'

/** Scores 1 to 4 in z, a to d; the same members with one score in words; the string s. */
function openWithScores(): Opened {
  const opened = open()
  say(opened.db, 'ZADD z 1 a 2 b 3 c 4 d')
  say(opened.db, 'ZADD words 0 a 0 b 0 c 0 d')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('ZCOUNT and ZLEXCOUNT', () => {
  it.each([
    ['ZCOUNT z -inf +inf', 4],
    ['ZCOUNT z 2 3', 2],
    ['ZCOUNT z (2 3', 1],
    ['ZCOUNT z (2 (3', 0],
    ['ZCOUNT z 3 2', 0],
    ['ZCOUNT none 1 2', 0],
    ['ZLEXCOUNT words - +', 4],
    ['ZLEXCOUNT words [b [c', 2],
    ['ZLEXCOUNT words (b +', 2],
    ['ZLEXCOUNT words + -', 0],
    ['ZLEXCOUNT words [c [b', 0],
    ['ZLEXCOUNT none - +', 0],
  ])('%s is %i', (words, count) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toBe(count)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })
})

describe('ZREMRANGEBYRANK, ZREMRANGEBYSCORE and ZREMRANGEBYLEX', () => {
  it.each([
    ['ZREMRANGEBYRANK z 0 1', 2, 'cd', 'ZREMRANGEBYRANK z 0 1'],
    ['ZREMRANGEBYRANK z -1 -1', 1, 'abc', 'ZREMRANGEBYRANK z 3 3'],
    ['ZREMRANGEBYRANK z 2 100', 2, 'ab', 'ZREMRANGEBYRANK z 2 3'],
    ['ZREMRANGEBYSCORE z (1 3', 2, 'ad', 'ZREMRANGEBYRANK z 1 2'],
    ['ZREMRANGEBYSCORE z -inf (2', 1, 'bcd', 'ZREMRANGEBYRANK z 0 0'],
    ['ZREMRANGEBYLEX words [b (d', 2, 'ad', 'ZREMRANGEBYRANK words 1 2'],
  ])('remove a range and log its ranks: %s', (words, removed, left, log) => {
    const opened = openWithScores()
    const [command, key] = words.split(' ')

    expect(say(opened.db, words)).toBe(removed)
    expect(say(opened.db, `ZRANGE ${key} 0 -1`)).toEqual(left.split(''))
    expect(opened.seen).toEqual([`${command!.toLowerCase()} ${key}`])
    expect(logged(opened)).toEqual([log])
    expect(say(opened.db, `ZSCORE ${key} b`)).toBe(left.includes('b') ? '2' : null)
  })

  it.each(['ZREMRANGEBYRANK z 0 -1', 'ZREMRANGEBYSCORE z 1 4', 'ZREMRANGEBYLEX z - +'])(
    'of all members remove the key: %s',
    (words) => {
      const opened = openWithScores()

      expect(say(opened.db, words)).toBe(4)
      expect(say(opened.db, 'EXISTS z')).toBe(0)
      expect(opened.seen).toEqual([`${words.split(' ')[0]!.toLowerCase()} z`, 'del z'])
    },
  )

  it.each([
    'ZREMRANGEBYRANK z 4 5',
    'ZREMRANGEBYRANK z 2 1',
    'ZREMRANGEBYRANK none 0 -1',
    'ZREMRANGEBYSCORE z (4 inf',
    'ZREMRANGEBYSCORE none 0 1',
    'ZREMRANGEBYLEX words (d +',
    'ZREMRANGEBYLEX none - +',
  ])('of nothing change nothing: %s', (words) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toBe(0)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('see a sorted set that has expired as missing', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZREMRANGEBYRANK k 0 -1')).toBe(0)
    expect(opened.seen).toEqual(['expired k'])
  })
})

describe('counting and removing a range is refused', () => {
  it.each([
    ['ZCOUNT s 0 1', WRONGTYPE],
    ['ZCOUNT s x 1', NOT_A_FLOAT],
    ['ZCOUNT none x 1', NOT_A_FLOAT],
    ['ZLEXCOUNT s - +', WRONGTYPE],
    ['ZLEXCOUNT s a b', NOT_AN_ITEM],
    ['ZREMRANGEBYRANK s 0 1', WRONGTYPE],
    ['ZREMRANGEBYRANK s x 1', NOT_AN_INTEGER],
    ['ZREMRANGEBYRANK z 0 1.0', NOT_AN_INTEGER],
    ['ZREMRANGEBYSCORE s 0 1', WRONGTYPE],
    ['ZREMRANGEBYSCORE s 0 x', NOT_A_FLOAT],
    ['ZREMRANGEBYLEX s - +', WRONGTYPE],
    ['ZREMRANGEBYLEX s - x', NOT_AN_ITEM],
    ['ZREMRANGEBYLEX z - x', NOT_AN_ITEM],
    ['ZCOUNT z 1', "ERR wrong number of arguments for 'zcount' command"],
  ])('%s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})
