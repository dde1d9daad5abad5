/*
 * HyperLogLogs as Redis keeps them in a string: a header of 16 bytes, then the registers in one of two forms
 * (hyperloglog-sparse.ts, hyperloglog-dense.ts). They are edited in place.
 *
 *     'HYLL'  form (0 dense, 1 sparse)  3 bytes unused  count, 8 bytes, the lowest first
 *
 * The highest bit of the count says that it is out of date. The runs of a sparse one may be damaged, since the bytes may come
 * from anywhere: what reads all of them says so.
 *
 * @see Flajolet, Fusy, Gandouet, Meunier: "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm" (2007)
 */
import { ByteString } from './byte-string.js'
import {
  COUNTS,
  countRegisters,
  DENSE_BYTES,
  packRegisters,
  REGISTERS,
  raiseCounts,
  raiseRegister,
} from './hyperloglog-dense.js'
import { estimate } from './hyperloglog-estimate.js'
import { countOfPlace, indexOfPlace, placeOf } from './hyperloglog-hash.js'
import {
  CHANGED,
  CORRUPT,
  countSparse,
  describeSparse,
  raiseCountsBySparse,
  setSparse,
  UNCHANGED,
} from './hyperloglog-sparse.js'
import type { Int64 } from './int64.js'

export { CHANGED, CORRUPT, UNCHANGED }

const HEADER = 16
const DENSE_SIZE = HEADER + DENSE_BYTES
const FORM = 4
const DENSE = 0
const SPARSE = 1
const COUNT = 8
/** The byte with the bit that says that the count is out of date. */
const STALE = 15

/** Redis's default of hll-sparse-max-bytes: the most bytes of a sparse one, its header included. */
export const SPARSE_SIZE_MAX = 3000

/** An empty one: sparse, two runs of nothing but zeros. */
export function createHyperLogLog(): ByteString {
  const bytes = new Uint8Array(HEADER + 2)
  bytes.set([0x48, 0x59, 0x4c, 0x4c, SPARSE])
  bytes[HEADER] = 0x40 | ((REGISTERS - 1) >>> 8)
  bytes[HEADER + 1] = (REGISTERS - 1) & 0xff
  return ByteString.of(bytes)
}

/** Whether a string is a HyperLogLog by its header and its length. O(1). */
export function isHyperLogLog({ bytes, length }: ByteString): boolean {
  if (length < HEADER || bytes[0] !== 0x48 || bytes[1] !== 0x59 || bytes[2] !== 0x4c || bytes[3] !== 0x4c) return false
  return bytes[FORM] === SPARSE || (bytes[FORM] === DENSE && length === DENSE_SIZE)
}

export function isSparse({ bytes }: ByteString): boolean {
  return bytes[FORM] === SPARSE
}

/**
 * Adds an element: CHANGED where the count may be another one now, UNCHANGED, or CORRUPT. A sparse one that would pass `sizeMax` bytes
 * becomes dense. O(1) for dense ones, else O(runs).
 */
export function addElement(hll: ByteString, element: string | Uint8Array, sizeMax: number): number {
  const place = placeOf(element)
  return raise(hll, indexOfPlace(place), countOfPlace(place), sizeMax)
}

function raise(hll: ByteString, index: number, count: number, sizeMax: number): number {
  if (isSparse(hll)) {
    const outcome = setSparse(hll, HEADER, index, count, sizeMax)
    if (outcome === CHANGED) setStale(hll)
    if (outcome <= CHANGED || outcome === CORRUPT) return outcome
    if (!makeDense(hll)) return CORRUPT
  }
  return raiseRegister(hll.bytes, HEADER, index, count) ? CHANGED : UNCHANGED
}

