import { writeCrc64 } from '../../../src/structures/rdb/crc64.js'

/**
 * Values in Redis's encodings put together by hand, old ones and damaged ones included. It shares nothing with the
 * engine but the checksum, and is checked against a real server, which restores what it makes (test/oracle).
 *
 * A part is a byte, a row of bytes, or byte text (a string whose every unit is one byte).
 */
export type Part = number | string | Uint8Array | readonly number[]

/** What an encoding is to store: byte text as a string, numbers as an integer of the fewest bytes. */
export type Element = string | number | bigint

export function join(...parts: readonly Part[]): Uint8Array {
  const bytes: number[] = []
  for (const part of parts) {
    if (typeof part === 'number') bytes.push(part & 0xff)
    else if (typeof part === 'string') for (let i = 0; i < part.length; i++) bytes.push(part.charCodeAt(i) & 0xff)
    else for (const byte of part) bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

/** A payload of the type with a right checksum, whatever the parts are. */
export function payload(type: number, ...parts: readonly Part[]): Uint8Array {
  return sealed(join(type, ...parts))
}

/** Version 12, or another, and a right checksum behind a type byte and a value. */
export function sealed(value: Uint8Array, version = 12): Uint8Array {
  const bytes = join(value, little(version, 2), new Uint8Array(8))
  writeCrc64(bytes, 0, bytes.length - 8, bytes, bytes.length - 8)
  return bytes
}

/** A length as RDB states it, in the form of 1, 2, 5 or 9 bytes. */
export function size(value: number): Uint8Array {
  if (value < 64) return join(value)
  if (value < 16384) return join(0x40 | (value >> 8), value)
  if (value < 2 ** 32) return join(0x80, big(value, 4))
  return join(0x81, big(value, 8))
}

/** An uncompressed RDB string. */
export function string(part: Part): Uint8Array {
  const bytes = join(part)
  return join(size(bytes.length), bytes)
}

/** An RDB double as text after its length. */
export function textDouble(text: string): Uint8Array {
  return join(text.length, text)
}

export function double(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer)
}

export function little(value: number | bigint, bytes: number): Uint8Array {
  const rest = BigInt.asUintN(bytes * 8, BigInt(value))
  return Uint8Array.from({ length: bytes }, (_, i) => Number((rest >> BigInt(8 * i)) & 0xffn))
}

export function big(value: number | bigint, bytes: number): Uint8Array {
  return little(value, bytes).reverse()
}

/** A ziplist; `wide` writes every length of a previous entry in five bytes, as Redis leaves some after deletions. */
export function ziplist(elements: readonly Element[], wide = false): Uint8Array {
  const entries: Uint8Array[] = []
  let last = 0
  for (const element of elements) {
    const previous = last < 254 && !wide ? join(last) : join(0xfe, little(last, 4))
    const entry = join(previous, ziplistBody(element))
    entries.push(entry)
    last = entry.length
  }
  const body = join(...entries, 0xff)
  const count = Math.min(elements.length, 0xffff)
  return join(little(10 + body.length, 4), little(10 + body.length - 1 - last, 4), little(count, 2), body)
}

function ziplistBody(element: Element): Uint8Array {
  if (typeof element === 'string') {
    if (element.length < 64) return join(element.length, element)
    if (element.length < 16384) return join(0x40 | (element.length >> 8), element.length, element)
    return join(0x80, big(element.length, 4), element)
  }
  if (element >= 0 && element <= 12) return join(0xf1 + Number(element))
  if (fits(element, 8)) return join(0xfe, little(element, 1))
  if (fits(element, 16)) return join(0xc0, little(element, 2))
  if (fits(element, 24)) return join(0xf0, little(element, 3))
  if (fits(element, 32)) return join(0xd0, little(element, 4))
  return join(0xe0, little(element, 8))
}

/** A zipmap of field, value, field, value…; `slack` unused bytes stand behind each value. */
export function zipmap(elements: readonly string[], slack = 0): Uint8Array {
  const parts: Part[] = []
  elements.forEach((text, i) => {
    const length = text.length < 254 ? join(text.length) : join(0xfe, little(text.length, 4))
    if (i % 2 === 0) parts.push(length, text)
    else parts.push(length, slack, text, new Uint8Array(slack).fill(0xaa))
  })
  const count = elements.length / 2
  return join(count < 254 ? count : 254, ...parts, 0xff)
}

/** A listpack; `wide` stores each integer in nine bytes. */
export function listpack(elements: readonly Element[], wide = false): Uint8Array {
  const entries = elements.map((element) => {
    const body = listpackBody(element, wide)
    return join(body, backlen(body.length))
  })
  const body = join(...entries, 0xff)
  return join(little(6 + body.length, 4), little(Math.min(elements.length, 0xffff), 2), body)
}

function listpackBody(element: Element, wide: boolean): Uint8Array {
  if (typeof element === 'string') {
    if (element.length < 64) return join(0x80 | element.length, element)
    if (element.length < 4096) return join(0xe0 | (element.length >> 8), element.length, element)
    return join(0xf0, little(element.length, 4), element)
  }
  if (wide) return join(0xf4, little(element, 8))
  if (element >= 0 && element <= 127) return join(Number(element))
  if (fits(element, 13)) return join(0xc0 | ((Number(element) >> 8) & 0x1f), Number(element))
  if (fits(element, 16)) return join(0xf1, little(element, 2))
  if (fits(element, 24)) return join(0xf2, little(element, 3))
  if (fits(element, 32)) return join(0xf3, little(element, 4))
  return join(0xf4, little(element, 8))
}

function backlen(size: number): Uint8Array {
  const limits = [127, 16382, 2097150, 268435454]
  const found = limits.findIndex((limit) => size <= limit)
  const count = found === -1 ? 5 : found + 1
  return Uint8Array.from({ length: count }, (_, i) => ((size >> (7 * (count - 1 - i))) & 0x7f) | (i === 0 ? 0 : 0x80))
}

/** An intset of integers of `width` bytes each, in the order given. */
export function intset(values: readonly (number | bigint)[], width: 2 | 4 | 8): Uint8Array {
  return join(little(width, 4), little(values.length, 4), ...values.map((value) => little(value, width)))
}

function fits(value: number | bigint, bits: number): boolean {
  const integer = BigInt(value)
  return BigInt.asIntN(bits, integer) === integer
}
