/** Streams as plain data: blocks of entries, counters, groups with what is pending. */
import type { Int64 } from '../structures/int64.js'
import { Stream } from '../structures/stream.js'
import { StreamBlock } from '../structures/stream-block.js'
import type { StreamConsumer, StreamGroup } from '../structures/stream-group.js'
import {
  compareIds,
  compareParts,
  ID_MIN,
  plusSigned,
  type StreamId,
  signedDifference,
  type U64,
} from '../structures/stream-id.js'
import { BadPlainValue, givePlain, integerFrom, listOf, plainText, textOf } from './plain-data.js'
import type { Plain, PlainSink } from './ports.js'

/** Flags of an entry: it has been deleted and still stands in its block; it has other names than the block. */
const DELETED = 1
const OWN_NAMES = 2

/** How many parts of a stream there are to write: blocks. O(1). */
export function blocksOf(stream: Stream): number {
  return stream.log.blockCount
}

/**
 * Last id, greatest deleted id, entries added; then blocks from one to another (exclusive), then all groups, of which a part has
 * none unless it is the last. O(bytes).
 */
export function packStream(stream: Stream, start: number, end: number, sink: PlainSink): void {
  const { lastId, maxDeletedId, entriesAdded } = stream
  sink.list(3)
  givePlain([lastId.ms, lastId.seq, maxDeletedId.ms, maxDeletedId.seq, entriesAdded], sink)
  sink.list(end - start)
  for (const block of stream.log.blocksFrom(start, end)) givePlain(packBlock(block), sink)
  const groups = end === stream.log.blockCount ? [...stream.groups] : []
  sink.list(groups.length)
  for (const [name, group] of groups) packGroup(name, group, sink)
}

/** What the parts of a stream are together. */
export function joinStreams(parts: readonly Plain[]): Plain {
  const [counters] = listOf(parts[0])
  const blocks: Plain[] = []
  let groups: Plain | undefined
  for (const part of parts) {
    const [, own, its] = listOf(part)
    for (const block of listOf(own)) blocks.push(block)
    groups = its
  }
  return [counters ?? null, blocks, groups ?? null]
}

/** Its id, the names of its first entry, then the entries. */
function packBlock(block: StreamBlock): Plain {
  const packed: Plain[] = [block.ms, block.seq, block.names.map(plainText)]
  for (let i = 0; i < block.entries.size; i++) packed.push(packEntry(block, i))
  return packed
}

/** Flags, how far the id is from that of the block, its own names where it has some, the values. */
function packEntry(block: StreamBlock, index: number): Plain {
  const { entries } = block
  const names = entries.namesAt(index)
  const hasOwnNames = names !== block.names
  const packed: Plain[] = [
    (block.isDead(index) ? DELETED : 0) | (hasOwnNames ? OWN_NAMES : 0),
    signedDifference(entries.msAt(index), block.ms),
    signedDifference(entries.seqAt(index), block.seq),
  ]
  if (hasOwnNames) packed.push(names.map(plainText))
  const words = entries.wordsAt(index)
  for (let at = 1; at < words.length; at += 2) packed.push(plainText(words[at]!))
  return packed
}

/** Name, last id, entries read; name and times of each consumer; five numbers for each pending entry, the third its consumer. */
function packGroup(name: string, { lastId, entriesRead, consumers, pending }: StreamGroup, sink: PlainSink): void {
  sink.list(6)
  sink.text(name)
  giveInteger(lastId.ms, sink)
  giveInteger(lastId.seq, sink)
  giveInteger(entriesRead, sink)
  const numbers = new Map<StreamConsumer, number>()
  sink.list(3 * consumers.size)
  for (const consumer of consumers.values()) {
    numbers.set(consumer, numbers.size)
    sink.text(consumer.name)
    sink.number(consumer.seenMs)
    sink.number(consumer.activeMs)
  }
  // There may be very many: no tree is made of them.
  sink.list(5 * pending.size)
  for (const { ms, seq, consumer, deliveredMs, deliveries } of pending.from(ID_MIN)) {
    giveInteger(ms, sink)
    giveInteger(seq, sink)
    sink.number(numbers.get(consumer)!)
    sink.number(deliveredMs)
    giveInteger(deliveries, sink)
  }
}

function giveInteger(value: Int64, sink: PlainSink): void {
  if (typeof value === 'number') sink.number(value)
  else sink.bigint(value)
}

