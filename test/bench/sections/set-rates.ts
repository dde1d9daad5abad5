import type { Redstart } from 'redstart'
import { keyBlock, Random, type TextBlock, VALUE_LENGTH, valueBlock } from '../harness/keys.js'
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
const VALUES = 4_096

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
  const random = new Random(23)
  const block = keyBlock(count)
  const texts = valueBlock(VALUES, VALUE_LENGTH, random)
  const values = Array.from({ length: VALUES }, (_, index) => texts.at(index))
  for (const store of [none, kept]) for (let i = 0; i < count; i++) store.set(block.at(i), values[i % VALUES]!)
  await kept.flushed()
  globalThis.gc?.()
  const [ofNone, ofKept]: [number[], number[]] = [[], []]
  for (let i = 0; i < BATCHES; i++) {
    ofNone.push(await batchRate(none, keysAtRandom(block, count, random), values))
    ofKept.push(await batchRate(kept, keysAtRandom(block, count, random), values))
  }
  return { none: spread(ofNone).median, everysec: spread(ofKept).median }
}

function keysAtRandom(block: TextBlock, count: number, random: Random): string[] {
  return Array.from({ length: BATCH }, () => block.at(random.below(count)))
}

/** With the turn of the event loop behind the batch, in which what is left goes to the disk. */
async function batchRate(db: Redstart, keys: readonly string[], values: readonly string[]): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < keys.length; i++) db.set(keys[i]!, values[i % VALUES]!)
  await new Promise((resolve) => setImmediate(resolve))
  return (keys.length / (performance.now() - start)) * 1000
}
