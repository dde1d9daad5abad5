import * as fc from 'fast-check'
import type { CallReply, Coordinates, Data } from 'redstart'
import { type Door, keys, same } from './door.js'

const members = fc.constantFrom<Data>('a', 'b', 'é', 1, 'nosuch')
const longitudes = fc.constantFrom(-180, 180, 0, 13.4, 13.5, 13.6, -120.25)
const latitudes = fc.constantFrom(-85.05112878, 85.05112878, 0, 52.5, 52.6, 52.7, -33)
const units = fc.constantFrom('m', 'km', 'ft', 'mi', 'nm')
/** A search has no wrong arguments here: by words the type of the key is looked at before them. */
const lengths = fc.constantFrom(0, 1.5, 10_000, 300, 40_000_000)
const yes = fc.constantFrom(undefined, true)
const parts = { withCoord: yes, withDist: yes, withHash: yes }
const choice = {
  order: fc.constantFrom(undefined, 'asc', 'desc'),
  count: fc.constantFrom(undefined, undefined, 1, 3),
}

interface Options {
  readonly order?: string | undefined
  readonly count?: number | undefined
  readonly any?: boolean | undefined
  readonly withCoord?: boolean | undefined
  readonly withDist?: boolean | undefined
  readonly withHash?: boolean | undefined
  readonly storeDist?: boolean | undefined
}

/** ANY needs a count. */
const searching = fc
  .record({ ...choice, ...parts })
  .chain((options: Options) =>
    options.count === undefined ? fc.constant(options) : fc.constantFrom<Options>(options, { ...options, any: true }),
  )
const storing = fc.record({ ...choice, storeDist: yes })

function optionWords({ order, count, any, withCoord, withDist, withHash }: Options): Data[] {
  const words: Data[] = []
  if (count !== undefined) words.push('COUNT', count)
  if (any) words.push('ANY')
  if (order !== undefined) words.push(order)
  if (withCoord) words.push('WITHCOORD')
  if (withDist) words.push('WITHDIST')
  if (withHash) words.push('WITHHASH')
  return words
}

type Where = { readonly args: readonly unknown[]; readonly words: readonly Data[] }

const froms: fc.Arbitrary<Where> = fc.oneof(
  members.map((member) => ({ args: [{ member }], words: ['FROMMEMBER', member] })),
  fc.tuple(longitudes, latitudes).map(([longitude, latitude]) => ({
    args: [{ longitude, latitude }],
    words: ['FROMLONLAT', longitude, latitude],
  })),
)
const bys: fc.Arbitrary<Where> = fc.oneof(
  fc.tuple(lengths, fc.constantFrom('m', 'km', 'ft', 'mi')).map(([radius, unit]) => ({
    args: [{ radius, unit }],
    words: ['BYRADIUS', radius, unit],
  })),
  fc.tuple(lengths, lengths, fc.constantFrom('m', 'km', 'ft', 'mi')).map(([width, height, unit]) => ({
    args: [{ width, height, unit }],
    words: ['BYBOX', width, height, unit],
  })),
)

/** Names, or names with parts, as arrays. */
function partsOf(found: readonly (string | Match)[]): unknown[] {
  return found.map((match) => {
    if (typeof match === 'string') return match
    const { member, distance, hash, coordinates } = match
    const shown: unknown[] = [member]
    if (distance !== undefined) shown.push(distance.toFixed(2))
    if (hash !== undefined) shown.push(hash)
    if (coordinates !== undefined) shown.push([coordinates.longitude, coordinates.latitude])
    return shown
  })
}

interface Match {
  readonly member: string
  readonly distance?: number
  readonly hash?: number
  readonly coordinates?: Coordinates
}

/** The same of a raw reply: distances are texts with a point, and rounded less here than there. */
function rawParts(raw: CallReply): unknown {
  return (raw as CallReply[]).map((match) => {
    if (!Array.isArray(match)) return match
    return match.map((part, i) => {
      if (Array.isArray(part)) return part.map(Number)
      return i === 1 && typeof part === 'string' ? Number(part).toFixed(2) : Number(part) || part
    })
  })
}

