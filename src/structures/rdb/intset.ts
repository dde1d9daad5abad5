import { type Int64, int64OfHalves } from '../int64.js'
import { RdbFormatError } from './reader.js'

/**
 * Intset: a set of 64-bit integers as a sorted array. Four bytes say how many bytes each has (2, 4 or 8), four how many
 * there are; all of it little-endian.
 */
const HEADER_BYTES = 8

/**
 * The intset of integers in ascending order, each once, `width` bytes each: at least `intsetWidth` of all of them.
 * O(n).
 */
export function writeIntset(values: readonly Int64[], width: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + values.length * width)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, width, true)
  view.setUint32(4, values.length, true)
  let at = HEADER_BYTES
  for (const value of values) {
    if (width === 2) view.setInt16(at, Number(value), true)
    else if (width === 4) view.setInt32(at, Number(value), true)
    else view.setBigInt64(at, BigInt(value), true)
    at += width
  }
  return bytes
}

/** How many bytes an intset spends on each integer that has `value` in it: 2, 4 or 8. O(1). */
export function intsetWidth(value: Int64): number {
  if (value >= -0x8000 && value <= 0x7fff) return 2
  return value >= -0x80000000 && value <= 0x7fffffff ? 4 : 8
}

/**
 * The members of an intset as decimal text, ascending. O(bytes).
 * @throws RdbFormatError unless the bytes are one intset in ascending order without a repetition
 */
export function readIntset(bytes: Uint8Array): string[] {
  if (bytes.length < HEADER_BYTES) throw malformed('is cut off', 0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const width = view.getUint32(0, true)
  if (width !== 2 && width !== 4 && width !== 8) throw malformed('has integers of an unknown width', 0)
  const count = view.getUint32(4, true)
  if (HEADER_BYTES + count * width !== bytes.length) throw malformed('is not as long as it says', 4)
  return width === 8 ? readWide(view, count) : readNarrow(view, count, width)
}

function readNarrow(view: DataView, count: number, width: number): string[] {
  const members: string[] = []
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * width
    const value = width === 2 ? view.getInt16(at, true) : view.getInt32(at, true)
    if (value <= last) throw malformed('is not in ascending order', at)
    members.push(String(value))
    last = value
  }
  return members
}

function readWide(view: DataView, count: number): string[] {
  const members: string[] = []
  let lastHigh = Number.NEGATIVE_INFINITY
  let lastLow = 0
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * 8
    const low = view.getUint32(at, true)
    const high = view.getInt32(at + 4, true)
    if (high < lastHigh || (high === lastHigh && low <= lastLow)) throw malformed('is not in ascending order', at)
    members.push(String(int64OfHalves(low, high)))
    lastHigh = high
    lastLow = low
  }
  return members
}

function malformed(what: string, offset: number): RdbFormatError {
  return new RdbFormatError(`an intset that ${what}`, offset)
}
