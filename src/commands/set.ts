/**
 * Sets: https://redis.io/docs/latest/commands/?group=set
 *
 * Random members are in set-random.ts, unions, intersections and differences in set-algebra.ts, SSCAN in set-scan.ts.
 */
import { wrongType } from '../errors.js'
import { SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { SetOfStrings } from '../structures/set.js'
import { textAt, textsFrom } from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, LOOK_KEY, READ_KEY, READONLY, WRITE } from './command.js'
import { type Reply, SetReply } from './reply.js'
import { setAlgebraCommands } from './set-algebra.js'
import { setRandomCommands } from './set-random.js'
import { setScanCommands } from './set-scan.js'

/** Adds members, at least one; returns how many are new. O(1) each. Event sadd. */
export function sadd(unit: Unit, key: string, members: readonly string[]): number {
  const set = unit.open(key, SET)
  set.expect(members[0]!, members.length)
  let added = 0
  for (const member of members) if (set.add(member)) added++
  if (added === 0) return 0
  // All of them, known ones too: how many they are has a part in the encoding.
  if (unit.logging) unit.logWords(['SADD', key, ...members])
  unit.changed(key, 'sadd', added)
  return added
}

/** As `sadd` of one member: 1, or 0 when it was there. O(1). Event sadd. */
export function saddOne(unit: Unit, key: string, member: string): number {
  if (!unit.open(key, SET).add(member)) return 0
  if (unit.logging) unit.log('SADD', key, member)
  unit.changed(key, 'sadd')
  return 1
}

/** Removes members; returns how many were there. O(1) each. Events srem, del. */
export function srem(unit: Unit, key: string, members: readonly string[]): number {
  const set = unit.look(key, SET)
  if (set === undefined) return 0
  let removed = 0
  for (const member of members) if (set.delete(member)) removed++
  if (removed === 0) return 0
  if (unit.logging) unit.logWords(['SREM', key, ...members])
  unit.shrunk(key, set, 'srem', removed)
  return removed
}

/** As `srem` of one member: 1, or 0 when it was not there. O(1). Events srem, del. */
export function sremOne(unit: Unit, key: string, member: string): number {
  const set = unit.look(key, SET)
  if (set === undefined || !set.delete(member)) return 0
  if (unit.logging) unit.log('SREM', key, member)
  unit.shrunk(key, set, 'srem')
  return 1
}

/** All members, none when missing. O(n). */
export function smembers(unit: Unit, key: string): string[] {
  return unit.read(key, SET)?.members() ?? []
}

/** Whether a member is there: 1 or 0. O(1). */
export function sismember(unit: Unit, key: string, member: string): number {
  return unit.read(key, SET)?.has(member) ? 1 : 0
}

/** As `sismember`, for several. O(members). */
export function smismember(unit: Unit, key: string, members: readonly string[]): number[] {
  const set = unit.read(key, SET)
  return members.map((member) => (set?.has(member) ? 1 : 0))
}

/** How many members there are, 0 when missing. O(1). */
export function scard(unit: Unit, key: string): number {
  return unit.read(key, SET)?.size ?? 0
}

/** Moves a member to another set: 1, or 0 when it is not there. O(1). Events srem, del, sadd. */
export function smove(unit: Unit, source: string, destination: string, member: string): number {
  const from = unit.valueAt(source)
  const into = unit.valueAt(destination)
  if (from === undefined) return 0
  if (!(from instanceof SetOfStrings)) throw wrongType()
  if (into !== undefined && !(into instanceof SetOfStrings)) throw wrongType()
  if (from === into) return from.has(member) ? 1 : 0
  const left = unit.look(source, SET)!
  if (!left.delete(member)) return 0
  if (unit.logging) unit.log('SMOVE', source, destination, member)
  unit.shrunk(source, left, 'srem')
  if (unit.open(destination, SET).add(member)) unit.changed(destination, 'sadd')
  return 1
}

// What follows is the wire: one entry a command.

export const setCommands = {
  SADD: {
    summary: 'Adds members to a set, made if missing.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) for each member',
    arity: -3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key member...',
    call(unit, argv): Reply {
      const key = textAt(argv, 1)
      return argv.length === 3 ? saddOne(unit, key, textAt(argv, 2)) : sadd(unit, key, textsFrom(argv, 2))
    },
  },
  SREM: {
    summary: 'Removes members from a set.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) for each member',
    arity: -3,
    flags: WRITE | FAST,
    keys: [keySpec('RW delete')],
    syntax: 'key:key member...',
    call(unit, argv): Reply {
      const key = textAt(argv, 1)
      return argv.length === 3 ? sremOne(unit, key, textAt(argv, 2)) : srem(unit, key, textsFrom(argv, 2))
    },
  },
  SMEMBERS: {
    summary: 'Returns all members of a set.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(N), N members',
    arity: 2,
    flags: READONLY,
    tips: ['nondeterministic_output_order'],
    keys: READ_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => new SetReply(smembers(unit, textAt(argv, 1))),
  },
  SISMEMBER: {
    summary: 'Tells whether a set has a member.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key member',
    call: (unit, argv): Reply => sismember(unit, textAt(argv, 1), textAt(argv, 2)),
  },
  SMISMEMBER: {
    summary: 'Tells of each of some members whether a set has it.',
    since: '6.2.0',
    group: 'set',
    complexity: 'O(1) for each member',
    arity: -3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key member...',
    call: (unit, argv): Reply => smismember(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
  SCARD: {
    summary: 'Counts the members of a set.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => scard(unit, textAt(argv, 1)),
  },
  SMOVE: {
    summary: 'Moves a member from one set to another.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete'), keySpec('RW insert', 2)],
    syntax: 'source:key destination:key member',
    call: (unit, argv): Reply => smove(unit, textAt(argv, 1), textAt(argv, 2), textAt(argv, 3)),
  },
  ...setRandomCommands,
  ...setAlgebraCommands,
  ...setScanCommands,
} satisfies Record<string, Command>
