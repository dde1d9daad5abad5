/** Random fields of a hash: HRANDFIELD. */
import { notInRange, replyTooLong, syntaxError } from '../errors.js'
import { HASH } from '../keyspace/kinds.js'
import type { RandomSource } from '../keyspace/random.js'
import type { Unit } from '../keyspace/unit.js'
import type { Hash } from '../structures/hash.js'
import { INT64_MAX, type Int64 } from '../structures/int64.js'
import { type Argv, clamp, integerAt, textAt, tokenAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { PairsReply, type Reply } from './reply.js'

/** An array has no more elements. */
const REPLY_MAX = 2 ** 32 - 1

/** A random field, every one as likely as another; null when missing. O(1). */
export function hrandfield(unit: Unit, key: string): string | null {
  const hash = unit.look(key, HASH)
  return hash === undefined ? null : hash.fieldAt(unit.store.random.below(hash.size))
}

/**
 * Random fields, none when missing: up to `count` different ones, or for a negative count as many as it says, of which some
 * may be the same. O(1) each.
 */
export function hrandfields(unit: Unit, key: string, count: Int64): string[] {
  const hash = unit.look(key, HASH)
  return hash === undefined ? [] : randomSlots(unit, hash, count).map((slot) => hash.fieldAt(slot))
}

/** As `hrandfields`, with the values. O(1) each. */
export function hrandfieldsWithValues(unit: Unit, key: string, count: Int64): [field: string, value: string][] {
  const hash = unit.look(key, HASH)
  if (hash === undefined) return []
  return randomSlots(unit, hash, count).map((slot) => [hash.fieldAt(slot), hash.valueAt(slot)])
}

function randomSlots(unit: Unit, hash: Hash, count: Int64): number[] {
  const { random } = unit.store
  if (count < 0) return withRepeats(hash.size, -clamp(count), random)
  if (count >= hash.size) return Array.from({ length: hash.size }, (_, slot) => slot)
  return different(hash.size, Number(count), random)
}

function withRepeats(size: number, count: number, random: RandomSource): number[] {
  if (count > REPLY_MAX) throw replyTooLong()
  const slots: number[] = []
  for (let i = 0; i < count; i++) slots.push(random.below(size))
  return slots
}

/** A random choice in random order: Fisher and Yates's shuffle, broken off. Slots that have moved stand in the map. */
function different(size: number, count: number, random: RandomSource): number[] {
  const moved = new Map<number, number>()
  const slots: number[] = []
  for (let i = 0; i < count; i++) {
    const chosen = i + random.below(size - i)
    slots.push(moved.get(chosen) ?? chosen)
    moved.set(chosen, moved.get(i) ?? i)
  }
  return slots
}

// What follows is the wire.

function callHrandfield(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  if (argv.length === 2) return hrandfield(unit, key)
  const count = integerAt(argv, 2)
  // Redis says so before it looks at the options.
  if (count < -INT64_MAX) throw notInRange(-INT64_MAX, INT64_MAX)
  if (argv.length > 4 || (argv.length === 4 && tokenAt(argv, 3) !== 'WITHVALUES')) throw syntaxError()
  if (argv.length === 3) return hrandfields(unit, key, count)
  // The reply has twice as many elements.
  if (count > INT64_MAX / 2n || count < -(INT64_MAX / 2n)) throw replyTooLong()
  return new PairsReply(hrandfieldsWithValues(unit, key, count))
}

export const hashRandomCommands = {
  HRANDFIELD: {
    summary: 'Returns random fields of a hash.',
    since: '6.2.0',
    group: 'hash',
    complexity: 'O(N), N fields that are returned',
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key [options= count:integer [WITHVALUES]]',
    call: callHrandfield,
  },
} satisfies Record<string, Command>
