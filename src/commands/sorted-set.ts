/**
 * Sorted sets, member by member: https://redis.io/docs/latest/commands/?group=sorted-set
 *
 * Ranges are in sorted-set-ranges.ts, their counts and removal in sorted-set-range-edits.ts, pops in sorted-set-pops.ts,
 * unions and the like in sorted-set-algebra.ts, ZSCAN in sorted-set-scan.ts, ZRANDMEMBER in sorted-set-random.ts.
 */
import {
  incrWithSeveralPairs,
  notAFloat,
  scoreNotANumber,
  syntaxError,
  wrongArity,
  zaddConditionsConflict,
} from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { LogWord } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import { formatScore, parseScore } from '../structures/score.js'
import { type Argv, textAt, textsFrom, tokenAt } from './argv.js'
import {
  ACCESS_AND_UPDATE_KEY,
  type Command,
  DENYOOM,
  FAST,
  keySpec,
  LOOK_KEY,
  READ_KEY,
  READONLY,
  UPDATE_KEY,
  WRITE,
} from './command.js'
import { Double, doubleOrNil, type Reply } from './reply.js'
import { sortedSetAlgebraCommands } from './sorted-set-algebra.js'
import { sortedSetPopCommands } from './sorted-set-pops.js'
import { sortedSetRandomCommands } from './sorted-set-random.js'
import { sortedSetRangeEditCommands } from './sorted-set-range-edits.js'
import { sortedSetRangeCommands } from './sorted-set-ranges.js'
import { sortedSetScanCommands } from './sorted-set-scan.js'

/** A member and its score. */
export interface Scored {
  readonly member: string
  readonly score: number
}

/** Conditions of ZADD: not `xx` with `nx`; at most one of `gt`, `lt` and `nx`. */
export interface ZaddConditions {
  /** Only add members, never move one. */
  readonly nx?: boolean | undefined
  /** Only move members that are there, never add one. */
  readonly xx?: boolean | undefined
  /** Move a member only if its score becomes greater. */
  readonly gt?: boolean | undefined
  /** Move a member only if its score becomes less. */
  readonly lt?: boolean | undefined
}

/** Options of ZADD. */
export interface ZaddOptions extends ZaddConditions {
  /** Count members that are moved as well as those that are added. */
  readonly ch?: boolean | undefined
}

/** Adds or moves one member; returns 1 if it was added, else 0. O(log n). Event zadd. */
export function zaddOne(unit: Unit, key: string, score: number, member: string): number {
  const set = unit.open(key, SORTED_SET)
  const former = set.set(member, score)
  if (former === score) return 0
  if (unit.logging) unit.log('ZADD', key, formatScore(score), member)
  unit.changed(key, 'zadd')
  return former === undefined ? 1 : 0
}

/** Adds or moves members, one after the other; returns how many were added, or with `ch` changed. O(log n) each. Event zadd. */
export function zadd(unit: Unit, key: string, entries: readonly Scored[], options: ZaddOptions): number {
  checkConditions(options)
  const set = options.xx ? unit.look(key, SORTED_SET) : unit.open(key, SORTED_SET)
  if (set === undefined) return 0
  set.expect(entries.length)
  const words: LogWord[] | undefined = unit.logging ? ['ZADD', key] : undefined
  let added = 0
  let moved = 0
  for (const { member, score } of entries) {
    const former = set.score(member)
    if (former === score || !isWanted(former, score, options)) continue
    set.set(member, score)
    if (former === undefined) added++
    else moved++
    words?.push(formatScore(score), member)
  }
  if (added + moved === 0) return 0
  if (words !== undefined) unit.logWords(words)
  unit.changed(key, 'zadd', added + moved)
  return options.ch ? added + moved : added
}

/**
 * Adds to the score of a member, 0 when missing; returns the sum, null where a condition does not hold. O(log n). Event
 * zincr.
 */
export function zincrby(
  unit: Unit,
  key: string,
  entry: Scored,
  conditions: ZaddConditions = UNCONDITIONAL,
): number | null {
  checkConditions(conditions)
  const set = conditions.xx ? unit.look(key, SORTED_SET) : unit.open(key, SORTED_SET)
  if (set === undefined) return null
  const { member } = entry
  const former = set.score(member)
  if (former !== undefined && conditions.nx) return null
  const score = former === undefined ? entry.score : former + entry.score
  if (Number.isNaN(score)) throw scoreNotANumber()
  if (!isWanted(former, score, conditions)) return null
  if (former === score) return score
  set.set(member, score)
  if (unit.logging) unit.log('ZADD', key, formatScore(score), member)
  unit.changed(key, 'zincr')
  return score
}

