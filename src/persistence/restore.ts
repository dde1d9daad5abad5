/** From a backup, or from what is kept, to a store of its own, up to a point in time. */
import { createReadStream, statSync } from 'node:fs'
import { writeStore } from './backup.js'
import { PersistenceError } from './errors.js'
import { COUNT, type Kinds, optionsGiven, TIME, unusable } from './given.js'
import { encodeSegmentHeader } from './log-format.js'
import { LogScan } from './log-scan.js'
import { type Manifest, readManifest, segmentName, snapshotName } from './manifest.js'
import { NOTHING, putManifest, removeUnnamed } from './recovery.js'
import { readSnapshot } from './snapshot-format.js'
import type { SegmentWriter, Storage } from './storage.js'
import { type Place, storageOf } from './targets.js'

/** Up to where a store is restored; to its end where neither is said. */
export interface RestoreToOptions {
  /** The number of the last record that is kept; there must be one of this number. */
  readonly seq?: number | undefined
  /** The last instant whose records are kept, in milliseconds since the epoch. */
  readonly timeMs?: number | undefined
}

const KINDS: Kinds<RestoreToOptions> = { seq: COUNT, timeMs: TIME }

/** What `restore` made. */
export interface RestoreReport {
  /** How many keys its snapshot has; 0 without one. Records behind it may have made and removed others. */
  readonly keys: number
  /** How many records of the log were copied behind the snapshot. */
  readonly records: number
  /** The number of the last record that is in it. */
  readonly lastSeq: number
}

/** What was copied of a log. */
interface CopiedLog {
  readonly records: number
  readonly lastSeq: number
}

/** How much is gathered before it is written. */
const PIECE_BYTES = 256 * 1024

/**
 * Makes a store in a place where there is none, of a backup (a folder, another place, or what `db.backup` wrote to a stream: its bytes,
 * or the path of the file) or of a store that is closed: up to a record or an instant. Reaches back to the last snapshot. O(bytes).
 *
 * @example
 * await restore('./data', './data-before', { timeMs: Date.parse('2025-01-01T12:00:00Z') })
 *
 * @throws PersistenceError where the source is damaged, where something is kept in the target, where the point lies before the
 * snapshot or is a record behind the last one
 */
export async function restore(
  source: Place | AsyncIterable<Uint8Array>,
  target: Place,
  to?: RestoreToOptions,
): Promise<RestoreReport> {
  optionsGiven(to, KINDS)
  const isPath = isFile(source)
  if (isPath || isBytes(source)) {
    if (to?.seq !== undefined || to?.timeMs !== undefined)
      throw unusable('a backup in one file is of one instant: seq and timeMs do not go with it')
    const into = storageOf(target)
    // Without an encoding a stream gives out bytes.
    return isPath ? restoreStream(createReadStream(source), source, into) : restoreStream(source, 'the backup', into)
  }
  const [from, into] = [storageOf(source), storageOf(target)]
  const manifest = await readManifest(from)
  if (manifest === undefined) throw new PersistenceError('UNUSABLE', `nothing is kept in ${from.description}`)
  return restoreStore(from, manifest, into, to ?? {})
}

function isBytes(source: Place | AsyncIterable<Uint8Array>): source is AsyncIterable<Uint8Array> {
  return typeof source === 'object' && source !== null && Symbol.asyncIterator in source
}

/** Whether it names a file, as a backup is that was written to a stream. */
function isFile(source: Place | AsyncIterable<Uint8Array>): source is string {
  return typeof source === 'string' && statSync(source, { throwIfNoEntry: false })?.isFile() === true
}

async function restoreStream(source: AsyncIterable<Uint8Array>, name: string, target: Storage): Promise<RestoreReport> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  const summary = await readSnapshot(iterate(pieces), name, () => undefined)
  await writeStore(target, summary.seq, pieces)
  return { keys: summary.keys, records: 0, lastSeq: summary.seq }
}

