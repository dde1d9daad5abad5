/** What was delivered and not acknowledged: XACK and XPENDING. */
import { syntaxError } from '../errors.js'
import { STREAM } from '../keyspace/kinds.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import { compareIds, idText, type StreamId } from '../structures/stream-id.js'
import { type Argv, clampedAt, textAt, textsFrom, tokenAt } from './argv.js'
import { type Command, FAST, READ_KEY, READONLY, UPDATE_KEY, WRITE } from './command.js'
import type { Reply } from './reply.js'
import { groupToRead } from './stream-delivery.js'
import { intervalEnd, intervalStart, strictId } from './stream-ids.js'

/**
 * Says that entries are done with; returns how many were pending. O(log n) each. No event. `ids` is asked only if there is such a
 * group.
 */
export function xack(unit: Unit, key: string, name: string, ids: () => readonly StreamId[]): number {
  const stream = unit.look(key, STREAM)
  if (stream === undefined) return unit.miss(key) ?? 0
  unit.hit()
  const group = stream.groups.get(name)
  if (group === undefined) return 0
  const done = ids().filter((id) => group.acknowledge(id))
  if (done.length === 0) return 0
  if (unit.logging) unit.logWords(['XACK', key, name, ...done.map(idText)])
  unit.noted(key, undefined, done.length)
  return done.length
}

/** What is pending in a group, in short. */
export interface PendingSummary {
  readonly count: number
  /** The least id; null where nothing is pending, as `max` and `consumers`. */
  readonly min: string | null
  readonly max: string | null
  /** How many entries are pending for each consumer that has some. */
  readonly consumers: readonly (readonly [name: string, count: number])[] | null
}

/** How much is pending in a group, and for whom. O(consumers). Throws NOGROUP. */
export function xpending(unit: Unit, key: string, name: string): PendingSummary {
  const { group } = groupToRead(unit, key, name)
  const { pending } = group
  if (pending.size === 0) return { count: 0, min: null, max: null, consumers: null }
  const busy = group.sortedConsumers().filter((consumer) => consumer.pending.size > 0)
  return {
    count: pending.size,
    min: idText(pending.first!),
    max: idText(pending.last!),
    consumers: busy.map((consumer) => [consumer.name, consumer.pending.size] as const),
  }
}

/** Which pending entries are wanted. */
export interface PendingRange {
  readonly start: StreamId
  /** Included. */
  readonly end: StreamId
  readonly count: number
  /** Only those that were delivered so long ago, in milliseconds. */
  readonly idleMs: number
  /** Only those of one consumer. */
  readonly consumer: string | undefined
}

/** An entry that is pending. */
export interface PendingFact {
  readonly id: string
  readonly consumer: string
  /** How long ago it was delivered last, in milliseconds. */
  readonly idleMs: number
  /** How often it was delivered. */
  readonly deliveries: Int64
}

/** The pending entries between two ids, the first ones. O(log n + entries looked at). Throws NOGROUP. */
export function xpendingRange(unit: Unit, key: string, name: string, range: PendingRange): PendingFact[] {
  const { group } = groupToRead(unit, key, name)
  const { start, end, count, idleMs: idleMin, consumer } = range
  const pending = consumer === undefined ? group.pending : group.consumers.get(consumer)?.pending
  const facts: PendingFact[] = []
  if (pending === undefined || count <= 0) return facts
  const now = unit.now()
  for (const entry of pending.from(start)) {
    if (compareIds(entry, end) > 0) break
    const idleMs = now - entry.deliveredMs
    if (idleMin !== 0 && idleMs < idleMin) continue
    const { deliveries } = entry
    facts.push({ id: idText(entry), consumer: entry.consumer.name, idleMs: Math.max(idleMs, 0), deliveries })
    if (facts.length === count) break
  }
  return facts
}

// What follows is the wire: one entry a command.

function summaryReply({ count, min, max, consumers }: PendingSummary): Reply {
  return [count, min, max, consumers?.map(([name, many]): Reply => [name, String(many)]) ?? null]
}

/** XPENDING with a range, behind key and group. */
function readRange(argv: Argv): PendingRange {
  let at = 3
  let idleMs = 0
  if (tokenAt(argv, 3) === 'IDLE') {
    idleMs = clampedAt(argv, 4)
    if (argv.length < 8) throw syntaxError()
    at = 5
  }
  const count = clampedAt(argv, at + 2)
  const start = intervalStart(textAt(argv, at))
  const end = intervalEnd(textAt(argv, at + 1))
  const consumer = at + 3 < argv.length ? textAt(argv, at + 3) : undefined
  return { start, end, count, idleMs, consumer }
}

export const streamPendingCommands = {
  XACK: {
    summary: 'Says that a group is done with entries that were delivered to it.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(log(N)) an id, N entries that are pending',
    arity: -4,
    flags: WRITE | FAST,
    keys: UPDATE_KEY,
    syntax: 'key:key group id...',
    call: (unit, argv): Reply => xack(unit, textAt(argv, 1), textAt(argv, 2), () => textsFrom(argv, 3).map(strictId)),
  },
  XPENDING: {
    summary: 'Returns what was delivered to a group and not acknowledged.',
    since: '5.0.0',
    group: 'stream',
    complexity: 'O(N), N consumers, or entries looked at',
    arity: -3,
    flags: READONLY,
    tips: ['nondeterministic_output'],
    keys: READ_KEY,
    syntax: 'key:key group [filters= [IDLE min-idle-time:integer] start end count:integer [consumer]]',
    call(unit, argv): Reply {
      if (argv.length !== 3 && (argv.length < 6 || argv.length > 9)) throw syntaxError()
      const key = textAt(argv, 1)
      const group = textAt(argv, 2)
      if (argv.length === 3) return summaryReply(xpending(unit, key, group))
      const facts = xpendingRange(unit, key, group, readRange(argv))
      return facts.map(({ id, consumer, idleMs, deliveries }): Reply => [id, consumer, idleMs, deliveries])
    },
  },
} satisfies Record<string, Command>
