import { DEADLINES_MS, FIELD_DEADLINES_MS } from './arguments.js'
import type { Call } from './bytes.js'
import { formatReply, isNil, itemsOf, NIL, type Reply, sameReply, textOfReply } from './reply.js'
import { sortFreedom } from './sort.js'

/** How the replies of a command are compared, and why not exactly. */
export interface Rule {
  readonly how:
    | 'unordered'
    | 'unordered-pairs'
    | 'near'
    | 'deadline'
    | 'shape'
    | 'random'
    | 'sorted'
    | 'scan'
    | 'dump'
    | 'idle'
  readonly reason: string
  /** `near` and `deadline`: how far apart two numbers may be, in the unit of the reply. */
  readonly tolerance?: number
  /** `near`: a server's number from here on means nothing. */
  readonly meaninglessFrom?: number
  /** `deadline`: how many milliseconds the unit of the reply has. */
  readonly unitMs?: number
  /** `idle`: where in an array within the reply a duration in milliseconds stands. */
  readonly idleAt?: readonly number[]
  /** `scan`: where the cursor stands in the call, and how many replies make one element. */
  readonly cursorAt?: number
}

const CLOCK_RUNS = 'the real clock runs on between the two sides'
const HASH_ORDER = 'the order is that of a hash table'
const HEAPS_DIFFER = 'a heap of V8 is not that of a server in C'
const RANDOM = 'the pick is random'
const CURSOR = 'cursors are opaque; a full iteration is compared at the end of the sequence'

/** Every command whose replies are not compared by kind and bytes. */
export const RULES: Readonly<Record<string, Rule>> = {
  TTL: { how: 'near', tolerance: 6, reason: CLOCK_RUNS },
  PTTL: { how: 'near', tolerance: 6000, reason: CLOCK_RUNS },
  EXPIRETIME: { how: 'deadline', tolerance: 6, unitMs: 1000, reason: CLOCK_RUNS },
  PEXPIRETIME: { how: 'deadline', tolerance: 6000, unitMs: 1, reason: CLOCK_RUNS },
  HTTL: { how: 'near', tolerance: 6, reason: CLOCK_RUNS },
  HPTTL: { how: 'near', tolerance: 6000, reason: CLOCK_RUNS },
  HEXPIRETIME: { how: 'deadline', tolerance: 6, unitMs: 1000, reason: CLOCK_RUNS },
  HPEXPIRETIME: { how: 'deadline', tolerance: 6000, unitMs: 1, reason: CLOCK_RUNS },
  'OBJECT|IDLETIME': {
    how: 'near',
    tolerance: 6,
    meaninglessFrom: 100_000,
    reason: `${CLOCK_RUNS}; integers that Redis shares have no access time, for them it tells its own clock`,
  },
  TIME: { how: 'shape', reason: CLOCK_RUNS },
  'MEMORY|USAGE': { how: 'shape', reason: HEAPS_DIFFER },
  'MEMORY|STATS': { how: 'shape', reason: HEAPS_DIFFER },
  'MEMORY|DOCTOR': { how: 'shape', reason: HEAPS_DIFFER },
  'MEMORY|MALLOC-STATS': { how: 'shape', reason: HEAPS_DIFFER },
  KEYS: { how: 'unordered', reason: HASH_ORDER },
  SMEMBERS: { how: 'unordered', reason: HASH_ORDER },
  SUNION: { how: 'unordered', reason: HASH_ORDER },
  SINTER: { how: 'unordered', reason: HASH_ORDER },
  SDIFF: { how: 'unordered', reason: HASH_ORDER },
  SPOP: { how: 'unordered', reason: `${HASH_ORDER}; the engine is led to what the server picked` },
  HKEYS: { how: 'unordered', reason: HASH_ORDER },
  HVALS: { how: 'unordered', reason: HASH_ORDER },
  HGETALL: { how: 'unordered-pairs', reason: HASH_ORDER },
  SORT: { how: 'sorted', reason: 'by the text at other keys, equal weights leave the order open: see sort.ts' },
  SORT_RO: { how: 'sorted', reason: 'as SORT' },
  RANDOMKEY: { how: 'shape', reason: RANDOM },
  SRANDMEMBER: { how: 'random', reason: RANDOM },
  HRANDFIELD: { how: 'random', reason: RANDOM },
  ZRANDMEMBER: { how: 'random', reason: RANDOM },
  SCAN: { how: 'scan', cursorAt: 1, reason: CURSOR },
  HSCAN: { how: 'scan', cursorAt: 2, reason: CURSOR },
  SSCAN: { how: 'scan', cursorAt: 2, reason: CURSOR },
  ZSCAN: { how: 'scan', cursorAt: 2, reason: CURSOR },
  XPENDING: { how: 'idle', idleAt: [2], reason: CLOCK_RUNS },
  'XINFO|CONSUMERS': { how: 'idle', idleAt: [5, 7], reason: CLOCK_RUNS },
  'XINFO|STREAM': { how: 'idle', idleAt: [], reason: CLOCK_RUNS },
  DUMP: {
    how: 'dump',
    reason: 'payloads may differ in compression; both sides restore both and the values are compared',
  },
}

