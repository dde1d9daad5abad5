import { type Data, type Key, toText } from '../commands/argv.js'
import { checkedInteger, type TimeUnit } from '../commands/deadline.js'
import type { ExpireOptions } from '../commands/generic-expire.js'
import { parseCursor } from '../commands/generic-scan.js'
import * as bodies from '../commands/hash.js'
import * as counters from '../commands/hash-counters.js'
import * as expirations from '../commands/hash-expire.js'
import type { HgetexOptions, HsetexOptions } from '../commands/hash-getex.js'
import * as getex from '../commands/hash-getex.js'
import * as random from '../commands/hash-random.js'
import * as scans from '../commands/hash-scan.js'
import { notAFloat, wrongArity } from '../errors.js'
import { EXPIRE_OPTIONS } from './generic.js'
import { type DataRecord, isPairs, type Names, optionsGiven, pairGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN, UNIT } from './handle.js'
import { EXPIRATION } from './string.js'
import { ELEMENT_SCAN_OPTIONS, outText, scanOptions, textsOf } from './words.js'

/** Fields and values to set: an object, a Map or any other list of pairs. */
export type FieldValues = Readonly<Record<string, Data>> | Iterable<readonly [Key, Data]>

/** A field with its value. */
export interface FieldAndValue<T extends string | Uint8Array> {
  readonly field: T
  readonly value: T
}

/** Options of `hscan` and its kin. */
export interface HscanOptions {
  /** A glob that fields must match. */
  readonly match?: Key | undefined
  /** About how many fields to look at in one call; 10 by default. */
  readonly count?: number | undefined
}

/** Hashes. */
export abstract class HashCommands<T extends string | Uint8Array> extends Handle<T> {
  /** Sets one field: 1 when it is new, else 0; as below. */
  hset(key: Key, field: Key, value: Data): number
  /**
   * Sets fields; returns how many are new. A deadline that a field had is gone. O(fields).
   *
   * @example
   * db.hset('user:1', 'name', 'Ada')
   * db.hset('user:1', { name: 'Ada', born: 1815 })
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hset/
   */
  hset<F extends DataRecord<F>>(key: Key, fields: F | FieldValues): number
  hset(key: Key, field: Key | FieldValues, value?: Data, ...surplus: readonly never[]): number {
    if (surplus.length > 0) throw wrongArity('hset')
    if (typeof field === 'string' || field instanceof Uint8Array) {
      // What is missing is refused as what is no value.
      return this[GROW](bodies.hsetOne, toText(key), toText(field), toText(value as Data))
    }
    return this[GROW](bodies.hset, toText(key), pairsOf(field, 'hset'))
  }

  /**
   * As `hset` of several fields, but returns `'OK'`. O(fields).
   *
   * @deprecated `hset` does the same.
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hmset/
   */
  hmset<F extends DataRecord<F>>(key: Key, fields: F | FieldValues): 'OK' {
    this[GROW](bodies.hset, toText(key), pairsOf(fields, 'hmset'))
    return 'OK'
  }

  /**
   * Sets a field if it does not exist: 1, else 0. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hsetnx/
   */
  hsetnx(key: Key, field: Key, value: Data): number {
    return this[GROW](bodies.hsetnx, toText(key), toText(field), toText(value))
  }

  /**
   * Returns the value of a field, `null` when key or field is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hget/
   */
  hget(key: Key, field: Key): T | null {
    return outText(this, this[RUN](bodies.hget, toText(key), toText(field)))
  }

  /**
   * Returns the values of fields, in their order; `null` for a field that is missing. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hmget/
   */
  hmget(key: Key, ...fields: readonly Key[]): (T | null)[] {
    return outAll(this, this[RUN](bodies.hmget, toText(key), textsOf(fields, 'hmget')))
  }

  /**
   * Returns all fields with their values in an object without a prototype, so that a field may have any name, `__proto__` too;
   * an empty one when the key is missing. Objects put names that look like integers before all others: where the order
   * matters, take `hgetallMap`. O(fields in the hash).
   *
   * @example
   * db.hgetall('user:1') // { name: 'Ada', born: '1815' }
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hgetall/
   */
  hgetall(key: Key): Record<string, T> {
    const object: Record<string, T> = Object.create(null)
    for (const [field, value] of this[RUN](bodies.hgetall, toText(key))) object[field] = this[OUT_TEXT](value)
    return object
  }

  /**
   * As `hgetall`, but in a Map, which keeps the order: that of adding while the hash is small, none in particular later. O(fields
   * in the hash).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hgetall/
   */
  hgetallMap(key: Key): Map<string, T> {
    const map = new Map<string, T>()
    for (const [field, value] of this[RUN](bodies.hgetall, toText(key))) map.set(field, this[OUT_TEXT](value))
    return map
  }

