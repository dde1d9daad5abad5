import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ABSENT, KeyIndex } from '../../src/keyspace/key-index.js'
import { RandomSource } from '../../src/keyspace/random.js'
import { OTHER_STRING, TEXT } from '../../src/keyspace/value.js'

const keys = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '', '0', '1', '\udcff'),
  fc.nat(30).map((n) => `key${n}`),
)

/** Adds the key, or removes it when it is there. */
function toggle(index: KeyIndex, key: string): void {
  const slot = index.find(key)
  if (slot === ABSENT) put(index, key)
  else index.remove(slot)
}

function put(index: KeyIndex, key: string): void {
  index.insert(key, `value of ${key}`, 1)
}

/** The keys that one or more scans saw. */
const keysSeen = (index: KeyIndex, into: { push(key: string): void }) => (slot: number) => into.push(index.keyAt(slot)!)

describe('the key index', () => {
  it('holds what a map holds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.constantFrom('text', 7, 2n ** 60n)), { maxLength: 60 }), (steps) => {
        const index = new KeyIndex()
        const model = new Map<string, unknown>()
        for (const [key, value] of steps) {
          if (model.has(key)) {
            index.remove(index.find(key))
            model.delete(key)
          } else {
            index.insert(key, value, 1)
            model.set(key, value)
          }
          index.invariants()
          expect(index.size).toBe(model.size)
          expect(index.find(key) === ABSENT).toBe(!model.has(key))
        }

        for (const [key, value] of model) expect(index.valueAt(index.find(key))).toBe(value)
      }),
    )
  })

  it('knows type, deadline and access of a key, each without the others, wherever its row moves', () => {
    const index = new KeyIndex()
    for (const key of ['first', 'k', 'last']) index.insert(key, 'text', 5)
    const facts = (): unknown[] => {
      index.invariants()
      const slot = index.find('k')
      return [index.codeAt(slot), index.expires(slot), index.deadlineAt(slot), index.accessAt(slot)]
    }

    const seen = [facts()]
    index.setDeadline(index.find('k'), 2 ** 27 - 1, 99)
    seen.push(facts())
    index.exchange(index.find('k'), 12)
    index.setAccess(index.find('k'), 6)
    index.remove(index.find('first'))
    seen.push(facts())
    index.exchange(index.find('k'), 'text again')
    index.remove(index.find('last'))
    seen.push(facts())
    index.setDeadline(index.find('k'), 0, 0)
    seen.push(facts())

    expect(seen).toEqual([
      [TEXT, false, 0, 5],
      [TEXT, true, 2 ** 27 - 1, 5],
      [OTHER_STRING, true, 2 ** 27 - 1, 6],
      [TEXT, true, 2 ** 27 - 1, 6],
      [TEXT, false, 0, 6],
    ])
  })

  it('notices in its invariants when it is broken', () => {
    const index = new KeyIndex()
    put(index, 'a')

    index.setValue(0, 12)

    expect(() => index.invariants()).toThrow("'a' has a wrong type")
  })

  it('has no random key when it is empty', () => {
    expect(new KeyIndex().random(new RandomSource(1))).toBe(ABSENT)
  })

  it('chooses every entry as often as another, also after removals', () => {
    const index = new KeyIndex()
    const counts = new Map<string, number>()
    for (let i = 0; i < 15; i++) put(index, `k${i}`)
    for (let i = 0; i < 15; i += 3) index.remove(index.find(`k${i}`))
    const source = new RandomSource(1)

    for (let i = 0; i < 20_000; i++) {
      const key = index.keyAt(index.random(source))!
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
        for (let i = 0; i < size; i++) put(index, `k${i}`)
        const seen: string[] = []
        let cursor = 0
        let calls = 0
        do {
          const before = seen.length
          cursor = index.scan(cursor, count, keysSeen(index, seen))
          calls++
          if (seen.length - before > count) expect.fail('more than the count')
        } while (cursor !== 0)

        expect(seen.sort()).toEqual(Array.from({ length: size }, (_, i) => `k${i}`).sort())
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
          for (const key of start) put(index, key)
          // Some keys stay; with a modulus of 0 all others may go.
          const staying = new Set(start.filter((_, i) => modulus > 0 && i % modulus === 0))
          const seen = new Set<string>()
          let cursor = 0
          let call = 0
          do {
            cursor = index.scan(cursor, count, (slot) => seen.add(index.keyAt(slot)!))
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
    for (const key of ['a', 'b', 'c']) put(index, key)

    for (const cursor of [4, 1_000, Number.MAX_SAFE_INTEGER, 2 ** 64]) {
      const seen: string[] = []
      const next = index.scan(cursor, 10, keysSeen(index, seen))

      expect(next).toBe(0)
      expect(seen.sort()).toEqual(['a', 'b', 'c'])
    }
  })

  it('holds what a set holds also where it is large and keys lie in segments', () => {
    const shapes = [
      (n: number) => `key${n}`,
      (n: number) => `session:${n.toString(36)}:${'0'.repeat(20)}`,
      (n: number) => String.fromCharCode(0xdc80 + (n % 128), n & 0x7fff),
    ]
    for (const shape of shapes) {
      const index = new KeyIndex()
      const model = new Set<string>()
      const flip = (key: string): void => {
        toggle(index, key)
        if (!model.delete(key)) model.add(key)
      }
      for (let n = 0; n < 33_500; n++) flip(shape(n))
      // Over the bound and back, again and again.
      for (let n = 0; n < 9_000; n++) flip(shape((n * 7_919) % 34_000))
      for (const key of ['', 'a', 'ab', 'abc', 'abcd', '__proto__']) flip(key)

      index.invariants()
      expect(index.size).toBe(model.size)
      for (let n = 0; n < 34_000; n++) {
        const key = shape(n)
        if ((index.find(key) !== ABSENT) !== model.has(key)) expect.fail(key)
      }
      const seen = new Set<string>()
      let cursor = 0
      do cursor = index.scan(cursor, 1_000, (slot) => seen.add(index.keyAt(slot)!))
      while (cursor !== 0)
      expect(seen.size).toBe(model.size)
      for (const key of model) index.remove(index.find(key))
      index.invariants()
      expect(index.size).toBe(0)
    }
  })

  it('scans an empty index in one call', () => {
    expect(new KeyIndex().scan(0, 10, () => expect.fail('nothing to visit'))).toBe(0)
    expect(new KeyIndex().scan(7, 10, () => expect.fail('nothing to visit'))).toBe(0)
  })
})
