import { PersistenceError, systemReason } from './errors.js'
import type { LogWriter } from './log-writer.js'
import { encodeManifest, MANIFEST, type Manifest, segmentName, snapshotName } from './manifest.js'
import type { Policy } from './options.js'
import type { BackupTarget, Keeper, KeptBytes, PersistenceHost, SaveRequest, SnapshotCursor } from './plain.js'
import { putManifest, type Recovered, removeAll, removeUnnamed, unnamed } from './recovery.js'
import { SnapshotEncoder } from './snapshot-format.js'
import { snapshotPieces } from './snapshot-pieces.js'
import { letGo, type Storage } from './storage.js'
import { nextTurn } from './turns.js'

/** How a target of a backup is written to; backup.ts knows. */
export type WriteBackup = (target: BackupTarget, seq: number, pieces: Iterable<Uint8Array>) => Promise<void>

/** What a snapshot says of itself before its blocks. */
export interface Head {
  readonly databases: number
  readonly seq: number
  readonly timeMs: number
  readonly keys: number
}

/** After a background save that failed none is begun by itself for so long. */
const RETRY_MS = 5_000
const RULES_EVERY_MS = 1_000
/** With more segments the log is written anew: each takes a millisecond when the store is opened, and each opening begins one. */
const SEGMENTS_MAX = 32

/**
 * Keeps one open store: the log, and snapshots in place of it.
 *
 * A snapshot is taken so that whatever moment the process ends at, the manifest names a chain that is whole:
 *
 * 1. the next segment is made, empty, and the manifest names it behind those that there are;
 * 2. at one instant, with no unit open, the log turns to it and the snapshot begins;
 * 3. the snapshot is written under a name of its own and flushed;
 * 4. a manifest that names the snapshot and the new segment takes the place of the former;
 * 5. what no manifest names is removed.
 */
export class KeptStore implements Keeper {
  private readonly storage: Storage
  private readonly host: PersistenceHost
  private readonly policy: Policy
  private readonly writeBackup: WriteBackup
  private readonly log: LogWriter
  private manifest: Manifest
  private number: number
  private running: { readonly kind: SaveRequest['kind']; readonly ended: Promise<void> } | undefined
  private savedDirty: number
  private savedMs: number
  private failedMs = Number.NEGATIVE_INFINITY
  /** The bytes of all files after the last rewrite. */
  private baseBytes: number
  private snapshotBytes: number
  /** The bytes of segments behind the snapshot that are not written to any more. */
  private formerBytes = 0
  private stopRules: (() => void) | undefined
  /** Resolves when the backup that is being written has ended, however that may be. */
  private backingUp: Promise<void> | undefined
  /** Resolves when what no manifest names any more is removed, as far as it can be. */
  private removing: Promise<unknown> = Promise.resolve()
  private isClosed = false
  /** While it is being closed: for all who ask meanwhile. */
  private closeWork: Promise<void> | undefined
  private tellClosing: () => void = () => undefined
  private readonly closing = new Promise<void>((resolve) => {
    this.tellClosing = resolve
  })

  /** The first segment is there, and named by the manifest. */
  constructor(
    storage: Storage,
    host: PersistenceHost,
    policy: Policy,
    recovered: Recovered,
    log: LogWriter,
    writeBackup: WriteBackup,
  ) {
    this.storage = storage
    this.host = host
    this.policy = policy
    this.writeBackup = writeBackup
    this.log = log
    this.manifest = recovered.manifest
    this.number = recovered.number
    this.savedDirty = host.dirty
    this.savedMs = recovered.snapshotTimeMs ?? host.now()
    this.snapshotBytes = recovered.snapshotBytes
    this.baseBytes = recovered.snapshotBytes + recovered.logBytes
    this.watchRules()
  }

  flushed(): Promise<void> {
    return this.log.flushed()
  }

  get saving(): SaveRequest['kind'] | undefined {
    return this.running?.kind
  }

  get lastSave(): number {
    return Math.floor(this.savedMs / 1000)
  }

  get changesSinceSave(): number {
    return this.host.dirty - this.savedDirty
  }

  get bytes(): KeptBytes {
    const { log, baseBytes } = this
    return { current: this.currentBytes, base: baseBytes, waiting: log.waiting, flushes: log.isFlushing ? 1 : 0 }
  }

  private get currentBytes(): number {
    return this.snapshotBytes + this.formerBytes + this.log.bytes
  }

  get savesByRules(): boolean {
    return this.policy.save.length > 0
  }

  // Blocking.

