/** What is known of a stream, its groups and their consumers: XINFO. */

import { noSuchKey, subcommandSyntax } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import type { Stream, StreamEntry } from '../structures/stream.js'
import { type StreamConsumer, type StreamGroup, UNKNOWN_READ } from '../structures/stream-group.js'
import { ID_MAX, ID_MIN, idText } from '../structures/stream-id.js'
import { type Argv, clampedAt, textAt, tokenAt } from './argv.js'
import { type Command, keySpec, NO_KEYS, READONLY } from './command.js'
import { helpCommand } from './help.js'
import { MapReply, type Reply } from './reply.js'
import { unknownGroup } from './stream-errors.js'
import { entryReply } from './stream-ranges.js'

/** A group in short. */
export interface GroupFacts {
  readonly name: string
  readonly consumers: number
  readonly pending: number
  readonly lastDeliveredId: string
  /** How many entries it has read, null where that cannot be told. */
  readonly entriesRead: Int64 | null
  /** How many entries it has not read, null where that cannot be told. */
  readonly lag: Int64 | null
}

/** A consumer in short. */
export interface ConsumerFacts {
  readonly name: string
  readonly pending: number
  /** Since it last asked, in milliseconds. */
  readonly idleMs: number
  /** Since it last got something, in milliseconds; -1 for never. */
  readonly inactiveMs: number
}

/** A stream to look at. Throws ERR where there is none. */
export function xinfoStream(unit: Unit, key: string): Stream {
  const stream = unit.read(key, STREAM)
  if (stream === undefined) throw noSuchKey()
  return stream
}

/** The groups of a stream by name. O(n log n). Throws ERR where there is no stream. */
export function xinfoGroups(unit: Unit, key: string): GroupFacts[] {
  const stream = xinfoStream(unit, key)
  return stream.sortedGroups().map(([name, group]) => ({
    name,
    consumers: group.consumers.size,
    pending: group.pending.size,
    lastDeliveredId: idText(group.lastId),
    entriesRead: entriesRead(group),
    lag: stream.lag(group),
  }))
}

/** The consumers of a group by name. O(n log n). Throws ERR where there is no stream, NOGROUP. */
export function xinfoConsumers(unit: Unit, key: string, name: string): ConsumerFacts[] {
  const group = xinfoStream(unit, key).groups.get(name)
  if (group === undefined) throw unknownGroup(name, key)
  const now = unit.now()
  return group.sortedConsumers().map((consumer) => ({
    name: consumer.name,
    pending: consumer.pending.size,
    idleMs: Math.max(now - consumer.seenMs, 0),
    inactiveMs: consumer.activeMs === -1 ? -1 : Math.max(now - consumer.activeMs, 0),
  }))
}

export function entriesRead({ entriesRead: read }: StreamGroup): Int64 | null {
  return read === UNKNOWN_READ ? null : read
}

/** How many entries XINFO STREAM FULL shows, and how many pending ones of each group and consumer. */
const FULL_COUNT = 10

// What follows is the wire: one entry a command.

type Pair = readonly [string, Reply]

/** What both forms of XINFO STREAM begin with. */
function countersOf(stream: Stream): Pair[] {
  return [
    ['length', stream.size],
    ['radix-tree-keys', stream.log.blockCount],
    ['radix-tree-nodes', stream.radixNodes()],
    ['last-generated-id', idText(stream.lastId)],
    ['max-deleted-entry-id', idText(stream.maxDeletedId)],
    ['entries-added', stream.entriesAdded],
    ['recorded-first-entry-id', idText(stream.firstId)],
  ]
}

function entryOrNil(entries: readonly StreamEntry[]): Reply {
  return entries.length === 0 ? null : entryReply(entries[0]!)
}

function shortReply(stream: Stream): Reply {
  return new MapReply([
    ...countersOf(stream),
    ['groups', stream.groups.size],
    ['first-entry', entryOrNil(stream.range(ID_MIN, ID_MAX, 1))],
    ['last-entry', entryOrNil(stream.range(ID_MIN, ID_MAX, 1, true))],
  ])
}

