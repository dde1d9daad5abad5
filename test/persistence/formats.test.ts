import * as fc from 'fast-check'
import { unpack } from 'msgpackr'
import { Packr } from 'msgpackr/pack'
import type { LogBatch, Plain } from 'redstart'
import { describe, expect, it } from 'vitest'
import { crc32c, soundUntil } from '../../src/persistence/crc32c.js'
import {
  BatchReader,
  decodeSegmentHeader,
  RawRecord,
  RECORD_HEADER_BYTES,
  recordLength,
  recordMatches,
  SEGMENT_HEADER_BYTES,
} from '../../src/persistence/log-format.js'
import { PlainWriter } from '../../src/persistence/plain-writer.js'
import { RecordEncoder } from '../../src/persistence/record-encoder.js'
import { readSnapshot, SnapshotEncoder } from '../../src/persistence/snapshot-format.js'
import { PlainReader } from '../../src/persistence/unpack.js'
import { toBytes } from '../../src/structures/text.js'

describe('CRC-32C', () => {
  // Test vectors of RFC 3720, B.4.
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s is that of the standard', (_what, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })

  it('goes on from where it stopped', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
        const at = Math.min(cut, bytes.length)
        expect(crc32c(bytes, at, bytes.length, crc32c(bytes, 0, at))).toBe(crc32c(bytes))
      }),
    )
  })

  it.each([511, 512, 513, 1_003, 600_000, 1_200_001])('of %i bytes is that of their pieces', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 2_654_435_761) >>> 13)
    let checksum = 0
    for (let at = 0; at < length; at += 100) checksum = crc32c(bytes, at, Math.min(length, at + 100), checksum)

    expect(crc32c(bytes)).toBe(checksum)
  })
})

/** The same with plain bytes: msgpackr hands out Buffers. */
function plainOf(value: Plain): Plain {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return Array.isArray(value) ? value.map(plainOf) : value
}

const plain: fc.Arbitrary<Plain> = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.maxSafeInteger(),
    fc.integer({ min: -200, max: 70_000 }),
    fc.double({ noNaN: true }).filter((n) => !Object.is(n, -0)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.constant(null),
    fc.array(tie('plain'), { maxLength: 20 }),
  ),
})).plain

const packr = new Packr({ useRecords: false, moreTypes: false })

/** Packs values one by one, and gives out the bytes. */
class Packed extends PlainWriter {
  of(value: Plain): Uint8Array {
    this.length = 0
    this.write(value)
    return new Uint8Array(this.memory.subarray(0, this.length))
  }

  ofDoubles(values: readonly number[]): Uint8Array {
    this.length = 0
    const at = this.doubles(values.length)
    values.forEach((value, i) => {
      this.setDouble(at + i * 8, value)
    })
    return new Uint8Array(this.memory.subarray(0, this.length))
  }

  private write(value: Plain): void {
    if (value === null) this.none()
    else if (typeof value === 'string') this.text(value)
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'bigint') this.bigint(value)
    else if (value instanceof Uint8Array) this.binary(value)
    else {
      this.list(value.length)
      for (const item of value) this.write(item)
    }
  }
}

const packed = new Packed(4, toBytes)
const read = (bytes: Uint8Array): Plain => new PlainReader(bytes, 'file', 0).whole()

describe('a row of records', () => {
  const encoder = new RecordEncoder(4, toBytes)
  for (let seq = 1; seq <= 5; seq++) {
    encoder.command(0, ['SET', 'k', 'v'.repeat(seq === 4 ? 300 : seq * 7)])
    encoder.commit(seq, 5)
    if (seq % 2 === 0) encoder.mark(seq, 6)
  }
  const row = Buffer.from(encoder.take())
  const ends = [0]
  while (ends.at(-1)! < row.length) ends.push(ends.at(-1)! + recordLength(row, ends.at(-1)!))
  const endBefore = (at: number): number => ends.findLast((end) => end <= at)!

  it('is sound up to where it is cut off', () => {
    for (let length = 0; length <= row.length; length++) {
      // What the compiled code has in memory behind it goes on with the rest.
      soundUntil(row, 0)
      expect(soundUntil(row.subarray(0, length), 0)).toBe(endBefore(length))
    }
  })

  it('is sound up to the record in which a bit is flipped, wherever it begins', () => {
    for (let bit = 0; bit < row.length * 8; bit++) {
      const at = bit >> 3
      const changed = Buffer.from(row)
      changed[at]! ^= 1 << (bit & 7)

      expect(soundUntil(changed, 0)).toBe(endBefore(at))
      if (at >= ends[1]!) expect(soundUntil(changed, ends[1]!)).toBe(endBefore(at))
    }
  })
})

