/** Segments of the log, byte by byte as docs/formats.md has them. */
import { getU16, getU32, getU48, sameBytes, setU16, setU32, setU48, textAt } from './bytes.js'
import { crc32c, RECORD_HEADER_BYTES, UNIT } from './crc32c.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import type { LogBatch, LogRecord, LogWord } from './plain.js'
import { ShortWords } from './short-words.js'

export const LOG_VERSION = 1
const NO_BYTES = Buffer.alloc(0)
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

/** A record as it lies in the log. One object stands for one record after the other: what it says holds until the next is read. */
export class RawRecord {
  seq = 0
  timeMs = 0
  kind = 0
  file = ''
  /** Where it lies in the file. */
  offset = 0
  /** The bytes in which it lies, from `start` to `end` (exclusive), head and payload. */
  memory: Uint8Array = NO_BYTES
  start = 0
  end = 0

  /** Stands for the record at `at`, which lies at `offset` in a file. O(1). */
  read(memory: Uint8Array, at: number, length: number, file: string, offset: number): this {
    this.seq = getU48(memory, at + 12)
    this.timeMs = getU48(memory, at + 18)
    this.kind = memory[at + 24]!
    this.file = file
    this.offset = offset
    this.memory = memory
    this.start = at
    this.end = at + length
    return this
  }

  /** Head and payload. */
  get bytes(): Uint8Array {
    return this.memory.subarray(this.start, this.end)
  }
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

/** Reads what is in records, one after the other. */
export class BatchReader {
  private readonly shortWords = new ShortWords()
  private bytes: Buffer = NO_BYTES
  private view: DataView = new DataView(NO_BYTES.buffer)
  private record = new RawRecord()
  private at = 0
  private end = 0

  /** The batch of a record. O(bytes). @throws PersistenceError where the payload is none, although its checksum is right */
  read(record: RawRecord): LogBatch {
    const { memory } = record
    if (
      this.bytes.buffer !== memory.buffer ||
      this.bytes.byteOffset !== memory.byteOffset ||
      this.bytes.length !== memory.length
    ) {
      this.bytes = Buffer.from(memory.buffer, memory.byteOffset, memory.length)
      this.view = new DataView(memory.buffer, memory.byteOffset, memory.length)
    }
    this.record = record
    this.at = record.start + RECORD_HEADER_BYTES
    this.end = record.end
    const commands = this.count()
    // A list of one, and words that are written out, have no room to spare.
    const batch: LogRecord[] = commands === 1 ? [this.command()] : []
    while (batch.length < commands) batch.push(this.command())
    if (this.at !== this.end) throw this.wrong('bytes behind the last command')
    return batch
  }

  private command(): LogRecord {
    const database = this.varint()
    const count = this.count()
    if (count === 0) throw this.wrong('a command without words')
    return { database, words: count === 3 ? [this.word(), this.newWord(), this.word()] : this.words(count) }
  }

  private words(count: number): LogWord[] {
    const words = [this.word()]
    if (count > 1) words.push(this.newWord())
    while (words.length < count) words.push(this.word())
    return words
  }

  private wrong(reason: string): PersistenceError {
    const { file, offset, start } = this.record
    return damaged(reason, file, offset + this.at - start)
  }

  private varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      if (this.at >= this.end) break
      const byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw this.wrong('a number that has no end')
  }

  /** A number of things that take a byte each at least. */
  private count(): number {
    const count = this.varint()
    if (count > this.end - this.at) throw this.wrong('a count that goes past the end')
    return count
  }

  /** A word that may have come before. */
  private word(): LogWord {
    const head = this.varint()
    if (head % 2 === 1) return this.raw(head)
    const start = this.at
    this.skip(head)
    return this.shortWords.textAt(this.bytes, this.view, start, this.at)
  }

  /** A key, which mostly has not. */
  private newWord(): LogWord {
    const head = this.varint()
    if (head % 2 === 1) return this.raw(head)
    const start = this.at
    this.skip(head)
    return textAt(this.bytes, start, this.at)
  }

  private raw(head: number): Uint8Array {
    const start = this.at
    this.skip(head)
    return new Uint8Array(this.bytes.subarray(start, this.at))
  }

  /** Goes behind the bytes of a word. */
  private skip(head: number): void {
    const length = Math.floor(head / 2)
    if (length > this.end - this.at) throw this.wrong('a length that goes past the end')
    this.at += length
  }
}
