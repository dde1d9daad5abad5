import { PersistenceError } from './errors.js'
import type { Head } from './kept-store.js'
import { readManifest, snapshotName } from './manifest.js'
import type { BackupTarget, ByteStream, SnapshotCursor } from './plain.js'
import { putManifest } from './recovery.js'
import { SnapshotEncoder } from './snapshot-format.js'
import { snapshotPieces } from './snapshot-pieces.js'
import type { Storage } from './storage.js'
import { isStream, storageOf } from './targets.js'
import { nextTurn } from './turns.js'

/** Writes the state that a cursor hands out to a stream, or to a place where nothing is kept yet, which then is a store. */
export async function writeBackup(target: BackupTarget, head: Head, cursor: SnapshotCursor): Promise<void> {
  const encoder = new SnapshotEncoder()
  const pieces = snapshotPieces(encoder, head, cursor)
  if (isStream(target)) await writeStream(target, pieces)
  else await writeStore(storageOf(target), head.seq, pieces)
}

async function writeStream(stream: ByteStream, pieces: Iterable<Uint8Array>): Promise<void> {
  const failed = new Promise<never>((_, reject) => stream.once('error', reject))
  // A stream that fails later has its own listeners.
  failed.catch(() => undefined)
  for (const piece of pieces) {
    const written = new Promise<void>((resolve, reject) => {
      stream.write(piece, (error) => (error ? reject(error) : resolve()))
    })
    await Promise.race([written, failed])
    await nextTurn()
  }
  await Promise.race([new Promise<void>((resolve) => stream.end(resolve)), failed])
}

/** Makes a store of a snapshot and nothing behind it. */
export async function writeStore(
  storage: Storage,
  seq: number,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await storage.open()
  try {
    if ((await readManifest(storage)) !== undefined)
      throw new PersistenceError('UNUSABLE', `there is a store in ${storage.description} already`)
    const file = snapshotName(1)
    const blob = await storage.create(file)
    try {
      for await (const piece of pieces) {
        await blob.write(piece)
        await nextTurn()
      }
      await blob.commit()
    } catch (error) {
      await blob.abort()
      throw error
    }
    await putManifest(storage, { id: 1, snapshot: { file, seq }, segments: [], closed: seq })
  } finally {
    await storage.close()
  }
}
