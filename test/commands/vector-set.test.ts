import { describe, expect, it } from 'vitest'
import { replay } from '../../src/commands/dispatch.js'
import type { VectorSet } from '../../src/structures/vector-set/vector-set.js'
import { contents, expectRefused, forget, logged, type Opened, open, say, valueIn, WRONGTYPE } from '../support.js'

/** The vector set v with a, b and c; the string s. */
function openWithVectors(): Opened {
  const opened = open()
  opened.db.vadd('v', [1, 0, 0], 'a', { setattr: '{"year": 1979}' })
  opened.db.vadd('v', [0.9, 0.1, 0], 'b', { setattr: '{"year": 1986}' })
  opened.db.vadd('v', [0, 0, -1], 'c')
  opened.db.set('s', 'text')
  forget(opened)
  return opened
}

const setIn = ({ db }: Opened, key: string): VectorSet =>
  // What the tests ask for they have put there.
  valueIn(db.engine.databases[0]!, key) as VectorSet

describe('VADD', () => {
  it('adds an element, or gives it another vector and leaves its attributes', () => {
    const opened = openWithVectors()
    const { db } = opened

    expect([db.vadd('v', [0, 1, 0], 'd'), db.vadd('v', [0, 1, 0], 'a')]).toEqual([1, 0])
    expect([db.vcard('v'), db.vdim('v'), db.vgetattr('v', 'a')]).toEqual([4, 3, '{"year": 1979}'])
    expect(db.vsim('v', [0, 1, 0], { count: 2 }).sort()).toEqual(['a', 'd'])
    setIn(opened, 'v').invariants()
  })

  it('announces nothing, as in Redis, but is counted, logged and trips watches', () => {
    const opened = openWithVectors()
    const watch = opened.db.watch('v')
    const { dirty } = opened.db.engine
    opened.db.vadd('v', [1, 1, 1], 'd')
    opened.db.vrem('v', 'd')

    expect([opened.seen, opened.db.engine.dirty - dirty, watch.changed]).toEqual([[], 2, true])
    expect(logged(opened).map((line) => line.split(' ')[0])).toEqual(['VADD', 'VREM'])
  })

  it('is replayed to the same set, graph included', () => {
    const opened = open()
    for (let i = 0; i < 300; i++)
      opened.db.vadd('v', [Math.sin(i), Math.cos(i * 3), Math.sin(i * 7)], `e${i % 200}`, { m: 4 })
    for (let i = 0; i < 50; i++) opened.db.vrem('v', `e${i * 3}`)
    const other = open()
    for (const batch of opened.log.batches) replay(other.db.engine, batch)

    expect(contents(other.db)).toEqual(contents(opened.db))
    for (const element of ['e1', 'e100', 'e199']) {
      expect(other.db.vlinks('v', element)).toEqual(opened.db.vlinks('v', element))
    }
  })

  it.each([
    ['VADD s VALUES 1 1 a', WRONGTYPE],
    ['VSIM s VALUES 1 1', WRONGTYPE],
    ['VADD v VALUES 2 1 2 x', 'ERR Vector dimension mismatch - got 2 but set has 3'],
    ['VADD v VALUES 3 1 2 3 x BIN', 'ERR asked quantization mismatch with existing vector set'],
    ['VADD v VALUES 3 1 2 3 x M 8', 'ERR asked M value mismatch with existing vector set'],
    ['VADD v REDUCE 2 VALUES 3 1 2 3 x', 'ERR cannot add projection to existing set without projection'],
    ['VADD v VALUES 3 1 inf 3 x', 'ERR invalid vector specification'],
    ['VADD v FP32 abc x', 'ERR invalid vector specification'],
    ['VADD v VALUES 3 1 2 3', "ERR wrong number of arguments for 'vadd' command"],
    ['VADD v VALUES 3 1 2 3 x EF 0', 'ERR invalid EF'],
    ['VADD v VALUES 3 1 2 3 x NOSUCH 0', 'ERR invalid option after element'],
    ['VSIM v ELE none', 'ERR element not found in set'],
    ['VSIM v ELE a FILTER (', 'ERR syntax error in FILTER expression near: '],
    ['VDIM none', 'ERR key does not exist'],
  ])('and its kin refuse, and change nothing: %s', (words, message) => {
    const opened = openWithVectors()

    expectRefused(opened, () => say(opened.db, words), message)
  })
})

