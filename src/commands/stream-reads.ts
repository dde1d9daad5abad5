/** New entries of streams, read alone or as a member of a group: XREAD and XREADGROUP. */
import { syntaxError, timeoutNegative, timeoutOutOfRange } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { INT64_MAX, parseInt64 } from '../structures/int64.js'
import type { Stream, StreamEntry } from '../structures/stream.js'
import type { StreamConsumer, StreamGroup } from '../structures/stream-group.js'
import {
  addWrapping,
  compareIds,
  ID_MAX,
  ID_MIN,
  idText,
  nextId,
  parseId,
  previousId,
  type StreamId,
} from '../structures/stream-id.js'
import { type Argv, clampedAt, textAt, tokenAt } from './argv.js'
import { block, shaped, type Waiting } from './blocking.js'
import { BLOCKING, type Command, type KeySpec, keySpec, MOVABLE_KEYS, READONLY, WRITE } from './command.js'
import { type Reply, StreamsReply } from './reply.js'
import { claimWords, consumerOf, readWords } from './stream-delivery.js'
import {
  invalidStreamId,
  meaninglessId,
  onlyNewWithGroup,
  onlyOfReadGroup,
  readGroupWithoutGroup,
  timeoutNotAnInteger,
  unbalancedStreams,
  unknownKeyOrGroup,
} from './stream-errors.js'

/** From where on a stream is read: past an id, past its end now (`$`), its last entry (`+`), or what is new to the group (`>`). */
export type ReadFrom = StreamId | '$' | '+' | '>' | undefined

/** A stream to read; `from` is undefined where the caller gave no id. */
export interface StreamToRead {
  readonly key: string
  readonly from: ReadFrom
}

/** An entry, without words where it was deleted after it had been delivered. */
export interface DeliveredEntry {
  readonly id: string
  readonly words: readonly string[] | null
}

/** What was read of a stream. */
export interface StreamRead<E = StreamEntry> {
  readonly key: string
  readonly entries: readonly E[]
}

/**
 * The entries past an id, of each stream that has some, up to `count` (0 for all); waits for one where none has, if `waiting` is
 * given. Null where there are none. O(log n + entries) a stream.
 */
export function xread(
  unit: Unit,
  streams: readonly StreamToRead[],
  count: number,
  waiting: Waiting | undefined,
): StreamRead[] | null | Promise<StreamRead[] | null> {
  // What `$` means is settled once: a call that waits is not to move on with the stream.
  const after = streams.map(({ key, from }) => startOf(unit, key, from))
  const attempt = (own: Unit): StreamRead[] | undefined => readAfter(own, streams, after, count)
  if (waiting === undefined) return attempt(unit) ?? null
  const keys = streams.map(({ key }) => key)
  return block<StreamRead[] | null>(unit, { keys, type: 'stream', attempt, timeoutReply: null, ...waiting })
}

/** The id past which XREAD reads. */
function startOf(unit: Unit, key: string, from: ReadFrom): StreamId {
  const stream = unit.read(key, STREAM)
  if (from === '$') return stream?.lastId ?? ID_MIN
  if (from === '+') {
    const last = stream?.edge(false)
    return last === undefined ? (stream?.lastId ?? ID_MIN) : (previousId(last) ?? ID_MIN)
  }
  if (from === '>') throw onlyNewWithGroup()
  if (from === undefined) throw invalidStreamId()
  return from
}

function readAfter(
  unit: Unit,
  streams: readonly StreamToRead[],
  after: readonly StreamId[],
  count: number,
): StreamRead[] | undefined {
  let found: StreamRead[] | undefined
  for (const [i, { key }] of streams.entries()) {
    // Redis looks each key up twice: when it reads the ids, and here.
    const stream = unit.read(key, STREAM)
    const start = nextId(after[i]!)
    if (stream === undefined || start === undefined || !hasPast(stream, after[i]!)) continue
    found ??= []
    found.push({ key, entries: stream.range(start, ID_MAX, count) })
  }
  return found
}

/** Whether there is an entry past an id. The last id mostly tells. */
function hasPast(stream: Stream, id: StreamId): boolean {
  if (stream.size === 0 || compareIds(stream.lastId, id) <= 0) return false
  return compareIds(stream.edge(false)!, id) > 0
}

/** Who reads for a group. */
export interface GroupReader {
  readonly group: string
  readonly consumer: string
  /** What is read is not noted as pending. */
  readonly noack: boolean
}

/**
 * As `xread`, as a consumer of a group: what no other consumer has been given (`>`), noted as pending for this one; or past an
 * id what is pending for it already. The consumer is made if missing. O(log n) an entry. Event xgroup-createconsumer.
 */
export function xreadgroup(
  unit: Unit,
  reader: GroupReader,
  streams: readonly StreamToRead[],
  count: number,
  waiting: Waiting | undefined,
): StreamRead<DeliveredEntry>[] | null | Promise<StreamRead<DeliveredEntry>[] | null> {
  const attempt = (own: Unit): StreamRead<DeliveredEntry>[] | undefined => readForGroup(own, reader, streams, count)
  if (waiting === undefined) return attempt(unit) ?? null
  const keys = streams.map(({ key }) => key)
  return block<StreamRead<DeliveredEntry>[] | null>(unit, {
    ...{ keys, type: 'stream', untilGone: true, attempt, timeoutReply: null },
    ...waiting,
  })
}

