import { bareMap, lruCache, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, luaLoop, pipelined } from '../contenders/remote.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, okay } from './filling.js'

export const set: Scenario = {
  name: 'set',
  group: 'strings',
  title: 'SET, overwriting',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key, value) => okay(db.set(key, value))
    }),
    bareMap((open, world) => {
      const map = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key, value) => (map.set(key, value) === map ? 1 : 0)
    }),
    lruCache((open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key, value) => (cache.set(key, value) === cache ? 1 : 0)
    }),
    nodeCache((open, world) => {
      const cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key, value) => (cache.set(key, value) ? 1 : 0)
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.set(key, value)),
      async (redis, key, value) => okay(await redis.set(key, value)),
    ),
    luaLoop('plain', `call('SET', key, value)`),
    pipelined('plain', (pipeline, key, value) => pipeline.set(key, value), okay),
    awaited('plain', async (redis, key, value) => okay(await redis.set(key, value))),
  ],
}
