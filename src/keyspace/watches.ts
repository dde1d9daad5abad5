import type { Database, KeyTable } from './database.js'
import { ABSENT } from './key-index.js'

/** A key that is watched. */
export interface WatchedKey {
  readonly database: Database
  readonly key: string
  /** The key stands there though its time is up, so that its going is no change. */
  expired: boolean
}

/** One WATCH of one session: whether anything that it watches was changed since. */
export class Watch {
  changed = false
  readonly keys: WatchedKey[] = []
}

/** What a watch is to be when something is taken back. */
interface Note {
  readonly watch: Watch
  readonly changed: boolean
  /** The key of it that `expired` is about. */
  readonly watched: WatchedKey | undefined
  readonly expired: boolean
}

/**
 * Who watches which key (optimistic locking).
 *
 * Invariant: a key is listed here exactly while a watch that is not cancelled has it, so `active` tells at no cost
 * whether a change concerns anyone.
 */
export class Watches {
  active = false
  /** Whether what happens to watches may be taken back. */
  private recording = false
  private readonly notes: Note[] = []
  private readonly onActivity: () => void
  private readonly isOverdue: (database: KeyTable, key: string) => boolean
  private readonly watched = new Map<Database, Map<string, Map<Watch, WatchedKey>>>()

  /**
   * `onActivity` is called whenever `active` may have changed; `isOverdue` says whether a key stands there whose time is up.
   */
  constructor(onActivity: () => void, isOverdue: (database: KeyTable, key: string) => boolean) {
    this.onActivity = onActivity
    this.isOverdue = isOverdue
  }

  /** Adds a key to a watch. `expired`: its deadline has passed already, so that passing it is no change. O(1). */
  add(watch: Watch, database: Database, key: string, expired: boolean): void {
    let keys = this.watched.get(database)
    if (keys === undefined) {
      keys = new Map()
      this.watched.set(database, keys)
    }
    const watches = keys.get(key)
    if (watches?.has(watch)) return
    const watched: WatchedKey = { database, key, expired }
    if (watches === undefined) keys.set(key, new Map([[watch, watched]]))
    else watches.set(watch, watched)
    watch.keys.push(watched)
    // What it has seen will be gone when that is taken back.
    if (this.recording) this.notes.push({ watch, changed: true, watched: undefined, expired })
    this.active = true
    this.onActivity()
  }

  /** Ends a watch. O(keys of the watch). */
  cancel(watch: Watch): void {
    for (const { database, key } of watch.keys) {
      const keys = this.watched.get(database)
      const watches = keys?.get(key)
      watches?.delete(watch)
      if (watches?.size === 0) keys?.delete(key)
      if (keys?.size === 0) this.watched.delete(database)
    }
    watch.keys.length = 0
    this.active = this.watched.size > 0
    this.onActivity()
  }

  /** Whether the time of a key of the watch has come since, and nobody has noticed. O(keys of the watch). */
  haveExpired(watch: Watch): boolean {
    return watch.keys.some(({ database, key, expired }) => !expired && this.isOverdue(database, key))
  }

  /** A key changed. O(watches of the key). */
  touch(database: Database, key: string): void {
    const watches = this.watched.get(database)?.get(key)
    if (watches === undefined) return
    const isGone = !hasKey(database, key)
    for (const [watch, watched] of watches) {
      // What was overdue and is gone has not changed; from here on it is a missing key.
      if (this.recording) this.note(watch, watched)
      if (isGone && watched.expired) watched.expired = false
      else watch.changed = true
    }
  }

  private note(watch: Watch, watched: WatchedKey): void {
    this.notes.push({ watch, changed: watch.changed, watched, expired: watched.expired })
  }

  /** How many notes there are of what can be taken back. */
  get recorded(): number {
    return this.notes.length
  }

  /** Takes back what happened to watches since there were so many notes. */
  takeBack(recorded: number): void {
    for (const { watch, changed, watched, expired } of this.notes.splice(recorded).reverse()) {
      watch.changed = changed
      if (watched !== undefined) watched.expired = expired
    }
  }

  /** Begins to take notes, or forgets them. */
  record(recording: boolean): void {
    this.recording = recording
    if (!recording) this.notes.length = 0
  }

  /**
   * All keys of a database are gone or become those of `other` (FLUSHALL, SWAPDB, a checkpoint). A watched key that exists neither
   * before nor after is not changed by it; one whose time is up counts as one that does not exist. O(watched keys).
   */
  touchAll(database: Database, other: KeyTable | undefined): void {
    const keys = this.watched.get(database)
    if (keys === undefined) return
    for (const [key, watches] of keys) {
      const before = hasKey(database, key)
      const after = other !== undefined && hasKey(other, key)
      if (!before && !after) continue
      const afterIsOverdue = after && this.isOverdue(other, key)
      for (const [watch, watched] of watches) {
        if (this.recording) this.note(watch, watched)
        if (watched.expired && !after) watched.expired = false
        else if (afterIsOverdue && (watched.expired || !before)) watched.expired = true
        else watch.changed = true
      }
    }
  }
}

function hasKey(database: KeyTable, key: string): boolean {
  return database.keys.find(key) !== ABSENT
}
