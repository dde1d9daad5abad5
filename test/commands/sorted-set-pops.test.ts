import { describe, expect, it } from 'vitest'
import {
  contents,
  expectRefused,
  forget,
  logged,
  type Opened,
  open,
  openWithExpired,
  SYNTAX,
  say,
  WRONGTYPE,
} from '../support.js'

const NOT_POSITIVE = 'ERR value is out of range, must be positive'
const NO_NUMKEYS = 'ERR numkeys should be greater than 0'
const NO_COUNT = 'ERR count should be greater than 0'

/** Scores 1 to 4 in z, a to d; 9 of one member in y; the string s. */
function openWithScores(): Opened {
  const opened = open()
  say(opened.db, 'ZADD z 1 a 2 b 3 c 4 d')
  say(opened.db, 'ZADD y 9 one')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

describe('ZPOPMIN and ZPOPMAX', () => {
  it.each([
    ['ZPOPMIN z', ['a', '1'], 'ZPOPMIN z'],
    ['ZPOPMAX z', ['d', '4'], 'ZPOPMAX z'],
    ['ZPOPMIN z 1', ['a', '1'], 'ZPOPMIN z 1'],
    ['ZPOPMIN z 2', ['a', '1', 'b', '2'], 'ZPOPMIN z 2'],
    ['ZPOPMAX z 3', ['d', '4', 'c', '3', 'b', '2'], 'ZPOPMAX z 3'],
  ])('take the outermost members first: %s', (words, reply, log) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(reply)
    expect(say(opened.db, 'ZCARD z')).toBe(4 - reply.length / 2)
    expect(opened.seen).toEqual([`${words.slice(0, 7).toLowerCase()} z`])
    expect(logged(opened)).toEqual([log])
  })

  it.each([
    ['ZPOPMIN z 4', 4],
    ['ZPOPMAX z 100', 4],
    ['ZPOPMIN z 9223372036854775807', 4],
    ['ZPOPMIN y', 1],
  ])('of all members remove the key: %s', (words, members) => {
    const opened = openWithScores()
    const key = words.split(' ')[1]!

    expect(say(opened.db, words)).toHaveLength(2 * members)
    expect(say(opened.db, `EXISTS ${key}`)).toBe(0)
    expect(opened.seen).toEqual([`${words.slice(0, 7).toLowerCase()} ${key}`, `del ${key}`])
    expect(opened.db.engine.dirty).toBe(6 + members)
  })

  it.each(['ZPOPMIN none', 'ZPOPMAX none 3', 'ZPOPMIN none 0', 'ZPOPMIN z 0'])('find nothing: %s', (words) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual([])
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })

  it('take members of one score by their bytes', () => {
    const { db } = open()
    say(db, 'ZADD z 1 b 1 a 1 c')

    expect(say(db, 'ZPOPMAX z')).toEqual(['c', '1'])
    expect(say(db, 'ZPOPMIN z')).toEqual(['a', '1'])
  })

  it('do not see what has expired', () => {
    const opened = openWithExpired()

    expect(say(opened.db, 'ZPOPMIN k')).toEqual([])
    expect(opened.seen).toEqual(['expired k'])
  })
})

describe('ZMPOP', () => {
  it.each([
    ['ZMPOP 1 z MIN', ['z', [['a', '1']]], ['zpopmin z'], 'ZPOPMIN z 1'],
    [
      'ZMPOP 2 none z MAX COUNT 2',
      [
        'z',
        [
          ['d', '4'],
          ['c', '3'],
        ],
      ],
      ['zpopmax z'],
      'ZPOPMAX z 2',
    ],
    ['zmpop 2 y z min count 5', ['y', [['one', '9']]], ['zpopmin y', 'del y'], 'ZPOPMIN y 1'],
    ['ZMPOP 2 z s MIN', ['z', [['a', '1']]], ['zpopmin z'], 'ZPOPMIN z 1'],
  ])('takes from the first sorted set that there is: %s', (words, reply, events, log) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(reply)
    expect(opened.seen).toEqual(events)
    expect(logged(opened)).toEqual([log])
  })

  it('finds nothing where no key exists', () => {
    const opened = openWithScores()

    expect(say(opened.db, 'ZMPOP 2 none other MIN COUNT 3')).toBeNull()
    expect([opened.seen, logged(opened)]).toEqual([[], []])
  })
})

