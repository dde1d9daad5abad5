import { type Data, type Key, toText } from '../commands/argv.js'
import * as fields from '../commands/bitfield.js'
import type { BitRange } from '../commands/bitmap.js'
import * as bodies from '../commands/bitmap.js'
import { bitfieldReadOnly } from '../commands/bitmap-errors.js'
import { checkedInteger } from '../commands/deadline.js'
import { syntaxError } from '../errors.js'
import type { Overflow } from '../structures/bit-fields.js'
import type { BitOperation } from '../structures/bit-operations.js'
import type { Int64 } from '../structures/int64.js'
import { listGiven, type Names, objectGiven, optionsGiven } from './given.js'
import { GROW, Handle, RUN } from './handle.js'
import { keyTexts } from './words.js'

/** An integer of 1 to 63 bits without a sign, or of 1 to 64 with one: `u8`, `i64`. */
export type BitfieldType = `u${number}` | `i${number}`

/** Where an integer begins: at a bit, or, as in `#3`, behind so many integers of its type. */
export type BitfieldOffset = number | `${number}` | `#${number}`

/** Reads an integer. */
export interface BitfieldGet {
  readonly op: 'get'
  readonly type: BitfieldType
  readonly offset: BitfieldOffset
}

/** Writes an integer (`set`) or adds to one (`incrby`). */
export interface BitfieldWrite {
  readonly op: 'set' | 'incrby'
  readonly type: BitfieldType
  readonly offset: BitfieldOffset
  /** The new integer, or what is added. */
  readonly value: number | bigint
  /** Where there is no room for it: wrap around (the default), stay at the limit (`sat`), or do nothing (`fail`). */
  readonly overflow?: Overflow | undefined
}

