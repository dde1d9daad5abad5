import { fromBytes } from '../structures/text.js'
import { RedisFileError } from './errors.js'
import { type ByteWindow, MORE } from './window.js'

/** Longer words stay bytes: they are values mostly, and need not be text. */
const TEXT_MAX = 44
/** The longest line that a length, a count or a note may take. */
const LINE_MAX = 1024

const STAR = 0x2a
const DOLLAR = 0x24
const HASH = 0x23
const RETURN = 0x0d
const NEW_LINE = 0x0a

/** A word of a command; bytes are a view that is good until more of the file is read. */
export type FileWord = string | Uint8Array

/** A note of the server between commands: `#TS:` and the time of what follows, in seconds. */
export interface Note {
  readonly note: string
}

/** A length leads beyond the end of the file. */
export const CUT_OFF = Symbol('cut off')

/** The time that a note tells, in Unix seconds; undefined for other notes. */
export function timeOf({ note }: Note): number | undefined {
  const time = /^TS:(\d+)$/.exec(note)?.[1]
  return time === undefined ? undefined : Number(time)
}

/**
 * Reads the commands of an append-only file one by one. `next` returns undefined where it needs `window.more`; the caller sets
 * `window.mark` when it is done with what came.
 */
export class RespParser {
  /** Where the last command or note began. */
  offset = 0

  constructor(private readonly window: ByteWindow) {}

  next(): readonly FileWord[] | Note | undefined {
    const { window } = this
    this.offset = window.offset
    try {
      const kind = window.bytes[window.take(1)]!
      if (kind === HASH) return { note: this.line() }
      if (kind !== STAR) throw this.damaged('a command should begin here, with an asterisk')
      return this.words(this.number('the number of words'))
    } catch (error) {
      if (error !== MORE) throw error
      return undefined
    }
  }

  /** As `next`; CUT_OFF where the file ends in the middle of what should come. */
  nextOrCut(): readonly FileWord[] | Note | undefined | typeof CUT_OFF {
    try {
      return this.next()
    } catch (error) {
      if (error instanceof RedisFileError && error.problem === 'truncated') return CUT_OFF
      throw error
    }
  }

  private words(count: number): FileWord[] {
    const { window } = this
    if (count < 1) throw this.damaged('a command without words')
    const words: FileWord[] = []
    for (let left = count; left > 0; left--) {
      if (window.bytes[window.take(1)] !== DOLLAR) throw this.damaged('the length of a word should stand here')
      const size = this.number('the length of a word')
      const at = window.takeString(size)
      this.expectNewLine()
      words.push(size <= TEXT_MAX ? fromBytes(window.bytes, at, at + size) : window.bytes.subarray(at, at + size))
    }
    return words
  }

  private expectNewLine(): void {
    const { window } = this
    const at = window.take(2)
    if (window.bytes[at] === RETURN && window.bytes[at + 1] === NEW_LINE) return
    throw this.damaged('a word is not as long as it says')
  }

  private number(what: string): number {
    const line = this.line()
    if (!/^\d{1,10}$/.test(line)) throw this.damaged(`${what} is no number`)
    return Number(line)
  }

  /** What follows up to the end of the line. */
  private line(): string {
    const { window } = this
    const { bytes, at } = window
    let end = at
    while (end < window.end && bytes[end] !== NEW_LINE) end++
    if (end - at > LINE_MAX) throw this.damaged('a line that is too long')
    window.take(end - at + 1)
    const last = bytes[end - 1] === RETURN && end > at ? end - 1 : end
    return String.fromCharCode(...bytes.subarray(at, last))
  }

  private damaged(reason: string): RedisFileError {
    return this.window.error('damaged', `${reason}, in the command that begins at byte ${this.offset}`)
  }
}
