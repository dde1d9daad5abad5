/** Streams: a listpack for each block, then counters, then groups with what is pending. */
import { type Int64, parseInt64 } from '../int64.js'
import { Stream } from '../stream.js'
import { StreamBlock } from '../stream-block.js'
import { type StreamGroup, UNKNOWN_READ } from '../stream-group.js'
import {
  compareIds,
  compareParts,
  ID_MIN,
  plusSigned,
  type StreamId,
  signed,
  signedDifference,
  type U64,
  u64,
} from '../stream-id.js'
import type { PendingList } from '../stream-pending.js'
import { ListpackWriter, readListpack } from './listpack.js'
import { RdbFormatError, type RdbReader } from './reader.js'
import { RdbType } from './types.js'
import type { RdbWriter } from './writer.js'

const ID_BYTES = 16
/** Flags of an entry. */
const DELETED = 1
const SAME_NAMES = 2

/** Writes a stream as Redis 8.0 does, deleted entries included that still stand in their blocks. O(bytes). */
export function writeStream(writer: RdbWriter, stream: Stream): void {
  const blocks = stream.log.blocksFrom()
  writer.size(blocks.length)
  const listpack = new ListpackWriter()
  for (const block of blocks) {
    writer.string(idBytes(block))
    listpack.reset()
    writeBlock(listpack, block)
    writer.string(listpack.finish())
  }
  writer.size(stream.size)
  writeId(writer, stream.lastId)
  writeId(writer, stream.firstId)
  writeId(writer, stream.maxDeletedId)
  writeCounter(writer, stream.entriesAdded)
  writer.size(stream.groups.size)
  for (const [name, group] of stream.sortedGroups()) writeGroup(writer, name, group)
}

/** How many entries live and how many are deleted, the names of the first; then each entry as its distance from the block's id. */
function writeBlock(listpack: ListpackWriter, block: StreamBlock): void {
  listpack.integer(block.live)
  listpack.integer(block.deleted)
  listpack.integer(block.names.length)
  for (const name of block.names) listpack.text(name)
  listpack.integer(0)
  const { entries } = block
  for (let i = 0; i < entries.size; i++) {
    const names = entries.namesAt(i)
    const same = names === block.names
    listpack.integer((block.isDead(i) ? DELETED : 0) | (same ? SAME_NAMES : 0))
    listpack.integer(signedDifference(entries.msAt(i), block.ms))
    listpack.integer(signedDifference(entries.seqAt(i), block.seq))
    if (!same) listpack.integer(names.length)
    const words = entries.wordsAt(i)
    for (let at = same ? 1 : 0; at < words.length; at += same ? 2 : 1) listpack.text(words[at]!)
    listpack.integer(same ? names.length + 3 : 2 * names.length + 4)
  }
}

function writeGroup(writer: RdbWriter, name: string, group: StreamGroup): void {
  writer.text(name)
  writeId(writer, group.lastId)
  writeCounter(writer, group.entriesRead)
  writer.size(group.pending.size)
  for (const entry of group.pending.from(ID_MIN)) {
    writer.raw(idBytes(entry))
    writer.milliseconds(entry.deliveredMs)
    writeCounter(writer, entry.deliveries)
  }
  writer.size(group.consumers.size)
  for (const consumer of group.sortedConsumers()) {
    writer.text(consumer.name)
    writer.milliseconds(consumer.seenMs)
    writer.milliseconds(consumer.activeMs)
    writePending(writer, consumer.pending)
  }
}

function writePending(writer: RdbWriter, pending: PendingList): void {
  writer.size(pending.size)
  for (const entry of pending.from(ID_MIN)) writer.raw(idBytes(entry))
}

function writeId(writer: RdbWriter, { ms, seq }: StreamId): void {
  writer.size64(BigInt(ms))
  writer.size64(BigInt(seq))
}

/** Counters have a sign and are written without. */
function writeCounter(writer: RdbWriter, value: Int64): void {
  writer.size64(BigInt.asUintN(64, BigInt(value)))
}

function idBytes({ ms, seq }: StreamId): Uint8Array {
  const bytes = new Uint8Array(ID_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(ms))
  view.setBigUint64(8, BigInt(seq))
  return bytes
}

/**
 * Reads a stream of any type that streams ever had. O(bytes).
 * @throws RdbFormatError for malformed input
 */
export function readStream(type: RdbType, reader: RdbReader): Stream {
  const stream = new Stream()
  for (let left = reader.count(2); left > 0; left--) {
    const at = reader.position
    const key = reader.stringBytes()
    if (key.length !== ID_BYTES) throw new RdbFormatError('a stream block under a key of a wrong length', at)
    readBlock(stream, idOfBytes(key), readListpack(reader.stringBytes()), at)
  }
  const at = reader.position
  const size = reader.size()
  if (size !== stream.size) throw new RdbFormatError('a stream of another length than stated', at)
  stream.lastId = readId(reader)
  const last = stream.edge(false)
  if (last !== undefined && compareIds(last, stream.lastId) > 0) {
    throw new RdbFormatError('a stream entry past the last id', at)
  }
  if (type === RdbType.STREAM_LISTPACKS) {
    stream.entriesAdded = size
    stream.settleFirst()
  } else {
    // The first id follows from the entries.
    readId(reader)
    stream.settleFirst()
    stream.maxDeletedId = readId(reader)
    stream.entriesAdded = readCounter(reader)
  }
  for (let left = reader.count(4); left > 0; left--) readGroup(stream, type, reader)
  return stream
}

