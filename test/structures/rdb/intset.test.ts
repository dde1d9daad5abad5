import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Int64 } from '../../../src/structures/int64.js'
import { intsetWidth, readIntset, writeIntset } from '../../../src/structures/rdb/intset.js'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'
import { intset, join, little } from './assemble.js'
import { damaged, damages, returnsOrRefuses } from './damage.js'

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** SADD k, and the intset in DUMP k of Redis 8.0.2. */
const recorded: readonly (readonly [members: readonly Int64[], width: 2 | 4 | 8, hex: string])[] = [
  [[1, 2, 3], 2, '0200000003000000010002000300'],
  [[-32768, 32767], 2, '02000000020000000080ff7f'],
  [[-32769, 0], 4, '0400000002000000ff7fffff00000000'],
  [[0, 32768], 4, '04000000020000000000000000800000'],
  [[-2147483648, 2147483647], 4, '040000000200000000000080ffffff7f'],
  [[0, 2147483648], 8, '080000000200000000000000000000000000008000000000'],
  [
    [-(2n ** 63n), -1, 0, 2n ** 63n - 1n],
    8,
    '08000000040000000000000000000080ffffffffffffffff0000000000000000ffffffffffffff7f',
  ],
]

const sorted = (width: 2 | 4 | 8) => {
  const limit = 2n ** BigInt(width * 8 - 1)
  return fc
    .uniqueArray(fc.oneof(fc.bigInt({ min: -limit, max: limit - 1n }), fc.constantFrom(-limit, limit - 1n, 0n)))
    .map((list) => list.sort((a, b) => (a < b ? -1 : 1)))
}

describe('writeIntset', () => {
  it.each(recorded)('writes %s as Redis does', (members, width, hex) => {
    expect(toHex(writeIntset(members, width))).toBe(hex)
  })
})

describe('intsetWidth', () => {
  it('is the fewest bytes that hold the integer', () => {
    const limits = [0, 32767, -32768, 32768, -32769, 2147483647, -2147483648, 2147483648, -2147483649, 2n ** 62n]

    expect(limits.map(intsetWidth)).toEqual([2, 2, 2, 4, 4, 4, 4, 8, 8, 8])
  })
})

describe('readIntset', () => {
  it.each(recorded)('reads %s as Redis wrote it', (members, _width, hex) => {
    expect(readIntset(Uint8Array.from(Buffer.from(hex, 'hex')))).toEqual(members.map(String))
  })

  it.each([2, 4, 8] as const)('reads integers of %i bytes, from anywhere in its buffer', (width) => {
    fc.assert(
      fc.property(sorted(width), fc.nat(9), (any, offset) => {
        const bytes = intset(any, width)
        const moved = join(new Uint8Array(offset), bytes, 7).subarray(offset, offset + bytes.length)

        expect(readIntset(moved)).toEqual(any.map(String))
      }),
    )
  })

  it.each([
    ['nothing', join()],
    ['a header that is cut off', join(little(2, 4), 0, 0)],
    ['a width of its own', join(little(3, 4), little(0, 4))],
    ['more members than it has', join(little(2, 4), little(2, 4), 0, 0)],
    ['fewer members than it has', join(little(2, 4), little(0, 4), 0, 0)],
    ['a count past all memory', join(little(8, 4), little(0xffffffff, 4))],
    ['a repetition', intset([1, 1], 2)],
    ['a wide repetition', intset([1, 1], 8)],
    ['a lower member after a higher one', intset([1, -1], 4)],
    ['a lower member after a higher one in its low half', intset([5, 4], 8)],
    ['a lower member after a higher one in its high half', intset([2n ** 40n, -1], 8)],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readIntset(bytes)).toThrow(RdbFormatError)
  })

  it('returns or refuses whatever is damaged', () => {
    fc.assert(
      fc.property(sorted(4), damages, (any, by) => returnsOrRefuses(() => readIntset(damaged(intset(any, 4), by)))),
      { numRuns: 2000 },
    )
  })
})
