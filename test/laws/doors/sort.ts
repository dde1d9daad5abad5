import * as fc from 'fast-check'
import type { Data, Key } from 'redstart'
import { type Door, keys, same } from './door.js'

/** Keys that other doors fill: the sets of set.ts, and any. */
const sources: fc.Arbitrary<Key> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Key>('set', 'ints', 'list', 'sorted') },
  { weight: 1, arbitrary: keys },
)
const patterns: fc.Arbitrary<Key> = fc.constantFrom<Key>(
  '*',
  'user:*',
  '*->f',
  'nosort',
  '#',
  Uint8Array.of(0xc3, 0x2a),
)
const bounds = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.constantFrom(Number.MAX_SAFE_INTEGER, 1.5))

interface Given {
  readonly by?: Key
  readonly limit?: { readonly offset: number; readonly count: number }
  readonly get?: Key | readonly Key[]
  readonly desc?: boolean
  readonly alpha?: boolean
}

const options: fc.Arbitrary<Given> = fc.record(
  {
    by: patterns,
    limit: fc.record({ offset: bounds, count: bounds }),
    get: fc.oneof(patterns, fc.array(patterns, { maxLength: 2 })),
    desc: fc.boolean(),
    alpha: fc.constantFrom(true, true, false),
  },
  { requiredKeys: [] },
)

function words({ by, limit, get, desc, alpha }: Given): Data[] {
  const found: Data[] = []
  if (by !== undefined) found.push('BY', by)
  if (limit !== undefined) found.push('LIMIT', limit.offset, limit.count)
  for (const pattern of get === undefined ? [] : Array.isArray(get) ? get : [get as Key]) found.push('GET', pattern)
  if (desc) found.push('DESC')
  if (alpha) found.push('ALPHA')
  return found
}

const showing = (name: string): Door => ({
  draw: fc.tuple(sources, fc.option(options, { nil: undefined })).map(([key, given]) => ({
    args: given === undefined ? [key] : [key, given],
    words: [name, key, ...words(given ?? {})],
  })),
  reply: same,
})

/** SORT. */
export const sortDoors: Readonly<Record<string, Door>> = {
  sort: showing('SORT'),
  sortRo: showing('SORT_RO'),
  sortStore: {
    draw: fc.tuple(sources, sources, options).map(([key, destination, given]) => ({
      args: [key, destination, given],
      words: ['SORT', key, ...words(given), 'STORE', destination],
    })),
    reply: same,
  },
}
