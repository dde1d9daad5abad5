/** What the loops over bytes are made of, besides structures/wasm-code.ts. */
import { type Code, constant, unsigned } from '../structures/wasm-code.js'

/** An address, and what is added to it. */
export type Place = readonly [at: Code, offset: number]

export const set = (local: number, ...value: Code): Code => [...value, 0x21, local]
export const load = (offset: number, ...at: Code): Code => [...at, 0x28, 0, ...unsigned(offset)]
export const loadByte = (...at: Code): Code => [...at, 0x2d, 0, 0]
export const store = (at: Code, offset: number, value: Code): Code => [...at, ...value, 0x36, 0, ...unsigned(offset)]
export const storeByte = (at: Code, offset: number, value: Code): Code => [
  ...at,
  ...value,
  0x3a,
  0,
  ...unsigned(offset),
]
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a]
export const and = (a: Code, b: Code): Code => [...a, ...b, 0x71]
export const xor = (first: Code, ...others: readonly Code[]): Code => [
  ...first,
  ...others.flatMap((one) => [...one, 0x73]),
]
export const shiftLeft = (a: Code, bits: number): Code => [...a, ...constant(bits), 0x74]
export const shiftRight = (a: Code, bits: number): Code => [...a, ...constant(bits), 0x76]
export const isAbove = (a: Code, b: Code): Code => [...a, ...b, 0x4b]
/** Of addresses: without a sign. */
export const isNotBelow = (a: Code, b: Code): Code => [...a, ...b, 0x4f]
/** Of counts: with a sign. */
export const isAtLeast = (a: Code, b: Code): Code => [...a, ...b, 0x4e]

/** Does what stands in it unless the condition holds. */
export const unless = (condition: Code, ...body: readonly Code[]): Code => [
  0x02,
  0x40,
  ...condition,
  0x0d,
  0,
  ...body.flat(),
  0x0b,
]

/** Does what stands in it until the condition holds. */
export const until = (condition: Code, ...body: readonly Code[]): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...condition,
  ...[0x0d, 1],
  ...body.flat(),
  ...[0x0c, 0, 0x0b, 0x0b],
]

export const call = (index: number, ...args: readonly Code[]): Code => [...args.flat(), 0x10, index]
