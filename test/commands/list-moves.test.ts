import { describe, expect, it } from 'vitest'
import { expectRefused, forget, logged, type Opened, open, SYNTAX, say, WRONGTYPE } from '../support.js'

/** The lists a (1, 2, 3) and b (x), and the string s. */
function openWithLists(): Opened {
  const opened = open()
  say(opened.db, 'RPUSH a 1 2 3')
  say(opened.db, 'RPUSH b x')
  say(opened.db, 'SET s v')
  forget(opened)
  return opened
}

const all = ({ db }: Opened, key: string) => say(db, `LRANGE ${key} 0 -1`)

describe('LMOVE', () => {
  it.each([
    ['LMOVE a b LEFT LEFT', '1', ['2', '3'], ['1', 'x'], ['lpush b', 'lpop a']],
    ['LMOVE a b LEFT RIGHT', '1', ['2', '3'], ['x', '1'], ['rpush b', 'lpop a']],
    ['LMOVE a b right left', '3', ['1', '2'], ['3', 'x'], ['lpush b', 'rpop a']],
    ['LMOVE a b RIGHT RIGHT', '3', ['1', '2'], ['x', '3'], ['rpush b', 'rpop a']],
    ['RPOPLPUSH a b', '3', ['1', '2'], ['3', 'x'], ['lpush b', 'rpop a']],
  ])('%s moves %s, and announces the push first', (words, moved, a, b, events) => {
    const opened = openWithLists()
    const { dirty } = opened.db.engine

    expect(say(opened.db, words)).toBe(moved)
    expect([all(opened, 'a'), all(opened, 'b')]).toEqual([a, b])
    expect(opened.seen).toEqual(events)
    expect(opened.db.engine.dirty - dirty).toBe(1)
  })

  it('makes the destination, and removes a source without elements', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LMOVE b new LEFT RIGHT')).toBe('x')
    expect([say(opened.db, 'EXISTS b'), all(opened, 'new')]).toEqual([0, ['x']])
    expect(opened.seen).toEqual(['rpush new', 'lpop b', 'del b'])
    expect(logged(opened)).toEqual(['LMOVE b new LEFT RIGHT'])
  })

  it('within one list turns it around', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LMOVE a a LEFT RIGHT')).toBe('1')
    expect(say(opened.db, 'RPOPLPUSH a a')).toBe('1')
    expect(say(opened.db, 'LMOVE a a RIGHT RIGHT')).toBe('3')
    expect(all(opened, 'a')).toEqual(['1', '2', '3'])
    expect(logged(opened)).toEqual(['LMOVE a a LEFT RIGHT', 'LMOVE a a RIGHT LEFT', 'LMOVE a a RIGHT RIGHT'])
  })

  it('leaves a list of one element that it turns around', () => {
    const opened = openWithLists()

    expect(say(opened.db, 'LMOVE b b LEFT RIGHT')).toBe('x')
    expect(all(opened, 'b')).toEqual(['x'])
    expect(opened.seen).toEqual(['rpush b', 'lpop b'])
  })

  it('gives the destination no deadline, and lets it keep its own', () => {
    const { db } = openWithLists()
    say(db, 'PEXPIRE a 100')
    say(db, 'PEXPIRE b 200')

    say(db, 'LMOVE a b LEFT LEFT')
    say(db, 'LMOVE a new LEFT LEFT')

    expect(['a', 'b', 'new'].map((key) => say(db, `PTTL ${key}`))).toEqual([100, 200, -1])
  })

  it.each(['LMOVE none b LEFT LEFT', 'RPOPLPUSH none b', 'LMOVE none s LEFT LEFT', 'RPOPLPUSH none new'])(
    'of a missing source is null and nothing, whatever the destination: %s',
    (words) => {
      const opened = openWithLists()

      expect(say(opened.db, words)).toBeNull()
      expect([say(opened.db, 'EXISTS new'), opened.seen, logged(opened)]).toEqual([0, [], []])
    },
  )

  it.each([
    ['LMOVE s b LEFT LEFT', WRONGTYPE],
    ['LMOVE a s LEFT LEFT', WRONGTYPE],
    ['RPOPLPUSH s b', WRONGTYPE],
    ['RPOPLPUSH a s', WRONGTYPE],
    ['LMOVE a b UP LEFT', SYNTAX],
    ['LMOVE s b LEFT DOWN', SYNTAX],
    ['LMOVE none b LEFT DOWN', SYNTAX],
    ['LMOVE a b LEFT', "ERR wrong number of arguments for 'lmove' command"],
    ['RPOPLPUSH a', "ERR wrong number of arguments for 'rpoplpush' command"],
  ])('%s is refused: %s', (words, message) => {
    const opened = openWithLists()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})
