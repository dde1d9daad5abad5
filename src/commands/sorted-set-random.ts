/** Random members of a sorted set: ZRANDMEMBER. */
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import { type Argv, clamp, textAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { checkedPicks, differentIndices, picksAt, repeatedIndices } from './random-picks.js'
import { type Reply, scoredReply } from './reply.js'
import type { Scored } from './sorted-set.js'

/** A random member, every one as likely as another; null when missing. O(log n). */
export function zrandmember(unit: Unit, key: string): string | null {
  const set = unit.read(key, SORTED_SET)
  return set === undefined ? null : set.memberAt(unit.store.random.below(set.size))
}

/**
 * Random members, none when missing: up to `count` different ones, or for a negative count as many as it says, of which
 * some may be the same. O(log n) each.
 */
export function zrandmembers(unit: Unit, key: string, count: Int64): Scored[] {
  checkedPicks(count)
  const set = unit.read(key, SORTED_SET)
  if (set === undefined || count === 0) return []
  if (count >= set.size) return set.entries(0, set.size, true)
  const { random } = unit.store
  const ranks =
    count < 0 ? repeatedIndices(set.size, -clamp(count), random) : differentIndices(set.size, Number(count), random)
  return ranks.map((rank) => ({ member: set.memberAt(rank), score: set.scoreAt(rank) }))
}

// What follows is the wire.

function callZrandmember(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  if (argv.length === 2) return zrandmember(unit, key)
  const { count, isPaired } = picksAt(argv, 'WITHSCORES')
  const picked = zrandmembers(unit, key, count)
  return isPaired ? scoredReply(picked) : picked.map(({ member }) => member)
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
