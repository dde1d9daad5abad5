import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RdbReader } from '../../../src/structures/rdb/reader.js'
import { RdbWriter } from '../../../src/structures/rdb/writer.js'
import { fromBytes, toBytes } from '../../../src/structures/text.js'

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** The hex of what `write` has written. */
function hex(write: (writer: RdbWriter) => void): string {
  const writer = new RdbWriter(0)
  write(writer)
  return Array.from(writer.toBytes(), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

describe('RdbWriter', () => {
  it('writes a length in the fewest of 1, 2, 5 or 9 bytes', () => {
    expect(hex((w) => w.size(0))).toBe('00')
    expect(hex((w) => w.size(63))).toBe('3f')
    expect(hex((w) => w.size(64))).toBe('4040')
    expect(hex((w) => w.size(16383))).toBe('7fff')
    expect(hex((w) => w.size(16384))).toBe('8000004000')
    expect(hex((w) => w.size(0xffffffff))).toBe('80ffffffff')
    expect(hex((w) => w.size(0x100000000))).toBe('810000000100000000')
    expect(hex((w) => w.size(Number.MAX_SAFE_INTEGER))).toBe('81001fffffffffffff')
  })

  it('writes a 64-bit length as Redis writes the counter that it does not know', () => {
    expect(hex((w) => w.size64(5n))).toBe('05')
    expect(hex((w) => w.size64(0xffffffffn))).toBe('80ffffffff')
    expect(hex((w) => w.size64(0xffffffffffffffffn))).toBe('81ffffffffffffffff')
    expect(hex((w) => w.size64(0x0102030405060708n))).toBe('810102030405060708')
  })

  it('writes a double as eight little-endian bytes', () => {
    expect(hex((w) => w.double(1))).toBe('000000000000f03f')
    expect(hex((w) => w.double(-0))).toBe('0000000000000080')
    expect(hex((w) => w.double(Number.POSITIVE_INFINITY))).toBe('000000000000f07f')
  })

  it('writes a textual double after its length, and one byte for what has no digits', () => {
    expect(hex((w) => w.textDouble(1.5))).toBe('03312e35')
    expect(hex((w) => w.textDouble(-0))).toBe('022d30')
    expect(hex((w) => w.textDouble(Number.NaN))).toBe('fd')
    expect(hex((w) => w.textDouble(Number.POSITIVE_INFINITY))).toBe('fe')
    expect(hex((w) => w.textDouble(Number.NEGATIVE_INFINITY))).toBe('ff')
  })

  it('writes a time in ms as eight little-endian bytes', () => {
    expect(hex((w) => w.milliseconds(4102444800000))).toBe('00d8c32cbb030000')
    expect(hex((w) => w.milliseconds(-1))).toBe('ffffffffffffffff')
    expect(hex((w) => w.milliseconds(0x80000000))).toBe('0000008000000000')
  })

  it('writes a text like its bytes', () => {
    const unit = fc.constantFrom('a', '1', '-', 'é', '€', '😀', '\udcff')
    const text = fc.oneof(
      fc.string(),
      fc.bigInt().map(String),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => fromBytes(bytes)),
      fc.tuple(unit, fc.integer({ min: 0, max: 70_000 })).map(([any, count]) => any.repeat(count)),
    )
    fc.assert(
      fc.property(text, (any) => {
        expect(hex((w) => w.text(any))).toBe(hex((w) => w.string(toBytes(any))))
      }),
    )
  })

  it('leaves strings uncompressed when asked to', () => {
    const writer = new RdbWriter(16, false)

    writer.string(new Uint8Array(30).fill(97))

    expect(writer.length).toBe(31)
  })

  it('compresses in a buffer that has to grow for it', () => {
    const value = ascii('abcdefghijklmabcdefghijklm')
    const writer = new RdbWriter(0)

    writer.string(value)

    expect(writer.length).toBe(24)
    expect(new RdbReader(writer.toBytes()).string()).toEqual(value)
  })

  it('writes a part of a buffer as if it stood alone', () => {
    expect(hex((w) => w.string(ascii('xx-12yy'), 2, 5))).toBe('c0f4')
    expect(hex((w) => w.string(ascii('xxhelloyy'), 2, 7))).toBe('0568656c6c6f')
    expect(hex((w) => w.raw(ascii('xxhelloyy'), 2, 7))).toBe('68656c6c6f')
    const long = `${'x'.repeat(40)}tail`
    expect(hex((w) => w.raw(ascii(long), 1, 44))).toBe(hex((w) => w.raw(ascii(long.slice(1)))))
  })

  it('keeps what was written when the buffer grows', () => {
    const writer = new RdbWriter(0)
    for (let i = 0; i < 1000; i++) writer.byte(i)

    expect(writer.toBytes()).toEqual(Uint8Array.from({ length: 1000 }, (_, i) => i))
  })

  it('starts anew after reset', () => {
    const writer = new RdbWriter()
    writer.raw(ascii('before'))

    writer.reset()
    writer.raw(ascii('now'))

    expect(writer.toBytes()).toEqual(ascii('now'))
  })

  it('writes any row of primitives so that a reader gets them back', () => {
    const primitive = fc.oneof(
      fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
      fc.record({ kind: fc.constant('size' as const), value: fc.oneof(fc.nat(20000), fc.maxSafeNat()) }),
      fc.record({ kind: fc.constant('size64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
      fc.record({ kind: fc.constant('double' as const), value: fc.double() }),
      fc.record({ kind: fc.constant('textDouble' as const), value: fc.double() }),
      fc.record({ kind: fc.constant('milliseconds' as const), value: fc.maxSafeInteger() }),
      fc.record({ kind: fc.constant('string' as const), value: fc.uint8Array({ maxLength: 80 }) }),
      fc.record({
        kind: fc.constant('string' as const),
        value: fc.tuple(fc.nat(255), fc.nat(300)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      }),
    )
    fc.assert(
      fc.property(fc.array(primitive, { maxLength: 20 }), (row) => {
        const writer = new RdbWriter(0)
        for (const item of row) {
          if (item.kind === 'size64') writer.size64(item.value)
          else if (item.kind === 'string') writer.string(item.value)
          else writer[item.kind](item.value)
        }

        const reader = new RdbReader(writer.toBytes())

        for (const item of row) {
          const got = item.kind === 'string' ? reader.stringBytes() : reader[item.kind]()
          expect(got).toEqual(item.value)
        }
        expect(reader.remaining()).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})
