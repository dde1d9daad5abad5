/** Bits of byte strings, counted from the highest bit of the first byte on, as Redis counts them. */
import { bring, PIECE, RESULT } from './bit-machine.js'
import { bitMachineFor } from './bit-machines.js'

/** How many bits are 1 in the bytes from `start` to `end` (exclusive). O(bytes). */
export function countBits(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const machine = bitMachineFor(end - start)
  let count = 0
  for (let from = start; from < end; from += PIECE) {
    count += machine.count(bring(machine, RESULT, bytes, from, Math.min(end - from, PIECE)))
  }
  return count
}

/** How many bytes from `at` on the first whole word begins. */
function wordGap(bytes: Uint8Array, at: number): number {
  return -(bytes.byteOffset + at) & 3
}

/** The whole words from `at` on, where a word begins. */
function wordsFrom(bytes: Uint8Array, at: number, end: number): Int32Array {
  return at >= end ? NO_WORDS : new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 2)
}

const NO_WORDS = new Int32Array(0)

/** How many bits of a byte are 1. */
function countInByte(byte: number): number {
  const pairs = byte - ((byte >>> 1) & 0x55)
  const fours = (pairs & 0x33) + ((pairs >>> 2) & 0x33)
  return (fours + (fours >>> 4)) & 0x0f
}

/** How many bits are 1 from the bit `first` to the bit `last`, both included. O(bytes). */
export function countBitRange(bytes: Uint8Array, first: number, last: number): number {
  const start = Math.floor(first / 8)
  const end = Math.floor(last / 8) + 1
  const before = bytes[start]! & ~(0xff >> (first & 7))
  const behind = bytes[end - 1]! & (0x7f >> (last & 7))
  return countBits(bytes, start, end) - countInByte(before) - countInByte(behind)
}

/** The first bit of a value from the bit `first` to the bit `last`, both included; -1 where there is none. O(bytes). */
export function findBit(bytes: Uint8Array, bit: number, first: number, last: number): number {
  const same = bit === 1 ? 0 : 0xff
  const end = Math.floor(last / 8) + 1
  let at = Math.floor(first / 8)
  // As if all bits before the first one were other ones.
  const byte = (bytes[at]! ^ same) & (0xff >> (first & 7))
  if (byte === 0) {
    at = skip(bytes, same, at + 1, end)
    if (at === end) return -1
  }
  const found = at * 8 + Math.clz32(byte === 0 ? bytes[at]! ^ same : byte) - 24
  return found > last ? -1 : found
}

/** The index of the first byte that is not `same`, `end` where there is none. */
function skip(bytes: Uint8Array, same: number, start: number, end: number): number {
  let at = start
  const aligned = Math.min(end, start + wordGap(bytes, start))
  while (at < aligned && bytes[at] === same) at++
  if (at === aligned) {
    const words = wordsFrom(bytes, at, end)
    const sameWord = same === 0 ? 0 : -1
    let i = 0
    while (i < words.length && words[i] === sameWord) i++
    at += i * 4
  }
  while (at < end && bytes[at] === same) at++
  return at
}
