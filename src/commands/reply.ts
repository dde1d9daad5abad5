import type { RedstartError } from '../errors.js'
import type { StringValue } from '../keyspace/value.js'
import { ByteString } from '../structures/byte-string.js'
import { copyBytes, fromBytes, toBytes } from '../structures/text.js'

/**
 * A status reply ('OK', 'QUEUED', a type name): on the wire a simple string, not a bulk string.
 */
export class Status {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export const OK = new Status('OK')

/** A reply with named parts: an array of alternating names and values in RESP2, a map in RESP3. */
export class MapReply {
  readonly pairs: readonly (readonly [Reply, Reply])[]

  constructor(pairs: readonly (readonly [Reply, Reply])[]) {
    this.pairs = pairs
  }
}

/** A reply whose order means nothing: an array in RESP2, a set in RESP3. */
export class SetReply {
  readonly items: readonly Reply[]

  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** Fields with their values where they are no map: alternating in RESP2, an array of pairs in RESP3. */
export class PairsReply {
  readonly pairs: readonly (readonly [string, string])[]

  constructor(pairs: readonly (readonly [string, string])[]) {
    this.pairs = pairs
  }
}

/** A kept string as a bulk string: an integer by its text. */
export function bulk(value: StringValue | null): Reply {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
}

/**
 * What a command answers on the wire, before it is written as RESP2, RESP3 or JS values. A string or bytes are a bulk
 * string; numbers and bigints an integer; an error stands as an element of EXEC's reply only.
 */
export type Reply =
  | string
  | number
  | bigint
  | null
  | ByteString
  | Uint8Array
  | Status
  | MapReply
  | PairsReply
  | SetReply
  | RedstartError
  | readonly Reply[]

/** What `call` returns: RESP2's shapes as JS values. */
export type CallReply = string | number | bigint | null | RedstartError | CallReply[]

/** What `callBuffer` returns: as `call`, but bulk strings as bytes. */
export type BufferReply = string | Uint8Array | number | bigint | null | RedstartError | BufferReply[]

/** The RESP2 shape of a reply, bulk strings as text. */
export function replyToText(reply: Reply): CallReply {
  if (typeof reply !== 'object' || reply === null) return reply
  if (reply instanceof Status) return reply.text
  if (reply instanceof ByteString) return reply.toText()
  if (reply instanceof Uint8Array) return fromBytes(reply)
  if (reply instanceof MapReply) return reply.pairs.flat().map(replyToText)
  if (reply instanceof SetReply) return reply.items.map(replyToText)
  if (reply instanceof PairsReply) return reply.pairs.flat()
  if (reply instanceof Error) return reply
  return reply.map(replyToText)
}

/** The RESP2 shape of a reply, bulk strings as bytes. */
export function replyToBuffer(reply: Reply): BufferReply {
  if (typeof reply === 'string') return toBytes(reply)
  if (typeof reply !== 'object' || reply === null) return reply
  if (reply instanceof Status) return reply.text
  if (reply instanceof ByteString) return reply.toBytes()
  if (reply instanceof Uint8Array) return copyBytes(reply)
  if (reply instanceof MapReply) return reply.pairs.flat().map(replyToBuffer)
  if (reply instanceof SetReply) return reply.items.map(replyToBuffer)
  if (reply instanceof PairsReply) return reply.pairs.flat().map(toBytes)
  if (reply instanceof Error) return reply
  return reply.map(replyToBuffer)
}
