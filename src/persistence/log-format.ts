/** Segments of the log, byte by byte as docs/formats.md has them. */
import { getU16, getU32, getU48, sameBytes, setU16, setU32, setU48, textAt } from './bytes.js'
import { crc32c, RECORD_HEADER_BYTES, UNIT } from './crc32c.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import type { LogBatch, LogRecord, LogWord } from './plain.js'

export const LOG_VERSION = 1
const MAGIC = new TextEncoder().encode('RSTLOG\r\n')

export const SEGMENT_HEADER_BYTES = 40
export { RECORD_HEADER_BYTES, UNIT }

/** A longer record is never written: no call has as many words. */
const PAYLOAD_MAX = 0x7fffffff

/** The kind of records beside UNIT: it says that all up to its number was durable when it was written. */
export const SYNCED = 2

export interface SegmentHeader {
  readonly segment: number
  /** The number of the first record that is to follow. */
  readonly firstSeq: number
  readonly createdMs: number
  /** All up to this number was durable when the segment was begun. */
  readonly syncedSeq: number
}

export function encodeSegmentHeader({ segment, firstSeq, createdMs, syncedSeq }: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES)
  bytes.set(MAGIC)
  setU16(bytes, 8, LOG_VERSION)
  setU32(bytes, 12, segment)
  setU48(bytes, 16, firstSeq)
  setU48(bytes, 22, createdMs)
  setU48(bytes, 28, syncedSeq)
  setU32(bytes, 36, crc32c(bytes, 0, 36))
  return bytes
}

/** Reads the beginning of a segment. @throws PersistenceError */
export function decodeSegmentHeader(bytes: Uint8Array, file: string): SegmentHeader {
  const matches = bytes.length >= SEGMENT_HEADER_BYTES && crc32c(bytes, 0, 36) === getU32(bytes, 36)
  if (!sameBytes(bytes, 0, MAGIC.subarray(0, Math.min(MAGIC.length, bytes.length)))) {
    // What a power failure takes away are zeros; anything else was written by somebody.
    const isEmpty = bytes.subarray(0, SEGMENT_HEADER_BYTES).every((byte) => byte === 0)
    throw new PersistenceError(isEmpty ? 'DAMAGED' : 'FOREIGN', 'no segment of a log of redstart', { file, offset: 0 })
  }
  if (bytes.length < SEGMENT_HEADER_BYTES) throw new TornEnd('the head of the segment is cut off', { file, offset: 0 })
  if (!matches) throw damaged('the checksum of the head of the segment is wrong', file, 0)
  if (getU16(bytes, 8) !== LOG_VERSION) {
    const reason = `version ${getU16(bytes, 8)} of the log, and this redstart reads version ${LOG_VERSION}`
    throw new PersistenceError('NEWER', reason, { file, offset: 8 })
  }
  return {
    segment: getU32(bytes, 12),
    firstSeq: getU48(bytes, 16),
    createdMs: getU48(bytes, 22),
    syncedSeq: getU48(bytes, 28),
  }
}

/** A record as it lies in the log. */
export interface RawRecord {
  readonly seq: number
  readonly timeMs: number
  readonly kind: number
  /** Head and payload. */
  readonly bytes: Uint8Array
  readonly file: string
  readonly offset: number
}

/** The length of the record at `at`, with its head; -1 where its two lengths disagree. There are RECORD_HEADER_BYTES. */
export function recordLength(bytes: Uint8Array, at: number): number {
  const length = getU32(bytes, at + 4)
  if (length > PAYLOAD_MAX || getU32(bytes, at + 8) !== ~length >>> 0) return -1
  return length + RECORD_HEADER_BYTES
}

export function recordMatches(bytes: Uint8Array, at: number, length: number): boolean {
  return crc32c(bytes, at + 4, at + length) === getU32(bytes, at)
}

export function recordAt(bytes: Uint8Array, at: number, length: number, file: string, offset: number): RawRecord {
  return {
    seq: getU48(bytes, at + 12),
    timeMs: getU48(bytes, at + 18),
    kind: bytes[at + 24]!,
    bytes: bytes.subarray(at, at + length),
    file,
    offset,
  }
}

/** The batch of a record. O(bytes). @throws PersistenceError where the payload is none, although its checksum is right */
export function decodeBatch({ bytes, file, offset }: RawRecord): LogBatch {
  return new BatchReader(bytes, file, offset).batch()
}

class BatchReader {
  private readonly bytes: Buffer
  private readonly file: string
  private readonly offset: number
  private at = RECORD_HEADER_BYTES

  constructor(bytes: Uint8Array, file: string, offset: number) {
    this.bytes = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.file = file
    this.offset = offset
  }

  batch(): LogBatch {
    const batch: LogRecord[] = []
    for (let left = this.count(); left > 0; left--) {
      const database = this.varint()
      const words: LogWord[] = []
      for (let more = this.count(); more > 0; more--) words.push(this.word())
      if (words.length === 0) throw this.wrong('a command without words')
      batch.push({ database, words })
    }
    if (this.at !== this.bytes.length) throw this.wrong('bytes behind the last command')
    return batch
  }

  private wrong(reason: string): PersistenceError {
    return damaged(reason, this.file, this.offset + this.at)
  }

  private varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw this.wrong('a number that has no end')
  }

  /** A number of things that take a byte each at least. */
  private count(): number {
    const count = this.varint()
    if (count > this.bytes.length - this.at) throw this.wrong('a count that goes past the end')
    return count
  }

  private word(): LogWord {
    const head = this.varint()
    const length = Math.floor(head / 2)
    const start = this.at
    if (length > this.bytes.length - start) throw this.wrong('a length that goes past the end')
    this.at = start + length
    if (head % 2 === 1) return new Uint8Array(this.bytes.subarray(start, this.at))
    return textAt(this.bytes, start, this.at)
  }
}
