import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ManualClock, manualClock, type PersistenceEvent, Redstart } from 'redstart'
import { afterEach } from 'vitest'
import { type FileCalls, systemCalls } from '../../src/persistence/file-calls.js'
import { FileStorage } from '../../src/persistence/file-storage.js'
import { keptIn, type PersistenceOptions, type Persistent } from '../../src/persistence/index.js'
import { stateOf } from '../laws/state.js'
import { START_MS } from '../support.js'

/** In memory where the system has such a place: thousands of small files are made here. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** An empty folder that is gone after the test. */
export function folder(): string {
  const made = mkdtempSync(join(BASE, 'redstart-'))
  folders.push(made)
  return made
}

/** A copy of a folder as a process that ends at once leaves it behind: without a lock that counts. */
export function copyOf(source: string): string {
  const copy = folder()
  cpSync(source, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') })
  return copy
}

/** The calls of the system without flushing, which takes most of the time and tells nothing here. */
export const quickCalls: FileCalls = { ...systemCalls, sync: () => undefined, syncLater: async () => undefined }

/** Files whose flushes do nothing, for tests that are not about them. */
export function quickFiles(path: string, options?: PersistenceOptions): Persistent {
  return keptIn(new FileStorage(path, quickCalls), options)
}

export interface OpenedStore {
  readonly db: Redstart
  readonly clock: ManualClock
  readonly events: PersistenceEvent[]
}

export async function openKept(persistence: Persistent, startMs = START_MS): Promise<OpenedStore> {
  const clock = manualClock(startMs)
  const events: PersistenceEvent[] = []
  const db = await Redstart.open({ persistence, clock, seed: 1, onPersistence: (event) => events.push(event) })
  return { db, clock, events }
}

export function stateText(db: Redstart): string {
  return stateOf(db.engine).join('\n')
}

/** The state that is found when a folder is opened, by a clock that stands at the beginning; nothing is left open. */
export async function stateIn(persistence: Persistent): Promise<{ state: string; events: PersistenceEvent[] }> {
  const { db, events } = await openKept(persistence)
  const state = stateText(db)
  await db.close()
  return { state, events }
}

/** Writes of all kinds, one unit each. */
export const WRITES: readonly ((db: Redstart) => unknown)[] = [
  (db) => db.set('text', 'plain'),
  (db) => db.set('unicode', 'é€😀'),
  (db) => db.set('bytes', Uint8Array.of(0, 255, 128, 10)),
  (db) => db.incrby('counter', 9_007_199_254_740_993n),
  (db) => db.append('text', ' and more'),
  (db) => db.rpush('list', 'a', '', 'c', '\udcff'),
  (db) => db.lpop('list'),
  (db) => db.hset('hash', { f: 'v', g: 'w' }),
  (db) => db.hpexpire('hash', 50_000, ['f']),
  (db) => db.sadd('set', '1', '2', 'three'),
  (db) =>
    db.zadd('zset', [
      { member: 'm', score: 1.5 },
      { member: 'n', score: Number.NEGATIVE_INFINITY },
    ]),
  (db) => db.set('timed', 'v', { px: 70_000 }),
  (db) =>
    db.transaction(() => {
      db.set('both', '1')
      db.set('of', '2')
      db.del('text')
    }),
  (db) => db.rename('set', 'named'),
  (db) => db.set('long', 'x'.repeat(90)),
  (db) => {
    const session = db.session()
    session.select(3)
    session.set('elsewhere', '3')
  },
  (db) => db.swapdb(3, 1),
  (db) => db.persist('timed'),
]
