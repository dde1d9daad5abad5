import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  bytes,
  contents,
  expectRefused,
  LONE_SURROGATE,
  NOT_AN_INTEGER,
  NOT_DATA,
  notAString,
  open,
} from '../support.js'

const OUT_OF_RANGE = 'ERR DB index is out of range'
const NOT_INT32 = 'ERR value is out of range, value must between -2147483648 and 2147483647'

describe('ping and echo', () => {
  it('ping answers PONG', () => {
    const { db } = open()

    expect([db.ping(), db.bytes.ping()]).toEqual(['PONG', 'PONG'])
  })

  it('return their argument, as a string or as bytes', () => {
    const { db } = open()

    expect([db.ping('é'), db.echo('é')]).toEqual(['é', 'é'])
    expect([db.ping(5), db.echo('007'), db.echo('')]).toEqual(['5', '007', ''])
    expect([db.bytes.ping('é'), db.bytes.echo(bytes(0xff))]).toEqual([bytes('é'), bytes(0xff)])
  })

  it('return a copy of bytes', () => {
    const { db } = open()
    const given = new Uint8Array(100).fill(1)

    db.bytes.echo(given).fill(2)

    expect(given).toEqual(new Uint8Array(100).fill(1))
  })

  it.each(NOT_DATA)('echo refuses %s', (_name, value, shown) => {
    const opened = open()

    expectRefused(opened, () => opened.db.echo(value as never), notAString(shown))
    if (value !== undefined) expectRefused(opened, () => opened.db.ping(value as never), notAString(shown))
  })

  it('refuse a lone surrogate', () => {
    const opened = open()

    expectRefused(opened, () => opened.db.echo('\ud800'), LONE_SURROGATE)
    expectRefused(opened, () => opened.db.ping('\ud800'), LONE_SURROGATE)
  })
})

describe('select', () => {
  it('selects the database of later calls, of db.bytes too', () => {
    const { db } = open()
    db.set('k', 'zero')

    expect(db.select(15)).toBe('OK')
    expect([db.get('k'), db.bytes.get('k')]).toEqual([null, null])
    db.bytes.select(0)

    expect(db.get('k')).toBe('zero')
  })

  it.each([
    [-1, OUT_OF_RANGE],
    [16, OUT_OF_RANGE],
    [2 ** 31, NOT_INT32],
    [1.5, NOT_AN_INTEGER],
    [Number.NaN, NOT_AN_INTEGER],
    [null, NOT_AN_INTEGER],
    [undefined, NOT_AN_INTEGER],
    [{}, NOT_AN_INTEGER],
    ['1', NOT_AN_INTEGER],
    ['length', NOT_AN_INTEGER],
    [['1'], NOT_AN_INTEGER],
  ])('refuses %s (%s) and stays where it is', (index, message) => {
    const opened = open()
    opened.db.select(3)

    expectRefused(opened, () => opened.db.select(index as never), message)
    opened.db.set('k', 'v')

    expect(contents(opened.db)).toEqual([[3, 'k', 'v', undefined]])
  })
})

it('the types of ping tell the constant from the argument', () => {
  const { db } = open()

  expectTypeOf(db.ping()).toEqualTypeOf<'PONG'>()
  expectTypeOf(db.ping('x')).toEqualTypeOf<string>()
  expectTypeOf(db.bytes.ping()).toEqualTypeOf<'PONG'>()
  expectTypeOf(db.bytes.ping('x')).toEqualTypeOf<Uint8Array>()
  expectTypeOf(db.select(1)).toEqualTypeOf<'OK'>()
})
