import { type FileHandle, open } from 'node:fs/promises'

/**
 * What a file can be read from: its path, its bytes, or its bytes as they come (a stream of Node is one). What comes as a
 * stream is read once and never held as a whole.
 */
export type FileSource = string | Uint8Array | AsyncIterable<Uint8Array>

/** Bytes in order, read into memory of the caller. */
export interface ByteSource {
  /** How messages call it. */
  readonly name: string
  /** How many bytes there are in all, undefined where that is not known. */
  readonly sizeBytes: number | undefined
  /** Fills the target from its start; returns how many bytes came, 0 only at the end. */
  read(target: Uint8Array): Promise<number>
  close(): Promise<void>
}

/** Opens a source. Throws the error of the system when a path cannot be opened. */
export async function openSource(source: FileSource, name?: string): Promise<ByteSource> {
  if (typeof source === 'string') return openPath(source, name ?? source)
  if (source instanceof Uint8Array) return new BytesSource(source, name ?? 'bytes')
  if (typeof source !== 'object' || source === null || !(Symbol.asyncIterator in source))
    throw new TypeError(`a file is read from a path, a Uint8Array or a stream of bytes, got ${shownType(source)}`)
  return new StreamSource(source, name ?? 'stream')
}

function shownType(value: unknown): string {
  return value === null ? 'null' : typeof value
}

async function openPath(path: string, name: string): Promise<ByteSource> {
  const handle = await open(path, 'r')
  try {
    const stat = await handle.stat()
    // A pipe or a device has no size that says anything.
    return new PathSource(handle, name, stat.isFile() ? stat.size : undefined)
  } catch (error) {
    await handle.close()
    throw error
  }
}

class PathSource implements ByteSource {
  constructor(
    private readonly handle: FileHandle,
    readonly name: string,
    readonly sizeBytes: number | undefined,
  ) {}

  async read(target: Uint8Array): Promise<number> {
    const { bytesRead } = await this.handle.read(target, 0, target.length, null)
    return bytesRead
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

class BytesSource implements ByteSource {
  readonly sizeBytes: number
  private at = 0

  constructor(
    private readonly bytes: Uint8Array,
    readonly name: string,
  ) {
    this.sizeBytes = bytes.length
  }

  async read(target: Uint8Array): Promise<number> {
    const part = this.bytes.subarray(this.at, this.at + target.length)
    target.set(part)
    this.at += part.length
    return part.length
  }

  async close(): Promise<void> {}
}

class StreamSource implements ByteSource {
  readonly sizeBytes = undefined
  private readonly chunks: AsyncIterator<Uint8Array>
  private rest: Uint8Array = new Uint8Array(0)

  constructor(
    stream: AsyncIterable<Uint8Array>,
    readonly name: string,
  ) {
    this.chunks = stream[Symbol.asyncIterator]()
  }

  async read(target: Uint8Array): Promise<number> {
    while (this.rest.length === 0) {
      const next = await this.chunks.next()
      if (next.done === true) return 0
      this.rest = next.value
    }
    const part = this.rest.subarray(0, target.length)
    target.set(part)
    this.rest = this.rest.subarray(part.length)
    return part.length
  }

  async close(): Promise<void> {
    await this.chunks.return?.()
  }
}
