/** Going through a hash step by step: HSCAN. */
import { HASH } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Hash } from '../structures/hash.js'
import { textAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import { type ElementScanOptions, readElementScan, scanFilter, scanSize } from './element-scan.js'
import { parseCursor } from './generic-scan.js'
import type { Reply } from './reply.js'

export interface HscanResult {
  /** Where to go on; 0 at the end. */
  readonly cursor: number
  readonly entries: [field: string, value: string][]
}

const NO_OPTIONS: ElementScanOptions = {}

/**
 * Some fields from a cursor on with their values, and the next cursor. A field that is there from the first call to the last
 * is returned at least once, whatever else comes and goes. A small hash comes as a whole. O(count).
 */
export function hscan(unit: Unit, key: string, cursor: number, options: ElementScanOptions = NO_OPTIONS): HscanResult {
  const hash = unit.read(key, HASH)
  return hash === undefined ? { cursor: 0, entries: [] } : scanOf(hash, cursor, options)
}

function scanOf(hash: Hash, cursor: number, options: ElementScanOptions): HscanResult {
  const matches = scanFilter(options)
  const entries: [string, string][] = []
  const next = hash.scan(cursor, scanSize(options), (slot) => {
    const field = hash.fieldAt(slot)
    if (matches(field)) entries.push([field, hash.valueAt(slot)])
  })
  return { cursor: next, entries }
}

// What follows is the wire.

export const hashScanCommands = {
  HSCAN: {
    summary: 'Goes through the fields of a hash step by step.',
    since: '2.8.0',
    group: 'hash',
    complexity: 'O(COUNT) a call, O(N) for all N fields',
    arity: -3,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]',
    call(unit, argv): Reply {
      const cursor = parseCursor(textAt(argv, 2))
      // Redis looks at the key before it reads the options: for a missing one they may be wrong.
      const hash = unit.read(textAt(argv, 1), HASH)
      if (hash === undefined) return ['0', []]
      const options = readElementScan(argv, true)
      const found = scanOf(hash, cursor, options)
      return [String(found.cursor), options.novalues ? found.entries.map(([field]) => field) : found.entries.flat()]
    },
  },
} satisfies Record<string, Command>
