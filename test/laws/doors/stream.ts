import * as fc from 'fast-check'
import type { CallReply, Data, Key } from 'redstart'
import { type Door, keys, mapOf, plain, same, values } from './door.js'

/** Mostly keys that no other group uses, so that most calls meet streams. */
const streamKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Key>('stream', 'events', Uint8Array.of(0x73, 0xff)) },
  { weight: 1, arbitrary: keys },
  { weight: 1, arbitrary: fc.constantFrom<Key>('set') },
)
const textKeys = fc.constantFrom('stream', 'events', 'set', 'a')
const groups = fc.constantFrom<Data>('g', 'h', 'é')
const consumers = fc.constantFrom<Data>('c', 'd', '\udcff')
const newIds = fc.constantFrom('*', '5-*', '7-1', '7-2', '9007199254740993-*', '0-0', 'none', '18446744073709551616')
const ids = fc.constantFrom('5-0', '5-1', '7-1', '7-2', '1735689600000-0', '9007199254740993-0', '0', '3')
const anyId = fc.oneof(
  { weight: 12, arbitrary: ids },
  { weight: 1, arbitrary: fc.constantFrom('', 'none', '-', '5-*') },
)
const bounds = fc.oneof(anyId, fc.constantFrom('-', '+', '(5-0', '(0-0', '(none'))
const counts = fc.constantFrom(-1, 0, 1, 3)
const fields = fc.array(fc.tuple(fc.constantFrom('f', 'g', 'h'), values), { minLength: 1, maxLength: 3 })
const starts = fc.oneof(fc.constantFrom('$', '0'), anyId)

interface Drawn {
  readonly args: readonly unknown[]
  readonly words: readonly Data[]
}

/** Options as words: tokens, with a value unless true. */
function optionWords(options: object): Data[] {
  return Object.entries(options).flatMap(([name, value]): Data[] => {
    if (value === undefined || value === false) return []
    return value === true ? [name.toUpperCase()] : [name.toUpperCase(), value as Data]
  })
}

const trims = fc.oneof(
  fc.record({ maxlen: fc.constantFrom<number | bigint>(0, 1, 3, -1, 2n ** 62n), approx: fc.boolean() }),
  fc.record({ minid: anyId, approx: fc.boolean() }),
  fc.record({ maxlen: fc.nat(4), approx: fc.constant(true), limit: fc.constantFrom(-1, 0, 2) }),
)

function trimWords({ approx, limit, ...strategy }: { approx: boolean; limit?: number }): Data[] {
  const [[name, value]] = Object.entries(strategy) as [[string, Data]]
  return [name.toUpperCase(), approx ? '~' : '=', value, ...(limit === undefined ? [] : ['LIMIT', limit])]
}

const xadd: Door = {
  draw: fc.oneof(
    fc.tuple(streamKeys, newIds, fields).map(([key, id, pairs]): Drawn => {
      return { args: [key, id, pairs], words: ['XADD', key, id, ...pairs.flat()] }
    }),
    fc
      .tuple(streamKeys, fc.constantFrom('*', '5-*'), fields, trims, fc.boolean())
      .map(([key, id, pairs, trim, none]): Drawn => {
        const options = none ? { ...trim, nomkstream: true } : trim
        const words = ['XADD', key, ...(none ? ['NOMKSTREAM'] : []), ...trimWords(trim), id, ...pairs.flat()]
        return { args: [key, id, pairs, options], words }
      }),
  ),
  reply: same,
}

const xtrim: Door = {
  draw: fc
    .tuple(streamKeys, trims)
    .map(([key, trim]) => ({ args: [key, trim], words: ['XTRIM', key, ...trimWords(trim)] })),
  reply: same,
}

function entryOf(raw: CallReply): unknown {
  const [id, words] = raw as [string, CallReply[] | null]
  return { id, fields: words === null ? null : mapOf(words) }
}

function entriesOf(raw: CallReply): unknown[] {
  return ((raw ?? []) as CallReply[]).map(entryOf)
}

function streamsOf(raw: CallReply): unknown {
  if (raw === null) return null
  return (raw as [string, CallReply][]).map(([key, entries]) => ({ key, entries: entriesOf(entries) }))
}

