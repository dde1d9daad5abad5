/** Parts of strings: APPEND, GETRANGE, LCS, SETRANGE, STRLEN, SUBSTR. Positions are bytes. */
import {
  lcsLengthAndIndexes,
  lcsNotStrings,
  lcsTooLong,
  offsetOutOfRange,
  stringTooLong,
  syntaxError,
} from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import { logWord, type Unit } from '../keyspace/unit.js'
import { isString, type StringValue, stringLength, stringToBytes, stringToText } from '../keyspace/value.js'
import { ByteString } from '../structures/byte-string.js'
import type { Int64 } from '../structures/int64.js'
import { lcs as findLcs, lcsLength as findLcsLength, type Lcs, lcsTableBytes } from '../structures/lcs.js'
import { isAscii } from '../structures/text.js'
import {
  type Argv,
  clamp,
  clampedAt,
  integerAt,
  operandOf,
  STRING_LENGTH_MAX,
  textAt,
  tokenAt,
  valueAt,
} from './argv.js'
import { type Command, DENYOOM, FAST, keySpec, LOOK_KEY, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import { bulk, MapReply, type Reply } from './reply.js'

/** Longer text is turned into bytes by the first look at its bytes, so that the next ones do not go through all of it. */
const SLICED_AS_TEXT_MAX = 1024

/** The value as bytes that may be edited in place; it is kept so from now on. */
export function asBytes(unit: Unit, slot: number): ByteString {
  const value = unit.editAt(slot)
  if (value instanceof ByteString) return value
  const bytes = ByteString.ofText(stringToText(value))
  unit.replace(slot, bytes, true)
  return bytes
}

/** The bytes of the value, to read only. Long text is kept so from now on. O(1), and O(length) for text and numbers. */
export function bytesAt(unit: Unit, slot: number): ByteString {
  const value = unit.stringAt(slot)
  if (value instanceof ByteString) return value
  const bytes = ByteString.ofText(stringToText(value))
  if (typeof value === 'string' && value.length > SLICED_AS_TEXT_MAX) unit.replace(slot, bytes, true)
  return bytes
}

function pieceOf(value: StringValue): string | Uint8Array {
  return value instanceof ByteString ? value.toBytes() : stringToText(value)
}

/** Adds at the end of the string, made if missing; returns its length in bytes. O(1) amortised. Event append. */
export function append(unit: Unit, key: string, value: StringValue): number {
  const slot = unit.findString(key)
  let length = stringLength(value)
  if (slot === ABSENT) {
    unit.add(key, value)
  } else {
    if (stringLength(unit.stringAt(slot)) + length > STRING_LENGTH_MAX) throw stringTooLong()
    const bytes = asBytes(unit, slot)
    bytes.append(pieceOf(value))
    length = bytes.length
  }
  if (unit.logging) unit.log('APPEND', key, logWord(value))
  unit.changed(key, 'append')
  return length
}

/** The length in bytes, 0 when missing. O(1) for bytes and numbers, O(length) for text. */
export function strlen(unit: Unit, key: string): number {
  const slot = unit.readString(key)
  return slot === ABSENT ? 0 : stringLength(unit.stringAt(slot))
}

/** The bytes from `start` to `last` (inclusive, negative from the end), '' when there are none. O(length returned). */
export function getrange(unit: Unit, key: string, start: Int64, last: Int64): StringValue {
  const slot = unit.readString(key)
  if (slot === ABSENT) return ''
  const value = unit.stringAt(slot)
  if (typeof value === 'string' && value.length <= SLICED_AS_TEXT_MAX && isAscii(value)) {
    const range = clampRange(start, last, value.length)
    return range === undefined ? '' : value.slice(range.start, range.end)
  }
  const bytes = bytesAt(unit, slot)
  const range = clampRange(start, last, bytes.length)
  return range === undefined ? '' : ByteString.of(bytes.bytes.slice(range.start, range.end))
}

/** Redis's indices as offsets with an exclusive end; undefined when the range is empty. */
function clampRange(start: Int64, last: Int64, length: number): { start: number; end: number } | undefined {
  if (start < 0 && last < 0 && start > last) return undefined
  const from = Math.max(start < 0 ? length + clamp(start) : clamp(start), 0)
  const to = Math.min(Math.max(last < 0 ? length + clamp(last) : clamp(last), 0), length - 1)
  return from > to || length === 0 ? undefined : { start: from, end: to + 1 }
}

/**
 * Overwrites from a byte offset on, filling a gap with zero bytes; returns the length. An empty value changes nothing.
 * O(1) amortised and O(value). Event setrange.
 */
export function setrange(unit: Unit, key: string, offset: number, value: StringValue): number {
  if (!(offset >= 0)) throw offsetOutOfRange()
  const slot = unit.findString(key)
  const size = stringLength(value)
  if (size === 0) return slot === ABSENT ? 0 : stringLength(unit.stringAt(slot))
  if (offset + size > STRING_LENGTH_MAX) throw stringTooLong()
  const bytes = slot === ABSENT ? ByteString.of(new Uint8Array(0)) : asBytes(unit, slot)
  bytes.write(offset, pieceOf(value))
  if (slot === ABSENT) unit.add(key, bytes)
  if (unit.logging) unit.log('SETRANGE', key, String(offset), logWord(value))
  unit.changed(key, 'setrange')
  return bytes.length
}

/** The longest common subsequence of the strings at two keys; a missing one counts as empty. O(n·m / 32). */
export function lcs(unit: Unit, key1: string, key2: string): Lcs {
  const [a, b] = checkLcsSizes(lcsOperands(unit, key1, key2))
  return findLcs(a, b)
}

/** The length of `lcs` in bytes. O(n·m / 32) time, O(n + m) memory. */
export function lcsLength(unit: Unit, key1: string, key2: string): number {
  const [a, b] = checkLcsSizes(lcsOperands(unit, key1, key2))
  return findLcsLength(a, b)
}

function lcsOperands(unit: Unit, key1: string, key2: string): [StringValue, StringValue] {
  const a = unit.readValue(key1) ?? ''
  const b = unit.readValue(key2) ?? ''
  if (!isString(a) || !isString(b)) throw lcsNotStrings()
  return [a, b]
}

function checkLcsSizes([a, b]: readonly [StringValue, StringValue]): [Uint8Array, Uint8Array] {
  const [left, right] = [stringToBytes(a), stringToBytes(b)]
  if (lcsTableBytes(left.length, right.length) > STRING_LENGTH_MAX) throw lcsTooLong()
  return [left, right]
}

// What follows is the wire: one entry a command.

interface LcsCall {
  len: boolean
  idx: boolean
  minMatchLength: number
  withMatchLength: boolean
}

function readLcsOptions(argv: Argv): LcsCall {
  const options: LcsCall = { len: false, idx: false, minMatchLength: 0, withMatchLength: false }
  for (let i = 3; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'IDX') options.idx = true
    else if (token === 'LEN') options.len = true
    else if (token === 'WITHMATCHLEN') options.withMatchLength = true
    else if (token === 'MINMATCHLEN') {
      i = operandOf(argv, i)
      options.minMatchLength = Math.max(0, clampedAt(argv, i))
    } else throw syntaxError()
  }
  if (options.idx && options.len) throw lcsLengthAndIndexes()
  return options
}

