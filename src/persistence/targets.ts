import { FileStorage } from './file-storage.js'
import { unfit } from './given.js'
import type { BackupTarget, ByteStream, Persistence } from './plain.js'
import type { Storage } from './storage.js'

/** A folder, or what `files`, `memory`, `encrypted` or `keptIn` made. */
export type Place = string | Persistence

/** Whether something is a stream to write to. */
export function isStream(target: BackupTarget): target is ByteStream {
  return typeof target === 'object' && target !== null && 'write' in target && 'end' in target
}

/** The storage of a place. @throws PersistenceError for something that has none */
export function storageOf(place: Place): Storage {
  if (typeof place === 'string') return new FileStorage(place)
  // What an adapter is made into has it.
  if (isKept(place)) return place.storage
  throw unfit('a place is a folder, or what files(), memory(), encrypted() or keptIn() returned', place)
}

/** Whether it is what `files` and the like make: callers may have theirs from another copy of this module. */
export function isKept(place: unknown): place is { readonly storage: Storage } {
  if (typeof place !== 'object' || place === null || !('storage' in place)) return false
  const { storage } = place
  return typeof storage === 'object' && storage !== null
}
