/**
 * Keys of any type: https://redis.io/docs/latest/commands/?group=generic
 *
 * Deadlines are in generic-expire.ts, KEYS and SCAN in generic-scan.ts, DUMP and RESTORE in generic-dump.ts, OBJECT in
 * generic-object.ts.
 */
import { databaseOutOfRange, noSuchKey, notAnInt32, notAnInteger, sameObject, syntaxError } from '../errors.js'
import type { Database } from '../keyspace/database.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { type CollectionType, cloneValue, type Value } from '../keyspace/value.js'
import { type Int64, isInt32 } from '../structures/int64.js'
import { type Argv, int32At, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, LOOK_KEY, NO_KEYS, READONLY, WRITE } from './command.js'
import { OK, type Reply, Status } from './reply.js'

/** Options of COPY. */
export interface CopyOptions {
  /** The database to copy to, by default the one selected. */
  readonly db?: number | undefined
  /** Overwrite the destination. */
  readonly replace?: boolean | undefined
}

/** Removes keys; returns how many there were. O(keys). Event del each. */
export function del(unit: Unit, keys: readonly string[]): number {
  let removed = 0
  for (const key of keys) removed += delOne(unit, key)
  return removed
}

/** As `del` of one key: 1, or 0 when missing. O(1). Event del. */
export function delOne(unit: Unit, key: string): number {
  const slot = unit.peek(key)
  if (slot === ABSENT) return 0
  unit.delete(slot)
  return 1
}

/** Removes what is at a key, for a STORE of nothing. Redis does not look whether its time is up. O(1). Event del. */
export function discard(unit: Unit, key: string): void {
  const slot = unit.database.keys.find(key)
  if (slot !== ABSENT) unit.delete(slot)
}

/** How many of the keys exist, a key given twice counted twice. O(keys). */
export function exists(unit: Unit, keys: readonly string[]): number {
  let found = 0
  for (const key of keys) if (unit.readPeek(key) !== ABSENT) found++
  return found
}

/** As `exists`, but counts as an access. O(keys). */
export function touch(unit: Unit, keys: readonly string[]): number {
  let found = 0
  for (const key of keys) {
    if (unit.find(key) === ABSENT) unit.miss(key)
    else {
      unit.hit()
      found++
    }
  }
  return found
}

/** The type, 'none' when missing. O(1). */
export function type(unit: Unit, key: string): 'none' | 'string' | CollectionType {
  return unit.typeAt(key)
}

/** A random key, null when there are none. O(1). Keys whose time is up are removed on the way. */
export function randomkey(unit: Unit): string | null {
  for (;;) {
    const { keys } = unit.database
    const slot = keys.random(unit.store.random)
    if (slot === ABSENT) return null
    const key = keys.keyAt(slot)!
    if (unit.peek(key) !== ABSENT) return key
  }
}

/** Renames a key, overwriting what has the new name; the deadline goes along. O(1). Events rename_from, rename_to. */
export function rename(unit: Unit, key: string, newKey: string): void {
  if (unit.find(key) === ABSENT) throw noSuchKey()
  if (key !== newKey) moveTo(unit, key, newKey)
}

/** As `rename` if no key has the new name: 1, else 0. O(1). */
export function renamenx(unit: Unit, key: string, newKey: string): number {
  if (unit.find(key) === ABSENT) throw noSuchKey()
  if (key === newKey || unit.find(newKey) !== ABSENT) return 0
  moveTo(unit, key, newKey)
  return 1
}

function moveTo(unit: Unit, key: string, newKey: string): void {
  const target = unit.find(newKey)
  if (target !== ABSENT) unit.remove(target)
  const { value, deadline } = takeOut(unit, unit.database.keys.find(key))
  const renamed = unit.add(newKey, value)
  if (deadline !== -1) unit.setDeadline(renamed, deadline)
  if (unit.logging) unit.log('RENAME', key, newKey)
  unit.changed(key, 'rename_from')
  unit.changed(newKey, 'rename_to', 0)
}

/** Takes a key out and returns what belonged to it. O(1). */
function takeOut(unit: Unit, slot: number): { value: Value; deadline: Int64 } {
  const taken = { value: unit.database.keys.valueAt(slot), deadline: unit.deadlineOf(slot) }
  unit.remove(slot)
  return taken
}

/** The database of an index. Throws ERR (not an integer, out of range). */
export function databaseAt(unit: Unit, index: number): Database {
  if (!Number.isSafeInteger(index)) throw notAnInteger()
  if (!isInt32(index)) throw notAnInt32()
  const database = unit.store.databases[index]
  if (database === undefined) throw databaseOutOfRange()
  return database
}

/** Moves a key to another database unless one of this name is there: 1, else 0. O(1). Events move_from, move_to. */
export function move(unit: Unit, key: string, db: number): number {
  const target = databaseAt(unit, db)
  if (target === unit.database) throw sameObject()
  const slot = unit.find(key)
  if (slot === ABSENT || unit.peek(key, target) !== ABSENT) return 0
  const { value, deadline } = takeOut(unit, slot)
  const moved = unit.add(key, value, target)
  if (deadline !== -1) unit.setDeadline(moved, deadline, target)
  if (unit.logging) unit.log('MOVE', key, String(db))
  unit.changed(key, 'move_from')
  unit.changed(key, 'move_to', 0, target)
  return 1
}

