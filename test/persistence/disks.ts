import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type FileCalls, systemCalls } from '../../src/persistence/file-calls.js'
import { quickCalls } from './support.js'

/** What a call fails with. 'SHORT' writes half of what it was given, once, and the next call has ENOSPC. */
export type Fault = 'EIO' | 'ENOSPC' | 'SHORT'

/** A disk whose n-th call fails, once or from then on. */
export class FailingDisk implements FileCalls {
  /** How many calls there were. */
  count = 0
  fired = false
  /** The descriptors that have not been closed. */
  readonly opened = new Set<number>()
  private readonly at: number
  private readonly fault: Fault
  private readonly forever: boolean
  private isHealed = false

  constructor(at: number, fault: Fault, forever: boolean) {
    this.at = at
    this.fault = fault
    this.forever = forever
  }

  heal(): void {
    this.isHealed = true
  }

  private fails(): boolean {
    this.count++
    const fails = !this.isHealed && (this.count === this.at || (this.forever && this.count > this.at))
    this.fired ||= fails
    return fails
  }

  private check(): void {
    if (this.fails()) throw this.error()
  }

  private error(): Error {
    const code = this.fault === 'EIO' ? 'EIO' : 'ENOSPC'
    return Object.assign(new Error(`${code}: made up`), { code })
  }

  create(path: string): number {
    this.check()
    return this.noted(quickCalls.create(path))
  }

  private noted(fd: number): number {
    this.opened.add(fd)
    return fd
  }

  async createLater(path: string): Promise<number> {
    return this.create(path)
  }

  openFolder(path: string): number {
    this.check()
    return this.noted(quickCalls.openFolder(path))
  }

  openToWrite(path: string): number {
    this.check()
    return this.noted(quickCalls.openToWrite(path))
  }

  write(fd: number, bytes: Uint8Array): number {
    if (!this.fails()) return quickCalls.write(fd, bytes)
    if (this.fault !== 'SHORT' || bytes.length < 2) throw this.error()
    return quickCalls.write(fd, bytes.subarray(0, bytes.length >> 1))
  }

  async writeLater(fd: number, bytes: Uint8Array): Promise<number> {
    return this.write(fd, bytes)
  }

  sync(_fd: number): void {
    this.check()
  }

  async syncLater(_fd: number): Promise<void> {
    this.check()
  }

  truncate(fd: number, size: number): void {
    this.check()
    quickCalls.truncate(fd, size)
  }

  close(fd: number): void {
    // What is closed is closed, also where the call fails.
    quickCalls.close(fd)
    this.opened.delete(fd)
    this.check()
  }

  rename(from: string, to: string): void {
    this.check()
    quickCalls.rename(from, to)
  }

  async renameLater(from: string, to: string): Promise<void> {
    this.rename(from, to)
  }

  remove(path: string): void {
    this.check()
    quickCalls.remove(path)
  }

  async removeLater(path: string): Promise<void> {
    this.remove(path)
  }
}

const BLOCK = 512

/** A file by what the disk was told, in order. */
interface ModelFile {
  /** What is durable. */
  synced: Uint8Array
  /** What was written since: each piece and where it begins, or a new size. */
  pending: ({ at: number; bytes: Uint8Array } | { size: number })[]
  length: number
}

type Entry =
  | { kind: 'add'; name: string; file: ModelFile }
  | { kind: 'rename'; from: string; to: string }
  | { kind: 'remove'; name: string }

/**
 * A disk that keeps in mind what was flushed. After a power failure (`crash`) a file has what was flushed, and of each block that was
 * written since either the new bytes or what was there before, zeros past the end; the folder has what was flushed of it, and
 * of what was done since the first so many steps.
 */
export class ForgetfulDisk implements FileCalls {
  count = 0
  private readonly files = new Map<number, ModelFile>()
  private durable = new Map<string, ModelFile>()
  private names = new Map<string, ModelFile>()
  private entries: Entry[] = []
  /** Is called before each call: a test may want to crash there. */
  onCall: (() => void) | undefined

