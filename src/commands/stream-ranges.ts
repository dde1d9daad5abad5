/** Ranges of streams: XRANGE and XREVRANGE. */
import { syntaxError } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { StreamEntry } from '../structures/stream.js'
import type { StreamId } from '../structures/stream-id.js'
import { type Argv, clampedAt, textAt, tokenAt } from './argv.js'
import { type Command, READ_KEY, READONLY } from './command.js'
import type { Reply } from './reply.js'
import { intervalEnd, intervalStart } from './stream-ids.js'

/** Which entries of a stream. */
export interface StreamRange {
  readonly start: StreamId
  /** Included. */
  readonly end: StreamId
  /** Up to so many; undefined for all. */
  readonly count: number | undefined
  readonly reverse: boolean
}

/**
 * The entries of a range in order, from the last one back if `reverse`; none when the stream is missing, null for a count
 * that is not positive. O(log n + entries returned).
 */
export function xrange(unit: Unit, key: string, { start, end, count, reverse }: StreamRange): StreamEntry[] | null {
  const stream = unit.read(key, STREAM)
  if (stream === undefined) return []
  if (count !== undefined && count <= 0) return null
  return stream.range(start, end, count ?? 0, reverse)
}

// What follows is the wire: one entry a command.

/** An entry as an array of its id, and names and values by turns. */
export function entryReply({ id, words }: StreamEntry): Reply {
  return [id, words]
}

function callRange(unit: Unit, argv: Argv, reverse: boolean): Reply {
  const start = intervalStart(textAt(argv, reverse ? 3 : 2))
  const end = intervalEnd(textAt(argv, reverse ? 2 : 3))
  let count: number | undefined
  for (let i = 4; i < argv.length; i += 2) {
    if (tokenAt(argv, i) !== 'COUNT' || i + 1 >= argv.length) throw syntaxError()
    count = clampedAt(argv, i + 1)
  }
  return xrange(unit, textAt(argv, 1), { start, end, count, reverse })?.map(entryReply) ?? null
}

export const streamRangeCommands = {
  XRANGE: {
    summary: 'Returns the entries of a stream between two ids.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)+M), N entries in the stream, M returned',
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key start end [COUNT count:integer]',
    call: (unit, argv): Reply => callRange(unit, argv, false),
  },
  XREVRANGE: {
    summary: 'Returns the entries of a stream between two ids, the last one first.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)+M), N entries in the stream, M returned',
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key end start [COUNT count:integer]',
    call: (unit, argv): Reply => callRange(unit, argv, true),
  },
} satisfies Record<string, Command>
