import { describe, expect, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  type Opened,
  open,
  openWithExpired,
  START_MS,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_A_FLOAT = 'ERR value is not a valid float'
const NX_WITH_XX = 'ERR XX and NX options at the same time are not compatible'
const GT_LT_NX = 'ERR GT, LT, and/or NX options at the same time are not compatible'
const ONE_PAIR = 'ERR INCR option supports a single increment-element pair'
const NOT_A_NUMBER = 'ERR resulting score is not a number (NaN)'

/** The sorted set z (a 1, b 2, c 3) and the string s. */
function openWithScores(): Opened {
  const opened = open()
  say(opened.db, 'ZADD z 1 a 2 b 3 c')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

function range({ db }: Opened, key = 'z'): unknown {
  return say(db, `ZRANGE ${key} 0 -1 WITHSCORES`)
}

describe('ZADD', () => {
  it('makes a sorted set and counts the members that are new', () => {
    const opened = open()

    expect(say(opened.db, 'ZADD z 3 c 1 a 2 b')).toBe(3)
    expect(say(opened.db, 'ZADD z 5 a 4 d')).toBe(1)
    expect(range(opened)).toEqual(['b', '2', 'c', '3', 'd', '4', 'a', '5'])
    expect(opened.seen).toEqual(['zadd z', 'zadd z'])
    expect(opened.db.engine.dirty).toBe(5)
    expect(logged(opened)).toEqual(['ZADD z 3 c 1 a 2 b', 'ZADD z 5 a 4 d'])
  })

  it('orders members of one score by their bytes, not by UTF-16 units or a locale', () => {
    const { db } = open()

    db.call('ZADD', 'z', 0, '\uffee', 0, '😀', 0, 'b', 0, 'B', 0, 'ä', 0, bytes(0xff), 0, '', 0, 'a')

    expect(db.callBuffer('ZRANGE', 'z', 0, -1)).toEqual([
      bytes(),
      ...['B', 'a', 'b', 'ä', '\uffee', '😀'].map((text) => bytes(text)),
      bytes(0xff),
    ])
    expect(db.call('ZRANGE', 'z', 0, 1, 'REV')).toEqual(['\udcff', '😀'])
  })

  it('adds and moves one after the other: of a member given twice the last score stays', () => {
    const opened = open()

    expect(say(opened.db, 'ZADD z CH 1 a 2 a 2 a')).toBe(2)
    expect(range(opened)).toEqual(['a', '2'])
    expect(opened.db.engine.dirty).toBe(2)
  })

  it.each([
    ['ZADD z 1 a', 0],
    ['ZADD z CH 1 a 2 b', 0],
    ['ZADD z NX 9 a 9 b', 0],
    ['ZADD z XX 9 x', 0],
    ['ZADD z GT 1 a 1 b', 0],
    ['ZADD z LT 1 a 9 b', 0],
    ['ZADD none XX 1 a', 0],
    ['ZADD none XX CH 1 a', 0],
    ['ZADD none XX INCR 1 a', null],
    ['ZADD z NX INCR 1 a', null],
    ['ZADD z XX INCR 1 x', null],
    ['ZADD z GT INCR 0 a', null],
    ['ZADD z GT INCR -1 a', null],
    ['ZADD z LT INCR 1 a', null],
    ['ZADD z INCR 0 a', '1'],
    ['ZINCRBY z 0 a', '1'],
  ])('that changes nothing announces and logs nothing: %s', (words, reply) => {
    const opened = openWithScores()
    const before = contents(opened.db)
    const { dirty } = opened.db.engine

    expect(say(opened.db, words)).toBe(reply)
    expect([opened.seen, logged(opened), opened.db.engine.dirty - dirty]).toEqual([[], [], 0])
    expect(contents(opened.db)).toEqual(before)
  })

  it.each([
    ['ZADD z NX 9 a 4 d', 1, 'ZADD z 4 d', ['a', '1', 'b', '2', 'c', '3', 'd', '4']],
    ['ZADD z XX 9 a 4 d', 0, 'ZADD z 9 a', ['b', '2', 'c', '3', 'a', '9']],
    ['ZADD z XX CH 9 a 4 d', 1, 'ZADD z 9 a', ['b', '2', 'c', '3', 'a', '9']],
    ['ZADD z CH 9 a 4 d', 2, 'ZADD z 9 a 4 d', ['b', '2', 'c', '3', 'd', '4', 'a', '9']],
    ['ZADD z GT CH 9 a 0 b 4 d', 2, 'ZADD z 9 a 4 d', ['b', '2', 'c', '3', 'd', '4', 'a', '9']],
    ['ZADD z LT CH 9 a 0 b 4 d', 2, 'ZADD z 0 b 4 d', ['b', '0', 'a', '1', 'c', '3', 'd', '4']],
    ['ZADD z GT XX CH 9 a 0 b 4 d', 1, 'ZADD z 9 a', ['b', '2', 'c', '3', 'a', '9']],
    ['zadd z xx lt ch 0.5 b', 1, 'ZADD z 0.5 b', ['b', '0.5', 'a', '1', 'c', '3']],
    ['ZADD z NX NX CH CH 4 d', 1, 'ZADD z 4 d', ['a', '1', 'b', '2', 'c', '3', 'd', '4']],
  ])('takes conditions in any order and case: %s', (words, reply, log, left) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toBe(reply)
    expect(range(opened)).toEqual(left)
    expect(logged(opened)).toEqual([log])
    expect(opened.seen).toEqual(['zadd z'])
  })

  it.each([
    ['ZADD z INCR 2.5 a', '3.5', 'ZADD z 3.5 a'],
    ['ZADD z INCR 2 x', '2', 'ZADD z 2 x'],
    ['ZADD z NX INCR 2 x', '2', 'ZADD z 2 x'],
    ['ZADD z XX GT INCR 2 a', '3', 'ZADD z 3 a'],
    ['ZADD z LT INCR -2 a', '-1', 'ZADD z -1 a'],
    ['ZADD z INCR inf a', 'inf', 'ZADD z inf a'],
    ['ZADD z INCR 0.1 x', '0.1', 'ZADD z 0.1 x'],
  ])('with INCR adds to the score and announces zincr: %s', (words, reply, log) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toBe(reply)
    expect(opened.seen).toEqual(['zincr z'])
    expect(logged(opened)).toEqual([log])
  })

  it.each([
    ['ZADD s 1 a', WRONGTYPE],
    ['ZADD s XX 1 a', WRONGTYPE],
    ['ZADD s INCR 1 a', WRONGTYPE],
    ['ZADD s x a', NOT_A_FLOAT],
    ['ZADD z 1 x 2y b', NOT_A_FLOAT],
    ['ZADD z nan a', NOT_A_FLOAT],
    ['ZADD z 1 a b NX', NOT_A_FLOAT],
    ['ZADD z 1 a 2', SYNTAX],
    ['ZADD z NX XX', SYNTAX],
    ['ZADD z NX XX 1', SYNTAX],
    ['ZADD z INCR x', SYNTAX],
    ['ZADD z NX XX x a', NX_WITH_XX],
    ['ZADD z GT LT NX XX 1 a', NX_WITH_XX],
    ['ZADD z GT LT x a', GT_LT_NX],
    ['ZADD z GT NX 1 a', GT_LT_NX],
    ['ZADD z LT NX INCR 1 a 2 b', GT_LT_NX],
    ['ZADD z INCR x a 2 b', ONE_PAIR],
    ['ZADD z 1', "ERR wrong number of arguments for 'zadd' command"],
  ])('is refused, and adds none: %s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('with NX leaves a member alone before it finds that the sum would be no number', () => {
    const { db } = openWithScores()
    say(db, 'ZADD z inf i')

    expect(say(db, 'ZADD z NX INCR -inf i')).toBeNull()
    expect(say(db, 'ZSCORE z i')).toBe('inf')
  })

  it.each(['ZADD z INCR -inf i', 'ZINCRBY z -inf i'])('refuses a sum that is no number: %s', (words) => {
    const opened = openWithScores()
    say(opened.db, 'ZADD z inf i')
    forget(opened)

    expectRefused(opened, () => say(opened.db, words), NOT_A_NUMBER)
  })

  it('keeps the deadline of the sorted set', () => {
    const { db } = openWithScores()
    say(db, 'PEXPIRE z 100')

    say(db, 'ZADD z 4 d')

    expect(say(db, 'PTTL z')).toBe(100)
  })

  it.each(['ZADD k 1 a', 'ZADD k NX CH 1 a', 'ZINCRBY k 1 a'])(
    'makes a new one where a key has expired: %s',
    (words) => {
      const opened = openWithExpired()

      say(opened.db, words)

      expect(contents(opened.db)).toEqual([[0, 'k', [['a', 1]], undefined]])
      expect(opened.seen[0]).toBe('expired k')
    },
  )

  it.each([
    ['1e2', '100'],
    ['0x10', '16'],
    ['+.5', '0.5'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['1e23', '99999999999999990000000'],
    ['12345.6789012', '1.23456789012e+4'],
    ['-INFINITY', '-inf'],
    ['9007199254740993', '9007199254740992'],
    ['4611686018427387904', '4611686018427387904'],
  ])('reads %s and prints it as %s', (text, printed) => {
    const { db } = open()

    say(db, `ZADD z ${text} m`)

    expect(say(db, 'ZSCORE z m')).toBe(printed)
    expect(db.callBuffer('ZSCORE', 'z', 'm')).toEqual(bytes(printed))
  })

  it('holds 128 members of 64 bytes as a listpack, and more or longer ones as a skip list', () => {
    const { db } = open()
    const pairs = Array.from({ length: 127 }, (_, i) => `${i} m${i}`).join(' ')

    say(db, `ZADD z ${pairs} 0 ${'x'.repeat(64)}`)
    say(db, `ZADD long 0 ${'é'.repeat(33)}`)

    expect([say(db, 'OBJECT ENCODING z'), say(db, 'OBJECT ENCODING long')]).toEqual(['listpack', 'skiplist'])
    say(db, 'ZADD z 0 another')
    expect(say(db, 'OBJECT ENCODING z')).toBe('skiplist')
  })

  it('with more than 128 pairs makes a skip list, whatever becomes of them', () => {
    const { db } = openWithScores()

    say(db, `ZADD z XX ${'1 a '.repeat(129).trim()}`)

    expect(say(db, 'OBJECT ENCODING z')).toBe('skiplist')
    expect(say(db, 'ZCARD z')).toBe(3)
  })

  it('keeps a zero of its own sign in a skip list only', () => {
    const { db } = open()
    say(db, `ZADD skip 1 ${'x'.repeat(65)} -0 m`)
    say(db, 'ZADD pack -0 m')

    expect([say(db, 'ZSCORE skip m'), say(db, 'ZSCORE pack m')]).toEqual(['-0', '0'])
    expect(say(db, 'ZADD other INCR -0 m')).toBe('-0')
  })

  it('takes more pairs than a function takes arguments', () => {
    const opened = open()
    const pairs = Array.from({ length: 25_000 }, (_, i) => [i, `m${i}`]).flat()

    expect(opened.db.call('ZADD', 'z', ...pairs)).toBe(25_000)
    expect(logged(opened)[0]!.split(' ')).toHaveLength(50_002)
  })
})