/** Whether two replies to the same call agree under the rule of its command. */
export function agree(name: string, call: Call, expected: Reply, actual: Reply): boolean {
  const rule = RULES[name]
  if (rule === undefined || sameReply(expected, actual)) return sameReply(expected, actual)
  switch (rule.how) {
    case 'near':
    case 'deadline':
      return agreeNumbers(rule, expected, actual)
    case 'unordered':
      return agreeInAnyOrder(expected, actual, 1)
    case 'unordered-pairs':
      return agreeInAnyOrder(expected, actual, 2)
    case 'sorted':
      return agreeSorted(call, expected, actual)
    case 'dump':
      return expected.kind === 'bulk' && actual.kind === 'bulk'
    case 'scan':
      return agreeScans(rule.cursorAt ?? 1, call, expected, actual)
    case 'idle':
      return agreeIdle(rule.idleAt ?? [], expected, actual, 0)
    case 'shape':
      return sameShape(expected, actual)
    case 'random':
      return sameShape(expected, actual) && (isRepeating(call) || areDifferent(call, actual))
  }
}

/** Whether two arrays hold the same elements; anything else would have to be the same. */
function agreeInAnyOrder(expected: Reply, actual: Reply, size: number): boolean {
  return expected.kind === 'array' && actual.kind === 'array' && agreeSets(expected.items, actual.items, size)
}

function agreeSorted(call: Call, expected: Reply, actual: Reply): boolean {
  const { open, size } = sortFreedom(call)
  if (open === 'order') return agreeInAnyOrder(expected, actual, size)
  if (open === 'ties') return agreeUpToZeros(expected, actual)
  return open === 'choice' && expected.kind === 'array' && itemsOf(actual).length === expected.items.length
}

/** Whether two arrays of texts are the same as C sees them: a zero byte ends a text. */
function agreeUpToZeros(expected: Reply, actual: Reply): boolean {
  const cut = (reply: Reply): string[] => itemsOf(reply).map((item) => textOfReply(item)?.split('\0')[0] ?? '')
  const [a, b] = [cut(expected), cut(actual)]
  return (
    expected.kind === 'array' && actual.kind === 'array' && a.length === b.length && a.every((it, i) => it === b[i])
  )
}

/** Whether a call for random elements has a negative count: it may get an element twice. */
function isRepeating(call: Call): boolean {
  return call[2]?.startsWith('-') === true
}

function areDifferent(call: Call, reply: Reply): boolean {
  const found = elements(itemsOf(reply), call.some((word) => /^with(values|scores)$/i.test(word)) ? 2 : 1)
  return new Set(found).size === found.length
}

function agreeNumbers(rule: Rule, expected: Reply, actual: Reply): boolean {
  if (expected.kind === 'array' && actual.kind === 'array') {
    const { items } = actual
    return (
      expected.items.length === items.length && expected.items.every((item, i) => agreeNumbers(rule, item, items[i]!))
    )
  }
  if (expected.kind !== 'integer' || actual.kind !== 'integer') return sameReply(expected, actual)
  const a = Number(expected.value)
  const b = Number(actual.value)
  if (a < 0 || b < 0) return a === b
  if (rule.meaninglessFrom !== undefined && a >= rule.meaninglessFrom) return true
  if (rule.how === 'deadline' && (isGiven(a, rule.unitMs ?? 1) || isGiven(b, rule.unitMs ?? 1))) return a === b
  return Math.abs(a - b) <= (rule.tolerance ?? 0)
}

