/** Strings as arrays of bits: https://redis.io/docs/latest/commands/?group=bitmap. BITFIELD is in bitfield.ts. */
import { syntaxError } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { Unit } from '../keyspace/unit.js'
import { type BitOperation, combineBits, longestOf } from '../structures/bit-operations.js'
import { countBitRange, findBit } from '../structures/bits.js'
import { ByteString } from '../structures/byte-string.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { type Argv, clamp, integerAt, STRING_LENGTH_MAX, textAt, textsFrom, tokenAt } from './argv.js'
import {
  bitNotOneOrZero,
  bitOffsetOutOfRange,
  bitOutOfRange,
  bitopNotOneSource,
  bitopTooFewSources,
} from './bitmap-errors.js'
import { ACCESS_AND_UPDATE_KEY, type Command, DENYOOM, FAST, keySpec, READ_KEY, READONLY, WRITE } from './command.js'
import { discard } from './generic.js'
import type { Reply } from './reply.js'
import { asBytes, bytesAt } from './string-ranges.js'

/** One more than the last offset of a bit. */
export const BIT_OFFSET_END = STRING_LENGTH_MAX * 8

/** A part of a string, from `start` to `end`, both included and negative from the end. */
export interface BitRange {
  readonly start?: number | bigint | undefined
  readonly end?: number | bigint | undefined
  /** What `start` and `end` count: bytes by default. */
  readonly unit?: 'byte' | 'bit' | undefined
}

/**
 * Sets or clears a bit of the string, made if missing and lengthened by zeros; returns what it was. O(1) amortised. Event setbit,
 * unless nothing has changed.
 */
export function setbit(unit: Unit, key: string, offset: number, bit: number): number {
  const slot = unit.findString(key)
  const string = slot === ABSENT ? ByteString.of(new Uint8Array(0)) : asBytes(unit, slot)
  // The offset has 32 bits.
  const index = offset >>> 3
  const mask = 0x80 >> (offset & 7)
  const isLonger = string.extend(index + 1)
  if (slot === ABSENT) unit.add(key, string)
  const byte = string.bytes[index]!
  const old = (byte & mask) === 0 ? 0 : 1
  if (old === bit && !isLonger) return old
  string.bytes[index] = bit === 1 ? byte | mask : byte & ~mask
  if (unit.logging) unit.log('SETBIT', key, String(offset), String(bit))
  unit.changed(key, 'setbit')
  return old
}

/** A bit of the string, 0 behind its end and for a missing key. O(1), and O(length) for text. */
export function getbit(unit: Unit, key: string, offset: number): number {
  const slot = unit.readString(key)
  if (slot === ABSENT) return 0
  const string = bytesAt(unit, slot)
  const index = offset >>> 3
  return index < string.length ? (string.bytes[index]! >> (7 - (offset & 7))) & 1 : 0
}

/** How many bits are 1, in the whole or in a part. O(bytes). */
export function bitcount(unit: Unit, key: string, range: BitRange): number {
  const slot = unit.readString(key)
  if (slot === ABSENT) return 0
  const string = bytesAt(unit, slot)
  const { start = 0, end = -1 } = range
  if (start < 0 && end < 0 && start > end) return 0
  const part = clampBits(string.length, range)
  return part === undefined ? 0 : countBitRange(string.bytes, part.first, part.last)
}

/**
 * Where the first bit of a value stands, in the whole or in a part; -1 where there is none. Without an `end` the string counts as
 * padded with zeros, so that a 0 is found behind it. O(bytes).
 */
export function bitpos(unit: Unit, key: string, bit: number, range: BitRange): number {
  const slot = unit.readString(key)
  if (slot === ABSENT) return bit === 1 ? -1 : 0
  const string = bytesAt(unit, slot)
  const part = clampBits(string.length, range)
  if (part === undefined) return -1
  const found = findBit(string.bytes, bit, part.first, part.last)
  return found === -1 && bit === 0 && range.end === undefined ? string.length * 8 : found
}

/** The first and the last bit of a part of a string of so many bytes; undefined where it is empty. */
function clampBits(length: number, range: BitRange): { first: number; last: number } | undefined {
  const size = range.unit === 'bit' ? length * 8 : length
  const start = placeOf(range.start ?? 0, size)
  const end = Math.min(placeOf(range.end ?? -1, size), size - 1)
  if (start > end) return undefined
  return range.unit === 'bit' ? { first: start, last: end } : { first: start * 8, last: end * 8 + 7 }
}

function placeOf(index: Int64, size: number): number {
  const place = clamp(index)
  return Math.max(place < 0 ? size + place : place, 0)
}

/**
 * Keeps the bits of some strings, combined, at a key, whatever was there; returns their length in bytes. Where they are empty
 * the key is removed. O(bytes). Event set, or del.
 */
export function bitop(unit: Unit, operation: BitOperation, destination: string, keys: readonly string[]): number {
  if (operation === 'not' && keys.length !== 1) throw bitopNotOneSource()
  if (NEEDS_TWO.has(operation) && keys.length < 2) throw bitopTooFewSources(operation.toUpperCase())
  const sources = keys.map((key) => {
    const slot = unit.readString(key)
    return slot === ABSENT ? NO_BYTES : bytesAt(unit, slot).view()
  })
  const length = longestOf(sources)
  if (length === 0) {
    discard(unit, destination)
    return 0
  }
  const slot = unit.find(destination)
  const former = slot === ABSENT ? undefined : memoryToReuse(unit, slot, length)
  const result = combineBits(operation, sources, former?.bytes)
  if (slot === ABSENT) unit.add(destination, ByteString.of(result))
  else unit.replace(slot, former ?? ByteString.of(result))
  if (unit.logging) unit.log('BITOP', operation.toUpperCase(), destination, ...keys)
  unit.changed(destination, 'set')
  return length
}

