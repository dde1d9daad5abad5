import { type Data, type Key, toText } from '../commands/argv.js'
import { checkedInteger } from '../commands/deadline.js'
import type { GeoaddOptions, GeoUnit } from '../commands/geo.js'
import * as bodies from '../commands/geo.js'
import { boxNegative, notNumeric, radiusNegative } from '../commands/geo-errors.js'
import type { GeoChoice, GeoExtent, GeoFound, GeoOrigin, GeoSearch, GeoStore } from '../commands/geo-search.js'
import * as searches from '../commands/geo-search.js'
import type { Scored } from '../commands/sorted-set.js'
import { notAFloat, syntaxError } from '../errors.js'
import type { Coordinates } from '../structures/geohash.js'
import { listGiven, type Names, objectGiven, optionsGiven } from './given.js'
import { GROW, Handle, OUT_TEXT, RUN } from './handle.js'
import { outText } from './words.js'

/** A member and its place, in degrees. */
export interface GeoMember extends Readonly<Coordinates> {
  readonly member: Data
}

/** Around which place to search: that of a member, or any, in degrees. */
export type GeoFrom = { readonly member: Data } | Readonly<Coordinates>

/** Where to search: a circle, or a box that follows the parallels. */
export type GeoBy =
  | { readonly radius: number; readonly unit: GeoUnit }
  | { readonly width: number; readonly height: number; readonly unit: GeoUnit }

/** What a search tells of each member besides its name. */
export interface GeoParts {
  /** Its distance, in the unit of the search. */
  readonly withDist?: boolean | undefined
  /** Its place. */
  readonly withCoord?: boolean | undefined
  /** Its score. */
  readonly withHash?: boolean | undefined
}

/** A member that was found, with the parts that were asked for. */
export type GeoMatch<P extends GeoParts, T extends string | Uint8Array = string> = { member: T } & (P extends {
  readonly withDist: true
}
  ? { distance: number }
  : unknown) &
  (P extends { readonly withHash: true } ? { hash: number } : unknown) &
  (P extends { readonly withCoord: true } ? { coordinates: Coordinates } : unknown)

/** Options of `geosearchstore`. */
export interface GeosearchstoreOptions extends GeoChoice {
  /** Keep distances as scores, in the unit of the search, and not places. */
  readonly storeDist?: boolean | undefined
}

/** Places, kept as the scores of sorted sets. */
export abstract class GeoCommands<T extends string | Uint8Array> extends Handle<T> {
  /**
   * Adds members with their places to a sorted set, made if missing, or moves them; returns how many are new. With `nx` or `xx` some are
   * left alone; with `ch` those that moved are counted too. O(log n) each.
   *
   * @example
   * db.geoadd('cities', [{ member: 'Palermo', longitude: 13.361389, latitude: 38.115556 }]) // 1
   *
   * @throws RedstartError WRONGTYPE; ERR for a place off the map (longitude past 180 degrees, latitude past 85.05112878)
   * @see https://redis.io/docs/latest/commands/geoadd/
   */
  geoadd(key: Key, entries: readonly GeoMember[], options?: GeoaddOptions): number
  /**
   * As above, for one member. O(log n).
   *
   * @example
   * db.geoadd('cities', 13.361389, 38.115556, 'Palermo') // 1
   *
   * @throws RedstartError WRONGTYPE; ERR for a place off the map (longitude past 180 degrees, latitude past 85.05112878)
   * @see https://redis.io/docs/latest/commands/geoadd/
   */
  geoadd(key: Key, longitude: number, latitude: number, member: Data, options?: GeoaddOptions): number
  geoadd(
    key: Key,
    longitudeOrEntries: number | readonly GeoMember[],
    latitudeOrOptions?: number | GeoaddOptions,
    member?: Data,
    options?: GeoaddOptions,
  ): number {
    if (typeof longitudeOrEntries === 'object') {
      if (listGiven(longitudeOrEntries, 'entries').length === 0) throw syntaxError()
      const entries = longitudeOrEntries.map((entry) => {
        const { longitude, latitude, member } = objectGiven(entry, 'an entry')
        return placed(longitude, latitude, member)
      })
      const conditions = optionsGiven(latitudeOrOptions as GeoaddOptions | undefined, GEOADD_OPTIONS)
      return this[GROW](bodies.geoadd, toText(key), entries, conditions ?? ALWAYS)
    }
    // The overloads say what stands where.
    const entry = placed(longitudeOrEntries, latitudeOrOptions as number, member as Data)
    return this[GROW](bodies.geoadd, toText(key), [entry], optionsGiven(options, GEOADD_OPTIONS) ?? ALWAYS)
  }

