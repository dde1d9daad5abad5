import { clamp, type Data, type Key, toText } from '../commands/argv.js'
import { type BlockingOptions, shaped } from '../commands/blocking.js'
import { checkedInteger } from '../commands/deadline.js'
import * as claims from '../commands/stream-claims.js'
import * as groups from '../commands/stream-groups.js'
import { intervalEnd, intervalStart, looseId, strictId } from '../commands/stream-ids.js'
import * as info from '../commands/stream-info.js'
import * as pending from '../commands/stream-pending.js'
import * as reads from '../commands/stream-reads.js'
import { wrongArity } from '../errors.js'
import type { Int64 } from '../structures/int64.js'
import { ID_MAX, ID_MIN, idText, type StreamId } from '../structures/stream-id.js'
import { type ConsumedEntry, type ConsumeOptions, StreamConsumption } from './consumption.js'
import { listGiven, type Names, optionsGiven, signalGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN } from './handle.js'
import {
  countOf,
  type MayBlock,
  outEntries,
  outFields,
  type StreamEntry,
  type StreamsToRead,
  streamsOf,
  XREAD_OPTIONS,
  type XreadOptions,
} from './stream.js'
import { promised } from './words.js'

/** An entry that was delivered to a consumer; `fields` is `null` where it has been taken out of the stream since. */
export interface DeliveredEntry<T extends string | Uint8Array = string> {
  readonly id: string
  readonly fields: Record<string, T> | null
}

/** What a consumer was given of one stream. */
export interface DeliveredEntries<T extends string | Uint8Array = string> {
  readonly key: T
  readonly entries: DeliveredEntry<T>[]
}

/** Options of `xreadgroup`. */
export interface XreadgroupOptions extends XreadOptions {
  /** What is read counts as acknowledged at once. */
  readonly noack?: boolean | undefined
}

/** Options of `xreadgroup` that make it wait. */
export interface XreadgroupBlockOptions extends XreadgroupOptions, BlockingOptions {
  /** How long to wait for a new entry, in milliseconds; 0 for ever. */
  readonly block: number
}

/** Options of `xpendingRange`. */
export interface XpendingOptions {
  /** Only what was delivered at least so many milliseconds ago. */
  readonly idle?: number | undefined
  /** Only what is pending for this consumer. */
  readonly consumer?: Data | undefined
}

/** What is pending in a group, in short. */
export interface PendingSummary<T extends string | Uint8Array = string> {
  readonly count: number
  /** The least id, `null` where nothing is pending. */
  readonly min: string | null
  /** The greatest id, `null` where nothing is pending. */
  readonly max: string | null
  readonly consumers: { readonly name: T; readonly count: number }[]
}

/** An entry that is pending. */
export interface PendingEntry<T extends string | Uint8Array = string> {
  readonly id: string
  readonly consumer: T
  /** Since it was delivered last. */
  readonly idleMs: number
  /** How often it was delivered. */
  readonly deliveries: number
}

/** Options of `xclaim`. */
export interface XclaimOptions {
  /** The entries count as delivered so many milliseconds ago. */
  readonly idle?: number | undefined
  /** The entries count as delivered at this time, in milliseconds since the epoch; not with `idle`. */
  readonly time?: number | undefined
  /** The entries count as delivered so many times. */
  readonly retrycount?: number | bigint | undefined
  /** Claim entries too that are pending for nobody. */
  readonly force?: boolean | undefined
  /** The group has read up to this id at least. */
  readonly lastid?: string | undefined
}

/** Options of `xautoclaim`. */
export interface XautoclaimOptions {
  /** Claim up to so many entries; 100 by default. */
  readonly count?: number | undefined
}

/** What `xautoclaim` did. */
export interface AutoClaimed<E> {
  /** Where to go on; `'0-0'` when all has been looked at. */
  readonly cursor: string
  readonly entries: E[]
  /** What is no longer in the stream, and so not pending any more. */
  readonly deleted: string[]
}

/** What `xinfoStream` tells. */
export interface StreamFacts<T extends string | Uint8Array = string> {
  readonly length: number
  readonly lastGeneratedId: string
  readonly maxDeletedEntryId: string
  readonly entriesAdded: number
  readonly recordedFirstEntryId: string
  readonly groups: number
  readonly firstEntry: StreamEntry<T> | null
  readonly lastEntry: StreamEntry<T> | null
}

