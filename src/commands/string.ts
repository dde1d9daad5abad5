/**
 * Strings as whole values: https://redis.io/docs/latest/commands/?group=string
 *
 * Counters are in string-counters.ts, parts of strings (APPEND, GETRANGE, LCS …) in string-ranges.ts.
 */
import { syntaxError, wrongArity } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import { logWord, type Unit } from '../keyspace/unit.js'
import { isString, type StringValue } from '../keyspace/value.js'
import type { Int64 } from '../structures/int64.js'
import { type Argv, integerAt, operandOf, textAt, textsFrom, tokenAt, valueAt } from './argv.js'
import {
  ACCESS_AND_UPDATE_KEY,
  type Command,
  DENYOOM,
  FAST,
  keySpec,
  OVERWRITE_KEY,
  READ_KEY,
  READONLY,
  WRITE,
} from './command.js'
import {
  applyDeadline,
  countExpirations,
  deadlineOf,
  dropDeadline,
  type Expiration,
  type TimeUnit,
} from './deadline.js'
import { bulk, OK, type Reply } from './reply.js'

/** Options of SET. At most one expiration or `keepttl`; not both `nx` and `xx`. */
export interface SetOptions extends Expiration {
  /** Keep the deadline that the key has. */
  readonly keepttl?: boolean | undefined
  /** Only if the key does not exist. */
  readonly nx?: boolean | undefined
  /** Only if the key exists. */
  readonly xx?: boolean | undefined
}

/** Options of GETEX: at most one of them. */
export interface GetexOptions extends Expiration {
  /** Remove the deadline. */
  readonly persist?: boolean | undefined
}

/** The value of a key, null when missing. O(1). */
export function get(unit: Unit, key: string): StringValue | null {
  const slot = unit.readString(key)
  return slot === ABSENT ? null : unit.stringAt(slot)
}

/** Puts a value, whatever was there, and drops the deadline. O(1). Event set. */
export function setPlain(unit: Unit, key: string, value: StringValue): void {
  const slot = unit.find(key)
  if (slot === ABSENT) create(unit, key, value)
  else {
    unit.replace(slot, value)
    announceSet(unit, key, value)
  }
}

/** As `setPlain` for a key that is known to be missing. O(1). Event set. */
export function create(unit: Unit, key: string, value: StringValue): void {
  unit.addWithin(key, value)
  announceSet(unit, key, value)
}

function announceSet(unit: Unit, key: string, value: StringValue): void {
  if (unit.logging) logSet(unit, key, value)
  unit.changed(key, 'set')
}

/** SET with options; returns whether the condition held. O(1). Events set, then expire. */
export function set(unit: Unit, key: string, value: StringValue, options: SetOptions): boolean {
  checkSetOptions(options)
  return setAs(unit, key, value, options, 'set')
}

/** SET … GET: the old value, null when there was none, whether or not it was replaced. O(1). */
export function setGet(unit: Unit, key: string, value: StringValue, options: SetOptions): StringValue | null {
  checkSetOptions(options)
  const deadline = deadlineOf(unit, options, 'set')
  const old = get(unit, key)
  setChecked(unit, key, value, options, deadline)
  return old
}

function checkSetOptions(options: SetOptions): void {
  if (options.nx && options.xx) throw syntaxError()
  if (countExpirations(options) + (options.keepttl ? 1 : 0) > 1) throw syntaxError()
}

/** `command` stands in the text of the error for a bad time. */
function setAs(unit: Unit, key: string, value: StringValue, options: SetOptions, command: string): boolean {
  return setChecked(unit, key, value, options, deadlineOf(unit, options, command))
}

function setChecked(unit: Unit, key: string, value: StringValue, options: SetOptions, deadline: Int64): boolean {
  if (options.nx || options.xx) {
    const exists = unit.find(key) !== ABSENT
    if (exists === Boolean(options.nx)) return false
  } else if (typeof value === 'string' && typeof deadline === 'number' && deadline > 0) {
    if (unit.overwriteExpiring(key, value, deadline)) {
      if (unit.logging) logSet(unit, key, value, deadline)
      return true
    }
  }
  const slot = unit.put(key, value, options.keepttl === true || deadline !== 0)
  if (deadline !== 0) unit.setDeadline(slot, deadline)
  if (unit.logging) logSet(unit, key, value, unit.deadlineOf(slot))
  unit.changed(key, 'set')
  if (deadline !== 0) unit.changed(key, 'expire', 0)
  return true
}

/** The words that rebuild a string with its deadline. */
export function logSet(unit: Unit, key: string, value: StringValue, deadline: Int64 = -1): void {
  if (deadline === -1) unit.log('SET', key, logWord(value))
  else unit.log('SET', key, logWord(value), 'PXAT', String(deadline))
}

/** SET with `nx`; 1 when it was set, 0 when the key existed. O(1). */
export function setnx(unit: Unit, key: string, value: StringValue): number {
  return setAs(unit, key, value, { nx: true }, 'setnx') ? 1 : 0
}

