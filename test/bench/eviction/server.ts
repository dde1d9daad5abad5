import { Redis } from 'ioredis'
import type { EvictionPolicy } from 'redstart'

/** Requests of a chunk by a loop in the server; returns how many were hits. */
const REQUESTS = `local hits = 0
for i = 1, #ARGV do
  local key = 'key:' .. ARGV[i]
  if redis.call('GET', key) then hits = hits + 1 else redis.call('SET', key, 'v') end
end
return hits`

const CHUNK = 2_000

/** The hit ratio of a server that may hold about `size` keys: its limit is what so many keys take. */
export async function serverHitRatio(
  port: number,
  policy: EvictionPolicy,
  size: number,
  keys: Int32Array,
): Promise<{ ratio: number; held: number }> {
  const redis = new Redis({ port, host: '127.0.0.1' })
  const used = async (): Promise<number> => Number((await redis.info('memory')).match(/used_memory:(\d+)/)?.[1])
  try {
    await redis.config('SET', 'maxmemory', '0')
    await redis.flushall('SYNC')
    await redis.eval(REQUESTS, 0, '0')
    for (let key = 1; key < size; key += CHUNK) {
      await redis.eval(REQUESTS, 0, ...Array.from({ length: Math.min(CHUNK, size - key) }, (_, i) => key + i))
    }
    const limit = await used()
    await redis.flushall('SYNC')
    await redis.config('SET', 'maxmemory', String(limit))
    await redis.config('SET', 'maxmemory-policy', policy)
    let hits = 0
    const warm = keys.length >> 1
    for (let start = 0; start < keys.length; start += CHUNK) {
      const chunk = [...keys.subarray(start, start + CHUNK)]
      const found = Number(await redis.eval(REQUESTS, 0, ...chunk))
      if (start >= warm) hits += found
    }
    const held = await redis.dbsize()
    await redis.config('SET', 'maxmemory', '0')
    await redis.flushall('SYNC')
    return { ratio: hits / (keys.length - warm), held }
  } finally {
    redis.disconnect()
  }
}