describe('popping is refused', () => {
  it.each([
    ['ZPOPMIN s', WRONGTYPE],
    ['ZPOPMIN s 0', WRONGTYPE],
    ['ZPOPMIN s -1', NOT_POSITIVE],
    ['ZPOPMAX z x', NOT_POSITIVE],
    ['ZPOPMAX none 1.5', NOT_POSITIVE],
    ['ZPOPMIN none 9223372036854775808', NOT_POSITIVE],
    ['ZPOPMIN z 1 2', SYNTAX],
    ['ZMPOP 0 z MIN', NO_NUMKEYS],
    ['ZMPOP x z MIN', NO_NUMKEYS],
    ['ZMPOP 2 z MIN', SYNTAX],
    ['ZMPOP 9223372036854775807 z MIN', SYNTAX],
    ['ZMPOP 1 z LEFT', SYNTAX],
    ['ZMPOP 1 z MIN nonsense', SYNTAX],
    ['ZMPOP 1 z MIN COUNT', SYNTAX],
    ['ZMPOP 1 z MIN COUNT 1 COUNT 2', SYNTAX],
    ['ZMPOP 1 z MIN COUNT 0', NO_COUNT],
    ['ZMPOP 1 s MIN COUNT x', NO_COUNT],
    ['ZMPOP 1 s MIN', WRONGTYPE],
    ['ZMPOP 2 none s MIN', WRONGTYPE],
    ['BZPOPMIN s 0', WRONGTYPE],
    ['BZPOPMIN none s 0', WRONGTYPE],
    ['BZPOPMIN s -1', 'ERR timeout is negative'],
    ['BZPOPMAX s x', 'ERR timeout is not a float or out of range'],
    ['BZPOPMAX z inf', 'ERR timeout is out of range'],
    ['BZMPOP x 0 z MIN', NO_NUMKEYS],
    ['BZMPOP x 1 z LEFT', SYNTAX],
    ['BZMPOP x 1 z MIN COUNT 0', NO_COUNT],
    ['BZMPOP x 1 z MIN', 'ERR timeout is not a float or out of range'],
    ['BZMPOP -1 1 s MIN', 'ERR timeout is negative'],
    ['BZMPOP 0 1 s MIN', WRONGTYPE],
    ['BZPOPMIN z', "ERR wrong number of arguments for 'bzpopmin' command"],
  ])('%s', (words, message) => {
    const opened = openWithScores()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('BZPOPMIN, BZPOPMAX and BZMPOP', () => {
  it.each([
    ['BZPOPMIN none z 0', ['z', 'a', '1'], 'ZPOPMIN z 1'],
    ['BZPOPMAX z y 0.5', ['z', 'd', '4'], 'ZPOPMAX z 1'],
    [
      'BZMPOP 0 2 none z MAX COUNT 2',
      [
        'z',
        [
          ['d', '4'],
          ['c', '3'],
        ],
      ],
      'ZPOPMAX z 2',
    ],
  ])('answer at once where there is something, and log a plain pop: %s', (words, reply, log) => {
    const opened = openWithScores()

    expect(say(opened.db, words)).toEqual(reply)
    expect(logged(opened)).toEqual([log])
  })

  it('wait for a member, and take it right after the call that brings it', async () => {
    const opened = open()
    const waiting = opened.db.session().call('BZPOPMIN', 'k', 'z', 0)

    say(opened.db, 'ZADD z 2 b 1 a')

    expect(await waiting).toEqual(['z', 'a', '1'])
    expect(opened.seen).toEqual(['zadd z', 'zpopmin z'])
    expect(logged(opened)).toEqual(['ZADD z 2 b 1 a', 'ZPOPMIN z 1'])
    expect(contents(opened.db)).toEqual([[0, 'z', [['b', 2]], undefined]])
  })

  it('return bytes from callBuffer, also after a wait', async () => {
    const { db } = open()
    const waiting = db.callBuffer('BZMPOP', 0, 1, 'z', 'MIN')

    db.zadd('z', 1.5, 'a')

    const text = (word: string) => new TextEncoder().encode(word)
    expect(await waiting).toEqual([text('z'), [[text('a'), text('1.5')]]])
  })

  it('are served first come, first served', async () => {
    const { db } = open()
    const first = db.call('BZPOPMIN', 'z', 0)
    const second = db.call('BZPOPMAX', 'z', 0)
    const third = db.call('BZMPOP', 0, 1, 'z', 'MIN', 'COUNT', 5)

    say(db, 'ZADD z 1 a 2 b 3 c 4 d')

    expect(await Promise.all([first, second, third])).toEqual([
      ['z', 'a', '1'],
      ['z', 'd', '4'],
      [
        'z',
        [
          ['b', '2'],
          ['c', '3'],
        ],
      ],
    ])
    expect(say(db, 'EXISTS z')).toBe(0)
    expect(db.engine.waiters.size).toBe(0)
  })

  it.each([
    ['a store', 'ZUNIONSTORE z 1 source'],
    ['a range stored', 'ZRANGESTORE z source 0 -1'],
    ['a copy', 'COPY source z'],
    ['a rename', 'RENAME source z'],
    ['an increment', 'ZINCRBY z 1 a'],
  ])('are served by %s', async (_what, words) => {
    const { db } = open()
    say(db, 'ZADD source 1 a')
    const waiting = db.call('BZPOPMIN', 'z', 0)

    say(db, words)

    expect(await waiting).toEqual(['z', 'a', '1'])
  })

  it('leave a key of another type alone, and go on waiting', async () => {
    const { db } = open()
    const waiting = db.call('BZPOPMIN', 'z', 0)

    say(db, 'SADD z a')
    say(db, 'DEL z')
    say(db, 'ZADD z 1 b')

    expect(await waiting).toEqual(['z', 'b', '1'])
  })

  it('are refused when one of their keys has another type by the time that they are served', async () => {
    const { db } = open()
    const waiting = Promise.resolve(db.call('BZPOPMIN', 'first', 'second', 0))

    say(db, 'SET first v')
    say(db, 'ZADD second 1 a')

    await expect(waiting).rejects.toThrow(WRONGTYPE)
    expect(say(db, 'ZCARD second')).toBe(1)
    expect(db.engine.waiters.size).toBe(0)
  })

  it.each(['BZPOPMIN z 1.5', 'BZPOPMAX z 1.5', 'BZMPOP 1.5 1 z MIN'])(
    'answer nil when time runs out: %s',
    async (words) => {
      const { db, clock } = open()
      let reply: unknown = 'waiting'
      const waiting = Promise.resolve(say(db, words)).then((answer) => {
        reply = answer
      })

      clock.advance(1_499)
      await Promise.resolve()
      expect(reply).toBe('waiting')
      clock.advance(1)
      await waiting

      expect(reply).toBeNull()
      expect(db.engine.waiters.size).toBe(0)
    },
  )

  it('never wait inside a transaction', () => {
    const { db } = open()
    const unit = db.engine

    unit.depth++
    const replies = [say(db, 'BZPOPMIN z 0'), say(db, 'BZMPOP 0 1 z MIN')]
    unit.depth--

    expect(replies).toEqual([null, null])
  })
})
