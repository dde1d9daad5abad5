export type { BitfieldGet, BitfieldOffset, BitfieldType, BitfieldWrite } from './api/bitmap.js'
export type { ConsumedEntry, ConsumeOptions } from './api/consumption.js'
export type { Stop } from './api/disposable.js'
export type { ScanOptions } from './api/generic.js'
export type {
  GeoBy,
  GeoFoundAs,
  GeoFrom,
  GeoMatch,
  GeoMember,
  GeoParts,
  GeosearchstoreOptions,
} from './api/geo.js'
export type { DataRecord } from './api/given.js'
export type { FieldAndValue, FieldValues, HscanOptions } from './api/hash.js'
export type { KeyWatch } from './api/key-watch.js'
export type { BlmpopOptions, LmpopOptions, LposCountOptions, MultiPopped, Popped } from './api/list.js'
export { MessageStream, type MessagesOptions, type ReceivedMessage } from './api/message-stream.js'
export { Monitor, type MonitorListener } from './api/monitor.js'
export type { Multi, Replies } from './api/multi.js'
export type { CommittedBy, OptimisticOptions, WatchedMulti } from './api/optimistic.js'
export type { BgsaveOptions } from './api/persistence.js'
export type { SscanOptions } from './api/set.js'
export type { SortGetOptions, SortOptions } from './api/sort.js'
export type {
  BzmpopOptions,
  PoppedMembers,
  ScoredInput,
  ScoredMember,
  WithScore,
  ZmpopOptions,
  ZscanOptions,
} from './api/sorted-set.js'
export type {
  LexBound,
  LimitOptions,
  RangeBound,
  ScoreBound,
  WithScores,
  ZintercardOptions,
} from './api/sorted-set-ranges.js'
export type {
  StreamEntries,
  StreamEntry,
  StreamsToRead,
  TrimOptions,
  XaddOptions,
  XrangeOptions,
  XreadBlockOptions,
  XreadOptions,
  XsetidOptions,
} from './api/stream.js'
export type {
  AutoClaimed,
  ConsumerFacts,
  DeliveredEntries,
  DeliveredEntry,
  GroupFacts,
  PendingEntry,
  PendingSummary,
  StreamFacts,
  XautoclaimOptions,
  XclaimOptions,
  XpendingOptions,
  XreadgroupBlockOptions,
  XreadgroupOptions,
} from './api/stream-groups.js'
export type { KeyValues, LcsIdxOptions, LcsRun, SetGetOptions } from './api/string.js'
export { type MessageListener, Subscription } from './api/subscription.js'
export type { TransactionOptions } from './api/transactions.js'
export type { SimilarElement, SimilarTo, Vector, VsimScoredOptions } from './api/vector-set.js'
export type { AclUser } from './commands/acl.js'
export type { AclLogEntry } from './commands/acl-access.js'
export type { Data, Key } from './commands/argv.js'
export type { BitRange } from './commands/bitmap.js'
export type { BlockingOptions } from './commands/blocking.js'
export type { ClientListOptions, ClientType, KillFilter, UnblockReason } from './commands/client.js'
export type { ClientInfo } from './commands/client-info.js'
export type { PauseMode } from './commands/client-pause.js'
export type { TrackingInfo, TrackingOptions } from './commands/client-tracking.js'
export type { Expiration } from './commands/deadline.js'
export type { FaultCode } from './commands/faults.js'
export type { CopyOptions } from './commands/generic.js'
export type { RestoreOptions } from './commands/generic-dump.js'
export type { ExpireOptions } from './commands/generic-expire.js'
export type { GeoaddOptions, GeoUnit } from './commands/geo.js'
export type { GeoChoice } from './commands/geo-search.js'
export type { HgetexOptions, HsetexOptions } from './commands/hash-getex.js'
export type { CommandDocs, CommandFilter, CommandInfo, KeyAndFlags } from './commands/introspection.js'
export type { CommandLatency } from './commands/latency.js'
export type { LatencyEvent, LatencyEventName, LatencySample } from './commands/latency-samples.js'
export type { LposOptions } from './commands/list.js'
export type { ListEnd } from './commands/list-ends.js'
export type { MemoryStats, MemoryUsageOptions } from './commands/memory.js'
export type { MonitoredCall } from './commands/observation.js'
export type { BufferReply, CallReply } from './commands/reply.js'
export type { SintercardOptions } from './commands/set-algebra.js'
export type { SlowCall } from './commands/slow-calls.js'
export type { ZaddConditions, ZaddOptions } from './commands/sorted-set.js'
export type { Aggregate, AggregateOptions } from './commands/sorted-set-algebra.js'
export type { Limit, RangeOptions } from './commands/sorted-set-bounds.js'
export type { ScoreEnd } from './commands/sorted-set-pops.js'
export type { StateTextOptions } from './commands/state-text.js'
export type { XgroupCreateOptions, XgroupSetidOptions } from './commands/stream-groups.js'
export type { GetexOptions, SetOptions } from './commands/string.js'
export type { Argument, ArgumentType } from './commands/syntax.js'
export type { VaddOptions } from './commands/vector-set.js'
export type { RawVector, VectorSetInfo } from './commands/vector-set-elements.js'
export type { VsimOptions } from './commands/vector-set-search.js'
export { RedstartError } from './errors.js'
export { type DropOptions, Fault, type FaultOptions, Faults } from './faults.js'
export { Checkpoint } from './keyspace/checkpoint.js'
export { type Clock, ManualClock, manualClock, realClock, type Timer } from './keyspace/clock.js'
export type { KeyspaceEvent, KeyspaceListener } from './keyspace/events.js'
export type { EvictionPolicy } from './keyspace/eviction-policy.js'
export type { KeyspaceEventName } from './keyspace/notifications.js'
export type { ErrorListener } from './keyspace/outbox.js'
export {
  type BackupTarget,
  type ByteStream,
  type EntrySink,
  type EntrySource,
  type Glance,
  type Keeper,
  type Keeping,
  type KeepingPolicy,
  type KeptBytes,
  type LogBatch,
  type LogRecord,
  type LogSink,
  type LogStream,
  type LogWord,
  MemoryLog,
  type MovableSource,
  type Persistence,
  type PersistenceEvent,
  type PersistenceHost,
  type PersistenceListener,
  type Plain,
  type PlainSink,
  type PlainSource,
  type SaveProgress,
  type SaveRequest,
  type SaveRule,
  type SnapshotCursor,
} from './keyspace/ports.js'
export { type ForkOptions, type OpenOptions, Redstart, type RedstartOptions } from './redstart.js'
export { type BlockingCommand, BytesCommands, type Commands, Session } from './session.js'
export type { Coordinates } from './structures/geohash.js'
export type { UserSession } from './user-session.js'
