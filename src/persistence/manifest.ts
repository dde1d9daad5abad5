import { readAll } from './bytes.js'
import { crc32c } from './crc32c.js'
import { isEncrypted } from './encrypted-storage.js'
import { damaged, PersistenceError } from './errors.js'
import type { Storage } from './storage.js'

export const MANIFEST = 'manifest'
const FIRST_LINE = 'redstart manifest'
const VERSION = 1
/** No manifest is larger, however many segments there are. */
const BYTES_MAX = 1024 * 1024

/** Names what a store consists of: the snapshot, and the segments of the log behind it, in order. */
export interface Manifest {
  /** Grows by one with each manifest. */
  readonly id: number
  readonly snapshot: { readonly file: string; readonly seq: number } | null
  readonly segments: readonly string[]
  /** The last record, where the store was closed; null while it is open, or after a crash. */
  readonly closed: number | null
}

export function snapshotName(number: number): string {
  return `snapshot-${number}.rs`
}

export function segmentName(number: number): string {
  return `log-${number}.rs`
}

/** The highest number among files; 0 where there are none. */
export function highestNumber(names: readonly string[]): number {
  return names.reduce((highest, name) => Math.max(highest, Number(OWN_NAME.exec(name)?.[1] ?? 0)), 0)
}

const OWN_NAME = /^(?:snapshot|log)-(\d{1,15})\.rs$/

/** Whether the file is one that manifests name. */
export function isNumbered(name: string): boolean {
  return OWN_NAME.test(name)
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const text = `${FIRST_LINE} ${VERSION}\n${JSON.stringify(manifest)}\n`
  const bytes = new TextEncoder().encode(text)
  const checksum = crc32c(bytes).toString(16).padStart(8, '0')
  return new TextEncoder().encode(`${text}crc32c ${checksum}\n`)
}

/** @throws PersistenceError */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (isEncrypted(bytes)) {
    const reason = 'the store is encrypted: it is opened by encrypted() and its secret'
    throw new PersistenceError('KEY', reason, { file: MANIFEST, offset: 0 })
  }
  const text = Buffer.from(bytes.subarray(0, BYTES_MAX)).toString('latin1')
  const found = /^([^\n]*)\n([^\n]*)\ncrc32c ([0-9a-f]{8})\n$/.exec(text)
  if (found === null) throw damaged('no manifest of redstart, or one that is cut off', MANIFEST, 0)
  const end = bytes.length - found[3]!.length - 8
  if (crc32c(bytes, 0, end) !== Number.parseInt(found[3]!, 16))
    throw damaged('the checksum of the manifest is wrong', MANIFEST, 0)
  if (found[1] !== `${FIRST_LINE} ${VERSION}`) {
    throw new PersistenceError('NEWER', `'${found[1]}', and this redstart reads version ${VERSION}`, {
      file: MANIFEST,
      offset: 0,
    })
  }
  const manifest: unknown = JSON.parse(found[2]!)
  if (!isManifest(manifest)) throw damaged('a manifest that says too little', MANIFEST, found[1].length + 1)
  return manifest
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { id, snapshot, segments, closed } = value as Record<string, unknown>
  if (!isCount(id) || !(closed === null || isCount(closed)) || !Array.isArray(segments)) return false
  if (!segments.every((name) => typeof name === 'string' && isNumbered(name))) return false
  if (snapshot === null) return true
  if (typeof snapshot !== 'object') return false
  const { file, seq } = snapshot as Record<string, unknown>
  return typeof file === 'string' && isNumbered(file) && isCount(seq)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** What there is: undefined for a place where nothing is kept yet. @throws PersistenceError also where files are there and no manifest */
export async function readManifest(storage: Storage): Promise<Manifest | undefined> {
  const names = await storage.list()
  if (!names.includes(MANIFEST)) {
    const orphan = names.find(isNumbered)
    if (orphan === undefined) return undefined
    throw new PersistenceError('DAMAGED', `the manifest is missing, and there is ${orphan}`, { file: MANIFEST })
  }
  const manifest = decodeManifest(await readAll(storage.read(MANIFEST)))
  const named = manifest.snapshot === null ? manifest.segments : [manifest.snapshot.file, ...manifest.segments]
  for (const file of named) {
    if (!names.includes(file))
      throw new PersistenceError('DAMAGED', 'the manifest names the file, and it is missing', { file })
  }
  return manifest
}
