/** Reads the log as one row of records over all its segments, and tells a torn end from damage. */
import { soundUntil } from './crc32c.js'
import { damaged, PersistenceError, TornEnd } from './errors.js'
import {
  decodeSegmentHeader,
  RawRecord,
  RECORD_HEADER_BYTES,
  recordLength,
  recordMatches,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  SYNCED,
  UNIT,
} from './log-format.js'
import { PieceBuffer } from './piece-buffer.js'
import type { Storage } from './storage.js'

/** Something in the log that cannot be read, and what is known of what lies behind. */
export interface LogDamage {
  readonly error: PersistenceError
  readonly file: string
  readonly offset: number
  /** Whether the damage may be what a crash or a power failure leaves: nothing says that what is missing was ever durable. */
  readonly torn: boolean
  /** Bytes from the damage to the end of the log. */
  readonly bytesLost: number
  /** Whole records behind the damage. */
  readonly recordsLost: number
  /** The segments behind the one that is damaged. */
  readonly later: readonly string[]
  /** The bytes of the file from the damage on, up to some size: what is put aside. */
  readonly rest: Uint8Array
}

/** How far reading came. */
export interface LogPosition {
  file: string
  /** Where the last whole record ends. */
  offset: number
  lastSeq: number
  lastTimeMs: number
  records: number
  /** The bytes of all segments up to there. */
  bytes: number
}

/** Where a file is not ours to read, it is not ours to cut either. */
const UNTOUCHED: readonly string[] = ['KEY', 'NEWER', 'FOREIGN']
const REST_KEPT_BYTES = 64 * 1024 * 1024

/**
 * Reads segments from record `afterSeq` + 1 on. `visit` gets each record that is a unit, which is valid until it returns.
 *
 * Invariant: records are numbered without a gap, within a segment and from one to the next. The first place where that ends is the
 * damage that is returned; nothing behind it is visited.
 */
export class LogScan {
  readonly position: LogPosition
  private readonly storage: Storage
  private readonly segments: readonly string[]
  private readonly syncedMin: number
  private readonly record = new RawRecord()
  /** Segments that were read and have no records. */
  readonly empty: string[] = []
  /** The bytes of those. */
  emptyBytes = 0

  /** `durableSeq`: records up to here are known to have been durable, so their loss is no torn end. */
  constructor(storage: Storage, segments: readonly string[], afterSeq: number, durableSeq = 0) {
    this.storage = storage
    this.segments = segments
    this.syncedMin = durableSeq
    this.position = { file: segments[0] ?? '', offset: 0, lastSeq: afterSeq, lastTimeMs: 0, records: 0, bytes: 0 }
  }

  async run(visit: (record: RawRecord) => void | Promise<void>): Promise<LogDamage | undefined> {
    for (const [index, file] of this.segments.entries()) {
      Object.assign(this.position, { file, offset: 0 })
      try {
        await this.segment(file, index, visit)
      } catch (error) {
        if (!(error instanceof PersistenceError) || UNTOUCHED.includes(error.code)) throw error
        if (error instanceof RefusedRecord) throw error.refusal
        this.position.bytes += this.position.offset
        return await this.behind(error, index)
      }
    }
    return undefined
  }

  private async segment(
    file: string,
    index: number,
    visit: (record: RawRecord) => void | Promise<void>,
  ): Promise<void> {
    const { position } = this
    const before = position.records
    const pieces = new PieceBuffer()
    let offset = 0
    let begun = false
    for await (const piece of this.storage.read(file)) {
      pieces.push(piece)
      const pending = pieces.bytes
      let at = 0
      if (!begun) {
        if (pending.length < SEGMENT_HEADER_BYTES) continue
        this.begin(decodeSegmentHeader(pending, file), file, index)
        begun = true
        at = SEGMENT_HEADER_BYTES
        position.offset = at
      }
      let sound = at
      for (;;) {
        if (at >= sound) sound = soundUntil(pending, at)
        const length = at < sound ? recordLength(pending, at) : nextLength(pending, at, file, offset)
        if (length === 0) break
        const visiting = this.visit(this.record.read(pending, at, length, file, offset + at), visit)
        // To wait for each record would take as long as to read it.
        if (visiting !== undefined) await visiting
        at += length
        position.offset = offset + at
      }
      offset += at
      pieces.pass(at)
    }
    // An empty segment was made, and nothing was written before the end.
    const rest = pieces.bytes
    if (!begun && rest.length > 0) decodeSegmentHeader(rest, file)
    if (begun && rest.length > 0) throw new TornEnd('a record is cut off', { file, offset })
    position.bytes += position.offset
    if (position.records > before) return
    this.empty.push(file)
    this.emptyBytes += position.offset
  }

