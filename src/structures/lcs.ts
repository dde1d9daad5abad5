/**
 * Longest common subsequence of two byte strings, with the choices of Redis's LCS command.
 *
 * A row of the classic table never falls and rises by at most one per column, so one bit per cell (does the row rise
 * here?) holds all of it, and 32 cells are worked out at once: the bit-parallel recurrence of H. Hyyrö, "Bit-parallel
 * LCS-length computation revisited" (2004). The walk back needs no more than these bits, see `walk`.
 */

/** One common run; offsets are 0-based and both ends are inclusive, as in the reply of LCS IDX. */
export interface LcsMatch {
  readonly aFirst: number
  readonly aLast: number
  readonly bFirst: number
  readonly bLast: number
  readonly length: number
}

export interface Lcs {
  /** Length of the subsequence in bytes. */
  readonly length: number
  readonly bytes: Uint8Array
  /** The common runs from the last to the first; their lengths add up to `length`. */
  readonly matches: LcsMatch[]
}

/**
 * Size in bytes of the table that Redis would fill for strings of `n` and `m` bytes. Redis 8.0.2 refuses every form of
 * LCS, LEN included, when this exceeds `proto-max-bulk-len` (512 MiB): `ERR Insufficient memory, transient memory for
 * LCS exceeds proto-max-bulk-len`. `lcs` itself allocates about a thirty-second of it. O(1).
 */
export function lcsTableBytes(n: number, m: number): number {
  return (n + 1) * (m + 1) * 4
}

/** The subsequence that Redis picks, its length and its runs. O(n·m / 32) time, n·m / 8 bytes of memory. */
export function lcs(a: Uint8Array, b: Uint8Array): Lcs {
  const words = (b.length + 31) >>> 5
  const rows = new Uint32Array((a.length + 1) * words)
  rows.fill(FLAT, 0, words)
  const masks = new PositionMasks(a, b)
  for (let i = 0; i < a.length; i++) {
    nextRow(rows, i * words, rows, (i + 1) * words, words, masks.bits, masks.startOf(a[i]!))
  }
  return walk(a, b, rows, words)
}

/** Length in bytes of the longest common subsequence. O(n·m / 32) time, two rows of memory. */
export function lcsLength(a: Uint8Array, b: Uint8Array): number {
  // The length is symmetric, and the shorter string across makes the masks small.
  if (a.length < b.length) return lcsLength(b, a)
  const words = (b.length + 31) >>> 5
  const row = new Uint32Array(words).fill(FLAT)
  const masks = new PositionMasks(a, b)
  for (let i = 0; i < a.length; i++) nextRow(row, 0, row, 0, words, masks.bits, masks.startOf(a[i]!))
  let length = 0
  for (let column = 0; column < b.length; column++) length += rises(row, column)
  return length
}

/** A word of a row that does not rise: a clear bit is a rise. */
const FLAT = 0xffffffff

/** For each distinct byte of `a`, the bit set of its positions in `b`. */
class PositionMasks {
  readonly bits: Uint32Array
  private readonly starts = new Int32Array(256).fill(-1)

  constructor(a: Uint8Array, b: Uint8Array) {
    const words = (b.length + 31) >>> 5
    const starts = this.starts
    let distinct = 0
    for (let i = 0; i < a.length && distinct < 256; i++) {
      if (starts[a[i]!]! < 0) starts[a[i]!] = distinct++ * words
    }
    this.bits = new Uint32Array(distinct * words)
    for (let j = 0; j < b.length; j++) {
      const start = starts[b[j]!]!
      if (start >= 0) this.bits[start + (j >>> 5)]! |= 1 << (j & 31)
    }
  }

  startOf(byte: number): number {
    return this.starts[byte]!
  }
}

/** V' = (V + (V & M)) | (V & ~M), with V in `words` words from the lowest and the carry taken across them. */
function nextRow(
  from: Uint32Array,
  fromStart: number,
  to: Uint32Array,
  toStart: number,
  words: number,
  masks: Uint32Array,
  maskStart: number,
): void {
  let carry = 0
  for (let w = 0; w < words; w++) {
    const row = from[fromStart + w]!
    const mask = masks[maskStart + w]!
    const sum = row + ((row & mask) >>> 0) + carry
    carry = sum > 0xffffffff ? 1 : 0
    to[toStart + w] = sum | (row & ~mask)
  }
}

/** 1 when the row's value at `column` (0-based) is one more than before it, else 0. */
function rises(row: Uint32Array, column: number, start = 0): number {
  return ((row[start + (column >>> 5)]! >>> (column & 31)) & 1) ^ 1
}

/**
 * Walks back from the ends as Redis does: take equal bytes; else go up (drop a byte of `a`) only when that loses
 * nothing and dropping one of `b` would, and left otherwise. Where the bytes differ, L(i,j) is the larger of L(i-1,j)
 * and L(i,j-1); so L(i-1,j) > L(i,j-1) holds exactly when row i rises at column j.
 */
function walk(a: Uint8Array, b: Uint8Array, rows: Uint32Array, words: number): Lcs {
  const reversed: number[] = []
  const matches: LcsMatch[] = []
  let i = a.length
  let j = b.length
  let run = 0
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      reversed.push(a[i - 1]!)
      run++
      i--
      j--
      continue
    }
    if (run > 0) matches.push(matchAt(i, j, run))
    run = 0
    if (rises(rows, j - 1, i * words) === 1) i--
    else j--
  }
  if (run > 0) matches.push(matchAt(i, j, run))
  return { length: reversed.length, bytes: Uint8Array.from(reversed).reverse(), matches }
}

function matchAt(aFirst: number, bFirst: number, length: number): LcsMatch {
  return { aFirst, aLast: aFirst + length - 1, bFirst, bLast: bFirst + length - 1, length }
}
