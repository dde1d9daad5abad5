import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteString } from '../../src/structures/byte-string.js'
import {
  addElement,
  cacheCount,
  cachedCount,
  countElements,
  createHyperLogLog,
  isHyperLogLog,
  isSparse,
  MergedRegisters,
  makeDense,
  registersOf,
} from '../../src/structures/hyperloglog.js'
import { REGISTERS } from '../../src/structures/hyperloglog-dense.js'
import { countOfPlace, indexOfPlace, placeOf } from '../../src/structures/hyperloglog-hash.js'
import { testHyperLogLog } from '../../src/structures/hyperloglog-test.js'
import { toBytes } from '../../src/structures/text.js'

const MASK = 2n ** 64n - 1n
const MULTIPLIER = 0xc6a4a7935bd1e995n

/** The hash as its author published it, by BigInt. */
function murmur(bytes: Uint8Array): bigint {
  const mixed = (k: bigint): bigint => {
    const first = (k * MULTIPLIER) & MASK
    return ((first ^ (first >> 47n)) * MULTIPLIER) & MASK
  }
  let hash = 0xadc83b19n ^ ((BigInt(bytes.length) * MULTIPLIER) & MASK)
  const word = (from: number, to: number) =>
    bytes.subarray(from, to).reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n)
  const whole = bytes.length & ~7
  for (let i = 0; i < whole; i += 8) hash = ((hash ^ mixed(word(i, i + 8))) * MULTIPLIER) & MASK
  if (whole < bytes.length) hash = ((hash ^ word(whole, bytes.length)) * MULTIPLIER) & MASK
  hash ^= hash >> 47n
  hash = (hash * MULTIPLIER) & MASK
  return hash ^ (hash >> 47n)
}

function placeByModel(bytes: Uint8Array): [index: number, count: number] {
  const hash = murmur(bytes)
  let rest = (hash >> 14n) | (1n << 50n)
  let count = 1
  for (; (rest & 1n) === 0n; rest >>= 1n) count++
  return [Number(hash & 16_383n), count]
}

/** What the registers must be after some elements. */
function modelOf(elements: readonly Uint8Array[]): Uint8Array {
  const counts = new Uint8Array(REGISTERS)
  for (const element of elements) {
    const [index, count] = placeByModel(element)
    counts[index] = Math.max(counts[index]!, count)
  }
  return counts
}

function filled(elements: Iterable<string | Uint8Array>, sizeMax = 3000): ByteString {
  const hll = createHyperLogLog()
  for (const element of elements) addElement(hll, element, sizeMax)
  return hll
}

const numbered = (count: number, prefix = 'e'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

function expectSound(hll: ByteString): void {
  if (!isHyperLogLog(hll)) expect.fail('it is none any more')
  if (hll.bytes.subarray(hll.length).some((byte) => byte !== 0)) expect.fail('the spare room is not zero')
}

describe('the place of an element', () => {
  it('is that of the published hash, for bytes of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const place = placeOf(bytes)

        expect([indexOfPlace(place), countOfPlace(place)]).toEqual(placeByModel(bytes))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['short', 'element:17'],
    ['more than the scratch holds', 'x'.repeat(300)],
    ['not ASCII', 'ключ 😀'],
    ['no UTF-8', '\udcff\udc80'],
    ['empty', ''],
  ])('is the same for text and for its bytes: %s', (_kind, text) => {
    expect(placeOf(text)).toBe(placeOf(toBytes(text)))
  })
})

describe('registers', () => {
  it('are those of a plain array, sparse, dense and on the way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 400, size: 'max' }),
        fc.constantFrom(0, 40, 300, 3000),
        (elements, sizeMax) => {
          const hll = filled(elements, sizeMax)

          expectSound(hll)
          expect(hll.length === 12_304 || hll.length <= Math.max(sizeMax, 18)).toBe(true)
          expect(registersOf(hll)).toEqual(modelOf(elements))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('stay the same when a sparse one is made dense', () => {
    const sparse = filled(numbered(500))
    const dense = sparse.clone()

    expect(makeDense(dense)).toBe(true)
    expect([isSparse(sparse), isSparse(dense)]).toEqual([true, false])
    expect(registersOf(dense)).toEqual(registersOf(sparse))
    expect(countElements(dense)).toBe(countElements(sparse))
  })

  it('that are merged are those of all elements', () => {
    const [few, many] = [numbered(300), numbered(5_000, 'other:')]
    for (const sources of [[few], [few, many], [many, few]]) {
      const merged = new MergedRegisters()
      for (const source of sources) expect(merged.merge(filled(source))).toBe(true)
      const target = createHyperLogLog()
      merged.storeIn(target, 3000)

      expectSound(target)
      expect(registersOf(target)).toEqual(modelOf(sources.flat().map(toBytes)))
      expect(isSparse(target)).toBe(sources.length === 1)
      expect(merged.count()).toBe(countElements(target))
    }
  })
})

describe('the estimate', () => {
  it.each([0, 1, 10, 1_000, 30_000, 200_000])('of %i elements is off by less than four standard errors', (count) => {
    const estimated = Number(countElements(filled(numbered(count))))

    expect(Math.abs(estimated - count)).toBeLessThanOrEqual(Math.max(count > 100 ? 1 : 0, count * 0.0325))
  })

  it.each([0, 1, 255, 2 ** 32 + 7, 2 ** 53 - 1, 2n ** 53n, 2n ** 62n + 5n])('is kept in the header: %s', (count) => {
    const hll = createHyperLogLog()

    cacheCount(hll, count)

    expect(cachedCount(hll)).toBe(count)
  })

  it('below zero is out of date as soon as it is written', () => {
    const hll = createHyperLogLog()

    cacheCount(hll, -(2n ** 63n))

    expect(cachedCount(hll)).toBeUndefined()
  })
})

describe('the self test', () => {
  it('passes', () => {
    expect(testHyperLogLog).not.toThrow()
  })
})
