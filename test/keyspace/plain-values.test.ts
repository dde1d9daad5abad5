import { unpack } from 'msgpackr'
import { Packr } from 'msgpackr/pack'
import { manualClock, Redstart } from 'redstart'
import { describe, expect, it } from 'vitest'
import { BadPlainValue, formOf, unpackValue } from '../../src/keyspace/plain-values.js'
import type { Plain, PlainSink } from '../../src/keyspace/ports.js'
import { isString, type Value } from '../../src/keyspace/value.js'
import { PlainReader } from '../../src/persistence/unpack.js'
import type { Stream } from '../../src/structures/stream.js'
import { toBytes } from '../../src/structures/text.js'
import { callsOfRecipe, FILE_RECIPES } from '../oracle/recipes.js'
import { START_MS } from '../support.js'

/** The value that a recipe makes. */
function made(recipe: string): Value {
  const db = new Redstart({ clock: manualClock(START_MS), seed: 1 })
  for (const [name, ...words] of callsOfRecipe(recipe)) {
    db.call(name!, ...words.map((word) => Buffer.from(word, 'latin1')))
  }
  const { keys } = db.engine.databases[0]!
  return keys.lookAt(keys.find('k'))
}

function packed(value: Value): [code: number, plain: Plain] {
  if (isString(value)) throw new Error('strings have no form')
  const form = formOf(value)!
  const sink = new Collector()
  form.pack(value, 0, form.units(value), sink)
  return [form.code, sink.plain]
}

/** Keeps what it is given as it is. */
class Collector implements PlainSink {
  private readonly open: { readonly list: Plain[]; left: number }[] = [{ list: [], left: 1 }]

  get plain(): Plain {
    return this.open[0]!.list[0]!
  }

  private give(plain: Plain): void {
    const last = this.open.at(-1)!
    last.list.push(plain)
    last.left--
    while (this.open.length > 1 && this.open.at(-1)!.left === 0) this.open.pop()
  }

  none(): void {
    this.give(null)
  }

  number(value: number): void {
    this.give(value)
  }

  bigint(value: bigint): void {
    this.give(value)
  }

  text(text: string): void {
    this.give(text.isWellFormed() ? text : toBytes(text))
  }

  binary(bytes: Uint8Array): void {
    this.give(bytes.slice())
  }

  list(length: number): void {
    const list: Plain[] = []
    const last = this.open.at(-1)!
    last.list.push(list)
    last.left--
    this.open.push({ list, left: length })
    while (this.open.length > 1 && this.open.at(-1)!.left === 0) this.open.pop()
  }

  doubles(): number {
    throw new Error('no value here has doubles')
  }

  setDouble(): void {
    throw new Error('no value here has doubles')
  }
}

/** Through the bytes of a snapshot. */
function throughBytes(plain: Plain): Plain {
  const bytes = new Packr({ useRecords: false, moreTypes: false }).pack(plain)
  return new PlainReader(bytes, 'test', 0).whole()
}

const STREAMS = FILE_RECIPES['stream']!
const VECTOR_SETS = FILE_RECIPES['vector-set']!

describe('a stream as plain data', () => {
  it.each(STREAMS)('%s comes back', (recipe) => {
    const value = made(recipe) as Stream

    const [code, plain] = packed(value)
    const back = unpackValue(code, throughBytes(plain)) as Stream

    back.invariants()
    expect(code).toBe(7)
    expect([...back]).toEqual([...value])
    expect(packed(back)).toEqual([code, plain])
    expect([back.firstId, back.size, back.log.blockCount]).toEqual([value.firstId, value.size, value.log.blockCount])
  })

  it('is read by anybody who reads MessagePack', () => {
    const recipe = 'XADD k 5-1 f v; XADD k 5-2 f w; XADD k 7-0 g x; XDEL k 5-2; XGROUP CREATE k g 0'
    const [, plain] = packed(made(`${recipe}; XREADGROUP GROUP g ann COUNT 1 STREAMS k >`))

    expect(unpack(new Packr({ useRecords: false }).pack(plain))).toEqual([
      [7, 0, 5, 2, 3],
      [[5, 1, ['f'], [0, 0, 0, 'v'], [1, 0, 1, 'w'], [2, 2, -1, ['g'], 'x']]],
      [['g', 5, 1, -1, ['ann', START_MS, START_MS], [5, 1, 0, START_MS, 1]]],
    ])
  })

  const GOOD = packed(
    made('XADD k 5-1 f v; XADD k 5-2 f w; XGROUP CREATE k g 0; XREADGROUP GROUP g ann COUNT 1 STREAMS k >'),
  )[1]

  /** Every way to take one element away, or to put another in its place. */
  function* broken(plain: Plain): Generator<Plain> {
    if (!Array.isArray(plain)) return
    const list: readonly Plain[] = plain
    for (const [i, element] of list.entries()) {
      yield list.filter((_, other) => other !== i)
      yield list.with(i, null)
      yield list.with(i, -7)
      yield list.with(i, 'x')
      for (const inner of broken(element)) yield list.with(i, inner)
    }
  }

  it('is refused, or another stream that holds together, where a part of it is another', () => {
    let refused = 0
    for (const plain of broken(GOOD)) {
      try {
        ;(unpackValue(7, plain) as Stream).invariants()
      } catch (error) {
        expect(error).toBeInstanceOf(BadPlainValue)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(100)
  })
})

describe('a vector set as plain data', () => {
  it.each(VECTOR_SETS)('%s comes back', (recipe) => {
    const [code, plain] = packed(made(recipe))
    const back = unpackValue(code, throughBytes(plain))

    expect(code).toBe(8)
    expect(packed(back)).toEqual([code, plain])
  })

  it('is refused where it does not hold together', () => {
    const [, plain] = packed(made('VADD k VALUES 3 1 0 0 a'))
    const [head, element] = plain as [Plain[], Plain[]]

    for (const wrong of [
      [head],
      [head, element, element],
      [head.with(0, 9), element],
      [head.with(1, 0), element],
      [head.with(2, 1), element],
      [head.with(3, 2), element],
      [head, element.with(3, Uint8Array.of(1))],
      [head, element.with(2, -1)],
    ]) {
      expect(() => unpackValue(8, wrong as Plain)).toThrow(BadPlainValue)
    }
  })
})
