import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LZF_MAX_EXPANSION, lzfCompress, lzfDecompress } from '../../../src/structures/rdb/lzf.js'

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

function compress(input: Uint8Array, room = input.length * 2 + 16): Uint8Array {
  const output = new Uint8Array(room)
  return output.slice(0, lzfCompress(input, 0, input.length, output, 0, room))
}

function decompress(input: Uint8Array, length: number): Uint8Array | undefined {
  const output = new Uint8Array(length)
  return lzfDecompress(input, 0, input.length, output, 0, length) ? output : undefined
}

/** Values that repeat themselves at distances and lengths around the format's limits. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.record({
        back: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 8185, max: 8200 })),
        length: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 255, max: 300 })),
      }),
    ),
    { maxLength: 50 },
  )
  .map((parts) => {
    const bytes: number[] = []
    for (const part of parts) {
      if (part instanceof Uint8Array) bytes.push(...part)
      else for (let i = 0; i < part.length; i++) bytes.push(bytes[bytes.length - part.back] ?? 65)
    }
    return Uint8Array.from(bytes)
  })

describe('LZF compression', () => {
  it('gives back every value that it has compressed', () => {
    fc.assert(
      fc.property(fc.oneof(compressible, fc.uint8Array({ minLength: 3, maxLength: 300 })), (value) => {
        fc.pre(value.length >= 3)
        expect(decompress(compress(value), value.length)).toEqual(value)
      }),
      { numRuns: 300 },
    )
  })

  it('gives the same bytes whatever was compressed before', () => {
    const value = ascii('the quick brown fox jumps over the lazy dog, the quick brown dog')
    const before = compress(value)

    for (let i = 0; i < 50; i++) compress(ascii(`the quick ${i} brown fox jumps, the quick brown dog ${i}`))

    expect(compress(value)).toEqual(before)
  })

  it('writes nothing beyond the room that it is given, and returns 0 when that is too little', () => {
    fc.assert(
      fc.property(compressible, fc.integer({ min: 0, max: 80 }), (value, room) => {
        const output = new Uint8Array(room + 40).fill(0xee)

        const written = lzfCompress(value, 0, value.length, output, 8, 8 + room)

        expect(written).toBeLessThanOrEqual(room)
        expect(output.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee))
        expect(output.subarray(8 + room)).toEqual(new Uint8Array(32).fill(0xee))
        if (written > 0) expect(decompress(output.slice(8, 8 + written), value.length)).toEqual(value)
      }),
      { numRuns: 300 },
    )
  })

  it('compresses a range inside a larger buffer as if it stood alone', () => {
    const value = ascii('abcabcabcabcabcabcabcabcabc')
    const wide = new Uint8Array(value.length + 20).fill(97)
    wide.set(value, 9)
    const output = new Uint8Array(60)

    const written = lzfCompress(wide, 9, 9 + value.length, output, 5, 60)

    expect(output.slice(5, 5 + written)).toEqual(compress(value))
  })

  it('does not compress fewer than three bytes', () => {
    expect(compress(ascii(''))).toHaveLength(0)
    expect(compress(ascii('aa'))).toHaveLength(0)
  })

  // Recorded from Redis 8.0.2: 19 bytes are left where the match begins, and all 19 are taken.
  it('takes a match of the last 19 bytes whole, as Redis does', () => {
    const value = ascii('abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrs')

    expect(compress(value)).toEqual(fromHex('1a6162636465666768696a6b6c6d6e6f707172737475767778797a61e00719017273'))
  })
})

describe('LZF decompression', () => {
  it('copies a reference that overlaps itself', () => {
    expect(decompress(fromHex('00614000'), 5)).toEqual(ascii('aaaaa'))
    expect(decompress(fromHex('016162e00301'), 14)).toEqual(ascii('ababababababab'))
  })

  it('refuses a length that is not exactly that of the value', () => {
    expect(decompress(fromHex('00614000'), 4)).toBeUndefined()
    expect(decompress(fromHex('00614000'), 6)).toBeUndefined()
    expect(decompress(fromHex('0061'), 0)).toBeUndefined()
  })

  it('refuses a reference to before the first byte', () => {
    expect(decompress(fromHex('00614001'), 5)).toBeUndefined()
    expect(decompress(fromHex('2000'), 3)).toBeUndefined()
    const output = ascii('xxxxxxxx')
    expect(lzfDecompress(fromHex('00614001'), 0, 4, output, 3, 8)).toBe(false)
  })

  it('refuses a stream that ends inside a chunk, or is empty', () => {
    expect(decompress(fromHex(''), 0)).toBeUndefined()
    expect(decompress(fromHex('02aabb'), 3)).toBeUndefined()
    expect(decompress(fromHex('006140'), 5)).toBeUndefined()
    expect(decompress(fromHex('0061e0'), 10)).toBeUndefined()
    expect(decompress(fromHex('0061e000'), 10)).toBeUndefined()
  })

  it('refuses every stream cut short', () => {
    fc.assert(
      fc.property(compressible, (value) => {
        fc.pre(value.length >= 3)
        const packed = compress(value)
        for (let end = 0; end < packed.length; end += 1 + (packed.length >> 6)) {
          expect(decompress(packed.slice(0, end), value.length)).toBeUndefined()
        }
      }),
      { numRuns: 50 },
    )
  })

  it('stays inside its ranges on any bytes, and never expands further than the stated ratio', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(6000), (packed, length) => {
        const output = new Uint8Array(length + 16).fill(0xee)

        const fits = lzfDecompress(packed, 0, packed.length, output, 8, 8 + length)

        expect(output.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0xee))
        expect(output.subarray(8 + length)).toEqual(new Uint8Array(8).fill(0xee))
        if (fits) expect(length).toBeLessThanOrEqual(packed.length * LZF_MAX_EXPANSION)
      }),
      { numRuns: 1000 },
    )
  })
})