  /**
   * Returns the places of members in degrees, `null` for what is missing. They are the middles of cells some decimetres wide.
   * O(members).
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/geopos/
   */
  geopos(key: Key, ...members: readonly Data[]): (Coordinates | null)[] {
    return this[RUN](bodies.geopos, toText(key), members.map(toText))
  }

  /**
   * Returns the distance between two members, in metres or another unit; `null` where one is missing. It is not rounded to four decimals
   * as the text of `call`. O(1).
   *
   * @example
   * db.geodist('cities', 'Palermo', 'Catania', 'km') // 166.2741516…
   *
   * @throws RedstartError WRONGTYPE; ERR for another unit than m, km, ft and mi
   * @see https://redis.io/docs/latest/commands/geodist/
   */
  geodist(key: Key, member1: Data, member2: Data, unit: GeoUnit = 'm'): number | null {
    const metres = bodies.metresOf(unit)
    const distance = this[RUN](bodies.geodist, toText(key), toText(member1), toText(member2))
    return distance === null ? null : distance / metres
  }

  /**
   * Returns the places of members as geohashes of eleven letters, `null` for what is missing. O(members).
   *
   * @example
   * db.geohash('cities', 'Palermo') // ['sqc8b49rny0']
   *
   * @throws RedstartError WRONGTYPE
   * @see https://redis.io/docs/latest/commands/geohash/
   */
  geohash(key: Key, ...members: readonly Data[]): (T | null)[] {
    return this[RUN](bodies.geohash, toText(key), members.map(toText)).map((text) => outText(this, text))
  }

  /**
   * Returns the members in a circle or a box around a place, with what is asked of each: `distance` in the unit of the search,
   * `coordinates` in degrees, `hash` (the score). The nearest first with `order: 'asc'`; at most `count`, of any that are found with
   * `any`. O(n + log m), n members in the cells around the place and m in the sorted set.
   *
   * @example
   * db.geosearch('cities', { longitude: 15, latitude: 37 }, { radius: 200, unit: 'km' }, { order: 'asc', withDist: true })
   * // [{ member: 'Catania', distance: 56.44… }, { member: 'Palermo', distance: 190.44… }]
   *
   * @throws RedstartError WRONGTYPE; ERR for a place off the map, a member without a place, a length or a count out of range
   * @see https://redis.io/docs/latest/commands/geosearch/
   */
  geosearch<const P extends GeoParts>(key: Key, from: GeoFrom, by: GeoBy, options: GeoChoice & P): GeoFoundAs<P, T>[]
  /**
   * As above, the members alone.
   *
   * @example
   * db.geosearch('cities', { member: 'Palermo' }, { width: 400, height: 400, unit: 'km' }) // ['Palermo', 'Catania']
   *
   * @throws RedstartError WRONGTYPE; ERR for a place off the map, a member without a place, a length out of range
   * @see https://redis.io/docs/latest/commands/geosearch/
   */
  geosearch(key: Key, from: GeoFrom, by: GeoBy): T[]
  geosearch(key: Key, from: GeoFrom, by: GeoBy, options: GeoChoice & GeoParts = ALL): unknown {
    const search: GeoSearch = { from: origin(from), by: extent(by), choice: checked(options, SEARCH_OPTIONS) }
    return shown(this, this[RUN](searches.geosearch, toText(key), search), bodies.metresOf(by.unit), options)
  }

