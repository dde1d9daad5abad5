/** Deadlines of the fields of a hash: HEXPIRE and its kin, HTTL and its kin, HPERSIST. */
import {
  expireTimeNegative,
  fieldCountMismatch,
  fieldCountNotPositive,
  fieldsMissing,
  invalidExpireTime,
  numFieldsNotPositive,
  type RedstartError,
} from '../errors.js'
import { HASH } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Hash } from '../structures/hash.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { type Argv, integerAt, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, FAST, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { checkedInteger, type TimeUnit } from './deadline.js'
import { conditionHolds, type ExpireOptions } from './generic-expire.js'
import type { Reply } from './reply.js'

/** Redis keeps the deadlines of fields in 46 bits: until the year 4199. */
const LAST_MS = 2 ** 46 - 1

/** What these commands say of a field that is not there, and of one without a deadline. */
const MISSING = -2
const ENDLESS = -1

/** What HEXPIRE and its kin say of a field. */
const HELD_BACK = 0
const DEADLINE_SET = 1
const REMOVED = 2

const NO_CONDITIONS: ExpireOptions = {}

const EXPIRE_COMMANDS = { ex: 'hexpire', px: 'hpexpire', exat: 'hexpireat', pxat: 'hpexpireat' } as const

/**
 * Sets the deadline of fields. For each: 1, or 2 when the time has come and the field is removed, 0 when the condition does
 * not hold, -2 when there is no such field. O(log n) each. Event hexpire; or hdel, del.
 */
export function hexpire(
  unit: Unit,
  key: string,
  time: Int64,
  timeUnit: TimeUnit,
  fields: readonly string[],
  options: ExpireOptions = NO_CONDITIONS,
): number[] {
  const hash = unit.look(key, HASH)
  const deadline = fieldDeadlineIn(unit, time, timeUnit, EXPIRE_COMMANDS[timeUnit])
  const { nx, xx, gt, lt } = options
  // On the wire there is room for one of them; a second one stands where FIELDS should.
  if ([nx, xx, gt, lt].filter(Boolean).length > 1) throw fieldsMissing()
  return expireFields(unit, key, hash, deadline, fields, options)
}

function expireFields(
  unit: Unit,
  key: string,
  hash: Hash | undefined,
  deadline: number,
  fields: readonly string[],
  options: ExpireOptions,
): number[] {
  if (hash === undefined) return fields.map(() => MISSING)
  hash.expectDeadlines()
  const passed = unit.store.hasPassed(deadline)
  const touched: string[] = []
  const replies = fields.map((field) => {
    const slot = hash.slotOf(field)
    if (slot < 0) return MISSING
    if (!conditionHolds(hash.deadlineAt(slot), deadline, options)) return HELD_BACK
    touched.push(field)
    if (passed) hash.delete(field)
    else hash.setDeadlineAt(slot, deadline)
    return passed ? REMOVED : DEADLINE_SET
  })
  if (touched.length > 0) announceDeadline(unit, key, hash, deadline, touched, passed)
  return replies
}

/** Says that fields were given a deadline, or removed by one that has come; `n` is what that adds to the dirty count. */
export function announceDeadline(
  unit: Unit,
  key: string,
  hash: Hash,
  deadline: number,
  fields: readonly string[],
  passed: boolean,
  n = fields.length,
): void {
  if (passed) {
    unit.store.statistics.expiredFields += fields.length
    if (unit.logging) unit.logWords(['HDEL', key, ...fields])
    unit.shrunk(key, hash, 'hdel', n)
    return
  }
  unit.watchFields(key, hash)
  if (unit.logging) unit.logWords(['HPEXPIREAT', key, String(deadline), 'FIELDS', String(fields.length), ...fields])
  unit.changed(key, 'hexpire', n)
}

/**
 * The instant in milliseconds since the epoch. Throws ERR for a time that is no integer, negative, or further than Redis has
 * room for.
 */
export function fieldDeadlineIn(unit: Unit, time: Int64, timeUnit: TimeUnit, command: string): number {
  if (checkedInteger(time) < 0) throw expireTimeNegative()
  const factor = timeUnit === 'ex' || timeUnit === 'exat' ? 1000 : 1
  const base = timeUnit === 'ex' || timeUnit === 'px' ? unit.now() : 0
  const deadline = Number(time) * factor + base
  if (deadline > LAST_MS) throw invalidExpireTime(command)
  return deadline
}

/** Milliseconds until each field expires, -1 when it never does, -2 when it is missing. O(fields). */
export function hpttl(unit: Unit, key: string, fields: readonly string[]): number[] {
  return deadlines(unit, key, fields, (deadline) => Math.max(0, deadline - unit.now()))
}

/** As `hpttl` in seconds, rounded up. O(fields). */
export function httl(unit: Unit, key: string, fields: readonly string[]): number[] {
  return deadlines(unit, key, fields, (deadline) => Math.ceil(Math.max(0, deadline - unit.now()) / 1000))
}

/** When each field expires in milliseconds since the epoch, -1 when it never does, -2 when it is missing. O(fields). */
export function hpexpiretime(unit: Unit, key: string, fields: readonly string[]): number[] {
  return deadlines(unit, key, fields, (deadline) => deadline)
}

/** As `hpexpiretime` in seconds, rounded up. O(fields). */
export function hexpiretime(unit: Unit, key: string, fields: readonly string[]): number[] {
  return deadlines(unit, key, fields, (deadline) => Math.ceil(deadline / 1000))
}

function deadlines(unit: Unit, key: string, fields: readonly string[], show: (deadline: number) => number): number[] {
  const hash = unit.read(key, HASH)
  return fields.map((field) => {
    const slot = hash === undefined ? -1 : hash.slotOf(field)
    if (slot < 0) return MISSING
    const deadline = hash!.deadlineAt(slot)
    return deadline === -1 ? ENDLESS : show(deadline)
  })
}

