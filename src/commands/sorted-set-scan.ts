/** Going through a sorted set step by step: ZSCAN. */
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { formatScanned, formatScore } from '../structures/score.js'
import type { SortedSet } from '../structures/sorted-set.js'
import { type Argv, textAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { type ElementScanOptions, readElementScan, scanFilter, scanSize } from './element-scan.js'
import { parseCursor } from './generic-scan.js'
import type { Reply } from './reply.js'
import type { Scored } from './sorted-set.js'

export interface ZscanResult {
  /** Where to go on; 0 at the end. */
  readonly cursor: number
  readonly entries: Scored[]
}

const NO_OPTIONS: ElementScanOptions = {}

/**
 * Some members from a cursor on, and the next cursor. A member that is there from the first call to the last is returned at
 * least once, whatever else comes and goes. A sorted set in the small encoding comes as a whole. O(count).
 */
export function zscan(unit: Unit, key: string, cursor: number, options: ElementScanOptions = NO_OPTIONS): ZscanResult {
  const set = unit.read(key, SORTED_SET)
  return set === undefined ? { cursor: 0, entries: [] } : scanOf(set, cursor, options)
}

function scanOf(set: SortedSet, cursor: number, options: ElementScanOptions): ZscanResult {
  const count = scanSize(options)
  const matches = scanFilter(options)
  const entries: Scored[] = []
  const next = set.scan(cursor, count, (member, score) => {
    if (matches(member)) entries.push({ member, score })
  })
  return { cursor: next, entries }
}

// What follows is the wire.

function callZscan(unit: Unit, argv: Argv): Reply {
  const cursor = parseCursor(textAt(argv, 2))
  // Redis looks at the key before it reads the options: for a missing one they may be wrong.
  const set = unit.read(textAt(argv, 1), SORTED_SET)
  if (set === undefined) return ['0', []]
  const found = scanOf(set, cursor, readElementScan(argv))
  const format = set.encoding === 'listpack' ? formatScore : formatScanned
  return [String(found.cursor), found.entries.flatMap(({ member, score }) => [member, format(score)])]
}

export const sortedSetScanCommands = {
  ZSCAN: {
    summary: 'Goes through the members of a sorted set step by step.',
    since: '2.8.0',
    group: 'sorted-set',
    complexity: 'O(COUNT) a call, O(N) for all N members',
    arity: -3,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]',
    call: callZscan,
  },
} satisfies Record<string, Command>
