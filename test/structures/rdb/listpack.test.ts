import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ListpackWriter, readListpack } from '../../../src/structures/rdb/listpack.js'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'
import { fromBytes } from '../../../src/structures/text.js'
import { join, listpack, little, type Part } from './assemble.js'
import { damaged, damages, returnsOrRefuses } from './damage.js'

/** HSET k of the two, with hash-max-listpack-value 10000000, and the listpack in DUMP k of Redis 8.0.2. */
const recorded: readonly (readonly [field: string, value: string, hex: string])[] = [
  ['0', '127', '0b000000020000017f01ff'],
  ['128', '-1', '0d0000000200c08002dfff02ff'],
  ['4095', '-4096', '0d0000000200cfff02d00002ff'],
  ['4096', '-4097', '0f0000000200f1001003f1ffef03ff'],
  ['32767', '-32768', '0f0000000200f1ff7f03f1008003ff'],
  ['32768', '-32769', '110000000200f200800004f2ff7fff04ff'],
  ['8388607', '-8388608', '110000000200f2ffff7f04f200008004ff'],
  ['8388608', '-8388609', '130000000200f30000800005f3ffff7fff05ff'],
  ['2147483647', '-2147483648', '130000000200f3ffffff7f05f30000008005ff'],
  ['2147483648', '-2147483649', '1b0000000200f4000000800000000009f4ffffff7fffffffff09ff'],
  ['9007199254740991', '9007199254740992', '1b0000000200f4ffffffffffff1f0009f4000000000000200009ff'],
  ['-9007199254740993', '9223372036854775807', '1b0000000200f4ffffffffffffdfff09f4ffffffffffffff7f09ff'],
  [
    '-9223372036854775808',
    '9223372036854775808',
    '260000000200f4000000000000008009933932323333373230333638353437373538303814ff',
  ],
  ['-0', '007', '100000000200822d30038330303704ff'],
  ['+1', ' 1', '0f0000000200822b310382203103ff'],
  ['1.5', '1e3', '11000000020083312e35048331653304ff'],
  ['', '-', '0c00000002008001812d02ff'],
  ['é', '\udcff\0', '0f000000020082c3a90382ff0003ff'],
]

/** HSET k f of so many x: how long the listpack is, how it begins and how it ends. */
const recordedLong: readonly (readonly [count: number, length: number, head: string, tail: string])[] = [
  [63, 75, '4b0000000200816602bf7878', '7840ff'],
  [64, 77, '4d0000000200816602e0407878', '7842ff'],
  [125, 138, '8a0000000200816602e07d7878', '787fff'],
  [126, 140, '8c0000000200816602e07e7878', '780180ff'],
  [4095, 4109, '0d1000000200816602efff7878', '782081ff'],
  [4096, 4113, '111000000200816602f0001000007878', '782085ff'],
  [16377, 16394, '0a4000000200816602f0f93f00007878', '787ffeff'],
  [16378, 16396, '0c4000000200816602f0fa3f00007878', '7800ffffff'],
  [16379, 16397, '0d4000000200816602f0fb3f00007878', '78018080ff'],
  [2097145, 2097163, '0b0020000200816602f0f9ff1f007878', '787ffffeff'],
  [2097146, 2097165, '0d0020000200816602f0faff1f007878', '7800ffffffff'],
  [2097147, 2097166, '0e0020000200816602f0fbff1f007878', '7801808080ff'],
]

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** A listpack that states its right length and any count. */
function counted(count: number, ...parts: readonly Part[]): Uint8Array {
  const body = join(...parts)
  return join(little(6 + body.length, 4), little(count, 2), body)
}

function write(elements: readonly string[]): Uint8Array {
  const writer = new ListpackWriter()
  for (const element of elements) writer.text(element)
  return writer.finish().slice()
}

const element = fc.oneof(
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.integer().map(String),
  fc.integer({ min: -5000, max: 5000 }).map(String),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => fromBytes(bytes)),
  fc.string(),
  fc
    .tuple(fc.constantFrom('a', 'é', '€', '\udcff'), fc.integer({ min: 0, max: 5000 }))
    .map(([unit, n]) => unit.repeat(n)),
)
const elements = fc.array(element, { maxLength: 20 })

