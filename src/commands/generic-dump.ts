/** Values as portable bytes: DUMP and RESTORE, in the encoding of Redis's RDB files. */
import { badDataFormat, busyKey, invalidRestoreValue, payloadRefused, syntaxError } from '../errors.js'
import { accessTimeAgo } from '../keyspace/access-time.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { isString, stringToBytes, type Value } from '../keyspace/value.js'
import type { Int64 } from '../structures/int64.js'
import { dumpCollection, isEncoded, readCollection } from '../structures/rdb/collections.js'
import { dumpString, openPayload } from '../structures/rdb/payload.js'
import { RdbFormatError } from '../structures/rdb/reader.js'
import { RdbType } from '../structures/rdb/types.js'
import { copyBytes, toBytes } from '../structures/text.js'
import { type Argv, integerAt, operandOf, textAt, tokenAt, toValue, type Word } from './argv.js'
import { type Command, DENYOOM, OVERWRITE_KEY, READ_KEY, READONLY, WRITE } from './command.js'
import { checkedInteger, deadlineIn } from './deadline.js'
import { OK, type Reply } from './reply.js'

/** Options of RESTORE. */
export interface RestoreOptions {
  /** Overwrite a key that exists. */
  readonly replace?: boolean | undefined
  /** The time to live is a Unix time in milliseconds. */
  readonly absttl?: boolean | undefined
  /** Seconds since the last access. */
  readonly idletime?: Int64 | undefined
  /** The access frequency, 0 to 255; kept only under an LFU policy. */
  readonly freq?: Int64 | undefined
}

const NO_OPTIONS: RestoreOptions = {}

/** The value at a key with version and checksum, null when missing; a Redis server restores it. O(size). */
export function dump(unit: Unit, key: string): Uint8Array | null {
  const value = unit.readValue(key)
  return value === undefined ? null : payloadOf(value)
}

/** What DUMP gives of a value. O(size). */
export function payloadOf(value: Value): Uint8Array {
  if (isString(value)) return dumpString(stringToBytes(value))
  if (isEncoded(value)) return dumpCollection(value)
  throw new Error(`dump: no encoding for ${value.type}`)
}

/** The value of a payload. Throws ERR (version or checksum, bad data format). */
export function payloadValue(payload: Uint8Array): Value {
  const opened = openPayload(payload)
  if (opened.status !== 'ok') throw payloadRefused()
  try {
    if (opened.type === RdbType.STRING) {
      const text = opened.reader.string()
      return typeof text === 'number' ? text : toValue(text)
    }
    const value = readCollection(opened.type, opened.reader)
    if (value === undefined) throw badDataFormat()
    return value
  } catch (error) {
    if (error instanceof RdbFormatError) throw badDataFormat()
    throw error
  }
}

/**
 * Makes a key of what DUMP gave, here or on a Redis server. `ttl` is in milliseconds, 0 for none. O(size). Event
 * restore. Throws BUSYKEY when the key exists and `replace` is not set, ERR for payloads that are damaged.
 */
export function restore(
  unit: Unit,
  key: string,
  ttl: Int64,
  payload: Uint8Array,
  options: RestoreOptions = NO_OPTIONS,
): void {
  checkRestoreOptions(options)
  // What is replaced goes without a look at its deadline; what stands in the way counts as accessed.
  const old = options.replace ? unit.database.keys.find(key) : unit.find(key)
  if (old !== ABSENT && !options.replace) throw busyKey()
  if (ttl < 0) throw invalidRestoreValue('TTL value, must be >= 0')
  const deadline = ttl === 0 ? 0 : deadlineIn(unit, ttl, options.absttl ? 'pxat' : 'px', 'restore')
  const value = payloadValue(payload)
  if (old !== ABSENT) unit.remove(old)
  if (deadline !== 0 && unit.store.hasPassed(deadline)) {
    if (old === ABSENT) return
    if (unit.logging) unit.log('DEL', key)
    unit.changed(key, 'del')
    return
  }
  const slot = unit.add(key, value)
  if (deadline !== 0) unit.setDeadline(slot, deadline)
  if (options.idletime !== undefined) {
    const access = accessTimeAgo(Number(options.idletime), unit.now())
    unit.setAccess(slot, access)
    unit.store.eviction.setIdle(unit.database.keys, slot, access)
  }
  if (options.freq !== undefined) unit.store.eviction.setFrequency(unit.database.keys, slot, Number(options.freq))
  if (unit.logging) unit.log('RESTORE', key, String(deadline), copyBytes(payload), 'REPLACE', 'ABSTTL')
  unit.changed(key, 'restore')
}

function checkRestoreOptions({ idletime, freq }: RestoreOptions): void {
  if (idletime !== undefined && freq !== undefined) throw syntaxError()
  if (idletime !== undefined) checkedInteger(idletime)
  if (freq !== undefined) checkedInteger(freq)
  if (idletime !== undefined && idletime < 0) throw invalidRestoreValue('IDLETIME value, must be >= 0')
  if (freq !== undefined && (freq < 0 || freq > 255)) throw invalidRestoreValue('FREQ value, must be >= 0 and <= 255')
}

// What follows is the wire: one entry a command.

function readRestoreOptions(argv: Argv): RestoreOptions {
  const options: { -readonly [K in keyof RestoreOptions]: RestoreOptions[K] } = {}
  for (let i = 4; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'REPLACE') options.replace = true
    else if (token === 'ABSTTL') options.absttl = true
    else if (token === 'IDLETIME' && options.freq === undefined) {
      i = operandOf(argv, i)
      options.idletime = integerAt(argv, i)
    } else if (token === 'FREQ' && options.idletime === undefined) {
      i = operandOf(argv, i)
      options.freq = integerAt(argv, i)
    } else throw syntaxError()
    checkRestoreOptions(options)
  }
  return options
}

function bytesOf(word: Word): Uint8Array {
  return typeof word === 'string' ? toBytes(word) : word
}

export const genericDumpCommands = {
  DUMP: {
    summary: 'Returns the value at a key as bytes that RESTORE takes, here or on a Redis server.',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(N), N bytes of the value',
    arity: 2,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => dump(unit, textAt(argv, 1)),
  },
  RESTORE: {
    summary: 'Makes a key of the bytes that DUMP returned, here or on a Redis server.',
    since: '2.6.0',
    group: 'generic',
    complexity: 'O(N), N bytes of the value',
    arity: -4,
    flags: WRITE | DENYOOM,
    categories: ['dangerous'],
    keys: OVERWRITE_KEY,
    syntax:
      'key:key ttl:integer serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds:integer] [FREQ frequency:integer]',
    call(unit, argv): Reply {
      const options = readRestoreOptions(argv)
      const key = textAt(argv, 1)
      // Redis looks at the key before it reads the time to live.
      if (!options.replace && unit.find(key) !== ABSENT) throw busyKey()
      restore(unit, key, integerAt(argv, 2), bytesOf(argv[3]!), options)
      return OK
    },
  },
} satisfies Record<string, Command>
