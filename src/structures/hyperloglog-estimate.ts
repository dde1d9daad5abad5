import { REGISTERS } from './hyperloglog-dense.js'
import type { Int64 } from './int64.js'

/** How many bits of the hash are left for the count of a register. */
const COUNT_BITS = 50
/** 1 / (2 ln 2). */
const ALPHA = 0.7213475204444817

/**
 * How many different elements there are behind registers, by how many registers have each count: the improved raw estimator of
 * Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6. The order of its
 * operations is such that the double that comes out is the one of Redis. O(1).
 */
export function estimate(histogram: Int32Array): Int64 {
  let z = REGISTERS * tau((REGISTERS - histogram[COUNT_BITS + 1]!) / REGISTERS)
  for (let count = COUNT_BITS; count >= 1; count--) {
    z += histogram[count]!
    z *= 0.5
  }
  z += REGISTERS * sigma(histogram[0]! / REGISTERS)
  const count = Math.round((ALPHA * REGISTERS * REGISTERS) / z)
  if (Number.isSafeInteger(count)) return count
  // Registers that no elements could have made: what is past int64 is in C on x86 the least of them.
  return count < 2 ** 63 ? BigInt(count) : -(2n ** 63n)
}

/** For registers that are still empty. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY
  let x = share
  let y = 1
  let z = share
  let before: number
  do {
    x *= x
    before = z
    z += x * y
    y += y
  } while (before !== z)
  return z
}

/** For registers that can count no further. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0
  let x = share
  let y = 1
  let z = 1 - share
  let before: number
  do {
    x = Math.sqrt(x)
    before = z
    y *= 0.5
    z -= (1 - x) * (1 - x) * y
  } while (before !== z)
  return z / 3
}
