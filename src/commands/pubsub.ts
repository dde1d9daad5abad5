/**
 * Messages: https://redis.io/docs/latest/commands/?group=pubsub
 *
 * What a connection hears of is kept in keyspace/client-subscriptions.ts; typed subscriptions are in api/pubsub.ts.
 */

import { denyBlocking, unknownSubcommandOrArity } from '../errors.js'
import { countSubscriptions, subscribeClient, unsubscribeClient } from '../keyspace/client-subscriptions.js'
import type { SubscriptionKind } from '../keyspace/pubsub.js'
import { EFFECTS } from '../keyspace/store.js'
import type { Unit } from '../keyspace/unit.js'
import type { StringValue } from '../keyspace/value.js'
import { Glob } from '../structures/glob.js'
import { type Argv, textAt, textsFrom, valueAt } from './argv.js'
import { type Command, FAST, keySpec, LOADING, NO_KEYS, NOSCRIPT, PUBSUB, STALE } from './command.js'
import { helpCommand } from './help.js'
import { Replies, type Reply } from './reply.js'

/**
 * Sends a message to those who are subscribed to the channel or to a pattern that it matches; returns how many there are, who
 * gets it twice counting twice. It is handed out after the unit. O(subscribers + patterns).
 */
export function publish(unit: Unit, channel: string, payload: StringValue): number {
  const receivers = unit.store.pubsub.publish(channel, messageOf(payload))
  if (receivers > 0) unit.store.pending = EFFECTS
  return receivers
}

/** As `publish`, for a shard channel, which no pattern reaches. O(subscribers). */
export function spublish(unit: Unit, channel: string, payload: StringValue): number {
  const receivers = unit.store.pubsub.publishToShard(channel, messageOf(payload))
  if (receivers > 0) unit.store.pending = EFFECTS
  return receivers
}

/** Messages are never integers. */
function messageOf(payload: StringValue): StringValue {
  return typeof payload === 'number' || typeof payload === 'bigint' ? String(payload) : payload
}

/** The channels that somebody is subscribed to, in the order in which they were first subscribed to. O(channels). */
export function activeChannels(unit: Unit, kind: SubscriptionKind, pattern: string | undefined): string[] {
  const names = [...unit.store.pubsub.names(kind)]
  if (pattern === undefined) return names
  const glob = new Glob(pattern)
  return names.filter((name) => glob.matches(name))
}

/** How many are subscribed to each channel. O(channels). */
export function subscriberCounts(unit: Unit, kind: SubscriptionKind, channels: readonly string[]): number[] {
  return channels.map((channel) => unit.store.pubsub.subscribersOf(kind, channel))
}

/** How many patterns somebody is subscribed to. O(1). */
export function patternCount(unit: Unit): number {
  return unit.store.pubsub.count('pattern')
}

// What follows is the wire: one entry a command.

/** One reply for each name; a single one stands for itself. */
function repliesOf(replies: readonly Reply[]): Reply {
  return replies.length === 1 ? replies[0]! : new Replies(replies)
}

function subscribeCall(kind: SubscriptionKind, name: string): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv) => {
    const { client, store } = unit
    if (kind === 'shard' && store.depth > 0) throw denyBlocking('SSUBSCRIBE')
    return repliesOf(
      textsFrom(argv, 1).map((topic) => {
        subscribeClient(store.pubsub, client, kind, topic)
        return [name, topic, countSubscriptions(client, kind)]
      }),
    )
  }
}

/** Without names all of them, in the order in which they were subscribed to. */
function unsubscribeCall(kind: SubscriptionKind, name: string): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv) => {
    const { client, store } = unit
    const topics = argv.length > 1 ? textsFrom(argv, 1) : [...(client.subscriptions?.[kind] ?? [])]
    if (topics.length === 0) return [name, null, countSubscriptions(client, kind)]
    return repliesOf(
      topics.map((topic) => {
        unsubscribeClient(store.pubsub, client, kind, topic)
        return [name, topic, countSubscriptions(client, kind)]
      }),
    )
  }
}

function channelsCall(kind: SubscriptionKind): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv) => {
    if (argv.length > 3) throw unknownSubcommandOrArity(textAt(argv, 1), 'PUBSUB')
    return activeChannels(unit, kind, argv.length === 3 ? textAt(argv, 2) : undefined)
  }
}

function numsubCall(kind: SubscriptionKind): (unit: Unit, argv: Argv) => Reply {
  return (unit, argv) => {
    const channels = textsFrom(argv, 2)
    const counts = subscriberCounts(unit, kind, channels)
    return channels.flatMap((channel, i): Reply[] => [channel, counts[i]!])
  }
}

const HELP = [
  'PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'CHANNELS [<pattern>]',
  '    The channels that somebody is subscribed to, all or those that fit.',
  'NUMPAT',
  '    How many patterns somebody is subscribed to.',
  'NUMSUB [<channel> ...]',
  '    How many are subscribed to each of the channels; subscriptions by pattern do not count.',
  'SHARDCHANNELS [<pattern>]',
  '    As CHANNELS, for shard channels.',
  'SHARDNUMSUB [<shardchannel> ...]',
  '    As NUMSUB, for shard channels.',
  'HELP',
  '    This text.',
]

