/** Going through a set step by step: SSCAN. */
import { SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { SetOfStrings } from '../structures/set.js'
import { textAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { type ElementScanOptions, readElementScan, scanFilter, scanSize } from './element-scan.js'
import { parseCursor } from './generic-scan.js'
import type { Reply } from './reply.js'

export interface SscanResult {
  /** Where to go on; 0 at the end. */
  readonly cursor: number
  readonly members: string[]
}

const NOTHING: SscanResult = { cursor: 0, members: [] }
const NO_OPTIONS: ElementScanOptions = {}

/**
 * Some members from a cursor on, and the next cursor. A member that is there from the first call to the last is returned at
 * least once, whatever else comes and goes. A set that is no hashtable comes as a whole. O(count).
 */
export function sscan(unit: Unit, key: string, cursor: number, options: ElementScanOptions = NO_OPTIONS): SscanResult {
  const set = unit.read(key, SET)
  return set === undefined ? { cursor: 0, members: [] } : scanOf(set, cursor, options)
}

function scanOf(set: SetOfStrings, cursor: number, options: ElementScanOptions): SscanResult {
  const matches = scanFilter(options)
  const members: string[] = []
  const next = set.scan(cursor, scanSize(options), (member) => {
    if (matches(member)) members.push(member)
  })
  return { cursor: next, members }
}

// What follows is the wire.

export const setScanCommands = {
  SSCAN: {
    summary: 'Goes through the members of a set step by step.',
    since: '2.8.0',
    group: 'set',
    complexity: 'O(COUNT) a call, O(N) for all N members',
    arity: -3,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]',
    call(unit, argv): Reply {
      const cursor = parseCursor(textAt(argv, 2))
      // Redis looks at the key before it reads the options: for a missing one they may be wrong.
      const set = unit.read(textAt(argv, 1), SET)
      const found = set === undefined ? NOTHING : scanOf(set, cursor, readElementScan(argv))
      return [String(found.cursor), found.members]
    },
  },
} satisfies Record<string, Command>