  private begin(header: SegmentHeader, file: string, index: number): void {
    const { position } = this
    const expected = position.lastSeq + 1
    if (Number(/\d+/.exec(file)?.[0]) !== header.segment)
      throw damaged('the segment is another one than its name says', file, 12)
    // The first segment may begin before the snapshot; the others follow each other.
    if (header.firstSeq > expected || (index > 0 && header.firstSeq !== expected))
      throw damaged(`records ${expected} to ${header.firstSeq - 1} are missing`, file, 16)
  }

  private visit(record: RawRecord, visit: (record: RawRecord) => void | Promise<void>): Promise<void> | undefined {
    const { position } = this
    const { seq, kind, file, offset } = record
    if (kind === SYNCED) return undefined
    if (kind !== UNIT) throw damaged(`a record of unknown kind ${kind}`, file, offset + 24)
    if (seq !== position.lastSeq + 1)
      throw damaged(`record ${seq} where ${position.lastSeq + 1} should be`, file, offset + 12)
    let visiting: void | Promise<void>
    try {
      visiting = visit(record)
    } catch (error) {
      throw refusedBy(error)
    }
    if (visiting instanceof Promise) {
      return visiting.then(
        () => this.passed(record),
        (error: unknown) => {
          throw refusedBy(error)
        },
      )
    }
    this.passed(record)
    return undefined
  }

  private passed({ seq, timeMs }: RawRecord): void {
    const { position } = this
    position.lastSeq = seq
    position.lastTimeMs = timeMs
    position.records++
  }

  /** Looks at what lies behind the damage: whether anything there says that what is lost was durable. O(bytes). */
  private async behind(error: PersistenceError, index: number): Promise<LogDamage> {
    const { position } = this
    const { file, offset } = position
    const lostSeq = position.lastSeq + 1
    const seen = { synced: this.syncedMin, records: 0, bytes: 0 }
    const rest = await this.restOf(file, offset, seen)
    // What could not be read for want of a right tag is not at the end.
    const readable = error instanceof TornEnd || rest.complete
    const later = this.segments.slice(index + 1)
    for (const other of later) await this.restOf(other, 0, seen)
    return {
      error,
      file,
      offset,
      torn: readable && seen.synced < lostSeq,
      bytesLost: seen.bytes,
      recordsLost: seen.records,
      later,
      rest: rest.bytes,
    }
  }

  private async restOf(
    file: string,
    from: number,
    seen: { synced: number; records: number; bytes: number },
  ): Promise<{ bytes: Uint8Array; complete: boolean }> {
    const pieces: Uint8Array[] = []
    let offset = 0
    let complete = true
    try {
      for await (const piece of this.storage.read(file)) {
        if (offset + piece.length > from) pieces.push(piece.subarray(Math.max(0, from - offset)))
        offset += piece.length
      }
    } catch (error) {
      if (!(error instanceof PersistenceError)) throw error
      complete = error instanceof TornEnd
    }
    const bytes = Buffer.concat(pieces)
    seen.bytes += bytes.length
    lookForMarks(bytes, from === 0, seen)
    return { bytes: bytes.subarray(0, REST_KEPT_BYTES), complete }
  }
}

/** What a visitor refused, which is no damage of the log that could be cut off. */
class RefusedRecord extends PersistenceError {
  readonly refusal: PersistenceError

  constructor(reason: PersistenceError) {
    super(reason.code, reason.reason, { file: reason.file, offset: reason.offset })
    this.refusal = reason
  }
}

function refusedBy(error: unknown): unknown {
  return error instanceof PersistenceError ? new RefusedRecord(error) : error
}

/** The length of the record at `at`, 0 where it is not there as a whole yet. */
function nextLength(bytes: Uint8Array, at: number, file: string, offset: number): number {
  if (bytes.length - at < RECORD_HEADER_BYTES) return 0
  const length = recordLength(bytes, at)
  if (length < 0) throw damaged('the two lengths of a record disagree', file, offset + at)
  if (bytes.length - at < length) return 0
  if (!recordMatches(bytes, at, length)) throw damaged('the checksum of a record is wrong', file, offset + at)
  return length
}

/** Finds whole records and marks of what was durable, wherever they begin. */
function lookForMarks(bytes: Uint8Array, hasHead: boolean, seen: { synced: number; records: number }): void {
  if (hasHead && bytes.length >= SEGMENT_HEADER_BYTES) {
    try {
      seen.synced = Math.max(seen.synced, decodeSegmentHeader(bytes, '').syncedSeq)
    } catch (error) {
      if (!(error instanceof PersistenceError)) throw error
    }
  }
  const record = new RawRecord()
  for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length; ) {
    const length = recordLength(bytes, at)
    if (length < 0 || at + length > bytes.length || !recordMatches(bytes, at, length)) {
      at++
      continue
    }
    const { kind, seq } = record.read(bytes, at, length, '', at)
    if (kind === SYNCED) seen.synced = Math.max(seen.synced, seq)
    else seen.records++
    at += length
  }
}