  /**
   * Returns all fields, none when the key is missing. O(fields in the hash).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hkeys/
   */
  hkeys(key: Key): T[] {
    return this[RUN](bodies.hkeys, toText(key)).map((field) => this[OUT_TEXT](field))
  }

  /**
   * Returns all values in the order of `hkeys`, none when the key is missing. O(fields in the hash).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hvals/
   */
  hvals(key: Key): T[] {
    return this[RUN](bodies.hvals, toText(key)).map((value) => this[OUT_TEXT](value))
  }

  /**
   * Counts the fields, 0 when the key is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hlen/
   */
  hlen(key: Key): number {
    return this[RUN](bodies.hlen, toText(key))
  }

  /**
   * Returns the length of the value of a field in bytes, 0 when key or field is missing. O(length).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hstrlen/
   */
  hstrlen(key: Key, field: Key): number {
    return this[RUN](bodies.hstrlen, toText(key), toText(field))
  }

  /**
   * Says whether a field is there: 1 or 0. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hexists/
   */
  hexists(key: Key, field: Key): number {
    return this[RUN](bodies.hexists, toText(key), toText(field))
  }

  /**
   * Removes fields; returns how many were there. The key goes with the last one. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hdel/
   */
  hdel(key: Key, ...fields: readonly Key[]): number {
    if (fields.length === 1) return this[RUN](bodies.hdelOne, toText(key), toText(fields[0]!))
    return this[RUN](bodies.hdel, toText(key), textsOf(fields, 'hdel'))
  }

  /**
   * Adds an integer to the integer in a field, 0 when missing; returns the sum. Deadlines stay. O(1).
   *
   * Exact over 64 bits; a sum past 2^53 is rounded in the returned number only, and `call('HINCRBY', …)` returns a bigint.
   *
   * @throws RedstartError WRONGTYPE; ERR when value or increment is no integer or the sum would leave 64 bits
   * @see https://redis.io/docs/latest/commands/hincrby/
   */
  hincrby(key: Key, field: Key, increment: number | bigint): number {
    return Number(this[GROW](counters.hincrby, toText(key), toText(field), checkedInteger(increment)))
  }

  /**
   * Adds to the number in a field, 0 when missing; returns the sum. 0.1 and 0.2 make 0.3: the sum is rounded as Redis's long
   * doubles are, and `hget` returns its exact text. Deadlines stay. O(1).
   *
   * @throws RedstartError WRONGTYPE; ERR when value or increment is no number or the sum is not finite
   * @see https://redis.io/docs/latest/commands/hincrbyfloat/
   */
  hincrbyfloat(key: Key, field: Key, increment: number | string): number {
    if (typeof increment !== 'string' && (typeof increment !== 'number' || Number.isNaN(increment))) throw notAFloat()
    return Number(this[GROW](counters.hincrbyfloat, toText(key), toText(field), String(increment)))
  }

  /**
   * Returns a field chosen at random, every one as likely as another; `null` when the key is missing. O(1).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hrandfield/
   */
  hrandfield(key: Key): T | null
  /**
   * Returns fields chosen at random: up to `count` different ones, or for a negative count exactly as many as it says, of which
   * some may be the same; none when the key is missing. O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR unless `count` is an integer
   * @see https://redis.io/docs/latest/commands/hrandfield/
   */
  hrandfield(key: Key, count: number): T[]
  hrandfield(key: Key, count?: number): T | null | T[] {
    if (count === undefined) return outText(this, this[RUN](random.hrandfield, toText(key)))
    return this[RUN](random.hrandfields, toText(key), checkedInteger(count)).map((field) => this[OUT_TEXT](field))
  }

  /**
   * As `hrandfield` with a count, with the values (HRANDFIELD … WITHVALUES). O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR unless `count` is an integer
   * @see https://redis.io/docs/latest/commands/hrandfield/
   */
  hrandfieldWithValues(key: Key, count: number): FieldAndValue<T>[] {
    return outPairs(this, this[RUN](random.hrandfieldsWithValues, toText(key), checkedInteger(count)))
  }

  /**
   * Returns some fields from a cursor on (`'0'` to begin) with their values, and the next cursor, `'0'` at the end. A field that is
   * there from the first call to the last is returned at least once, whatever else comes and goes. O(count).
   *
   * @example
   * const { cursor, entries } = db.hscan('user:1', '0', { match: 'addr:*', count: 100 })
   *
   * @throws RedstartError WRONGTYPE; ERR for a bad cursor or count
   * @see https://redis.io/docs/latest/commands/hscan/
   */
  hscan(key: Key, cursor: string | number, options?: HscanOptions): { cursor: string; entries: FieldAndValue<T>[] } {
    const found = this[RUN](
      scans.hscan,
      toText(key),
      parseCursor(toText(cursor)),
      scanOptions(options, ELEMENT_SCAN_OPTIONS),
    )
    return { cursor: String(found.cursor), entries: outPairs(this, found.entries) }
  }

