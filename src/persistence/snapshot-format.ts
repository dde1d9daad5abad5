/** Snapshots, byte by byte as docs/formats.md has them. */
import { getU16, getU32, getU48, sameBytes, setU16, setU32, setU48, textAt } from './bytes.js'
import { crc32c } from './crc32c.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import { GlanceReader } from './glance.js'
import { PieceBuffer } from './piece-buffer.js'
import type { EntrySink, EntrySource, Glance, MovableSource } from './plain.js'
import { PlainWriter } from './plain-writer.js'
import { PlainReader } from './unpack.js'

export const SNAPSHOT_VERSION = 1
const MAGIC = new TextEncoder().encode('RSTSNAP\n')
export const SNAPSHOT_HEADER_BYTES = 40
const BLOCK_HEADER_BYTES = 16
/** The head of a list whose length takes four bytes. */
const LIST_HEAD = 0xdd
const LIST_HEAD_BYTES = 5
/** The number of the last block, which says what there was. */
const LAST = 0xffffffff
const BLOCK_MAX = 0x7fffffff
/** Database, key, form, value, deadline. */
const ENTRY_LENGTH = 5
/** Forms from here on are parts of a value; from the second on they are the last part. */
const PART = 16
const LAST_PART = 32
/** An entry that would begin behind so many bytes begins another block. */
export const BLOCK_BYTES = 256 * 1024
/** What most blocks stay in. */
const CAPACITY = BLOCK_BYTES + 64 * 1024

export interface SnapshotHeader {
  readonly databases: number
  /** The last record of the log that the snapshot has in it. */
  readonly seq: number
  readonly timeMs: number
  /** How many keys there were at the instant. */
  readonly keys: number
}

/** A block that is filled, and not sealed yet: that takes time, and whoever filled it may be a call. */
interface Filled {
  readonly memory: Buffer
  readonly length: number
  readonly values: number
}

/** Takes entries and makes the pieces of a snapshot of them, from first to last. */
export class SnapshotEncoder extends PlainWriter implements EntrySink {
  private readonly filled: Filled[] = []
  /** Memory for another block. */
  private spare: Buffer | undefined
  /** Memory of the block that was handed out last. */
  private lent: Buffer | undefined
  /** How many values the block has that is being filled. */
  private values = 0
  private index = 0
  private keys = 0
  /** The checksum of the head and of the checksums of all blocks. */
  private chain = 0
  /** The bytes of what is filled. */
  private former = 0

  constructor(bytesOf: (text: string) => Uint8Array) {
    super(CAPACITY, bytesOf)
    this.length = BLOCK_HEADER_BYTES + LIST_HEAD_BYTES
  }

