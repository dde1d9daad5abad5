import { redstart, sortedBtree } from '../contenders/local.js'
import { ioredisMockCollection, luaLoop } from '../contenders/remote.js'
import { COLLECTION } from '../harness/keys.js'
import type { Scenario } from '../harness/scenario.js'
import { fillAwaiting, fillScores } from './filling.js'

/** Most members stay near their place. */
export const zincrby: Scenario = {
  name: 'zincrby',
  group: 'sorted-sets',
  title: 'ZINCRBY by 1',
  access: 'scatter',
  kinds: ['same', 'fresh'],
  contenders: [
    redstart((open, world) => {
      const db = fillScores(open(), world, (store, member, score) => store.zadd(COLLECTION, score, member))
      return (member) => db.zincrby(COLLECTION, 1, member)
    }),
    sortedBtree((open, world) => {
      const set = fillScores(open(), world, (store, member, score) => store.set(member, score))
      return (member) => set.increase(member, 1)
    }),
    ioredisMockCollection(
      (redis, world) => fillAwaiting(redis, world, (key) => redis.zadd(COLLECTION, world.random.below(1000), key)),
      async (redis, member) => Number(await redis.zincrby(COLLECTION, 1, member)),
    ),
    luaLoop('sorted set', `call('ZINCRBY', '${COLLECTION}', 1, key)`),
  ],
}