  /**
   * As `hscan`, but returns the fields alone (HSCAN … NOVALUES). O(count).
   *
   * @throws RedstartError WRONGTYPE; ERR for a bad cursor or count
   * @see https://redis.io/docs/latest/commands/hscan/
   */
  hscanNoValues(key: Key, cursor: string | number, options?: HscanOptions): { cursor: string; fields: T[] } {
    const found = this[RUN](
      scans.hscan,
      toText(key),
      parseCursor(toText(cursor)),
      scanOptions(options, ELEMENT_SCAN_OPTIONS),
    )
    return { cursor: String(found.cursor), fields: found.entries.map(([field]) => this[OUT_TEXT](field)) }
  }

  /**
   * Goes through the fields of a hash and their values by `hscan`. The hash may be changed meanwhile; a field may then come
   * twice. O(count) a step, O(fields in the hash) in all.
   *
   * @example
   * for (const { field, value } of db.hscanIterator('user:1', { match: 'addr:*' })) console.log(field, value)
   *
   * @see https://redis.io/docs/latest/commands/hscan/
   */
  *hscanIterator(key: Key, options?: HscanOptions): IterableIterator<FieldAndValue<T>> {
    let cursor = '0'
    do {
      const found = this.hscan(key, cursor, options)
      yield* found.entries
      cursor = found.cursor
    } while (cursor !== '0')
  }

  /**
   * As `hscanIterator`, but goes through the fields alone.
   *
   * @see https://redis.io/docs/latest/commands/hscan/
   */
  *hscanNoValuesIterator(key: Key, options?: HscanOptions): IterableIterator<T> {
    let cursor = '0'
    do {
      const found = this.hscanNoValues(key, cursor, options)
      yield* found.fields
      cursor = found.cursor
    } while (cursor !== '0')
  }

  /**
   * Lets fields expire in `seconds`. Returns for each of them 1, or 2 when that is no time at all and the field is removed, 0 when
   * the condition does not hold, -2 when there is no such field. O(fields).
   *
   * @example
   * db.hexpire('user:1', 60, ['token', 'nonce'], { nx: true })
   *
   * @throws RedstartError WRONGTYPE; ERR for more than one condition, or a time that is no integer, negative or too far away
   * @see https://redis.io/docs/latest/commands/hexpire/
   */
  hexpire(key: Key, seconds: number | bigint, fields: readonly Key[], options?: ExpireOptions): number[] {
    return expireBy(this, key, seconds, 'ex', fields, options)
  }

  /**
   * Lets fields expire in `milliseconds`; as `hexpire`. O(fields).
   *
   * @throws RedstartError WRONGTYPE; ERR for more than one condition, or a time that is no integer, negative or too far away
   * @see https://redis.io/docs/latest/commands/hpexpire/
   */
  hpexpire(key: Key, milliseconds: number | bigint, fields: readonly Key[], options?: ExpireOptions): number[] {
    return expireBy(this, key, milliseconds, 'px', fields, options)
  }

  /**
   * Lets fields expire at a Unix time in seconds; as `hexpire`. O(fields).
   *
   * @throws RedstartError WRONGTYPE; ERR for more than one condition, or a time that is no integer, negative or too far away
   * @see https://redis.io/docs/latest/commands/hexpireat/
   */
  hexpireat(key: Key, unixSeconds: number | bigint, fields: readonly Key[], options?: ExpireOptions): number[] {
    return expireBy(this, key, unixSeconds, 'exat', fields, options)
  }

  /**
   * Lets fields expire at a Unix time in milliseconds; as `hexpire`. O(fields).
   *
   * @throws RedstartError WRONGTYPE; ERR for more than one condition, or a time that is no integer, negative or too far away
   * @see https://redis.io/docs/latest/commands/hpexpireat/
   */
  hpexpireat(key: Key, unixMilliseconds: number | bigint, fields: readonly Key[], options?: ExpireOptions): number[] {
    return expireBy(this, key, unixMilliseconds, 'pxat', fields, options)
  }

  /**
   * Takes the deadline from fields. Returns for each of them 1, -1 when it has none, -2 when there is no such field. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hpersist/
   */
  hpersist(key: Key, ...fields: readonly Key[]): number[] {
    return this[RUN](expirations.hpersist, toText(key), textsOf(fields, 'hpersist'))
  }

  /**
   * Returns the seconds until fields expire, rounded up; -1 for one that never does, -2 for one that is missing. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/httl/
   */
  httl(key: Key, ...fields: readonly Key[]): number[] {
    return this[RUN](expirations.httl, toText(key), textsOf(fields, 'httl'))
  }

