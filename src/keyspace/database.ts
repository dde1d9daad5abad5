import type { DeadlineWheel } from '../structures/deadline-wheel.js'
import { KeyIndex } from './key-index.js'

/** The keys of one logical database and their deadlines; SWAPDB exchanges it whole. */
export interface KeyTable {
  readonly keys: KeyIndex
  /** Made with the first deadline: most databases never have one. Its owners are keys. */
  wheel: DeadlineWheel<string> | undefined
  /** The exact deadlines of those keys whose deadline is past what the wheel can hold. */
  readonly farDeadlines: Map<string, bigint>
}

export function emptyTable(): KeyTable {
  return { keys: new KeyIndex(), wheel: undefined, farDeadlines: new Map() }
}

/** One of the logical databases. Sessions point at it, so it stays the same object when its keys are swapped. */
export class Database {
  readonly index: number
  keys: KeyIndex
  wheel: DeadlineWheel<string> | undefined
  farDeadlines: Map<string, bigint>

  constructor(index: number) {
    this.index = index
    this.keys = new KeyIndex()
    this.wheel = undefined
    this.farDeadlines = new Map()
  }

  /** Puts other keys in place and returns the former. O(1). */
  replace(table: KeyTable): KeyTable {
    const former = { keys: this.keys, wheel: this.wheel, farDeadlines: this.farDeadlines }
    this.keys = table.keys
    this.wheel = table.wheel
    this.farDeadlines = table.farDeadlines
    return former
  }

  invariants(): void {
    this.keys.invariants()
    this.wheel?.invariants()
    let withDeadline = 0
    for (let slot = 0; slot < this.keys.size; slot++) {
      if (!this.keys.expires(slot)) continue
      withDeadline++
      const key = this.keys.keyAt(slot)
      if (this.wheel === undefined) throw new Error(`database: '${key}' has a deadline but there is no wheel`)
      if (!Number.isSafeInteger(this.wheel.deadlineOf(this.keys.deadlineAt(slot)))) {
        throw new Error(`database: '${key}' has a broken deadline`)
      }
    }
    if (withDeadline !== (this.wheel?.size ?? 0)) throw new Error('database: deadlines without a key')
  }
}
