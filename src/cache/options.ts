import { checkNames, type Names } from '../option-names.js'
import type { Codec } from './codec.js'

/**
 * How long values are kept, and under which tags. Given to `cache` it holds for every call; a call may name its own.
 * All times are milliseconds by the database's clock; `Infinity` is for ever, 0 is not at all.
 */
export interface KeepOptions<T> {
  /** How long a value is fresh; for ever when absent. A function is asked for each value. */
  readonly ttlMs?: number | ((value: T) => number) | undefined
  /**
   * How long a value is kept after that, stale: `getOrSet` answers with it at once and renews it in the background. By
   * default 0.
   */
  readonly staleTtlMs?: number | undefined
  /** How long a loader's `null` or `undefined` is kept, in place of `ttlMs` and `staleTtlMs`. By default 0. */
  readonly negativeTtlMs?: number | undefined
  /** How long a loader's error is kept, and thrown without another load, where there is no value. By default 0. */
  readonly errorTtlMs?: number | undefined
  /** From 0 to 1: a time to live is shortened by up to this part of it, by chance, so that not all end at once. By default 0. */
  readonly jitter?: number | undefined
  /** `invalidateTags` ends all values under a tag. A function is asked for each value. */
  readonly tags?: readonly string[] | ((value: T) => readonly string[]) | undefined
}

/** Options of `cache`. */
export interface CacheOptions<T> extends KeepOptions<T> {
  /** What the keys of this cache begin with in the database: `'user:'` keeps `'42'` at `user:42`. */
  readonly prefix: string
  /**
   * How values are kept. `'structured'`, the default: as bytes with what structured cloning keeps (Date, Map, Set, bigint,
   * typed arrays, undefined). `'json'`: as JSON text. `'reference'`: as the objects that they are, which is fastest; they
   * are shared with everybody who gets them, do not outlive the process and do not count for `maxMemory`. Or a codec of
   * your own.
   */
  readonly codec?: 'structured' | 'json' | 'reference' | Codec<T> | undefined
  /**
   * How long no second attempt is made after a stale value could not be renewed; twice as long after each further
   * failure, 64 times as long at most. By default 1,000.
   */
  readonly backoffMs?: number | undefined
  /** Where jitter comes from: numbers from 0 up to 1. By default `Math.random`. */
  readonly random?: (() => number) | undefined
  /**
   * Hears of errors that no caller does: a stale value could not be renewed, a loaded one not be stored (by OOM, say), an
   * entry not be decoded. Without it they are counted only.
   */
  readonly onError?: ((error: unknown, context: CacheErrorContext) => void) | undefined
}

/** What a cache did when an error came up. */
export interface CacheErrorContext {
  /** The key, without the prefix. */
  readonly key: string
  /** `'load'`: a stale value could not be renewed; `'store'`: a loaded one not be kept; `'decode'`: a kept one not be read. */
  readonly during: 'load' | 'store' | 'decode'
}

/** Options of `getOrSet`. */
export interface GetOrSetOptions<T> extends KeepOptions<T> {
  /** Load anew, or join a load that runs, whatever is kept. What is kept stays if that fails. */
  readonly refresh?: boolean | undefined
  /** Lets this caller go. The load goes on for others; the loader's signal aborts when all have gone. */
  readonly signal?: AbortSignal | undefined
}

/** Options of `get` and `getMany`. */
export interface CacheGetOptions {
  /** Take a stale value too. */
  readonly allowStale?: boolean | undefined
}

/** Longer than this is for ever: 31,700 years. */
const LONGEST_MS = 1e15

const KEEP: Names<KeepOptions<unknown>> = {
  ttlMs: true,
  staleTtlMs: true,
  negativeTtlMs: true,
  errorTtlMs: true,
  jitter: true,
  tags: true,
}
const GET_OR_SET: Names<GetOrSetOptions<unknown>> = { ...KEEP, refresh: true, signal: true }
const GET: Names<CacheGetOptions> = { allowStale: true }
const CACHE: Names<CacheOptions<unknown>> = {
  prefix: true,
  codec: true,
  ...KEEP,
  backoffMs: true,
  random: true,
  onError: true,
}

/** The option of a call, or else of the cache. */
export function optionOf<T, K extends keyof KeepOptions<T>>(
  name: K,
  options: KeepOptions<T> | undefined,
  defaults: KeepOptions<T>,
): KeepOptions<T>[K] {
  return options?.[name] === undefined ? defaults[name] : options[name]
}

/** A whole number of milliseconds, Infinity, or 0. */
export function checkedMs(name: string, ms: number): number {
  if (typeof ms !== 'number' || !(ms >= 0)) throw new RangeError(`${name} must be milliseconds >= 0, got ${String(ms)}`)
  return ms > LONGEST_MS ? Number.POSITIVE_INFINITY : Math.ceil(ms)
}

export function checkGetOptions(options: CacheGetOptions): void {
  checkNames(options, GET)
}

export function checkSetOptions<T>(options: KeepOptions<T>): void {
  checkNames(options, KEEP)
  checkKept(options)
}

export function checkGetOrSetOptions<T>(options: GetOrSetOptions<T>): void {
  checkNames(options, GET_OR_SET)
  checkKept(options)
}

/** Refuses options that no value could be kept by. Functions are checked when they are asked. */
function checkKept<T>(options: KeepOptions<T>): void {
  const { ttlMs, staleTtlMs, negativeTtlMs, errorTtlMs, jitter, tags } = options
  if (typeof ttlMs !== 'function' && ttlMs !== undefined) checkedMs('ttlMs', ttlMs)
  if (staleTtlMs !== undefined) checkedMs('staleTtlMs', staleTtlMs)
  if (negativeTtlMs !== undefined) checkedMs('negativeTtlMs', negativeTtlMs)
  if (errorTtlMs !== undefined) checkedMs('errorTtlMs', errorTtlMs)
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) {
    throw new RangeError(`jitter must be from 0 to 1, got ${jitter}`)
  }
  if (tags !== undefined && typeof tags !== 'function') checkedTags(tags)
}

export function checkedTags(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags)) throw new TypeError(`tags must be an array of strings, got ${typeof tags}`)
  for (const tag of tags) if (typeof tag !== 'string') throw new TypeError(`a tag is a string, got ${typeof tag}`)
  return tags
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, got ${typeof value}`)
}

export function checkCacheOptions<T>(options: CacheOptions<T>): void {
  checkNames(options, CACHE)
  const { prefix, backoffMs, random, onError } = options
  if (typeof prefix !== 'string' || prefix === '') throw new TypeError('prefix must be a string that is not empty')
  if (backoffMs !== undefined) checkedMs('backoffMs', backoffMs)
  if (random !== undefined) checkFunction('random', random)
  if (onError !== undefined) checkFunction('onError', onError)
  checkKept(options)
}
