/** Strings as counters: INCR, INCRBY, DECR, DECRBY, INCRBYFLOAT. */
import { decrementWouldOverflow, nanOrInfinity, notAFloat, notAnInteger, wouldOverflow } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { type StringValue, stringToText } from '../keyspace/value.js'
import { addInt64, type Int64, negateInt64, parseInt64 } from '../structures/int64.js'
import { addLongDouble, formatLongDouble, parseLongDouble } from '../structures/long-double.js'
import { integerAt, textAt } from './argv.js'
import { ACCESS_AND_UPDATE_KEY, type Command, DENYOOM, FAST, WRITE } from './command.js'
import type { Reply } from './reply.js'

/** Adds to the integer at a key, 0 when missing; returns the sum. The deadline stays. O(1). Event incrby. */
export function incrby(unit: Unit, key: string, increment: Int64): Int64 {
  const slot = unit.findString(key)
  if (slot === ABSENT) {
    unit.add(key, increment)
    return announceSum(unit, key, increment)
  }
  const value = unit.stringAt(slot)
  const old = typeof value === 'number' || typeof value === 'bigint' ? value : integerOf(value)
  const sum = addInt64(old, increment)
  if (sum === undefined) throw wouldOverflow()
  unit.replace(slot, sum, true)
  return announceSum(unit, key, sum)
}

function integerOf(value: StringValue): Int64 {
  const integer = parseInt64(stringToText(value))
  if (integer === undefined) throw notAnInteger()
  return integer
}

function announceSum(unit: Unit, key: string, sum: Int64): Int64 {
  if (unit.logging) unit.log('SET', key, String(sum), 'KEEPTTL')
  unit.changed(key, 'incrby')
  return sum
}

/** Subtracts from the integer at a key. O(1). Event incrby. */
export function decrby(unit: Unit, key: string, decrement: Int64): Int64 {
  const increment = negateInt64(decrement)
  if (increment === undefined) throw decrementWouldOverflow()
  return incrby(unit, key, increment)
}

/**
 * Adds to the number at a key, 0 when missing, in 80-bit long doubles as Redis on x86-64; returns the sum as Redis
 * prints it: up to 17 decimals, no exponent. The deadline stays. O(1). Event incrbyfloat.
 */
export function incrbyfloat(unit: Unit, key: string, increment: string): string {
  const slot = unit.findString(key)
  const old = parseLongDouble(slot === ABSENT ? '0' : stringToText(unit.stringAt(slot)))
  const by = parseLongDouble(increment)
  if (old === undefined || by === undefined) throw notAFloat()
  const sum = addLongDouble(old, by)
  if (!sum.finite) throw nanOrInfinity()
  const text = formatLongDouble(sum)
  if (slot === ABSENT) unit.add(key, text)
  else unit.replace(slot, text, true)
  if (unit.logging) unit.log('SET', key, text, 'KEEPTTL')
  unit.changed(key, 'incrbyfloat')
  return text
}

export const stringCounterCommands = {
  INCR: {
    summary: 'Adds one to the integer at a key; a missing key counts as 0.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 2,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => incrby(unit, textAt(argv, 1), 1),
  },
  DECR: {
    summary: 'Subtracts one from the integer at a key; a missing key counts as 0.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 2,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => incrby(unit, textAt(argv, 1), -1),
  },
  INCRBY: {
    summary: 'Adds a number to the integer at a key; a missing key counts as 0.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key increment:integer',
    call: (unit, argv): Reply => incrby(unit, textAt(argv, 1), integerAt(argv, 2)),
  },
  DECRBY: {
    summary: 'Subtracts a number from the integer at a key; a missing key counts as 0.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key decrement:integer',
    call: (unit, argv): Reply => decrby(unit, textAt(argv, 1), integerAt(argv, 2)),
  },
  INCRBYFLOAT: {
    summary: 'Adds a floating-point number to the number at a key; a missing key counts as 0.',
    since: '2.6.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key increment:double',
    call: (unit, argv): Reply => incrbyfloat(unit, textAt(argv, 1), textAt(argv, 2)),
  },
} satisfies Record<string, Command>
