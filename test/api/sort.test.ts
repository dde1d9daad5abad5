import type { Redstart, SortGetOptions } from 'redstart'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { List } from '../../src/structures/list.js'
import {
  bytes,
  contents,
  expectRefused,
  forget,
  logged,
  NOT_AN_INTEGER,
  type Opened,
  open,
  plant,
  say,
} from '../support.js'

/** The list l (3, 1, 2), the set s (b, a), weights of 1 and 2, a string. */
function openWithValues(): Opened {
  const opened = open()
  plant(opened, 'l', List.of(['3', '1', '2']))
  opened.db.sadd('s', 'b', 'a')
  opened.db.mset({ w_1: 20, w_2: 10, str: 'v' })
  forget(opened)
  return opened
}

/** A method, and the words that say the same. */
const DOORS: readonly [words: string, method: (db: Redstart) => unknown][] = [
  ['SORT l', (db) => db.sort('l')],
  ['SORT l DESC', (db) => db.sort('l', { desc: true })],
  ['SORT l LIMIT 1 2', (db) => db.sort('l', { limit: { offset: 1, count: 2 } })],
  ['SORT l LIMIT 1 -1', (db) => db.sort('l', { limit: { offset: 1, count: -1 } })],
  ['SORT s ALPHA', (db) => db.sort('s', { alpha: true })],
  ['SORT s', (db) => db.sort('s')],
  ['SORT l BY w_*', (db) => db.sort('l', { by: 'w_*' })],
  ['SORT l BY nosort DESC', (db) => db.sort('l', { by: 'nosort', desc: true })],
  ['SORT l GET w_*', (db) => db.sort('l', { get: 'w_*' })],
  ['SORT l BY w_* GET # GET w_*', (db) => db.sort('l', { by: 'w_*', get: ['#', 'w_*'] })],
  ['SORT none', (db) => db.sort('none')],
  ['SORT str', (db) => db.sort('str')],
  ['SORT_RO l GET # GET w_*', (db) => db.sortRo('l', { get: ['#', 'w_*'] })],
  ['SORT_RO s ALPHA DESC', (db) => db.sortRo('s', { alpha: true, desc: true })],
  ['SORT_RO s', (db) => db.sortRo('s')],
  ['SORT l STORE d', (db) => db.sortStore('l', 'd')],
  ['SORT l BY w_* GET w_* STORE l', (db) => db.sortStore('l', 'l', { by: 'w_*', get: 'w_*' })],
  ['SORT none STORE str', (db) => db.sortStore('none', 'str')],
  ['SORT s STORE d', (db) => db.sortStore('s', 'd')],
  ['SORT str STORE d', (db) => db.sortStore('str', 'd')],
]

describe('a method and its words answer, change, announce and log the same', () => {
  it.each(DOORS)('%s', (words, method) => {
    const [typed, raw] = [openWithValues(), openWithValues()]

    const replies = [outcomeOf(() => method(typed.db)), outcomeOf(() => say(raw.db, words))]

    expect(replies[0]).toEqual(replies[1])
    expect(contents(typed.db)).toEqual(contents(raw.db))
    expect(typed.seen).toEqual(raw.seen)
    expect(logged(typed)).toEqual(logged(raw))
  })
})

describe('the options of sort', () => {
  it('may be there and say nothing', () => {
    const { db } = openWithValues()

    expect(db.sort('l', {})).toEqual(['1', '2', '3'])
    expect(db.sort('l', { desc: false, alpha: false, by: undefined, limit: undefined })).toEqual(['1', '2', '3'])
    expect(db.sort('l', { get: [] })).toEqual(['1', '2', '3'])
  })

  it('take patterns as bytes', () => {
    const { db } = openWithValues()

    expect(db.sort('l', { by: bytes('w_*'), get: bytes('#') })).toEqual(['3', '2', '1'])
    expect(db.bytes.sort('l', { get: [bytes('w_*'), '#'], limit: { offset: 2, count: 1 } })).toEqual([null, bytes('3')])
  })

  it.each([
    ['an offset that is no integer', { limit: { offset: 0.5, count: 1 } }],
    ['a count that is none', { limit: { offset: 0 } }],
    ['a count that is text', { limit: { offset: 0, count: '1' } }],
  ])('refuse %s', (_what, options) => {
    const opened = openWithValues()

    expectRefused(opened, () => opened.db.sort('l', options as never), NOT_AN_INTEGER)
    expectRefused(opened, () => opened.db.sortStore('l', 'l', options as never), NOT_AN_INTEGER)
  })
})

describe('the types of sort', () => {
  const { db } = openWithValues()

  it('have null among the elements only where get may find nothing', () => {
    const options: SortGetOptions = { get: '#' }

    expectTypeOf(db.sort('l')).toEqualTypeOf<string[]>()
    expectTypeOf(db.sort('l', { by: 'w_*', desc: true })).toEqualTypeOf<string[]>()
    expectTypeOf(db.sort('l', { get: 'w_*' })).toEqualTypeOf<(string | null)[]>()
    expectTypeOf(db.sort('l', options)).toEqualTypeOf<(string | null)[]>()
    expectTypeOf(db.bytes.sort('l')).toEqualTypeOf<Uint8Array[]>()
    expectTypeOf(db.bytes.sortRo('l', { get: ['#'] })).toEqualTypeOf<(Uint8Array | null)[]>()
    expectTypeOf(db.sortStore('l', 'd', { get: '#' })).toEqualTypeOf<number>()
  })
})

function outcomeOf(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return String(error)
  }
}