function readBlock(stream: Stream, id: StreamId, words: readonly string[], offset: number): void {
  let at = 0
  const next = (): string => {
    const word = words[at++]
    if (word === undefined) throw new RdbFormatError('a stream block that is cut off', offset)
    return word
  }
  const integer = (): Int64 => {
    const value = parseInt64(next())
    if (value === undefined) throw new RdbFormatError('no integer where a stream block has one', offset)
    return value
  }
  const count = (): number => {
    const value = integer()
    if (typeof value !== 'number' || value < 0 || value > words.length) {
      throw new RdbFormatError('a wrong count in a stream block', offset)
    }
    return value
  }
  const live = count()
  const deleted = count()
  const names = Array.from({ length: count() }, next)
  integer()
  const block = new StreamBlock(id.ms, id.seq, names)
  let last: StreamId = lastOf(stream)
  for (let i = 0; i < live + deleted; i++) {
    const flags = count()
    const ms = plusSigned(id.ms, integer())
    const seq = plusSigned(id.seq, integer())
    const same = (flags & SAME_NAMES) !== 0
    const fields = same ? names.length : count()
    const entry: string[] = []
    for (let field = 0; field < fields; field++) entry.push(same ? names[field]! : next(), next())
    integer()
    if (compareParts(ms, seq, last.ms, last.seq) <= 0) throw new RdbFormatError('stream entries out of order', offset)
    last = { ms, seq }
    block.add(ms, seq, entry, same)
    if (flags & DELETED) block.kill(i)
  }
  if (at !== words.length || block.live !== live) throw new RdbFormatError('a wrong count in a stream block', offset)
  stream.log.adopt(block)
}

/** The last id of the blocks so far, deleted ones included. */
function lastOf(stream: Stream): StreamId {
  const block = stream.log.blocksFrom().at(-1)
  if (block === undefined) return ID_MIN
  const { entries } = block
  return { ms: entries.msAt(entries.size - 1), seq: entries.seqAt(entries.size - 1) }
}

function readGroup(stream: Stream, type: RdbType, reader: RdbReader): void {
  const at = reader.position
  const name = reader.text()
  if (stream.groups.has(name)) throw new RdbFormatError('a group that comes twice', at)
  const group = stream.addGroup(name, readId(reader), UNKNOWN_READ)
  if (type === RdbType.STREAM_LISTPACKS) group.entriesRead = stream.readUpTo(group.lastId)
  else group.entriesRead = readCounter(reader)
  const pending = new Map<string, { readonly id: StreamId; readonly deliveredMs: number; readonly deliveries: Int64 }>()
  for (let left = reader.count(ID_BYTES + 9); left > 0; left--) {
    const id = readRawId(reader)
    const fact = { id, deliveredMs: reader.milliseconds(), deliveries: readCounter(reader) }
    if (pending.has(keyOf(id))) throw new RdbFormatError('a pending entry that comes twice', at)
    pending.set(keyOf(id), fact)
  }
  for (let left = reader.count(10); left > 0; left--) {
    const consumer = group.createConsumer(reader.text(), reader.milliseconds())
    consumer.activeMs = type === RdbType.STREAM_LISTPACKS_3 ? reader.milliseconds() : consumer.seenMs
    for (let owned = reader.count(ID_BYTES); owned > 0; owned--) {
      const key = keyOf(readRawId(reader))
      const fact = pending.get(key)
      if (fact === undefined) throw new RdbFormatError('a pending entry of a consumer and not of its group', at)
      pending.delete(key)
      group.deliver(fact.id, consumer, fact.deliveredMs, fact.deliveries)
    }
  }
  if (pending.size > 0) throw new RdbFormatError('a pending entry without a consumer', at)
}

function keyOf({ ms, seq }: StreamId): string {
  return `${ms}-${seq}`
}

function readId(reader: RdbReader): StreamId {
  const ms = u64(reader.size64())
  return { ms, seq: u64(reader.size64()) }
}

function readCounter(reader: RdbReader): Int64 {
  return signed(reader.size64())
}

function readRawId(reader: RdbReader): StreamId {
  return idOfBytes(reader.view(ID_BYTES))
}

function idOfBytes(bytes: Uint8Array): StreamId {
  const view = new DataView(bytes.buffer, bytes.byteOffset, ID_BYTES)
  const half = (offset: number): U64 => u64(view.getBigUint64(offset))
  return { ms: half(0), seq: half(8) }
}
