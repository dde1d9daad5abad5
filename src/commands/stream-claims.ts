/** Pending entries that go to another consumer: XCLAIM and XAUTOCLAIM. */
import { syntaxError } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import type { StreamEntry } from '../structures/stream.js'
import type { StreamConsumer, StreamGroup } from '../structures/stream-group.js'
import { addWrapping, compareIds, ID_MIN, idText, parseId, type StreamId } from '../structures/stream-id.js'
import type { PendingEntry } from '../structures/stream-pending.js'
import { type Argv, clamp, textAt, tokenAt } from './argv.js'
import { type Command, FAST, keySpec, UPDATE_KEY, WRITE } from './command.js'
import type { Reply } from './reply.js'
import { claimWords, consumerOf, type GroupOfStream, groupToClaim, readWords } from './stream-delivery.js'
import { claimCountNotPositive, claimCountTooHigh, invalidClaimArgument, unknownClaimOption } from './stream-errors.js'
import { intervalStart, strictId } from './stream-ids.js'
import { entryReply } from './stream-ranges.js'

/** Who claims what, and how long it must have been idle, in milliseconds. */
export interface Claimant {
  readonly group: string
  readonly consumer: string
  readonly idleMinMs: number
  /** Only ids come back, and no delivery is counted. */
  readonly justid: boolean
}

/** Options of XCLAIM. */
export interface ClaimOptions {
  /** How long ago the entries count as delivered, in milliseconds; not with `time`. */
  readonly idle?: number | undefined
  /** When the entries count as delivered, in milliseconds since the epoch. */
  readonly time?: number | undefined
  /** How often the entries count as delivered. */
  readonly retrycount?: Int64 | undefined
  /** Claim entries too that are pending for nobody. */
  readonly force?: boolean | undefined
  /** The group has read up to this id at least. */
  readonly lastid?: StreamId | undefined
}

/**
 * Gives pending entries to a consumer, which is made if missing; returns those it got. What is no longer in the stream is not pending any
 * more either. O(log n) each. Event xgroup-createconsumer. Throws NOGROUP.
 */
export function xclaim(
  unit: Unit,
  key: string,
  claimant: Claimant,
  ids: readonly StreamId[],
  options: ClaimOptions,
): StreamEntry[] {
  return claimFrom(unit, key, groupToClaim(unit, key, claimant.group), claimant, ids, options)
}

function claimFrom(
  unit: Unit,
  key: string,
  { stream, group }: GroupOfStream,
  claimant: Claimant,
  ids: readonly StreamId[],
  options: ClaimOptions,
): StreamEntry[] {
  const isAhead = options.lastid !== undefined && compareIds(options.lastid, group.lastId) > 0
  if (isAhead) group.lastId = options.lastid
  const consumer = consumerOf(unit, key, claimant.group, group, claimant.consumer)
  consumer.seenMs = unit.now()
  const { dirty } = unit.store
  const claim = new Claim(unit, key, claimant, group, consumer, deliveryTime(unit, options), options.retrycount)
  for (const id of ids) {
    let pending = group.pending.find(id)
    const entry = stream.entry(id)
    if (entry === undefined) {
      if (pending !== undefined) claim.drop(id)
      continue
    }
    const isForced = pending === undefined && options.force === true
    if (isForced) pending = group.deliver(id, consumer, 0, 1)
    if (pending !== undefined && (isForced || claim.isIdle(pending))) claim.take(pending, entry)
  }
  if (isAhead) {
    if (unit.logging) unit.log(...readWords(key, claimant.group, group))
    // Counted with what was claimed, if anything was.
    if (unit.store.dirty === dirty) unit.noted(key, undefined)
  }
  return claim.entries
}

/** When claimed entries count as delivered: never in the future, whatever is asked for. A log that is replayed was asked once. */
function deliveryTime(unit: Unit, { idle, time }: ClaimOptions): number {
  const now = unit.now()
  if (idle === undefined && time === undefined) return now
  const asked = time ?? now - idle!
  return asked < 0 || (asked > now && !unit.store.replaying) ? now : asked
}

