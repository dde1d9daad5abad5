/** Groups of consumers: XGROUP. */

import { subcommandSyntax } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import type { Stream } from '../structures/stream.js'
import { type StreamGroup, UNKNOWN_READ } from '../structures/stream-group.js'
import { ID_MIN, idText, type StreamId } from '../structures/stream-id.js'
import { type Argv, integerAt, textAt, tokenAt } from './argv.js'
import { type Command, DENYOOM, keySpec, NO_KEYS, WRITE } from './command.js'
import { helpCommand } from './help.js'
import { OK, type Reply } from './reply.js'
import { readWords } from './stream-delivery.js'
import { entriesReadNegative, groupExists, groupNeedsKey, unknownGroup } from './stream-errors.js'
import { looseId, strictId } from './stream-ids.js'

/** Where a group begins to read: past an id, or past the end of the stream (`$`). */
export type GroupStart = StreamId | '$'

/** Options of XGROUP SETID. */
export interface XgroupSetidOptions {
  /** How many entries of the stream the group has read, -1 where that is not known. */
  readonly entriesread?: Int64 | undefined
}

/** Options of XGROUP CREATE. */
export interface XgroupCreateOptions extends XgroupSetidOptions {
  /** Make an empty stream where there is none. */
  readonly mkstream?: boolean | undefined
}

/** Throws ERR for a count that is below -1. */
export function checkEntriesRead(entriesRead: Int64 | undefined): void {
  if (entriesRead !== undefined && entriesRead < UNKNOWN_READ) throw entriesReadNegative()
}

/**
 * Makes a group that begins to read where `start` tells once it is known that there is a stream. O(1). Event xgroup-create. Throws
 * BUSYGROUP where it exists, ERR where the stream is missing.
 */
export function xgroupCreate(
  unit: Unit,
  key: string,
  name: string,
  start: () => GroupStart,
  options: XgroupCreateOptions,
): void {
  const existing = unit.look(key, STREAM)
  if (existing === undefined && !options.mkstream) throw groupNeedsKey()
  const from = start()
  const lastId = from === '$' ? (existing?.lastId ?? ID_MIN) : from
  if (existing?.groups.has(name)) throw groupExists()
  const stream = existing ?? unit.open(key, STREAM)
  const group = stream.addGroup(name, lastId, options.entriesread ?? UNKNOWN_READ)
  if (unit.logging) {
    const words = ['ENTRIESREAD', String(group.entriesRead)]
    unit.log('XGROUP', 'CREATE', key, name, idText(lastId), ...(existing ? [] : ['MKSTREAM']), ...words)
  }
  // A stream that is made is a change of the key; a group alone is not, for those who watch it.
  if (existing === undefined) unit.changed(key, 'xgroup-create')
  else unit.noted(key, 'xgroup-create')
}

/** Sets where a group goes on to read. O(1). Event xgroup-setid. Throws NOGROUP, ERR where the stream is missing. */
export function xgroupSetid(
  unit: Unit,
  key: string,
  name: string,
  start: () => GroupStart,
  options: XgroupSetidOptions,
): void {
  const { stream, group } = groupOf(unit, key, name)
  const from = start()
  group.lastId = from === '$' ? stream.lastId : from
  group.entriesRead = options.entriesread ?? UNKNOWN_READ
  if (unit.logging) unit.log(...readWords(key, name, group))
  unit.noted(key, 'xgroup-setid')
}

/** Removes a group with all that is pending in it; returns 1, 0 where there is none. O(pending). Event xgroup-destroy. */
export function xgroupDestroy(unit: Unit, key: string, name: string): number {
  if (!streamOf(unit, key).removeGroup(name)) return 0
  if (unit.logging) unit.log('XGROUP', 'DESTROY', key, name)
  unit.noted(key, 'xgroup-destroy')
  // Whoever reads for the group hears that it is gone.
  unit.ready(key, 'stream')
  return 1
}

/** Makes a consumer; returns 1, 0 where it exists. O(1). Event xgroup-createconsumer. */
export function xgroupCreateConsumer(unit: Unit, key: string, name: string, consumer: string): number {
  const { group } = groupOf(unit, key, name)
  if (group.consumers.has(consumer)) return 0
  group.createConsumer(consumer, unit.now())
  if (unit.logging) unit.log('XGROUP', 'CREATECONSUMER', key, name, consumer)
  unit.noted(key, 'xgroup-createconsumer')
  return 1
}

/** Removes a consumer with all that is pending for it; returns how many entries that were. O(them · log n). Event xgroup-delconsumer. */
export function xgroupDelConsumer(unit: Unit, key: string, name: string, consumerName: string): number {
  const { group } = groupOf(unit, key, name)
  const consumer = group.consumers.get(consumerName)
  if (consumer === undefined) return 0
  group.deleteConsumer(consumer)
  if (unit.logging) unit.log('XGROUP', 'DELCONSUMER', key, name, consumerName)
  unit.noted(key, 'xgroup-delconsumer')
  return consumer.pending.size
}

