import { writeCrc64 } from '../structures/rdb/crc64.js'
import { RdbType } from '../structures/rdb/types.js'
import { valueForm } from './rdb-values.js'

/** Version and checksum, behind type byte and value. */
export const FOOTER_BYTES = 10

/** Servers that know the compact encodings of today know this version: Redis 7.2. */
const USUAL_VERSION = 11

/** The DUMP payload of a type byte and value, in memory of its own. O(bytes). */
export function sealPayload(value: Uint8Array): Uint8Array {
  const payload = new Uint8Array(value.length + FOOTER_BYTES)
  payload.set(value)
  putFooter(payload, value.length)
  return payload
}

/** The type byte and value of a payload: a view. O(1). */
export function openPayload(payload: Uint8Array): Uint8Array {
  return payload.subarray(0, payload.length - FOOTER_BYTES)
}

/** The lowest version of RDB, 11 at least, whose readers know a value of the type. O(1). */
export function versionFor(type: number): number {
  // A type that is not known here comes from the newest version that is.
  return Math.max(valueForm(type)?.since ?? 12, USUAL_VERSION)
}

/**
 * Makes a payload of the type byte and value that `target` begins with: puts version and checksum behind them. The version is
 * the lowest that serves, so that older servers restore what they can. O(end).
 */
export function putFooter(target: Uint8Array, end: number): void {
  target[end] = versionFor(target[0] ?? RdbType.STRING)
  target[end + 1] = 0
  writeCrc64(target, 0, end + 2, target, end + 2)
}
