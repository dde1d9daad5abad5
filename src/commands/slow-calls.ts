import { byteLength, fromBytes, toBytes } from '../structures/text.js'

/** A call that was slow. */
export interface SlowCall {
  /** Ascending from 0, also over a reset. */
  readonly id: number
  /** When it ended, in seconds since the epoch. */
  readonly timestamp: number
  /** How long it took, in microseconds. */
  readonly durationUs: number
  /** Its words; many or long ones are cut. */
  readonly args: readonly string[]
  /** The session that made it, by its address and its name. */
  readonly client: string
  readonly clientName: string
}

/** A longer call is cut, and the last word says how many more there were. */
const WORDS_MAX = 32
/** A longer word is cut, in bytes, and says how many more there were. */
const BYTES_MAX = 128

/** The calls that took longest to run, the last first: what SLOWLOG tells of. */
export class SlowCalls {
  private entries: SlowCall[] = []
  private next = 0

  /** As in Redis a new limit shows with the next slow call, and one of 0 keeps what there is. */
  add(call: Omit<SlowCall, 'id' | 'args'>, words: readonly string[], most: number): void {
    if (most === 0) return
    this.entries.unshift({ ...call, id: this.next++, args: shortened(words) })
    if (this.entries.length > most) this.entries.length = most
  }

  /** The last `count`; all for -1. */
  list(count: number): readonly SlowCall[] {
    return count < 0 ? [...this.entries] : this.entries.slice(0, count)
  }

  get size(): number {
    return this.entries.length
  }

  clear(): void {
    this.entries = []
  }
}

function shortened(words: readonly string[]): string[] {
  if (words.length <= WORDS_MAX) return words.map(cut)
  const kept = words.slice(0, WORDS_MAX - 1).map(cut)
  return [...kept, `... (${words.length - WORDS_MAX + 1} more arguments)`]
}

function cut(word: string): string {
  const bytes = byteLength(word)
  if (bytes <= BYTES_MAX) return word
  return `${fromBytes(toBytes(word).subarray(0, BYTES_MAX))}... (${bytes - BYTES_MAX} more bytes)`
}
