import { bareMap, lruCache, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, luaLoop, pipelined } from '../contenders/remote.js'
import { VALUE_LENGTH } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, lengthOf } from './filling.js'

export const get: Scenario = {
  name: 'get',
  group: 'strings',
  title: 'GET, no key has a TTL',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: VALUE_LENGTH,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => db.get(key)!.length
    }),
    bareMap((open, world) => {
      const map = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => map.get(key)!.length
    }),
    lruCache((open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => cache.get(key)!.length
    }),
    nodeCache((open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => cache.get<string>(key)!.length
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.set(key, value)),
      async (redis, key) => lengthOf(await redis.get(key)),
    ),
    luaLoop('plain', `call('GET', key)`),
    pipelined('plain', (pipeline, key) => pipeline.get(key), lengthOf),
    awaited('plain', async (redis, key) => lengthOf(await redis.get(key))),
  ],
}