  /**
   * Keeps what `geosearch` finds as a sorted set at `destination`, whatever was there, with the places or, with `storeDist`, the distances
   * as scores; returns how many members it has. Where there are none, the destination is removed. O(n + log m).
   *
   * @example
   * db.geosearchstore('near', 'cities', { longitude: 15, latitude: 37 }, { radius: 200, unit: 'km' }, { storeDist: true }) // 2
   *
   * @throws RedstartError WRONGTYPE; ERR for a place off the map, a member without a place, a length or a count out of range
   * @see https://redis.io/docs/latest/commands/geosearchstore/
   */
  geosearchstore(
    destination: Key,
    source: Key,
    from: GeoFrom,
    by: GeoBy,
    options: GeosearchstoreOptions = ALL,
  ): number {
    const search: GeoSearch = { from: origin(from), by: extent(by), choice: checked(options, STORE_OPTIONS) }
    return this[GROW](
      searches.geosearchstore,
      toText(source),
      search,
      storing(destination, 'geosearchstore', by.unit, options),
    )
  }

  /**
   * Returns the members in a circle around a place, with what is asked of each: an older form of `geosearch`. O(n + log m).
   *
   * @deprecated Use `geosearch`.
   * @see https://redis.io/docs/latest/commands/georadius/
   */
  georadius<const P extends GeoParts = GeoParts>(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: GeoChoice & P,
  ): GeoFoundAs<P, T>[] {
    return inCircle(this, GROW, key, { longitude, latitude }, { radius, unit }, options)
  }

  /** As `georadius`, by the name of a command that never writes. @see https://redis.io/docs/latest/commands/georadius_ro/ */
  georadiusRo<const P extends GeoParts = GeoParts>(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: GeoChoice & P,
  ): GeoFoundAs<P, T>[] {
    return inCircle(this, RUN, key, { longitude, latitude }, { radius, unit }, options)
  }

  /**
   * Keeps the members in a circle around a place at `destination` (GEORADIUS … STORE): an older form of `geosearchstore`.
   * O(n + log m).
   *
   * @deprecated Use `geosearchstore`.
   * @see https://redis.io/docs/latest/commands/georadius/
   */
  georadiusStore(
    key: Key,
    destination: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options: GeosearchstoreOptions = ALL,
  ): number {
    return storeCircle(this, key, destination, { longitude, latitude }, { radius, unit }, options)
  }

  /**
   * Returns the members in a circle around a member, with what is asked of each: an older form of `geosearch`. O(n + log m).
   *
   * @deprecated Use `geosearch`.
   * @see https://redis.io/docs/latest/commands/georadiusbymember/
   */
  georadiusbymember<const P extends GeoParts = GeoParts>(
    key: Key,
    member: Data,
    radius: number,
    unit: GeoUnit,
    options?: GeoChoice & P,
  ): GeoFoundAs<P, T>[] {
    return inCircle(this, GROW, key, { member }, { radius, unit }, options)
  }

  /** As `georadiusbymember`, never writing. @see https://redis.io/docs/latest/commands/georadiusbymember_ro/ */
  georadiusbymemberRo<const P extends GeoParts = GeoParts>(
    key: Key,
    member: Data,
    radius: number,
    unit: GeoUnit,
    options?: GeoChoice & P,
  ): GeoFoundAs<P, T>[] {
    return inCircle(this, RUN, key, { member }, { radius, unit }, options)
  }

  /**
   * Keeps the members in a circle around a member at `destination` (GEORADIUSBYMEMBER … STORE): an older form of `geosearchstore`.
   * O(n + log m).
   *
   * @deprecated Use `geosearchstore`.
   * @see https://redis.io/docs/latest/commands/georadiusbymember/
   */
  georadiusbymemberStore(
    key: Key,
    destination: Key,
    member: Data,
    radius: number,
    unit: GeoUnit,
    options: GeosearchstoreOptions = ALL,
  ): number {
    return storeCircle(this, key, destination, { member }, { radius, unit }, options)
  }
}

/** A member alone where no part is asked for. */
export type GeoFoundAs<P extends GeoParts, T extends string | Uint8Array> = P extends
  | { readonly withDist: true }
  | { readonly withCoord: true }
  | { readonly withHash: true }
  ? GeoMatch<P, T>
  : T

const ALWAYS: GeoaddOptions = {}
const ALL: GeoChoice & GeoParts = {}

