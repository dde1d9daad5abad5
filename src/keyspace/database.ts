import type { DeadlineWheel } from '../structures/deadline-wheel.js'
import { Hash } from '../structures/hash.js'
import { type Int64, int64 } from '../structures/int64.js'
import { FieldExpiry } from './field-expiry.js'
import { KeyIndex, KeyTally } from './key-index.js'

/** The keys of one logical database and their deadlines; SWAPDB exchanges it whole. */
export interface KeyTable {
  readonly keys: KeyIndex
  /** Made with the first deadline: most databases never have one. Its owners are keys. */
  wheel: DeadlineWheel<string> | undefined
  /** The exact deadlines of those keys whose deadline is past what the wheel can hold. */
  readonly farDeadlines: Map<string, bigint>
  /** Made with the first field of a hash that has a deadline. */
  fields: FieldExpiry | undefined
}

/** The wheel holds no later deadlines: the year 287,396. */
export const FAR_MS = Number.MAX_SAFE_INTEGER

/** What a deadline takes: its place in the pools of the wheel, and in a bucket. */
const DEADLINE_BYTES = 40
/** What a hash takes whose fields expire, beside that. */
const EXPIRING_BYTES = DEADLINE_BYTES + 40

export function emptyTable(): KeyTable {
  return { keys: new KeyIndex(), wheel: undefined, farDeadlines: new Map(), fields: undefined }
}

/** The deadline of a key in milliseconds since the epoch, undefined where it has none. O(1). */
export function deadlineOf({ keys, wheel, farDeadlines }: KeyTable, slot: number): Int64 | undefined {
  if (!keys.expires(slot)) return undefined
  const deadlineMs = wheel!.deadlineOf(keys.deadlineAt(slot))
  return deadlineMs < FAR_MS ? deadlineMs : (int64(farDeadlines.get(keys.keyAt(slot)!)!) ?? deadlineMs)
}

/**
 * The same keys with all that belongs to them, independent of these: collections are shared until either side asks for one.
 * O(keys), and O(fields) for hashes whose fields expire, which stand in the wheel by what they are.
 */
export function shareTable(table: KeyTable, nowMs: number): KeyTable {
  if (table.keys.size === 0) return emptyTable()
  const keys = table.keys.share()
  const wheel = table.wheel?.size ? table.wheel.clone() : undefined
  const copy = { keys, wheel, farDeadlines: new Map(table.farDeadlines), fields: undefined as FieldExpiry | undefined }
  for (const { key, hash } of table.fields?.entries() ?? []) {
    const slot = keys.find(key)
    table.keys.claim(slot)
    const own = keys.valueAt(slot) as Hash
    copy.fields ??= new FieldExpiry(nowMs)
    if (hash.nextDeadline !== Number.POSITIVE_INFINITY) copy.fields.watch(key, own)
  }
  return copy
}

/** One of the logical databases. Sessions point at it, so it stays the same object when its keys are swapped. */
export class Database {
  readonly index: number
  private readonly tally: KeyTally
  keys: KeyIndex
  wheel: DeadlineWheel<string> | undefined
  farDeadlines: Map<string, bigint>
  fields: FieldExpiry | undefined

  constructor(index: number, tally = new KeyTally()) {
    this.index = index
    this.tally = tally
    this.keys = new KeyIndex()
    this.keys.tally = tally
    this.wheel = undefined
    this.farDeadlines = new Map()
    this.fields = undefined
  }

  /** The bytes that deadlines of keys and of fields take, roughly, beside those in the hashes. O(1). */
  get deadlineWeight(): number {
    const { wheel, fields } = this
    const bytes = wheel === undefined ? 0 : wheel.size * DEADLINE_BYTES
    return fields === undefined ? bytes : bytes + fields.size * EXPIRING_BYTES
  }

  /** The bytes that keys take with all that belongs to them, roughly. O(1). */
  get weight(): number {
    return this.keys.weight + this.deadlineWeight
  }

  /** Puts other keys in place and returns the former. O(1). */
  replace(table: KeyTable): KeyTable {
    const former = { keys: this.keys, wheel: this.wheel, farDeadlines: this.farDeadlines, fields: this.fields }
    this.tally.keys += table.keys.size - this.keys.size
    table.keys.tally = this.tally
    this.keys = table.keys
    this.wheel = table.wheel
    this.farDeadlines = table.farDeadlines
    this.fields = table.fields
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
    this.checkFields()
  }

  private checkFields(): void {
    this.fields?.invariants()
    let watched = 0
    for (let slot = 0; slot < this.keys.size; slot++) {
      const hash = this.keys.lookAt(slot)
      if (!(hash instanceof Hash)) continue
      if (hash.alarm !== 0) watched++
      if (this.fields !== undefined) this.fields.check(this.keys.keyAt(slot)!, hash)
      else if (hash.nextDeadline < Number.POSITIVE_INFINITY) throw new Error('database: nobody watches a hash')
    }
    if (watched !== (this.fields?.size ?? 0)) throw new Error('database: field deadlines without a key')
  }
}
