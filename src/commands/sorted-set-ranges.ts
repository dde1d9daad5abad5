/** Ranges of sorted sets by rank, score or member: ZRANGE, the older commands that it replaces, and ZRANGESTORE. */
import { syntaxError } from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { SortedSet } from '../structures/sorted-set.js'
import { type Argv, clampedAt, textAt, tokenAt } from './argv.js'
import { type Command, DENYOOM, keySpec, OVERWRITE_KEY, READ_KEY, READONLY, WRITE } from './command.js'
import { discard } from './generic.js'
import { type Reply, scoredReply } from './reply.js'
import type { Scored } from './sorted-set.js'
import { type RangeOptions, type RangeQuery, type Ranks, rangeQuery, ranksOf } from './sorted-set-bounds.js'

/** The members of a range in its order, none when missing. O(log n + members). */
export function zrange(unit: Unit, key: string, query: RangeQuery): string[] {
  const set = unit.read(key, SORTED_SET)
  if (set === undefined) return []
  const { start, end } = ranksOf(set, query)
  return set.members(start, end, query.reverse)
}

/** As `zrange`, with scores. O(log n + members). */
export function zrangeWithScores(unit: Unit, key: string, query: RangeQuery): Scored[] {
  const set = unit.read(key, SORTED_SET)
  if (set === undefined) return []
  const { start, end } = ranksOf(set, query)
  return set.entries(start, end, query.reverse)
}

/**
 * Keeps a range as a sorted set at `destination`; returns how many members it has. O(log n + members). Event zrangestore, or
 * del where there are none.
 */
export function zrangestore(unit: Unit, destination: string, source: string, query: RangeQuery): number {
  const set = unit.read(source, SORTED_SET)
  const ranks = set === undefined ? undefined : ranksOf(set, query)
  if (set === undefined || ranks === undefined || ranks.end <= ranks.start) {
    discard(unit, destination)
    return 0
  }
  const { start, end } = ranks
  const members: string[] = []
  const scores: number[] = []
  set.visit(start, end, false, (member, score) => {
    members.push(member)
    scores.push(score)
  })
  const signed = scores.some(isNegativeZero)
  unit.put(destination, signed ? copyOneByOne(set, ranks, query) : SortedSet.ofSorted(members, scores))
  if (unit.logging) {
    const words = signed ? wordsOfRange(set.size, ranks, query) : [String(start), String(end - 1)]
    unit.logWords(['ZRANGESTORE', destination, source, ...words])
  }
  unit.changed(destination, 'zrangestore')
  return members.length
}

function isNegativeZero(score: number): boolean {
  return Object.is(score, -0)
}

/**
 * A copy as Redis makes it: each member is added, in the order of the range, to a sorted set that begins as a listpack unless
 * a range by rank is too large for one. While it is one, zeros lose their sign.
 */
function copyOneByOne(set: SortedSet, { start, end }: Ranks, query: RangeQuery): SortedSet {
  const copy = new SortedSet()
  if (isByRank(query)) copy.expect(end - start)
  set.visit(start, end, query.reverse, (member, score) => {
    copy.set(member, score)
  })
  return copy
}

/** Words that ask for the same members in the same order, by rank or not as the query does. */
function wordsOfRange(size: number, { start, end }: Ranks, query: RangeQuery): string[] {
  const first = query.reverse ? size - end : start
  const direction = query.reverse ? ['REV'] : []
  if (isByRank(query)) return [String(first), String(first + end - start - 1), ...direction]
  const ends = query.reverse ? ['+inf', '-inf'] : ['-inf', '+inf']
  return [...ends, 'BYSCORE', ...direction, 'LIMIT', String(first), String(end - start)]
}

function isByRank({ scores, lex }: RangeQuery): boolean {
  return scores === undefined && lex === undefined
}

// What follows is the wire: one entry a command.

interface Form {
  /** What the ends are, where the name of the command says it. */
  readonly by?: 'rank' | 'score' | 'lex'
  /** The direction, where the name of the command says it. */
  readonly rev?: boolean
  /** Whether this is ZRANGESTORE, which has its source at word 2. */
  readonly stores?: boolean
}

const BY_RANK: Form = { by: 'rank', rev: true }
const BY_SCORE: Form = { by: 'score', rev: false }
const BY_SCORE_REVERSED: Form = { by: 'score', rev: true }
const BY_LEX: Form = { by: 'lex', rev: false }
const BY_LEX_REVERSED: Form = { by: 'lex', rev: true }
const ANY: Form = {}
const STORED: Form = { stores: true }

