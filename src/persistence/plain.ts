/** What the engine hands to a leaf; the types stand with the core. */
export type {
  BackupTarget,
  ByteStream,
  Keeper,
  LogBatch,
  LogRecord,
  LogWord,
  Persistence,
  PersistenceEvent,
  PersistenceHost,
  Plain,
  SaveProgress,
  SaveRequest,
  SnapshotCursor,
} from '../index.js'