function readForGroup(
  unit: Unit,
  reader: GroupReader,
  streams: readonly StreamToRead[],
  count: number,
): StreamRead<DeliveredEntry>[] | undefined {
  for (const { key, from } of streams) checkReadable(unit, key, from, reader.group)
  let found: StreamRead<DeliveredEntry>[] | undefined
  for (const { key, from } of streams) {
    const stream = unit.look(key, STREAM)!
    unit.hit()
    const group = stream.groups.get(reader.group)!
    const consumer = consumerOf(unit, key, reader.group, group, reader.consumer)
    consumer.seenMs = unit.now()
    const isNew = isForNew(from)
    if (isNew && !hasPast(stream, group.lastId)) continue
    const entries = isNew
      ? deliverNew(unit, key, stream, group, consumer, reader, count)
      : readPending(unit, key, stream, consumer, reader, from as StreamId, count)
    found ??= []
    found.push({ key, entries })
    // What is given once more is no change in Redis.
    if (isNew) unit.noted(key, undefined)
  }
  return found
}

/** In Redis the greatest id is what `>` stands for. */
function isForNew(from: ReadFrom): boolean {
  return from === '>' || (typeof from === 'object' && compareIds(from, ID_MAX) === 0)
}

function checkReadable(unit: Unit, key: string, from: ReadFrom, group: string): void {
  if (unit.read(key, STREAM)?.groups.get(group) === undefined) {
    throw unknownKeyOrGroup(key, group, ' in XREADGROUP with GROUP option')
  }
  if (from === '$' || from === '+') throw meaninglessId(from)
  if (from === undefined) throw invalidStreamId()
}

/** Gives a consumer what nobody in its group has been given. */
function deliverNew(
  unit: Unit,
  key: string,
  stream: Stream,
  group: StreamGroup,
  consumer: StreamConsumer,
  { group: name, noack }: GroupReader,
  count: number,
): StreamEntry[] {
  const now = unit.now()
  const entries: StreamEntry[] = []
  const ids: string[] = []
  stream.log.forward(nextId(group.lastId)!, ID_MAX, (piece, index) => {
    const id: StreamId = { ms: piece.entries.msAt(index), seq: piece.entries.seqAt(index) }
    const text = idText(id)
    entries.push({ id: text, words: piece.wordsAt(index) })
    stream.advance(group, id)
    if (!noack) {
      const pending = group.pending.find(id)
      if (pending === undefined) group.deliver(id, consumer, now, 1)
      else {
        // After XGROUP SETID went back: the entry moves here and begins anew.
        group.assign(pending, consumer)
        pending.deliveredMs = now
        pending.deliveries = 1
      }
      consumer.activeMs = now
      ids.push(text)
    }
    return entries.length !== count
  })
  if (unit.logging) {
    if (ids.length > 0) unit.logWords(claimWords(key, name, consumer.name, ids, now, 1))
    unit.log(...readWords(key, name, group))
  }
  return entries
}

/** What is pending for a consumer past an id; each entry that is still there counts as delivered once more. */
function readPending(
  unit: Unit,
  key: string,
  stream: Stream,
  consumer: StreamConsumer,
  { group: name }: GroupReader,
  after: StreamId,
  count: number,
): DeliveredEntry[] {
  const start = nextId(after)
  const found: DeliveredEntry[] = []
  if (start === undefined) return found
  const now = unit.now()
  for (const pending of consumer.pending.from(start)) {
    const id = idText(pending)
    const words = stream.entry(pending)?.words ?? null
    found.push({ id, words })
    if (words !== null) {
      pending.deliveredMs = now
      pending.deliveries = addWrapping(pending.deliveries, 1)
      if (unit.logging) unit.logWords(claimWords(key, name, consumer.name, [id], now, pending.deliveries))
    }
    if (found.length === count) break
  }
  return found
}

// What follows is the wire: one entry a command.

/** The words of XREAD or XREADGROUP. */
interface ReadWords {
  count: number
  timeoutMs: number | undefined
  noack: boolean
  group: string | undefined
  consumer: string | undefined
  streams: StreamToRead[] | undefined
}

function readReadWords(argv: Argv, forGroup: boolean): ReadWords {
  const words: ReadWords = {
    ...{ count: 0, timeoutMs: undefined, noack: false },
    ...{ group: undefined, consumer: undefined, streams: undefined },
  }
  for (let i = 1; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const more = argv.length - 1 - i
    if (token === 'BLOCK' && more > 0) words.timeoutMs = blockAt(argv, ++i)
    else if (token === 'COUNT' && more > 0) words.count = Math.max(clampedAt(argv, ++i), 0)
    else if (token === 'STREAMS' && more > 0) {
      words.streams = readStreams(argv, i + 1, forGroup)
      break
    } else if (token === 'GROUP' && more >= 2) {
      if (!forGroup) throw onlyOfReadGroup('GROUP')
      words.group = textAt(argv, i + 1)
      words.consumer = textAt(argv, i + 2)
      i += 2
    } else if (token === 'NOACK') {
      if (!forGroup) throw onlyOfReadGroup('NOACK')
      words.noack = true
    } else throw syntaxError()
  }
  if (words.streams === undefined) throw syntaxError()
  if (forGroup && words.group === undefined) throw readGroupWithoutGroup()
  return words
}

