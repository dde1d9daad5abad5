import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'
import { readZipmap } from '../../../src/structures/rdb/zipmap.js'
import { fromBytes } from '../../../src/structures/text.js'
import { join, little, zipmap } from './assemble.js'
import { damaged, damages, returnsOrRefuses } from './damage.js'

const text = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => String.fromCharCode(...bytes)),
  fc.integer({ min: 250, max: 260 }).map((count) => 'x'.repeat(count)),
)
const pairs = fc.array(fc.tuple(text, text), { maxLength: 10 }).map((list) => list.flat())
const held = (any: string) => fromBytes(Uint8Array.from(any, (unit) => unit.charCodeAt(0)))

describe('readZipmap', () => {
  it('reads fields and values in turn, unused bytes between them or not', () => {
    fc.assert(
      fc.property(pairs, fc.nat(4), (any, slack) => {
        expect(readZipmap(zipmap(any, slack))).toEqual(any.map(held))
      }),
    )
  })

  it('reads a count that it does not state', () => {
    const many = Array.from({ length: 600 }, (_, i) => `${i}`)

    expect(readZipmap(zipmap(many))).toEqual(many)
    expect(readZipmap(join(254, 1, 'f', 1, 0, 'v', 0xff))).toEqual(['f', 'v'])
  })

  it('reads a length in more bytes than it needs', () => {
    expect(readZipmap(join(1, 0xfe, little(1, 4), 'f', 0xfe, little(1, 4), 0, 'v', 0xff))).toEqual(['f', 'v'])
  })

  it.each([
    ['nothing', join()],
    ['a count alone', join(0)],
    ['no end', join(1, 1, 'f', 1, 0, 'v')],
    ['bytes after its end', join(1, 1, 'f', 1, 0, 'v', 0xff, 0)],
    ['a smaller count', join(0, 1, 'f', 1, 0, 'v', 0xff)],
    ['a greater count', join(2, 1, 'f', 1, 0, 'v', 0xff)],
    ['a field without a value', join(1, 1, 'f', 0xff)],
    ['a field past its end', join(1, 9, 'f', 1, 0, 'v', 0xff)],
    ['a value past its end', join(1, 1, 'f', 9, 0, 'v', 0xff)],
    ['unused bytes past its end', join(1, 1, 'f', 1, 9, 'v', 0xff)],
    ['a field of 32-bit length past its end', join(1, 0xfe, little(0xffffffff, 4), 'f', 1, 0, 'v', 0xff)],
    ['a value of 32-bit length past its end', join(1, 1, 'f', 0xfe, little(0xffffffff, 4), 0, 'v', 0xff)],
    ['a length that is cut off', join(1, 1, 'f', 0xfe, 0, 0xff)],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readZipmap(bytes)).toThrow(RdbFormatError)
  })

  it('refuses one cut short at any byte', () => {
    const packed = zipmap(['field', 'value', 'x'.repeat(300), 'y'.repeat(300)], 2)
    for (let end = 0; end < packed.length; end++) {
      expect(() => readZipmap(packed.subarray(0, end))).toThrow(RdbFormatError)
    }
  })

  it('returns or refuses whatever is damaged', () => {
    fc.assert(
      fc.property(pairs, damages, (any, by) => returnsOrRefuses(() => readZipmap(damaged(zipmap(any), by)))),
      { numRuns: 2000 },
    )
  })
})
