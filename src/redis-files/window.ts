import { Crc64 } from '../structures/rdb/crc64.js'
import { readable } from '../structures/text.js'
import { RedisFileError, type RedisFileProblem } from './errors.js'
import type { ByteSource } from './source.js'

/** How much is read at a time. */
const CHUNK_BYTES = 1 << 20

/** Longer than any string that Redis keeps by default (proto-max-bulk-len), and than any that is kept here. */
const STRING_BYTES_MAX = 512 * 1024 * 1024

/** Thrown by a part of a reader that needs bytes that have not been read yet; it is tried again when they have. */
export const MORE = Symbol('more')

/**
 * A cursor over the part of a file that is in memory. Whoever reads with it sets `mark` behind everything that is done with;
 * when the bytes run out, MORE is thrown, and after `more` the reading begins at the mark again.
 *
 * Invariants: what lies before `mark` may go at any call of `more`. Memory grows to the largest part between two marks, and
 * only as bytes arrive: a length that the file does not back is refused at once where the size of the file is known.
 */
export class ByteWindow {
  bytes: Uint8Array
  /** Where the next byte is taken from. */
  at = 0
  /** Everything before it is done with. */
  mark = 0
  /** Where the bytes in memory end. */
  end = 0
  /** The offset of `bytes[0]` in the file. */
  private base = 0
  private readonly crc = new Crc64()
  /** The bytes before it are in `crc`. */
  private summed = 0

  constructor(
    readonly source: ByteSource,
    chunkBytes = CHUNK_BYTES,
  ) {
    this.bytes = readable(new Uint8Array(Math.min(chunkBytes, Math.max(source.sizeBytes ?? chunkBytes, 16))))
  }

  /** The offset in the file of the next byte. */
  get offset(): number {
    return this.base + this.at
  }

  get markOffset(): number {
    return this.base + this.mark
  }

  /** How many bytes of the file have come into memory so far. */
  get bytesRead(): number {
    return this.base + this.end
  }

  /** Steps over `count` bytes and returns where in `bytes` they begin. */
  take(count: number): number {
    const { at } = this
    if (count > this.end - at) throw this.lacking(count)
    this.at = at + count
    return at
  }

  /** As `take`, for a string, which has a longest length whatever the file says. */
  takeString(count: number): number {
    if (count > STRING_BYTES_MAX) throw this.error('damaged', `a string of ${count} bytes, and 512 MB are the most`)
    return this.take(count)
  }

  /** Refuses a number of parts of at least `bytesEach` bytes that the file has no room for. */
  expectParts(count: number, bytesEach: number): void {
    const { sizeBytes } = this.source
    if (sizeBytes !== undefined && count * bytesEach > sizeBytes - this.offset) {
      throw this.error('truncated', `${count} elements are announced, and ${sizeBytes - this.offset} bytes follow`)
    }
  }

  private lacking(count: number): typeof MORE | RedisFileError {
    const { sizeBytes } = this.source
    if (sizeBytes === undefined || this.offset + count <= sizeBytes) return MORE
    return this.error('truncated', `${count} bytes should follow, and ${sizeBytes - this.offset} do`)
  }

  /** Reads on from the mark; false when the file has ended. */
  async more(): Promise<boolean> {
    if (this.mark > 0) this.dropBeforeMark()
    if (this.end === this.bytes.length) this.grow()
    this.at = this.mark
    const count = await this.source.read(this.bytes.subarray(this.end))
    this.end += count
    return count > 0
  }

  private dropBeforeMark(): void {
    this.sum(this.mark)
    this.bytes.copyWithin(0, this.mark, this.end)
    this.base += this.mark
    this.end -= this.mark
    this.summed = 0
    this.mark = 0
  }

  private grow(): void {
    const grown = readable(new Uint8Array(this.bytes.length * 2))
    grown.set(this.bytes)
    this.bytes = grown
  }

  /** The checksum of all bytes before `at`, which only grows from call to call. */
  checksumBefore(at: number): Crc64 {
    this.sum(at)
    return this.crc
  }

  private sum(to: number): void {
    if (to <= this.summed) return
    this.crc.update(this.bytes, this.summed, to)
    this.summed = to
  }

  error(problem: RedisFileProblem, reason: string, offset = this.offset): RedisFileError {
    return new RedisFileError(problem, this.source.name, offset, reason)
  }
}