const UNCONDITIONAL: ZaddConditions = {}

export function checkConditions(conditions: ZaddConditions): void {
  if (conditions.nx && conditions.xx) throw zaddConditionsConflict('XX and NX')
  const comparisons = (conditions.gt ? 1 : 0) + (conditions.lt ? 1 : 0) + (conditions.nx ? 1 : 0)
  if (comparisons > 1) throw zaddConditionsConflict('GT, LT, and/or NX')
}

/** Whether a member may go from one score (undefined: not there) to another one. */
function isWanted(former: number | undefined, score: number, conditions: ZaddConditions): boolean {
  if (former === undefined) return !conditions.xx
  if (conditions.nx) return false
  return !(conditions.gt && score <= former) && !(conditions.lt && score >= former)
}

/** Removes a member; returns 1 if it was there, else 0. O(log n). Events zrem, del. */
export function zremOne(unit: Unit, key: string, member: string): number {
  const set = unit.look(key, SORTED_SET)
  if (set === undefined || !set.delete(member)) return 0
  if (unit.logging) unit.log('ZREM', key, member)
  unit.shrunk(key, set, 'zrem')
  return 1
}

/** As `zremOne`, of some members; returns how many there were. O(log n) each. */
export function zrem(unit: Unit, key: string, members: readonly string[]): number {
  const set = unit.look(key, SORTED_SET)
  if (set === undefined) return 0
  const words: LogWord[] | undefined = unit.logging ? ['ZREM', key] : undefined
  let removed = 0
  for (const member of members) {
    if (!set.delete(member)) continue
    removed++
    words?.push(member)
  }
  if (removed === 0) return 0
  if (words !== undefined) unit.logWords(words)
  unit.shrunk(key, set, 'zrem', removed)
  return removed
}

/** How many members there are, 0 when missing. O(1). */
export function zcard(unit: Unit, key: string): number {
  return unit.read(key, SORTED_SET)?.size ?? 0
}

/** The score of a member, null when key or member is missing. O(1). */
export function zscore(unit: Unit, key: string, member: string): number | null {
  return unit.read(key, SORTED_SET)?.score(member) ?? null
}

/** The scores in the order of the members, null for what is missing. O(members). */
export function zmscore(unit: Unit, key: string, members: readonly string[]): (number | null)[] {
  const set = unit.read(key, SORTED_SET)
  return members.map((member) => set?.score(member) ?? null)
}

/** How many members stand before this one, or behind it if `reverse`; null when key or member is missing. O(log n). */
export function zrank(unit: Unit, key: string, member: string, reverse: boolean): number | null {
  const set = unit.read(key, SORTED_SET)
  if (set === undefined) return null
  const rank = set.rank(member)
  if (rank === -1) return null
  return reverse ? set.size - 1 - rank : rank
}

/** As `zrank`, with the score. O(log n). */
export function zrankWithScore(
  unit: Unit,
  key: string,
  member: string,
  reverse: boolean,
): { rank: number; score: number } | null {
  const rank = zrank(unit, key, member, reverse)
  return rank === null ? null : { rank, score: zscore(unit, key, member)! }
}

// What follows is the wire: one entry a command.

/** A score, an increment or a weight that a caller gives as a number. Throws ERR (not a valid float) for NaN. */
export function checkedScore(score: number): number {
  if (typeof score !== 'number' || Number.isNaN(score)) throw notAFloat()
  return score
}

/** The score at `index`. Throws ERR (not a valid float). */
function scoreAt(argv: Argv, index: number): number {
  const score = parseScore(textAt(argv, index))
  if (score === undefined) throw notAFloat()
  return score
}

type ZaddDraft = { -readonly [K in keyof ZaddOptions]: ZaddOptions[K] } & { incr?: boolean }

