import { CODE, RECORD_HEADER_BYTES } from './crc32c.js'
import { PROGRAM_AT, PROGRAM_BYTES, TEXTS_AT, TEXTS_BYTES, WORK_AT, WORK_BYTES } from './crc32c-code.js'
import type { LogBatch, LogRecord, LogWord } from './plain.js'
import { COMMAND_NUMBERS, LONG_WORD, UNIT_NUMBERS } from './record-code.js'

/** Longer words are written one by one. */
const WORD_MAX = 1023
const NAME_MAX = LONG_WORD - 1
const WORDS_MAX = 100
const DATABASE_MAX = 0x7f
/** The number of commands takes one byte. */
const COMMANDS_MAX = 0x7f
/** A command finds room for its numbers and words. What is made is shorter than WORK_BYTES by far. */
const NUMBERS_MAX = PROGRAM_BYTES / 4 - WORDS_MAX - COMMAND_NUMBERS - UNIT_NUMBERS
/** As texts may be found not to be ASCII when they are written, they stop short of where they would not be complete. */
const UNITS_MAX = TEXTS_BYTES - 16
/** What a unit takes beside its commands, and a command beside its words. */
const UNIT_BYTES = RECORD_HEADER_BYTES + 1
const COMMAND_BYTES = 2

/** The views that compiled code works on. */
const WORK = CODE && {
  ...CODE,
  numbers: new Int32Array(CODE.memory.buffer, PROGRAM_AT, PROGRAM_BYTES / 4),
  texts: CODE.memory.subarray(TEXTS_AT, TEXTS_AT + TEXTS_BYTES) as Buffer & {
    utf8Write(text: string, at: number): number
  },
}

/** Units as they were given. */
export interface QueuedUnit {
  readonly timeMs: number
  readonly batch: LogBatch
}

/**
 * Units of short words, which become records all at once: their texts are one text that grows, and what is to be made of it stands in a
 * list of numbers, see record-code.ts. To write short texts into memory one after the other takes 2 ns a unit, or 60 ns a text by a call
 * of Node's; so does one such call for all of them, and what remains is done by compiled code. With its checksum the record of a SET takes
 * 107 ns so, and 177 ns written at once (AMD EPYC, Node 20, by turns of 1,200 records, medians of 10,000).
 *
 * Invariant: texts are taken to be ASCII until they are written, when others are noticed: then `encode` gives up.
 */
export class RecordQueue {
  /** How many commands the unit has that is not complete. */
  commands = 0
  /** How many bytes the records of all complete units take. */
  bytes = 0
  private openBytes = 0
  private texts = ''
  private readonly numbers = new Int32Array(PROGRAM_BYTES / 4)
  /** Where the numbers end; those of the open unit begin at `unitAt`. */
  private length = 0
  private unitAt = 0
  /** The name of the last command, and where it lies. */
  private name: string | undefined = undefined
  private nameAt = 0
  /** The number of the first complete unit. */
  firstSeq = 0

  /** Whether nothing is in it. */
  get isEmpty(): boolean {
    return this.length === 0
  }

  /** Adds a command to the open unit; returns false where it is not one that can be in here. O(words). */
  add(database: number, words: readonly LogWord[]): boolean {
    const { numbers } = this
    const count = words.length
    if (WORK === undefined || count > WORDS_MAX || database > DATABASE_MAX || this.commands === COMMANDS_MAX)
      return false
    let at = this.length
    if (at > NUMBERS_MAX) return false
    if (this.commands === 0) at += UNIT_NUMBERS
    const name = words[0]!
    let { texts, nameAt } = this
    if (name !== this.name) {
      if (typeof name !== 'string' || name.length > NAME_MAX) return false
      nameAt = texts.length
      texts += name
    }
    numbers[at] = database | (count << 8)
    numbers[at + 1] = nameAt
    numbers[at + 2] = name.length
    numbers[at + 3] = texts.length
    at += COMMAND_NUMBERS
    let bytes = COMMAND_BYTES + name.length + count
    for (let i = 1; i < count; i++) {
      const word = words[i]!
      const { length } = word
      if (typeof word !== 'string' || length > WORD_MAX) return false
      texts += word
      numbers[at++] = length
      bytes += length < LONG_WORD ? length : length + 1
    }
    if (texts.length > UNITS_MAX) return false
    this.texts = texts
    this.name = name
    this.nameAt = nameAt
    this.length = at
    this.openBytes += bytes
    this.commands++
    return true
  }

