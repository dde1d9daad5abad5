import type { BlobWriter, SegmentWriter, Storage } from 'redstart/persistence'

/** A storage that tells how many bytes have been read from it. */
export class WatchedStorage implements Storage {
  readonly description: string
  readonly blocking: Storage['blocking']
  private bytes = 0

  constructor(
    private readonly inner: Storage,
    private readonly onBytes: (bytes: number) => void,
  ) {
    this.description = inner.description
    this.blocking = inner.blocking
  }

  open(): Promise<void> {
    return this.inner.open()
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  list(): Promise<readonly string[]> {
    return this.inner.list()
  }

  async *read(name: string): AsyncIterable<Uint8Array> {
    for await (const piece of this.inner.read(name)) {
      this.bytes += piece.length
      this.onBytes(this.bytes)
      yield piece
    }
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    return this.inner.put(name, bytes)
  }

  create(name: string): Promise<BlobWriter> {
    return this.inner.create(name)
  }

  append(name: string): Promise<SegmentWriter> {
    return this.inner.append(name)
  }

  truncate(name: string, size: number): Promise<void> {
    return this.inner.truncate(name, size)
  }

  remove(name: string): Promise<void> {
    return this.inner.remove(name)
  }
}
