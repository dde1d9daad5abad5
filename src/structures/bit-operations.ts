/** What BITOP makes of several byte strings; a shorter one counts as padded with zeros. */
import { copyBytes } from './text.js'

/** `diff` and what follows are of Redis 8.2. */
export type BitOperation = 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one'

/**
 * The result, as long as the longest source. Of `not` there is one source; of `diff` (in the first and in no other),
 * `diff1` (in another one and not in the first) and `andor` (in the first and in another one) there are two or more; `one` is
 * what is in exactly one source. O(bytes of all sources), a word at a time where the sources are aligned to words.
 */
export function combineBits(operation: BitOperation, sources: readonly Uint8Array[]): Uint8Array {
  const length = sources.reduce((longest, source) => Math.max(longest, source.length), 0)
  const result = new Uint8Array(length)
  const [first, ...others] = sources as [Uint8Array, ...Uint8Array[]]
  switch (operation) {
    case 'and':
      intersect(result, sources)
      break
    case 'not':
      pass(result, first, NOT)
      break
    case 'one':
      addOnce(result, sources)
      break
    case 'or':
    case 'xor':
      result.set(first)
      for (const other of others) pass(result, other, operation === 'or' ? OR : XOR)
      break
    default:
      for (const other of others) pass(result, other, OR)
      // What is behind the end of the first source is not in it.
      if (operation !== 'diff1') result.fill(0, first.length)
      pass(result, first, WITH_FIRST[operation])
  }
  return result
}

/** How words of a source come into the result. */
const NOT = 0
const AND = 1
const OR = 2
const XOR = 3
/** The bits of the source that the result has not. */
const MINUS = 4
/** The bits of the result that the source has not. */
const LEFT = 5
type Way = typeof NOT | typeof AND | typeof OR | typeof XOR | typeof MINUS | typeof LEFT

const WITH_FIRST: Readonly<Record<'diff' | 'diff1' | 'andor', Way>> = { diff: MINUS, diff1: LEFT, andor: AND }

/** Changes the result, as far as a source goes. */
function pass(result: Uint8Array, source: Uint8Array, way: Way): void {
  // Words begin where the memory has them.
  const aligned = (source.byteOffset & 3) === 0 ? source : copyBytes(source)
  const words = aligned.length >> 2
  passWords(wordsOf(result, words), wordsOf(aligned, words), way)
  for (let i = words * 4; i < aligned.length; i++) result[i] = combined(result[i]!, aligned[i]!, way)
}

function wordsOf(bytes: Uint8Array, count: number): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, count)
}

/** One loop a way, over arrays of one kind: a choice within the loop, or bytes and words in turn, make it much slower. */
function passWords(result: Int32Array, source: Int32Array, way: Way): void {
  const { length } = source
  if (way === NOT) for (let i = 0; i < length; i++) result[i] = ~source[i]!
  else if (way === AND) for (let i = 0; i < length; i++) result[i] = result[i]! & source[i]!
  else if (way === OR) for (let i = 0; i < length; i++) result[i] = result[i]! | source[i]!
  else if (way === XOR) for (let i = 0; i < length; i++) result[i] = result[i]! ^ source[i]!
  else if (way === MINUS) for (let i = 0; i < length; i++) result[i] = source[i]! & ~result[i]!
  else for (let i = 0; i < length; i++) result[i] = result[i]! & ~source[i]!
}

/** The same for one byte. */
function combined(result: number, source: number, way: Way): number {
  if (way === NOT) return ~source
  if (way === AND) return result & source
  if (way === OR) return result | source
  if (way === XOR) return result ^ source
  return way === MINUS ? source & ~result : result & ~source
}

function intersect(result: Uint8Array, sources: readonly Uint8Array[]): void {
  const [first, ...others] = sources as [Uint8Array, ...Uint8Array[]]
  const shortest = sources.reduce((length, source) => Math.min(length, source.length), result.length)
  const common = result.subarray(0, shortest)
  common.set(first.subarray(0, shortest))
  for (const other of others) pass(common, other.subarray(0, shortest), AND)
}

/** `once` is what one source had so far, `more` what several had. */
function addOnce(once: Uint8Array, sources: readonly Uint8Array[]): void {
  const more = new Uint8Array(once.length)
  for (const source of sources) {
    for (let i = 0; i < source.length; i++) {
      more[i] = more[i]! | (once[i]! & source[i]!)
      once[i] = once[i]! ^ source[i]!
    }
  }
  for (let i = 0; i < once.length; i++) once[i] = once[i]! & ~more[i]!
}
