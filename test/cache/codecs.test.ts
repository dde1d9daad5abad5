import fc from 'fast-check'
import { Redstart } from 'redstart'
import { type Codec, cache } from 'redstart/cache'
import { describe, expect, it } from 'vitest'
import { openCache } from './support.js'

/** Plain and with a head of marks: the two ways in which a value can lie in the store. */
const WAYS = [{}, { staleTtlMs: 1000, ttlMs: 1000, tags: ['tag', 'ünïcode\n'] }]

function roundTrip(value: unknown, codec: 'structured' | 'json' | Codec<unknown>, way = {}): unknown {
  const { users } = openCache<unknown>({ codec, ...way })
  users.set('key', value)
  return users.get('key')
}

const circular: { self?: unknown } = {}
circular.self = circular
const shared = { shared: true }

describe('the structured codec', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['a fraction', 0.1],
    ['2^53 - 1', Number.MAX_SAFE_INTEGER],
    ['small bigints', [0n, -1n, 2n ** 63n, -(2n ** 63n)]],
    ['large bigints', [2n ** 200n, -(2n ** 200n)]],
    ['text', 'é😀\0\n'],
    ['long text', 'x'.repeat(100_000)],
    ['a Date', new Date(1_735_689_600_123)],
    ['far Dates', [new Date(8.64e15), new Date(-8.64e15)]],
    [
      'a Map',
      new Map<unknown, unknown>([
        [1, 'a'],
        [{ k: 1 }, new Set([1])],
        ['x', undefined],
      ]),
    ],
    ['a Set', new Set([1, 'a', undefined, new Date(0)])],
    ['bytes', new Uint8Array([0, 255, 10, 61, 91])],
    ['no bytes', new Uint8Array(0)],
    ['typed arrays', [new Float64Array([1.5]), new Int16Array([-1]), new BigInt64Array([1n])]],
    ['an ArrayBuffer', new Uint8Array([1, 2]).buffer],
    ['undefined within', { a: undefined, b: [undefined, null] }],
    ['nested collections', { a: [{ at: new Date(0), m: new Map([[new Date(1), new Set([2n])]]) }] }],
    ['names of Object.prototype', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
    ['fields like indexes', { 2: 'b', 1: 'a', '-1': 'c' }],
    ['no fields', { object: {}, array: [], map: new Map(), set: new Set() }],
    ['many fields', Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`field ${i}`, i]))],
    ['a regular expression', /a+\/b/gi],
    ['an error', new TypeError('wrong')],
    ['a circle', circular],
  ])('gives back %s as it was', (_, value) => {
    for (const way of WAYS) expect(roundTrip(value, 'structured', way)).toStrictEqual(value)
  })

  it('keeps one object one that is in two places', () => {
    const [a, b] = roundTrip([shared, shared], 'structured') as unknown[]

    expect(a).toStrictEqual(shared)
    expect(a).toBe(b)
  })

  it('gives back what structured cloning keeps: values of all kinds, nested', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double().filter((x) => !Object.is(x, -0)),
      fc.maxSafeInteger(),
      fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array(),
    )
    const { value: any } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, leaf, tie('array'), tie('object'), tie('map'), tie('set')),
      array: fc.array(tie('value'), { maxLength: 5 }),
      object: fc.dictionary(
        fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
        tie('value'),
        { maxKeys: 5, noNullPrototype: true },
      ),
      map: fc.array(fc.tuple(leaf, tie('value')), { maxLength: 5 }).map((pairs) => new Map(pairs)),
      set: fc.array(leaf, { maxLength: 5 }).map((members) => new Set(members)),
    }))
    const { users } = openCache<unknown>({ ttlMs: 1000 })

    fc.assert(
      fc.property(any, fc.boolean(), (value, marked) => {
        users.set('key', value, marked ? { staleTtlMs: 1000, tags: ['tag'] } : undefined)
        expect(users.get('key')).toStrictEqual(value)
      }),
      { numRuns: 300 },
    )
  })

  it('gives everybody a copy of their own', () => {
    const { users } = openCache<{ list: number[]; bytes: Uint8Array }>()
    const value = { list: [1], bytes: new Uint8Array([1]) }
    users.set('key', value)

    value.list.push(2)
    users.get('key')!.list.push(3)
    users.get('key')!.bytes[0] = 9

    expect(users.get('key')).toEqual({ list: [1], bytes: new Uint8Array([1]) })
  })

  it.each([new Uint8Array([1]), Buffer.from([1])])('gives back bytes in memory of their own: %j', (value) => {
    const bytes = roundTrip({ value }, 'structured') as { value: Uint8Array }

    expect(bytes.value).toStrictEqual(new Uint8Array([1]))
    expect(bytes.value.buffer.byteLength).toBe(1)
  })

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a function within', { a: [() => 1] }],
    ['a symbol', Symbol('s')],
  ])('refuses %s, and goes on working', (_, value) => {
    const { users } = openCache<unknown>()

    expect(() => users.set('key', value)).toThrow()
    users.set('key', { a: 1 })
    expect(users.get('key')).toEqual({ a: 1 })
  })

  it('can be read by a cache of another process: values stand for themselves', () => {
    const { db, users } = openCache<unknown>()
    const value = { a: 1, m: new Map([['k', { a: 2 }]]) }
    users.set('key', value)
    const elsewhere = new Redstart()
    elsewhere.restore('user:key', 0, db.bytes.dump('user:key')!)

    expect(cache(elsewhere, { prefix: 'user:' }).get('key')).toStrictEqual(value)
  })
})