/** SET with `ex`. O(1). */
export function setex(unit: Unit, key: string, seconds: number | bigint, value: StringValue): void {
  setAs(unit, key, value, { ex: seconds }, 'setex')
}

/** SET with `px`. O(1). */
export function psetex(unit: Unit, key: string, milliseconds: number | bigint, value: StringValue): void {
  setAs(unit, key, value, { px: milliseconds }, 'psetex')
}

/** Puts a value and returns the old one, null when missing. The deadline is dropped. O(1). Event set. */
export function getset(unit: Unit, key: string, value: StringValue): StringValue | null {
  const old = get(unit, key)
  setPlain(unit, key, value)
  return old
}

/** Removes a string and returns it, null when missing. O(1). Event del. */
export function getdel(unit: Unit, key: string): StringValue | null {
  const slot = unit.readString(key)
  if (slot === ABSENT) return null
  const value = unit.stringAt(slot)
  unit.delete(slot)
  return value
}

/** The value, null when missing, with a new deadline or none. O(1). Event expire, persist, or del for a past time. */
export function getex(unit: Unit, key: string, options: GetexOptions): StringValue | null {
  if (countExpirations(options) + (options.persist ? 1 : 0) > 1) throw syntaxError()
  const slot = unit.readString(key)
  return slot === ABSENT ? null : getexAt(unit, key, slot, options)
}

function getexAt(unit: Unit, key: string, slot: number, options: GetexOptions): StringValue {
  const deadline = deadlineOf(unit, options, 'getex')
  const value = unit.stringAt(slot)
  if (deadline !== 0) applyDeadline(unit, key, slot, deadline)
  else if (options.persist && unit.database.keys.expires(slot)) dropDeadline(unit, key, slot)
  return value
}

/** The values in the order of the keys, null for a key that is missing or no string. O(keys). */
export function mget(unit: Unit, keys: readonly string[]): (StringValue | null)[] {
  return keys.map((key) => {
    const value = unit.readValue(key)
    return value === undefined || !isString(value) ? null : value
  })
}

/** Sets all keys; of a key given twice the last value stays. O(keys). Event set each. */
export function mset(unit: Unit, entries: Iterable<readonly [string, StringValue]>): void {
  for (const [key, value] of entries) setPlain(unit, key, value)
}

/** Sets all keys if none of them exists: 1, else sets none: 0. O(keys). Event set each. */
export function msetnx(unit: Unit, entries: readonly (readonly [string, StringValue])[]): number {
  for (const [key] of entries) if (unit.find(key) !== ABSENT) return 0
  mset(unit, entries)
  return 1
}

// What follows is the wire: one entry a command.

function readSetOptions(argv: Argv): SetOptions & { get: boolean } {
  const options: { -readonly [K in keyof SetOptions]: SetOptions[K] } & { get: boolean } = { get: false }
  const at: { -readonly [K in TimeUnit]?: number } = {}
  for (let i = 3; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const before = expirations(at) + (options.keepttl ? 1 : 0)
    if (token === 'NX' && !options.xx) options.nx = true
    else if (token === 'XX' && !options.nx) options.xx = true
    else if (token === 'GET') options.get = true
    else if (token === 'KEEPTTL' && expirations(at) === 0) options.keepttl = true
    else if (isTimeUnit(token)) {
      const timeUnit = token.toLowerCase() as TimeUnit
      if (before > 0 && at[timeUnit] === undefined) throw syntaxError()
      i = operandOf(argv, i)
      at[timeUnit] = i
    } else throw syntaxError()
  }
  readTimes(argv, at, options)
  return options
}

function isTimeUnit(token: string): boolean {
  return token === 'EX' || token === 'PX' || token === 'EXAT' || token === 'PXAT'
}

function expirations(at: object): number {
  return Object.keys(at).length
}

/** Times are read after all options: their errors come after those of syntax. */
function readTimes(
  argv: Argv,
  at: Partial<Record<TimeUnit, number>>,
  into: { -readonly [K in keyof Expiration]: Expiration[K] },
): void {
  for (const [timeUnit, index] of Object.entries(at) as [TimeUnit, number][]) into[timeUnit] = integerAt(argv, index)
}

function readGetexOptions(argv: Argv): { persist: boolean; at: Partial<Record<TimeUnit, number>> } {
  const at: Partial<Record<TimeUnit, number>> = {}
  let persist = false
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'PERSIST' && expirations(at) === 0) persist = true
    else if (isTimeUnit(token)) {
      const timeUnit = token.toLowerCase() as TimeUnit
      if (persist || (expirations(at) > 0 && at[timeUnit] === undefined)) throw syntaxError()
      i = operandOf(argv, i)
      at[timeUnit] = i
    } else throw syntaxError()
  }
  return { persist, at }
}

function readPairs(argv: Argv, command: string): [string, StringValue][] {
  if (argv.length % 2 === 0) throw wrongArity(command)
  const pairs: [string, StringValue][] = []
  for (let i = 1; i < argv.length; i += 2) pairs.push([textAt(argv, i), valueAt(argv, i + 1)])
  return pairs
}

const EXPIRATION =
  'EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time'

