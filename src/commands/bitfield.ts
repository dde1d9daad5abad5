/** Strings as arrays of integers of any width: BITFIELD, BITFIELD_RO. */
import { syntaxError } from '../errors.js'
import { ABSENT } from '../keyspace/key-index.js'
import type { LogWord } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import {
  addToField,
  type FieldType,
  fitField,
  formatFieldType,
  type Overflow,
  parseFieldType,
  readField,
  writeField,
} from '../structures/bit-fields.js'
import { ByteString } from '../structures/byte-string.js'
import { type Int64, int64, parseInt64 } from '../structures/int64.js'
import { type Argv, integerAt, textAt, tokenAt } from './argv.js'
import { BIT_OFFSET_END } from './bitmap.js'
import { bitfieldReadOnly, bitOffsetOutOfRange, invalidFieldType, invalidOverflow } from './bitmap-errors.js'
import { type Command, DENYOOM, FAST, keySpec, READ_KEY, READONLY, WRITE } from './command.js'
import type { Reply } from './reply.js'
import { asBytes, bytesAt } from './string-ranges.js'

/** A step of BITFIELD: the integer of a type at an offset in bits, and what is done with it. */
export type FieldStep =
  | { readonly op: 'get'; readonly type: FieldType; readonly offset: number }
  | {
      readonly op: 'set' | 'incrby'
      readonly type: FieldType
      readonly offset: number
      readonly value: Int64
      readonly overflow: Overflow
    }

type FieldWrite = Exclude<FieldStep, { readonly op: 'get' }>

/**
 * Goes through steps and returns what each finds: the integer (get), the former one (set), the sum (incrby), null for a write
 * that overflow made fail. With a write among the steps the string is made if missing, and long enough for all of them, even
 * those that fail. O(steps). Event setbit, if a write changed something.
 */
export function bitfield(unit: Unit, key: string, steps: readonly FieldStep[]): (Int64 | null)[] {
  const writes = steps.filter((step) => step.op !== 'get')
  return writes.length === 0 ? readFields(unit, key, steps) : editFields(unit, key, steps, writes)
}

function readFields(unit: Unit, key: string, steps: readonly FieldStep[]): Int64[] {
  const slot = unit.readString(key)
  const string = slot === ABSENT ? ByteString.of(new Uint8Array(0)) : bytesAt(unit, slot)
  return steps.map(({ type, offset }) => readField(string.bytes, string.length, offset, type))
}

function editFields(
  unit: Unit,
  key: string,
  steps: readonly FieldStep[],
  writes: readonly FieldWrite[],
): (Int64 | null)[] {
  const slot = unit.findString(key)
  const string = slot === ABSENT ? ByteString.of(new Uint8Array(0)) : asBytes(unit, slot)
  const isLonger = string.extend(bytesFor(writes))
  if (slot === ABSENT) unit.add(key, string)
  let changes = 0
  const found = steps.map((step) => {
    const { type, offset } = step
    const old = readField(string.bytes, string.length, offset, type)
    if (step.op === 'get') return old
    const value = resultOf(step, old)
    if (value === undefined) return null
    if (value !== old) writeField(string.bytes, offset, type, value)
    if (value !== old || isLonger) changes++
    return step.op === 'set' ? old : value
  })
  // As in Redis, a string that was only made longer has not changed; but the log has to make it so.
  if (unit.logging && (changes > 0 || isLonger)) unit.logWords(wordsOf(key, writes))
  if (changes > 0) unit.changed(key, 'setbit', changes)
  return found
}

/** How many bytes the fields of all writes take. */
function bytesFor(writes: readonly FieldWrite[]): number {
  let end = 0
  for (const { type, offset } of writes) end = Math.max(end, offset + type.bits)
  return Math.ceil(end / 8)
}

function resultOf({ op, type, value, overflow }: FieldWrite, old: Int64): Int64 | undefined {
  return op === 'set' ? fitField(type, value, overflow) : addToField(type, old, value, overflow)
}

function wordsOf(key: string, writes: readonly FieldWrite[]): LogWord[] {
  const words: LogWord[] = ['BITFIELD', key]
  for (const { op, type, offset, value, overflow } of writes) {
    words.push('OVERFLOW', overflow.toUpperCase())
    words.push(op.toUpperCase(), formatFieldType(type), String(offset), String(value))
  }
  return words
}

/** The type that a text names. Throws ERR (invalid bitfield type). */
export function checkedFieldType(text: string): FieldType {
  const type = parseFieldType(text)
  if (type === undefined) throw invalidFieldType()
  return type
}

