import { type Key, toText } from '../commands/argv.js'
import { checkedInteger, type TimeUnit } from '../commands/deadline.js'
import type { CopyOptions } from '../commands/generic.js'
import * as bodies from '../commands/generic.js'
import type { RestoreOptions } from '../commands/generic-dump.js'
import * as dumps from '../commands/generic-dump.js'
import type { ExpireOptions } from '../commands/generic-expire.js'
import * as expirations from '../commands/generic-expire.js'
import * as objects from '../commands/generic-object.js'
import * as scans from '../commands/generic-scan.js'
import { notAString } from '../errors.js'
import type { CollectionType } from '../keyspace/value.js'
import { type Names, optionsGiven } from './given.js'
import { GROW, Handle, OUT, RUN } from './handle.js'
import { scanOptions, textsOf } from './words.js'

/** Options of `scan` and `scanIterator`. */
export interface ScanOptions {
  /** A glob that keys must match. */
  readonly match?: Key | undefined
  /** About how many keys to look at in one call; 10 by default. */
  readonly count?: number | undefined
  /** The type that values must have. */
  readonly type?: 'string' | CollectionType | undefined
}

/** Keys of any type. */
export abstract class GenericCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Removes keys; returns how many there were. O(keys).
   *
   * @see https://redis.io/docs/latest/commands/del/
   */
  del(...keys: readonly Key[]): number {
    if (keys.length === 1) return this[RUN](bodies.delOne, toText(keys[0]!))
    return this[RUN](bodies.del, textsOf(keys, 'del'))
  }

  /**
   * As `del`: memory is given back by the garbage collector in both. O(keys).
   *
   * @see https://redis.io/docs/latest/commands/unlink/
   */
  unlink(...keys: readonly Key[]): number {
    return this[RUN](bodies.del, textsOf(keys, 'unlink'))
  }

  /**
   * Counts how many of the keys exist; one given twice counts twice. O(keys).
   *
   * @see https://redis.io/docs/latest/commands/exists/
   */
  exists(...keys: readonly Key[]): number {
    return this[RUN](bodies.exists, textsOf(keys, 'exists'))
  }

  /**
   * As `exists`, and counts as an access to each. O(keys).
   *
   * @see https://redis.io/docs/latest/commands/touch/
   */
  touch(...keys: readonly Key[]): number {
    return this[RUN](bodies.touch, textsOf(keys, 'touch'))
  }

  /**
   * Returns the type of the value at a key, `'none'` when missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/type/
   */
  type(key: Key): 'none' | 'string' | CollectionType {
    return this[RUN](bodies.type, toText(key))
  }

  /**
   * Returns a key chosen at random, every key as likely as another; `null` when there is none. O(1).
   *
   * @see https://redis.io/docs/latest/commands/randomkey/
   */
  randomkey(): T | null {
    const key = this[RUN](bodies.randomkey)
    return key === null ? null : this[OUT](key)
  }

  /**
   * Renames a key, overwriting what has the new name; the deadline goes along. O(1).
   *
   * @throws RedstartError ERR no such key
   * @see https://redis.io/docs/latest/commands/rename/
   */
  rename(key: Key, newKey: Key): 'OK' {
    this[RUN](bodies.rename, toText(key), toText(newKey))
    return 'OK'
  }

  /**
   * Renames a key if no key has the new name: 1, else 0. O(1).
   *
   * @throws RedstartError ERR no such key
   * @see https://redis.io/docs/latest/commands/renamenx/
   */
  renamenx(key: Key, newKey: Key): number {
    return this[RUN](bodies.renamenx, toText(key), toText(newKey))
  }

  /**
   * Moves a key to another database: 1, or 0 when it is missing here or there already. O(1).
   *
   * @throws RedstartError ERR when the database is this one or does not exist
   * @see https://redis.io/docs/latest/commands/move/
   */
  move(key: Key, db: number): number {
    return this[RUN](bodies.move, toText(key), db)
  }

  /**
   * Copies a value and its deadline: 1, or 0 when there is no source or, without `replace`, a destination. O(value).
   *
   * @example
   * db.copy('live', 'backup', { db: 1, replace: true })
   *
   * @throws RedstartError ERR when source and destination are the same or the database does not exist
   * @see https://redis.io/docs/latest/commands/copy/
   */
  copy(source: Key, destination: Key, options?: CopyOptions): number {
    return this[GROW](bodies.copy, toText(source), toText(destination), optionsGiven(options, COPY_OPTIONS))
  }

  /**
   * Lets a key expire in `seconds`: 1, or 0 when it is missing or the condition does not hold. A time that is not
   * positive removes the key. O(1).
   *
   * @example
   * db.expire('session', 60, { gt: true }) // only ever later
   *
   * @throws RedstartError ERR for conditions that exclude each other, or a time that is no integer or too far away
   * @see https://redis.io/docs/latest/commands/expire/
   */
  expire(key: Key, seconds: number | bigint, options?: ExpireOptions): number {
    return expireBy(this, key, seconds, 'ex', options)
  }

  /**
   * Lets a key expire in `milliseconds`; as `expire`. O(1).
   *
   * @throws RedstartError ERR for conditions that exclude each other, or a time that is no integer or too far away
   * @see https://redis.io/docs/latest/commands/pexpire/
   */
  pexpire(key: Key, milliseconds: number | bigint, options?: ExpireOptions): number {
    return expireBy(this, key, milliseconds, 'px', options)
  }

  /**
   * Lets a key expire at a Unix time in seconds; as `expire`. O(1).
   *
   * @throws RedstartError ERR for conditions that exclude each other, or a time that is no integer or too far away
   * @see https://redis.io/docs/latest/commands/expireat/
   */
  expireat(key: Key, unixSeconds: number | bigint, options?: ExpireOptions): number {
    return expireBy(this, key, unixSeconds, 'exat', options)
  }

  /**
   * Lets a key expire at a Unix time in milliseconds; as `expire`. O(1).
   *
   * @throws RedstartError ERR for conditions that exclude each other, or a time that is no integer or too far away
   * @see https://redis.io/docs/latest/commands/pexpireat/
   */
  pexpireat(key: Key, unixMilliseconds: number | bigint, options?: ExpireOptions): number {
    return expireBy(this, key, unixMilliseconds, 'pxat', options)
  }

  /**
   * Removes the deadline of a key: 1, or 0 when it has none. O(1).
   *
   * @see https://redis.io/docs/latest/commands/persist/
   */
  persist(key: Key): number {
    return this[RUN](expirations.persist, toText(key))
  }

  /**
   * Returns the seconds until a key expires, rounded to the nearest; -1 when it never does, -2 when it is missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/ttl/
   */
  ttl(key: Key): number {
    return Number(this[RUN](expirations.ttl, toText(key)))
  }

  /**
   * Returns the milliseconds until a key expires; -1 when it never does, -2 when it is missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/pttl/
   */
  pttl(key: Key): number {
    return Number(this[RUN](expirations.pttl, toText(key)))
  }

  /**
   * Returns when a key expires, as Unix time in seconds; -1 when it never does, -2 when it is missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/expiretime/
   */
  expiretime(key: Key): number {
    return Number(this[RUN](expirations.expiretime, toText(key)))
  }

  /**
   * Returns when a key expires, as Unix time in milliseconds; -1 when it never does, -2 when it is missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/pexpiretime/
   */
  pexpiretime(key: Key): number {
    return Number(this[RUN](expirations.pexpiretime, toText(key)))
  }

  /**
   * Returns all keys that match a glob, in no particular order. O(keys in the database): for many keys take
   * `scanIterator`.
   *
   * @see https://redis.io/docs/latest/commands/keys/
   */
  keys(pattern: Key): T[] {
    return this[RUN](scans.keys, toText(pattern)).map((key) => this[OUT](key))
  }

  /**
   * Returns some keys from a cursor on (`'0'` to begin), and the next cursor, `'0'` at the end. A key that exists from
   * the first call to the last is returned at least once, whatever else comes and goes. O(count).
   *
   * @example
   * const { cursor, keys } = db.scan('0', { match: 'user:*', count: 100 })
   *
   * @throws RedstartError ERR for a bad cursor or count
   * @see https://redis.io/docs/latest/commands/scan/
   */
  scan(cursor: string | number, options?: ScanOptions): { cursor: string; keys: T[] } {
    const found = this[RUN](scans.scan, scans.parseCursor(toText(cursor)), scanOptions(options, SCAN_OPTIONS))
    return { cursor: String(found.cursor), keys: found.keys.map((key) => this[OUT](key)) }
  }

  /**
   * Goes through the keys by `scan`. The database may be changed meanwhile; a key may then come twice. O(count) a step, O(keys in
   * the database) in all.
   *
   * @example
   * for (const key of db.scanIterator({ match: 'user:*', type: 'hash' })) db.expire(key, 60)
   *
   * @see https://redis.io/docs/latest/commands/scan/
   */
  *scanIterator(options?: ScanOptions): IterableIterator<T> {
    let cursor = '0'
    do {
      const found = this.scan(cursor, options)
      yield* found.keys
      cursor = found.cursor
    } while (cursor !== '0')
  }

  /**
   * Returns the value at a key as bytes that `restore` takes, here or on a Redis server; `null` when missing. O(size).
   *
   * @see https://redis.io/docs/latest/commands/dump/
   */
  dump(key: Key): Uint8Array | null {
    return this[RUN](dumps.dump, toText(key))
  }

  /**
   * Makes a key of what `dump` returned, here or on a Redis server, with a time to live of `ttl` milliseconds, 0 for
   * none. O(size).
   *
   * @example
   * db.restore('copy', 0, db.dump('original')!, { replace: true })
   *
   * @throws RedstartError BUSYKEY when the key exists and `replace` is not set; ERR for damaged bytes
   * @see https://redis.io/docs/latest/commands/restore/
   */
  restore(key: Key, ttl: number | bigint, payload: Uint8Array, options?: RestoreOptions): 'OK' {
    if (!(payload instanceof Uint8Array)) throw notAString(payload)
    this[GROW](dumps.restore, toText(key), checkedInteger(ttl), payload, optionsGiven(options, RESTORE_OPTIONS))
    return 'OK'
  }

  /**
   * Returns how the value at a key is kept, in Redis's words: for strings `'int'`, `'embstr'` (up to 44 bytes) or
   * `'raw'`; `null` when missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/object-encoding/
   */
  objectEncoding(key: Key): string | null {
    return this[RUN](objects.objectEncoding, toText(key))
  }

  /**
   * Returns the access frequency of a key, a logarithmic count from 0 to 255; `null` when missing. O(1).
   *
   * @throws RedstartError ERR as long as no LFU policy is selected
   * @see https://redis.io/docs/latest/commands/object-freq/
   */
  objectFreq(key: Key): number | null {
    return this[RUN](objects.objectFreq, toText(key))
  }

  /**
   * Returns the seconds since the last access to a key, `null` when missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/object-idletime/
   */
  objectIdletime(key: Key): number | null {
    return this[RUN](objects.objectIdletime, toText(key))
  }

  /**
   * Returns how many references Redis would hold to the value at a key, `null` when missing. O(1).
   *
   * @see https://redis.io/docs/latest/commands/object-refcount/
   */
  objectRefcount(key: Key): number | null {
    return this[RUN](objects.objectRefcount, toText(key))
  }
}

export const EXPIRE_OPTIONS: Names<ExpireOptions> = { nx: true, xx: true, gt: true, lt: true }
const COPY_OPTIONS: Names<CopyOptions> = { db: true, replace: true }
const SCAN_OPTIONS: Names<ScanOptions> = { match: true, count: true, type: true }
const RESTORE_OPTIONS: Names<RestoreOptions> = { replace: true, absttl: true, idletime: true, freq: true }

function expireBy(
  handle: Handle<string | Uint8Array>,
  key: Key,
  time: number | bigint,
  timeUnit: TimeUnit,
  options: ExpireOptions | undefined,
): number {
  return handle[RUN](
    expirations.expire,
    toText(key),
    checkedInteger(time),
    timeUnit,
    optionsGiven(options, EXPIRE_OPTIONS),
  )
}
