import { type Data, type Key, toText, toValue } from '../commands/argv.js'
import { checkedInteger, type Expiration } from '../commands/deadline.js'
import type { GetexOptions, SetOptions } from '../commands/string.js'
import * as bodies from '../commands/string.js'
import * as counters from '../commands/string-counters.js'
import * as ranges from '../commands/string-ranges.js'
import { notAFloat, wrongArity } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import { OTHERWISE, OVERWRITTEN, type Unit } from '../keyspace/unit.js'
import type { StringValue } from '../keyspace/value.js'
import { ByteString } from '../structures/byte-string.js'
import { type DataRecord, isPairs, type Names, optionsGiven, pairGiven } from './given.js'
import { GROW, Handle, OUT, RUN, UNIT } from './handle.js'

/** SET with its GET option: the old value comes back. */
export interface SetGetOptions extends SetOptions {
  readonly get: true
}

/** Keys and values of MSET: an object, a Map or any other list of pairs. */
export type KeyValues = Readonly<Record<string, Data>> | Iterable<readonly [Key, Data]>

/** Options of `lcsIdx`. */
export interface LcsIdxOptions {
  /** Only runs of at least so many bytes. */
  readonly minmatchlen?: number | undefined
}

/** A common run: byte offsets, both ends included. */
export interface LcsRun {
  readonly a: readonly [first: number, last: number]
  readonly b: readonly [first: number, last: number]
  readonly length: number
}