/** The keys, and then as many ids. */
function readStreams(argv: Argv, first: number, forGroup: boolean): StreamToRead[] {
  const count = argv.length - first
  if (count % 2 !== 0) throw forGroup ? unbalancedStreams('xreadgroup') : unbalancedStreams('xread')
  const streams: StreamToRead[] = []
  for (let i = first; i < first + count / 2; i++) {
    streams.push({ key: textAt(argv, i), from: readFrom(textAt(argv, i + count / 2)) })
  }
  return streams
}

/** Where an id that a caller gives begins to read; undefined for what is none. */
export function readFrom(text: string): ReadFrom {
  return text === '$' || text === '+' || text === '>' ? text : parseId(text, 0, true)
}

/** The timeout at `index` in milliseconds; Infinity for 0. */
function blockAt(argv: Argv, index: number): number {
  const timeoutMs = parseInt64(textAt(argv, index))
  if (timeoutMs === undefined) throw timeoutNotAnInteger()
  return checkedBlock(timeoutMs)
}

/** As `blockAt`, of an integer. Throws ERR (negative, out of range). */
export function checkedBlock(timeoutMs: number | bigint): number {
  if (timeoutMs < 0) throw timeoutNegative()
  if (timeoutMs === 0) return Number.POSITIVE_INFINITY
  if (timeoutMs > INT64_MAX - BigInt(Number.MAX_SAFE_INTEGER)) throw timeoutOutOfRange()
  return Number(timeoutMs)
}

function streamsReply(found: readonly StreamRead<DeliveredEntry>[] | null): Reply {
  if (found === null) return null
  return new StreamsReply(
    found.map(({ key, entries }) => [key, entries.map(({ id, words }): Reply => [id, words])] as const),
  )
}

function waitingOf({ timeoutMs }: ReadWords): Waiting | undefined {
  return timeoutMs === undefined ? undefined : { timeoutMs }
}

function streamsFrom(from: number): KeySpec {
  return { ...keySpec('RO access incomplete', 0, -1), search: 'keyword', keyword: { word: 'STREAMS', from, limit: 2 } }
}

const AFTER_NAME = streamsFrom(1)
const AFTER_GROUP = streamsFrom(4)

/** The keys behind the word STREAMS, which are as many as the ids behind them; undefined where the words are wrong. */
function keysAfterStreams(argv: Argv, spec: KeySpec): { index: number; spec: KeySpec }[] | undefined {
  let first = 0
  for (let i = 1; i < argv.length && first === 0; i++) {
    const token = tokenAt(argv, i)
    if (token === 'STREAMS') first = i + 1
    else if (token === 'GROUP') i += 2
    else if (token === 'BLOCK' || token === 'COUNT') i++
    else if (token !== 'NOACK') return undefined
  }
  const count = argv.length - first
  if (first === 0 || count === 0 || count % 2 !== 0) return undefined
  return Array.from({ length: count / 2 }, (_, i) => ({ index: first + i, spec }))
}

export const streamReadCommands = {
  XREAD: {
    summary: 'Returns the entries of some streams past given ids, or waits for one.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)+M) a stream, N entries in it, M returned',
    arity: -4,
    flags: READONLY | BLOCKING | MOVABLE_KEYS,
    keys: [AFTER_NAME],
    keysOf: (argv) => keysAfterStreams(argv, AFTER_NAME),
    syntax: '[COUNT count:integer] [BLOCK milliseconds:integer] STREAMS <streams= key:key... id...>',
    call(unit, argv): Reply | Promise<Reply> {
      const words = readReadWords(argv, false)
      return shaped(xread(unit, words.streams!, words.count, waitingOf(words)), streamsReply)
    },
  },
  XREADGROUP: {
    summary:
      'Returns entries of some streams as a consumer of a group, new ones or its pending ones, or waits for one.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)) an entry, N entries in the stream',
    arity: -7,
    flags: WRITE | BLOCKING | MOVABLE_KEYS,
    keys: [AFTER_GROUP],
    keysOf: (argv) => keysAfterStreams(argv, AFTER_GROUP),
    syntax:
      'GROUP <group-block= group consumer> [COUNT count:integer] [BLOCK milliseconds:integer] [NOACK] STREAMS <streams= key:key... id...>',
    call(unit, argv): Reply | Promise<Reply> {
      const words = readReadWords(argv, true)
      const reader: GroupReader = { group: words.group!, consumer: words.consumer!, noack: words.noack }
      return shaped(xreadgroup(unit, reader, words.streams!, words.count, waitingOf(words)), streamsReply)
    },
  },
} satisfies Record<string, Command>
