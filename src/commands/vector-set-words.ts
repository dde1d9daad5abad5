/** What the commands of vector sets have in common: vectors and numbers as words. */

import { parseInt64 } from '../structures/int64.js'
import { parseScore } from '../structures/score.js'
import { toBytes } from '../structures/text.js'
import { type Argv, textAt, tokenAt } from './argv.js'
import { keySpec } from './command.js'
import { badVector, badVectorNumber } from './vector-set-errors.js'

/** The most candidates that a search or an addition looks at. */
export const EF_MAX = 1_000_000

export const VECTOR_KEY = [keySpec('RW access update')]
export const VECTOR_SYNTAX = 'FP32 blob | <VALUES num:integer value:double...>'

/** Throws ERR (invalid …) unless it is a whole number in the range. */
export function checkedNumber(value: number, min: number, max: number, option: string): number {
  if (!Number.isInteger(value) || value < min || value > max) throw badVectorNumber(option)
  return value
}

/** A vector as 32-bit floats. Throws ERR (invalid vector specification) for none, and for numbers that are not finite. */
export function checkedVector(vector: ArrayLike<number>): Float32Array {
  if (!Array.isArray(vector) && !ArrayBuffer.isView(vector)) throw badVector()
  for (let i = 0; i < vector.length; i++) if (typeof vector[i] !== 'number') throw badVector()
  const floats = Float32Array.from(vector)
  if (floats.length === 0 || !floats.every(Number.isFinite)) throw badVector()
  return floats
}

/** The vector that begins at a word, `FP32 blob` or `VALUES n …`, and where it ends. Throws ERR (invalid vector specification). */
export function vectorAt(argv: Argv, index: number): { vector: Float32Array; end: number } {
  const token = tokenAt(argv, index)
  if (token === 'FP32' && index + 1 < argv.length) {
    return { vector: checkedVector(floatsOf(argv[index + 1]!)), end: index + 2 }
  }
  const count = token === 'VALUES' && index + 1 < argv.length ? parseInt64(textAt(argv, index + 1)) : undefined
  const end = index + 2 + Number(count ?? 0)
  if (count === undefined || count < 1 || end > argv.length) throw badVector()
  const numbers: number[] = []
  for (let i = index + 2; i < end; i++) numbers.push(parseScore(textAt(argv, i)) ?? Number.NaN)
  return { vector: checkedVector(numbers), end }
}

function floatsOf(word: string | Uint8Array): number[] {
  const bytes = typeof word === 'string' ? toBytes(word) : word
  if (bytes.length % 4 !== 0) throw badVector()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

/** The whole number at a word; NaN for anything else. */
export function numberAt(argv: Argv, index: number): number {
  const integer = parseInt64(textAt(argv, index))
  return integer === undefined ? Number.NaN : Number(integer)
}
