import type { Redstart } from 'redstart'
import { redstartOpener } from '../contenders/local.js'
import { COLLECTION, indexes, keyBlock, Random, SCORES } from '../harness/keys.js'
import { threadWaitedMs } from '../harness/thread-waits.js'
import { type Longest, longest, type Stretch, watchCollector } from './stretches.js'

/** The longest single call while a large collection is filled, and while it is emptied. */
export interface StallReport {
  readonly filling: Longest
  readonly emptying: Longest
}

export const STALL_SHAPES = ['sorted set', 'hash', 'set', 'list', 'bare Map'] as const
export type StallShape = (typeof STALL_SHAPES)[number]

interface Filling {
  add(key: string): unknown
  remove(key: string): unknown
}

/** Calls shorter than this are not noted. */
const NOTED_MS = 0.2
/** The event loop has a turn after so many calls, in which the collections that were observed are delivered. */
const CALLS_A_TURN = 20_000

/** Runs in a process of its own, so that the code is new and compilation counts. */
export async function measureStalls(shape: StallShape, count: number): Promise<StallReport> {
  const store = shape === 'bare Map' ? bareMap() : fillingOf(shape, (await redstartOpener())())
  const keys = keyBlock(count)
  const random = new Random(13)
  const filling = await watch(count, (place) => store.add(keys.at(place)))
  const order = indexes(0, count, true, random)
  const emptying = await watch(count, (place) => store.remove(keys.at(order[place]!)))
  return { filling, emptying }
}

function fillingOf(shape: Exclude<StallShape, 'bare Map'>, db: Redstart): Filling {
  const random = new Random(17)
  switch (shape) {
    case 'sorted set':
      return {
        add: (key) => db.zadd(COLLECTION, random.below(SCORES), key),
        // By turns from the front and from anywhere; in the end some members are gone already.
        remove: (key) => (random.below(2) === 0 ? db.zpopmin(COLLECTION) : db.zrem(COLLECTION, key)),
      }
    case 'hash':
      return { add: (key) => db.hset(COLLECTION, key, key), remove: (key) => db.hdel(COLLECTION, key) }
    case 'set':
      return {
        add: (key) => db.sadd(COLLECTION, key),
        remove: (key) => (random.below(2) === 0 ? db.spop(COLLECTION) : db.srem(COLLECTION, key)),
      }
    case 'list':
      return { add: (key) => db.rpush(COLLECTION, key), remove: () => db.lpop(COLLECTION) }
  }
}

/** For comparison: what the language does. */
function bareMap(): Filling {
  const map = new Map<string, string>()
  return { add: (key) => map.set(key, key), remove: (key) => map.delete(key) }
}

async function watch(count: number, call: (place: number) => unknown): Promise<Longest> {
  const collector = watchCollector()
  const stretches: Stretch[] = []
  for (let place = 0; place < count; place++) {
    const waited = threadWaitedMs()
    const start = performance.now()
    call(place)
    const end = performance.now()
    if (end - start >= NOTED_MS) stretches.push({ start, end, waitedMs: threadWaitedMs() - waited })
    if (place % CALLS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return longest(stretches, await collector.stop())
}
