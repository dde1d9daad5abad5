/**
 * Streams: https://redis.io/docs/latest/commands/?group=stream
 *
 * Trimming is in stream-trim.ts, ranges in stream-ranges.ts, XREAD and XREADGROUP in stream-reads.ts, groups in stream-groups.ts, what is
 * pending in stream-pending.ts and stream-claims.ts, XINFO in stream-info.ts.
 */
import { noSuchKey, syntaxError, wrongArity } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import { generatedId, type Stream } from '../structures/stream.js'
import { haveBytesUpTo } from '../structures/stream-block.js'
import { compareIds, idText, isZero, nextId, type OpenId, type StreamId } from '../structures/stream-id.js'
import { type Argv, integerAt, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, LOOK_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { OK, type Reply } from './reply.js'
import { streamClaimCommands } from './stream-claims.js'
import {
  entriesAddedNegative,
  entriesAddedTooFew,
  lastIdBelowDeleted,
  lastIdBelowGiven,
  lastIdBelowTop,
  streamEntryTooLarge,
  streamIdNotGreater,
  streamIdsExhausted,
  streamIdZero,
} from './stream-errors.js'
import { streamGroupCommands } from './stream-groups.js'
import { strictId, strictOpenId } from './stream-ids.js'
import { streamInfoCommands } from './stream-info.js'
import { streamPendingCommands } from './stream-pending.js'
import { streamRangeCommands } from './stream-ranges.js'
import { streamReadCommands } from './stream-reads.js'
import {
  readTrimOption,
  settledTrim,
  streamTrimCommands,
  type Trim,
  type TrimDraft,
  trimStream,
} from './stream-trim.js'

/** How XADD adds. */
export interface XaddPlan {
  /** The id, or undefined for the next one by the clock. */
  readonly id: OpenId | undefined
  /** Add nothing where the stream is missing. */
  readonly nomkstream: boolean
  /** What to take out after. */
  readonly trim: Trim | undefined
}

/** As `xadd` under the next id by the clock, without trimming. O(1) amortised. */
export const BY_CLOCK: XaddPlan = { id: undefined, nomkstream: false, trim: undefined }

/**
 * Adds an entry, names and values by turns, to a stream that is made if missing, and trims it; returns the id, null where
 * there is none to add to. O(1) amortised, and O(entries trimmed). Events xadd, xtrim.
 */
export function xadd(unit: Unit, key: string, words: readonly string[], plan: XaddPlan): string | null {
  const { id: given, trim } = plan
  if (given !== undefined && !given.open && isZero(given)) throw streamIdZero()
  const stream = plan.nomkstream ? unit.look(key, STREAM) : unit.open(key, STREAM)
  if (stream === undefined) return null
  const id = idToAdd(unit, stream, given)
  const limits = unit.store.settings.streamBlocks
  if (!haveBytesUpTo(words, limits.entryBytesMax)) throw streamEntryTooLarge()
  stream.append(id, words, limits)
  const text = idText(id)
  if (unit.logging) unit.logWords(['XADD', key, text, ...words])
  unit.changed(key, 'xadd')
  unit.ready(key, 'stream')
  if (trim !== undefined) trimStream(unit, key, stream, trim, 0)
  return text
}

/** The id of the next entry. Throws ERR where there is none, or the given one is not past all others. */
function idToAdd(unit: Unit, stream: Stream, given: OpenId | undefined): StreamId {
  const { lastId } = stream
  const next = nextId(lastId)
  if (next === undefined) throw streamIdsExhausted()
  if (given === undefined) return generatedId(lastId, unit.now())!
  let id: StreamId = given
  if (given.open && given.ms === lastId.ms) {
    if (next.ms !== lastId.ms) throw streamIdNotGreater()
    id = next
  }
  if (compareIds(id, lastId) <= 0) throw streamIdNotGreater()
  return { ms: id.ms, seq: id.seq }
}

/** How many entries there are, 0 when missing. O(1). */
export function xlen(unit: Unit, key: string): number {
  return unit.read(key, STREAM)?.size ?? 0
}

/**
 * Takes out entries by their ids; returns how many there were. The stream stays, even without entries. O(log n) each. Event
 * xdel. `ids` is asked only if there is a stream.
 */
export function xdel(unit: Unit, key: string, ids: () => readonly StreamId[]): number {
  const stream = unit.look(key, STREAM)
  if (stream === undefined) return 0
  const gone = ids().filter((id) => stream.delete(id))
  if (gone.length === 0) return 0
  stream.settleFirst()
  if (unit.logging) unit.logWords(['XDEL', key, ...gone.map(idText)])
  unit.changed(key, 'xdel', gone.length)
  return gone.length
}

/** What XSETID may set beside the last id. */
export interface XsetidCounters {
  /** How many entries were ever added. */
  readonly entriesadded?: Int64 | undefined
  /** The greatest id that was deleted. */
  readonly maxdeletedid?: StreamId | undefined
}

/** Sets the last id of a stream, and its counters. O(1). Event xsetid. Throws ERR where entries contradict it. */
export function xsetid(unit: Unit, key: string, id: StreamId, counters: XsetidCounters): void {
  const { entriesadded, maxdeletedid } = counters
  if (entriesadded !== undefined && entriesadded < 0) throw entriesAddedNegative()
  if (maxdeletedid !== undefined && compareIds(id, maxdeletedid) < 0) throw lastIdBelowGiven()
  const stream = unit.look(key, STREAM)
  if (stream === undefined) throw noSuchKey()
  if (compareIds(id, stream.maxDeletedId) < 0) throw lastIdBelowDeleted()
  if (stream.size > 0) {
    if (compareIds(id, stream.edge(false)!) < 0) throw lastIdBelowTop()
    if (entriesadded !== undefined && stream.size > entriesadded) throw entriesAddedTooFew()
  }
  stream.lastId = id
  if (entriesadded !== undefined) stream.entriesAdded = entriesadded
  if (maxdeletedid !== undefined && !isZero(maxdeletedid)) stream.maxDeletedId = maxdeletedid
  if (unit.logging) {
    const deleted = maxdeletedid === undefined ? [] : ['MAXDELETEDID', idText(maxdeletedid)]
    const added = entriesadded === undefined ? [] : ['ENTRIESADDED', String(entriesadded)]
    unit.log('XSETID', key, idText(id), ...added, ...deleted)
  }
  unit.noted(key, 'xsetid')
}

// What follows is the wire: one entry a command.

function callXadd(unit: Unit, argv: Argv): Reply {
  let nomkstream = false
  let id: OpenId | undefined
  const draft: TrimDraft = {}
  let i = 2
  for (; i < argv.length; i++) {
    const option = textAt(argv, i)
    if (option === '*') break
    const read = readTrimOption(argv, i, draft)
    if (read > 0) i += read - 1
    else if (tokenAt(argv, i) === 'NOMKSTREAM') nomkstream = true
    else {
      id = strictOpenId(option)
      break
    }
  }
  const trim = settledTrim(unit, draft)
  const words = textsFrom(argv, i + 1)
  if (words.length < 2 || words.length % 2 !== 0) throw wrongArity('xadd')
  return xadd(unit, textAt(argv, 1), words, { id, nomkstream, trim })
}

function readCounters(argv: Argv, id: StreamId): XsetidCounters {
  const counters: { entriesadded?: Int64; maxdeletedid?: StreamId } = {}
  for (let i = 3; i < argv.length; i += 2) {
    const token = tokenAt(argv, i)
    if (i + 1 >= argv.length) throw syntaxError()
    if (token === 'ENTRIESADDED') {
      counters.entriesadded = integerAt(argv, i + 1)
      if (counters.entriesadded < 0) throw entriesAddedNegative()
    } else if (token === 'MAXDELETEDID') {
      counters.maxdeletedid = strictId(textAt(argv, i + 1))
      if (compareIds(id, counters.maxdeletedid) < 0) throw lastIdBelowGiven()
    } else throw syntaxError()
  }
  return counters
}

export const streamCommands = {
  XADD: {
    summary: 'Adds an entry to a stream, which is made if missing.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1), and O(N) with N entries trimmed',
    arity: -5,
    flags: WRITE | DENYOOM | FAST,
    tips: ['nondeterministic_output'],
    keys: [{ ...UPDATE_KEY[0]!, notes: 'UPDATE instead of INSERT because of the optional trimming feature' }],
    syntax:
      'key:key [NOMKSTREAM] [trim= <strategy= MAXLEN | MINID> [operator= equal!= | approximately!~] threshold [LIMIT count:integer]] ' +
      '<id-selector= auto-id!* | id> <data= field value>...',
    call: callXadd,
  },
  XLEN: {
    summary: 'Returns how many entries a stream has.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => xlen(unit, textAt(argv, 1)),
  },
  XDEL: {
    summary: 'Takes entries out of a stream by their ids.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)) an id, N entries in the stream',
    arity: -3,
    flags: WRITE | FAST,
    keys: [keySpec('RW delete')],
    syntax: 'key:key id...',
    call: (unit, argv): Reply => xdel(unit, textAt(argv, 1), () => textsFrom(argv, 2).map(strictId)),
  },
  XSETID: {
    summary: 'Sets the last id of a stream; for the inside of a server.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(1)',
    arity: -3,
    flags: WRITE | DENYOOM | FAST,
    keys: UPDATE_KEY,
    syntax: 'key:key last-id [ENTRIESADDED entries-added:integer] [MAXDELETEDID max-deleted-id]',
    call(unit, argv): Reply {
      const id = strictId(textAt(argv, 2))
      xsetid(unit, textAt(argv, 1), id, readCounters(argv, id))
      return OK
    },
  },
  ...streamTrimCommands,
  ...streamRangeCommands,
  ...streamReadCommands,
  ...streamGroupCommands,
  ...streamPendingCommands,
  ...streamClaimCommands,
  ...streamInfoCommands,
} satisfies Record<string, Command>