/** Strings and counters. */
export abstract class StringCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns the string at a key, `null` when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/get/
   */
  get(key: Key): T | null {
    // Not by RUN: this is the call that caches live on, and inlined it saves a fifth of its time at a thousand keys.
    const unit = this[UNIT]
    try {
      const value = getString(unit, key)
      return value === undefined ? null : this[OUT](value)
    } finally {
      unit.end()
    }
  }

  /** SET … GET: as below, but returns the old value, `null` when there was none. @throws RedstartError WRONGTYPE */
  set(key: Key, value: Data, options: SetGetOptions): T | null
  /**
   * Sets a key to a string; a type and a deadline that it had are gone. Returns `'OK'`, or `null` when `nx` or `xx`
   * held it back. O(1).
   *
   * @example
   * db.set('session', token, { ex: 3600 })
   * db.set('lock', owner, { px: 500, nx: true }) // null while somebody holds it
   *
   * @throws RedstartError ERR for options that exclude each other or a time that is not positive
   * @see https://redis.io/docs/latest/commands/set/
   */
  set(key: Key, value: Data, options?: SetOptions): 'OK' | null
  set(key: Key, value: Data, options?: SetOptions | SetGetOptions): T | 'OK' | null {
    if (options !== undefined) return setWith(this, key, value, options)
    const kept = toValue(value)
    const unit = this[UNIT]
    const done = typeof kept === 'string' && typeof key === 'string' ? overwrite(unit, key, kept) : OTHERWISE
    if (done === OVERWRITTEN) return 'OK'
    const text = toText(key)
    const { store } = unit
    try {
      if (store.limited) unit.makeRoom()
      if (done === ABSENT && text === key) bodies.create(unit, text, kept)
      else bodies.setPlain(unit, text, kept)
      if (store.limited) unit.keepWithin()
      return 'OK'
    } finally {
      unit.end()
    }
  }

  /**
   * Sets a key if it does not exist: 1, else 0. O(1).
   *
   * @deprecated `set` with `nx` does the same.
   * @see https://redis.io/docs/latest/commands/setnx/
   */
  setnx(key: Key, value: Data): number {
    return this[GROW](bodies.setnx, toText(key), toValue(value))
  }

  /**
   * Sets a key that expires after `seconds`. O(1).
   *
   * @deprecated `set` with `ex` does the same.
   * @throws RedstartError ERR unless `seconds` is a positive integer
   * @see https://redis.io/docs/latest/commands/setex/
   */
  setex(key: Key, seconds: number | bigint, value: Data): 'OK' {
    this[GROW](bodies.setex, toText(key), checkedInteger(seconds), toValue(value))
    return 'OK'
  }

  /**
   * Sets a key that expires after `milliseconds`. O(1).
   *
   * @deprecated `set` with `px` does the same.
   * @throws RedstartError ERR unless `milliseconds` is a positive integer
   * @see https://redis.io/docs/latest/commands/psetex/
   */
  psetex(key: Key, milliseconds: number | bigint, value: Data): 'OK' {
    this[GROW](bodies.psetex, toText(key), checkedInteger(milliseconds), toValue(value))
    return 'OK'
  }

  /**
   * Sets a key and returns the old string, `null` when missing; the deadline is dropped. O(1).
   *
   * @deprecated `set` with `get` does the same.
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/getset/
   */
  getset(key: Key, value: Data): T | null {
    return out(this, this[GROW](bodies.getset, toText(key), toValue(value)))
  }

  /**
   * Removes a key and returns its string, `null` when missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/getdel/
   */
  getdel(key: Key): T | null {
    return out(this, this[RUN](bodies.getdel, toText(key)))
  }

  /**
   * Returns the string at a key, `null` when missing, and sets or removes (`persist`) its deadline. A past time removes
   * the key. O(1).
   *
   * @example
   * db.getex('session', { ex: 3600 }) // slides the expiration
   *
   * @throws RedstartError WRONGTYPE; ERR for options that exclude each other or a time that is not positive
   * @see https://redis.io/docs/latest/commands/getex/
   */
  getex(key: Key, options?: GetexOptions): T | null {
    return out(this, this[RUN](bodies.getex, toText(key), optionsGiven(options, GETEX_OPTIONS) ?? NO_OPTIONS))
  }

  /**
   * Returns the strings at some keys, in their order; `null` for a key that is missing or no string. O(keys).
   *
   * @see https://redis.io/docs/latest/commands/mget/
   */
  mget(...keys: readonly Key[]): (T | null)[] {
    if (keys.length === 0) throw wrongArity('mget')
    return this[RUN](bodies.mget, keys.map(toText)).map((value) => out(this, value))
  }

  /**
   * Sets some keys. O(keys).
   *
   * @example
   * db.mset({ a: 1, b: 'two' })
   *
   * @see https://redis.io/docs/latest/commands/mset/
   */
  mset<E extends DataRecord<E>>(entries: E | KeyValues): 'OK' {
    this[GROW](bodies.mset, pairsOf(entries, 'mset'))
    return 'OK'
  }

  /**
   * Sets some keys if none of them exists: 1, else sets none: 0. O(keys).
   *
   * @see https://redis.io/docs/latest/commands/msetnx/
   */
  msetnx<E extends DataRecord<E>>(entries: E | KeyValues): number {
    return this[GROW](bodies.msetnx, pairsOf(entries, 'msetnx'))
  }

  /**
   * Adds one to the integer at a key, 0 when missing; returns the sum. The deadline stays. O(1).
   *
   * Exact over 64 bits; a sum past 2^53 is rounded in the returned number only, and `call('INCR', …)` returns a bigint.
   *
   * @throws RedstartError WRONGTYPE; ERR when the value is no integer or would leave 64 bits
   * @see https://redis.io/docs/latest/commands/incr/
   */
  incr(key: Key): number {
    return Number(this[GROW](counters.incrby, toText(key), 1))
  }

  /**
   * Subtracts one from the integer at a key; as `incr`. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR when the value is no integer or would leave 64 bits
   * @see https://redis.io/docs/latest/commands/decr/
   */
  decr(key: Key): number {
    return Number(this[GROW](counters.incrby, toText(key), -1))
  }

  /**
   * Adds an integer to the integer at a key; as `incr`. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR when value or increment is no integer or the sum would leave 64 bits
   * @see https://redis.io/docs/latest/commands/incrby/
   */
  incrby(key: Key, increment: number | bigint): number {
    return Number(this[GROW](counters.incrby, toText(key), checkedInteger(increment)))
  }

  /**
   * Subtracts an integer from the integer at a key; as `incr`. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR when value or decrement is no integer or the result would leave 64 bits
   * @see https://redis.io/docs/latest/commands/decrby/
   */
  decrby(key: Key, decrement: number | bigint): number {
    return Number(this[GROW](counters.decrby, toText(key), checkedInteger(decrement)))
  }

  /**
   * Adds to the number at a key, 0 when missing; returns the sum. 0.1 and 0.2 make 0.3: the sum is rounded as Redis's
   * long doubles are, and `get` returns its exact text. The deadline stays. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR when value or increment is no number or the sum is not finite
   * @see https://redis.io/docs/latest/commands/incrbyfloat/
   */
  incrbyfloat(key: Key, increment: number | string): number {
    if (typeof increment !== 'string' && (typeof increment !== 'number' || Number.isNaN(increment))) throw notAFloat()
    return Number(this[GROW](counters.incrbyfloat, toText(key), String(increment)))
  }

  /**
   * Adds to the end of the string at a key, made if missing; returns its length in bytes. O(1) amortised.
   *
   * @throws RedstartError WRONGTYPE; ERR when it would be longer than 512 MB
   * @see https://redis.io/docs/latest/commands/append/
   */
  append(key: Key, value: Data): number {
    return this[GROW](ranges.append, toText(key), toValue(value))
  }

  /**
   * Returns the length of the string at a key in bytes, 0 when missing. O(1); O(length) for text.
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/strlen/
   */
  strlen(key: Key): number {
    return this[RUN](ranges.strlen, toText(key))
  }

  /**
   * Returns the bytes from `start` to `end`, both included and 0-based, negative from the end; empty when there are
   * none. O(bytes returned).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/getrange/
   */
  getrange(key: Key, start: number, end: number): T {
    return this[OUT](this[RUN](ranges.getrange, toText(key), checkedInteger(start), checkedInteger(end)))
  }

  /**
   * An older name of `getrange`. O(bytes returned).
   *
   * @deprecated Use `getrange`.
   * @see https://redis.io/docs/latest/commands/substr/
   */
  substr(key: Key, start: number, end: number): T {
    return this[OUT](this[RUN](ranges.getrange, toText(key), checkedInteger(start), checkedInteger(end)))
  }

  /**
   * Overwrites the string at a key from a byte offset on, filling a gap with zero bytes; returns the new length. An
   * empty value changes nothing. O(bytes written).
   *
   * @throws RedstartError WRONGTYPE; ERR for a negative offset or more than 512 MB
   * @see https://redis.io/docs/latest/commands/setrange/
   */
  setrange(key: Key, start: number, value: Data): number {
    return this[GROW](ranges.setrange, toText(key), offset(start), toValue(value))
  }

  /**
   * Returns the longest common subsequence of the strings at two keys; a missing one counts as empty. O(n·m).
   *
   * @throws RedstartError ERR when a key holds no string or the strings are too long
   * @see https://redis.io/docs/latest/commands/lcs/
   */
  lcs(key1: Key, key2: Key): T {
    return this[OUT](ByteString.of(this[RUN](ranges.lcs, toText(key1), toText(key2)).bytes))
  }

  /**
   * Returns the length in bytes of what `lcs` returns (LCS … LEN). O(n·m).
   *
   * @throws RedstartError ERR when a key holds no string or the strings are too long
   * @see https://redis.io/docs/latest/commands/lcs/
   */
  lcsLen(key1: Key, key2: Key): number {
    return this[RUN](ranges.lcsLength, toText(key1), toText(key2))
  }

  /**
   * Returns where the common runs lie, from the last to the first, and the length of the whole (LCS … IDX). O(n·m).
   *
   * @throws RedstartError ERR when a key holds no string or the strings are too long
   * @see https://redis.io/docs/latest/commands/lcs/
   */
  lcsIdx(key1: Key, key2: Key, options?: LcsIdxOptions): { matches: LcsRun[]; len: number } {
    const shortest = checkedInteger(optionsGiven(options, LCS_IDX_OPTIONS)?.minmatchlen ?? 0)
    const found = this[RUN](ranges.lcs, toText(key1), toText(key2))
    const matches = found.matches
      .filter((match) => match.length >= shortest)
      .map(
        (match): LcsRun => ({
          a: [match.aFirst, match.aLast],
          b: [match.bFirst, match.bLast],
          length: match.length,
        }),
      )
    return { matches, len: found.length }
  }
}

