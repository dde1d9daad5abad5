import { EncryptedStorage } from './encrypted-storage.js'
import { FileStorage } from './file-storage.js'
import { BYTES, type Kinds, LIST, optionsGiven, TEXT, unfit } from './given.js'
import { KeyMaker, type Secret } from './keys.js'
import { MemoryStorage } from './memory-storage.js'
import type { PersistenceOptions } from './options.js'
import { Persistent } from './persistent.js'
import { isKept } from './targets.js'

export { type CheckReport, check, type Problem, type RepairOptions, type RepairReport, repair } from './check.js'
export { PersistenceError, type PersistenceErrorCode } from './errors.js'
export type { Secret } from './keys.js'
export type { PersistenceOptions } from './options.js'
export { keptIn, type Persistent } from './persistent.js'
export { type RestoreReport, type RestoreToOptions, restore } from './restore.js'
export type {
  BlobWriter,
  BlockingBlobWriter,
  BlockingStorage,
  SegmentWriter,
  Storage,
} from './storage.js'
export type { Place } from './targets.js'

/**
 * Keeps a store in memory, for tests: opened again with the same object, it is there again.
 *
 * @example
 * const kept = memory()
 * const db = await Redstart.open({ persistence: kept })
 */
export function memory(options?: PersistenceOptions): Persistent {
  return new Persistent(new MemoryStorage(), options)
}

/**
 * Keeps a store in files in a folder, which is made when it is not there. A second process or store is kept out of it.
 *
 * @example
 * const db = await Redstart.open({ persistence: files('./data', { appendFsync: 'always' }) })
 */
export function files(folder: string, options?: PersistenceOptions): Persistent {
  return new Persistent(new FileStorage(folder), options)
}

/** What `encrypted` is given. */
export interface EncryptionOptions extends Secret {
  /** Secrets that may have been written with before: what is written from now on is under the new one. */
  readonly formerly?: readonly Secret[] | undefined
}

const SECRET: Kinds<Secret> = { key: BYTES, passphrase: TEXT }
const ENCRYPTION: Kinds<EncryptionOptions> = { ...SECRET, formerly: LIST }

/**
 * Encrypts whatever another persistence keeps, by AES-256-GCM; options are those of the other. After a change of the secret, name the
 * former one until `db.bgrewriteaof()` has written everything anew.
 *
 * @example
 * encrypted(files('./data'), { passphrase: process.env.PASSPHRASE })
 */
export function encrypted(inner: Persistent, options: EncryptionOptions): Persistent {
  if (!isKept(inner)) throw unfit('encrypted() takes what files(), memory() or keptIn() returned', inner)
  const { formerly = [], ...secret } = optionsGiven(options, ENCRYPTION) ?? {}
  for (const one of formerly) optionsGiven(one, SECRET)
  const makers = [secret, ...formerly].map((one) => new KeyMaker(one))
  return new Persistent(new EncryptedStorage(inner.storage, makers), inner.options)
}
