import { toBytes } from './text.js'

/*
 * MurmurHash64A (Austin Appleby, public domain) with the seed that Redis uses for HyperLogLogs, in two 32-bit halves: by BigInt
 * a hash takes twenty times as long.
 */
const SEED = 0xadc83b19
const MULTIPLIER_LOW = 0x5bd1e995
const MULTIPLIER_HIGH = 0xc6a4a793
const LOW_OF_LOW = MULTIPLIER_LOW & 0xffff
const HIGH_OF_LOW = MULTIPLIER_LOW >>> 16

/** Elements up to this length are laid out here: no array is made for them. */
const SCRATCH = new Uint8Array(256)

/** The index of a register has so many bits, the lowest of the hash. */
const INDEX_BITS = 14
const INDEX_MASK = (1 << INDEX_BITS) - 1
/** Where a count stands beside the index in `placeOf`. */
const COUNT_SHIFT = INDEX_BITS

/**
 * Where an element goes: the index of its register, and above it the count of the register, which is the place of the lowest bit
 * that is set in the rest of the hash, from 1 to 51. O(length).
 */
export function placeOf(element: string | Uint8Array): number {
  if (typeof element !== 'string') return placeOfBytes(element, element.length)
  const { length } = element
  if (length > SCRATCH.length) return placeOfBytes(toBytes(element), -1)
  for (let i = 0; i < length; i++) {
    const unit = element.charCodeAt(i)
    if (unit >= 0x80) return placeOfBytes(toBytes(element), -1)
    SCRATCH[i] = unit
  }
  return placeOfBytes(SCRATCH, length)
}

/** The index in what `placeOf` returns. */
export function indexOfPlace(place: number): number {
  return place & INDEX_MASK
}

/** The count in what `placeOf` returns. */
export function countOfPlace(place: number): number {
  return place >>> COUNT_SHIFT
}

/** The upper half of the product of an unsigned 32-bit integer and the lower half of the multiplier. */
function highProduct(a: number): number {
  const low = a & 0xffff
  const high = a >>> 16
  const first = high * LOW_OF_LOW + ((low * LOW_OF_LOW) >>> 16)
  const second = (first & 0xffff) + low * HIGH_OF_LOW
  return (high * HIGH_OF_LOW + (first >>> 16) + (second >>> 16)) | 0
}

/** Of the first `given` bytes, -1 for all. */
function placeOfBytes(bytes: Uint8Array, given: number): number {
  const length = given === -1 ? bytes.length : given
  let low = Math.imul(length, MULTIPLIER_LOW) ^ SEED
  let high = highProduct(length) + Math.imul(length, MULTIPLIER_HIGH)
  const whole = length & ~7
  for (let i = 0; i < whole; i += 8) {
    let wordLow = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    let wordHigh = bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24)
    wordHigh = highProduct(wordLow) + Math.imul(wordLow, MULTIPLIER_HIGH) + Math.imul(wordHigh, MULTIPLIER_LOW)
    wordLow = Math.imul(wordLow, MULTIPLIER_LOW)
    // A shift by 47 leaves 17 bits of the upper half.
    wordLow ^= wordHigh >>> 15
    wordHigh = highProduct(wordLow) + Math.imul(wordLow, MULTIPLIER_HIGH) + Math.imul(wordHigh, MULTIPLIER_LOW)
    wordLow = Math.imul(wordLow, MULTIPLIER_LOW)
    low ^= wordLow
    high ^= wordHigh
    high = highProduct(low) + Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW)
    low = Math.imul(low, MULTIPLIER_LOW)
  }
  if (whole < length) {
    for (let i = whole; i < length; i++) {
      const at = i - whole
      if (at < 4) low ^= bytes[i]! << (at * 8)
      else high ^= bytes[i]! << ((at - 4) * 8)
    }
    high = highProduct(low) + Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW)
    low = Math.imul(low, MULTIPLIER_LOW)
  }
  low ^= high >>> 15
  high = highProduct(low) + Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW)
  low = Math.imul(low, MULTIPLIER_LOW)
  low ^= high >>> 15
  // A bit behind the last one of the rest makes an end where all others are zero.
  const restLow = (low >>> INDEX_BITS) | (high << (32 - INDEX_BITS))
  const restHigh = (high >>> INDEX_BITS) | (1 << (32 - INDEX_BITS))
  const count = restLow !== 0 ? lowestBit(restLow) : 32 + lowestBit(restHigh)
  return (low & INDEX_MASK) | ((count + 1) << COUNT_SHIFT)
}

/** The place of the lowest bit that is set, from 0. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
