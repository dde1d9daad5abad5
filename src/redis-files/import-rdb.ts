import type { Redstart } from '../index.js'
import { checkNames } from '../option-names.js'
import { RedisFileError } from './errors.js'
import { checkOneOf, IMPORT_OPTIONS, type ImportOptions, type RdbReport } from './options.js'
import { RdbLoader } from './rdb-loader.js'
import { type FileSource, openSource } from './source.js'
import { isEmpty, Staging } from './staging.js'
import { ByteWindow } from './window.js'

/**
 * Loads an RDB file (`dump.rdb`) of Redis, of any version up to 12, which is that of Redis 8.0. Returns what was in it. All or
 * nothing: the keys come into the store together once the file has been read to its end and its checksum is right; when it is
 * refused, or the promise rejected for another reason, the store is what it was. Keys whose time is up stay behind.
 *
 * Reads in slices between which the event loop runs, and holds no more of the file than a megabyte, or what the greatest
 * value takes. O(bytes).
 *
 * @example
 * const db = new Redstart()
 * const { keys } = await importRdb(db, '/var/lib/redis/dump.rdb')
 *
 * @throws RedisFileError (as a rejection) with file, offset and reason, when the file is damaged, of a newer version, or has what
 * cannot be kept
 * @throws Error when the store is not empty and `replace` is not set, before or at the end of reading
 */
export async function importRdb(db: Redstart, source: FileSource, options: ImportOptions = {}): Promise<RdbReport> {
  checkNames(options, IMPORT_OPTIONS)
  checkOneOf('unsupported', options.unsupported, ['refuse', 'skip'])
  checkTarget(db, options)
  const opened = await openSource(source, options.name)
  try {
    const window = new ByteWindow(opened)
    const staging = new Staging(db)
    const report = await new RdbLoader(window, staging, options, false).load()
    await expectEnd(window)
    await staging.commit(() => checkTarget(db, options))
    return report
  } finally {
    await opened.close()
  }
}

/** Refuses to put a file in place of keys that nobody said may go. */
export function checkTarget(db: Redstart, options: ImportOptions): void {
  if (options.replace === true || isEmpty(db)) return
  throw new Error(
    'the store is not empty: an import would replace all that is in it, which the option `replace` allows',
  )
}

/** What follows the end may be commands, which are not to be lost silently. */
async function expectEnd(window: ByteWindow): Promise<void> {
  if (window.at === window.end && !(await window.more())) return
  const { offset } = window
  if (window.bytes[window.at] === 0x2a) {
    throw new RedisFileError('format', window.source.name, offset, 'commands follow: this is an append-only file')
  }
  throw new RedisFileError('damaged', window.source.name, offset, 'bytes follow the end of the RDB file')
}
