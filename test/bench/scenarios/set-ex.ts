import { lruCacheWithTtl, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, LONG_TTL_S, luaLoop, pipelined } from '../contenders/remote.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, okay } from './filling.js'

export const setEx: Scenario = {
  name: 'set-ex',
  group: 'strings',
  title: 'SET with EX, overwriting keys that have a TTL',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.set(key, value, { ex: LONG_TTL_S }))
      return (key, value) => okay(db.set(key, value, { ex: LONG_TTL_S }))
    }),
    lruCacheWithTtl(LONG_TTL_S * 1000, (open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key, value) => (cache.set(key, value) === cache ? 1 : 0)
    }),
    nodeCache((open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value, LONG_TTL_S))
      return (key, value) => (cache.set(key, value, LONG_TTL_S) ? 1 : 0)
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.set(key, value, 'EX', LONG_TTL_S)),
      async (redis, key, value) => okay(await redis.set(key, value, 'EX', LONG_TTL_S)),
    ),
    luaLoop('expiring', `call('SET', key, value, 'EX', ${LONG_TTL_S})`),
    pipelined('expiring', (pipeline, key, value) => pipeline.set(key, value, 'EX', LONG_TTL_S), okay),
    awaited('expiring', async (redis, key, value) => okay(await redis.set(key, value, 'EX', LONG_TTL_S))),
  ],
}
