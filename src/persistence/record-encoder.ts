import { RECORD_HEADER_BYTES, sealMade, sealRecords, UNIT } from './crc32c.js'
import { GrowingBytes, SHORT_TEXT_MAX } from './growing-bytes.js'
import { encodeSegmentHeader, type SegmentHeader, SYNCED } from './log-format.js'
import type { LogBatch, LogWord } from './plain.js'
import { RecordQueue } from './record-queue.js'

/** Longer words are not written unit by unit; the length of those takes one byte. */
const SHORT_WORD_MAX = Math.min(SHORT_TEXT_MAX, 0x3f)

/** What a command takes at most before its words, and a record before its commands. */
const COMMAND_ROOM = RECORD_HEADER_BYTES + 3 * 5

/** Where texts have turned out not to be ASCII, so many commands are written one by one: more of them would be tried in vain. */
const OTHER_TEXTS = 10_000
/** The same behind a command that cannot be in the queue: to write what is in there takes longer than to write it at once. */
const OTHER_WORDS = 32

/**
 * Writes records: the commands of a unit one by one, of which nothing is taken before the unit is complete. Units of short texts wait in a
 * queue; others are written into memory that is used again and again.
 *
 * Invariant: what is in the queue comes behind what is in memory. So while a unit is being written into memory the queue is empty.
 */
export class RecordEncoder extends GrowingBytes {
  private readonly bytesOf: (text: string) => Uint8Array
  private readonly queue = new RecordQueue()
  /** So many commands are not put into the queue. */
  private oneByOne = 0
  /** Where records begin: before them there is a head of a segment at most. */
  private start = 0
  /** What is before it is complete. */
  private complete = 0
  /** How many commands the unit in memory has that is not complete. */
  private written = 0

  constructor(capacity: number, bytesOf: (text: string) => Uint8Array) {
    super(capacity)
    this.bytesOf = bytesOf
  }

  /** How many bytes wait to be taken; those of texts are an estimate. */
  get waiting(): number {
    return this.complete + this.queue.bytes
  }

  /** How many commands the unit has that is not complete. */
  get commands(): number {
    return this.written + this.queue.commands
  }

  /** Forgets everything. */
  clear(): void {
    this.queue.clear()
    this.empty()
    this.written = 0
  }

  private empty(): void {
    this.length = 0
    this.start = 0
    this.complete = 0
  }

  /** The bytes that wait, with their checksums; they are the caller's until anything else is asked for. O(bytes). */
  take(): Uint8Array {
    const { queue, start } = this
    if (queue.bytes > 0) {
      const end = queue.encode(this.memory, this.complete)
      if (end !== undefined) {
        queue.forget()
        this.empty()
        return sealMade(start, end)
      }
      this.writeQueue()
      this.oneByOne = OTHER_TEXTS
    }
    const bytes = sealRecords(this.memory.subarray(0, this.complete), start)
    if (this.length > this.complete) return this.keepRest(bytes)
    this.empty()
    return bytes
  }

  /** A unit is being written: it goes to the front of other memory. */
  private keepRest(bytes: Uint8Array): Uint8Array {
    const rest = Buffer.from(this.memory.subarray(this.complete, this.length))
    this.exchange(Buffer.allocUnsafeSlow(this.memory.length))
    this.memory.set(rest)
    this.empty()
    this.length = rest.length
    return bytes
  }

  /** Has the queue empty: what is in it is written into memory. O(bytes). */
  private writeQueue(): void {
    const { queue } = this
    if (queue.isEmpty) return
    const open = queue.takeOpen()
    let { firstSeq: seq } = queue
    for (const { timeMs, batch } of queue.takeUnits()) {
      this.writeAll(batch)
      this.finish(seq++, timeMs)
    }
    this.writeAll(open)
  }

  private writeAll(batch: LogBatch): void {
    for (const { database, words } of batch) this.write(database, words)
  }

  /** Begins a segment. Nothing waits. */
  segment(header: SegmentHeader): void {
    if (this.waiting > 0) throw new Error('records: a segment begins where nothing waits')
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
    this.writeQueue()
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
    if (this.written === 0 && this.oneByOne === 0) {
      if (this.queue.add(database, words)) return
      this.writeQueue()
      this.oneByOne = OTHER_WORDS
    } else if (this.oneByOne > 0) this.oneByOne--
    this.write(database, words)
  }

  private write(database: number, words: readonly LogWord[]): void {
    if (this.length > this.memory.length - COMMAND_ROOM) this.reserve(COMMAND_ROOM)
    const { memory } = this
    if (this.written++ === 0) {
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

  /** Takes back all commands of the unit but the first so many. O(bytes). */
  cut(commands: number): void {
    if (this.written === 0) this.queue.cut(commands)
    else if (commands < this.written) {
      this.length = this.complete
      if (commands > 0) this.length = this.endOf(commands)
      this.written = commands
    }
  }

  /** Where the first so many commands of the unit that is being written end. */
  private endOf(commands: number): number {
    const { memory } = this
    let at = this.complete + RECORD_HEADER_BYTES + 1
    const varint = (): number => {
      let value = 0
      for (let factor = 1; ; factor *= 0x80) {
        const byte = memory[at++]!
        value += (byte & 0x7f) * factor
        if (byte < 0x80) return value
      }
    }
    for (let left = commands; left > 0; left--) {
      varint()
      for (let words = varint(); words > 0; words--) {
        const length = Math.floor(varint() / 2)
        at += length
      }
    }
    return at
  }

  /** The unit is complete. O(1); O(bytes) where it has many commands. */
  commit(seq: number, timeMs: number): void {
    if (this.written === 0) this.queue.commit(seq, timeMs)
    else this.finish(seq, timeMs)
  }

  private finish(seq: number, timeMs: number): void {
    if (this.written > 1) this.count()
    this.written = 0
    this.head(seq, timeMs, UNIT)
    this.complete = this.length
  }

  private count(): void {
    const at = this.complete + RECORD_HEADER_BYTES
    const { length, written } = this
    const more = varintBytes(written) - 1
    this.reserve(more)
    if (more > 0) this.memory.copyWithin(at + 1 + more, at + 1, length)
    this.length = at
    this.varint(written)
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
