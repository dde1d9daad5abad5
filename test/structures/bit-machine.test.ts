import * as fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  AND,
  type BitMachine,
  LEFT,
  MINUS,
  MORE,
  NOT,
  OR,
  PIECE,
  RESULT,
  SOURCE,
  STEP,
  type Way,
  XOR,
} from '../../src/structures/bit-machine.js'
import { makePlainBitMachine } from '../../src/structures/bit-machine-plain.js'
import { makeWasmBitMachine } from '../../src/structures/bit-machine-wasm.js'

const WAYS: readonly Way[] = [NOT, AND, OR, XOR, MINUS, LEFT]

/** The same random bytes in the memories of both machines. */
function filled(seed: number): [BitMachine, BitMachine] {
  const machines: [BitMachine, BitMachine] = [makePlainBitMachine(), makeWasmBitMachine()!]
  let state = seed
  for (let i = 0; i < 3 * PIECE; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    for (const { memory } of machines) memory[i] = state >>> 24
  }
  return machines
}

const lengths = fc.integer({ min: 1, max: PIECE / STEP }).map((steps) => steps * STEP)

describe('the machines for bits', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('count alike', () => {
    fc.assert(
      fc.property(fc.integer(), lengths, (seed, length) => {
        const [plain, wasm] = filled(seed)

        expect(wasm.count(length)).toBe(plain.count(length))
      }),
      { numRuns: 20 },
    )
  })

  it('combine alike, and change nothing but the target', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        lengths,
        fc.constantFrom(...WAYS),
        fc.constantFrom(SOURCE, MORE),
        (seed, length, way, from) => {
          const [plain, wasm] = filled(seed)

          plain.combine(way, RESULT, from, length)
          wasm.combine(way, RESULT, from, length)

          expect(Buffer.compare(wasm.memory, plain.memory)).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('keep beside what several sources have alike', () => {
    fc.assert(
      fc.property(fc.integer(), lengths, (seed, length) => {
        const [plain, wasm] = filled(seed)

        plain.addOnce(length)
        wasm.addOnce(length)

        expect(Buffer.compare(wasm.memory, plain.memory)).toBe(0)
      }),
      { numRuns: 20 },
    )
  })

  it('do without WebAssembly where the host has none or forbids it', () => {
    vi.stubGlobal('WebAssembly', undefined)
    expect(makeWasmBitMachine()).toBeUndefined()

    const forbidden = class {
      constructor() {
        throw new Error('forbidden by the policy of the page')
      }
    }
    vi.stubGlobal('WebAssembly', { Module: forbidden, Instance: forbidden })
    expect(makeWasmBitMachine()).toBeUndefined()
  })
})
