import type { Random } from 'fast-check'
import { type ByteText, utf8 } from './bytes.js'

/** Draws for the generators over fast-check's random source, so that a run is reproduced by its seed. */
export class Draw {
  constructor(private readonly random: Random) {}

  /** An integer in min..max, both inclusive. */
  int(min: number, max: number): number {
    return this.random.nextInt(min, max)
  }

  /** True once in `n` draws. */
  oneIn(n: number): boolean {
    return this.random.nextInt(1, n) === 1
  }

  percent(p: number): boolean {
    return this.random.nextInt(0, 99) < p
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random.nextInt(0, items.length - 1)]!
  }

  /** Picks one of weighted generators and runs it. */
  weighted(choices: readonly (readonly [weight: number, make: (draw: Draw) => string])[]): string {
    let total = 0
    for (const [weight] of choices) total += weight
    let at = this.random.nextInt(0, total - 1)
    for (const [weight, make] of choices) {
      at -= weight
      if (at < 0) return make(this)
    }
    throw new Error('weighted: no choice')
  }

  /** Shuffles in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.random.nextInt(0, i)
      const held = items[i]!
      items[i] = items[j]!
      items[j] = held
    }
    return items
  }
}

/** Few keys, so that commands meet: with prefixes, glob characters, bytes that are no UTF-8, and names of prototypes. */
export const KEYS: readonly ByteText[] = [
  'a',
  'user:1',
  'k[1]',
  utf8('ключ'),
  'b',
  'user:2',
  '\xff\xfe\x00',
  '__proto__',
  'user:10',
  'h*llo',
  'constructor',
  '',
]

/**
 * A key for a command of the group: mostly one of the group's own four keys, so that a sequence over several types has
 * more right than wrong types; else any.
 */
export function drawKey(draw: Draw, group: string): ByteText {
  if (group === 'generic' || draw.percent(25)) return draw.pick(KEYS)
  let hash = 0
  for (const unit of group) hash = (hash * 31 + unit.charCodeAt(0)) % KEYS.length
  return KEYS[(hash + draw.int(0, 3)) % KEYS.length]!
}

const WORDS = [
  'hello',
  'world',
  'foo bar',
  'Hello',
  'a',
  'ab',
  'x',
  'null',
  '[1,2]',
  "it's",
  'a"b',
  'a\\b',
  'a\r\nb',
  ' ',
  '',
]

/** Exact int64 texts and their neighbourhood, as Redis accepts them. */
const INTEGER_EDGES = [
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775806',
  '-9223372036854775807',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740991',
  '-9007199254740993',
  '4611686018427387904',
  '4294967296',
  '4294967295',
  '2147483647',
  '2147483648',
  '-2147483648',
  '-2147483649',
  '1234567890123456789',
  '1000000000000000000',
]

/** Texts that look like integers and are refused, or are out of range. */
const INTEGER_TRAPS = [
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '99999999999999999999999',
  '+1',
  ' 1',
  '1 ',
  '01',
  '-0',
  '-01',
  '1.0',
  '1e3',
  '0x10',
  '',
  '-',
  '+',
  'abc',
  '1\x00',
  '\xd9\xa1',
]

const FLOATS = [
  '3.14',
  '-0.5',
  '10.5',
  '0.1',
  '0.2',
  '0.3',
  '1e10',
  '1.5e-7',
  '1e-5',
  '5.0e3',
  '3.0e3',
  '.5',
  '5.',
  '1.10',
  '100000000000000000000',
  '12345678.87654321',
  '0.30000000000000004',
  '1e17',
  '1e18',
  '1e19',
  '123456789012345678',
  '9007199254740993.5',
  '-0.0',
  '1.7976931348623157e308',
  '5e-324',
  '1e-17',
]

const FLOAT_TRAPS = [
  'inf',
  '-inf',
  '+inf',
  'infinity',
  'nan',
  '-nan',
  '1e400',
  '-1e400',
  '1e-400',
  '0x1p3',
  '0x10',
  '1e',
  ' 1.5',
  '1.5 ',
  '+1.5',
  '1,5',
  '1e5000',
  '--1',
  '1_0',
]

