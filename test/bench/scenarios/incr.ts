import { bareMap, lruCache, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, luaLoop, pipelined } from '../contenders/remote.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith } from './filling.js'

/** The caches have no counter: reading, adding and writing back is what their users do. */
export const incr: Scenario = {
  name: 'incr',
  group: 'strings',
  title: 'INCR',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key) => store.incr(key))
      return (key) => db.incr(key)
    }),
    bareMap<number>((open, world) => {
      const map = fillWith(open(), world, (store, key) => store.set(key, 0))
      return (key) => {
        const next = map.get(key)! + 1
        map.set(key, next)
        return next
      }
    }),
    lruCache<number>((open, world) => {
      const cache = fillWith(open(), world, (store, key) => store.set(key, 0))
      return (key) => {
        const next = cache.get(key)! + 1
        cache.set(key, next)
        return next
      }
    }),
    nodeCache((open, world) => {
      const cache = fillWith(open(), world, (store, key) => store.set(key, 0))
      return (key) => {
        const next = cache.get<number>(key)! + 1
        cache.set(key, next)
        return next
      }
    }),
    ioredisMock(
      (redis, world) => fillAwaiting(redis, world, (key) => redis.incr(key)),
      (redis, key) => redis.incr(key),
    ),
    luaLoop('counters', `call('INCR', key)`),
    pipelined('counters', (pipeline, key) => pipeline.incr(key), Number),
    awaited('counters', (redis, key) => redis.incr(key)),
  ],
}
