import type { Redstart } from '../index.js'
import { checkNames } from '../option-names.js'
import { type AofFileReport, AofLoader } from './aof-loader.js'
import { aofFiles } from './aof-manifest.js'
import { checkTarget } from './import-rdb.js'
import { checkOneOf, IMPORT_AOF_OPTIONS, type ImportAofOptions } from './options.js'
import { type FileSource, openSource } from './source.js'
import { Staging } from './staging.js'
import { ByteWindow } from './window.js'

/** What an append-only log was found to be. */
export interface AofReport {
  /** Keys in the store after it. */
  readonly keys: number
  readonly commands: number
  /** Its files, in the order in which they were read. */
  readonly files: readonly AofFileReport[]
}

/**
 * Loads an append-only log of Redis: by the folder of its files (`appendonlydir`), by their manifest, or the single file of a
 * server before 7.0, which may begin with an RDB file. Returns what was in it. All or nothing, as `importRdb`; a transaction is run
 * whole or not at all. What is not whole at the end of the last file is left out, as a server does by default, and told in the
 * report as `cut`; no file is changed.
 *
 * Nothing expires while the commands are run, since the log says itself what expired; keys whose time is up expire right after.
 *
 * @example
 * const { keys, files } = await importAof(db, '/var/lib/redis/appendonlydir')
 *
 * @throws RedisFileError (as a rejection) with file, offset and reason, for damage in the middle, for commands that are not known
 * here or that fail, and for what `importRdb` refuses in an RDB part
 * @throws Error when the store is not empty and `replace` is not set, before or at the end of reading
 */
export async function importAof(db: Redstart, source: FileSource, options: ImportAofOptions = {}): Promise<AofReport> {
  checkNames(options, IMPORT_AOF_OPTIONS)
  checkOneOf('unsupported', options.unsupported, ['refuse', 'skip'])
  checkOneOf('truncated', options.truncated, ['cut', 'refuse'])
  checkTarget(db, options)
  const sources: readonly FileSource[] = typeof source === 'string' ? (await aofFiles(source)).paths : [source]
  const staging = new Staging(db)
  const files: AofFileReport[] = []
  for (const [i, one] of sources.entries()) files.push(await load(one, staging, options, i === sources.length - 1))
  await staging.commit(() => checkTarget(db, options))
  return { keys: staging.keys, commands: files.reduce((sum, { commands }) => sum + commands, 0), files }
}

async function load(
  source: FileSource,
  staging: Staging,
  options: ImportAofOptions,
  isLast: boolean,
): Promise<AofFileReport> {
  const opened = await openSource(source, options.name)
  try {
    return await new AofLoader(new ByteWindow(opened), staging, options, isLast).load()
  } finally {
    await opened.close()
  }
}
