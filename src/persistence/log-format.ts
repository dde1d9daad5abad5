/** Segments of the log, byte by byte as docs/formats.md has them. */
import { getU16, getU32, getU48, sameBytes, setU16, setU32, setU48, textAt } from './bytes.js'
import { crc32c, RECORD_HEADER_BYTES, sealRecords } from './crc32c.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import { GrowingBytes, SHORT_TEXT_MAX } from './growing-bytes.js'
import type { LogBatch, LogRecord, LogWord } from './plain.js'

export const LOG_VERSION = 1
const MAGIC = new TextEncoder().encode('RSTLOG\r\n')

export const SEGMENT_HEADER_BYTES = 40
export { RECORD_HEADER_BYTES }

/** A longer record is never written: no call has as many words. */
const PAYLOAD_MAX = 0x7fffffff

/** The kinds of records. */
export const UNIT = 1
/** Says that all up to its number was durable when it was written. */
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

/** Longer words are not written unit by unit; the length of those takes one byte. */
const SHORT_WORD_MAX = Math.min(SHORT_TEXT_MAX, 0x3f)

/** What a command takes at most before its words, and a record before its commands. */
const COMMAND_ROOM = RECORD_HEADER_BYTES + 3 * 5

/**
 * Writes records into memory that is used again and again: the commands of a unit one by one, of which nothing is taken before the unit is
 * complete.
 */
export class RecordEncoder extends GrowingBytes {
  private readonly bytesOf: (text: string) => Uint8Array
  /** Where records begin: before them there is a head of a segment at most. */
  private start = 0
  /** What is before it is complete. */
  private complete = 0
  /** How many commands the unit has that is not complete. */
  commands = 0

  constructor(capacity: number, bytesOf: (text: string) => Uint8Array) {
    super(capacity)
    this.bytesOf = bytesOf
  }

  /** How many bytes wait to be taken. */
  get waiting(): number {
    return this.complete
  }

  /** Where the unit ends so far, counted from its beginning. */
  get reach(): number {
    return this.length - this.complete
  }

  /** Forgets everything. */
  clear(): void {
    this.length = 0
    this.start = 0
    this.complete = 0
    this.commands = 0
  }

  /** The bytes that wait, with their checksums; they are the caller's until anything else is asked for. O(bytes). */
  take(): Uint8Array {
    const { complete, length } = this
    const bytes = sealRecords(this.memory.subarray(0, complete), this.start)
    if (length > complete) return this.keepRest(bytes)
    this.length = 0
    this.start = 0
    this.complete = 0
    return bytes
  }

  /** A unit is being written: it goes to the front of other memory. */
  private keepRest(bytes: Uint8Array): Uint8Array {
    const rest = Buffer.from(this.memory.subarray(this.complete, this.length))
    this.exchange(Buffer.allocUnsafeSlow(this.memory.length))
    this.memory.set(rest)
    this.length = rest.length
    this.start = 0
    this.complete = 0
    return bytes
  }

  /** Begins a segment. Nothing waits. */
  segment(header: SegmentHeader): void {
    if (this.complete > 0) throw new Error('records: a segment begins where nothing waits')
    const bytes = encodeSegmentHeader(header)
    this.reserve(bytes.length)
    this.memory.copyWithin(bytes.length, 0, this.length)
    this.memory.set(bytes)
    this.length += bytes.length
    this.start = bytes.length
    this.complete = bytes.length
  }

  /** Says that all up to a number was durable. No unit is being written. */
  mark(seq: number, timeMs: number): void {
    this.begin()
    this.head(seq, timeMs, SYNCED)
    this.complete = this.length
  }

  /** Makes room for the head of a record. */
  private begin(): void {
    this.reserve(RECORD_HEADER_BYTES)
    this.length += RECORD_HEADER_BYTES
  }

