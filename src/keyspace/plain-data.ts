/** What plain values are made of, and what is read back from them. */
import { fromBytes, toBytes } from '../structures/text.js'
import type { Plain, PlainSink } from './ports.js'

/** Data that no value looks like. */
export class BadPlainValue extends Error {}

/** Text as text where it is valid UTF-8, else its bytes. O(length). */
export function plainText(text: string): string | Uint8Array {
  return text.isWellFormed() ? text : toBytes(text)
}

/** The text that `plainText` made plain. O(length). */
export function textOf(plain: Plain | undefined): string {
  if (typeof plain === 'string') return plain
  if (plain instanceof Uint8Array) return fromBytes(plain)
  throw new BadPlainValue('text that is none')
}

export function listOf(plain: Plain | undefined): readonly Plain[] {
  if (!Array.isArray(plain)) throw new BadPlainValue('a row that is none')
  return plain
}

/** A number that is neither too large nor broken. */
export function integerFrom(plain: Plain | undefined, least = 0): number {
  if (typeof plain === 'number' && Number.isSafeInteger(plain) && plain >= least) return plain
  throw new BadPlainValue('a number that is none')
}

/** Gives data as a whole. O(its size). */
export function givePlain(plain: Plain, sink: PlainSink): void {
  if (typeof plain === 'string') sink.text(plain)
  else if (typeof plain === 'number') sink.number(plain)
  else if (typeof plain === 'bigint') sink.bigint(plain)
  else if (plain === null) sink.none()
  else if (plain instanceof Uint8Array) sink.binary(plain)
  else {
    sink.list(plain.length)
    for (const part of plain) givePlain(part, sink)
  }
}
