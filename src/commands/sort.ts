/** SORT and SORT_RO: https://redis.io/docs/latest/commands/sort/ */
import { scoresNotNumbers, syntaxError, wrongType } from '../errors.js'
import { SORTED_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { isString, stringToText, type Value } from '../keyspace/value.js'
import { orderByBytes, orderByNumber, orderByText, type Part } from '../structures/element-order.js'
import { Hash } from '../structures/hash.js'
import { List } from '../structures/list.js'
import { parseBound } from '../structures/score.js'
import { SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { joinText } from '../structures/text.js'
import { checkedCall, readsAllKeys } from './acl-access.js'
import { sortOptionDenied } from './acl-errors.js'
import type { CheckedCall } from './acl-user.js'
import { type Argv, clampedAt, textAt, tokenAt } from './argv.js'
import { type Command, DENYOOM, type KeySpec, keySpec, MOVABLE_KEYS, READONLY, unknownKeys, WRITE } from './command.js'
import { discard } from './generic.js'
import type { Reply } from './reply.js'

/** Options of SORT. */
export interface SortOptions {
  /**
   * Sort by the strings at other keys: each element takes the place of the first `*` of the pattern, and `key->field` is a
   * field of a hash. A pattern without `*` leaves the elements in the order that they have.
   */
  readonly by?: string | undefined
  /** Return `count` elements from `offset` on; a negative count is all. */
  readonly limit?: { readonly offset: number; readonly count: number } | undefined
  /** Return the strings at other keys instead of the elements, in the order of these patterns; `#` is the element itself. */
  readonly get?: readonly string[] | undefined
  /** From the largest to the smallest. */
  readonly desc?: boolean | undefined
  /** Sort by bytes and not by number. */
  readonly alpha?: boolean | undefined
}

/** The elements, or what `get` finds for them: null where there is nothing. O(n + m·log m), n elements, m returned. */
export function sort(unit: Unit, key: string, options: SortOptions): (string | null)[] {
  return shown(unit, sorted(unit, key, options, false), options)
}

/**
 * Keeps the elements as a list at `destination`, whatever was there, an empty string for null; returns how many there are.
 * Event sortstore, or del where there are none.
 */
export function sortStore(unit: Unit, key: string, destination: string, options: SortOptions): number {
  const elements = shown(unit, sorted(unit, key, options, true), options).map((element) => element ?? '')
  if (elements.length === 0) {
    discard(unit, destination)
    return 0
  }
  const replaces = unit.valueAt(destination) !== undefined
  unit.put(destination, List.of(elements))
  if (unit.logging) {
    if (replaces) unit.log('DEL', destination)
    // Not the call: equal weights leave an order that another history of the same set would make another one.
    unit.logWords(['RPUSH', destination, ...elements])
  }
  unit.changed(destination, 'sortstore', elements.length)
  return elements.length
}

/** The elements in their new order, cut by `limit`. */
function sorted(unit: Unit, key: string, options: SortOptions, stores: boolean): string[] {
  const value = sortable(unit, key)
  if (value === undefined) return []
  const part = partOf(options, value.size)
  const { by, alpha } = options
  if (by !== undefined && !isPattern(by)) {
    // What is stored should not hang on the order within a set, so Redis sorts it by bytes.
    return stores && value instanceof SetOfStrings ? orderByBytes(value.members(), part) : inOrder(value, part)
  }
  const elements = elementsOf(value)
  const texts = by === undefined ? elements : lookUpAll(unit, parsePattern(by), elements)
  if (!alpha) return orderByNumber(elements, weightsOf(texts), part)
  const compared = stores ? texts : collated(texts)
  if (compared === elements) return orderByBytes(elements, part)
  if (by !== undefined) return orderByText(elements, compared, part)
  // Without BY all are sorted before they are cut, so elements that are equal up to a zero byte stay in their order.
  return orderByText(elements, compared, { ...part, start: 0, end: elements.length }).slice(part.start, part.end)
}

/** What has elements to sort; WRONGTYPE for anything else that is there. As in Redis, a sorted set is no listpack from then on. */
function sortable(unit: Unit, key: string): List | SetOfStrings | SortedSet | undefined {
  const value = unit.readValue(key)
  if (value === undefined) return undefined
  if (value instanceof SortedSet) {
    const set = unit.look(key, SORTED_SET)!
    set.unpack()
    return set
  }
  if (!(value instanceof List) && !(value instanceof SetOfStrings)) throw wrongType()
  return value
}

function partOf({ limit, desc = false }: SortOptions, size: number): Part {
  if (limit === undefined) return { start: 0, end: size, desc }
  const start = Math.min(Math.max(limit.offset, 0), size)
  return { start, end: limit.count < 0 ? size : Math.min(start + limit.count, size), desc }
}

function elementsOf(value: Value): string[] {
  if (value instanceof List) return value.range(0, value.size - 1)
  if (value instanceof SetOfStrings) return value.members()
  return value instanceof SortedSet ? value.members(0, value.size, false) : []
}

/** A part of a list or a sorted set as it is, from the end for `desc`; of a set in the order that it happens to have. */
function inOrder(value: Value, { start, end, desc }: Part): string[] {
  if (value instanceof SortedSet) {
    return desc ? value.members(value.size - end, value.size - start, true) : value.members(start, end, false)
  }
  if (!(value instanceof List)) return elementsOf(value).slice(start, end)
  if (!desc) return value.range(start, end - 1)
  return value.range(value.size - end, value.size - 1 - start).reverse()
}

/** What is not there weighs 0. Throws ERR (can't be converted into double) for what is no number. */
function weightsOf(texts: readonly (string | null)[]): Float64Array {
  const weights = new Float64Array(texts.length)
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!
    if (text === null) continue
    const weight = parseBound(text)
    if (weight === undefined) throw scoresNotNumbers()
    weights[i] = weight
  }
  return weights
}

/** Where it only shows the order, Redis compares as C does: up to a zero byte. */
function collated<T extends string | null>(texts: readonly T[]): readonly (T | string)[] {
  if (!texts.some((text) => text?.includes('\0'))) return texts
  return texts.map((text) => text?.split('\0', 1)[0] ?? text)
}

/** What BY and GET look up for an element. */
type Pattern =
  | { readonly leadsTo: 'element' | 'nothing' }
  | { readonly leadsTo: 'key'; readonly before: string; readonly behind: string; readonly field: string | undefined }

/** Redis looks for the parts of a pattern as C does: nothing that stands behind a zero byte counts. */
function isPattern(text: string): boolean {
  return starOf(text) !== -1
}

function starOf(text: string): number {
  const star = text.indexOf('*')
  const end = text.indexOf('\0')
  return end !== -1 && end < star ? -1 : star
}

function parsePattern(text: string): Pattern {
  if (text === '#' || text.startsWith('#\0')) return { leadsTo: 'element' }
  const star = starOf(text)
  if (star === -1) return { leadsTo: 'nothing' }
  const before = text.slice(0, star)
  const arrow = arrowOf(text, star + 1)
  if (arrow === -1) return { leadsTo: 'key', before, behind: text.slice(star + 1), field: undefined }
  return { leadsTo: 'key', before, behind: text.slice(star + 1, arrow), field: text.slice(arrow + 2) }
}

/** Where the arrow before the name of a field stands; an arrow at the end belongs to the key. */
function arrowOf(text: string, from: number): number {
  const arrow = text.indexOf('->', from)
  const end = text.indexOf('\0', from)
  if (arrow === -1 || (end !== -1 && end < arrow)) return -1
  return arrow + 2 === text.length || text[arrow + 2] === '\0' ? -1 : arrow
}

/** The string that a pattern leads to from an element, null where there is none. */
function lookUp(unit: Unit, pattern: Pattern, element: string): string | null {
  if (pattern.leadsTo !== 'key') return pattern.leadsTo === 'element' ? element : null
  const value = unit.readValue(joinText(joinText(pattern.before, element), pattern.behind))
  if (value === undefined) return null
  if (pattern.field === undefined) return isString(value) ? stringToText(value) : null
  return value instanceof Hash ? (value.get(pattern.field) ?? null) : null
}

function lookUpAll(unit: Unit, pattern: Pattern, elements: readonly string[]): (string | null)[] {
  return elements.map((element) => lookUp(unit, pattern, element))
}

/** The elements as they are, or what GET finds for each. */
function shown(unit: Unit, elements: string[], { get }: SortOptions): (string | null)[] {
  if (get === undefined || get.length === 0) return elements
  const patterns = get.map(parsePattern)
  const found: (string | null)[] = []
  for (const element of elements) {
    for (const pattern of patterns) found.push(lookUp(unit, pattern, element))
  }
  return found
}

// What follows is the wire: one entry a command.

interface ReadOptions {
  readonly options: SortOptions
  readonly destination: string | undefined
}

/** Of options that come twice the last counts, but a BY without `*` leaves things unsorted wherever it stands. */
function readSortOptions(argv: Argv, stores: boolean): ReadOptions {
  const options: { -readonly [K in keyof SortOptions]: SortOptions[K] } = {}
  const get: string[] = []
  let destination: string | undefined
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    const left = argv.length - i - 1
    if (token === 'ASC') options.desc = false
    else if (token === 'DESC') options.desc = true
    else if (token === 'ALPHA') options.alpha = true
    else if (token === 'LIMIT' && left >= 2) {
      options.limit = { offset: clampedAt(argv, i + 1), count: clampedAt(argv, i + 2) }
      i += 2
    } else if (token === 'STORE' && stores && left >= 1) destination = textAt(argv, ++i)
    else if (token === 'BY' && left >= 1) {
      const by = textAt(argv, ++i)
      if (options.by === undefined || isPattern(options.by)) options.by = by
    } else if (token === 'GET' && left >= 1) get.push(textAt(argv, ++i))
    else throw syntaxError()
  }
  if (get.length > 0) options.get = get
  return { options, destination }
}