  get bytes(): number {
    return this.former + this.length
  }

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
    this.former += bytes.length
    return bytes
  }

  entry(database: number, key: string, form: number): void {
    this.begin(database)
    if (form < PART || form >= LAST_PART) this.keys++
    this.text(key)
    this.byte(form)
  }

  entryAside(database: number, bytes: Uint8Array, keyStart: number, end: number): void {
    this.begin(database)
    this.keys++
    this.copied(bytes, keyStart, end)
  }

  private begin(database: number): void {
    if (this.length >= BLOCK_BYTES) this.fill()
    this.values += ENTRY_LENGTH
    if (database < 0x80) this.byte(database)
    else this.number(database)
  }

  aside(bytes: Uint8Array, start: number, end: number): void {
    this.copied(bytes, start, end)
  }

  /** Puts the block aside that is being filled, and begins another. */
  private fill(): void {
    const { length, values, spare } = this
    this.spare = undefined
    this.filled.push({ memory: this.exchange(spare ?? Buffer.allocUnsafeSlow(CAPACITY)), length, values })
    this.former += length
    this.length = BLOCK_HEADER_BYTES + LIST_HEAD_BYTES
    this.values = 0
  }

  /** Whether a block is filled. */
  get hasBlock(): boolean {
    return this.filled.length > 0
  }

  /**
   * The next block, which need not be full; undefined where there are no entries. Its memory is used again for the block after the
   * next, so it is the caller's until the next is asked for. O(bytes).
   */
  block(): Uint8Array | undefined {
    if (this.lent !== undefined && this.lent.length === CAPACITY) this.spare = this.lent
    this.lent = undefined
    if (this.filled.length === 0 && this.values > 0) this.fill()
    const block = this.filled.shift()
    if (block === undefined) return undefined
    const { memory, length, values } = block
    memory[BLOCK_HEADER_BYTES] = LIST_HEAD
    memory.writeUInt32BE(values, BLOCK_HEADER_BYTES + 1)
    this.lent = memory
    return this.seal(this.index++, memory, length)
  }

  /** The last block, once there are no entries: without it a snapshot is cut off. */
  last(): Uint8Array {
    this.length = BLOCK_HEADER_BYTES
    this.list(3)
    this.number(this.index)
    this.number(this.keys)
    this.number(this.chain)
    return this.seal(LAST, this.memory, this.length)
  }

  private seal(index: number, memory: Buffer, length: number): Uint8Array {
    setU32(memory, 4, length - BLOCK_HEADER_BYTES)
    setU32(memory, 8, ~(length - BLOCK_HEADER_BYTES))
    setU32(memory, 12, index)
    setU32(memory, 0, crc32c(memory, 4, length))
    this.chain = crc32c(memory, 0, 4, this.chain)
    // No Buffer: `slice` of one does not copy.
    return new Uint8Array(memory.buffer, memory.byteOffset, length)
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

/**
 * What is made of the entries of a block, which takes so many bytes. Those that it leaves are read after it. An Error that it throws is told
 * as damage of the block.
 */
export type VisitEntries = (entries: EntrySource, bytes: number) => void | Promise<void>

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
  private readonly tally = new ValueTally()
  private readonly pieces = new PieceBuffer()
  private offset = 0
  private header: SnapshotHeader | undefined
  private index = 0
  private chain = 0
  private isComplete = false

  constructor(file: string, visit: VisitEntries) {
    this.file = file
    this.visit = visit
  }

  async push(piece: Uint8Array): Promise<void> {
    const { pieces } = this
    pieces.push(piece)
    if (this.header === undefined) {
      const { bytes } = pieces
      if (bytes.length < SNAPSHOT_HEADER_BYTES) return
      this.header = decodeHead(bytes, this.file)
      this.chain = crc32c(bytes, 0, SNAPSHOT_HEADER_BYTES)
      this.pass(SNAPSHOT_HEADER_BYTES)
    }
    for (;;) {
      const pending = pieces.bytes
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
    this.pieces.pass(count)
    this.offset += count
  }

  private wrong(reason: string): PersistenceError {
    return damaged(reason, this.file, this.offset)
  }

  private async block(index: number, payload: Uint8Array): Promise<void> {
    const entries = new BlockReader(
      payload,
      this.file,
      this.offset + BLOCK_HEADER_BYTES,
      this.tally,
      this.header?.keys ?? 0,
    )
    if (index === LAST) return this.last(entries)
    if (index !== this.index) throw this.wrong(`block ${index} where ${this.index} should be`)
    this.index++
    entries.begin()
    try {
      await this.visit(entries, payload.length)
      entries.passOver()
    } catch (error) {
      throw error instanceof Error && !(error instanceof PersistenceError) ? this.wrong(error.message) : error
    }
  }

  private last(block: BlockReader): void {
    const { tally } = this
    if (block.list() !== 3) throw this.wrong('a last block that is none')
    const [blocks, keys, chain] = [block.number(), block.number(), block.number()]
    block.finish()
    if (blocks !== this.index || keys !== tally.keys) throw this.wrong(`blocks are missing: ${this.index} of ${blocks}`)
    if (tally.hasBegun) throw this.wrong('a value that has no end')
    if (chain !== this.chain) throw this.wrong('the blocks are not all of this snapshot')
    this.isComplete = true
  }

  end(): SnapshotSummary {
    if (this.header === undefined || !this.isComplete)
      throw new TornEnd('the snapshot is cut off', { file: this.file, offset: this.offset })
    return { ...this.header, keys: this.tally.keys, bytes: this.offset }
  }
}

/** Counts the keys, and sees to it that each value that comes in parts has an end. */
class ValueTally {
  keys = 0
  /** Values of which parts have come, and not the last one. */
  private readonly begun = new Set<string>()

  get hasBegun(): boolean {
    return this.begun.size > 0
  }

  /** Counts a part of a value; false for an end that has no beginning. */
  countPart(form: number, database: number, key: string | Uint8Array): boolean {
    const name = `${database} ${key}`
    if (form < LAST_PART) {
      this.begun.add(name)
      return true
    }
    this.keys++
    return this.begun.delete(name)
  }
}

const GLANCE = new GlanceReader()

/** Reads values that were glanced at. */
class AsideReader extends PlainReader implements MovableSource {
  seek(at: number): void {
    this.at = at
  }

  /** Of a block of many only few may ever be read. */
  protected override cut(start: number, end: number): string {
    return textAt(this.bytes, start, end)
  }
}

function sourceOf(bytes: Uint8Array): MovableSource {
  return new AsideReader(bytes, 'values that are asleep', 0)
}

/** Reads the entries of a block. */
class BlockReader extends PlainReader implements EntrySource {
  database = 0
  code = 0
  readonly sourceOf = sourceOf
  readonly keysSaid: number
  private readonly tally: ValueTally
  /** How many have not been reached. */
  private left = 0
  /** Where the key of the entry begins and ends. */
  private keyStart = 0
  private keyEnd = 0

  constructor(bytes: Uint8Array, file: string, base: number, tally: ValueTally, keysSaid: number) {
    super(bytes, file, base)
    this.tally = tally
    this.keysSaid = keysSaid
  }

  begin(): void {
    const length = this.list()
    if (length % ENTRY_LENGTH !== 0) throw this.wrong('an entry that is not whole')
    this.left = length / ENTRY_LENGTH
  }

  next(): boolean {
    if (this.left === 0) {
      this.finish()
      return false
    }
    this.left--
    this.database = this.number()
    this.keyStart = this.at
    this.passText()
    this.keyEnd = this.at
    this.code = this.number()
    if (this.code < PART) this.tally.keys++
    else if (!this.tally.countPart(this.code, this.database, this.key))
      throw this.wrong('an end of a value that has no beginning')
    return true
  }

  get key(): string | Uint8Array {
    return this.textFrom(this.keyStart)
  }

  glance(): Glance | undefined {
    const { bytes, view } = this
    return GLANCE.readKey(bytes, this.keyStart, this.keyEnd) && GLANCE.read(bytes, view, this.at) >= 0
      ? GLANCE
      : undefined
  }

  pass(): void {
    this.at = GLANCE.end
  }

  /** Reads what is left without a look at it. */
  passOver(): void {
    while (this.next()) {
      this.plain()
      this.plain()
    }
  }
}
