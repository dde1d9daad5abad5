/** What BITOP makes of several byte strings; a shorter one counts as padded with zeros. */
import {
  AND,
  type BitMachine,
  bring,
  LEFT,
  MORE,
  NOT,
  OR,
  PIECE,
  RESULT,
  SOURCE,
  type Way,
  XOR,
} from './bit-machine.js'
import { bitMachineFor } from './bit-machines.js'

/** `diff` and what follows are of Redis 8.2. */
export type BitOperation = 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one'

/**
 * The result, as long as the longest source. Of `not` there is one source; of `diff` (in the first and in no other),
 * `diff1` (in another one and not in the first) and `andor` (in the first and in another one) there are two or more; `one` is
 * what is in exactly one source. `into` is memory for it, as long at least, which a source may lie in. O(bytes of all sources).
 */
export function combineBits(
  operation: BitOperation,
  sources: readonly Uint8Array[],
  into?: Uint8Array | undefined,
): Uint8Array {
  const length = longestOf(sources)
  const result = into ?? new Uint8Array(length)
  const machine = bitMachineFor(length)
  for (let from = 0; from < length; from += PIECE) {
    const piece = Math.min(length - from, PIECE)
    combinePiece(machine, operation, sources, from, piece)
    result.set(machine.memory.subarray(RESULT, RESULT + piece), from)
  }
  return result
}

export function longestOf(sources: readonly Uint8Array[]): number {
  return sources.reduce((longest, source) => Math.max(longest, source.length), 0)
}

/** How sources behind the first one come into the result, which begins as the first one. */
const WITH_OTHERS: Readonly<Record<'and' | 'or' | 'xor' | 'diff', Way>> = { and: AND, or: OR, xor: XOR, diff: LEFT }

/** The piece of the result from a byte on, in the memory of the machine. */
function combinePiece(
  machine: BitMachine,
  operation: BitOperation,
  sources: readonly Uint8Array[],
  from: number,
  length: number,
): void {
  const [first, ...others] = sources as [Uint8Array, ...Uint8Array[]]
  const place = (part: number, source: Uint8Array): number => bring(machine, part, source, from, length)
  switch (operation) {
    case 'not':
      machine.combine(NOT, RESULT, SOURCE, place(SOURCE, first))
      break
    case 'one':
      machine.memory.fill(0, RESULT, RESULT + PIECE).fill(0, MORE, MORE + PIECE)
      for (const source of sources) machine.addOnce(place(SOURCE, source))
      machine.combine(LEFT, RESULT, MORE, PIECE)
      break
    case 'diff1':
    case 'andor': {
      const [second, ...rest] = others as [Uint8Array, ...Uint8Array[]]
      place(RESULT, second)
      for (const other of rest) machine.combine(OR, RESULT, SOURCE, place(SOURCE, other))
      machine.combine(operation === 'diff1' ? LEFT : AND, RESULT, SOURCE, place(SOURCE, first))
      break
    }
    default:
      place(RESULT, first)
      for (const other of others) machine.combine(WITH_OTHERS[operation], RESULT, SOURCE, place(SOURCE, other))
  }
}
