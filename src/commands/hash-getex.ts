/** Fields of hashes in one go with their deadlines or their end: HGETEX, HSETEX, HGETDEL. */
import {
  fieldConditionsConflict,
  fieldExpirationsConflict,
  fieldsMissing,
  invalidFieldCount,
  unknownArgument,
  wrongArity,
} from '../errors.js'
import { HASH } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Hash } from '../structures/hash.js'
import { parseInt64 } from '../structures/int64.js'
import { type Argv, integerAt, operandOf, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, UPDATE_KEY, WRITE } from './command.js'
import { countExpirations, type Expiration, type TimeUnit } from './deadline.js'
import { announceDeadline, announcePersist, FIELDS, fieldDeadlineIn, fieldsAt } from './hash-expire.js'
import type { Reply } from './reply.js'

/** Options of HGETEX: at most one of them. A time that has come removes the fields. */
export interface HgetexOptions extends Expiration {
  /** Remove the deadlines. */
  readonly persist?: boolean | undefined
}

/** Options of HSETEX: at most one expiration or `keepttl`, at most one condition. */
export interface HsetexOptions extends Expiration {
  /** Keep the deadlines that the fields have. */
  readonly keepttl?: boolean | undefined
  /** Only if none of the fields exists. */
  readonly fnx?: boolean | undefined
  /** Only if all of the fields exist. */
  readonly fxx?: boolean | undefined
}

const NO_OPTIONS: Expiration = {}

/** The instant that an option asks for, undefined when there is none. */
function deadlineOf(unit: Unit, options: Expiration, command: string): number | undefined {
  const { ex, px, exat, pxat } = options
  if (ex !== undefined) return fieldDeadlineIn(unit, ex, 'ex', command)
  if (px !== undefined) return fieldDeadlineIn(unit, px, 'px', command)
  if (exat !== undefined) return fieldDeadlineIn(unit, exat, 'exat', command)
  return pxat === undefined ? undefined : fieldDeadlineIn(unit, pxat, 'pxat', command)
}

/**
 * The values of fields, null for those that are missing, with new deadlines or none. O(log n) each. Event hexpire, hpersist;
 * or hdel, del for a time that has come.
 */
export function hgetex(
  unit: Unit,
  key: string,
  fields: readonly string[],
  options: HgetexOptions = NO_OPTIONS,
): (string | null)[] {
  const hash = unit.look(key, HASH)
  const deadline = deadlineOf(unit, options, 'hgetex')
  // On the wire there is room for one of them; a second one stands where FIELDS should.
  if (countExpirations(options) + (options.persist ? 1 : 0) > 1) throw fieldsMissing()
  return getex(unit, key, hash, fields, deadline, options.persist === true)
}

function getex(
  unit: Unit,
  key: string,
  hash: Hash | undefined,
  fields: readonly string[],
  deadline: number | undefined,
  persist: boolean,
): (string | null)[] {
  if (hash === undefined) return fields.map(() => null)
  if (deadline === undefined && !persist) return fields.map((field) => hash.get(field) ?? null)
  hash.expectDeadlines()
  const passed = deadline !== undefined && unit.store.hasPassed(deadline)
  const touched: string[] = []
  const values = fields.map((field) => {
    const slot = hash.slotOf(field)
    if (slot < 0) return null
    const value = hash.valueAt(slot)
    if (deadline === undefined) {
      if (hash.clearDeadlineAt(slot)) touched.push(field)
      return value
    }
    touched.push(field)
    if (passed) hash.delete(field)
    else hash.setDeadlineAt(slot, deadline)
    return value
  })
  if (deadline === undefined) announcePersist(unit, key, touched)
  else if (touched.length > 0) announceDeadline(unit, key, hash, deadline, touched, passed)
  return values
}

/**
 * Sets fields, given with their values by turns, and their deadlines: 1, or 0 when the condition does not hold for all of them.
 * A time that has come removes them again. O(log n) each. Events hset, hexpire; or hset, hdel, del.
 */
export function hsetex(unit: Unit, key: string, pairs: readonly string[], options: HsetexOptions = NO_OPTIONS): number {
  if (options.fnx && options.fxx) throw fieldConditionsConflict()
  if (countExpirations(options) + (options.keepttl ? 1 : 0) > 1) throw fieldExpirationsConflict()
  return setex(unit, key, pairs, options, deadlineOf(unit, options, 'hsetex'))
}

function setex(
  unit: Unit,
  key: string,
  pairs: readonly string[],
  { fnx, fxx, keepttl }: HsetexOptions,
  deadline: number | undefined,
): number {
  const hash = unit.open(key, HASH)
  if (fnx || fxx) {
    for (let i = 0; i < pairs.length; i += 2) if (hash.has(pairs[i]!) !== (fxx === true)) return 0
  }
  const count = pairs.length / 2
  hash.expect(count)
  for (let i = 0; i < pairs.length; i += 2) {
    if (keepttl) hash.replace(pairs[i]!, pairs[i + 1]!)
    else hash.set(pairs[i]!, pairs[i + 1]!)
  }
  if (unit.logging)
    unit.logWords([...(keepttl ? ['HSETEX', key, 'KEEPTTL', 'FIELDS', String(count)] : ['HSET', key]), ...pairs])
  unit.changed(key, 'hset', count)
  if (deadline !== undefined) expireAll(unit, key, hash, pairs, deadline)
  return 1
}

