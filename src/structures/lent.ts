/**
 * Which chunks of a structure a view of it has too: before one of them is written to, the structure takes a copy of its own. What a view has
 * is never written to again.
 */
export class Lent {
  private readonly chunks: Uint8Array

  /** All of so many chunks. O(chunks), a byte each. */
  constructor(count: number) {
    this.chunks = new Uint8Array(count).fill(1)
  }

  /** Whether a chunk is lent, for the last time: the caller is about to copy it. O(1). */
  takeBack(chunk: number): boolean {
    // A chunk that has come since is past the end.
    if (this.chunks[chunk] !== 1) return false
    this.chunks[chunk] = 0
    return true
  }
}
