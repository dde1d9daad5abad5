import type { RedstartError } from '../errors.js'
import type { StringValue } from '../keyspace/value.js'
import { ByteString } from '../structures/byte-string.js'
import { formatScore } from '../structures/score.js'
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

/** Entries by the keys of their streams: an array of pairs in RESP2, a map in RESP3. */
export class StreamsReply {
  readonly streams: readonly (readonly [string, Reply])[]

  constructor(streams: readonly (readonly [string, Reply])[]) {
    this.streams = streams
  }
}

/** The replies to a call that has several, one after another on the wire (SUBSCRIBE of two channels); an array for `call`. */
export class Replies {
  readonly items: readonly Reply[]

  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** A floating-point number: a bulk string in RESP2, a double in RESP3. */
export class Double {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }

  get text(): string {
    return formatScore(this.value)
  }
}

/** A number that may be missing. */
export function doubleOrNil(value: number | null): Reply {
  return value === null ? null : new Double(value)
}

/**
 * Fields with their values where they are no map, and members with their scores: alternating in RESP2, an array of pairs in
 * RESP3.
 */
export class PairsReply {
  readonly pairs: readonly (readonly [string, string | Double])[]

  constructor(pairs: readonly (readonly [string, string | Double])[]) {
    this.pairs = pairs
  }
}

/** Members with their scores. */
export function scoredReply(entries: readonly { readonly member: string; readonly score: number }[]): PairsReply {
  return new PairsReply(entries.map(({ member, score }) => [member, new Double(score)] as const))
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
  | Double
  | MapReply
  | PairsReply
  | SetReply
  | StreamsReply
  | Replies
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
  if (reply instanceof SetReply || reply instanceof Replies) return reply.items.map(replyToText)
  if (reply instanceof StreamsReply) return reply.streams.map(replyToText)
  if (reply instanceof PairsReply) return alternating(reply)
  if (reply instanceof Double) return reply.text
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
  if (reply instanceof SetReply || reply instanceof Replies) return reply.items.map(replyToBuffer)
  if (reply instanceof StreamsReply) return reply.streams.map(replyToBuffer)
  if (reply instanceof PairsReply) return alternating(reply).map(toBytes)
  if (reply instanceof Double) return toBytes(reply.text)
  if (reply instanceof Error) return reply
  return reply.map(replyToBuffer)
}

/** A loop, as `flat` and a look at the kind of each part take five times as long. */
function alternating({ pairs }: PairsReply): string[] {
  const texts = new Array<string>(pairs.length * 2)
  for (let i = 0; i < pairs.length; i++) {
    const [first, second] = pairs[i]!
    texts[2 * i] = first
    texts[2 * i + 1] = typeof second === 'string' ? second : second.text
  }
  return texts
}