function ranged(name: string): Door {
  return {
    draw: fc.tuple(streamKeys, bounds, bounds, fc.option(counts)).map(([key, start, end, count]): Drawn => {
      const options = count === null ? [] : [{ count }]
      return {
        args: [key, start, end, ...options],
        words: [name, key, start, end, ...(count === null ? [] : ['COUNT', count])],
      }
    }),
    reply: entriesOf,
  }
}

const readOptions = fc.record({ count: counts, block: fc.constantFrom(0, 500, -1) }, { requiredKeys: [] })

const xread: Door = {
  draw: fc
    .tuple(
      fc.uniqueArray(fc.tuple(textKeys, fc.oneof(starts, fc.constant('+'))), {
        minLength: 1,
        maxLength: 2,
        selector: ([key]) => key,
      }),
      readOptions,
    )
    .map(([streams, options]): Drawn => {
      const words = [
        'XREAD',
        ...optionWords(options),
        'STREAMS',
        ...streams.map(([key]) => key),
        ...streams.map(([, id]) => id),
      ]
      return { args: [Object.fromEntries(streams), options], words }
    }),
  reply: streamsOf,
}

const xreadgroup: Door = {
  draw: fc
    .tuple(groups, consumers, fc.tuple(streamKeys, fc.oneof(fc.constant('>'), starts)), readOptions, fc.boolean())
    .map(([group, consumer, stream, options, noack]): Drawn => {
      const words = [
        'XREADGROUP',
        'GROUP',
        group,
        consumer,
        ...optionWords(options),
        ...(noack ? ['NOACK'] : []),
        'STREAMS',
        ...stream,
      ]
      return { args: [group, consumer, [stream], { ...options, noack }], words }
    }),
  reply: streamsOf,
}

const xsetid: Door = {
  draw: fc.tuple(streamKeys, anyId, fc.record({ entriesadded: fc.constantFrom(-1, 0, 30) }, { requiredKeys: [] })).map(
    ([key, id, options]): Drawn => ({
      args: [key, id, options],
      words: ['XSETID', key, id, ...optionWords(options)],
    }),
  ),
  reply: same,
}

function started(options: fc.Arbitrary<object>): Door {
  return {
    draw: fc.tuple(streamKeys, groups, starts, options).map(([key, group, id, given]): Drawn => {
      return { args: [key, group, id, given], words: ['XGROUP', key, group, id, ...optionWords(given)] }
    }),
    reply: same,
  }
}

const entriesread = fc.constantFrom(-2, -1, 0, 3)

/** A container's subcommand whose words are its arguments. */
function sub(container: string, args: fc.Arbitrary<readonly Data[]>, reply: Door['reply'] = same): Door {
  return { draw: args.map((drawn) => ({ args: drawn, words: [container, ...drawn] })), reply }
}

const xpending: Door = {
  ...plain('XPENDING', fc.tuple(streamKeys, groups)),
  reply(raw) {
    const [count, min, max, busy] = raw as [number, CallReply, CallReply, [string, string][] | null]
    return { count, min, max, consumers: (busy ?? []).map(([name, many]) => ({ name, count: Number(many) })) }
  },
}

const xpendingRange: Door = {
  draw: fc
    .tuple(
      streamKeys,
      groups,
      bounds,
      fc.constantFrom('+', '7-1'),
      counts,
      fc.option(fc.constantFrom(0, 1_000)),
      fc.option(consumers),
    )
    .map(
      ([key, group, start, end, count, idle, consumer]): Drawn => ({
        args: [key, group, start, end, count, { idle: idle ?? undefined, consumer: consumer ?? undefined }],
        words: [
          'XPENDING',
          key,
          group,
          ...(idle === null ? [] : ['IDLE', idle]),
          start,
          end,
          count,
          ...(consumer === null ? [] : [consumer]),
        ],
      }),
    ),
  reply(raw) {
    return (raw as [string, string, number, number][]).map(([id, consumer, idleMs, deliveries]) => {
      return { id, consumer, idleMs, deliveries }
    })
  },
}

const claimOptions = fc.record(
  { retrycount: fc.nat(5), force: fc.boolean(), lastid: ids, idle: fc.constantFrom(0, 1_000, -1) },
  { requiredKeys: [] },
)

