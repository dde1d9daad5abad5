import { systemReason } from './errors.js'
import type { Policy } from './options.js'
import type { LogBatch, LogStream, LogWord, PersistenceHost } from './plain.js'
import { RecordEncoder } from './record-encoder.js'
import { letGo, type SegmentWriter } from './storage.js'
import { atNextTurn, notAtNextTurn } from './turns.js'

const BUFFER_BYTES = 80 * 1024
/**
 * So much is handed to the storage at once. More would save 0.1 ns a byte in calls of the system, and push what the database is working on out of
 * the nearer caches: a SET takes 30 % longer with 256 KB.
 */
const HAND_OVER_BYTES = 64 * 1024
const EVERY_MS = 1_000
/** A reading of a steady clock serves so many records of a turn: it takes as long as to encode one. */
const RECORDS_PER_READING = 32

/** The writers of this process, for which one listener to its end does. */
const OPEN = new Set<LogWriter>()

function saveAllAtExit(): void {
  for (const writer of OPEN) writer.saveAtExit()
}

/** Callers that wait for the same flush. */
interface Group {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Takes the batches of the store and brings them to the storage, as the policy says.
 *
 * Invariants: records are numbered without a gap; what is handed over is whole records. `durableSeq` only grows when all segments up to the
 * newest have been flushed. After a failure nothing is handed over again until `begin`: a flush that failed is never repeated, as
 * the system may have dropped what it could not write and say that all is well the next time.
 */
export class LogWriter implements LogStream {
  /** The number of the last record. */
  seq: number
  /** Records up to here are durable. */
  durableSeq: number
  /** The bytes of the segment that is written to, and where the store was opened those of all before it. */
  bytes: number
  /** Why nothing is written any more. */
  failure: unknown = undefined
  /** Whether a flush is running that does not block. */
  isFlushing = false
  private readonly host: PersistenceHost
  private readonly policy: Policy
  private readonly onFailure: (error: unknown) => void
  /** Whether a record is durable when `append` returns. */
  private readonly blocks: boolean
  private readonly encoder: RecordEncoder
  private segment: SegmentWriter
  /** Segments that may hold what is not durable yet. */
  private former: SegmentWriter[] = []
  private markedSeq: number
  private timeMs = 0
  private timeIsGoodFor = 0
  private turn: NodeJS.Immediate | undefined
  private stopTimer: (() => void) | undefined
  private group: Group | undefined
  private pumping: Promise<void> | undefined

  constructor(
    host: PersistenceHost,
    policy: Policy,
    segment: SegmentWriter,
    start: { readonly number: number; readonly seq: number; readonly bytes: number },
    onFailure: (error: unknown) => void,
  ) {
    this.host = host
    this.policy = policy
    this.onFailure = onFailure
    this.blocks = policy.appendFsync === 'always' && !policy.groupCommit
    this.encoder = new RecordEncoder(BUFFER_BYTES, (text) => host.bytesOf(text))
    this.segment = segment
    this.seq = start.seq
    this.durableSeq = start.seq
    this.markedSeq = start.seq
    this.bytes = start.bytes
    this.head(start.number)
    if (OPEN.size === 0) process.on('exit', saveAllAtExit)
    OPEN.add(this)
  }

  private head(number: number): void {
    const [createdMs, syncedSeq] = [this.host.now(), this.durableSeq]
    this.encoder.segment({ segment: number, firstSeq: this.seq + 1, createdMs, syncedSeq })
  }

  /** Takes a whole unit. Throws as `commit`. */
  append(batch: LogBatch): void {
    for (const { database, words } of batch) this.command(database, words)
    this.commit()
  }

  /** The bytes that have not been handed to the storage. */
  get waiting(): number {
    return this.encoder.waiting
  }

  get commands(): number {
    return this.encoder.commands
  }

  command(database: number, words: readonly LogWord[]): void {
    if (this.failure !== undefined) return
    const { encoder } = this
    if (this.durableSeq > this.markedSeq && encoder.commands === 0) this.mark()
    encoder.command(database, words)
  }

  cut(commands: number): void {
    if (this.failure === undefined) this.encoder.cut(commands)
  }

  /** The unit is complete. Under 'always' without group commit it is durable when this returns. Throws Redis's MISCONF where it fails. */
  commit(): void {
    if (this.failure !== undefined || this.encoder.commands === 0) return
    if (--this.timeIsGoodFor < 0) this.readTime()
    this.encoder.commit(++this.seq, this.timeMs)
    if (this.blocks) this.flushBeforeReturn()
    else if (this.encoder.waiting >= HAND_OVER_BYTES) this.handOverOrFail()
    else if (this.turn === undefined) this.turn = atNextTurn(() => this.endOfTurn())
  }

  private readTime(): void {
    this.timeMs = this.host.now()
    this.timeIsGoodFor = this.host.isSteady ? RECORDS_PER_READING : 0
  }

  private mark(): void {
    this.markedSeq = this.durableSeq
    this.encoder.mark(this.durableSeq, this.host.now())
  }

  private flushBeforeReturn(): void {
    try {
      this.flushNow()
    } catch (error) {
      throw this.fail(error)
    }
  }

  /** Hands over what is there and makes all durable, blocking. Throws what the storage throws. */
  flushNow(): void {
    if (this.failure !== undefined) throw this.failure
    const { seq } = this
    this.handOver()
    for (const segment of [...this.former, this.segment]) segment.flushNow!()
    this.forgetFormer(this.former.length)
    this.durableSeq = seq
  }

