/**
 * Hashes: https://redis.io/docs/latest/commands/?group=hash
 *
 * Counters are in hash-counters.ts, random fields in hash-random.ts, HSCAN in hash-scan.ts, deadlines of fields in
 * hash-expire.ts, and what gets or sets fields and touches their deadlines or takes them out in hash-getex.ts.
 */
import { wrongArity } from '../errors.js'
import { HASH } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { byteLength } from '../structures/text.js'
import { type Argv, textAt, textsFrom } from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, LOOK_KEY, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { hashCounterCommands } from './hash-counters.js'
import { hashExpireCommands } from './hash-expire.js'
import { hashGetexCommands } from './hash-getex.js'
import { hashRandomCommands } from './hash-random.js'
import { hashScanCommands } from './hash-scan.js'
import { MapReply, OK, type Reply } from './reply.js'

/** Sets fields, given with their values by turns; returns how many are new. Their deadlines go. O(1) each. Event hset. */
export function hset(unit: Unit, key: string, pairs: readonly string[]): number {
  const hash = unit.open(key, HASH)
  hash.expect(pairs.length / 2)
  let added = 0
  for (let i = 0; i < pairs.length; i += 2) if (hash.set(pairs[i]!, pairs[i + 1]!)) added++
  if (unit.logging) unit.logWords(['HSET', key, ...pairs])
  unit.changed(key, 'hset', pairs.length / 2)
  return added
}

/** As `hset` of one field: 1, or 0 when it was there. O(1). Event hset. */
export function hsetOne(unit: Unit, key: string, field: string, value: string): number {
  const added = unit.open(key, HASH).set(field, value)
  if (unit.logging) unit.log('HSET', key, field, value)
  unit.changed(key, 'hset')
  return added ? 1 : 0
}

/** Sets a field if it is not there: 1, else 0. O(1). Event hset. */
export function hsetnx(unit: Unit, key: string, field: string, value: string): number {
  return unit.lookAt(key, HASH)?.has(field) ? 0 : hsetOne(unit, key, field, value)
}

/** The value of a field, null when missing. O(1). */
export function hget(unit: Unit, key: string, field: string): string | null {
  return unit.read(key, HASH)?.get(field) ?? null
}

/** The values of fields in their order, null for those that are missing. O(fields). */
export function hmget(unit: Unit, key: string, fields: readonly string[]): (string | null)[] {
  const hash = unit.read(key, HASH)
  return fields.map((field) => hash?.get(field) ?? null)
}

/** All fields and values, none when missing. O(n). */
export function hgetall(unit: Unit, key: string): [field: string, value: string][] {
  const hash = unit.read(key, HASH)
  return hash === undefined ? [] : [...hash]
}

/** All fields, none when missing. O(n). */
export function hkeys(unit: Unit, key: string): string[] {
  return unit.read(key, HASH)?.fields() ?? []
}

/** All values in the order of `hkeys`, none when missing. O(n). */
export function hvals(unit: Unit, key: string): string[] {
  return unit.read(key, HASH)?.values() ?? []
}

/** How many fields there are, 0 when missing. O(1). */
export function hlen(unit: Unit, key: string): number {
  return unit.read(key, HASH)?.size ?? 0
}

/** How many bytes the value of a field has, 0 when missing. O(length). */
export function hstrlen(unit: Unit, key: string, field: string): number {
  const value = unit.read(key, HASH)?.get(field)
  return value === undefined ? 0 : byteLength(value)
}

/** Whether a field is there: 1 or 0. O(1). */
export function hexists(unit: Unit, key: string, field: string): number {
  return unit.read(key, HASH)?.has(field) ? 1 : 0
}

/** Removes fields; returns how many were there. O(1) each. Events hdel, del. */
export function hdel(unit: Unit, key: string, fields: readonly string[]): number {
  const hash = unit.look(key, HASH)
  if (hash === undefined) return 0
  let removed = 0
  for (const field of fields) if (hash.delete(field)) removed++
  if (removed === 0) return 0
  if (unit.logging) unit.logWords(['HDEL', key, ...fields])
  unit.shrunk(key, hash, 'hdel', removed)
  return removed
}

