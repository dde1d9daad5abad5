import type { BitMachine } from './bit-machine.js'
import { makePlainBitMachine } from './bit-machine-plain.js'
import { makeWasmBitMachine } from './bit-machine-wasm.js'

/** Below so many bytes the way into WebAssembly costs more than it saves. */
const WASM_FROM = 512

let plain: BitMachine | undefined
let fast: BitMachine | undefined

/** The machine for strings of so many bytes. */
export function bitMachineFor(length: number): BitMachine {
  plain ??= makePlainBitMachine()
  if (length < WASM_FROM) return plain
  fast ??= makeWasmBitMachine() ?? plain
  return fast
}