  /** The open unit is complete. O(1). */
  commit(seq: number, timeMs: number): void {
    const { numbers, unitAt } = this
    if (unitAt === 0) this.firstSeq = seq
    numbers[unitAt] = this.commands
    numbers[unitAt + 1] = timeMs
    numbers[unitAt + 2] = timeMs / 0x100000000
    this.unitAt = this.length
    this.bytes += UNIT_BYTES + this.openBytes
    this.openBytes = 0
    this.commands = 0
  }

  /**
   * Makes records of all complete units, in the memory of the compiled code, behind the first so many bytes of others. They have no
   * checksums yet. Returns where they end, or undefined where there are texts other than ASCII, or too many: then nothing has been done. O(bytes).
   */
  encode(before: Uint8Array, count: number): number | undefined {
    const { texts, unitAt, firstSeq } = this
    if (WORK === undefined || count + this.bytes > WORK_BYTES - 8) return undefined
    if (WORK.texts.utf8Write(texts, 0) !== texts.length) return undefined
    if (count > 0) WORK.memory.set(before.subarray(0, count), WORK_AT)
    WORK.numbers.set(this.numbers.subarray(0, unitAt))
    const end = PROGRAM_AT + 4 * unitAt
    return WORK.make(PROGRAM_AT, end, TEXTS_AT, WORK_AT + count, firstSeq, firstSeq / 0x100000000) - WORK_AT
  }

  /** Takes out the complete units; returns them. O(bytes). */
  takeUnits(): QueuedUnit[] {
    const { numbers, unitAt } = this
    const units: QueuedUnit[] = []
    for (let at = 0; at < unitAt; ) {
      const timeMs = (numbers[at + 1]! >>> 0) + numbers[at + 2]! * 0x100000000
      const { batch, end } = this.batchAt(at + UNIT_NUMBERS, numbers[at]!)
      units.push({ timeMs, batch })
      at = end
    }
    this.forget()
    return units
  }

  /** Takes out the open unit. O(bytes). */
  takeOpen(): LogBatch {
    const { batch } = this.batchAt(this.unitAt + UNIT_NUMBERS, this.commands)
    this.cut(0)
    return batch
  }

  private batchAt(start: number, commands: number): { batch: LogRecord[]; end: number } {
    const { numbers, texts } = this
    const batch: LogRecord[] = []
    let at = start
    for (let left = commands; left > 0; left--) {
      const [database, count] = [numbers[at]! & 0xff, numbers[at]! >> 8]
      const words = [texts.substr(numbers[at + 1]!, numbers[at + 2]!)]
      let from = numbers[at + 3]!
      at += COMMAND_NUMBERS
      while (words.length < count) {
        const end = from + numbers[at++]!
        words.push(texts.slice(from, end))
        from = end
      }
      batch.push({ database, words })
    }
    return { batch, end: at }
  }

  /** Forgets the complete units: the open one stays. O(1); O(bytes) where there is one. */
  forget(): void {
    const open = this.commands > 0 ? this.takeOpen() : undefined
    this.clear()
    if (open !== undefined) for (const { database, words } of open) this.add(database, words)
  }

  /** Takes back all commands of the open unit but the first so many. O(commands). */
  cut(commands: number): void {
    if (commands >= this.commands) return
    const { numbers } = this
    let at = this.unitAt
    let bytes = 0
    if (commands > 0) at += UNIT_NUMBERS
    for (let left = commands; left > 0; left--) {
      const count = numbers[at]! >> 8
      bytes += COMMAND_BYTES + numbers[at + 2]! + count
      for (let i = 0; i < count - 1; i++) {
        const length = numbers[at + COMMAND_NUMBERS + i]!
        bytes += length < LONG_WORD ? length : length + 1
      }
      at += COMMAND_NUMBERS + count - 1
    }
    this.length = at
    this.commands = commands
    this.openBytes = bytes
    // Its texts stay behind, unused.
  }

  clear(): void {
    this.commands = 0
    this.bytes = 0
    this.openBytes = 0
    this.texts = ''
    this.length = 0
    this.unitAt = 0
    this.name = undefined
  }
}
