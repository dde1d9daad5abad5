export type { AofFileReport } from './aof-loader.js'
export { RedisFileError, type RedisFileProblem } from './errors.js'
export {
  type ExportCommandsOptions,
  type ExportOptions,
  type ExportProgress,
  type ExportRdbOptions,
  exportCommands,
  exportRdb,
} from './export.js'
export { type AofReport, importAof } from './import-aof.js'
export { importRdb } from './import-rdb.js'
export {
  type FileInfo,
  type InspectOptions,
  inspect,
  type KeyCount,
  type LargeKey,
  type RdbDatabaseInfo,
  type RdbInfo,
  type RedisFilesInfo,
} from './inspect.js'
export type { ImportAofOptions, ImportOptions, ImportProgress, RdbReport, Skipped } from './options.js'
export type { KeyType } from './rdb-values.js'
export type { FileSource } from './source.js'
