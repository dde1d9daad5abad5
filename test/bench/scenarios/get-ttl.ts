import { lruCacheWithTtl, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, LONG_TTL_S, luaLoop, pipelined } from '../contenders/remote.js'
import { VALUE_LENGTH } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, lengthOf } from './filling.js'

export const getTtl: Scenario = {
  name: 'get-ttl',
  group: 'strings',
  title: 'GET, every key has a TTL',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: VALUE_LENGTH,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.set(key, value, { ex: LONG_TTL_S }))
      return (key) => db.get(key)!.length
    }),
    lruCacheWithTtl(LONG_TTL_S * 1000, (open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => cache.get(key)!.length
    }),
    nodeCache((open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value, LONG_TTL_S))
      return (key) => cache.get<string>(key)!.length
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.set(key, value, 'EX', LONG_TTL_S)),
      async (redis, key) => lengthOf(await redis.get(key)),
    ),
    luaLoop('expiring', `call('GET', key)`),
    pipelined('expiring', (pipeline, key) => pipeline.get(key), lengthOf),
    awaited('expiring', async (redis, key) => lengthOf(await redis.get(key))),
  ],
}