/** Strings as arrays of bits, and of integers of any width. */
export abstract class BitmapCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Sets or clears a bit of the string at a key, made if missing and lengthened by zeros; returns what the bit was. Bit 0 is the
   * highest of the first byte; the last offset is 2^32-1. O(1) amortised.
   *
   * @example
   * db.setbit('online', userId, 1) // 0: was not online
   *
   * @throws RedstartError WRONGTYPE; ERR for an offset out of range or a bit that is neither 0 nor 1
   * @see https://redis.io/docs/latest/commands/setbit/
   */
  setbit(key: Key, offset: number, bit: 0 | 1): 0 | 1 {
    const old = this[GROW](bodies.setbit, toText(key), bodies.checkedBitOffset(offset), bodies.checkedBit(bit))
    return old as 0 | 1
  }

  /**
   * Returns a bit of the string at a key: 0 behind its end and for a missing key. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR for an offset out of range
   * @see https://redis.io/docs/latest/commands/getbit/
   */
  getbit(key: Key, offset: number): 0 | 1 {
    return this[RUN](bodies.getbit, toText(key), bodies.checkedBitOffset(offset)) as 0 | 1
  }

  /**
   * Counts the bits that are 1 in the string at a key, 0 when missing, or in its part from `start` to `end`, both included and
   * negative from the end; in bytes, unless the unit is `bit`. O(bytes).
   *
   * @example
   * db.bitcount('online') // how many users
   * db.bitcount('online', { start: 0, end: 99, unit: 'bit' }) // of the first hundred
   *
   * @throws RedstartError WRONGTYPE; ERR for indices that are no integers
   * @see https://redis.io/docs/latest/commands/bitcount/
   */
  bitcount(key: Key, range?: BitRange): number {
    optionsGiven(range, BIT_RANGE)
    if (range !== undefined && (range.start === undefined) !== (range.end === undefined)) throw syntaxError()
    return this[RUN](bodies.bitcount, toText(key), checkedRange(range))
  }

  /**
   * Returns where the first bit of a value stands in the string at a key, or in its part from `start` to `end`, both included and
   * negative from the end; in bytes, unless the unit is `bit`. -1 where there is none; but without an `end` a 0 is found behind
   * the end of the string. O(bytes).
   *
   * @example
   * db.bitpos('taken', 0) // the first free place
   *
   * @throws RedstartError WRONGTYPE; ERR for another bit than 0 or 1, or for indices that are no integers
   * @see https://redis.io/docs/latest/commands/bitpos/
   */
  bitpos(key: Key, bit: 0 | 1, range?: BitRange): number {
    const sought = bodies.checkedSoughtBit(checkedInteger(bit))
    optionsGiven(range, BIT_RANGE)
    if (range !== undefined && range.start === undefined && range.end !== undefined) throw syntaxError()
    return this[RUN](bodies.bitpos, toText(key), sought, checkedRange(range))
  }

  /**
   * Combines the bits of the strings at some keys and keeps them at `destination`, whatever was there; returns their length in
   * bytes, which is that of the longest string. A missing key, and what lies behind the end of a string, counts as zeros. `not`
   * takes one key. Of Redis 8.2 are `diff` (in the first and in no other), `diff1` (in another one and not in the first), `andor`
   * (in the first and in another one) and `one` (in exactly one). O(bytes).
   *
   * @example
   * db.bitop('and', 'both', ['monday', 'tuesday']) // who was here on both days
   *
   * @throws RedstartError WRONGTYPE; ERR for a number of keys that the operation does not take
   * @see https://redis.io/docs/latest/commands/bitop/
   */
  bitop(operation: BitOperation, destination: Key, keys: Key | readonly Key[]): number {
    const checked = bodies.checkedOperation(operation)
    return this[GROW](bodies.bitop, checked, toText(destination), keyTexts(keys, 'bitop'))
  }

  /**
   * Reads, writes and adds to integers of 1 to 64 bits within the string at a key, in one call; a write makes the string if missing,
   * and long enough. Returns for each step the integer (`get`), the former one (`set`) or the sum (`incrby`); `null` for a write that
   * `overflow: 'fail'` held back. Exact over 64 bits; past 2^53 the returned number alone is rounded, and `call('BITFIELD', …)`
   * returns a bigint. O(steps).
   *
   * @example
   * db.bitfield('player:1', [
   *   { op: 'incrby', type: 'u8', offset: '#3', value: 1, overflow: 'sat' }, // the fourth counter, at most 255
   *   { op: 'get', type: 'u8', offset: '#0' },
   * ]) // [1, 0]
   *
   * @throws RedstartError WRONGTYPE; ERR for a type, an offset or a value out of range
   * @see https://redis.io/docs/latest/commands/bitfield/
   */
  bitfield(key: Key, steps: readonly (BitfieldGet | BitfieldWrite)[]): (number | null)[] {
    return this[GROW](fields.bitfield, toText(key), listGiven(steps, 'steps').map(stepOf)).map(asNumber)
  }

  /**
   * Reads integers of 1 to 64 bits within the string at a key: as `bitfield`, without writes. O(steps).
   *
   * @throws RedstartError WRONGTYPE; ERR for a type or an offset out of range, or for a write
   * @see https://redis.io/docs/latest/commands/bitfield_ro/
   */
  bitfieldRo(key: Key, steps: readonly BitfieldGet[]): number[] {
    const checked = listGiven(steps, 'steps').map(stepOf)
    if (checked.some(({ op }) => op !== 'get')) throw bitfieldReadOnly()
    return this[RUN](fields.bitfield, toText(key), checked).map(Number)
  }
}

const WHOLE: BitRange = {}

const BIT_RANGE: Names<BitRange> = { start: true, end: true, unit: true }
const STEP: Names<BitfieldGet | BitfieldWrite> = { op: true, type: true, offset: true, value: true, overflow: true }

function checkedRange(range: BitRange | undefined): BitRange {
  if (range === undefined) return WHOLE
  const { start, end, unit } = range
  if (start !== undefined) checkedInteger(start)
  if (end !== undefined) checkedInteger(end)
  if (unit !== undefined && ((unit !== 'byte' && unit !== 'bit') || end === undefined)) throw syntaxError()
  return range
}

function stepOf(step: BitfieldGet | BitfieldWrite): fields.FieldStep {
  optionsGiven(objectGiven(step, 'a step'), STEP)
  const { op } = step
  if (op !== 'get' && op !== 'set' && op !== 'incrby') throw syntaxError()
  const overflow = op === 'get' ? 'wrap' : fields.checkedOverflow(step.overflow ?? 'wrap')
  const type = fields.checkedFieldType(toText(step.type))
  const offset = fields.checkedFieldOffset(toText(step.offset as Data), type)
  return op === 'get' ? { op, type, offset } : { op, type, offset, value: checkedInteger(step.value), overflow }
}

function asNumber(value: Int64 | null): number | null {
  return value === null ? null : Number(value)
}
