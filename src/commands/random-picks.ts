/** Random elements: what SRANDMEMBER, HRANDFIELD and ZRANDMEMBER have in common. */
import { notInRange, replyTooLong, syntaxError } from '../errors.js'
import type { RandomSource } from '../keyspace/random.js'
import { INT64_MAX, type Int64 } from '../structures/int64.js'
import { type Argv, integerAt, tokenAt } from './argv.js'

/** An array has no more elements. */
const REPLY_MAX = 2 ** 32 - 1

/** A count of picks, negative where one may be picked twice. Throws ERR for the one that has no counterpart. */
export function checkedPicks(count: Int64): Int64 {
  if (count < -INT64_MAX) throw notInRange(-INT64_MAX, INT64_MAX)
  return count
}

/** So many random indices below `size`, some of which may be the same. Throws ERR for more than a reply holds. O(count). */
export function repeatedIndices(size: number, count: number, random: RandomSource): number[] {
  if (count > REPLY_MAX) throw replyTooLong()
  const indices: number[] = []
  for (let i = 0; i < count; i++) indices.push(random.below(size))
  return indices
}

/**
 * So many different indices below `size` in random order: Fisher and Yates's shuffle, broken off. Indices that have moved stand
 * in the map. O(count).
 */
export function differentIndices(size: number, count: number, random: RandomSource): number[] {
  const moved = new Map<number, number>()
  const indices: number[] = []
  for (let i = 0; i < count; i++) {
    const chosen = i + random.below(size - i)
    indices.push(moved.get(chosen) ?? chosen)
    moved.set(chosen, moved.get(i) ?? i)
  }
  return indices
}

/** The count at word 2, and whether `token` (WITHVALUES, WITHSCORES) follows, which doubles the elements of the reply. */
export function picksAt(argv: Argv, token: string): { count: Int64; isPaired: boolean } {
  // Redis looks at the count before it looks at the options.
  const count = checkedPicks(integerAt(argv, 2))
  if (argv.length > 4 || (argv.length === 4 && tokenAt(argv, 3) !== token)) throw syntaxError()
  const isPaired = argv.length === 4
  if (isPaired && (count > INT64_MAX / 2n || count < -(INT64_MAX / 2n))) throw replyTooLong()
  return { count, isPaired }
}