function lcsIndexReply(found: Lcs, options: LcsCall): Reply {
  const matches = found.matches
    .filter((match) => match.length >= options.minMatchLength)
    .map((match): Reply => {
      const ranges: Reply[] = [
        [match.aFirst, match.aLast],
        [match.bFirst, match.bLast],
      ]
      return options.withMatchLength ? [...ranges, match.length] : ranges
    })
  return new MapReply([
    ['matches', matches],
    ['len', found.length],
  ])
}

const getrangeCall = (unit: Unit, argv: Argv): Reply =>
  bulk(getrange(unit, textAt(argv, 1), integerAt(argv, 2), integerAt(argv, 3)))

export const stringRangeCommands = {
  APPEND: {
    summary: 'Adds to the end of the string at a key, which is made if missing.',
    since: '2.0.0',
    group: 'string',
    complexity: 'O(1) amortised, for short additions',
    arity: 3,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key value',
    call: (unit, argv): Reply => append(unit, textAt(argv, 1), valueAt(argv, 2)),
  },
  STRLEN: {
    summary: 'Returns the length of the string at a key in bytes.',
    since: '2.2.0',
    group: 'string',
    complexity: 'O(1); O(N) for text of N characters',
    arity: 2,
    flags: READONLY | FAST,
    keys: LOOK_KEY,
    syntax: 'key:key',
    call: (unit, argv): Reply => strlen(unit, textAt(argv, 1)),
  },
  GETRANGE: {
    summary: 'Returns a part of the string at a key.',
    since: '2.4.0',
    group: 'string',
    complexity: 'O(N), N bytes returned',
    arity: 4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key start:integer end:integer',
    call: getrangeCall,
  },
  SUBSTR: {
    summary: 'Returns a part of the string at a key: an older name of GETRANGE.',
    since: '1.0.0',
    group: 'string',
    complexity: 'O(N), N bytes returned',
    arity: 4,
    flags: READONLY,
    keys: READ_KEY,
    syntax: 'key:key start:integer end:integer',
    deprecated: { since: '2.0.0', use: '`GETRANGE`' },
    call: getrangeCall,
  },
  SETRANGE: {
    summary: 'Overwrites a part of the string at a key, which is made if missing.',
    since: '2.2.0',
    group: 'string',
    complexity: 'O(N), N bytes written',
    arity: 4,
    flags: WRITE | DENYOOM,
    keys: UPDATE_KEY,
    syntax: 'key:key offset:integer value',
    call: (unit, argv): Reply => setrange(unit, textAt(argv, 1), clampedAt(argv, 2), valueAt(argv, 3)),
  },
  LCS: {
    summary: 'Finds the longest common subsequence of two strings.',
    since: '7.0.0',
    group: 'string',
    complexity: 'O(N*M), N and M the lengths of the strings',
    arity: -3,
    flags: READONLY,
    keys: [keySpec('RO access', 1, 1)],
    syntax: 'key1:key key2:key [LEN] [IDX] [MINMATCHLEN min-match-len:integer] [WITHMATCHLEN]',
    call(unit, argv): Reply {
      const [key1, key2] = [textAt(argv, 1), textAt(argv, 2)]
      // Redis looks at the keys before it reads the options.
      const operands = lcsOperands(unit, key1, key2)
      const options = readLcsOptions(argv)
      const [a, b] = checkLcsSizes(operands)
      if (options.len) return findLcsLength(a, b)
      const found = findLcs(a, b)
      return options.idx ? lcsIndexReply(found, options) : found.bytes
    },
  },
} satisfies Record<string, Command>