export const stringCommands = {
  GET: {
    summary: 'Returns the string at a key.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => bulk(get(unit, textAt(argv, 1))),
  },
  SET: {
    summary: 'Sets a key to a string, under conditions and with an expiration if asked.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: -3,
    flags: WRITE | DENYOOM,
    keys: [{ ...keySpec('RW access update variable_flags'), notes: 'Reads the old value only with GET' }],
    syntax: `key:key value [condition= NX | XX] [GET] [expiration= ${EXPIRATION} | KEEPTTL]`,
    keyFlags: (argv) =>
      argv.some((_, index) => index > 2 && tokenAt(argv, index) === 'GET')
        ? ['RW', 'access', 'update']
        : ['OW', 'update'],
    call(unit, argv): Reply {
      const key = textAt(argv, 1)
      const value = valueAt(argv, 2)
      if (argv.length === 3) {
        setPlain(unit, key, value)
        return OK
      }
      const options = readSetOptions(argv)
      if (options.get) return bulk(setGet(unit, key, value, options))
      return set(unit, key, value, options) ? OK : null
    },
  },
  SETNX: {
    summary: 'Sets a key to a string if it does not exist.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('OW insert')],
    syntax: 'key:key value',
    deprecated: { since: '2.6.12', use: '`SET` with the `NX` argument' },
    call: (unit, argv): Reply => setnx(unit, textAt(argv, 1), valueAt(argv, 2)),
  },
  SETEX: {
    summary: 'Sets a key to a string that expires after some seconds.',
    since: '2.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM,
    keys: OVERWRITE_KEY,
    syntax: 'key:key seconds:integer value',
    deprecated: { since: '2.6.12', use: '`SET` with the `EX` argument' },
    call(unit, argv): Reply {
      setex(unit, textAt(argv, 1), integerAt(argv, 2), valueAt(argv, 3))
      return OK
    },
  },
  PSETEX: {
    summary: 'Sets a key to a string that expires after some milliseconds.',
    since: '2.6.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM,
    keys: OVERWRITE_KEY,
    syntax: 'key:key milliseconds:integer value',
    deprecated: { since: '2.6.12', use: '`SET` with the `PX` argument' },
    call(unit, argv): Reply {
      psetex(unit, textAt(argv, 1), integerAt(argv, 2), valueAt(argv, 3))
      return OK
    },
  },
  GETSET: {
    summary: 'Sets a key to a string and returns the old one.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key value',
    deprecated: { since: '6.2.0', use: '`SET` with the `!GET` argument' },
    call: (unit, argv): Reply => bulk(getset(unit, textAt(argv, 1), valueAt(argv, 2))),
  },
  GETDEL: {
    summary: 'Returns the string at a key and removes the key.',
    since: '6.2.0',
    group: 'string',
    complexity: 'O(1)',
    arity: 2,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete')],
    syntax: 'key:key',
    call: (unit, argv): Reply => bulk(getdel(unit, textAt(argv, 1))),
  },
  GETEX: {
    summary: 'Returns the string at a key and sets or removes its expiration.',
    since: '6.2.0',
    group: 'string',
    complexity: 'O(1)',
    arity: -2,
    flags: WRITE | FAST,
    keys: [{ ...keySpec('RW access update'), notes: 'Changes the deadline, and removes the key when that is past' }],
    syntax: `key:key [expiration= ${EXPIRATION} | PERSIST]`,
    call(unit, argv): Reply {
      const { persist, at } = readGetexOptions(argv)
      const key = textAt(argv, 1)
      // Redis looks at the key before it reads the time: for a missing one a bad time is no error.
      const slot = unit.readString(key)
      if (slot === ABSENT) return null
      const options: GetexOptions = { persist }
      readTimes(argv, at, options)
      return bulk(getexAt(unit, key, slot, options))
    },
  },
  MGET: {
    summary: 'Returns the strings at some keys.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(N), N keys',
    arity: -2,
    flags: READONLY | FAST,
    tips: ['request_policy:multi_shard'],
    keys: [keySpec('RO access', 1, -1)],
    syntax: 'key:key...',
    call: (unit, argv): Reply => mget(unit, textsFrom(argv, 1)).map(bulk),
  },
  MSET: {
    summary: 'Sets some keys to strings.',
    since: '1.0.1',
    group: 'string',
    complexity: 'O(N), N keys',
    arity: -3,
    flags: WRITE | DENYOOM,
    tips: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
    keys: [keySpec('OW update', 1, -1, 2)],
    syntax: '<data= key:key value>...',
    call(unit, argv): Reply {
      mset(unit, readPairs(argv, 'mset'))
      return OK
    },
  },
  MSETNX: {
    summary: 'Sets some keys to strings if none of them exists.',
    since: '1.0.1',
    group: 'string',
    complexity: 'O(N), N keys',
    arity: -3,
    flags: WRITE | DENYOOM,
    keys: [keySpec('OW insert', 1, -1, 2)],
    syntax: '<data= key:key value>...',
    call: (unit, argv): Reply => msetnx(unit, readPairs(argv, 'msetnx')),
  },
} satisfies Record<string, Command>
