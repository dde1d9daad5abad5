/** Which elements of a vector set are most like a vector: VSIM. */

import { VECTOR_SET } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import { parseScore } from '../structures/score.js'
import { type Filter, FilterError, parseFilter } from '../structures/vector-set/filter.js'
import type { SearchHow, Similar, VectorSet } from '../structures/vector-set/vector-set.js'
import { type Argv, textAt, tokenAt } from './argv.js'
import { type Command, READONLY } from './command.js'
import { Double, MapReply, type Reply } from './reply.js'
import { badFilter, badVectorNumber, badVsimOption, noSuchElement, otherDimension } from './vector-set-errors.js'
import { checkedNumber, EF_MAX, numberAt, VECTOR_KEY, VECTOR_SYNTAX, vectorAt } from './vector-set-words.js'

/** What others are compared with: a vector, or an element by its name. */
export type VectorQuery = Float32Array | string

/** Options of VSIM. */
export interface VsimOptions {
  /** How many elements come back at most; 10 by default. */
  readonly count?: number | undefined
  /** Only elements with a score of at least 1 minus this. */
  readonly epsilon?: number | undefined
  /** How many candidates a search keeps: more find more, and take longer; 100 by default. */
  readonly ef?: number | undefined
  /** An expression over the attributes of elements. */
  readonly filter?: string | undefined
  /** How many elements a filtered search looks at at most; `count` times 100 by default. */
  readonly filterEf?: number | undefined
  /** Whether all elements are looked at. O(n). */
  readonly truth?: boolean | undefined
}

const COUNT_DEFAULT = 10
const EF_DEFAULT = 100
const LOOKS_PER_COUNT = 100

/** The elements that are most like a vector, the most alike first, none when the key is missing. O(log n · ef). */
export function vsim(unit: Unit, key: string, query: VectorQuery, options: VsimOptions = {}): Similar[] {
  const set = unit.read(key, VECTOR_SET)
  if (set === undefined) return []
  if (typeof query === 'string' && !set.has(query)) throw noSuchElement()
  const how = howOf(options)
  if (options.epsilon !== undefined && !(options.epsilon > 0)) throw badVectorNumber('EPSILON')
  if (typeof query !== 'string') checkDimension(set, query.length)
  const found = typeof query === 'string' ? set.searchFrom(query, how) : set.search(query, how)
  const least = 1 - (options.epsilon ?? 1)
  return found.filter(({ score }) => score >= least)
}

function checkDimension({ form }: VectorSet, given: number): void {
  if (given !== form.dimension && given !== form.inputDimension) throw otherDimension(given, form.dimension)
}

function howOf(options: VsimOptions): SearchHow {
  const count = checkedNumber(options.count ?? COUNT_DEFAULT, 1, Number.MAX_SAFE_INTEGER, 'COUNT')
  const looksMax = options.filterEf ?? count * LOOKS_PER_COUNT
  return {
    count,
    ef: checkedNumber(options.ef ?? EF_DEFAULT, 1, EF_MAX, 'EF'),
    filter: options.filter === undefined ? undefined : filterOf(options.filter),
    looksMax: checkedNumber(looksMax, 1, Number.MAX_SAFE_INTEGER, 'FILTER-EF'),
    exact: options.truth === true,
  }
}

function filterOf(expression: string): Filter {
  try {
    return parseFilter(expression)
  } catch (error) {
    throw error instanceof FilterError ? badFilter(expression.slice(error.at)) : error
  }
}

// What follows is the wire: one entry a command.

type VsimDraft = { -readonly [K in keyof VsimOptions]: VsimOptions[K] } & { withScores?: boolean }

function readVsimOptions(argv: Argv, first: number, into: VsimDraft): void {
  for (let i = first; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'NOTHREAD') continue
    if (token === 'WITHSCORES') into.withScores = true
    else if (token === 'TRUTH') into.truth = true
    else if (i + 1 >= argv.length) throw badVsimOption()
    else if (token === 'COUNT') into.count = checkedNumber(numberAt(argv, ++i), 1, Number.MAX_SAFE_INTEGER, 'COUNT')
    else if (token === 'EF') into.ef = checkedNumber(numberAt(argv, ++i), 1, EF_MAX, 'EF')
    else if (token === 'EPSILON') into.epsilon = parseScore(textAt(argv, ++i)) ?? Number.NaN
    else if (token === 'FILTER') into.filter = textAt(argv, ++i)
    else if (token === 'FILTER-EF') into.filterEf = numberAt(argv, ++i)
    else throw badVsimOption()
  }
}

function callVsim(unit: Unit, argv: Argv): Reply {
  const key = textAt(argv, 1)
  // Redis looks at the key before it reads the rest.
  if (unit.lookAt(key, VECTOR_SET) === undefined) return unit.miss(key) ?? []
  const isElement = tokenAt(argv, 2) === 'ELE'
  const { vector, end } = isElement ? { vector: textAt(argv, 3), end: 4 } : vectorAt(argv, 2)
  const options: VsimDraft = {}
  readVsimOptions(argv, end, options)
  const found = vsim(unit, key, vector, options)
  if (options.withScores !== true) return found.map(({ element }) => element)
  return new MapReply(found.map(({ element, score }) => [element, new Double(score)] as const))
}

export const vectorSetSearchCommands = {
  VSIM: {
    summary: 'Returns the elements of a vector set that are most like a vector or another element.',
    since: '8.0.0',
    group: 'vector-set',
    complexity: 'O(log(N)), N elements in the vector set',
    arity: -4,
    flags: READONLY,
    keys: VECTOR_KEY,
    syntax: `key:key <query= ELE element | ${VECTOR_SYNTAX}> [WITHSCORES] [COUNT num:integer] [EPSILON max-distance:double] [EF search-exploration-factor:integer] [FILTER expression] [FILTER-EF max-filtering-effort:integer] [TRUTH] [NOTHREAD]`,
    call: callVsim,
  },
} satisfies Record<string, Command>
