import * as fc from 'fast-check'
import type { LogBatch, LogRecord, LogWord } from 'redstart'
import { describe, expect, it } from 'vitest'
import { setU32, setU48 } from '../../src/persistence/bytes.js'
import { crc32c, RECORD_HEADER_BYTES } from '../../src/persistence/crc32c.js'
import { encodeSegmentHeader } from '../../src/persistence/log-format.js'
import { RecordEncoder } from '../../src/persistence/record-encoder.js'
import { toBytes } from '../../src/structures/text.js'

/*
 * Whatever way the encoder takes (a queue of texts, or one word after the other), the bytes are those of docs/formats.md. They are put
 * together here in the plainest way.
 */

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)])

function recordOf(seq: number, timeMs: number, kind: number, payload: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(RECORD_HEADER_BYTES), ...payload])
  setU32(bytes, 4, bytes.length - RECORD_HEADER_BYTES)
  setU32(bytes, 8, ~(bytes.length - RECORD_HEADER_BYTES))
  setU48(bytes, 12, seq)
  setU48(bytes, 18, timeMs)
  bytes[24] = kind
  setU32(bytes, 0, crc32c(bytes, 4))
  return bytes
}

/** A text that is no valid Unicode is written as the bytes that it stands for. */
function wordOf(word: LogWord): Uint8Array {
  const isText = typeof word === 'string' && word.isWellFormed()
  const bytes = typeof word === 'string' ? toBytes(word) : word
  return Buffer.concat([Uint8Array.from(varint(bytes.length * 2 + (isText ? 0 : 1))), bytes])
}

function unitOf(seq: number, timeMs: number, batch: LogBatch): Buffer {
  const commands = batch.flatMap(({ database, words }) => [
    Uint8Array.from([...varint(database), ...varint(words.length)]),
    ...words.map(wordOf),
  ])
  return recordOf(seq, timeMs, 1, [Uint8Array.from(varint(batch.length)), ...commands])
}

const words: fc.Arbitrary<LogWord> = fc.oneof(
  { weight: 40, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 20, arbitrary: fc.constantFrom('', 'k', 'key:12345', 'x'.repeat(63), 'x'.repeat(64), 'y'.repeat(65)) },
  { weight: 4, arbitrary: fc.constantFrom('z'.repeat(1_023), 'z'.repeat(1_024), 'z'.repeat(3_000)) },
  { weight: 2, arbitrary: fc.constantFrom('é', 'ключ', '\udcff', 'a\udc80b', '𝄞', 'ŁŁ') },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 80 }) },
)
const commands: fc.Arbitrary<LogRecord> = fc.record({
  database: fc.oneof({ weight: 20, arbitrary: fc.nat(15) }, fc.constantFrom(127, 128, 70_000)),
  words: fc
    .tuple(
      fc.constantFrom('SET', 'SET', 'HSET', 'DEL', 'N'.repeat(63), 'N'.repeat(64), 'ŠET'),
      fc.array(words, { maxLength: 5 }),
    )
    .map(([name, others]) => [name, ...others]),
})

type Step =
  | { readonly type: 'command'; readonly command: LogRecord }
  | { readonly type: 'many'; readonly count: number }
  | { readonly type: 'cut'; readonly to: number }
  | { readonly type: 'commit'; readonly timeMs: number }
  | { readonly type: 'mark' | 'take' | 'segment' | 'clear' }

const often = (weight: number, arbitrary: fc.Arbitrary<Step>): fc.WeightedArbitrary<Step> => ({ weight, arbitrary })
const steps = fc.array(
  fc.oneof(
    often(
      20,
      commands.map((command) => ({ type: 'command', command })),
    ),
    often(
      1,
      fc.constantFrom(100, 130, 3_000).map((count) => ({ type: 'many', count })),
    ),
    often(
      3,
      fc.nat(4).map((to) => ({ type: 'cut', to })),
    ),
    often(
      14,
      fc.constantFrom(5, 2 ** 31, 2 ** 41 + 7).map((timeMs) => ({ type: 'commit', timeMs })),
    ),
    often(
      5,
      fc.constantFrom('mark' as const, 'take', 'take', 'segment').map((type) => ({ type })),
    ),
    often(1, fc.constant({ type: 'clear' })),
  ),
  { maxLength: 60 },
)

/** Plays the steps with an encoder; returns what it handed out, and what it should have. */
function play(first: number, all: readonly Step[]): { readonly handed: Buffer; readonly expected: Buffer } {
  const encoder = new RecordEncoder(4, toBytes)
  const handed: Uint8Array[] = []
  const expected: Uint8Array[] = []
  let waiting: Uint8Array[] = []
  let open: LogRecord[] = []
  let seq = first
  const take = (): void => {
    handed.push(new Uint8Array(encoder.take()))
    expected.push(...waiting)
    waiting = []
    expect(encoder.waiting).toBe(0)
  }
  const commit = (timeMs: number): void => {
    if (open.length === 0) return
    encoder.commit(seq, timeMs)
    waiting.push(unitOf(seq++, timeMs, open))
    open = []
  }
  for (const step of all) {
    if (step.type === 'command') {
      encoder.command(step.command.database, step.command.words)
      open.push(step.command)
    } else if (step.type === 'many') {
      for (let i = 0; i < step.count; i++) {
        const command = { database: 0, words: ['SET', `key:${i}`, `value ${i}`] }
        encoder.command(0, command.words)
        open.push(command)
        if (step.count === 3_000) commit(i)
      }
    } else if (step.type === 'cut') {
      encoder.cut(Math.min(step.to, open.length))
      open.length = Math.min(step.to, open.length)
    } else if (step.type === 'commit') commit(step.timeMs)
    else if (step.type === 'take') take()
    else if (step.type === 'mark' && open.length === 0) {
      encoder.mark(seq - 1, 77)
      waiting.push(recordOf(seq - 1, 77, 2, []))
    } else if (step.type === 'segment') {
      take()
      const header = { segment: 3, firstSeq: seq, createdMs: 9, syncedSeq: 0 }
      encoder.segment(header)
      waiting.push(encodeSegmentHeader(header))
    } else if (step.type === 'clear') {
      encoder.clear()
      waiting = []
      open = []
    }
    expect(encoder.commands).toBe(open.length)
    expect(encoder.waiting > 0).toBe(waiting.length > 0)
  }
  commit(1)
  take()
  return { handed: Buffer.concat(handed), expected: Buffer.concat(expected) }
}

describe('records', () => {
  it('have the bytes of the format, whatever comes before and between them', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2 ** 32 - 3, 2 ** 41), steps, (first, all) => {
        const { handed, expected } = play(first, all)

        expect(handed.equals(expected)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it.each(['é', 'Ł', '𝄞', '\udcff', '\u0080', 'ÿ'])(
    'of texts among which one is %j have the bytes of the format',
    (odd) => {
      const of = (word: string): Step => ({ type: 'command', command: { database: 0, words: ['SET', 'key', word] } })
      const commit: Step = { type: 'commit', timeMs: 5 }
      const plain = Array.from({ length: 200 }, (_, i) => [of(`value ${i}`), commit]).flat()

      const { handed, expected } = play(1, [...plain, of(odd), commit, ...plain, { type: 'take' }, ...plain])

      expect(handed.equals(expected)).toBe(true)
    },
  )
})