/** A group, as `xinfoGroups` tells of it. */
export interface GroupFacts<T extends string | Uint8Array = string> {
  readonly name: T
  readonly consumers: number
  readonly pending: number
  readonly lastDeliveredId: string
  /** How many entries it has read, `null` where that cannot be told. */
  readonly entriesRead: number | null
  /** How many entries it has not read, `null` where that cannot be told. */
  readonly lag: number | null
}

/** A consumer, as `xinfoConsumers` tells of it. */
export interface ConsumerFacts<T extends string | Uint8Array = string> {
  readonly name: T
  readonly pending: number
  /** Since it last asked for something. */
  readonly idleMs: number
  /** Since it last got something, -1 for never. */
  readonly inactiveMs: number
}

/** Groups of consumers of streams. */
export abstract class StreamGroupCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Makes a group that reads the entries past an id, `'$'` for those that are still to come. O(1).
   *
   * @example
   * db.xgroupCreate('jobs', 'workers', '0', { mkstream: true })
   *
   * @throws RedstartError BUSYGROUP when it exists; ERR when the stream is missing, and for an id that is none; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xgroup-create/
   */
  xgroupCreate(key: Key, group: Data, id: string, options?: groups.XgroupCreateOptions): 'OK' {
    const checked = { mkstream: options?.mkstream, ...entriesReadOf(options, XGROUP_CREATE_OPTIONS) }
    const name = toText(group)
    const start = (): groups.GroupStart => startOf(id, strictId)
    this[GROW]((unit) => groups.xgroupCreate(unit, toText(key), name, start, checked))
    return 'OK'
  }

  /**
   * Sets the id past which a group reads on, `'$'` for the last one of the stream. O(1).
   *
   * @throws RedstartError NOGROUP; ERR when the stream is missing, and for an id that is none; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xgroup-setid/
   */
  xgroupSetid(key: Key, group: Data, id: string, options?: groups.XgroupSetidOptions): 'OK' {
    const checked = entriesReadOf(options, XGROUP_SETID_OPTIONS)
    const name = toText(group)
    const start = (): groups.GroupStart => startOf(id, looseId)
    this[RUN]((unit) => groups.xgroupSetid(unit, toText(key), name, start, checked))
    return 'OK'
  }

  /**
   * Removes a group with all that is pending in it; 1, or 0 where there is none. Who waits for its entries gets a NOGROUP error.
   * O(1).
   *
   * @throws RedstartError ERR when the stream is missing; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xgroup-destroy/
   */
  xgroupDestroy(key: Key, group: Data): number {
    return this[RUN](groups.xgroupDestroy, toText(key), toText(group))
  }

  /**
   * Makes a consumer; 1, or 0 where it exists. Whoever reads for a group is made by that, so this is seldom needed. O(1).
   *
   * @throws RedstartError NOGROUP; ERR when the stream is missing; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xgroup-createconsumer/
   */
  xgroupCreateconsumer(key: Key, group: Data, consumer: Data): number {
    return this[GROW](groups.xgroupCreateConsumer, toText(key), toText(group), toText(consumer))
  }

  /**
   * Removes a consumer and forgets what is pending for it; returns how many entries that were. O(those entries · log n).
   *
   * @throws RedstartError NOGROUP; ERR when the stream is missing; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xgroup-delconsumer/
   */
  xgroupDelconsumer(key: Key, group: Data, consumer: Data): number {
    return this[RUN](groups.xgroupDelConsumer, toText(key), toText(group), toText(consumer))
  }

  /**
   * Waits up to `block` milliseconds for new entries of a group, where there are none yet; `null` when time runs out. O(log n) an
   * entry.
   *
   * @throws RedstartError NOGROUP, also when the group goes meanwhile; WRONGTYPE; ERR for an id or a number that is none; the reason
   *   of the signal when it is aborted
   * @see https://redis.io/docs/latest/commands/xreadgroup/
   */
  xreadgroup(
    group: Data,
    consumer: Data,
    streams: StreamsToRead,
    options: XreadgroupBlockOptions,
  ): Promise<DeliveredEntries<T>[] | null>
  /**
   * Returns entries as a consumer of a group, made if missing: with `'>'` what no consumer has been given, which is pending until
   * `xack`; past an id what is pending for this consumer. `null` where there is nothing new. O(log n) an entry.
   *
   * @example
   * db.xreadgroup('workers', 'w1', { jobs: '>' }, { count: 10 })
   *
   * @throws RedstartError NOGROUP; WRONGTYPE; ERR for an id or a number that is none
   * @see https://redis.io/docs/latest/commands/xreadgroup/
   */
  xreadgroup(
    group: Data,
    consumer: Data,
    streams: StreamsToRead,
    options?: XreadgroupOptions & { readonly block?: undefined },
  ): DeliveredEntries<T>[] | null
  xreadgroup(
    group: Data,
    consumer: Data,
    streams: StreamsToRead,
    options?: XreadgroupOptions & MayBlock,
  ): DeliveredEntries<T>[] | null | Promise<DeliveredEntries<T>[] | null> {
    const shape = (found: Reads | null): DeliveredEntries<T>[] | null => outDelivered(this, found)
    const run = (waiting?: {
      timeoutMs: number
      signal: AbortSignal | undefined
    }): Reads | null | Promise<Reads | null> => {
      const noack = options?.noack === true
      const reader: reads.GroupReader = { group: toText(group), consumer: toText(consumer), noack }
      return this[RUN](
        reads.xreadgroup,
        reader,
        streamsOf(streams, 'xreadgroup'),
        countOf(options, XREADGROUP_OPTIONS),
        waiting,
      )
    }
    // Nothing that does not wait is a promise.
    if (options?.block === undefined) return shape(run() as Reads | null)
    const { block, signal } = options
    return promised(this, () => {
      const waiting = { timeoutMs: reads.checkedBlock(checkedInteger(block)), signal: signalGiven(signal) }
      return shaped(run(waiting), shape)
    })
  }

  /**
   * Says that a group is done with entries; returns how many were pending. O(log n) each.
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none
   * @see https://redis.io/docs/latest/commands/xack/
   */
  xack(key: Key, group: Data, ...ids: readonly string[]): number {
    if (ids.length === 0) throw wrongArity('xack')
    return this[RUN](pending.xack, toText(key), toText(group), () => ids.map(strictId))
  }

  /**
   * Returns how much is pending in a group, and for whom. O(consumers).
   *
   * @throws RedstartError NOGROUP; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xpending/
   */
  xpending(key: Key, group: Data): PendingSummary<T> {
    const { count, min, max, consumers } = this[RUN](pending.xpending, toText(key), toText(group))
    const shown = consumers?.map(([name, many]) => ({ name: this[OUT_TEXT](name), count: many })) ?? []
    return { count, min, max, consumers: shown }
  }

  /**
   * Returns up to `count` pending entries between two ids, `'-'` and `'+'` for the first and the last one. O(log n + entries looked
   * at).
   *
   * @example
   * db.xpendingRange('jobs', 'workers', '-', '+', 10, { idle: 60_000 })
   *
   * @throws RedstartError NOGROUP; WRONGTYPE; ERR for an id that is none
   * @see https://redis.io/docs/latest/commands/xpending/
   */
  xpendingRange(
    key: Key,
    group: Data,
    start: string,
    end: string,
    count: number,
    options?: XpendingOptions,
  ): PendingEntry<T>[] {
    optionsGiven(options, XPENDING_OPTIONS)
    const range: pending.PendingRange = {
      ...{ count: clamp(checkedInteger(count)), start: intervalStart(toText(start)), end: intervalEnd(toText(end)) },
      idleMs: options?.idle === undefined ? 0 : clamp(checkedInteger(options.idle)),
      consumer: options?.consumer === undefined ? undefined : toText(options.consumer),
    }
    const facts = this[RUN](pending.xpendingRange, toText(key), toText(group), range)
    return facts.map(({ id, consumer, idleMs, deliveries }) => {
      return { id, consumer: this[OUT_TEXT](consumer), idleMs, deliveries: Number(deliveries) }
    })
  }

  /**
   * Gives entries that have been pending for at least so many milliseconds to a consumer, made if missing; returns those it got.
   * O(log n) each.
   *
   * @throws RedstartError NOGROUP; WRONGTYPE; ERR for an id or a number that is none
   * @see https://redis.io/docs/latest/commands/xclaim/
   */
  xclaim(
    key: Key,
    group: Data,
    consumer: Data,
    minIdleMs: number,
    ids: readonly string[],
    options?: XclaimOptions,
  ): StreamEntry<T>[] {
    return outEntries(this, claim(this, key, claimantOf(group, consumer, minIdleMs, false), ids, options))
  }

  /**
   * As `xclaim`, but returns ids only, and does not count it as a delivery. O(log n) each.
   *
   * @throws RedstartError NOGROUP; WRONGTYPE; ERR for an id or a number that is none
   * @see https://redis.io/docs/latest/commands/xclaim/
   */
  xclaimJustid(
    key: Key,
    group: Data,
    consumer: Data,
    minIdleMs: number,
    ids: readonly string[],
    options?: XclaimOptions,
  ): string[] {
    return claim(this, key, claimantOf(group, consumer, minIdleMs, true), ids, options).map(({ id }) => id)
  }

  /**
   * As `xclaim`, of whatever has been pending for so long, from an id on. O(log n) for each entry looked at.
   *
   * @example
   * db.xautoclaim('jobs', 'workers', 'w2', 60_000, '0')
   *
   * @throws RedstartError NOGROUP; WRONGTYPE; ERR for an id or a number that is none
   * @see https://redis.io/docs/latest/commands/xautoclaim/
   */
  xautoclaim(
    key: Key,
    group: Data,
    consumer: Data,
    minIdleMs: number,
    start: string,
    options?: XautoclaimOptions,
  ): AutoClaimed<StreamEntry<T>> {
    const found = autoclaim(this, key, claimantOf(group, consumer, minIdleMs, false), start, options)
    return { ...shownClaim(found), entries: outEntries(this, found.entries) }
  }

  /**
   * As `xautoclaim`, but returns ids only, and does not count it as a delivery. O(log n) for each entry looked at.
   *
   * @throws RedstartError NOGROUP; WRONGTYPE; ERR for an id or a number that is none
   * @see https://redis.io/docs/latest/commands/xautoclaim/
   */
  xautoclaimJustid(
    key: Key,
    group: Data,
    consumer: Data,
    minIdleMs: number,
    start: string,
    options?: XautoclaimOptions,
  ): AutoClaimed<string> {
    const found = autoclaim(this, key, claimantOf(group, consumer, minIdleMs, true), start, options)
    return { ...shownClaim(found), entries: found.entries.map(({ id }) => id) }
  }

  /**
   * Tells of a stream. O(1).
   *
   * @throws RedstartError ERR when the stream is missing; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xinfo-stream/
   */
  xinfoStream(key: Key): StreamFacts<T> {
    const stream = this[RUN](info.xinfoStream, toText(key))
    return {
      length: stream.size,
      lastGeneratedId: idText(stream.lastId),
      maxDeletedEntryId: idText(stream.maxDeletedId),
      entriesAdded: Number(stream.entriesAdded),
      recordedFirstEntryId: idText(stream.firstId),
      groups: stream.groups.size,
      firstEntry: outEntries(this, stream.range(ID_MIN, ID_MAX, 1))[0] ?? null,
      lastEntry: outEntries(this, stream.range(ID_MIN, ID_MAX, 1, true))[0] ?? null,
    }
  }

  /**
   * Tells of the groups of a stream, by name. O(n log n).
   *
   * @throws RedstartError ERR when the stream is missing; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xinfo-groups/
   */
  xinfoGroups(key: Key): GroupFacts<T>[] {
    return this[RUN](info.xinfoGroups, toText(key)).map((facts) => ({
      ...facts,
      name: this[OUT_TEXT](facts.name),
      entriesRead: numberOrNull(facts.entriesRead),
      lag: numberOrNull(facts.lag),
    }))
  }

  /**
   * Tells of the consumers of a group, by name. O(n log n).
   *
   * @throws RedstartError ERR when the stream is missing; NOGROUP; WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xinfo-consumers/
   */
  xinfoConsumers(key: Key, group: Data): ConsumerFacts<T>[] {
    const found = this[RUN](info.xinfoConsumers, toText(key), toText(group))
    return found.map((facts) => ({ ...facts, name: this[OUT_TEXT](facts.name) }))
  }

  /**
   * Reads a stream as a consumer of a group, entry by entry: first what is pending for the consumer already, then what other
   * consumers have left for `claimIdleMs`, then what is new, for which it waits. An entry is acknowledged when the loop comes back for the
   * next one; where the body throws or leaves the loop, the entry stays pending, and so does what was taken with it, up to `count`
   * entries. Group and stream are made if missing.
   *
   * @example
   * for await (const job of db.consume('jobs', { group: 'workers', consumer: 'w1', claimIdleMs: 60_000, signal })) {
   *   await work(job.fields)
   * }
   *
   * @throws the reason of the signal, out of the loop, when it is aborted; RedstartError NOGROUP, WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xreadgroup/
   */
  consume(key: Key, options: ConsumeOptions): AsyncIterableIterator<ConsumedEntry<T>, undefined> {
    return new StreamConsumption(this, toText(key), options)
  }
}

