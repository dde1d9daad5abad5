import { illFormedString, notAnInt32, notAnInteger, notAString, stringTooLong, syntaxError } from '../errors.js'
import { KEPT_AS_BYTES_FROM, type StringValue } from '../keyspace/value.js'
import { ByteString } from '../structures/byte-string.js'
import { type Int64, isInt32, parseInt64 } from '../structures/int64.js'
import { byteLength, canonical, copyBytes, fromBytes } from '../structures/text.js'

/** A word of a call as the engine reads it: canonical text, or the bytes as they came. */
export type Word = string | Uint8Array

/** A call: its name as it was given, then its arguments. */
export type Argv = readonly Word[]

/** What callers may pass for a key, a field or a member. */
export type Key = string | Uint8Array

/** What callers may pass for a value. Numbers must be finite; they are stored as their decimal text. */
export type Data = string | number | bigint | Uint8Array

/** Redis's proto-max-bulk-len: the longest string, in bytes. */
export const STRING_LENGTH_MAX = 512 * 1024 * 1024

/** So many characters never have more bytes than that. */
const SURELY_SHORT = Math.floor(STRING_LENGTH_MAX / 3)

/** The characters of the longest 64-bit integer. */
const LONGEST_INTEGER = 20

/** The canonical text of a key or another word that is not kept as bytes. Throws ERR for what stands for no bytes. */
export function toText(word: Data): string {
  if (typeof word === 'string' && word.isWellFormed()) return word
  return unusualText(word)
}

function unusualText(word: unknown): string {
  if (typeof word === 'string') {
    const text = canonical(word)
    if (text === undefined) throw illFormedString()
    return text
  }
  if (word instanceof Uint8Array) return fromBytes(word)
  if (typeof word === 'bigint' || (typeof word === 'number' && Number.isFinite(word))) return String(word)
  throw notAString(word)
}

/**
 * A value as it is kept: an integer where the text is one (Redis's 'int' encoding), else text, else a copy of the bytes.
 */
export function toValue(word: Data): StringValue {
  // Short enough to be inlined.
  if (typeof word === 'string' && word.length > LONGEST_INTEGER && word.length <= SURELY_SHORT && word.isWellFormed()) {
    return word
  }
  return toOtherValue(word)
}

function toOtherValue(word: Data): StringValue {
  if (typeof word === 'string') {
    if (word.length > SURELY_SHORT && byteLength(word) > STRING_LENGTH_MAX) throw stringTooLong()
    const first = word.charCodeAt(0)
    // '-' and the digits.
    const isText = word.length > LONGEST_INTEGER || first > 57 || (first < 48 && first !== 45)
    return isText ? toText(word) : toInteger(word)
  }
  if (typeof word === 'number' && Number.isSafeInteger(word)) return word + 0 // -0 becomes 0
  if (word instanceof Uint8Array && word.length >= KEPT_AS_BYTES_FROM) {
    if (word.length > STRING_LENGTH_MAX) throw stringTooLong()
    return ByteString.of(copyBytes(word))
  }
  return toInteger(unusualText(word))
}

function toInteger(text: string): string | Int64 {
  return parseInt64(text) ?? toText(text)
}

/** A word of a raw call. */
export function toWord(word: Data): Word {
  return word instanceof Uint8Array ? word : toText(word)
}

/** A call of its own: bytes that the caller may change later are copied. */
export function copyOf(argv: Argv): Argv {
  return argv.map((word) => (typeof word === 'string' ? word : copyBytes(word)))
}

/** The text of the word at `index`, which must be there. */
export function textAt(argv: Argv, index: number): string {
  const word = argv[index]!
  return typeof word === 'string' ? word : fromBytes(word)
}

/** The word at `index` as a value to keep. */
export function valueAt(argv: Argv, index: number): StringValue {
  return toValue(argv[index]!)
}

/** The texts from `index` on. */
export function textsFrom(argv: Argv, index: number): string[] {
  const texts: string[] = []
  for (let i = index; i < argv.length; i++) texts.push(textAt(argv, i))
  return texts
}

/** The word at `index` as an option's name: upper case, '' when there is none. */
export function tokenAt(argv: Argv, index: number): string {
  const word = argv[index]
  if (word === undefined) return ''
  return upperAscii(typeof word === 'string' ? word : fromBytes(word))
}

/** The int64 at `index`. Throws ERR (not an integer or out of range). */
export function integerAt(argv: Argv, index: number): Int64 {
  const integer = parseInt64(textAt(argv, index))
  if (integer === undefined) throw notAnInteger()
  return integer
}

/**
 * The integer at `index` for a place where anything past 2^53 is as good as infinite (an offset, a count): clamped to
 * the safe range.
 */
export function clampedAt(argv: Argv, index: number): number {
  return clamp(integerAt(argv, index))
}

export function clamp(integer: Int64): number {
  if (typeof integer === 'number') return integer
  return integer > 0n ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER
}

/** The 32-bit integer at `index`, as Redis reads database numbers. Throws ERR (not an integer, out of range). */
export function int32At(argv: Argv, index: number): number {
  const integer = integerAt(argv, index)
  if (!isInt32(integer)) throw notAnInt32()
  return Number(integer)
}

/** The index of the argument that follows the token at `index`. Throws ERR (syntax error) when there is none. */
export function operandOf(argv: Argv, index: number): number {
  if (index + 1 >= argv.length) throw syntaxError()
  return index + 1
}

/** Upper case for ASCII letters only, as Redis compares names. */
export function upperAscii(text: string): string {
  return /[^\0-\x7f]/.test(text) ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text.toUpperCase()
}
