import * as fc from 'fast-check'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import {
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  openWithExpired,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_A_FLOAT = 'ERR min or max is not a float'
const NOT_AN_ITEM = 'ERR min or max not valid string range item'
const LIMIT_BY_RANK = 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX'
const SCORES_BY_LEX = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX'

/** Scores 1 to 5 in z, a to e; the same members with one score in words; the string s. */
function openWithScores(): Opened {
  const opened = open()
  say(opened.db, 'ZADD z 1 a 2 b 3 c 4 d 5 e')
  say(opened.db, 'ZADD words 0 a 0 b 0 c 0 d 0 e')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

/** As a skip list, by a member that is too long for a listpack and leaves again. */
function asSkipList({ db }: Opened, key: string): void {
  say(db, `ZADD ${key} 9 ${'x'.repeat(65)}`)
  say(db, `ZREM ${key} ${'x'.repeat(65)}`)
}

const letters = (text: string): string[] => text.split('')

describe('a range by rank', () => {
  it.each([
    ['ZRANGE z 0 -1', 'abcde'],
    ['ZRANGE z 1 2', 'bc'],
    ['ZRANGE z -2 -1', 'de'],
    ['ZRANGE z -100 1', 'ab'],
    ['ZRANGE z 3 100', 'de'],
    ['ZRANGE z 5 6', ''],
    ['ZRANGE z 2 1', ''],
    ['ZRANGE z 0 -6', ''],
    ['ZRANGE z 0 9223372036854775807', 'abcde'],
    ['ZRANGE z -9223372036854775808 -9223372036854775808', ''],
    ['ZRANGE z 0 1 REV', 'ed'],
    ['ZRANGE z -2 -1 rev', 'ba'],
    ['ZRANGE z 0 1 LIMIT 3 -1', 'ab'],
    ['ZREVRANGE z 0 1', 'ed'],
    ['ZREVRANGE z 1 -2', 'dcb'],
    ['ZREVRANGE z 5 9', ''],
    ['ZREVRANGE z 0 0 LIMIT 0 -1', 'e'],
    ['ZRANGE none 0 -1', ''],
    ['ZREVRANGE none 0 -1', ''],
  ])('%s is %j', (words, members) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(letters(members))
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('shows scores when asked for', () => {
    const { db } = openWithScores()

    expect(say(db, 'ZRANGE z 0 1 WITHSCORES')).toEqual(['a', '1', 'b', '2'])
    expect(say(db, 'ZRANGE z 0 1 REV WITHSCORES')).toEqual(['e', '5', 'd', '4'])
    expect(say(db, 'ZREVRANGE z 0 0 WITHSCORES WITHSCORES')).toEqual(['e', '5'])
  })
})

describe('a range by score', () => {
  it.each([
    ['ZRANGE z 2 4 BYSCORE', 'bcd'],
    ['ZRANGE z (2 (4 BYSCORE', 'c'],
    ['ZRANGE z -inf +inf BYSCORE', 'abcde'],
    ['ZRANGE z (-inf (+inf byscore', 'abcde'],
    ['ZRANGE z 4 2 BYSCORE', ''],
    ['ZRANGE z 4 2 BYSCORE REV', 'dcb'],
    ['ZRANGE z (4 2 REV BYSCORE', 'cb'],
    ['ZRANGE z 2.5 3.5 BYSCORE', 'c'],
    ['ZRANGE z 1 5 BYSCORE LIMIT 1 2', 'bc'],
    ['ZRANGE z 1 5 LIMIT 1 2 BYSCORE LIMIT 0 1', 'a'],
    ['ZRANGE z 5 1 BYSCORE REV LIMIT 1 2', 'dc'],
    ['ZRANGE z 1 5 BYSCORE LIMIT 3 -1', 'de'],
    ['ZRANGE z 1 5 BYSCORE LIMIT 3 100', 'de'],
    ['ZRANGE z 1 5 BYSCORE LIMIT 5 1', ''],
    ['ZRANGE z 1 5 BYSCORE LIMIT 0 0', ''],
    ['ZRANGEBYSCORE z 2 3', 'bc'],
    ['ZRANGEBYSCORE z 2 5 LIMIT 1 2', 'cd'],
    ['ZREVRANGEBYSCORE z 3 2', 'cb'],
    ['ZREVRANGEBYSCORE z +inf -inf LIMIT 4 5', 'a'],
    ['ZREVRANGEBYSCORE z 2 3', ''],
    ['ZRANGEBYSCORE none 2 3', ''],
  ])('%s is %j', (words, members) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(letters(members))
  })

  it('reads its ends with rules of its own: nothing is 0, and what is beyond all doubles is infinite', () => {
    const { db } = openWithScores()
    say(db, 'ZADD z 0 zero inf top -inf bottom')

    expect(db.call('ZRANGEBYSCORE', 'z', '', '')).toEqual(['zero'])
    expect(db.call('ZRANGEBYSCORE', 'z', '(', '1\0 and more')).toEqual(['a'])
    expect(say(db, 'ZRANGEBYSCORE z 1e400 1e400')).toEqual(['top'])
    expect(say(db, 'ZRANGEBYSCORE z -1e400 (1e-400')).toEqual(['bottom'])
    expect(say(db, 'ZRANGEBYSCORE z -inf -inf WITHSCORES')).toEqual(['bottom', '-inf'])
  })

  it('counts a negative offset from the far end of a skip list, as Redis does, and finds nothing in a listpack', () => {
    const opened = openWithScores()
    const calls = [
      'ZRANGEBYSCORE z 2 5 LIMIT -2 5',
      'ZREVRANGEBYSCORE z 5 2 LIMIT -2 5',
      'ZRANGEBYSCORE z 2 5 LIMIT -9 5',
    ]

    const small = calls.map((words) => say(opened.db, words))
    asSkipList(opened, 'z')
    const large = calls.map((words) => say(opened.db, words))

    expect(small).toEqual([[], [], []])
    expect(large).toEqual([['d', 'e'], ['c', 'b'], []])
  })
})

describe('a range by lex', () => {
  it.each([
    ['ZRANGE words - + BYLEX', 'abcde'],
    ['ZRANGE words [b [d BYLEX', 'bcd'],
    ['ZRANGE words (b (d BYLEX', 'c'],
    ['ZRANGE words [d [b BYLEX', ''],
    ['ZRANGE words [d [b BYLEX REV', 'dcb'],
    ['ZRANGE words + - BYLEX', ''],
    ['ZRANGE words + - BYLEX REV', 'edcba'],
    ['ZRANGE words + + BYLEX', ''],
    ['ZRANGE words - + BYLEX LIMIT 1 2', 'bc'],
    ['ZRANGE words + - BYLEX REV LIMIT 1 2', 'dc'],
    ['ZRANGE words [ [b BYLEX', 'ab'],
    ['ZRANGE words [bb + BYLEX', 'cde'],
    ['ZRANGEBYLEX words [b (d', 'bc'],
    ['ZRANGEBYLEX words - + LIMIT 3 9', 'de'],
    ['ZREVRANGEBYLEX words (d [b', 'cb'],
    ['ZREVRANGEBYLEX words + - LIMIT 0 1', 'e'],
    ['ZRANGEBYLEX none - +', ''],
  ])('%s is %j', (words, members) => {
    const opened = openWithScores()

    const small = say(opened.db, words)
    asSkipList(opened, 'words')

    expect(small).toEqual(letters(members))
    expect(say(opened.db, words)).toEqual(letters(members))
  })

  it('goes by bytes, not by UTF-16 units', () => {
    const { db } = open()
    db.call('ZADD', 'z', 0, '\uffee', 0, '😀', 0, 'z')

    expect(db.call('ZRANGEBYLEX', 'z', '(\uffee', '+')).toEqual(['😀'])
    expect(db.call('ZRANGEBYLEX', 'z', '[z', '[\uffee')).toEqual(['z', '\uffee'])
  })

  it('of a listpack with different scores walks from the end that it starts at, as Redis does', () => {
    const { db } = open()
    say(db, 'ZADD z 1 b 2 a 3 c 4 b2')

    expect(say(db, 'ZRANGEBYLEX z [b +')).toEqual(['b', 'a', 'c', 'b2'])
    expect(say(db, 'ZRANGEBYLEX z [a [b')).toEqual(['b', 'a'])
    expect(say(db, 'ZREVRANGEBYLEX z [b [a')).toEqual(['a', 'b'])
    expect(say(db, 'ZRANGEBYLEX z (b2 +')).toEqual([])
    expect(say(db, 'ZRANGEBYLEX z [a [b LIMIT 1 -1')).toEqual(['a'])
    expect(say(db, 'ZRANGEBYLEX z [a [b LIMIT -1 5')).toEqual([])
    expect(say(db, 'ZREVRANGEBYLEX z [b2 [b LIMIT 1 2')).toEqual(['c'])
    expect(say(db, 'ZLEXCOUNT z [b [c')).toBe(4)
  })
})

describe('a range of a sorted set with any scores', () => {
  it('is the part that a plain sorted list has there', () => {
    const entry = fc.record({
      member: fc.constantFrom(...letters('abcdefghijkl')),
      score: fc.integer({ min: 0, max: 6 }),
    })
    const end = fc.record({ score: fc.integer({ min: -1, max: 7 }), open: fc.boolean() })
    fc.assert(
      fc.property(fc.array(entry), end, end, fc.boolean(), fc.nat(5), fc.integer({ min: -1, max: 5 }), (...drawn) => {
        const [entries, min, max, rev, offset, count] = drawn
        const db = new Redstart({ clock: manualClock() })
        for (const { member, score } of entries) db.zadd('z', score, member)
        const sorted = [...new Map(entries.map(({ member, score }) => [member, score]))]
          .filter(([, score]) => (min.open ? score > min.score : score >= min.score))
          .filter(([, score]) => (max.open ? score < max.score : score <= max.score))
          .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
          .map(([member]) => member)
        if (rev) sorted.reverse()
        const [from, to] = [min, max].map(({ score, open }) => (open ? `(${score}` : score)) as [string, string]

        const found = rev
          ? db.zrange('z', to, from, { by: 'score', rev, limit: { offset, count } })
          : db.zrange('z', from, to, { by: 'score', limit: { offset, count } })

        expect(found).toEqual(sorted.slice(offset, count < 0 ? undefined : offset + count))
      }),
      { numRuns: 500 },
    )
  })
})

describe('ZRANGESTORE', () => {
  it.each([
    ['ZRANGESTORE d z 1 2', 2, ['b', '2', 'c', '3'], 'ZRANGESTORE d z 1 2'],
    ['ZRANGESTORE d z 0 1 REV', 2, ['d', '4', 'e', '5'], 'ZRANGESTORE d z 3 4'],
    ['ZRANGESTORE d z (1 +inf BYSCORE LIMIT 1 2', 2, ['c', '3', 'd', '4'], 'ZRANGESTORE d z 2 3'],
    ['ZRANGESTORE d words [b [c BYLEX', 2, ['b', '0', 'c', '0'], 'ZRANGESTORE d words 1 2'],
    ['ZRANGESTORE d words [c - BYLEX REV LIMIT 0 1', 1, ['c', '0'], 'ZRANGESTORE d words 2 2'],
    ['ZRANGESTORE s z 0 0', 1, undefined, 'ZRANGESTORE s z 0 0'],
    ['ZRANGESTORE z z -1 -1', 1, undefined, 'ZRANGESTORE z z 4 4'],
  ])('keeps what the range has: %s', (words, reply, kept, log) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toBe(reply)
    if (kept !== undefined) expect(say(opened.db, 'ZRANGE d 0 -1 WITHSCORES')).toEqual(kept)
    expect(opened.seen).toEqual([`zrangestore ${words.split(' ')[1]}`])
    expect(logged(opened)).toEqual([log])
  })

  it('of nothing removes the destination, whatever it is', () => {
    const opened = openWithScores()

    expect(say(opened.db, 'ZRANGESTORE s z 9 10')).toBe(0)
    expect(say(opened.db, 'ZRANGESTORE s none 0 -1')).toBe(0)
    expect(say(opened.db, 'EXISTS s')).toBe(0)
    expect(opened.seen).toEqual(['del s'])
    expect(logged(opened)).toEqual(['DEL s'])
  })

  it('takes no deadline along, and drops that of the destination', () => {
    const opened = openWithScores()
    say(opened.db, 'EXPIRE z 100')
    say(opened.db, 'EXPIRE s 100')

    say(opened.db, 'ZRANGESTORE s z 0 0')

    expect(contents(opened.db)).toContainEqual([0, 's', [['a', 1]], undefined])
  })

  it.each([
    ['0 -1', ['0', '0', '-0'], '0 3'],
    ['0 -1 REV', ['-0', '0', '0'], '0 3 REV'],
    ['-1 1 BYSCORE', ['0', '0', '-0'], '-inf +inf BYSCORE LIMIT 0 4'],
    ['0 -1 BYSCORE REV LIMIT 0 2', [null, '0', '0'], '+inf -inf BYSCORE REV LIMIT 1 2'],
  ])('adds one by one, so that zeros lose their sign until the result is a skip list: %s', (range, kept, log) => {
    const opened = open()
    const long = 'm'.repeat(65)
    say(opened.db, `ZADD z 0 ${long} -0 a -0 z 1 one`)
    forget(opened)

    say(opened.db, `ZRANGESTORE d z ${range}`)

    expect(say(opened.db, `ZMSCORE d a ${long} z`)).toEqual(kept)
    expect(logged(opened)).toEqual([`ZRANGESTORE d z ${log}`])
  })

  it('encodes the result anew', () => {
    const { db } = open()
    say(db, `ZADD z ${Array.from({ length: 200 }, (_, i) => `${i} m${i}`).join(' ')}`)

    say(db, 'ZRANGESTORE few z 0 127')
    say(db, 'ZRANGESTORE many z 0 128')

    expect([say(db, 'OBJECT ENCODING few'), say(db, 'OBJECT ENCODING many')]).toEqual(['listpack', 'skiplist'])
  })
})

describe('a range is refused', () => {
  it.each([
    ['ZRANGE s 0 -1', WRONGTYPE],
    ['ZRANGE s [a [b BYLEX', WRONGTYPE],
    ['ZRANGESTORE d s 0 -1', WRONGTYPE],
    ['ZREVRANGEBYSCORE s 1 0', WRONGTYPE],
    ['ZRANGE z x 1', NOT_AN_INTEGER],
    ['ZRANGE z 0 1.5', NOT_AN_INTEGER],
    ['ZRANGE z 0 9223372036854775808', NOT_AN_INTEGER],
    ['ZRANGE none x y', NOT_AN_INTEGER],
    ['ZREVRANGE s x y', NOT_AN_INTEGER],
    ['ZRANGE z x y LIMIT x 1', NOT_AN_INTEGER],
    ['ZRANGE z 0 1 LIMIT 0 x BYSCORE', NOT_AN_INTEGER],
    ['ZRANGE z x y BYSCORE', NOT_A_FLOAT],
    ['ZRANGE s x y BYSCORE', NOT_A_FLOAT],
    ['ZRANGEBYSCORE z nan 1', NOT_A_FLOAT],
    ['ZRANGEBYSCORE z 0x1 3', NOT_A_FLOAT],
    ['ZRANGEBYSCORE z ((1 1', NOT_A_FLOAT],
    ['ZREVRANGEBYSCORE z 1 [0', NOT_A_FLOAT],
    ['ZRANGE z a b BYLEX', NOT_AN_ITEM],
    ['ZRANGE s a b BYLEX', NOT_AN_ITEM],
    ['ZRANGEBYLEX z 0 1', NOT_AN_ITEM],
    ['ZREVRANGEBYLEX z ++ -', NOT_AN_ITEM],
    ['ZRANGE z 0 1 LIMIT 0 1', LIMIT_BY_RANK],
    ['ZRANGE z x y LIMIT 0 1', LIMIT_BY_RANK],
    ['ZRANGESTORE d z 0 1 LIMIT 0 1', LIMIT_BY_RANK],
    ['ZREVRANGE z 0 1 LIMIT 0 1', LIMIT_BY_RANK],
    ['ZRANGE z x y BYLEX WITHSCORES', SCORES_BY_LEX],
    ['ZRANGEBYLEX z - + WITHSCORES', SCORES_BY_LEX],
    ['ZREVRANGEBYLEX z + - WITHSCORES', SCORES_BY_LEX],
    ['ZRANGE z 0 1 BYSCORE BYLEX', SYNTAX],
    ['ZRANGE z 0 1 BYSCORE BYSCORE', SYNTAX],
    ['ZRANGE z 0 1 REV REV', SYNTAX],
    ['ZRANGE z 0 1 LIMIT 0', SYNTAX],
    ['ZRANGE z 0 1 nonsense', SYNTAX],
    ['ZREVRANGE z 0 1 REV', SYNTAX],
    ['ZREVRANGE z 0 1 BYSCORE', SYNTAX],
    ['ZRANGEBYSCORE z 0 1 BYSCORE', SYNTAX],
    ['ZRANGEBYLEX z - + REV', SYNTAX],
    ['ZRANGESTORE d z 0 1 WITHSCORES', SYNTAX],
    ['ZRANGESTORE d z 0', "ERR wrong number of arguments for 'zrangestore' command"],
  ])('%s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('not where its key has expired: that is a range of nothing', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZRANGE k 0 -1')).toEqual([])
    expect(opened.seen).toEqual(['expired k'])
  })
})
