/** Finding keys: KEYS and SCAN. */
import { invalidCursor, notAnInteger, novaluesWithoutHash, syntaxError } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { typeOfCode } from '../keyspace/value.js'
import { Glob } from '../structures/glob.js'
import { parseInt64 } from '../structures/int64.js'
import { type Argv, clampedAt, operandOf, textAt, tokenAt, toText } from './argv.js'
import { type Command, NO_KEYS, READONLY } from './command.js'
import type { Reply } from './reply.js'

/** Options of SCAN. */
export interface ScanOptions {
  /** A glob that keys must match. */
  readonly match?: string | undefined
  /** About how many keys to look at in one call; 10 by default. */
  readonly count?: number | undefined
  /** The type that values must have, in any letter case. */
  readonly type?: string | undefined
}

export interface ScanResult {
  /** Where to go on; 0 at the end. */
  readonly cursor: number
  readonly keys: string[]
}

const COUNT_BY_DEFAULT = 10
const NO_OPTIONS: ScanOptions = {}

/** All keys that match a glob. O(keys). */
export function keys(unit: Unit, pattern: string): string[] {
  const glob = new Glob(pattern)
  const { keys } = unit.database
  if (glob.literal !== undefined) {
    const slot = keys.find(glob.literal)
    return slot !== ABSENT && isThere(unit, slot) ? [glob.literal] : []
  }
  const found: string[] = []
  for (let slot = 0; slot < keys.size; slot++) {
    const key = keys.keyAt(slot)!
    if ((glob.matchesAll || glob.matches(key)) && isThere(unit, slot)) found.push(key)
  }
  return found
}

/** Keys whose time is up are not shown by KEYS, and not removed either. */
function isThere(unit: Unit, slot: number): boolean {
  return !unit.database.keys.expires(slot) || !unit.store.hasExpired(unit.database, slot)
}

/**
 * Some keys from a cursor on, and the next cursor. A key that exists from the first call to the last is returned at
 * least once, whatever else is added or removed meanwhile. O(count).
 */
export function scan(unit: Unit, cursor: number, options: ScanOptions = NO_OPTIONS): ScanResult {
  const count = options.count ?? COUNT_BY_DEFAULT
  if (!Number.isSafeInteger(count)) throw notAnInteger()
  if (count < 1) throw syntaxError()
  const glob = options.match === undefined ? undefined : new Glob(options.match)
  const type = options.type === undefined ? undefined : toText(options.type).toLowerCase()
  const { keys } = unit.database
  const visited: string[] = []
  const next = keys.scan(cursor, count, (slot) => visited.push(keys.keyAt(slot)!))
  const found: string[] = []
  for (const key of visited) {
    if (glob !== undefined && !glob.matchesAll && !glob.matches(key)) continue
    const slot = unit.peek(key)
    if (slot === ABSENT) continue
    if (type === undefined || typeOfCode(keys.codeAt(slot)) === type) found.push(key)
  }
  return { cursor: next, keys: found }
}

/** Redis reads cursors as unsigned 64-bit integers, the way of strtoull: blanks and a sign may stand before them. */
export function parseCursor(text: string): number {
  const integer = parseInt64(text)
  if (integer !== undefined) {
    if (integer < 0) throw invalidCursor()
    return Number(integer)
  }
  if (!/^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(text)) throw invalidCursor()
  const value = BigInt(text.replace(/[^0-9]/g, ''))
  if (value >= 2n ** 64n) throw invalidCursor()
  return Number(text.includes('-') ? BigInt.asUintN(64, -value) : value)
}

// What follows is the wire: one entry a command.

function readScanOptions(argv: Argv): ScanOptions {
  const options: { -readonly [K in keyof ScanOptions]: ScanOptions[K] } = {}
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'NOVALUES') throw novaluesWithoutHash()
    i = operandOf(argv, i)
    if (token === 'COUNT') {
      options.count = clampedAt(argv, i)
      if (options.count < 1) throw syntaxError()
    } else if (token === 'MATCH') options.match = textAt(argv, i)
    else if (token === 'TYPE') options.type = textAt(argv, i)
    else throw syntaxError()
  }
  return options
}

export const genericScanCommands = {
  KEYS: {
    summary: 'Returns all keys that match a pattern.',
    since: '1.0.0',
    group: 'generic',
    complexity: 'O(N), N keys in the database',
    arity: 2,
    flags: READONLY,
    categories: ['dangerous'],
    tips: ['request_policy:all_shards', 'nondeterministic_output_order'],
    keys: NO_KEYS,
    syntax: 'pattern:pattern',
    call: (unit, argv): Reply => keys(unit, textAt(argv, 1)),
  },
  SCAN: {
    summary: 'Goes through the keys of the database step by step.',
    since: '2.8.0',
    group: 'generic',
    complexity: 'O(COUNT) a call, O(N) for all N keys',
    arity: -2,
    flags: READONLY,
    tips: ['nondeterministic_output', 'request_policy:special', 'response_policy:special'],
    keys: NO_KEYS,
    syntax: 'cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]',
    call(unit, argv): Reply {
      const cursor = parseCursor(textAt(argv, 1))
      const result = scan(unit, cursor, readScanOptions(argv))
      return [String(result.cursor), result.keys]
    },
  },
} satisfies Record<string, Command>
