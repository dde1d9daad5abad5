import type { Redstart } from 'redstart'
import { redstartOpener } from '../contenders/local.js'
import { STREAM_START_MS } from '../contenders/remote.js'
import { COLLECTION, keyBlock, Random, SCORES, type TextBlock } from '../harness/keys.js'
import { heapBytes, usedMemoryOf } from './memory.js'

/** Bytes per element of collections, in this process and in the server. */
export const COLLECTION_SHAPES = ['small hashes', 'sorted set', 'set', 'list', 'stream'] as const
export type CollectionShape = (typeof COLLECTION_SHAPES)[number]

export const HOLDERS = ['Redstart', 'server'] as const
export type Holder = (typeof HOLDERS)[number]

/** So long after one another come the entries of the stream. */
const STREAM_STEP_MS = 7

/** What the server does for each `n`: the same as `put`. */
const SERVER_STEPS: Record<CollectionShape, string> = {
  'small hashes': `redis.call('HSET', string.format('key:%08d', n), 'field1', n, 'field2', n, 'field3', n, 'field4', n, 'field5', n)`,
  'sorted set': `redis.call('ZADD', '${COLLECTION}', math.random(0, ${SCORES - 1}), string.format('key:%08d', n))`,
  set: `redis.call('SADD', '${COLLECTION}', string.format('key:%08d', n))`,
  list: `redis.call('RPUSH', '${COLLECTION}', string.format('key:%08d', n))`,
  stream: `redis.call('XADD', '${COLLECTION}', string.format('%d-0', ${STREAM_START_MS} + n * ${STREAM_STEP_MS}), 'field1', string.format('key:%08d', n), 'field2', n)`,
}

/** Bytes for each of `count` hashes of five small fields, or for each of `count` elements of one collection. */
export async function bytesPerElement(
  holder: Holder,
  shape: CollectionShape,
  count: number,
  port: number | undefined,
): Promise<number> {
  if (holder === 'server') {
    if (port === undefined) throw new Error('The server row needs a server')
    return usedMemoryOf(port, count, SERVER_STEPS[shape])
  }
  const open = await redstartOpener()
  const keys = keyBlock(count)
  rehearse(open, shape, keys)
  const before = heapBytes()
  const db = open()
  fill(db, shape, keys, count)
  const after = heapBytes()
  // The store is used past the reading, so it cannot have been collected.
  db.touch(COLLECTION)
  return (after - before) / count
}

/** Once in small, so that code and feedback do not count; in a frame of its own, so that nothing holds the store after. */
function rehearse(open: () => Redstart, shape: CollectionShape, keys: TextBlock): void {
  fill(open(), shape, keys, 1000)
}

function fill(db: Redstart, shape: CollectionShape, keys: TextBlock, count: number): void {
  const random = new Random(23)
  for (let index = 0; index < count; index++) put(db, shape, keys, index, random)
}

function put(db: Redstart, shape: CollectionShape, keys: TextBlock, index: number, random: Random): void {
  const key = keys.at(index)
  switch (shape) {
    case 'small hashes': {
      const value = String(index)
      db.hset(key, { field1: value, field2: value, field3: value, field4: value, field5: value })
      break
    }
    case 'sorted set':
      db.zadd(COLLECTION, random.below(SCORES), key)
      break
    case 'set':
      db.sadd(COLLECTION, key)
      break
    case 'list':
      db.rpush(COLLECTION, key)
      break
    case 'stream':
      db.xadd(COLLECTION, `${STREAM_START_MS + index * STREAM_STEP_MS}-0`, { field1: key, field2: String(index) })
  }
}
