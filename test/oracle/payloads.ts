import { existsSync, readFileSync } from 'node:fs'
import { type ByteText, bytesOf, textOf } from './bytes.js'
import { oldPayloads } from './old-payloads.js'
import { groups } from './table.js'
import type { Draw } from './values.js'

/** A DUMP payload of a real server, the commands that made the value (see recipes.ts) and what OBJECT ENCODING said. */
export interface RecordedPayload {
  /** The group of the type, as commands are grouped. */
  readonly group: string
  readonly recipe: string
  readonly encoding: string
  /** The encoding of what RESTORE made of the payload. */
  readonly restored: string
  /** In base64. */
  readonly payload: string
}

interface Recorded {
  readonly dumped: readonly RecordedPayload[]
  /** Of payloads in old forms (old-payloads.ts): how a real server kept what it restored. */
  readonly old: readonly (readonly [name: string, recipe: string, restored: string])[]
}

export const PAYLOADS_FILE = new URL('../fixtures/payloads/redis-8.0.2.json', import.meta.url)

const recorded: Recorded = existsSync(PAYLOADS_FILE)
  ? (JSON.parse(readFileSync(PAYLOADS_FILE, 'utf8')) as Recorded)
  : { dumped: [], old: [] }

/** The recorded payloads of Redis 8.0.2 (RDB version 12). They are constants, so that a seed alone gives a sequence again. */
export const recordedPayloads = recorded.dumped

/** How Redis 8.0.2 kept the value of a recipe that it restored from an old form; undefined where that is not recorded. */
export function restoredEncoding(name: string, recipe: string): string | undefined {
  return recorded.old.find((row) => row[0] === name && row[1] === recipe)?.[2]
}

/** Longer ones would only make sequences hard to read; the tests of DUMP and RESTORE take them all. */
const DRAWN_BYTES_MAX = 600

/** What is drawn, by type: only types that the table has commands for. */
const drawn: readonly (readonly ByteText[])[] = groups
  .map((wanted) => [
    ...recorded.dumped.filter(({ group }) => group === wanted).map((row) => textOf(Buffer.from(row.payload, 'base64'))),
    ...oldPayloads.filter(({ group }) => group === wanted).map(({ payload }) => textOf(payload)),
  ])
  .map((payloads) => payloads.filter(({ length }) => length <= DRAWN_BYTES_MAX))
  .filter(({ length }) => length > 0)

/**
 * A payload: mostly right, else damaged in one byte, cut, or no payload at all. Damage is never repaired by a new
 * checksum: a payload that lies under a right checksum may bring the real server down.
 */
export function drawPayload(draw: Draw): ByteText {
  const payload = draw.pick(draw.pick(drawn))
  const kind = draw.int(0, 99)
  if (kind < 82) return payload
  if (kind < 90) return flipped(payload, draw.int(0, payload.length - 1), 1 << draw.int(0, 7))
  if (kind < 94) return payload.slice(0, draw.int(0, payload.length - 1))
  if (kind < 96) return `${payload}x`
  return draw.pick(['', 'x', 'not a payload', '\x00\x00\x0c\x00', payload.slice(-10)])
}

function flipped(payload: ByteText, at: number, mask: number): ByteText {
  const bytes = bytesOf(payload)
  bytes[at] = bytes[at]! ^ mask
  return textOf(bytes)
}
