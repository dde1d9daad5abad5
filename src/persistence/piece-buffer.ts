/** Room for a piece of a file, and for what it left of the one before. */
const CAPACITY = 640 * 1024

/**
 * Bytes that come in pieces, and go in others. They lie in memory that is used again, so that most pieces are copied once, however large
 * what they are parts of; it grows as bytes come, whatever a length in them says.
 */
export class PieceBuffer {
  private memory = Buffer.allocUnsafeSlow(CAPACITY)
  private start = 0
  private end = 0

  /** What has come and has not gone, valid until the next `push`. */
  get bytes(): Buffer {
    return this.memory.subarray(this.start, this.end)
  }

  /** O(bytes) amortised. */
  push(piece: Uint8Array): void {
    const { memory, start, end } = this
    const length = end - start
    if (end + piece.length > memory.length) {
      // Half empty at least, what is moved is no more than what has gone.
      const fits = 2 * (length + piece.length) <= memory.length
      const moved = fits ? memory : Buffer.allocUnsafeSlow(2 * (length + piece.length))
      memory.copy(moved, 0, start, end)
      this.memory = moved
      this.start = 0
      this.end = length
    }
    this.memory.set(piece, this.end)
    this.end += piece.length
  }

  /** The first so many bytes go. O(1). */
  pass(count: number): void {
    this.start += count
  }
}
