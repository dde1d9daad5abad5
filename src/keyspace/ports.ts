/**
 * What the core expects of a leaf that keeps data: the core declares these and is handed an implementation.
 */

/** A word of a logged command: text, or bytes where the value is held as bytes. */
export type LogWord = string | Uint8Array

/** One resolved command: replayed on a store in the same state it makes the same change, whatever time it is. */
export interface LogRecord {
  readonly database: number
  readonly words: readonly LogWord[]
}

/** What one unit did, in order. A batch is replayed whole or not at all. */
export type LogBatch = readonly LogRecord[]

/** Takes the changes of the store, batch by batch, in the order in which they happened. */
export interface LogSink {
  append(batch: LogBatch): void
}

/**
 * A log that takes the commands of a unit one by one, as they are logged, so that none of them is kept until the end. A unit ends with
 * `commit`; until then nothing of it may become durable.
 */
export interface LogStream extends LogSink {
  /** How many commands the running unit has. */
  readonly commands: number
  command(database: number, words: readonly LogWord[]): void
  /** Takes back all commands of the running unit but the first so many. */
  cut(commands: number): void
  /** The unit is complete. Throws as `append`. */
  commit(): void
}

/** A log in memory: for tests, and for handing changes to something of the caller's own. */
export class MemoryLog implements LogSink {
  readonly batches: LogBatch[] = []

  append(batch: LogBatch): void {
    this.batches.push(batch)
  }
}

/** What data is made of on its way to a leaf and back: nothing of the engine's own. */
export type Plain = string | number | bigint | null | Uint8Array | readonly Plain[]

/** The code of an entry that holds a part of a large value is that of its form and this; more parts of the same key follow. */
export const PART = 16
/** The same in the last part. */
export const LAST_PART = 32

/** Takes plain data bit by bit, in order. */
export interface PlainSink {
  none(): void
  /** An integer that is exact, or a double; not -0. */
  number(value: number): void
  /** An integer of 64 bits, with a sign or without. */
  bigint(value: bigint): void
  /** A text of the engine: as text where it is valid Unicode, as the bytes that it stands for where it is not. */
  text(text: string): void
  binary(bytes: Uint8Array): void
  /** So many follow, and are what is in the list. */
  list(length: number): void
  /** Bytes of so many doubles, which are put there by `setDouble`: the place of the first. Each takes eight, the least byte first. */
  doubles(count: number): number
  setDouble(at: number, value: number): void
}

/** Takes the entries of a snapshot. */
export interface EntrySink extends PlainSink {
  /** How many bytes it has taken, or about so many. */
  readonly bytes: number
  /** Begins an entry: its value is to follow, then its deadline. */
  entry(database: number, key: string, code: number): void
  /** As `entry`, where key, code and value lie in bytes from `Glance.keyStart` on: the deadline is to follow. */
  entryAside(database: number, bytes: Uint8Array, keyStart: number, end: number): void
  /** Takes a value that lies in bytes as `EntrySource.glance` showed it. */
  aside(bytes: Uint8Array, start: number, end: number): void
}

/** Gives plain data bit by bit, in the order in which a sink took it. Throws an Error where something else comes. */
export interface PlainSource {
  /** Text, or the bytes of one that is no valid Unicode. */
  text(): string | Uint8Array
  number(): number
  /** How many follow, and are what is in the list. */
  list(): number
  /** So many doubles that lie in bytes. */
  doubles(count: number): number[]
  /** Whatever comes next, as a whole. */
  plain(): Plain
}

/** Gives what lies in bytes, from wherever it is told to. */
export interface MovableSource extends PlainSource {
  seek(at: number): void
}

/** Plain data that comes next, part by part and without anything made of it: a list, then what is in it. Valid until anything is read. */
export interface Glance {
  /** What all lies in, and a view of it. */
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Where the key before it begins, and its characters, which are ASCII, begin and end. */
  readonly keyStart: number
  readonly nameStart: number
  readonly nameEnd: number
  /** Where it begins and ends in `bytes`. */
  readonly start: number
  readonly end: number
  /** How many parts there are. */
  readonly count: number
  /** What each part is: 0 a number, 1 text that is ASCII, 2 bytes, 3 a list. */
  readonly kinds: Uint8Array
  /** A number itself; where in `bytes` a text or bytes begin; how many parts are in a list. */
  readonly values: Int32Array
  /** How many bytes a text or bytes have. */
  readonly lengths: Int32Array
}

