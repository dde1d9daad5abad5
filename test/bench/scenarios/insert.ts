import { bareMap, lruCache, nodeCache, redstart } from '../contenders/local.js'
import { awaited, ioredisMock, luaLoop, pipelined } from '../contenders/remote.js'
import type { Scenario } from '../harness/scenario.js'
import { okay } from './filling.js'

/** From empty to full, so growing is paid for. A key that is new is always a fresh string. */
export const insert: Scenario = {
  name: 'insert',
  group: 'strings',
  title: 'SET of new keys, from empty to full',
  access: 'fill',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open) => {
      let db = open()
      return {
        op: (key, value) => okay(db.set(key, value)),
        renew() {
          db = open()
        },
      }
    }),
    bareMap((open) => {
      let map = open()
      return {
        op: (key, value) => (map.set(key, value) === map ? 1 : 0),
        renew() {
          map = open()
        },
      }
    }),
    lruCache((open) => {
      let cache = open()
      return {
        op: (key, value) => (cache.set(key, value) === cache ? 1 : 0),
        renew() {
          cache = open()
        },
      }
    }),
    nodeCache((open) => {
      let cache = open()
      return {
        op: (key, value) => (cache.set(key, value) ? 1 : 0),
        renew() {
          cache = open()
        },
      }
    }),
    ioredisMock(
      async () => {},
      async (redis, key, value) => okay(await redis.set(key, value)),
      async (redis) => {
        await redis.flushall()
      },
    ),
    luaLoop('plain', `call('SET', key, value)`, 'add'),
    pipelined('plain', (pipeline, key, value) => pipeline.set(key, value), okay, 'add'),
    awaited('plain', async (redis, key, value) => okay(await redis.set(key, value)), 'add'),
  ],
}
