import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteString } from '../../src/structures/byte-string.js'
import { fromBytes, toBytes } from '../../src/structures/text.js'

type Piece = string | Uint8Array

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.constantFrom('é', '😀', 'plain').map((text) => toBytes(text)),
  fc.constantFrom([0xf0, 0x9f], [0x98, 0x80], [0xc3], [0xa9]).map((part) => Uint8Array.from(part)),
)
const pieces: fc.Arbitrary<Piece> = fc.oneof(
  bytes,
  bytes.map((part) => fromBytes(part)),
)

type Step =
  | { readonly kind: 'append'; readonly piece: Piece }
  | { readonly kind: 'write'; readonly offset: number; readonly piece: Piece }
  | { readonly kind: 'clone' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('append' as const), piece: pieces }),
    fc.record({ kind: fc.constant('write' as const), offset: fc.nat(60), piece: pieces }),
    fc.record({ kind: fc.constant('clone' as const) }),
  ),
  { maxLength: 20 },
)

const listOf = (piece: Piece): number[] => [...(typeof piece === 'string' ? toBytes(piece) : piece)]

/** The same on an array of numbers. */
function write(model: number[], offset: number, piece: Piece): void {
  const added = listOf(piece)
  while (model.length < offset + added.length) model.push(0)
  model.splice(offset, added.length, ...added)
}

function expectSame(actual: ByteString, model: readonly number[]): void {
  expect(actual.length).toBe(model.length)
  expect([...actual.toBytes()]).toEqual(model)
  expect(actual.toText()).toBe(fromBytes(Uint8Array.from(model)))
  expect(actual.bytes.length).toBeGreaterThanOrEqual(actual.length)
  if (actual.bytes.subarray(actual.length).some((byte) => byte !== 0)) expect.fail('the spare room is not zero')
}

describe('a byte string', () => {
  it('does what an array of bytes does', () => {
    fc.assert(
      fc.property(pieces, steps, (start, calls) => {
        let actual = typeof start === 'string' ? ByteString.ofText(start) : ByteString.of(start.slice())
        const model = listOf(start)
        for (const step of calls) {
          if (step.kind === 'clone') actual = actual.clone()
          else if (step.kind === 'append') actual.append(step.piece)
          else actual.write(step.offset, step.piece)
          if (step.kind !== 'clone') write(model, step.kind === 'append' ? model.length : step.offset, step.piece)
          expectSame(actual, model)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('becomes a whole character again when the other half is appended', () => {
    const string = ByteString.ofText('\udcf0\udc9f')

    string.append('\udc98\udc80')

    expect(string.toText()).toBe('😀')
  })

  it('fills a gap with zero bytes, also where longer content was copied from', () => {
    const string = ByteString.ofText('abc')

    string.write(6, 'x')

    expect(string.toText()).toBe('abc\0\0\0x')
  })

  it('clones to a string of its own', () => {
    const original = ByteString.ofText('abc')
    const clone = original.clone()

    clone.write(0, 'X')
    original.append('d')

    expect(clone.toText()).toBe('Xbc')
    expect(original.toText()).toBe('abcd')
  })

  it('hands out copies: what the caller does to them does not reach it', () => {
    const string = ByteString.ofText('abc')

    string.toBytes().fill(0x7a)

    expect(string.toText()).toBe('abc')
  })

  it('hands out copies also where it took over a Buffer', () => {
    // Bug: Buffer.prototype.slice does not copy, so `toBytes` and `clone` of a Buffer shared memory with the string.
    const string = ByteString.of(Buffer.from('abc'))

    string.toBytes().fill(0x7a)

    expect(string.toText()).toBe('abc')
  })

  it('grows in steps, not with every byte: a thousand appends copy a few times', () => {
    const string = ByteString.ofText('')
    const arrays = new Set<Uint8Array>()

    for (let i = 0; i < 10_000; i++) {
      string.append('x')
      arrays.add(string.bytes)
    }

    expect(string.length).toBe(10_000)
    expect(arrays.size).toBeLessThan(20)
  })
})
