/** What a parameter of CONFIG is, and how its values are read. */
import type { Store } from '../keyspace/store.js'
import { type Int64, parseInt64 } from '../structures/int64.js'
import { parseScore } from '../structures/score.js'
import { clamp } from './argv.js'

/** Why a value cannot be taken: what stands behind the dash of CONFIG SET's error. */
export class BadParameter extends Error {}

/** One parameter of CONFIG. */
export interface Parameter {
  readonly name: string
  /** The value as CONFIG GET shows it. */
  get(store: Store): string
  /**
   * Reads a new value for a store and returns what puts it in place, so that nothing is set unless all can be. Throws `BadParameter`.
   * Absent where the value is fixed.
   */
  set?(text: string, store: Store): (store: Store) => void
  /** Whether it is fixed because a change could do harm, as Redis tells these apart. */
  readonly isProtected?: boolean
}

const MEMORY = /^(\d*)(b|k|kb|m|mb|g|gb)?$/i
const MEMORY_UNITS: Readonly<Record<string, bigint>> = {
  ...{ b: 1n, k: 1000n, kb: 1024n, m: 1_000_000n, mb: 1n << 20n, g: 1_000_000_000n, gb: 1n << 30n },
}

/** A number of bytes, also in units; no digits are 0, and a product past 2^64 is cut as Redis cuts it. */
export function readMemory(text: string): Int64 {
  const [, digits, unit = 'b'] = MEMORY.exec(text) ?? []
  if (digits === undefined) throw new BadParameter('argument must be a memory value')
  const most = 2n ** 64n - 1n
  const count = digits === '' ? 0n : BigInt(digits)
  const size = BigInt.asUintN(64, (count > most ? most : count) * MEMORY_UNITS[unit.toLowerCase()]!)
  const int64 = size < 2n ** 63n ? parseInt64(String(size)) : undefined
  if (int64 === undefined) throw new BadParameter(`argument must be between 0 and ${2n ** 63n - 1n} inclusive`)
  return int64
}

/** 'yes' or 'no', in any letter case. */
export function readYesOrNo(text: string): boolean {
  const word = text.toLowerCase()
  if (word !== 'yes' && word !== 'no') throw new BadParameter("argument must be 'yes' or 'no'")
  return word === 'yes'
}

export function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no'
}

/** A whole number from `min` to `max`; past 2^53 any is as good as another. */
export function readInteger(text: string, min: number, max: number | bigint = 2n ** 63n - 1n): number {
  const integer = parseInt64(text)
  if (integer === undefined) throw new BadParameter("argument couldn't be parsed into an integer")
  if (integer < min || integer > max) throw new BadParameter(`argument must be between ${min} and ${max} inclusive`)
  return clamp(integer)
}

/** One of some words, in any letter case. */
export function readChoice<T extends string>(text: string, choices: readonly T[]): T {
  const choice = choices.find((other) => other === text.toLowerCase())
  if (choice !== undefined) return choice
  throw new BadParameter(`argument(s) must be one of the following: ${choices.join(', ')}`)
}

/** A number of hundredths, in any notation of a score. */
export function readPercentile(text: string): number {
  const percentile = parseScore(text)
  if (percentile === undefined) throw new BadParameter('Invalid latency-tracking-info-percentiles parameters')
  if (percentile < 0 || percentile > 100) {
    throw new BadParameter('latency-tracking-info-percentiles parameters should sit between [0.0,100.0]')
  }
  return percentile
}

/** A percentile as Redis shows it: six decimals at most. */
export function percentileText(percentile: number): string {
  const sign = Object.is(percentile, -0) ? '-' : ''
  return sign + String(Number(percentile.toFixed(6)))
}