/** What XAUTOCLAIM has found. */
export interface AutoClaimed {
  /** Where to go on; 0-0 at the end. */
  readonly cursor: StreamId
  readonly entries: readonly StreamEntry[]
  /** The ids of entries that are no longer in the stream, and not pending any more. */
  readonly deleted: readonly StreamId[]
}

/** So many pending entries are looked at for each that is wanted. */
const LOOKS = 10

/** As `xclaim`, of up to `count` entries from an id on. O(log n) for each entry looked at. */
export function xautoclaim(unit: Unit, key: string, claimant: Claimant, start: StreamId, count: number): AutoClaimed {
  const { stream, group } = groupToClaim(unit, key, claimant.group)
  const consumer = consumerOf(unit, key, claimant.group, group, claimant.consumer)
  consumer.seenMs = unit.now()
  const claim = new Claim(unit, key, claimant, group, consumer, unit.now(), undefined)
  const deleted: StreamId[] = []
  let next = group.pending.atOrAfter(start)
  for (let looks = count * LOOKS; looks > 0 && next !== undefined; looks--) {
    if (claim.entries.length + deleted.length >= count) break
    const pending = next
    next = after(group, pending)
    const entry = stream.entry(pending)
    if (entry === undefined) {
      deleted.push({ ms: pending.ms, seq: pending.seq })
      claim.drop(pending)
    } else if (claim.isIdle(pending)) claim.take(pending, entry)
  }
  return { cursor: next === undefined ? ID_MIN : { ms: next.ms, seq: next.seq }, entries: claim.entries, deleted }
}

/** One call that claims, entry by entry. */
class Claim {
  readonly entries: StreamEntry[] = []

  constructor(
    private readonly unit: Unit,
    private readonly key: string,
    private readonly claimant: Claimant,
    private readonly group: StreamGroup,
    private readonly consumer: StreamConsumer,
    private readonly deliveredMs: number,
    private readonly retryCount: Int64 | undefined,
  ) {}

  isIdle(pending: PendingEntry): boolean {
    const { idleMinMs } = this.claimant
    return idleMinMs === 0 || this.unit.now() - pending.deliveredMs >= idleMinMs
  }

  take(pending: PendingEntry, entry: StreamEntry): void {
    const { unit, key, claimant, group, consumer, deliveredMs, retryCount } = this
    group.assign(pending, consumer)
    pending.deliveredMs = deliveredMs
    if (retryCount !== undefined && retryCount >= 0) pending.deliveries = retryCount
    else if (!claimant.justid) pending.deliveries = addWrapping(pending.deliveries, 1)
    consumer.activeMs = unit.now()
    this.entries.push(entry)
    if (unit.logging) {
      unit.logWords(claimWords(key, claimant.group, consumer.name, [entry.id], deliveredMs, pending.deliveries))
    }
    unit.noted(key, undefined)
  }

  /** Forgets what is pending of an entry that is no longer in the stream. */
  drop(id: StreamId): void {
    const { unit, key, claimant } = this
    if (unit.logging) unit.log('XACK', key, claimant.group, idText(id))
    this.group.acknowledge(id)
    unit.noted(key, undefined)
  }
}

// What follows is the wire: one entry a command.

function claimInteger(argv: Argv, index: number, what: string): Int64 {
  const integer = parseInt64(textAt(argv, index))
  if (integer === undefined) throw invalidClaimArgument(what)
  return integer
}

type ClaimDraft = { -readonly [K in keyof ClaimOptions]: ClaimOptions[K] } & { justid?: boolean }

function readClaimOptions(argv: Argv, first: number): ClaimDraft {
  const options: ClaimDraft = {}
  for (let i = first; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const more = argv.length - 1 - i
    if (token === 'FORCE') options.force = true
    else if (token === 'JUSTID') options.justid = true
    else if (token === 'IDLE' && more > 0) {
      options.idle = clamp(claimInteger(argv, ++i, 'IDLE option argument for XCLAIM'))
      options.time = undefined
    } else if (token === 'TIME' && more > 0) {
      options.time = clamp(claimInteger(argv, ++i, 'TIME option argument for XCLAIM'))
      options.idle = undefined
    } else if (token === 'RETRYCOUNT' && more > 0) {
      options.retrycount = claimInteger(argv, ++i, 'RETRYCOUNT option argument for XCLAIM')
    } else if (token === 'LASTID' && more > 0) options.lastid = strictId(textAt(argv, ++i))
    else throw unknownClaimOption(textAt(argv, i))
  }
  return options
}

