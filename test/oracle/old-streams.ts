import * as a from '../structures/rdb/assemble.js'

/** A consumer of a group and what is pending for it, by the ids. */
interface OldConsumer {
  readonly name: string
  readonly pending: readonly string[]
}

interface OldGroup {
  readonly name: string
  readonly lastId: string
  readonly entriesRead: number
  readonly consumers: readonly OldConsumer[]
}

/** A stream as the forms of its payload tell of it: entries of one field each. */
export interface OldStream {
  readonly entries: readonly (readonly [id: string, field: string, value: string])[]
  readonly groups: readonly OldGroup[]
}

/** The types of payload that streams have had. */
export const STREAM_TYPES = { STREAM_LISTPACKS: 15, STREAM_LISTPACKS_2: 19, STREAM_LISTPACKS_3: 21 } as const

/** When everything was delivered and everybody was seen. */
const TIME_MS = 1_700_000_000_000

/** A payload of one block. Types past 15 tell the first id, the greatest deleted one and counters; 21 when consumers were active. */
export function streamPayload(type: number, { entries, groups }: OldStream): Uint8Array {
  const [first, last] = [entries[0]![0], entries.at(-1)![0]]
  const counters = type === 15 ? [] : [idSizes(first), idSizes('0-0'), a.size(entries.length)]
  return a.payload(
    type,
    ...[a.size(1), a.string(idBytes(first)), a.string(block(entries)), a.size(entries.length), idSizes(last)],
    ...[...counters, a.size(groups.length), ...groups.map((group) => groupBytes(type, group))],
  )
}

/** The first id and its field, then each entry by how far its id lies from there. */
function block(entries: OldStream['entries']): Uint8Array {
  const [[first, name]] = entries as [OldStream['entries'][number]]
  const [firstMs, firstSeq] = partsOf(first)
  const words: a.Element[] = [entries.length, 0, 1, name, 0]
  for (const [id, field, value] of entries) {
    const [ms, seq] = partsOf(id)
    const isSame = field === name
    words.push(isSame ? 2 : 0, ms - firstMs, seq - firstSeq)
    words.push(...(isSame ? [value, 4] : [1, field, value, 6]))
  }
  return a.listpack(words)
}

function groupBytes(type: number, { name, lastId, entriesRead, consumers }: OldGroup): Uint8Array {
  const pending = consumers.flatMap((consumer) => consumer.pending)
  const active = type === 21 ? a.little(TIME_MS, 8) : ''
  return a.join(
    ...[a.string(name), idSizes(lastId), type === 15 ? '' : a.size(entriesRead), a.size(pending.length)],
    ...pending.map((id) => a.join(idBytes(id), a.little(TIME_MS, 8), a.size(1))),
    a.size(consumers.length),
    ...consumers.map((consumer) =>
      a.join(
        ...[a.string(consumer.name), a.little(TIME_MS, 8), active, a.size(consumer.pending.length)],
        ...consumer.pending.map(idBytes),
      ),
    ),
  )
}

function partsOf(id: string): [ms: number, seq: number] {
  const [ms, seq] = id.split('-')
  return [Number(ms), Number(seq)]
}

function idSizes(id: string): Uint8Array {
  return a.join(...partsOf(id).map(a.size))
}

function idBytes(id: string): Uint8Array {
  return a.join(...partsOf(id).map((part) => a.big(part, 8)))
}
