import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Redstart } from 'redstart'
import type { PersistenceOptions } from 'redstart/persistence'
import { BUILT } from '../contenders/local.js'
import { threadWaitedMs } from '../harness/thread-waits.js'
import { measureSetRates, type SetRates } from './set-rates.js'
import { longest, type Stretch, watchCollector } from './stretches.js'

/** What one process finds out. Times in milliseconds, rates per second; those of the server are 0 where there is none. */
export interface PersistenceReport {
  readonly setRates: readonly SetRates[]
  readonly durableRates: { readonly single: number; readonly callers64: number }
  readonly snapshot: {
    readonly saveMs: number
    readonly backgroundMs: number
    readonly loadMs: number
    readonly bytes: number
  }
  readonly whileSaving: {
    readonly getP99Ms: number
    readonly setNs: number
    readonly setNsBefore: number
    readonly longestMs: number
    /** Without the collector, and time in which the process did not run. */
    readonly longestWorkMs: number
  }
  readonly replayMs: number
  readonly server: { readonly saveMs: number; readonly loadMs: number; readonly replayMs: number }
}

type Word = string | number

/** The calls that make the n-th key: of ten, six strings, two hashes, a list and a sorted set. */
function callOf(n: number): readonly [string, ...Word[]] {
  const kind = n % 10
  if (kind < 6) return ['SET', `key:${n}`, `value of key ${n}`]
  if (kind < 8)
    return ['HSET', `key:${n}`, 'name', `name ${n}`, 'age', n % 100, 'city', 'Berlin', 'mail', `${n}@example.org`]
  if (kind === 8) return ['RPUSH', `key:${n}`, ...Array.from({ length: 10 }, (_, i) => `element ${n + i}`)]
  return ['ZADD', `key:${n}`, ...Array.from({ length: 10 }, (_, i) => [i * 1.5, `member ${i}`]).flat()]
}

