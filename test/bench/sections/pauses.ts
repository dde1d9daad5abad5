import { setTimeout as sleep } from 'node:timers/promises'
import { redstartOpener } from '../contenders/local.js'
import { keyBlock, Random } from '../harness/keys.js'
import { threadWaitedMs } from '../harness/thread-waits.js'
import { type Longest, longest, type Stretch, watchCollector } from './stretches.js'

/** What a million deadlines cost: host timers, and the longest stretch between two turns of the event loop. */
export interface PauseReport extends Longest {
  /** Host timers of the store waiting at the same time, at most. */
  readonly timersMax: number
  /** Calls of setTimeout and setInterval in all. */
  readonly timersArmed: number
  /** How long after the last deadline the last key was gone; null when keys were left at the end. */
  readonly lateMs: number | null
}

export const PAUSE_CONTENDERS = ['Redstart', 'lru-cache (ttlAutopurge)', 'node-cache (checkperiod 1 s)'] as const
export type PauseContender = (typeof PAUSE_CONTENDERS)[number]
export const PAUSE_SHAPES = ['same deadline', 'spread'] as const
export type PauseShape = (typeof PAUSE_SHAPES)[number]

interface Expiring {
  set(key: string, deadline: number): void
  count(): number
}

export interface PauseSetting {
  readonly count: number
  /** From the start of the filling to the first deadline; a timer for each key takes longer to fill. */
  readonly leadMs: Readonly<Record<PauseContender, number>>
  readonly spreadMs: number
  readonly patienceMs: number
}

export const FULL_PAUSES: PauseSetting = {
  count: 1_000_000,
  leadMs: { Redstart: 8000, 'lru-cache (ttlAutopurge)': 40_000, 'node-cache (checkperiod 1 s)': 12_000 },
  spreadMs: 4000,
  patienceMs: 30_000,
}
export const QUICK_PAUSES: PauseSetting = {
  count: 2000,
  leadMs: { Redstart: 200, 'lru-cache (ttlAutopurge)': 200, 'node-cache (checkperiod 1 s)': 200 },
  spreadMs: 100,
  patienceMs: 3000,
}

async function open(contender: PauseContender, count: number): Promise<Expiring> {
  switch (contender) {
    case 'Redstart': {
      const db = (await redstartOpener())()
      return {
        set: (key, deadline) => void db.set(key, key, { pxat: deadline }),
        count: () => db.dbsize(),
      }
    }
    case 'lru-cache (ttlAutopurge)': {
      const { LRUCache } = await import('lru-cache')
      const cache = new LRUCache<string, string>({ max: count, ttlAutopurge: true, ttl: 1 })
      return {
        set: (key, deadline) => void cache.set(key, key, { ttl: deadline - Date.now() }),
        count: () => cache.size,
      }
    }
    case 'node-cache (checkperiod 1 s)': {
      const { default: NodeCache } = await import('node-cache')
      const cache = new NodeCache({ useClones: false, checkperiod: 1 })
      return {
        set: (key, deadline) => void cache.set(key, key, (deadline - Date.now()) / 1000),
        count: () => cache.stats.keys,
      }
    }
  }
}

/** Runs in a process of its own, before anything else of the library is loaded. */
export async function measurePauses(
  contender: PauseContender,
  shape: PauseShape,
  setting: PauseSetting,
): Promise<PauseReport> {
  const timers = countTimers()
  const store = await open(contender, setting.count)
  const keys = keyBlock(setting.count)
  const random = new Random(11)
  const first = Date.now() + setting.leadMs[contender]
  let last = first
  for (let index = 0; index < setting.count; index++) {
    const deadline = shape === 'spread' ? first + random.below(setting.spreadMs) : first
    if (deadline > last) last = deadline
    store.set(keys.at(index), deadline)
  }
  if (Date.now() >= first) throw new Error('Filling took longer than the time to the first deadline')
  globalThis.gc?.()
  const watched = await watchLoop(store, first, last, setting.patienceMs)
  return { timersMax: timers.max, timersArmed: timers.armed, ...watched }
}

/** Counts the host timers that are armed from now on; their callbacks and handles stay as they are. Ours are of `node:timers`. */
function countTimers(): { armed: number; max: number } {
  const counts = { armed: 0, max: 0 }
  const live = new Set<unknown>()
  const host = globalThis
  const { setTimeout: armOnce, clearTimeout: disarmOnce, setInterval: armMany, clearInterval: disarmMany } = host
  const note = (handle: unknown) => {
    counts.armed++
    live.add(handle)
    if (live.size > counts.max) counts.max = live.size
  }
  const once = (callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    const fire = (...given: unknown[]) => {
      live.delete(handle)
      callback(...given)
    }
    const handle = armOnce(fire, delay, ...args)
    note(handle)
    return handle
  }
  const many = (callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    const handle = armMany(callback, delay, ...args)
    note(handle)
    return handle
  }
  const forget = (disarm: (handle?: NodeJS.Timeout) => void) => (handle?: NodeJS.Timeout) => {
    live.delete(handle)
    disarm(handle)
  }
  Object.assign(host, {
    setTimeout: once,
    setInterval: many,
    clearTimeout: forget(disarmOnce),
    clearInterval: forget(disarmMany),
  })
  return counts
}

interface Watched extends Longest {
  readonly lateMs: number | null
}

const STRETCH_NOTED_MS = 1
const COUNT_EVERY_MS = 25
const WATCH_BEFORE_MS = 200

/** Spins the event loop from just before the first deadline until no key is left. */
async function watchLoop(store: Expiring, first: number, last: number, patienceMs: number): Promise<Watched> {
  const collector = watchCollector()
  await sleep(Math.max(0, first - Date.now() - WATCH_BEFORE_MS))
  const stretches: Stretch[] = []
  const gone = await spin(store, last, patienceMs, stretches)
  const collections = await collector.stop()
  return { ...longest(stretches, collections), lateMs: gone === null ? null : gone - last }
}

/** Resolves to the time at which the last key was gone, null when that did not come about. */
function spin(store: Expiring, last: number, patienceMs: number, stretches: Stretch[]): Promise<number | null> {
  return new Promise((resolve) => {
    let start = performance.now()
    let waited = threadWaitedMs()
    let nextCount = start
    const turn = () => {
      const end = performance.now()
      if (end - start >= STRETCH_NOTED_MS) stretches.push({ start, end, waitedMs: threadWaitedMs() - waited })
      if (end >= nextCount) {
        nextCount = end + COUNT_EVERY_MS
        if (store.count() === 0) return resolve(Date.now())
        if (Date.now() > last + patienceMs) return resolve(null)
      }
      start = performance.now()
      waited = threadWaitedMs()
      setImmediate(turn)
    }
    setImmediate(turn)
  })
}