/** Copies value and deadline: 1, or 0 when there is no source or, without `replace`, a destination. O(value). Event copy_to. */
export function copy(unit: Unit, source: string, destination: string, options: CopyOptions = NO_OPTIONS): number {
  const target = options.db === undefined ? unit.database : databaseAt(unit, options.db)
  if (target === unit.database && source === destination) throw sameObject()
  const slot = unit.find(source)
  if (slot === ABSENT) {
    unit.miss(source)
    return 0
  }
  unit.hit()
  const value = unit.database.keys.lookAt(slot)
  const deadline = unit.deadlineOf(slot)
  const old = unit.peek(destination, target)
  if (old !== ABSENT) {
    // What stands in the way counts as accessed.
    unit.setAccess(old, unit.store.accessTime(), target)
    if (!options.replace) return 0
    unit.remove(old, target)
  }
  const copied = unit.add(destination, cloneValue(value), target)
  if (deadline !== -1) unit.setDeadline(copied, deadline, target)
  if (unit.logging) unit.log('COPY', source, destination, 'DB', String(target.index), 'REPLACE')
  unit.changed(destination, 'copy_to', 1, target)
  return 1
}

const NO_OPTIONS: CopyOptions = {}

// What follows is the wire: one entry a command.

function readCopyOptions(unit: Unit, argv: Argv): CopyOptions {
  const options: { -readonly [K in keyof CopyOptions]: CopyOptions[K] } = {}
  for (let i = 3; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'REPLACE') options.replace = true
    else if (token === 'DB' && i + 1 < argv.length) {
      options.db = int32At(argv, ++i)
      // Redis looks for the database at once, so that its error comes before those of later words.
      databaseAt(unit, options.db)
    } else throw syntaxError()
  }
  return options
}

const AGGREGATED = ['request_policy:multi_shard', 'response_policy:agg_sum']

export const genericCommands = {
  DEL: {
    summary: 'Removes keys.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(N), N keys',
    arity: -2,
    flags: WRITE,
    tips: AGGREGATED,
    keys: [keySpec('RM delete', 1, -1)],
    syntax: 'key:key...',
    call: (unit, argv): Reply => del(unit, textsFrom(argv, 1)),
  },
  UNLINK: {
    summary: 'Removes keys; memory is reclaimed by the garbage collector, as with DEL.',
    since: '4.0.0',
    group: 'generic',
    complexity: 'O(N), N keys',
    arity: -2,
    flags: WRITE | FAST,
    tips: AGGREGATED,
    keys: [keySpec('RM delete', 1, -1)],
    syntax: 'key:key...',
    call: (unit, argv): Reply => del(unit, textsFrom(argv, 1)),
  },
  EXISTS: {
    summary: 'Counts how many of the keys exist.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(N), N keys',
    arity: -2,
    flags: READONLY | FAST,
    tips: AGGREGATED,
    keys: [keySpec('RO', 1, -1)],
    syntax: 'key:key...',
    call: (unit, argv): Reply => exists(unit, textsFrom(argv, 1)),
  },
  TOUCH: {
    summary: 'Counts how many of the keys exist, as an access to each.',
    since: '3.2.1',
    group: 'generic',
    complexity: 'O(N), N keys',
    arity: -2,
    flags: READONLY | FAST,
    tips: AGGREGATED,
    keys: [keySpec('RO', 1, -1)],
    syntax: 'key:key...',
    call: (unit, argv): Reply => touch(unit, textsFrom(argv, 1)),
  },
  TYPE: {
    summary: 'Returns the type of the value at a key.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => new Status(type(unit, textAt(argv, 1))),
  },
  RANDOMKEY: {
    summary: 'Returns a random key.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 1,
    flags: READONLY,
    tips: ['request_policy:all_shards', 'response_policy:special', 'nondeterministic_output'],
    keys: NO_KEYS,
    syntax: '',
    call: (unit): Reply => randomkey(unit),
  },
  RENAME: {
    summary: 'Renames a key, overwriting the destination.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE,
    keys: [keySpec('RW access delete'), keySpec('OW update', 2)],
    syntax: 'key:key newkey:key',
    call(unit, argv): Reply {
      rename(unit, textAt(argv, 1), textAt(argv, 2))
      return OK
    },
  },
  RENAMENX: {
    summary: 'Renames a key if no key has the new name.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete'), keySpec('OW insert', 2)],
    syntax: 'key:key newkey:key',
    call: (unit, argv): Reply => renamenx(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  MOVE: {
    summary: 'Moves a key to another database.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(1)',
    arity: 3,
    flags: WRITE | FAST,
    keys: [keySpec('RW access update')],
    syntax: 'key:key db:integer',
    call: (unit, argv): Reply => move(unit, textAt(argv, 1), int32At(argv, 2)),
  },
  COPY: {
    summary: 'Copies a value and its expiration to another key.',
    since: '6.2.0',
    group: 'generic',
    complexity: 'O(N), N elements of a collection; O(1) for strings',
    arity: -3,
    flags: WRITE | DENYOOM,
    keys: [keySpec('RO access'), keySpec('OW update', 2)],
    syntax: 'source:key destination:key [DB destination-db:integer] [REPLACE]',
    call: (unit, argv): Reply => copy(unit, textAt(argv, 1), textAt(argv, 2), readCopyOptions(unit, argv)),
  },
} satisfies Record<string, Command>
