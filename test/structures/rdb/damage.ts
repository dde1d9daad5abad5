import fc from 'fast-check'
import { expect } from 'vitest'
import { RdbFormatError } from '../../../src/structures/rdb/reader.js'

/** A change to a row of bytes: what may stand in a payload whose checksum is right all the same. */
export interface Damage {
  readonly kind: 'set' | 'flip' | 'cut' | 'drop' | 'repeat' | 'insert'
  /** Where, as a part of the length. */
  readonly at: number
  readonly size: number
  readonly byte: number
}

/** Bytes that mean something in one of the encodings are drawn often. */
const telling = fc.constantFrom(
  0,
  1,
  2,
  0x3f,
  0x40,
  0x7f,
  0x80,
  0x81,
  0xc0,
  0xc3,
  0xe0,
  0xf0,
  0xf1,
  0xf4,
  0xfd,
  0xfe,
  0xff,
)

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('set', 'set', 'flip', 'cut', 'drop', 'repeat', 'insert'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  size: fc.integer({ min: 1, max: 9 }),
  byte: fc.oneof(telling, fc.nat(255)),
})

/** Mostly one or two changes. */
export const damages: fc.Arbitrary<Damage[]> = fc.array(damage, { minLength: 1, maxLength: 4 })

export function damaged(bytes: Uint8Array, by: readonly Damage[]): Uint8Array {
  return by.reduce(changed, bytes)
}

function changed(bytes: Uint8Array, { kind, at, size, byte }: Damage): Uint8Array {
  const place = Math.floor(at * bytes.length)
  const before = bytes.subarray(0, place)
  switch (kind) {
    case 'set':
      return bytes.map((old, i) => (i === place ? byte : old))
    case 'flip':
      return bytes.map((old, i) => (i === place ? old ^ (1 << (size - 1)) : old))
    case 'cut':
      return before.slice()
    case 'drop':
      return Uint8Array.of(...before, ...bytes.subarray(place + size))
    case 'repeat':
      return Uint8Array.of(...bytes.subarray(0, place + size), ...bytes.subarray(place))
    case 'insert':
      return Uint8Array.of(...before, byte, ...bytes.subarray(place))
  }
}

/** Runs a reader and expects that it returns or refuses by the one error that it may throw. */
export function returnsOrRefuses(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(RdbFormatError)
  }
}
