import { type Key, toText } from '../commands/argv.js'
import { checkedInteger } from '../commands/deadline.js'
import * as bodies from '../commands/sort.js'
import { type Names, optionsGiven } from './given.js'
import { GROW, Handle, RUN } from './handle.js'
import { isKey, outText } from './words.js'

/** Options of `sort`, `sortRo` and `sortStore`. */
export interface SortOptions {
  /**
   * Sort by the strings at other keys: the element takes the place of the `*` in the pattern, and `key->field` is a field of a
   * hash. A pattern without `*` leaves the elements as they are.
   */
  readonly by?: Key | undefined
  /** Return `count` elements from `offset` on; a negative count is all. */
  readonly limit?: { readonly offset: number; readonly count: number } | undefined
  /** From the largest to the smallest. */
  readonly desc?: boolean | undefined
  /** Sort by bytes; by default elements are numbers. */
  readonly alpha?: boolean | undefined
}

/** Options that have other strings returned in place of the elements. */
export interface SortGetOptions extends SortOptions {
  /** Patterns as for `by`, or `#` for the element itself; several for each element. */
  readonly get: Key | readonly Key[]
}

/** SORT, for lists, sets and sorted sets. */
export abstract class SortCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Returns what the patterns of `get` find for the sorted elements, pattern by pattern; `null` where there is nothing.
   * O(n + m·log m) as below, and a look-up for each of the m elements and each pattern.
   *
   * @example
   * db.sort('ids', { by: 'user:*->age', get: ['#', 'user:*->name'] }) // ['7', 'Ann', '3', 'Bob']
   *
   * @throws RedstartError WRONGTYPE; ERR when what it sorts by is no number
   * @see https://redis.io/docs/latest/commands/sort/
   */
  sort(key: Key, options: SortGetOptions): (T | null)[]
  /**
   * Returns the elements of a list, set or sorted set in order, none when missing. What is there stays as it is.
   * O(n + m·log m), n elements of which m are returned; O(n) where they are not sorted.
   *
   * @example
   * db.sort('scores', { desc: true, limit: { offset: 0, count: 10 } })
   *
   * @throws RedstartError WRONGTYPE; ERR when an element is no number, unless `alpha` or `by` is given
   * @see https://redis.io/docs/latest/commands/sort/
   */
  sort(key: Key, options?: SortOptions): T[]
  sort(key: Key, options?: SortOptions | SortGetOptions): (T | null)[] {
    return outSorted(this, this[GROW](bodies.sort, toText(key), bodyOptions(options)))
  }

  /** As `sort` with `get`. @see https://redis.io/docs/latest/commands/sort_ro/ */
  sortRo(key: Key, options: SortGetOptions): (T | null)[]
  /** As `sort`, by the name of a command that never writes. @see https://redis.io/docs/latest/commands/sort_ro/ */
  sortRo(key: Key, options?: SortOptions): T[]
  sortRo(key: Key, options?: SortOptions | SortGetOptions): (T | null)[] {
    return outSorted(this, this[RUN](bodies.sort, toText(key), bodyOptions(options)))
  }

  /**
   * Keeps what `sort` returns as a list at `destination`, whatever was there, with empty strings in place of `null`; returns
   * how many elements it has. Where there are none, the destination is removed. O(n + m·log m).
   *
   * @example
   * db.sortStore('ids', 'names', { alpha: true, get: 'user:*->name' })
   *
   * @throws RedstartError WRONGTYPE; ERR when what it sorts by is no number
   * @see https://redis.io/docs/latest/commands/sort/
   */
  sortStore(key: Key, destination: Key, options?: SortOptions | SortGetOptions): number {
    return this[GROW](bodies.sortStore, toText(key), toText(destination), bodyOptions(options))
  }
}

const NO_OPTIONS: bodies.SortOptions = {}

const SORT_OPTIONS: Names<SortOptions | SortGetOptions> = { by: true, limit: true, desc: true, alpha: true, get: true }

/** Options as the body takes them. */
export function bodyOptions(options: SortOptions | SortGetOptions | undefined): bodies.SortOptions {
  if (options === undefined) return NO_OPTIONS
  const { by, limit, desc, alpha } = optionsGiven(options, SORT_OPTIONS)
  const get = 'get' in options ? options.get : undefined
  return {
    by: by === undefined ? undefined : toText(by),
    limit: limit && { offset: Number(checkedInteger(limit.offset)), count: Number(checkedInteger(limit.count)) },
    get: get === undefined ? undefined : (isKey(get) ? [get] : get).map(toText),
    desc,
    alpha,
  }
}

function outSorted<T extends string | Uint8Array>(handle: Handle<T>, texts: readonly (string | null)[]): (T | null)[] {
  return texts.map((text) => outText(handle, text))
}