  /** Adds a command to the unit. O(bytes). */
  command(database: number, words: readonly LogWord[]): void {
    if (this.length > this.memory.length - COMMAND_ROOM) this.reserve(COMMAND_ROOM)
    const { memory } = this
    if (this.commands++ === 0) {
      this.length += RECORD_HEADER_BYTES
      // The number of commands, as long as it takes one byte.
      memory[this.length++] = 1
    }
    if (database < 0x80 && words.length < 0x80) {
      memory[this.length] = database
      memory[this.length + 1] = words.length
      this.length += 2
    } else {
      this.varint(database)
      this.varint(words.length)
    }
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!
      if (typeof word !== 'string') this.raw(word)
      else if (word.length > SHORT_WORD_MAX || !this.shortWord(word)) this.text(word)
    }
  }

  /** Takes back all that came after these were `commands` and `reach`. */
  cut(commands: number, reach: number): void {
    this.commands = commands
    this.length = this.complete + reach
  }

  /** The unit is complete. O(1); O(bytes) where it has many commands. */
  commit(seq: number, timeMs: number): void {
    if (this.commands > 1) this.count()
    this.commands = 0
    this.head(seq, timeMs, UNIT)
    this.complete = this.length
  }

  private count(): void {
    const at = this.complete + RECORD_HEADER_BYTES
    const { length, commands } = this
    const more = varintBytes(commands) - 1
    this.reserve(more)
    if (more > 0) this.memory.copyWithin(at + 1 + more, at + 1, length)
    this.length = at
    this.varint(commands)
    this.length = length + more
  }

  /** The head of the record that ends here, without its checksum. */
  private head(seq: number, timeMs: number, kind: number): void {
    const { view, complete } = this
    const length = this.length - complete - RECORD_HEADER_BYTES
    view.setInt32(complete + 4, length, true)
    view.setInt32(complete + 8, ~length, true)
    view.setUint32(complete + 12, seq, true)
    view.setUint16(complete + 16, seq / 0x100000000, true)
    view.setUint32(complete + 18, timeMs, true)
    view.setUint16(complete + 22, timeMs / 0x100000000, true)
    view.setUint8(complete + 24, kind)
  }

  /** A short word of ASCII; says whether it was one. */
  private shortWord(word: string): boolean {
    const { length } = word
    // The most that it takes, so that the comparison is with a constant.
    if (this.length > this.memory.length - SHORT_WORD_MAX - 1) this.reserve(SHORT_WORD_MAX + 1)
    const { memory } = this
    const at = this.length + 1
    memory[at - 1] = length << 1
    for (let i = 0; i < length; i++) {
      const unit = word.charCodeAt(i)
      if (unit >= 0x80) return false
      memory[at + i] = unit
    }
    this.length = at + length
    return true
  }

  private varint(value: number): void {
    this.reserve(5)
    if (value < 0x80) {
      this.memory[this.length++] = value
      return
    }
    let left = value
    while (left >= 0x80) {
      this.memory[this.length++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    this.memory[this.length++] = left
  }

  private text(word: string): void {
    const most = this.bytesMost(word)
    this.reserve(most + 5)
    const start = this.length
    // As if it were ASCII: then it is right, and the bytes stand where they belong.
    this.varint(word.length * 2)
    const at = this.length
    const length = this.memory.utf8Write(word, at)
    this.length = at + length
    if (length === word.length) return
    this.length = start
    if (!word.isWellFormed()) {
      this.raw(this.bytesOf(word))
      return
    }
    const head = varintBytes(length * 2)
    if (start + head !== at) this.memory.copyWithin(start + head, at, at + length)
    this.varint(length * 2)
    this.length += length
  }

  private raw(word: Uint8Array): void {
    this.varint(word.length * 2 + 1)
    this.reserve(word.length)
    this.memory.set(word, this.length)
    this.length += word.length
  }
}

/** How many bytes a number takes. */
function varintBytes(value: number): number {
  let bytes = 1
  for (let left = value; left >= 0x80; left >>>= 7) bytes++
  return bytes
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
