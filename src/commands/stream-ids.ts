/** Ids of stream entries as callers give them. */
import {
  ID_MAX,
  ID_MIN,
  nextId,
  type OpenId,
  parseId,
  parseOpenId,
  previousId,
  type StreamId,
  U64_MAX,
} from '../structures/stream-id.js'
import { invalidIntervalEnd, invalidStreamId } from './stream-errors.js'

/** An id that has to be one. Throws ERR (invalid stream ID). */
export function strictId(text: string): StreamId {
  const id = parseId(text, 0, true)
  if (id === undefined) throw invalidStreamId()
  return id
}

/** As `strictId`, of ids whose second part may be open: `5-*`. */
export function strictOpenId(text: string): OpenId {
  const id = parseOpenId(text, 0, true)
  if (id === undefined) throw invalidStreamId()
  return id
}

/** As `strictId`, but `-` and `+` stand for the least and the greatest. */
export function looseId(text: string): StreamId {
  const id = parseId(text, 0, false)
  if (id === undefined) throw invalidStreamId()
  return id
}

/** Where an interval begins: `(` in front leaves the id itself out. Throws ERR. */
export function intervalStart(text: string): StreamId {
  if (text === '-') return ID_MIN
  if (!isExclusive(text)) return bound(text, 0, false)
  const next = nextId(bound(text.slice(1), 0, true))
  if (next === undefined) throw invalidIntervalEnd('start')
  return next
}

/** Where an interval ends: `(` in front leaves the id itself out, a missing second part is the greatest. Throws ERR. */
export function intervalEnd(text: string): StreamId {
  if (text === '+') return ID_MAX
  if (!isExclusive(text)) return bound(text, U64_MAX, false)
  const previous = previousId(bound(text.slice(1), U64_MAX, true))
  if (previous === undefined) throw invalidIntervalEnd('end')
  return previous
}

function isExclusive(text: string): boolean {
  return text.length > 1 && text.charCodeAt(0) === 40
}

function bound(text: string, missing: number | bigint, strict: boolean): StreamId {
  const id = parseId(text, missing, strict)
  if (id === undefined) throw invalidStreamId()
  return id
}