/** Whole characters, their halves, and byte orders that no UTF-8 decoder may accept or silently repair. */
const BYTES = [
  utf8('é'),
  utf8('€'),
  utf8('日本語'),
  utf8('😀'),
  utf8('a😀b'),
  utf8('\u{10ffff}'),
  '\xe2\x82',
  '\xac',
  '\xc3',
  '\xa9',
  '\xf0\x9f',
  '\x98\x80',
  '\xf0',
  '\x9f\x98\x80',
  '\xff',
  '\xfe\xff',
  '\x80abc',
  '\x00',
  'a\x00b',
  '\xef\xbb\xbf',
  '\xef\xbb\xbfbom',
  '\xed\xa0\x80',
  '\xed\xb0\x80',
  '\xed\xa0\xbd\xed\xb8\x80',
  '\xc0\x80',
  '\xe0\x80\x80',
  '\xf4\x90\x80\x80',
  '\xf8\x88\x80\x80\x80',
  utf8('\u{fffd}'),
  utf8('\u{2028}'),
]

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEF0123456789 '

/** Any bytes, of any length that matters: 44 is the longest text that Redis embeds. */
function longText(draw: Draw): ByteText {
  const length = draw.weighted([
    [3, () => '44'],
    [3, () => '45'],
    [4, (d) => String(d.int(38, 70))],
    [2, (d) => String(d.int(70, 200))],
  ])
  const unit = draw.oneIn(3) ? draw.pick(LETTERS.split('')) : draw.pick(['ab', 'xyz ', '€', 'é1'].map(utf8))
  return unit.repeat(Math.ceil(Number(length) / unit.length)).slice(0, Number(length))
}

export const smallInteger = (draw: Draw): string => String(draw.int(-10, 20))
const wideInteger = (draw: Draw): string =>
  `${draw.oneIn(3) ? '-' : ''}${draw.int(1, 2 ** 31 - 1)}${draw.int(0, 99999)}`
export const edgeInteger = (draw: Draw): string => draw.pick(INTEGER_EDGES)
export const notInteger = (draw: Draw): string => draw.pick(INTEGER_TRAPS)

/** An integer argument that has no table of its own: mostly small, some edges, few that are refused. */
export function drawInteger(draw: Draw): string {
  return draw.weighted([
    [60, smallInteger],
    [16, (d) => d.pick(['0', '1', '-1'])],
    [8, wideInteger],
    [10, edgeInteger],
    [5, notInteger],
  ])
}

export function drawFloat(draw: Draw): string {
  return draw.weighted([
    [45, (d) => d.pick(FLOATS)],
    [25, (d) => `${d.oneIn(3) ? '-' : ''}${d.int(0, 999)}.${d.int(0, 9999)}`],
    [15, smallInteger],
    [4, edgeInteger],
    [6, (d) => d.pick(FLOAT_TRAPS)],
    [2, notInteger],
  ])
}

/** A value to store: text, integers that INCR takes, floats, bytes, long text. */
export function drawValue(draw: Draw): ByteText {
  return draw.weighted([
    [22, (d) => d.pick(WORDS)],
    [25, smallInteger],
    [6, edgeInteger],
    [4, wideInteger],
    [5, notInteger],
    [10, (d) => d.pick(FLOATS)],
    [3, (d) => d.pick(FLOAT_TRAPS)],
    [16, (d) => d.pick(BYTES)],
    [4, (d) => d.pick(BYTES) + d.pick(BYTES)],
    [8, longText],
  ])
}

const PATTERNS = [
  '*',
  '*',
  'user:*',
  'user:?',
  'user:??',
  '*:1*',
  '?',
  '[ab]',
  '[^a]',
  '[a-c]*',
  '[c-a]*',
  'k\\[1\\]',
  'k[[]1]',
  'h[*]llo',
  'h\\*llo',
  'h*o',
  '**',
  '*a*',
  '__*__',
  '',
  '\\',
  'a\\',
  '[',
  '[a',
  '[^',
  '[]',
  '[\\]]*',
  '[a-',
  '[^-]*',
  'USER:*',
  '\xff*',
  '\xff\xfe?',
  '[\xff\xd0]*',
  utf8('к*'),
  utf8('????????'),
  utf8('????'),
  'con*tor',
  '*[0-9]',
]

export const drawPattern = (draw: Draw): ByteText => draw.pick(PATTERNS)
