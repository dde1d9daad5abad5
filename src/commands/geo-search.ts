/** What lies around a place: GEOSEARCH, GEOSEARCHSTORE, and GEORADIUS and its kin, which are older. */
import { syntaxError } from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { LogWord } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import { GeoFilter, type GeoShape, scoresAround } from '../structures/geo-area.js'
import { type Coordinates, latitudeOf, longitudeOf } from '../structures/geohash.js'
import { sortPart } from '../structures/partial-sort.js'
import { formatScore, parseScore } from '../structures/score.js'
import { SortedSet } from '../structures/sorted-set.js'
import { compareText } from '../structures/text.js'
import { type Argv, clamp, integerAt, textAt, tokenAt } from './argv.js'
import {
  type Command,
  DENYOOM,
  type KeySpec,
  keyBehind,
  keySpec,
  MOVABLE_KEYS,
  OVERWRITE_KEY,
  READ_KEY,
  READONLY,
  WRITE,
} from './command.js'
import { discard } from './generic.js'
import { distanceText, placeAt, placeReply, unitAt } from './geo.js'
import {
  anyWithoutCount,
  boxNegative,
  exactlyOneOf,
  memberWithoutPlace,
  notNumeric,
  radiusNegative,
  searchCountNotPositive,
  storeWithParts,
} from './geo-errors.js'
import type { Reply } from './reply.js'

/** Around which place: that of a member, or any. */
export type GeoOrigin = { readonly member: string } | Coordinates

