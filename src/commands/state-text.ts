/** The state of the store as text for people and for snapshots: docs/testing/dump.md describes its lines. */
import { type Database, deadlineOf } from '../keyspace/database.js'
import type { Unit } from '../keyspace/unit.js'
import { isString, stringToText, typeOf, type Value } from '../keyspace/value.js'
import { Glob } from '../structures/glob.js'
import { Hash } from '../structures/hash.js'
import type { Int64 } from '../structures/int64.js'
import { List } from '../structures/list.js'
import { writeCrc64 } from '../structures/rdb/crc64.js'
import { formatScore } from '../structures/score.js'
import { SetOfStrings } from '../structures/set.js'
import { SortedSet } from '../structures/sorted-set.js'
import { Stream } from '../structures/stream.js'
import { ID_MAX, ID_MIN, idText } from '../structures/stream-id.js'
import { byteLength, toBytes, toHex } from '../structures/text.js'
import { type Key, toText } from './argv.js'
import { encodingOf } from './generic-object.js'

/** Options of `db.dump()`. */
export interface StateTextOptions {
  /** A glob that keys must match. */
  readonly match?: Key | undefined
  /** One database alone; all by default. */
  readonly database?: number | undefined
  /**
   * How deadlines are told: from now (`'relative'`, the default), as instants (`'absolute'`), or only that there is one
   * (`'hidden'`), for clocks that run on.
   */
  readonly ttl?: 'relative' | 'absolute' | 'hidden' | undefined
  /** Whether the encoding stands behind the type, as OBJECT ENCODING tells it. */
  readonly encoding?: boolean | undefined
  /** Longer strings are cut after so many characters; their length and a checksum of the whole follow. */
  readonly lengthMax?: number | undefined
  /** Of larger collections only so many elements are shown; the number of the others and a checksum of them follow. */
  readonly elementsMax?: number | undefined
}

const NAMES: Readonly<Record<keyof StateTextOptions, true>> = {
  match: true,
  database: true,
  ttl: true,
  encoding: true,
  lengthMax: true,
  elementsMax: true,
}
const OPTIONS = Object.keys(NAMES)
const TTLS = ['relative', 'absolute', 'hidden']

/** Whether something is an object of these options, and no mistaken key. */
export function isStateTextOptions(what: unknown): what is StateTextOptions {
  if (typeof what !== 'object' || what === null || Object.getPrototypeOf(what) !== Object.prototype) return false
  const names = Object.keys(what)
  return names.length === 0 || names.some((name) => OPTIONS.includes(name))
}

/** What is the same for all lines. */
interface Style {
  readonly glob: Glob | undefined
  readonly database: number | undefined
  readonly ttl: 'relative' | 'absolute' | 'hidden'
  readonly encoding: boolean
  readonly lengthMax: number
  readonly elementsMax: number
  readonly now: number
}

/** The keys of all databases, with what they hold, in lines. O(n log n). No access to any key. */
export function stateText(unit: Unit, options: StateTextOptions | undefined): string {
  const style = checkedStyle(options ?? {}, unit)
  const lines: string[] = []
  for (const database of unit.store.databases) {
    if (style.database !== undefined && style.database !== database.index) continue
    const keys = keysOf(database, style)
    if (keys.length > 0) lines.push(`[db ${database.index}]`)
    for (const { text } of keys) for (const line of text) lines.push(line)
  }
  return lines.length === 0 ? '(empty)' : lines.join('\n')
}

function checkedStyle(options: StateTextOptions, unit: Unit): Style {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name))
  if (unknown !== undefined) throw new RangeError(`dump has the options ${OPTIONS.join(', ')}, got '${unknown}'`)
  const { match, database, ttl = 'relative', encoding = false } = options
  const { lengthMax = Number.POSITIVE_INFINITY, elementsMax = Number.POSITIVE_INFINITY } = options
  if (!TTLS.includes(ttl)) throw new RangeError(`ttl is one of ${TTLS.join(', ')}, got '${ttl}'`)
  if (!(lengthMax >= 0)) throw new RangeError(`lengthMax is a number >= 0, got ${lengthMax}`)
  if (!(elementsMax >= 0)) throw new RangeError(`elementsMax is a number >= 0, got ${elementsMax}`)
  if (database !== undefined && unit.store.databases[database] === undefined)
    throw new RangeError(`there is no database ${database}`)
  const glob = match === undefined ? undefined : new Glob(toText(match))
  return { glob, database, ttl, encoding, lengthMax, elementsMax, now: unit.now() }
}

/** The keys of a database in the order of their names, with their lines; those whose time is up are none. */
function keysOf(database: Database, style: Style): { key: string; text: string[] }[] {
  const found: { key: string; text: string[] }[] = []
  const { keys } = database
  for (let slot = 0; slot < keys.size; slot++) {
    const key = keys.keyAt(slot)!
    if (style.glob !== undefined && !style.glob.matches(key)) continue
    const deadline = deadlineOf(database, slot)
    if (deadline !== undefined && deadline <= style.now) continue
    const value = keys.lookAt(slot)
    const text = isString(value) ? [quoted(stringToText(value), style)] : elementsOf(value, style)
    if (text.length === 0 && value instanceof Hash) continue
    found.push({ key, text: [headOf(key, value, deadline, style), ...text.map((line) => `  ${line}`)] })
  }
  return found.sort((a, b) => compare(a.key, b.key))
}

