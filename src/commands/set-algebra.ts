/** Several sets at once: intersections, unions and differences. */
import { limitNegative, moreKeysThanArguments, numkeysNotPositive, syntaxError } from '../errors.js'
import { SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { SetOfStrings } from '../structures/set.js'
import { type Argv, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, countedKeys, DENYOOM, keySpec, MOVABLE_KEYS, READONLY, WRITE } from './command.js'
import { discard } from './generic.js'
import { type Reply, SetReply } from './reply.js'

/** Options of SINTERCARD. */
export interface SintercardOptions {
  /** Count no further than this; 0 is no limit. */
  readonly limit?: number | undefined
}

/** A set, undefined for a missing key, which stands for an empty set. */
type Operand = SetOfStrings | undefined

/** What all sets have in common. O(n · sets), n members in the smallest. */
export function sinter(unit: Unit, keys: readonly string[]): string[] {
  return intersection(operands(unit, keys))
}

/** How many members all sets have in common, at most `limit` unless it is 0. O(n · sets), n members in the smallest. */
export function sintercard(unit: Unit, keys: readonly string[], limit: Int64): number {
  const sets = smallestFirst(operands(unit, keys))
  if (sets === undefined) return 0
  const most = limit === 0 ? Number.POSITIVE_INFINITY : limit
  const smallest = sets[0]!
  let common = 0
  for (let i = 0; i < smallest.size && common < most; i++) if (isInAll(sets, smallest.at(i))) common++
  return common
}

/** As `sinter`, kept at `destination`; returns how many there are. Event sinterstore, or del where there are none. */
export function sinterstore(unit: Unit, destination: string, keys: readonly string[]): number {
  return store(unit, destination, keys, SetOfStrings.of(sinter(unit, keys)), 'sinterstore')
}

/** What any of the sets has. O(n), n members in all sets together. */
export function sunion(unit: Unit, keys: readonly string[]): string[] {
  return union(operands(unit, keys)).members()
}

/** As `sunion`, kept at `destination`; returns how many there are. Event sunionstore, or del where there are none. */
export function sunionstore(unit: Unit, destination: string, keys: readonly string[]): number {
  return store(unit, destination, keys, union(operands(unit, keys)), 'sunionstore')
}

/** What the first set has and none of the others. O(n), n members in all sets together. */
export function sdiff(unit: Unit, keys: readonly string[]): string[] {
  return difference(operands(unit, keys)).members()
}

/** As `sdiff`, kept at `destination`; returns how many there are. Event sdiffstore, or del where there are none. */
export function sdiffstore(unit: Unit, destination: string, keys: readonly string[]): number {
  return store(unit, destination, keys, difference(operands(unit, keys)), 'sdiffstore')
}

/** The sets in the order of the keys. Throws WRONGTYPE at the first that is none. */
function operands(unit: Unit, keys: readonly string[]): Operand[] {
  return keys.map((key) => unit.read(key, SET))
}

/** Puts a result in the place of whatever is at `destination`, or of nothing where it is empty. */
function store(unit: Unit, destination: string, keys: readonly string[], result: SetOfStrings, event: string): number {
  if (result.size === 0) {
    discard(unit, destination)
    return 0
  }
  unit.put(destination, result)
  // The events are called as the commands are.
  if (unit.logging) unit.logWords([event.toUpperCase(), destination, ...keys])
  unit.changed(destination, event)
  return result.size
}

function intersection(given: readonly Operand[]): string[] {
  const sets = smallestFirst(given)
  if (sets === undefined) return []
  const smallest = sets[0]!
  const common: string[] = []
  for (let i = 0; i < smallest.size; i++) {
    const member = smallest.at(i)
    if (isInAll(sets, member)) common.push(member)
  }
  return common
}

/** The sets by size, undefined where one of them is empty: then so is what they have in common. */
function smallestFirst(given: readonly Operand[]): SetOfStrings[] | undefined {
  const sets = given.filter((set) => set !== undefined)
  return sets.length < given.length ? undefined : sets.sort((a, b) => a.size - b.size)
}

/** Whether a member of the first set is in the others too. */
function isInAll(sets: readonly SetOfStrings[], member: string): boolean {
  for (let i = 1; i < sets.length; i++) {
    const set = sets[i]!
    if (set !== sets[0] && !set.has(member)) return false
  }
  return true
}

function union(given: readonly Operand[]): SetOfStrings {
  const result = new SetOfStrings()
  for (const set of given) if (set !== undefined) addAll(result, set)
  return result
}

function addAll(result: SetOfStrings, set: SetOfStrings): void {
  for (let i = 0; i < set.size; i++) result.add(set.at(i))
}

/**
 * Redis has two ways, and which one it takes shows in the encoding of the result: either each member of the first set is
 * looked for in the others, or all of them are copied and those of the others removed again.
 */
function difference(given: readonly Operand[]): SetOfStrings {
  const [first, ...rest] = given
  const others = rest.filter((set) => set !== undefined)
  const result = new SetOfStrings()
  if (first === undefined) return result
  if (isLookingCheaper(first, others)) {
    // A member is found soonest in the largest set.
    others.sort((a, b) => b.size - a.size)
    for (let i = 0; i < first.size; i++) {
      const member = first.at(i)
      if (!isInAny(others, member)) result.add(member)
    }
    return result
  }
  addAll(result, first)
  for (const set of others) {
    for (let i = 0; i < set.size && result.size > 0; i++) result.delete(set.at(i))
  }
  return result
}

/** By Redis's reckoning: half the look-ups against all members. */
function isLookingCheaper(first: SetOfStrings, others: readonly SetOfStrings[]): boolean {
  const lookups = first.size * (others.length + 1)
  const members = others.reduce((sum, set) => sum + set.size, first.size)
  return Math.floor(lookups / 2) <= members
}

function isInAny(sets: readonly SetOfStrings[], member: string): boolean {
  for (const set of sets) if (set.has(member)) return true
  return false
}

// What follows is the wire: one entry a command.

/** numkeys, keys and [LIMIT limit]. */
function readSintercard(argv: Argv): { keys: string[]; limit: Int64 } {
  const count = parseInt64(textAt(argv, 1))
  if (count === undefined || count < 1) throw numkeysNotPositive()
  if (count > argv.length - 2) throw moreKeysThanArguments()
  const end = 2 + Number(count)
  let limit: Int64 = 0
  for (let i = end; i < argv.length; i += 2) {
    if (tokenAt(argv, i) !== 'LIMIT' || i + 1 >= argv.length) throw syntaxError()
    limit = checkedLimit(parseInt64(textAt(argv, i + 1)))
  }
  return { keys: textsFrom(argv, 2).slice(0, Number(count)), limit }
}

/** A limit that may not be negative. Throws ERR (LIMIT can't be negative) for anything else. */
export function checkedLimit(limit: Int64 | undefined): Int64 {
  if (limit === undefined || limit < 0) throw limitNegative()
  return limit
}

const READ_KEYS = [keySpec('RO access', 1, -1)]
const STORE_KEYS = [keySpec('OW update'), keySpec('RO access', 2, -1)]
const OF_SMALLEST = 'O(N*M) at worst, N members in the smallest set and M sets'
const OF_ALL = 'O(N), N members in all sets together'

export const setAlgebraCommands = {
  SINTER: {
    summary: 'Returns what sets have in common.',
    since: '1.0.0',
    group: 'set',
    complexity: OF_SMALLEST,
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output_order'],
    keys: READ_KEYS,
    syntax: 'key:key...',
    call: (unit, argv): Reply => new SetReply(sinter(unit, textsFrom(argv, 1))),
  },
  SINTERCARD: {
    summary: 'Counts what sets have in common, up to a limit.',
    since: '7.0.0',
    group: 'set',
    complexity: OF_SMALLEST,
    arity: -3,
    flags: READONLY | MOVABLE_KEYS,
    keys: [countedKeys('RO access')],
    syntax: 'numkeys:integer key:key... [LIMIT limit:integer]',
    call(unit, argv): Reply {
      const { keys, limit } = readSintercard(argv)
      return sintercard(unit, keys, limit)
    },
  },
  SINTERSTORE: {
    summary: 'Keeps what sets have in common as a set.',
    since: '1.0.0',
    group: 'set',
    complexity: OF_SMALLEST,
    arity: -3,
    flags: WRITE | DENYOOM,
    keys: STORE_KEYS,
    syntax: 'destination:key key:key...',
    call: (unit, argv): Reply => sinterstore(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
  SUNION: {
    summary: 'Returns the members of all sets.',
    since: '1.0.0',
    group: 'set',
    complexity: OF_ALL,
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output_order'],
    keys: READ_KEYS,
    syntax: 'key:key...',
    call: (unit, argv): Reply => new SetReply(sunion(unit, textsFrom(argv, 1))),
  },
  SUNIONSTORE: {
    summary: 'Keeps the members of all sets as a set.',
    since: '1.0.0',
    group: 'set',
    complexity: OF_ALL,
    arity: -3,
    flags: WRITE | DENYOOM,
    keys: STORE_KEYS,
    syntax: 'destination:key key:key...',
    call: (unit, argv): Reply => sunionstore(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
  SDIFF: {
    summary: 'Returns what the first set has and no other one.',
    since: '1.0.0',
    group: 'set',
    complexity: OF_ALL,
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output_order'],
    keys: READ_KEYS,
    syntax: 'key:key...',
    call: (unit, argv): Reply => new SetReply(sdiff(unit, textsFrom(argv, 1))),
  },
  SDIFFSTORE: {
    summary: 'Keeps what the first set has and no other one as a set.',
    since: '1.0.0',
    group: 'set',
    complexity: OF_ALL,
    arity: -3,
    flags: WRITE | DENYOOM,
    keys: STORE_KEYS,
    syntax: 'destination:key key:key...',
    call: (unit, argv): Reply => sdiffstore(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
} satisfies Record<string, Command>