describe('VSIM', () => {
  it('finds what is most alike, by a vector or an element, with scores and filters', () => {
    const { db } = openWithVectors()

    expect(db.vsim('v', { element: 'a' })).toEqual(['a', 'b', 'c'])
    expect(db.vsim('v', [0, 0, -5], { count: 1, withScores: true })).toEqual([{ element: 'c', score: 1 }])
    expect(db.vsim('v', [1, 0, 0], { filter: '.year > 1980' })).toEqual(['b'])
    expect(db.vsim('v', [1, 0, 0], { epsilon: 0.1, truth: true })).toEqual(['a', 'b'])
    expect(db.vsim('none', [1])).toEqual([])
  })

  it('finds in fewer dimensions what is alike in more', () => {
    const { db } = open()
    const vector = (i: number) => Array.from({ length: 64 }, (_, j) => Math.sin(i + j * (i + 1)))
    for (let i = 0; i < 50; i++) db.vadd('v', vector(i), `e${i}`, { reduce: 24, quantization: 'noquant' })

    expect(db.vinfo('v')).toMatchObject({ dimension: 24, inputDimension: 64, size: 50, quantization: 'f32' })
    for (const i of [0, 17, 49]) expect(db.vsim('v', vector(i), { count: 1 })).toEqual([`e${i}`])
  })
})

describe('a vector set', () => {
  it('without elements is gone', () => {
    const { db } = openWithVectors()

    expect(['a', 'b', 'c', 'c'].map((element) => db.vrem('v', element))).toEqual([1, 1, 1, 0])
    expect([db.exists('v'), db.vcard('v'), db.vinfo('v'), db.vrandmember('v')]).toEqual([0, 0, null, null])
  })

  it('shows its vectors, links and random elements', () => {
    const { db } = openWithVectors()

    expect(db.vemb('v', 'c')).toEqual([0, 0, -1])
    expect(db.vembRaw('v', 'c')).toEqual({ quantization: 'int8', bytes: Uint8Array.of(0, 0, 129), norm: 1, range: 1 })
    expect(
      db
        .vlinks('v', 'a')!
        .at(-1)!
        .map(({ element }) => element)
        .sort(),
    ).toEqual(['b', 'c'])
    expect(db.vrandmember('v', 5).sort()).toEqual(['a', 'b', 'c'])
    expect(db.vrandmember('v', -7)).toHaveLength(7)
  })

  it.each(['q8', 'noquant', 'bin'] as const)('is copied, forked, dumped and restored: %s', (quantization) => {
    const opened = open()
    const { db } = opened
    for (let i = 0; i < 40; i++) {
      db.vadd('v', [Math.sin(i), Math.cos(i), i % 3], `e${i}`, {
        quantization,
        reduce: 2,
        setattr: i % 2 ? '{"i":1}' : '',
      })
    }
    db.copy('v', 'copy')
    db.restore('restored', 0, db.dump('v')!)
    const fork = db.fork()
    fork.vrem('v', 'e1')
    db.vrem('copy', 'e2')

    expect([db.vcard('v'), fork.vcard('v'), db.vcard('copy'), db.vcard('restored')]).toEqual([40, 39, 39, 40])
    for (const element of ['e0', 'e7', 'e39']) {
      expect(db.vembRaw('restored', element)).toEqual(db.vembRaw('v', element))
      expect(db.vgetattr('restored', element)).toBe(db.vgetattr('v', element))
    }
    for (const key of ['v', 'copy', 'restored']) setIn(opened, key).invariants()
  })
})
