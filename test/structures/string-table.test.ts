import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackedTable } from '../../src/structures/packed-table.js'
import { StringTable, type TableLimits } from '../../src/structures/string-table.js'
import { hashOf } from '../../src/structures/text-hash.js'

/** Limits so small that a few keys reach splits, joins and segments that grow. */
const TINY: readonly (readonly [string, TableLimits])[] = [
  ['in a map', { mapMax: 1_000, movedAtOnce: 8, segmentCells: 8, depthMax: 4 }],
  ['in segments from the start', { mapMax: 0, movedAtOnce: 1, segmentCells: 8, depthMax: 20 }],
  ['in segments after a few keys', { mapMax: 5, movedAtOnce: 4, segmentCells: 16, depthMax: 20 }],
  ['in a map and in segments, for a while', { mapMax: 15, movedAtOnce: 2, segmentCells: 8, depthMax: 20 }],
  ['in segments that cannot be split for long', { mapMax: 0, movedAtOnce: 1, segmentCells: 8, depthMax: 2 }],
]

const keys = fc.oneof(
  { weight: 9, arbitrary: fc.nat(60).map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', '__proto__', 'constructor', '\udcff', 'é', 'x'.repeat(99)) },
)

it.each([
  ['a string table', () => new StringTable(1, { mapMax: 0, movedAtOnce: 1, segmentCells: 8, depthMax: 20 })],
  ['a packed table', () => new PackedTable({ segmentCells: 8, depthMax: 20 })],
])('%s holds keys whose hashes agree in many of their first bits', (_name, make) => {
  const alike = Array.from({ length: 3_000 }, (_, i) => `key ${i}`).filter((key) => hashOf(key) >>> 26 === 5)
  const table = make()

  for (const key of alike) if (table.find(key) === -1) table.add(key)

  table.invariants()
  expect(table.size).toBe(alike.length)
})

it('a string table counts the keys of two segments that become one, also where one of them had grown', () => {
  const table = new StringTable(1, { mapMax: 0, movedAtOnce: 1, segmentCells: 8, depthMax: 2 })
  const inQuarter = (quarter: number, count: number): string[] =>
    Array.from({ length: 400 }, (_, i) => `key ${i}`)
      .filter((key) => hashOf(key) >>> 30 === quarter)
      .slice(0, count)
  // So many that the segment of their quarter grows, as it cannot be split.
  const [many, few] = [inQuarter(0, 40), inQuarter(1, 3)]
  for (const key of [...few, ...many]) table.add(key)

  for (const key of [...many.slice(1), ...few]) table.remove(table.find(key))

  table.invariants()
  expect(table.find(many[0]!)).toBe(0)
})

/** Takes keys as a snapshot is loaded. */
class LoadedTable extends StringTable<number> {
  load(keys: readonly string[]): boolean {
    keys.forEach((key) => {
      this.append(key)
    })
    while (this.unentered > 0) if (!this.enterAppended(100)) return false
    return true
  }
}

describe('a string table', () => {
  it.each(TINY)('takes many keys at once, and refuses one that comes twice: %s', (_where, limits) => {
    const batches = fc.array(fc.uniqueArray(fc.nat(5_000).map(String), { maxLength: 600, size: 'max' }), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(batches, fc.nat(2_000), (batches, expected) => {
        const table = new LoadedTable(2, limits)
        table.expect(expected)
        const known = new Set<string>()
        for (const batch of batches) {
          const fresh = batch.filter((key) => !known.has(key))
          expect(table.load(fresh)).toBe(true)
          for (const key of fresh) known.add(key)
        }

        table.invariants()
        expect(table.size).toBe(known.size)
        expect([...known].map((key) => table.keyAt(table.find(key)))).toEqual([...known])
        for (const key of known) if (Number(key) % 3 > 0) table.remove(table.find(key))
        table.invariants()
        const left = [...known].filter((key) => Number(key) % 3 === 0)
        if (left.length > 0) expect(table.load(['another', left[left.length >> 1]!])).toBe(false)
        else expect(table.load(['another', 'another'])).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  it.each(TINY)('with dense slots does what a map does: %s', (_where, limits) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.nat(3), fc.nat()), { maxLength: 300, size: 'max' }), (steps) => {
        const table = new StringTable<number>(2, limits)
        const values = new Map<string, number>()
        for (const [key, what, value] of steps) {
          const slot = table.find(key)
          expect(slot >= 0).toBe(values.has(key))
          if (slot < 0) {
            const added = table.add(key)
            expect(added).toBe(values.size)
            table.setValue(added, value)
            values.set(key, value)
          } else if (what === 0) {
            table.setValue(slot, value)
            values.set(key, value)
          } else {
            const last = table.keyAt(table.size - 1)
            expect(table.remove(slot)).toBe(values.size - 1)
            values.delete(key)
            if (last !== key) expect(table.keyAt(slot)).toBe(last)
          }
          table.invariants()
          expect(table.slots).toBe(values.size)
        }
        expect(contents(table)).toEqual(new Map([...values].sort()))
      }),
      { numRuns: 30 },
    )
  })

  it.each(TINY)('with slots that stay uses the freed ones again: %s', (_where, limits) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.boolean()), { maxLength: 300, size: 'max' }), (steps) => {
        const table = new StringTable(1, limits)
        const slots = new Map<string, number>()
        let most = 0
        for (const [key, stays] of steps) {
          const slot = table.find(key)
          expect(slot).toBe(slots.get(key) ?? -1)
          if (slot < 0) slots.set(key, table.add(key))
          else if (!stays) {
            table.free(slot)
            slots.delete(key)
          }
          most = Math.max(most, slots.size)
          table.invariants()
          expect(table.size).toBe(slots.size)
          expect(table.slots).toBe(most)
        }
        for (const [key, slot] of slots) expect(table.keyAt(slot)).toBe(key)
      }),
      { numRuns: 30 },
    )
  })

  it.each(TINY)('gives up the last of its slots while some are free, and keeps each key: %s', (_where, limits) => {
    const step = fc.tuple(keys, fc.constantFrom('add', 'add', 'free', 'drop'))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const table = new StringTable<string>(2, limits)
        const known = new Set<string>()
        for (const [key, what] of steps) {
          const slot = table.find(key)
          expect(slot >= 0).toBe(known.has(key))
          if (what === 'drop' && table.slots > table.size) {
            const last = table.keyAt(table.slots - 1)
            const moved = table.dropLast()
            expect(moved < 0 ? undefined : table.keyAt(moved)).toBe(last)
          } else if (what === 'add' && slot < 0) {
            table.setValue(table.add(key), key)
            known.add(key)
          } else if (what === 'free' && slot >= 0) {
            table.free(slot)
            known.delete(key)
          }
          table.invariants()
        }
        expect(table.size).toBe(known.size)
        for (const key of known) expect(table.valueAt(table.find(key))).toBe(key)
      }),
      { numRuns: 30 },
    )
  })

  it.each(TINY)('is copied whole, and the copy is its own: %s', (_where, limits) => {
    // Of some tables with twenty keys a part is in a map and in segments.
    for (const count of [20, 40]) {
      const table = filled(2, count, limits)

      const copy = table.clone()
      copy.setValue(copy.find('key 3'), 'changed')
      copy.remove(copy.find('key 5'))
      copy.setValue(copy.add('new'), 'new')

      copy.invariants()
      table.invariants()
      expect(table.valueAt(table.find('key 3'))).toBe(3)
      expect(table.find('key 5')).toBe(5)
      expect(table.find('new')).toBe(-1)
      expect(copy.size).toBe(count)
    }
  })

  it.each(TINY)('takes removals back, each key into the slot that it had: %s', (_where, limits) => {
    const counts = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(counts, fc.array(fc.nat(), { maxLength: 20 }), (count, picks) => {
        const table = filled(1, count, limits)
        const removed: { key: string; slot: number }[] = []
        for (const pick of picks.slice(0, count)) {
          const slot = pick % table.size
          removed.push({ key: table.keyAt(slot)!, slot })
          table.remove(slot)
        }

        for (const { key, slot } of removed.reverse()) {
          table.putBack(key, slot)
          table.invariants()
        }

        for (let slot = 0; slot < count; slot++) expect(table.keyAt(slot)).toBe(`key ${slot}`)
      }),
      { numRuns: 60 },
    )
  })

  it('holds a hundred thousand keys, and gives them up again in any order', () => {
    const table = filled(2, 100_000)
    table.invariants()

    for (let i = 0; i < 100_000; i++) table.remove(table.find(`key ${(i * 7919) % 100_000}`))

    expect(table.size).toBe(0)
    table.invariants()
    table.setValue(table.add('key 1'), 'again')
    expect(table.valueAt(table.find('key 1'))).toBe('again')
  })

  it('finds the empty key that was added before anything was looked for', () => {
    // Bug: it was kept under a hash of 0, the hash of the key that had been looked for last, which there was none.
    const table = new StringTable(1, TINY[1]![1])
    table.add('a')

    table.add('')

    expect(table.find('')).toBe(1)
  })

  it('holds on to nothing that was taken out', () => {
    for (const limits of [undefined, TINY[1]![1]]) {
      const table = filled(2, 3_000, limits)
      for (let i = 0; i < 2_999; i++) table.remove(table.find(`key ${i}`))

      const rows = table.rowsOf(0)
      expect(rows.filter((cell) => cell !== undefined)).toEqual(['key 2999', 2999])
    }
  })
})

function filled(stride: number, count: number, limits?: TableLimits): StringTable<unknown> {
  const table = new StringTable<unknown>(stride, limits)
  for (let i = 0; i < count; i++) {
    const key = `key ${i}`
    expect(table.find(key)).toBe(-1)
    table.setValue(table.add(key), i)
  }
  return table
}

function contents(table: StringTable<number>): Map<string, number> {
  const pairs: [string, number][] = []
  for (let slot = 0; slot < table.slots; slot++) pairs.push([table.keyAt(slot)!, table.valueAt(slot)])
  return new Map(pairs.sort())
}
