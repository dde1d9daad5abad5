/** Random fields of a hash: HRANDFIELD. */
import { HASH } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Hash } from '../structures/hash.js'
import type { Int64 } from '../structures/int64.js'
import { type Argv, clamp, textAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { differentIndices, picksAt, repeatedIndices } from './random-picks.js'
import { PairsReply, type Reply } from './reply.js'

/** A random field, every one as likely as another; null when missing. O(1). */
export function hrandfield(unit: Unit, key: string): string | null {
  const hash = unit.read(key, HASH)
  return hash === undefined ? null : hash.fieldAt(unit.store.random.below(hash.size))
}

/**
 * Random fields, none when missing: up to `count` different ones, or for a negative count as many as it says, of which some
 * may be the same. O(1) each.
 */
export function hrandfields(unit: Unit, key: string, count: Int64): string[] {
  const hash = unit.read(key, HASH)
  return hash === undefined ? [] : randomSlots(unit, hash, count).map((slot) => hash.fieldAt(slot))
}

/** As `hrandfields`, with the values. O(1) each. */
export function hrandfieldsWithValues(unit: Unit, key: string, count: Int64): [field: string, value: string][] {
  const hash = unit.read(key, HASH)
  if (hash === undefined) return []
  return randomSlots(unit, hash, count).map((slot) => [hash.fieldAt(slot), hash.valueAt(slot)])
}

function randomSlots(unit: Unit, hash: Hash, count: Int64): number[] {
  const { random } = unit.store
  if (count < 0) return repeatedIndices(hash.size, -clamp(count), random)
  if (count >= hash.size) return Array.from({ length: hash.size }, (_, slot) => slot)
  return differentIndices(hash.size, Number(count), random)
}

// What follows is the wire.

function callHrandfield(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  if (argv.length === 2) return hrandfield(unit, key)
  const { count, isPaired } = picksAt(argv, 'WITHVALUES')
  return isPaired ? new PairsReply(hrandfieldsWithValues(unit, key, count)) : hrandfields(unit, key, count)
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
