import { matchesCrc64, writeCrc64 } from './crc64.js'
import { RdbReader } from './reader.js'
import { RdbType } from './types.js'
import { RdbWriter } from './writer.js'

/** The version that Redis 8.0 writes, and the highest that it restores. */
const RDB_VERSION = 12

const VERSION_BYTES = 2
const CHECKSUM_BYTES = 8
const FOOTER_BYTES = VERSION_BYTES + CHECKSUM_BYTES

/**
 * What a payload turned out to be. `ok`: `type` is its type byte, which may be one that nobody knows, or -1 when the
 * footer is all there is; `reader` stands after it and ends before the footer. Otherwise the reason, in the order in
 * which it is looked for: `short` (no room for a footer), `version` (newer than RDB_VERSION), `checksum`.
 *
 * Redis 8.0.2 answers `ERR DUMP payload version or checksum are wrong` to all three and `ERR Bad data format` to
 * whatever is wrong with type and value. A zero checksum does not mean 'none' here, as it does in dump files. Bytes
 * left after the value are ignored by it; a value that is cut off it completes from the footer, which we refuse.
 */
export type OpenedPayload =
  | { readonly status: 'ok'; readonly version: number; readonly type: number; readonly reader: RdbReader }
  | { readonly status: 'short' | 'version' | 'checksum' }

const SHORT: OpenedPayload = { status: 'short' }
const BAD_VERSION: OpenedPayload = { status: 'version' }
const BAD_CHECKSUM: OpenedPayload = { status: 'checksum' }

/** A writer that holds the type byte; the value and `sealPayload` follow. O(1). */
export function startPayload(type: RdbType, capacity = 128, compressing = true): RdbWriter {
  const writer = new RdbWriter(capacity, compressing)
  writer.byte(type)
  return writer
}

/** Appends version and checksum to a writer that holds a type byte and a value; returns a copy of it all. O(length). */
export function sealPayload(writer: RdbWriter): Uint8Array {
  writer.reserve(FOOTER_BYTES)
  const bytes = writer.bytes
  const at = writer.length
  bytes[at] = RDB_VERSION
  bytes[at + 1] = RDB_VERSION >>> 8
  writeCrc64(bytes, 0, at + VERSION_BYTES, bytes, at + VERSION_BYTES)
  writer.length = at + FOOTER_BYTES
  return writer.toBytes()
}

/**
 * Checks the footer of a DUMP payload and places a reader on its value. O(length of the payload).
 * Never throws; the value itself is not looked at.
 */
export function openPayload(bytes: Uint8Array): OpenedPayload {
  const footer = bytes.length - FOOTER_BYTES
  if (footer < 0) return SHORT
  const version = bytes[footer]! | (bytes[footer + 1]! << 8)
  if (version > RDB_VERSION) return BAD_VERSION
  const checksum = footer + VERSION_BYTES
  if (!matchesCrc64(bytes, 0, checksum, bytes, checksum)) return BAD_CHECKSUM
  if (footer === 0) return { status: 'ok', version, type: -1, reader: new RdbReader(bytes, 0, 0) }
  return { status: 'ok', version, type: bytes[0]!, reader: new RdbReader(bytes, 1, footer) }
}

/** The DUMP payload of a string value. O(length). */
export function dumpString(value: Uint8Array, compressing = true): Uint8Array {
  // Room for the longest header and the footer, so that nothing grows on the way.
  const writer = startPayload(RdbType.STRING, value.length + 32, compressing)
  writer.string(value)
  return sealPayload(writer)
}
