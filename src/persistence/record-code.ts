/** Records out of texts and a list of what to make of them, as code of WebAssembly: see record-queue.ts, and log-format.ts for what is made. */
import { type Code, constant, get } from '../structures/wasm-code.js'
import {
  add,
  isAtLeast,
  isNotBelow,
  load,
  type Place,
  set,
  shiftRight,
  store,
  storeByte,
  until,
  xor,
} from './wasm-loops.js'

/** The numbers before the commands of a unit: how many they are, and its time, low and high. */
export const UNIT_NUMBERS = 3
/** The numbers before the words of a command: its database and how many words it has, where its name lies, its length, where the others lie. */
export const COMMAND_NUMBERS = 4
/** Lengths from here on take two bytes. */
export const LONG_WORD = 64

const [PROGRAM, END, TEXTS, OUT, SEQ_LOW, SEQ_HIGH] = [0, 1, 2, 3, 4, 5] as const
const [HEAD, COMMANDS, WORDS, LENGTH, FROM, COPIED] = [6, 7, 8, 9, 10, 11] as const
/** Locals behind the parameters. */
export const RECORD_LOCALS = 6
export const RECORD_PARAMETERS = 6

const program = get(PROGRAM)
const out = get(OUT)
const head = get(HEAD)
const length = get(LENGTH)

const goOn = (local: number, ...by: Code): Code => set(local, ...add(get(local), by))
const numberAt = (index: number): Code => load(4 * index, ...program)
const copyEight = (to: Code, from: Code): Code => [...to, ...from, 0x29, 0, 0, 0x37, 0, 0]
const store16 = (at: Code, offset: number, value: Code): Code => [...at, ...value, 0x3b, 0, offset]

/** Copies `length` bytes, eight at a time: what is written past their end is written over by what comes next. */
function copy(): Code {
  const copied = get(COPIED)
  return [
    ...set(COPIED, ...constant(0)),
    ...until(
      isAtLeast(copied, length),
      copyEight(add(out, copied), add(get(FROM), copied)),
      goOn(COPIED, ...constant(8)),
    ),
    ...goOn(OUT, ...length),
  ]
}

/** A length, times two as it is that of a text. */
function lengthCode(): Code {
  const doubled: Code = [...length, ...constant(1), 0x74]
  const low: Code = [...doubled, ...constant(0x7f), 0x71, ...constant(0x80), 0x72]
  const both: Code = [...low, ...shiftRight(length, 6), ...constant(8), 0x74, 0x72]
  return [
    ...isAtLeast(length, constant(LONG_WORD)),
    ...[0x04, 0x40],
    ...store16(out, 0, both),
    ...goOn(OUT, ...constant(2)),
    0x05,
    ...storeByte(out, 0, doubled),
    ...goOn(OUT, ...constant(1)),
    0x0b,
  ]
}

function commandCode(): Code {
  return [
    ...store16(out, 0, numberAt(0)),
    ...set(WORDS, ...shiftRight(numberAt(0), 8)),
    ...goOn(OUT, ...constant(2)),
    ...set(LENGTH, ...numberAt(2)),
    ...set(FROM, ...add(get(TEXTS), numberAt(1))),
    ...lengthCode(),
    ...copy(),
    ...set(FROM, ...add(get(TEXTS), numberAt(3))),
    ...goOn(PROGRAM, ...constant(4 * COMMAND_NUMBERS)),
    ...until(
      isAtLeast(constant(1), get(WORDS)),
      set(LENGTH, ...numberAt(0)),
      goOn(PROGRAM, ...constant(4)),
      lengthCode(),
      copy(),
      goOn(FROM, ...length),
      goOn(WORDS, ...constant(-1)),
    ),
  ]
}

/**
 * Makes records of units; `headBytes` is the length of the head of a record, `kind` that of units. Takes the beginning and the end of the
 * list, where the texts lie, where the records go, and the number of the first, low and high; returns where the records end.
 */
export function recordCode(headBytes: number, kind: number): Code {
  const at = (offset: number): Place => [head, offset]
  return [
    ...until(
      isNotBelow(program, get(END)),
      set(HEAD, ...out),
      store(...at(12), get(SEQ_LOW)),
      store16(...at(16), get(SEQ_HIGH)),
      store(...at(18), numberAt(1)),
      store16(...at(22), numberAt(2)),
      storeByte(...at(24), constant(kind)),
      set(COMMANDS, ...numberAt(0)),
      storeByte(...at(headBytes), get(COMMANDS)),
      goOn(OUT, ...constant(headBytes + 1)),
      goOn(PROGRAM, ...constant(4 * UNIT_NUMBERS)),
      until([...get(COMMANDS), 0x45], commandCode(), goOn(COMMANDS, ...constant(-1))),
      set(LENGTH, ...add(out, [...head, ...constant(headBytes), 0x6a, ...constant(-1), 0x6c])),
      store(...at(4), length),
      store(...at(8), xor(length, constant(-1))),
      goOn(SEQ_LOW, ...constant(1)),
      goOn(SEQ_HIGH, ...get(SEQ_LOW), 0x45),
    ),
    ...out,
  ]
}
