import { RedstartError } from 'redstart'
import { describe, expect, it } from 'vitest'
import {
  clampedAt,
  int32At,
  integerAt,
  operandOf,
  textAt,
  textsFrom,
  tokenAt,
  toText,
  toValue,
  toWord,
  upperAscii,
} from '../../src/commands/argv.js'
import { ByteString } from '../../src/structures/byte-string.js'
import { bytes, LONE_SURROGATE, NOT_AN_INTEGER, NOT_DATA, notAString, SYNTAX } from '../support.js'

const NOT_INT32 = 'ERR value is out of range, value must between -2147483648 and 2147483647'

describe('a key', () => {
  it.each(['', 'plain', 'é', '😀', '__proto__', '\0', '\ufffd'])('that is text stays as it is: %j', (text) => {
    expect(toText(text)).toBe(text)
    expect(toText(new TextEncoder().encode(text))).toBe(text)
  })

  it('that is a number or bigint becomes its decimal text', () => {
    expect([7, -0, 1.5, 1e21, 2n ** 70n].map(toText)).toEqual(['7', '0', '1.5', '1e+21', '1180591620717411303424'])
  })

  it('in bytes that are no UTF-8 has an escape in the place of each', () => {
    expect(toText(bytes(0x61, 0xff, 0xc3))).toBe('a\udcff\udcc3')
  })

  it('as text with escapes is the same as its bytes', () => {
    expect(toText('a\udcff')).toBe('a\udcff')
    expect(toText('\udcc3\udca9')).toBe('é')
    expect(toText('\udcf0\udc9f\udc98\udc80')).toBe('😀')
  })

  it.each(['\ud800', 'a\udbff', '\udc00', '\udc7f', '\udd00', '\udfff', '\udc80\ud83d', '\ude00\ud83d'])(
    'with a lone surrogate that stands for no byte is refused: %j',
    (text) => {
      expect(() => toText(text)).toThrow(new RedstartError(LONE_SURROGATE))
      expect(() => toValue(text)).toThrow(new RedstartError(LONE_SURROGATE))
      expect(() => toWord(text)).toThrow(new RedstartError(LONE_SURROGATE))
    },
  )

  it.each(NOT_DATA)('that is %s is refused', (_name, value, shown) => {
    expect(() => toText(value as never)).toThrow(new RedstartError(notAString(shown)))
    expect(() => toValue(value as never)).toThrow(new RedstartError(notAString(shown)))
    expect(() => toWord(value as never)).toThrow(new RedstartError(notAString(shown)))
  })
})

describe('a value', () => {
  it.each([
    ['0', 0],
    ['-1', -1],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
  ])('that is written as Redis writes the integer %s is kept as one', (text, integer) => {
    expect(toValue(text)).toBe(integer)
    expect(toValue(new TextEncoder().encode(text))).toBe(integer)
  })

  it.each([
    '',
    '-',
    '+1',
    '01',
    '-0',
    '1.0',
    ' 1',
    '9223372036854775808',
    '-9223372036854775809',
    '0x1',
    '99999999999999999999999',
  ])('that is not is kept as text: %j', (text) => {
    expect(toValue(text)).toBe(text)
    expect(toValue(new TextEncoder().encode(text))).toBe(text)
  })

  it.each([
    [5, 5],
    [-0, 0],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [2 ** 53, 9_007_199_254_740_992n],
    [5n, 5],
    [2n ** 63n - 1n, 2n ** 63n - 1n],
    [2n ** 63n, '9223372036854775808'],
  ])('given as the number %s is kept by its decimal text', (number, kept) => {
    expect(toValue(number)).toBe(kept)
  })

  it('of 45 bytes or more is kept as a copy of the bytes', () => {
    const given = new Uint8Array(45).fill(0xff)

    const kept = toValue(given) as ByteString
    given.fill(0)

    expect(kept).toBeInstanceOf(ByteString)
    expect(kept.toBytes()).toEqual(new Uint8Array(45).fill(0xff))
  })

  it('given as a part of a larger buffer is that part only', () => {
    const buffer = new TextEncoder().encode('before hello after')

    expect(toValue(buffer.subarray(7, 12))).toBe('hello')
  })

  it('given as a Buffer is copied too', () => {
    const given = Buffer.alloc(45, 'a')

    const kept = toValue(given) as ByteString
    given.fill('z')

    expect(kept.toText()).toBe('a'.repeat(45))
  })
})

describe('the words of a call', () => {
  const ARGV = ['NAME', 'text', bytes(0x31, 0x32), '9223372036854775807', 'x']

  it('are read as text, whether text or bytes', () => {
    expect([textAt(ARGV, 1), textAt(ARGV, 2)]).toEqual(['text', '12'])
    expect(textsFrom(ARGV, 3)).toEqual(['9223372036854775807', 'x'])
    expect(textsFrom(ARGV, 9)).toEqual([])
  })

  it('are read as option names in upper case, the empty one where there is none', () => {
    expect([tokenAt(ARGV, 1), tokenAt(['', bytes('px')], 1), tokenAt(ARGV, 9)]).toEqual(['TEXT', 'PX', ''])
  })

  it('are read as integers, exactly', () => {
    expect([integerAt(ARGV, 2), integerAt(ARGV, 3)]).toEqual([12, 9_223_372_036_854_775_807n])
    expect(() => integerAt(ARGV, 4)).toThrow(new RedstartError(NOT_AN_INTEGER))
  })

  it('are clamped where past 2^53 is as good as infinite', () => {
    expect(clampedAt(ARGV, 3)).toBe(Number.MAX_SAFE_INTEGER)
    expect(clampedAt(['-9223372036854775808'], 0)).toBe(-Number.MAX_SAFE_INTEGER)
    expect(clampedAt(ARGV, 2)).toBe(12)
  })

  it.each(['-2147483648', '2147483647'])('are read as 32-bit integers up to %s', (text) => {
    expect(int32At([text], 0)).toBe(Number(text))
  })

  it.each([
    ['-2147483649', NOT_INT32],
    ['2147483648', NOT_INT32],
    ['9223372036854775807', NOT_INT32],
    ['9223372036854775808', NOT_AN_INTEGER],
    ['1.0', NOT_AN_INTEGER],
  ])('are refused as 32-bit integers: %s', (text, message) => {
    expect(() => int32At([text], 0)).toThrow(new RedstartError(message))
  })

  it('end where an option lacks its argument: a syntax error', () => {
    expect(operandOf(ARGV, 3)).toBe(4)
    expect(() => operandOf(ARGV, 4)).toThrow(new RedstartError(SYNTAX))
  })
})

it.each([
  ['get', 'GET'],
  ['gEt-1', 'GET-1'],
  ['é', 'é'],
  ['\u017fet', '\u017fET'],
  ['ﬀ', 'ﬀ'],
  ['', ''],
])('upper case is of ASCII letters only: %j is %j', (text, upper) => {
  expect(upperAscii(text)).toBe(upper)
})
