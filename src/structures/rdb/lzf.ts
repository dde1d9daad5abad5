/**
 * LZF, the compression of strings in RDB values (format: Marc Lehmann's LibLZF).
 *
 * The stream is a row of chunks. A control byte below 32 is followed by that many literal bytes plus one. Any other
 * is a back reference: its top three bits are the length minus 2 (7: a further byte adds to it), its low five bits
 * and the last byte of the chunk are the distance minus 1. So a reference copies 3 to 264 bytes from up to 8192 back.
 */
const MAX_LITERALS = 32
const MAX_DISTANCE = 8192
const MAX_MATCH = 264

/** A three-byte chunk yields at most 264 bytes: no honest stream expands further than this. */
export const LZF_MAX_EXPANSION = 88

const TABLE_SIZE = 1 << 16

/**
 * Where each hash of three bytes was last seen, as `epoch` + position. Invariant: an entry of an earlier call is at
 * most `epoch`, so it reads as absent and the 256 KB need no clearing per call (2 us; all of a 64-byte value takes 1).
 */
let table: Int32Array | undefined
let epoch = 0

/**
 * Compresses `input` from `start` to `end` (exclusive) into `output` from `outputStart` to at most `outputEnd`
 * (exclusive). O(end - start). The two ranges must not share memory.
 *
 * Returns the number of bytes written, or 0 when the result does not fit; what was written is then of no use.
 * The bytes are those of Redis 8.0.2, which uses LibLZF's default settings. What follows from it: a position that
 * opens the input is never referred to; inside a match only the last two positions are entered into the table; and
 * the checks of the room left are a few bytes too strict, so that some results that would fit are given up.
 */
export function lzfCompress(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
): number {
  if (end - start < 3 || outputEnd - outputStart < 1) return 0
  const base = claimTable(end - start) - start
  const seen = table!
  const first = base + start
  const last = end - 2
  let at = start
  let out = outputStart + 1
  let literals = 0
  let pair = (input[at]! << 8) | input[at + 1]!
  while (at < last) {
    const three = (pair << 8) | input[at + 2]!
    const slot = ((three >>> 8) - three * 5) & (TABLE_SIZE - 1)
    const entry = seen[slot]!
    const from = entry - base
    const distance = at - from
    seen[slot] = base + at
    pair = three & 0xffff
    if (
      entry > first &&
      distance <= MAX_DISTANCE &&
      input[from + 2] === input[at + 2] &&
      input[from] === input[at] &&
      input[from + 1] === input[at + 1]
    ) {
      // An empty run of literals gives its control byte back.
      if (literals === 0) out--
      else output[out - literals - 1] = literals - 1
      if (out + 4 >= outputEnd) return 0
      const length = matchLength(input, from, at, end)
      out = writeReference(output, out, length, distance) + 1
      literals = 0
      at += length
      if (at >= last) break
      enterTwo(seen, input, at - 2, base)
      pair = (input[at]! << 8) | input[at + 1]!
    } else {
      if (out >= outputEnd) return 0
      output[out++] = input[at++]!
      if (++literals === MAX_LITERALS) {
        output[out - literals - 1] = literals - 1
        literals = 0
        out++
      }
    }
  }
  if (out + 3 > outputEnd) return 0
  return writeRest(input, at, end, output, out, literals) - outputStart
}

/**
 * Expands `input` from `start` to `end` (exclusive) into `output` from `outputStart` to `outputEnd` (exclusive).
 * True when every chunk is whole, every reference stays inside the output and the output is filled exactly; false
 * for any other input, and the output's range is then in an unknown state. O(outputEnd - outputStart).
 */
export function lzfDecompress(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
): boolean {
  if (start >= end) return false
  let at = start
  let out = outputStart
  while (at < end) {
    const control = input[at++]!
    if (control < MAX_LITERALS) {
      const stop = out + control + 1
      if (stop > outputEnd || at + control + 1 > end) return false
      while (out < stop) output[out++] = input[at++]!
    } else {
      let length = (control >>> 5) + 2
      if (length === 9) {
        if (at >= end) return false
        length += input[at++]!
      }
      if (at >= end) return false
      let from = out - (((control & 0x1f) << 8) | input[at++]!) - 1
      const stop = out + length
      if (from < outputStart || stop > outputEnd) return false
      // Byte by byte: a distance shorter than the length repeats what this very copy has written.
      while (out < stop) output[out++] = output[from++]!
    }
  }
  return out === outputEnd
}

/** The first number of a range of `length` that no entry of the table has reached. */
function claimTable(length: number): number {
  if (table === undefined) table = new Int32Array(TABLE_SIZE)
  if (epoch + length > 0x7fffffff) {
    table.fill(0)
    epoch = 0
  }
  const claimed = epoch
  epoch += length
  return claimed
}

/**
 * How many bytes at `from` and `at` are equal, given that three are. The last two bytes of the input are left out of a
 * match, except that LibLZF compares the first 16 bytes after the third in one go when 19 are left.
 */
function matchLength(input: Uint8Array, from: number, at: number, end: number): number {
  let limit = end - at - 2
  if (limit > MAX_MATCH) limit = MAX_MATCH
  else if (limit > 16 && limit < 19) limit = 19
  let length = 3
  while (length < limit && input[from + length] === input[at + length]) length++
  return length
}

/** Writes one back reference and returns the offset after it. */
function writeReference(output: Uint8Array, out: number, length: number, distance: number): number {
  const high = (distance - 1) >>> 8
  let next = out
  if (length < 9) {
    output[next++] = high | ((length - 2) << 5)
  } else {
    output[next++] = high | (7 << 5)
    output[next++] = length - 9
  }
  output[next++] = distance - 1
  return next
}

/** Enters the positions `at` and `at + 1` into the table. */
function enterTwo(seen: Int32Array, input: Uint8Array, at: number, base: number): void {
  const one = (input[at]! << 16) | (input[at + 1]! << 8) | input[at + 2]!
  const two = ((one & 0xffff) << 8) | input[at + 3]!
  seen[((one >>> 8) - one * 5) & (TABLE_SIZE - 1)] = base + at
  seen[((two >>> 8) - two * 5) & (TABLE_SIZE - 1)] = base + at + 1
}

/** Ends the stream with the bytes from `at` on as literals and returns the offset after it. */
function writeRest(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  outputNext: number,
  pending: number,
): number {
  let at = start
  let out = outputNext
  let literals = pending
  while (at < end) {
    output[out++] = input[at++]!
    if (++literals === MAX_LITERALS) {
      output[out - literals - 1] = literals - 1
      literals = 0
      out++
    }
  }
  if (literals === 0) return out - 1
  output[out - literals - 1] = literals - 1
  return out
}
