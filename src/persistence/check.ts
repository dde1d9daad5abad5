/** Looks through what is kept, and repairs it where that can be done. */
import { PersistenceError } from './errors.js'
import { type Kinds, optionsGiven, TRUTH } from './given.js'
import { BatchReader } from './log-format.js'
import { type LogDamage, LogScan } from './log-scan.js'
import { type Manifest, readManifest } from './manifest.js'
import { checkClosed, checkSnapshot, cutAt, cutName, putManifest } from './recovery.js'
import { readSnapshot, type SnapshotSummary } from './snapshot-format.js'
import type { Storage } from './storage.js'
import { type Place, storageOf } from './targets.js'
import { Turns } from './turns.js'

/** Something that is wrong. */
export interface Problem {
  readonly file: string | undefined
  readonly offset: number | undefined
  readonly reason: string
  /** Whether a crash may have left it so: opening the store cuts it off by itself. */
  readonly torn: boolean
  /** What would be lost by cutting the log off there; undefined where cutting is no help. */
  readonly lost: { readonly bytes: number; readonly records: number } | undefined
}

/** What `check` found. */
export interface CheckReport {
  /** Whether the store opens and nothing is wrong. */
  readonly ok: boolean
  readonly snapshot:
    | { readonly file: string; readonly keys: number; readonly bytes: number; readonly timeMs: number }
    | undefined
  /** The part of the log that can be read. */
  readonly log: {
    readonly segments: readonly string[]
    readonly records: number
    readonly bytes: number
    readonly lastSeq: number
    /** When the last record was written, in milliseconds since the epoch; 0 where there is none. */
    readonly lastTimeMs: number
  }
  readonly problems: readonly Problem[]
}

interface Found {
  readonly report: CheckReport
  readonly manifest: Manifest | undefined
  readonly damage: LogDamage | undefined
}

/**
 * Reads everything that is kept in a folder or another place and says what is wrong with it. Changes nothing, and does not load it. The
 * store should not be open: what is written meanwhile may look torn. O(bytes).
 *
 * @throws PersistenceError for a wrong key, or none where it is encrypted
 */
export async function check(place: Place): Promise<CheckReport> {
  return (await look(storageOf(place))).report
}

async function look(storage: Storage): Promise<Found> {
  const problems: Problem[] = []
  const attempt = async <R>(work: () => Promise<R>): Promise<R | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PersistenceError) || error.code === 'KEY') throw error
      problems.push({ file: error.file, offset: error.offset, reason: error.reason, torn: false, lost: undefined })
      return undefined
    }
  }
  const manifest = await attempt(() => readManifest(storage))
  const snapshot = manifest?.snapshot
  const summary = snapshot ? await attempt(() => lookAtSnapshot(storage, snapshot)) : undefined
  const segments = manifest?.segments ?? []
  const scan = new LogScan(storage, segments, snapshot?.seq ?? 0, manifest?.closed ?? 0)
  const turns = new Turns()
  const reader = new BatchReader()
  const damage = await attempt(() =>
    scan.run((record) => {
      reader.read(record)
      return turns.next(record.end - record.start)
    }),
  )
  if (damage !== undefined) problems.push(problemOf(damage, (manifest?.closed ?? 0) - scan.position.lastSeq))
  else if (manifest !== undefined && problems.length === 0) {
    problems.push(...missingEnd(manifest, scan))
  }
  const { records, bytes, lastSeq, lastTimeMs } = scan.position
  const report: CheckReport = {
    ok: problems.length === 0,
    snapshot:
      snapshot && summary
        ? { file: snapshot.file, keys: summary.keys, bytes: summary.bytes, timeMs: summary.timeMs }
        : undefined,
    log: { segments, records, bytes, lastSeq, lastTimeMs },
    problems,
  }
  return { report, manifest, damage }
}

