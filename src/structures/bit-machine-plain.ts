import { AND, type BitMachine, MINUS, MORE, NOT, OR, PIECE, SOURCE, type Way, XOR } from './bit-machine.js'

/** The machine in plain code, for short strings and for hosts that have no WebAssembly or forbid it. */
export function makePlainBitMachine(): BitMachine {
  const memory = new Uint8Array(3 * PIECE)
  const words = new Int32Array(memory.buffer)
  return {
    memory,
    count: (length) => countInWords(words, length >> 2),
    combine: (way, target, source, length) => combineWords(words, way, target >> 2, source >> 2, length >> 2),
    addOnce(length) {
      const more = MORE >> 2
      for (let i = 0, source = SOURCE >> 2; i < length >> 2; i++, source++) {
        words[more + i] = words[more + i]! | (words[i]! & words[source]!)
        words[i] = words[i]! ^ words[source]!
      }
    },
  }
}

/** How many bits of 32 are 1, by sums of neighbouring pairs, fours and bytes. */
function countInWord(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555)
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333)
  return Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * A multiple of eight words, counted: eight go through seven adders, each of which makes of three bits a sum and a carry for every place at once; only what is
 * carried out of the fours is counted. That takes half the time of counting word by word.
 *
 * @see Muła, Kurz and Lemire, Faster Population Counts Using AVX2 Instructions, 2018: the Harley-Seal algorithm
 */
function countInWords(words: Int32Array, length: number): number {
  let ones = 0
  let twos = 0
  let fours = 0
  let eights = 0
  for (let i = 0; i < length; i += 8) {
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
  return 8 * eights + 4 * countInWord(fours) + 2 * countInWord(twos) + countInWord(ones)
}

/** One loop a way: a choice within the loop makes it much slower. */
function combineWords(words: Int32Array, way: Way, target: number, source: number, count: number): void {
  const end = target + count
  let from = source
  if (way === NOT) for (let i = target; i < end; i++) words[i] = ~words[from++]!
  else if (way === AND) for (let i = target; i < end; i++) words[i] = words[i]! & words[from++]!
  else if (way === OR) for (let i = target; i < end; i++) words[i] = words[i]! | words[from++]!
  else if (way === XOR) for (let i = target; i < end; i++) words[i] = words[i]! ^ words[from++]!
  else if (way === MINUS) for (let i = target; i < end; i++) words[i] = words[from++]! & ~words[i]!
  else for (let i = target; i < end; i++) words[i] = words[i]! & ~words[from++]!
}
