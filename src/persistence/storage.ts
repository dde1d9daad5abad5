/**
 * What an adapter is: named files that are appended to, and named files that come into being whole. docs/persistence.md tells
 * how to write one; test/persistence/contract.ts is the suite that each of them passes.
 */

/** A file that grows at its end. */
export interface SegmentWriter {
  /**
   * Adds bytes at the end, in order. They are the caller's again when it returns. What a reader finds may lack what has not been
   * flushed. Throws where they could not be taken; part of them may then be there.
   */
  append(bytes: Uint8Array): void
  /** Resolves when all that was appended before is durable. Rejects where that cannot be said, which no later call makes good. */
  flush(): Promise<void>
  /** As `flush`, blocking. Left out by adapters that cannot block. */
  flushNow?(): void
  /** Gives back what the writer holds; says nothing about what was not flushed. */
  close(): Promise<void>
}

/** Closes a segment of which nothing is expected any more, not even that. */
export function letGo(segment: SegmentWriter): void {
  segment.close().catch(() => undefined)
}

/** A file that is there whole, or not at all. */
export interface BlobWriter {
  write(bytes: Uint8Array): Promise<void>
  /** Makes it durable under its name, in place of what was there. */
  commit(): Promise<void>
  /** Leaves everything as it was. */
  abort(): Promise<void>
}

/** As `BlobWriter`, blocking. */
export interface BlockingBlobWriter {
  write(bytes: Uint8Array): void
  commit(): void
  abort(): void
}

/** What an adapter can do without giving way to the event loop. */
export interface BlockingStorage {
  put(name: string, bytes: Uint8Array): void
  create(name: string): BlockingBlobWriter
  append(name: string): SegmentWriter
  list(): readonly string[]
  close(): void
}

/** A place for files. Names consist of small letters, digits, '-' and '.'. */
export interface Storage {
  /** What errors name it by: a folder, a bucket. */
  readonly description: string
  /** Takes possession; rejects where somebody else has it. */
  open(): Promise<void>
  /** Gives it up. */
  close(): Promise<void>
  /** The names of all files that are there, in any order. */
  list(): Promise<readonly string[]>
  /** The bytes of a file, in pieces of any size. Rejects where there is none. */
  read(name: string): AsyncIterable<Uint8Array>
  /** Puts a small file in place of what was there, whole and durable. */
  put(name: string, bytes: Uint8Array): Promise<void>
  create(name: string): Promise<BlobWriter>
  /** Makes an empty file, durably there. Rejects where there is one of this name. */
  append(name: string): Promise<SegmentWriter>
  /** Cuts a file off, durably. Nobody appends to it. */
  truncate(name: string, size: number): Promise<void>
  remove(name: string): Promise<void>
  /** Absent where the adapter cannot block: SAVE is refused then, and 'always' needs `groupCommit`. */
  readonly blocking?: BlockingStorage | undefined
}