/** The options in front of the scores, in any order and number; returns where they end. */
function readZaddOptions(argv: Argv, into: ZaddDraft): number {
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'NX') into.nx = true
    else if (token === 'XX') into.xx = true
    else if (token === 'GT') into.gt = true
    else if (token === 'LT') into.lt = true
    else if (token === 'CH') into.ch = true
    else if (token === 'INCR') into.incr = true
    else return i
  }
  return argv.length
}

/** ZADD, and ZINCRBY as the ZADD with INCR that it is in Redis. */
function callZadd(unit: Unit, argv: Argv, options: ZaddDraft): Reply {
  const first = readZaddOptions(argv, options)
  const words = argv.length - first
  if (words === 0 || words % 2 !== 0) throw syntaxError()
  checkConditions(options)
  if (options.incr && words > 2) throw incrWithSeveralPairs()
  const entries: Scored[] = []
  for (let i = first; i < argv.length; i += 2) {
    const score = scoreAt(argv, i)
    entries.push({ member: textAt(argv, i + 1), score })
  }
  const key = textAt(argv, 1)
  return options.incr ? doubleOrNil(zincrby(unit, key, entries[0]!, options)) : zadd(unit, key, entries, options)
}

/** ZRANK and ZREVRANK. */
function callZrank(unit: Unit, argv: Argv, command: string, reverse: boolean): Reply {
  if (argv.length > 4) throw wrongArity(command)
  const key = textAt(argv, 1)
  const member = textAt(argv, 2)
  if (argv.length === 3) return zrank(unit, key, member, reverse)
  if (tokenAt(argv, 3) !== 'WITHSCORE') throw syntaxError()
  const found = zrankWithScore(unit, key, member, reverse)
  return found === null ? null : [found.rank, new Double(found.score)]
}

export const sortedSetCommands = {
  ZADD: {
    summary: 'Adds members to a sorted set, or gives them other scores.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(log(N)) a member, N members in the sorted set',
    arity: -4,
    flags: WRITE | DENYOOM | FAST,
    keys: UPDATE_KEY,
    syntax:
      'key:key [condition= NX | XX] [comparison= GT | LT] [change= CH] [increment= INCR] <data= score:double member>...',
    call: (unit, argv): Reply => callZadd(unit, argv, {}),
  },
  ZINCRBY: {
    summary: 'Adds a number to the score of a member; a missing member counts as 0.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(log(N)), N members in the sorted set',
    arity: 4,
    flags: WRITE | DENYOOM | FAST,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key increment:integer member',
    call: (unit, argv): Reply => callZadd(unit, argv, { incr: true }),
  },
  ZREM: {
    summary: 'Removes members from a sorted set.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(M*log(N)), M members to remove and N in the sorted set',
    arity: -3,
    flags: WRITE | FAST,
    keys: [keySpec('RW delete')],
    syntax: 'key:key member...',
    call: (unit, argv): Reply => zrem(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
  ZCARD: {
    summary: 'Returns how many members a sorted set has.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => zcard(unit, textAt(argv, 1)),
  },
  ZSCORE: {
    summary: 'Returns the score of a member of a sorted set.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key member',
    call: (unit, argv): Reply => doubleOrNil(zscore(unit, textAt(argv, 1), textAt(argv, 2))),
  },
  ZMSCORE: {
    summary: 'Returns the scores of some members of a sorted set.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: 'O(N), N members that are asked for',
    arity: -3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key member...',
    call: (unit, argv): Reply => zmscore(unit, textAt(argv, 1), textsFrom(argv, 2)).map(doubleOrNil),
  },
  ZRANK: {
    summary: 'Returns the rank of a member, the lowest score first.',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: 'O(log(N)), N members in the sorted set',
    arity: -3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key member [WITHSCORE]',
    call: (unit, argv): Reply => callZrank(unit, argv, 'zrank', false),
  },
  ZREVRANK: {
    summary: 'Returns the rank of a member, the highest score first.',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: 'O(log(N)), N members in the sorted set',
    arity: -3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key member [WITHSCORE]',
    call: (unit, argv): Reply => callZrank(unit, argv, 'zrevrank', true),
  },
  ...sortedSetRangeCommands,
  ...sortedSetRangeEditCommands,
  ...sortedSetPopCommands,
  ...sortedSetAlgebraCommands,
  ...sortedSetRandomCommands,
  ...sortedSetScanCommands,
} satisfies Record<string, Command>
