import { PersistenceError } from './errors.js'
import { FileStorage } from './file-storage.js'
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
  if ('storage' in place && typeof place.storage === 'object' && place.storage !== null) return place.storage as Storage
  throw new PersistenceError(
    'UNUSABLE',
    'a place is a folder, or what files(), memory(), encrypted() or keptIn() returned',
  )
}