function claimed(justid: boolean): Door {
  return {
    draw: fc
      .tuple(
        streamKeys,
        groups,
        consumers,
        fc.constantFrom(-1, 0, 1_000),
        fc.array(ids, { minLength: 1, maxLength: 3 }),
        claimOptions,
      )
      .map(
        ([key, group, consumer, idle, given, options]): Drawn => ({
          args: [key, group, consumer, idle, given, options],
          words: [
            'XCLAIM',
            key,
            group,
            consumer,
            idle,
            ...given,
            ...optionWords(options),
            ...(justid ? ['JUSTID'] : []),
          ],
        }),
      ),
    reply: justid ? same : entriesOf,
  }
}

function autoclaimed(justid: boolean): Door {
  return {
    draw: fc.tuple(streamKeys, groups, consumers, fc.constantFrom(-1, 0, 1_000), bounds, fc.option(counts)).map(
      ([key, group, consumer, idle, start, count]): Drawn => ({
        args: [key, group, consumer, idle, start, ...(count === null ? [] : [{ count }])],
        words: [
          'XAUTOCLAIM',
          key,
          group,
          consumer,
          idle,
          start,
          ...(count === null ? [] : ['COUNT', count]),
          ...(justid ? ['JUSTID'] : []),
        ],
      }),
    ),
    reply(raw) {
      const [cursor, entries, deleted] = raw as [string, CallReply[], string[]]
      return { cursor, entries: justid ? entries : entriesOf(entries), deleted }
    },
  }
}

/** Names as methods have them: last-delivered-id is lastDeliveredId, and durations say their unit. */
function factsOf(raw: CallReply): Record<string, unknown> {
  const facts = Object.entries(mapOf(raw)).map(([name, value]) => {
    const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    return [camel === 'idle' || camel === 'inactive' ? `${camel}Ms` : camel, value] as const
  })
  return Object.fromEntries(facts)
}

function streamFacts(raw: CallReply): unknown {
  const { radixTreeKeys: _keys, radixTreeNodes: _nodes, firstEntry, lastEntry, ...facts } = factsOf(raw)
  const shown = (entry: unknown): unknown => (entry === null ? null : entryOf(entry as CallReply))
  return { ...facts, firstEntry: shown(firstEntry), lastEntry: shown(lastEntry) }
}

const listed = (raw: CallReply): unknown => (raw as CallReply[]).map(factsOf)

/** Streams. */
export const streamDoors: Readonly<Record<string, Door>> = {
  xadd,
  xtrim,
  xdel: plain(
    'XDEL',
    fc.tuple(streamKeys, fc.array(anyId, { maxLength: 3 })).map(([key, many]) => [key, ...many]),
  ),
  xlen: plain('XLEN', fc.tuple(streamKeys)),
  xrange: ranged('XRANGE'),
  xrevrange: ranged('XREVRANGE'),
  xread,
  xsetid,
  xgroupCreate: started(fc.record({ mkstream: fc.constant(true), entriesread }, { requiredKeys: [] })),
  xgroupSetid: started(fc.record({ entriesread }, { requiredKeys: [] })),
  xgroupDestroy: sub('XGROUP', fc.tuple(streamKeys, groups)),
  xgroupCreateconsumer: sub('XGROUP', fc.tuple(streamKeys, groups, consumers)),
  xgroupDelconsumer: sub('XGROUP', fc.tuple(streamKeys, groups, consumers)),
  xreadgroup,
  xack: plain(
    'XACK',
    fc.tuple(streamKeys, groups, fc.array(anyId, { maxLength: 3 })).map(([key, group, many]) => [key, group, ...many]),
  ),
  xpending,
  xpendingRange,
  xclaim: claimed(false),
  xclaimJustid: claimed(true),
  xautoclaim: autoclaimed(false),
  xautoclaimJustid: autoclaimed(true),
  xinfoStream: sub('XINFO', fc.tuple(streamKeys), streamFacts),
  xinfoGroups: sub('XINFO', fc.tuple(streamKeys), listed),
  xinfoConsumers: sub('XINFO', fc.tuple(streamKeys, groups), listed),
}
