/**
 * Lists: https://redis.io/docs/latest/commands/?group=list
 *
 * Pushes and pops are in list-ends.ts, moves between lists in list-moves.ts, what waits in list-blocking.ts.
 */
import {
  indexOutOfRange,
  noSuchKey,
  notAnInteger,
  notInRange,
  optionNegative,
  rankZero,
  syntaxError,
} from '../errors.js'
import { LIST } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { INT64_MAX, INT64_MIN, type Int64, integerOf, parseInt64 } from '../structures/int64.js'
import type { List } from '../structures/list.js'
import { type Argv, clamp, clampedAt, integerAt, textAt, tokenAt } from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, LOOK_KEY, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { checkedInteger } from './deadline.js'
import { listBlockingCommands } from './list-blocking.js'
import { listEndCommands } from './list-ends.js'
import { listMoveCommands } from './list-moves.js'
import { OK, type Reply } from './reply.js'

/** Options of LPOS. */
export interface LposOptions {
  /** The first match to report, 1 by default; negative to search from the end, -1 being the last match. */
  readonly rank?: number | bigint | undefined
  /** Compare at most so many elements; 0, the default, is no limit. */
  readonly maxlen?: number | bigint | undefined
}

/** How many elements there are, 0 when missing. O(1). */
export function llen(unit: Unit, key: string): number {
  return unit.read(key, LIST)?.size ?? 0
}

/** The element at an index, negative from the end; null where there is none. O(log n). */
export function lindex(unit: Unit, key: string, index: Int64): string | null {
  const list = unit.read(key, LIST)
  // Redis looks at the key before it reads the index: for a missing one a bad index is no error.
  return list === undefined ? null : elementAt(list, index)
}

function elementAt(list: List, index: Int64): string | null {
  const { size } = list
  const given = clamp(checkedInteger(index))
  const from = given < 0 ? given + size : given
  return from < 0 || from >= size ? null : list.at(from)
}

/** The elements from `start` to `stop`, both included, negative from the end. O(log n + elements returned). */
export function lrange(unit: Unit, key: string, start: number, stop: number): string[] {
  const list = unit.read(key, LIST)
  if (list === undefined) return []
  const { size } = list
  return list.range(firstOf(start, size), lastOf(stop, size))
}

/** The first index of a range, negative from the end. */
function firstOf(start: number, size: number): number {
  return start < 0 ? Math.max(start + size, 0) : start
}

/** The last index of a range, negative from the end; before the first where the range is empty. */
function lastOf(stop: number, size: number): number {
  return stop < 0 ? stop + size : Math.min(stop, size - 1)
}

/** Exchanges the element at an index, negative from the end. O(log n). Event lset. */
export function lset(unit: Unit, key: string, index: Int64, element: string): void {
  const list = unit.look(key, LIST)
  if (list === undefined) throw noSuchKey()
  const from = wrapped(checkedInteger(index))
  if (!list.set(from < 0 ? from + list.size : from, element)) throw indexOutOfRange()
  if (unit.logging) unit.log('LSET', key, String(index), element)
  unit.changed(key, 'lset')
}

/** Redis keeps the low 32 bits of this index (8.0.2: LSET k 4294967296 x sets the first element). */
function wrapped(index: Int64): number {
  return typeof index === 'number' ? index | 0 : Number(BigInt.asIntN(32, index))
}

/**
 * Inserts an element before or after the first that equals `pivot`; returns the length, -1 where there is no such element,
 * 0 when the list is missing. O(n up to the pivot). Event linsert.
 */
export function linsert(unit: Unit, key: string, after: boolean, pivot: string, element: string): number {
  const list = unit.look(key, LIST)
  if (list === undefined) return 0
  if (!list.insert(pivot, element, after)) return -1
  if (unit.logging) unit.log('LINSERT', key, after ? 'AFTER' : 'BEFORE', pivot, element)
  unit.changed(key, 'linsert')
  return list.size
}

/**
 * Removes elements that equal `element`, up to `count`; from the end where it is negative, all where it is 0. Returns how
 * many. O(n). Events lrem, del.
 */
export function lrem(unit: Unit, key: string, count: Int64, element: string): number {
  if (count === INT64_MIN) throw notInRange(-INT64_MAX, INT64_MAX)
  const list = unit.look(key, LIST)
  if (list === undefined) return 0
  const limit = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(clamp(count))
  const removed = list.remove(element, limit, count < 0)
  if (removed === 0) return 0
  if (unit.logging) unit.log('LREM', key, String(count), element)
  unit.shrunk(key, list, 'lrem', removed)
  return removed
}

/** Removes all elements but those from `start` to `stop`. O(elements removed). Events ltrim, del. */
export function ltrim(unit: Unit, key: string, start: number, stop: number): void {
  const list = unit.look(key, LIST)
  if (list === undefined) return
  const { size } = list
  list.trim(firstOf(start, size), lastOf(stop, size))
  const removed = size - list.size
  if (unit.logging && removed > 0) unit.log('LTRIM', key, String(start), String(stop))
  // Redis announces a trim that removes nothing.
  unit.shrunk(key, list, 'ltrim', removed)
}

/** The index of an element, null where there is none. O(elements compared). */
export function lpos(unit: Unit, key: string, element: string, options: LposOptions): number | null {
  return search(unit, key, element, options, 1)[0] ?? null
}

/** As `lpos`, up to `count` of them, all for 0. O(elements compared). */
export function lposSome(unit: Unit, key: string, element: string, count: Int64, options: LposOptions): number[] {
  return search(unit, key, element, options, checkedNumber(integerOf(count), 'COUNT'))
}