const SUBSCRIBING = LOADING | STALE | NOSCRIPT | PUBSUB
const ASKING = LOADING | STALE | PUBSUB
const SHARD_CHANNELS = [keySpec('not_key', 1, -1)]

export const pubsubCommands = {
  SUBSCRIBE: {
    summary: 'Subscribes to channels.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N), N channels',
    arity: -2,
    flags: SUBSCRIBING,
    keys: NO_KEYS,
    syntax: 'channel ...',
    call: subscribeCall('channel', 'subscribe'),
  },
  UNSUBSCRIBE: {
    summary: 'Ends subscriptions to channels, or to all of them.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N), N channels',
    arity: -1,
    flags: SUBSCRIBING,
    keys: NO_KEYS,
    syntax: '[channel ...]',
    call: unsubscribeCall('channel', 'unsubscribe'),
  },
  PSUBSCRIBE: {
    summary: 'Subscribes to all channels that match patterns.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N), N patterns',
    arity: -2,
    flags: SUBSCRIBING,
    keys: NO_KEYS,
    syntax: 'pattern:pattern ...',
    call: subscribeCall('pattern', 'psubscribe'),
  },
  PUNSUBSCRIBE: {
    summary: 'Ends subscriptions to patterns, or to all of them.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N), N patterns',
    arity: -1,
    flags: SUBSCRIBING,
    keys: NO_KEYS,
    syntax: '[pattern:pattern ...]',
    call: unsubscribeCall('pattern', 'punsubscribe'),
  },
  SSUBSCRIBE: {
    summary: 'Subscribes to shard channels.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N), N shard channels',
    arity: -2,
    flags: SUBSCRIBING,
    keys: SHARD_CHANNELS,
    syntax: 'shardchannel ...',
    call: subscribeCall('shard', 'ssubscribe'),
  },
  SUNSUBSCRIBE: {
    summary: 'Ends subscriptions to shard channels, or to all of them.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N), N shard channels',
    arity: -1,
    flags: SUBSCRIBING,
    keys: SHARD_CHANNELS,
    syntax: '[shardchannel ...]',
    call: unsubscribeCall('shard', 'sunsubscribe'),
  },
  PUBLISH: {
    summary: 'Sends a message to a channel.',
    since: '2.0.0',
    group: 'pubsub',
    complexity: 'O(N+M), N subscribers of the channel and M patterns',
    arity: 3,
    flags: LOADING | STALE | FAST | PUBSUB,
    keys: NO_KEYS,
    syntax: 'channel message',
    call: (unit, argv): Reply => publish(unit, textAt(argv, 1), valueAt(argv, 2)),
  },
  SPUBLISH: {
    summary: 'Sends a message to a shard channel.',
    since: '7.0.0',
    group: 'pubsub',
    complexity: 'O(N), N subscribers of the shard channel',
    arity: 3,
    flags: LOADING | STALE | FAST | PUBSUB,
    keys: [keySpec('not_key')],
    syntax: 'shardchannel message',
    call: (unit, argv): Reply => spublish(unit, textAt(argv, 1), valueAt(argv, 2)),
  },
  PUBSUB: {
    summary: 'Holds commands that tell of channels and patterns.',
    since: '2.8.0',
    group: 'pubsub',
    complexity: 'Depends on the subcommand',
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    syntax: '',
    subcommands: {
      CHANNELS: {
        summary: 'Returns the channels that somebody is subscribed to.',
        since: '2.8.0',
        group: 'pubsub',
        complexity: 'O(N), N channels',
        arity: -2,
        flags: ASKING,
        keys: NO_KEYS,
        syntax: '[pattern:pattern]',
        call: channelsCall('channel'),
      },
      NUMPAT: {
        summary: 'Returns how many patterns somebody is subscribed to.',
        since: '2.8.0',
        group: 'pubsub',
        complexity: 'O(1)',
        arity: 2,
        flags: ASKING,
        keys: NO_KEYS,
        syntax: '',
        call: (unit): Reply => patternCount(unit),
      },
      NUMSUB: {
        summary: 'Returns how many are subscribed to channels.',
        since: '2.8.0',
        group: 'pubsub',
        complexity: 'O(N), N channels',
        arity: -2,
        flags: ASKING,
        keys: NO_KEYS,
        syntax: '[channel ...]',
        call: numsubCall('channel'),
      },
      SHARDCHANNELS: {
        summary: 'Returns the shard channels that somebody is subscribed to.',
        since: '7.0.0',
        group: 'pubsub',
        complexity: 'O(N), N shard channels',
        arity: -2,
        flags: ASKING,
        keys: NO_KEYS,
        syntax: '[pattern:pattern]',
        call: channelsCall('shard'),
      },
      SHARDNUMSUB: {
        summary: 'Returns how many are subscribed to shard channels.',
        since: '7.0.0',
        group: 'pubsub',
        complexity: 'O(N), N shard channels',
        arity: -2,
        flags: ASKING,
        keys: NO_KEYS,
        syntax: '[shardchannel ...]',
        call: numsubCall('shard'),
      },
      HELP: helpCommand(HELP, { since: '6.2.0', group: 'pubsub', ownCategories: true }),
    },
  },
} satisfies Record<string, Command>
