/**
 * WebAssembly, put together instruction by instruction: for the few loops over bytes that take half the time there or less. No
 * tool is needed to build such a module, and what is shipped is what stands in the source.
 *
 * @see https://webassembly.github.io/spec/core/binary/index.html
 */

/** Bytes of a module. */
export type Code = readonly number[]

/** Types of values. */
export const I32 = 0x7f
export const I64 = 0x7e

/** A number without a sign as the format has it: seven bits a byte, the lowest first. */
export function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): Code {
  const byte = value & 0x7f
  const rest = value >> 7
  const isEnd = (rest === 0 && byte < 0x40) || (rest === -1 && byte >= 0x40)
  return isEnd ? [byte] : [byte | 0x80, ...signed(rest)]
}

/** Puts a local on the stack. */
export function get(local: number): Code {
  return [0x20, local]
}

/** Puts a number of 32 bits on the stack. */
export function constant(value: number): Code {
  return [0x41, ...signed(value)]
}

/** How many there are, then all of them. */
export function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

export function name(text: string): Code {
  return [text.length, ...Array.from(text, (character) => character.charCodeAt(0))]
}

/** Functions take and return numbers of 32 bits. */
export function functionType(parameters: number, results: number): Code {
  return [0x60, ...list(Array<Code>(parameters).fill([I32])), ...list(Array<Code>(results).fill([I32]))]
}

/** A function with locals behind its parameters: so many of each kind. */
export function functionBody(locals: readonly (readonly [count: number, type: number])[], code: Code): Code {
  const content = [...list(locals), ...code, 0x0b]
  return [...unsigned(content.length), ...content]
}

/** What a module consists of: lists of the format's sections, those that are left out being empty. */
export interface ModuleParts {
  readonly types: readonly Code[]
  readonly imports?: readonly Code[]
  /** Each is the index of its type. */
  readonly functions: readonly number[]
  /** How many pages a memory of its own has. */
  readonly pages?: number
  readonly exports: readonly Code[]
  readonly bodies: readonly Code[]
}

export function moduleBytes({ types, imports, functions, pages, exports, bodies }: ModuleParts): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...(imports === undefined ? [] : section(2, imports)),
    ...section(
      3,
      functions.map((type) => [type]),
    ),
    ...(pages === undefined ? [] : section(5, [[1, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(7, exports),
    ...section(10, bodies),
  ])
}

function section(id: number, items: readonly Code[]): Code {
  const content = list(items)
  return [id, ...unsigned(content.length), ...content]
}

export function exportedFunction(text: string, index: number): Code {
  return [...name(text), 0, index]
}

export function exportedMemory(text: string): Code {
  return [...name(text), 2, 0]
}

/** What is used of WebAssembly; its types come with those of browsers. */
export interface WasmHost {
  readonly Memory: new (size: {
    readonly initial: number
    readonly maximum: number
  }) => { readonly buffer: ArrayBuffer }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports?: object) => { readonly exports: object }
}

/** Undefined where there is no WebAssembly, as in a process without a compiler. */
export function wasmHost(): WasmHost | undefined {
  return (globalThis as { readonly WebAssembly?: WasmHost }).WebAssembly
}
