/** Numbers in files, least byte first, and texts. */
import { SHORT_ASCII_MAX, shortAscii } from '../structures/short-ascii.js'

export function getU16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8)
}

export function getU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

export function getU48(bytes: Uint8Array, at: number): number {
  return getU32(bytes, at) + getU16(bytes, at + 4) * 0x100000000
}

export function setU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
}

export function setU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
}

export function setU48(bytes: Uint8Array, at: number, value: number): void {
  setU32(bytes, at, value)
  setU16(bytes, at + 4, value / 0x100000000)
}

export function sameBytes(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte)
}

/** All bytes of a small file. */
export async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

export function isAsciiAt(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0
  for (let at = start; at < end; at++) all |= bytes[at]!
  return all < 0x80
}

/** What @types/node leaves out: slices without a look at their arguments. Node's buffers have these methods. */
interface Slicer {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
}

/** A character for each byte. O(bytes). */
export function latin1At(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Slicer).latin1Slice(start, end)
}

const { fromCharCode } = String

/** Up to so many bytes `listedAscii` is quicker than a call of Node's: of 13 to 24 it takes 100 ns, and the call 140. */
const LIST_MAX = 24
/** For each length a list without room to spare. */
const LISTS = Array.from({ length: LIST_MAX + 1 }, (_, length) => new Array<number>(length).fill(0))

/** As `shortAscii`, of more bytes: one call makes a text of them all. O(length). */
function listedAscii(bytes: Uint8Array, start: number, length: number): string | undefined {
  const list = LISTS[length]!
  let all = 0
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!
    all |= byte
    list[i] = byte
  }
  return all < 0x80 ? fromCharCode.apply(undefined, list) : undefined
}

/** The text that is UTF-8 from `start` to `end` (exclusive). O(bytes). */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const length = end - start
  let text: string | undefined
  if (length <= SHORT_ASCII_MAX) text = shortAscii(bytes, start, end)
  else if (length <= LIST_MAX) text = listedAscii(bytes, start, length)
  return text ?? (bytes as unknown as Slicer).utf8Slice(start, end)
}