describe('the json codec', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['text', 'é😀\0\n\ud800'],
    ['nested', { a: [1, { b: null }], '': '' }],
    ['the field __proto__', JSON.parse('{"__proto__":1}')],
  ])('gives back %s as it was', (_, value) => {
    for (const way of WAYS) expect(roundTrip(value, 'json', way)).toStrictEqual(value)
  })

  it.each([() => 1, Symbol('s')])('refuses %s, which it has no word for', (value) => {
    expect(() => roundTrip(value, 'json')).toThrow(new TypeError(`JSON cannot hold a ${typeof value}`))
  })

  it('refuses bigints and circles, as JSON does', () => {
    expect(() => roundTrip(1n, 'json')).toThrow(TypeError)
    expect(() => roundTrip(circular, 'json')).toThrow(TypeError)
  })
})

describe('a codec of the caller', () => {
  const upper: Codec<string> = { encode: (text) => text.toUpperCase(), decode: (text) => text.toLowerCase() }
  const reversed: Codec<Uint8Array> = {
    kind: 'bytes',
    encode: (bytes) => bytes.toReversed(),
    decode: (bytes) => bytes.toReversed(),
  }

  it.each(WAYS)('over text: %j', (way) => {
    const { db, users } = openCache<string>({ codec: upper, ...way })
    users.set('key', 'text\nö')

    expect(db.get('user:key')!.endsWith('TEXT\nÖ')).toBe(true)
    expect(users.get('key')).toBe('text\nö')
  })

  it.each(WAYS)('over bytes: %j', (way) => {
    const { users } = openCache<Uint8Array>({ codec: reversed, ...way })
    users.set('key', new Uint8Array([10, 0, 255]))

    expect(users.get('key')).toEqual(new Uint8Array([10, 0, 255]))
  })

  it.each<[string, Codec<unknown>, string]>([
    [
      'bytes without its kind',
      { encode: () => new Uint8Array(1) as never, decode: String },
      "says so by kind: 'bytes'",
    ],
    ['text as bytes', { kind: 'bytes', encode: () => 'x' as never, decode: String }, "says so by kind: 'bytes'"],
    ['neither', { encode: () => undefined as never, decode: String }, 'got undefined'],
  ])('is refused when it encodes to %s', (_, codec, message) => {
    const { db, users } = openCache<unknown>({ codec })

    expect(() => users.set('key', 1)).toThrow(message)
    expect(db.dbsize()).toBe(0)
  })
})