type Reads = reads.StreamRead<reads.DeliveredEntry>[]

function outDelivered<T extends string | Uint8Array>(
  handle: Handle<T>,
  found: Reads | null,
): DeliveredEntries<T>[] | null {
  if (found === null) return null
  return found.map(({ key, entries }) => ({
    key: handle[OUT_TEXT](key),
    entries: entries.map(({ id, words }) => ({ id, fields: words === null ? null : outFields(handle, words) })),
  }))
}

const XGROUP_SETID_OPTIONS: Names<groups.XgroupSetidOptions> = { entriesread: true }
const XGROUP_CREATE_OPTIONS: Names<groups.XgroupCreateOptions> = { ...XGROUP_SETID_OPTIONS, mkstream: true }
const XREADGROUP_OPTIONS: Names<XreadgroupBlockOptions> = { ...XREAD_OPTIONS, noack: true }
const XPENDING_OPTIONS: Names<XpendingOptions> = { idle: true, consumer: true }
const XCLAIM_OPTIONS: Names<XclaimOptions> = { idle: true, time: true, retrycount: true, force: true, lastid: true }
const XAUTOCLAIM_OPTIONS: Names<XautoclaimOptions> = { count: true }

function startOf(id: string, read: (text: string) => StreamId): groups.GroupStart {
  return id === '$' ? id : read(toText(id))
}

