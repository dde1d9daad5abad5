import { Random } from '../harness/keys.js'

/** What keys are asked for one after the other, as numbers; the same for the same seed. */
export interface Trace {
  readonly name: string
  readonly keys: Int32Array
}

const UNIVERSE = 100_000

/** Keys by a Zipf distribution: the key of rank r as often as r to the power of -exponent. O(log universe) each. */
function zipf(random: Random, exponent: number, universe: number): () => number {
  const sums = new Float64Array(universe)
  let sum = 0
  for (let rank = 1; rank <= universe; rank++) {
    sum += rank ** -exponent
    sums[rank - 1] = sum
  }
  return () => {
    const at = (random.below(2 ** 30) / 2 ** 30) * sum
    let [low, high] = [0, universe - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < at) low = middle + 1
      else high = middle
    }
    // Neighbours in popularity are none in the order of keys.
    return (low * 7919) % universe
  }
}

function filled(length: number, next: (index: number) => number): Int32Array {
  const keys = new Int32Array(length)
  for (let index = 0; index < length; index++) keys[index] = next(index)
  return keys
}

/** Traces of `length` requests each. */
export function tracesOf(length: number): Trace[] {
  const zipfs = [0.7, 0.9, 1.1].map((exponent) => ({
    name: `Zipf ${exponent}`,
    keys: filled(length, zipf(new Random(11), exponent, UNIVERSE)),
  }))
  const popular = zipf(new Random(12), 0.9, UNIVERSE)
  let scanned = UNIVERSE
  // A tenth of the time somebody reads keys that nobody reads again, in runs of 2,000.
  const polluted = filled(length, (index) => (index % 20_000 < 2_000 ? scanned++ : popular()))
  const looping = filled(length, (index) => index % 20_000)
  return [...zipfs, { name: 'scan-polluted', keys: polluted }, { name: 'loop of 20,000', keys: looping }]
}