function search(unit: Unit, key: string, element: string, options: LposOptions, count: Int64): number[] {
  const rank = checkedRank(integerOf(options.rank ?? 1))
  const maxlen = checkedNumber(integerOf(options.maxlen ?? 0), 'MAXLEN')
  const list = unit.read(key, LIST)
  if (list === undefined) return []
  const limits = { rank: Math.abs(clamp(rank)), count: limitOf(count), compared: limitOf(maxlen) }
  return list.positionsOf(element, limits, rank < 0)
}

/** 0 is no limit. */
function limitOf(count: Int64): number {
  return count === 0 ? Number.POSITIVE_INFINITY : clamp(count)
}

/** Undefined stands for what is no integer, here and below. */
function checkedRank(rank: Int64 | undefined): Int64 {
  if (rank === undefined) throw notAnInteger()
  if (rank === INT64_MIN) throw notInRange(-INT64_MAX, INT64_MAX)
  if (rank === 0) throw rankZero()
  return rank
}

function checkedNumber(value: Int64 | undefined, option: 'COUNT' | 'MAXLEN'): Int64 {
  if (value === undefined || value < 0) throw optionNegative(option)
  return value
}

// What follows is the wire: one entry a command.

function readLposOptions(argv: Argv): { rank?: Int64; maxlen?: Int64; count?: Int64 } {
  const options: { rank?: Int64; maxlen?: Int64; count?: Int64 } = {}
  for (let i = 3; i < argv.length; i += 2) {
    const token = tokenAt(argv, i)
    if (i + 1 === argv.length) throw syntaxError()
    const value = parseInt64(textAt(argv, i + 1))
    if (token === 'RANK') options.rank = checkedRank(value)
    else if (token === 'MAXLEN') options.maxlen = checkedNumber(value, token)
    else if (token === 'COUNT') options.count = checkedNumber(value, token)
    else throw syntaxError()
  }
  return options
}

export const listCommands = {
  LLEN: {
    summary: 'Counts the elements of a list.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => llen(unit, textAt(argv, 1)),
  },
  LINDEX: {
    summary: 'Returns the element at an index of a list.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(log(N)), N elements in the list',
    arity: 3,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key index:integer',
    call(unit, argv): Reply {
      const list = unit.read(textAt(argv, 1), LIST)
      return list === undefined ? null : elementAt(list, integerAt(argv, 2))
    },
  },
  LRANGE: {
    summary: 'Returns the elements of a list between two indices.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(log(N)+M), N elements in the list, M elements returned',
    arity: 4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key start:integer stop:integer',
    call: (unit, argv): Reply => lrange(unit, textAt(argv, 1), clampedAt(argv, 2), clampedAt(argv, 3)),
  },
  LSET: {
    summary: 'Exchanges the element at an index of a list.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(log(N)), N elements in the list',
    arity: 4,
    flags: WRITE | DENYOOM,
    keys: UPDATE_KEY,
    syntax: 'key:key index:integer element',
    call(unit, argv): Reply {
      const key = textAt(argv, 1)
      // A missing key is told before a bad index.
      if (unit.lookAt(key, LIST) === undefined) throw noSuchKey()
      lset(unit, key, integerAt(argv, 2), textAt(argv, 3))
      return OK
    },
  },
  LINSERT: {
    summary: 'Inserts an element beside another one of a list.',
    since: '2.2.0',
    group: 'list',
    complexity: 'O(N), N elements before the other one',
    arity: 5,
    flags: WRITE | DENYOOM,
    keys: [keySpec('RW insert')],
    syntax: 'key:key <where= BEFORE | AFTER> pivot element',
    call(unit, argv): Reply {
      const where = tokenAt(argv, 2)
      if (where !== 'BEFORE' && where !== 'AFTER') throw syntaxError()
      return linsert(unit, textAt(argv, 1), where === 'AFTER', textAt(argv, 3), textAt(argv, 4))
    },
  },
  LREM: {
    summary: 'Removes elements from a list by what they are.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N), N elements in the list',
    arity: 4,
    flags: WRITE,
    keys: [keySpec('RW delete')],
    syntax: 'key:key count:integer element',
    call: (unit, argv): Reply => lrem(unit, textAt(argv, 1), integerAt(argv, 2), textAt(argv, 3)),
  },
  LTRIM: {
    summary: 'Removes all elements of a list but those between two indices.',
    since: '1.0.0',
    group: 'list',
    complexity: 'O(N), N elements removed',
    arity: 4,
    flags: WRITE,
    keys: [keySpec('RW delete')],
    syntax: 'key:key start:integer stop:integer',
    call(unit, argv): Reply {
      ltrim(unit, textAt(argv, 1), clampedAt(argv, 2), clampedAt(argv, 3))
      return OK
    },
  },
  LPOS: {
    summary: 'Finds the indices of elements of a list by what they are.',
    since: '6.0.6',
    group: 'list',
    complexity: 'O(N), N elements compared',
    arity: -3,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]',
    call(unit, argv): Reply {
      const options = readLposOptions(argv)
      const key = textAt(argv, 1)
      const element = textAt(argv, 2)
      if (options.count === undefined) return lpos(unit, key, element, options)
      return lposSome(unit, key, element, options.count, options)
    },
  },
  ...listEndCommands,
  ...listMoveCommands,
  ...listBlockingCommands,
} satisfies Record<string, Command>
