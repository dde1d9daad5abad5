import { redstart, sortedBtree } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

export const zpopmin: Scenario = {
  name: 'zpopmin',
  group: 'sorted-sets',
  title: 'ZPOPMIN, from full to empty',
  access: 'drain',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      let db = open()
      return {
        op: () => (db.zpopmin(COLLECTION) === null ? 0 : 1),
        renew() {
          db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
        },
      }
    }),
    sortedBtree((open, world) => {
      let set = open()
      return {
        op: () => (set.popMin() === undefined ? 0 : 1),
        renew() {
          set = fillScores(open(), world, (store, member, score) => store.set(member, score))
        },
      }
    }),
    ioredisMockCollection(
      async () => {},
      async (redis) => (await redis.zpopmin(COLLECTION)).length / 2,
      (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(1000), key)),
    ),
    luaLoop('sorted set', `call('ZPOPMIN', '${COLLECTION}')`, 'remove'),
  ],
}
