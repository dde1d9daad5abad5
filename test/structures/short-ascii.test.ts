import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SHORT_ASCII_MAX, shortAscii } from '../../src/structures/short-ascii.js'

describe('a short text', () => {
  it('is read out of bytes if they are ASCII, and else is none', () => {
    const byte = fc.oneof(
      { weight: 40, arbitrary: fc.nat(127) },
      { weight: 1, arbitrary: fc.integer({ min: 128, max: 255 }) },
    )
    fc.assert(
      fc.property(fc.nat(9), fc.array(byte, { maxLength: SHORT_ASCII_MAX }), (start, content) => {
        const bytes = Uint8Array.from([...Array<number>(start).fill(200), ...content, 200])
        const expected = content.some((one) => one > 127) ? undefined : Buffer.from(content).toString('latin1')

        expect(shortAscii(bytes, start, start + content.length)).toBe(expected)
      }),
      { numRuns: 2_000 },
    )
  })
})
