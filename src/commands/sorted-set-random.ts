/** Random members of a sorted set: ZRANDMEMBER. */
import { notInRange, replyTooLong, syntaxError } from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { RandomSource } from '../keyspace/random.js'
import type { Unit } from '../keyspace/unit.js'
import { INT64_MAX, type Int64 } from '../structures/int64.js'
import { type Argv, clamp, integerAt, textAt, tokenAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { type Reply, scoredReply } from './reply.js'
import type { Scored } from './sorted-set.js'

/** An array has no more elements. */
const REPLY_MAX = 2 ** 32 - 1

/** A random member, every one as likely as another; null when missing. O(log n). */
export function zrandmember(unit: Unit, key: string): string | null {
  const set = unit.look(key, SORTED_SET)
  return set === undefined ? null : set.memberAt(unit.store.random.below(set.size))
}

/**
 * Random members, none when missing: up to `count` different ones, or for a negative count as many as it says, of which
 * some may be the same. O(log n) each.
 */
export function zrandmembers(unit: Unit, key: string, count: Int64): Scored[] {
  if (count < -INT64_MAX) throw notInRange(-INT64_MAX, INT64_MAX)
  const set = unit.look(key, SORTED_SET)
  if (set === undefined || count === 0) return []
  if (count >= set.size) return set.entries(0, set.size, false)
  const { random } = unit.store
  const ranks = count < 0 ? withRepeats(set.size, -clamp(count), random) : different(set.size, Number(count), random)
  return ranks.map((rank) => ({ member: set.memberAt(rank), score: set.scoreAt(rank) }))
}

function withRepeats(size: number, count: number, random: RandomSource): number[] {
  if (count > REPLY_MAX) throw replyTooLong()
  const ranks: number[] = []
  for (let i = 0; i < count; i++) ranks.push(random.below(size))
  return ranks
}

/** A random choice in random order: Fisher and Yates's shuffle, broken off. Ranks that have moved stand in the map. */
function different(size: number, count: number, random: RandomSource): number[] {
  const moved = new Map<number, number>()
  const ranks: number[] = []
  for (let i = 0; i < count; i++) {
    const chosen = i + random.below(size - i)
    ranks.push(moved.get(chosen) ?? chosen)
    moved.set(chosen, moved.get(i) ?? i)
  }
  return ranks
}

// What follows is the wire.

function callZrandmember(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  if (argv.length === 2) return zrandmember(unit, key)
  const count = integerAt(argv, 2)
  // Redis says so before it looks at the options.
  if (count < -INT64_MAX) throw notInRange(-INT64_MAX, INT64_MAX)
  if (argv.length > 4 || (argv.length === 4 && tokenAt(argv, 3) !== 'WITHSCORES')) throw syntaxError()
  const withScores = argv.length === 4
  // The reply would have twice as many elements.
  if (withScores && (count > INT64_MAX / 2n || count < -(INT64_MAX / 2n))) throw replyTooLong()
  const picked = zrandmembers(unit, key, count)
  return withScores ? scoredReply(picked) : picked.map(({ member }) => member)
}

export const sortedSetRandomCommands = {
  ZRANDMEMBER: {
    summary: 'Returns random members of a sorted set.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: 'O(M*log(N)), M members that are returned and N in the sorted set',
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key [options= count:integer [WITHSCORES]]',
    call: callZrandmember,
  },
} satisfies Record<string, Command>
