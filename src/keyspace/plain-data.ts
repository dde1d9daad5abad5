/** What plain values are made of, and what is read back from them. */
import { fromBytes, toBytes } from '../structures/text.js'
import type { Plain, PlainSink, PlainSource } from './ports.js'

export const DOUBLE_BYTES = 8

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

/** The next text of a source. O(length). */
export function readText(source: PlainSource): string {
  const text = source.text()
  return typeof text === 'string' ? text : fromBytes(text)
}

/** Reads from data that is there as a whole. */
export class TreeSource implements PlainSource {
  /** The lists that have been entered, each with where it goes on. */
  private readonly path: { readonly list: readonly Plain[]; at: number }[]

  constructor(plain: Plain) {
    this.path = [{ list: [plain], at: 0 }]
  }

  /** Says that nothing more should be there. @throws BadPlainValue */
  finish(): void {
    if (this.path.some(({ list, at }) => at < list.length)) throw new BadPlainValue('data behind the value')
  }

  plain(): Plain {
    let { list, at } = this.path.at(-1)!
    for (; at === list.length && this.path.length > 1; { list, at } = this.path.at(-1)!) this.path.pop()
    if (at === list.length) throw new BadPlainValue('no more data')
    this.path.at(-1)!.at++
    return list[at]!
  }

  text(): string | Uint8Array {
    const plain = this.plain()
    if (typeof plain === 'string' || plain instanceof Uint8Array) return plain
    throw new BadPlainValue('text that is none')
  }

  number(): number {
    const plain = this.plain()
    if (typeof plain === 'number') return plain
    throw new BadPlainValue('a number that is none')
  }

  list(): number {
    const list = listOf(this.plain())
    this.path.push({ list, at: 0 })
    return list.length
  }

  doubles(count: number): number[] {
    const bytes = this.plain()
    if (!(bytes instanceof Uint8Array) || bytes.length !== count * DOUBLE_BYTES)
      throw new BadPlainValue('doubles that are not as many as they should be')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return Array.from({ length: count }, (_, i) => view.getFloat64(i * DOUBLE_BYTES, true))
  }
}