/** Takes the deadline from fields. For each: 1, or -1 when it has none, -2 when it is missing. O(log n) each. Event hpersist. */
export function hpersist(unit: Unit, key: string, fields: readonly string[]): number[] {
  const hash = unit.look(key, HASH)
  if (hash === undefined) return fields.map(() => MISSING)
  const touched: string[] = []
  const replies = fields.map((field) => {
    const slot = hash.slotOf(field)
    if (slot < 0) return MISSING
    if (!hash.clearDeadlineAt(slot)) return ENDLESS
    touched.push(field)
    return 1
  })
  announcePersist(unit, key, touched)
  return replies
}

/** Says that the deadlines of fields, if any, were taken away. */
export function announcePersist(unit: Unit, key: string, fields: readonly string[]): void {
  if (fields.length === 0) return
  if (unit.logging) unit.logWords(['HPERSIST', key, 'FIELDS', String(fields.length), ...fields])
  unit.changed(key, 'hpersist', fields.length)
}

// What follows is the wire: one entry a command.

/**
 * The fields of `FIELDS count field…` from the word at `index` on, which are the last words of the call. Throws ERR; what is
 * said of a count that is none or below 1 depends on the command.
 */
export function fieldsAt(argv: Argv, index: number, badCount: () => RedstartError = fieldCountNotPositive): string[] {
  if (tokenAt(argv, index) !== 'FIELDS') throw fieldsMissing()
  const count = parseInt64(textAt(argv, index + 1))
  if (count === undefined || count < 1) throw badCount()
  if (count !== argv.length - index - 2) throw fieldCountMismatch()
  return textsFrom(argv, index + 2)
}

const CONDITIONS: Readonly<Record<string, ExpireOptions>> = {
  NX: { nx: true },
  XX: { xx: true },
  GT: { gt: true },
  LT: { lt: true },
}

function expireCall(timeUnit: TimeUnit): (unit: Unit, argv: Argv) => Reply {
  const command = EXPIRE_COMMANDS[timeUnit]
  return (unit, argv): Reply => {
    const key = textAt(argv, 1)
    // The key comes first, then the time, then the rest.
    const hash = unit.look(key, HASH)
    const deadline = fieldDeadlineIn(unit, integerAt(argv, 2), timeUnit, command)
    const token = tokenAt(argv, 3)
    const condition = Object.hasOwn(CONDITIONS, token) ? CONDITIONS[token] : undefined
    const fields = fieldsAt(argv, condition === undefined ? 3 : 4, numFieldsNotPositive)
    return expireFields(unit, key, hash, deadline, fields, condition ?? NO_CONDITIONS)
  }
}

/** A call of which all behind the key are fields. The key comes first, then the count. `reads`: a missing key is a miss. */
function fieldsCall(
  body: (unit: Unit, key: string, fields: readonly string[]) => Reply,
  reads: boolean,
): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv): Reply => {
    const key = textAt(argv, 1)
    const isMissing = unit.lookAt(key, HASH) === undefined
    if (isMissing && reads) unit.miss(key)
    const fields = fieldsAt(argv, 2)
    return isMissing ? fields.map(() => MISSING) : body(unit, key, fields)
  }
}

export const FIELDS = 'FIELDS <fields= numfields:integer field...>'
const CONDITION = '[condition= NX | XX | GT | LT]'
const EACH = 'O(N), N fields that are named'

export const hashExpireCommands = {
  HEXPIRE: {
    summary: 'Sets the expiration of fields of a hash, in seconds from now.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -6,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key seconds:integer ${CONDITION} ${FIELDS}`,
    call: expireCall('ex'),
  },
  HPEXPIRE: {
    summary: 'Sets the expiration of fields of a hash, in milliseconds from now.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -6,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key milliseconds:integer ${CONDITION} ${FIELDS}`,
    call: expireCall('px'),
  },
  HEXPIREAT: {
    summary: 'Sets the expiration of fields of a hash, as Unix time in seconds.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -6,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key unix-time-seconds:unix-time ${CONDITION} ${FIELDS}`,
    call: expireCall('exat'),
  },
  HPEXPIREAT: {
    summary: 'Sets the expiration of fields of a hash, as Unix time in milliseconds.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -6,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key unix-time-milliseconds:unix-time ${CONDITION} ${FIELDS}`,
    call: expireCall('pxat'),
  },
  HPERSIST: {
    summary: 'Removes the expiration of fields of a hash.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -5,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: `key:key ${FIELDS}`,
    call: fieldsCall(hpersist, false),
  },
  HTTL: {
    summary: 'Returns how long fields of a hash have to live, in seconds.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -5,
    flags: READONLY | FAST,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: `key:key ${FIELDS}`,
    call: fieldsCall(httl, true),
  },
  HPTTL: {
    summary: 'Returns how long fields of a hash have to live, in milliseconds.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -5,
    flags: READONLY | FAST,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: `key:key ${FIELDS}`,
    call: fieldsCall(hpttl, true),
  },
  HEXPIRETIME: {
    summary: 'Returns when fields of a hash expire, as Unix time in seconds.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -5,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: `key:key ${FIELDS}`,
    call: fieldsCall(hexpiretime, true),
  },
  HPEXPIRETIME: {
    summary: 'Returns when fields of a hash expire, as Unix time in milliseconds.',
    since: '7.4.0',
    group: 'hash',
    complexity: EACH,
    arity: -5,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: `key:key ${FIELDS}`,
    call: fieldsCall(hpexpiretime, true),
  },
} satisfies Record<string, Command>
