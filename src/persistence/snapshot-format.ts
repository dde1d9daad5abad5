/** Snapshots, byte by byte as docs/formats.md has them. */
import { Packr } from 'msgpackr/pack'
import { concat, getU16, getU32, getU48, sameBytes, setU16, setU32, setU48 } from './bytes.js'
import { crc32c } from './crc32c.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import type { Plain } from './plain.js'
import { PlainReader } from './unpack.js'

export const SNAPSHOT_VERSION = 1
const MAGIC = new TextEncoder().encode('RSTSNAP\n')
export const SNAPSHOT_HEADER_BYTES = 40
const BLOCK_HEADER_BYTES = 16
/** The number of the last block, which says what there was. */
const LAST = 0xffffffff
const BLOCK_MAX = 0x7fffffff
/** Entries of the block for each key: database, key, form, value, deadline. */
export const ENTRIES_PER_KEY = 5

export interface SnapshotHeader {
  readonly databases: number
  /** The last record of the log that the snapshot has in it. */
  readonly seq: number
  readonly timeMs: number
  /** How many keys there were at the instant. */
  readonly keys: number
}

/** Makes the pieces of a snapshot, from first to last. */
export class SnapshotEncoder {
  private readonly packr = new Packr({ useRecords: false, moreTypes: false })
  private index = 0
  private keys = 0
  /** The checksum of the head and of the checksums of all blocks. */
  private chain = 0
  /** All bytes so far. */
  bytes = 0

  head({ databases, seq, timeMs, keys }: SnapshotHeader): Uint8Array {
    const bytes = new Uint8Array(SNAPSHOT_HEADER_BYTES)
    bytes.set(MAGIC)
    setU16(bytes, 8, SNAPSHOT_VERSION)
    setU32(bytes, 12, databases)
    setU48(bytes, 16, seq)
    setU48(bytes, 22, timeMs)
    setU48(bytes, 28, keys)
    setU32(bytes, 36, crc32c(bytes, 0, 36))
    this.chain = crc32c(bytes)
    this.bytes += bytes.length
    return bytes
  }

  /** A block of these entries. O(bytes). */
  block(entries: readonly Plain[]): Uint8Array {
    this.keys += entries.length / ENTRIES_PER_KEY
    return this.seal(this.index++, this.packr.pack(entries))
  }

  /** The last block: without it a snapshot is cut off. */
  last(): Uint8Array {
    return this.seal(LAST, this.packr.pack([this.index, this.keys, this.chain]))
  }

  private seal(index: number, payload: Uint8Array): Uint8Array {
    const bytes = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + payload.length)
    setU32(bytes, 4, payload.length)
    setU32(bytes, 8, ~payload.length)
    setU32(bytes, 12, index)
    bytes.set(payload, BLOCK_HEADER_BYTES)
    setU32(bytes, 0, crc32c(bytes, 4))
    this.chain = crc32c(bytes, 0, 4, this.chain)
    this.bytes += bytes.length
    return bytes
  }
}

function decodeHead(bytes: Uint8Array, file: string): SnapshotHeader {
  const matches = crc32c(bytes, 0, 36) === getU32(bytes, 36)
  if (!sameBytes(bytes, 0, MAGIC))
    throw new PersistenceError(matches ? 'FOREIGN' : 'DAMAGED', 'no snapshot of redstart', { file, offset: 0 })
  if (!matches) throw damaged('the checksum of the head of the snapshot is wrong', file, 0)
  if (getU16(bytes, 8) !== SNAPSHOT_VERSION) {
    const reason = `version ${getU16(bytes, 8)} of snapshots, and this redstart reads version ${SNAPSHOT_VERSION}`
    throw new PersistenceError('NEWER', reason, { file, offset: 8 })
  }
  return {
    databases: getU32(bytes, 12),
    seq: getU48(bytes, 16),
    timeMs: getU48(bytes, 22),
    keys: getU48(bytes, 28),
  }
}

/** What `readSnapshot` found. */
export interface SnapshotSummary extends SnapshotHeader {
  readonly bytes: number
}

/** What is made of the entries of a block. An Error that it throws is told as damage of the block. */
export type VisitEntries = (entries: readonly Plain[]) => void | Promise<void>

/** Reads a snapshot whole. O(bytes). @throws PersistenceError for anything that is not what was written */
export async function readSnapshot(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  visit: VisitEntries,
): Promise<SnapshotSummary> {
  const decoder = new SnapshotDecoder(file, visit)
  for await (const piece of pieces) await decoder.push(piece)
  return decoder.end()
}

class SnapshotDecoder {
  private readonly file: string
  private readonly visit: VisitEntries
  private pending: Uint8Array = new Uint8Array(0)
  private offset = 0
  private header: SnapshotHeader | undefined
  private index = 0
  private keys = 0
  private chain = 0
  private isComplete = false

  constructor(file: string, visit: VisitEntries) {
    this.file = file
    this.visit = visit
  }

  async push(piece: Uint8Array): Promise<void> {
    this.pending = concat(this.pending, piece)
    if (this.header === undefined) {
      if (this.pending.length < SNAPSHOT_HEADER_BYTES) return
      this.header = decodeHead(this.pending, this.file)
      this.chain = crc32c(this.pending, 0, SNAPSHOT_HEADER_BYTES)
      this.pass(SNAPSHOT_HEADER_BYTES)
    }
    for (;;) {
      const { pending } = this
      if (pending.length > 0 && this.isComplete) throw this.wrong('bytes behind the last block')
      if (pending.length < BLOCK_HEADER_BYTES) return
      const length = getU32(pending, 4)
      if (length > BLOCK_MAX || getU32(pending, 8) !== ~length >>> 0)
        throw this.wrong('the two lengths of a block disagree')
      const end = BLOCK_HEADER_BYTES + length
      if (pending.length < end) return
      if (crc32c(pending, 4, end) !== getU32(pending, 0)) throw this.wrong('the checksum of a block is wrong')
      await this.block(getU32(pending, 12), pending.subarray(BLOCK_HEADER_BYTES, end))
      this.chain = crc32c(pending, 0, 4, this.chain)
      this.pass(end)
    }
  }

  private pass(count: number): void {
    this.pending = this.pending.subarray(count)
    this.offset += count
  }

  private wrong(reason: string): PersistenceError {
    return damaged(reason, this.file, this.offset)
  }

  private async block(index: number, payload: Uint8Array): Promise<void> {
    const value = new PlainReader(payload, this.file, this.offset + BLOCK_HEADER_BYTES).whole()
    if (!Array.isArray(value)) throw this.wrong('a block that is no list')
    if (index === LAST) return this.last(value)
    if (index !== this.index) throw this.wrong(`block ${index} where ${this.index} should be`)
    if (value.length % ENTRIES_PER_KEY !== 0) throw this.wrong('a key that is not whole')
    this.index++
    this.keys += value.length / ENTRIES_PER_KEY
    try {
      await this.visit(value)
    } catch (error) {
      throw error instanceof Error ? this.wrong(error.message) : error
    }
  }

  private last([blocks, keys, chain]: readonly Plain[]): void {
    if (blocks !== this.index || keys !== this.keys)
      throw this.wrong(`blocks are missing: ${this.index} of ${String(blocks)}`)
    if (chain !== this.chain) throw this.wrong('the blocks are not all of this snapshot')
    this.isComplete = true
  }

  end(): SnapshotSummary {
    if (this.header === undefined || !this.isComplete)
      throw new TornEnd('the snapshot is cut off', { file: this.file, offset: this.offset })
    return { ...this.header, keys: this.keys, bytes: this.offset }
  }
}