function headOf(key: string, value: Value, deadline: Int64 | undefined, style: Style): string {
  const facts: string[] = [typeOf(value)]
  if (style.encoding) facts.push(encodingOf(value))
  if (deadline !== undefined) facts.push(ttlText(deadline, style))
  return `${named(key)} (${facts.join(', ')})`
}

/** What is in a collection, a line each: sorted, unless its order means something. */
function elementsOf(value: Value, style: Style): string[] {
  if (value instanceof List)
    return shortened(
      [...value].map((element) => quoted(element, style)),
      style,
    )
  if (value instanceof SortedSet) {
    return shortened(
      [...value].map(([member, score]) => `${formatScore(score)} ${quoted(member, style)}`),
      style,
    )
  }
  if (value instanceof SetOfStrings) {
    return shortened(
      value
        .members()
        .sort(compare)
        .map((member) => quoted(member, style)),
      style,
    )
  }
  if (value instanceof Hash) return shortened(fieldsOf(value, style), style)
  if (value instanceof Stream) return streamLines(value, style)
  // Whatever else there is can be gone through; its order means something.
  const elements = value as unknown as Iterable<unknown>
  return shortened(
    [...elements].map((element) => JSON.stringify(element)),
    style,
  )
}

/** The entries, then each group with what is pending in it: when that was delivered would differ from run to run. */
function streamLines(stream: Stream, style: Style): string[] {
  const entries = stream.range(ID_MIN, ID_MAX, 0).map(({ id, words }) => {
    const fields = words
      .filter((_, i) => i % 2 === 0)
      .map((name, i) => `${named(name)}=${quoted(words[2 * i + 1]!, style)}`)
    return `${id} ${fields.join(' ')}`
  })
  const groups = stream.sortedGroups().flatMap(([name, group]) => {
    const pending = [...group.pending.from(ID_MIN)].map((entry) => {
      return `  pending ${idText(entry)} for ${named(entry.consumer.name)} (delivered ${entry.deliveries} times)`
    })
    return [`group ${named(name)} has read to ${idText(group.lastId)}`, ...shortened(pending, style)]
  })
  return [...shortened(entries, style), `last id ${idText(stream.lastId)}`, ...groups]
}

function fieldsOf(hash: Hash, style: Style): string[] {
  const fields: { field: string; line: string }[] = []
  for (let slot = 0; slot < hash.size; slot++) {
    const deadline = hash.deadlineAt(slot)
    if (deadline !== -1 && deadline <= style.now) continue
    const field = hash.fieldAt(slot)
    const ttl = deadline === -1 ? '' : ` (${ttlText(deadline, style)})`
    fields.push({ field, line: `${named(field)} = ${quoted(hash.valueAt(slot), style)}${ttl}` })
  }
  return fields.sort((a, b) => compare(a.field, b.field)).map(({ line }) => line)
}

function ttlText(deadline: Int64, { ttl, now }: Style): string {
  if (ttl === 'hidden') return 'expires'
  if (ttl === 'relative') return `expires in ${secondsText(BigInt(deadline) - BigInt(now))} s`
  const date = new Date(Number(deadline))
  return `expires at ${Number.isNaN(date.getTime()) ? `${deadline} ms` : date.toISOString()}`
}

/** Milliseconds as seconds, exactly. */
function secondsText(ms: bigint): string {
  const rest = String(ms % 1000n)
    .padStart(3, '0')
    .replace(/0+$/, '')
  return rest === '' ? String(ms / 1000n) : `${ms / 1000n}.${rest}`
}

function shortened(lines: string[], { elementsMax }: Style): string[] {
  if (lines.length <= elementsMax) return lines
  const left = lines.slice(elementsMax)
  return [...lines.slice(0, elementsMax), `… ${left.length} more (${checksum(left.join('\n'))})`]
}

/** In quotes, on one line, with all that cannot be seen escaped. */
function quoted(text: string, { lengthMax }: Style): string {
  const characters = text.length > lengthMax ? [...text] : []
  if (characters.length <= lengthMax) return `"${escaped(text)}"`
  return `"${escaped(characters.slice(0, lengthMax).join(''))}…" (${byteLength(text)} bytes, ${checksum(text)})`
}

/** Keys and fields stand without quotes where nothing can be mistaken. */
function named(text: string): string {
  return /^[\p{L}\p{N}_:.@/#-]+$/u.test(text) ? text : `"${escaped(text)}"`
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** Bytes that are no text come as \xNN, other characters that cannot be seen as \u{N}. */
function escaped(text: string): string {
  return text.replace(/["\\]|(?! )[\p{C}\p{Z}]/gu, (character) => {
    const code = character.codePointAt(0)!
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
    return SHORT_ESCAPES[character] ?? `\\u{${code.toString(16)}}`
  })
}

/** Tells apart what was left out. */
function checksum(text: string): string {
  const bytes = toBytes(text)
  const sum = new Uint8Array(8)
  writeCrc64(bytes, 0, bytes.length, sum, 0)
  return `#${toHex(sum.subarray(0, 4))}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
