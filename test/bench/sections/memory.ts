import { redstartOpener } from '../contenders/local.js'
import { KEY_LENGTH, keyBlock, Random, type TextBlock, valueBlock } from '../harness/keys.js'

/** Bytes per key of small strings, in this process and in the server. */
export const MEMORY_VALUE_LENGTH = 32

export const MEMORY_CONTENDERS = ['Redstart', 'bare Map', 'lru-cache (max)', 'node-cache', 'server'] as const
export type MemoryContender = (typeof MEMORY_CONTENDERS)[number]

interface Holder {
  set(key: string, value: string): unknown
}

async function open(contender: Exclude<MemoryContender, 'server'>, count: number): Promise<() => Holder> {
  switch (contender) {
    case 'Redstart':
      return await redstartOpener()
    case 'bare Map':
      return () => new Map<string, string>()
    case 'lru-cache (max)': {
      const { LRUCache } = await import('lru-cache')
      return () => new LRUCache<string, string>({ max: count })
    }
    case 'node-cache': {
      const { default: NodeCache } = await import('node-cache')
      return () => new NodeCache({ useClones: false, checkperiod: 0 })
    }
  }
}

/** Bytes per key that `contender` adds when it holds `count` keys; garbage is collected before each reading. */
export async function bytesPerKey(
  contender: MemoryContender,
  count: number,
  port: number | undefined,
): Promise<number> {
  if (contender === 'server') return serverBytesPerKey(count, port)
  const create = await open(contender, count)
  const keys = keyBlock(count)
  const values = valueBlock(count, MEMORY_VALUE_LENGTH, new Random(7))
  rehearse(create, keys, values)
  const before = heapBytes()
  const holder = create()
  fill(holder, keys, values, count)
  const after = heapBytes()
  // The holder is used past the reading, so it cannot have been collected.
  holder.set(keys.at(0), values.at(0))
  return (after - before) / count
}

/** Once in small, so that code and feedback do not count; in a frame of its own, so that nothing holds the store after. */
function rehearse(create: () => Holder, keys: TextBlock, values: TextBlock): void {
  fill(create(), keys, values, 1000)
}

function fill(holder: Holder, keys: TextBlock, values: TextBlock, count: number): void {
  for (let index = 0; index < count; index++) holder.set(keys.at(index), values.at(index))
}

/** What the heap and the array buffers hold once garbage is collected. */
export function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Start with --expose-gc')
  for (let pass = 0; pass < 3; pass++) globalThis.gc()
  const usage = process.memoryUsage()
  return usage.heapUsed + usage.arrayBuffers
}

async function serverBytesPerKey(count: number, port: number | undefined): Promise<number> {
  if (port === undefined) throw new Error('The server row needs a server')
  const value = `string.rep('x', ${MEMORY_VALUE_LENGTH - KEY_LENGTH}) .. string.format('%0${KEY_LENGTH}d', n)`
  return usedMemoryOf(port, count, `redis.call('SET', string.format('key:%08d', n), ${value})`)
}

/** What the server's used_memory grows by, per step, when it does something in Lua for each `n` below a count. */
export async function usedMemoryOf(port: number, count: number, step: string): Promise<number> {
  const { Redis } = await import('ioredis')
  const redis = new Redis({ port, host: '127.0.0.1' })
  const used = async () => Number((await redis.info('memory')).match(/used_memory:(\d+)/)?.[1])
  try {
    await redis.flushall('SYNC')
    const before = await used()
    const script = `for n = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do ${step} end`
    for (let first = 0; first < count; first += 20_000) {
      await redis.eval(script, 0, first, Math.min(count, first + 20_000))
    }
    await redis.script('FLUSH')
    const after = await used()
    await redis.flushall('SYNC')
    return (after - before) / count
  } finally {
    redis.disconnect()
  }
}
