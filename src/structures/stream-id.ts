/**
 * Ids of stream entries: two unsigned integers of 64 bits, compared one after the other.
 *
 * Invariant: a part is a `number` up to 2^53-1 and a `bigint` past it, so that equal parts are held alike. Numbers and bigints
 * compare exactly by `<`, so only sums have to tell them apart.
 */
import type { Int64 } from './int64.js'

export type U64 = number | bigint

export interface StreamId {
  readonly ms: U64
  readonly seq: U64
}

export const U64_MAX = 2n ** 64n - 1n
export const ID_MIN: StreamId = { ms: 0, seq: 0 }
export const ID_MAX: StreamId = { ms: U64_MAX, seq: U64_MAX }

/** Redis reads ids of at most so many bytes. */
const ID_LENGTH_MAX = 127
/** What C's strtoull takes: blanks, a sign, and then only digits. */
const UNSIGNED = /^[\t-\r ]*([+-]?)(\d+)$/
/** So many digits make a safe integer. */
const PLAIN_DIGITS_MAX = 15
const ZERO = 48

/** The part in its one form; the value is not negative and has at most 64 bits. */
export function u64(value: bigint): U64 {
  return value <= 9007199254740991n ? Number(value) : value
}

export function compareIds(a: StreamId, b: StreamId): number {
  return compareParts(a.ms, a.seq, b.ms, b.seq)
}

/** As `compareIds`, of ids that are no objects. */
export function compareParts(aMs: U64, aSeq: U64, bMs: U64, bSeq: U64): number {
  return comparePart(aMs, bMs) || comparePart(aSeq, bSeq)
}

/** Numbers are compared apart from bigints: one line for both kinds would be made for neither, and be slow for both. */
function comparePart(a: U64, b: U64): number {
  if (typeof a === 'number') {
    if (typeof b !== 'number') return -1
    return a < b ? -1 : a > b ? 1 : 0
  }
  if (typeof b === 'number') return 1
  return a < b ? -1 : a > b ? 1 : 0
}

export function isZero(id: StreamId): boolean {
  return id.ms === 0 && id.seq === 0
}

export function idText(id: StreamId): string {
  return partsText(id.ms, id.seq)
}

/** The last three digits of a time. */
const DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))
/** A time in seconds that is an integer of 32 bits, for which V8 has quick ways. */
const SECONDS_MAX = 2 ** 31 - 1

/** The seconds that were shown last, and as text: ids that are shown one after the other mostly lie close together. */
let lastSeconds = 0
let lastSecondsText = '0'

/** As `idText`, of an id that is no object. */
export function partsText(ms: U64, seq: U64): string {
  if (typeof ms === 'number' && ms >= 1000) {
    const seconds = Math.floor(ms / 1000)
    if (seconds <= SECONDS_MAX) {
      if (seconds !== lastSeconds) {
        lastSeconds = seconds
        lastSecondsText = String(seconds)
      }
      // Apart, since V8 keeps what has 13 characters and more in pieces: two here, and not four.
      const end = `${DIGITS[ms - seconds * 1000]!}-${seq}`
      return `${lastSecondsText}${end}`
    }
  }
  return `${ms}-${seq}`
}

function plusOne(part: U64): U64 {
  if (typeof part === 'number') return part < Number.MAX_SAFE_INTEGER ? part + 1 : 9007199254740992n
  return part + 1n
}

function minusOne(part: U64): U64 {
  return typeof part === 'number' ? part - 1 : u64(part - 1n)
}

/** The next id, undefined after the greatest. */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== U64_MAX) return { ms, seq: plusOne(seq) }
  return ms === U64_MAX ? undefined : { ms: plusOne(ms), seq: 0 }
}

/** The id before, undefined before the least. */
export function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: minusOne(seq) }
  return ms === 0 ? undefined : { ms: minusOne(ms), seq: U64_MAX }
}