/** Whether a deadline was given as an absolute time, so that no clock has a part in it. */
function isGiven(deadline: number, unitMs: number): boolean {
  return [...DEADLINES_MS, ...FIELD_DEADLINES_MS].some((ms) => Math.abs(deadline * unitMs - ms) <= unitMs)
}

/** From here on an integer is an instant in milliseconds. */
const INSTANT_MIN = 1_500_000_000_000
const INSTANT_MAX = 4_000_000_000_000
const IDLE_TOLERANCE_MS = 30_000

/** Whether two replies are the same but for instants, and durations in arrays within them, which may be near. */
function agreeIdle(idleAt: readonly number[], expected: Reply, actual: Reply, depth: number, isIdle = false): boolean {
  if (expected.kind === 'array' && actual.kind === 'array') {
    const { items } = actual
    return (
      expected.items.length === items.length &&
      expected.items.every((item, i) => agreeIdle(idleAt, item, items[i]!, depth + 1, depth > 0 && idleAt.includes(i)))
    )
  }
  if (expected.kind !== 'integer' || actual.kind !== 'integer') return sameReply(expected, actual)
  const [a, b] = [Number(expected.value), Number(actual.value)]
  const isInstant = a > INSTANT_MIN && a < INSTANT_MAX
  return isInstant || (isIdle && a >= 0 && b >= 0) ? Math.abs(a - b) <= IDLE_TOLERANCE_MS : sameReply(expected, actual)
}

/** A reply in text without its instants. */
export function timelessText(reply: Reply): string {
  if (reply.kind === 'array') return `[${reply.items.map(timelessText).join(' ')}]`
  const isInstant = reply.kind === 'integer' && Number(reply.value) > INSTANT_MIN && Number(reply.value) < INSTANT_MAX
  return isInstant ? 'then' : formatReply(plainNil(reply))
}

/** Whether two lists hold the same elements, each of `size` replies, in any order. O(n log n). */
function agreeSets(expected: readonly Reply[], actual: readonly Reply[], size: number): boolean {
  if (expected.length !== actual.length) return false
  const a = elements(expected, size).sort()
  const b = elements(actual, size).sort()
  return a.every((text, i) => text === b[i])
}

export function elements(items: readonly Reply[], size: number): string[] {
  const out: string[] = []
  for (let i = 0; i < items.length; i += size) {
    out.push(formatReply({ kind: 'array', items: items.slice(i, i + size).map(plainNil) }))
  }
  return out
}

/** The nil of a target that cannot tell its two kinds apart, as what it must be inside of an array. */
function plainNil(reply: Reply): Reply {
  return reply.kind === 'null' ? NIL : reply
}

/** Replies of SCAN: a cursor and elements. When both sides finished in one call, the elements are the same too. */
function agreeScans(cursorAt: number, call: Call, expected: Reply, actual: Reply): boolean {
  const [from, found] = itemsOf(expected)
  const [engineFrom, engineFound] = itemsOf(actual)
  if (found?.kind !== 'array' || engineFound?.kind !== 'array') return false
  const [next, engineNext] = [textOfReply(from), textOfReply(engineFrom)]
  if (next === undefined || engineNext === undefined || !/^\d+$/.test(engineNext)) return false
  if (call[cursorAt] !== '0' || next !== '0' || engineNext !== '0') return true
  return agreeSets(found.items, engineFound.items, 1)
}

function sameShape(expected: Reply, actual: Reply): boolean {
  if (isNil(expected)) return isNil(actual)
  if (expected.kind === 'array' && actual.kind === 'array') {
    const { items } = actual
    return expected.items.length === items.length && expected.items.every((item, i) => sameShape(item, items[i]!))
  }
  return expected.kind === actual.kind && expected.kind !== 'error'
}
