/** Several sorted sets at once: unions, intersections and differences. Plain sets may stand among them, with scores of 1. */
import { noInputKeys, syntaxError, weightNotAFloat, wrongType } from '../errors.js'
import type { Unit } from '../keyspace/unit.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { formatScore, parseScore } from '../structures/score.js'
import { SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { compareText } from '../structures/text.js'
import { type Argv, integerAt, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, countedKeys, DENYOOM, MOVABLE_KEYS, OVERWRITE_KEY, READONLY, WRITE } from './command.js'
import { discard } from './generic.js'
import { type Reply, scoredReply } from './reply.js'
import { checkedLimit } from './set-algebra.js'
import type { Scored } from './sorted-set.js'

/** How the scores of a member that several sets have become one. */
export type Aggregate = 'sum' | 'min' | 'max'

/** What unions and intersections make of the scores. */
export interface AggregateOptions {
  /** A factor for the scores of each key, in the order of the keys; 1 by default. */
  readonly weights?: readonly number[] | undefined
  /** What becomes of the scores of a member that several keys have; their sum by default. */
  readonly aggregate?: Aggregate | undefined
}

/** A sorted set or a set, undefined for a missing key, which stands for an empty one. */
export type Operand = SortedSet | SetOfStrings | undefined

/** What stands at the keys, in their order. Throws WRONGTYPE at the first key that holds neither a sorted set nor a set. */
function operandsOf(unit: Unit, keys: readonly string[]): Operand[] {
  return keys.map((key) => {
    const value = unit.readValue(key)
    if (value === undefined || value instanceof SortedSet || value instanceof SetOfStrings) return value
    throw wrongType()
  })
}

interface Weighted {
  readonly operand: SortedSet | SetOfStrings
  readonly weight: number
}

/** What any of the sets has, in order. O(n + m log m), n members in all sets and m different ones. */
export function union(operands: readonly Operand[], options: AggregateOptions): Scored[] {
  const combine = COMBINE[options.aggregate ?? 'sum']
  const scores = new Map<string, number>()
  for (const { operand, weight } of smallestFirst(operands, options)) {
    each(operand, (member, score) => {
      const value = weighed(score, weight)
      const former = scores.get(member)
      scores.set(member, former === undefined ? value : combine(former, value))
    })
  }
  return inOrder(Array.from(scores, ([member, score]) => ({ member, score })))
}

/** What all sets have, in order. O(n · sets + m log m), n members in the smallest set and m that all have. */
export function intersection(operands: readonly Operand[], options: AggregateOptions): Scored[] {
  const common: Scored[] = []
  const combine = COMBINE[options.aggregate ?? 'sum']
  const [smallest, ...others] = allOrNone(operands, options)
  if (smallest === undefined) return common
  each(smallest.operand, (member, score) => {
    let total = weighed(score, smallest.weight)
    for (const { operand, weight } of others) {
      const other = operand === smallest.operand ? score : scoreIn(operand, member)
      if (other === undefined) return
      // Redis does not make 0 of what is not a number here, but leaves it to the sum.
      total = combine(total, other * weight)
    }
    common.push({ member, score: total })
  })
  return inOrder(common)
}

/** How many members all sets have, at most `limit` unless it is 0. O(n · sets), n members in the smallest set. */
function intersectionSize(operands: readonly Operand[], limit: Int64): number {
  const [smallest, ...others] = allOrNone(operands, UNWEIGHTED)
  if (smallest === undefined) return 0
  const most = limit === 0 ? Number.POSITIVE_INFINITY : limit
  let count = 0
  for (const element of smallest.operand) {
    const member = typeof element === 'string' ? element : element[0]
    if (isInAll(others, smallest, member) && ++count >= most) break
  }
  return count
}

function isInAll(others: readonly Weighted[], smallest: Weighted, member: string): boolean {
  for (const { operand } of others) {
    if (operand !== smallest.operand && scoreIn(operand, member) === undefined) return false
  }
  return true
}

/**
 * What the first set has and no other one, in order. O(n · sets) or O(members in all sets), whichever is less; n members in
 * the first.
 */
export function difference(operands: readonly Operand[]): Scored[] {
  const [first, ...rest] = operands
  const others = rest.filter((operand) => operand !== undefined)
  if (first === undefined || others.includes(first)) return []
  const members = others.reduce((sum, { size }) => sum + size, first.size)
  const lookups = first.size * (others.length + 1)
  const left = lookups / 2 <= members ? lookedFor(first, others) : takenAway(first, others)
  return first instanceof SortedSet ? left : inOrder(left)
}

function lookedFor(first: SortedSet | SetOfStrings, others: readonly (SortedSet | SetOfStrings)[]): Scored[] {
  const left: Scored[] = []
  // A member is found soonest in the largest set.
  const largestFirst = others.toSorted((a, b) => b.size - a.size)
  each(first, (member, score) => {
    for (const other of largestFirst) if (scoreIn(other, member) !== undefined) return
    left.push({ member, score })
  })
  return left
}

function takenAway(first: SortedSet | SetOfStrings, others: readonly (SortedSet | SetOfStrings)[]): Scored[] {
  const scores = new Map<string, number>()
  each(first, (member, score) => scores.set(member, score))
  for (const other of others) each(other, (member) => scores.delete(member))
  return Array.from(scores, ([member, score]) => ({ member, score }))
}

const UNWEIGHTED: AggregateOptions = {}

/** Those that there are, by size. The order of a sum of floating-point numbers is Redis's. */
function smallestFirst(operands: readonly Operand[], { weights }: AggregateOptions): Weighted[] {
  const weighted: Weighted[] = []
  operands.forEach((operand, i) => {
    if (operand !== undefined) weighted.push({ operand, weight: weights?.[i] ?? 1 })
  })
  return weighted.sort((a, b) => a.operand.size - b.operand.size)
}

/** As `smallestFirst`, but none where one is missing. */
function allOrNone(operands: readonly Operand[], options: AggregateOptions): Weighted[] {
  return operands.includes(undefined) ? [] : smallestFirst(operands, options)
}

function each(operand: SortedSet | SetOfStrings, visit: (member: string, score: number) => void): void {
  if (operand instanceof SortedSet) operand.visit(0, operand.size, false, visit)
  else for (let i = 0; i < operand.size; i++) visit(operand.at(i), 1)
}

function scoreIn(operand: SortedSet | SetOfStrings, member: string): number | undefined {
  if (operand instanceof SortedSet) return operand.score(member)
  return operand.has(member) ? 1 : undefined
}

/** An infinite score times 0 is 0. */
function weighed(score: number, weight: number): number {
  const value = score * weight
  return Number.isNaN(value) ? 0 : value
}

const COMBINE: Readonly<Record<Aggregate, (total: number, value: number) => number>> = {
  // Infinities that cancel each other out make 0.
  sum: (total, value) => (Number.isNaN(total + value) ? 0 : total + value),
  min: (total, value) => (value < total ? value : total),
  max: (total, value) => (value > total ? value : total),
}

function inOrder(entries: Scored[]): Scored[] {
  return entries.sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : compareText(a.member, b.member)))
}