function searchDoor(words: readonly string[], names: number, options: fc.Arbitrary<Options>): Door {
  const keysOf = fc.array(keys, { minLength: names, maxLength: names })
  const draw = fc.tuple(keysOf, froms, bys, options).map(([of, from, by, chosen]) => ({
    args: [...of, ...from.args, ...by.args, chosen],
    words: [
      ...words,
      ...of,
      ...from.words,
      ...by.words,
      ...optionWords(chosen),
      ...(chosen.storeDist ? ['STOREDIST'] : []),
    ],
  }))
  return names === 2 ? { draw, reply: same } : { draw, reply: rawParts, typed: partsOf as (reply: never) => unknown }
}

function radiusDoor(name: string, byMember: boolean): Door {
  const middle: fc.Arbitrary<readonly Data[]> = byMember ? fc.tuple(members) : fc.tuple(longitudes, latitudes)
  const draw = fc
    .tuple(keys, middle, lengths, fc.constantFrom('m', 'km'), searching)
    .map(([key, place, radius, unit, options]) => ({
      args: [key, ...place, radius, unit, options],
      words: [name, key, ...place, radius, unit, ...optionWords(options)],
    }))
  return { draw, reply: rawParts, typed: partsOf as (reply: never) => unknown }
}

function radiusStoreDoor(name: string, byMember: boolean): Door {
  const middle: fc.Arbitrary<readonly Data[]> = byMember ? fc.tuple(members) : fc.tuple(longitudes, latitudes)
  const draw = fc
    .tuple(keys, keys, middle, lengths, fc.constantFrom('m', 'km'), storing)
    .map(([key, destination, place, radius, unit, options]) => ({
      args: [key, destination, ...place, radius, unit, options],
      words: [
        ...[name, key, ...place, radius, unit, ...optionWords(options)],
        ...[options.storeDist ? 'STOREDIST' : 'STORE', destination],
      ],
    }))
  return { draw, reply: same }
}

const entries = fc.array(fc.tuple(fc.oneof(longitudes, fc.constant(181)), latitudes, members), {
  minLength: 1,
  maxLength: 3,
})
const some = fc.array(members, { maxLength: 3 })

/** Places. */
export const geoDoors: Readonly<Record<string, Door>> = {
  geoadd: {
    draw: fc
      .tuple(keys, entries, fc.constantFrom({}, { nx: true }, { xx: true }, { ch: true }))
      .map(([key, drawn, options]) => ({
        args: [key, drawn.map(([longitude, latitude, member]) => ({ longitude, latitude, member })), options],
        words: ['GEOADD', key, ...Object.keys(options), ...drawn.flat()],
      })),
    reply: same,
  },
  geopos: {
    draw: fc.tuple(keys, some).map(([key, of]) => ({ args: [key, ...of], words: ['GEOPOS', key, ...of] })),
    reply: (raw) =>
      (raw as ([string, string] | null)[]).map((pair) =>
        pair === null ? null : { longitude: Number(pair[0]), latitude: Number(pair[1]) },
      ),
  },
  geodist: {
    draw: fc.tuple(keys, members, members, units).map((args) => ({ args, words: ['GEODIST', ...args] })),
    reply: (raw) => (raw === null ? null : Number(raw).toFixed(2)),
    typed: ((distance: number | null) => distance?.toFixed(2) ?? null) as (reply: never) => unknown,
  },
  geohash: {
    draw: fc.tuple(keys, some).map(([key, of]) => ({ args: [key, ...of], words: ['GEOHASH', key, ...of] })),
    reply: same,
  },
  geosearch: searchDoor(['GEOSEARCH'], 1, searching),
  geosearchstore: searchDoor(['GEOSEARCHSTORE'], 2, storing),
  georadius: radiusDoor('GEORADIUS', false),
  georadiusRo: radiusDoor('GEORADIUS_RO', false),
  georadiusbymember: radiusDoor('GEORADIUSBYMEMBER', true),
  georadiusbymemberRo: radiusDoor('GEORADIUSBYMEMBER_RO', true),
  georadiusStore: radiusStoreDoor('GEORADIUS', false),
  georadiusbymemberStore: radiusStoreDoor('GEORADIUSBYMEMBER', true),
}