/** The string in a slot where the result can take its place: new memory of a megabyte takes longer than all else. */
function memoryToReuse(unit: Unit, slot: number, length: number): ByteString | undefined {
  const value = unit.database.keys.lookAt(slot)
  // What may be taken back keeps its former value.
  if (!(value instanceof ByteString) || value.length !== length || unit.store.undo !== undefined) return undefined
  const edited = unit.editAt(slot)
  return edited instanceof ByteString ? edited : undefined
}

const NO_BYTES = new Uint8Array(0)
const NEEDS_TWO: ReadonlySet<BitOperation> = new Set<BitOperation>(['diff', 'diff1', 'andor'])

/** What callers name an operation. Throws ERR (syntax error) for anything else. */
export function checkedOperation(name: string): BitOperation {
  if (!OPERATIONS.includes(name)) throw syntaxError()
  // It is one of these.
  return name as BitOperation
}

const OPERATIONS: readonly string[] = [
  'and',
  'or',
  'xor',
  'not',
  'diff',
  'diff1',
  'andor',
  'one',
] satisfies BitOperation[]

/** An offset that is given as a number. Throws ERR (bit offset is not an integer or out of range). */
export function checkedBitOffset(offset: Int64 | undefined): number {
  if (typeof offset !== 'number' || !(offset >= 0 && offset < BIT_OFFSET_END) || !Number.isInteger(offset)) {
    throw bitOffsetOutOfRange()
  }
  return offset
}

/** A bit that is given as a number. Throws ERR (bit is not an integer or out of range). */
export function checkedBit(bit: unknown): number {
  if (bit !== 0 && bit !== 1) throw bitOutOfRange()
  return bit
}

/** As `checkedBit`, with what BITPOS says. */
export function checkedSoughtBit(bit: Int64): number {
  if (bit !== 0 && bit !== 1) throw bitNotOneOrZero()
  return bit
}

// What follows is the wire: one entry a command.

function bitOffsetAt(argv: Argv, index: number): number {
  return checkedBitOffset(parseInt64(textAt(argv, index)))
}

/** `start`, `end` and the unit from a word on, as many as there are. */
function readRange(argv: Argv, from: number, unitFirst: boolean): BitRange {
  const range: { -readonly [K in keyof BitRange]: BitRange[K] } = {}
  if (argv.length > from) range.start = integerAt(argv, from)
  if (unitFirst) readUnit(argv, from + 2, range)
  if (argv.length > from + 1) range.end = integerAt(argv, from + 1)
  if (!unitFirst) readUnit(argv, from + 2, range)
  return range
}

function readUnit(argv: Argv, at: number, into: { unit?: BitRange['unit'] }): void {
  if (argv.length <= at) return
  const token = tokenAt(argv, at)
  if (token !== 'BYTE' && token !== 'BIT') throw syntaxError()
  into.unit = token === 'BIT' ? 'bit' : 'byte'
}

const UNIT_SYNTAX = '[unit= BYTE | BIT]'

export const bitmapCommands = {
  SETBIT: {
    summary: 'Sets or clears a bit of the string at a key, which is made if missing.',
    since: '2.2.0',
    group: 'bitmap',
    complexity: 'O(1)',
    arity: 4,
    flags: WRITE | DENYOOM,
    keys: ACCESS_AND_UPDATE_KEY,
    syntax: 'key:key offset:integer value:integer',
    call(unit, argv): Reply {
      const offset = bitOffsetAt(argv, 2)
      return setbit(unit, textAt(argv, 1), offset, checkedBit(parseInt64(textAt(argv, 3))))
    },
  },
  GETBIT: {
    summary: 'Returns a bit of the string at a key.',
    since: '2.2.0',
    group: 'bitmap',
    complexity: 'O(1)',
    arity: 3,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: 'key:key offset:integer',
    call: (unit, argv): Reply => getbit(unit, textAt(argv, 1), bitOffsetAt(argv, 2)),
  },
  BITCOUNT: {
    summary: 'Counts the bits of a string that are 1.',
    since: '2.6.0',
    group: 'bitmap',
    complexity: 'O(N), N bytes',
    arity: -2,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key [range= start:integer end:integer ${UNIT_SYNTAX}]`,
    call(unit, argv): Reply {
      if (argv.length === 3 || argv.length > 5) throw syntaxError()
      return bitcount(unit, textAt(argv, 1), readRange(argv, 2, false))
    },
  },
  BITPOS: {
    summary: 'Finds the first bit of a string that is 0 or 1.',
    since: '2.8.7',
    group: 'bitmap',
    complexity: 'O(N), N bytes',
    arity: -3,
    flags: READONLY,
    keys: READ_KEY,
    syntax: `key:key bit:integer [range= start:integer [end-unit-block= end:integer ${UNIT_SYNTAX}]]`,
    call(unit, argv): Reply {
      const bit = checkedSoughtBit(integerAt(argv, 2))
      if (argv.length > 6) throw syntaxError()
      return bitpos(unit, textAt(argv, 1), bit, readRange(argv, 3, true))
    },
  },
  BITOP: {
    summary: 'Combines the bits of some strings and keeps the result.',
    since: '2.6.0',
    group: 'bitmap',
    complexity: 'O(N), N bytes',
    arity: -4,
    flags: WRITE | DENYOOM,
    keys: [keySpec('OW update', 2), keySpec('RO access', 3, -1)],
    syntax: '<operation= AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE> destkey:key key:key...',
    call(unit, argv): Reply {
      const operation = checkedOperation(tokenAt(argv, 1).toLowerCase())
      return bitop(unit, operation, textAt(argv, 2), textsFrom(argv, 3))
    },
  },
} satisfies Record<string, Command>