async function lookAtSnapshot(storage: Storage, named: NonNullable<Manifest['snapshot']>): Promise<SnapshotSummary> {
  const turns = new Turns()
  const summary = await readSnapshot(storage.read(named.file), named.file, (_entries, bytes) => turns.next(bytes))
  checkSnapshot(named, summary)
  return summary
}

/** Where a log ends before the record after which its store was closed, nothing says what the missing ones held. */
function missingEnd(manifest: Manifest, { position: { file, offset, lastSeq } }: LogScan): Problem[] {
  try {
    checkClosed(manifest, lastSeq, file, offset)
    return []
  } catch (error) {
    if (!(error instanceof PersistenceError)) throw error
    const lost = { bytes: 0, records: (manifest.closed ?? lastSeq) - lastSeq }
    return [{ file: error.file, offset: error.offset, reason: error.reason, torn: false, lost }]
  }
}

/** `missing`: how many records there should be behind the damage, as far as the manifest says it; those that cannot be read count too. */
function problemOf(damage: LogDamage, missing: number): Problem {
  return {
    file: damage.file,
    offset: damage.offset,
    reason: damage.error.reason,
    torn: damage.torn,
    lost: { bytes: damage.bytesLost, records: Math.max(damage.recordsLost, missing) },
  }
}

export interface RepairOptions {
  /** Says what would be done, and changes nothing. */
  readonly dryRun?: boolean | undefined
}

const KINDS: Kinds<RepairOptions> = { dryRun: TRUTH }

/** What `repair` did, or would do. */
export interface RepairReport {
  /** What was found before. */
  readonly before: CheckReport
  /** Whether anything is to be changed. */
  readonly needed: boolean
  /** What is lost: everything behind the first damage of the log. */
  readonly lost: { readonly bytes: number; readonly records: number }
  /** The last record that is kept. */
  readonly lastSeq: number
  readonly done: boolean
}

/**
 * Cuts the log off at the first damage, and puts aside what stood there. With `dryRun` it says what would be lost. A damaged snapshot
 * cannot be repaired: restore a backup. O(bytes).
 *
 * @throws PersistenceError where the store is open, or where cutting the log is no help
 */
export async function repair(place: Place, options?: RepairOptions): Promise<RepairReport> {
  optionsGiven(options, KINDS)
  const storage = storageOf(place)
  // To open a folder makes it.
  if ((await storage.list()).length === 0) return untouched((await look(storage)).report)
  await storage.open()
  try {
    const { report, manifest, damage } = await look(storage)
    const { lastSeq } = report.log
    const hopeless = report.problems.find(({ lost }) => lost === undefined)
    if (hopeless !== undefined) {
      throw new PersistenceError('UNUSABLE', `this cannot be repaired, restore a backup: ${hopeless.reason}`, {
        file: hopeless.file,
        offset: hopeless.offset,
      })
    }
    const needed = !report.ok
    const lost = report.problems.find((problem) => problem.lost !== undefined)?.lost ?? { bytes: 0, records: 0 }
    if (!needed || options?.dryRun) return { before: report, needed, lost, lastSeq, done: false }
    if (damage !== undefined) await cutAt(storage, damage)
    const later = new Set(damage?.later)
    // Something is wrong with what the manifest names, so there is one.
    const kept = manifest!
    const segments = kept.segments.filter((file) => !later.has(file))
    for (const file of later) await storage.put(cutName(file, 0), await wholeOf(storage, file))
    await putManifest(storage, { ...kept, id: kept.id + 1, segments, closed: lastSeq })
    return { before: report, needed, lost, lastSeq, done: true }
  } finally {
    await storage.close()
  }
}

function untouched(before: CheckReport): RepairReport {
  return { before, needed: false, lost: { bytes: 0, records: 0 }, lastSeq: before.log.lastSeq, done: false }
}

async function wholeOf(storage: Storage, file: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of storage.read(file)) pieces.push(piece)
  } catch (error) {
    // What can be read of it is put aside.
    if (!(error instanceof PersistenceError)) throw error
  }
  return Buffer.concat(pieces)
}
