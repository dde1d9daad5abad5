import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Entry } from '../../src/keyspace/entry.js'
import { KeyIndex } from '../../src/keyspace/key-index.js'
import { RandomSource } from '../../src/keyspace/random.js'

const entryOf = (key: string): Entry => new Entry(key, 'value', 1)
const keys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '', '0', '1', '\udcff'),
  fc.nat(30).map((n) => `key${n}`),
)

/** Adds the key, or removes it when it is there. */
function toggle(index: KeyIndex, key: string): void {
  const entry = index.get(key)
  if (entry === undefined) index.add(entryOf(key))
  else index.remove(entry)
}

describe('the key index', () => {
  it('holds what a map holds', () => {
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 60 }), (steps) => {
        const index = new KeyIndex()
        const model = new Map<string, Entry>()
        for (const key of steps) {
          const there = model.get(key)
          if (there === undefined) {
            const entry = entryOf(key)
            index.add(entry)
            model.set(key, entry)
          } else {
            index.remove(there)
            model.delete(key)
            if (there.position !== -1) expect.fail(`'${key}' is still there`)
          }
          index.invariants()
          expect(index.size).toBe(model.size)
          expect(index.get(key)).toBe(model.get(key))
        }

        expect(new Set(index.entries())).toEqual(new Set(model.values()))
      }),
    )
  })

  it('notices in its invariants when it is broken', () => {
    const index = new KeyIndex()
    const [a, b] = [entryOf('a'), entryOf('b')]
    index.add(a)
    index.add(b)

    a.position = 1

    expect(() => index.invariants()).toThrow("'a' does not know its position")
  })

  it('has no random entry when it is empty', () => {
    expect(new KeyIndex().random(new RandomSource(1))).toBeUndefined()
  })

  it('chooses every entry as often as another, also after removals', () => {
    const index = new KeyIndex()
    const counts = new Map<string, number>()
    for (let i = 0; i < 15; i++) index.add(entryOf(`k${i}`))
    for (let i = 0; i < 15; i += 3) index.remove(index.get(`k${i}`)!)
    const source = new RandomSource(1)

    for (let i = 0; i < 20_000; i++) {
      const { key } = index.random(source)!
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }

    expect(counts.size).toBe(10)
    const squares = [...counts.values()].reduce((sum, count) => sum + (count - 2_000) ** 2 / 2_000, 0)
    // Chance exceeds this once in 10,000 times at 9 degrees of freedom.
    expect(squares).toBeLessThan(33.7)
  })

  it('scans every entry exactly once while nothing changes, whatever the count', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 70 }), (size, count) => {
        const index = new KeyIndex()
        for (let i = 0; i < size; i++) index.add(entryOf(`k${i}`))
        const seen: string[] = []
        let cursor = 0
        let calls = 0
        do {
          const before = seen.length
          cursor = index.scan(cursor, count, (entry) => seen.push(entry.key))
          calls++
          if (seen.length - before > count) expect.fail('more than the count')
        } while (cursor !== 0)

        expect(seen.sort()).toEqual(
          index
            .entries()
            .map((entry) => entry.key)
            .sort(),
        )
        expect(calls).toBe(Math.max(1, Math.ceil(size / count)))
      }),
    )
  })

  it('returns what is there from start to end at least once, while others come and go between the calls', () => {
    const changes = fc.array(fc.array(keys, { maxLength: 12 }), { maxLength: 30 })
    fc.assert(
      fc.property(
        fc.uniqueArray(keys, { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        changes,
        fc.nat(3),
        (start, count, between, modulus) => {
          const index = new KeyIndex()
          for (const key of start) index.add(entryOf(key))
          // Some keys stay; with a modulus of 0 all others may go.
          const staying = new Set(start.filter((_, i) => modulus > 0 && i % modulus === 0))
          const seen = new Set<string>()
          let cursor = 0
          let call = 0
          do {
            cursor = index.scan(cursor, count, (entry) => seen.add(entry.key))
            for (const key of between[call] ?? []) if (!staying.has(key)) toggle(index, key)
            call++
          } while (cursor !== 0 && call < 10_000)

          expect(cursor).toBe(0)
          for (const key of staying) if (!seen.has(key)) expect.fail(`'${key}' was there all the time and not returned`)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('takes cursors from anywhere: one past the end begins at the end', () => {
    const index = new KeyIndex()
    for (const key of ['a', 'b', 'c']) index.add(entryOf(key))

    for (const cursor of [4, 1_000, Number.MAX_SAFE_INTEGER, 2 ** 64]) {
      const seen: string[] = []
      const next = index.scan(cursor, 10, (entry) => seen.push(entry.key))

      expect(next).toBe(0)
      expect(seen.sort()).toEqual(['a', 'b', 'c'])
    }
  })

  it('holds what a map holds also where it is large and keys lie in parts', () => {
    const shapes = [
      (n: number) => `key${n}`,
      (n: number) => `${n}:user`,
      (n: number) => `session:${n.toString(36)}:${'0'.repeat(20)}`,
      (n: number) => String.fromCharCode(0xdc80 + (n % 128), n & 0x7fff),
    ]
    for (const shape of shapes) {
      const index = new KeyIndex()
      const model = new Map<string, Entry>()
      const flip = (key: string): void => {
        const there = model.get(key)
        if (there === undefined) model.set(key, entryOf(key))
        else model.delete(key)
        if (there === undefined) index.add(model.get(key)!)
        else index.remove(there)
      }
      for (let n = 0; n < 33_500; n++) flip(shape(n))
      // Over the bound and back, again and again.
      for (let n = 0; n < 9_000; n++) flip(shape((n * 7_919) % 34_000))
      for (const key of ['', 'a', 'ab', 'abc', 'abcd', '__proto__']) flip(key)

      index.invariants()
      expect(index.size).toBe(model.size)
      for (const [key, entry] of model) if (index.get(key) !== entry) expect.fail(`'${key}' is not found`)
      for (let n = 0; n < 34_000; n++) if (index.get(shape(n)) !== model.get(shape(n))) expect.fail(shape(n))
      const seen = new Set<Entry>()
      let cursor = 0
      do cursor = index.scan(cursor, 1_000, (entry) => seen.add(entry))
      while (cursor !== 0)
      expect(seen.size).toBe(model.size)
      for (const entry of [...model.values()]) index.remove(entry)
      index.invariants()
      expect(index.size).toBe(0)
    }
  })

  it('scans an empty index in one call', () => {
    expect(new KeyIndex().scan(0, 10, () => expect.fail('nothing to visit'))).toBe(0)
    expect(new KeyIndex().scan(7, 10, () => expect.fail('nothing to visit'))).toBe(0)
  })
})
