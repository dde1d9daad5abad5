/** Taking members from either end of sorted sets, waiting for them if need be: ZPOPMIN, ZMPOP, BZPOPMIN and their like. */
import { numkeysNotPositive, syntaxError } from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { parseInt64 } from '../structures/int64.js'
import type { SortedSet } from '../structures/sorted-set.js'
import { type Argv, clamp, textAt, textsFrom, tokenAt } from './argv.js'
import { block, shaped, timeoutAt, type Waiting } from './blocking.js'
import { BLOCKING, type Command, countedKeys, FAST, keySpec, MOVABLE_KEYS, WRITE } from './command.js'
import { checkedMpopCount } from './list-ends.js'
import { Double, type Reply, scoredReply } from './reply.js'
import { checkedCount } from './set-random.js'
import type { Scored } from './sorted-set.js'

/** Which end to take from: the lowest score or the highest. */
export type ScoreEnd = 'min' | 'max'

/** Members that were taken from one of several keys. */
export interface Popped {
  readonly key: string
  readonly entries: Scored[]
}

/** Removes the member at one end and returns it, null when missing. O(log n). Events zpopmin or zpopmax, del. */
export function zpop(unit: Unit, key: string, end: ScoreEnd): Scored | null {
  const set = unit.look(key, SORTED_SET)
  if (set === undefined) return null
  const popped = end === 'min' ? set.popMin() : set.popMax()
  if (unit.logging) unit.log(nameOf(end), key)
  unit.shrunk(key, set, eventOf(end))
  return popped!
}

/**
 * Removes up to `count` members, 0 or more, from one end and returns them, the outermost first; none when missing.
 * O(log n + members). Events zpopmin or zpopmax, del.
 */
export function zpopSome(unit: Unit, key: string, end: ScoreEnd, count: number): Scored[] {
  const set = unit.look(key, SORTED_SET)
  return set === undefined || count === 0 ? [] : take(unit, key, set, end, count)
}

function take(unit: Unit, key: string, set: SortedSet, end: ScoreEnd, count: number): Scored[] {
  const { size } = set
  const most = Math.min(count, size)
  const first = end === 'min' ? 0 : size - most
  const entries = set.entries(first, first + most, end === 'max')
  set.deleteRange(first, first + most)
  if (unit.logging) unit.log(nameOf(end), key, String(most))
  unit.shrunk(key, set, eventOf(end), most)
  return entries
}

function nameOf(end: ScoreEnd): string {
  return end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX'
}

function eventOf(end: ScoreEnd): string {
  return end === 'min' ? 'zpopmin' : 'zpopmax'
}

/** As `zpopSome`, from the first key that exists; null when none does. O(keys + log n + members). */
export function zmpop(unit: Unit, keys: readonly string[], end: ScoreEnd, count: number): Popped | null {
  return popFirst(unit, keys, end, count) ?? null
}

function popFirst(unit: Unit, keys: readonly string[], end: ScoreEnd, count: number): Popped | undefined {
  for (const key of keys) {
    const set = unit.look(key, SORTED_SET)
    if (set !== undefined) return { key, entries: take(unit, key, set, end, count) }
  }
  return undefined
}

/** As `zmpop`, but waits until a key has something; null when time runs out. */
export function bzmpop(
  unit: Unit,
  keys: readonly string[],
  end: ScoreEnd,
  count: number,
  waiting: Waiting,
): Popped | null | Promise<Popped | null> {
  return block<Popped | null>(unit, {
    keys,
    type: 'zset',
    timeoutMs: waiting.timeoutMs,
    signal: waiting.signal,
    attempt: (own) => popFirst(own, keys, end, count),
    timeoutReply: null,
  })
}

// What follows is the wire: one entry a command.

/** ZPOPMIN and ZPOPMAX. */
function callZpop(unit: Unit, argv: Argv, end: ScoreEnd): Reply {
  if (argv.length > 3) throw syntaxError()
  if (argv.length === 3) {
    const count = clamp(checkedCount(parseInt64(textAt(argv, 2))))
    return scoredReply(zpopSome(unit, textAt(argv, 1), end, count))
  }
  const popped = zpop(unit, textAt(argv, 1), end)
  return popped === null ? [] : [popped.member, new Double(popped.score)]
}

interface MpopWords {
  readonly keys: string[]
  readonly end: ScoreEnd
  readonly count: number
}