/** Gives fields that are there a deadline, or removes them where it has come. */
function expireAll(unit: Unit, key: string, hash: Hash, pairs: readonly string[], deadline: number): void {
  hash.expectDeadlines()
  const passed = unit.store.hasPassed(deadline)
  const touched: string[] = []
  for (let i = 0; i < pairs.length; i += 2) {
    const slot = hash.slotOf(pairs[i]!)
    // One that was given twice may be gone already.
    if (slot < 0) continue
    touched.push(pairs[i]!)
    if (passed) hash.delete(pairs[i]!)
    else hash.setDeadlineAt(slot, deadline)
  }
  // Counted already, as fields that were set.
  announceDeadline(unit, key, hash, deadline, touched, passed, 0)
}

/** Removes fields and returns their values, null for those that are missing. O(1) each. Events hdel, del. */
export function hgetdel(unit: Unit, key: string, fields: readonly string[]): (string | null)[] {
  const hash = unit.look(key, HASH)
  if (hash === undefined) return fields.map(() => null)
  let removed = 0
  const values = fields.map((field) => {
    const value = hash.get(field)
    if (value === undefined) return null
    hash.delete(field)
    removed++
    return value
  })
  if (removed === 0) return values
  if (unit.logging) unit.logWords(['HDEL', key, ...fields])
  unit.shrunk(key, hash, 'hdel', removed)
  return values
}

// What follows is the wire: one entry a command.

const TIME_UNITS: Readonly<Record<string, TimeUnit>> = { EX: 'ex', PX: 'px', EXAT: 'exat', PXAT: 'pxat' }

function timeUnitAt(argv: Argv, index: number): TimeUnit | undefined {
  const token = tokenAt(argv, index)
  return Object.hasOwn(TIME_UNITS, token) ? TIME_UNITS[token] : undefined
}

function callHgetex(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  const hash = unit.look(key, HASH)
  const timeUnit = timeUnitAt(argv, 2)
  const persist = tokenAt(argv, 2) === 'PERSIST'
  const deadline = timeUnit === undefined ? undefined : fieldDeadlineIn(unit, integerAt(argv, 3), timeUnit, 'hgetex')
  const at = timeUnit !== undefined ? 4 : persist ? 3 : 2
  if (at + 1 >= argv.length) throw wrongArity('hgetex')
  return getex(unit, key, hash, fieldsAt(argv, at), deadline, persist)
}

interface SetexWords {
  pairs: string[]
  options: { fnx?: boolean; fxx?: boolean; keepttl?: boolean }
  deadline: number | undefined
}

/** Reads HSETEX word by word: each mistake is told where it stands. */
function readHsetex(unit: Unit, argv: Argv): SetexWords {
  const read: SetexWords = { pairs: [], options: {}, deadline: undefined }
  const { options } = read
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const timeUnit = timeUnitAt(argv, i)
    if (token === 'FIELDS') {
      read.pairs = pairsAt(argv, i + 1)
      return read
    }
    if (token === 'FNX' || token === 'FXX') {
      if (options.fnx || options.fxx) throw fieldConditionsConflict()
      if (token === 'FNX') options.fnx = true
      else options.fxx = true
    } else if (token === 'KEEPTTL' || timeUnit !== undefined) {
      if (options.keepttl || read.deadline !== undefined) throw fieldExpirationsConflict()
      if (timeUnit === undefined) options.keepttl = true
      else {
        i = operandOf(argv, i)
        read.deadline = fieldDeadlineIn(unit, integerAt(argv, i), timeUnit, 'hsetex')
      }
    } else throw unknownArgument(textAt(argv, i))
  }
  throw fieldsMissing()
}

/** Redis counts in 32 bits here. */
const COUNT_MAX = 2 ** 31 - 1

/** The pairs behind their number at `index`, which are the last words of the call. */
function pairsAt(argv: Argv, index: number): string[] {
  if (index + 2 >= argv.length) throw wrongArity('hsetex')
  const count = parseInt64(textAt(argv, index))
  if (count === undefined || count < 1 || count > COUNT_MAX) throw invalidFieldCount()
  if (Number(count) * 2 !== argv.length - index - 1) throw wrongArity('hsetex')
  return textsFrom(argv, index + 1)
}

const EXPIRATION =
  'EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time'

export const hashGetexCommands = {
  HGETEX: {
    summary: 'Returns the values of fields of a hash and sets or removes their expiration.',
    since: '8.0.0',
    group: 'hash',
    complexity: 'O(N), N fields that are named',
    arity: -5,
    flags: WRITE | FAST,
    keys: [{ ...keySpec('RW access update'), notes: 'Changes deadlines, and removes the fields when those are past' }],
    syntax: `key:key [expiration= ${EXPIRATION} | PERSIST] ${FIELDS}`,
    call: callHgetex,
  },
  HSETEX: {
    summary: 'Sets fields of a hash, under a condition and with an expiration if asked.',
    since: '8.0.0',
    group: 'hash',
    complexity: 'O(N), N fields that are set',
    arity: -6,
    flags: WRITE | DENYOOM | FAST,
    keys: UPDATE_KEY,
    syntax:
      `key:key [condition= FNX | FXX] [expiration= ${EXPIRATION} | KEEPTTL] ` +
      'FIELDS <fields= numfields:integer <data= field value>...>',
    call(unit, argv): Reply {
      const { pairs, options, deadline } = readHsetex(unit, argv)
      return setex(unit, textAt(argv, 1), pairs, options, deadline)
    },
  },
  HGETDEL: {
    summary: 'Returns the values of fields of a hash and removes the fields.',
    since: '8.0.0',
    group: 'hash',
    complexity: 'O(N), N fields that are named',
    arity: -5,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete')],
    syntax: `key:key ${FIELDS}`,
    call(unit, argv): Reply {
      const key = textAt(argv, 1)
      unit.lookAt(key, HASH)
      return hgetdel(unit, key, fieldsAt(argv, 2))
    },
  },
} satisfies Record<string, Command>