/** Runs in a process of its own, in a folder of its own on the disk of the temporary files. */
export async function measurePersistence(count: number): Promise<PersistenceReport> {
  const base = mkdtempSync(join(tmpdir(), 'redstart-bench-'))
  const { Redstart } = (await import(BUILT)) as typeof import('redstart')
  const { files } = (await import(new URL('./persistence.js', BUILT).href)) as typeof import('redstart/persistence')
  let folders = 0
  const open = (options: PersistenceOptions, folder = join(base, String(folders++))): Promise<Redstart> =>
    Redstart.open({ persistence: files(folder, { save: '', autoAofRewritePercentage: 0, ...options }) })
  try {
    const setRates = await measureSetRates(
      count,
      () => open({}),
      () => new Redstart(),
    )
    const single = await open({ appendFsync: 'always' })
    const grouped = await open({ appendFsync: 'always', groupCommit: true })
    const durableRates = { single: singleRate(single), callers64: await groupRate(grouped) }
    await single.close()
    await grouped.close()

    const folder = join(base, 'many')
    const openMany = (): Promise<Redstart> => open({ appendFsync: 'no' }, folder)
    await inTurn(openMany, (db) => {
      for (let n = 0; n < count; n++) db.call(...callOf(n))
    })
    const replayed = await inTurn(openMany, async (db) => {
      const { backgroundMs, ...whileSaving } = await callsWhileSaving(db, count)
      return { backgroundMs, whileSaving, saveMs: timed(() => db.save()) }
    })
    const { backgroundMs, whileSaving, saveMs } = replayed.result
    const loaded = await inTurn(openMany, () => sizeOfSnapshot(folder))
    return {
      setRates,
      durableRates,
      snapshot: { saveMs, backgroundMs, loadMs: loaded.openMs, bytes: loaded.result },
      whileSaving,
      replayMs: replayed.openMs,
      server: await measureServer(base, count),
    }
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Opens a store, works with it and closes it. Nothing of one before lies about, as in a process that has just begun. */
async function inTurn<R>(
  open: () => Promise<Redstart>,
  work: (db: Redstart) => R | Promise<R>,
): Promise<{ openMs: number; result: R }> {
  globalThis.gc?.()
  const start = performance.now()
  const db = await open()
  const openMs = performance.now() - start
  const result = await work(db)
  await db.close()
  return { openMs, result }
}

const SETS_BEFORE = 20_000
/** Shorter stretches are not noted. */
const NOTED_MS = 1

function singleRate(db: Redstart): number {
  const writes = 500
  const ms = timed(() => {
    for (let i = 0; i < writes; i++) db.set(`key:${i}`, 'value')
  })
  return (writes / ms) * 1000
}

async function groupRate(db: Redstart): Promise<number> {
  const [callers, each] = [64, 300]
  const start = performance.now()
  const caller = async (n: number): Promise<void> => {
    for (let i = 0; i < each; i++) {
      db.set(`key:${n}:${i}`, 'value')
      await db.flushed()
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, n) => caller(n)))
  return ((callers * each) / (performance.now() - start)) * 1000
}

async function callsWhileSaving(
  db: Redstart,
  count: number,
): Promise<PersistenceReport['whileSaving'] & { readonly backgroundMs: number }> {
  // What the load left behind is nothing that a snapshot makes.
  globalThis.gc?.()
  setNs(db, count, SETS_BEFORE)
  const setNsBefore = setNs(db, count, SETS_BEFORE)
  const gets: number[] = []
  let [isDone, setsNs, batches] = [false, 0, 0]
  const stretches: Stretch[] = []
  const collector = watchCollector()
  const start = performance.now()
  let backgroundMs = 0
  const saved = db.bgsave().then(() => {
    isDone = true
    backgroundMs = performance.now() - start
  })
  let waited = threadWaitedMs()
  let last = performance.now()
  for (let n = 0; !isDone; n = (n + 7_919) % count) {
    // A caller that comes at some time: its wait is that for the event loop, and the call.
    const due = performance.now()
    await new Promise((resolve) => setImmediate(resolve))
    db.get(`key:${n - (n % 10)}`)
    const now = performance.now()
    gets.push(now - due)
    if (now - last >= NOTED_MS) stretches.push({ start: last, end: now, waitedMs: threadWaitedMs() - waited })
    setsNs += setNs(db, count, 20)
    batches++
    waited = threadWaitedMs()
    last = performance.now()
  }
  await saved
  const { stretchMs, workMs } = longest(stretches, await collector.stop())
  gets.sort((a, b) => a - b)
  return {
    getP99Ms: gets[Math.floor(gets.length * 0.99)] ?? 0,
    setNs: setsNs / Math.max(batches, 1),
    setNsBefore,
    longestMs: stretchMs,
    longestWorkMs: workMs,
    backgroundMs,
  }
}

function setNs(db: Redstart, count: number, times: number): number {
  const ms = timed(() => {
    for (let i = 0; i < times; i++) db.set(`key:${((i * 104_729) % count) - (((i * 104_729) % count) % 10)}`, 'another')
  })
  return (ms / times) * 1e6
}

function sizeOfSnapshot(folder: string): number {
  for (let n = 1; n < 20; n++) {
    const stat = statSync(join(folder, `snapshot-${n}.rs`), { throwIfNoEntry: false })
    if (stat !== undefined) return stat.size
  }
  return 0
}

/** The same keys in a real server that keeps a log of commands: SAVE, the load of what it saved, and the replay of its log. */
async function measureServer(base: string, count: number): Promise<PersistenceReport['server']> {
  const port = 20_000 + (process.pid % 20_000)
  const words = {
    port,
    bind: '127.0.0.1',
    dir: base,
    save: '',
    appendonly: 'yes',
    'enable-debug-command': 'yes',
    'aof-use-rdb-preamble': 'no',
  }
  const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.env['REDSTART_ORACLE'] ?? 'redis-server', args, { stdio: 'ignore' })
  const missing = new Promise<boolean>((resolve) => child.once('error', () => resolve(true)))
  const started = new Promise<boolean>((resolve) => child.once('spawn', () => resolve(false)))
  if (await Promise.race([missing, started])) return { saveMs: 0, loadMs: 0, replayMs: 0 }
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50, maxRetriesPerRequest: null })
  try {
    for (let n = 0; n < count; ) {
      const pipeline = client.pipeline()
      for (const end = Math.min(n + 5_000, count); n < end; n++) pipeline.call(...callOf(n))
      await pipeline.exec()
    }
    const ask = async (...call: [string, ...string[]]): Promise<number> => {
      const start = performance.now()
      await client.call(...call)
      return performance.now() - start
    }
    return {
      saveMs: await ask('SAVE'),
      replayMs: await ask('DEBUG', 'LOADAOF'),
      loadMs: await ask('DEBUG', 'RELOAD', 'NOSAVE'),
    }
  } finally {
    client.disconnect()
    child.kill('SIGKILL')
  }
}
