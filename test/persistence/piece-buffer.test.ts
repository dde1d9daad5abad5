import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { PieceBuffer } from '../../src/persistence/piece-buffer.js'

it('has what has come and has not gone, whatever the pieces', () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 1_500_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const pieces = new PieceBuffer()
      let [come, gone] = [0, 0]
      for (const [length, share] of steps) {
        // Each byte says where it stands.
        pieces.push(Uint8Array.from({ length: 2 }, (_, i) => (come + i) % 251))
        come += 2
        const piece = new Uint8Array(length)
        if (length > 0) piece[length - 1] = (come + length - 1) % 251
        pieces.push(piece)
        come += length
        expect(pieces.bytes.length).toBe(come - gone)
        if (length > 0) expect(pieces.bytes.at(-1)).toBe((come - 1) % 251)
        expect(pieces.bytes.at(-length - 2)).toBe((come - length - 2) % 251)
        const passed = Math.floor((come - gone) * share)
        pieces.pass(passed)
        gone += passed
        expect(pieces.bytes.length).toBe(come - gone)
      }
    }),
    { numRuns: 60 },
  )
})
