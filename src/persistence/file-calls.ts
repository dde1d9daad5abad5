import * as fs from 'node:fs'

/**
 * The calls of the system that files are kept by, one by one as the disk sees them. Tests put others in their place, which fail or lose
 * what was not flushed.
 */
export interface FileCalls {
  /** Opens a file that is not there, to write to it. */
  create(path: string): number
  createLater(path: string): Promise<number>
  openFolder(path: string): number
  /** Opens a file that is there, to write to it. */
  openToWrite(path: string): number
  /** How many bytes were written: it may be fewer than there are. */
  write(fd: number, bytes: Uint8Array): number
  writeLater(fd: number, bytes: Uint8Array): Promise<number>
  /** Makes what was written durable, with the size of the file. */
  sync(fd: number): void
  syncLater(fd: number): Promise<void>
  truncate(fd: number, size: number): void
  close(fd: number): void
  rename(from: string, to: string): void
  renameLater(from: string, to: string): Promise<void>
  remove(path: string): void
  removeLater(path: string): Promise<void>
}

/** Those of Node. Modes: what is kept is for its owner alone. */
export const systemCalls: FileCalls = {
  create: (path) => fs.openSync(path, 'wx', 0o600),
  createLater: (path) =>
    new Promise((resolve, reject) => {
      fs.open(path, 'wx', 0o600, (error, fd) => (error === null ? resolve(fd) : reject(error)))
    }),
  openFolder: (path) => fs.openSync(path, 'r'),
  openToWrite: (path) => fs.openSync(path, 'r+'),
  write: (fd, bytes) => fs.writeSync(fd, bytes),
  writeLater: (fd, bytes) =>
    new Promise((resolve, reject) => {
      fs.write(fd, bytes, 0, bytes.length, null, (error, written) =>
        error === null ? resolve(written) : reject(error),
      )
    }),
  sync: (fd) => fs.fdatasyncSync(fd),
  syncLater: (fd) =>
    new Promise((resolve, reject) => {
      fs.fdatasync(fd, (error) => (error === null ? resolve() : reject(error)))
    }),
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  close: (fd) => fs.closeSync(fd),
  rename: (from, to) => fs.renameSync(from, to),
  renameLater: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.unlinkSync(path),
  removeLater: (path) => fs.promises.unlink(path),
}
