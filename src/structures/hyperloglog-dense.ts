/*
 * The dense form of a HyperLogLog's registers: 6 bits each, the lowest bits first, four registers in three bytes. `start` is
 * where they begin.
 */

/** How many registers there are: 2^14, for a standard error of 0.81 %. */
export const REGISTERS = 16_384
export const DENSE_BYTES = (REGISTERS * 6) / 8
/** How many counts a register can tell apart. */
export const COUNTS = 64

/** The count of one register. O(1). */
export function registerAt(bytes: Uint8Array, start: number, index: number): number {
  const at = start + ((index * 6) >>> 3)
  const shift = (index * 6) & 7
  const low = bytes[at]! >>> shift
  // Behind the last register there may be no byte.
  return shift <= 2 ? low & 63 : (low | (bytes[at + 1]! << (8 - shift))) & 63
}

/** Sets one register. O(1). */
export function setRegister(bytes: Uint8Array, start: number, index: number, count: number): void {
  const at = start + ((index * 6) >>> 3)
  const shift = (index * 6) & 7
  bytes[at] = (bytes[at]! & ~(63 << shift)) | (count << shift)
  if (shift > 2) bytes[at + 1] = (bytes[at + 1]! & ~(63 >>> (8 - shift))) | (count >>> (8 - shift))
}

/** Raises one register to a count; returns whether it was lower. O(1). */
export function raiseRegister(bytes: Uint8Array, start: number, index: number, count: number): boolean {
  if (registerAt(bytes, start, index) >= count) return false
  setRegister(bytes, start, index, count)
  return true
}

/** Writes all registers, one byte each in `counts`. O(registers). */
export function packRegisters(counts: Uint8Array, bytes: Uint8Array, start: number): void {
  let at = start
  for (let i = 0; i < REGISTERS; i += 4) {
    const four = counts[i]! | (counts[i + 1]! << 6) | (counts[i + 2]! << 12) | (counts[i + 3]! << 18)
    bytes[at] = four
    bytes[at + 1] = four >>> 8
    bytes[at + 2] = four >>> 16
    at += 3
  }
}

/** Raises `counts`, one byte for each register, to the registers. O(registers). */
export function raiseCounts(bytes: Uint8Array, start: number, counts: Uint8Array): void {
  let at = start
  for (let i = 0; i < REGISTERS; i += 4) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    at += 3
    if (four === 0) continue
    const [a, b, c, d] = [four & 63, (four >>> 6) & 63, (four >>> 12) & 63, four >>> 18]
    if (a > counts[i]!) counts[i] = a
    if (b > counts[i + 1]!) counts[i + 1] = b
    if (c > counts[i + 2]!) counts[i + 2] = c
    if (d > counts[i + 3]!) counts[i + 3] = d
  }
}

/** Adds to the histogram how many registers have each count. O(registers). */
export function countRegisters(bytes: Uint8Array, start: number, histogram: Int32Array): void {
  const end = start + DENSE_BYTES
  for (let at = start; at < end; at += 3) {
    const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
    histogram[four & 63]!++
    histogram[(four >>> 6) & 63]!++
    histogram[(four >>> 12) & 63]!++
    histogram[four >>> 18]!++
  }
}
