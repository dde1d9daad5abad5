/** How many different elements there were, in 12 KB at most: https://redis.io/docs/latest/commands/?group=hyperloglog */

import { ABSENT } from '../keyspace/key-index.js'
import type { LogWord } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import { type StringValue, stringToBytes } from '../keyspace/value.js'
import { ByteString } from '../structures/byte-string.js'
import {
  addElement,
  CHANGED,
  CORRUPT,
  cacheCount,
  cachedCount,
  countElements,
  createHyperLogLog,
  describeRuns,
  isHyperLogLog,
  isSparse,
  MergedRegisters,
  makeDense,
  registersOf,
  SPARSE_SIZE_MAX,
  setStale,
} from '../structures/hyperloglog.js'
import { testHyperLogLog } from '../structures/hyperloglog-test.js'
import type { Int64 } from '../structures/int64.js'
import { copyBytes } from '../structures/text.js'
import { type Argv, clamp, textAt, textsFrom, tokenAt, type Word } from './argv.js'
import { ADMIN, type Command, DENYOOM, FAST, keySpec, NO_KEYS, READONLY, WRITE } from './command.js'
import {
  corruptHyperLogLog,
  noSuchKeyToDebug,
  notHyperLogLog,
  notOnOrOff,
  notSparse,
  unknownPfdebug,
} from './hyperloglog-errors.js'
import { OK, type Reply, Status } from './reply.js'

/** How large a sparse one may get. What a log says was resolved by the default, see `logEdit`. */
function sparseSizeMax(unit: Unit): number {
  return unit.store.replaying ? SPARSE_SIZE_MAX : clamp(unit.store.settings.hllSparseMaxBytes)
}

/** The string in a slot, to read only. */
function heldAt(unit: Unit, slot: number): StringValue {
  // Only slots of strings come here.
  return unit.database.keys.lookAt(slot) as StringValue
}

/** A string as a HyperLogLog: itself, or its bytes where it is held as text. */
function asHyperLogLog(value: StringValue): ByteString {
  const bytes = value instanceof ByteString ? value : ByteString.of(stringToBytes(value))
  if (!isHyperLogLog(bytes)) throw notHyperLogLog()
  return bytes
}

/** The one in a slot, to be edited: held as bytes from now on, as in Redis. */
function editable(unit: Unit, slot: number): ByteString {
  const hll = asHyperLogLog(heldAt(unit, slot))
  if (heldAt(unit, slot) !== hll) unit.replace(slot, hll, true)
  // Of the kind that was put or found there.
  return unit.editAt(slot) as ByteString
}

/**
 * Logs an edit by its words. Whether a sparse one has become dense hangs on a setting that is no part of the log: where it is
 * not the default, the log has the bytes.
 */
function logEdit(unit: Unit, key: string, hll: ByteString, words: readonly LogWord[]): void {
  if (sparseSizeMax(unit) === SPARSE_SIZE_MAX) unit.logWords(words)
  else unit.log('SET', key, hll.toBytes(), 'KEEPTTL')
}

function logPfadd(unit: Unit, key: string, hll: ByteString, elements: readonly Word[]): void {
  const words: LogWord[] = ['PFADD', key]
  for (const word of elements) words.push(typeof word === 'string' ? word : copyBytes(word))
  logEdit(unit, key, hll, words)
}

/**
 * Adds elements to the HyperLogLog at a key, made if missing; returns 1 if that has changed it, else 0. O(1) each, O(runs) while
 * it is sparse. Event pfadd.
 */
export function pfadd(unit: Unit, key: string, elements: readonly Word[]): number {
  const slot = unit.findString(key)
  const hll = slot === ABSENT ? createHyperLogLog() : editable(unit, slot)
  const added = addAll(hll, elements, sparseSizeMax(unit))
  const changes = slot === ABSENT ? added + 1 : added
  if (slot === ABSENT) unit.add(key, hll)
  if (changes === 0) return 0
  setStale(hll)
  if (unit.logging) logPfadd(unit, key, hll, elements)
  unit.changed(key, 'pfadd', changes)
  return 1
}

