import type { Head } from './kept-store.js'
import type { SnapshotCursor } from './plain.js'
import { ENTRIES_PER_KEY, type SnapshotEncoder } from './snapshot-format.js'

/** So many keys are fetched before the clock is looked at. */
const KEYS_PER_STEP = 64
/** A block is made of what can be fetched in this time, and packed in about as long: what a caller may have to wait. */
const SLICE_MS = 0.5
const KEYS_PER_BLOCK = 4_096

/** The bytes of a snapshot, head and end included, in pieces that take about a millisecond to make. */
export function* snapshotPieces(encoder: SnapshotEncoder, head: Head, cursor: SnapshotCursor): Iterable<Uint8Array> {
  yield encoder.head(head)
  for (;;) {
    const entries = cursor.next(KEYS_PER_STEP)
    if (entries === undefined) break
    const start = performance.now()
    while (entries.length < KEYS_PER_BLOCK * ENTRIES_PER_KEY && performance.now() - start < SLICE_MS) {
      const more = cursor.next(KEYS_PER_STEP)
      if (more === undefined) break
      for (const entry of more) entries.push(entry)
    }
    yield encoder.block(entries)
  }
  yield encoder.last()
}
