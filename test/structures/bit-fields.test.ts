import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addToField,
  type FieldType,
  fitField,
  formatFieldType,
  type Overflow,
  parseFieldType,
  readField,
  writeField,
} from '../../src/structures/bit-fields.js'
import { int64 } from '../../src/structures/int64.js'

const types: fc.Arbitrary<FieldType> = fc.oneof(
  fc.record({ signed: fc.constant(true), bits: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ signed: fc.constant(false), bits: fc.integer({ min: 1, max: 63 }) }),
  fc.constantFrom(...['u8', 'i8', 'u53', 'i53', 'u54', 'i54', 'u63', 'i64'].map((text) => parseFieldType(text)!)),
)
const offsets = fc.nat(40)
const contents = fc.uint8Array({ maxLength: 14 })
/** Around the limits of all widths. */
const integers = fc
  .tuple(fc.constantFrom(1n, -1n), fc.nat(63), fc.integer({ min: -2, max: 2 }))
  .map(([sign, power, more]) => BigInt.asIntN(64, sign * 2n ** BigInt(power) + BigInt(more)))

/** The field as an exact integer, bit by bit. */
function naiveRead(bytes: Uint8Array, offset: number, { signed, bits }: FieldType): bigint {
  let value = 0n
  for (let i = offset; i < offset + bits; i++) value = value * 2n + BigInt(((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1)
  return signed ? BigInt.asIntN(bits, value) : value
}

function naiveFit({ signed, bits }: FieldType, value: bigint, overflow: Overflow): bigint | undefined {
  const max = 2n ** BigInt(signed ? bits - 1 : bits) - 1n
  const min = signed ? -max - 1n : 0n
  if (value >= min && value <= max) return value
  if (overflow === 'fail') return undefined
  if (overflow === 'sat') return value > max ? max : min
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

describe('a field', () => {
  it('is read as its bits are one by one, with zeros behind the end', () => {
    fc.assert(
      fc.property(contents, offsets, types, fc.nat(3), (bytes, offset, type, spare) => {
        const room = Uint8Array.from([...bytes, ...Array<number>(spare).fill(0)])

        expect(readField(room, bytes.length, offset, type)).toBe(int64(naiveRead(bytes, offset, type)))
      }),
      { numRuns: 400 },
    )
  })

  it('is written where it is and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 14, maxLength: 14 }),
        offsets,
        types,
        integers,
        (bytes, offset, type, n) => {
          const value = naiveFit(type, n, 'wrap')!
          const before = bytes.map((byte) => byte)

          writeField(bytes, offset, type, int64(value)!)

          expect(naiveRead(bytes, offset, type)).toBe(value)
          const bit = (from: Uint8Array, i: number): number => (from[i >> 3]! >> (7 - (i & 7))) & 1
          const places = Array.from({ length: bytes.length * 8 }, (_, i) => i)
          const changed = places.filter((i) => bit(bytes, i) !== bit(before, i))
          expect(changed.filter((i) => i < offset || i >= offset + type.bits)).toEqual([])
        },
      ),
      { numRuns: 400 },
    )
  })

  it('takes values and sums as exact integers say, however it overflows', () => {
    fc.assert(
      fc.property(
        types,
        integers,
        integers,
        fc.constantFrom<Overflow>('wrap', 'sat', 'fail'),
        (type, a, b, overflow) => {
          const old = naiveFit(type, a, 'wrap')!
          const sum = naiveFit(type, old + b, overflow)
          // A negative value for a field without a sign is a large one.
          const max = 2n ** BigInt(type.bits - 1) - 1n
          const wraps = overflow === 'sat' && type.signed && type.bits < 64 && max - a > 2n ** 63n - 1n
          const fits = wraps ? max : naiveFit(type, type.signed ? a : BigInt.asUintN(64, a), overflow)

          expect(addToField(type, int64(old)!, int64(b)!, overflow)).toBe(sum === undefined ? undefined : int64(sum))
          expect(fitField(type, int64(a)!, overflow)).toBe(fits === undefined ? undefined : int64(fits))
        },
      ),
      { numRuns: 400 },
    )
  })

  it('has a type by its name', () => {
    const wrong = ['', 'u', '8', 'u0', 'i0', 'u64', 'i65', 'U8', 'u08', 'u8 ', 'i-1', 'u100']

    expect(['u1', 'u63', 'i1', 'i64'].map((text) => formatFieldType(parseFieldType(text)!))).toEqual([
      ...['u1', 'u63', 'i1', 'i64'],
    ])
    expect(wrong.filter((text) => parseFieldType(text) !== undefined)).toEqual([])
  })
})
