import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MovingTable } from '../../src/structures/moving-table.js'
import { PackedTable } from '../../src/structures/packed-table.js'
import { PackedTexts } from '../../src/structures/packed-texts.js'
import { StringTable } from '../../src/structures/string-table.js'

/** Short ones, some that are kept as strings, the empty one, and lengths around what is packed. */
const texts = fc.oneof(
  { weight: 8, arbitrary: fc.nat(400).map((n) => `member ${n}`) },
  { weight: 2, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 2, arbitrary: fc.nat(9).map((n) => `é${n}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '\udcff', '__proto__', 'x'.repeat(254), 'x'.repeat(255), '\0', '漢字') },
)

describe('packed texts', () => {
  it('hold what an array holds', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ what: fc.constant('push' as const), text: texts, index: fc.constant(0) }) },
      { weight: 4, arbitrary: fc.record({ what: fc.constant('set' as const), text: texts, index: fc.nat(1_000) }) },
      { weight: 2, arbitrary: fc.record({ what: fc.constant('pop' as const), text: texts, index: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ what: fc.constant('many' as const), text: texts, index: fc.nat(300) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const packed = new PackedTexts()
        const model: string[] = []
        for (const { what, text, index } of steps) {
          const pushed =
            what === 'push' ? [text] : what === 'many' ? Array.from({ length: index }, (_, i) => `${i}${text}`) : []
          for (const one of pushed) {
            packed.push(one)
            model.push(one)
          }
          if (what === 'set' && model.length > 0) {
            packed.set(index % model.length, text)
            model[index % model.length] = text
          }
          if (what === 'pop' && model.length > 0) {
            packed.pop()
            model.pop()
          }
        }

        packed.invariants()
        expect(packed.length).toBe(model.length)
        expect(model.map((_, i) => packed.at(i))).toEqual(model)
        expect(packed.all()).toEqual(model)
        expect(model.every((text, i) => packed.isAt(i, text) && !packed.isAt(i, `${text}.`))).toBe(true)
        const copy = packed.clone()
        for (let i = 0; i < model.length; i++) copy.set(i, 'other')
        copy.invariants()
        packed.invariants()
        expect(model.map((_, i) => packed.at(i))).toEqual(model)
      }),
      { numRuns: 150 },
    )
  })
})

/** What is in the slots of a table. */
const keysOf = (table: { readonly size: number; keyAt(slot: number): string | undefined }): (string | undefined)[] =>
  Array.from({ length: table.size }, (_, slot) => table.keyAt(slot))

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: texts.map((key) => ({ what: 'add' as const, key, n: 0 })) },
    { weight: 4, arbitrary: fc.nat(5_000).map((n) => ({ what: 'remove' as const, key: '', n })) },
    { weight: 1, arbitrary: fc.nat(400).map((n) => ({ what: 'add many' as const, key: '', n })) },
    { weight: 1, arbitrary: fc.nat(400).map((n) => ({ what: 'remove many' as const, key: '', n })) },
  ),
  { maxLength: 40 },
)

describe.each([
  ['a packed table', () => new PackedTable()],
  ['a packed table of small segments', () => new PackedTable({ segmentCells: 16, depthMax: 20 })],
  ['a packed table whose segments grow', () => new PackedTable({ segmentCells: 8, depthMax: 3 })],
])('%s', (_name, make) => {
  it('gives the slots that a table of strings gives', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const [table, model] = [make(), new StringTable()]
        const add = (key: string): void => {
          expect(table.find(key)).toBe(model.find(key))
          if (model.find(key) === -1) expect(table.add(key)).toBe(model.add(key))
        }
        const remove = (n: number): void => {
          if (model.size > 0) expect(table.remove(n % model.size)).toBe(model.remove(n % model.size))
        }
        for (const { what, key, n } of all) {
          if (what === 'add') add(key)
          else if (what === 'remove') remove(n)
          else for (let i = 0; i < n; i++) what === 'add many' ? add(`key ${i * 7} of ${n}`) : remove(i * 31)
        }

        table.invariants()
        expect(keysOf(table)).toEqual(keysOf(model))
        const copy = table.clone()
        while (copy.size > 0) copy.remove(copy.size >> 1)
        copy.invariants()
        expect(keysOf(table)).toEqual(keysOf(model))
        table.invariants()
      }),
      { numRuns: 60 },
    )
  })
})

it('a table on its way to a packed one keeps every key in its slot, whatever comes and goes', () => {
  fc.assert(
    fc.property(steps, fc.nat(300), (all, size) => {
      const [from, model] = [new StringTable(), new StringTable()]
      for (let i = 0; i < size; i++) for (const table of [from, model]) table.add(`first ${i}`)
      const moving = new MovingTable(from)
      let table: MovingTable | PackedTable = moving
      for (const { what, key, n } of all) {
        const many = what === 'add many' || what === 'remove many' ? n : 1
        for (let i = 0; i < many; i++) {
          const name = what === 'add' ? key : `key ${i} of ${n}`
          if (what === 'add' || what === 'add many') {
            expect(table.find(name)).toBe(model.find(name))
            if (model.find(name) !== -1) continue
            expect(table.add(name)).toBe(model.add(name))
            if (table instanceof MovingTable) table = table.move() ?? table
          } else if (model.size > 0) expect(table.remove((n + i) % model.size)).toBe(model.remove((n + i) % model.size))
        }
      }

      table.invariants()
      expect(keysOf(table)).toEqual(keysOf(model))
      expect(keysOf(table.clone())).toEqual(keysOf(model))
    }),
    { numRuns: 100 },
  )
})