function fullReply(stream: Stream, count: number): Reply {
  return new MapReply([
    ...countersOf(stream),
    ['entries', stream.range(ID_MIN, ID_MAX, count).map(entryReply)],
    ['groups', stream.sortedGroups().map(([name, group]) => fullGroup(stream, name, group, count))],
  ])
}

function fullGroup(stream: Stream, name: string, group: StreamGroup, count: number): Reply {
  const pending = group.pending.firstFrom(ID_MIN, count)
  return new MapReply([
    ['name', name],
    ['last-delivered-id', idText(group.lastId)],
    ['entries-read', entriesRead(group)],
    ['lag', stream.lag(group)],
    ['pel-count', group.pending.size],
    [
      'pending',
      pending.map((entry): Reply => [idText(entry), entry.consumer.name, entry.deliveredMs, entry.deliveries]),
    ],
    ['consumers', group.sortedConsumers().map((consumer) => fullConsumer(consumer, count))],
  ])
}

function fullConsumer(consumer: StreamConsumer, count: number): Reply {
  const pending = consumer.pending.firstFrom(ID_MIN, count)
  return new MapReply([
    ['name', consumer.name],
    ['seen-time', consumer.seenMs],
    ['active-time', consumer.activeMs],
    ['pel-count', consumer.pending.size],
    ['pending', pending.map((entry): Reply => [idText(entry), entry.deliveredMs, entry.deliveries])],
  ])
}

function callXinfoStream(unit: Unit, argv: Argv): Reply {
  const stream = xinfoStream(unit, textAt(argv, 2))
  if (argv.length === 3) return shortReply(stream)
  const isFull = tokenAt(argv, 3) === 'FULL' && (argv.length === 4 || argv.length === 6)
  if (!isFull || (argv.length === 6 && tokenAt(argv, 4) !== 'COUNT')) {
    throw subcommandSyntax(textAt(argv, 1), 'XINFO')
  }
  const count = argv.length === 6 ? clampedAt(argv, 5) : FULL_COUNT
  return fullReply(stream, count < 0 ? FULL_COUNT : count)
}

const HELP = [
  'XINFO <subcommand> [<argument> ...]. The subcommands:',
  'CONSUMERS <key> <group>',
  '    Tells of the consumers of a group.',
  'GROUPS <key>',
  '    Tells of the groups of a stream.',
  'STREAM <key> [FULL [COUNT <count>]]',
  '    Tells of a stream, with FULL of its entries and groups too.',
  'HELP',
  '    Shows this text.',
]

export const streamInfoCommands = {
  XINFO: {
    summary: 'Tells of streams, their groups and consumers.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'Depends on the subcommand',
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    syntax: '',
    subcommands: {
      STREAM: {
        summary: 'Tells of a stream.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(N), N blocks in which the entries lie',
        arity: -3,
        flags: READONLY,
        keys: [keySpec('RO access', 2)],
        syntax: 'key:key [full-block= FULL [COUNT count:integer]]',
        call: callXinfoStream,
      },
      GROUPS: {
        summary: 'Tells of the groups of a stream.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(N), N groups',
        arity: 3,
        flags: READONLY,
        keys: [keySpec('RO access', 2)],
        syntax: 'key:key',
        call: (unit, argv): Reply =>
          xinfoGroups(unit, textAt(argv, 2)).map(
            (facts) =>
              new MapReply([
                ['name', facts.name],
                ['consumers', facts.consumers],
                ['pending', facts.pending],
                ['last-delivered-id', facts.lastDeliveredId],
                ['entries-read', facts.entriesRead],
                ['lag', facts.lag],
              ]),
          ),
      },
      CONSUMERS: {
        summary: 'Tells of the consumers of a group.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(N), N consumers',
        arity: 4,
        flags: READONLY,
        tips: ['nondeterministic_output'],
        keys: [keySpec('RO access', 2)],
        syntax: 'key:key group',
        call: (unit, argv): Reply =>
          xinfoConsumers(unit, textAt(argv, 2), textAt(argv, 3)).map(
            (facts) =>
              new MapReply([
                ['name', facts.name],
                ['pending', facts.pending],
                ['idle', facts.idleMs],
                ['inactive', facts.inactiveMs],
              ]),
          ),
      },
      HELP: helpCommand(HELP, { since: '5.0.0', group: 'stream' }),
    },
  },
} satisfies Record<string, Command>