/**
 * The string at a key as callers pass it. Keys in the keyspace are canonical, so a key that is found needs no further look;
 * the check that the others need costs a tenth of a GET.
 */
function getString(unit: Unit, key: Key): StringValue | undefined {
  if (typeof key === 'string') {
    const value = unit.getString(key)
    if (value !== undefined) return value
    if (key.isWellFormed()) return unit.missOfGet(key)
    const text = toText(key)
    return unit.getStringAgain(text) ?? unit.missOfGet(text)
  }
  const text = toText(key)
  return unit.getString(text) ?? unit.missOfGet(text)
}

const NO_OPTIONS: GetexOptions = {}

export const EXPIRATION: Names<Expiration> = { ex: true, px: true, exat: true, pxat: true }
const SET_OPTIONS: Names<SetOptions | SetGetOptions> = { ...EXPIRATION, keepttl: true, nx: true, xx: true, get: true }
const GETEX_OPTIONS: Names<GetexOptions> = { ...EXPIRATION, persist: true }
const LCS_IDX_OPTIONS: Names<LcsIdxOptions> = { minmatchlen: true }

function out<T extends string | Uint8Array>(handle: Handle<T>, value: StringValue | null): T | null {
  return value === null ? null : handle[OUT](value)
}

/** An offset or index: any integer; what lies past 2^53 is as good as infinite. */
function offset(value: number): number {
  return Number(checkedInteger(value))
}

function pairsOf(entries: KeyValues, command: string): [string, StringValue][] {
  const pairs = isPairs(entries) ? Array.from(entries, pairGiven) : Object.entries(entries)
  if (pairs.length === 0) throw wrongArity(command)
  return pairs.map(([key, value]) => [toText(key), toValue(value)])
}

/** As `Unit.overwriteText`; ends the call where that has done it. */
function overwrite(unit: Unit, key: string, text: string): number {
  const done = unit.overwriteText(key, text)
  const { store } = unit
  if (done !== OVERWRITTEN || (!store.limited && !store.logging)) return done
  if (store.logging) bodies.logSet(unit, key, text)
  if (store.limited) unit.keepWithin()
  unit.end()
  return done
}

/** SET with options. */
function setWith<T extends string | Uint8Array>(
  handle: StringCommands<T>,
  key: Key,
  value: Data,
  options: SetOptions | SetGetOptions,
): T | 'OK' | null {
  optionsGiven(options, SET_OPTIONS)
  const text = toText(key)
  const kept = toValue(value)
  if ('get' in options && options.get) return out(handle, handle[GROW](bodies.setGet, text, kept, options))
  return handle[GROW](bodies.set, text, kept, options) ? 'OK' : null
}
