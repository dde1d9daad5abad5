import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { textAt } from '../../src/persistence/bytes.js'

it('texts are what their bytes say, of any length and of any characters', () => {
  const unit = fc.oneof({ weight: 30, arbitrary: fc.constantFrom('a', 'Z', '\0', '\x7f') }, fc.constantFrom('é', '漢'))
  const text = fc.string({ unit, maxLength: 40, size: 'max' })
  fc.assert(
    fc.property(text, text, text, (before, text, after) => {
      const [start, end] = [Buffer.byteLength(before), Buffer.byteLength(before + text)]

      expect(textAt(Buffer.from(before + text + after), start, end)).toBe(text)
    }),
    { numRuns: 1_000 },
  )
})
