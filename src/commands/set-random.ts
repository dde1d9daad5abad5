/** Random members of a set: SPOP and SRANDMEMBER. */
import { notPositive, syntaxError } from '../errors.js'
import { SET } from '../keyspace/kinds.js'
import type { RandomSource } from '../keyspace/random.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import type { SetOfStrings } from '../structures/set.js'
import { type Argv, clamp, integerAt, textAt } from './argv.js'
import { type Command, FAST, keySpec, READ_KEY, READONLY, WRITE } from './command.js'
import { checkedPicks, differentIndices, repeatedIndices } from './random-picks.js'
import { type Reply, SetReply } from './reply.js'

/** When it keeps a sixth or less, Redis makes a new set of what stays, which may be more compact. */
const REBUILT_FROM = 5

/** Removes a random member and returns it, null when missing. O(1). Events spop, del. */
export function spop(unit: Unit, key: string): string | null {
  const set = unit.look(key, SET)
  if (set === undefined) return null
  const member = set.removeAt(unit.store.random.below(set.size))
  if (unit.logging) unit.log('SREM', key, member)
  unit.shrunk(key, set, 'spop')
  return member
}

/** Removes up to `count` random members, 0 or more, and returns them, none when missing. O(count). Events spop, del. */
export function spopSome(unit: Unit, key: string, count: Int64): string[] {
  const set = unit.look(key, SET)
  if (set === undefined || count === 0) return []
  if (count >= set.size) return popAll(unit, key, set)
  const popped = popSome(set, Number(count), unit.store.random)
  if (unit.logging) unit.logWords(['SREM', key, ...popped])
  unit.shrunk(key, set, 'spop', popped.length)
  return popped
}

function popAll(unit: Unit, key: string, set: SetOfStrings): string[] {
  const members = set.members()
  set.rebuild([])
  if (unit.logging) unit.log('DEL', key)
  unit.shrunk(key, set, 'spop', members.length)
  return members
}

/** `count` is less than all. */
function popSome(set: SetOfStrings, count: number, random: RandomSource): string[] {
  const left = set.size - count
  if (left * REBUILT_FROM > count) {
    const popped: string[] = []
    for (let i = 0; i < count; i++) popped.push(set.removeAt(random.below(set.size)))
    return popped
  }
  const members = set.members()
  shuffleFirst(members, left, random)
  const kept = members.splice(0, left)
  set.rebuild(kept)
  return members
}

/** Puts a random choice of the items, in random order, into the first `count` places (Fisher and Yates). O(count). */
function shuffleFirst(items: string[], count: number, random: RandomSource): void {
  for (let i = 0; i < count; i++) {
    const chosen = i + random.below(items.length - i)
    const item = items[chosen]!
    items[chosen] = items[i]!
    items[i] = item
  }
}

/** A random member, null when missing. O(1). */
export function srandmember(unit: Unit, key: string): string | null {
  const set = unit.read(key, SET)
  return set === undefined ? null : set.at(unit.store.random.below(set.size))
}

/**
 * Random members, none when missing: up to `count` different ones, or for a negative count as many as it says, of which some
 * may be the same. O(count).
 */
export function srandmembers(unit: Unit, key: string, count: Int64): string[] {
  checkedPicks(count)
  const set = unit.read(key, SET)
  if (set === undefined || count === 0) return []
  if (count < 0) return repeatedIndices(set.size, -clamp(count), unit.store.random).map((index) => set.at(index))
  return count >= set.size ? set.members() : pickDifferent(set, Number(count), unit.store.random)
}

/** `count` is less than all. */
function pickDifferent(set: SetOfStrings, count: number, random: RandomSource): string[] {
  const { size } = set
  if (count * 3 > size) {
    const members = set.members()
    shuffleFirst(members, count, random)
    members.length = count
    return members
  }
  return differentIndices(size, count, random).map((index) => set.at(index))
}

/** A count that may not be negative. Throws ERR (out of range, must be positive) for anything else. */
export function checkedCount(count: Int64 | undefined): Int64 {
  if (count === undefined || count < 0) throw notPositive()
  return count
}

// What follows is the wire: one entry a command.

/** The words of a call, of which the third is the last. */
function checkedLength(argv: Argv): void {
  if (argv.length > 3) throw syntaxError()
}

export const setRandomCommands = {
  SPOP: {
    summary: 'Removes random members from a set and returns them.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) without a count, else O(N), N members that are popped',
    arity: -2,
    flags: WRITE | FAST,
    tips: ['nondeterministic_output'],
    keys: [keySpec('RW access delete')],
    syntax: 'key:key [count:integer]',
    call(unit, argv): Reply {
      checkedLength(argv)
      if (argv.length === 2) return spop(unit, textAt(argv, 1))
      const count = checkedCount(parseInt64(textAt(argv, 2)))
      return new SetReply(spopSome(unit, textAt(argv, 1), count))
    },
  },
  SRANDMEMBER: {
    summary: 'Returns random members of a set.',
    since: '1.0.0',
    group: 'set',
    complexity: 'O(1) without a count, else O(N), N members that are returned',
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key [count:integer]',
    call(unit, argv): Reply {
      checkedLength(argv)
      if (argv.length === 2) return srandmember(unit, textAt(argv, 1))
      return srandmembers(unit, textAt(argv, 1), integerAt(argv, 2))
    },
  },
} satisfies Record<string, Command>
