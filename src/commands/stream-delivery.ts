/** What commands that deliver entries to consumers have in common, and the words in which the log tells of it. */
import { STREAM } from '../keyspace/kinds.js'
import type { LogWord } from '../keyspace/ports.js'
import type { Unit } from '../keyspace/unit.js'
import type { Int64 } from '../structures/int64.js'
import type { Stream } from '../structures/stream.js'
import type { StreamConsumer, StreamGroup } from '../structures/stream-group.js'
import { idText } from '../structures/stream-id.js'
import { unknownKeyOrGroup } from './stream-errors.js'

/** A stream and one of its groups. */
export interface GroupOfStream {
  readonly stream: Stream
  readonly group: StreamGroup
}

/** A group to read. Throws WRONGTYPE, or NOGROUP where key or group is missing. O(1). */
export function groupToRead(unit: Unit, key: string, name: string): GroupOfStream {
  return found(unit.read(key, STREAM), key, name)
}

/** As `groupToRead`, to change it: that counts as a read in Redis too. O(1). */
export function groupToClaim(unit: Unit, key: string, name: string): GroupOfStream {
  const stream = unit.look(key, STREAM)
  if (stream === undefined) unit.miss(key)
  else unit.hit()
  return found(stream, key, name)
}

function found(stream: Stream | undefined, key: string, name: string): GroupOfStream {
  const group = stream?.groups.get(name)
  if (stream === undefined || group === undefined) throw unknownKeyOrGroup(key, name)
  return { stream, group }
}

/** A consumer of a group, made if missing. O(1). Event xgroup-createconsumer. */
export function consumerOf(
  unit: Unit,
  key: string,
  groupName: string,
  group: StreamGroup,
  name: string,
): StreamConsumer {
  const consumer = group.consumers.get(name)
  if (consumer !== undefined) return consumer
  if (unit.logging) unit.log('XGROUP', 'CREATECONSUMER', key, groupName, name)
  unit.noted(key, 'xgroup-createconsumer')
  return group.createConsumer(name, unit.now())
}

/** The words that make entries pending for a consumer as they are now. */
export function claimWords(
  key: string,
  group: string,
  consumer: string,
  ids: readonly string[],
  deliveredMs: number,
  deliveries: Int64,
): LogWord[] {
  return [
    ...['XCLAIM', key, group, consumer, '0', ...ids, 'TIME', String(deliveredMs), 'RETRYCOUNT', String(deliveries)],
    ...['FORCE', 'JUSTID'],
  ]
}

/** The words that set how far a group has read. */
export function readWords(key: string, name: string, { lastId, entriesRead }: StreamGroup): LogWord[] {
  return ['XGROUP', 'SETID', key, name, idText(lastId), 'ENTRIESREAD', String(entriesRead)]
}