async function* iterate(pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces
}

async function restoreStore(
  from: Storage,
  manifest: Manifest,
  target: Storage,
  to: RestoreToOptions,
): Promise<RestoreReport> {
  const { snapshot } = manifest
  const summary = snapshot && (await readSnapshot(from.read(snapshot.file), snapshot.file, () => undefined))
  if (summary) checkReach(summary.seq, summary.timeMs, to)
  await target.open()
  try {
    if ((await readManifest(target)) !== undefined)
      throw new PersistenceError('UNUSABLE', `there is a store in ${target.description} already`)
    try {
      return { keys: summary?.keys ?? 0, ...(await copyStore(from, manifest, target, to)) }
    } catch (error) {
      // There was none of these files before, and without a manifest they would look as if it had been lost.
      await removeUnnamed(target, NOTHING)
      throw error
    }
  } finally {
    await target.close()
  }
}

async function copyStore(from: Storage, manifest: Manifest, target: Storage, to: RestoreToOptions): Promise<CopiedLog> {
  const { snapshot } = manifest
  if (snapshot) await copyBlob(from, snapshot.file, target, snapshotName(1))
  const log = await copyLog(from, manifest, target, to)
  const copied = snapshot ? { file: snapshotName(1), seq: snapshot.seq } : null
  await putManifest(target, { id: 1, snapshot: copied, segments: [segmentName(1)], closed: log.lastSeq })
  return log
}

function checkReach(seq: number, timeMs: number, to: RestoreToOptions): void {
  if ((to.seq ?? seq) >= seq && (to.timeMs ?? timeMs) >= timeMs) return
  const reason = `the snapshot is of record ${seq}, ${new Date(timeMs).toISOString()}: what is before it is in older backups alone`
  throw new PersistenceError('UNUSABLE', reason)
}

async function copyBlob(from: Storage, name: string, target: Storage, as: string): Promise<void> {
  const blob = await target.create(as)
  try {
    for await (const piece of from.read(name)) await blob.write(piece)
    await blob.commit()
  } catch (error) {
    await blob.abort()
    throw error
  }
}

/** Copies records as they are, into one segment. */
async function copyLog(from: Storage, manifest: Manifest, target: Storage, to: RestoreToOptions): Promise<CopiedLog> {
  const segment = await target.append(segmentName(1))
  try {
    const copied = await copyRecords(from, manifest, segment, to)
    await segment.flush()
    return copied
  } finally {
    await segment.close()
  }
}

async function copyRecords(
  from: Storage,
  manifest: Manifest,
  segment: SegmentWriter,
  to: RestoreToOptions,
): Promise<CopiedLog> {
  const firstSeq = (manifest.snapshot?.seq ?? 0) + 1
  const header = { segment: 1, firstSeq, createdMs: Date.now(), syncedSeq: firstSeq - 1 }
  let pieces: Uint8Array[] = [encodeSegmentHeader(header)]
  let bytes = 0
  const write = (): void => {
    segment.append(Buffer.concat(pieces))
    pieces = []
    bytes = 0
  }
  const copied = { records: 0, lastSeq: firstSeq - 1 }
  let isPast = false
  const scan = new LogScan(from, manifest.segments, firstSeq - 1, manifest.closed ?? 0)
  const damage = await scan.run((record) => {
    isPast ||= record.seq > (to.seq ?? record.seq) || record.timeMs > (to.timeMs ?? record.timeMs)
    if (isPast) return
    pieces.push(new Uint8Array(record.bytes))
    bytes += record.bytes.length
    copied.records++
    copied.lastSeq = record.seq
    if (bytes >= PIECE_BYTES) write()
  })
  if (damage !== undefined && !damage.torn && !isPast) throw damage.error
  if (!isPast && (to.seq ?? 0) > copied.lastSeq)
    throw unusable(`there is no record ${to.seq}: the last one is ${copied.lastSeq}`)
  write()
  return copied
}