/** Makes a sparse one dense; returns false, and leaves it as it is, where it is damaged. O(registers). */
export function makeDense(hll: ByteString): boolean {
  const counts = new Uint8Array(REGISTERS)
  if (!raiseCountsBySparse(hll, HEADER, counts)) return false
  const dense = new Uint8Array(DENSE_SIZE)
  dense.set(hll.bytes.subarray(0, HEADER))
  dense[FORM] = DENSE
  packRegisters(counts, dense, HEADER)
  hll.bytes = dense
  hll.length = DENSE_SIZE
  return true
}

/** Says that the count in the header is out of date. */
export function setStale({ bytes }: ByteString): void {
  bytes[STALE]! |= 0x80
}

/** The count in the header, undefined where it is out of date. */
export function cachedCount({ bytes }: ByteString): Int64 | undefined {
  if ((bytes[STALE]! & 0x80) !== 0) return undefined
  const low = countWord(bytes, COUNT)
  const high = countWord(bytes, COUNT + 4)
  return high < 2 ** 21 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low)
}

function countWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

/** Writes the count into the header; a negative one is out of date at once. */
export function cacheCount({ bytes }: ByteString, count: Int64): void {
  if (typeof count === 'number') {
    writeCountWord(bytes, COUNT, count)
    writeCountWord(bytes, COUNT + 4, Math.floor(count / 2 ** 32))
  } else {
    writeCountWord(bytes, COUNT, Number(count & 0xffff_ffffn))
    writeCountWord(bytes, COUNT + 4, Number((count >> 32n) & 0xffff_ffffn))
  }
}

function writeCountWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word
  bytes[at + 1] = word >>> 8
  bytes[at + 2] = word >>> 16
  bytes[at + 3] = word >>> 24
}

/** About how many different elements have been added, by the registers; undefined where they are damaged. O(registers). */
export function countElements(hll: ByteString): Int64 | undefined {
  const histogram = new Int32Array(COUNTS)
  if (isSparse(hll)) {
    if (!countSparse(hll, HEADER, histogram)) return undefined
  } else countRegisters(hll.bytes, HEADER, histogram)
  return estimate(histogram)
}

/** The counts of all registers of several HyperLogLogs: what one would have to which all their elements were added. */
export class MergedRegisters {
  readonly counts = new Uint8Array(REGISTERS)
  /** Whether one of them was dense. */
  hasDense = false

  /** Takes in one more; returns false where it is damaged. O(registers). */
  merge(hll: ByteString): boolean {
    if (isSparse(hll)) return raiseCountsBySparse(hll, HEADER, this.counts)
    this.hasDense = true
    raiseCounts(hll.bytes, HEADER, this.counts)
    return true
  }

  /** About how many different elements they have together. O(registers). */
  count(): Int64 {
    const histogram = new Int32Array(COUNTS)
    for (let i = 0; i < REGISTERS; i++) histogram[this.counts[i]! & 63]!++
    return estimate(histogram)
  }

  /**
   * Raises the registers of a sound one, which is made dense where one of the merged was. Returns false where it is damaged.
   * O(registers), and O(runs) for each register of a sparse one.
   */
  storeIn(hll: ByteString, sizeMax: number): boolean {
    if (this.hasDense && isSparse(hll) && !makeDense(hll)) return false
    for (let i = 0; i < REGISTERS; i++) {
      if (!isSparse(hll)) {
        // The counts are the highest of all, those of this one among them.
        packRegisters(this.counts, hll.bytes, HEADER)
        break
      }
      if (this.counts[i] !== 0 && raise(hll, i, this.counts[i]!, sizeMax) === CORRUPT) return false
    }
    setStale(hll)
    return true
  }
}

/** The counts of all registers; undefined where they are damaged. O(registers). */
export function registersOf(hll: ByteString): Uint8Array | undefined {
  const merged = new MergedRegisters()
  return merged.merge(hll) ? merged.counts : undefined
}

/** The runs of a sparse one in the words of PFDEBUG DECODE. O(runs). */
export function describeRuns(hll: ByteString): string {
  return describeSparse(hll, HEADER)
}
