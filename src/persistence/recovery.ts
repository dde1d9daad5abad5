/** From files to a store: what opening, checking, repairing and restoring have in common. */
import { damaged, PersistenceError, type Place } from './errors.js'
import { BatchReader } from './log-format.js'
import { type LogDamage, LogScan } from './log-scan.js'
import { encodeManifest, highestNumber, isNumbered, MANIFEST, type Manifest, readManifest } from './manifest.js'
import type { LogBatch, PersistenceEvent, PersistenceHost } from './plain.js'
import { readSnapshot, SNAPSHOT_HEADER_BYTES, type SnapshotSummary } from './snapshot-format.js'
import type { Storage } from './storage.js'
import { nextTurn, Turns } from './turns.js'

/** Files that hold what was cut off. */
export function cutName(file: string, offset: number): string {
  return `cut-${file.replace(/\.rs$/, '')}-${offset}`
}

/** What recovery left in the engine and in the storage. */
export interface Recovered {
  readonly manifest: Manifest
  /** The number of the last record. */
  readonly seq: number
  /** The highest number that a file has. */
  readonly number: number
  readonly snapshotBytes: number
  readonly logBytes: number
  readonly snapshotTimeMs: number | undefined
}

/** Bytes of a snapshot that are loaded in some 10 ms. */
const LOADED_AT_ONCE = 512 * 1024

/** Of so many keys no more are loaded before they are entered: what is noted of them takes 12 bytes each. */
const ENTERED_FROM = 4_000_000

/** Of a place where nothing is kept. */
export const NOTHING: Manifest = { id: 0, snapshot: null, segments: [], closed: null }

/**
 * Loads what is kept into the engine. A torn end is cut off and reported; any other damage is thrown, with nothing overwritten.
 * O(bytes).
 */
export async function recover(storage: Storage, host: PersistenceHost): Promise<Recovered> {
  const manifest = (await readManifest(storage)) ?? NOTHING
  const snapshot = await loadSnapshot(storage, host, manifest)
  const scan = new LogScan(storage, manifest.segments, snapshot?.seq ?? 0, manifest.closed ?? 0)
  const yielding = new Turns()
  const reader = new BatchReader()
  const damage = await scan.run((record) => {
    const batch = reader.read(record)
    try {
      host.replay(batch)
    } catch (error) {
      if (isOfMore(error, batch, host)) throw tooFew(`record ${record.seq}`, host, record)
      const reason = `record ${record.seq} cannot be replayed: ${error instanceof Error ? error.message : String(error)}`
      throw new PersistenceError('DAMAGED', reason, { file: record.file, offset: record.offset })
    }
    return yielding.next(record.end - record.start)
  })
  if (damage !== undefined) await cutTornEnd(storage, damage, (event) => host.report(event))
  const { position } = scan
  checkClosed(manifest, position.lastSeq, position.file, position.offset)
  host.report({
    type: 'loaded',
    message: `loaded ${snapshot?.keys ?? 0} keys of a snapshot and ${position.records} records of the log from ${storage.description}`,
    keys: snapshot?.keys ?? 0,
    records: position.records,
  })
  const dropped = new Set([...(damage?.later ?? []), ...scan.empty])
  return {
    manifest: { ...manifest, segments: manifest.segments.filter((file) => !dropped.has(file)) },
    seq: position.lastSeq,
    number: highestNumber(await storage.list()),
    snapshotBytes: snapshot?.bytes ?? 0,
    logBytes: position.bytes - scan.emptyBytes,
    snapshotTimeMs: snapshot?.timeMs,
  }
}

async function loadSnapshot(
  storage: Storage,
  host: PersistenceHost,
  { snapshot }: Manifest,
): Promise<SnapshotSummary | undefined> {
  if (snapshot === null) return undefined
  const summary = await loadPieces(storage.read(snapshot.file), snapshot.file, host)
  checkSnapshot(snapshot, summary)
  return summary
}