  private tick(): void {
    this.onCall?.()
    this.count++
  }

  create(path: string): number {
    this.tick()
    const fd = systemCalls.create(path)
    const file: ModelFile = { synced: new Uint8Array(0), pending: [], length: 0 }
    this.files.set(fd, file)
    this.enter({ kind: 'add', name: basename(path), file })
    return fd
  }

  private enter(entry: Entry): void {
    this.entries.push(entry)
    apply(this.names, entry)
  }

  async createLater(path: string): Promise<number> {
    return this.create(path)
  }

  openFolder(path: string): number {
    this.tick()
    return systemCalls.openFolder(path)
  }

  openToWrite(path: string): number {
    this.tick()
    const fd = systemCalls.openToWrite(path)
    this.files.set(fd, this.names.get(basename(path))!)
    return fd
  }

  write(fd: number, bytes: Uint8Array): number {
    this.tick()
    const file = this.files.get(fd)!
    file.pending.push({ at: file.length, bytes: new Uint8Array(bytes) })
    file.length += bytes.length
    return systemCalls.write(fd, bytes)
  }

  async writeLater(fd: number, bytes: Uint8Array): Promise<number> {
    return this.write(fd, bytes)
  }

  sync(fd: number): void {
    this.tick()
    const file = this.files.get(fd)
    if (file === undefined) {
      this.durable = new Map(this.names)
      this.entries = []
      return
    }
    file.synced = contentOf(file, () => true)
    file.pending = []
  }

  async syncLater(fd: number): Promise<void> {
    this.sync(fd)
  }

  truncate(fd: number, size: number): void {
    this.tick()
    const file = this.files.get(fd)!
    file.pending.push({ size })
    file.length = size
    systemCalls.truncate(fd, size)
  }

  close(fd: number): void {
    this.tick()
    this.files.delete(fd)
    systemCalls.close(fd)
  }

  rename(from: string, to: string): void {
    this.tick()
    this.enter({ kind: 'rename', from: basename(from), to: basename(to) })
    systemCalls.rename(from, to)
  }

  async renameLater(from: string, to: string): Promise<void> {
    this.rename(from, to)
  }

  remove(path: string): void {
    this.tick()
    this.enter({ kind: 'remove', name: basename(path) })
    systemCalls.remove(path)
  }

  async removeLater(path: string): Promise<void> {
    this.remove(path)
  }

  /** Writes what is there after a power failure into a folder. `chance` says for each block and step whether it is kept. */
  crash(into: string, chance: () => number): void {
    mkdirSync(into, { recursive: true })
    const names = new Map(this.durable)
    const steps = Math.floor(chance() * (this.entries.length + 1))
    for (const entry of this.entries.slice(0, steps)) apply(names, entry)
    for (const [name, file] of names)
      writeFileSync(
        join(into, name),
        contentOf(file, () => chance() < 0.5),
      )
  }
}

function apply(names: Map<string, ModelFile>, entry: Entry): void {
  if (entry.kind === 'add') names.set(entry.name, entry.file)
  else if (entry.kind === 'remove') names.delete(entry.name)
  else {
    const file = names.get(entry.from)
    names.delete(entry.from)
    if (file !== undefined) names.set(entry.to, file)
  }
}

/** What was flushed with those blocks of what was written since that `keeps` lets by. */
function contentOf(file: ModelFile, keeps: () => boolean): Uint8Array {
  let content = Buffer.from(file.synced)
  const reach = (size: number): void => {
    if (content.length < size) content = Buffer.concat([content, Buffer.alloc(size - content.length)])
  }
  for (const change of file.pending) {
    if ('size' in change) {
      if (keeps()) content = Buffer.from(content.subarray(0, change.size))
      continue
    }
    for (let at = 0; at < change.bytes.length; ) {
      const place = change.at + at
      const block = change.bytes.subarray(at, at + BLOCK - (place % BLOCK))
      if (keeps()) {
        reach(place + block.length)
        content.set(block, place)
      }
      at += block.length
    }
  }
  return content
}