function claimantAt(argv: Argv, idleMinMs: number, justid: boolean): Claimant {
  return { group: textAt(argv, 2), consumer: textAt(argv, 3), idleMinMs, justid }
}

/** XCLAIM: ids as long as they can be read, then options. */
function callXclaim(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  // Redis looks for the group before it reads anything else.
  const from = groupToClaim(unit, key, textAt(argv, 2))
  const idleMinMs = Math.max(clamp(claimInteger(argv, 4, 'min-idle-time argument for XCLAIM')), 0)
  const ids: StreamId[] = []
  for (let i = 5; i < argv.length; i++) {
    const id = parseId(textAt(argv, i), 0, true)
    if (id === undefined) break
    ids.push(id)
  }
  const { justid = false, ...options } = readClaimOptions(argv, 5 + ids.length)
  return claimedReply(claimFrom(unit, key, from, claimantAt(argv, idleMinMs, justid), ids, options), justid)
}

function claimedReply(entries: readonly StreamEntry[], justid: boolean): Reply {
  return entries.map((entry) => (justid ? entry.id : entryReply(entry)))
}

/** Redis takes as much memory as `count` ids need before it looks for any. */
const COUNT_END = 2 ** 59
const COUNT_TOO_HIGH = 2 ** 43

/** Throws ERR unless a count is positive and not beyond what Redis has room for. */
export function checkedClaimCount(count: Int64 | undefined): number {
  if (count === undefined || count < 1 || count >= COUNT_END) throw claimCountNotPositive()
  if (count >= COUNT_TOO_HIGH) throw claimCountTooHigh()
  return clamp(count)
}

function callXautoclaim(unit: Unit, argv: Argv): Reply {
  const idleMinMs = Math.max(clamp(claimInteger(argv, 4, 'min-idle-time argument for XAUTOCLAIM')), 0)
  const start = intervalStart(textAt(argv, 5))
  let count = 100
  let justid = false
  for (let i = 6; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'COUNT' && i + 1 < argv.length) {
      const given = parseInt64(textAt(argv, ++i))
      if (given === undefined || given < 1 || given >= COUNT_END) throw claimCountNotPositive()
      count = Number(given)
    } else if (token === 'JUSTID') justid = true
    else throw syntaxError()
  }
  const claimant = claimantAt(argv, idleMinMs, justid)
  if (count >= COUNT_TOO_HIGH) {
    groupToClaim(unit, textAt(argv, 1), claimant.group)
    throw claimCountTooHigh()
  }
  const { cursor, entries, deleted } = xautoclaim(unit, textAt(argv, 1), claimant, start, count)
  return [idText(cursor), claimedReply(entries, justid), deleted.map(idText)]
}

export const streamClaimCommands = {
  XCLAIM: {
    summary: 'Gives pending entries to another consumer.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)) an id, N entries that are pending',
    arity: -6,
    flags: WRITE | FAST,
    tips: ['nondeterministic_output'],
    keys: UPDATE_KEY,
    syntax:
      'key:key group consumer min-idle-time id... [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] ' +
      '[FORCE] [JUSTID] [LASTID lastid]',
    call: callXclaim,
  },
  XAUTOCLAIM: {
    summary: 'Gives entries that have been pending for long to another consumer.',
    since: '6.2.0',
    group: 'stream',
    complexity: 'O(1) if COUNT is small',
    arity: -6,
    flags: WRITE | FAST,
    tips: ['nondeterministic_output'],
    keys: [keySpec('RW delete')],
    syntax: 'key:key group consumer min-idle-time start [COUNT count:integer] [JUSTID]',
    call: callXautoclaim,
  },
} satisfies Record<string, Command>

/** The pending entry behind one. */
function after(group: StreamGroup, pending: PendingEntry): PendingEntry | undefined {
  return group.pending.firstFrom(pending, 2)[1]
}