  save(): void {
    this.expectOpen()
    const { blocking } = this.storage
    if (blocking === undefined)
      throw new PersistenceError('UNUSABLE', `${this.storage.description} cannot block: use BGSAVE`)
    if (this.log.failure !== undefined) throw this.log.failure
    if (this.running !== undefined || this.host.isTaking)
      throw new PersistenceError('UNUSABLE', 'a snapshot is being written')
    const number = ++this.number
    const segment = blocking.append(segmentName(number))
    const named = this.withSegment(number)
    try {
      blocking.put(MANIFEST, encodeManifest(named))
    } catch (error) {
      letGo(segment)
      throw error
    }
    this.manifest = named
    this.formerBytes += this.log.rotate(segment, number)
    const encoder = this.encoder()
    const cursor = this.host.snapshot(encoder)
    try {
      const { seq } = this.log
      const file = snapshotName(number)
      const blob = blocking.create(file)
      try {
        for (const piece of snapshotPieces(encoder, this.head(cursor), cursor, Number.POSITIVE_INFINITY))
          blob.write(piece)
        blob.commit()
      } catch (error) {
        blob.abort()
        throw error
      }
      const manifest = this.withSnapshot(file, seq, number)
      blocking.put(MANIFEST, encodeManifest(manifest))
      this.saved(manifest, encoder.bytes, cursor.count)
      this.removeLater(unnamed(blocking.list(), manifest))
    } catch (error) {
      this.saveFailed(error)
      throw error
    } finally {
      cursor.end()
    }
  }

  /** Nobody waits for it but `close`: to give the blocks of a large file back takes the system tens of milliseconds. */
  private removeLater(names: readonly string[]): void {
    const removed = removeAll(this.storage, names)
    this.removing = Promise.all([this.removing, removed])
  }

  // In the background.

  async saveInBackground(request: SaveRequest): Promise<void> {
    while (this.running !== undefined) await this.running.ended
    this.expectOpen()
    if (this.log.failure !== undefined) throw this.log.failure
    await this.start(request, false)
  }

  private start(request: SaveRequest, anew: boolean): Promise<void> {
    const work = this.rewrite(request, anew)
    const ended = work
      .catch(() => undefined)
      .then(() => {
        this.running = undefined
      })
    this.running = { kind: request.kind, ended }
    return work
  }

  /** `anew`: after a failure, when nothing that was written since can be relied on. */
  private async rewrite({ onProgress }: SaveRequest, anew: boolean): Promise<void> {
    let cursor: SnapshotCursor | undefined
    try {
      this.host.report({ type: 'save-started', message: `a snapshot is being written to ${this.storage.description}` })
      const number = ++this.number
      const segment = await this.storage.append(segmentName(number))
      await this.beforeTurning(number, anew).catch((error: unknown) => {
        letGo(segment)
        throw error
      })
      const dirty = this.host.dirty
      this.formerBytes += anew ? this.log.begin(segment, number) : this.log.rotate(segment, number)
      const encoder = this.encoder()
      cursor = this.host.snapshot(encoder)
      const head = this.head(cursor)
      const file = snapshotName(number)
      await this.writeSnapshot(file, encoder, head, cursor, onProgress)
      // The snapshot may hold nothing that its log would not bring back: what is before it must have been acknowledged or lost as a whole.
      if (!anew && this.log.failure !== undefined) throw this.log.failure
      if (this.isClosed) throw new PersistenceError('UNUSABLE', 'the store was closed meanwhile')
      const manifest = this.withSnapshot(file, head.seq, number)
      await putManifest(this.storage, manifest)
      this.saved(manifest, encoder.bytes, cursor.count, dirty)
      await removeUnnamed(this.storage, manifest)
    } catch (error) {
      this.saveFailed(error)
      throw error
    } finally {
      cursor?.end()
    }
  }

  /** Has the manifest name the next segment, and waits for the instant at which the log may turn to it. */
  private async beforeTurning(number: number, anew: boolean): Promise<void> {
    if (!anew) {
      const manifest = this.withSegment(number)
      await putManifest(this.storage, manifest)
      this.manifest = manifest
    }
    await this.idle()
  }

  /**
   * Waits until no unit is open and no other snapshot is running; then the caller goes on at once. A backup may take as long as
   * the reader of its stream likes: close() does not wait for it, so nobody may whom close() waits for.
   */
  private async idle(): Promise<void> {
    do {
      await nextTurn()
      if (this.backingUp !== undefined) await Promise.race([this.backingUp, this.closing])
      if (this.isClosed) throw new PersistenceError('UNUSABLE', 'the store was closed meanwhile')
    } while (!this.host.isIdle || this.host.isTaking)
  }

  private async writeSnapshot(
    file: string,
    encoder: SnapshotEncoder,
    head: Head,
    cursor: SnapshotCursor,
    onProgress: SaveRequest['onProgress'],
  ): Promise<void> {
    const blob = await this.storage.create(file)
    try {
      for (const piece of snapshotPieces(encoder, head, cursor)) {
        await blob.write(piece)
        await nextTurn()
        onProgress?.({ keys: cursor.count, total: cursor.total, bytes: encoder.bytes })
      }
      await blob.commit()
    } catch (error) {
      await blob.abort()
      throw error
    }
  }

  private encoder(): SnapshotEncoder {
    return new SnapshotEncoder((text) => this.host.bytesOf(text))
  }

  private head(cursor: SnapshotCursor): Head {
    return { databases: this.host.databases, seq: this.log.seq, timeMs: this.host.now(), keys: cursor.total }
  }