type Draft = { -readonly [K in keyof RangeOptions]: RangeOptions[K] } & { withScores: boolean }

/** The options behind both ends. What the name of the command says already is no option. */
function readOptions(argv: Argv, start: number, form: Form): Draft {
  const options: Draft = { by: form.by === 'rank' ? undefined : form.by, rev: form.rev, withScores: false }
  for (let i = start; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'WITHSCORES' && !form.stores) options.withScores = true
    else if (token === 'LIMIT' && i + 2 < argv.length) {
      options.limit = { offset: clampedAt(argv, i + 1), count: clampedAt(argv, i + 2) }
      i += 2
    } else if (token === 'REV' && options.rev === undefined) options.rev = true
    else if (token === 'BYLEX' && form.by === undefined && options.by === undefined) options.by = 'lex'
    else if (token === 'BYSCORE' && form.by === undefined && options.by === undefined) options.by = 'score'
    else throw syntaxError()
  }
  return options
}

function callRange(unit: Unit, argv: Argv, form: Form): Reply {
  const options = readOptions(argv, 4, form)
  const query = rangeQuery(textAt(argv, 2), textAt(argv, 3), options, options.withScores)
  const key = textAt(argv, 1)
  return options.withScores ? scoredReply(zrangeWithScores(unit, key, query)) : zrange(unit, key, query)
}

const COMPLEXITY = 'O(log(N)+M), N members in the sorted set and M in the range'
const SORT_BY = '[sortby= BYSCORE | BYLEX] [REV] [LIMIT <limit= offset:integer count:integer>]'
const LIMIT = '[LIMIT <limit= offset:integer count:integer>]'

export const sortedSetRangeCommands = {
  ZRANGE: {
    summary: 'Returns a range of a sorted set by rank, score or member, in either direction.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key start stop ${SORT_BY} [WITHSCORES]`,
    call: (unit, argv): Reply => callRange(unit, argv, ANY),
  },
  ZREVRANGE: {
    summary: 'Returns a range of a sorted set by rank, the highest score first.',
    since: '1.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key start:integer stop:integer [WITHSCORES]',
    deprecated: { since: '6.2.0', use: '`ZRANGE` with the `REV` argument' },
    call: (unit, argv): Reply => callRange(unit, argv, BY_RANK),
  },
  ZRANGEBYSCORE: {
    summary: 'Returns the members of a sorted set with scores in a range.',
    since: '1.0.5',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key min:double max:double [WITHSCORES] ${LIMIT}`,
    deprecated: { since: '6.2.0', use: '`ZRANGE` with the `BYSCORE` argument' },
    call: (unit, argv): Reply => callRange(unit, argv, BY_SCORE),
  },
  ZREVRANGEBYSCORE: {
    summary: 'Returns the members of a sorted set with scores in a range, the highest score first.',
    since: '2.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key max:double min:double [WITHSCORES] ${LIMIT}`,
    deprecated: { since: '6.2.0', use: '`ZRANGE` with the `REV` and `BYSCORE` arguments' },
    call: (unit, argv): Reply => callRange(unit, argv, BY_SCORE_REVERSED),
  },
  ZRANGEBYLEX: {
    summary: 'Returns the members of a sorted set of equal scores that lie in a range by their bytes.',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key min max ${LIMIT}`,
    deprecated: { since: '6.2.0', use: '`ZRANGE` with the `BYLEX` argument' },
    call: (unit, argv): Reply => callRange(unit, argv, BY_LEX),
  },
  ZREVRANGEBYLEX: {
    summary: 'Returns the members of a sorted set of equal scores that lie in a range by their bytes, the last first.',
    since: '2.8.9',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key max min ${LIMIT}`,
    deprecated: { since: '6.2.0', use: '`ZRANGE` with the `REV` and `BYLEX` arguments' },
    call: (unit, argv): Reply => callRange(unit, argv, BY_LEX_REVERSED),
  },
  ZRANGESTORE: {
    summary: 'Keeps a range of a sorted set as another sorted set.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: COMPLEXITY,
    arity: -5,
    flags: WRITE | DENYOOM,
    keys: [...OVERWRITE_KEY, keySpec('RO access', 2)],
    syntax: `dst:key src:key min max ${SORT_BY}`,
    call(unit, argv): Reply {
      const options = readOptions(argv, 5, STORED)
      const query = rangeQuery(textAt(argv, 3), textAt(argv, 4), options, false)
      return zrangestore(unit, textAt(argv, 1), textAt(argv, 2), query)
    },
  },
} satisfies Record<string, Command>