  private handOver(): void {
    if (this.encoder.waiting === 0) return
    const bytes = this.encoder.take()
    this.segment.append(bytes)
    this.bytes += bytes.length
  }

  /** Returns whether it went well. */
  private handOverOrFail(): boolean {
    if (this.failure !== undefined) return false
    try {
      this.handOver()
      return true
    } catch (error) {
      this.fail(error)
      return false
    }
  }

  private endOfTurn(): void {
    this.turn = undefined
    this.timeIsGoodFor = 0
    if (!this.handOverOrFail()) return
    if (this.policy.appendFsync === 'everysec')
      this.stopTimer ??= this.host.schedule(() => this.everySecond(), EVERY_MS)
    if (this.policy.appendFsync === 'always' && this.durableSeq < this.seq) this.pump()
    if (this.group !== undefined) this.pump()
  }

  private everySecond(): void {
    this.stopTimer = undefined
    if (this.durableSeq < this.seq) this.pump()
  }

  /** See `Keeper.flushed`. O(1); all who ask before the next flush begins share it. */
  flushed(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    if (this.policy.appendFsync === 'no') {
      return this.handOverOrFail() ? Promise.resolve() : Promise.reject(this.failure)
    }
    return this.synced()
  }

  /** Resolves when all records so far are durable, whatever the policy. */
  synced(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    if (this.durableSeq === this.seq && this.former.length === 0) return Promise.resolve()
    this.group ??= makeGroup()
    if (this.pumping === undefined) this.turn ??= atNextTurn(() => this.endOfTurn())
    return this.group.promise
  }

  /** One flush at a time; who comes meanwhile shares the next. */
  private pump(): void {
    this.pumping ??= this.flushGroups().finally(() => {
      this.pumping = undefined
    })
  }

  private async flushGroups(): Promise<void> {
    do {
      const { group, seq } = this
      this.group = undefined
      try {
        if (this.failure !== undefined) throw this.failure
        this.handOver()
        const formers = this.former.length
        this.isFlushing = true
        for (const segment of [...this.former, this.segment]) await segment.flush()
        this.isFlushing = false
        if (this.failure !== undefined) throw this.failure
        this.forgetFormer(formers)
        this.durableSeq = Math.max(this.durableSeq, seq)
        group?.resolve()
      } catch (error) {
        this.isFlushing = false
        group?.reject(error)
        this.fail(error)
      }
    } while (this.group !== undefined)
  }

  /** The first so many former segments are durable. */
  private forgetFormer(count: number): void {
    for (const segment of this.former.splice(0, count)) letGo(segment)
  }

  /** The first failure stops everything; returns the error that refuses writes from now on. */
  private fail(error: unknown): unknown {
    if (this.failure === undefined) {
      this.failure = error
      this.encoder.clear()
      this.group?.reject(error)
      this.group = undefined
      this.onFailure(error)
    }
    return this.host.refuse(systemReason(error)) ?? error
  }

  /**
   * From the next record on another segment is written to; what is pending goes to the former one. Returns `bytes` as it was then. Throws where
   * that fails. O(1).
   */
  rotate(segment: SegmentWriter, number: number): number {
    if (!this.handOverOrFail()) {
      letGo(segment)
      throw this.failure
    }
    const { bytes } = this
    this.former.push(this.segment)
    this.segment = segment
    this.bytes = 0
    this.head(number)
    return bytes
  }

  /** Begins anew after a failure: what was pending is in the snapshot that is being taken. Returns `bytes` as it was. */
  begin(segment: SegmentWriter, number: number): number {
    const { bytes } = this
    for (const one of [...this.former, this.segment]) letGo(one)
    this.former = []
    this.segment = segment
    this.encoder.clear()
    this.durableSeq = this.seq
    this.markedSeq = this.seq
    this.bytes = 0
    this.failure = undefined
    this.head(number)
    return bytes
  }

  /** The process ends without `close`: what lies in memory is saved as far as that can be done at once. */
  saveAtExit(): void {
    if (this.failure !== undefined) return
    try {
      this.handOver()
      if (this.policy.appendFsync !== 'no') for (const segment of [...this.former, this.segment]) segment.flushNow?.()
    } catch {
      // Nobody is left who could be told.
    }
  }

  private stop(): void {
    OPEN.delete(this)
    if (OPEN.size === 0) process.off('exit', saveAllAtExit)
    if (this.turn !== undefined) notAtNextTurn(this.turn)
    this.stopTimer?.()
    this.turn = undefined
    this.stopTimer = undefined
  }

  /** Makes all durable and ends. Rejects where that could not be done. */
  async close(): Promise<void> {
    try {
      if (this.failure === undefined) {
        this.group ??= makeGroup()
        const { promise } = this.group
        promise.catch(() => undefined)
        this.pump()
        await promise
      }
    } finally {
      this.stop()
      for (const segment of [...this.former, this.segment]) await segment.close()
    }
    if (this.failure !== undefined) throw this.failure
  }

  /** As `close`, blocking. */
  closeNow(): void {
    this.stop()
    try {
      this.flushNow()
    } finally {
      for (const segment of [...this.former, this.segment]) letGo(segment)
    }
  }
}

function makeGroup(): Group {
  let resolve: () => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<void>((res, rej) => {
    resolve = res
    reject = rej
  })
  return { promise, resolve, reject }
}
