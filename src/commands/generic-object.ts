/** Looking into a key without touching it: OBJECT. */

import { frequencyNotTracked, idleTimeNotTracked } from '../errors.js'
import { idleSeconds } from '../keyspace/access-time.js'
import { isLfu } from '../keyspace/eviction-policy.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { isString, type Value } from '../keyspace/value.js'
import { byteLength } from '../structures/text.js'
import { textAt } from './argv.js'
import { type Command, keySpec, NO_KEYS, READONLY } from './command.js'
import { helpCommand } from './help.js'
import type { Reply } from './reply.js'

/** Redis keeps shorter strings in one piece with their header. */
const EMBEDDED_MAX = 44
/** Redis keeps one object for each of the integers below this. */
const SHARED_INTEGERS = 10_000
/** What OBJECT REFCOUNT says of such an object. */
const SHARED_COUNT = 2_147_483_647

/** How Redis would keep the value: for strings 'int', 'embstr' or 'raw'; null when missing. O(1). */
export function objectEncoding(unit: Unit, key: string): string | null {
  const slot = unit.peek(key)
  return slot === ABSENT ? null : encodingOf(unit.database.keys.lookAt(slot))
}

/** How Redis would keep the value, in the words of OBJECT ENCODING. */
export function encodingOf(value: Value): string {
  if (typeof value === 'number' || typeof value === 'bigint') return 'int'
  if (typeof value === 'string') {
    return value.length <= EMBEDDED_MAX && byteLength(value) <= EMBEDDED_MAX ? 'embstr' : 'raw'
  }
  return isString(value) ? 'raw' : value.encoding
}

/** Seconds since the last access, null when missing. Throws ERR under an LFU policy. O(1). */
export function objectIdletime(unit: Unit, key: string): number | null {
  const slot = unit.peek(key)
  if (slot !== ABSENT && isLfu(unit.store.settings.maxMemoryPolicy)) throw idleTimeNotTracked()
  return slot === ABSENT ? null : idleSeconds(unit.database.keys.accessAt(slot), unit.now())
}

/** The access frequency, logarithmic and decayed until now; null when missing. Throws ERR unless under an LFU policy. O(1). */
export function objectFreq(unit: Unit, key: string): number | null {
  const slot = unit.peek(key)
  if (slot === ABSENT) return null
  const frequency = unit.store.eviction.frequencyOf(unit.database.keys, slot)
  if (frequency === undefined) throw frequencyNotTracked()
  return frequency
}

/** How many references Redis would hold to the value: 2^31-1 for the small integers that it shares, else 1. O(1). */
export function objectRefcount(unit: Unit, key: string): number | null {
  const slot = unit.peek(key)
  if (slot === ABSENT) return null
  const value = unit.database.keys.lookAt(slot)
  return typeof value === 'number' && value >= 0 && value < SHARED_INTEGERS ? SHARED_COUNT : 1
}

// What follows is the wire: one entry a command.

const HELP = [
  'OBJECT <subcommand> <key>. Subcommands are:',
  'ENCODING <key>',
  '    How the value is kept.',
  'FREQ <key>',
  '    How often the key is accessed, as a logarithmic count; needs an LFU policy.',
  'IDLETIME <key>',
  '    Seconds since the key was last accessed.',
  'REFCOUNT <key>',
  '    References to the value.',
  'HELP',
  '    This text.',
]

const OBJECT_KEY = [keySpec('RO', 2)]

export const genericObjectCommands = {
  OBJECT: {
    summary: 'Looks into the value at a key.',
    since: '2.2.3',
    group: 'generic',
    complexity: 'O(1)',
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    syntax: '',
    subcommands: {
      ENCODING: {
        summary: 'Returns how the value at a key is kept.',
        since: '2.2.3',
        group: 'generic',
        complexity: 'O(1)',
        arity: 3,
        flags: READONLY,
        tips: ['nondeterministic_output'],
        keys: OBJECT_KEY,
        syntax: 'key:key',
        call: (unit, argv): Reply => objectEncoding(unit, textAt(argv, 2)),
      },
      FREQ: {
        summary: 'Returns the access frequency of a key, under an LFU policy.',
        since: '4.0.0',
        group: 'generic',
        complexity: 'O(1)',
        arity: 3,
        flags: READONLY,
        tips: ['nondeterministic_output'],
        keys: OBJECT_KEY,
        syntax: 'key:key',
        call: (unit, argv): Reply => objectFreq(unit, textAt(argv, 2)),
      },
      HELP: helpCommand(HELP, { since: '6.2.0', group: 'generic' }),
      IDLETIME: {
        summary: 'Returns the seconds since the last access to a key.',
        since: '2.2.3',
        group: 'generic',
        complexity: 'O(1)',
        arity: 3,
        flags: READONLY,
        tips: ['nondeterministic_output'],
        keys: OBJECT_KEY,
        syntax: 'key:key',
        call: (unit, argv): Reply => objectIdletime(unit, textAt(argv, 2)),
      },
      REFCOUNT: {
        summary: 'Returns the number of references to the value at a key.',
        since: '2.2.3',
        group: 'generic',
        complexity: 'O(1)',
        arity: 3,
        flags: READONLY,
        tips: ['nondeterministic_output'],
        keys: OBJECT_KEY,
        syntax: 'key:key',
        call: (unit, argv): Reply => objectRefcount(unit, textAt(argv, 2)),
      },
    },
  },
} satisfies Record<string, Command>