  private withSegment(number: number): Manifest {
    const { manifest } = this
    return { ...manifest, id: manifest.id + 1, segments: [...manifest.segments, segmentName(number)], closed: null }
  }

  private withSnapshot(file: string, seq: number, number: number): Manifest {
    return { id: this.manifest.id + 1, snapshot: { file, seq }, segments: [segmentName(number)], closed: null }
  }

  private saved(manifest: Manifest, bytes: number, keys: number, dirty = this.host.dirty): void {
    this.manifest = manifest
    this.savedMs = this.host.now()
    this.savedDirty = dirty
    this.snapshotBytes = bytes
    this.formerBytes = 0
    this.baseBytes = this.currentBytes
    const message = `a snapshot of ${keys} keys was written to ${this.storage.description}`
    this.host.report({ type: 'saved', message, keys, file: manifest.snapshot?.file })
  }

  private saveFailed(error: unknown): void {
    if (this.isClosed) return
    this.failedMs = this.host.now()
    this.host.report({ type: 'save-failed', message: `a snapshot could not be written: ${systemReason(error)}`, error })
  }

  // By itself.

  private watchRules(): void {
    this.stopRules = this.host.schedule(() => this.applyRules(), RULES_EVERY_MS)
  }

  private applyRules(): void {
    if (this.isClosed) return
    this.watchRules()
    const now = this.host.now()
    if (this.running !== undefined || this.log.failure !== undefined || now < this.failedMs + RETRY_MS) return
    // It has said itself what went wrong.
    if (this.isDue(now) || this.hasGrown()) void this.saveInBackground({ kind: 'save' }).catch(() => undefined)
  }

  /** Writes the log anew where it has grown: for those who never have it open long enough for the rules. Does not fail: that is reported. */
  async trim(): Promise<void> {
    if (this.hasGrown()) await this.saveInBackground({ kind: 'save' }).catch(() => undefined)
  }

  private isDue(now: number): boolean {
    const changes = this.changesSinceSave
    const elapsed = now - this.savedMs
    return this.policy.save.some((rule) => changes > 0 && changes >= rule.changes && elapsed > rule.seconds * 1000)
  }

  private hasGrown(): boolean {
    const { rewritePercentage, rewriteMinSize } = this.policy
    const bytes = this.currentBytes
    if (rewritePercentage === 0) return false
    if (this.manifest.segments.length > SEGMENTS_MAX) return true
    if (bytes < rewriteMinSize) return false
    return bytes >= this.baseBytes * (1 + rewritePercentage / 100)
  }

  async backup(target: BackupTarget): Promise<void> {
    if (this.log.failure !== undefined) throw this.log.failure
    await this.running?.ended
    this.expectOpen()
    await this.idle()
    const encoder = this.encoder()
    const cursor = this.host.snapshot(encoder)
    const head = this.head(cursor)
    const work = this.writeBackup(target, head.seq, snapshotPieces(encoder, head, cursor))
    const ended = (): void => {
      cursor.end()
      this.backingUp = undefined
    }
    this.backingUp = work.then(ended, ended)
    await work
  }

  async resume(): Promise<void> {
    await this.running?.ended
    this.expectOpen()
    if (this.log.failure === undefined) return
    const { failure } = this.log
    try {
      await this.start({ kind: 'rewrite' }, true)
      await this.log.synced()
    } catch (error) {
      this.log.failure ??= failure
      throw error
    }
    this.host.refuse(undefined)
    this.host.report({
      type: 'resumed',
      message: `everything was written anew to ${this.storage.description}, and writes are taken again`,
    })
  }

  async close(): Promise<void> {
    if (this.isClosed) return this.closeWork
    this.closeWork = this.closeOnce()
    try {
      await this.closeWork
    } finally {
      this.closeWork = undefined
    }
  }

  private async closeOnce(): Promise<void> {
    this.end()
    await this.running?.ended
    await this.removing
    try {
      await this.log.close()
      await putManifest(this.storage, this.closedManifest())
    } finally {
      await this.storage.close()
      this.host.report({ type: 'closed', message: `${this.storage.description} was closed` })
    }
  }

  closeNow(): void {
    const { blocking } = this.storage
    if (blocking === undefined)
      throw new PersistenceError('UNUSABLE', `${this.storage.description} cannot block: use close()`)
    if (this.isClosed) return
    this.end()
    try {
      this.log.closeNow()
      // A snapshot that is still being written is named by nobody: it goes when the store is opened again.
      if (this.running === undefined) blocking.put(MANIFEST, encodeManifest(this.closedManifest()))
    } finally {
      blocking.close()
      this.host.report({ type: 'closed', message: `${this.storage.description} was closed` })
    }
  }

  /** The place may be somebody else's once it is closed, and the store have more than is kept. */
  private expectOpen(): void {
    if (this.isClosed) throw new PersistenceError('UNUSABLE', 'the store is closed')
  }

  private end(): void {
    this.isClosed = true
    this.tellClosing()
    this.stopRules?.()
    this.host.listen(undefined)
  }

  private closedManifest(): Manifest {
    return { ...this.manifest, id: this.manifest.id + 1, closed: this.log.seq }
  }
}
