import { closeSync, existsSync, mkdirSync, openSync, promises, readdirSync, readSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PersistenceError } from './errors.js'
import { type FileCalls, systemCalls } from './file-calls.js'
import { FolderLock } from './folder-lock.js'
import { unfit } from './given.js'
import {
  type BlobWriter,
  type BlockingBlobWriter,
  type BlockingStorage,
  letGo,
  type SegmentWriter,
  type Storage,
} from './storage.js'

/** What is being written under another name, until it is whole. */
const UNFINISHED = '.tmp'
const PIECE_BYTES = 256 * 1024

/**
 * Files in a folder.
 *
 * What is put or created is written under another name, flushed, renamed, and then the folder is flushed: so a name stands for the old bytes or
 * the new ones, whatever happens. A new segment is there durably before anything is written to it. No flush is repeated
 * after it failed, and no file written to again.
 *
 * What changes or reads the folder has to wait for the system while it writes down former changes, several milliseconds where much
 * was written. So what need not block does all of that in a thread: `…Later`.
 */
export class FileStorage implements Storage {
  readonly description: string
  readonly blocking: BlockingStorage
  private readonly folder: string
  private readonly calls: FileCalls
  private readonly lock: FolderLock

  constructor(folder: string, calls: FileCalls = systemCalls) {
    if (typeof folder !== 'string' || folder === '')
      throw unfit('a folder is named by a text that is not empty', folder)
    this.description = folder
    // The process may change its directory later.
    this.folder = resolve(folder)
    this.calls = calls
    this.lock = new FolderLock(this.folder)
    this.blocking = {
      put: (name, bytes) => this.putNow(name, bytes),
      create: (name) => this.blobNow(name),
      append: (name) => {
        const segment = this.segment(this.calls.create(this.path(name)))
        try {
          this.flushFolder()
        } catch (error) {
          letGo(segment)
          throw error
        }
        return segment
      },
      list: () => (existsSync(this.folder) ? this.ours(readdirSync(this.folder)) : []),
      close: () => this.lock.release(),
    }
  }

  async open(): Promise<void> {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw asNoFolder(error, this.folder)
    }
    this.lock.take()
    // What a process left unfinished when it ended.
    for (const name of readdirSync(this.folder))
      if (name.endsWith(UNFINISHED)) this.calls.remove(join(this.folder, name))
  }

  async close(): Promise<void> {
    this.lock.release()
  }

  async list(): Promise<readonly string[]> {
    if (!existsSync(this.folder)) return []
    try {
      return this.ours(await promises.readdir(this.folder))
    } catch (error) {
      throw asNoFolder(error, this.folder)
    }
  }

  private ours(names: readonly string[]): string[] {
    return names.filter((name) => !name.endsWith(UNFINISHED) && !this.lock.owns(name))
  }

  async *read(name: string): AsyncIterable<Uint8Array> {
    // To wait for each piece takes longer than to read it: whoever reads much gives way to the event loop by itself.
    const fd = openSync(this.path(name), 'r')
    try {
      for (;;) {
        const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
        const count = readSync(fd, piece)
        if (count === 0) return
        yield piece.subarray(0, count)
      }
    } finally {
      closeSync(fd)
    }
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const blob = await this.create(name)
    await finish(blob, bytes)
  }

  private putNow(name: string, bytes: Uint8Array): void {
    const blob = this.blobNow(name)
    try {
      blob.write(bytes)
      blob.commit()
    } catch (error) {
      blob.abort()
      throw error
    }
  }

  async create(name: string): Promise<BlobWriter> {
    const { calls } = this
    const unfinished = this.unfinished(name)
    const fd = await calls.createLater(unfinished)
    const { close, abort } = this.opened(fd, unfinished)
    return {
      async write(bytes) {
        for (let at = 0; at < bytes.length; ) at += progress(await calls.writeLater(fd, bytes.subarray(at)))
      },
      commit: async () => {
        await calls.syncLater(fd)
        close()
        await calls.renameLater(unfinished, this.path(name))
        await this.flushFolderLater()
      },
      abort: async () => abort(),
    }
  }

  async append(name: string): Promise<SegmentWriter> {
    const segment = this.segment(await this.calls.createLater(this.path(name)))
    try {
      await this.flushFolderLater()
    } catch (error) {
      letGo(segment)
      throw error
    }
    return segment
  }

  async truncate(name: string, size: number): Promise<void> {
    const fd = this.calls.openToWrite(this.path(name))
    try {
      this.calls.truncate(fd, size)
      this.calls.sync(fd)
    } finally {
      this.calls.close(fd)
    }
  }

  async remove(name: string): Promise<void> {
    // To give the blocks of a large file back takes the system tens of milliseconds.
    await this.calls.removeLater(this.path(name))
  }

  private path(name: string): string {
    return join(this.folder, name)
  }

  private blobNow(name: string): BlockingBlobWriter {
    const { calls } = this
    const unfinished = this.unfinished(name)
    const fd = calls.create(unfinished)
    const { close, abort } = this.opened(fd, unfinished)
    return {
      write: (bytes) => writeAll(calls, fd, bytes),
      commit: () => {
        calls.sync(fd)
        close()
        calls.rename(unfinished, this.path(name))
        this.flushFolder()
      },
      abort,
    }
  }

  /** Where a file is written until it is whole, with nothing there. */
  private unfinished(name: string): string {
    const path = this.path(name + UNFINISHED)
    if (existsSync(path)) this.calls.remove(path)
    return path
  }

  /** How a file that is being written is closed, once, and given up. */
  private opened(fd: number, unfinished: string): { close(): void; abort(): void } {
    const { calls } = this
    let isOpen = true
    const close = (): void => {
      if (isOpen) calls.close(fd)
      isOpen = false
    }
    const abort = (): void => {
      close()
      if (existsSync(unfinished)) calls.remove(unfinished)
    }
    return { close, abort }
  }

  /** A file that was made to be appended to. It is there durably once the folder has been flushed. */
  private segment(fd: number): SegmentWriter {
    const { calls } = this
    let isOpen = true
    return {
      append: (bytes) => writeAll(calls, fd, bytes),
      flush: () => calls.syncLater(fd),
      flushNow: () => calls.sync(fd),
      async close() {
        if (isOpen) calls.close(fd)
        isOpen = false
      },
    }
  }

  private flushFolder(): void {
    const fd = this.calls.openFolder(this.folder)
    try {
      this.calls.sync(fd)
    } finally {
      this.calls.close(fd)
    }
  }

  private async flushFolderLater(): Promise<void> {
    const fd = this.calls.openFolder(this.folder)
    try {
      await this.calls.syncLater(fd)
    } finally {
      this.calls.close(fd)
    }
  }
}

async function finish(blob: BlobWriter, bytes: Uint8Array): Promise<void> {
  try {
    await blob.write(bytes)
    await blob.commit()
  } catch (error) {
    await blob.abort()
    throw error
  }
}

/** A call may write less than it was given; the next one then says why. */
function writeAll(calls: FileCalls, fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += progress(calls.write(fd, bytes.subarray(at)))
}

function progress(written: number): number {
  if (written > 0) return written
  throw new PersistenceError('UNUSABLE', 'the disk takes no bytes')
}

/** What the system says where a file stands in the place of a folder, in words that tell it. */
function asNoFolder(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'EEXIST' && code !== 'ENOTDIR') return error
  return new PersistenceError('UNUSABLE', 'there is a file where a folder should be', { file: folder })
}
