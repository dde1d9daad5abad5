/**
 * CRC-32C as code of WebAssembly, which takes half the time of JavaScript's: 0.65 against 1.2 ns a byte of a long piece, 34 against 62 ns
 * for a record of 53 bytes (AMD EPYC, Node 20). Both step through eight bytes at a time; here no index is checked, and four bytes are read at
 * once. Records are made in the same memory: see record-code.ts.
 */
import {
  type Code,
  constant,
  exportedFunction,
  functionBody,
  functionType,
  get,
  I32,
  moduleBytes,
  name,
  unsigned,
  wasmHost,
} from '../structures/wasm-code.js'
import { RECORD_LOCALS, RECORD_PARAMETERS, recordCode } from './record-code.js'
import {
  add,
  and,
  call,
  isAbove,
  isNotBelow,
  load,
  loadByte,
  set,
  shiftLeft,
  shiftRight,
  store,
  unless,
  until,
  xor,
} from './wasm-loops.js'

/** The bytes of a table, one of eight, which lie at the beginning. */
const TABLE_BYTES = 256 * 4
/** Where the bytes lie that are worked on. */
export const WORK_AT = 8 * TABLE_BYTES
const PAGE_BYTES = 64 * 1024
const WORK_PAGES = 9
export const WORK_BYTES = WORK_PAGES * PAGE_BYTES - WORK_AT
/** Behind that: what records are made of, numbers and texts. */
export const PROGRAM_AT = WORK_PAGES * PAGE_BYTES
const PROGRAM_PAGES = 1
export const PROGRAM_BYTES = PROGRAM_PAGES * PAGE_BYTES
export const TEXTS_AT = PROGRAM_AT + PROGRAM_BYTES
const TEXTS_PAGES = 2
export const TEXTS_BYTES = TEXTS_PAGES * PAGE_BYTES
const PAGES = WORK_PAGES + PROGRAM_PAGES + TEXTS_PAGES

/** What there is to know of records: the length of their head, and the kind of those that are units. */
export interface RecordLayout {
  readonly headBytes: number
  readonly kind: number
}

/** The functions, over memory of their own. */
export interface Checksums {
  /** All memory; a caller uses that from WORK_AT on. */
  readonly memory: Buffer
  /** The state that follows `state` after the bytes from `start` to `end` (exclusive). A checksum is the inverse of a state. */
  step(start: number, end: number, state: number): number
  /** Puts the checksum of each record into its head; the last one ends at `end`. See log-format.ts for the head. */
  seal(start: number, end: number): void
  /** Makes records, which have no checksums yet; returns where they end. See record-code.ts. */
  make(program: number, programEnd: number, texts: number, out: number, seqLow: number, seqHigh: number): number
}

/** What a table has for a byte of a word, 0 being the lowest. */
function entry(table: number, word: Code, byte: number): Code {
  // An entry takes four bytes, so the byte is wanted two bits higher.
  const place = byte === 0 ? shiftLeft(word, 2) : shiftRight(word, byte * 8 - 2)
  return load(table * TABLE_BYTES, ...and(place, constant(0x3fc)))
}

const fold = (table: number, word: Code): Code[] => [0, 1, 2, 3].map((byte) => entry(table - byte, word, byte))

/** Eight bytes at an address become part of the state in a local; `low` and `high` are locals to work with. */
function eightCode(at: Code, state: number, low: number, high: number): Code {
  const [first, ...rest] = [...fold(7, get(low)), ...fold(3, get(high))] as [Code, ...Code[]]
  return [
    ...set(low, ...xor(load(0, ...at), get(state))),
    ...set(high, ...load(4, ...at)),
    ...set(state, ...xor(first, ...rest)),
  ]
}

