/** What keeps the store, and how it ends. Without a persistence these say so. */
import {
  anotherIsActive,
  closed,
  noShutdown,
  notInTransaction,
  notKept,
  RedstartError,
  rewriteInProgress,
  saveFailed,
  saveInProgress,
  shutdownFailed,
  syntaxError,
} from '../errors.js'
import type { Keeper, SaveRequest } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import { type Argv, tokenAt } from './argv.js'
import {
  ADMIN,
  ALLOW_BUSY,
  type Command,
  FAST,
  LOADING,
  NO_ASYNC_LOADING,
  NO_KEYS,
  NO_MULTI,
  NOSCRIPT,
  STALE,
} from './command.js'
import { OK, type Reply, Status } from './reply.js'

/** What SHUTDOWN does besides ending. */
export interface ShutdownOptions {
  /** Whether a snapshot is written first; where it is not said, if rules for automatic ones are set. */
  readonly save?: boolean | undefined
  /** Ends also where nothing can be written any more. */
  readonly force?: boolean | undefined
}

/** Once it is closed, the place may be somebody else's. Throws ERR then, and where there is none. */
function keeperOf({ store }: Unit): Keeper {
  const { keeper, isClosed } = store
  if (keeper === undefined) throw notKept()
  if (isClosed) throw closed()
  return keeper
}

/** Writes a snapshot, blocking. O(bytes). Throws ERR where there is nowhere to, in a transaction, where one is being written, where it fails. */
export function save(unit: Unit): void {
  const keeper = keeperOf(unit)
  // What has been done of a unit would be in the snapshot, and once more in the log.
  if (unit.store.depth > 0) throw notInTransaction()
  if (keeper.saving !== undefined) throw saveInProgress()
  attempt(() => keeper.save())
}

function attempt(work: () => void): void {
  try {
    work()
  } catch (error) {
    throw error instanceof RedstartError ? error : saveFailed(error instanceof Error ? error.message : String(error))
  }
}

/** A background save that has been asked for, and what Redis says of it. */
export interface Begun {
  readonly text: string
  readonly done: Promise<void>
}

/** Begins a snapshot, or one behind a rewrite of the log. O(1) here, then O(bytes) bit by bit. Throws ERR. */
export function bgsave(unit: Unit, schedule: boolean, onProgress?: SaveRequest['onProgress']): Begun {
  const keeper = keeperOf(unit)
  const inTransaction = unit.store.depth > 0
  if (keeper.saving === 'save') throw saveInProgress()
  if (keeper.saving === 'rewrite' && !schedule && !inTransaction) throw anotherIsActive()
  const text = keeper.saving === undefined && !inTransaction ? 'started' : 'scheduled'
  return { text: `Background saving ${text}`, done: keeper.saveInBackground({ kind: 'save', onProgress }) }
}

/** Begins to put a snapshot in place of the log, or does so behind one that is being written. O(1) here, then as BGSAVE. Throws ERR. */
export function bgrewriteaof(unit: Unit, onProgress?: SaveRequest['onProgress']): Begun {
  const keeper = keeperOf(unit)
  if (keeper.saving === 'rewrite') throw rewriteInProgress()
  const text = keeper.saving === undefined && unit.store.depth === 0 ? 'started' : 'scheduled'
  return {
    text: `Background append only file rewriting ${text}`,
    done: keeper.saveInBackground({ kind: 'rewrite', onProgress }),
  }
}

/** The Unix time of the last snapshot, in seconds; without one that of the start. O(1). */
export function lastsave({ store }: Unit): number {
  return store.keeper?.lastSave ?? Math.floor(store.startedMs / 1000)
}

/**
 * Saves what is to be saved and closes the database; one that is closed is left alone. O(bytes) where it saves. Throws ERR where
 * that fails, unless forced.
 */
export function shutdown(unit: Unit, options: ShutdownOptions): void {
  const { store } = unit
  const { keeper } = store
  if (store.isClosed) return
  if (keeper !== undefined && store.depth > 0) throw notInTransaction()
  try {
    // While a snapshot is being written the log has everything.
    if ((options.save ?? keeper?.savesByRules) && keeper?.saving === undefined) keeper?.save()
    keeper?.closeNow()
  } catch {
    if (!options.force) throw shutdownFailed()
  }
  store.close()
  if (keeper !== undefined) store.refuse({ error: closed(), refusesPing: false })
}

// What follows is the wire: one entry a command.

/** Nobody waits for it: how it ends is told by an event. */
function started({ text, done }: Begun): Reply {
  done.catch(() => undefined)
  return new Status(text)
}

function shutdownOptions(argv: Argv): ShutdownOptions {
  const tokens = Array.from({ length: argv.length - 1 }, (_, i) => tokenAt(argv, i + 1))
  if (!tokens.every((token) => ['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'ABORT'].includes(token ?? ''))) throw syntaxError()
  const has = (token: string): boolean => tokens.includes(token)
  if (has('ABORT') && tokens.some((token) => token !== 'ABORT')) throw syntaxError()
  if (has('ABORT')) throw noShutdown()
  if (has('SAVE') && has('NOSAVE')) throw syntaxError()
  return { save: has('SAVE') || (has('NOSAVE') ? false : undefined), force: has('FORCE') }
}

const OF_SAVES = { since: '1.0.0', group: 'server', keys: NO_KEYS, flags: ADMIN | NOSCRIPT | NO_ASYNC_LOADING } as const

export const persistenceCommands = {
  BGREWRITEAOF: {
    ...OF_SAVES,
    summary: 'Begins to put a snapshot in place of the log.',
    complexity: 'O(1)',
    arity: 1,
    syntax: '',
    call: (unit): Reply => started(bgrewriteaof(unit)),
  },
  BGSAVE: {
    ...OF_SAVES,
    summary: 'Begins to write a snapshot in the background.',
    complexity: 'O(1)',
    arity: -1,
    syntax: '[SCHEDULE]',
    call(unit, argv): Reply {
      if (argv.length > 2 || (argv.length === 2 && tokenAt(argv, 1) !== 'SCHEDULE')) throw syntaxError()
      return started(bgsave(unit, argv.length === 2))
    },
  },
  LASTSAVE: {
    ...OF_SAVES,
    summary: 'Returns the Unix time of the last snapshot.',
    complexity: 'O(1)',
    arity: 1,
    flags: FAST | LOADING | STALE,
    categories: ['admin', 'dangerous'],
    tips: ['nondeterministic_output'],
    syntax: '',
    call: (unit): Reply => lastsave(unit),
  },
  SAVE: {
    ...OF_SAVES,
    summary: 'Writes a snapshot, blocking.',
    complexity: 'O(N), N keys in all databases',
    arity: 1,
    flags: OF_SAVES.flags | NO_MULTI,
    syntax: '',
    call(unit): Reply {
      save(unit)
      return OK
    },
  },
  SHUTDOWN: {
    ...OF_SAVES,
    summary: 'Saves what is to be saved and closes the database.',
    complexity: 'O(N) when saving, N keys in all databases, otherwise O(1)',
    arity: -1,
    flags: ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI | ALLOW_BUSY,
    syntax: '[save-selector= NOSAVE | SAVE] [NOW] [FORCE] [ABORT]',
    call(unit, argv): Reply {
      shutdown(unit, shutdownOptions(argv))
      return OK
    },
  },
} satisfies Record<string, Command>
