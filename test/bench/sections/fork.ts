import type { Redstart } from 'redstart'
import { redstartOpener } from '../contenders/local.js'
import { COLLECTION, keyBlock } from '../harness/keys.js'

/** What a copy of a whole store costs. */
export interface ForkReport {
  /** Each fork in turn; the former one is dropped before. */
  readonly forksMs: readonly number[]
  /** Going back to a checkpoint, in turn. */
  readonly restoresMs: readonly number[]
  /** The first read in a fork, which copies the value that it meets. */
  readonly firstReadMs: number
}

export const FORK_SHAPES = [
  'strings',
  'strings with deadlines',
  'hashes of 3 fields',
  'hashes, a field expires',
  'one sorted set',
] as const
export type ForkShape = (typeof FORK_SHAPES)[number]

/** Runs in a process of its own, whose heap holds nothing else. */
export async function measureForks(shape: ForkShape, count: number, turns: number): Promise<ForkReport> {
  const db = (await redstartOpener())()
  const keys = keyBlock(count)
  for (let place = 0; place < count; place++) fill(db, shape, keys.at(place), place)
  const forksMs: number[] = []
  const restoresMs: number[] = []
  let firstReadMs = 0
  for (let turn = 0; turn < turns; turn++) {
    await settle()
    let fork = db
    forksMs.push(
      timed(() => {
        fork = db.fork()
      }),
    )
    if (fork.dbsize() !== db.dbsize()) throw new Error('A fork has not all keys')
    firstReadMs = timed(() => read(fork, shape, keys.at(0)))
  }
  const checkpoint = db.checkpoint()
  for (let turn = 0; turn < turns; turn++) {
    await settle()
    restoresMs.push(timed(() => db.restore(checkpoint)))
  }
  return { forksMs, restoresMs, firstReadMs }
}

/** By the clock, but no more than the process spent in it: others may be running on the machine. */
function timed(body: () => void): number {
  const usage = process.cpuUsage()
  const start = performance.now()
  body()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(usage)
  return Math.min(ms, (user + system) / 1000)
}

function read(db: Redstart, shape: ForkShape, key: string): void {
  if (shape === 'one sorted set') db.zscore(COLLECTION, key)
  else if (shape.startsWith('strings')) db.get(key)
  else db.hget(key, 'name')
}

/** What was dropped is collected outside of what is timed, as between two tests. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  globalThis.gc?.()
}

function fill(db: Redstart, shape: ForkShape, key: string, place: number): void {
  switch (shape) {
    case 'strings':
      db.set(key, `value:${place}`)
      break
    case 'strings with deadlines':
      db.set(key, `value:${place}`, { ex: 3600 + (place % 3600) })
      break
    case 'hashes of 3 fields':
    case 'hashes, a field expires':
      db.hset(key, { name: `name:${place}`, age: String(place % 100), city: 'Berlin' })
      if (shape === 'hashes, a field expires') db.hexpire(key, 3600, ['city'])
      break
    case 'one sorted set':
      db.zadd(COLLECTION, place, key)
      break
  }
}
