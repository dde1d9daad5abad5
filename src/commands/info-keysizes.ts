import type { Database } from '../keyspace/database.js'
import type { Store } from '../keyspace/store.js'
import { stringLength, typeOf, type Value } from '../keyspace/value.js'
import type { Field } from './info-text.js'

/** The types whose sizes are told, in Redis's order, and what they are called; it tells none of streams and vector sets. */
const NAMES = {
  string: 'strings_sizes',
  list: 'lists_items',
  set: 'sets_items',
  zset: 'zsets_items',
  hash: 'hashes_items',
} as const
type Told = keyof typeof NAMES

/** A size has at most so many bits; the last count is for sizes of 0. */
const BITS = 53
const OF_ZERO = BITS

/**
 * How many keys of each type are of which size: bytes of strings, elements of others. A size counts as the power of two that it has
 * reached. It is counted when it is asked for, by a look at every key. O(keys + bytes of strings).
 */
export function keysizesFields({ databases }: Store): Field[] {
  return databases.flatMap((database) => {
    const counts = countSizes(database)
    return (Object.keys(NAMES) as Told[])
      .filter((type) => counts[type].some((count) => count > 0))
      .map((type): Field => [`db${database.index}_distrib_${NAMES[type]}`, told(counts[type])])
  })
}

function countSizes({ keys }: Database): Readonly<Record<Told, Float64Array>> {
  const none = (): Float64Array => new Float64Array(BITS + 1)
  const counts = { string: none(), list: none(), set: none(), zset: none(), hash: none() }
  for (let slot = 0; slot < keys.size; slot++) {
    const value = keys.lookAt(slot)
    const type = typeOf(value)
    if (type in counts) counts[type as Told][power(sizeOf(value))]!++
  }
  return counts
}

function sizeOf(value: Value): number {
  return typeof value === 'object' && 'size' in value ? value.size : stringLength(value)
}

function power(size: number): number {
  return size === 0 ? OF_ZERO : Math.floor(Math.log2(size))
}

function told(counts: Float64Array): string {
  const parts: string[] = []
  if (counts[OF_ZERO]! > 0) parts.push(`0=${counts[OF_ZERO]}`)
  for (let bits = 0; bits < BITS; bits++) if (counts[bits]! > 0) parts.push(`${powerText(bits)}=${counts[bits]}`)
  return parts.join(',')
}

const UNITS = ['', 'K', 'M', 'G', 'T', 'P']

/** 2 to the power of so much as Redis shows it: 512, 1K. */
function powerText(bits: number): string {
  const unit = Math.floor(bits / 10)
  return `${2 ** (bits - unit * 10)}${UNITS[unit]}`
}