/** What to look for: a circle where there is a radius, else a box; all of it in metres. */
export interface GeoExtent {
  readonly radius?: number | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/** Which of what was found comes back. */
export interface GeoChoice {
  /** The nearest first, or the farthest; in no particular order by default, unless `count` is given. */
  readonly order?: 'asc' | 'desc' | undefined
  /** So many at most: the nearest, unless `any` or `order` say otherwise. */
  readonly count?: number | bigint | undefined
  /** As soon as `count` are found, whichever they are. */
  readonly any?: boolean | undefined
}

/** A search, with its choices. */
export interface GeoSearch {
  readonly from: GeoOrigin
  readonly by: GeoExtent
  readonly choice: GeoChoice
}

/** A member that was found; its place is in its score. */
export interface GeoFound {
  readonly member: string
  readonly score: number
  /** In metres. */
  readonly distance: number
}

/**
 * What lies in a circle or a box. O(n + log m), n members in the cells around it and m in the sorted set. Throws ERR (could not
 * decode) where the member that it is around is missing; a missing key has nothing in it.
 */
export function geosearch(unit: Unit, key: string, { from, by, choice }: GeoSearch): GeoFound[] {
  checkChoice(choice)
  const set = unit.read(key, SORTED_SET)
  if (set === undefined) return []
  const { longitude, latitude } = placeOf(set, from)
  const { radius, width = 0, height = 0 } = by
  const shape: GeoShape =
    radius === undefined
      ? { longitude, latitude, radius, width, height }
      : { longitude, latitude, radius, width: 2 * radius, height: 2 * radius }
  const count = choice.count === undefined ? Number.POSITIVE_INFINITY : clamp(choice.count)
  const found = collect(set, shape, choice.any ? count : Number.POSITIVE_INFINITY)
  return chosen(found, count, choice)
}

function placeOf(set: SortedSet, from: GeoOrigin): Coordinates {
  if (!('member' in from)) return from
  const score = set.score(from.member)
  if (score === undefined) throw memberWithoutPlace()
  return placeOfScore(score)
}

export function placeOfScore(score: number): Coordinates {
  return { longitude: longitudeOf(score), latitude: latitudeOf(score) }
}

export function checkChoice({ count, any }: GeoChoice): void {
  if (count !== undefined && !(count > 0)) throw searchCountNotPositive()
  if (any && count === undefined) throw anyWithoutCount()
}

/** What lies in a shape, cell by cell, in the order of the scores in each. */
function collect(set: SortedSet, shape: GeoShape, most: number): GeoFound[] {
  const filter = new GeoFilter(shape)
  const found: GeoFound[] = []
  const look = (member: string, score: number): boolean => {
    const distance = filter.distanceTo(score)
    if (distance < 0) return true
    return found.push({ member, score, distance }) < most
  }
  for (const { min, max } of scoresAround(shape)) {
    if (found.length < most) set.visitScores(min, max, look)
  }
  return found
}

function chosen(found: GeoFound[], count: number, { order, any }: GeoChoice): GeoFound[] {
  const end = Math.min(count, found.length)
  const sorts = order !== undefined || (!any && count !== Number.POSITIVE_INFINITY)
  if (!sorts) return end === found.length ? found : found.slice(0, end)
  const sign = order === 'desc' ? -1 : 1
  return sortPart(found, 0, end, (a, b) => sign * (a.distance - b.distance))
}

/** Where and how a search is kept. */
export interface GeoStore {
  readonly destination: string
  /** Redis's name of the event: that of the command. */
  readonly event: 'geosearchstore' | 'georadiusstore'
  /** Metres of the unit in which distances become the scores; undefined for places as scores. */
  readonly distancesIn: number | undefined
}

/**
 * Keeps what a search finds as a sorted set, whatever was at the destination; returns how many members it has. Event
 * geosearchstore or georadiusstore, or del where there are none.
 */
export function geosearchstore(unit: Unit, key: string, search: GeoSearch, store: GeoStore): number {
  const { destination, event, distancesIn } = store
  const entries = geosearch(unit, key, search).map(({ member, score, distance }) => {
    return { member, score: distancesIn === undefined ? score : distance / distancesIn }
  })
  if (entries.length === 0) {
    discard(unit, destination)
    return 0
  }
  entries.sort((a, b) => a.score - b.score || compareText(a.member, b.member))
  const members = entries.map(({ member }) => member)
  const scores = entries.map(({ score }) => score)
  const replaces = unit.valueAt(destination) !== undefined
  unit.put(destination, SortedSet.ofSorted(members, scores))
  if (unit.logging) {
    if (replaces) unit.log('DEL', destination)
    const words: LogWord[] = ['ZADD', destination]
    for (const { member, score } of entries) words.push(formatScore(score), member)
    unit.logWords(words)
  }
  unit.changed(destination, event, entries.length)
  return entries.length
}

// What follows is the wire: one entry a command.

type Form = 'GEOSEARCH' | 'GEOSEARCHSTORE' | 'GEORADIUS' | 'GEORADIUS_RO'

interface ReadSearch {
  from?: GeoOrigin
  by?: GeoExtent
  /** Metres of the unit. */
  metres: number
  order?: 'asc' | 'desc'
  count?: number
  any: boolean
  withCoord: boolean
  withDist: boolean
  withHash: boolean
  destination?: string
  storesDistances: boolean
}

function lengthAt(argv: Argv, index: number, what: 'radius' | 'width' | 'height'): number {
  const length = parseScore(textAt(argv, index))
  if (length === undefined) throw notNumeric(what)
  return length
}

/** A radius and its unit from `index` on. */
function readRadius(argv: Argv, index: number, into: ReadSearch): void {
  const radius = lengthAt(argv, index, 'radius')
  if (radius < 0) throw radiusNegative()
  into.metres = unitAt(argv, index + 1)
  into.by = { radius: radius * into.metres }
}

/** Width, height and their unit from `index` on. */
function readBox(argv: Argv, index: number, into: ReadSearch): void {
  const width = lengthAt(argv, index, 'width')
  const height = lengthAt(argv, index + 1, 'height')
  if (width < 0 || height < 0) throw boxNegative()
  into.metres = unitAt(argv, index + 2)
  into.by = { width: width * into.metres, height: height * into.metres }
}

/** An option at `index`; returns how many words it takes behind its name. Throws ERR (syntax error) for any other word. */
function readOption(set: SortedSet | undefined, argv: Argv, index: number, form: Form, into: ReadSearch): number {
  const token = tokenAt(argv, index)
  const left = argv.length - index - 1
  if (token === 'WITHCOORD') into.withCoord = true
  else if (token === 'WITHDIST') into.withDist = true
  else if (token === 'WITHHASH') into.withHash = true
  else if (token === 'ANY') into.any = true
  else if (token === 'ASC') into.order = 'asc'
  else if (token === 'DESC') into.order = 'desc'
  else if (token === 'COUNT' && left >= 1) {
    into.count = clamp(integerAt(argv, index + 1))
    if (into.count <= 0) throw searchCountNotPositive()
    return 1
  } else if (form === 'GEORADIUS' && (token === 'STORE' || token === 'STOREDIST') && left >= 1) {
    into.destination = textAt(argv, index + 1)
    into.storesDistances = token === 'STOREDIST'
    return 1
  } else if (form === 'GEOSEARCHSTORE' && token === 'STOREDIST') into.storesDistances = true
  else if (form === 'GEOSEARCH' || form === 'GEOSEARCHSTORE') return readWhere(set, argv, index, into)
  else throw syntaxError()
  return 0
}

/** FROM… and BY… of GEOSEARCH. */
function readWhere(set: SortedSet | undefined, argv: Argv, index: number, into: ReadSearch): number {
  const token = tokenAt(argv, index)
  const left = argv.length - index - 1
  const { from, by } = into
  if (token === 'FROMMEMBER' && left >= 1 && (from === undefined || 'member' in from)) {
    into.from = { member: textAt(argv, index + 1) }
    if (set !== undefined) placeOf(set, into.from)
    return 1
  }
  if (token === 'FROMLONLAT' && left >= 2 && (from === undefined || !('member' in from))) {
    into.from = placeAt(argv, index + 1)
    return 2
  }
  if (token === 'BYRADIUS' && left >= 2 && by?.width === undefined) {
    readRadius(argv, index + 1, into)
    return 2
  }
  if (token === 'BYBOX' && left >= 3 && by?.radius === undefined) {
    readBox(argv, index + 1, into)
    return 3
  }
  throw syntaxError()
}

/** Reads and runs a call whose options begin at `first`. Redis looks at the key before it reads on. */
function callSearch(unit: Unit, argv: Argv, form: Form, key: string, first: number, byMember = false): Reply {
  const set = unit.lookAt(key, SORTED_SET)
  const read: ReadSearch = {
    metres: 1,
    any: false,
    withCoord: false,
    withDist: false,
    withHash: false,
    storesDistances: false,
  }
  if (form === 'GEOSEARCHSTORE') read.destination = textAt(argv, 1)
  else if (form !== 'GEOSEARCH') readCircle(set, argv, byMember, read)
  for (let i = first; i < argv.length; i++) i += readOption(set, argv, i, form, read)
  const { from, by, metres, destination } = read
  if (destination !== undefined && (read.withCoord || read.withDist || read.withHash)) {
    throw storeWithParts(form === 'GEOSEARCHSTORE' ? form : 'STORE option in GEORADIUS')
  }
  if (from === undefined) throw exactlyOneOf('FROMMEMBER or FROMLONLAT', textAt(argv, 0))
  if (by === undefined) throw exactlyOneOf('BYRADIUS and BYBOX', textAt(argv, 0))
  const search: GeoSearch = { from, by, choice: read }
  if (destination === undefined) return foundReply(geosearch(unit, key, search), read)
  const event = form === 'GEOSEARCHSTORE' ? 'geosearchstore' : 'georadiusstore'
  const distancesIn = read.storesDistances ? metres : undefined
  return geosearchstore(unit, key, search, { destination, event, distancesIn })
}

/** Place and radius of GEORADIUS and its kin. Of a missing key GEORADIUSBYMEMBER reads neither. */
function readCircle(set: SortedSet | undefined, argv: Argv, byMember: boolean, into: ReadSearch): void {
  if (!byMember) {
    into.from = placeAt(argv, 2)
    readRadius(argv, 4, into)
    return
  }
  into.from = { member: textAt(argv, 2) }
  into.by = { radius: 0 }
  if (set === undefined) return
  placeOf(set, into.from)
  readRadius(argv, 3, into)
}

function foundReply(found: readonly GeoFound[], { withCoord, withDist, withHash, metres }: ReadSearch): Reply {
  if (!withCoord && !withDist && !withHash) return found.map(({ member }) => member)
  return found.map((item): Reply => {
    const parts: Reply[] = [item.member]
    if (withDist) parts.push(distanceText(item.distance / metres))
    if (withHash) parts.push(hashOf(item.score))
    if (withCoord) parts.push(placeReply(placeOfScore(item.score)))
    return parts
  })
}

/** A score as the integer that it should be. */
function hashOf(score: number): number | bigint {
  const hash = Math.trunc(score)
  return Number.isSafeInteger(hash) ? hash : BigInt(hash)
}

const STORED = 'OW update incomplete'
const RADIUS_KEYS = [keySpec('RO access'), keyBehind('STORE', STORED, 6), keyBehind('STOREDIST', STORED, 6)]
const BY_MEMBER_KEYS = [keySpec('RO access'), keyBehind('STORE', STORED, 5), keyBehind('STOREDIST', STORED, 5)]

/** The key, and what the last STORE or STOREDIST names. */
function keysOfRadius(keys: readonly KeySpec[]): (argv: Argv) => { index: number; spec: KeySpec }[] {
  const key = keys[0]!
  const store = keySpec('OW update')
  return (argv) => {
    const found = [{ index: 1, spec: key }]
    for (let i = 5; i + 1 < argv.length; i++) {
      const token = tokenAt(argv, i)
      if (token === 'STORE' || token === 'STOREDIST') found[1] = { index: ++i, spec: store }
    }
    return found
  }
}

const UNIT = 'M | KM | FT | MI'
const COUNT = '[count-block= COUNT count:integer [ANY]]'
const ORDER = '[order= ASC | DESC]'
const PARTS = '[WITHCOORD] [WITHDIST] [WITHHASH]'
const WHERE =
  '<from= FROMMEMBER member | FROMLONLAT <fromlonlat= longitude:double latitude:double>> ' +
  `<by= <circle= BYRADIUS radius:double <unit= ${UNIT}>> | ` +
  `<box= BYBOX width:double height:double <unit= ${UNIT}>>>`
const CIRCLE = `longitude:double latitude:double radius:double <unit= ${UNIT}>`
const BY_MEMBER = `member radius:double <unit= ${UNIT}>`
const STORE = '[store= STORE storekey:key@1 | STOREDIST storedistkey:key@2]'
const COMPLEXITY = 'O(N+log(M)), N members in the cells around the place and M in the sorted set'

export const geoSearchCommands = {
  GEOSEARCH: {
    summary: 'Returns the members in a circle or a box.',
    since: '6.2.0',
    group: 'geo',
    complexity: COMPLEXITY,
    arity: -7,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key ${WHERE} ${ORDER} ${COUNT} ${PARTS}`,
    call: (unit, argv): Reply => callSearch(unit, argv, 'GEOSEARCH', textAt(argv, 1), 2),
  },
  GEOSEARCHSTORE: {
    summary: 'Keeps the members in a circle or a box as a sorted set.',
    since: '6.2.0',
    group: 'geo',
    complexity: COMPLEXITY,
    arity: -8,
    flags: WRITE | DENYOOM,
    keys: [...OVERWRITE_KEY, keySpec('RO access', 2)],
    syntax: `destination:key source:key ${WHERE} ${ORDER} ${COUNT} [STOREDIST]`,
    call: (unit, argv): Reply => callSearch(unit, argv, 'GEOSEARCHSTORE', textAt(argv, 2), 3),
  },
  GEORADIUS: {
    summary: 'Returns or keeps the members in a circle around a place.',
    since: '3.2.0',
    group: 'geo',
    complexity: COMPLEXITY,
    arity: -6,
    flags: WRITE | DENYOOM | MOVABLE_KEYS,
    keys: RADIUS_KEYS,
    keysOf: keysOfRadius(RADIUS_KEYS),
    syntax: `key:key ${CIRCLE} ${PARTS} ${COUNT} ${ORDER} ${STORE}`,
    deprecated: { since: '6.2.0', use: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument' },
    call: (unit, argv): Reply => callSearch(unit, argv, 'GEORADIUS', textAt(argv, 1), 6),
  },
  GEORADIUS_RO: {
    summary: 'Returns the members in a circle around a place.',
    since: '3.2.10',
    group: 'geo',
    complexity: COMPLEXITY,
    arity: -6,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key ${CIRCLE} ${PARTS} ${COUNT} ${ORDER}`,
    deprecated: { since: '6.2.0', use: '`GEOSEARCH` with the `BYRADIUS` argument' },
    call: (unit, argv): Reply => callSearch(unit, argv, 'GEORADIUS_RO', textAt(argv, 1), 6),
  },
  GEORADIUSBYMEMBER: {
    summary: 'Returns or keeps the members in a circle around a member.',
    since: '3.2.0',
    group: 'geo',
    complexity: COMPLEXITY,
    arity: -5,
    flags: WRITE | DENYOOM | MOVABLE_KEYS,
    keys: BY_MEMBER_KEYS,
    keysOf: keysOfRadius(BY_MEMBER_KEYS),
    syntax: `key:key ${BY_MEMBER} ${PARTS} ${COUNT} ${ORDER} ${STORE}`,
    deprecated: {
      since: '6.2.0',
      use: '`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments',
    },
    call: (unit, argv): Reply => callSearch(unit, argv, 'GEORADIUS', textAt(argv, 1), 5, true),
  },
  GEORADIUSBYMEMBER_RO: {
    summary: 'Returns the members in a circle around a member.',
    since: '3.2.10',
    group: 'geo',
    complexity: COMPLEXITY,
    arity: -5,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key ${BY_MEMBER} ${PARTS} ${COUNT} ${ORDER}`,
    deprecated: { since: '6.2.0', use: '`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments' },
    call: (unit, argv): Reply => callSearch(unit, argv, 'GEORADIUS_RO', textAt(argv, 1), 5, true),
  },
} satisfies Record<string, Command>
