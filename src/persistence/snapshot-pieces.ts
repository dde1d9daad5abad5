import type { Head } from './kept-store.js'
import type { SnapshotCursor } from './plain.js'
import type { SnapshotEncoder } from './snapshot-format.js'

/** So much is written before the clock is looked at: some twenty microseconds. */
const BYTES_PER_STEP = 4 * 1024
/** A piece is what can be written in this time: what a caller may have to wait. */
const SLICE_MS = 0.5

/**
 * The bytes of a snapshot, head and end included, in pieces that take about half a millisecond to make, or are as large as a block. The memory
 * of a piece is the caller's until it asks for the next one.
 */
export function* snapshotPieces(
  encoder: SnapshotEncoder,
  head: Head,
  cursor: SnapshotCursor,
  sliceMs = SLICE_MS,
): Iterable<Uint8Array> {
  yield encoder.head(head)
  for (let isMore = true; isMore; ) {
    const start = performance.now()
    do isMore = cursor.next(BYTES_PER_STEP)
    while (isMore && !encoder.hasBlock && performance.now() - start < sliceMs)
    // Calls that wrote meanwhile may have filled several.
    do {
      const block = encoder.block()
      if (block !== undefined) yield block
    } while (encoder.hasBlock)
  }
  yield encoder.last()
}