/** Gives the entries of a snapshot. */
export interface EntrySource extends PlainSource {
  /**
   * What the value of the entry is made of, which is still to be read; undefined where it is not both small and of such parts alone, or the
   * key is no short text.
   */
  glance(): Glance | undefined
  /** Goes past the value that was glanced at. */
  pass(): void
  /** Gives values that were glanced at, of a copy of their bytes. */
  readonly sourceOf: (bytes: Uint8Array) => MovableSource
  /** How many keys all entries together are said to have, which need not be so. */
  readonly keysSaid: number
  /** Goes to the next entry, of which its value comes first, then its deadline; false where there is none. */
  next(): boolean
  /** Those of the entry; an index of a database that is none is -1. */
  readonly database: number
  readonly key: string | Uint8Array
  readonly code: number
}

/** The state of the store as of one instant, fetched bit by bit while writes go on. */
export interface SnapshotCursor {
  /** How many keys there are at the instant. */
  readonly total: number
  /** How many of them have been fetched. */
  readonly count: number
  /** Gives about so many further bytes to the sink; false where that was the end. In between, calls that write give it more. */
  next(bytes: number): boolean
  /** Gives it up before its end. */
  end(): void
}

/** Why writes are refused. */
export interface Refusal {
  readonly error: Error
  /** Whether PING is refused too, as Redis does where the disk fails. */
  readonly refusesPing: boolean
}

/** What a keeper tells of, besides what it is asked. */
export interface PersistenceEvent {
  /**
   * What happened: the store was loaded; the end of its log, torn by a crash, was cut off; a snapshot was begun, was written,
   * could not be written; the log could not be written, and writes are refused; they are taken again; the store was closed.
   */
  readonly type:
    | 'loaded'
    | 'tail-cut'
    | 'save-started'
    | 'saved'
    | 'save-failed'
    | 'write-failed'
    | 'resumed'
    | 'closed'
  /** One sentence for people. */
  readonly message: string
  /** The file that it is about, of 'tail-cut', 'saved' and 'write-failed'. */
  readonly file?: string | undefined
  /** Where in the file, in bytes, of 'tail-cut'. */
  readonly offset?: number | undefined
  /** How many bytes were dropped, of 'tail-cut'. */
  readonly bytesDropped?: number | undefined
  /** How many keys the snapshot has, of 'saved', and of 'loaded': 0 where there was none. */
  readonly keys?: number | undefined
  /** How many records of the log were replayed, of 'loaded'. */
  readonly records?: number | undefined
  /** What went wrong, of 'tail-cut', 'save-failed' and 'write-failed'. */
  readonly error?: unknown
}

export type PersistenceListener = (event: PersistenceEvent) => unknown

/** How far a background save has come. */
export interface SaveProgress {
  /** Keys written, and how many there were at the instant. */
  readonly keys: number
  readonly total: number
  readonly bytes: number
}

/** A background save: BGSAVE and BGREWRITEAOF do the same here, and say different things. */
export interface SaveRequest {
  readonly kind: 'save' | 'rewrite'
  readonly onProgress?: ((progress: SaveProgress) => void) | undefined
}

/** Snapshots are taken by themselves after so many seconds if there were so many changes. */
export interface SaveRule {
  /** How long ago the last snapshot is at least, in seconds. */
  readonly seconds: number
  /** How many changes there were since, at least. */
  readonly changes: number
}

/** How a store is kept, as far as that can be changed while it is open. */
export interface KeepingPolicy {
  /** When writes reach the disk: before the call returns, within about a second, or when the system sees fit. */
  appendFsync: 'always' | 'everysec' | 'no'
  /** Whether calls return at once under 'always', and `flushed` says when they are on the disk. */
  readonly groupCommit: boolean
  /** A snapshot is taken by itself where any of these is met; never where there is none. */
  save: readonly SaveRule[]
  /** How much larger all is than after the last rewrite when the log is rewritten, in percent; 0 for never. */
  rewritePercentage: number
  /** How many bytes there are at least when the log is rewritten by itself. */
  rewriteMinSize: number
}

