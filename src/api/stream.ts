import { clamp, type Key, toText } from '../commands/argv.js'
import type { BlockingOptions } from '../commands/blocking.js'
import { shaped } from '../commands/blocking.js'
import { checkedInteger } from '../commands/deadline.js'
import * as bodies from '../commands/stream.js'
import { intervalEnd, intervalStart, strictId, strictOpenId } from '../commands/stream-ids.js'
import * as ranges from '../commands/stream-ranges.js'
import * as reads from '../commands/stream-reads.js'
import * as trims from '../commands/stream-trim.js'
import { wrongArity } from '../errors.js'
import type { StreamEntry as Entry } from '../structures/stream.js'
import { type DataRecord, isPairs, type Names, objectGiven, optionsGiven, pairGiven, signalGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN, UNIT } from './handle.js'
import { type FieldValues, pairsOf } from './hash.js'
import { BLOCKING_OPTIONS, promised } from './words.js'

/** An entry of a stream. Of a name that comes twice the last value counts. */
export interface StreamEntry<T extends string | Uint8Array = string> {
  readonly id: string
  readonly fields: Record<string, T>
}

/** What was read of one stream. */
export interface StreamEntries<T extends string | Uint8Array = string> {
  readonly key: T
  readonly entries: StreamEntry<T>[]
}

/** How a stream is trimmed: either `maxlen` or `minid`. */
export interface TrimOptions {
  /** Keep so many entries, the last ones. */
  readonly maxlen?: number | bigint | undefined
  /** Keep the entries from this id on. */
  readonly minid?: string | undefined
  /** Take out whole blocks only, which costs less and may leave some more entries (`~`). */
  readonly approx?: boolean | undefined
  /** With `approx`: take out so many entries at most, 0 for any number. */
  readonly limit?: number | bigint | undefined
}

/** Options of `xadd`. */
export interface XaddOptions extends TrimOptions {
  /** Add nothing where the stream is missing. */
  readonly nomkstream?: boolean | undefined
}

/** Options of `xsetid`. */
export interface XsetidOptions {
  /** How many entries were ever added. */
  readonly entriesadded?: number | bigint | undefined
  /** The greatest id that was deleted. */
  readonly maxdeletedid?: string | undefined
}

/** Options of `xrange` and `xrevrange`. */
export interface XrangeOptions {
  /** Up to so many entries; all by default. */
  readonly count?: number | undefined
}

/** Options of `xread`. */
export interface XreadOptions {
  /** Up to so many entries of each stream; all by default. */
  readonly count?: number | undefined
}

/** Options of `xread` that make it wait. */
export interface XreadBlockOptions extends XreadOptions, BlockingOptions {
  /** How long to wait for an entry, in milliseconds; 0 for ever. */
  readonly block: number
}

/** @internal What the methods that may wait look at. */
export interface MayBlock extends BlockingOptions {
  readonly block?: number | undefined
}

/** Streams to read, and from where on each: an object, a Map or any other list of pairs. */
export type StreamsToRead = Readonly<Record<string, string>> | Iterable<readonly [Key, string]>