/** The words of ZMPOP and BZMPOP from numkeys on. */
function readMpop(argv: Argv, numkeysAt: number): MpopWords {
  const numkeys = parseInt64(textAt(argv, numkeysAt))
  if (numkeys === undefined || numkeys < 1) throw numkeysNotPositive()
  const endAt = numkeysAt + 1 + clamp(numkeys)
  if (endAt >= argv.length) throw syntaxError()
  const token = tokenAt(argv, endAt)
  if (token !== 'MIN' && token !== 'MAX') throw syntaxError()
  let count: number | undefined
  for (let i = endAt + 1; i < argv.length; i += 2) {
    if (tokenAt(argv, i) !== 'COUNT' || count !== undefined || i + 1 >= argv.length) throw syntaxError()
    count = clamp(checkedMpopCount(parseInt64(textAt(argv, i + 1))))
  }
  const keys = textsFrom(argv.slice(0, endAt), numkeysAt + 1)
  return { keys, end: token === 'MIN' ? 'min' : 'max', count: count ?? 1 }
}

function mpopReply(popped: Popped | null): Reply {
  return popped === null ? null : [popped.key, popped.entries.map(({ member, score }) => [member, new Double(score)])]
}

/** BZPOPMIN and BZPOPMAX. */
function callBzpop(unit: Unit, argv: Argv, end: ScoreEnd): Reply | Promise<Reply> {
  const timeoutAtIndex = argv.length - 1
  const timeoutMs = timeoutAt(argv, timeoutAtIndex)
  const keys = textsFrom(argv.slice(0, timeoutAtIndex), 1)
  return shaped(bzmpop(unit, keys, end, 1, { timeoutMs }), bzpopReply)
}

function bzpopReply(popped: Popped | null): Reply {
  if (popped === null) return null
  const { member, score } = popped.entries[0]!
  return [popped.key, member, new Double(score)]
}

const POP_COMPLEXITY = 'O(log(N)+M), N members in the sorted set and M that are popped'
const MPOP_COMPLEXITY = 'O(K+log(N)+M), K keys, N members in the sorted set and M that are popped'
const MPOP_SYNTAX = 'numkeys:integer key:key... <where= MIN | MAX> [COUNT count:integer]'

export const sortedSetPopCommands = {
  ZPOPMIN: {
    summary: 'Removes the members with the lowest scores from a sorted set and returns them.',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: POP_COMPLEXITY,
    arity: -2,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete')],
    syntax: 'key:key [count:integer]',
    call: (unit, argv): Reply => callZpop(unit, argv, 'min'),
  },
  ZPOPMAX: {
    summary: 'Removes the members with the highest scores from a sorted set and returns them.',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: POP_COMPLEXITY,
    arity: -2,
    flags: WRITE | FAST,
    keys: [keySpec('RW access delete')],
    syntax: 'key:key [count:integer]',
    call: (unit, argv): Reply => callZpop(unit, argv, 'max'),
  },
  ZMPOP: {
    summary: 'Removes members from one end of the first of several sorted sets that exists, and returns them.',
    since: '7.0.0',
    group: 'sorted-set',
    complexity: MPOP_COMPLEXITY,
    arity: -4,
    flags: WRITE | MOVABLE_KEYS,
    keys: [countedKeys('RW access delete')],
    syntax: MPOP_SYNTAX,
    call(unit, argv): Reply {
      const { keys, end, count } = readMpop(argv, 1)
      return mpopReply(zmpop(unit, keys, end, count))
    },
  },
  BZPOPMIN: {
    summary: 'As ZPOPMIN on the first of several sorted sets that exists; waits for one.',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: 'O(K+log(N)), K keys and N members in the sorted set',
    arity: -3,
    flags: WRITE | FAST | BLOCKING,
    keys: [keySpec('RW access delete', 1, -2)],
    syntax: 'key:key... timeout:double',
    call: (unit, argv) => callBzpop(unit, argv, 'min'),
  },
  BZPOPMAX: {
    summary: 'As ZPOPMAX on the first of several sorted sets that exists; waits for one.',
    since: '5.0.0',
    group: 'sorted-set',
    complexity: 'O(K+log(N)), K keys and N members in the sorted set',
    arity: -3,
    flags: WRITE | FAST | BLOCKING,
    keys: [keySpec('RW access delete', 1, -2)],
    syntax: 'key:key... timeout:double',
    call: (unit, argv) => callBzpop(unit, argv, 'max'),
  },
  BZMPOP: {
    summary: 'As ZMPOP; waits for a sorted set where none of them exists.',
    since: '7.0.0',
    group: 'sorted-set',
    complexity: MPOP_COMPLEXITY,
    arity: -5,
    flags: WRITE | BLOCKING | MOVABLE_KEYS,
    keys: [countedKeys('RW access delete', 2)],
    syntax: `timeout:double ${MPOP_SYNTAX}`,
    call(unit, argv) {
      const { keys, end, count } = readMpop(argv, 2)
      return shaped(bzmpop(unit, keys, end, count, { timeoutMs: timeoutAt(argv, 1) }), mpopReply)
    },
  },
} satisfies Record<string, Command>
