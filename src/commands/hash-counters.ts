/** Fields of hashes as counters: HINCRBY and HINCRBYFLOAT. */
import {
  hashValueNotAFloat,
  hashValueNotAnInteger,
  incrementNotFinite,
  nanOrInfinity,
  notAFloat,
  wouldOverflow,
} from '../errors.js'
import { HASH } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Hash } from '../structures/hash.js'
import { addInt64, type Int64, parseInt64 } from '../structures/int64.js'
import { addLongDouble, formatLongDouble, type LongDouble, parseLongDouble } from '../structures/long-double.js'
import { integerAt, textAt } from './argv.js'
import { ACCESS_AND_UPDATE_KEY, type Command, DENYOOM, FAST, WRITE } from './command.js'
import type { Reply } from './reply.js'

/** Adds to the integer in a field, 0 when missing; returns the sum. Deadlines stay. O(1). Event hincrby. */
export function hincrby(unit: Unit, key: string, field: string, increment: Int64): Int64 {
  const hash = unit.open(key, HASH)
  const slot = hash.slotOf(field)
  const old = slot < 0 ? 0 : parseInt64(hash.valueAt(slot))
  if (old === undefined) throw hashValueNotAnInteger()
  const sum = addInt64(old, increment)
  if (sum === undefined) throw wouldOverflow()
  keep(unit, key, hash, slot, field, String(sum))
  unit.changed(key, 'hincrby')
  return sum
}

/**
 * Adds to the number in a field, 0 when missing, in long doubles as `incrbyfloat`; returns the sum as Redis prints it.
 * Deadlines stay. O(1). Event hincrbyfloat.
 */
export function hincrbyfloat(unit: Unit, key: string, field: string, increment: string): string {
  const by = finiteIncrement(increment)
  const hash = unit.open(key, HASH)
  const slot = hash.slotOf(field)
  const old = parseLongDouble(slot < 0 ? '0' : hash.valueAt(slot))
  if (old === undefined) throw hashValueNotAFloat()
  const sum = addLongDouble(old, by)
  if (!sum.finite) throw nanOrInfinity()
  const text = formatLongDouble(sum)
  keep(unit, key, hash, slot, field, text)
  unit.changed(key, 'hincrbyfloat')
  return text
}

/** Redis reads the increment before it looks at the key. */
function finiteIncrement(increment: string): LongDouble {
  const by = parseLongDouble(increment)
  if (by === undefined) throw notAFloat()
  if (!by.finite) throw incrementNotFinite()
  return by
}

/** Sets the field of a slot, -1 for one that is new, and leaves its deadline. */
function keep(unit: Unit, key: string, hash: Hash, slot: number, field: string, value: string): void {
  if (slot < 0) hash.set(field, value)
  else hash.setAt(slot, value)
  if (!unit.logging) return
  if (slot < 0 || hash.deadlineAt(slot) === -1) unit.log('HSET', key, field, value)
  else unit.log('HSETEX', key, 'KEEPTTL', 'FIELDS', '1', field, value)
}

export const hashCounterCommands = {
  HINCRBY: {
    summary: 'Adds a number to the integer in a field of a hash; a missing field counts as 0.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key field increment:integer',
    call: (unit, argv): Reply => hincrby(unit, textAt(argv, 1), textAt(argv, 2), integerAt(argv, 3)),
  },
  HINCRBYFLOAT: {
    summary: 'Adds a floating-point number to the number in a field of a hash; a missing field counts as 0.',
    since: '2.6.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key field increment:double',
    call: (unit, argv): Reply => hincrbyfloat(unit, textAt(argv, 1), textAt(argv, 2), textAt(argv, 3)),
  },
} satisfies Record<string, Command>