  /**
   * Returns the milliseconds until fields expire; -1 for one that never does, -2 for one that is missing. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hpttl/
   */
  hpttl(key: Key, ...fields: readonly Key[]): number[] {
    return this[RUN](expirations.hpttl, toText(key), textsOf(fields, 'hpttl'))
  }

  /**
   * Returns when fields expire, as Unix time in seconds, rounded up; -1 for one that never does, -2 for one that is missing.
   * O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hexpiretime/
   */
  hexpiretime(key: Key, ...fields: readonly Key[]): number[] {
    return this[RUN](expirations.hexpiretime, toText(key), textsOf(fields, 'hexpiretime'))
  }

  /**
   * Returns when fields expire, as Unix time in milliseconds; -1 for one that never does, -2 for one that is missing. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hpexpiretime/
   */
  hpexpiretime(key: Key, ...fields: readonly Key[]): number[] {
    return this[RUN](expirations.hpexpiretime, toText(key), textsOf(fields, 'hpexpiretime'))
  }

  /**
   * Returns the values of fields, `null` for those that are missing, and sets or removes (`persist`) their deadlines. A time that
   * has come removes them. O(fields).
   *
   * @example
   * db.hgetex('session', ['token'], { ex: 3600 }) // slides the expiration
   *
   * @throws RedstartError WRONGTYPE; ERR for options that exclude each other, or a time that is no integer, negative or too far
   * away
   * @see https://redis.io/docs/latest/commands/hgetex/
   */
  hgetex(key: Key, fields: readonly Key[], options?: HgetexOptions): (T | null)[] {
    return outAll(
      this,
      this[RUN](getex.hgetex, toText(key), textsOf(fields, 'hgetex'), optionsGiven(options, HGETEX_OPTIONS)),
    )
  }

  /**
   * Sets fields and their deadlines: 1, or 0 when `fnx` or `fxx` held all of them back. Without an option the deadlines go, as with
   * `hset`. O(fields).
   *
   * @example
   * db.hsetex('session', { token, nonce }, { ex: 3600, fnx: true })
   *
   * @throws RedstartError WRONGTYPE; ERR for options that exclude each other, or a time that is no integer, negative or too far
   * away
   * @see https://redis.io/docs/latest/commands/hsetex/
   */
  hsetex<F extends DataRecord<F>>(key: Key, fields: F | FieldValues, options?: HsetexOptions): number {
    return this[GROW](getex.hsetex, toText(key), pairsOf(fields, 'hsetex'), optionsGiven(options, HSETEX_OPTIONS))
  }

  /**
   * Removes fields and returns their values, `null` for those that were not there. The key goes with the last one. O(fields).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/hgetdel/
   */
  hgetdel(key: Key, ...fields: readonly Key[]): (T | null)[] {
    return outAll(this, this[RUN](getex.hgetdel, toText(key), textsOf(fields, 'hgetdel')))
  }
}

const HGETEX_OPTIONS: Names<HgetexOptions> = { ...EXPIRATION, persist: true }
const HSETEX_OPTIONS: Names<HsetexOptions> = { ...EXPIRATION, keepttl: true, fnx: true, fxx: true }

/** Fields and values by turns. */
export function pairsOf(fields: FieldValues, command: string): string[] {
  const flat: string[] = []
  if (isPairs(fields)) {
    for (const pair of fields) {
      const [field, value] = pairGiven(pair)
      flat.push(toText(field), toText(value))
    }
  }
  // Not by entries, which are an array each: half the time for two fields.
  else for (const field of Object.keys(fields)) flat.push(toText(field), toText(fields[field]!))
  if (flat.length === 0) throw wrongArity(command)
  return flat
}

function expireBy(
  handle: Handle<string | Uint8Array>,
  key: Key,
  time: number | bigint,
  timeUnit: TimeUnit,
  fields: readonly Key[],
  options: ExpireOptions | undefined,
): number[] {
  const command = { ex: 'hexpire', px: 'hpexpire', exat: 'hexpireat', pxat: 'hpexpireat' }[timeUnit]
  const [text, texts] = [toText(key), textsOf(fields, command)]
  const unit = handle[UNIT]
  try {
    return expirations.hexpire(unit, text, time, timeUnit, texts, optionsGiven(options, EXPIRE_OPTIONS))
  } finally {
    unit.end()
  }
}

function outAll<T extends string | Uint8Array>(handle: Handle<T>, values: (string | null)[]): (T | null)[] {
  return values.map((value) => outText(handle, value))
}

function outPairs<T extends string | Uint8Array>(
  handle: Handle<T>,
  pairs: readonly (readonly [string, string])[],
): FieldAndValue<T>[] {
  return pairs.map(([field, value]) => ({ field: handle[OUT_TEXT](field), value: handle[OUT_TEXT](value) }))
}
