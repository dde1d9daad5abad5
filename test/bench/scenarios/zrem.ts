import { redstart, sortedBtree } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

export const zrem: Scenario = {
  name: 'zrem',
  group: 'sorted-sets',
  title: 'ZREM of one member, from full to empty',
  access: 'drain',
  kinds: ['fresh'],
  yields: 1,
  contenders: [
    redstart((open, world) => {
      let db = open()
      return {
        op: (member) => db.zrem(COLLECTION, member),
        renew() {
          db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
        },
      }
    }),
    sortedBtree((open, world) => {
      let set = open()
      return {
        op: (member) => set.delete(member),
        renew() {
          set = fillScores(open(), world, (store, member, score) => store.set(member, score))
        },
      }
    }),
    ioredisMockCollection(
      async () => {},
      (redis, member) => redis.zrem(COLLECTION, member),
      (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(1000), key)),
    ),
    luaLoop('sorted set', `call('ZREM', '${COLLECTION}', key)`, 'remove'),
  ],
}
