/** Deadlines of keys: EXPIRE and its kin, TTL and its kin, PERSIST. */
import { expireConditionsConflict, unsupportedOption } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, int64 } from '../structures/int64.js'
import { type Argv, integerAt, textAt, tokenAt } from './argv.js'
import { type Command, FAST, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { applyDeadline, deadlineIn, dropDeadline, type TimeUnit } from './deadline.js'
import type { Reply } from './reply.js'

/** Conditions of EXPIRE, on the deadline that the key has; a key without one counts as living for ever. */
export interface ExpireOptions {
  /** Only if it has none. */
  readonly nx?: boolean | undefined
  /** Only if it has one. */
  readonly xx?: boolean | undefined
  /** Only if the new one is later. */
  readonly gt?: boolean | undefined
  /** Only if the new one is earlier. */
  readonly lt?: boolean | undefined
}

const NO_CONDITIONS: ExpireOptions = {}

const EXPIRE_COMMANDS = { ex: 'expire', px: 'pexpire', exat: 'expireat', pxat: 'pexpireat' } as const

/**
 * Sets the deadline of a key: 1, or 0 when it is missing or the condition does not hold. A past time removes the key.
 * O(1). Event expire, or del.
 */
export function expire(
  unit: Unit,
  key: string,
  time: Int64,
  timeUnit: TimeUnit,
  options: ExpireOptions = NO_CONDITIONS,
): number {
  checkConditions(options)
  const deadline = deadlineIn(unit, time, timeUnit, EXPIRE_COMMANDS[timeUnit])
  const slot = unit.find(key)
  if (slot === ABSENT || !conditionHolds(unit.deadlineOf(slot), deadline, options)) return 0
  applyDeadline(unit, key, slot, deadline)
  return 1
}

function checkConditions({ nx, xx, gt, lt }: ExpireOptions): void {
  if (nx && (xx || gt || lt)) throw expireConditionsConflict('NX and XX, GT or LT')
  if (gt && lt) throw expireConditionsConflict('GT and LT')
}

/** Whether a deadline may take the place of the current one, -1 for none. */
export function conditionHolds(current: Int64, deadline: Int64, { nx, xx, gt, lt }: ExpireOptions): boolean {
  if (nx && current !== -1) return false
  if (xx && current === -1) return false
  if (gt && (current === -1 || deadline <= current)) return false
  return !(lt && current !== -1 && deadline >= current)
}

/** Removes the deadline: 1, or 0 when there is none. O(1). Event persist. */
export function persist(unit: Unit, key: string): number {
  const slot = unit.find(key)
  if (slot === ABSENT || !unit.database.keys.expires(slot)) return 0
  dropDeadline(unit, key, slot)
  return 1
}

/** Milliseconds until the deadline, -1 for a key without one, -2 for a missing key. O(1). */
export function pttl(unit: Unit, key: string): Int64 {
  const deadline = pexpiretime(unit, key)
  return deadline < 0 ? deadline : until(deadline, unit.now())
}

/** Seconds until the deadline, rounded to the nearest; -1 for a key without one, -2 for a missing key. O(1). */
export function ttl(unit: Unit, key: string): Int64 {
  return roundToSeconds(pttl(unit, key))
}

/** The deadline in milliseconds since the epoch, -1 for a key without one, -2 for a missing key. O(1). */
export function pexpiretime(unit: Unit, key: string): Int64 {
  const slot = unit.readPeek(key)
  return slot === ABSENT ? -2 : unit.deadlineOf(slot)
}

/** The deadline in seconds since the epoch, rounded; -1 for a key without one, -2 for a missing key. O(1). */
export function expiretime(unit: Unit, key: string): Int64 {
  return roundToSeconds(pexpiretime(unit, key))
}

function until(deadline: Int64, now: number): Int64 {
  return typeof deadline === 'number' ? Math.max(0, deadline - now) : int64(deadline - BigInt(now))!
}

function roundToSeconds(milliseconds: Int64): Int64 {
  if (typeof milliseconds === 'bigint') return int64((milliseconds + 500n) / 1000n)!
  return milliseconds < 0 ? milliseconds : Math.floor((milliseconds + 500) / 1000)
}

// What follows is the wire: one entry a command.

function readConditions(argv: Argv): ExpireOptions {
  const options: { -readonly [K in keyof ExpireOptions]: ExpireOptions[K] } = {}
  for (let i = 3; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'NX') options.nx = true
    else if (token === 'XX') options.xx = true
    else if (token === 'GT') options.gt = true
    else if (token === 'LT') options.lt = true
    else throw unsupportedOption(textAt(argv, i))
  }
  checkConditions(options)
  return options
}

const CONDITION = '[condition= NX | XX | GT | LT]'

function expireCall(timeUnit: TimeUnit): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv): Reply => {
    const options = readConditions(argv)
    return expire(unit, textAt(argv, 1), integerAt(argv, 2), timeUnit, options)
  }
}

export const genericExpireCommands = {
  EXPIRE: {
    summary: 'Sets the expiration of a key, in seconds from now.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: -3,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key seconds:integer ${CONDITION}`,
    call: expireCall('ex'),
  },
  PEXPIRE: {
    summary: 'Sets the expiration of a key, in milliseconds from now.',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: -3,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key milliseconds:integer ${CONDITION}`,
    call: expireCall('px'),
  },
  EXPIREAT: {
    summary: 'Sets the expiration of a key, as Unix time in seconds.',
    since: '1.2.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: -3,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key unix-time-seconds:unix-time ${CONDITION}`,
    call: expireCall('exat'),
  },
  PEXPIREAT: {
    summary: 'Sets the expiration of a key, as Unix time in milliseconds.',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: -3,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key unix-time-milliseconds:unix-time ${CONDITION}`,
    call: expireCall('pxat'),
  },
  PERSIST: {
    summary: 'Removes the expiration of a key.',
    since: '2.2.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 2,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => persist(unit, textAt(argv, 1)),
  },
  TTL: {
    summary: 'Returns how long a key has to live, in seconds.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => ttl(unit, textAt(argv, 1)),
  },
  PTTL: {
    summary: 'Returns how long a key has to live, in milliseconds.',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => pttl(unit, textAt(argv, 1)),
  },
  EXPIRETIME: {
    summary: 'Returns when a key expires, as Unix time in seconds.',
    since: '7.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => expiretime(unit, textAt(argv, 1)),
  },
  PEXPIRETIME: {
    summary: 'Returns when a key expires, as Unix time in milliseconds.',
    since: '7.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => pexpiretime(unit, textAt(argv, 1)),
  },
} satisfies Record<string, Command>