const GEOADD_OPTIONS: Names<GeoaddOptions> = { nx: true, xx: true, ch: true }
const CHOICE: Names<GeoChoice> = { order: true, count: true, any: true }
const SEARCH_OPTIONS: Names<GeoChoice & GeoParts> = { ...CHOICE, withDist: true, withCoord: true, withHash: true }
const STORE_OPTIONS: Names<GeosearchstoreOptions> = { ...CHOICE, storeDist: true }

function placed(longitude: number, latitude: number, member: Data): Scored {
  return bodies.placed(degrees(longitude), degrees(latitude), toText(member))
}

function degrees(value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw notAFloat()
  return value
}

function origin(from: GeoFrom): GeoOrigin {
  objectGiven(from, 'the middle')
  if ('member' in from) return { member: toText(from.member) }
  const longitude = degrees(from.longitude)
  const latitude = degrees(from.latitude)
  bodies.checkPlace(longitude, latitude)
  return { longitude, latitude }
}

/** The lengths in metres. */
function extent(by: GeoBy): GeoExtent {
  objectGiven(by, 'the extent')
  if ('radius' in by) {
    const radius = length(by.radius, 'radius')
    if (radius < 0) throw radiusNegative()
    return { radius: radius * bodies.metresOf(by.unit) }
  }
  const width = length(by.width, 'width')
  const height = length(by.height, 'height')
  if (width < 0 || height < 0) throw boxNegative()
  const metres = bodies.metresOf(by.unit)
  return { width: width * metres, height: height * metres }
}

function length(value: number, what: 'radius' | 'width' | 'height'): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw notNumeric(what)
  return value
}

function checked(choice: GeoChoice, names: Names<GeoChoice>): GeoChoice {
  optionsGiven(choice, names)
  if (choice.count !== undefined) checkedInteger(choice.count)
  if (choice.order !== undefined && choice.order !== 'asc' && choice.order !== 'desc') throw syntaxError()
  searches.checkChoice(choice)
  return choice
}

function storing(
  destination: Key,
  event: GeoStore['event'],
  unit: GeoUnit,
  { storeDist }: GeosearchstoreOptions,
): GeoStore {
  return { destination: toText(destination), event, distancesIn: storeDist ? bodies.metresOf(unit) : undefined }
}

/** What lies in a circle; GEORADIUS counts as a write, whatever it does, and so needs room. */
function inCircle<T extends string | Uint8Array, P extends GeoParts>(
  handle: Handle<T>,
  door: typeof RUN | typeof GROW,
  key: Key,
  from: GeoFrom,
  by: GeoBy,
  options: (GeoChoice & P) | undefined,
): GeoFoundAs<P, T>[] {
  // Without options there are no parts.
  const parts = options ?? (ALL as GeoChoice & P)
  const search: GeoSearch = { from: origin(from), by: extent(by), choice: checked(parts, SEARCH_OPTIONS) }
  const found = handle[door](searches.geosearch, toText(key), search)
  // P says which parts are shown.
  return shown(handle, found, bodies.metresOf(by.unit), parts) as GeoFoundAs<P, T>[]
}

function storeCircle(
  handle: Handle<string | Uint8Array>,
  key: Key,
  destination: Key,
  from: GeoFrom,
  by: GeoBy,
  options: GeosearchstoreOptions,
): number {
  const search: GeoSearch = { from: origin(from), by: extent(by), choice: checked(options, STORE_OPTIONS) }
  const store = storing(destination, 'georadiusstore', by.unit, options)
  return handle[GROW](searches.geosearchstore, toText(key), search, store)
}

/** What was found, with the parts that are asked for and no others. */
function shown<T extends string | Uint8Array>(
  handle: Handle<T>,
  found: readonly GeoFound[],
  metres: number,
  { withDist, withCoord, withHash }: GeoParts,
): unknown[] {
  if (!withDist && !withCoord && !withHash) return found.map(({ member }) => handle[OUT_TEXT](member))
  return found.map(({ member, distance, score }) => {
    const match: { member: T; distance?: number; coordinates?: Coordinates; hash?: number } = {
      member: handle[OUT_TEXT](member),
    }
    if (withDist) match.distance = distance / metres
    if (withHash) match.hash = Math.trunc(score)
    if (withCoord) match.coordinates = searches.placeOfScore(score)
    return match
  })
}
