/**
 * Memory in which bits are counted and combined, much of them at once: strings are brought here piece by piece. Two machines do
 * the same, one in WebAssembly and one in plain code; neither remembers anything from one piece to the next.
 */
/** Bytes of a piece: two of them stay in the nearest cache of a processor. */
export const PIECE = 16_384
/** Machines go through pieces in steps of so many bytes. */
export const STEP = 64

/** Where the parts of the memory begin: what comes out, what goes in, and what BITOP ONE counts beside. */
export const RESULT = 0
export const SOURCE = PIECE
export const MORE = 2 * PIECE

/** How the bits of a source come into a target. */
export const NOT = 0
export const AND = 1
export const OR = 2
export const XOR = 3
/** The bits of the source that the target has not. */
export const MINUS = 4
/** The bits of the target that the source has not. */
export const LEFT = 5
export type Way = typeof NOT | typeof AND | typeof OR | typeof XOR | typeof MINUS | typeof LEFT

export interface BitMachine {
  /** Three parts of `PIECE` bytes. */
  readonly memory: Uint8Array
  /** How many bits are 1 in so many bytes of the result, a multiple of `STEP`. */
  count(length: number): number
  /** Changes so many bytes of the part `target` by those of the part `source`. */
  combine(way: Way, target: number, source: number, length: number): void
  /** Keeps what result and source both have beside, in `MORE`; the result is then what one of them has. */
  addOnce(length: number): void
}

/**
 * Brings a piece of a string to a part of the memory, with zeros behind the end of the string; returns how many bytes a machine is
 * to go through for it.
 */
export function bring(machine: BitMachine, part: number, bytes: Uint8Array, from: number, length: number): number {
  const { memory } = machine
  const end = Math.min(from + length, bytes.length)
  const whole = Math.ceil(length / STEP) * STEP
  if (from < end) memory.set(bytes.subarray(from, end), part)
  const filled = Math.max(end - from, 0)
  if (filled < whole) memory.fill(0, part + filled, part + whole)
  return whole
}