/** Streams, without their groups. */
export abstract class StreamCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Adds an entry to a stream, made if missing, and returns its id. `'*'` takes the next id by the clock, `'5-*'` the next one of
   * that millisecond. The stream may be trimmed after. With `nomkstream` `null` comes back where there is no stream. O(1)
   * amortised.
   *
   * @example
   * db.xadd('events', '*', { kind: 'login', user: 'ann' }) // '1735689600000-0'
   * db.xadd('events', '*', { kind: 'logout' }, { maxlen: 10_000, approx: true })
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none or not past all others
   * @see https://redis.io/docs/latest/commands/xadd/
   */
  xadd<F extends DataRecord<F>>(
    key: Key,
    id: string,
    fields: F | FieldValues,
    options: XaddOptions & { readonly nomkstream: boolean },
  ): string | null
  /** As above; a stream that is missing is made, so there always is an id. */
  xadd<F extends DataRecord<F>>(
    key: Key,
    id: string,
    fields: F | FieldValues,
    options?: TrimOptions & { readonly nomkstream?: undefined },
  ): string
  xadd(key: Key, id: string, fields: FieldValues, options?: XaddOptions): string | null {
    const given = id === '*' ? undefined : strictOpenId(id)
    const words = pairsOf(fields, 'xadd')
    const unit = this[UNIT]
    try {
      if (unit.store.limited) unit.makeRoom()
      if (options === undefined && given === undefined) return bodies.xadd(unit, toText(key), words, bodies.BY_CLOCK)
      const trim = options === undefined ? undefined : trims.settledTrim(unit, trimOf(options, XADD_OPTIONS))
      const plan: bodies.XaddPlan = { id: given, nomkstream: options?.nomkstream === true, trim }
      return bodies.xadd(unit, toText(key), words, plan)
    } finally {
      if (unit.store.limited) unit.keepWithin()
      unit.end()
    }
  }

  /**
   * Takes entries out of a stream, the first ones; returns how many. The stream stays, even without entries. O(entries taken out).
   *
   * @example
   * db.xtrim('events', { maxlen: 1_000 })
   * db.xtrim('events', { minid: '1735689600000', approx: true })
   *
   * @throws RedstartError WRONGTYPE; ERR unless there is one of `maxlen` and `minid`, and for numbers that are negative
   * @see https://redis.io/docs/latest/commands/xtrim/
   */
  xtrim(key: Key, options: TrimOptions): number {
    const unit = this[UNIT]
    try {
      return trims.xtrim(unit, toText(key), trims.neededTrim(unit, trimOf(options, TRIM_OPTIONS)))
    } finally {
      unit.end()
    }
  }

  /**
   * Takes entries out of a stream by their ids; returns how many were there. O(log n) each.
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none
   * @see https://redis.io/docs/latest/commands/xdel/
   */
  xdel(key: Key, ...ids: readonly string[]): number {
    if (ids.length === 0) throw wrongArity('xdel')
    return this[RUN](bodies.xdel, toText(key), () => ids.map(strictId))
  }

  /**
   * Returns how many entries a stream has, 0 when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/xlen/
   */
  xlen(key: Key): number {
    return this[RUN](bodies.xlen, toText(key))
  }

  /**
   * Returns the entries between two ids, both included, `'-'` and `'+'` for the first and the last one; `'('` in front of an id
   * leaves it out. None when the stream is missing. O(log n + entries returned).
   *
   * @example
   * db.xrange('events', '-', '+', { count: 10 })
   * db.xrange('events', '(1735689600000-0', '+')
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none
   * @see https://redis.io/docs/latest/commands/xrange/
   */
  xrange(key: Key, start: string, end: string, options?: XrangeOptions): StreamEntry<T>[] {
    const range = rangeOf(start, end, options, false)
    return outEntries(this, this[RUN](ranges.xrange, toText(key), range))
  }

  /**
   * As `xrange`, from the last entry back: the greater id comes first. O(log n + entries returned).
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none
   * @see https://redis.io/docs/latest/commands/xrevrange/
   */
  xrevrange(key: Key, end: string, start: string, options?: XrangeOptions): StreamEntry<T>[] {
    const range = rangeOf(start, end, options, true)
    return outEntries(this, this[RUN](ranges.xrange, toText(key), range))
  }

  /**
   * Waits up to `block` milliseconds for entries past given ids, where there are none yet; `null` when time runs out. O(log n +
   * entries) a stream.
   *
   * @example
   * const news = await db.xread({ events: '$' }, { block: 5_000, signal })
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none or a number that is none; the reason of the signal when it is aborted
   * @see https://redis.io/docs/latest/commands/xread/
   */
  xread(streams: StreamsToRead, options: XreadBlockOptions): Promise<StreamEntries<T>[] | null>
  /**
   * Returns the entries of streams past given ids, `'$'` for the last id there ever was and `'+'` for the last entry; streams
   * without such entries are left out, `null` where there is none. O(log n + entries) a stream.
   *
   * @example
   * db.xread({ events: '0', audit: '0' }, { count: 100 }) // [{ key: 'events', entries: [{ id, fields }, …] }]
   *
   * @throws RedstartError WRONGTYPE; ERR for an id that is none
   * @see https://redis.io/docs/latest/commands/xread/
   */
  xread(streams: StreamsToRead, options?: XreadOptions & { readonly block?: undefined }): StreamEntries<T>[] | null
  xread(
    streams: StreamsToRead,
    options?: XreadOptions & MayBlock,
  ): StreamEntries<T>[] | null | Promise<StreamEntries<T>[] | null> {
    const shape = (found: reads.StreamRead[] | null): StreamEntries<T>[] | null => outStreams(this, found)
    if (options?.block === undefined) {
      // Nothing that does not wait is a promise.
      return shape(
        this[RUN](
          reads.xread,
          streamsOf(streams, 'xread'),
          countOf(options, XREAD_OPTIONS),
          undefined,
        ) as reads.StreamRead[],
      )
    }
    const { block } = options
    return promised(this, () => {
      const waiting = { timeoutMs: reads.checkedBlock(checkedInteger(block)), signal: signalGiven(options.signal) }
      return shaped(
        this[RUN](reads.xread, streamsOf(streams, 'xread'), countOf(options, XREAD_OPTIONS), waiting),
        shape,
      )
    })
  }

  /**
   * Sets the last id of a stream, and the counters from which Redis reckons how far groups lag behind. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR when the stream is missing or has entries past the id
   * @see https://redis.io/docs/latest/commands/xsetid/
   */
  xsetid(key: Key, lastId: string, options?: XsetidOptions): 'OK' {
    const { entriesadded, maxdeletedid } = optionsGiven(options, XSETID_OPTIONS) ?? {}
    const counters: bodies.XsetidCounters = {
      entriesadded: entriesadded === undefined ? undefined : checkedInteger(entriesadded),
      maxdeletedid: maxdeletedid === undefined ? undefined : strictId(maxdeletedid),
    }
    this[GROW](bodies.xsetid, toText(key), strictId(lastId), counters)
    return 'OK'
  }
}