/** a - b in 64 bits with a sign, as a listpack keeps it. */
export function signedDifference(a: U64, b: U64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return signed(BigInt(a) - BigInt(b))
}

/** a + b in 64 bits without a sign: what `signedDifference` took apart. */
export function plusSigned(a: U64, b: Int64): U64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum
  }
  return u64(BigInt.asUintN(64, BigInt(a) + BigInt(b)))
}

/** The sum in 64 bits with a sign, which wraps around as Redis's counters do. */
export function addWrapping(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return signed(BigInt(a) + BigInt(b))
}

export function signed(value: bigint): Int64 {
  const wrapped = BigInt.asIntN(64, value)
  return wrapped >= -9007199254740991n && wrapped <= 9007199254740991n ? Number(wrapped) : wrapped
}

/** An unsigned integer as C's strtoull reads it; undefined for what is none. */
function parseU64(text: string): U64 | undefined {
  const plain = plainPart(text, 0, text.length)
  if (plain !== -1) return plain
  const match = UNSIGNED.exec(text)
  if (match === null) return undefined
  const [, sign, digits] = match as unknown as [string, string, string]
  const value = BigInt(digits)
  if (value > U64_MAX) return undefined
  if (sign !== '-') return u64(value)
  // Redis refuses what it can read as a negative number; what it leaves to strtoull wraps around.
  return /^-[1-9]/.test(text) && value <= 2n ** 63n ? undefined : u64(BigInt.asUintN(64, -value))
}

/** The digits of a text between two places as a number, -1 where there is something else or too many of them. */
function plainPart(text: string, start: number, end: number): number {
  if (start >= end || end - start > PLAIN_DIGITS_MAX) return -1
  let value = 0
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** An id that may leave its second part open: `5-*`. */
export interface OpenId extends StreamId {
  /** Whether the second part is to be generated. */
  readonly open: boolean
}

/**
 * Reads an id as Redis does: `ms-seq`, or `ms` alone with `missing` in place of the other. Undefined for what is none. `-` and
 * `+` stand for the least and the greatest unless `strict`.
 */
export function parseId(text: string, missing: U64, strict: boolean): StreamId | undefined {
  return parseOpenId(text, missing, strict, false)
}

/** As `parseId`; where `opens`, `ms-*` is one too. */
export function parseOpenId(text: string, missing: U64, strict: boolean, opens = true): OpenId | undefined {
  // Typed callers who are not compiled may pass anything.
  if (typeof text !== 'string') return undefined
  const dash = text.indexOf('-')
  const plainMs = plainPart(text, 0, dash === -1 ? text.length : dash)
  if (plainMs !== -1) {
    if (dash === -1) return { ms: plainMs, seq: missing, open: false }
    const plainSeq = plainPart(text, dash + 1, text.length)
    if (plainSeq !== -1) return { ms: plainMs, seq: plainSeq, open: false }
  }
  return parseAnyId(text, missing, strict, opens)
}

/** As `parseOpenId`, of ids in whatever form. */
function parseAnyId(text: string, missing: U64, strict: boolean, opens: boolean): OpenId | undefined {
  // A byte takes at most one unit, so more units are more bytes.
  if (text.length > ID_LENGTH_MAX) return undefined
  const end = text.indexOf('\0')
  const words = end === -1 ? text : text.slice(0, end)
  if (words === '-' || words === '+') {
    if (strict) return undefined
    return words === '-' ? { ms: 0, seq: 0, open: false } : { ms: U64_MAX, seq: U64_MAX, open: false }
  }
  const dash = words.indexOf('-')
  const ms = parseU64(dash === -1 ? words : words.slice(0, dash))
  if (ms === undefined) return undefined
  if (dash === -1) return { ms, seq: missing, open: false }
  const rest = words.slice(dash + 1)
  if (opens && rest === '*') return { ms, seq: 0, open: true }
  const seq = parseU64(rest)
  return seq === undefined ? undefined : { ms, seq, open: false }
}
