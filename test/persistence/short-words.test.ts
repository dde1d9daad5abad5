import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShortWords } from '../../src/persistence/short-words.js'

describe('short words', () => {
  // Few letters and many lengths: words come again, and differ in one byte or by zeros at their ends.
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é'), maxLength: 14 }), { maxLength: 200 })

  it('are those that stand there, whatever came before', () => {
    fc.assert(
      fc.property(words, (all) => {
        const short = new ShortWords()
        const bytes = Buffer.from(all.join(''))
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

        let at = 0
        const read = all.map((word) => {
          const start = at
          at += Buffer.byteLength(word)
          return short.textAt(bytes, view, start, at)
        })

        expect(read).toEqual(all)
      }),
      { numRuns: 200 },
    )
  })

  it('that push each other out are right all the same', () => {
    const short = new ShortWords()
    const all = Array.from({ length: 60_000 }, (_, i) => String((i * 7_919) % 20_000))
    const bytes = Buffer.from(all.join(''))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

    let at = 0
    const read = all.map((word) => {
      const start = at
      at += word.length
      return short.textAt(bytes, view, start, at)
    })

    expect(read).toEqual(all)
  })
})
