import * as fc from 'fast-check'
import type { Data } from 'redstart'

export const START = Date.UTC(2025, 0, 1)

export const keys = fc.constantFrom('a', 'b', 'c', 'user:1', '__proto__', '\udcff\udcfe\0', '')
export const values: fc.Arbitrary<Data> = fc.oneof(
  fc.constantFrom<Data>('', 'text', '10', '-7', '3.0', '1e5', 'é', '\udcc3', '\udca9', 2n ** 62n, 12, 0.1),
  fc.uint8Array({ maxLength: 60 }),
)
/** Times that come to pass within a run, and some that do not. */
export const soon = fc.oneof(
  fc.integer({ min: 1, max: 3_000 }),
  fc.constantFrom<number | bigint>(1_000_000, 2n ** 53n, 2n ** 61n),
)
export const instant = fc.oneof(
  fc.integer({ min: START - 1_000, max: START + 5_000 }),
  fc.constantFrom<number | bigint>(1, START + 10 ** 9, 2n ** 62n),
)
export const databases = fc.nat(3)

/** A call of a typed method by its name. */
export type Typed = readonly [method: string, ...args: readonly unknown[]]
