/** How many members a range has, and the removal of ranges: ZCOUNT, ZLEXCOUNT, ZREMRANGEBYRANK and its like. */
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { SortedSet } from '../structures/sorted-set.js'
import { clampedAt, textAt } from './argv.js'
import { type Command, FAST, keySpec, READ_KEY, READONLY, WRITE } from './command.js'
import type { Reply } from './reply.js'
import {
  type LexRange,
  lexRange,
  type Ranks,
  ranksByLex,
  ranksByRank,
  ranksByScore,
  type ScoreRange,
  scoreRange,
} from './sorted-set-bounds.js'

/** How many members have scores in a range. O(log n). */
export function zcount(unit: Unit, key: string, range: ScoreRange): number {
  const set = unit.read(key, SORTED_SET)
  if (set === undefined) return 0
  const { start, end } = ranksByScore(set, range)
  return end - start
}

/** How many members lie in a range by their bytes. O(log n). */
export function zlexcount(unit: Unit, key: string, range: LexRange): number {
  const set = unit.read(key, SORTED_SET)
  if (set === undefined) return 0
  const { start, end } = ranksByLex(set, range)
  return end - start
}

/** Removes the members from one rank to another, both included. O(log n + members). Events zremrangebyrank, del. */
export function zremrangebyrank(unit: Unit, key: string, first: number, last: number): number {
  const set = unit.look(key, SORTED_SET)
  return set === undefined ? 0 : removeRanks(unit, key, set, ranksByRank(set, first, last, false), 'zremrangebyrank')
}

/** Removes the members with scores in a range. O(log n + members). Events zremrangebyscore, del. */
export function zremrangebyscore(unit: Unit, key: string, range: ScoreRange): number {
  const set = unit.look(key, SORTED_SET)
  return set === undefined ? 0 : removeRanks(unit, key, set, ranksByScore(set, range), 'zremrangebyscore')
}

/** Removes the members that lie in a range by their bytes. O(log n + members). Events zremrangebylex, del. */
export function zremrangebylex(unit: Unit, key: string, range: LexRange): number {
  const set = unit.look(key, SORTED_SET)
  return set === undefined ? 0 : removeRanks(unit, key, set, ranksByLex(set, range), 'zremrangebylex')
}

/** Returns how many there were. */
function removeRanks(unit: Unit, key: string, set: SortedSet, { start, end }: Ranks, event: string): number {
  if (end === start) return 0
  const removed = set.deleteRange(start, end)
  if (unit.logging) unit.log('ZREMRANGEBYRANK', key, String(start), String(end - 1))
  unit.shrunk(key, set, event, removed)
  return removed
}

// What follows is the wire: one entry a command.

const COUNT_COMPLEXITY = 'O(log(N)), N members in the sorted set'
const REMOVE_COMPLEXITY = 'O(log(N)+M), N members in the sorted set and M that are removed'

export const sortedSetRangeEditCommands = {
  ZCOUNT: {
    summary: 'Counts the members of a sorted set with scores in a range.',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: COUNT_COMPLEXITY,
    arity: 4,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key min:double max:double',
    call(unit, argv): Reply {
      const range = scoreRange(textAt(argv, 2), textAt(argv, 3))
      return zcount(unit, textAt(argv, 1), range)
    },
  },
  ZLEXCOUNT: {
    summary: 'Counts the members of a sorted set of equal scores that lie in a range by their bytes.',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: COUNT_COMPLEXITY,
    arity: 4,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key min max',
    call(unit, argv): Reply {
      const range = lexRange(textAt(argv, 2), textAt(argv, 3))
      return zlexcount(unit, textAt(argv, 1), range)
    },
  },
  ZREMRANGEBYRANK: {
    summary: 'Removes the members of a sorted set from one rank to another.',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: REMOVE_COMPLEXITY,
    arity: 4,
    flags: WRITE,
    keys: [keySpec('RW delete')],
    syntax: 'key:key start:integer stop:integer',
    call: (unit, argv): Reply => zremrangebyrank(unit, textAt(argv, 1), clampedAt(argv, 2), clampedAt(argv, 3)),
  },
  ZREMRANGEBYSCORE: {
    summary: 'Removes the members of a sorted set with scores in a range.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: REMOVE_COMPLEXITY,
    arity: 4,
    flags: WRITE,
    keys: [keySpec('RW delete')],
    syntax: 'key:key min:double max:double',
    call(unit, argv): Reply {
      const range = scoreRange(textAt(argv, 2), textAt(argv, 3))
      return zremrangebyscore(unit, textAt(argv, 1), range)
    },
  },
  ZREMRANGEBYLEX: {
    summary: 'Removes the members of a sorted set of equal scores that lie in a range by their bytes.',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: REMOVE_COMPLEXITY,
    arity: 4,
    flags: WRITE,
    keys: [keySpec('RW delete')],
    syntax: 'key:key min max',
    call(unit, argv): Reply {
      const range = lexRange(textAt(argv, 2), textAt(argv, 3))
      return zremrangebylex(unit, textAt(argv, 1), range)
    },
  },
} satisfies Record<string, Command>
