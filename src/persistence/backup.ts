import { PersistenceError } from './errors.js'
import { unusable } from './given.js'
import { readManifest, snapshotName } from './manifest.js'
import type { BackupTarget, ByteStream } from './plain.js'
import { putManifest } from './recovery.js'
import type { Storage } from './storage.js'
import { isStream, storageOf } from './targets.js'
import { nextTurn } from './turns.js'

/**
 * Writes a snapshot up to a record to a stream, or to a place where nothing is kept yet, which then is a store. The memory of the pieces is
 * used again.
 */
export async function writeBackup(target: BackupTarget, seq: number, pieces: Iterable<Uint8Array>): Promise<void> {
  if (isStream(target)) await writeStream(target, pieces)
  else await writeStore(storageOf(target), seq, pieces)
}

async function writeStream(stream: ByteStream, pieces: Iterable<Uint8Array>): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    stream.once('error', reject)
    // One whose reader has gone may drop what it was given without a word to the one who waits for it.
    stream.once('close', () => reject(unusable('the stream was closed before all was written')))
  })
  // A stream that fails later has its own listeners.
  failed.catch(() => undefined)
  for (const piece of pieces) {
    const written = new Promise<void>((resolve, reject) => {
      // Who reads the other end of a stream may have it only later.
      stream.write(new Uint8Array(piece), (error) => (error ? reject(error) : resolve()))
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
