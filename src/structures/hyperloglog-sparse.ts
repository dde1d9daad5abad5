/*
 * The sparse form of a HyperLogLog's registers: runs of equal counts.
 *
 *     00llllll             ZERO   a run of 1 to 64 empty registers
 *     01llllll llllllll    XZERO  a run of 1 to 16,384 empty registers
 *     1cccccll             VAL    a run of 1 to 4 registers with a count from 1 to 32
 *
 * Runs that could be one are not always joined: which ones are follows from the order of the additions, and the bytes are to be
 * those of Redis after any.
 *
 * @see http://antirez.com/news/75
 */
import type { ByteString } from './byte-string.js'
import { REGISTERS } from './hyperloglog-dense.js'

/** The highest count that the sparse form can hold. */
const SPARSE_COUNT_MAX = 32

const ZERO_LENGTH_MAX = 64
const VAL_LENGTH_MAX = 4
/** How many runs are looked at for some to join, from the one before the run that was edited. */
const JOIN_SPAN = 5

/** What `setSparse` says. */
export const UNCHANGED = 0
export const CHANGED = 1
/** The sparse form has no room for it. */
export const TOO_LARGE = 2
/** The runs do not reach the register. */
export const CORRUPT = 3

const isXzero = (code: number): boolean => (code & 0xc0) === 0x40
const isVal = (code: number): boolean => (code & 0x80) !== 0
const valCount = (code: number): number => ((code >>> 2) & 31) + 1
const valLength = (code: number): number => (code & 3) + 1

/** How many registers the run at `at` has. */
function lengthOfRun(bytes: Uint8Array, at: number): number {
  const code = bytes[at]!
  if (isVal(code)) return valLength(code)
  return isXzero(code) ? (((code & 63) << 8) | (bytes[at + 1] ?? 0)) + 1 : (code & 63) + 1
}

/** The runs that take the place of one: three at most, five bytes. */
const DRAFT = new Uint8Array(5)

function writeZeros(length: number, at: number): number {
  if (length <= ZERO_LENGTH_MAX) {
    DRAFT[at] = length - 1
    return at + 1
  }
  DRAFT[at] = 0x40 | ((length - 1) >>> 8)
  DRAFT[at + 1] = length - 1
  return at + 2
}

function valCode(count: number, length: number): number {
  return 0x80 | ((count - 1) << 2) | (length - 1)
}

/** Writes the draft for a run of which one register gets a count; returns how many bytes it has. */
function draftSplit(code: number, before: number, count: number, after: number): number {
  const old = isVal(code) ? valCount(code) : 0
  let end = 0
  if (before > 0) {
    if (old > 0) DRAFT[end++] = valCode(old, before)
    else end = writeZeros(before, end)
  }
  DRAFT[end++] = valCode(count, 1)
  if (after > 0) {
    if (old > 0) DRAFT[end++] = valCode(old, after)
    else end = writeZeros(after, end)
  }
  return end
}

/**
 * Raises a register to a count, in the runs from `start` to the end of the string, which may not get longer than `sizeMax`.
 * Returns one of the constants above; nothing is edited unless it is CHANGED. O(runs).
 */
export function setSparse(string: ByteString, start: number, index: number, count: number, sizeMax: number): number {
  if (count > SPARSE_COUNT_MAX) return TOO_LARGE
  const { bytes, length: end } = string
  let at = start
  let before = -1
  let first = 0
  let span = 0
  let size = 1
  while (at < end) {
    span = lengthOfRun(bytes, at)
    size = isXzero(bytes[at]!) ? 2 : 1
    if (index < first + span) break
    before = at
    at += size
    first += span
  }
  // An XZERO that is cut off at the end reaches nothing either.
  if (at + size > end) return CORRUPT
  const code = bytes[at]!
  if (isVal(code) && valCount(code) >= count) return UNCHANGED
  if (span === 1 && size === 1) {
    bytes[at] = valCode(count, 1)
  } else {
    const drafted = draftSplit(code, index - first, count, first + span - 1 - index)
    const more = drafted - size
    if (more > 0 && end + more > sizeMax) return TOO_LARGE
    moveTail(string, at + size, more)
    for (let i = 0; i < drafted; i++) string.bytes[at + i] = DRAFT[i]!
  }
  joinRuns(string, before === -1 ? start : before)
  return CHANGED
}

/** Moves what stands from `from` to the end by some bytes, in either direction. */
function moveTail(string: ByteString, from: number, by: number): void {
  const end = string.length
  if (by > 0) string.append(DRAFT.subarray(0, by))
  string.bytes.copyWithin(from + by, from, end)
  if (by < 0) {
    string.bytes.fill(0, end + by, end)
    string.length = end + by
  }
}

/** Joins neighbouring runs with the same count, where Redis does. */
function joinRuns(string: ByteString, from: number): void {
  const { bytes } = string
  let at = from
  for (let left = JOIN_SPAN; left > 0 && at < string.length; left--) {
    const code = bytes[at]!
    if (isXzero(code)) {
      at += 2
      continue
    }
    if (isVal(code) && at + 1 < string.length) {
      const next = bytes[at + 1]!
      const length = valLength(code) + valLength(next)
      if (isVal(next) && valCount(next) === valCount(code) && length <= VAL_LENGTH_MAX) {
        bytes[at + 1] = valCode(valCount(code), length)
        moveTail(string, at + 1, -1)
        continue
      }
    }
    at++
  }
}

/** Calls `each` with every run that has a count; returns whether the runs make up all registers. O(runs). */
function walkRuns(
  { bytes, length: end }: ByteString,
  start: number,
  each: (first: number, length: number, count: number) => void,
): boolean {
  let first = 0
  for (let at = start; at < end; ) {
    const code = bytes[at]!
    const length = lengthOfRun(bytes, at)
    if (first + length > REGISTERS) return false
    if (isVal(code)) each(first, length, valCount(code))
    at += isXzero(code) ? 2 : 1
    first += length
  }
  return first === REGISTERS
}

/** Raises `counts`, one byte for each register, to the registers; returns whether the runs make up all of them. O(runs). */
export function raiseCountsBySparse(string: ByteString, start: number, counts: Uint8Array): boolean {
  return walkRuns(string, start, (first, length, count) => {
    for (let i = first; i < first + length; i++) if (counts[i]! < count) counts[i] = count
  })
}

/** Adds to the histogram how many registers have each count; returns whether the runs make up all of them. O(runs). */
export function countSparse(string: ByteString, start: number, histogram: Int32Array): boolean {
  let counted = 0
  const isWhole = walkRuns(string, start, (_first, length, count) => {
    histogram[count]! += length
    counted += length
  })
  histogram[0]! += REGISTERS - counted
  return isWhole
}

/** The runs in the words of PFDEBUG DECODE: `Z:100 v:3,1 Z:16283`, a capital Z for an XZERO. O(runs). */
export function describeSparse({ bytes, length: end }: ByteString, start: number): string {
  const runs: string[] = []
  for (let at = start; at < end; ) {
    const code = bytes[at]!
    const length = lengthOfRun(bytes, at)
    if (isVal(code)) runs.push(`v:${valCount(code)},${length}`)
    else runs.push(`${isXzero(code) ? 'Z' : 'z'}:${length}`)
    at += isXzero(code) ? 2 : 1
  }
  return runs.join(' ')
}