/** The stream that `packStream` told of. O(bytes). @throws BadPlainValue */
export function unpackStream(plain: Plain): Stream {
  const [counters, blocks, groups] = listOf(plain)
  const [lastMs, lastSeq, deletedMs, deletedSeq, added] = listOf(counters)
  const stream = new Stream()
  let last = ID_MIN
  for (const block of listOf(blocks)) last = unpackBlock(stream, listOf(block), last)
  stream.lastId = idOf(lastMs, lastSeq)
  if (compareIds(last, stream.lastId) > 0) throw new BadPlainValue('an entry past the last id')
  stream.maxDeletedId = idOf(deletedMs, deletedSeq)
  stream.entriesAdded = counterOf(added)
  stream.settleFirst()
  for (const group of listOf(groups)) unpackGroup(stream, listOf(group))
  return stream
}

/** Returns the id of its last entry; that of the one before the block is `last`. By index, as there are many entries. */
function unpackBlock(stream: Stream, plain: readonly Plain[], last: StreamId): StreamId {
  const { ms, seq } = idOf(plain[0], plain[1])
  const block = new StreamBlock(ms, seq, listOf(plain[2]).map(textOf))
  let { ms: lastMs, seq: lastSeq } = last
  for (let i = 3; i < plain.length; i++) {
    const entry = listOf(plain[i])
    const flags = integerFrom(entry[0])
    const hasOwnNames = (flags & OWN_NAMES) !== 0
    const names = hasOwnNames ? listOf(entry[3]).map(textOf) : block.names
    const start = hasOwnNames ? 4 : 3
    if (entry.length !== start + names.length) throw new BadPlainValue('a name without a value')
    const entryMs = plusSigned(ms, counterOf(entry[1]))
    const entrySeq = plusSigned(seq, counterOf(entry[2]))
    if (compareParts(entryMs, entrySeq, lastMs, lastSeq) <= 0) throw new BadPlainValue('entries out of order')
    lastMs = entryMs
    lastSeq = entrySeq
    const words = new Array<string>(2 * names.length)
    for (let n = 0; n < names.length; n++) {
      words[2 * n] = names[n]!
      words[2 * n + 1] = textOf(entry[start + n])
    }
    block.add(entryMs, entrySeq, words, !hasOwnNames)
    if ((flags & DELETED) !== 0) block.kill(i - 3)
  }
  if (block.entries.size === 0) throw new BadPlainValue('a block without entries')
  stream.log.adopt(block)
  return { ms: lastMs, seq: lastSeq }
}

function unpackGroup(stream: Stream, [name, ms, seq, read, who, waiting]: readonly Plain[]): void {
  const key = textOf(name)
  if (stream.groups.has(key)) throw new BadPlainValue('a group that comes twice')
  const group = stream.addGroup(key, idOf(ms, seq), counterOf(read))
  const consumers: StreamConsumer[] = []
  const facts = listOf(who)
  for (let i = 0; i < facts.length; i += 3) {
    const consumer = group.createConsumer(textOf(facts[i]), integerFrom(facts[i + 1]))
    consumer.activeMs = integerFrom(facts[i + 2], -1)
    consumers.push(consumer)
  }
  if (group.consumers.size !== consumers.length) throw new BadPlainValue('a consumer that comes twice')
  const rows = listOf(waiting)
  for (let i = 0; i < rows.length; i += 5) {
    const id = idOf(rows[i], rows[i + 1])
    const consumer = consumers[integerFrom(rows[i + 2])]
    if (consumer === undefined || group.pending.find(id) !== undefined)
      throw new BadPlainValue('a pending entry that is wrong')
    group.deliver(id, consumer, integerFrom(rows[i + 3]), counterOf(rows[i + 4]))
  }
}

function idOf(ms: Plain | undefined, seq: Plain | undefined): StreamId {
  return { ms: partOf(ms), seq: partOf(seq) }
}

function partOf(plain: Plain | undefined): U64 {
  const part = counterOf(plain)
  if (part < 0) throw new BadPlainValue('an id that is none')
  return part
}

function counterOf(plain: Plain | undefined): Int64 {
  if (typeof plain === 'bigint' || (typeof plain === 'number' && Number.isSafeInteger(plain))) return plain
  throw new BadPlainValue('a number that is none')
}