function stepCode(): Code {
  const [at, end, state, low] = [0, 1, 2, 3].map(get) as [Code, Code, Code, Code]
  const ahead = (count: number): Code => add(at, constant(count))
  const goOn = (count: number): Code => set(0, ...ahead(count))
  const [firstOfFour, ...restOfFour] = fold(3, low) as [Code, ...Code[]]
  return [
    ...until(isAbove(ahead(8), end), eightCode(at, 2, 3, 4), goOn(8)),
    ...unless(
      isAbove(ahead(4), end),
      set(3, ...xor(load(0, ...at), state)),
      set(2, ...xor(firstOfFour, ...restOfFour)),
      goOn(4),
    ),
    ...until(
      isNotBelow(at, end),
      set(2, ...xor(entry(0, xor(loadByte(...at), state), 0), shiftRight(state, 8))),
      goOn(1),
    ),
    ...state,
  ]
}

/** Locals of `sealCode` behind its parameters. */
const SEAL_LOCALS = 10

/**
 * Two records at a time, whose steps do not wait for each other: 24 against 29 ns for a record of 54 bytes, 47 against 72 for one of 118.
 * `headBytes` is the length of the head of a record.
 */
function sealCode(headBytes: number): Code {
  const [AT, END, NEXT, LAST, HERE, THERE, STATE, OTHER, LOW, HIGH, LOW_2, HIGH_2] = Array.from(
    { length: 2 + SEAL_LOCALS },
    (_, local) => local,
  ) as [number, number, number, number, number, number, number, number, number, number, number, number]
  const [at, next, last, here, there] = [AT, NEXT, LAST, HERE, THERE].map(get) as [Code, Code, Code, Code, Code]
  const endOf = (record: Code): Code => add(add(record, load(4, ...record)), constant(headBytes))
  const goOn = (local: number): Code => set(local, ...add(get(local), constant(8)))
  const finish = (record: Code, from: Code, end: Code, state: Code): Code =>
    store(record, 0, xor(call(0, from, end, state), constant(-1)))
  return until(
    isNotBelow(at, get(END)),
    set(NEXT, ...endOf(at)),
    set(LAST, ...next),
    set(HERE, ...add(at, constant(4))),
    set(STATE, ...constant(-1)),
    unless(
      isNotBelow(next, get(END)),
      set(LAST, ...endOf(next)),
      set(THERE, ...add(next, constant(4))),
      set(OTHER, ...constant(-1)),
      until(
        [...isAbove(add(here, constant(8)), next), ...isAbove(add(there, constant(8)), last), 0x72],
        eightCode(here, STATE, LOW, HIGH),
        eightCode(there, OTHER, LOW_2, HIGH_2),
        goOn(HERE),
        goOn(THERE),
      ),
      finish(next, there, last, get(OTHER)),
    ),
    finish(at, here, next, get(STATE)),
    set(AT, ...last),
  )
}

/** Memory comes from outside. */
function assemble({ headBytes, kind }: RecordLayout): Uint8Array {
  return moduleBytes({
    types: [functionType(3, 1), functionType(2, 0), functionType(RECORD_PARAMETERS, 1)],
    imports: [[...name('js'), ...name('memory'), 2, 0, ...unsigned(PAGES)]],
    functions: [0, 1, 2],
    exports: [exportedFunction('step', 0), exportedFunction('seal', 1), exportedFunction('make', 2)],
    bodies: [
      functionBody([[2, I32]], stepCode()),
      functionBody([[SEAL_LOCALS, I32]], sealCode(headBytes)),
      functionBody([[RECORD_LOCALS, I32]], recordCode(headBytes, kind)),
    ],
  })
}

/** Undefined where there is no WebAssembly, as in a process without a compiler. */
export function compileChecksums(tables: Int32Array, layout: RecordLayout): Checksums | undefined {
  const host = wasmHost()
  if (host === undefined) return undefined
  const memory = new host.Memory({ initial: PAGES, maximum: PAGES })
  new Int32Array(memory.buffer, 0, tables.length).set(tables)
  try {
    const { exports } = new host.Instance(new host.Module(assemble(layout)), { js: { memory } })
    // The module says that it exports these.
    const { step, seal, make } = exports as Pick<Checksums, 'step' | 'seal' | 'make'>
    return { memory: Buffer.from(memory.buffer), step, seal, make }
  } catch {
    // A process may be forbidden to compile anything.
    return undefined
  }
}