/** Adds elements and returns how many have changed a register. Throws INVALIDOBJ, with nothing added, for a damaged one. */
function addAll(hll: ByteString, elements: readonly Word[], sizeMax: number): number {
  // One element changes nothing where it meets the damage.
  const before = elements.length > 1 && isSparse(hll) ? hll.toBytes() : undefined
  let added = 0
  for (const element of elements) {
    const outcome = addElement(hll, element, sizeMax)
    if (outcome === CHANGED) added++
    else if (outcome === CORRUPT) {
      if (before !== undefined) {
        hll.bytes = before
        hll.length = before.length
      }
      throw corruptHyperLogLog()
    }
  }
  return added
}

/** About how many different elements there are at a key, 0 when missing. O(1), O(registers) after an addition. */
function countAt(unit: Unit, key: string): Int64 {
  const slot = unit.readString(key)
  if (slot === ABSENT) return 0
  const held = heldAt(unit, slot)
  const hll = held instanceof ByteString ? asHyperLogLog(held) : editable(unit, slot)
  const cached = cachedCount(hll)
  if (cached !== undefined) return cached
  const count = countElements(hll)
  if (count === undefined) throw corruptHyperLogLog()
  cacheCount(editable(unit, slot), count)
  if (unit.logging) unit.log('PFCOUNT', key)
  unit.touched(key)
  return count
}

/**
 * About how many different elements there are at the keys together; missing ones count as empty. The count of one key is written
 * into it, which no event tells. O(1) for one key, O(registers) after an addition; O(keys · registers) for several.
 */
export function pfcount(unit: Unit, keys: readonly string[]): Int64 {
  return keys.length === 1 ? countAt(unit, keys[0]!) : mergeAll(unit, keys).count()
}

/** The registers of all keys; missing ones count as empty. */
function mergeAll(unit: Unit, keys: readonly string[]): MergedRegisters {
  const merged = new MergedRegisters()
  for (const key of keys) {
    const slot = unit.readString(key)
    if (slot !== ABSENT && !merged.merge(asHyperLogLog(heldAt(unit, slot)))) throw corruptHyperLogLog()
  }
  return merged
}

/**
 * Puts into the destination, made if missing, what it and the sources have. O(keys · registers). Event pfadd.
 */
export function pfmerge(unit: Unit, destination: string, sources: readonly string[]): void {
  const merged = mergeAll(unit, [destination, ...sources])
  const slot = unit.findString(destination)
  const hll = slot === ABSENT ? createHyperLogLog() : editable(unit, slot)
  if (!merged.storeIn(hll, sparseSizeMax(unit))) throw corruptHyperLogLog()
  if (slot === ABSENT) unit.add(destination, hll)
  if (unit.logging) logEdit(unit, destination, hll, ['PFMERGE', destination, ...sources])
  unit.changed(destination, 'pfadd')
}

/** The slot of the HyperLogLog at a key for PFDEBUG, held as bytes from now on. Throws ERR where there is none. */
function debugged(unit: Unit, key: string): number {
  const slot = unit.findString(key)
  if (slot === ABSENT) throw noSuchKeyToDebug()
  editable(unit, slot)
  return slot
}

/** Makes a sparse one dense; returns whether it was sparse. O(registers). */
export function pfdebugTodense(unit: Unit, key: string): boolean {
  const slot = debugged(unit, key)
  if (!isSparse(asHyperLogLog(heldAt(unit, slot)))) return false
  const hll = editable(unit, slot)
  if (!makeDense(hll)) throw corruptHyperLogLog()
  if (unit.logging) unit.log('PFDEBUG', 'TODENSE', key)
  unit.touched(key)
  return true
}

/** The counts of all registers, from one that is made dense for it. O(registers). */
export function pfdebugGetreg(unit: Unit, key: string): number[] {
  pfdebugTodense(unit, key)
  return [...registersOf(asHyperLogLog(heldAt(unit, debugged(unit, key))))!]
}