// The same by keys, and kept.

/** As `union`, by keys. */
export function zunion(unit: Unit, keys: readonly string[], options: AggregateOptions): Scored[] {
  return union(operandsOf(unit, keys), checkedAggregate(keys, options))
}

/** As `intersection`, by keys. */
export function zinter(unit: Unit, keys: readonly string[], options: AggregateOptions): Scored[] {
  return intersection(operandsOf(unit, keys), checkedAggregate(keys, options))
}

/** As `difference`, by keys. */
export function zdiff(unit: Unit, keys: readonly string[]): Scored[] {
  return difference(operandsOf(unit, keys))
}

/** As `intersectionSize`, by keys. */
export function zintercard(unit: Unit, keys: readonly string[], limit: Int64 | undefined): number {
  const operands = operandsOf(unit, keys)
  return intersectionSize(operands, checkedLimit(limit))
}

/** Keeps a union; returns how many members it has. Event zunionstore, or del where there are none. */
export function zunionstore(
  unit: Unit,
  destination: string,
  keys: readonly string[],
  options: AggregateOptions,
): number {
  return store(unit, { event: 'zunionstore', destination, keys, options }, zunion(unit, keys, options))
}

/** Keeps an intersection; returns how many members it has. Event zinterstore, or del where there are none. */
export function zinterstore(
  unit: Unit,
  destination: string,
  keys: readonly string[],
  options: AggregateOptions,
): number {
  return store(unit, { event: 'zinterstore', destination, keys, options }, zinter(unit, keys, options))
}

/** Keeps a difference; returns how many members it has. Event zdiffstore, or del where there are none. */
export function zdiffstore(unit: Unit, destination: string, keys: readonly string[]): number {
  return store(unit, { event: 'zdiffstore', destination, keys, options: UNWEIGHTED }, zdiff(unit, keys))
}

interface StoreCall {
  /** The name of the command as well. */
  readonly event: string
  readonly destination: string
  readonly keys: readonly string[]
  readonly options: AggregateOptions
}