/** As `hdel` of one field: 1, or 0 when it was not there. O(1). Events hdel, del. */
export function hdelOne(unit: Unit, key: string, field: string): number {
  const hash = unit.look(key, HASH)
  if (hash === undefined || !hash.delete(field)) return 0
  if (unit.logging) unit.log('HDEL', key, field)
  unit.shrunk(key, hash, 'hdel')
  return 1
}

// What follows is the wire: one entry a command.

/** Sets what stands from word 2 on; `command` stands in the text of the error for a field without a value. */
function setPairs(unit: Unit, argv: Argv, command: string): number {
  if (argv.length % 2 === 1) throw wrongArity(command)
  const key = textAt(argv, 1)
  if (argv.length === 4) return hsetOne(unit, key, textAt(argv, 2), textAt(argv, 3))
  return hset(unit, key, textsFrom(argv, 2))
}

const UNORDERED = ['nondeterministic_output_order']

export const hashCommands = {
  HSET: {
    summary: 'Sets fields of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields that are set',
    arity: -4,
    flags: WRITE | DENYOOM | FAST,
    keys: UPDATE_KEY,
    syntax: 'key:key <data= field value>...',
    call: (unit, argv): Reply => setPairs(unit, argv, 'hset'),
  },
  HMSET: {
    summary: 'Sets fields of a hash and says OK.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields that are set',
    arity: -4,
    flags: WRITE | DENYOOM | FAST,
    keys: UPDATE_KEY,
    syntax: 'key:key <data= field value>...',
    deprecated: { since: '4.0.0', use: '`HSET` with multiple field-value pairs' },
    call(unit, argv): Reply {
      setPairs(unit, argv, 'hmset')
      return OK
    },
  },
  HSETNX: {
    summary: 'Sets a field of a hash if it does not exist.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key field value',
    call: (unit, argv): Reply => hsetnx(unit, textAt(argv, 1), textAt(argv, 2), textAt(argv, 3)),
  },
  HGET: {
    summary: 'Returns the value of a field of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key field',
    call: (unit, argv): Reply => hget(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  HMGET: {
    summary: 'Returns the values of some fields of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields',
    arity: -3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key field...',
    call: (unit, argv): Reply => hmget(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
  HGETALL: {
    summary: 'Returns all fields of a hash with their values.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields in the hash',
    arity: 2,
    flags: READONLY,
    tips: UNORDERED,
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => new MapReply(hgetall(unit, textAt(argv, 1))),
  },
  HKEYS: {
    summary: 'Returns all fields of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields in the hash',
    arity: 2,
    flags: READONLY,
    tips: UNORDERED,
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => hkeys(unit, textAt(argv, 1)),
  },
  HVALS: {
    summary: 'Returns all values of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields in the hash',
    arity: 2,
    flags: READONLY,
    tips: UNORDERED,
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => hvals(unit, textAt(argv, 1)),
  },
  HLEN: {
    summary: 'Counts the fields of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => hlen(unit, textAt(argv, 1)),
  },
  HSTRLEN: {
    summary: 'Returns how many bytes the value of a field of a hash has.',
    since: '3.2.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key field',
    call: (unit, argv): Reply => hstrlen(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  HEXISTS: {
    summary: 'Says whether a hash has a field.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key field',
    call: (unit, argv): Reply => hexists(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  HDEL: {
    summary: 'Removes fields of a hash.',
    since: '2.0.0',
    group: 'hash',
    complexity: 'O(N), N fields that are to go',
    arity: -3,
    flags: WRITE | FAST,
    keys: [keySpec('RW delete')],
    syntax: 'key:key field...',
    call: (unit, argv): Reply => hdel(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
  ...hashCounterCommands,
  ...hashRandomCommands,
  ...hashScanCommands,
  ...hashExpireCommands,
  ...hashGetexCommands,
} satisfies Record<string, Command>
