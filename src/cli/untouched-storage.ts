import { type BlobWriter, memory, type SegmentWriter, type Storage } from 'redstart/persistence'

/**
 * A storage over another that changes nothing in it: what is written lies in memory, in front of what is there. So a store can be
 * opened to look at it, also where a torn end has to be cut off first.
 */
export class UntouchedStorage implements Storage {
  readonly description: string
  private readonly front = memory().storage
  /** Files of the other that are gone from here. */
  private readonly gone = new Set<string>()

  constructor(private readonly inner: Storage) {
    this.description = inner.description
  }

  open(): Promise<void> {
    return this.front.open()
  }

  close(): Promise<void> {
    return this.front.close()
  }

  async list(): Promise<readonly string[]> {
    const behind = (await this.inner.list()).filter((name) => !this.gone.has(name))
    return [...new Set([...behind, ...(await this.front.list())])]
  }

  async *read(name: string): AsyncIterable<Uint8Array> {
    yield* (await this.isInFront(name)) ? this.front.read(name) : this.inner.read(name)
  }

  private async isInFront(name: string): Promise<boolean> {
    return (await this.front.list()).includes(name)
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    return this.front.put(name, bytes)
  }

  create(name: string): Promise<BlobWriter> {
    return this.front.create(name)
  }

  append(name: string): Promise<SegmentWriter> {
    return this.front.append(name)
  }

  async truncate(name: string, size: number): Promise<void> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.read(name)) pieces.push(piece)
    await this.front.put(name, Buffer.concat(pieces).subarray(0, size))
  }

  async remove(name: string): Promise<void> {
    this.gone.add(name)
    if (await this.isInFront(name)) await this.front.remove(name)
  }
}