/** What CONFIG reads and sets of what keeps the store. */
export interface Keeping {
  readonly policy: KeepingPolicy
  /** A folder, or what else stands for the place. */
  readonly place: string
  /** Whether a call can wait for the disk. */
  readonly blocks: boolean
}

/** What the engine hands to what keeps it. */
export interface PersistenceHost {
  readonly databases: number
  /** Changes since the start, by Redis's count. */
  readonly dirty: number
  /** Milliseconds since the epoch, by the database's clock. */
  now(): number
  /** Whether time runs on by itself, so that a reading stays about true for as long as the event loop is kept busy. */
  readonly isSteady: boolean
  /** Calls back once by the database's clock, without holding the process open; returns what takes it back. */
  schedule(callback: () => void, delayMs: number): () => void
  /** Takes the instant of a snapshot; no unit may be open (`isIdle`), and no other snapshot running. O(databases). */
  snapshot(sink: EntrySink): SnapshotCursor
  /** Whether no unit is open. */
  readonly isIdle: boolean
  /** Whether a snapshot is running. */
  readonly isTaking: boolean
  /**
   * Puts entries of a snapshot into the store. Their keys are found once they have been entered; until then nothing else may be done, but to
   * load more before the first has been entered. Throws an Error that says what is wrong with them.
   */
  load(entries: EntrySource): void
  /** How many keys were loaded and are still to be entered. */
  readonly unentered: number
  /** Enters some of them, in some milliseconds. Throws an Error where one comes twice. */
  enterLoaded(): void
  /** The bytes that a text of the engine stands for, also where it is no valid Unicode. */
  bytesOf(text: string): Uint8Array
  /** Makes a batch of the log again. */
  replay(batch: LogBatch): void
  /** Has CONFIG read and set how the store is kept. */
  configure(keeping: Keeping): void
  /** From now on the sink hears of every change. */
  listen(sink: LogSink | undefined): void
  /** Has everything that writes refused with Redis's MISCONF and this reason, or with another whole text; undefined ends it. */
  refuse(reason: string | undefined): Error | undefined
  report(event: PersistenceEvent): void
}

/** What `Redstart.open` is given: `files(dir)`, `memory()` and the like of redstart/persistence. */
export interface Persistence {
  /** Takes possession of what is kept, loads it into the engine, and keeps it from then on. */
  open(host: PersistenceHost): Promise<Keeper>
}

/** A place that a backup goes to: a folder, another persistence, or a stream. */
export type BackupTarget = string | Persistence | ByteStream

/** A stream to write to, as Node's are. */
export interface ByteStream {
  write(chunk: Uint8Array, done: (error?: Error | null) => void): unknown
  end(done: () => void): unknown
  once(event: 'error', listener: (error: Error) => void): unknown
  once(event: 'close', listener: () => void): unknown
}

/** What is kept, in bytes. */
export interface KeptBytes {
  /** The snapshot and the log behind it, as far as it has been handed to the system. */
  readonly current: number
  /** The same when the store was opened, or after the last snapshot. */
  readonly base: number
  /** What has not been handed to the system yet. */
  readonly waiting: number
  /** How many flushes are running. */
  readonly flushes: number
}

/** Keeps an open store. */
export interface Keeper {
  /** Resolves when all writes before are as durable as the policy makes them; rejects when they could not be made so. */
  flushed(): Promise<void>
  /** Writes a snapshot, blocking. Throws where there is one running, or where it fails. */
  save(): void
  /** Writes a snapshot in the background, after one that is being written. */
  saveInBackground(request: SaveRequest): Promise<void>
  /** What is being written in the background. */
  readonly saving: SaveRequest['kind'] | undefined
  /** Unix time of the last snapshot, in seconds. */
  readonly lastSave: number
  /** Changes since then, by Redis's count. */
  readonly changesSinceSave: number
  /** Whether rules for automatic snapshots are set. */
  readonly savesByRules: boolean
  readonly bytes: KeptBytes
  backup(target: BackupTarget): Promise<void>
  /** After a failure: writes everything anew, and has writes taken again. */
  resume(): Promise<void>
  close(): Promise<void>
  /** As `close`, blocking. */
  closeNow(): void
}
