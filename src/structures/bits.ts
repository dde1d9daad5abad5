/**
 * Bits of byte strings, counted from the highest bit of the first byte on, as Redis counts them. All of these go through memory
 * a word of 32 bits at a time wherever the bytes are aligned to it.
 */

/** How many bits are 1 in the bytes from `start` to `end` (exclusive). O(bytes). */
export function countBits(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let at = start
  let count = 0
  const aligned = Math.min(end, start + wordGap(bytes, start))
  while (at < aligned) count += countInWord(bytes[at++]!)
  const words = wordsFrom(bytes, at, end)
  count += countInWords(words)
  at += words.length * 4
  while (at < end) count += countInWord(bytes[at++]!)
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

/** How many bits of 32 are 1, by sums of neighbouring pairs, fours and bytes. */
function countInWord(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555)
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333)
  return Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * Eight words go through seven adders, each of which makes of three bits a sum and a carry for every place at once; only what is
 * carried out of the fours is counted. That takes half the time of counting word by word.
 *
 * @see Muła, Kurz and Lemire, Faster Population Counts Using AVX2 Instructions, 2018: the Harley-Seal algorithm
 */
function countInWords(words: Int32Array): number {
  let ones = 0
  let twos = 0
  let fours = 0
  let eights = 0
  const whole = words.length & ~7
  for (let i = 0; i < whole; i += 8) {
    let a = words[i]!
    let b = words[i + 1]!
    let half = ones ^ a
    let twosA = (ones & a) | (half & b)
    ones = half ^ b
    a = words[i + 2]!
    b = words[i + 3]!
    half = ones ^ a
    let twosB = (ones & a) | (half & b)
    ones = half ^ b
    half = twos ^ twosA
    const foursA = (twos & twosA) | (half & twosB)
    twos = half ^ twosB
    a = words[i + 4]!
    b = words[i + 5]!
    half = ones ^ a
    twosA = (ones & a) | (half & b)
    ones = half ^ b
    a = words[i + 6]!
    b = words[i + 7]!
    half = ones ^ a
    twosB = (ones & a) | (half & b)
    ones = half ^ b
    half = twos ^ twosA
    const foursB = (twos & twosA) | (half & twosB)
    twos = half ^ twosB
    half = fours ^ foursA
    eights += countInWord((fours & foursA) | (half & foursB))
    fours = half ^ foursB
  }
  let count = 8 * eights + 4 * countInWord(fours) + 2 * countInWord(twos) + countInWord(ones)
  for (let i = whole; i < words.length; i++) count += countInWord(words[i]!)
  return count
}

/** How many bits are 1 from the bit `first` to the bit `last`, both included. O(bytes). */
export function countBitRange(bytes: Uint8Array, first: number, last: number): number {
  const start = Math.floor(first / 8)
  const end = Math.floor(last / 8) + 1
  const before = bytes[start]! & ~(0xff >> (first & 7))
  const behind = bytes[end - 1]! & (0x7f >> (last & 7))
  return countBits(bytes, start, end) - countInWord(before) - countInWord(behind)
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
