import { PersistenceError } from './errors.js'
import type { BlobWriter, BlockingBlobWriter, BlockingStorage, SegmentWriter, Storage } from './storage.js'

/** Pieces that readers are given are at most so long: as a file system would. */
const PIECE_BYTES = 64 * 1024

/** Files in memory. They last as long as the object; opening and closing stores over it leaves them there. */
export class MemoryStorage implements Storage {
  readonly description = 'memory'
  readonly blocking: BlockingStorage
  private readonly files = new Map<string, Uint8Array[]>()
  private isOpen = false

  constructor() {
    this.blocking = {
      put: (name, bytes) => void this.files.set(name, [bytes.slice()]),
      create: (name) => this.blob(name),
      append: (name) => this.segment(name),
      list: () => [...this.files.keys()],
      close: () => {
        this.isOpen = false
      },
    }
  }

  async open(): Promise<void> {
    if (this.isOpen) throw new PersistenceError('LOCKED', 'another store has this memory open')
    this.isOpen = true
  }

  async close(): Promise<void> {
    this.isOpen = false
  }

  async list(): Promise<readonly string[]> {
    return this.blocking.list()
  }

  async *read(name: string): AsyncIterable<Uint8Array> {
    for (const piece of [...this.piecesOf(name)]) {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) yield piece.slice(at, at + PIECE_BYTES)
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.blocking.put(name, bytes)
  }

  async create(name: string): Promise<BlobWriter> {
    const { write, commit, abort } = this.blob(name)
    return { write: async (bytes) => write(bytes), commit: async () => commit(), abort: async () => abort() }
  }

  async append(name: string): Promise<SegmentWriter> {
    return this.segment(name)
  }

  async truncate(name: string, size: number): Promise<void> {
    this.files.set(name, [Buffer.concat(this.piecesOf(name)).subarray(0, size)])
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name)
  }

  private piecesOf(name: string): Uint8Array[] {
    const pieces = this.files.get(name)
    if (pieces === undefined) throw new PersistenceError('DAMAGED', 'there is no such file', { file: name })
    return pieces
  }

  private blob(name: string): BlockingBlobWriter {
    const pieces: Uint8Array[] = []
    return {
      write: (bytes) => void pieces.push(new Uint8Array(bytes)),
      commit: () => void this.files.set(name, pieces),
      abort: () => undefined,
    }
  }

  private segment(name: string): SegmentWriter {
    if (this.files.has(name)) throw new PersistenceError('UNUSABLE', 'there is such a file already', { file: name })
    const pieces: Uint8Array[] = []
    this.files.set(name, pieces)
    return {
      append: (bytes) => void pieces.push(new Uint8Array(bytes)),
      flush: async () => undefined,
      flushNow: () => undefined,
      close: async () => undefined,
    }
  }
}