/** The runs of a sparse one. Throws ERR for a dense one. O(runs). */
export function pfdebugDecode(unit: Unit, key: string): string {
  const hll = asHyperLogLog(heldAt(unit, debugged(unit, key)))
  if (!isSparse(hll)) throw notSparse()
  return describeRuns(hll)
}

/** In which form the registers are. O(1). */
export function pfdebugEncoding(unit: Unit, key: string): 'sparse' | 'dense' {
  return isSparse(asHyperLogLog(heldAt(unit, debugged(unit, key)))) ? 'sparse' : 'dense'
}

// What follows is the wire: one entry a command.

/** There is one way to merge registers, so that SIMD switches nothing. */
function callSimd(argv: Argv): Reply {
  const token = tokenAt(argv, 2)
  if (token !== 'ON' && token !== 'OFF') throw notOnOrOff()
  return new Status(token === 'ON' ? 'enabled' : 'disabled')
}

function callPfdebug(unit: Unit, argv: Argv): Reply {
  const subcommand = tokenAt(argv, 1)
  if (subcommand === 'SIMD') return callSimd(argv)
  const key = textAt(argv, 2)
  debugged(unit, key)
  if (subcommand === 'GETREG') return pfdebugGetreg(unit, key)
  if (subcommand === 'DECODE') return pfdebugDecode(unit, key)
  if (subcommand === 'ENCODING') return new Status(pfdebugEncoding(unit, key))
  if (subcommand === 'TODENSE') return pfdebugTodense(unit, key) ? 1 : 0
  throw unknownPfdebug(textAt(argv, 1))
}

export const hyperLogLogCommands = {
  PFADD: {
    summary: 'Adds elements to a HyperLogLog, which is made if missing.',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(1) an element',
    arity: -2,
    flags: WRITE | DENYOOM | FAST,
    keys: [keySpec('RW insert')],
    syntax: 'key:key [element]...',
    call: (unit, argv): Reply => pfadd(unit, textAt(argv, 1), argv.slice(2)),
  },
  PFCOUNT: {
    summary: 'Returns about how many different elements one or more HyperLogLogs have together.',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(1) for one key that has been counted since it was changed; O(N) for N keys, with a large constant',
    arity: -2,
    flags: READONLY,
    keys: [
      {
        ...keySpec('RW access', 1, -1),
        notes: 'RW because it may change the internal representation of the key, and propagate to replicas',
      },
    ],
    syntax: 'key:key...',
    call: (unit, argv): Reply => pfcount(unit, textsFrom(argv, 1)),
  },
  PFMERGE: {
    summary: 'Merges HyperLogLogs into one, which is made if missing.',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(N) to merge N HyperLogLogs, with a large constant',
    arity: -2,
    flags: WRITE | DENYOOM,
    keys: [keySpec('RW access insert'), keySpec('RO access', 2, -1)],
    syntax: 'destkey:key [sourcekey:key]...',
    call(unit, argv): Reply {
      pfmerge(unit, textAt(argv, 1), textsFrom(argv, 2))
      return OK
    },
  },
  PFDEBUG: {
    summary: 'Looks into the registers of a HyperLogLog, or makes it dense.',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(N), N registers or runs of them',
    arity: 3,
    flags: WRITE | DENYOOM | ADMIN,
    keys: [keySpec('RW access', 2)],
    syntax: 'subcommand key:key',
    internal: true,
    call: callPfdebug,
  },
  PFSELFTEST: {
    summary: 'Tests registers, their two forms and the estimate on elements of its own.',
    since: '2.8.9',
    group: 'hyperloglog',
    complexity: 'O(N), N elements that it adds: 10,000',
    arity: 1,
    flags: ADMIN,
    keys: NO_KEYS,
    syntax: '',
    internal: true,
    call(): Reply {
      testHyperLogLog()
      return OK
    },
  },
} satisfies Record<string, Command>
