import type { Redstart } from 'redstart'
import { redstartOpener } from '../contenders/local.js'
import { COLLECTION, keyBlock, Random, SCORES, type TextBlock } from '../harness/keys.js'
import { threadWaitedMs } from '../harness/thread-waits.js'
import { type Longest, longest, type Stretch, watchCollector } from './stretches.js'

/** The longest stretch between two turns of the event loop while a huge collection goes, and while others work on after it. */
export interface FreeingReport extends Longest {
  /** How long the call itself took; 0 where nobody calls. */
  readonly callMs: number
}

export const FREED_SHAPES = ['set', 'hash', 'sorted set', 'list'] as const
export type FreedShape = (typeof FREED_SHAPES)[number]

/** For comparison: the collection stays. */
export const NOTHING = 'nothing'

const WAYS = {
  DEL: (db: Redstart) => db.del(COLLECTION),
  UNLINK: (db: Redstart) => db.unlink(COLLECTION),
  'FLUSHALL SYNC': (db: Redstart) => db.call('FLUSHALL', 'SYNC'),
  'FLUSHALL ASYNC': (db: Redstart) => db.call('FLUSHALL', 'ASYNC'),
  expiry: undefined,
  [NOTHING]: () => 0,
}
export type FreeingWay = keyof typeof WAYS
export const FREEING_WAYS = Object.keys(WAYS) as FreeingWay[]

const ADDERS: Readonly<Record<FreedShape, (db: Redstart, key: string, random: Random) => unknown>> = {
  set: (db, key) => db.sadd(COLLECTION, key),
  hash: (db, key) => db.hset(COLLECTION, key, key),
  'sorted set': (db, key, random) => db.zadd(COLLECTION, random.below(SCORES), key),
  list: (db, key) => db.rpush(COLLECTION, key),
}

const NOTED_MS = 1
/** Long enough for the collector to find out what is gone, as calls go on that make garbage. */
const WATCHED_MS = 3000
/** Of collections that are too small to measure anything. */
const GLANCED_AT_MS = 300
const LARGE = 100_000
const EXPIRES_IN_MS = 100
const CALLS_A_TURN = 50
const OTHER_KEYS = 10_000

/** Runs in a process of its own. */
export async function measureFreeing(shape: FreedShape, way: FreeingWay, count: number): Promise<FreeingReport> {
  const db = (await redstartOpener())()
  const keys = keyBlock(count)
  fill(db, shape, keys, count)
  globalThis.gc?.()
  const collector = watchCollector()
  const stretches: Stretch[] = []
  const free = WAYS[way]
  if (free === undefined) db.pexpire(COLLECTION, EXPIRES_IN_MS)
  let callMs = 0
  const end = performance.now() + (count < LARGE ? GLANCED_AT_MS : WATCHED_MS)
  for (let turn = 0; performance.now() < end; turn++) {
    await watched(stretches, () => {
      if (turn !== 1 || free === undefined) return work(db, turn)
      const started = performance.now()
      free(db)
      callMs = performance.now() - started
    })
  }
  // The block that keys were cut from is 120 MB. To give those back keeps the loop for 30 ms, so it stays until here.
  if (keys.at(0) === '') throw new Error('The first key is gone')
  if (way !== NOTHING && db.exists(COLLECTION) !== 0) throw new Error(`${way} left the ${shape} in place`)
  return { callMs, ...longest(stretches, await collector.stop()) }
}

function fill(db: Redstart, shape: FreedShape, keys: TextBlock, count: number): void {
  const random = new Random(19)
  const add = ADDERS[shape]
  for (let place = 0; place < count; place++) add(db, keys.at(place), random)
}

/** What others do meanwhile. */
function work(db: Redstart, turn: number): void {
  for (let i = 0; i < CALLS_A_TURN; i++) {
    const place = turn * CALLS_A_TURN + i
    db.set(`other:${place % OTHER_KEYS}`, `value ${place}`)
  }
}

/** Runs something, and waits for the next turn of the event loop: what happens in between counts too. */
async function watched(stretches: Stretch[], run: () => void): Promise<void> {
  const waited = threadWaitedMs()
  const start = performance.now()
  run()
  await new Promise((resolve) => setImmediate(resolve))
  const end = performance.now()
  if (end - start < NOTED_MS) return
  stretches.push({ start, end, waitedMs: threadWaitedMs() - waited })
}
