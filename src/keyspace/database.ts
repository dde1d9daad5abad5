import type { DeadlineWheel } from '../structures/deadline-wheel.js'
import type { Entry } from './entry.js'
import { KeyIndex } from './key-index.js'

/** The keys of one logical database and their deadlines; SWAPDB exchanges it whole. */
export interface KeyTable {
  readonly keys: KeyIndex
  /** Made with the first deadline: most databases never have one. */
  wheel: DeadlineWheel<Entry> | undefined
}

export function emptyTable(): KeyTable {
  return { keys: new KeyIndex(), wheel: undefined }
}

/** One of the logical databases. Sessions point at it, so it stays the same object when its keys are swapped. */
export class Database {
  readonly index: number
  keys: KeyIndex
  wheel: DeadlineWheel<Entry> | undefined

  constructor(index: number) {
    this.index = index
    this.keys = new KeyIndex()
    this.wheel = undefined
  }

  /** Puts other keys in place and returns the former. O(1). */
  replace(table: KeyTable): KeyTable {
    const former = { keys: this.keys, wheel: this.wheel }
    this.keys = table.keys
    this.wheel = table.wheel
    return former
  }

  invariants(): void {
    this.keys.invariants()
    this.wheel?.invariants()
    let withDeadline = 0
    for (const entry of this.keys) {
      if (!entry.expires) continue
      withDeadline++
      if (this.wheel === undefined) throw new Error(`database: '${entry.key}' has a deadline but there is no wheel`)
      if (!Number.isSafeInteger(this.wheel.deadlineOf(entry.deadline))) {
        throw new Error(`database: '${entry.key}' has a broken deadline`)
      }
    }
    if (withDeadline !== (this.wheel?.size ?? 0)) throw new Error('database: deadlines without a key')
  }
}
