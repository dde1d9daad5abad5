import { getU32, setU32 } from './bytes.js'
import { type Checksums, compileChecksums, LANE_BYTES, WORK_AT, WORK_BYTES } from './crc32c-code.js'

/** The head of a record in the log: its checksum, then its length without the head, in four bytes each, and more; see log-format.ts. */
export const RECORD_HEADER_BYTES = 25
/** The kind of records that are units. */
export const UNIT = 1

/** The polynomial of Castagnoli, bits reversed. */
const POLYNOMIAL = 0x82f63b78
const LANES = 8

/**
 * Tables of 256. Of the first eight table k is the checksum of a byte that k zero bytes follow. The other four say what LANE_BYTES zero bytes make of a
 * state, byte by byte.
 */
const TABLES = makeTables()

function makeTables(): Int32Array {
  const tables = new Int32Array((LANES + 4) * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    tables[byte] = crc
  }
  for (let i = 256; i < LANES * 256; i++) {
    const before = tables[i - 256]!
    tables[i] = (before >>> 8) ^ tables[before & 0xff]!
  }
  const zeros = tables.subarray(LANES * 256)
  for (let bit = 0; bit < 32; bit++) {
    let state = 1 << bit
    for (let i = 0; i < LANE_BYTES; i++) state = (state >>> 8) ^ tables[state & 0xff]!
    const first = (bit & ~7) * 32
    const own = 1 << (bit & 7)
    for (let rest = 0; rest < own; rest++) zeros[first + own + rest] = state ^ zeros[first + rest]!
  }
  return tables
}

/** The same as compiled code; undefined where there is none. */
export const CODE = compileChecksums(TABLES, { headBytes: RECORD_HEADER_BYTES, kind: UNIT })
/** From so many bytes on the code is quicker, although the bytes are copied for it. */
const LONG_BYTES = 512

/**
 * CRC-32C of the bytes from `start` to `end` (exclusive), going on from that of what is before them. Eight bytes a step
 * (slicing-by-8). Source: Kounavis and Berry, https://doi.org/10.1109/TC.2008.85
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, before = 0): number {
  if (CODE !== undefined && end - start >= LONG_BYTES) return ~stepLong(CODE, bytes, start, end, ~before) >>> 0
  let crc = ~before
  let at = start
  for (const stop = end - 7; at < stop; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    crc =
      TABLES[1792 + (low & 0xff)]! ^
      TABLES[1536 + ((low >>> 8) & 0xff)]! ^
      TABLES[1280 + ((low >>> 16) & 0xff)]! ^
      TABLES[1024 + (low >>> 24)]! ^
      TABLES[768 + bytes[at + 4]!]! ^
      TABLES[512 + bytes[at + 5]!]! ^
      TABLES[256 + bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!
  }
  for (; at < end; at++) crc = TABLES[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function stepLong({ memory, long }: Checksums, bytes: Uint8Array, start: number, end: number, before: number): number {
  let state = before
  for (let at = start; at < end; at += WORK_BYTES) {
    const piece = bytes.subarray(at, Math.min(end, at + WORK_BYTES))
    memory.set(piece, WORK_AT)
    state = long(WORK_AT, WORK_AT + piece.length, state)
  }
  return state
}

/**
 * Puts the checksums of the records from `start` on into their heads, of which the lengths are filled in. Returns the bytes, there or in
 * other memory, which are the caller's until the next checksum. O(bytes).
 */
export function sealRecords(bytes: Uint8Array, start: number): Uint8Array {
  const { length } = bytes
  if (CODE !== undefined && length <= WORK_BYTES) {
    CODE.memory.set(bytes, WORK_AT)
    CODE.seal(WORK_AT + start, WORK_AT + length)
    return CODE.memory.subarray(WORK_AT, WORK_AT + length)
  }
  for (let at = start; at < length; ) {
    const end = at + RECORD_HEADER_BYTES + getU32(bytes, at + 4)
    setU32(bytes, at, crc32c(bytes, at + 4, end))
    at = end
  }
  return bytes
}

/** As `sealRecords`, of records that were made in the memory of the compiled code, from its beginning to `end`. */
export function sealMade(start: number, end: number): Uint8Array {
  if (CODE === undefined) throw new Error('checksums: nothing is made without compiled code')
  CODE.seal(WORK_AT + start, WORK_AT + end)
  return CODE.memory.subarray(WORK_AT, WORK_AT + end)
}

/**
 * How far the records from `start` on are whole and have the right checksums, as far as that can be told at once: what lies behind is to
 * be looked at record by record. O(bytes).
 */
export function soundUntil(bytes: Uint8Array, start: number): number {
  if (CODE === undefined) return start
  const piece = bytes.subarray(start, start + WORK_BYTES)
  CODE.memory.set(piece, WORK_AT)
  return start + CODE.sound(WORK_AT, WORK_AT + piece.length) - WORK_AT
}