/** Patterns name keys that no rule can foresee: who uses them must be allowed to read all. */
export function checkPatterns(unit: Unit, call: CheckedCall, { by, get }: SortOptions): void {
  const option = by !== undefined && isPattern(by) ? 'BY' : get === undefined ? undefined : 'GET'
  if (option !== undefined && !readsAllKeys(unit, call)) throw sortOptionDenied(option)
}

const KEY = keySpec('RO access')
const BY_AND_GET = unknownKeys('RO access', 'BY and GET make the names of keys from the elements')
const DESTINATION = unknownKeys('OW update', 'STORE may stand anywhere among the options')

/** How many words options take behind their name. */
const OPERANDS: Readonly<Record<string, number>> = { LIMIT: 2, GET: 1, BY: 1, STORE: 1 }

/** The key, and what the last STORE names. */
function keysOfSort(argv: Argv): { index: number; spec: KeySpec }[] {
  const keys = [{ index: 1, spec: KEY }]
  let destination: number | undefined
  for (let i = 2; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'STORE' && i + 1 < argv.length) destination = i + 1
    i += OPERANDS[token] ?? 0
  }
  if (destination !== undefined) keys.push({ index: destination, spec: DESTINATION })
  return keys
}

const COMPLEXITY = 'O(N+M*log(M)), N elements of which M are returned; O(N) where they are not sorted'
const SORTED_TYPES = ['list', 'set', 'sortedset', 'dangerous']
const SYNTAX =
  'key:key [BY by-pattern:pattern@1] [LIMIT <limit= offset:integer count:integer>] [GET get-pattern:pattern@1]+... ' +
  '[order= ASC | DESC] [sorting= ALPHA]'