/**
 * The offset in bits that a text says, or with a `#` in front in fields of the type. Throws ERR (bit offset is not an integer or
 * out of range).
 */
export function checkedFieldOffset(text: string, { bits }: FieldType): number {
  const counted = text.startsWith('#')
  const number = parseInt64(counted ? text.slice(1) : text)
  if (number === undefined) throw bitOffsetOutOfRange()
  // Redis multiplies within 64 bits.
  const offset = counted ? int64(BigInt.asIntN(64, BigInt(number) * BigInt(bits)))! : number
  if (typeof offset !== 'number' || offset < 0 || offset >= BIT_OFFSET_END) throw bitOffsetOutOfRange()
  return offset
}

/** What happens on overflow by its name. Throws ERR (invalid OVERFLOW type). */
export function checkedOverflow(name: string): Overflow {
  if (name !== 'wrap' && name !== 'sat' && name !== 'fail') throw invalidOverflow()
  return name
}

// What follows is the wire: one entry a command.

/** How many words a step takes behind its name. */
const OPERANDS: Readonly<Record<string, number>> = { GET: 2, SET: 3, INCRBY: 3, OVERFLOW: 1 }

/** The word that names a step and has all its words behind it, '' for any other. */
function stepAt(argv: Argv, index: number): string {
  const name = tokenAt(argv, index)
  const operands = Object.hasOwn(OPERANDS, name) ? OPERANDS[name]! : Number.POSITIVE_INFINITY
  return index + operands < argv.length ? name : ''
}

function readSteps(argv: Argv): FieldStep[] {
  const steps: FieldStep[] = []
  let overflow: Overflow = 'wrap'
  for (let i = 2; i < argv.length; ) {
    const name = stepAt(argv, i)
    if (name === '') throw syntaxError()
    if (name === 'OVERFLOW') overflow = checkedOverflow(tokenAt(argv, i + 1).toLowerCase())
    else {
      const type = checkedFieldType(textAt(argv, i + 1))
      const offset = checkedFieldOffset(textAt(argv, i + 2), type)
      if (name === 'GET') steps.push({ op: 'get', type, offset })
      else steps.push({ op: name === 'SET' ? 'set' : 'incrby', type, offset, value: integerAt(argv, i + 3), overflow })
    }
    i += 1 + OPERANDS[name]!
  }
  return steps
}

/** Whether all steps of a call are GET, wrong ones apart, which might be anything. */
function onlyReads(argv: Argv): boolean {
  for (let i = 2; i < argv.length; ) {
    const name = stepAt(argv, i)
    if (name !== 'GET' && name !== 'OVERFLOW') return false
    i += 1 + OPERANDS[name]!
  }
  return true
}

const GET_SYNTAX = 'GET <get-block= encoding offset:integer>'
const WRITE_SYNTAX =
  '<write= [OVERFLOW <overflow-block= WRAP | SAT | FAIL>] <write-operation= SET <set-block= encoding offset:integer ' +
  'value:integer> | INCRBY <incrby-block= encoding offset:integer increment:integer>>>'

export const bitfieldCommands = {
  BITFIELD: {
    summary: 'Reads, writes and adds to integers of any width within a string.',
    since: '3.2.0',
    group: 'bitmap',
    complexity: 'O(1) a step',
    arity: -2,
    flags: WRITE | DENYOOM,
    keys: [{ ...keySpec('RW access update variable_flags'), notes: 'Only reads the key where all steps are GET' }],
    syntax: `key:key [operation= ${GET_SYNTAX} | ${WRITE_SYNTAX}]...`,
    keyFlags: (argv) => (onlyReads(argv) ? ['RO', 'access'] : ['RW', 'access', 'update']),
    call: (unit, argv): Reply => bitfield(unit, textAt(argv, 1), readSteps(argv)),
  },
  BITFIELD_RO: {
    summary: 'Reads integers of any width within a string.',
    since: '6.0.0',
    group: 'bitmap',
    complexity: 'O(1) a step',
    arity: -2,
    flags: READONLY | FAST,
    keys: READ_KEY,
    syntax: `key:key [${GET_SYNTAX}+...]`,
    call(unit, argv): Reply {
      const steps = readSteps(argv)
      if (steps.some(({ op }) => op !== 'get')) throw bitfieldReadOnly()
      return bitfield(unit, textAt(argv, 1), steps)
    },
  },
} satisfies Record<string, Command>
