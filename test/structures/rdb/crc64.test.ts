import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Crc64, matchesCrc64, writeCrc64 } from '../../../src/structures/rdb/crc64.js'

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** Bit by bit over bigints: slow and plain. */
function naive(bytes: Uint8Array): Uint8Array {
  let crc = 0n
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n
  }
  return Uint8Array.from({ length: 8 }, (_, i) => Number((crc >> BigInt(8 * i)) & 0xffn))
}

function checksum(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(8)
  writeCrc64(bytes, 0, bytes.length, result, 0)
  return result
}

describe('CRC-64', () => {
  it('gives the check value e9c6d914c4b8d9ca for 123456789', () => {
    const hex = Array.from(checksum(ascii('123456789')), (byte) => byte.toString(16).padStart(2, '0'))

    expect(hex.reverse().join('')).toBe('e9c6d914c4b8d9ca')
  })

  it('gives zero for no bytes', () => {
    expect(checksum(new Uint8Array(0))).toEqual(new Uint8Array(8))
  })

  it('agrees with a bit-by-bit computation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(checksum(bytes)).toEqual(naive(bytes))
      }),
    )
  })

  it('is the same however a stream is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]))
        const stream = new Crc64()
        const result = new Uint8Array(10)

        for (const piece of pieces) stream.update(piece)
        stream.writeTo(result, 1)

        expect(result.subarray(1, 9)).toEqual(naive(whole))
        expect(stream.equals(result, 1)).toBe(true)
      }),
    )
  })

  it('covers only the range that it is given', () => {
    const bytes = ascii('xx123456789yyy')
    const result = new Uint8Array(8)

    writeCrc64(bytes, 2, 11, result, 0)

    expect(result).toEqual(checksum(ascii('123456789')))
    expect(matchesCrc64(bytes, 2, 11, result, 0)).toBe(true)
    expect(matchesCrc64(bytes, 2, 12, result, 0)).toBe(false)
  })

  it('starts anew after reset', () => {
    const stream = new Crc64()
    stream.update(ascii('something else'))

    stream.reset()
    stream.update(ascii('123456789'))

    expect(stream.equals(checksum(ascii('123456789')), 0)).toBe(true)
  })

  it('equals nothing when fewer than eight bytes are left to compare', () => {
    expect(new Crc64().equals(new Uint8Array(8), 0)).toBe(true)
    expect(new Crc64().equals(new Uint8Array(8), 1)).toBe(false)
    expect(new Crc64().equals(new Uint8Array(16), -1)).toBe(false)
  })

  it('notices each single flipped bit', () => {
    const bytes = ascii('the quick brown fox')
    const before = checksum(bytes)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      expect(matchesCrc64(bytes, 0, bytes.length, before, 0)).toBe(false)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
  })
})
