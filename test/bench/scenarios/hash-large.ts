import { bareMap, redstart } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION, VALUE_LENGTH } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith, lengthOf } from './filling.js'

export const hgetLarge: Scenario = {
  name: 'hget-large',
  group: 'hashes',
  title: 'HGET, all keys are fields of one hash',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: VALUE_LENGTH,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.hset(COLLECTION, key, value))
      return (key) => db.hget(COLLECTION, key)!.length
    }),
    bareMap((open, world) => {
      const map = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key) => map.get(key)!.length
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.hset(COLLECTION, key, value)),
      async (redis, key) => lengthOf(await redis.hget(COLLECTION, key)),
    ),
    luaLoop('hash', `call('HGET', '${COLLECTION}', key)`),
  ],
}

export const hsetLarge: Scenario = {
  name: 'hset-large',
  group: 'hashes',
  title: 'HSET of a field that is there, all keys are fields of one hash',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  yields: 0,
  contenders: [
    redstart((open, world) => {
      const db = fillWith(open(), world, (store, key, value) => store.hset(COLLECTION, key, value))
      return (key, value) => db.hset(COLLECTION, key, value)
    }),
    bareMap((open, world) => {
      const map = fillWith(open(), world, (store, key, value) => store.set(key, value))
      return (key, value) => (map.set(key, value) === map ? 0 : 1)
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.hset(COLLECTION, key, value)),
      (redis, key, value) => redis.hset(COLLECTION, key, value),
    ),
    luaLoop('hash', `call('HSET', '${COLLECTION}', key, value)`),
  ],
}