/** Puts a result in the place of whatever is at the destination, or of nothing where it is empty. */
function store(unit: Unit, call: StoreCall, result: readonly Scored[]): number {
  const { event, destination } = call
  if (result.length === 0) {
    discard(unit, destination)
    return 0
  }
  const members = result.map(({ member }) => member)
  const scores = result.map(({ score }) => score)
  unit.put(destination, SortedSet.ofSorted(members, scores))
  if (unit.logging) unit.logWords(wordsOf(call))
  unit.changed(destination, event)
  return result.length
}

function wordsOf({ event, destination, keys, options }: StoreCall): string[] {
  const words = [event.toUpperCase(), destination, String(keys.length), ...keys]
  if (options.weights !== undefined) words.push('WEIGHTS', ...options.weights.map(formatScore))
  if (options.aggregate !== undefined) words.push('AGGREGATE', options.aggregate.toUpperCase())
  return words
}

function checkedAggregate(keys: readonly string[], options: AggregateOptions): AggregateOptions {
  const { weights, aggregate } = options
  if (weights !== undefined) {
    if (!Array.isArray(weights)) throw syntaxError()
    if (weights.length !== keys.length) throw syntaxError()
    for (const weight of weights) if (typeof weight !== 'number' || Number.isNaN(weight)) throw weightNotAFloat()
  }
  if (aggregate !== undefined && (typeof aggregate !== 'string' || !Object.hasOwn(COMBINE, aggregate)))
    throw syntaxError()
  return options
}

// What follows is the wire: one entry a command.

/** The keys behind their number at `numkeysAt`. `command` in lower case. */
function readKeys(argv: Argv, numkeysAt: number, command: string): string[] {
  const numkeys = integerAt(argv, numkeysAt)
  if (numkeys < 1) throw noInputKeys(command)
  if (numkeys >= argv.length - numkeysAt) throw syntaxError()
  return textsFrom(argv.slice(0, numkeysAt + 1 + Number(numkeys)), numkeysAt + 1)
}

interface Words {
  weights?: number[]
  aggregate?: Aggregate
  withScores: boolean
}

/** The options from `start` on, of which some take part in `allowed` only. */
function readOptions(argv: Argv, start: number, keys: number, allowed: { scores: boolean; combine: boolean }): Words {
  const words: Words = { withScores: false }
  for (let i = start; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'WEIGHTS' && allowed.combine && i + keys < argv.length) {
      words.weights = readWeights(argv, i + 1, keys)
      i += keys
    } else if (token === 'AGGREGATE' && allowed.combine && i + 1 < argv.length) {
      words.aggregate = readAggregate(argv, ++i)
    } else if (token === 'WITHSCORES' && allowed.scores) words.withScores = true
    else throw syntaxError()
  }
  return words
}

function readWeights(argv: Argv, start: number, count: number): number[] {
  const weights: number[] = []
  for (let i = start; i < start + count; i++) {
    const weight = parseScore(textAt(argv, i))
    if (weight === undefined) throw weightNotAFloat()
    weights.push(weight)
  }
  return weights
}

function readAggregate(argv: Argv, index: number): Aggregate {
  const token = tokenAt(argv, index)
  if (token === 'SUM') return 'sum'
  if (token === 'MIN') return 'min'
  if (token === 'MAX') return 'max'
  throw syntaxError()
}

const COMBINED = { scores: true, combine: true }
const COMBINED_AND_STORED = { scores: false, combine: true }
const PLAIN = { scores: true, combine: false }
const PLAIN_AND_STORED = { scores: false, combine: false }

/** ZUNION, ZINTER and ZDIFF. Redis looks at the keys before it reads the options: a wrong type is the first error. */
function callRead(
  unit: Unit,
  argv: Argv,
  command: string,
  allowed: { scores: boolean; combine: boolean },
  combined: (operands: readonly Operand[], options: AggregateOptions) => Scored[],
): Reply {
  const keys = readKeys(argv, 1, command)
  const operands = operandsOf(unit, keys)
  const options = readOptions(argv, 2 + keys.length, keys.length, allowed)
  const entries = combined(operands, options)
  return options.withScores ? scoredReply(entries) : entries.map(({ member }) => member)
}

/** ZUNIONSTORE, ZINTERSTORE and ZDIFFSTORE, likewise. */
function callStore(
  unit: Unit,
  argv: Argv,
  event: string,
  allowed: { scores: boolean; combine: boolean },
  combined: (operands: readonly Operand[], options: AggregateOptions) => Scored[],
): Reply {
  const keys = readKeys(argv, 2, event)
  const operands = operandsOf(unit, keys)
  const options = readOptions(argv, 3 + keys.length, keys.length, allowed)
  return store(unit, { event, destination: textAt(argv, 1), keys, options }, combined(operands, options))
}