export const sortCommands = {
  SORT: {
    summary: 'Sorts a list, a set or a sorted set, and returns or keeps the elements.',
    since: '1.0.0',
    group: 'generic',
    complexity: COMPLEXITY,
    arity: -2,
    flags: WRITE | DENYOOM | MOVABLE_KEYS,
    ownCategories: true,
    categories: SORTED_TYPES,
    keys: [KEY, BY_AND_GET, DESTINATION],
    keysOf: keysOfSort,
    syntax: `${SYNTAX} [STORE destination:key@2]`,
    call(unit, argv): Reply {
      const { options, destination } = readSortOptions(argv, true)
      checkPatterns(unit, checkedCall(sortCommands.SORT, argv), options)
      const key = textAt(argv, 1)
      return destination === undefined ? sort(unit, key, options) : sortStore(unit, key, destination, options)
    },
  },
  SORT_RO: {
    summary: 'Sorts a list, a set or a sorted set, and returns the elements.',
    since: '7.0.0',
    group: 'generic',
    complexity: COMPLEXITY,
    arity: -2,
    flags: READONLY | MOVABLE_KEYS,
    ownCategories: true,
    categories: SORTED_TYPES,
    keys: [KEY, BY_AND_GET],
    keysOf: () => [{ index: 1, spec: KEY }],
    syntax: SYNTAX,
    call(unit, argv): Reply {
      const { options } = readSortOptions(argv, false)
      checkPatterns(unit, checkedCall(sortCommands.SORT_RO, argv), options)
      return sort(unit, textAt(argv, 1), options)
    },
  },
} satisfies Record<string, Command>