function streamOf(unit: Unit, key: string): Stream {
  const stream = unit.look(key, STREAM)
  if (stream === undefined) throw groupNeedsKey()
  return stream
}

function groupOf(unit: Unit, key: string, name: string): { stream: Stream; group: StreamGroup } {
  const stream = streamOf(unit, key)
  const group = stream.groups.get(name)
  if (group === undefined) throw unknownGroup(name, key)
  return { stream, group }
}

// What follows is the wire: one entry a command.

function readOptions(unit: Unit, argv: Argv, subcommand: string): XgroupCreateOptions {
  const options: { mkstream?: boolean; entriesread?: Int64 } = {}
  for (let i = 5; i < argv.length; i++) {
    const token = tokenAt(argv, i)
    if (token === 'MKSTREAM' && subcommand === 'CREATE') options.mkstream = true
    else if (token === 'ENTRIESREAD' && i + 1 < argv.length) {
      options.entriesread = integerAt(argv, ++i)
      // A counter that has wrapped around is logged as it is.
      if (!unit.store.replaying) checkEntriesRead(options.entriesread)
    } else throw subcommandSyntax(textAt(argv, 1), 'XGROUP')
  }
  return options
}

const HELP = [
  'XGROUP <subcommand> [<argument> ...]. The subcommands:',
  'CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <count>]',
  '    Makes a group that reads past an id, with MKSTREAM a stream for it too.',
  'CREATECONSUMER <key> <group> <consumer>',
  '    Makes a consumer.',
  'DELCONSUMER <key> <group> <consumer>',
  '    Removes a consumer with what is pending for it.',
  'DESTROY <key> <group>',
  '    Removes a group.',
  'SETID <key> <group> <id|$> [ENTRIESREAD <count>]',
  '    Sets the id past which a group reads on.',
  'HELP',
  '    Shows this text.',
]

export const streamGroupCommands = {
  XGROUP: {
    summary: 'Makes, moves and removes consumer groups of streams.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'Depends on the subcommand',
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    syntax: '',
    subcommands: {
      CREATE: {
        summary: 'Makes a consumer group.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(1)',
        arity: -5,
        flags: WRITE | DENYOOM,
        keys: [keySpec('RW insert', 2)],
        syntax: 'key:key group <id-selector= id | new-id!$> [MKSTREAM] [ENTRIESREAD entriesread:integer]',
        call(unit, argv): Reply {
          const options = readOptions(unit, argv, 'CREATE')
          xgroupCreate(unit, textAt(argv, 2), textAt(argv, 3), () => startAt(argv, strictId, 8), options)
          return OK
        },
      },
      SETID: {
        summary: 'Sets where a consumer group goes on to read.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(1)',
        arity: -5,
        flags: WRITE,
        keys: [keySpec('RW update', 2)],
        syntax: 'key:key group <id-selector= id | new-id!$> [ENTRIESREAD entriesread:integer]',
        call(unit, argv): Reply {
          const options = readOptions(unit, argv, 'SETID')
          xgroupSetid(unit, textAt(argv, 2), textAt(argv, 3), () => startAt(argv, looseId, 7), options)
          return OK
        },
      },
      DESTROY: {
        summary: 'Removes a consumer group.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(N), N entries that are pending in it',
        arity: 4,
        flags: WRITE,
        keys: [keySpec('RW delete', 2)],
        syntax: 'key:key group',
        call: (unit, argv): Reply => xgroupDestroy(unit, textAt(argv, 2), textAt(argv, 3)),
      },
      CREATECONSUMER: {
        summary: 'Makes a consumer in a group.',
        since: '6.2.0',
        group: 'stream',
        complexity: 'O(1)',
        arity: 5,
        flags: WRITE | DENYOOM,
        keys: [keySpec('RW insert', 2)],
        syntax: 'key:key group consumer',
        call: (unit, argv): Reply => xgroupCreateConsumer(unit, textAt(argv, 2), textAt(argv, 3), textAt(argv, 4)),
      },
      DELCONSUMER: {
        summary: 'Removes a consumer from a group.',
        since: '5.0.0',
        group: 'stream',
        complexity: 'O(N), N entries that are pending for it',
        arity: 5,
        flags: WRITE,
        keys: [keySpec('RW delete', 2)],
        syntax: 'key:key group consumer',
        call: (unit, argv): Reply => xgroupDelConsumer(unit, textAt(argv, 2), textAt(argv, 3), textAt(argv, 4)),
      },
      HELP: helpCommand(HELP, { since: '5.0.0', group: 'stream' }),
    },
  },
} satisfies Record<string, Command>

/** Redis takes no more words than all options have, whatever they are, and sees that when it has found the group. */
function startAt(argv: Argv, read: (text: string) => StreamId, wordsMax: number): GroupStart {
  if (argv.length > wordsMax) throw subcommandSyntax(textAt(argv, 1), 'XGROUP')
  const text = textAt(argv, 4)
  return text === '$' ? text : read(text)
}
