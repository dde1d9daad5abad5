import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RdbReader } from '../../src/structures/rdb/reader.js'
import { readStream, writeStream } from '../../src/structures/rdb/stream-encoding.js'
import { RdbType } from '../../src/structures/rdb/types.js'
import { RdbWriter } from '../../src/structures/rdb/writer.js'
import { Stream } from '../../src/structures/stream.js'
import { ID_MAX, ID_MIN, type StreamId } from '../../src/structures/stream-id.js'

const LIMITS = { bytesMax: 4096, entriesMax: 5, entryBytesMax: 2 ** 30 }

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('add'),
      gap: fc.constantFrom(0, 1, 3, 2 ** 33),
      name: fc.constantFrom('f', 'g'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete'), at: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('keep'), many: fc.nat(20), whole: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('from'), at: fc.nat(40), whole: fc.constant(false) }) },
)

describe('a stream', () => {
  it('holds what a plain array holds, through trims, deletions, copies and its encoding', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let stream = new Stream()
        let model: { id: StreamId; words: string[] }[] = []
        let ms = 1
        for (const one of steps) {
          if ('gap' in one) {
            ms += one.gap
            const id = { ms, seq: one.gap === 0 ? Number(stream.lastId.seq) + 1 : 0 }
            const words = [one.name, `value ${model.length} of ${ms}`]
            stream.append(id, words, LIMITS)
            model.push({ id, words })
          } else if ('many' in one) {
            stream.trim({ keep: one.many, wholeBlocks: one.whole, most: 0 })
            if (!one.whole) model = model.slice(Math.max(model.length - one.many, 0))
            else model = model.slice(model.length - stream.size)
          } else if (one.do === 'delete') {
            const entry = model[one.at]
            if (entry === undefined) continue
            expect(stream.delete(entry.id)).toBe(true)
            stream.settleFirst()
            model.splice(one.at, 1)
          } else {
            const entry = model[one.at]
            if (entry === undefined) continue
            stream.trim({ from: entry.id, wholeBlocks: false, most: 0 })
            model = model.slice(one.at)
          }
          stream.invariants()
        }
        const expected = model.map(({ id, words }) => ({ id: `${id.ms}-${id.seq}`, words }))
        expect(stream.range(ID_MIN, ID_MAX, 0)).toEqual(expected)
        expect(stream.range(ID_MIN, ID_MAX, 0, true)).toEqual([...expected].reverse())

        const copy = stream.clone()
        copy.trim({ keep: 0, wholeBlocks: false, most: 0 })
        const writer = new RdbWriter()
        writeStream(writer, stream)
        stream = readStream(RdbType.STREAM_LISTPACKS_3, new RdbReader(writer.toBytes()))
        stream.invariants()
        expect(stream.range(ID_MIN, ID_MAX, 0)).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })
})
