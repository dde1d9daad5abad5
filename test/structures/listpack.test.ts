import { describe, expect, it } from 'vitest'
import { entryBytes, roughEntryBytes } from '../../src/structures/listpack.js'

describe('the size of a listpack entry', () => {
  it.each([
    ['0', 2],
    ['127', 2],
    ['128', 3],
    ['-1', 3],
    ['4095', 3],
    ['-4096', 3],
    ['4096', 4],
    ['-4097', 4],
    ['32767', 4],
    ['-32768', 4],
    ['32768', 5],
    ['8388607', 5],
    ['-8388608', 5],
    ['8388608', 6],
    ['2147483647', 6],
    ['-2147483648', 6],
    ['2147483648', 10],
    ['9223372036854775807', 10],
    ['-9223372036854775808', 10],
  ])('of the integer %s is %d bytes', (text, bytes) => {
    expect(entryBytes(text)).toBe(bytes)
    expect(roughEntryBytes(text)).toBe(bytes)
  })

  it.each(['9223372036854775808', '-0', '007', '+1', ' 1', '1.0', '-', '1e3', '18446744073709551616'])(
    'of %j, which is no integer as Redis writes it, is that of text',
    (text) => {
      expect(entryBytes(text)).toBe(text.length + 2)
      expect(roughEntryBytes(text)).toBe(text.length + 2)
    },
  )

  it.each([
    [0, 2],
    [63, 65],
    [64, 67],
    [125, 128],
    [126, 130],
    [4095, 4099],
    [4096, 4103],
    [16_377, 16_384],
    [16_378, 16_386],
  ])('of %d bytes of text is %d', (length, bytes) => {
    expect(entryBytes('x'.repeat(length))).toBe(bytes)
  })

  it('counts the bytes of UTF-8, and of bytes that are none', () => {
    expect(entryBytes('é')).toBe(4)
    expect(entryBytes('€')).toBe(5)
    expect(entryBytes('😀')).toBe(6)
    expect(entryBytes('\udcff')).toBe(3)
  })

  it('is taken from below where it counts units, and is exact for ASCII', () => {
    expect(roughEntryBytes('é€😀')).toBe(6)
    expect(roughEntryBytes('x'.repeat(700))).toBe(entryBytes('x'.repeat(700)))
  })
})
