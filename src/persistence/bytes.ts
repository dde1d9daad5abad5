/** Numbers in files: least byte first. */

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

export function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = Buffer.allocUnsafe(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
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
