import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'
import { readZiplist } from '../../../src/structures/rdb/ziplist.js'
import { fromBytes } from '../../../src/structures/text.js'
import { big, type Element, join, little, type Part, ziplist } from './assemble.js'
import { damaged, damages, returnsOrRefuses } from './damage.js'

/** A ziplist that states its right length, and where its last entry begins and a count as told. */
function stated(last: number, count: number, ...parts: readonly Part[]): Uint8Array {
  const body = join(...parts)
  return join(little(10 + body.length, 4), little(last, 4), little(count, 2), body)
}

const element: fc.Arbitrary<Element> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -300, max: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => String.fromCharCode(...bytes)),
  fc.integer({ min: 0, max: 17_000 }).map((count) => 'x'.repeat(count)),
)
const elements = fc.array(element, { maxLength: 20 })
const bytesOf = (text: string) => Uint8Array.from(text, (unit) => unit.charCodeAt(0))
const held = (any: Element) => (typeof any === 'string' ? fromBytes(bytesOf(any)) : String(any))

describe('readZiplist', () => {
  it('reads what is built, its lengths in one byte or in five', () => {
    fc.assert(
      fc.property(elements, fc.boolean(), (any, wide) => {
        expect(readZiplist(ziplist(any, wide))).toEqual(any.map(held))
      }),
    )
  })

  it('reads every kind of integer at its limits', () => {
    const limits = [0, 12, 13, -1, 127, -128, 128, -129, 32767, -32768, 32768, -32769, 8388607, -8388608, 8388608]
    const wide = [-8388609, 2147483647, -2147483648, 2147483648n, -2147483649n, 2n ** 63n - 1n, -(2n ** 63n)]

    expect(readZiplist(ziplist([...limits, ...wide]))).toEqual([...limits, ...wide].map(String))
  })

  it('reads integers and lengths in more bytes than they need', () => {
    const fives = [
      [0xfe, 5],
      [0xc0, little(5, 2)],
      [0xf0, little(5, 3)],
      [0xd0, little(5, 4)],
      [0xe0, little(5, 8)],
    ] as const
    for (const five of fives) expect(readZiplist(stated(10, 1, 0, ...five, 0xff))).toEqual(['5'])
    expect(readZiplist(stated(10, 1, 0, 0x40, 1, 'a', 0xff))).toEqual(['a'])
    expect(readZiplist(stated(10, 1, 0, 0x80, big(1, 4), 'a', 0xff))).toEqual(['a'])
  })

  it('reads an unknown count, and no entries at all', () => {
    expect(readZiplist(stated(10, 0xffff, 0, 1, 'a', 0xff))).toEqual(['a'])
    expect(readZiplist(ziplist([]))).toEqual([])
  })

  it.each([
    ['nothing', join()],
    ['a header alone', join(little(10, 4), little(10, 4), 0, 0)],
    ['another length than it has', join(little(12, 4), little(10, 4), 0, 0, 0xff)],
    ['no end', stated(10, 1, 0, 0xf1)],
    ['bytes after its end', stated(10, 0, 0xff, 0xff)],
    ['a smaller count', stated(10, 0, 0, 0xf1, 0xff)],
    ['a greater count', stated(10, 2, 0, 0xf1, 0xff)],
    ['a last entry elsewhere', stated(11, 1, 0, 0xf1, 0xff)],
    ['a last entry that is not the last', stated(10, 2, 0, 0xf1, 2, 0xf1, 0xff)],
    ['an unknown encoding', stated(10, 1, 0, 0xc1, 0xff)],
    ['the end as an encoding', stated(10, 1, 0, 0xff, 0xff)],
    ['a first entry that has one before it', stated(10, 1, 2, 0xf1, 0xff)],
    ['a wrong length of the entry before', stated(12, 2, 0, 0xf1, 3, 0xf1, 0xff)],
    ['a wrong length of the entry before in five bytes', stated(12, 2, 0, 0xf1, 0xfe, little(3, 4), 0xf1, 0xff)],
    ['a length of the entry before that is cut off', stated(10, 1, 0xfe, 0, 0, 0xff)],
    ['a string past its end', stated(10, 1, 0, 9, 'a', 0xff)],
    ['a string of 32-bit length past its end', stated(10, 1, 0, 0x80, big(0xffffffff, 4), 'a', 0xff)],
    ['a length that is cut off', stated(10, 1, 0, 0x80, 0, 0, 0xff)],
    ['an integer that is cut off', stated(10, 1, 0, 0xe0, 1, 2, 3, 0xff)],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readZiplist(bytes)).toThrow(RdbFormatError)
  })

  it('refuses one cut short at any byte, and one with any header byte changed', () => {
    const packed = ziplist(['a', 1, 'b'.repeat(300), 70_000, -1, 2n ** 40n])
    for (let end = 0; end < packed.length; end++) {
      expect(() => readZiplist(packed.subarray(0, end))).toThrow(RdbFormatError)
    }
    for (let at = 0; at < 10; at++) {
      const changed = Uint8Array.from(packed, (byte, i) => (i === at ? byte ^ 1 : byte))
      expect(() => readZiplist(changed)).toThrow(RdbFormatError)
    }
  })

  it('returns or refuses whatever is damaged', () => {
    fc.assert(
      fc.property(elements, damages, (any, by) => {
        const packed = damaged(ziplist(any), by)
        if (packed.length >= 4) packed.set(little(packed.length, 4))
        returnsOrRefuses(() => readZiplist(packed))
      }),
      { numRuns: 2000 },
    )
  })
})