describe('ZINCRBY', () => {
  it('adds to the score in doubles, a missing member counting as 0', () => {
    const opened = open()

    expect(say(opened.db, 'ZINCRBY z 0.1 m')).toBe('0.1')
    expect(say(opened.db, 'ZINCRBY z 0.2 m')).toBe('0.30000000000000004')
    expect(opened.seen).toEqual(['zincr z', 'zincr z'])
    expect(logged(opened)).toEqual(['ZADD z 0.1 m', 'ZADD z 0.30000000000000004 m'])
  })

  it.each([
    ['ZINCRBY s 1 a', WRONGTYPE],
    ['ZINCRBY s x a', NOT_A_FLOAT],
    ['ZINCRBY z nan a', NOT_A_FLOAT],
    ['ZINCRBY z nx a', SYNTAX],
    ['ZINCRBY z INCR 1', SYNTAX],
    ['ZINCRBY z 1', "ERR wrong number of arguments for 'zincrby' command"],
  ])('is refused: %s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('ZREM', () => {
  it('counts the members that were there and logs them', () => {
    const opened = openWithScores()

    expect(say(opened.db, 'ZREM z a nosuch a')).toBe(1)
    expect(opened.seen).toEqual(['zrem z'])
    expect(logged(opened)).toEqual(['ZREM z a'])
  })

  it('of the last member removes the key and announces del', () => {
    const opened = openWithScores()

    expect(say(opened.db, 'ZREM z c b x a')).toBe(3)
    expect(say(opened.db, 'EXISTS z')).toBe(0)
    expect(opened.seen).toEqual(['zrem z', 'del z'])
  })

  it.each(['ZREM none a', 'ZREM z x y'])('changes nothing: %s', (words) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toBe(0)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('removes what has expired and nothing else', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZREM k a')).toBe(0)
    expect(opened.seen).toEqual(['expired k'])
  })
})

describe('ZCARD, ZSCORE, ZMSCORE, ZRANK and ZREVRANK', () => {
  it.each<[string, unknown]>([
    ['ZCARD z', 3],
    ['ZCARD none', 0],
    ['ZSCORE z b', '2'],
    ['ZSCORE z x', null],
    ['ZSCORE none a', null],
    ['ZMSCORE z c x a c', ['3', null, '1', '3']],
    ['ZMSCORE none a b', [null, null]],
    ['ZRANK z a', 0],
    ['ZRANK z c', 2],
    ['ZRANK z x', null],
    ['ZRANK none a', null],
    ['ZRANK z b WITHSCORE', [1, '2']],
    ['ZRANK z b withscore', [1, '2']],
    ['ZRANK z x WITHSCORE', null],
    ['ZRANK none x WITHSCORE', null],
    ['ZREVRANK z a', 2],
    ['ZREVRANK z c', 0],
    ['ZREVRANK z a WITHSCORE', [2, '1']],
    ['ZREVRANK z x', null],
  ])('%s', (words, reply) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(reply)
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it.each([
    ['ZCARD s', WRONGTYPE],
    ['ZSCORE s a', WRONGTYPE],
    ['ZMSCORE s a', WRONGTYPE],
    ['ZREM s a', WRONGTYPE],
    ['ZRANK s a', WRONGTYPE],
    ['ZREVRANK s a', WRONGTYPE],
    ['ZRANK s a WITHSCORES', SYNTAX],
    ['ZRANK none a nonsense', SYNTAX],
    ['ZRANK z a WITHSCORE more', "ERR wrong number of arguments for 'zrank' command"],
    ['ZREVRANK z a WITHSCORE more', "ERR wrong number of arguments for 'zrevrank' command"],
  ])('are refused: %s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('rank members of one score by their bytes, from either end', () => {
    const { db } = open()
    say(db, 'ZADD z 1 b 1 a 1 c 0 z')

    expect(['z', 'a', 'b', 'c'].map((member) => say(db, `ZRANK z ${member}`))).toEqual([0, 1, 2, 3])
    expect(['z', 'a', 'b', 'c'].map((member) => say(db, `ZREVRANK z ${member}`))).toEqual([3, 2, 1, 0])
  })

  it.each(['ZCARD k', 'ZSCORE k a', 'ZRANK k a'])('do not see what has expired: %s', (words) => {
    const opened = openWithExpired()

    say(opened.db, words)

    expect(opened.seen).toEqual(['expired k'])
    expect(logged(opened)).toEqual(['DEL k'])
  })
})

describe('a sorted set', () => {
  it('is copied with its encoding, and the copy is independent', () => {
    const opened = openWithScores()
    say(opened.db, `ZADD z 9 ${'x'.repeat(65)}`)
    say(opened.db, `ZREM z ${'x'.repeat(65)}`)

    say(opened.db, 'COPY z y')
    say(opened.db, 'ZADD y 9 a')

    expect(range(opened)).toEqual(['a', '1', 'b', '2', 'c', '3'])
    expect(range(opened, 'y')).toEqual(['b', '2', 'c', '3', 'a', '9'])
    expect(say(opened.db, 'OBJECT ENCODING y')).toBe('skiplist')
  })

  it('is overwritten by SET, and expires as any key', () => {
    const opened = openWithScores()
    say(opened.db, 'EXPIRE z 10')
    opened.clock.advance(10_000)

    expect(say(opened.db, 'TYPE z')).toBe('none')
    say(opened.db, 'ZADD z 1 a')
    say(opened.db, 'SET z v')
    expect(contents(opened.db)).toContainEqual([0, 'z', 'v', undefined])
    expect(opened.clock.now()).toBe(START_MS + 10_000)
  })
})