/** ZINTERCARD, likewise. */
function callIntercard(unit: Unit, argv: Argv): Reply {
  const keys = readKeys(argv, 1, 'zintercard')
  const operands = operandsOf(unit, keys)
  let limit: Int64 = 0
  for (let i = 2 + keys.length; i < argv.length; i += 2) {
    if (tokenAt(argv, i) !== 'LIMIT' || i + 1 >= argv.length) throw syntaxError()
    limit = checkedLimit(parseInt64(textAt(argv, i + 1)))
  }
  return intersectionSize(operands, limit)
}

const READ_KEYS = [countedKeys('RO access')]
const STORE_KEYS = [...OVERWRITE_KEY, countedKeys('RO access', 2)]
const KEYS_SYNTAX = 'numkeys:integer key:key...'
const COMBINE_SYNTAX = `${KEYS_SYNTAX} [WEIGHTS weight:integer...] [AGGREGATE <aggregate= SUM | MIN | MAX>]`
const UNION_COMPLEXITY = 'O(N+M*log(M)), N members in all sets together and M in the result'
const INTER_COMPLEXITY = 'O(N*K+M*log(M)), N members in the smallest set, K sets and M members in the result'
const DIFF_COMPLEXITY = 'O(L), L members in all sets together'

export const sortedSetAlgebraCommands = {
  ZUNION: {
    summary: 'Returns the members of all of some sorted sets, with combined scores.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: UNION_COMPLEXITY,
    arity: -3,
    flags: READONLY | MOVABLE_KEYS,
    keys: READ_KEYS,
    syntax: `${COMBINE_SYNTAX} [WITHSCORES]`,
    call: (unit, argv): Reply => callRead(unit, argv, 'zunion', COMBINED, union),
  },
  ZUNIONSTORE: {
    summary: 'Keeps the members of all of some sorted sets, with combined scores, as a sorted set.',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: UNION_COMPLEXITY,
    arity: -4,
    flags: WRITE | DENYOOM | MOVABLE_KEYS,
    keys: STORE_KEYS,
    syntax: `destination:key ${COMBINE_SYNTAX}`,
    call: (unit, argv): Reply => callStore(unit, argv, 'zunionstore', COMBINED_AND_STORED, union),
  },
  ZINTER: {
    summary: 'Returns the members that some sorted sets have in common, with combined scores.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: INTER_COMPLEXITY,
    arity: -3,
    flags: READONLY | MOVABLE_KEYS,
    keys: READ_KEYS,
    syntax: `${COMBINE_SYNTAX} [WITHSCORES]`,
    call: (unit, argv): Reply => callRead(unit, argv, 'zinter', COMBINED, intersection),
  },
  ZINTERSTORE: {
    summary: 'Keeps the members that some sorted sets have in common, with combined scores, as a sorted set.',
    since: '2.0.0',
    group: 'sorted-set',
    complexity: INTER_COMPLEXITY,
    arity: -4,
    flags: WRITE | DENYOOM | MOVABLE_KEYS,
    keys: STORE_KEYS,
    syntax: `destination:key ${COMBINE_SYNTAX}`,
    call: (unit, argv): Reply => callStore(unit, argv, 'zinterstore', COMBINED_AND_STORED, intersection),
  },
  ZINTERCARD: {
    summary: 'Counts the members that some sorted sets have in common, up to a limit.',
    since: '7.0.0',
    group: 'sorted-set',
    complexity: 'O(N*K), N members in the smallest set and K sets',
    arity: -3,
    flags: READONLY | MOVABLE_KEYS,
    keys: READ_KEYS,
    syntax: `${KEYS_SYNTAX} [LIMIT limit:integer]`,
    call: callIntercard,
  },
  ZDIFF: {
    summary: 'Returns the members of the first of some sorted sets that no other one has.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: DIFF_COMPLEXITY,
    arity: -3,
    flags: READONLY | MOVABLE_KEYS,
    keys: READ_KEYS,
    syntax: `${KEYS_SYNTAX} [WITHSCORES]`,
    call: (unit, argv): Reply => callRead(unit, argv, 'zdiff', PLAIN, difference),
  },
  ZDIFFSTORE: {
    summary: 'Keeps the members of the first of some sorted sets that no other one has as a sorted set.',
    since: '6.2.0',
    group: 'sorted-set',
    complexity: DIFF_COMPLEXITY,
    arity: -4,
    flags: WRITE | DENYOOM | MOVABLE_KEYS,
    keys: STORE_KEYS,
    syntax: `destination:key ${KEYS_SYNTAX}`,
    call: (unit, argv): Reply => callStore(unit, argv, 'zdiffstore', PLAIN_AND_STORED, difference),
  },
} satisfies Record<string, Command>
