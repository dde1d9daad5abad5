import type { Redstart } from 'redstart'
import { Batch, World } from '../harness/keys.js'
import { spread } from '../harness/results.js'

/** How many SET a second a store takes, without a log and with one, over so many keys. */
export interface SetRates {
  readonly keys: number
  readonly none: number
  readonly everysec: number
}

const SIZES = [1_000, 100_000, 1_000_000]
const BATCH = 20_000
const BATCHES = 30

/** SET of keys that are there, at random, by turns on both stores; keys are strings that were made just before. */
export async function measureSetRates(
  count: number,
  openKept: () => Promise<Redstart>,
  none: () => Redstart,
): Promise<SetRates[]> {
  const rates: SetRates[] = []
  for (const keys of SIZES.filter((size) => size <= count)) {
    const stores = [none(), await openKept()] as const
    rates.push({ keys, ...(await ratesOver(keys, ...stores)) })
    for (const store of stores) await store.close()
  }
  return rates
}

async function ratesOver(count: number, none: Redstart, kept: Redstart): Promise<{ none: number; everysec: number }> {
  const world = new World(count, 23, undefined)
  const { block, pool } = world
  for (const store of [none, kept]) for (let i = 0; i < count; i++) store.set(block.at(i), pool[i % pool.length]!)
  await kept.flushed()
  globalThis.gc?.()
  const batch = new Batch()
  const [ofNone, ofKept]: [number[], number[]] = [[], []]
  for (let i = 0; i < BATCHES; i++) {
    batch.scatter(world, 'fresh', BATCH)
    ofNone.push(await batchRate(none, batch))
    batch.scatter(world, 'fresh', BATCH)
    ofKept.push(await batchRate(kept, batch))
  }
  return { none: spread(ofNone).median, everysec: spread(ofKept).median }
}

/** With the turn of the event loop behind the batch, in which what is left goes to the disk. */
async function batchRate(db: Redstart, { keys, values }: Batch): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < keys.length; i++) db.set(keys[i]!, values[i]!)
  await new Promise((resolve) => setImmediate(resolve))
  return (keys.length / (performance.now() - start)) * 1000
}
