import { writeBackup } from './backup.js'
import { PersistenceError } from './errors.js'
import { unfit, unusable } from './given.js'
import { KeptStore, type WriteBackup } from './kept-store.js'
import { LogWriter } from './log-writer.js'
import { segmentName } from './manifest.js'
import { type PersistenceOptions, policyOf } from './options.js'
import type { Keeper, Persistence, PersistenceHost } from './plain.js'
import { putManifest, recover, removeUnnamed } from './recovery.js'
import { letGo, type Storage } from './storage.js'

/** A storage, and how stores are kept in it: what `Redstart.open` takes. */
export class Persistent implements Persistence {
  readonly storage: Storage
  readonly options: PersistenceOptions | undefined

  constructor(storage: Storage, options: PersistenceOptions | undefined) {
    policyOf(options)
    this.storage = storage
    this.options = options
  }

  async open(host: PersistenceHost): Promise<Keeper> {
    const { storage } = this
    const policy = policyOf(this.options)
    if (policy.appendFsync === 'always' && !policy.groupCommit && storage.blocking === undefined) {
      const reason = `${storage.description} cannot block: 'always' needs groupCommit: true and await db.flushed()`
      throw new PersistenceError('UNUSABLE', reason)
    }
    await storage.open()
    try {
      return await this.start(host)
    } catch (error) {
      await storage.close()
      throw error
    }
  }

  private async start(host: PersistenceHost): Promise<Keeper> {
    const { storage } = this
    const recovered = await recover(storage, host)
    // A segment without a manifest would look as if the manifest had been lost.
    if (recovered.manifest.id === 0) await putManifest(storage, { ...recovered.manifest, id: 1 })
    const number = recovered.number + 1
    const file = segmentName(number)
    const segment = await storage.append(file)
    const { manifest, seq } = recovered
    const named = { ...manifest, id: manifest.id + 2, segments: [...manifest.segments, file], closed: null }
    try {
      await putManifest(storage, named)
      await removeUnnamed(storage, named)
    } catch (error) {
      letGo(segment)
      throw error
    }
    const start = { number, seq, bytes: recovered.logBytes }
    // The one that CONFIG SET changes.
    const policy = policyOf(this.options)
    const log = new LogWriter(host, policy, segment, start, (error) => {
      const message = `writes are refused: ${error instanceof Error ? error.message : String(error)}`
      host.report({ type: 'write-failed', message, file, error })
    })
    const kept = { ...recovered, manifest: named, number }
    const keeper = new KeptStore(storage, host, policy, kept, log, writeBackup as WriteBackup)
    host.configure({ policy, place: storage.description, blocks: storage.blocking !== undefined })
    host.listen(log)
    await keeper.trim()
    return keeper
  }
}

/**
 * Keeps a store in a storage of your own: see docs/persistence.md.
 *
 * @example
 * const db = await Redstart.open({ persistence: keptIn(new BucketStorage('my-bucket'), { save: '' }) })
 */
export function keptIn(storage: Storage, options?: PersistenceOptions): Persistent {
  checkStorage(storage)
  return new Persistent(storage, options)
}

const METHODS = ['open', 'close', 'list', 'read', 'put', 'create', 'append', 'truncate', 'remove'] as const

/** @throws PersistenceError for what is no adapter */
function checkStorage(storage: Storage): void {
  if (typeof storage !== 'object' || storage === null) throw unfit('a storage must be an object', storage)
  const missing = METHODS.find((name) => typeof storage[name] !== 'function')
  if (missing !== undefined) throw unusable(`a storage has a method ${missing}`)
}
