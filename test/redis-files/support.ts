import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, Redstart } from 'redstart'
import { type FileSource, type ImportOptions, importRdb, type RedisFileError } from 'redstart/redis-files'
import { writeCrc64 } from '../../src/structures/rdb/crc64.js'
import * as a from '../structures/rdb/assemble.js'
import { START_MS } from '../support.js'

/** A store whose clock stands still, so that what expires is decided by the deadlines alone. */
export function empty(): Redstart {
  return new Redstart({ clock: manualClock(START_MS), seed: 1 })
}

/** An RDB file of the parts, with a right checksum where its version has one. */
export function rdbFile(version: number, ...parts: readonly a.Part[]): Uint8Array {
  const bytes = a.join(`REDIS${String(version).padStart(4, '0')}`, ...parts, 0xff)
  return version < 5 ? bytes : withChecksum(bytes)
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  const file = a.join(bytes, new Uint8Array(8))
  writeCrc64(file, 0, bytes.length, file, bytes.length)
  return file
}

/** The same file as a server without `rdbchecksum` writes it. */
export function unchecked(file: Uint8Array): Uint8Array {
  return file.map((byte, i) => (i < file.length - 8 ? byte : 0))
}

/** A key of a file by what DUMP would give of its value. */
export function keyOf(name: string, payload: Uint8Array): Uint8Array {
  return a.join(payload[0]!, a.string(name), payload.subarray(1, -10))
}

export const field = (name: string, value: string): Uint8Array => a.join(250, a.string(name), a.string(value))
export const database = (index: number): Uint8Array => a.join(254, a.size(index))
export const sizes = (keys: number, expiring: number): Uint8Array => a.join(251, a.size(keys), a.size(expiring))
export const expiresMs = (ms: number | bigint): Uint8Array => a.join(252, a.little(ms, 8))
export const expires = (seconds: number): Uint8Array => a.join(253, a.little(seconds, 4))
export const text = (key: string, value: string): Uint8Array => a.join(0, a.string(key), a.string(value))

/** The bytes of an export. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

/** The bytes in pieces, as a stream gives them. */
export async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What is wrong with a file, as the importer says it; undefined when it takes it. */
export async function refusal(source: FileSource, options?: ImportOptions): Promise<string | undefined> {
  return errorOf(() => importRdb(empty(), source, { name: 'x.rdb', ...options }))
}

/** The message of a RedisFileError; any other error comes through. */
export async function errorOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if ((error as Error).name !== 'RedisFileError') throw error
    const { problem, message } = error as RedisFileError
    return `${problem}: ${message}`
  }
}

/** A folder for a while. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'redstart-files-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Commands as a client sends them; words are byte text. */
export function resp(...commands: readonly (readonly string[])[]): Uint8Array {
  const parts = commands.map((words) => {
    return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word, 'latin1')}\r\n${word}\r\n`).join('')}`
  })
  return Buffer.from(parts.join(''), 'latin1')
}

/** A stream of one entry, 0-1, that a consumer of a group has been given, in each of the forms that streams ever had. */
export function streamForms(): Uint8Array[] {
  // The greatest byte comes first.
  const id = a.join(a.little(0, 15), 1)
  const entry = [a.string(id), a.string(a.listpack([1, 0, 1, 'f', 0, 2, 0, 0, 'v', 4]))]
  const group = (read: a.Part, active: a.Part): a.Part[] => [
    a.join(a.string('group'), 0, 1, read, a.size(1), id, a.little(5, 8), a.size(1)),
    a.join(a.size(1), a.string('consumer'), a.little(5, 8), active, a.size(1), id),
  ]
  return [
    a.payload(15, a.size(1), ...entry, 1, 0, 1, a.size(1), ...group('', '')),
    a.payload(19, a.size(1), ...entry, 1, 0, 1, 0, 1, 0, 0, 1, a.size(1), ...group(a.join(0x81, a.little(-1, 8)), '')),
    a.payload(21, a.size(1), ...entry, 1, 0, 1, 0, 1, 0, 0, 1, a.size(1), ...group('\x01', a.little(5, 8))),
  ]
}