/** Loads the pieces of a snapshot into the engine. O(bytes). @throws PersistenceError for anything that is not what was written */
export async function loadPieces(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  host: PersistenceHost,
): Promise<SnapshotSummary> {
  const yielding = new Turns(LOADED_AT_ONCE)
  const summary = await readSnapshot(pieces, file, (entries, bytes) => {
    try {
      host.load(entries)
    } catch (error) {
      if (entries.database >= host.databases) throw tooFew('a key', host, { file })
      throw error
    }
    return host.unentered < ENTERED_FROM ? yielding.next(bytes) : enterAll(host, file)
  })
  await enterAll(host, file)
  return summary
}

async function enterAll(host: PersistenceHost, file: string): Promise<void> {
  while (host.unentered > 0) {
    try {
      host.enterLoaded()
    } catch (error) {
      throw damaged(error instanceof Error ? error.message : String(error), file, SNAPSHOT_HEADER_BYTES)
    }
    await nextTurn()
  }
}

/** Whether a batch could not be replayed as it is of a database, or names one, behind those that there are. */
function isOfMore(error: unknown, batch: LogBatch, { databases }: PersistenceHost): boolean {
  if (batch.some(({ database }) => database >= databases)) return true
  // Of MOVE, COPY and SWAPDB: once they went well, there was such a database.
  return error instanceof Error && /\bDB index\b/.test(error.message)
}

function tooFew(what: string, { databases }: PersistenceHost, { file, offset }: Place): PersistenceError {
  const reason = `${what} is of a database that is not there: the store is opened with ${databases} databases, and had more`
  return new PersistenceError('UNUSABLE', reason, { file, offset })
}

/** @throws PersistenceError for a snapshot that is another one than the manifest says */
export function checkSnapshot({ file, seq }: NonNullable<Manifest['snapshot']>, summary: SnapshotSummary): void {
  if (summary.seq === seq) return
  const reason = `a snapshot up to record ${summary.seq}, where the manifest names one up to record ${seq}`
  throw new PersistenceError('DAMAGED', reason, { file, offset: 16 })
}

/** @throws PersistenceError for a log that ends elsewhere than it did when the store was closed */
export function checkClosed({ closed }: Manifest, lastSeq: number, file: string, offset: number): void {
  if (closed === null || closed === lastSeq) return
  const reason = `the store was closed after record ${closed}, and the log ends after record ${lastSeq}`
  throw new PersistenceError('DAMAGED', reason, { file: file === '' ? MANIFEST : file, offset })
}

/** @throws PersistenceError for damage that is no torn end */
async function cutTornEnd(
  storage: Storage,
  damage: LogDamage,
  report: (event: PersistenceEvent) => void,
): Promise<void> {
  if (!damage.torn) throw damage.error
  await cutAt(storage, damage)
  report({
    type: 'tail-cut',
    message:
      `${damage.error.message}: a crash left it so, and ${damage.bytesLost} bytes that were never said to be durable were cut off and ` +
      `put aside`,
    file: damage.file,
    offset: damage.offset,
    bytesDropped: damage.bytesLost,
    error: damage.error,
  })
}

/** Ends the log at the damage; what stood in its segment from there on is put aside. */
export async function cutAt(storage: Storage, damage: LogDamage): Promise<void> {
  if (damage.rest.length > 0) await storage.put(cutName(damage.file, damage.offset), damage.rest)
  await storage.truncate(damage.file, damage.offset)
}

export async function putManifest(storage: Storage, manifest: Manifest): Promise<void> {
  await storage.put(MANIFEST, encodeManifest(manifest))
}

/** Removes what no manifest names any more. */
export async function removeUnnamed(storage: Storage, manifest: Manifest): Promise<void> {
  await removeAll(storage, unnamed(await storage.list(), manifest))
}

/** Begins to remove files before it returns. What cannot be removed stays, and is tried again when the store is opened. */
export async function removeAll(storage: Storage, names: readonly string[]): Promise<void> {
  await Promise.allSettled(names.map(async (name) => storage.remove(name)))
}

export function unnamed(names: readonly string[], { snapshot, segments }: Manifest): string[] {
  return names.filter((name) => isNumbered(name) && name !== snapshot?.file && !segments.includes(name))
}