const TRIM_OPTIONS: Names<TrimOptions> = { maxlen: true, minid: true, approx: true, limit: true }
const XADD_OPTIONS: Names<XaddOptions> = { ...TRIM_OPTIONS, nomkstream: true }
const XSETID_OPTIONS: Names<XsetidOptions> = { entriesadded: true, maxdeletedid: true }
const XRANGE_OPTIONS: Names<XrangeOptions> = { count: true }
export const XREAD_OPTIONS: Names<XreadBlockOptions> = { count: true, block: true, ...BLOCKING_OPTIONS }

/** Options of a trim with their numbers and ids read. */
function trimOf(options: TrimOptions, names: Names<TrimOptions>): trims.TrimDraft {
  const { maxlen, minid, approx, limit } = optionsGiven(objectGiven(options, 'options'), names)
  return {
    maxlen: maxlen === undefined ? undefined : checkedInteger(maxlen),
    minid: minid === undefined ? undefined : strictId(minid),
    approx,
    limit: limit === undefined ? undefined : checkedInteger(limit),
  }
}

function rangeOf(start: string, end: string, options: XrangeOptions | undefined, reverse: boolean): ranges.StreamRange {
  const given = optionsGiven(options, XRANGE_OPTIONS)?.count
  const count = given === undefined ? undefined : clamp(checkedInteger(given))
  return { start: intervalStart(toText(start)), end: intervalEnd(toText(end)), count, reverse }
}

/** COUNT of what reads streams: all for 0 and for what is negative. */
export function countOf(options: XreadOptions | undefined, names: Names<XreadOptions>): number {
  const given = optionsGiven(options, names)?.count
  return given === undefined ? 0 : Math.max(clamp(checkedInteger(given)), 0)
}

export function streamsOf(streams: StreamsToRead, command: string): reads.StreamToRead[] {
  const found: reads.StreamToRead[] = []
  if (isPairs(streams)) for (const pair of streams) found.push(streamOf(...pairGiven(pair)))
  else for (const key of Object.keys(streams)) found.push(streamOf(key, streams[key]!))
  if (found.length === 0) throw wrongArity(command)
  return found
}

function streamOf(key: Key, id: string): reads.StreamToRead {
  return { key: toText(key), from: reads.readFrom(toText(id)) }
}

/** Names and values by turns as an object. */
export function outFields<T extends string | Uint8Array>(
  handle: Handle<T>,
  words: readonly string[],
): Record<string, T> {
  const fields: Record<string, T> = Object.create(null)
  for (let i = 0; i < words.length; i += 2) fields[words[i]!] = handle[OUT_TEXT](words[i + 1]!)
  return fields
}

export function outEntries<T extends string | Uint8Array>(
  handle: Handle<T>,
  entries: readonly Entry[] | null,
): StreamEntry<T>[] {
  return entries?.map(({ id, words }) => ({ id, fields: outFields(handle, words) })) ?? []
}

function outStreams<T extends string | Uint8Array>(
  handle: Handle<T>,
  found: readonly reads.StreamRead[] | null,
): StreamEntries<T>[] | null {
  return (
    found?.map(({ key, entries }) => ({ key: handle[OUT_TEXT](key), entries: outEntries(handle, entries) })) ?? null
  )
}
