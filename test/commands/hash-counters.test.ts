import { describe, expect, it } from 'vitest'
import { expectRefused, forget, logged, NOT_AN_INTEGER, type Opened, open, say, WRONGTYPE } from '../support.js'

/** The hash h with a number, text and the bounds of 64 bits, and the string s. */
function openWithNumbers(): Opened {
  const opened = open()
  say(opened.db, 'HSET h n 5 text x max 9223372036854775807 min -9223372036854775808 float 10.5 inf inf')
  say(opened.db, 'SET s 1')
  forget(opened)
  return opened
}

describe('HINCRBY', () => {
  it('adds to the integer in a field, announces hincrby and logs the sum', () => {
    const opened = openWithNumbers()

    expect(say(opened.db, 'HINCRBY h n 3')).toBe(8)
    expect(say(opened.db, 'HGET h n')).toBe('8')
    expect(opened.seen).toEqual(['hincrby h'])
    expect(logged(opened)).toEqual(['HSET h n 8'])
  })

  it.each(['HINCRBY h new -3', 'HINCRBY newhash f -3'])('counts from 0 where there is nothing: %s', (words) => {
    const { db } = openWithNumbers()

    expect(say(db, words)).toBe(-3)
  })

  it('is exact over 64 bits', () => {
    const { db } = openWithNumbers()

    expect(say(db, 'HINCRBY h max -1')).toBe(9_223_372_036_854_775_806n)
    expect(say(db, 'HINCRBY h max 1')).toBe(9_223_372_036_854_775_807n)
    expect(say(db, 'HGET h max')).toBe('9223372036854775807')
  })

  it.each([
    ['HINCRBY h max 1', 'ERR increment or decrement would overflow'],
    ['HINCRBY h min -1', 'ERR increment or decrement would overflow'],
    ['HINCRBY h text 1', 'ERR hash value is not an integer'],
    ['HINCRBY h float 1', 'ERR hash value is not an integer'],
    ['HINCRBY h n 1.5', NOT_AN_INTEGER],
    ['HINCRBY h n 9223372036854775808', NOT_AN_INTEGER],
    ['HINCRBY h text x', NOT_AN_INTEGER],
    ['HINCRBY s f x', NOT_AN_INTEGER],
    ['HINCRBY newhash f x', NOT_AN_INTEGER],
    ['HINCRBY s f 1', WRONGTYPE],
  ])('refuses %s', (words, message) => {
    const opened = openWithNumbers()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it.each(['', ' 5', '5 ', '+5', '05', '-0', '5.0', '0x5', '5e0'])('does not take %j for an integer', (text) => {
    const { db } = open()
    db.call('HSET', 'h', 'f', text)

    expect(() => say(db, 'HINCRBY h f 1')).toThrow('ERR hash value is not an integer')
  })

  it('keeps the deadline of the field, and says so in the log', () => {
    const opened = openWithNumbers()
    say(opened.db, 'HPEXPIRE h 100 FIELDS 1 n')
    forget(opened)

    say(opened.db, 'HINCRBY h n 1')

    expect(say(opened.db, 'HPTTL h FIELDS 1 n')).toEqual([100])
    expect(logged(opened)).toEqual(['HSETEX h KEEPTTL FIELDS 1 n 6'])
  })
})

describe('HINCRBYFLOAT', () => {
  it('adds to the number in a field, announces hincrbyfloat and logs the sum', () => {
    const opened = openWithNumbers()

    expect(say(opened.db, 'HINCRBYFLOAT h float 0.1')).toBe('10.6')
    expect(opened.seen).toEqual(['hincrbyfloat h'])
    expect(logged(opened)).toEqual(['HSET h float 10.6'])
  })

  it('rounds as long doubles do', () => {
    const { db } = open()
    say(db, 'HSET h f 0.1')

    expect(say(db, 'HINCRBYFLOAT h f 0.2')).toBe('0.3')
    expect(say(db, 'HINCRBYFLOAT h g 3.0e3')).toBe('3000')
    expect(say(db, 'HINCRBYFLOAT h g -5e-1')).toBe('2999.5')
  })

  it.each(['HINCRBYFLOAT h new 1.50', 'HINCRBYFLOAT newhash f 1.50'])(
    'counts from 0 where there is nothing: %s',
    (words) => {
      const { db } = openWithNumbers()

      expect(say(db, words)).toBe('1.5')
    },
  )

  it.each([
    ['HINCRBYFLOAT h text 1', 'ERR hash value is not a float'],
    ['HINCRBYFLOAT h n x', 'ERR value is not a valid float'],
    ['HINCRBYFLOAT h n nan', 'ERR value is not a valid float'],
    ['HINCRBYFLOAT h n inf', 'ERR value is NaN or Infinity'],
    ['HINCRBYFLOAT h n -inf', 'ERR value is NaN or Infinity'],
    ['HINCRBYFLOAT h text inf', 'ERR value is NaN or Infinity'],
    ['HINCRBYFLOAT h inf 1', 'ERR increment would produce NaN or Infinity'],
    ['HINCRBYFLOAT s f x', 'ERR value is not a valid float'],
    ['HINCRBYFLOAT s f inf', 'ERR value is NaN or Infinity'],
    ['HINCRBYFLOAT s f 1', WRONGTYPE],
  ])('refuses %s', (words, message) => {
    const opened = openWithNumbers()

    expectRefused(opened, () => say(opened.db, words), message)
  })

  it('keeps the deadline of the field, and says so in the log', () => {
    const opened = openWithNumbers()
    say(opened.db, 'HPEXPIRE h 100 FIELDS 1 n')
    forget(opened)

    say(opened.db, 'HINCRBYFLOAT h n 0.5')

    expect(say(opened.db, 'HPTTL h FIELDS 1 n')).toEqual([100])
    expect(logged(opened)).toEqual(['HSETEX h KEEPTTL FIELDS 1 n 5.5'])
  })
})
