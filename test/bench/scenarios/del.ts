import { bareMap, lruCache, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, luaLoop, pipelined } from '../contenders/remote.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillWith } from './filling.js'

/** From full to empty, in shuffled order, so shrinking is paid for. */
export const del: Scenario = {
  name: 'del',
  group: 'strings',
  title: 'DEL of one key, from full to empty',
  access: 'drain',
  kinds: ['same', 'fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      let db = open()
      return {
        op: (key) => db.del(key),
        renew() {
          db = fillWith(open(), world, (store, key, value) => store.set(key, value))
        },
      }
    }),
    bareMap((open, world) => {
      let map = open()
      return {
        op: (key) => (map.delete(key) ? 1 : 0),
        renew() {
          map = fillWith(open(), world, (store, key, value) => store.set(key, value))
        },
      }
    }),
    lruCache((open, world) => {
      let cache = open()
      return {
        op: (key) => (cache.delete(key) ? 1 : 0),
        renew() {
          cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
        },
      }
    }),
    nodeCache((open, world) => {
      let cache = open()
      return {
        op: (key) => cache.del(key),
        renew() {
          cache = fillWith(open(), world, (store, key, value) => store.set(key, value))
        },
      }
    }),
    ioredisMock(
      async () => {},
      (redis, key) => redis.del(key),
      (redis, world) => fillAwaiting(redis, world, (key, value) => redis.set(key, value)),
    ),
    luaLoop('plain', `call('DEL', key)`, 'remove'),
    pipelined('plain', (pipeline, key) => pipeline.del(key), Number, 'remove'),
    awaited('plain', (redis, key) => redis.del(key), 'remove'),
  ],
}