function entriesReadOf(
  options: groups.XgroupSetidOptions | undefined,
  names: Names<groups.XgroupSetidOptions>,
): groups.XgroupSetidOptions {
  const given = optionsGiven(options, names)?.entriesread
  if (given === undefined) return {}
  const entriesread = checkedInteger(given)
  groups.checkEntriesRead(entriesread)
  return { entriesread }
}

function claimantOf(group: Data, consumer: Data, minIdleMs: number, justid: boolean): claims.Claimant {
  const idleMinMs = Math.max(clamp(checkedInteger(minIdleMs)), 0)
  return { group: toText(group), consumer: toText(consumer), idleMinMs, justid }
}

function claim(
  handle: Handle<string | Uint8Array>,
  key: Key,
  claimant: claims.Claimant,
  ids: readonly string[],
  options: XclaimOptions | undefined,
): ReturnType<typeof claims.xclaim> {
  if (listGiven(ids, 'ids').length === 0) throw wrongArity('xclaim')
  const { idle, time, retrycount, force, lastid } = optionsGiven(options, XCLAIM_OPTIONS) ?? {}
  const checked: claims.ClaimOptions = {
    idle: idle === undefined ? undefined : clamp(checkedInteger(idle)),
    time: time === undefined ? undefined : clamp(checkedInteger(time)),
    retrycount: retrycount === undefined ? undefined : checkedInteger(retrycount),
    ...{ force, lastid: lastid === undefined ? undefined : strictId(lastid) },
  }
  return handle[RUN](claims.xclaim, toText(key), claimant, ids.map(strictId), checked)
}

function autoclaim(
  handle: Handle<string | Uint8Array>,
  key: Key,
  claimant: claims.Claimant,
  start: string,
  options: XautoclaimOptions | undefined,
): claims.AutoClaimed {
  const first = intervalStart(toText(start))
  const given = optionsGiven(options, XAUTOCLAIM_OPTIONS)?.count
  const count = given === undefined ? 100 : claims.checkedClaimCount(checkedInteger(given))
  return handle[RUN](claims.xautoclaim, toText(key), claimant, first, count)
}

function shownClaim({ cursor, deleted }: claims.AutoClaimed): { cursor: string; deleted: string[] } {
  return { cursor: idText(cursor), deleted: deleted.map(idText) }
}

function numberOrNull(value: Int64 | null): number | null {
  return value === null ? null : Number(value)
}