describe('ListpackWriter', () => {
  it.each(recorded)('packs %j and %j as Redis does', (field, value, hex) => {
    expect(toHex(write([field, value]))).toBe(hex)
  })

  it.each(recordedLong)('packs a string of %i bytes as Redis does', (count, length, head, tail) => {
    const packed = write(['f', 'x'.repeat(count)])

    expect(packed.length).toBe(length)
    expect(toHex(packed.subarray(0, head.length / 2))).toBe(head)
    expect(toHex(packed.subarray(length - tail.length / 2))).toBe(tail)
  })

  it('counts to 65,534 and then says that the count is unknown', () => {
    const counts = [65_534, 65_535, 65_536].map((count) => {
      const packed = write(Array.from({ length: count }, () => '1'))

      expect(readListpack(packed)).toHaveLength(count)
      return packed[4]! | (packed[5]! << 8)
    })

    expect(counts).toEqual([65_534, 65_535, 65_535])
  })

  it('starts anew after reset, and may go on after it was finished', () => {
    const writer = new ListpackWriter()
    writer.text('something')
    writer.reset()
    writer.text('a')
    writer.integer(300)
    writer.finish()
    writer.integer(2n ** 60n)

    expect(toHex(writer.finish())).toBe(toHex(listpack(['a', 300, 2n ** 60n])))
  })

  it('makes what is read back', () => {
    fc.assert(
      fc.property(elements, (any) => {
        const packed = write(any)

        expect(readListpack(packed)).toEqual(any)
      }),
    )
  })

  it('packs like the encoder of the tests', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (integers) => {
        expect(toHex(write(integers.map(String)))).toBe(toHex(listpack(integers)))
      }),
    )
  })
})

describe('readListpack', () => {
  it.each(recorded)('reads %j and %j as Redis packed them', (field, value, hex) => {
    expect(readListpack(Uint8Array.from(Buffer.from(hex, 'hex')))).toEqual([field, value])
  })

  it('reads integers in more bytes than they need, and strings that are digits', () => {
    expect(readListpack(listpack([0, -1, 300, 70_000], true))).toEqual(['0', '-1', '300', '70000'])
    expect(readListpack(listpack(['0', '12']))).toEqual(['0', '12'])
  })

  it('reads lengths in more bytes than they need', () => {
    expect(readListpack(counted(1, 0xe0, 1, 'a', 3, 0xff))).toEqual(['a'])
    expect(readListpack(counted(1, 0xf0, 1, 0, 0, 0, 'a', 6, 0xff))).toEqual(['a'])
  })

  it('reads an unknown count', () => {
    expect(readListpack(counted(0xffff, 0x81, 'a', 2, 0xff))).toEqual(['a'])
  })

  it('reads an empty one', () => {
    expect(readListpack(listpack([]))).toEqual([])
  })

  it.each([
    ['nothing', join()],
    ['a header alone', join(little(6, 4), 0, 0)],
    ['another length than it has', join(little(8, 4), 0, 0, 0xff)],
    ['no end', counted(1, 1, 1)],
    ['bytes after its end', counted(0, 0xff, 0xff)],
    ['a smaller count', counted(0, 1, 1, 0xff)],
    ['a greater count', counted(2, 1, 1, 0xff)],
    ['an unknown encoding', counted(1, 0xf5, 1, 0xff)],
    ['a string past its end', counted(1, 0xbf, 'a', 2, 0xff)],
    ['a string of 32-bit length past its end', counted(1, 0xf0, 0xff, 0xff, 0xff, 0xff, 'a', 6, 0xff)],
    ['a length that is cut off', counted(1, 0xe0, 0xff)],
    ['an integer that is cut off', counted(1, 0xf4, 1, 0xff)],
    ['an entry without its length behind it', counted(1, 0x81, 'a', 0xff)],
    ['a wrong length behind an entry', counted(1, 0x81, 'a', 3, 0xff)],
    ['a length of two bytes where one belongs', counted(1, 0x81, 'a', 0, 0x82, 0xff)],
  ])('refuses %s', (_name, bytes) => {
    expect(() => readListpack(bytes)).toThrow(RdbFormatError)
  })

  it('refuses one cut short at any byte, and one with any header byte changed', () => {
    const packed = listpack(['a', 1, 'b'.repeat(200), 70_000, -1, 2n ** 40n])
    for (let end = 0; end < packed.length; end++) {
      expect(() => readListpack(packed.subarray(0, end))).toThrow(RdbFormatError)
    }
    for (let at = 0; at < 6; at++) {
      const changed = Uint8Array.from(packed, (byte, i) => (i === at ? byte ^ 1 : byte))
      expect(() => readListpack(changed)).toThrow(RdbFormatError)
    }
  })

  it('returns or refuses whatever is damaged', () => {
    fc.assert(
      fc.property(elements, damages, (any, by) => {
        const packed = damaged(write(any), by)
        // Most damage would be found by the length alone.
        if (packed.length >= 4) packed.set(little(packed.length, 4))
        returnsOrRefuses(() => readListpack(packed))
      }),
      { numRuns: 2000 },
    )
  })
})
