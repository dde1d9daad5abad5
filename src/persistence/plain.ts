/** What the engine hands to a leaf; the types stand with the core. */
export type {
  BackupTarget,
  ByteStream,
  Keeper,
  Keeping,
  KeepingPolicy,
  LogBatch,
  LogRecord,
  LogWord,
  Persistence,
  PersistenceEvent,
  PersistenceHost,
  Plain,
  SaveProgress,
  SaveRequest,
  SaveRule,
  SnapshotCursor,
} from '../index.js'
