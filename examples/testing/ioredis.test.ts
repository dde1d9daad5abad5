import type { Redis } from 'ioredis'
import { manualClock, Redstart } from 'redstart'
import { expect, it } from 'vitest'
import { redisFor } from './ioredis.js'

/** A part of an application that was written for ioredis. */
async function visit(redis: Redis, user: string, page: string): Promise<{ visits: number; last: string[] }> {
  await redis.hset(`user:${user}`, { page, seen: 1 })
  const [counted, , , listed] = (await redis
    .multi()
    .incr(`visits:${page}`)
    .lpush(`last:${user}`, page)
    .expire(`last:${user}`, 3600)
    .lrange(`last:${user}`, 0, 2)
    .exec())!
  return { visits: counted![1] as number, last: listed![1] as string[] }
}

it('an application that was written for ioredis runs on a database in its process', async () => {
  const clock = manualClock()
  const redis = redisFor(new Redstart({ clock }))
  await visit(redis, 'ada', '/')

  expect(await visit(redis, 'ada', '/docs')).toEqual({ visits: 1, last: ['/docs', '/'] })
  expect(await redis.hgetall('user:ada')).toEqual({ page: '/docs', seen: '1' })

  clock.advance(3_600_000)
  expect(await redis.exists('last:ada')).toBe(0)
})

it('replies come in the shapes of ioredis', async () => {
  const redis = redisFor()

  expect(await redis.set('k', 'v', 'EX', 10, 'NX')).toBe('OK')
  expect(await redis.mset(new Map([['a', '1']]))).toBe('OK')
  expect(await redis.getBuffer('a')).toEqual(new Uint8Array([0x31]))
  expect(await redis.zadd('z', 1, 'x', 2, 'y')).toBe(2)
  expect(await redis.zrange('z', '0', '-1', 'WITHSCORES')).toEqual(['x', '1', 'y', '2'])
  expect(await redis.duplicate().mget(['a', 'none'])).toEqual(['1', null])
  await expect(redis.lpush('k', 'x')).rejects.toThrow(
    'WRONGTYPE Operation against a key holding the wrong kind of value',
  )
  const [failed, counted] = (await redis.pipeline().lpush('k', 'x').incr('n').exec())!
  expect([failed?.[0]?.message, counted]).toEqual([expect.stringContaining('WRONGTYPE'), [null, 1]])
})
