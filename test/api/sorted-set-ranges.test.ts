import type { Redstart, ScoredMember } from 'redstart'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  LONE_SURROGATE,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  SYNTAX,
  say,
} from '../support.js'

const INFINITE = Number.POSITIVE_INFINITY
const all = { withScores: true } as const

/** z (a 1, b 2, c 3, d 4), words of one score, the set t, a string, and bin of one member that is no UTF-8. */
function openWithScores(): Opened {
  const opened = open()
  opened.db.zadd('z', [scored(1, 'a'), scored(2, 'b'), scored(3, 'c'), scored(4, 'd')])
  opened.db.zadd('words', [scored(0, 'a'), scored(0, 'b'), scored(0, 'c')])
  opened.db.sadd('t', 'a', 'x')
  opened.db.zadd('bin', 1, bytes(0xff))
  opened.db.set('s', 'v')
  forget(opened)
  return opened
}

function scored(score: number, member: string): ScoredMember {
  return { score, member }
}

/** A method, the words that say the same, and what the method returns; undefined where that is the reply itself. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown, typed?: unknown][] = [
  ['ZRANGE z 0 -1', (db) => db.zrange('z', 0, -1)],
  ['ZRANGE z -2 1', (db) => db.zrange('z', '-2', 1)],
  ['ZRANGE z 0 1 REV', (db) => db.zrange('z', 0, 1, { rev: true })],
  ['ZRANGE none 0 -1', (db) => db.zrange('none', 0, -1)],
  ['ZRANGE z 0 0 WITHSCORES', (db) => db.zrange('z', 0, 0, all), [scored(1, 'a')]],
  ['ZRANGE z 2 (4 BYSCORE', (db) => db.zrange('z', 2, '(4', { by: 'score' })],
  ['ZRANGE z -inf +inf BYSCORE', (db) => db.zrange('z', -INFINITE, INFINITE, { by: 'score' })],
  [
    'ZRANGE z +inf (1 BYSCORE REV LIMIT 1 2 WITHSCORES',
    (db) => db.zrange('z', '+inf', '(1', { by: 'score', rev: true, limit: { offset: 1, count: 2 }, withScores: true }),
    [scored(3, 'c'), scored(2, 'b')],
  ],
  ['ZRANGE words [b + BYLEX', (db) => db.zrange('words', '[b', '+', { by: 'lex' })],
  ['ZRANGE words [b + BYLEX', (db) => db.zrange('words', bytes('[b'), bytes('+'), { by: 'lex' })],
  ['ZRANGE words (c - BYLEX REV', (db) => db.zrange('words', '(c', '-', { by: 'lex', rev: true })],
  ['ZRANGE z 0 1 LIMIT 0 1', (db) => db.zrange('z', 0, 1, { limit: { offset: 0, count: 1 } })],
  ['ZRANGE z 0 1 LIMIT 5 -1', (db) => db.zrange('z', 0, 1, { limit: { offset: 5, count: -1 } })],
  ['ZRANGE z - + BYLEX WITHSCORES', (db) => db.zrange('z', '-', '+', { by: 'lex', withScores: true })],
  ['ZRANGE z 0 1.5', (db) => db.zrange('z', 0, 1.5)],
  ['ZRANGE z x 1', (db) => db.zrange('z', 'x', 1)],
  ['ZRANGE z x 1 BYSCORE', (db) => db.zrange('z', 'x', 1, { by: 'score' })],
  ['ZRANGE z nan 1 BYSCORE', (db) => db.zrange('z', Number.NaN, 1, { by: 'score' })],
  ['ZRANGE z 1 2 BYLEX', (db) => db.zrange('z', 1, 2, { by: 'lex' })],
  ['ZRANGE s 0 -1', (db) => db.zrange('s', 0, -1)],
  ['ZREVRANGE z 0 1', (db) => db.zrevrange('z', 0, 1)],
  ['ZREVRANGE z 0 0 WITHSCORES', (db) => db.zrevrange('z', 0, 0, all), [scored(4, 'd')]],
  ['ZRANGEBYSCORE z (1 3', (db) => db.zrangebyscore('z', '(1', 3)],
  [
    'ZRANGEBYSCORE z 1 3 WITHSCORES LIMIT 1 1',
    (db) => db.zrangebyscore('z', 1, 3, { limit: { offset: 1, count: 1 }, withScores: true }),
    [scored(2, 'b')],
  ],
  ['ZREVRANGEBYSCORE z 3 (1', (db) => db.zrevrangebyscore('z', 3, '(1')],
  ['ZREVRANGEBYSCORE z 3 3 WITHSCORES', (db) => db.zrevrangebyscore('z', 3, 3, all), [scored(3, 'c')]],
  ['ZRANGEBYLEX words - (c', (db) => db.zrangebylex('words', '-', '(c')],
  ['ZRANGEBYLEX words - + LIMIT 1 1', (db) => db.zrangebylex('words', '-', '+', { limit: { offset: 1, count: 1 } })],
  ['ZREVRANGEBYLEX words (c -', (db) => db.zrevrangebylex('words', '(c', '-')],
  ['ZREVRANGEBYLEX words c -', (db) => db.zrevrangebylex('words', 'c', '-')],
  ['ZRANGESTORE d z 0 1', (db) => db.zrangestore('d', 'z', 0, 1)],
  ['ZRANGESTORE d z 0 1 REV', (db) => db.zrangestore('d', 'z', 0, 1, { rev: true })],
  ['ZRANGESTORE s none 0 1', (db) => db.zrangestore('s', 'none', 0, 1)],
  ['ZRANGESTORE d z (1 3 BYSCORE', (db) => db.zrangestore('d', 'z', '(1', 3, { by: 'score' })],
  ['ZRANGESTORE d s 0 1', (db) => db.zrangestore('d', 's', 0, 1)],
  ['ZCOUNT z (1 3', (db) => db.zcount('z', '(1', 3)],
  ['ZCOUNT z x 3', (db) => db.zcount('z', 'x', 3)],
  ['ZLEXCOUNT words [b +', (db) => db.zlexcount('words', '[b', bytes('+'))],
  ['ZLEXCOUNT words b +', (db) => db.zlexcount('words', 'b', '+')],
  ['ZREMRANGEBYRANK z 0 -2', (db) => db.zremrangebyrank('z', 0, -2)],
  ['ZREMRANGEBYRANK z 0 1.5', (db) => db.zremrangebyrank('z', 0, 1.5)],
  ['ZREMRANGEBYSCORE z -inf (3', (db) => db.zremrangebyscore('z', -INFINITE, '(3')],
  ['ZREMRANGEBYSCORE s 1 2', (db) => db.zremrangebyscore('s', 1, 2)],
  ['ZREMRANGEBYLEX words - [b', (db) => db.zremrangebylex('words', '-', '[b')],
  ['ZREMRANGEBYLEX words - b', (db) => db.zremrangebylex('words', '-', 'b')],
  ['ZUNION 2 z t', (db) => db.zunion(['z', 't'])],
  ['ZUNION 1 t WITHSCORES', (db) => db.zunion(['t'], all), [scored(1, 'a'), scored(1, 'x')]],
  [
    'ZUNION 2 words t WEIGHTS 1 -2.5 AGGREGATE MIN WITHSCORES',
    (db) => db.zunion(['words', 't'], { weights: [1, -2.5], aggregate: 'min', withScores: true }),
    [scored(-2.5, 'a'), scored(-2.5, 'x'), scored(0, 'b'), scored(0, 'c')],
  ],
  ['ZUNION 0 z', (db) => db.zunion([])],
  ['ZUNION 2 z s', (db) => db.zunion(['z', 's'])],
  ['ZUNION 2 z t WEIGHTS 1', (db) => db.zunion(['z', 't'], { weights: [1] })],
  ['ZUNION 1 z WEIGHTS nan', (db) => db.zunion(['z'], { weights: [Number.NaN] })],
  ['ZUNION 1 z AGGREGATE AVG', (db) => db.zunion(['z'], { aggregate: 'avg' as 'sum' })],
  ['ZUNIONSTORE d 2 z t', (db) => db.zunionstore('d', ['z', 't'])],
  ['ZUNIONSTORE d 1 z WEIGHTS inf', (db) => db.zunionstore('d', ['z'], { weights: [INFINITE] })],
  ['ZUNIONSTORE s 1 none', (db) => db.zunionstore('s', ['none'])],
  ['ZUNIONSTORE d 0 z', (db) => db.zunionstore('d', [])],
  ['ZINTER 2 z t', (db) => db.zinter(['z', 't'])],
  ['ZINTER 2 z t WITHSCORES', (db) => db.zinter(['z', 't'], all), [scored(2, 'a')]],
  ['ZINTERSTORE d 2 z words AGGREGATE MAX', (db) => db.zinterstore('d', ['z', 'words'], { aggregate: 'max' })],
  ['ZINTERSTORE d 2 z s', (db) => db.zinterstore('d', ['z', 's'])],
  ['ZINTERCARD 2 z words', (db) => db.zintercard(['z', 'words'])],
  ['ZINTERCARD 2 z words LIMIT 2', (db) => db.zintercard(['z', 'words'], { limit: 2 })],
  ['ZINTERCARD 2 z words LIMIT -1', (db) => db.zintercard(['z', 'words'], { limit: -1 })],
  ['ZINTERCARD 2 z s LIMIT -1', (db) => db.zintercard(['z', 's'], { limit: -1 })],
  ['ZINTERCARD 1 z LIMIT x', (db) => db.zintercard(['z'], { limit: 0.5 })],
  ['ZINTERCARD 0 z', (db) => db.zintercard([])],
  ['ZDIFF 2 z words', (db) => db.zdiff(['z', 'words'])],
  ['ZDIFF 2 z words WITHSCORES', (db) => db.zdiff(['z', 'words'], all), [scored(4, 'd')]],
  ['ZDIFFSTORE d 2 z t', (db) => db.zdiffstore('d', ['z', 't'])],
  ['ZDIFFSTORE d 1 s', (db) => db.zdiffstore('d', ['s'])],
]

describe('a method and its words change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method, shape) => {
    const [typed, raw] = [openWithScores(), openWithScores()]

    const [byName, byWords] = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(byName).toEqual(shape === undefined ? byWords : shape)
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect(typed.seen).toEqual(raw.seen)
    expect(logged(typed)).toEqual(logged(raw))
  })
})

describe('what is handed in', () => {
  it('by way of no type script is refused where it makes no sense', () => {
    const opened = openWithScores()
    const { db } = opened

    expectRefused(opened, () => db.zrange('z', 0, 1, { by: 'rank' as 'lex' }), SYNTAX)
    expectRefused(opened, () => db.zrange('z', 0, 1, { by: 'score', limit: { offset: 1 } as never }), NOT_AN_INTEGER)
    expectRefused(opened, () => db.zrange('z', undefined as never, 1), NOT_AN_INTEGER)
    expectRefused(opened, () => db.zcount('z', undefined as never, 1), 'ERR min or max is not a float')
    expectRefused(opened, () => db.zunion(['z'], { weights: ['1' as never] }), 'ERR weight value is not a float')
  })

  it('may not stand for no bytes', () => {
    const opened = openWithScores()

    expectRefused(opened, () => opened.db.zrange('\ud800', 0, 1), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.zlexcount('words', '[\ud800', '+'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.zunionstore('d', ['z', '\ud800']), LONE_SURROGATE)
    // These compared with it.
    expectRefused(opened, () => opened.db.zrangebylex('words', '[\ud800', '+'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.zrange('words', '-', '(\ud800', { by: 'lex' }), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.zrangestore('d', 'words', '-', '[\ud800', { by: 'lex' }), LONE_SURROGATE)
  })

  it('stays as it is', () => {
    const { db } = openWithScores()
    const options = Object.freeze({ by: 'score', rev: true, limit: Object.freeze({ offset: 0, count: 1 }) } as const)
    const combined = Object.freeze({ weights: Object.freeze([1, 2]), aggregate: 'max' } as const)

    expect(db.zrange('z', 9, 0, options)).toEqual(['d'])
    expect(db.zunion(Object.freeze(['z', 't']), combined)).toHaveLength(5)
  })
})

describe('what comes out', () => {
  it('is bytes on the side of bytes', () => {
    const { db } = openWithScores()
    const member = bytes(0xff)

    expect(db.bytes.zrange('bin', 0, -1)).toEqual([member])
    expect(db.bytes.zrange('bin', 0, -1, all)).toEqual([{ member, score: 1 }])
    expect(db.bytes.zrevrangebyscore('bin', 1, 1)).toEqual([member])
    expect(db.bytes.zrangebylex('bin', '-', '+')).toEqual([member])
    expect(db.bytes.zunion(['bin'])).toEqual([member])
    expect(db.bytes.zinter(['bin', 'bin'], all)).toEqual([{ member, score: 2 }])
    expect(db.bytes.zdiff(['bin'], all)).toEqual([{ member, score: 1 }])
  })

  it('belongs to the caller', () => {
    const { db } = openWithScores()

    db.zrange('z', 0, -1).length = 0
    for (const entry of db.zrange('z', 0, -1, all)) entry.score = 0
    for (const entry of db.zdiff(['z'], all)) entry.member = 'x'

    expect(db.zrange('z', 0, -1, all)).toEqual([scored(1, 'a'), scored(2, 'b'), scored(3, 'c'), scored(4, 'd')])
  })
})

describe('the types of', () => {
  const { db } = openWithScores()

  it('ranges are members, or entries where scores were asked for', () => {
    expectTypeOf(db.zrange('k', 0, 1)).toEqualTypeOf<string[]>()
    expectTypeOf(db.zrange('k', 0, 1, { rev: true })).toEqualTypeOf<string[]>()
    expectTypeOf(db.zrange('k', 0, 1, { rev: true, withScores: true })).toEqualTypeOf<ScoredMember[]>()
    expectTypeOf(db.bytes.zrevrange('k', 0, 1, all)).toEqualTypeOf<ScoredMember<Uint8Array>[]>()
    expectTypeOf(db.zrangebyscore('k', 0, 1)).toEqualTypeOf<string[]>()
    expectTypeOf(db.bytes.zrangebylex('k', '-', '+')).toEqualTypeOf<Uint8Array[]>()
  })

  it('unions and the like are too', () => {
    expectTypeOf(db.zunion(['k'])).toEqualTypeOf<string[]>()
    expectTypeOf(db.zinter(['k'], { weights: [1], withScores: true })).toEqualTypeOf<ScoredMember[]>()
    expectTypeOf(db.bytes.zdiff(['k'], all)).toEqualTypeOf<ScoredMember<Uint8Array>[]>()
    expectTypeOf(db.zunionstore('d', ['k'])).toEqualTypeOf<number>()
  })

  it('arguments refuse what does not fit', () => {
    // @ts-expect-error
    expect(() => db.zunion('k', 'l')).toThrow()
    // @ts-expect-error
    expect(() => db.zrange('k', 0, 1, { by: 'rank' })).toThrow()
    // @ts-expect-error
    expect(() => db.zlexcount('k', 1, 2)).toThrow()
  })
})

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}