describe('packed values', () => {
  it('are what msgpackr reads, and are read as msgpackr packs them', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = packed.of(value)

        expect(read(bytes)).toEqual(value)
        expect(read(new Uint8Array(packr.pack(value)))).toEqual(value)
        expect(plainOf(unpack(bytes))).toEqual(value)
      }),
    )
  })

  it.each([0, 23, 24, 25, 31, 32, 85, 86, 255, 256, 21_845, 21_846, 65_535, 65_536, 70_000])(
    'hold texts of %i units, whatever they are made of',
    (length) => {
      for (const unit of ['a', 'é', '漢', '\udcff']) {
        const text = unit.repeat(length)
        const expected = Buffer.from(toBytes(text))
        const found = [read(packed.of(text)), unpack(packed.of(text))]

        expect(found.map((one) => typeof one === 'string')).toEqual([text.isWellFormed(), text.isWellFormed()])
        // Buffers, as text and large arrays take seconds to compare.
        for (const one of found) expect(Buffer.from(one as string).equals(expected)).toBe(true)
      }
    },
  )

  it('hold short texts behind bytes of any length', () => {
    const value = ['before', new Uint8Array(1024 * 1024 - 20), 'at the end', 'a little', 'after', 'é']

    expect((read(packed.of(value)) as Plain[]).filter((item) => typeof item === 'string')).toEqual(
      value.filter((item) => typeof item === 'string'),
    )
  })

  it('hold doubles as their bytes, the least first', () => {
    expect(read(packed.ofDoubles([1.5, -0, Number.POSITIVE_INFINITY]))).toEqual(
      new Uint8Array(new Float64Array([1.5, -0, Number.POSITIVE_INFINITY]).buffer),
    )
  })

  it('that are anything else are refused without a crash, and nothing is allocated for a length that lies', () => {
    for (const head of [0xdd, 0xdb, 0xc6]) {
      const liar = Uint8Array.of(head, 0xff, 0xff, 0xff, 0xf0, 1, 2, 3)
      expect(() => read(liar)).toThrow('file at byte 5: a length that goes past the end')
    }
    expect(() => read(new Uint8Array(1_000).fill(0x91))).toThrow('lists that lie too deep')
    expect(() => read(Uint8Array.of(0xc1))).toThrow('a type that is never written: 0xc1')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          read(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'PersistenceError', file: 'file' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('records', () => {
  const words = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('\udcff', 'a\udc80b', 'x'.repeat(63), 'x'.repeat(64), 'é'.repeat(40)),
    ),
    { minLength: 1, maxLength: 6 },
  )
  const batches = fc.array(fc.record({ database: fc.nat(70_000), words }), { minLength: 1, maxLength: 4 })
  const encode = (batch: LogBatch): Uint8Array => {
    const encoder = new RecordEncoder(4, toBytes)
    for (const { database, words: its } of batch) encoder.command(database, its)
    encoder.commit(1, 0)
    return encoder.take()
  }
  const decode = (bytes: Uint8Array): LogBatch =>
    new BatchReader().read(new RawRecord().read(bytes, 0, bytes.length, 'log', 0))

  it('hold words as they are', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const asBytes = (one: LogBatch): unknown =>
          one.map(({ database, words: its }) => [
            database,
            its.map((word) => Buffer.from(typeof word === 'string' ? toBytes(word) : word).toString('hex')),
          ])

        expect(asBytes(decode(encode(batch)))).toEqual(asBytes(batch))
      }),
    )
  })

  it.each([1, 3, 300_000])(
    'have the right checksum each, behind the head of a segment, with words of %i units',
    (units) => {
      const encoder = new RecordEncoder(4, toBytes)
      encoder.segment({ segment: 7, firstSeq: 3, createdMs: 5, syncedSeq: 0 })
      for (let seq = 3; seq < 6; seq++) {
        encoder.command(0, ['SET', 'key', 'v'.repeat(units * seq)])
        encoder.commit(seq, 5)
        encoder.mark(seq, 2 ** 41 + 7)
      }
      const bytes = new Uint8Array(encoder.take())

      const seqs: number[] = []
      for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; ) {
        const length = recordLength(bytes, at)
        expect(recordMatches(bytes, at, length)).toBe(true)
        const { seq, timeMs, kind } = new RawRecord().read(bytes, at, length, 'log', at)
        seqs.push(seq)
        expect([kind, timeMs]).toEqual(length === RECORD_HEADER_BYTES ? [2, 2 ** 41 + 7] : [1, 5])
        at += length
      }
      expect(seqs).toEqual([3, 3, 4, 4, 5, 5])
      expect(decodeSegmentHeader(bytes, 'log').segment).toBe(7)
      expect(encoder.waiting).toBe(0)
    },
  )

  it('are handed over when they are complete: what is being written stays, and may be taken back', () => {
    const encoder = new RecordEncoder(4, toBytes)
    encoder.command(0, ['SET', 'a', '1'])
    encoder.commit(1, 0)
    encoder.command(0, ['SET', 'b', '2'])
    const { commands } = encoder
    encoder.command(0, ['SET', 'c', '3'])
    expect(decode(new Uint8Array(encoder.take()))).toEqual([{ database: 0, words: ['SET', 'a', '1'] }])

    expect(encoder.waiting).toBe(0)
    encoder.cut(commands)
    encoder.command(3, ['SET', 'd', '4'])
    encoder.commit(2, 0)
    expect(decode(new Uint8Array(encoder.take()))).toEqual([
      { database: 0, words: ['SET', 'b', '2'] },
      { database: 3, words: ['SET', 'd', '4'] },
    ])
  })

  it('whose payload is anything else are refused without a crash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
        try {
          decode(Buffer.concat([new Uint8Array(25), payload]))
        } catch (error) {
          expect(error).toMatchObject({ name: 'PersistenceError', file: 'log' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a snapshot', () => {
  const blockOf = (encoder: SnapshotEncoder, key: string, form: number): Uint8Array => {
    encoder.entry(0, key, form)
    encoder.text('v')
    encoder.none()
    return encoder.block()!
  }
  const look = async (pieces: readonly Uint8Array[]): Promise<unknown> =>
    readSnapshot(
      (async function* () {
        yield* pieces
      })(),
      'file',
      () => undefined,
    )

  it('counts a value that comes in parts once, and is refused where parts are missing', async () => {
    const make = (...forms: readonly [key: string, form: number][]): Uint8Array[] => {
      const encoder = new SnapshotEncoder(toBytes)
      const pieces = [encoder.head({ databases: 16, seq: 1, timeMs: 5, keys: 3 })]
      for (const [key, form] of forms) pieces.push(new Uint8Array(blockOf(encoder, key, form)))
      return [...pieces, new Uint8Array(encoder.last())]
    }

    expect(await look(make(['a', 18], ['b', 0], ['a', 18], ['c', 18], ['c', 34], ['a', 34]))).toMatchObject({ keys: 3 })
    await expect(look(make(['a', 18], ['b', 0]))).rejects.toThrow('a value that has no end')
    await expect(look(make(['a', 18], ['b', 34], ['a', 34]))).rejects.toThrow('an end of a value that has no beginning')
  })

  it('whose blocks are exchanged, repeated, left out, or of another snapshot is refused', async () => {
    const make = (key: string): Uint8Array[] => {
      const encoder = new SnapshotEncoder(toBytes)
      const pieces = [encoder.head({ databases: 16, seq: 1, timeMs: 5, keys: 3 })]
      for (const i of [1, 2, 3]) pieces.push(new Uint8Array(blockOf(encoder, `${key}${i}`, 0)))
      return [...pieces, new Uint8Array(encoder.last())]
    }
    const [head, one, two, three, last] = make('a') as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    const other = make('b')[2]!

    expect(await look([head, one, two, three, last])).toMatchObject({ keys: 3, seq: 1 })
    for (const pieces of [
      [head, two, one, three, last],
      [head, one, one, two, three, last],
      [head, one, three, last],
      [head, one, two, last],
      [head, one, two, three],
      [head, one, other, three, last],
      [head, one, two, three, last, last],
    ]) {
      await expect(look(pieces)).rejects.toMatchObject({ code: 'DAMAGED' })
    }
  })
})
