/** Streams made shorter: XTRIM, and what XADD trims. */
import { syntaxError } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import type { Stream } from '../structures/stream.js'
import { idText, type StreamId } from '../structures/stream-id.js'
import { type Argv, integerAt, textAt, tokenAt } from './argv.js'
import { type Command, keySpec, WRITE } from './command.js'
import type { Reply } from './reply.js'
import { trimLimitAlone, trimLimitExact, trimNegative, trimStrategies, trimWithoutStrategy } from './stream-errors.js'
import { strictId } from './stream-ids.js'

/** What to take out of a stream: either `maxlen` or `minid`. */
export interface Trim {
  readonly maxlen?: Int64 | undefined
  readonly minid?: StreamId | undefined
  /** Whole blocks only (`~`). */
  readonly approx: boolean
  /** So many entries at most, 0 for any number. */
  readonly limit: Int64
}

/** What has been read of the words of a trim. */
export interface TrimDraft {
  maxlen?: Int64 | undefined
  minid?: StreamId | undefined
  approx?: boolean | undefined
  limit?: Int64 | undefined
}

/** Redis's bounds of how much `~` takes out at once without a LIMIT. */
const LIMIT_MIN = 10_000
const LIMIT_MAX = 1_000_000

/**
 * Takes entries out of a stream, the first ones; returns how many. O(entries taken out). Event xtrim. `n` is what one of them adds to the
 * dirty count: XADD counts its entry alone.
 */
export function trimStream(unit: Unit, key: string, stream: Stream, trim: Trim, n: number): number {
  const { maxlen, minid, approx, limit } = trim
  const gone = stream.trim({ keep: maxlen, from: minid, wholeBlocks: approx, most: limit })
  if (gone === 0) return 0
  if (unit.logging) {
    if (minid !== undefined && !approx) unit.log('XTRIM', key, 'MINID', '=', idText(minid))
    else unit.log('XTRIM', key, 'MAXLEN', '=', String(stream.size))
  }
  unit.changed(key, 'xtrim', gone * n)
  return gone
}

/** As `trimStream`; 0 when the stream is missing. */
export function xtrim(unit: Unit, key: string, trim: Trim): number {
  const stream = unit.look(key, STREAM)
  return stream === undefined ? 0 : trimStream(unit, key, stream, trim, 1)
}

/** What was asked for, with the limit that holds where none was given; undefined where nothing was. Throws ERR. */
export function settledTrim(unit: Unit, draft: TrimDraft): Trim | undefined {
  const { maxlen, minid, approx = false, limit } = draft
  if (maxlen !== undefined && maxlen < 0) throw trimNegative('MAXLEN')
  if (limit !== undefined && limit < 0) throw trimNegative('LIMIT')
  if (maxlen !== undefined && minid !== undefined) throw trimStrategies()
  if (maxlen === undefined && minid === undefined) {
    if (limit !== undefined && limit !== 0) throw trimLimitAlone()
    if (limit !== undefined) throw trimLimitExact()
    return undefined
  }
  // A server logs what `~` took out by `=`, and leaves the LIMIT there, which means nothing any more.
  if (limit !== undefined && !approx && !unit.store.replaying) throw trimLimitExact()
  return { maxlen, minid, approx, limit: approx ? (limit ?? limitOf(unit)) : 0 }
}

/** As `settledTrim`, where something has to be asked for. */
export function neededTrim(unit: Unit, draft: TrimDraft): Trim {
  if (draft.maxlen === undefined && draft.minid === undefined && !draft.limit) throw trimWithoutStrategy()
  return settledTrim(unit, draft)!
}

function limitOf(unit: Unit): number {
  const limit = 100 * unit.store.settings.streamBlocks.entriesMax
  return limit <= 0 ? LIMIT_MIN : Math.min(limit, LIMIT_MAX)
}

// What follows is the wire: one entry a command.

/** Reads an option of a trim at `index`; returns how many words it has, 0 where none is there. */
export function readTrimOption(argv: Argv, index: number, into: TrimDraft): number {
  const token = tokenAt(argv, index)
  const more = argv.length - 1 - index
  if (more === 0) return 0
  if (token === 'LIMIT') {
    into.limit = integerAt(argv, index + 1)
    if (into.limit < 0) throw trimNegative('LIMIT')
    return 2
  }
  if (token !== 'MAXLEN' && token !== 'MINID') return 0
  if (into.maxlen !== undefined || into.minid !== undefined) throw trimStrategies()
  const next = textAt(argv, index + 1)
  const hasOperator = more >= 2 && (next === '~' || next === '=')
  into.approx = hasOperator && next === '~'
  const at = hasOperator ? index + 2 : index + 1
  if (token === 'MINID') into.minid = strictId(textAt(argv, at))
  else {
    into.maxlen = integerAt(argv, at)
    if (into.maxlen < 0) throw trimNegative('MAXLEN')
  }
  return at + 1 - index
}

export const streamTrimCommands = {
  XTRIM: {
    summary: 'Takes the first entries out of a stream.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N), N entries taken out',
    arity: -4,
    flags: WRITE,
    tips: ['nondeterministic_output'],
    keys: [keySpec('RW delete')],
    syntax:
      'key:key <trim= <strategy= MAXLEN | MINID> [operator= equal!= | approximately!~] threshold [LIMIT count:integer]>',
    call(unit, argv): Reply {
      const draft: TrimDraft = {}
      for (let i = 2; i < argv.length; ) {
        const read = readTrimOption(argv, i, draft)
        if (read === 0) throw syntaxError()
        i += read
      }
      return xtrim(unit, textAt(argv, 1), neededTrim(unit, draft))
    },
  },
} satisfies Record<string, Command>
