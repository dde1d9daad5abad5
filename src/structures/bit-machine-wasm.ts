/** The bit machine in WebAssembly, which has instructions to count the bits of 64 and to combine 128 at once. */
import {
  AND,
  type BitMachine,
  LEFT,
  MINUS,
  MORE,
  NOT,
  OR,
  PIECE,
  RESULT,
  SOURCE,
  STEP,
  type Way,
  XOR,
} from './bit-machine.js'
import {
  type Code,
  constant,
  exportedFunction,
  exportedMemory,
  functionBody,
  functionType,
  get,
  I64,
  moduleBytes,
  unsigned,
  wasmHost,
} from './wasm-code.js'

type Combination = (target: number, source: number, end: number) => void

interface Exports extends Readonly<Record<Way, Combination>> {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly count: (start: number, end: number) => number
  readonly addOnce: Combination
}

/** Undefined where the host has no WebAssembly, forbids it, or lacks vectors. */
export function makeWasmBitMachine(): BitMachine | undefined {
  const host = wasmHost()
  if (host === undefined) return undefined
  try {
    // These are the exports that the module names.
    return machineOf(new host.Instance(new host.Module(assemble())).exports as Exports)
  } catch {
    return undefined
  }
}

const WAYS: readonly Way[] = [NOT, AND, OR, XOR, MINUS, LEFT]

function machineOf(exports: Exports): BitMachine {
  const ways: readonly Combination[] = WAYS.map((way) => exports[way])
  return {
    memory: new Uint8Array(exports.memory.buffer, 0, 3 * PIECE),
    count: (length) => exports.count(RESULT, RESULT + length),
    combine: (way, target, source, length) => ways[way]!(target, source, target + length),
    addOnce: (length) => exports.addOnce(RESULT, SOURCE, RESULT + length),
  }
}

const set = (local: number): Code => [0x21, local]
const tee = (local: number): Code => [0x22, local]
const vector = (instruction: number): Code => [0xfd, ...unsigned(instruction)]
const loadLong = (offset: number): Code => [0x29, 3, ...unsigned(offset)]
const loadVector = (offset: number): Code => [...vector(0), 4, ...unsigned(offset)]
const storeVector = (offset: number): Code => [...vector(11), 4, ...unsigned(offset)]
const I32_ADD: Code = [0x6a]
const I32_LESS: Code = [0x49]
const I32_FROM_I64: Code = [0xa7]
const I64_ADD: Code = [0x7c]
const I64_COUNT: Code = [0x7b]
const VECTOR_NOT = vector(77)
const VECTOR_AND = vector(78)
const VECTOR_AND_NOT = vector(79)
const VECTOR_OR = vector(80)
const VECTOR_XOR = vector(81)

/** Repeats until the first argument, which moves on by a step each time, is at the argument `end`. */
function loop(end: number, content: Code): Code {
  const again = [...get(0), ...constant(STEP), ...I32_ADD, ...tee(0), ...get(end), ...I32_LESS, 0x0d, 0]
  return [0x03, 0x40, ...content, ...again, 0x0b]
}

/** Four sums, so that no addition waits for the one before. */
const SUMS = [2, 3, 4, 5]

/** The arguments are where the bytes begin and where they end. */
function counting(): Code {
  const words = Array.from({ length: STEP / 8 }, (_, i) => {
    const sum = SUMS[i % SUMS.length]!
    return [...get(sum), ...get(0), ...loadLong(8 * i), ...I64_COUNT, ...I64_ADD, ...set(sum)]
  })
  const total = SUMS.flatMap((sum, i) => [...get(sum), ...(i === 0 ? [] : I64_ADD)])
  return functionBody([[SUMS.length, I64]], [...loop(1, words.flat()), ...total, ...I32_FROM_I64])
}

/** The arguments are target, source, and the end of the target; an operation takes a vector of each. */
function combining(operation: (target: Code, source: Code) => Code): Code {
  const vectors = OFFSETS.map((offset) => [
    ...get(0),
    ...operation([...get(0), ...loadVector(offset)], [...get(1), ...loadVector(offset)]),
    ...storeVector(offset),
  ])
  return functionBody([], loop(2, [...vectors.flat(), ...SOURCE_ON]))
}

/** As in `combining`; `MORE` has its fixed place behind the target, which begins at 0. */
function addingOnce(): Code {
  const vectors = OFFSETS.map((offset) => {
    const target = [...get(0), ...loadVector(offset)]
    const source = [...get(1), ...loadVector(offset)]
    const both = [...target, ...source, ...VECTOR_AND]
    const more = [
      ...get(0),
      ...get(0),
      ...loadVector(MORE + offset),
      ...both,
      ...VECTOR_OR,
      ...storeVector(MORE + offset),
    ]
    return [...more, ...get(0), ...target, ...source, ...VECTOR_XOR, ...storeVector(offset)]
  })
  return functionBody([], loop(2, [...vectors.flat(), ...SOURCE_ON]))
}

/** Of the vectors of a step. */
const OFFSETS = [0, 16, 32, 48]
/** The source moves on as the target does. */
const SOURCE_ON: Code = [...get(1), ...constant(STEP), ...I32_ADD, ...set(1)]

/** By the numbers of the ways. */
const OPERATIONS: Readonly<Record<Way, (target: Code, source: Code) => Code>> = {
  [NOT]: (_target, source) => [...source, ...VECTOR_NOT],
  [AND]: (target, source) => [...target, ...source, ...VECTOR_AND],
  [OR]: (target, source) => [...target, ...source, ...VECTOR_OR],
  [XOR]: (target, source) => [...target, ...source, ...VECTOR_XOR],
  [MINUS]: (target, source) => [...source, ...target, ...VECTOR_AND_NOT],
  [LEFT]: (target, source) => [...target, ...source, ...VECTOR_AND_NOT],
}

/** The module: one memory of one page, and a function for each thing that the machine does. */
function assemble(): Uint8Array {
  const names = ['count', 'addOnce', ...WAYS.map(String)]
  return moduleBytes({
    types: [functionType(2, 1), functionType(3, 0)],
    functions: names.map((_, i) => (i === 0 ? 0 : 1)),
    pages: 1,
    exports: [exportedMemory('memory'), ...names.map(exportedFunction)],
    bodies: [counting(), addingOnce(), ...WAYS.map((way) => combining(OPERATIONS[way]))],
  })
}
