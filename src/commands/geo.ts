/**
 * Places in sorted sets: https://redis.io/docs/latest/commands/?group=geo
 *
 * The score of a member is its place, see structures/geohash.ts. Searches are in geo-search.ts.
 */
import { notAFloat, syntaxError } from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { distanceBetween } from '../structures/geo-area.js'
import { type Coordinates, geohashText, isOnMap, latitudeOf, longitudeOf, scoreOf } from '../structures/geohash.js'
import { parseScore } from '../structures/score.js'
import { type Argv, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, DENYOOM, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { invalidCoordinates, unsupportedUnit } from './geo-errors.js'
import { Double, type Reply } from './reply.js'
import { type Scored, zadd } from './sorted-set.js'

/** Options of GEOADD: not `xx` with `nx`. */
export interface GeoaddOptions {
  /** Only add members, never move one. */
  readonly nx?: boolean | undefined
  /** Only move members that are there, never add one. */
  readonly xx?: boolean | undefined
  /** Count members that are moved as well as those that are added. */
  readonly ch?: boolean | undefined
}

/** Units of lengths: metres, kilometres, feet, miles. */
export type GeoUnit = 'm' | 'km' | 'ft' | 'mi'

const METRES: Readonly<Record<GeoUnit, number>> = { m: 1, km: 1000, ft: 0.3048, mi: 1609.34 }

/** How many metres a unit has. Throws ERR (unsupported unit). */
export function metresOf(unit: string): number {
  if (typeof unit !== 'string' || !Object.hasOwn(METRES, unit)) throw unsupportedUnit()
  // It is one of these.
  return METRES[unit as GeoUnit]
}

/** A member with the score of its place. Throws ERR (invalid longitude,latitude pair). */
export function placed(longitude: number, latitude: number, member: string): Scored {
  checkPlace(longitude, latitude)
  return { member, score: scoreOf(longitude, latitude) }
}

/** Throws ERR (invalid longitude,latitude pair) for what is not on the map. */
export function checkPlace(longitude: number, latitude: number): void {
  if (!isOnMap(longitude, latitude)) throw invalidCoordinates(longitude, latitude)
}

/** Adds or moves members; returns how many were added, or with `ch` changed. O(log n) each. Event zadd. */
export function geoadd(unit: Unit, key: string, entries: readonly Scored[], options: GeoaddOptions): number {
  if (options.nx && options.xx) throw syntaxError()
  return zadd(unit, key, entries, options)
}

/** The places of members, null for what is missing. O(members). */
export function geopos(unit: Unit, key: string, members: readonly string[]): (Coordinates | null)[] {
  return scoresOf(unit, key, members, (score) => ({ longitude: longitudeOf(score), latitude: latitudeOf(score) }))
}

/** The places of members as geohashes of eleven letters, null for what is missing. O(members). */
export function geohash(unit: Unit, key: string, members: readonly string[]): (string | null)[] {
  return scoresOf(unit, key, members, geohashText)
}

function scoresOf<R>(unit: Unit, key: string, members: readonly string[], show: (score: number) => R): (R | null)[] {
  const set = unit.read(key, SORTED_SET)
  return members.map((member) => {
    const score = set?.score(member)
    return score === undefined ? null : show(score)
  })
}

/** The distance between two members in metres, null where one is missing. O(1). */
export function geodist(unit: Unit, key: string, member1: string, member2: string): number | null {
  const set = unit.read(key, SORTED_SET)
  const [score1, score2] = [set?.score(member1), set?.score(member2)]
  if (score1 === undefined || score2 === undefined) return null
  return distanceBetween(longitudeOf(score1), latitudeOf(score1), longitudeOf(score2), latitudeOf(score2))
}

// What follows is the wire: one entry a command.

/** A distance with four decimals, a half to the even neighbour. */
export function distanceText(distance: number): string {
  const scaled = distance * 10_000
  let whole = Math.round(scaled)
  if (whole - scaled === 0.5 && whole % 2 === 1) whole--
  const digits = String(whole).padStart(5, '0')
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`
}

export function placeReply({ longitude, latitude }: Coordinates): Reply {
  return [new Double(longitude), new Double(latitude)]
}

/** Longitude and latitude at `index`. Throws ERR (not a valid float; invalid longitude,latitude pair). */
export function placeAt(argv: Argv, index: number): Coordinates {
  const longitude = floatAt(argv, index)
  const latitude = floatAt(argv, index + 1)
  checkPlace(longitude, latitude)
  return { longitude, latitude }
}

function floatAt(argv: Argv, index: number): number {
  const value = parseScore(textAt(argv, index))
  if (value === undefined) throw notAFloat()
  return value
}

/** The unit at `index` in metres. Throws ERR (unsupported unit). */
export function unitAt(argv: Argv, index: number): number {
  return metresOf(tokenAt(argv, index).toLowerCase())
}

function callGeoadd(unit: Unit, argv: Argv): Reply {
  const options: { -readonly [K in keyof GeoaddOptions]: GeoaddOptions[K] } = {}
  let first = 2
  for (; first < argv.length; first++) {
    const token = tokenAt(argv, first)
    if (token === 'NX') options.nx = true
    else if (token === 'XX') options.xx = true
    else if (token === 'CH') options.ch = true
    else break
  }
  if ((argv.length - first) % 3 !== 0 || (options.nx && options.xx)) throw syntaxError()
  const entries: Scored[] = []
  for (let i = first; i < argv.length; i += 3) {
    const { longitude, latitude } = placeAt(argv, i)
    entries.push({ member: textAt(argv, i + 2), score: scoreOf(longitude, latitude) })
  }
  return geoadd(unit, textAt(argv, 1), entries, options)
}

function callGeodist(unit: Unit, argv: Argv): Reply {
  const metres = argv.length === 5 ? unitAt(argv, 4) : 1
  if (argv.length > 5) throw syntaxError()
  const distance = geodist(unit, textAt(argv, 1), textAt(argv, 2), textAt(argv, 3))
  return distance === null ? null : distanceText(distance / metres)
}

const EACH = 'O(N), N members that are asked for'

export const geoCommands = {
  GEOADD: {
    summary: 'Adds members with their places to a sorted set, or moves them.',
    since: '3.2.0',
    group: 'geo',
    complexity: 'O(log(N)) a member, N members in the sorted set',
    arity: -5,
    flags: WRITE | DENYOOM,
    keys: UPDATE_KEY,
    syntax: 'key:key [condition= NX | XX] [change= CH] <data= longitude:double latitude:double member>...',
    call: callGeoadd,
  },
  GEOPOS: {
    summary: 'Returns the places of some members.',
    since: '3.2.0',
    group: 'geo',
    complexity: EACH,
    arity: -2,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key [member...]',
    call: (unit, argv): Reply =>
      geopos(unit, textAt(argv, 1), textsFrom(argv, 2)).map((place) => (place === null ? null : placeReply(place))),
  },
  GEODIST: {
    summary: 'Returns the distance between two members.',
    since: '3.2.0',
    group: 'geo',
    complexity: 'O(1)',
    arity: -4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key member1 member2 [unit= M | KM | FT | MI]',
    call: callGeodist,
  },
  GEOHASH: {
    summary: 'Returns the places of some members as geohashes.',
    since: '3.2.0',
    group: 'geo',
    complexity: EACH,
    arity: -2,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key [member...]',
    call: (unit, argv): Reply => geohash(unit, textAt(argv, 1), textsFrom(argv, 2)),
  },
} satisfies Record<string, Command>
