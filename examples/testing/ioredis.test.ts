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
  expect((await redis.getBuffer('a'))?.toString()).toBe('1')
  expect(await redis.hset('h', new Map([['f', 'v']]))).toBe(1)
  expect(await redis.hgetallBuffer('h')).toEqual({ f: Buffer.from('v') })
  expect(await redis.call('HGETALL', 'h')).toEqual({ f: 'v' })
  expect(await redis.zadd('z', 1, 'x', 2, 'y')).toBe(2)
  expect(await redis.zrange('z', '0', '-1', 'WITHSCORES')).toEqual(['x', '1', 'y', '2'])
  expect(await redis.duplicate().mget(['a', 'none'])).toEqual(['1', null])
  await expect(redis.lpush('k', 'x')).rejects.toThrow(
    'WRONGTYPE Operation against a key holding the wrong kind of value',
  )
  const [failed, counted] = (await redis.pipeline().lpush('k', 'x').incr('n').exec())!
  expect([failed?.[0]?.message, counted]).toEqual([expect.stringContaining('WRONGTYPE'), [null, 1]])
  expect(
    await redis
      .pipeline([
        ['incr', 'n'],
        ['getBuffer', 'n'],
      ])
      .exec(),
  ).toEqual([
    [null, 2],
    [null, Buffer.from('2')],
  ])
})

it('a transaction is one: refused as a whole, and not run where a watched key has changed', async () => {
  const redis = redisFor()
  const other = redis.duplicate()

  await redis.watch('stock')
  await other.set('stock', 1)
  expect(await redis.multi().decr('stock').exec()).toBeNull()
  expect(
    await redis
      .multi([['decr', 'stock']])
      .hgetall('none')
      .exec(),
  ).toEqual([
    [null, 0],
    [null, {}],
  ])
  await expect(redis.multi().set('stock', 5).call('GET').exec()).rejects.toThrow('EXECABORT')
  expect(await redis.get('stock')).toBe('0')
})

it('callbacks are called, messages come to listeners, keys in streams, and quit ends it', async () => {
  const redis = redisFor()
  await new Promise((ready) => redis.once('ready', () => ready(undefined)))
  const listener = redis.duplicate()
  const heard: string[] = []
  listener.on('message', (channel, message) => heard.push(`${channel}: ${message}`))

  expect(await listener.subscribe('news', 'jobs')).toBe(2)
  expect(await redis.publish('news', 'hello')).toBe(1)
  expect(heard).toEqual(['news: hello'])

  expect(await new Promise((resolve) => redis.set('k', 1, (...answer) => resolve(answer)))).toEqual([null, 'OK'])
  const [refused] = await new Promise<unknown[]>((resolve) => redis.lpush('k', 1, (...answer) => resolve(answer)))
  expect(String(refused)).toContain('WRONGTYPE')

  for await (const keys of redis.scanStream({ match: 'k*' })) expect(keys).toEqual(['k'])
  expect(await redis.quit()).toBe('OK')
  await expect(redis.get('k')).rejects.toThrow('the session is closed')
})
